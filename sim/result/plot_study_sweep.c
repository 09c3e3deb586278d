// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_sweep.c - the picture of a sweep: curves over its first parameter, or a map over
 * two. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/database.h"
#include "sim/result/plot_study_parts.h"
#include "sim/stats/summary.h"

#define MAP_VALUES_MIN 4
#define APPEARANCES_MAX 10000 /* points looked through for values seen before */

/* As sim/study/store.c makes it. */
static const struct mx_database_form form = {
    .application_id = 1836610423, .version = 2, .what = "sweep"};

struct parameter {
    char name[128], label[128];
    bool is_log, is_number;
    size_t value_count; /* different ones */
};

struct cell {
    struct mx_plot_text text;
    double number; /* where the parameter is no number: 0, 1, 2 ... by first appearance */
};

/* cells[point * parameter_count + parameter]; means[panel * point_count + point]. */
struct sweep {
    struct mx_database database;
    size_t parameter_count, point_count, metric_count;
    struct parameter *parameters;
    struct cell *cells;
    char (*metrics)[256];
    struct mx_figure_point *means; /* x unused */
    bool *failed;
    size_t failed_count;
    double replications; /* is_auto: at most */
    bool is_auto;
    char title[256], name[128], design[32], interval_of[64];
};

static bool read_facts(struct sweep *sweep)
{
    static const char *const names[] = {"title", "study", "design", "interval_of"};
    char *const texts[] = {sweep->title, sweep->name, sweep->design, sweep->interval_of};
    const size_t sizes[] = {sizeof sweep->title, sizeof sweep->name, sizeof sweep->design,
                            sizeof sweep->interval_of};
    int64_t replications = 0, is_auto = 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sqlite3_stmt *statement = NULL;

        if (mx_database_prepare(&sweep->database, &statement,
                                "SELECT value FROM study WHERE name = ?") != NULL) {
            mx_database_bind_text(&sweep->database, statement, 1, names[i]);
            if (mx_database_step(&sweep->database, statement)) {
                (void)snprintf(texts[i], sizes[i], "%s", mx_database_text(statement, 0));
            }
        }
        (void)sqlite3_finalize(statement);
    }
    if (!mx_database_ask(&sweep->database, "SELECT value FROM study WHERE name = 'replications'",
                         &replications) ||
        !mx_database_ask(&sweep->database,
                         "SELECT value FROM study WHERE name = 'replications_auto'", &is_auto)) {
        return false;
    }
    sweep->is_auto = is_auto != 0;
    sweep->replications = (double)replications;
    return true;
}

static bool read_parameters(struct sweep *sweep)
{
    sqlite3_stmt *statement = NULL;
    size_t p = 0;

    if (mx_database_prepare(&sweep->database, &statement,
                            "SELECT name, label, scale FROM parameters ORDER BY parameter") !=
        NULL) {
        while (p < sweep->parameter_count && mx_database_step(&sweep->database, statement)) {
            struct parameter *parameter = &sweep->parameters[p++];

            (void)snprintf(parameter->name, sizeof parameter->name, "%s",
                           mx_database_text(statement, 0));
            (void)snprintf(parameter->label, sizeof parameter->label, "%s",
                           mx_database_text(statement, 1));
            parameter->is_log = strcmp(mx_database_text(statement, 2), "log") == 0;
            parameter->is_number = true;
        }
    }
    (void)sqlite3_finalize(statement);
    return p == sweep->parameter_count;
}

/* A value's place in the order of appearance; new ones are counted. */
static double appearance(struct sweep *sweep, size_t point, size_t parameter)
{
    const struct cell *cell = &sweep->cells[point * sweep->parameter_count + parameter];

    for (size_t i = 0; i < point && i < APPEARANCES_MAX; i++) {
        const struct cell *before = &sweep->cells[i * sweep->parameter_count + parameter];

        if (strcmp(before->text.s, cell->text.s) == 0) {
            return before->number;
        }
    }
    return (double)sweep->parameters[parameter].value_count++;
}

