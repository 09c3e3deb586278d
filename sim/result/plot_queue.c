// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_queue.c - undecided messages by provider over time. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_series.h"
#include "sim/result/plot_table.h"

#define LATE_SHARE 0.02 /* of the peak: below it for good, the picture may end */

/* One line: a shown provider, the sum of the others, or the total. */
struct line {
    double *column;      /* highest value in each column of the grid */
    double now;          /* while reading: the level since the last row */
    double peak, peak_s; /* over the whole run */
};

/* Lines of the shown providers in their order, then the others' sum, then the total. */
struct queue {
    struct mx_plot_grid grid;
    double end_s, left; /* left: undecided at end_s */
    struct mx_plot_shown shown;
    struct line line[MX_PLOT_SHOWN_COUNT_MAX + 2];
    size_t line_count;
    size_t *line_of; /* by provider; the total's is the last */
    double *level;   /* by provider: of those within "others" */
};

/* The total stays above LATE_SHARE of its peak until then. */
static double find_end(const struct mx_plot_data *data)
{
    double peak = 0.0, end_s = 0.0, data_end_s = data->horizon_s, before = 0.0;

    for (size_t i = 0; i < data->bin_count; i++) {
        if (data->bins[i].provider == data->provider_count) {
            peak = fmax(peak, data->bins[i].pending);
        }
        data_end_s = fmax(data_end_s, data->bins[i].time_s + data->bin_s);
    }
    for (size_t i = 0; i < data->bin_count; i++) {
        const struct mx_plot_bin *bin = &data->bins[i];
        if (bin->provider == data->provider_count) {
            if (before > LATE_SHARE * peak) {
                end_s = bin->time_s + data->bin_s;
            }
            before = bin->pending;
        }
    }
    if (before > LATE_SHARE * peak) {
        end_s = data_end_s; /* it never empties */
    }
    return peak > 0.0 ? mx_plot_shown_end(end_s, data_end_s, data->bin_s)
                      : fmax(data_end_s, data->bin_s);
}

static bool allocate(const struct mx_plot_data *data, struct queue *queue)
{
    bool ok = true;

    queue->line_of = calloc(data->provider_count + 1, sizeof *queue->line_of);
    queue->level = calloc(data->provider_count + 1, sizeof *queue->level);
    for (size_t i = 0; i < queue->line_count; i++) {
        queue->line[i].column = calloc(queue->grid.count, sizeof *queue->line[i].column);
        ok = ok && queue->line[i].column != NULL;
    }
    return ok && queue->line_of != NULL && queue->level != NULL;
}

static void release(struct queue *queue)
{
    for (size_t i = 0; i < queue->line_count; i++) {
        free(queue->line[i].column);
    }
    free(queue->line_of);
    free(queue->level);
}

/* The level of every line from `from_s` to `to_s` is what it was at from_s. */
static void hold(struct queue *queue, double from_s, double to_s)
{
    size_t last, first = mx_plot_grid_column(&queue->grid, from_s);

    if (from_s >= queue->end_s || to_s <= from_s) {
        return;
    }
    last = mx_plot_grid_column(&queue->grid, fmin(to_s, queue->end_s) - 1e-6);
    for (size_t i = 0; i < queue->line_count; i++) {
        struct line *line = &queue->line[i];
        for (size_t c = first; c <= last; c++) {
            line->column[c] = fmax(line->column[c], line->now);
        }
    }
}

static void set_level(struct queue *queue, uint32_t provider, double pending, double time_s)
{
    struct line *line = &queue->line[queue->line_of[provider]];

    line->now += pending - queue->level[provider];
    queue->level[provider] = pending;
    if (line->now < 1e-6) {
        line->now = 0.0; /* the rounding of sums */
    }
    if (line->now > line->peak) {
        line->peak = line->now;
        line->peak_s = time_s;
    }
}

