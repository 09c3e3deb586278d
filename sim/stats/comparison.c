// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison.c - see comparison.h. */
#include "sim/stats/comparison.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"

static const char *const outcome_names[MX_DIFFERENCE_OUTCOME_COUNT] = {
    [MX_DIFFERENCE_HIGHER] = "higher",           [MX_DIFFERENCE_LOWER] = "lower",
    [MX_DIFFERENCE_NOT_TOLD] = "not told apart", [MX_DIFFERENCE_NEVER] = "equal",
    [MX_DIFFERENCE_UNDEFINED] = "undefined",
};

const char *mx_difference_outcome_name(enum mx_difference_outcome outcome)
{
    MX_CHECK(outcome < MX_DIFFERENCE_OUTCOME_COUNT);
    return outcome_names[outcome];
}

bool mx_metric_larger_is_better(enum mx_metric metric)
{
    return metric == MX_METRIC_DELIVERED || metric == MX_METRIC_DELIVERED_RATE;
}

struct mx_comparison *mx_comparison_create(const struct mx_system *systems, size_t system_count,
                                           size_t metric_count, uint32_t replication_count_max)
{
    struct mx_comparison *comparison = calloc(1, sizeof *comparison);
    size_t cells = system_count * metric_count;
    bool is_made;

    MX_CHECK(system_count >= 1 && metric_count >= 1);
    if (comparison == NULL) {
        return NULL;
    }
    comparison->system_count = system_count;
    comparison->metric_count = metric_count;
    comparison->systems = calloc(system_count, sizeof *comparison->systems);
    comparison->scoped = calloc(cells, sizeof *comparison->scoped);
    comparison->differences = calloc(cells, sizeof *comparison->differences);
    comparison->precisions = calloc(metric_count, sizeof *comparison->precisions);
    is_made = comparison->systems != NULL && comparison->scoped != NULL &&
              comparison->differences != NULL && comparison->precisions != NULL;
    for (size_t s = 0; is_made && s < system_count; s++) {
        const struct mx_plan *plan = systems[s].plan;

        comparison->systems[s] = systems[s];
        comparison->systems[s].summary = mx_summary_create(
            &(struct mx_summary_sizes){.campaign_count = plan->campaign_count,
                                       .provider_count = plan->provider_count,
                                       .ip_count = plan->ip_count,
                                       .replication_count = replication_count_max});
        is_made = comparison->systems[s].summary != NULL;
    }
    if (!is_made) {
        mx_comparison_destroy(comparison);
        return NULL;
    }
    return comparison;
}

void mx_comparison_destroy(struct mx_comparison *comparison)
{
    if (comparison != NULL) {
        for (size_t s = 0; comparison->systems != NULL && s < comparison->system_count; s++) {
            mx_summary_destroy(comparison->systems[s].summary);
        }
        mx_selection_destroy(comparison->selection);
        free(comparison->systems);
        free(comparison->scoped);
        free(comparison->differences);
        free(comparison->precisions);
        free(comparison);
    }
}

/* One replication's number of a system; false where it is undefined. */
static bool value_of(const struct mx_comparison *comparison, size_t metric, size_t system,
                     uint32_t replication, double *value)
{
    const struct mx_scoped_metric *of =
        &comparison->scoped[metric * comparison->system_count + system];

    return mx_summary_value(comparison->systems[system].summary, replication, of->group, of->index,
                            of->metric, value);
}

static double variance_of(const struct mx_comparison *comparison, size_t metric, size_t system,
                          uint32_t count)
{
    double mean = 0, squares = 0, value = 0;

    for (uint32_t r = 0; r < count; r++) {
        double step;

        (void)value_of(comparison, metric, system, r, &value);
        step = value - mean;
        mean += step / (r + 1.0);
        squares += step * (value - mean);
    }
    return squares / (count - 1.0);
}

/* Differences of the replications that both have. Returns their number, 0 when one is
 * undefined. */
static uint32_t fill_differences(const struct mx_comparison *comparison, size_t metric,
                                 size_t system, double *values)
{
    uint32_t count = mx_summary_count(comparison->systems[system].summary);
    uint32_t first_count = mx_summary_count(comparison->systems[0].summary);

    count = count < first_count ? count : first_count;
    for (uint32_t r = 0; r < count; r++) {
        double a, b;

        if (!value_of(comparison, metric, 0, r, &a) ||
            !value_of(comparison, metric, system, r, &b)) {
            return 0;
        }
        values[r] = b - a;
    }
    return count;
}

