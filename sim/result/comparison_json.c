// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison_json.c - see comparison_json.h. */
#include "sim/result/comparison_json.h"

#include "sim/base/version.h"
#include "sim/result/comparison_table.h"
#include "sim/result/json_text.h"
#include "sim/stats/best.h"

/* object, or NULL with object freed. */
static json_t *if_made(json_t *object, bool is_made)
{
    if (!is_made) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *systems_json(const struct mx_comparison *comparison)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (size_t s = 0; is_made && s < comparison->system_count; s++) {
        const struct mx_system *system = &comparison->systems[s];

        is_made =
            mx_json_put(object, mx_system_label(s).s,
                        json_pack("{s:o, s:o, s:o, s:s, s:I}", "name", mx_json_text(system->name),
                                  "file", mx_json_text(system->plan->file), "settings",
                                  mx_json_text(system->settings), "sha256", system->plan->sha256,
                                  "replications", (json_int_t)mx_summary_count(system->summary)));
    }
    return if_made(object, is_made);
}

static json_t *own_json(const struct mx_estimate *own)
{
    return json_pack("{s:o, s:o, s:o}", "mean", own->is_known ? json_real(own->mean) : json_null(),
                     "sd", own->has_spread ? json_real(own->sd) : json_null(), "ci95",
                     own->has_spread ? json_pack("[f, f]", own->ci95[0], own->ci95[1])
                                     : json_null());
}

static json_t *difference_json(const struct mx_difference *difference)
{
    if (difference->outcome == MX_DIFFERENCE_UNDEFINED) {
        return json_pack("{s:s}", "outcome", mx_difference_outcome_name(difference->outcome));
    }
    return json_pack("{s:s, s:f, s:f, s:[f, f], s:f, s:o}", "outcome",
                     mx_difference_outcome_name(difference->outcome), "mean", difference->mean,
                     "sd", difference->sd, "interval", difference->interval.low,
                     difference->interval.high, "p_holm", difference->p_holm, "variance_reduction",
                     difference->gain > 0 ? json_real(difference->gain) : json_null());
}

static json_t *precision_json(const struct mx_comparison *comparison, size_t metric)
{
    const struct mx_precision *precision = &comparison->precisions[metric];

    if (!(precision->width > 0)) {
        return json_null();
    }
    return json_pack("{s:f, s:b, s:b}", "wanted", precision->width, "relative",
                     (int)precision->is_relative, "reached",
                     (int)(mx_comparison_wide(comparison, metric) <= 1.0));
}

/* Each system against the best of the others; null of a selection, which has its own promise. */
static json_t *best_json(const struct mx_comparison *comparison, size_t metric)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    if (comparison->selection != NULL) {
        json_decref(object);
        return json_null();
    }
    for (size_t s = 0; is_made && s < comparison->system_count; s++) {
        const struct mx_best best = mx_comparison_best(comparison, metric, s);
        const bool is_known = best.outcome != MX_BEST_UNDEFINED;

        is_made = mx_json_put(object, mx_system_label(s).s,
                              json_pack("{s:[o, o], s:s}", "ahead",
                                        is_known ? mx_json_finite(best.ahead.low) : json_null(),
                                        is_known ? mx_json_finite(best.ahead.high) : json_null(),
                                        "outcome", mx_best_outcome_name(best.outcome)));
    }
    return if_made(object, is_made);
}

static json_t *metric_json(const struct mx_comparison *comparison, size_t metric)
{
    json_t *object = json_object(), *systems = json_object(), *differences = json_object();
    bool is_made = object != NULL && systems != NULL && differences != NULL;

    for (size_t s = 0; is_made && s < comparison->system_count; s++) {
        const struct mx_difference *difference =
            &comparison->differences[metric * comparison->system_count + s];

        is_made =
            mx_json_put(systems, mx_system_label(s).s, own_json(&difference->own)) &&
            (s == 0 || mx_json_put(differences, mx_system_label(s).s, difference_json(difference)));
    }
    is_made = is_made && mx_json_put(object, "systems", json_incref(systems)) &&
              mx_json_put(object, "differences", json_incref(differences)) &&
              mx_json_put(object, "best", best_json(comparison, metric)) &&
              mx_json_put(object, "precision", precision_json(comparison, metric));
    json_decref(systems);
    json_decref(differences);
    return if_made(object, is_made);
}

static json_t *metrics_json(const struct mx_comparison *comparison)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (size_t m = 0; is_made && m < comparison->metric_count; m++) {
        char text[MX_METRIC_TEXT_SIZE];

        mx_metric_print(comparison->systems[0].plan,
                        &comparison->scoped[m * comparison->system_count], text, sizeof text);
        is_made = mx_json_put_named(object, text, metric_json(comparison, m));
    }
    return if_made(object, is_made);
}

static json_t *selection_json(const struct mx_selection *selection)
{
    json_t *eliminated = json_object();
    bool is_made = eliminated != NULL;

    for (uint32_t s = 0; is_made && s < selection->options.system_count; s++) {
        const struct mx_selection_system *system = &selection->systems[s];

        if (system->out_after > 0) {
            is_made = mx_json_put(eliminated, mx_system_label(s).s,
                                  json_pack("{s:I, s:s}", "after", (json_int_t)system->out_after,
                                            "by", mx_system_label(system->out_by).s));
        }
    }
    if (!is_made) {
        json_decref(eliminated);
        return NULL;
    }
    return json_pack(
        "{s:s, s:o, s:s, s:f, s:f, s:I, s:o}", "procedure", "KN (Kim, Nelson 2001)", "best",
        selection->is_decided ? json_string(mx_system_label(selection->best).s) : json_null(),
        "better", selection->options.is_larger_better ? "larger" : "smaller", "indifference",
        selection->options.indifference, "confidence", selection->options.confidence,
        "first_replications", (json_int_t)selection->options.first_count, "eliminated", eliminated);
}

static json_t *tree_of(const struct mx_comparison *comparison, const char *command)
{
    json_int_t comparisons =
        (json_int_t)comparison->metric_count * (json_int_t)(comparison->system_count - 1U);
    json_t *root = json_object();
    bool is_made =
        root != NULL &&
        mx_json_put(root, "mxsim",
                    json_pack("{s:s, s:s}", "version", mx_version(), "commit", mx_commit())) &&
        mx_json_put(root, "kind", json_string("comparison")) &&
        mx_json_put(root, "command", mx_json_text(command)) &&
        mx_json_put(root, "seed", json_integer((json_int_t)comparison->seed)) &&
        mx_json_put(root, "replications", json_integer(comparison->replication_count)) &&
        mx_json_put(root, "confidence", json_real(comparison->confidence)) &&
        mx_json_put(root, "interval_of", json_string(mx_interval_of(comparison->is_uncertain))) &&
        mx_json_put(root, "comparisons", json_integer(comparisons)) &&
        mx_json_put(root, "systems", systems_json(comparison)) &&
        mx_json_put(root, "metrics", metrics_json(comparison)) &&
        mx_json_put(root, "selection",
                    comparison->selection != NULL ? selection_json(comparison->selection)
                                                  : json_null());

    return if_made(root, is_made);
}

char *mx_comparison_json(const struct mx_comparison *comparison, const char *command)
{
    json_t *root = tree_of(comparison, command);
    char *text = mx_json_print(root);

    json_decref(root);
    return text;
}