static void number_values(struct sweep *sweep)
{
    for (size_t p = 0; p < sweep->parameter_count; p++) {
        for (size_t i = 0; i < sweep->point_count; i++) {
            struct cell *cell = &sweep->cells[i * sweep->parameter_count + p];
            double place = appearance(sweep, i, p);

            if (!sweep->parameters[p].is_number) {
                cell->number = place;
            }
        }
    }
}

static bool read_settings(struct sweep *sweep)
{
    sqlite3_stmt *statement = NULL;
    size_t count = 0;

    if (mx_database_prepare(&sweep->database, &statement,
                            "SELECT text, number, point, parameter FROM settings ORDER BY point, "
                            "parameter") != NULL) {
        while (count < sweep->point_count * sweep->parameter_count &&
               mx_database_step(&sweep->database, statement)) {
            struct cell *cell = &sweep->cells[count];
            bool is_null = sqlite3_column_type(statement, 1) == SQLITE_NULL;

            cell->text = mx_plot_text_clean(mx_database_text(statement, 0));
            cell->number = is_null ? NAN : sqlite3_column_double(statement, 1);
            if (is_null) {
                sweep->parameters[count % sweep->parameter_count].is_number = false;
            }
            count++;
        }
    }
    (void)sqlite3_finalize(statement);
    return count == sweep->point_count * sweep->parameter_count;
}

/* Mean and interval from the values of one point and metric, which lie within `range`. */
static struct mx_figure_point mean_of(const double *values, size_t count, struct mx_interval range)
{
    struct mx_figure_point point = {.y = NAN, .low = NAN, .high = NAN};
    struct mx_estimate estimate;

    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i])) {
            return point;
        }
    }
    if (count > 0) {
        estimate = mx_estimate_of(values, (uint32_t)count, range);
        point.y = estimate.mean;
        point.low = estimate.has_spread ? estimate.ci95[0] : NAN;
        point.high = estimate.has_spread ? estimate.ci95[1] : NAN;
    }
    return point;
}

static bool read_means(struct sweep *sweep, size_t metric)
{
    struct mx_interval range = mx_metric_range(sweep->metrics[metric]);
    double *values = calloc((size_t)sweep->replications + 1, sizeof *values);
    sqlite3_stmt *statement = NULL;
    size_t count = 0;
    int64_t point = 0;

    if (values != NULL &&
        mx_database_prepare(&sweep->database, &statement,
                            "SELECT point, value FROM results JOIN points USING (point) WHERE "
                            "metric = ? AND error IS NULL ORDER BY point, replication") != NULL) {
        struct mx_figure_point *means = &sweep->means[metric * sweep->point_count];

        (void)sqlite3_bind_int64(statement, 1, (int64_t)metric);
        for (size_t i = 0; i < sweep->point_count; i++) {
            means[i] = mean_of(values, 0, range);
        }
        while (mx_database_step(&sweep->database, statement)) {
            int64_t next = sqlite3_column_int64(statement, 0);

            if (next != point) {
                means[point] = mean_of(values, count, range);
                point = next;
                count = 0;
            }
            if (point < 0 || point >= (int64_t)sweep->point_count ||
                count >= (size_t)sweep->replications) {
                (void)mx_database_damaged(&sweep->database, "it is damaged");
                break;
            }
            values[count++] = sqlite3_column_type(statement, 1) == SQLITE_NULL
                                  ? NAN
                                  : sqlite3_column_double(statement, 1);
        }
        if (count > 0 && sweep->database.status == MX_DATABASE_OK) {
            means[point] = mean_of(values, count, range);
        }
    }
    (void)sqlite3_finalize(statement);
    free(values);
    return sweep->database.status == MX_DATABASE_OK && values != NULL;
}

