// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_deferrals.c - deferrals by reason over time, stacked. */
#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_series.h"

#define LATE_SHARE 0.02 /* of the deferrals may come after the end of the picture */
#define IN_AREA_PX 12.0

/* Hues that stay apart for the colour-blind in the order of the reasons; after Okabe and Ito, Tol.
 * dark: white text on it is readable. */
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

/* All that the picture is made of. */
struct stack {
    struct mx_plot_grid grid;
    double end_s;       /* of the picture */
    double total, late; /* deferrals in all; after end_s */
    double sum[MX_PLOT_REASON_COUNT];
    size_t reason[MX_PLOT_REASON_COUNT]; /* drawn ones, from the bottom up */
    size_t count;
    double *column; /* [grid.count][MX_PLOT_REASON_COUNT] */
    double highest; /* of a column's sum */
    double highest_at_s;
    size_t highest_reason; /* that leads there */
};

static double row_sum(const struct mx_plot_reasons *row)
{
    double sum = 0.0;

    for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
        sum += row->count[r];
    }
    return sum;
}

/* Largest reason at the bottom, where it is easiest to read. */
static void order_reasons(struct stack *stack)
{
    for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
        size_t at = stack->count;

        if (stack->sum[r] <= 0.0) {
            continue;
        }
        stack->count++;
        while (at > 0 && stack->sum[stack->reason[at - 1]] < stack->sum[r]) {
            stack->reason[at] = stack->reason[at - 1];
            at--;
        }
        stack->reason[at] = r;
    }
}

/* Totals, and where the picture ends: when all but LATE_SHARE has happened. */
static void sum_up(const struct mx_plot_data *data, struct stack *stack)
{
    double so_far = 0.0, last_s = 0.0, data_end_s = data->horizon_s;

    for (size_t i = 0; i < data->reasons_count; i++) {
        stack->total += row_sum(&data->reasons[i]);
        data_end_s = fmax(data_end_s, data->reasons[i].time_s + data->bin_s);
        for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
            stack->sum[r] += data->reasons[i].count[r];
        }
    }
    for (size_t i = 0; i < data->reasons_count; i++) {
        double here = row_sum(&data->reasons[i]);
        if (here > 0.0 && so_far < (1.0 - LATE_SHARE) * stack->total) {
            last_s = data->reasons[i].time_s + data->bin_s;
        }
        so_far += here;
    }
    stack->end_s = stack->total > 0.0 ? mx_plot_shown_end(last_s, data_end_s, data->bin_s)
                                      : fmax(data_end_s, data->bin_s);
    order_reasons(stack);
}

static size_t leading_reason(const double *column)
{
    size_t leading = 0;

    for (size_t r = 1; r < MX_PLOT_REASON_COUNT; r++) {
        leading = column[r] > column[leading] ? r : leading;
    }
    return leading;
}

/* Fill the columns. Returns false when out of memory. */
static bool fill_columns(const struct mx_plot_data *data, struct stack *stack)
{
    stack->grid = mx_plot_grid_over(data->bin_s, stack->end_s);
    stack->column = calloc(stack->grid.count * MX_PLOT_REASON_COUNT, sizeof *stack->column);
    if (stack->column == NULL) {
        return false;
    }
    for (size_t i = 0; i < data->reasons_count; i++) {
        const struct mx_plot_reasons *row = &data->reasons[i];
        if (row->time_s >= stack->end_s) {
            stack->late += row_sum(row);
            continue;
        }
        double *column =
            &stack->column[mx_plot_grid_column(&stack->grid, row->time_s) * MX_PLOT_REASON_COUNT];
        for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
            column[r] += row->count[r];
        }
    }
    for (size_t c = 0; c < stack->grid.count; c++) {
        double sum = 0.0;
        for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
            sum += stack->column[c * MX_PLOT_REASON_COUNT + r];
        }
        if (sum > stack->highest) {
            stack->highest = sum;
            stack->highest_at_s = ((double)c + 0.5) * stack->grid.width_s;
            stack->highest_reason = leading_reason(&stack->column[c * MX_PLOT_REASON_COUNT]);
        }
    }
    return true;
}

