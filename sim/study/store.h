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
#include "sim/study/design.h"

enum mx_store_status {
    MX_STORE_OK,
    MX_STORE_FAILED,  /* could not be read or written, or is in use: run-time */
    MX_STORE_INVALID, /* another file, or of another study */
    MX_STORE_STATUS_COUNT
};

/* What the results depend on. metrics: names, as the study writes them. */
struct mx_store_identity {
    const struct mx_study *study;
    const struct mx_design *design;
    uint64_t seed;
    uint32_t replications;
    bool is_uncertain;
    const char *command;      /* the line that began it, kept for people; no part of the identity */
    char scenario_sha256[65]; /* of the first point that is valid */
    const struct mx_study_text *metrics;
    uint32_t metric_count;
    const struct mx_expectation *expectations;
    const uint32_t *expectation_metric; /* index into metrics, one an expectation of the study */
};

struct mx_store;

/* Opens or makes the file; a half-done sweep must have the same identity. Borrows it. NULL when out
 * of memory; else owned, and mx_store_status tells whether it can be used. */
struct mx_store *mx_store_open(const char *path, const struct mx_store_identity *identity);
void mx_store_close(struct mx_store *store);
enum mx_store_status mx_store_status(const struct mx_store *store);
/* A sentence, without the file's name. */
const char *mx_store_error(const struct mx_store *store);

bool mx_store_is_done(const struct mx_store *store, uint32_t point, uint32_t replication);
bool mx_store_is_failed(const struct mx_store *store, uint32_t point);
/* Replications done, those of failed points counted as done; and all. */
uint64_t mx_store_done_count(const struct mx_store *store);
uint64_t mx_store_task_count(const struct mx_store *store);
uint32_t mx_store_failed_count(const struct mx_store *store);

/* One replication's values, one a metric, NaN = undefined. sha256: of the scenario at this point;
 * other than before: the status is MX_STORE_INVALID. */
bool mx_store_add(struct mx_store *store, uint32_t point, uint32_t replication, const char *sha256,
                  const double *values);
/* The point is not valid. */
bool mx_store_add_failure(struct mx_store *store, uint32_t point, const char *text);
/* Commit what was added. */
bool mx_store_flush(struct mx_store *store);
/* All is in: leave one file that other programs can read. */
bool mx_store_finish(struct mx_store *store);

/* Expectations that do not hold, over all points. */
bool mx_store_unmet(struct mx_store *store, int64_t *count);

/* For each point in order: its values of one metric, those of all its replications, count of them 0
 * where the point failed. */
struct mx_store_row {
    uint32_t point;
    const char *error;    /* NULL: none */
    const double *values; /* [metric * replications + replication], NaN = undefined */
};
bool mx_store_each(struct mx_store *store,
                   bool (*see)(void *context, const struct mx_store_row *row), void *context);

extern const struct mx_database_form mx_store_form;

#endif