/* A row tells the level at the end of its bin; a provider without a row kept its level. */
static void fill(const struct mx_plot_data *data, struct queue *queue)
{
    double time_s = 0.0;

    for (size_t p = 0; p < data->provider_count; p++) {
        size_t place = mx_plot_shown_place(&queue->shown, p);
        queue->line_of[p] = place != SIZE_MAX ? place : queue->shown.count;
    }
    queue->line_of[data->provider_count] = queue->line_count - 1;
    for (size_t i = 0; i < data->bin_count;) {
        double from_s = data->bins[i].time_s;
        hold(queue, time_s, from_s);
        for (; i < data->bin_count && data->bins[i].time_s == from_s; i++) {
            set_level(queue, data->bins[i].provider, data->bins[i].pending,
                      from_s + 0.5 * data->bin_s);
        }
        hold(queue, from_s, from_s + data->bin_s);
        time_s = from_s + data->bin_s;
        if (time_s <= queue->end_s + 1e-6) {
            queue->left = queue->line[queue->line_count - 1].now;
        }
    }
    hold(queue, time_s, queue->end_s);
}

static bool is_drawn(const struct mx_plot_data *data, const struct queue *queue, size_t i)
{
    return i < queue->shown.count ||
           (i == queue->shown.count && data->provider_count > queue->shown.count);
}

static const char *line_name(const struct mx_plot_data *data, const struct queue *queue, size_t i)
{
    return i < queue->shown.count       ? data->providers[queue->shown.provider[i]].name
           : i + 1 == queue->line_count ? "total"
                                        : "others";
}

static double middle_of(const struct queue *queue, size_t column)
{
    return fmin(((double)column + 0.5) * queue->grid.width_s, queue->end_s);
}

/* Straight lines between the middles of the columns, from 0 at the start. */
static void write_lines(struct mx_plot_picture *picture, const struct queue *queue)
{
    FILE *script = picture->script;
    double colour[MX_PLOT_SHOWN_COUNT_MAX + 2], dash[MX_PLOT_SHOWN_COUNT_MAX + 2];
    struct mx_plot_text title[MX_PLOT_SHOWN_COUNT_MAX + 2];
    size_t count = 0;

    for (size_t i = queue->line_count - 1; i-- > 0;) {
        if (!is_drawn(picture->data, queue, i)) {
            continue;
        }
        title[count] = mx_plot_text_clean(line_name(picture->data, queue, i));
        colour[count] = i < queue->shown.count ? mx_plot_style(i)->line : 0x999999;
        dash[count] = i < queue->shown.count ? mx_plot_style(i)->dash : 1;
        count++;
        (void)fprintf(script, "$d%zu << EOD\n", count);
        (void)fprintf(script, "0 %.10g\n", queue->grid.count == 1 ? queue->line[i].column[0] : 0.0);
        for (size_t c = 0; c < queue->grid.count; c++) {
            (void)fprintf(script, "%.10g %.10g\n", middle_of(queue, c), queue->line[i].column[c]);
        }
        (void)fprintf(script, "%.10g %.10g\n", queue->end_s,
                      queue->line[i].column[queue->grid.count - 1]);
        (void)fputs("EOD\n", script);
    }
    if (count == 0) {
        colour[count] = 0x999999;
        title[count] = mx_plot_text_clean("nothing");
        dash[count++] = 1;
        (void)fprintf(script, "$d1 << EOD\n0 0\n%.10g 0\nEOD\n", queue->end_s);
    }
    mx_plot_script_number(script, "series_count", (double)count);
    mx_plot_script_numbers(script, "series_colour", colour, count);
    mx_plot_script_numbers(script, "series_dash", dash, count);
    mx_plot_script_texts(script, "series_title", title, count);
}

static void write_table(FILE *table, const struct mx_plot_data *data, const struct queue *queue)
{
    mx_plot_table_head(table, "provider,from_s,to_s,pending_peak");
    for (size_t i = 0; i < queue->line_count; i++) {
        const char *name = line_name(data, queue, i);
        for (size_t c = 0; c < queue->grid.count; c++) {
            const double numbers[] = {(double)c * queue->grid.width_s,
                                      fmin((double)(c + 1) * queue->grid.width_s, queue->end_s),
                                      queue->line[i].column[c]};
            if (i + 1 == queue->line_count || is_drawn(data, queue, i)) {
                mx_plot_table_row(table, &name, 1, numbers, 3);
            }
        }
    }
}

/* A label per line with its peak; y_px holds the peak until the scale is known. */
static size_t collect_tags(const struct mx_plot_data *data, const struct queue *queue,
                           struct mx_plot_tag *tags)
{
    size_t count = 0, others = data->provider_count - queue->shown.count;

