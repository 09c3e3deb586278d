// SPDX-License-Identifier: GPL-3.0-or-later
/* study_figure.h - the two pictures that studies need, laid out on a canvas: curves of metrics
 * over a parameter, and a map of one metric over two. */
#ifndef MX_STUDY_FIGURE_H
#define MX_STUDY_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_frame.h"

#define MX_FIGURE_PANELS_MAX 3
#define MX_FIGURE_SERIES_MAX 8
#define MX_FIGURE_CELLS_MAX 2500

enum mx_figure_mark { MX_MARK_DOT, MX_MARK_MET, MX_MARK_MISSED, MX_MARK_UNSURE };

/* y NaN: nothing there (undefined). low, high NaN: no interval. */
struct mx_figure_point {
    double x, y, low, high;
    enum mx_figure_mark mark;
};

/* points: in the order of x, tied by a line unless is_scattered. is_binned: each stands for many,
 * with their median and a range. Owned by whoever made it. */
struct mx_figure_series {
    struct mx_plot_text label; /* "" : none */
    bool is_scattered, is_binned;
    size_t point_count;
    struct mx_figure_point *points;
};

/* metric: decides how numbers are written, and is the axis's name unless there is a title.
 * threshold NaN: none. */
struct mx_figure_panel {
    char metric[256], title[300];
    double threshold;
    char comparison[4]; /* of the threshold: ">=" */
    size_t series_count;
    struct mx_figure_series series[MX_FIGURE_SERIES_MAX];
};

/* An axis: places of ticks with their texts, in the order of the numbers. For a text-valued
 * parameter the numbers are 0, 1, 2 ... */
struct mx_figure_axis {
    struct mx_plot_text title;
    bool is_log;
    size_t tick_count;
    double *at;
    struct mx_plot_text *texts;
};

/* x_marked: a value of x marked by a line, or NaN. has_outcomes: marks say what met a target. */
struct mx_figure {
    struct mx_plot_text headline, line1, line2;
    bool has_outcomes;
    struct mx_figure_axis x;
    double x_marked;
    size_t panel_count;
    struct mx_figure_panel panels[MX_FIGURE_PANELS_MAX];
};

/* cells[y * x.tick_count + x]: NaN: undefined, +infinity: the point failed. */
struct mx_figure_map {
    struct mx_plot_text headline, line1, line2;
    struct mx_figure_axis x, y;
    char metric[256];
    const double *cells;
};

/* A number of a metric as people read it: on a scale, whose neighbours have to differ; alone. */
struct mx_plot_text mx_figure_value(const char *metric, double value);
struct mx_plot_text mx_figure_amount(const char *metric, double value);
/* A round step of such numbers, at least as large. */
double mx_figure_step(const char *metric, double step);

/* Ticks of an axis that can be told apart, for the terminal; those of a picture are placed. */
void mx_figure_ticks(const struct mx_figure_axis *axis, struct mx_plot_ticks *ticks);

/* Draw it, with its data and its form for the terminal. */
void mx_figure_draw(struct mx_plot_picture *picture, const struct mx_figure *figure);
void mx_figure_draw_map(struct mx_plot_picture *picture, const struct mx_figure_map *map);

/* Frees the points of all series, and the ticks. */
void mx_figure_fini(struct mx_figure *figure);
void mx_figure_axis_fini(struct mx_figure_axis *axis);

#endif