static bool read_metrics(struct sweep *sweep)
{
    sqlite3_stmt *statement = NULL;
    size_t m = 0;

    if (mx_database_prepare(&sweep->database, &statement,
                            "SELECT name FROM metrics ORDER BY metric") != NULL) {
        while (m < sweep->metric_count && mx_database_step(&sweep->database, statement)) {
            (void)snprintf(sweep->metrics[m++], sizeof sweep->metrics[0], "%s",
                           mx_database_text(statement, 0));
        }
    }
    (void)sqlite3_finalize(statement);
    statement = NULL;
    if (mx_database_prepare(&sweep->database, &statement, "SELECT point FROM failures") != NULL) {
        while (mx_database_step(&sweep->database, statement)) {
            int64_t point = sqlite3_column_int64(statement, 0);

            if (point >= 0 && point < (int64_t)sweep->point_count) {
                sweep->failed[point] = true;
                sweep->failed_count++;
            }
        }
    }
    (void)sqlite3_finalize(statement);
    for (size_t i = 0; i < sweep->metric_count; i++) {
        if (!read_means(sweep, i)) {
            return false;
        }
    }
    return m == sweep->metric_count;
}

static bool read_sweep(struct sweep *sweep, const char *file)
{
    int64_t parameters = 0, points = 0, metrics = 0;

    mx_database_open_to_read(&sweep->database, file, &form);
    if (!mx_database_ask(&sweep->database, "SELECT count(*) FROM parameters", &parameters) ||
        !mx_database_ask(&sweep->database, "SELECT count(*) FROM points", &points) ||
        !mx_database_ask(&sweep->database, "SELECT count(*) FROM metrics WHERE is_shown",
                         &metrics)) {
        return false;
    }
    sweep->parameter_count = (size_t)parameters;
    sweep->point_count = (size_t)points;
    sweep->metric_count = metrics < MX_FIGURE_PANELS_MAX ? (size_t)metrics : MX_FIGURE_PANELS_MAX;
    sweep->parameters = calloc(sweep->parameter_count + 1, sizeof *sweep->parameters);
    sweep->cells = calloc(sweep->parameter_count * sweep->point_count + 1, sizeof *sweep->cells);
    sweep->metrics = calloc(sweep->metric_count + 1, sizeof *sweep->metrics);
    sweep->means = calloc(sweep->metric_count * sweep->point_count + 1, sizeof *sweep->means);
    sweep->failed = calloc(sweep->point_count + 1, sizeof *sweep->failed);
    if (sweep->parameters == NULL || sweep->cells == NULL || sweep->metrics == NULL ||
        sweep->means == NULL || sweep->failed == NULL || !read_facts(sweep) ||
        !read_parameters(sweep) || !read_settings(sweep) || !read_metrics(sweep)) {
        return false;
    }
    number_values(sweep);
    return sweep->point_count > 0 && sweep->parameter_count > 0 && sweep->metric_count > 0;
}

static void sweep_fini(struct sweep *sweep)
{
    mx_database_close(&sweep->database);
    free(sweep->parameters);
    free(sweep->cells);
    free(sweep->metrics);
    free(sweep->means);
    free(sweep->failed);
}

static const struct cell *cell_at(const struct sweep *sweep, size_t point, size_t parameter)
{
    return &sweep->cells[point * sweep->parameter_count + parameter];
}

/* Ticks at all values of a parameter, in the order of their numbers. */
static bool fill_axis(const struct sweep *sweep, size_t parameter, struct mx_figure_axis *axis)
{
    axis->title = mx_plot_text_clean(sweep->parameters[parameter].label);
    axis->at = calloc(sweep->point_count + 1, sizeof *axis->at);
    axis->texts = calloc(sweep->point_count + 1, sizeof *axis->texts);
    for (size_t i = 0; axis->at != NULL && axis->texts != NULL && i < sweep->point_count; i++) {
        const struct cell *cell = cell_at(sweep, i, parameter);
        size_t place = axis->tick_count;

        while (place > 0 && axis->at[place - 1] > cell->number) {
            place--;
        }
        if (place > 0 && !(axis->at[place - 1] < cell->number)) {
            continue;
        }
        memmove(&axis->at[place + 1], &axis->at[place],
                (axis->tick_count - place) * sizeof *axis->at);
        memmove(&axis->texts[place + 1], &axis->texts[place],
                (axis->tick_count - place) * sizeof *axis->texts);
        axis->at[place] = cell->number;
        axis->texts[place] = cell->text;
        axis->tick_count++;
    }
    axis->is_log = sweep->parameters[parameter].is_log && sweep->parameters[parameter].is_number &&
                   axis->at != NULL && axis->tick_count > 0 && axis->at[0] > 0;
    return axis->at != NULL && axis->texts != NULL;
}

