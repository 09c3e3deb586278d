// SPDX-License-Identifier: GPL-3.0-or-later
/* best.h - which of several compared systems may be the best, metric by metric.
 *
 * Multiple comparisons with the best (J. Hsu, Ann. Stat. 12 (1984)) for systems under common random
 * numbers (W.-N. Yang, B. Nelson, Operations Research 39 (1991)): with w_il half of a one-sided
 * interval of the mean paired difference of i and l, at confidence 1 - alpha / (metrics x (k - 1)),
 * how much better i is than the best of the others lies in
 * [min(0, min_l (d_il - w_il)), max(0, min_l (d_il + w_il))], for all i and metrics together. */
#ifndef MX_BEST_H
#define MX_BEST_H

#include "sim/stats/comparison.h"

enum mx_best_outcome {
    MX_BEST_IS,        /* better than all others, shown */
    MX_BEST_MAY_BE,    /* nothing shows that another one is better */
    MX_BEST_IS_NOT,    /* another one is better, shown */
    MX_BEST_UNDEFINED, /* some system has no such number in some replication */
    MX_BEST_OUTCOME_COUNT
};

/* "best", "may be the best", "not the best", "undefined". */
const char *mx_best_outcome_name(enum mx_best_outcome outcome);

/* ahead: how much better than the best of the others, in the metric's unit; better is more of what
 * is delivered and less of all else. Not where it is undefined. */
struct mx_best {
    struct mx_interval ahead;
    enum mx_best_outcome outcome;
};

/* After mx_comparison_update, of two or more systems; replications that all have count. */
struct mx_best mx_comparison_best(const struct mx_comparison *comparison, size_t metric,
                                  size_t system);

#endif
