// SPDX-License-Identifier: GPL-3.0-or-later
/* progress.c - see progress.h. */
#include "sim/cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/result/human_text.h"

/* Messages take the time, but the horizon goes on when all are created. */
#define MESSAGE_WEIGHT 0.9
#define ETA_AFTER_S 1.0

void mx_progress_line_init(struct mx_progress_line *line, const struct mx_plan *plan, bool wanted)
{
    const char *terminal = getenv("TERM");

    *line = (struct mx_progress_line){.plan = plan};
    line->is_on =
        wanted && isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        const struct mx_plan_campaign *campaign = &plan->campaigns[c];

        line->message_total += (double)campaign->recipients * campaign->occurrence_count;
    }
}

static double share_done(const struct mx_progress_line *line, const struct mx_replicate_view *view)
{
    double total = line->message_total * view->replication_count;
    double created = total > 0 ? (double)view->created / total : 1.0;

    created = created < 1.0 ? created : 1.0;
    return MESSAGE_WEIGHT * created + (1.0 - MESSAGE_WEIGHT) * view->share;
}

void mx_progress_line_show(struct mx_progress_line *line, const struct mx_replicate_view *view)
{
    double share, eta_s;

    if (!line->is_on) {
        return;
    }
    share = share_done(line, view);
    (void)fprintf(stderr, "\r\033[K%3d%%", (int)(share * 100.0));
    if (view->replication_count > 1) {
        (void)fprintf(stderr, "  %u of %u runs", (unsigned)view->done,
                      (unsigned)view->replication_count);
    }
    (void)fprintf(stderr, "  at %s of %s", mx_human_duration((double)view->now_us / 1e6).s,
                  mx_human_duration((double)line->plan->horizon_us / 1e6).s);
    (void)fprintf(stderr, "  %s sent, %s delivered, %s deferrals",
                  mx_human_count_short((double)view->created).s,
                  mx_human_count_short((double)view->delivered).s,
                  mx_human_count_short((double)view->deferrals).s);
    if (view->elapsed_s > ETA_AFTER_S && share > 0.005) {
        eta_s = view->elapsed_s * (1.0 - share) / share;
        (void)fprintf(stderr, "  %.0f s left", eta_s + 0.5);
    }
    (void)fflush(stderr);
    line->is_shown = true;
}

void mx_progress_line_clear(struct mx_progress_line *line)
{
    if (line->is_shown) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        line->is_shown = false;
    }
}