/* Of parameters past the first two, the first point's value is shown. */
static bool is_shown(const struct sweep *sweep, size_t point)
{
    for (size_t p = 2; p < sweep->parameter_count; p++) {
        if (strcmp(cell_at(sweep, point, p)->text.s, cell_at(sweep, 0, p)->text.s) != 0) {
            return false;
        }
    }
    return true;
}

static void fill_lines(const struct sweep *sweep, struct mx_plot_text *line1,
                       struct mx_plot_text *line2)
{
    struct mx_plot_text fixed = mx_plot_text_clean("");

    for (size_t p = 2; p < sweep->parameter_count; p++) {
        fixed = mx_plot_text_format("%.200s%s%.60s = %.60s", fixed.s, p > 2 ? ", " : "Shown at ",
                                    sweep->parameters[p].name, cell_at(sweep, 0, p)->text.s);
    }
    *line1 = mx_plot_text_format(
        "%zu points, %s%.0f run%s each%s%s%s.", sweep->point_count, sweep->is_auto ? "up to " : "",
        sweep->replications, sweep->replications > 1 ? "s" : "",
        sweep->replications > 1 ? "; mean with its 95 % interval, of " : "",
        sweep->replications > 1 ? sweep->interval_of : "",
        sweep->failed_count > 0 ? "; some points failed" : "");
    *line2 = fixed;
}

static int compare_points(const void *a, const void *b)
{
    const struct mx_figure_point *x = a, *y = b;

    return (x->x > y->x) - (x->x < y->x);
}

static bool is_drawn_design(const struct sweep *sweep)
{
    return strcmp(sweep->design, "grid") != 0 && strcmp(sweep->design, "zip") != 0;
}

/* One curve: the points whose second parameter has this value (NULL: all). */
static bool fill_series(const struct sweep *sweep, size_t metric, const struct mx_plot_text *value,
                        struct mx_figure_series *series)
{
    series->points = calloc(sweep->point_count + 1, sizeof *series->points);
    series->is_scattered = is_drawn_design(sweep) || !sweep->parameters[0].is_number;
    for (size_t i = 0; series->points != NULL && i < sweep->point_count; i++) {
        struct mx_figure_point point = sweep->means[metric * sweep->point_count + i];

        if ((value != NULL && strcmp(cell_at(sweep, i, 1)->text.s, value->s) != 0) ||
            (!is_drawn_design(sweep) && !is_shown(sweep, i)) || sweep->failed[i]) {
            continue;
        }
        point.x = cell_at(sweep, i, 0)->number;
        series->points[series->point_count++] = point;
    }
    if (series->points != NULL) {
        qsort(series->points, series->point_count, sizeof *series->points, compare_points);
    }
    return series->points != NULL;
}

static bool fill_panel(const struct sweep *sweep, size_t metric,
                       const struct mx_figure_axis *others, struct mx_figure_panel *panel)
{
    bool good = true;

    (void)snprintf(panel->metric, sizeof panel->metric, "%s", sweep->metrics[metric]);
    panel->threshold = NAN;
    for (size_t s = 0; good && s < MX_FIGURE_SERIES_MAX; s++) {
        struct mx_figure_series *series;

        if (others == NULL ? s > 0 : s >= others->tick_count) {
            break;
        }
        series = &panel->series[panel->series_count++];
        if (others != NULL) {
            bool is_number = sweep->parameters[1].is_number;

            series->label =
                mx_plot_text_format("%s%s%s", is_number ? sweep->parameters[1].name : "",
                                    is_number ? " " : "", others->texts[s].s);
        }
        good = fill_series(sweep, metric, others != NULL ? &others->texts[s] : NULL, series);
    }
    return good;
}

