// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_sweep.c - the picture of a sweep: curves over its first parameter, or a map over
 * two. Of more points than can be told apart it shows what it says it does: every n-th value, bins
 * with their median and range, or cells that are means of their neighbours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_study_parts.h"
#include "sim/result/plot_sweep.h"

#define MAP_VALUES_MIN 4
#define MARKS_MAX 1500  /* marks of all curves of all panels: each is up to four strokes */
#define SCATTER_MAX 300 /* points of a panel that are drawn one by one */
#define BIN_COUNT 40
#define BIN_SHARE 0.1 /* of a bin's points left out at either end of its range */

/* What a picture leaves out, for its second line. */
struct view {
    size_t every;             /* n-th values of the first parameter */
    size_t others, others_of; /* curves drawn, and values of the second parameter */
    bool is_binned;
};

struct tick {
    double at;
    size_t point;
};

static int compare_ticks(const void *a, const void *b)
{
    const struct tick *x = a, *y = b;

    return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
                          : (x->point > y->point) - (x->point < y->point);
}

/* Ticks at all values of a parameter, in the order of their numbers. */
static bool fill_axis(const struct mx_plot_sweep *sweep, size_t parameter,
                      struct mx_figure_axis *axis)
{
    struct tick *ticks = calloc(sweep->point_count, sizeof *ticks);
    bool good;

    axis->title = mx_plot_text_clean(sweep->parameters[parameter].label);
    axis->at = calloc(sweep->point_count + 1, sizeof *axis->at);
    axis->texts = calloc(sweep->point_count + 1, sizeof *axis->texts);
    good = ticks != NULL && axis->at != NULL && axis->texts != NULL;
    for (size_t i = 0; good && i < sweep->point_count; i++) {
        ticks[i] = (struct tick){mx_plot_sweep_cell(sweep, i, parameter)->number, i};
    }
    if (good) {
        qsort(ticks, sweep->point_count, sizeof *ticks, compare_ticks);
    }
    for (size_t i = 0; good && i < sweep->point_count; i++) {
        if (i == 0 || ticks[i].at > ticks[i - 1].at) {
            axis->at[axis->tick_count] = ticks[i].at;
            axis->texts[axis->tick_count++] =
                mx_plot_sweep_cell(sweep, ticks[i].point, parameter)->text;
        }
    }
    free(ticks);
    axis->is_log = sweep->parameters[parameter].is_log && sweep->parameters[parameter].is_number &&
                   good && axis->tick_count > 0 && axis->at[0] > 0;
    return good;
}

