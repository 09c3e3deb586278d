// SPDX-License-Identifier: GPL-3.0-or-later
/* study_figure.c - see study_figure.h. */
#include "sim/result/study_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/result/plot_script.h"
#include "sim/result/plot_table.h"
#include "sim/stats/metric_name.h"

#define EDGE_PX 30.0
#define LEFT_PX 92.0
#define TOP_PX 488.0
#define BOTTOM_PX 62.0
#define PANEL_GAP_PX 34.0
#define GRID_COLOUR 0xE4E4E4
#define THRESHOLD_COLOUR 0xD55E00
#define MET_COLOUR 0x009E73
#define MISSED_COLOUR 0xD55E00
#define UNSURE_COLOUR 0x999999
#define Y_TICKS 4
#define TICK_MARKS_MAX 100 /* of more values only those with a name get one */
#define TERMINAL_TICKS_MAX 8
#define BIN_COLOUR 0xB5D3E7
#define CELL_WHITE 0xFFFFFE /* as the cells, the same on a dark page */
#define CELL_BLACK 0x020202
#define CELL_TEXT_PX 46.0 /* narrower cells have no number in them */

struct mx_plot_text mx_figure_value(const char *metric, double value)
{
    if (mx_metric_text_is_duration(metric)) {
        return mx_plot_duration(value);
    }
    if (mx_metric_text_is_share(metric)) {
        return mx_plot_text_format("%.5g %%", round(value * 1e7) / 1e5);
    }
    return value >= 1e4 ? mx_plot_text_clean(mx_human_count_short(value).s)
                        : mx_plot_text_format("%.4g", value);
}

struct mx_plot_text mx_figure_amount(const char *metric, double value)
{
    return mx_metric_text_is_share(metric) ? mx_plot_share(value) : mx_figure_value(metric, value);
}

static struct mx_plot_text threshold_text(const struct mx_figure_panel *panel)
{
    return isnan(panel->threshold)
               ? mx_plot_text_clean("")
               : mx_plot_text_format("%s %s", panel->comparison,
                                     mx_figure_value(panel->metric, panel->threshold).s);
}

static void note(struct mx_plot_canvas *canvas, const char *text, double x_px, double y_px,
                 double font_px, mx_plot_colour colour, enum mx_plot_align align, bool bold)
{
    mx_plot_canvas_note(canvas, &(struct mx_plot_note){.text = mx_plot_text_clean(text),
                                                       .x_px = x_px,
                                                       .y_px = y_px,
                                                       .font_px = font_px,
                                                       .colour = colour,
                                                       .align = align,
                                                       .bold = bold});
}

static void stroke(struct mx_plot_canvas *canvas, double x1, double y1, double x2, double y2,
                   double width, mx_plot_colour colour, int dash)
{
    mx_plot_canvas_stroke(canvas, &(struct mx_plot_stroke){x1, y1, x2, y2, width, colour, dash});
}

void mx_figure_axis_fini(struct mx_figure_axis *axis)
{
    free(axis->at);
    free(axis->texts);
}

void mx_figure_fini(struct mx_figure *figure)
{
    for (size_t p = 0; p < figure->panel_count; p++) {
        for (size_t s = 0; s < figure->panels[p].series_count; s++) {
            free(figure->panels[p].series[s].points);
        }
    }
    mx_figure_axis_fini(&figure->x);
}

/* ---- the x axis ---- */

struct span {
    double from, to, from_px, to_px;
    bool is_log;
};

static double place(const struct span *span, double at)
{
    double share = span->is_log ? log(at / span->from) / log(span->to / span->from)
                                : (at - span->from) / (span->to - span->from);

    return span->from_px + share * (span->to_px - span->from_px);
}

static struct span span_of(const struct mx_figure_axis *axis, double from_px, double to_px)
{
    struct span span = {axis->at[0], axis->at[axis->tick_count - 1], from_px, to_px, axis->is_log};

    if (!(span.to > span.from)) { /* a single value, in the middle */
        span.is_log = false;
        span.from -= 1;
        span.to += 1;
    }
    return span;
}

