// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_attempts.c - attempts per minute by outcome, stacked: the load on the sender's machines. */
#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_stack.h"

enum { DELIVERED, DEFERRED, HARD, SOFT, OUTCOME_COUNT };

static const struct mx_plot_layer layers[OUTCOME_COUNT] = {
    [DELIVERED] = {"delivered", 0x009E73, true},
    [DEFERRED] = {"deferred", 0xE69F00, false},
    [HARD] = {"hard bounced", 0xD55E00, true},
    [SOFT] = {"soft bounced", 0xAA4499, true},
};

/* The total's rows. False when out of memory; free both arrays. */
static bool fill_rows(const struct mx_plot_data *data, struct mx_plot_stack_rows *rows)
{
    rows->time_s = calloc(data->reasons_count + 1, sizeof *rows->time_s);
    rows->value = calloc((data->reasons_count + 1) * OUTCOME_COUNT, sizeof *rows->value);
    if (rows->time_s == NULL || rows->value == NULL) {
        return false;
    }
    for (size_t i = 0; i < data->bin_count; i++) {
        const struct mx_plot_bin *bin = &data->bins[i];
        if (bin->provider == data->provider_count) {
            double *value = &rows->value[rows->count * OUTCOME_COUNT];
            rows->time_s[rows->count++] = bin->time_s;
            value[DELIVERED] = bin->delivered;
            value[DEFERRED] = bin->deferrals;
            value[HARD] = bin->hard_bounced;
            value[SOFT] = bin->soft_rejected;
        }
    }
    return true;
}

static void write_head(struct mx_plot_picture *picture, const struct mx_plot_stack *stack)
{
    const struct mx_plot_data *data = picture->data;
    double sent = data->total.metric[MX_PLOT_SENT];
    struct mx_plot_text headline = mx_plot_text_clean("No attempt was made"),
                        late = mx_plot_text_clean("");

    if (stack->count > 0) {
        headline = mx_plot_text_format("Attempts peak at %s a minute, %s; %s of %s are deferred",
                                       mx_plot_count(stack->highest * 60.0 / stack->grid.width_s).s,
                                       mx_plot_moment(&data->clock, stack->highest_at_s).s,
                                       mx_plot_share(stack->sum[DEFERRED] / stack->total).s,
                                       mx_plot_count(stack->total).s);
    }
    if (stack->late > 0.0) {
        late = mx_plot_text_format(" %s of the attempts come later than shown.",
                                   mx_plot_share(stack->late / stack->total).s);
    }
    mx_plot_frame_head(
        picture, headline.s,
        mx_plot_text_format("Attempts per minute by outcome, all providers, averaged over each %s. "
                            "Share: of all attempts.",
                            mx_plot_each(stack->grid.width_s).s)
            .s,
        mx_plot_text_format("%s attempts for %s sent messages = %s a message. %s%s",
                            mx_plot_count(stack->total).s, mx_plot_count(sent).s,
                            mx_plot_count(sent > 0.0 ? stack->total / sent : NAN).s,
                            mx_plot_frame_runs(data).s, late.s)
            .s);
}

int mx_plot_attempts(struct mx_plot_picture *picture)
{
    static const struct mx_plot_stack_look look = {.per_s = 60.0,
                                                   .unit = {"attempts per minute"},
                                                   .sort = "outcome",
                                                   .what = "attempts_per_minute",
                                                   .empty = "No attempt was made"};
    struct mx_plot_stack stack = {0};
    int code = mx_plot_data_need(picture->data, MX_PLOT_TIMESERIES, picture->error);

    if (code != 0) {
        return code;
    }
    struct mx_plot_stack_rows rows = {.layers = layers,
                                      .layer_count = OUTCOME_COUNT,
                                      .bin_s = picture->data->bin_s,
                                      .horizon_s = picture->data->horizon_s};
    if (fill_rows(picture->data, &rows) && mx_plot_stack_init(&stack, &rows)) {
        mx_plot_stack_draw(picture, &stack, &look);
        write_head(picture, &stack);
    } else {
        code = mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    mx_plot_stack_fini(&stack);
    free(rows.time_s);
    free(rows.value);
    return code;
}
