// SPDX-License-Identifier: GPL-3.0-or-later
/* summary_json.c - see summary_json.h. jansson holds the tree; it is printed here, one metric a
 * line, since a reader looks for lines. */
#include "sim/result/summary_json.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/version.h"
#include "sim/result/json_text.h"
#include "sim/stats/expect.h"
#include "sim/stats/outcome_range.h"

static json_t *interval_json(const struct mx_estimate *estimate)
{
    return estimate->has_spread ? json_pack("[f, f]", estimate->ci95[0], estimate->ci95[1])
                                : json_null();
}

/* Of percentiles: what half of all replications stay below, with its interval. */
static bool put_median(json_t *object, const struct mx_summary *summary, enum mx_group group,
                       uint32_t index, enum mx_metric metric)
{
    struct mx_median median = mx_summary_median(summary, group, index, metric);

    return mx_json_put(object, "median", mx_json_finite(median.value)) &&
           mx_json_put(object, "median_ci95",
                       json_pack("[o, o]", mx_json_finite(median.interval.low),
                                 mx_json_finite(median.interval.high)));
}

static json_t *metric_json(const struct mx_summary *summary, enum mx_group group, uint32_t index,
                           enum mx_metric metric)
{
    struct mx_estimate e = mx_summary_estimate(summary, group, index, metric);
    json_t *object = json_object();
    bool is_made = object != NULL;