static char *compose_curves(const struct sweep *sweep)
{
    struct mx_figure figure = {.x_marked = NAN};
    struct mx_figure_axis others = {.at = NULL};
    bool has_others =
        sweep->parameter_count > 1 && !is_drawn_design(sweep) && strcmp(sweep->design, "zip") != 0;
    bool good = fill_axis(sweep, 0, &figure.x) && (!has_others || fill_axis(sweep, 1, &others));
    char *canvas = NULL;

    figure.headline = mx_plot_text_clean(sweep->title);
    figure.name = mx_plot_text_clean(sweep->name);
    fill_lines(sweep, &figure.line1, &figure.line2);
    for (size_t m = 0; good && m < sweep->metric_count; m++) {
        good =
            fill_panel(sweep, m, has_others ? &others : NULL, &figure.panels[figure.panel_count++]);
    }
    if (good) {
        canvas = mx_figure_compose(&figure);
    }
    mx_figure_axis_fini(&others);
    mx_figure_fini(&figure);
    return canvas;
}

static size_t tick_of(const struct mx_figure_axis *axis, double number)
{
    size_t i = 0;

    while (i + 1 < axis->tick_count && axis->at[i] < number) {
        i++;
    }
    return i;
}

static char *compose_map(const struct sweep *sweep)
{
    struct mx_figure_map map = {.cells = NULL};
    double *cells = NULL;
    char *canvas = NULL;

    if (fill_axis(sweep, 0, &map.x) && fill_axis(sweep, 1, &map.y) &&
        map.x.tick_count * map.y.tick_count <= MX_FIGURE_CELLS_MAX) {
        cells = calloc(map.x.tick_count * map.y.tick_count, sizeof *cells);
    }
    if (cells != NULL) {
        for (size_t i = 0; i < map.x.tick_count * map.y.tick_count; i++) {
            cells[i] = INFINITY;
        }
        for (size_t i = 0; i < sweep->point_count; i++) {
            size_t x = tick_of(&map.x, cell_at(sweep, i, 0)->number);
            size_t y = tick_of(&map.y, cell_at(sweep, i, 1)->number);

            if (is_shown(sweep, i) && !sweep->failed[i]) {
                cells[y * map.x.tick_count + x] = sweep->means[i].y;
            }
        }
        map.cells = cells;
        map.headline = mx_plot_text_clean(sweep->title);
        map.name = mx_plot_text_clean(sweep->name);
        (void)snprintf(map.metric, sizeof map.metric, "%s", sweep->metrics[0]);
        fill_lines(sweep, &map.line1, &map.line2);
        map.line1 = mx_plot_text_format("%s: mean of %s%.0f run%s at each of %zu points.",
                                        sweep->metrics[0], sweep->is_auto ? "up to " : "",
                                        sweep->replications, sweep->replications > 1 ? "s" : "",
                                        sweep->point_count);
        canvas = mx_figure_compose_map(&map);
    }
    free(cells);
    mx_figure_axis_fini(&map.x);
    mx_figure_axis_fini(&map.y);
    return canvas;
}

char *mx_plot_sweep_canvas(const char *file, const struct mx_plot_error *error, int *code)
{
    struct sweep sweep = {.parameters = NULL};
    char *canvas = NULL;

    *code = 0;
    if (!read_sweep(&sweep, file)) {
        bool is_failed = sweep.database.status == MX_DATABASE_FAILED;

        *code = mx_plot_fail(error, is_failed ? MX_EXIT_FAILURE : MX_EXIT_INVALID, "%s: %s", file,
                             sweep.database.status != MX_DATABASE_OK ? sweep.database.error
                                                                     : "it holds no sweep");
    } else {
        bool is_map = sweep.parameter_count > 1 && strcmp(sweep.design, "grid") == 0 &&
                      sweep.parameters[0].is_number && sweep.parameters[1].is_number &&
                      sweep.parameters[0].value_count >= MAP_VALUES_MIN &&
                      sweep.parameters[1].value_count >= MAP_VALUES_MIN;

        canvas = is_map ? compose_map(&sweep) : compose_curves(&sweep);
        if (canvas == NULL) {
            *code =
                mx_plot_fail(error, MX_EXIT_FAILURE, "%s: out of memory or too much to draw", file);
        }
    }
    sweep_fini(&sweep);
    return canvas;
}