static void draw_x_axis(struct mx_plot_canvas *canvas, const struct mx_figure_axis *axis,
                        const struct span *span, double y_px)
{
    double free_px = -1e9;

    for (size_t i = 0; i < axis->tick_count; i++) {
        double x = place(span, axis->at[i]);
        double half = mx_plot_text_width(axis->texts[i].s, 12, false) / 2;
        double last = place(span, axis->at[axis->tick_count - 1]);
        bool is_last = i + 1 == axis->tick_count;

        bool is_named = x - half > free_px + 8 && (is_last || x + half < last - half - 8);

        if (is_named || axis->tick_count <= TICK_MARKS_MAX) {
            stroke(canvas, x, y_px, x, y_px - 4, 1, MX_PLOT_PALE, 1);
        }
        if (is_named) {
            note(canvas, axis->texts[i].s, x, y_px - 14, 12, MX_PLOT_GREY, MX_PLOT_CENTRE, false);
            free_px = x + half;
        }
    }
    note(canvas, axis->title.s, (span->from_px + span->to_px) / 2, y_px - 34, 12.5, MX_PLOT_GREY,
         MX_PLOT_CENTRE, false);
}

/* ---- panels of curves ---- */

/* What the y axis has to hold: points with their intervals, and the threshold when it is near. */
static void range_of(const struct mx_figure_panel *panel, double *low, double *high)
{
    double least = INFINITY;

    *low = INFINITY;
    *high = -INFINITY;
    for (size_t s = 0; s < panel->series_count; s++) {
        for (size_t i = 0; i < panel->series[s].point_count; i++) {
            const struct mx_figure_point *point = &panel->series[s].points[i];
            double below = isnan(point->low) ? point->y : point->low;
            double above = isnan(point->high) ? point->y : point->high;

            if (!isnan(point->y)) {
                least = point->y < least ? point->y : least;
                *low = below < *low ? below : *low;
                *high = above > *high ? above : *high;
            }
        }
    }
    if (!isnan(panel->threshold)) {
        *low = panel->threshold < *low ? panel->threshold : *low;
        *high = panel->threshold > *high ? panel->threshold : *high;
    }
    if (!(*low <= *high)) {
        *low = 0;
        *high = 1;
    }
    if (least >= 0 && *low < 0) {
        *low = 0; /* an interval may reach below 0 where no value can */
    }
    if (*low > 0 && *low < 0.5 * *high) {
        *low = 0; /* most of the way down: then all of it */
    }
    if (!(*high > *low) && mx_metric_text_is_share(panel->metric) && *high > 0.9) {
        *low = 0.9; /* no share is larger than all */
        *high = 1;
    }
    if (!(*high > *low)) {
        *high = *low + (fabs(*low) > 0 ? fabs(*low) * 0.1 : 1);
    }
}

static bool has_values(const struct mx_figure_panel *panel)
{
    for (size_t s = 0; s < panel->series_count; s++) {
        for (size_t i = 0; i < panel->series[s].point_count; i++) {
            if (!isnan(panel->series[s].points[i].y)) {
                return true;
            }
        }
    }
    return !isnan(panel->threshold);
}

/* A round step of the numbers of a metric: durations go by their own units. */
double mx_figure_step(const char *metric, double step)
{
    static const double spans[] = {1,    2,    5,    10,    30,    60,    120,   300,   600,
                                   1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800};

    for (size_t i = 0;
         mx_metric_text_is_duration(metric) && step > 0.5 && i < sizeof spans / sizeof spans[0];
         i++) {
        if (spans[i] >= step) {
            return spans[i];
        }
    }
    return mx_plot_round_up(step);
}

static void draw_y_axis(struct mx_plot_canvas *canvas, const struct mx_figure_panel *panel,
                        struct span *y, double left, double right)
{
    double step = mx_figure_step(panel->metric, (y->to - y->from) / Y_TICKS);
    bool is_known = has_values(panel); /* else the numbers mean nothing */
    double first = floor(y->from / step), last = ceil(y->to / step - 1e-9);

    y->from = first * step;
    y->to = last * step;
    for (int i = 0; i <= (int)(last - first); i++) {
        double k = first + i, at = place(y, k * step);

        mx_plot_canvas_box(canvas, &(struct mx_plot_box){left, at, right, at + 1, GRID_COLOUR});
        if (is_known) {
            note(canvas, mx_figure_value(panel->metric, k * step).s, left - 10, at, 12,
                 MX_PLOT_GREY, MX_PLOT_RIGHT, false);
        }
    }
    if (!is_known) {
        note(canvas, "never", left - 10, y->from_px + 7, 12, MX_PLOT_GREY, MX_PLOT_RIGHT, false);
    }
    note(canvas, panel->title[0] != '\0' ? panel->title : panel->metric, left - 62, y->to_px + 15,
         12, MX_PLOT_INK, MX_PLOT_LEFT, false);
}