    is_made = is_made && mx_json_put(object, "mean",
                                     !e.is_known                  ? json_null()
                                     : mx_metric_is_count(metric) ? mx_json_count(e.mean)
                                                                  : json_real(e.mean));
    is_made = is_made && mx_json_put(object, "sd", e.has_spread ? json_real(e.sd) : json_null());
    is_made = is_made && mx_json_put(object, "ci95", interval_json(&e));
    if (e.has_spread || e.reached < mx_summary_count(summary)) {
        is_made = is_made && (!mx_metric_is_quantile(metric) ||
                              put_median(object, summary, group, index, metric));
    }
    if (e.reached < mx_summary_count(summary)) {
        is_made = is_made && mx_json_put(object, "reached", json_integer(e.reached));
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

        if (!mx_json_put(object, mx_metric_name(metric),
                         metric_json(summary, group, index, metric))) {
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

    return scope != NULL && mx_json_put_named(object, name, scope);
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

/* Where the campaign has recipients there. */
static bool put_pairs(json_t *object, const struct mx_plan *plan, const struct mx_results *results,
                      uint32_t campaign)
{
    bool is_made = true;

    for (uint32_t i = 0; is_made && i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];
        uint32_t pair = mx_summary_pair(results->summary, campaign, p);
        struct mx_estimate recipients =
            mx_summary_estimate(results->summary, MX_GROUP_PAIR, pair, MX_METRIC_RECIPIENTS);

        is_made = recipients.mean <= 0 ||
                  put_scope(object, results, MX_GROUP_PAIR, pair, plan->providers[p].name);
    }
    return is_made;
}

static json_t *pairs_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t i = 0; is_made && i < plan->campaign_count; i++) {
        uint32_t c = plan->campaigns_shown[i];
        json_t *providers = json_object();

        is_made = providers != NULL &&
                  mx_json_put_named(object, plan->campaigns[c].name, providers) &&
                  put_pairs(providers, plan, results, c);
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

/* {"METRIC": {"half_width", "wanted", "relative", "reached"}}, by the order on the command line. */
static json_t *precision_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (size_t i = 0; is_made && i < results->precision_count; i++) {
        const struct mx_precision *precision = &results->precisions[i];
        const struct mx_scoped_metric *of = &precision->of;
        struct mx_estimate estimate =
            mx_summary_estimate(results->summary, of->group, of->index, of->metric);
        char text[MX_METRIC_TEXT_SIZE];
        double half;
        bool is_met = mx_precision_state_of(precision, &estimate, &half) == MX_PRECISION_MET;

        mx_metric_print(plan, of, text, sizeof text);
        is_made = mx_json_put_named(object, text,
                                    json_pack("{s:o, s:f, s:b, s:b}", "half_width",
                                              isfinite(half) ? json_real(half) : json_null(),
                                              "wanted", precision->width, "relative",
                                              (int)precision->is_relative, "reached", (int)is_met));
    }
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* {"TEXT": {"outcome", "mean", "ci95"}} */
static json_t *expect_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (size_t i = 0; is_made && i < plan->expect_count; i++) {
        struct mx_expectation expectation;
        struct mx_estimate estimate;
        enum mx_expect_outcome outcome;
        char error[128];

        if (!mx_expectation_parse(plan, plan->expect[i], &expectation, error, sizeof error)) {
            continue; /* said when the scenario was loaded */
        }
        outcome = mx_expectation_judge(&expectation, results->summary, &estimate);
        is_made = mx_json_put_named(
            object, plan->expect[i],
            json_pack("{s:s, s:o, s:o}", "outcome", mx_expect_outcome_name(outcome), "mean",
                      estimate.is_known ? json_real(estimate.mean) : json_null(), "ci95",
                      interval_json(&estimate)));
    }
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *steady_json(const struct mx_plan *plan, const struct mx_results *results)
{
    const struct mx_steady *steady = &results->steady;
    const char *provider =
        steady->provider < plan->provider_count ? plan->providers[steady->provider].name : "total";

    const char *flaw = mx_steady_flaw(steady, results->summary);

    return json_pack("{s:b, s:f, s:s, s:o, s:I, s:f, s:f, s:f, s:s?}", "found",
                     (int)steady->is_found, "cut_s", (double)steady->cut_us / 1e6, "cut_by",
                     mx_metric_name(steady->metric), "cut_by_provider", mx_json_text(provider),
                     "batches", (json_int_t)MX_STEADY_BATCHES, "batch_s",
                     (double)steady->batch_us / 1e6, "memory_s", (double)steady->memory_us / 1e6,
                     "lag1", mx_steady_lag1(results->summary), "warning", flaw);
}

/* [from, middle, to]; null: never reached, or not defined. */
static json_t *range_json(const struct mx_outcome_range *range)
{
    return json_pack("[o, o, o]", mx_json_finite(range->low), mx_json_finite(range->middle),
                     mx_json_finite(range->high));
}

static json_t *uncertain_metric_json(const struct mx_results *results, enum mx_group group,
                                     uint32_t index, enum mx_metric metric)
{
    const struct mx_summary *drawn = results->uncertain->summary;
    struct mx_estimate e = mx_summary_estimate(drawn, group, index, metric);
    struct mx_outcome_range chance, both;

    if (!mx_summary_outcome_range(results->summary, group, index, metric, &chance) ||
        !mx_summary_outcome_range(drawn, group, index, metric, &both)) {
        return NULL;
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:I}", "chance", range_json(&chance), "chance_and_unknown",
        range_json(&both), "mean", e.is_known ? json_real(e.mean) : json_null(), "sd",
        e.has_spread ? json_real(e.sd) : json_null(), "reached", (json_int_t)both.reached);
}

static json_t *uncertain_scope_json(const struct mx_results *results, enum mx_group group,
                                    uint32_t index)
{
    json_t *object = json_object();

    for (int m = 0; object != NULL && m < MX_METRIC_COUNT; m++) {
        enum mx_metric metric = (enum mx_metric)m;

        if (!mx_json_put(object, mx_metric_name(metric),
                         uncertain_metric_json(results, group, index, metric))) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static json_t *uncertain_group_json(const struct mx_plan *plan, const struct mx_results *results,
                                    enum mx_group group)
{
    bool is_provider = group == MX_GROUP_PROVIDER;
    uint32_t count = is_provider ? plan->provider_count : plan->campaign_count;
    const uint32_t *shown = is_provider ? plan->providers_shown : plan->campaigns_shown;
    json_t *object = json_object();

    for (uint32_t i = 0; object != NULL && i < count; i++) {
        if (!mx_json_put_named(object, mx_group_member(plan, group, shown[i]),
                               uncertain_scope_json(results, group, shown[i]))) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

/* Ranges of outcomes, with and without what is not known; only after run --uncertain. */
static bool put_uncertain(json_t *root, const struct mx_plan *plan,
                          const struct mx_results *results)
{
    uint32_t count = results->replication_count;
    double probability =
        count < MX_OUTCOME_COUNT_FULL ? (count - 1.0) / (count + 1.0) : MX_OUTCOME_PROBABILITY;
    json_t *object;

    if (results->uncertain == NULL) {
        return true;
    }
    object = json_object();
    return object != NULL && mx_json_put(object, "command", mx_json_text(results->command)) &&
           mx_json_put(object, "values", json_integer((json_int_t)results->factor_count)) &&
           mx_json_put(object, "probability", json_real(probability)) &&
           mx_json_put(object, "total", uncertain_scope_json(results, MX_GROUP_TOTAL, 0)) &&
           mx_json_put(object, "providers",
                       uncertain_group_json(plan, results, MX_GROUP_PROVIDER)) &&
           mx_json_put(object, "campaigns",
                       uncertain_group_json(plan, results, MX_GROUP_CAMPAIGN)) &&
           mx_json_put(root, "uncertain", object);
}

/* What was asked of the results, where anything was. */
static bool put_checks(json_t *root, const struct mx_plan *plan, const struct mx_results *results)
{
    return (!results->is_steady || mx_json_put(root, "steady_state", steady_json(plan, results))) &&
           (results->precision_count == 0 ||
            mx_json_put(root, "precision", precision_json(plan, results))) &&
           (plan->expect_count == 0 || mx_json_put(root, "expect", expect_json(plan, results)));
}

static json_t *tree_of(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *root = json_object();
    bool is_made =
        root != NULL &&
        mx_json_put(root, "mxsim",
                    json_pack("{s:s, s:s}", "version", mx_version(), "commit", mx_commit())) &&
        mx_json_put(root, "scenario",
                    json_pack("{s:o, s:o, s:s}", "name", mx_json_text(plan->name), "file",
                              mx_json_text(plan->file), "sha256", plan->sha256)) &&
        mx_json_put(root, "seed", json_integer((json_int_t)results->seed)) &&
        mx_json_put(root, "replications", json_integer(results->replication_count)) &&
        mx_json_put(root, "horizon_s", mx_json_count((double)plan->horizon_us / 1e6)) &&
        put_checks(root, plan, results) &&
        mx_json_put(root, "total", scope_json(results->summary, MX_GROUP_TOTAL, 0)) &&
        mx_json_put(root, "providers", providers_json(plan, results)) &&
        mx_json_put(root, "campaigns", campaigns_json(plan, results)) &&
        mx_json_put(root, "campaigns_providers", pairs_json(plan, results)) &&
        mx_json_put(root, "ips", ips_json(plan, results)) && put_uncertain(root, plan, results) &&
        mx_json_put(root, "performance", performance_json(&results->performance));

    if (!is_made) {
        json_decref(root);
        return NULL;
    }
    return root;
}

char *mx_summary_json(const struct mx_plan *plan, const struct mx_results *results)
{
    json_t *root = tree_of(plan, results);
    char *text = mx_json_print(root);

    json_decref(root);
    return text;
}
