// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_warm_up.c - what the warm-up plan allows on each day, and what was sent of it. */
#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_table.h"

#define DAY_COUNT_MAX 801
#define PLANNED_COLOUR 0xD55E00
#define STARTED_COLOUR 0x0072B2

/* Sums over the addresses, [day - 1]. planned: INFINITY where none has a limit any more. */
struct days {
    size_t count, planned_count; /* the last day with a message or a limit; with a limit */
    double planned[DAY_COUNT_MAX], started[DAY_COUNT_MAX];
    double highest, least; /* least > 0 */
    double fullest;        /* largest share of a day's plan that was used */
    size_t full_count;     /* days on which it was used up */
};

static void fill(const struct mx_plot_data *data, struct days *days)
{
    for (size_t i = 0; i < data->day_count; i++) {
        const struct mx_plot_warm_up_day *row = &data->days[i];
        size_t day = row->day - 1;
        if (isfinite(row->planned)) {
            days->planned[day] += row->planned;
            days->planned_count = row->day > days->planned_count ? row->day : days->planned_count;
        }
        days->started[day] += row->started;
        if (row->started > 0.0 && row->day > days->count) {
            days->count = row->day;
        }
    }
    if (days->count > days->planned_count + 3) {
        days->count = days->planned_count + 3; /* without limit it is no warm-up any more */
    }
    days->count = days->count > 0 ? days->count : 1;
    days->least = INFINITY;
    for (size_t d = 0; d < days->count; d++) {
        if (d < days->planned_count) {
            double used = days->planned[d] > 0.0 ? days->started[d] / days->planned[d] : 0.0;
            days->fullest = fmax(days->fullest, used);
            days->full_count += used > 0.995 ? 1 : 0;
            days->least =
                days->planned[d] > 0.0 ? fmin(days->least, days->planned[d]) : days->least;
        }
        days->least = days->started[d] > 0.0 ? fmin(days->least, days->started[d]) : days->least;
        days->highest = fmax(days->highest, fmax(days->planned[d], days->started[d]));
    }
}

static void write_blocks(FILE *script, const struct days *days, double low)
{
    (void)fputs("$d1 << EOD\n", script); /* started: a bar a day */
    for (size_t d = 0; d < days->count; d++) {
        (void)fprintf(script, "%zu %.10g\n", d + 1, fmax(days->started[d], low));
    }
    (void)fputs("EOD\n$d2 << EOD\n", script); /* planned: a step a day */
    for (size_t d = 0; d < days->count && d < days->planned_count; d++) {
        double y = fmax(days->planned[d], low);
        (void)fprintf(script, "%.10g %.10g\n%.10g %.10g\n", (double)d + 0.5, y, (double)d + 1.5, y);
    }
    (void)fputs(days->planned_count == 0 ? "1 1\nEOD\n" : "EOD\n", script);
}

static void write_table(FILE *table, const struct days *days)
{
    mx_plot_table_head(table, "day,planned,started");
    for (size_t d = 0; d < days->count; d++) {
        const double numbers[] = {(double)(d + 1),
                                  d < days->planned_count ? days->planned[d] : INFINITY,
                                  days->started[d]};
        mx_plot_table_row(table, NULL, 0, numbers, 3);
    }
}

static void day_ticks(size_t count, struct mx_plot_ticks *ticks)
{
    size_t step = count > 60 ? 10 : count > 24 ? 5 : count > 14 ? 2 : 1;

    ticks->count = 0;
    for (size_t d = 1; d <= count && ticks->count < MX_PLOT_TICK_COUNT_MAX; d += step) {
        mx_plot_ticks_add(ticks, (double)d, mx_plot_text_format("%zu", d));
        d = step > 2 && d == 1 ? 0 : d; /* 1, then 5, 10 ... */
    }
}