    for (size_t i = 0; i + 1 < queue->line_count; i++) {
        const struct line *line = &queue->line[i];
        bool is_others = i == queue->shown.count;

        if (!is_drawn(data, queue, i)) {
            continue;
        }
        tags[count] = (struct mx_plot_tag){.y_px = line->peak,
                                           .colour = is_others ? 0x777777 : mx_plot_style(i)->text,
                                           .line = is_others ? 0x999999 : mx_plot_style(i)->line};
        tags[count].text =
            is_others
                ? mx_plot_text_format("%zu others %s", others, mx_plot_count(line->peak).s)
                : mx_plot_text_format("%s %s", data->providers[queue->shown.provider[i]].shown.s,
                                      mx_plot_count(line->peak).s);
        count++;
    }
    return count;
}

/* A dot at each peak and a fine line from there to its label. */
static void mark_peaks(struct mx_plot_picture *picture, const struct queue *queue,
                       const struct mx_plot_area *area, double top)
{
    double px_per_s = (area->right_px - area->left_px) / queue->end_s;
    double px_per_count = (area->top_px - area->bottom_px) / top;
    double at[MX_PLOT_SHOWN_COUNT_MAX + 2], peak[MX_PLOT_SHOWN_COUNT_MAX + 2];
    double colour[MX_PLOT_SHOWN_COUNT_MAX + 2];
    size_t count = 0;

    for (size_t i = 0; i + 1 < queue->line_count; i++) {
        const struct line *line = &queue->line[i];
        mx_plot_colour ink = i < queue->shown.count ? mx_plot_style(i)->line : 0x999999;

        if (is_drawn(picture->data, queue, i) && line->peak > 0.0 && line->peak_s < queue->end_s) {
            double y_px = area->bottom_px + line->peak * px_per_count;
            double peak_s = middle_of(queue, mx_plot_grid_column(&queue->grid, line->peak_s));
            struct mx_plot_stroke guide = {.x1_px = area->left_px + peak_s * px_per_s + 4.0,
                                           .y1_px = y_px,
                                           .x2_px = area->right_px,
                                           .y2_px = y_px,
                                           .width_pt = 1.0,
                                           .colour = 0x50000000 | ink,
                                           .dash = 3};
            mx_plot_canvas_stroke(&picture->canvas, &guide);
            at[count] = peak_s;
            peak[count] = line->peak;
            colour[count++] = ink;
        }
    }
    mx_plot_script_number(picture->script, "peak_count", (double)count);
    mx_plot_script_numbers(picture->script, "peak_at", at, count);
    mx_plot_script_numbers(picture->script, "peak_height", peak, count);
    mx_plot_script_numbers(picture->script, "peak_colour", colour, count);
}

/* Where a steady state's run begins to be counted. */
static void mark_cut(struct mx_plot_picture *picture, const struct queue *queue,
                     const struct mx_plot_area *area)
{
    double cut_s = picture->data->cut_s;
    double x_px = area->left_px + cut_s / queue->end_s * (area->right_px - area->left_px);
    struct mx_plot_stroke stroke = {.x1_px = x_px,
                                    .y1_px = area->bottom_px,
                                    .x2_px = x_px,
                                    .y2_px = area->top_px,
                                    .width_pt = 1.4,
                                    .colour = 0x333333,
                                    .dash = 2};
    struct mx_plot_note note = {.text = mx_plot_text_clean("counted from here on (MSER-5)"),
                                .x_px = x_px + 6.0,
                                .y_px = area->top_px - 8.0,
                                .font_px = 13.0,
                                .colour = 0x333333,
                                .align = MX_PLOT_LEFT};

    if (!isfinite(cut_s) || cut_s > queue->end_s) {
        return;
    }
    mx_plot_canvas_stroke(&picture->canvas, &stroke);
    mx_plot_canvas_note(&picture->canvas, &note);
}

static struct mx_plot_text headline(const struct mx_plot_data *data, const struct queue *queue)
{
    const struct line *total = &queue->line[queue->line_count - 1];
    size_t longest = 0;
    struct mx_plot_text moment;

