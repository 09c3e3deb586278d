// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_sweep.c - see plot_sweep.h. */
#include "sim/result/plot_sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/comparison.h"
#include "sim/stats/metric_name.h"
#include "sim/stats/summary.h"

/* As sim/study/store_schema.c makes it. */
static const struct mx_database_form form = {
    .application_id = 1836610423, .version = 2, .what = "sweep"};

static bool read_facts(struct mx_plot_sweep *sweep)
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
    if (!sweep->is_auto) {
        return true;
    }
    return mx_database_ask(&sweep->database, "SELECT coalesce(min(replications), 0) FROM points",
                           &sweep->runs_least) &&
           mx_database_ask(&sweep->database, "SELECT coalesce(max(replications), 0) FROM points",
                           &sweep->runs_most);
}

static bool read_parameters(struct mx_plot_sweep *sweep)
{
    sqlite3_stmt *statement = NULL;
    size_t p = 0;

    if (mx_database_prepare(&sweep->database, &statement,
                            "SELECT name, label, scale FROM parameters ORDER BY parameter") !=
        NULL) {
        while (p < sweep->parameter_count && mx_database_step(&sweep->database, statement)) {
            struct mx_plot_sweep_parameter *parameter = &sweep->parameters[p++];

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

struct value {
    const char *text;
    size_t point;
};

static int compare_values(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    int order = strcmp(x->text, y->text);

    return order != 0 ? order : (x->point > y->point) - (x->point < y->point);
}

static int compare_points(const void *a, const void *b)
{
    const struct value *x = a, *y = b;

    return (x->point > y->point) - (x->point < y->point);
}

/* Count the different values of a parameter; give those that are no numbers their places in the
 * order of first appearance. values: point_count of them, working memory. */
static void number_values(struct mx_plot_sweep *sweep, size_t p, struct value *values)
{
    struct mx_plot_sweep_parameter *parameter = &sweep->parameters[p];
    size_t count = 0;

    for (size_t i = 0; i < sweep->point_count; i++) {
        values[i] = (struct value){sweep->cells[i * sweep->parameter_count + p].text.s, i};
    }
    qsort(values, sweep->point_count, sizeof *values, compare_values);
    for (size_t i = 0; i < sweep->point_count; i++) { /* the first of each value */
        if (i == 0 || strcmp(values[i].text, values[i - 1].text) != 0) {
            values[count++] = values[i];
        }
    }
    qsort(values, count, sizeof *values, compare_points);
    parameter->value_count = count;
    for (size_t i = 0; i < sweep->point_count && !parameter->is_number; i++) {
        struct mx_plot_sweep_cell *cell = &sweep->cells[i * sweep->parameter_count + p];
        size_t place = 0;

        while (strcmp(values[place].text, cell->text.s) != 0) {
            place++;
        }
        cell->number = (double)place;
    }
}

static bool read_settings(struct mx_plot_sweep *sweep)
{
    sqlite3_stmt *statement = NULL;
    size_t count = 0;

    if (mx_database_prepare(&sweep->database, &statement,
                            "SELECT text, number, point, parameter FROM settings ORDER BY point, "
                            "parameter") != NULL) {
        while (count < sweep->point_count * sweep->parameter_count &&
               mx_database_step(&sweep->database, statement)) {
            struct mx_plot_sweep_cell *cell = &sweep->cells[count];
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

/* What replications of a point gave; of a share, what it is of, summed. */
struct sample {
    double *values;
    size_t count;
    double sent_total;
};

/* Mean and interval of a point, as sim/study/store_read.c has them; values lie within `range`. */
static struct mx_figure_point mean_of(const struct sample *sample, struct mx_interval range)
{
    struct mx_figure_point point = {.y = NAN, .low = NAN, .high = NAN};
    struct mx_estimate estimate;

    for (size_t i = 0; i < sample->count; i++) {
        if (isnan(sample->values[i])) {
            return point;
        }
    }
    if (sample->count > 0) {
        uint32_t count = (uint32_t)sample->count;

        estimate = sample->sent_total > 0
                       ? mx_estimate_of_shares(sample->values, count, sample->sent_total)
                       : mx_estimate_of(sample->values, count, range);
        point.y = estimate.mean;
        point.low = estimate.has_spread ? estimate.ci95[0] : NAN;
        point.high = estimate.has_spread ? estimate.ci95[1] : NAN;
    }
    return point;
}

static double number_at(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(statement, column);
}

/* Rows of a metric: point, value, and of a share the number sent, else null. */
static sqlite3_stmt *ask_values(struct mx_plot_sweep *sweep, size_t metric)
{
    char sent[MX_METRIC_TEXT_SIZE];
    sqlite3_stmt *statement = NULL;

    if (mx_database_prepare(
            &sweep->database, &statement,
            "SELECT r.point, r.value, s.value FROM results r JOIN points p ON p.point = r.point "
            "LEFT JOIN results s ON s.point = r.point AND s.replication = r.replication AND "
            "s.metric = (SELECT metric FROM metrics WHERE name = ?2) "
            "WHERE r.metric = ?1 AND p.error IS NULL ORDER BY r.point, r.replication") != NULL) {
        (void)sqlite3_bind_int64(statement, 1, (int64_t)metric);
        if (mx_metric_sent_text(sweep->metrics[metric], sent)) {
            mx_database_bind_text(&sweep->database, statement, 2, sent);
        }
    }
    return statement;
}

static bool read_means(struct mx_plot_sweep *sweep, size_t metric, struct mx_figure_point *means)
{
    struct mx_interval range = mx_metric_range(sweep->metrics[metric]);
    struct sample sample = {.values = calloc((size_t)sweep->replications + 1, sizeof(double))};
    sqlite3_stmt *statement = sample.values != NULL ? ask_values(sweep, metric) : NULL;
    int64_t point = 0;
    bool is_good;

    for (size_t i = 0; i < sweep->point_count; i++) {
        means[i] = mean_of(&(struct sample){.count = 0}, range);
    }
    while (statement != NULL && mx_database_step(&sweep->database, statement)) {
        int64_t next = sqlite3_column_int64(statement, 0);
        double sent = number_at(statement, 2);

        if (next != point) {
            means[point] = mean_of(&sample, range);
            point = next;
            sample.count = 0;
            sample.sent_total = 0;
        }
        if (point < 0 || point >= (int64_t)sweep->point_count ||
            sample.count >= (size_t)sweep->replications) {
            (void)mx_database_damaged(&sweep->database, "it is damaged");
            break;
        }
        sample.values[sample.count++] = number_at(statement, 1);
        sample.sent_total += isnan(sent) ? 0 : sent;
    }
    if (sample.count > 0 && sweep->database.status == MX_DATABASE_OK) {
        means[point] = mean_of(&sample, range);
    }
    (void)sqlite3_finalize(statement);
    is_good = sweep->database.status == MX_DATABASE_OK && sample.values != NULL;
    free(sample.values);
    return is_good;
}

static bool read_metrics(struct mx_plot_sweep *sweep)
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
    return m == sweep->metric_count;
}

static bool read_sweep(struct mx_plot_sweep *sweep, const char *file)
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
    sweep->metric_count = (size_t)metrics;
    sweep->parameters = calloc(sweep->parameter_count + 1, sizeof *sweep->parameters);
    sweep->cells = calloc(sweep->parameter_count * sweep->point_count + 1, sizeof *sweep->cells);
    sweep->metrics = calloc(sweep->metric_count + 1, sizeof *sweep->metrics);
    sweep->means = calloc(sweep->metric_count + 1, sizeof(struct mx_figure_point *));
    sweep->failed = calloc(sweep->point_count + 1, sizeof *sweep->failed);
    return sweep->parameters != NULL && sweep->cells != NULL && sweep->metrics != NULL &&
           sweep->means != NULL && sweep->failed != NULL && read_facts(sweep) &&
           read_parameters(sweep) && read_settings(sweep) && read_metrics(sweep) &&
           sweep->point_count > 0 && sweep->parameter_count > 0 && sweep->metric_count > 0;
}

static int fail(const struct mx_plot_sweep *sweep, const char *file,
                const struct mx_plot_error *error)
{
    bool is_failed = sweep->database.status == MX_DATABASE_FAILED;

    return mx_plot_fail(error, is_failed ? MX_EXIT_FAILURE : MX_EXIT_INVALID, "%s: %s", file,
                        sweep->database.status != MX_DATABASE_OK ? sweep->database.error
                                                                 : "it holds no sweep");
}

int mx_plot_sweep_init(struct mx_plot_sweep *sweep, const char *file,
                       const struct mx_plot_error *error)
{
    struct value *values;

    memset(sweep, 0, sizeof *sweep);
    if (!read_sweep(sweep, file)) {
        return fail(sweep, file, error);
    }
    values = calloc(sweep->point_count, sizeof *values);
    if (values == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    for (size_t p = 0; p < sweep->parameter_count; p++) {
        number_values(sweep, p, values);
    }
    free(values);
    return 0;
}

void mx_plot_sweep_fini(struct mx_plot_sweep *sweep)
{
    mx_database_close(&sweep->database);
    for (size_t m = 0; sweep->means != NULL && m < sweep->metric_count; m++) {
        free(sweep->means[m]);
    }
    free(sweep->parameters);
    free(sweep->cells);
    free(sweep->metrics);
    free(sweep->means);
    free(sweep->failed);
}

int mx_plot_sweep_need(struct mx_plot_sweep *sweep, const char *file, size_t metric,
                       const struct mx_plot_error *error)
{
    if (sweep->means[metric] != NULL) {
        return 0;
    }
    sweep->means[metric] = calloc(sweep->point_count, sizeof **sweep->means);
    if (sweep->means[metric] == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    return read_means(sweep, metric, sweep->means[metric]) ? 0 : fail(sweep, file, error);
}

int mx_plot_sweep_find(const struct mx_plot_sweep *sweep, const struct mx_plot_request *request,
                       size_t *metrics, const struct mx_plot_error *error)
{
    for (size_t i = 0; i < request->metric_count; i++) {
        char names[600] = "";
        size_t used = 0, m = 0;

        while (m < sweep->metric_count && strcmp(sweep->metrics[m], request->metrics[i]) != 0) {
            m++;
        }
        metrics[i] = m;
        if (m < sweep->metric_count) {
            continue;
        }
        for (m = 0; m < sweep->metric_count && used < sizeof names; m++) {
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", m > 0 ? ", " : "",
                                     sweep->metrics[m]);
        }
        return mx_plot_fail(error, MX_EXIT_INVALID, "the sweep has no metric \"%.100s\"; it has %s",
                            request->metrics[i], names);
    }
    return 0;
}

/* Of a name with its scope the last part tells. */
bool mx_plot_sweep_larger_is_better(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (int m = 0; m < MX_METRIC_COUNT; m++) {
        if (strcmp(dot != NULL ? dot + 1 : name, mx_metric_name((enum mx_metric)m)) == 0) {
            return mx_metric_larger_is_better((enum mx_metric)m);
        }
    }
    return false;
}

const struct mx_plot_sweep_cell *mx_plot_sweep_cell(const struct mx_plot_sweep *sweep, size_t point,
                                                    size_t parameter)
{
    return &sweep->cells[point * sweep->parameter_count + parameter];
}

struct mx_plot_text mx_plot_sweep_settings(const struct mx_plot_sweep *sweep, size_t point)
{
    struct mx_plot_text text = mx_plot_text_clean("");

    for (size_t p = 0; p < sweep->parameter_count; p++) {
        const char *value = mx_plot_sweep_cell(sweep, point, p)->text.s;

        text = sweep->parameters[p].is_number
                   ? mx_plot_text_format("%.180s%s%.30s %.40s", text.s, p > 0 ? ", " : "",
                                         sweep->parameters[p].name, value)
                   : mx_plot_text_format("%.180s%s%.60s", text.s, p > 0 ? ", " : "", value);
    }
    return text;
}

struct mx_plot_text mx_plot_sweep_run_count(const struct mx_plot_sweep *sweep)
{
    const char *unit = sweep->replications > 1 ? "runs" : "run";

    return sweep->runs_most == 0 ? mx_plot_text_format("%s%.0f %s", sweep->is_auto ? "up to " : "",
                                                       sweep->replications, unit)
           : sweep->runs_least == sweep->runs_most
               ? mx_plot_text_format("%lld %s", (long long)sweep->runs_most, unit)
               : mx_plot_text_format("%lld to %lld %s", (long long)sweep->runs_least,
                                     (long long)sweep->runs_most, unit);
}

struct mx_plot_text mx_plot_sweep_runs(const struct mx_plot_sweep *sweep)
{
    bool is_one = !(sweep->replications > 1);

    return mx_plot_text_format(
        "%s points, %s each%s%s%s.", mx_plot_count((double)sweep->point_count).s,
        mx_plot_sweep_run_count(sweep).s, is_one ? "" : "; mean with its 95 % interval, of ",
        is_one ? "" : sweep->interval_of, sweep->failed_count > 0 ? "; some points failed" : "");
}