static mx_plot_colour mark_colour(enum mx_figure_mark mark, mx_plot_colour line)
{
    switch (mark) {
    case MX_MARK_MET:
        return MET_COLOUR;
    case MX_MARK_MISSED:
        return MISSED_COLOUR;
    case MX_MARK_UNSURE:
        return UNSURE_COLOUR;
    case MX_MARK_DOT:
        break;
    }
    return line;
}

static void draw_point(struct mx_plot_canvas *canvas, const struct span *x, const struct span *y,
                       const struct mx_figure_point *point, mx_plot_colour line)
{
    double at_x = place(x, point->x), at_y = place(y, point->y);
    mx_plot_colour colour = mark_colour(point->mark, line);

    if (!isnan(point->low) && !isnan(point->high)) {
        double low = place(y, point->low > y->from ? point->low : y->from);
        double high = place(y, point->high);

        stroke(canvas, at_x, low, at_x, high, 1.4, colour, 1);
        stroke(canvas, at_x - 4, low, at_x + 4, low, 1.4, colour, 1);
        stroke(canvas, at_x - 4, high, at_x + 4, high, 1.4, colour, 1);
    }
    mx_plot_canvas_box(
        canvas, &(struct mx_plot_box){at_x - 3.5, at_y - 3.5, at_x + 3.5, at_y + 3.5, colour});
}

/* Many points as one: their range as a pale bar, their median in it. */
static void draw_bins(struct mx_plot_canvas *canvas, const struct span *x, const struct span *y,
                      const struct mx_figure_series *series)
{
    double half = 0.36 * (x->to_px - x->from_px) / (double)(series->point_count + 1);

    for (size_t i = 0; i < series->point_count; i++) {
        const struct mx_figure_point *point = &series->points[i];
        double at_x = place(x, point->x), at_y = place(y, point->y);

        if (!isnan(point->y)) {
            mx_plot_canvas_box(canvas,
                               &(struct mx_plot_box){at_x - half, place(y, point->low), at_x + half,
                                                     place(y, point->high) + 1, BIN_COLOUR});
            mx_plot_canvas_box(canvas, &(struct mx_plot_box){at_x - half, at_y - 1.5, at_x + half,
                                                             at_y + 1.5, mx_plot_style(0)->line});
        }
    }
}

static void draw_series(struct mx_plot_canvas *canvas, const struct span *x, const struct span *y,
                        const struct mx_figure_series *series, const struct mx_plot_style *style)
{
    const struct mx_figure_point *before = NULL;

    for (size_t i = 0; i < series->point_count; i++) {
        const struct mx_figure_point *point = &series->points[i];

        if (isnan(point->y)) {
            before = NULL;
            note(canvas, "\u00D7", place(x, point->x), y->from_px + 7, 14,
                 mark_colour(point->mark, style->line), MX_PLOT_CENTRE, true);
            continue;
        }
        if (before != NULL && !series->is_scattered) {
            stroke(canvas, place(x, before->x), place(y, before->y), place(x, point->x),
                   place(y, point->y), 2, style->line, style->dash);
        }
        before = point;
    }
    for (size_t i = 0; i < series->point_count; i++) {
        if (!isnan(series->points[i].y)) {
            draw_point(canvas, x, y, &series->points[i], style->line);
        }
    }
}

/* Names of the series right of their last points, pushed apart. */
static void draw_labels(struct mx_plot_canvas *canvas, const struct mx_figure_panel *panel,
                        const struct span *y, double right)
{
    struct mx_plot_label labels[MX_FIGURE_SERIES_MAX];
    size_t count = 0;

    for (size_t s = 0; s < panel->series_count; s++) {
        const struct mx_figure_series *series = &panel->series[s];
        double at = y->from_px;

        for (size_t i = 0; i < series->point_count; i++) {
            at = isnan(series->points[i].y) ? y->from_px : place(y, series->points[i].y);
        }
        if (series->label.s[0] != '\0') {
            labels[count++] = (struct mx_plot_label){.wanted_px = at, .height_px = 15, .index = s};
        }
    }
    (void)mx_plot_labels_spread(labels, count, y->from_px, y->to_px);
    for (size_t i = 0; i < count; i++) {
        note(canvas, panel->series[labels[i].index].label.s, right + 12, labels[i].at_px, 12,
             mx_plot_style(labels[i].index)->text, MX_PLOT_LEFT, false);
    }
}

