// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_summary.c - summary.json and plan.cfg of a result folder. */
#include "sim/result/plot_summary.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/result/plot_plan.h"

static const char *const metric_name[MX_PLOT_METRIC_COUNT] = {
    [MX_PLOT_SENT] = "sent",
    [MX_PLOT_ATTEMPTS] = "attempts",
    [MX_PLOT_DELIVERED] = "delivered",
    [MX_PLOT_HARD_BOUNCED] = "hard_bounced",
    [MX_PLOT_SOFT_REJECTED] = "soft_bounced_rejected",
    [MX_PLOT_SOFT_FULL] = "soft_bounced_full",
    [MX_PLOT_SOFT_BLOCKED] = "soft_bounced_blocked",
    [MX_PLOT_SOFT_EXPIRED] = "soft_bounced_expired",
    [MX_PLOT_PENDING] = "pending",
    [MX_PLOT_DEFERRALS] = "deferrals",
    [MX_PLOT_DEFERRALS_RATE] = "deferrals_rate",
    [MX_PLOT_DEFERRALS_SPIKE] = "deferrals_spike",
    [MX_PLOT_DROPPED] = "dropped",
    [MX_PLOT_DELIVERED_RATE] = "delivered_rate",
    [MX_PLOT_UNTIL_50_S] = "time_until_50pct_s",
    [MX_PLOT_UNTIL_90_S] = "time_until_90pct_s",
};

struct reading {
    struct mx_plot_data *data;
    const char *path;
    const struct mx_plot_error *error;
};

static int wrong(const struct reading *reading, const char *scope, const char *key,
                 const char *what)
{
    return mx_plot_fail(reading->error, MX_EXIT_INVALID, "%s: %s%s%s %s", reading->path, scope,
                        scope[0] != '\0' ? "." : "", key, what);
}

/* A number >= 0; null is NaN where it may be. */
static int read_number(const struct reading *reading, const char *scope, const char *key,
                       const json_t *value, bool may_be_null, double *number)
{
    if (value == NULL) {
        return wrong(reading, scope, key, "is missing");
    }
    if (may_be_null && json_is_null(value)) {
        *number = NAN;
        return 0;
    }
    if (!json_is_number(value)) {
        return wrong(reading, scope, key, "is not a number");
    }
    *number = json_number_value(value);
    if (!isfinite(*number) || *number < 0.0) {
        return wrong(reading, scope, key, "is not a number from 0 up");
    }
    return 0;
}

static int read_scope(const struct reading *reading, const char *name, const json_t *object,
                      struct mx_plot_scope *scope)
{
    if (!json_is_object(object)) {
        return wrong(reading, "", name, object == NULL ? "is missing" : "is not an object");
    }
    for (int m = 0; m < MX_PLOT_METRIC_COUNT; m++) {
        const json_t *metric = json_object_get(object, metric_name[m]);
        const json_t *mean = json_object_get(metric, "mean");
        bool may_be_null =
            m == MX_PLOT_DELIVERED_RATE || m == MX_PLOT_UNTIL_50_S || m == MX_PLOT_UNTIL_90_S;
        int code;

        if (metric == NULL) {
            return wrong(reading, name, metric_name[m], "is missing");
        }
        code = read_number(reading, name, metric_name[m], mean, may_be_null, &scope->metric[m]);
        if (code != 0) {
            return code;
        }
    }
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    const struct mx_plot_provider *left = *(struct mx_plot_provider *const *)a;
    const struct mx_plot_provider *right = *(struct mx_plot_provider *const *)b;

    return strcmp(left->name, right->name);
}

/* Fill by_name, for look-ups. Returns false when out of memory. */
static bool sort_names(struct mx_plot_data *data)
{
    struct mx_plot_provider **sorted = calloc(data->provider_count + 1, sizeof *sorted);

    data->by_name = calloc(data->provider_count + 1, sizeof *data->by_name);
    if (sorted == NULL || data->by_name == NULL) {
        free(sorted);
        return false;
    }
    for (size_t i = 0; i < data->provider_count; i++) {
        sorted[i] = &data->providers[i];
    }
    qsort(sorted, data->provider_count, sizeof *sorted, compare_names);
    for (size_t i = 0; i < data->provider_count; i++) {
        data->by_name[i] = (uint32_t)(sorted[i] - data->providers);
    }
    free(sorted);
    return true;
}

static int read_providers(const struct reading *reading, json_t *object)
{
    struct mx_plot_data *data = reading->data;
    const char *name;
    json_t *value;

    if (!json_is_object(object)) {
        return wrong(reading, "", "providers", object == NULL ? "is missing" : "is not an object");
    }
    if (json_object_size(object) > MX_PLOT_PROVIDER_COUNT_MAX) {
        return wrong(reading, "", "providers", "has too many members");
    }
    data->providers = calloc(json_object_size(object) + 1, sizeof *data->providers);
    if (data->providers == NULL) {
        return mx_plot_fail(reading->error, MX_EXIT_FAILURE, "out of memory");
    }
    json_object_foreach(object, name, value)
    {
        struct mx_plot_provider *provider = &data->providers[data->provider_count];
        int code;

        provider->name = strdup(name);
        if (provider->name == NULL) {
            return mx_plot_fail(reading->error, MX_EXIT_FAILURE, "out of memory");
        }
        data->provider_count++;
        provider->shown = mx_plot_text_fit(name, 14.0, false, 130.0);
        for (int e = 0; e < MX_PLOT_BAND_EDGE_COUNT; e++) {
            provider->band_below[e] = NAN;
        }
        code = read_scope(reading, mx_plot_text_format("providers.%s", name).s, value,
                          &provider->scope);
        if (code != 0) {
            return code;
        }
    }
    return sort_names(data) ? 0 : mx_plot_fail(reading->error, MX_EXIT_FAILURE, "out of memory");
}

