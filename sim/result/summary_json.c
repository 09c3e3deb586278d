// SPDX-License-Identifier: GPL-3.0-or-later
/* summary_json.c - see summary_json.h. jansson holds the tree; it is printed here, one metric a
 * line, since a reader looks for lines. */
#include "sim/result/summary_json.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/version.h"

/* jansson passes NULL on: json_object_set_new(object, key, NULL) fails and so does all. */
static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

/* Whole numbers as such: 12 digits would cut a count of 10^13. */
static json_t *count_of(double value)
{
    if (value >= -9e15 && value <= 9e15 && value == (double)(json_int_t)value) {
        return json_integer((json_int_t)value);
    }
    return json_real(value);
}

/* A name as valid UTF-8: what is not becomes "?". Returns owned, or NULL. */
static char *clean_name(const char *name)
{
    json_t *probe = json_string(name);
    char *copy = strdup(name);

    if (probe == NULL && copy != NULL) {
        for (char *at = copy; *at != '\0'; at++) {
            *at = (unsigned char)*at < 0x80 ? *at : '?';
        }
    }
    json_decref(probe);
    return copy;
}

static bool put_named(json_t *object, const char *name, json_t *value)
{
    char *clean = clean_name(name);
    bool is_put = clean != NULL && put(object, clean, value);

    if (clean == NULL) {
        json_decref(value);
    }
    free(clean);
    return is_put;
}

static json_t *text_of(const char *text)
{
    char *clean = clean_name(text != NULL ? text : "");
    json_t *value = clean != NULL ? json_string(clean) : NULL;

    free(clean);
    return value;
}

static json_t *metric_json(const struct mx_summary *summary, enum mx_group group, uint32_t index,
                           enum mx_metric metric)
{
    struct mx_estimate e = mx_summary_estimate(summary, group, index, metric);
    json_t *object = json_object(), *interval = json_null();
    bool is_made = object != NULL;

    if (e.has_spread) {
        interval = json_pack("[f, f]", e.ci95[0], e.ci95[1]);
    }
    is_made = is_made && put(object, "mean",
                             !e.is_known                  ? json_null()
                             : mx_metric_is_count(metric) ? count_of(e.mean)
                                                          : json_real(e.mean));
    is_made = is_made && put(object, "sd", e.has_spread ? json_real(e.sd) : json_null());
    is_made = is_made && put(object, "ci95", interval);
    if (e.reached < mx_summary_count(summary)) {
        is_made = is_made && put(object, "reached", json_integer(e.reached));
    }
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *scope_json(const struct mx_summary *summary, enum mx_group group, uint32_t index)
{
    json_t *object = json_object();

    for (int m = 0; object != NULL && m < MX_METRIC_COUNT; m++) {
        enum mx_metric metric = (enum mx_metric)m;

        if (!put(object, mx_metric_name(metric), metric_json(summary, group, index, metric))) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

/* Adds to object what one scope of a group says, under its name. */
static bool put_scope(json_t *object, const struct mx_results *results, enum mx_group group,
                      uint32_t index, const char *name)
{
    json_t *scope = scope_json(results->summary, group, index);

    return scope != NULL && put_named(object, name, scope);
}

static json_t *providers_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t i = 0; is_made && i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];

        is_made = put_scope(object, results, MX_GROUP_PROVIDER, p, plan->providers[p].name);
    }
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *campaigns_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t i = 0; is_made && i < plan->campaign_count; i++) {
        uint32_t c = plan->campaigns_shown[i];

        is_made = put_scope(object, results, MX_GROUP_CAMPAIGN, c, plan->campaigns[c].name);
    }
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *ips_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t i = 0; is_made && i < plan->ip_count; i++) {
        uint32_t ip = plan->ips_shown[i];

        is_made = put_scope(object, results, MX_GROUP_IP, ip, plan->ips[ip].name);
    }
    is_made = is_made && put_scope(object, results, MX_GROUP_IP, plan->ip_count, "(none)");
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *performance_json(const struct mx_performance *performance)
{
    double wall_s = performance->wall_s;
    json_t *per_s =
        wall_s > 0 ? json_real((double)performance->attempt_total / wall_s) : json_null();
    json_t *each =
        performance->pending_peak > 0
            ? json_real((double)performance->queue_bytes_peak / (double)performance->pending_peak)
            : json_null();

    return json_pack("{s:f, s:o, s:I, s:I, s:I, s:I, s:I, s:o}", "wall_s", wall_s, "attempts_per_s",
                     per_s, "peak_rss_bytes", (json_int_t)performance->peak_rss_bytes, "jobs",
                     (json_int_t)performance->jobs, "messages",
                     (json_int_t)performance->message_total, "attempts",
                     (json_int_t)performance->attempt_total, "pending_peak",
                     (json_int_t)performance->pending_peak, "bytes_per_pending", each);
}

static json_t *tree_of(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *root = json_object();
    bool is_made = root != NULL &&
                   put(root, "mxsim",
                       json_pack("{s:s, s:s}", "version", mx_version(), "commit", mx_commit())) &&
                   put(root, "scenario",
                       json_pack("{s:o, s:o, s:s}", "name", text_of(plan->name), "file",
                                 text_of(plan->file), "sha256", plan->sha256)) &&
                   put(root, "seed", json_integer((json_int_t)results->seed)) &&
                   put(root, "replications", json_integer(mx_summary_count(results->summary))) &&
                   put(root, "horizon_s", count_of((double)plan->horizon_us / 1e6)) &&
                   put(root, "total", scope_json(results->summary, MX_GROUP_TOTAL, 0)) &&
                   put(root, "providers", providers_json(plan, results)) &&
                   put(root, "campaigns", campaigns_json(plan, results)) &&
                   put(root, "ips", ips_json(plan, results)) &&
                   put(root, "performance", performance_json(&results->performance));

    if (!is_made) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static bool holds_objects(const json_t *value)
{
    return json_is_object(value) &&
           json_is_object(json_object_iter_value(json_object_iter((json_t *)value)));
}

static bool print_leaf(FILE *stream, const json_t *value)
{
    return json_dumpf(value, stream,
                      JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12)) == 0;
}

/* At most four levels deep. */
static bool print_object(FILE *stream, json_t *object, int indent) // NOLINT(misc-no-recursion)
{
    const char *separator = "{\n";
    const char *key;
    json_t *value;
    bool is_made = true;

    json_object_foreach(object, key, value)
    {
        json_t *name = json_string(key);

        (void)fprintf(stream, "%s%*s", separator, indent + 2, "");
        is_made = is_made && name != NULL && print_leaf(stream, name);
        (void)fputs(": ", stream);
        is_made = is_made && (holds_objects(value) ? print_object(stream, value, indent + 2)
                                                   : print_leaf(stream, value));
        json_decref(name);
        separator = ",\n";
    }
    (void)fprintf(stream, "\n%*s}", indent, "");
    return is_made;
}

char *mx_summary_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *root = tree_of(plan, results);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = root != NULL ? open_memstream(&text, &size) : NULL;
    bool is_made = stream != NULL && print_object(stream, root, 0);

    if (stream != NULL) {
        is_made = fputc('\n', stream) != EOF && is_made;
        is_made = fclose(stream) == 0 && is_made;
    }
    json_decref(root);
    if (!is_made) {
        free(text);
        return NULL;
    }
    return text;
}
