// SPDX-License-Identifier: GPL-3.0-or-later
/* store.h - the results of a sweep in one SQLite file; its tables are in sim/study/README.md.
 *
 * It holds no time, no place and no order of arrival, so that the same study gives the same rows
 * whoever computed them and however often it was interrupted. One writer at a time. Results reach
 * the disk in batches of a fraction of a second; what a killed process had not committed is
 * simulated again. */
#ifndef MX_STORE_H
#define MX_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/database.h"
#include "sim/stats/expect.h"
#include "sim/stats/stopping.h"
#include "sim/study/design.h"

enum mx_store_status {
    MX_STORE_OK,
    MX_STORE_FAILED,  /* could not be read or written, or is in use: run-time */
    MX_STORE_INVALID, /* another file, or of another study */
    MX_STORE_STATUS_COUNT
};

#define MX_STORE_PATH_SIZE 4096

/* What the results depend on. metrics: names, as the study writes them; behind the shown ones are
 * those that are only needed for intervals: sent_metric, of each metric that is a share, is what
 * it is a share of (else UINT32_MAX). replications: of each point; is_auto: at most, as many as
 * the precisions need. */
struct mx_store_identity {
    const struct mx_study *study;
    const struct mx_design *design;
    uint64_t seed;
    uint32_t replications;
    bool is_auto, is_uncertain;
    const char *command;      /* the line that began it, kept for people; no part of the identity */
    char scenario_sha256[65]; /* of the first point that is valid */
    const struct mx_study_text *metrics;
    const uint32_t *sent_metric;
    uint32_t metric_count, shown_count;
    const struct mx_expectation *expectations;
    const uint32_t *expectation_metric; /* index into metrics, one an expectation of the study */
    uint32_t precision_count;
    const struct mx_study_text *precision_texts;
    const struct mx_precision *precisions;
    const uint32_t *precision_metric; /* index into metrics */
    /* The SHA-256 of a file (mx_store_add_file) as it is now, and its path. 0 or an errno value. */
    int (*digest)(void *context, const char *name, char path[MX_STORE_PATH_SIZE], char sha256[65]);
    void *context;
};

struct mx_store;

/* Opens or makes the file; a half-done sweep must have the same identity. Borrows it. NULL when out
 * of memory; else owned, and mx_store_status tells whether it can be used. */
struct mx_store *mx_store_open(const char *path, const struct mx_store_identity *identity);
void mx_store_close(struct mx_store *store);
enum mx_store_status mx_store_status(const struct mx_store *store);
/* A sentence, without the file's name. */
const char *mx_store_error(const struct mx_store *store);

/* Its result is there. */
bool mx_store_is_done(const struct mx_store *store, uint32_t point, uint32_t replication);
/* The first replication in which the point is not a valid scenario; UINT32_MAX: none so far. Those
 * behind it are of no interest and have no results. */
uint32_t mx_store_failed_at(const struct mx_store *store, uint32_t point);
uint32_t mx_store_failed_count(const struct mx_store *store);
/* is_auto: how many replications the point took; 0: not finished. */
uint32_t mx_store_finished_at(const struct mx_store *store, uint32_t point);

/* One replication's values, one a metric, NaN = undefined. sha256: of the scenario at this point;
 * other than before: the status is MX_STORE_INVALID. */
bool mx_store_add(struct mx_store *store, uint32_t point, uint32_t replication, const char *sha256,
                  const double *values);
/* The point is not valid in this replication. */
bool mx_store_add_failure(struct mx_store *store, uint32_t point, uint32_t replication,
                          const char *text);
/* A file that points are read from, under a name that does not depend on where the study lies;
 * other than before: MX_STORE_INVALID. */
bool mx_store_add_file(struct mx_store *store, const char *name, const char *sha256);
/* is_auto: the point has `count` replications and needs no more. half: what it came to, one a
 * precision, as mx_precision_state_of counts it. */
enum mx_store_stop { MX_STOP_PRECISE, MX_STOP_CAP, MX_STOP_UNDEFINED, MX_STOP_COUNT };
bool mx_store_finish_point(struct mx_store *store, uint32_t point, uint32_t count,
                           enum mx_store_stop stop, const double *half);
/* Commit what was added. */
bool mx_store_flush(struct mx_store *store);
/* All is in: leave one file that other programs can read. */
bool mx_store_finish(struct mx_store *store);

/* Expectations that do not hold, over all points. */
bool mx_store_unmet(struct mx_store *store, int64_t *count);
/* is_auto: points that ended so. */
bool mx_store_stopped(struct mx_store *store, enum mx_store_stop stop, int64_t *count);

/* Each of some points in order, with what its replications gave. */
struct mx_store_row {
    uint32_t point, replications;
    const char *error;      /* NULL: none */
    const char *stopped_by; /* "precision", "cap", "undefined"; NULL: not auto, or not finished */
    const double *values;   /* [metric * identity's replications + replication], NaN = undefined */
};
bool mx_store_each(struct mx_store *store, uint32_t first_point, uint32_t last_point,
                   bool (*see)(void *context, const struct mx_store_row *row), void *context);
/* Mean and 95 % interval of a metric; of a share, that of shares. */
struct mx_estimate mx_store_estimate(const struct mx_store_identity *identity,
                                     const struct mx_store_row *row, uint32_t metric);

extern const struct mx_database_form mx_store_form;

#endif
