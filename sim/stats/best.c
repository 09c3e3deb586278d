// SPDX-License-Identifier: GPL-3.0-or-later
/* best.c - see best.h. */
#include "sim/stats/best.h"

#include <math.h>

#include "sim/base/check.h"

static const char *const outcome_names[MX_BEST_OUTCOME_COUNT] = {
    [MX_BEST_IS] = "best",
    [MX_BEST_MAY_BE] = "may be the best",
    [MX_BEST_IS_NOT] = "not the best",
    [MX_BEST_UNDEFINED] = "undefined",
};

const char *mx_best_outcome_name(enum mx_best_outcome outcome)
{
    MX_CHECK(outcome < MX_BEST_OUTCOME_COUNT);
    return outcome_names[outcome];
}

static bool value_of(const struct mx_comparison *comparison, size_t metric, size_t system,
                     uint32_t replication, double *value)
{
    const struct mx_scoped_metric *of =
        &comparison->scoped[metric * comparison->system_count + system];
    const struct mx_system *from = &comparison->systems[system];

    return replication < mx_summary_count(from->summary) &&
           mx_summary_value(from->summary, replication, of->group, of->index, of->metric, value);
}

/* Mean and deviation of how much better `system` is than `other`. False where undefined. */
static bool lead_of(const struct mx_comparison *comparison, size_t metric, size_t system,
                    size_t other, double *mean, double *sd)
{
    const struct mx_scoped_metric *of = &comparison->scoped[metric * comparison->system_count];
    double sign = mx_metric_larger_is_better(of->metric) ? 1 : -1, squares = 0;
    uint32_t count = comparison->replication_count;

    *mean = 0;
    for (uint32_t r = 0; r < count; r++) {
        double mine, others, step;

        if (!value_of(comparison, metric, system, r, &mine) ||
            !value_of(comparison, metric, other, r, &others)) {
            return false;
        }
        step = sign * (mine - others) - *mean;
        *mean += step / (r + 1.0);
        squares += step * (sign * (mine - others) - *mean);
    }
    *sd = count > 1 ? sqrt(squares / (count - 1.0)) : 0;
    return count > 1;
}

struct mx_best mx_comparison_best(const struct mx_comparison *comparison, size_t metric,
                                  size_t system)
{
    struct mx_best best = {{(double)INFINITY, (double)INFINITY}, MX_BEST_UNDEFINED};
    double bounds = (double)comparison->metric_count * (double)(comparison->system_count - 1U);
    double alpha = (1 - comparison->confidence) / bounds, times = 0;

    if (comparison->replication_count < 2) {
        return best;
    }
    /* Two-sided at 1 - 2 alpha is one-sided at 1 - alpha; at one half it has no width. */
    if (1 - 2 * alpha > 0) {
        times = mx_student_t(1 - 2 * alpha, comparison->replication_count - 1U) /
                sqrt(comparison->replication_count);
    }
    for (size_t other = 0; other < comparison->system_count; other++) {
        double mean, sd;

        if (other == system) {
            continue;
        }
        if (!lead_of(comparison, metric, system, other, &mean, &sd)) {
            return best;
        }
        best.ahead.low = fmin(best.ahead.low, mean - times * sd);
        best.ahead.high = fmin(best.ahead.high, mean + times * sd);
    }
    best.outcome = best.ahead.low > 0    ? MX_BEST_IS
                   : best.ahead.high < 0 ? MX_BEST_IS_NOT
                                         : MX_BEST_MAY_BE;
    best.ahead.low = fmin(best.ahead.low, 0);
    best.ahead.high = fmax(best.ahead.high, 0);
    return best;
}
