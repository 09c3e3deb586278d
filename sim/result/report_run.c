// SPDX-License-Identifier: GPL-3.0-or-later
/* report_run.c - see report_run.h. */
#include "sim/result/report_run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/result/human_text.h"
#include "sim/result/plot_plan.h"
#include "sim/stats/summary.h"

#define PLAN_SIZE_MAX (64L * 1024 * 1024)
#define ASSUMPTION_COUNT_MAX 100000

struct mx_report_metric mx_report_metric(const json_t *scope, const char *name)
{
    const json_t *metric = json_object_get(scope, name);
    const json_t *mean = json_object_get(metric, "mean"), *ci95 = json_object_get(metric, "ci95");
    const json_t *low = json_array_get(ci95, 0), *high = json_array_get(ci95, 1);
    struct mx_report_metric result = {.mean = NAN, .low = NAN, .high = NAN};

    if (json_is_number(mean)) {
        result.mean = json_number_value(mean);
    }
    if (json_is_number(low) && json_is_number(high)) {
        result.low = json_number_value(low);
        result.high = json_number_value(high);
        result.has_interval = true;
    }
    result.reached = json_number_value(json_object_get(metric, "reached"));
    return result;
}

double mx_report_mean(const json_t *scope, const char *name)
{
    return mx_report_metric(scope, name).mean;
}

const json_t *mx_report_total(const struct mx_report_run *run)
{
    return json_object_get(run->summary, "total");
}

bool mx_report_is_live(const struct mx_report_run *run)
{
    const json_t *scenario = json_object_get(run->summary, "scenario");
    const char *sha256 = json_string_value(json_object_get(scenario, "sha256"));

    return sha256 != NULL && sha256[0] == '\0';
}

bool mx_report_is_uncertain(const struct mx_report_run *run)
{
    return json_is_object(json_object_get(run->summary, "uncertain"));
}

const char *mx_report_command(const struct mx_report_run *run)
{
    const json_t *uncertain = json_object_get(run->summary, "uncertain");

    return json_string_value(json_object_get(uncertain, "command"));
}

/* --- summary.json ---------------------------------------------------------------------------- */

static bool is_metric(const json_t *metric)
{
    const json_t *mean = json_object_get(metric, "mean"), *ci95 = json_object_get(metric, "ci95");

    return mean != NULL && (json_is_number(mean) || json_is_null(mean)) &&
           (json_is_null(ci95) ||
            (json_array_size(ci95) == 2 && json_is_number(json_array_get(ci95, 0)) &&
             json_is_number(json_array_get(ci95, 1))));
}

/* Counts must be there in every scope; what can be undefined may be null, or not yet known. */
static int check_scope(const json_t *scope, const char *path, const char *group, const char *name,
                       const struct mx_plot_error *error)
{
    for (int m = 0; m < MX_METRIC_COUNT; m++) {
        const char *metric = mx_metric_name((enum mx_metric)m);
        const json_t *value = json_object_get(scope, metric);

        if (value == NULL && !mx_metric_is_count((enum mx_metric)m)) {
            continue; /* an older version's, which knew less */
        }
        if (!is_metric(value)) {
            return mx_plot_fail(error, MX_EXIT_INVALID, "%s: %s%s%.60s.%s %s", path, group,
                                name[0] != '\0' ? "." : "", name, metric,
                                value == NULL ? "is missing" : "is no metric");
        }
        if (mx_metric_is_count((enum mx_metric)m) && m != MX_METRIC_QUEUE_PEAK &&
            !(mx_report_mean(scope, metric) >= 0.0)) {
            return mx_plot_fail(error, MX_EXIT_INVALID, "%s: %s%s%.60s.%s is no count", path, group,
                                name[0] != '\0' ? "." : "", name, metric);
        }
    }
    return 0;
}

static int check_group(json_t *summary, const char *path, const char *group,
                       const struct mx_plot_error *error)
{
    json_t *object = json_object_get(summary, group), *scope;
    const char *name;
    int code = 0;

    if (!json_is_object(object)) {
        return mx_plot_fail(error, MX_EXIT_INVALID, "%s: %s is missing", path, group);
    }
    json_object_foreach(object, name, scope)
    {
        code = code == 0 ? check_scope(scope, path, group, name, error) : code;
    }
    return code;
}

/* An older version's may lack it. */
static int check_pairs(json_t *summary, const char *path, const struct mx_plot_error *error)
{
    json_t *pairs = json_object_get(summary, "campaigns_providers"), *group;
    const char *name;
    int code = 0;

    json_object_foreach(pairs, name, group)
    {
        code = code == 0 ? check_group(pairs, path, name, error) : code;
    }
    return code;
}

