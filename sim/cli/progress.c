// SPDX-License-Identifier: GPL-3.0-or-later
/* progress.c - see progress.h. */
#include "sim/cli/progress.h"

/* Messages take the time, but the horizon goes on when all are created. */
#define MESSAGE_WEIGHT 0.9

void mx_progress_line_init(struct mx_progress_line *line, const struct mx_plan *plan, bool wanted)
{
    *line = (struct mx_progress_line){.plan = plan};
    mx_live_view_init(&line->live, wanted);
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
    mx_live_view_show(&line->live, &(struct mx_live_state){
                                       .share = share_done(line, view),
                                       .elapsed_s = view->elapsed_s,
                                       .has_rest = true,
                                       .at_s = (double)view->now_us / 1e6,
                                       .horizon_s = (double)line->plan->horizon_us / 1e6,
                                       .done = view->done,
                                       .count = view->replication_count,
                                       .unit = "runs",
                                       .delivered = view->delivered,
                                       .deferrals = view->deferrals,
                                       .pending = view->pending,
                                   });
}

void mx_progress_line_clear(struct mx_progress_line *line)
{
    mx_live_view_clear(&line->live);
}
