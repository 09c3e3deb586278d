// SPDX-License-Identifier: GPL-3.0-or-later
/* crew.h - threads that simulate single replications of a study's points, in whatever order they
 * are given out.
 *
 * Unlike workers.h nothing is merged in turn: points take very different times, and whoever takes
 * the results files them by point and replication. One thread gives and takes. */
#ifndef MX_CREW_H
#define MX_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/study/point.h"

struct mx_crew_task {
    uint32_t point, replication;
};

enum mx_crew_status {
    MX_CREW_DONE,
    MX_CREW_INVALID, /* the scenario is not valid at this point: text */
    MX_CREW_NO_MEMORY,
    MX_CREW_STOPPED,
    MX_CREW_STATUS_COUNT
};

/* values: one a metric, NaN where undefined; NULL unless DONE. text: mistakes, one a line, of
 * INVALID. sha256: of the point's scenario as it is written. Owned by who takes it; ended by
 * mx_crew_result_destroy. */
struct mx_crew_result {
    struct mx_crew_task task;
    enum mx_crew_status status;
    char sha256[65];
    double *values;
    char *text;
    struct mx_crew_result *next;
};

struct mx_crew_options {
    struct mx_point_source *source; /* borrowed */
    uint64_t seed;
    uint32_t jobs, metric_count;
    size_t override_count; /* of each point */
    bool is_uncertain;     /* what is ASSUMED is drawn for each replication (uncertain.h) */
    /* What a point sets; any thread. */
    void (*set)(void *context, uint32_t point, struct mx_override *overrides);
    void *context;
};

struct mx_crew;

/* Threads start. NULL with *error_number: ENOMEM, or why no thread could be started. */
struct mx_crew *mx_crew_create(const struct mx_crew_options *options, int *error_number);
/* Ends what runs, without a result. */
void mx_crew_destroy(struct mx_crew *crew);
/* False when out of memory. */
bool mx_crew_give(struct mx_crew *crew, struct mx_crew_task task);
/* Given and not taken yet. */
uint32_t mx_crew_pending(const struct mx_crew *crew);
/* The next result, waiting for it up to wait_us; or NULL. */
struct mx_crew_result *mx_crew_take(struct mx_crew *crew, int64_t wait_us);
void mx_crew_result_destroy(struct mx_crew_result *result);

#define MX_CREW_TEXT_SIZE_MAX 8000

/* "file:line: key: text", one a line, cut to MX_CREW_TEXT_SIZE_MAX; owned, NULL when out of
 * memory. */
char *mx_mistakes_text(const struct mx_mistakes *mistakes);

#endif
