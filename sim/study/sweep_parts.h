// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_parts.h - a sweep under way, as sweep.c and sweep_message.c share it. */
#ifndef MX_SWEEP_PARTS_H
#define MX_SWEEP_PARTS_H

#include "sim/study/crew.h"
#include "sim/study/sweep.h"

/* A point: replications that it is to have by now, those of them that are in the store, and how far
 * they were handed out; is_again: it is on the sweep's list of those that got more. */
struct mx_sweep_task {
    uint32_t wanted, done, handed;
    bool is_again;
};

/* outstanding[rank]: tasks it has; slots[rank]: how many it may have, 0 until it said hello. */
struct mx_sweep {
    struct mx_sweep_options options;
    struct mx_store_identity identity;
    struct mx_study_text metrics[MX_POINT_METRICS_MAX]; /* texts owned */
    struct mx_expectation expectations[MX_STUDY_TEXTS_MAX];
    uint32_t expectation_metric[MX_STUDY_TEXTS_MAX];
    struct mx_study_text precision_texts[MX_PRECISION_COUNT_MAX]; /* borrowed */
    struct mx_precision precisions[MX_PRECISION_COUNT_MAX];
    uint32_t precision_metric[MX_PRECISION_COUNT_MAX];
    uint32_t sent_metric[MX_POINT_METRICS_MAX];
    struct mx_design *design;
    struct mx_point_source *source;
    struct mx_store *store;
    struct mx_crew *crew;
    struct mx_sweep_task *tasks;     /* one a point */
    uint32_t *again, again_count;    /* points that got more replications, each once */
    uint32_t next_point;             /* before it, all is handed out but `again` */
    uint64_t task_count, done_count; /* replications: sums over the points */
    size_t files_told;
    uint32_t *outstanding, *slots;
    uint64_t outstanding_total;
    int ranks_here; /* that said hello */
    double flushed_s, looked_s;
    enum mx_sweep_status status;
    char error[MX_SWEEP_ERROR_SIZE];
};

/* The first failure is kept. */
void mx_sweep_fail(struct mx_sweep *sweep, enum mx_sweep_status status, const char *text);
/* From what the store holds. False: status, or the store's. */
bool mx_sweep_begin_tasks(struct mx_sweep *sweep);
/* The next replication that is not done; false: there is none now. */
bool mx_sweep_next(struct mx_sweep *sweep, struct mx_crew_task *task);
/* What was put into the store. False: the store. */
bool mx_sweep_count_task(struct mx_sweep *sweep, uint32_t point, uint32_t replication);
void mx_sweep_count_failure(struct mx_sweep *sweep, uint32_t point);
/* The next file read that was not told yet. False: there is none. */
bool mx_sweep_next_file(struct mx_sweep *sweep, char name[MX_STORE_PATH_SIZE], char sha256[65]);
/* As mx_store_identity's digest; context: the sweep. */
int mx_sweep_digest_file(void *context, const char *name, char path[MX_STORE_PATH_SIZE],
                         char sha256[65]);
/* Into the store. */
void mx_sweep_keep_file(struct mx_sweep *sweep, const char *name, const char *sha256);
void mx_sweep_keep(struct mx_sweep *sweep, const struct mx_crew_result *result);

/* Rank 0. start: false when out of memory. serve: take what came, hand out. end: let them go. */
bool mx_sweep_start_ranks(struct mx_sweep *sweep);
void mx_sweep_serve_ranks(struct mx_sweep *sweep);
bool mx_sweep_ranks_are_here(const struct mx_sweep *sweep);
void mx_sweep_end_ranks(struct mx_sweep *sweep);
/* The other ranks: simulate what comes, until the end. */
void mx_sweep_follow(struct mx_sweep *sweep);

#endif
