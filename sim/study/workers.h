// SPDX-License-Identifier: GPL-3.0-or-later
/* workers.h - numbered tasks on several threads, what they made merged in the order of the tasks.
 *
 * The number of threads changes nothing but the time it takes: merging goes by the tasks' numbers,
 * and whether more are wanted is asked when all so far are merged. No more than `jobs` of the
 * things made are in memory. */
#ifndef MX_WORKERS_H
#define MX_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/engine.h"

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

enum mx_workers_status {
    MX_WORKERS_OK = 0,
    MX_WORKERS_NO_MEMORY,
    MX_WORKERS_STOPPED, /* by look */
    MX_WORKERS_FAILED,  /* a task; *error_number as it said */
    MX_WORKERS_THREADS, /* could not be started; *error_number */
    MX_WORKERS_STATUS_COUNT
};

struct mx_workers_options {
    uint32_t count;     /* tasks at first, >= 1 */
    uint32_t jobs;      /* 1 .. MX_JOBS_MAX; no more threads than tasks at first */
    int64_t horizon_us; /* simulated time of a task, for the view */
    /* One task, on any thread; it ends soon when progress->stop is set. *made is handed to merge
     * and then to drop. */
    enum mx_workers_status (*work)(void *context, uint32_t task, struct mx_progress *progress,
                                   void **made, int *error_number);
    /* In the order of the tasks, never two at once. */
    enum mx_workers_status (*merge)(void *context, uint32_t task, void *made, int *error_number);
    /* After each task, merged or not, made or not (NULL). */
    void (*drop)(void *context, uint32_t task, void *made);
    /* All `count` tasks are merged: how many there are to be; `count` ends it. Or NULL. */
    uint32_t (*more)(void *context, uint32_t count);
    void *context;
    /* Called about ten times a second by the calling thread, or NULL. False: stop. */
    bool (*look)(void *look_context, const struct mx_replicate_view *view);
    void *look_context;
};

/* *wall_s: how long it took; *worker_count: threads. */
enum mx_workers_status mx_workers_run(const struct mx_workers_options *options, double *wall_s,
                                      uint32_t *worker_count, int *error_number);

#endif
