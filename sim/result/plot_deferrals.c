// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_deferrals.c - deferrals by reason over time, stacked. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_stack.h"

/* Hues that stay apart for the colour-blind in the order of the reasons; after Okabe and Ito, Tol.
 */
static const struct {
    mx_plot_colour colour;
    bool dark;
    const char *cause;  /* "... 62 % of 2 M deferrals" */
    const char *leader; /* "at the peak, 09:40, ..." */
} looks[MX_PLOT_REASON_COUNT] = {
    {0x555555, true, "An outage causes", "an outage leads"},
    {0x56B4E9, false, "Connection limits cause", "connection limits lead"},
    {0x0072B2, true, "Rate limits cause", "rate limits lead"},
    {0xD55E00, true, "The volume-spike rule causes", "the volume-spike rule leads"},
    {0xAA4499, true, "Reputation causes", "reputation leads"},
    {0xE69F00, false, "Lack of capacity causes", "lack of capacity leads"},
    {0x009E73, true, "Greylisting causes", "greylisting leads"},
    {0x882255, true, "Content filters cause", "content filters lead"},
    {0xBBBBBB, false, "Full mailboxes cause", "full mailboxes lead"}};

static struct mx_plot_text headline(const struct mx_plot_data *data,
                                    const struct mx_plot_stack *stack)
{
    size_t first = stack->layer[0], peak = stack->highest_layer;
    struct mx_plot_text moment;

    if (stack->count == 0) {
        return mx_plot_text_clean("No attempt is deferred");
    }
    moment = mx_plot_moment(&data->clock, stack->highest_at_s);
    return mx_plot_text_format(
        "%s %s%s deferrals; %s%s%s%s", looks[first].cause,
        stack->count == 1 ? "all " : mx_plot_share(stack->sum[first] / stack->total).s,
        mx_plot_text_format(stack->count == 1 ? "%s" : " of %s", mx_plot_count(stack->total).s).s,
        peak == first ? "the peak is at " : "at the peak, ", moment.s, peak == first ? "" : ", ",
        peak == first ? "" : looks[peak].leader);
}

static void write_head(struct mx_plot_picture *picture, const struct mx_plot_stack *stack)
{
    const struct mx_plot_data *data = picture->data;
    double sent = data->total.metric[MX_PLOT_SENT];
    struct mx_plot_text late = mx_plot_text_clean("");

    if (stack->late > 0.0) {
        late = mx_plot_text_format(" %s of the deferrals come later than shown.",
                                   mx_plot_share(stack->late / stack->total).s);
    }
    mx_plot_frame_head(
        picture, headline(data, stack).s,
        mx_plot_text_format("Attempts answered busy in each %s, all providers. Share: of all "
                            "deferrals. One message can be deferred several times.",
                            mx_plot_each(stack->grid.width_s).s)
            .s,
        mx_plot_text_format("%s deferrals of %s sent messages = %s a message. %s%s",
                            mx_plot_count(stack->total).s, mx_plot_count(sent).s,
                            mx_plot_count(sent > 0.0 ? stack->total / sent : NAN).s,
                            mx_plot_frame_runs(data).s, late.s)
            .s);
}

/* The total's rows. False when out of memory; free both arrays. */
static bool fill_rows(const struct mx_plot_data *data, struct mx_plot_stack_rows *rows)
{
    rows->time_s = calloc(data->reasons_count + 1, sizeof *rows->time_s);
    rows->value = calloc((data->reasons_count + 1) * MX_PLOT_REASON_COUNT, sizeof *rows->value);
    if (rows->time_s == NULL || rows->value == NULL) {
        return false;
    }
    rows->count = data->reasons_count;
    for (size_t i = 0; i < rows->count; i++) {
        rows->time_s[i] = data->reasons[i].time_s;
        memcpy(&rows->value[i * MX_PLOT_REASON_COUNT], data->reasons[i].count,
               sizeof data->reasons[i].count);
    }
    return true;
}

int mx_plot_deferrals(struct mx_plot_picture *picture)
{
    struct mx_plot_layer layers[MX_PLOT_REASON_COUNT];
    struct mx_plot_stack stack = {0};
    int code = mx_plot_data_need(picture->data, MX_PLOT_TIMESERIES, picture->error);

    if (code != 0) {
        return code;
    }
    for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
        layers[r] = (struct mx_plot_layer){mx_plot_reason_name[r], looks[r].colour, looks[r].dark};
    }
    struct mx_plot_stack_rows rows = {.layers = layers,
                                      .layer_count = MX_PLOT_REASON_COUNT,
                                      .bin_s = picture->data->bin_s,
                                      .horizon_s = picture->data->horizon_s};
    if (fill_rows(picture->data, &rows) && mx_plot_stack_init(&stack, &rows)) {
        const struct mx_plot_stack_look look = {
            .unit = mx_plot_text_format("deferrals per %s", mx_plot_each(stack.grid.width_s).s),
            .sort = "reason",
            .what = "deferrals",
            .empty = "No attempt was answered busy"};
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
