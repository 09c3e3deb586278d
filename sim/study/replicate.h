// SPDX-License-Identifier: GPL-3.0-or-later
/* replicate.h - the replications of a plan on several threads, their results in one.
 *
 * The number of threads changes nothing but the time it takes: each replication's observation is
 * merged in the order of the replications, and is kept no longer than that, so that no more than
 * `jobs` of them are in memory. */
#ifndef MX_REPLICATE_H
#define MX_REPLICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/engine.h"
#include "sim/stats/results.h"

#define MX_JOBS_MAX 1024U

/* Where a run stands, for a display. Counts are sums over all replications, ended or running;
 * pending of those that run. */
struct mx_replicate_view {
    uint32_t replication_count, done, running;
    double share;   /* of all simulated time, 0 .. 1 */
    int64_t now_us; /* simulated time of the replication furthest behind */
    uint64_t created, delivered, deferrals, pending;
    double elapsed_s; /* wall clock */
};

struct mx_replicate_options {
    uint64_t seed;
    uint32_t replication_count; /* 1 .. MX_REPLICATIONS_MAX */
    uint32_t jobs;              /* 1 .. MX_JOBS_MAX; no more threads than replications */
    enum mx_engine_loop loop;
    const char *trace_path; /* or NULL */
    enum mx_trace_format trace_format;
    /* Called about ten times a second by the calling thread, or NULL. False: stop. */
    bool (*look)(void *context, const struct mx_replicate_view *view);
    void *context;
};

enum mx_replicate_status {
    MX_REPLICATE_OK = 0,
    MX_REPLICATE_NO_MEMORY,
    MX_REPLICATE_STOPPED, /* by look */
    MX_REPLICATE_TRACE,   /* *error_number says why it could not be written */
    MX_REPLICATE_THREADS, /* could not be started; *error_number */
    MX_REPLICATE_STATUS_COUNT
};

/* plan is borrowed. On MX_REPLICATE_OK *results is returned owned and the trace stands under its
 * name; otherwise no trace is left, whole or in parts. */
enum mx_replicate_status mx_replicate_run(const struct mx_plan *plan,
                                          const struct mx_replicate_options *options,
                                          struct mx_results **results, int *error_number);

#endif
