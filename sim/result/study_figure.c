// SPDX-License-Identifier: GPL-3.0-or-later
/* study_figure.c - see study_figure.h. */
#include "sim/result/study_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/result/plot_frame.h"
#include "sim/result/plot_script.h"
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
#define CELL_TEXT_PX 46.0 /* narrower cells have no number in them */

static struct mx_plot_text value_text(const char *metric, double value)
{
    if (mx_metric_text_is_duration(metric)) {
        return mx_plot_text_clean(mx_human_duration(value).s);
    }
    if (mx_metric_text_is_share(metric)) {
        return mx_plot_text_format("%.5g %%", round(value * 1e7) / 1e5);
    }
    return value >= 1e4 ? mx_plot_text_clean(mx_human_count_short(value).s)
                        : mx_plot_text_format("%.4g", value);
}

static struct mx_plot_text threshold_text(const struct mx_figure_panel *panel)
{
    return isnan(panel->threshold)
               ? mx_plot_text_clean("")
               : mx_plot_text_format("%s %s", panel->comparison,
                                     value_text(panel->metric, panel->threshold).s);
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

static void draw_head(struct mx_plot_canvas *canvas, const struct mx_plot_text *headline,
                      const struct mx_plot_text *line1, const struct mx_plot_text *line2,
                      const struct mx_plot_text *name)
{
    double width = MX_PLOT_WIDTH_PX - 2 * EDGE_PX;
    double font_px = mx_plot_text_headline_px(headline->s, width);

    note(canvas, mx_plot_text_fit(headline->s, font_px, true, width).s, EDGE_PX, 572, font_px,
         MX_PLOT_INK, MX_PLOT_LEFT, true);
    note(canvas, mx_plot_text_fit(line1->s, 13, false, width).s, EDGE_PX, 548, 13, MX_PLOT_GREY,
         MX_PLOT_LEFT, false);
    note(canvas, mx_plot_text_fit(line2->s, 13, false, width).s, EDGE_PX, 529, 13, MX_PLOT_GREY,
         MX_PLOT_LEFT, false);
    note(canvas, mx_plot_text_fit(name->s, 11, false, 300).s, MX_PLOT_WIDTH_PX - EDGE_PX, 12, 11,
         MX_PLOT_PALE, MX_PLOT_RIGHT, false);
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

        stroke(canvas, x, y_px, x, y_px - 4, 1, MX_PLOT_PALE, 1);
        if (x - half > free_px + 8 && (is_last || x + half < last - half - 8)) {
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
    if (!(*high > *low)) {
        *high = *low + (fabs(*low) > 0 ? fabs(*low) * 0.1 : 1);
    }
}

/* A round step of the numbers of a metric: durations go by their own units. */
static double round_step(const char *metric, double step)
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
    double step = round_step(panel->metric, (y->to - y->from) / Y_TICKS);
    double first = floor(y->from / step), last = ceil(y->to / step - 1e-9);

    y->from = first * step;
    y->to = last * step;
    for (int i = 0; i <= (int)(last - first); i++) {
        double k = first + i, at = place(y, k * step);

        stroke(canvas, left, at, right, at, 1, GRID_COLOUR, 1);
        note(canvas, value_text(panel->metric, k * step).s, left - 10, at, 12, MX_PLOT_GREY,
             MX_PLOT_RIGHT, false);
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
        draw_series(canvas, x, &y, &panel->series[s], mx_plot_style(s));
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

static char *write_canvas(struct mx_plot_canvas *canvas)
{
    char *text = NULL;
    size_t size = 0;
    FILE *script = open_memstream(&text, &size);
    bool failed = script == NULL || canvas->has_failed;

    if (script != NULL) {
        mx_plot_canvas_write(canvas, script);
        failed |= ferror(script) != 0;
        failed |= fclose(script) != 0;
    }
    mx_plot_canvas_fini(canvas);
    if (failed) {
        free(text);
        text = NULL;
    }
    return text;
}

char *mx_figure_compose(const struct mx_figure *figure)
{
    struct mx_plot_canvas canvas = {.notes = NULL};
    double count = (double)figure->panel_count;
    double height = (TOP_PX - BOTTOM_PX - (count - 1) * PANEL_GAP_PX) / count;
    struct span x = span_of(&figure->x, LEFT_PX + 14, right_of(figure) - 8);

    draw_head(&canvas, &figure->headline, &figure->line1, &figure->line2, &figure->name);
    for (size_t p = 0; p < figure->panel_count; p++) {
        double top = TOP_PX - (double)p * (height + PANEL_GAP_PX);

        draw_panel(&canvas, figure, p, &x, top - height, top);
    }
    draw_x_axis(&canvas, &figure->x, &x, BOTTOM_PX);
    return write_canvas(&canvas);
}

/* ---- a map ---- */

/* Viridis (S. van der Walt, N. Smith; CC0) at nine places, straight lines between. */
static mx_plot_colour viridis(double share)
{
    static const unsigned char stops[9][3] = {{68, 1, 84},    {71, 44, 122},  {59, 81, 139},
                                              {44, 113, 142}, {33, 144, 141}, {39, 173, 129},
                                              {92, 200, 99},  {170, 220, 50}, {253, 231, 37}};
    double at = (share < 0 ? 0 : share > 1 ? 1 : share) * 8;
    size_t low = at < 7 ? (size_t)at : 7;
    mx_plot_colour colour = 0;

    for (size_t c = 0; c < 3; c++) {
        double value = stops[low][c] + (at - (double)low) * (stops[low + 1][c] - stops[low][c]);

        colour = colour << 8 | (mx_plot_colour)(value + 0.5);
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
                               : is_number ? value_text(map->metric, value)
                                           : mx_plot_text_clean(isnan(value) ? "never" : "-");

    mx_plot_canvas_box(canvas,
                       &(struct mx_plot_box){x + 0.5, y + 0.5, x + width - 0.5, y + height - 0.5,
                                             is_number ? viridis(share) : 0xDDDDDD});
    if (width >= CELL_TEXT_PX && height >= 14) {
        note(canvas, text.s, x + width / 2, y + height / 2, 11,
             is_number && share < 0.6 ? 0xFFFFFF : MX_PLOT_INK, MX_PLOT_CENTRE, false);
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
    note(canvas, value_text(map->metric, high).s, left + 22, top, 12, MX_PLOT_GREY, MX_PLOT_LEFT,
         false);
    note(canvas, value_text(map->metric, low).s, left + 22, bottom, 12, MX_PLOT_GREY, MX_PLOT_LEFT,
         false);
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

char *mx_figure_compose_map(const struct mx_figure_map *map)
{
    struct mx_plot_canvas canvas = {.notes = NULL};
    struct area area = {LEFT_PX, MX_PLOT_WIDTH_PX - EDGE_PX - 120, BOTTOM_PX, TOP_PX - 12};
    double low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < map->x.tick_count * map->y.tick_count; i++) {
        if (isfinite(map->cells[i])) {
            low = map->cells[i] < low ? map->cells[i] : low;
            high = map->cells[i] > high ? map->cells[i] : high;
        }
    }
    draw_head(&canvas, &map->headline, &map->line1, &map->line2, &map->name);
    for (size_t row = 0; row < map->y.tick_count; row++) {
        for (size_t column = 0; column < map->x.tick_count; column++) {
            draw_cell(&canvas, map, &area, column, row, low, high);
        }
    }
    draw_map_axes(&canvas, map, &area);
    if (low <= high) {
        draw_scale(&canvas, map, area.right + 28, low, high);
    }
    return write_canvas(&canvas);
}
