// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity_json.c - see sensitivity_json.h. */
#include "sim/result/sensitivity_json.h"

#include <stdlib.h>

#include "sim/base/version.h"
#include "sim/result/json_text.h"

static const char *const kind_names[] = {[MX_SENSITIVITY_ALONE] = "one_at_a_time",
                                         [MX_SENSITIVITY_MORRIS] = "morris",
                                         [MX_SENSITIVITY_SOBOL] = "sobol"};

static json_t *if_made(json_t *value, bool is_made)
{
    if (!is_made) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static json_t *factors_json(const struct mx_sensitivity *sensitivity)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t f = 0; is_made && f < sensitivity->factor_count; f++) {
        const struct mx_sensitivity_factor *factor = &sensitivity->factors[f];

        is_made = mx_json_put_named(
            object, factor->path,
            json_pack("{s:o, s:o, s:o, s:o}", "value", mx_json_text(factor->value), "low",
                      mx_json_text(factor->low), "high", mx_json_text(factor->high), "group",
                      mx_json_text(sensitivity->groups[factor->group].name)));
    }
    return if_made(object, is_made);
}

static json_t *influence_json(const struct mx_sensitivity *sensitivity, uint32_t metric,
                              uint32_t group, bool hangs)
{
    const struct mx_influence *influence = &sensitivity->metrics[metric].influence[group];
    const struct mx_morris_effect *morris = &influence->morris;
    const struct mx_sobol_index *sobol = &influence->sobol;

    switch (sensitivity->kind) {
    case MX_SENSITIVITY_MORRIS:
        return json_pack("{s:b, s:o, s:[o, o], s:o, s:o}", "hangs", (int)hangs, "mu_star",
                         mx_json_finite(morris->mu_star), "mu_star_interval",
                         mx_json_finite(morris->low), mx_json_finite(morris->high), "mu",
                         mx_json_finite(morris->mu), "sigma", mx_json_finite(morris->sigma));
    case MX_SENSITIVITY_SOBOL:
        return json_pack("{s:b, s:o, s:[o, o], s:o, s:[o, o]}", "hangs", (int)hangs, "total",
                         mx_json_finite(sobol->total), "total_interval",
                         mx_json_finite(sobol->total_low), mx_json_finite(sobol->total_high),
                         "first", mx_json_finite(sobol->first), "first_interval",
                         mx_json_finite(sobol->first_low), mx_json_finite(sobol->first_high));
    case MX_SENSITIVITY_ALONE:
        break;
    }
    return json_pack("{s:b, s:o}", "hangs", (int)hangs, "swing",
                     mx_json_finite(mx_sensitivity_influence(sensitivity, metric, group)));
}

/* From the most influential group on. */
static json_t *groups_json(const struct mx_sensitivity *sensitivity, uint32_t metric,
                           uint32_t *order)
{
    uint32_t hangs = mx_sensitivity_order(sensitivity, metric, order);
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t i = 0; is_made && i < sensitivity->group_count; i++) {
        is_made = mx_json_put_named(
            object, sensitivity->groups[order[i]].name,
            influence_json(sensitivity, metric, order[i],
                           i < hangs && mx_sensitivity_is_told(sensitivity, metric, order[i])));
    }
    return if_made(object, is_made);
}

static json_t *swings_json(const struct mx_sensitivity *sensitivity, uint32_t metric,
                           uint32_t *order)
{
    uint32_t count = mx_sensitivity_order_factors(sensitivity, metric, order);
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t i = 0; is_made && i < count; i++) {
        const struct mx_swing *swing = &sensitivity->metrics[metric].swing[order[i]];

        is_made = mx_json_put_named(
            object, sensitivity->factors[order[i]].path,
            json_pack("{s:o, s:o, s:o, s:o}", "low", mx_json_finite(swing->low), "low_half",
                      mx_json_finite(swing->low_half), "high", mx_json_finite(swing->high),
                      "high_half", mx_json_finite(swing->high_half)));
    }
    return if_made(object, is_made);
}

static json_t *metrics_json(const struct mx_sensitivity *sensitivity, uint32_t *order)
{
    json_t *object = json_object();
    bool is_made = object != NULL;

    for (uint32_t m = 0; is_made && m < sensitivity->metric_count; m++) {
        const struct mx_sensitivity_metric *metric = &sensitivity->metrics[m];

        is_made = mx_json_put_named(
            object, metric->name,
            json_pack("{s:o, s:I, s:o, s:o}", "base", mx_json_finite(metric->base), "never",
                      (json_int_t)metric->never_count, "groups", groups_json(sensitivity, m, order),
                      "one_at_a_time", swings_json(sensitivity, m, order)));
    }
    return if_made(object, is_made);
}

static json_t *tree_of(const struct mx_sensitivity *sensitivity, const char *command,
                       uint32_t *order)
{
    json_t *root = json_object();
    bool is_made =
        root != NULL &&
        mx_json_put(root, "mxsim",
                    json_pack("{s:s, s:s}", "version", mx_version(), "commit", mx_commit())) &&
        mx_json_put(root, "kind", json_string("sensitivity")) &&
        mx_json_put(root, "command", mx_json_text(command)) &&
        mx_json_put(root, "study",
                    json_pack("{s:o, s:o}", "name", mx_json_text(sensitivity->name), "title",
                              mx_json_text(sensitivity->title))) &&
        mx_json_put(root, "scenario",
                    json_pack("{s:o, s:s}", "file", mx_json_text(sensitivity->scenario), "sha256",
                              sensitivity->sha256)) &&
        mx_json_put(root, "method", json_string(kind_names[sensitivity->kind])) &&
        mx_json_put(root, "seed", json_integer((json_int_t)sensitivity->seed)) &&
        mx_json_put(root, "replications", json_integer(sensitivity->replications)) &&
        mx_json_put(root, "points", json_integer((json_int_t)sensitivity->point_count)) &&
        mx_json_put(root, "size", json_integer(sensitivity->size)) &&
        mx_json_put(root, "quasi_random", json_boolean(sensitivity->is_quasi)) &&
        mx_json_put(root, "group_by", json_integer(sensitivity->group_by)) &&
        mx_json_put(root, "confidence", json_real(sensitivity->confidence)) &&
        mx_json_put(root, "interval_of",
                    json_pack("{s:s, s:s}", "groups",
                              sensitivity->kind == MX_SENSITIVITY_MORRIS
                                  ? "the choice of trajectories"
                                  : "the choice of points",
                              "one_at_a_time", "chance alone")) &&
        mx_json_put(root, "horizon_s", mx_json_count(sensitivity->horizon_s)) &&
        mx_json_put(root, "factors", factors_json(sensitivity)) &&
        mx_json_put(root, "metrics", metrics_json(sensitivity, order));

    return if_made(root, is_made);
}

char *mx_sensitivity_json(const struct mx_sensitivity *sensitivity, const char *command)
{
    uint32_t *order = calloc(sensitivity->factor_count + 1U, sizeof *order);
    json_t *root = order != NULL ? tree_of(sensitivity, command, order) : NULL;
    char *text = mx_json_print(root);

    json_decref(root);
    free(order);
    return text;
}