static size_t tick_of(const struct mx_figure_axis *axis, double number)
{
    size_t low = 0, high = axis->tick_count - 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (axis->at[middle] < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Of parameters past the first two, the first point's value is shown. */
static bool is_shown(const struct mx_plot_sweep *sweep, size_t point)
{
    for (size_t p = 2; p < sweep->parameter_count; p++) {
        if (strcmp(mx_plot_sweep_cell(sweep, point, p)->text.s,
                   mx_plot_sweep_cell(sweep, 0, p)->text.s) != 0) {
            return false;
        }
    }
    return true;
}

static bool is_drawn_design(const struct mx_plot_sweep *sweep)
{
    return strcmp(sweep->design, "grid") != 0 && strcmp(sweep->design, "zip") != 0;
}

/* At which values of further parameters it is drawn, and what is left out. */
static struct mx_plot_text second_line(const struct mx_plot_sweep *sweep, const struct view *view)
{
    struct mx_plot_text text = mx_plot_text_clean("");

    for (size_t p = 2; p < sweep->parameter_count && !is_drawn_design(sweep); p++) {
        text =
            mx_plot_text_format("%.120s%s%.60s = %.60s", text.s, p > 2 ? ", " : "Shown at ",
                                sweep->parameters[p].name, mx_plot_sweep_cell(sweep, 0, p)->text.s);
    }
    if (text.s[0] != '\0') {
        text = mx_plot_text_format("%.250s. ", text.s);
    }
    if (view->others < view->others_of) {
        text = mx_plot_text_format("%.180s%zu of %zu values of %.60s are drawn. ", text.s,
                                   view->others, view->others_of, sweep->parameters[1].name);
    }
    if (view->is_binned) {
        text = mx_plot_text_format(
            "%.140sIn each of %d bins: the median, and where the middle 80 %% of its points lie. ",
            text.s, BIN_COUNT);
    } else if (view->every > 1) {
        text = mx_plot_text_format("%.180sOne in %zu values of %.60s is drawn. ", text.s,
                                   view->every, sweep->parameters[0].name);
    }
    return text;
}

/* And which metrics have no panel, and what the crosses are. */
static struct mx_plot_text with_missing(struct mx_plot_text text, const struct mx_plot_sweep *sweep,
                                        const size_t *metrics, size_t count, bool is_map)
{
    size_t undefined = 0;

    for (size_t m = 0; m < count; m++) {
        for (size_t i = 0; i < sweep->point_count; i++) {
            undefined += isnan(sweep->means[metrics[m]][i].y) && !sweep->failed[i];
        }
    }
    if (undefined > 0 && !is_map) {
        text = mx_plot_text_format("%.200s\u00D7: never, in a run of the point at least. ", text.s);
    }
    if (count < sweep->metric_count) {
        text = mx_plot_text_format("%.180s%zu of %zu metrics: --metric chooses others. ", text.s,
                                   count, sweep->metric_count);
    }
    return text;
}

/* The study's title says what it is about; a page that has it already gets what is shown. */
static struct mx_plot_text headline_of(const struct mx_plot_sweep *sweep, const char *metric,
                                       size_t metric_count, size_t parameter_count, bool is_bare)
{
    struct mx_plot_text others = mx_plot_text_format(" and %zu more", metric_count - 1);

    return is_bare
               ? mx_plot_text_format("%.100s%s over %.60s%s%.60s", metric,
                                     metric_count > 1 ? others.s : "", sweep->parameters[0].label,
                                     parameter_count > 1 ? " and " : "",
                                     parameter_count > 1 ? sweep->parameters[1].label : "")
               : mx_plot_text_clean(sweep->title);
}

/* ---- curves ---- */

static int compare_points(const void *a, const void *b)
{
    const struct mx_figure_point *x = a, *y = b;

    return (x->x > y->x) - (x->x < y->x);
}

static int compare_values(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* A bin's points, sorted by x, as one. The undefined are left out of it; nothing where none is
 * defined. values: working memory. */
static struct mx_figure_point bin_of(const struct mx_figure_point *points, size_t count,
                                     double middle, double *values)
{
    struct mx_figure_point bin = {.x = middle, .y = NAN, .low = NAN, .high = NAN};
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        if (!isnan(points[i].y)) {
            values[known++] = points[i].y;
        }
    }
    if (known > 0) {
        size_t skipped = (size_t)(BIN_SHARE * (double)known);

        qsort(values, known, sizeof *values, compare_values);
        bin.y = values[known / 2];
        bin.low = values[skipped];
        bin.high = values[known - 1 - skipped];
    }
    return bin;
}

/* Put the points, sorted by x, into bins of equal width on the axis. */
static bool bin_series(const struct mx_figure_axis *x, struct mx_figure_series *series)
{
    double from = x->at[0], to = x->at[x->tick_count - 1];
    double *values = calloc(series->point_count + 1, sizeof *values);
    struct mx_figure_point bins[BIN_COUNT];
    size_t at = 0;

    for (size_t b = 0; values != NULL && b < BIN_COUNT; b++) {
        double low = (double)b / BIN_COUNT, high = (double)(b + 1) / BIN_COUNT;
        double middle = 0.5 * (low + high);
        double end = x->is_log ? from * pow(to / from, high) : from + (to - from) * high;
        size_t first = at;

        while (at < series->point_count && (series->points[at].x <= end || b + 1 == BIN_COUNT)) {
            at++;
        }
        bins[b] =
            bin_of(&series->points[first], at - first,
                   x->is_log ? from * pow(to / from, middle) : from + (to - from) * middle, values);
    }
    if (values != NULL) {
        memcpy(series->points, bins, sizeof bins); /* it has room for them */
        series->is_binned = true;
        series->point_count = BIN_COUNT;
    }
    free(values);
    return values != NULL;
}

/* One curve: the points whose second parameter has this value (NULL: all). */
static bool fill_series(const struct mx_plot_sweep *sweep, size_t metric,
                        const struct mx_plot_text *value, const struct mx_figure_axis *x,
                        struct view *view, struct mx_figure_series *series)
{
    bool is_bin = is_drawn_design(sweep) && sweep->parameters[0].is_number &&
                  sweep->point_count > SCATTER_MAX;

    series->points = calloc(sweep->point_count + BIN_COUNT, sizeof *series->points);
    series->is_scattered = is_drawn_design(sweep) || !sweep->parameters[0].is_number;
    for (size_t i = 0; series->points != NULL && i < sweep->point_count; i++) {
        struct mx_figure_point point = sweep->means[metric][i];
        size_t tick;

        point.x = mx_plot_sweep_cell(sweep, i, 0)->number;
        tick = tick_of(x, point.x);
        if ((value != NULL && strcmp(mx_plot_sweep_cell(sweep, i, 1)->text.s, value->s) != 0) ||
            (!is_drawn_design(sweep) && !is_shown(sweep, i)) || sweep->failed[i] ||
            (!is_bin && tick % view->every != 0 && tick + 1 != x->tick_count)) {
            continue;
        }
        series->points[series->point_count++] = point;
    }
    if (series->points == NULL) {
        return false;
    }
    qsort(series->points, series->point_count, sizeof *series->points, compare_points);
    view->is_binned = is_bin;
    return !is_bin || bin_series(x, series);
}

static bool fill_panel(const struct mx_plot_sweep *sweep, size_t metric,
                       const struct mx_figure_axis *others, const struct mx_figure_axis *x,
                       struct view *view, struct mx_figure_panel *panel)
{
    bool good = true;

    (void)snprintf(panel->metric, sizeof panel->metric, "%s", sweep->metrics[metric]);
    panel->threshold = NAN;
    for (size_t s = 0; good && s < view->others; s++) {
        struct mx_figure_series *series = &panel->series[panel->series_count++];
        const struct mx_plot_text *value = NULL;

        if (others != NULL) {
            bool is_number = sweep->parameters[1].is_number;
            size_t last = view->others > 1 ? view->others - 1 : 1;

            value = &others->texts[s * (view->others_of - 1) / last]; /* evenly, with both ends */
            series->label =
                mx_plot_text_format("%s%s%s", is_number ? sweep->parameters[1].name : "",
                                    is_number ? " " : "", value->s);
        }
        good = fill_series(sweep, metric, value, x, view, series);
    }
    return good;
}

static struct view choose_view(const struct mx_plot_sweep *sweep, const struct mx_figure_axis *x,
                               const struct mx_figure_axis *others, size_t panel_count)
{
    struct view view = {.every = 1, .others = 1, .others_of = 1};
    size_t marks;

    if (others != NULL) {
        view.others_of = others->tick_count;
        view.others =
            others->tick_count < MX_FIGURE_SERIES_MAX ? others->tick_count : MX_FIGURE_SERIES_MAX;
    }
    marks = x->tick_count * view.others * panel_count;
    if (sweep->parameters[0].is_number || marks > MARKS_MAX) {
        view.every = (marks + MARKS_MAX - 1) / MARKS_MAX;
    }
    return view;
}

static int draw_curves(const struct mx_plot_sweep *sweep, const size_t *metrics, size_t count,
                       struct mx_plot_picture *picture)
{
    struct mx_figure figure = {.x_marked = NAN};
    struct mx_figure_axis others = {.at = NULL};
    bool has_others = sweep->parameter_count > 1 && strcmp(sweep->design, "grid") == 0;
    bool good = fill_axis(sweep, 0, &figure.x) && (!has_others || fill_axis(sweep, 1, &others));
    struct view view = {.every = 1};

    figure.headline = headline_of(sweep, sweep->metrics[metrics[0]], count, 1, picture->is_bare);
    figure.line1 = mx_plot_sweep_runs(sweep);
    if (good) {
        view = choose_view(sweep, &figure.x, has_others ? &others : NULL, count);
    }
    for (size_t m = 0; good && m < count; m++) {
        good = fill_panel(sweep, metrics[m], has_others ? &others : NULL, &figure.x, &view,
                          &figure.panels[figure.panel_count++]);
    }
    if (good) {
        figure.line2 = with_missing(second_line(sweep, &view), sweep, metrics, count, false);
        mx_figure_draw(picture, &figure);
    }
    mx_figure_axis_fini(&others);
    mx_figure_fini(&figure);
    return good ? 0 : mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
}

/* ---- a map ---- */

/* Neighbours that become one cell, on either axis. */
static void choose_steps(const struct mx_figure_map *map, size_t *x_step, size_t *y_step)
{
    *x_step = 1;
    *y_step = 1;
    for (;;) {
        size_t columns = (map->x.tick_count + *x_step - 1) / *x_step;
        size_t rows = (map->y.tick_count + *y_step - 1) / *y_step;

        if (columns * rows <= MX_FIGURE_CELLS_MAX) {
            return;
        }
        *(columns >= rows ? x_step : y_step) += 1;
    }
}

/* Every step-th tick, named by its first value. */
static void thin_axis(struct mx_figure_axis *axis, size_t step)
{
    size_t count = 0;

    for (size_t i = 0; i < axis->tick_count; i += step) {
        axis->at[count] = axis->at[i];
        axis->texts[count++] = axis->texts[i];
    }
    axis->tick_count = count;
}

/* Means of the points of each cell; where none is defined NaN, where all failed +infinity. */
static double *fill_cells(const struct mx_plot_sweep *sweep, size_t metric,
                          struct mx_figure_map *map, size_t x_step, size_t y_step)
{
    size_t columns = (map->x.tick_count + x_step - 1) / x_step;
    size_t rows = (map->y.tick_count + y_step - 1) / y_step;
    double *cells = calloc(columns * rows, sizeof *cells);
    size_t *counts = calloc(columns * rows, sizeof *counts);
    bool *is_there = calloc(columns * rows, sizeof *is_there);
    bool good = cells != NULL && counts != NULL && is_there != NULL;

    for (size_t i = 0; good && i < sweep->point_count; i++) {
        size_t x = tick_of(&map->x, mx_plot_sweep_cell(sweep, i, 0)->number) / x_step;
        size_t y = tick_of(&map->y, mx_plot_sweep_cell(sweep, i, 1)->number) / y_step;
        double value = sweep->means[metric][i].y;

        if (is_shown(sweep, i) && !sweep->failed[i]) {
            is_there[y * columns + x] = true;
            counts[y * columns + x] += isnan(value) ? 0 : 1;
            cells[y * columns + x] += isnan(value) ? 0 : value;
        }
    }
    for (size_t i = 0; good && i < columns * rows; i++) {
        cells[i] = counts[i] > 0 ? cells[i] / (double)counts[i] : is_there[i] ? NAN : INFINITY;
    }
    free(counts);
    free(is_there);
    if (!good) {
        free(cells);
        return NULL;
    }
    thin_axis(&map->x, x_step);
    thin_axis(&map->y, y_step);
    return cells;
}

static int draw_map(const struct mx_plot_sweep *sweep, size_t metric,
                    struct mx_plot_picture *picture)
{
    struct mx_figure_map map = {.cells = NULL};
    struct view view = {.every = 1};
    double *cells = NULL;
    size_t x_step, y_step;

    if (fill_axis(sweep, 0, &map.x) && fill_axis(sweep, 1, &map.y)) {
        choose_steps(&map, &x_step, &y_step);
        cells = fill_cells(sweep, metric, &map, x_step, y_step);
    }
    if (cells != NULL) {
        map.cells = cells;
        map.headline = headline_of(sweep, sweep->metrics[metric], 1, 2, picture->is_bare);
        (void)snprintf(map.metric, sizeof map.metric, "%s", sweep->metrics[metric]);
        map.line1 = mx_plot_text_format("%s: mean of %s at each of %s points.",
                                        sweep->metrics[metric], mx_plot_sweep_run_count(sweep).s,
                                        mx_plot_count((double)sweep->point_count).s);
        map.line2 = with_missing(second_line(sweep, &view), sweep, &metric, 1, true);
        if (x_step * y_step > 1) {
            map.line2 = mx_plot_text_format(
                "%.120sToo many to be told apart: each cell is the mean of %zu x %zu of them.",
                map.line2.s, x_step, y_step);
        }
        mx_figure_draw_map(picture, &map);
    }
    free(cells);
    mx_figure_axis_fini(&map.x);
    mx_figure_axis_fini(&map.y);
    return cells != NULL ? 0 : mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
}

static bool is_map(const struct mx_plot_sweep *sweep)
{
    return sweep->parameter_count > 1 && strcmp(sweep->design, "grid") == 0 &&
           sweep->parameters[0].is_number && sweep->parameters[1].is_number &&
           sweep->parameters[0].value_count >= MAP_VALUES_MIN &&
           sweep->parameters[1].value_count >= MAP_VALUES_MIN;
}

int mx_plot_sweep(struct mx_plot_picture *picture, const char *file,
                  const struct mx_plot_request *request)
{
    size_t metrics[MX_FIGURE_PANELS_MAX] = {0, 1, 2}, count = request->metric_count;
    struct mx_plot_sweep sweep;
    int code = mx_plot_sweep_init(&sweep, file, picture->error);

    if (code == 0) {
        code = mx_plot_sweep_find(&sweep, request, metrics, picture->error);
        if (count == 0) {
            count = sweep.metric_count < MX_FIGURE_PANELS_MAX ? sweep.metric_count
                                                              : MX_FIGURE_PANELS_MAX;
        }
    }
    for (size_t m = 0; code == 0 && m < count; m++) {
        code = mx_plot_sweep_need(&sweep, file, metrics[m], picture->error);
    }
    if (code == 0) {
        picture->name = mx_plot_text_format("study %s", sweep.name);
        code = is_map(&sweep) ? draw_map(&sweep, metrics[0], picture)
                              : draw_curves(&sweep, metrics, count, picture);
    }
    mx_plot_sweep_fini(&sweep);
    return code;
}