static int read_summary(struct mx_report_run *run, const char *path,
                        const struct mx_plot_error *error)
{
    json_error_t where;
    const char *name;
    int code;

    if (access(path, R_OK) != 0) {
        return mx_plot_fail(error, MX_EXIT_INVALID, "cannot open %s: %s", path, strerror(errno));
    }
    run->summary = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (run->summary == NULL) {
        return mx_plot_fail(error, MX_EXIT_INVALID, "%s:%d: %s", path, where.line, where.text);
    }
    name = json_string_value(json_object_get(json_object_get(run->summary, "scenario"), "name"));
    run->replications = json_number_value(json_object_get(run->summary, "replications"));
    if (name == NULL || !(run->replications >= 1.0)) {
        return mx_plot_fail(error, MX_EXIT_INVALID, "%s: %s is missing", path,
                            name == NULL ? "scenario.name" : "replications");
    }
    run->name = strdup(name);
    run->label = strdup(name);
    if (run->name == NULL || run->label == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    code = check_scope(json_object_get(run->summary, "total"), path, "total", "", error);
    if (code == 0) {
        code = check_group(run->summary, path, "providers", error);
    }
    if (code == 0) {
        code = check_group(run->summary, path, "campaigns", error);
    }
    if (code == 0) {
        code = check_pairs(run->summary, path, error);
    }
    return code == 0 ? check_group(run->summary, path, "ips", error) : code;
}

/* --- plan.cfg -------------------------------------------------------------------------------- */

struct reading {
    struct mx_report_run *run;
    const struct mx_plot_error *error;
};

static int keep(char **into, const char *value, const struct reading *reading)
{
    free(*into);
    *into = strdup(value);
    return *into != NULL ? 0 : mx_plot_fail(reading->error, MX_EXIT_FAILURE, "out of memory");
}

/* "3d" -> 259200; NaN when it is no duration. */
static double duration_s(const char *text)
{
    static const struct {
        const char *unit;
        double s;
    } units[] = {{"us", 1e-6}, {"ms", 1e-3},  {"s", 1.0},
                 {"m", 60.0},  {"h", 3600.0}, {"d", 86400.0}};
    char *end;
    double value = strtod(text, &end);

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (end != text && strcmp(end, units[i].unit) == 0) {
            return value * units[i].s;
        }
    }
    return NAN;
}

static int take_assumption(const struct reading *reading, const char *member, const char *value)
{
    struct mx_report_run *run = reading->run;
    struct mx_report_assumption *last;

    if (strcmp(member, "key") == 0) {
        size_t count = run->assumption_count;
        if (count == ASSUMPTION_COUNT_MAX) {
            return 0;
        }
        if ((count & (count - 1)) == 0) {
            void *grown = realloc(run->assumptions, (count == 0 ? 1 : 2 * count) * sizeof *last);
            if (grown == NULL) {
                return mx_plot_fail(reading->error, MX_EXIT_FAILURE, "out of memory");
            }
            run->assumptions = grown;
        }
        run->assumptions[run->assumption_count++] = (struct mx_report_assumption){0};
    }
    if (run->assumption_count == 0) {
        return 0;
    }
    last = &run->assumptions[run->assumption_count - 1];
    return strcmp(member, "key") == 0     ? keep(&last->key, value, reading)
           : strcmp(member, "value") == 0 ? keep(&last->value, value, reading)
           : strcmp(member, "range") == 0 ? keep(&last->range, value, reading)
                                          : 0;
}

static int take_value(void *context, const char *path, const char *value)
{
    static const char assumed[] = "assumed.";
    const struct reading *reading = context;
    struct mx_report_run *run = reading->run;

    if (strcmp(path, "start") == 0) {
        return keep(&run->start, value, reading);
    }
    if (strcmp(path, "time_zone") == 0) {
        return keep(&run->zone, value, reading);
    }
    if (strcmp(path, "mta.retry.lifetime") == 0 && !isnan(duration_s(value))) {
        double lifetime_s = duration_s(value); /* mail people count in hours here */
        run->lifetime = fmod(lifetime_s, 3600.0) == 0.0 && lifetime_s <= 240.0 * 3600.0
                            ? mx_plot_text_format("%.0f h", lifetime_s / 3600.0)
                            : mx_plot_text_clean(mx_human_span(lifetime_s).s);
    }
    return strncmp(path, assumed, sizeof assumed - 1) == 0
               ? take_assumption(reading, path + sizeof assumed - 1, value)
               : 0;
}

/* The file as text, or no file at all. */
static int read_plan(struct mx_report_run *run, const char *path, const struct mx_plot_error *error)
{
    struct reading reading = {run, error};
    const struct mx_plot_plan_visitor visitor = {take_value, &reading};
    FILE *file = fopen(path, "r");
    struct stat status;
    bool is_read = false;

    if (file == NULL && errno == ENOENT) {
        return 0;
    }
    if (file != NULL && fstat(fileno(file), &status) == 0 && status.st_size <= PLAN_SIZE_MAX) {
        run->plan = calloc((size_t)status.st_size + 1, 1);
        is_read = run->plan != NULL &&
                  fread(run->plan, 1, (size_t)status.st_size, file) == (size_t)status.st_size;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_read
               ? mx_plot_plan_read(path, &visitor, error)
               : mx_plot_fail(error, MX_EXIT_INVALID, "cannot read %s: %s", path, strerror(errno));
}

/* --- all ------------------------------------------------------------------------------------- */

int mx_report_run_init(struct mx_report_run *run, const char *dir,
                       const struct mx_plot_error *error)
{
    size_t size = strlen(dir) + 32;
    char *path = malloc(size);
    int code;

    memset(run, 0, sizeof *run);
    run->dir = strdup(dir);
    if (path == NULL || run->dir == NULL) {
        free(path);
        free(run->dir);
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    (void)snprintf(path, size, "%s/summary.json", dir);
    code = read_summary(run, path, error);
    if (code == 0) {
        (void)snprintf(path, size, "%s/plan.cfg", dir);
        code = read_plan(run, path, error);
    }
    free(path);
    if (code != 0) {
        mx_report_run_fini(run);
    }
    return code;
}

void mx_report_run_fini(struct mx_report_run *run)
{
    for (size_t i = 0; i < run->assumption_count; i++) {
        free(run->assumptions[i].key);
        free(run->assumptions[i].value);
        free(run->assumptions[i].range);
    }
    free(run->assumptions);
    json_decref(run->summary);
    free(run->dir);
    free(run->name);
    free(run->label);
    free(run->plan);
    free(run->start);
    free(run->zone);
    memset(run, 0, sizeof *run);
}