    for (size_t i = 1; i < queue->shown.count; i++) {
        longest = queue->line[i].peak > queue->line[longest].peak ? i : longest;
    }
    if (total->peak <= 0.0 || queue->shown.count == 0) {
        return mx_plot_text_clean("No message is ever left waiting");
    }
    moment = mx_plot_moment(&data->clock, total->peak_s);
    if (data->provider_count == 1) {
        return mx_plot_text_format("The queue is longest at %s: %s messages", moment.s,
                                   mx_plot_count(total->peak).s);
    }
    return mx_plot_text_format("The queue peaks at %s messages, %s; the longest is %s's with %s",
                               mx_plot_count(total->peak).s, moment.s,
                               data->providers[queue->shown.provider[longest]].shown.s,
                               mx_plot_count(queue->line[longest].peak).s);
}

static void write_head(struct mx_plot_picture *picture, const struct queue *queue)
{
    const struct mx_plot_data *data = picture->data;
    struct mx_plot_text rest = queue->left > 0.0
                                   ? mx_plot_text_format(" %s still undecided at the right edge.",
                                                         mx_plot_count(queue->left).s)
                                   : mx_plot_text_clean("");

    mx_plot_frame_head(
        picture, headline(data, queue).s,
        mx_plot_text_format("Messages created and not yet delivered or bounced (waiting for a "
                            "first or another attempt), by provider. Label: peak.")
            .s,
        mx_plot_text_format("%s messages sent in all. Highest of each %s. %s%s",
                            mx_plot_count(data->total.metric[MX_PLOT_SENT]).s,
                            mx_plot_each(queue->grid.width_s).s, mx_plot_frame_runs(data).s, rest.s)
            .s);
}

static void draw(struct mx_plot_picture *picture, const struct queue *queue)
{
    struct mx_plot_area area = {.left_px = 76.0, .bottom_px = 86.0, .top_px = 488.0};
    struct mx_plot_tag tags[MX_PLOT_TAG_COUNT_MAX];
    struct mx_plot_ticks ticks;
    size_t tag_count = collect_tags(picture->data, queue, tags);
    double highest = 0.0, top;

    for (size_t i = 0; i < tag_count; i++) {
        highest = fmax(highest, tags[i].y_px);
    }
    area.right_px = MX_PLOT_WIDTH_PX - fmax(mx_plot_frame_tag_width(tags, tag_count), 60.0);
    mx_plot_ticks_count(highest, 5, 0.0, &top, &ticks);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "y_min", 0.0);
    mx_plot_script_number(picture->script, "y_max", top);
    mx_plot_script_number(picture->script, "x_min", 0.0);
    mx_plot_script_number(picture->script, "x_max", queue->end_s);
    mx_plot_frame_time_axis(picture, &area, 0.0, queue->end_s);
    mx_plot_frame_area(picture, &area, mx_plot_frame_time_title(&picture->data->clock).s);
    write_lines(picture, queue);
    write_table(picture->table, picture->data, queue);
    mx_plot_frame_form(picture, MX_PLOT_LINES, 2);
    mark_peaks(picture, queue, &area, top);
    mark_cut(picture, queue, &area);
    mx_plot_frame_unit(picture, &area, "messages");
    for (size_t i = 0; i < tag_count; i++) {
        tags[i].y_px = area.bottom_px + tags[i].y_px / top * (area.top_px - area.bottom_px);
    }
    mx_plot_frame_tags(picture, &area, tags, tag_count);
    write_head(picture, queue);
    if (highest <= 0.0) {
        mx_plot_frame_empty(picture, &area, "No message was left undecided at the end of a bin");
    }
}

int mx_plot_queue(struct mx_plot_picture *picture)
{
    struct mx_plot_data *data = picture->data;
    struct queue queue = {0};
    int code = mx_plot_data_need(data, MX_PLOT_TIMESERIES, picture->error);

    if (code != 0) {
        return code;
    }
    queue.end_s = find_end(data);
    queue.grid = mx_plot_grid_over(data->bin_s, queue.end_s);
    mx_plot_frame_choose(data, &queue.shown);
    queue.line_count = queue.shown.count + 2;
    if (allocate(data, &queue)) {
        fill(data, &queue);
        draw(picture, &queue);
    } else {
        code = mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    release(&queue);
    return code;
}