static void draw_panel(struct mx_plot_canvas *canvas, const struct mx_figure *figure, size_t number,
                       const struct span *x, double bottom, double top)
{
    const struct mx_figure_panel *panel = &figure->panels[number];
    struct span y = {.from_px = bottom, .to_px = top};

    range_of(panel, &y.from, &y.to);
    draw_y_axis(canvas, panel, &y, LEFT_PX, x->to_px + 8);
    if (!isnan(figure->x_marked)) {
        double at = place(x, figure->x_marked);

        mx_plot_canvas_box(canvas, &(struct mx_plot_box){at - 5, bottom, at + 5, top, 0xD9F0E8});
    }
    if (!isnan(panel->threshold)) {
        double at = place(&y, panel->threshold);

        stroke(canvas, LEFT_PX, at, x->to_px + 8, at, 1.4, THRESHOLD_COLOUR, 2);
        note(canvas, threshold_text(panel).s, x->to_px + 12, at, 12, 0xA84300, MX_PLOT_LEFT, false);
    }
    for (size_t s = 0; s < panel->series_count; s++) {
        if (panel->series[s].is_binned) {
            draw_bins(canvas, x, &y, &panel->series[s]);
        } else {
            draw_series(canvas, x, &y, &panel->series[s], mx_plot_style(s));
        }
    }
    draw_labels(canvas, panel, &y, x->to_px + 8);
}

/* Room right of the area for names and thresholds. */
static double right_of(const struct mx_figure *figure)
{
    double widest = 0;

    for (size_t p = 0; p < figure->panel_count; p++) {
        const struct mx_figure_panel *panel = &figure->panels[p];
        double width = mx_plot_text_width(threshold_text(panel).s, 12, false);

        widest = width > widest ? width : widest;
        for (size_t s = 0; s < panel->series_count; s++) {
            width = mx_plot_text_width(panel->series[s].label.s, 12, false);
            widest = width > widest ? width : widest;
        }
    }
    widest = widest < 260 ? widest : 260;
    return MX_PLOT_WIDTH_PX - EDGE_PX - widest - 24;
}

/* ---- data, and the form for the terminal ---- */

void mx_figure_ticks(const struct mx_figure_axis *axis, struct mx_plot_ticks *ticks)
{
    size_t every = (axis->tick_count + TERMINAL_TICKS_MAX - 1) / TERMINAL_TICKS_MAX;

    ticks->count = 0;
    for (size_t i = 0; i < axis->tick_count; i += every) {
        mx_plot_ticks_add(ticks, axis->at[i], axis->texts[i]);
    }
}

