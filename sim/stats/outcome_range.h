// SPDX-License-Identifier: GPL-3.0-or-later
/* outcome_range.h - where the next outcome will lie, going by those seen: what a planner asks for.
 *
 * Not the interval of a mean, which narrows to nothing as replications are added: the range that
 * holds one new outcome with the stated probability, whatever the law, if it comes about as the
 * others did. With n outcomes sorted, [x(j), x(n+1-j)] holds the next with probability
 * (n + 1 - 2j) / (n + 1) (S. Wilks, Ann. Math. Stat. 12 (1941)); between whole j it is
 * interpolated. Fewer than 19 outcomes cannot give 90 %: then it is the smallest to the largest,
 * with the probability that these have. */
#ifndef MX_OUTCOME_RANGE_H
#define MX_OUTCOME_RANGE_H

#include <stdint.h>

#include "sim/stats/summary.h"

#define MX_OUTCOME_PROBABILITY 0.9
#define MX_OUTCOME_COUNT_FULL 19U /* outcomes from which on it can be had */

/* Infinite where so many outcomes never got there (time_until_...); NaN where it is not defined.
 * reached: outcomes in which the metric is defined. */
struct mx_outcome_range {
    double low, middle, high;
    double probability;
    uint32_t reached;
};

/* What the range of so many outcomes has at MX_OUTCOME_PROBABILITY; 0 for one. */
double mx_outcome_probability(uint32_t count);

/* Of `count` >= 1 values, which are put in order; INFINITY for those that never came. */
struct mx_outcome_range mx_outcome_range_of(double *values, uint32_t count, double probability);

/* Of the replications of a summary. False: out of memory. */
bool mx_summary_outcome_range(const struct mx_summary *summary, enum mx_group group, uint32_t index,
                              enum mx_metric metric, struct mx_outcome_range *range);

#endif