/* Height of the stack in column c below its reason number k. */
static double height_below(const struct stack *stack, size_t c, size_t k)
{
    double sum = 0.0;

    for (size_t i = 0; i < k; i++) {
        sum += stack->column[c * MX_PLOT_REASON_COUNT + stack->reason[i]];
    }
    return sum;
}

static void write_blocks(FILE *script, const struct stack *stack)
{
    double colours[MX_PLOT_REASON_COUNT];

    for (size_t k = 0; k < stack->count; k++) {
        colours[k] = looks[stack->reason[k]].colour;
        (void)fprintf(script, "$d%zu << EOD\n", k + 1);
        for (size_t c = 0; c < stack->grid.count; c++) {
            double low = height_below(stack, c, k), high = height_below(stack, c, k + 1);
            double end_s = fmin(((double)c + 1.0) * stack->grid.width_s, stack->end_s);
            (void)fprintf(script, "%.10g %.10g %.10g\n%.10g %.10g %.10g\n",
                          (double)c * stack->grid.width_s, low, high, end_s, low, high);
        }
        (void)fputs("EOD\n", script);
    }
    if (stack->count == 0) {
        colours[0] = MX_PLOT_PALE;
        (void)fprintf(script, "$d1 << EOD\n0 0 0\n%.10g 0 0\nEOD\n", stack->end_s);
    }
    mx_plot_script_number(script, "series_count", stack->count > 0 ? (double)stack->count : 1.0);
    mx_plot_script_numbers(script, "series_colour", colours, stack->count > 0 ? stack->count : 1);
}

/* The best place for a name of `columns` columns within reason k: where its area is thickest over
 * that width. Returns the thickness left there; *at and *middle say where. */
static double thickest(const struct stack *stack, size_t k, size_t columns, double *at,
                       double *middle)
{
    double best = 0.0;

    for (size_t c = 0; c + columns <= stack->grid.count; c++) {
        double low = 0.0, high = INFINITY;
        for (size_t i = c; i < c + columns && high - low > best; i++) {
            low = fmax(low, height_below(stack, i, k));
            high = fmin(high, height_below(stack, i, k + 1));
        }
        if (high - low > best) {
            best = high - low;
            *at = ((double)c + 0.5 * (double)columns) * stack->grid.width_s;
            *middle = 0.5 * (low + high);
        }
    }
    return best;
}

/* Names within the areas that have room for one. */
static void name_areas(struct mx_plot_picture *picture, const struct stack *stack,
                       const struct mx_plot_area *area, double top)
{
    double px_per_s = (area->right_px - area->left_px) / stack->end_s;
    double px_per_count = (area->top_px - area->bottom_px) / top;

    for (size_t k = 0; k < stack->count; k++) {
        const char *name = mx_plot_reason_name[stack->reason[k]];
        double need_px = mx_plot_text_width(name, IN_AREA_PX, false) + 8.0;
        size_t columns = (size_t)ceil(need_px / (px_per_s * stack->grid.width_s));
        double at_s = 0.0, middle = 0.0;

        if (thickest(stack, k, columns, &at_s, &middle) * px_per_count >= IN_AREA_PX + 5.0) {
            struct mx_plot_note note = {.text = mx_plot_text_clean(name),
                                        .x_px = area->left_px + at_s * px_per_s,
                                        .y_px = area->bottom_px + middle * px_per_count,
                                        .font_px = IN_AREA_PX,
                                        .colour =
                                            looks[stack->reason[k]].dark ? 0xFFFFFF : 0x000000,
                                        .align = MX_PLOT_CENTRE};
            mx_plot_canvas_note(&picture->canvas, &note);
        }
    }
}