/* The text of a value of x; of a bin its middle. */
static struct mx_plot_text tick_text(const struct mx_figure_axis *axis, double at)
{
    size_t low = 0, high = axis->tick_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (axis->at[middle] < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < axis->tick_count && !(axis->at[low] > at) ? axis->texts[low]
                                                           : mx_plot_text_format("%.6g", at);
}

static void write_rows(FILE *table, const struct mx_figure *figure, size_t p, size_t s)
{
    static const char *const outcomes[] = {[MX_MARK_DOT] = "",
                                           [MX_MARK_MET] = "met",
                                           [MX_MARK_MISSED] = "missed",
                                           [MX_MARK_UNSURE] = "undecided"};
    const struct mx_figure_panel *panel = &figure->panels[p];
    const struct mx_figure_series *series = &panel->series[s];

    for (size_t i = 0; i < series->point_count; i++) {
        const struct mx_figure_point *point = &series->points[i];
        struct mx_plot_text value = tick_text(&figure->x, point->x);
        const char *texts[] = {panel->metric, series->label.s, value.s, outcomes[point->mark]};
        const double numbers[] = {point->x, point->y, point->low, point->high};

        mx_plot_table_row(table, texts, figure->has_outcomes ? 4 : 3, numbers, 4);
    }
}

/* A block of lines for each series, one after the other over all panels. */
static void write_blocks(struct mx_plot_picture *picture, const struct mx_figure *figure)
{
    struct mx_plot_text titles[MX_FIGURE_PANELS_MAX * MX_FIGURE_SERIES_MAX];
    struct mx_plot_text metrics[MX_FIGURE_PANELS_MAX];
    double first[MX_FIGURE_PANELS_MAX], last[MX_FIGURE_PANELS_MAX];
    double low[MX_FIGURE_PANELS_MAX], high[MX_FIGURE_PANELS_MAX];
    size_t count = 0;

    for (size_t p = 0; p < figure->panel_count; p++) {
        const struct mx_figure_panel *panel = &figure->panels[p];

        metrics[p] = mx_plot_text_clean(panel->metric);
        range_of(panel, &low[p], &high[p]);
        first[p] = (double)count + 1;
        for (size_t s = 0; s < panel->series_count; s++) {
            titles[count] = panel->series[s].label;
            (void)fprintf(picture->script, "$d%zu << EOD\n", ++count);
            for (size_t i = 0; i < panel->series[s].point_count; i++) {
                const struct mx_figure_point *point = &panel->series[s].points[i];

                (void)fprintf(picture->script, isnan(point->y) ? "\n" : "%.10g %.10g\n", point->x,
                              point->y);
            }
            (void)fputs("EOD\n", picture->script);
        }
        last[p] = (double)count;
    }
    mx_plot_script_number(picture->script, "panel_count", (double)figure->panel_count);
    mx_plot_script_texts(picture->script, "panel_title", metrics, figure->panel_count);
    mx_plot_script_texts(picture->script, "series_title", titles, count);
    mx_plot_script_numbers(picture->script, "panel_first", first, figure->panel_count);
    mx_plot_script_numbers(picture->script, "panel_last", last, figure->panel_count);
    mx_plot_script_numbers(picture->script, "panel_low", low, figure->panel_count);
    mx_plot_script_numbers(picture->script, "panel_high", high, figure->panel_count);
}

static void write_data(struct mx_plot_picture *picture, const struct mx_figure *figure,
                       const struct span *x)
{
    struct mx_plot_ticks ticks;

    mx_plot_table_head(picture->table, figure->has_outcomes
                                           ? "metric,series,value,outcome,number,mean,low,high"
                                           : "metric,series,value,number,mean,low,high");
    for (size_t p = 0; p < figure->panel_count; p++) {
        for (size_t s = 0; s < figure->panels[p].series_count; s++) {
            write_rows(picture->table, figure, p, s);
        }
    }
    write_blocks(picture, figure);
    mx_figure_ticks(&figure->x, &ticks);
    mx_plot_script_ticks(picture->script, "x_tick", &ticks);
    mx_plot_script_number(picture->script, "x_min", x->from);
    mx_plot_script_number(picture->script, "x_max", x->to);
    if (x->is_log) {
        mx_plot_script_number(picture->script, "x_is_log", 1);
    }
    mx_plot_script_number(picture->script, "y_max", 1);
    mx_plot_frame_form(picture, MX_PLOT_PANELS, 2);
}

void mx_figure_draw(struct mx_plot_picture *picture, const struct mx_figure *figure)
{
    double count = (double)figure->panel_count;
    double height = (TOP_PX - BOTTOM_PX - (count - 1) * PANEL_GAP_PX) / count;
    struct span x = span_of(&figure->x, LEFT_PX + 14, right_of(figure) - 8);

    mx_plot_frame_head(picture, figure->headline.s, figure->line1.s, figure->line2.s);
    for (size_t p = 0; p < figure->panel_count; p++) {
        double top = TOP_PX - (double)p * (height + PANEL_GAP_PX);

        draw_panel(&picture->canvas, figure, p, &x, top - height, top);
    }
    draw_x_axis(&picture->canvas, &figure->x, &x, BOTTOM_PX);
    write_data(picture, figure, &x);
}

/* ---- a map ---- */

/* Viridis (S. van der Walt, N. Smith; CC0) at nine places, straight lines between; none of the
 * colours that a page turns over in the dark, for numbers stand in the cells (report_svg.c). */
static mx_plot_colour viridis(double share)
{
    static const unsigned char stops[9][3] = {{68, 1, 84},    {71, 44, 122},  {59, 81, 139},
                                              {44, 113, 142}, {33, 144, 141}, {39, 173, 129},
                                              {92, 200, 99},  {170, 220, 50}, {253, 231, 37}};
    static const mx_plot_colour turned[] = {0xFDE725, 0xADDC30, 0x5EC962, 0x28AE80, 0x21918C,
                                            0x2C728E, 0x3B528B, 0x472D7B, 0x440154};
    double at = (share < 0 ? 0 : share > 1 ? 1 : share) * 8;
    size_t low = at < 7 ? (size_t)at : 7;
    mx_plot_colour colour = 0;

    for (size_t c = 0; c < 3; c++) {
        double value = stops[low][c] + (at - (double)low) * (stops[low + 1][c] - stops[low][c]);

        colour = colour << 8 | (mx_plot_colour)(value + 0.5);
    }
    for (size_t i = 0; i < sizeof turned / sizeof turned[0]; i++) {
        if (colour == turned[i]) {
            return colour ^ 1;
        }
    }
    return colour;
}

/* Numbers over more than three powers of ten are told apart by their logarithms. */
static double shade(double value, double low, double high)
{
    if (!(high > low)) {
        return 0.5;
    }
    return low > 0 && high / low > 1000 ? log(value / low) / log(high / low)
                                        : (value - low) / (high - low);
}

struct area {
    double left, right, bottom, top;
};

static void draw_cell(struct mx_plot_canvas *canvas, const struct mx_figure_map *map,
                      const struct area *area, size_t column, size_t row, double low, double high)
{
    double width = (area->right - area->left) / (double)map->x.tick_count;
    double height = (area->top - area->bottom) / (double)map->y.tick_count;
    double value = map->cells[row * map->x.tick_count + column];
    double x = area->left + (double)column * width, y = area->bottom + (double)row * height;
    bool is_number = isfinite(value);
    double share = is_number ? shade(value, low, high) : 0;
    struct mx_plot_text text = is_number && mx_metric_text_is_share(map->metric)
                                   ? mx_plot_text_format("%.4g %%", 100 * value)
                               : is_number ? mx_figure_value(map->metric, value)
                                           : mx_plot_text_clean(isnan(value) ? "never" : "-");

    mx_plot_canvas_box(canvas,
                       &(struct mx_plot_box){x + 0.5, y + 0.5, x + width - 0.5, y + height - 0.5,
                                             is_number ? viridis(share) : 0xDDDDDD});
    if (width >= CELL_TEXT_PX && height >= 14) {
        note(canvas, text.s, x + width / 2, y + height / 2, 11,
             is_number && share < 0.6 ? CELL_WHITE : CELL_BLACK, MX_PLOT_CENTRE, false);
    }
}

static void draw_scale(struct mx_plot_canvas *canvas, const struct mx_figure_map *map, double left,
                       double low, double high)
{
    const double bottom = BOTTOM_PX + 40, top = TOP_PX - 60;
    const size_t steps = 64;

    for (size_t i = 0; i < steps; i++) {
        double from = bottom + (top - bottom) * (double)i / (double)steps;

        mx_plot_canvas_box(canvas,
                           &(struct mx_plot_box){left, from, left + 16,
                                                 from + (top - bottom) / (double)steps + 0.5,
                                                 viridis(((double)i + 0.5) / (double)steps)});
    }
    note(canvas, mx_figure_amount(map->metric, high).s, left + 22, top, 12, MX_PLOT_GREY,
         MX_PLOT_LEFT, false);
    note(canvas, mx_figure_amount(map->metric, low).s, left + 22, bottom, 12, MX_PLOT_GREY,
         MX_PLOT_LEFT, false);
}

/* Texts of an axis at the middles of its cells, as many as have room. */
static void draw_map_axes(struct mx_plot_canvas *canvas, const struct mx_figure_map *map,
                          const struct area *area)
{
    double width = (area->right - area->left) / (double)map->x.tick_count;
    double height = (area->top - area->bottom) / (double)map->y.tick_count, free_px = -1e9;
    size_t every = height >= 14 ? 1 : (size_t)ceil(14 / height);

    for (size_t i = 0; i < map->x.tick_count; i++) {
        double at = area->left + ((double)i + 0.5) * width;
        double half = mx_plot_text_width(map->x.texts[i].s, 12, false) / 2;

        if (at - half > free_px + 6) {
            note(canvas, map->x.texts[i].s, at, area->bottom - 14, 12, MX_PLOT_GREY, MX_PLOT_CENTRE,
                 false);
            free_px = at + half;
        }
    }
    for (size_t i = 0; i < map->y.tick_count; i += every) {
        note(canvas, map->y.texts[i].s, area->left - 8, area->bottom + ((double)i + 0.5) * height,
             12, MX_PLOT_GREY, MX_PLOT_RIGHT, false);
    }
    note(canvas, map->x.title.s, (area->left + area->right) / 2, area->bottom - 34, 12.5,
         MX_PLOT_GREY, MX_PLOT_CENTRE, false);
    note(canvas, map->y.title.s, EDGE_PX, area->top + 12, 12.5, MX_PLOT_GREY, MX_PLOT_LEFT, false);
}

/* Rows of from, to, y and a digit of 0 to 9, as terminal.gp reads cells. */
static void write_map(struct mx_plot_picture *picture, const struct mx_figure_map *map, double low,
                      double high)
{
    struct mx_plot_text names[3] = {map->x.title, map->y.title, mx_plot_text_clean(map->metric)};
    const char *heads[3] = {names[0].s, names[1].s, names[2].s};
    struct mx_plot_ticks x = {.count = 0}, y = {.count = 0};
    size_t every = (map->x.tick_count + TERMINAL_TICKS_MAX - 1) / TERMINAL_TICKS_MAX;

    mx_plot_table_row(picture->table, heads, 3, NULL, 0);
    (void)fputs("$d1 << EOD\n", picture->script);
    for (size_t row = 0; row < map->y.tick_count; row++) {
        for (size_t column = 0; column < map->x.tick_count; column++) {
            double value = map->cells[row * map->x.tick_count + column];
            const char *texts[] = {map->x.texts[column].s, map->y.texts[row].s};

            mx_plot_table_row(picture->table, texts, 2, &value, 1);
            if (isfinite(value)) {
                (void)fprintf(picture->script, "%zu %.2f %zu %.0f\n", column, (double)column + 0.9,
                              row + 1, floor(9.99 * shade(value, low, high)));
            }
        }
    }
    (void)fputs("EOD\n", picture->script);
    for (size_t i = 0; i < map->x.tick_count; i += every) {
        mx_plot_ticks_add(&x, (double)i, map->x.texts[i]);
    }
    every = (map->y.tick_count + 2 * TERMINAL_TICKS_MAX - 1) / (2 * TERMINAL_TICKS_MAX);
    for (size_t i = 0; i < map->y.tick_count; i += every) {
        mx_plot_ticks_add(&y, (double)i + 1, map->y.texts[i]);
    }
    mx_plot_script_ticks(picture->script, "x_tick", &x);
    mx_plot_script_ticks(picture->script, "y_tick", &y);
    mx_plot_script_number(picture->script, "x_max", (double)map->x.tick_count);
    mx_plot_script_number(picture->script, "y_max", (double)map->y.tick_count + 1);
    mx_plot_frame_form(picture, MX_PLOT_CELLS, 1);
}

void mx_figure_draw_map(struct mx_plot_picture *picture, const struct mx_figure_map *map)
{
    struct area area = {LEFT_PX, MX_PLOT_WIDTH_PX - EDGE_PX - 120, BOTTOM_PX, TOP_PX - 12};
    double low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < map->x.tick_count * map->y.tick_count; i++) {
        if (isfinite(map->cells[i])) {
            low = map->cells[i] < low ? map->cells[i] : low;
            high = map->cells[i] > high ? map->cells[i] : high;
        }
    }
    mx_plot_frame_head(picture, map->headline.s, map->line1.s, map->line2.s);
    for (size_t row = 0; row < map->y.tick_count; row++) {
        for (size_t column = 0; column < map->x.tick_count; column++) {
            draw_cell(&picture->canvas, map, &area, column, row, low, high);
        }
    }
    draw_map_axes(&picture->canvas, map, &area);
    if (low <= high) {
        draw_scale(&picture->canvas, map, area.right + 28, low, high);
    }
    write_map(picture, map, low, high);
}