static int read_members(const struct reading *reading, const json_t *root)
{
    struct mx_plot_data *data = reading->data;
    const json_t *scenario = json_object_get(root, "scenario");
    const char *name = json_string_value(json_object_get(scenario, "name"));
    int code;

    if (!json_is_object(root) || name == NULL) {
        return wrong(reading, "", "scenario.name", "is missing");
    }
    data->scenario = mx_plot_text_fit(name, 13.0, false, 220.0);
    code = read_number(reading, "", "replications", json_object_get(root, "replications"), false,
                       &data->replications);
    if (code == 0) {
        code = read_number(reading, "", "horizon_s", json_object_get(root, "horizon_s"), false,
                           &data->horizon_s);
    }
    data->cut_s = (double)NAN;
    if (code == 0 && json_object_get(root, "steady_state") != NULL) {
        code = read_number(reading, "steady_state", "cut_s",
                           json_object_get(json_object_get(root, "steady_state"), "cut_s"), false,
                           &data->cut_s);
    }
    if (code == 0) {
        code = read_scope(reading, "total", json_object_get(root, "total"), &data->total);
    }
    if (code == 0) {
        code = read_providers(reading, json_object_get(root, "providers"));
    }
    return code;
}

static int read_summary(struct mx_plot_data *data, const char *path,
                        const struct mx_plot_error *error)
{
    struct reading reading = {.data = data, .path = path, .error = error};
    json_error_t where;
    json_t *root;
    int code;

    if (access(path, R_OK) != 0) {
        return mx_plot_fail(error, MX_EXIT_INVALID, "cannot open %s: %s", path, strerror(errno));
    }
    root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL) {
        return mx_plot_fail(error, MX_EXIT_INVALID, "%s:%d: %s", path, where.line, where.text);
    }
    code = read_members(&reading, root);
    json_decref(root);
    return code;
}

static int band_index(const char *name)
{
    static const char *const names[MX_PLOT_BAND_EDGE_COUNT] = {"bad", "low", "medium"};

    for (int e = 0; e < MX_PLOT_BAND_EDGE_COUNT; e++) {
        if (strcmp(name, names[e]) == 0) {
            return e;
        }
    }
    return -1;
}

/* One value of plan.cfg: the start, the zone, and where the bands end. */
static int take_value(void *context, const char *path, const char *value)
{
    const struct reading *reading = context;
    struct mx_plot_data *data = reading->data;
    char provider[256], band[32];
    int used = 0;

    if (strcmp(path, "start") == 0 && !mx_plot_clock_parse(value, &data->clock)) {
        return mx_plot_fail(reading->error, MX_EXIT_INVALID,
                            "%s: start = \"%.40s\" is no date and time", reading->path, value);
    }
    if (strcmp(path, "time_zone") == 0) {
        (void)snprintf(data->clock.zone, sizeof data->clock.zone, "%.63s", value);
    }
    if (sscanf(path, "providers.%255[^.].reputation.bands.%31[^.].below%n", provider, band,
               &used) == 2 &&
        used > 0 && path[used] == '\0' && band_index(band) >= 0) {
        uint32_t p = mx_plot_data_find(data, provider);
        char *end;
        double below = strtod(value, &end);

        if (end == value || *end != '\0' || !isfinite(below)) {
            return mx_plot_fail(reading->error, MX_EXIT_INVALID, "%s: %s = \"%.40s\" is no number",
                                reading->path, path, value);
        }
        if (p < data->provider_count) {
            data->providers[p].band_below[band_index(band)] = below;
        }
    }
    return 0;
}

static int read_plan(struct mx_plot_data *data, const char *path, const struct mx_plot_error *error)
{
    struct reading reading = {.data = data, .path = path, .error = error};
    struct mx_plot_plan_visitor visitor = {.value = take_value, .context = &reading};

    if (access(path, F_OK) != 0 && errno == ENOENT) {
        return 0; /* times are then counted from the start, and bands have no shading */
    }
    data->has_plan = true;
    return mx_plot_plan_read(path, &visitor, error);
}

int mx_plot_summary_read(struct mx_plot_data *data, const struct mx_plot_error *error)
{
    size_t size = strlen(data->dir) + 32;
    char *path = malloc(size);
    int code;

    if (path == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    (void)snprintf(path, size, "%s/summary.json", data->dir);
    code = read_summary(data, path, error);
    if (code == 0) {
        (void)snprintf(path, size, "%s/plan.cfg", data->dir);
        code = read_plan(data, path, error);
    }
    free(path);
    return code;
}