static void write_head(struct mx_plot_picture *picture, const struct days *days)
{
    const struct mx_plot_data *data = picture->data;
    struct mx_plot_text headline = mx_plot_text_clean("No address has a warm-up plan");

    if (days->planned_count > 0) {
        headline = days->full_count > 0
                       ? mx_plot_text_format(
                             "The warm-up plan is used up on %zu of its %zu days", days->full_count,
                             days->planned_count < days->count ? days->planned_count : days->count)
                       : mx_plot_text_format(
                             "No whole day of the warm-up plan is used up: at most %s of a "
                             "day's allowance is sent",
                             mx_plot_share(days->fullest).s);
    }
    mx_plot_frame_head(
        picture, headline.s,
        "Messages whose first attempt the plan lets start on each local day (bars), and its limit "
        "(line), all addresses with a plan.",
        mx_plot_text_format(
            "%s%s A plan by the hour can be full when its day is not. Logarithmic scale.",
            mx_plot_frame_runs(data).s,
            days->planned_count > 0 && days->planned_count < days->count
                ? mx_plot_text_format(" The plan ends after day %zu.", days->planned_count).s
                : "")
            .s);
}

static void draw(struct mx_plot_picture *picture, const struct days *days)
{
    struct mx_plot_area area = {.left_px = 76.0, .bottom_px = 74.0, .top_px = 488.0};
    double low = isfinite(days->least) ? pow(10.0, floor(log10(days->least) - 0.05)) : 1.0;
    double high = fmax(days->highest * 1.3, 10.0 * low);
    size_t last = days->count < days->planned_count ? days->count : days->planned_count;
    struct mx_plot_tag tags[2];
    struct mx_plot_ticks ticks;
    double values[2] = {days->started[days->count - 1], last > 0 ? days->planned[last - 1] : 0.0};

    tags[0] = (struct mx_plot_tag){.colour = STARTED_COLOUR, .line = STARTED_COLOUR};
    tags[0].text = mx_plot_text_format("sent %s", mx_plot_count(values[0]).s);
    tags[1] = (struct mx_plot_tag){.colour = 0xC35400, .line = PLANNED_COLOUR};
    tags[1].text = mx_plot_text_format("plan %s", mx_plot_count(values[1]).s);
    area.right_px = MX_PLOT_WIDTH_PX - fmax(mx_plot_frame_tag_width(tags, 2), 60.0);
    for (int t = 0; t < 2; t++) {
        double share = log(fmax(values[t], low) / low) / log(high / low);
        tags[t].y_px = area.bottom_px + share * (area.top_px - area.bottom_px);
    }
    day_ticks(days->count, &ticks);
    mx_plot_script_ticks(picture->script, "x_tick", &ticks);
    mx_plot_script_number(picture->script, "x_min", 0.5);
    mx_plot_script_number(picture->script, "x_max", (double)days->count + 0.5);
    mx_plot_ticks_log_count(low, high, &ticks);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "y_min", low);
    mx_plot_script_number(picture->script, "y_max", high);
    mx_plot_frame_area(picture, &area, "Day (local midnight to midnight)");
    mx_plot_frame_unit(picture, &area, "messages a day (log scale)");
    mx_plot_frame_form(picture, MX_PLOT_LINES, 2);
    mx_plot_script_number(picture->script, "series_count", days->planned_count > 0 ? 2.0 : 1.0);
    mx_plot_script_number(picture->script, "y_is_log", 1.0);
    mx_plot_script_texts(picture->script, "series_title",
                         (struct mx_plot_text[]){{"sent"}, {"plan"}}, 2);
    mx_plot_script_numbers(picture->script, "series_colour",
                           (double[]){STARTED_COLOUR, PLANNED_COLOUR}, 2);
    write_blocks(picture->script, days, low);
    write_table(picture->table, days);
    if (days->planned_count > 0) {
        mx_plot_frame_tags(picture, &area, tags, 2);
    } else {
        mx_plot_frame_empty(picture, &area, "No address has a warm-up plan");
    }
    write_head(picture, days);
}

int mx_plot_warm_up(struct mx_plot_picture *picture)
{
    struct days *days = calloc(1, sizeof *days);
    int code = mx_plot_data_need(picture->data, MX_PLOT_DAYS, picture->error);

    if (days == NULL) {
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    if (code == 0) {
        fill(picture->data, days);
        draw(picture, days);
    }
    free(days);
    return code;
}
