// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_parts.h - a sweep under way, as sweep.c and sweep_message.c share it. */
#ifndef MX_SWEEP_PARTS_H
#define MX_SWEEP_PARTS_H

#include "sim/study/crew.h"
#include "sim/study/sweep.h"

/* outstanding[rank]: tasks it has; slots[rank]: how many it may have, 0 until it said hello. */
struct mx_sweep {
    struct mx_sweep_options options;
    struct mx_store_identity identity;
    struct mx_study_text metrics[MX_POINT_METRICS_MAX]; /* texts owned */
    struct mx_expectation expectations[MX_STUDY_TEXTS_MAX];
    uint32_t expectation_metric[MX_STUDY_TEXTS_MAX];
    struct mx_design *design;
    struct mx_point_source *source;
    struct mx_store *store;
    struct mx_crew *crew;
    uint32_t next_point, next_replication;
    uint32_t *outstanding, *slots;
    uint64_t outstanding_total;
    int ranks_here; /* that said hello */
    double flushed_s, looked_s;
    enum mx_sweep_status status;
    char error[MX_SWEEP_ERROR_SIZE];
};

/* The first failure is kept. */
void mx_sweep_fail(struct mx_sweep *sweep, enum mx_sweep_status status, const char *text);
/* The next replication that is not done; false: there is none. */
bool mx_sweep_next(struct mx_sweep *sweep, struct mx_crew_task *task);
/* Into the store. */
void mx_sweep_keep(struct mx_sweep *sweep, const struct mx_crew_result *result);

/* Rank 0. start: false when out of memory. serve: take what came, hand out. end: let them go. */
bool mx_sweep_start_ranks(struct mx_sweep *sweep);
void mx_sweep_serve_ranks(struct mx_sweep *sweep);
bool mx_sweep_ranks_are_here(const struct mx_sweep *sweep);
void mx_sweep_end_ranks(struct mx_sweep *sweep);
/* The other ranks: simulate what comes, until the end. */
void mx_sweep_follow(struct mx_sweep *sweep);

#endif
