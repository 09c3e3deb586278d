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

#include "sim/stats/results.h"
#include "sim/study/workers.h"

struct mx_replicate_options {
    uint64_t seed;
    uint32_t replication_count; /* 1 .. MX_REPLICATIONS_MAX; with `more`: at first */
    uint32_t jobs;              /* 1 .. MX_JOBS_MAX; no more threads than replications */
    enum mx_engine_loop loop;
    const char *trace_path; /* or NULL */
    enum mx_trace_format trace_format;
    /* Called about ten times a second by the calling thread, or NULL. False: stop. */
    bool (*look)(void *context, const struct mx_replicate_view *view);
    /* When all `count` so far are merged: how many there are to be, cut to replication_count_max;
     * `count` ends it. NULL: no more. It sees the results alone, so that their number does not
     * depend on the threads. */
    uint32_t (*more)(void *context, const struct mx_results *results, uint32_t count);
    uint32_t replication_count_max; /* <= MX_REPLICATIONS_MAX */
    void *context;
    /* Each replication with a plan of its own, of the same campaigns, providers and addresses as
     * `plan`; results then hold summary, ages and performance alone. Any thread; released when it
     * has been simulated. NULL from take: out of memory. Not for a steady state. */
    const struct mx_replicate_plans {
        const struct mx_plan *(*take)(void *context, uint32_t replication, const void **handle);
        void (*release)(void *context, const void *handle);
        void *context;
    } * plans;
};

enum mx_replicate_status {
    MX_REPLICATE_OK = 0,
    MX_REPLICATE_NO_MEMORY,
    MX_REPLICATE_STOPPED, /* by look */
    MX_REPLICATE_TRACE,   /* *error_number says why it could not be written */
    MX_REPLICATE_THREADS, /* could not be started; *error_number */
    MX_REPLICATE_STATUS_COUNT
};

/* A plan of a steady state is one long run: replication_count 1, without `more`; its start is cut
 * off and the rest counted in batches (sim/stats/steady.h).
 *
 * plan is borrowed. On MX_REPLICATE_OK *results is returned owned and the trace stands under its
 * name; otherwise no trace is left, whole or in parts. */
enum mx_replicate_status mx_replicate_run(const struct mx_plan *plan,
                                          const struct mx_replicate_options *options,
                                          struct mx_results **results, int *error_number);

#endif
