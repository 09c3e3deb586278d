// SPDX-License-Identifier: GPL-3.0-or-later
/* outcome_range.c - see outcome_range.h. */
#include "sim/stats/outcome_range.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"

static int compare_values(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return (first > second) - (first < second);
}

/* The value of a rank in [1, count], between two where it is not whole. */
static double at_rank(const double *sorted, uint32_t count, double rank)
{
    uint32_t below = (uint32_t)rank;
    double share = rank - below;

    below = below < 1 ? 1 : below > count ? count : below;
    if (!(share > 0) || below == count) {
        return sorted[below - 1];
    }
    if (isinf(sorted[below])) {
        return INFINITY;
    }
    return sorted[below - 1] + share * (sorted[below] - sorted[below - 1]);
}

/* Of the range from the smallest to the largest of so many. */
static double whole_range_probability(uint32_t count)
{
    return ((double)count - 1) / ((double)count + 1);
}

double mx_outcome_probability(uint32_t count)
{
    return count < MX_OUTCOME_COUNT_FULL ? whole_range_probability(count) : MX_OUTCOME_PROBABILITY;
}

struct mx_outcome_range mx_outcome_range_of(double *values, uint32_t count, double probability)
{
    double rank = (count + 1) * (1 - probability) / 2;
    double whole = floor(rank + 0.5);
    struct mx_outcome_range range = {.probability = probability, .reached = 0};

    MX_CHECK(count >= 1 && probability > 0 && probability < 1);
    qsort(values, count, sizeof *values, compare_values);
    rank = fabs(rank - whole) < 1e-9 ? whole : rank; /* 40 x 0.05 is 2 */
    if (rank < 1) {
        rank = 1;
        range.probability = whole_range_probability(count);
    }
    range.low = at_rank(values, count, rank);
    range.middle = at_rank(values, count, (count + 1) / 2.0);
    range.high = at_rank(values, count, count + 1 - rank);
    for (uint32_t i = 0; i < count; i++) {
        range.reached += !isinf(values[i]);
    }
    return range;
}

bool mx_summary_outcome_range(const struct mx_summary *summary, enum mx_group group, uint32_t index,
                              enum mx_metric metric, struct mx_outcome_range *range)
{
    uint32_t count = mx_summary_count(summary), known = 0;
    double *values = calloc(count > 0 ? count : 1, sizeof *values);

    if (values == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_known = mx_summary_value(summary, i, group, index, metric, &values[i]);

        known += is_known;
        values[i] = is_known ? values[i] : INFINITY;
    }
    /* A share never reached is late; 0 / 0 is nothing that could be put in order. */
    if (count == 0 || (known < count && !mx_metric_is_quantile(metric))) {
        *range = (struct mx_outcome_range){NAN, NAN, NAN, MX_OUTCOME_PROBABILITY, known};
    } else {
        *range = mx_outcome_range_of(values, count, MX_OUTCOME_PROBABILITY);
    }
    free(values);
    return true;
}
