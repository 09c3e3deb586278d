// SPDX-License-Identifier: GPL-3.0-or-later
/* results.h - everything that the replications of one plan say together, as results are written
 * from it. */
#ifndef MX_RESULTS_H
#define MX_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/observe.h"
#include "sim/scenario/plan.h"
#include "sim/stats/ages.h"
#include "sim/stats/counters.h"
#include "sim/stats/series.h"
#include "sim/stats/standing.h"
#include "sim/stats/steady.h"
#include "sim/stats/stopping.h"
#include "sim/stats/summary.h"

/* Of all replications; not reproducible but for the counts. */
struct mx_performance {
    double wall_s;
    uint64_t attempt_total, message_total; /* warm-up included, sums */
    uint64_t pending_peak;                 /* largest of one replication */
    size_t queue_bytes_peak;
    uint32_t jobs;
    uint64_t peak_rss_bytes; /* of the process; 0 where the system does not say */
};

struct mx_results {
    uint64_t seed;
    uint32_t replication_count;
    struct mx_summary *summary;
    struct mx_series *series;
    struct mx_ages *ages;
    struct mx_standing *standing;
    struct mx_counters *counters;
    struct mx_performance performance;
    /* One long run: replication_count is 1, the summary is of its batches. */
    bool is_steady;
    bool is_live; /* of mail sent by the wall clock: nothing was simulated */
    struct mx_steady steady;
    const struct mx_precision *precisions; /* asked for; borrowed, or NULL */
    size_t precision_count;
    /* The same replications once more with what is assumed drawn afresh for each: summary and ages,
     * owned, or NULL. factor_count: values drawn; 0 where nothing is assumed. command: that gives
     * them again, which a resolved plan cannot; owned, or NULL. */
    struct mx_results *uncertain;
    size_t factor_count;
    char *command;
};

/* Returns owned, or NULL when out of memory. */
struct mx_results *mx_results_create(const struct mx_plan *plan, uint64_t seed,
                                     uint32_t replication_count);
/* The same with the summary alone: series, ages, standing and counters stay NULL. */
struct mx_results *mx_results_create_summary(const struct mx_plan *plan, uint64_t seed,
                                             uint32_t replication_count);
/* Summary and ages, for replications that have a plan of their own each. */
struct mx_results *mx_results_create_drawn(const struct mx_plan *plan, uint64_t seed,
                                           uint32_t replication_count);
void mx_results_destroy(struct mx_results *results);

/* The next replication, in order; or a whole steady state's run in batches, whose series, which
 * shows what is cut off as well, is added by the caller. False when out of memory. */
bool mx_results_add(struct mx_results *results, const struct mx_observation *observation);

/* All are in. Looks at the process's memory, once: whatever is written of it says the same. */
void mx_results_close(struct mx_results *results);

#endif