/* One interval for each metric and system but the first. */
static double each_confidence(const struct mx_comparison *comparison)
{
    size_t count = comparison->metric_count * (comparison->system_count - 1U);

    return mx_bonferroni(comparison->confidence, count > 0 ? (uint32_t)count : 1U);
}

static void set_difference(const struct mx_comparison *comparison, size_t metric, size_t system,
                           double *values)
{
    struct mx_difference *difference =
        &comparison->differences[metric * comparison->system_count + system];
    uint32_t count = fill_differences(comparison, metric, system, values);
    struct mx_estimate estimate =
        mx_estimate_of(values, count, (struct mx_interval){(double)-INFINITY, (double)INFINITY});

    difference->outcome = MX_DIFFERENCE_UNDEFINED;
    difference->p_holm = 1.0;
    if (count < 2) {
        return;
    }
    difference->mean = estimate.mean;
    difference->sd = estimate.sd;
    difference->interval = mx_interval_mean(values, count, each_confidence(comparison));
    difference->p_holm = mx_student_p(estimate.mean, estimate.sd / sqrt(count), count - 1U);
    /* Over the replications of the pair: a selection makes fewer of what it eliminates. */
    difference->gain = estimate.sd > 0 ? (variance_of(comparison, metric, 0, count) +
                                          variance_of(comparison, metric, system, count)) /
                                             (estimate.sd * estimate.sd)
                                       : 0.0;
    difference->outcome = difference->interval.low > 0    ? MX_DIFFERENCE_HIGHER
                          : difference->interval.high < 0 ? MX_DIFFERENCE_LOWER
                          : estimate.sd > 0               ? MX_DIFFERENCE_NOT_TOLD
                                                          : MX_DIFFERENCE_NEVER;
}

/* Holm's correction over all of them. */
static bool adjust(struct mx_comparison *comparison)
{
    size_t cells = comparison->metric_count * comparison->system_count, count = 0;
    double *p_values = calloc(cells, sizeof *p_values);

    if (p_values == NULL) {
        return false;
    }
    for (size_t i = 0; i < cells; i++) {
        if (i % comparison->system_count > 0) {
            p_values[count++] = comparison->differences[i].p_holm;
        }
    }
    mx_holm_adjust(p_values, count);
    count = 0;
    for (size_t i = 0; i < cells; i++) {
        if (i % comparison->system_count > 0) {
            comparison->differences[i].p_holm = p_values[count++];
        }
    }
    free(p_values);
    return true;
}

bool mx_comparison_update(struct mx_comparison *comparison)
{
    size_t count = comparison->system_count;
    double *values = calloc(mx_summary_count(comparison->systems[0].summary) + 1U, sizeof *values);

    if (values == NULL) {
        return false;
    }
    comparison->replication_count = 0;
    for (size_t s = 0; s < count; s++) {
        uint32_t made = mx_summary_count(comparison->systems[s].summary);

        comparison->replication_count =
            made > comparison->replication_count ? made : comparison->replication_count;
    }
    for (size_t m = 0; m < comparison->metric_count; m++) {
        for (size_t s = 0; s < count; s++) {
            const struct mx_scoped_metric *of = &comparison->scoped[m * count + s];

            comparison->differences[m * count + s] = (struct mx_difference){
                .own = mx_summary_estimate(comparison->systems[s].summary, of->group, of->index,
                                           of->metric)};
            if (s > 0) {
                set_difference(comparison, m, s, values);
            }
        }
    }
    free(values);
    return adjust(comparison);
}

double mx_comparison_wide(const struct mx_comparison *comparison, size_t metric)
{
    const struct mx_precision *precision = &comparison->precisions[metric];
    const struct mx_difference *differences =
        &comparison->differences[metric * comparison->system_count];
    double widest = 0;

    if (!(precision->width > 0)) {
        return 0;
    }
    for (size_t s = 1; s < comparison->system_count; s++) {
        double half = (differences[s].interval.high - differences[s].interval.low) / 2.0;

        if (differences[s].outcome == MX_DIFFERENCE_UNDEFINED) {
            return (double)INFINITY;
        }
        if (precision->is_relative && half > 0) {
            half /= fabs(differences[0].own.mean);
        }
        widest = half / precision->width > widest ? half / precision->width : widest;
    }
    return widest;
}
