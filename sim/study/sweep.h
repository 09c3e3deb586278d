// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep.h - all points of a study, simulated by threads and processes, into one database.
 *
 * Replications are handed out one by one to whoever is free; rank 0 writes. Rows depend on the
 * study alone. Nothing is printed here. */
#ifndef MX_SWEEP_H
#define MX_SWEEP_H

#include "sim/engine/engine.h"
#include "sim/study/ranks.h"
#include "sim/study/store.h"

#define MX_SWEEP_ERROR_SIZE 1024

struct mx_sweep_view {
    uint32_t point_count, failed_count;
    uint64_t task_count, done_count; /* replications */
    double elapsed_s;
    double left_s; /* < 0: not known yet */
};

/* All borrowed. */
struct mx_sweep_options {
    const struct mx_study *study;
    const char *const *preset_dirs;
    size_t preset_dir_count;
    bool has_seed, has_replications;
    bool is_uncertain; /* what is ASSUMED is drawn for each replication, the same at all points */
    uint64_t seed;
    uint32_t replications, jobs;
    /* As many as the precisions need: these, or where there are none the study's. replications_max:
     * 0: the study's, or MX_AUTO_REPLICATIONS_MAX. */
    bool is_auto;
    const char *const *precisions;
    size_t precision_count;
    uint32_t replications_max;
    enum mx_engine_loop loop;
    const struct mx_ranks *ranks; /* NULL: this process alone */
    /* Called about ten times a second, or NULL. False: stop. */
    bool (*look)(void *context, const struct mx_sweep_view *view);
    void *context;
};

enum mx_sweep_status {
    MX_SWEEP_OK,
    MX_SWEEP_STOPPED, /* by look; what is done is kept */
    MX_SWEEP_FAILED,  /* run-time: error */
    MX_SWEEP_INVALID, /* input: error */
    MX_SWEEP_STATUS_COUNT
};

struct mx_sweep;

/* Loads the first valid point. NULL: mistakes, those of the first point when none of the first 16
 * is valid. */
struct mx_sweep *mx_sweep_create(const struct mx_sweep_options *options,
                                 struct mx_mistakes *mistakes);
void mx_sweep_destroy(struct mx_sweep *sweep);

/* Simulate what is not done yet. Rank 0: into the database at path. Other ranks: path is not
 * used. */
enum mx_sweep_status mx_sweep_run(struct mx_sweep *sweep, const char *path);
const char *mx_sweep_error(const struct mx_sweep *sweep);

/* Keep this as the command in the database when it is made; borrowed until mx_sweep_run. */
void mx_sweep_set_command(struct mx_sweep *sweep, const char *command);

/* Borrowed; the store is there after a run of rank 0. */
const struct mx_store_identity *mx_sweep_identity(const struct mx_sweep *sweep);
struct mx_store *mx_sweep_store(struct mx_sweep *sweep);

/* sweep.csv: a row a point, with its parameters as set, how many replications it took and what
 * stopped it, and mean and 95 % interval (of chance alone, or of chance and what is not known: a
 * column says which) of each metric. Returns 0 or an errno value. */
int mx_sweep_write_csv(struct mx_sweep *sweep, const char *path);

#endif