/* One label per reason, in the order of the stack, at the height of its middle in the mean. */
static size_t collect_tags(const struct stack *stack, struct mx_plot_tag *tags)
{
    for (size_t k = 0; k < stack->count; k++) {
        size_t r = stack->reason[k];
        tags[k] = (struct mx_plot_tag){
            .y_px = (double)k, .colour = MX_PLOT_INK, .line = looks[r].colour, .swatch = true};
        tags[k].text = mx_plot_text_format("%s %s (%s)", mx_plot_reason_name[r],
                                           mx_plot_share(stack->sum[r] / stack->total).s,
                                           mx_plot_count(stack->sum[r]).s);
    }
    return stack->count;
}

static void write_head(struct mx_plot_picture *picture, const struct stack *stack)
{
    const struct mx_plot_data *data = picture->data;
    double sent = data->total.metric[MX_PLOT_SENT];
    struct mx_plot_text headline = mx_plot_text_clean("No attempt is deferred"), late;

    late = mx_plot_text_clean("");
    if (stack->count > 0) {
        size_t first = stack->reason[0], peak = stack->highest_reason;
        struct mx_plot_text moment = mx_plot_moment(&data->clock, stack->highest_at_s);
        headline = mx_plot_text_format(
            "%s %s%s deferrals; %s%s%s%s", looks[first].cause,
            stack->count == 1 ? "all " : mx_plot_share(stack->sum[first] / stack->total).s,
            mx_plot_text_format(stack->count == 1 ? "%s" : " of %s", mx_plot_count(stack->total).s)
                .s,
            peak == first ? "the peak is at " : "at the peak, ", moment.s,
            peak == first ? "" : ", ", peak == first ? "" : looks[peak].leader);
    }
    if (stack->late > 0.0) {
        late = mx_plot_text_format(" %s of the deferrals come later than shown.",
                                   mx_plot_share(stack->late / stack->total).s);
    }
    mx_plot_frame_head(
        picture, headline.s,
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

static void draw(struct mx_plot_picture *picture, const struct stack *stack)
{
    struct mx_plot_area area = {.left_px = 76.0, .bottom_px = 86.0, .top_px = 488.0};
    struct mx_plot_tag tags[MX_PLOT_TAG_COUNT_MAX];
    struct mx_plot_ticks ticks;
    size_t tag_count = collect_tags(stack, tags);
    double top;

    area.right_px = MX_PLOT_WIDTH_PX - fmax(mx_plot_frame_tag_width(tags, tag_count), 60.0);
    mx_plot_ticks_count(stack->highest, 5, 0.0, &top, &ticks);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "y_min", 0.0);
    mx_plot_script_number(picture->script, "y_max", top);
    mx_plot_script_number(picture->script, "x_min", 0.0);
    mx_plot_script_number(picture->script, "x_max", stack->end_s);
    mx_plot_frame_time_axis(picture, &area, 0.0, stack->end_s);
    mx_plot_frame_area(picture, &area, mx_plot_frame_time_title(&picture->data->clock).s);
    write_blocks(picture->script, stack);
    name_areas(picture, stack, &area, top);
    mx_plot_frame_unit(
        picture, &area,
        mx_plot_text_format("deferrals per %s", mx_plot_each(stack->grid.width_s).s).s);
    /* the column starts at the middle of the picture and keeps the order of the stack */
    for (size_t i = 0; i < tag_count; i++) {
        tags[i].y_px = area.bottom_px + 0.55 * (area.top_px - area.bottom_px) + tags[i].y_px;
    }
    mx_plot_frame_tags(picture, &area, tags, tag_count);
    write_head(picture, stack);
    if (stack->count == 0) {
        mx_plot_frame_empty(picture, &area, "No attempt was answered busy");
    }
}

int mx_plot_deferrals(struct mx_plot_picture *picture)
{
    struct stack stack = {0};
    int code = mx_plot_data_need(picture->data, MX_PLOT_TIMESERIES, picture->error);

    if (code != 0) {
        return code;
    }
    sum_up(picture->data, &stack);
    if (!fill_columns(picture->data, &stack)) {
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    draw(picture, &stack);
    free(stack.column);
    return 0;
}
