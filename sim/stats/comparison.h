// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison.h - several systems under common random numbers: what differs and what cannot be told
 * apart.
 *
 * A system is a plan; all have the same seed, so that a replication is the same luck for all. Each
 * is compared with the first, metric by metric, by the differences of its replications. Intervals
 * hold together with `confidence`: each has the share of Bonferroni's inequality. They are of
 * chance alone; or, where each replication drew what is assumed, the same for all systems, of
 * chance and what is not known. */
#ifndef MX_COMPARISON_H
#define MX_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/plan.h"
#include "sim/stats/interval.h"
#include "sim/stats/metric_name.h"
#include "sim/stats/selection.h"
#include "sim/stats/stopping.h"
#include "sim/stats/summary.h"

enum mx_difference_outcome {
    MX_DIFFERENCE_HIGHER,
    MX_DIFFERENCE_LOWER,
    MX_DIFFERENCE_NOT_TOLD,  /* the interval holds 0 */
    MX_DIFFERENCE_NEVER,     /* equal in every replication */
    MX_DIFFERENCE_UNDEFINED, /* one of the two has no such number in some replication */
    MX_DIFFERENCE_OUTCOME_COUNT
};

/* "higher", "lower", "not told apart", "equal", "undefined". */
const char *mx_difference_outcome_name(enum mx_difference_outcome outcome);

/* Of a system from the first one. All but own and outcome are 0 where it is undefined. gain: the
 * variance that independent runs would have, over that of these, var(A) + var(B) over var(A - B);
 * 0 where nothing varies. p_holm: smallest error at which all statements together tell them apart,
 * by Holm's correction. */
struct mx_difference {
    struct mx_estimate own;
    double mean, sd, p_holm, gain;
    struct mx_interval interval;
    enum mx_difference_outcome outcome;
};

/* settings: as given, "" for a file alone. Names, settings and plans are borrowed; summary is
 * owned. is_out: it needs no more replications. */
struct mx_system {
    const char *name, *settings;
    const struct mx_plan *plan;
    struct mx_summary *summary;
    bool is_out;
};

/* scoped, differences: [metric][system]; the first system's has only `own`. precisions: those
 * asked for, one or none a metric (width 0: none). */
struct mx_comparison {
    size_t system_count, metric_count;
    struct mx_system *systems;
    struct mx_scoped_metric *scoped;
    struct mx_difference *differences;
    struct mx_precision *precisions;
    double confidence;
    uint64_t seed;
    bool is_uncertain;
    uint32_t replication_count;
    struct mx_selection *selection; /* or NULL; by the first metric */
};

/* systems are copied, with summaries to be made for replication_count_max. Returns owned, or NULL
 * when out of memory. */
struct mx_comparison *mx_comparison_create(const struct mx_system *systems, size_t system_count,
                                           size_t metric_count, uint32_t replication_count_max);
void mx_comparison_destroy(struct mx_comparison *comparison);

/* Differences of all metrics from the replications so far, >= 2 of each system that is compared.
 * False when out of memory. */
bool mx_comparison_update(struct mx_comparison *comparison);

/* How wide a metric's widest difference is, in widths of its precision, 0 without one; infinite
 * where undefined. After mx_comparison_update. */
double mx_comparison_wide(const struct mx_comparison *comparison, size_t metric);

/* Whether more of a metric is better: of what is delivered. Of all else less is. */
bool mx_metric_larger_is_better(enum mx_metric metric);

#endif
