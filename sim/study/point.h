// SPDX-License-Identifier: GPL-3.0-or-later
/* point.h - a scenario with some of its values set, simulated: one number a replication and metric.
 *
 * What sweep, plan and sensitivity have in common. A source reads each file once, so that all
 * points are of the same scenario whatever happens on the disk meanwhile, and keeps the plans used
 * last, so that replications of a point load it once. Any number of threads. Nothing is printed. */
#ifndef MX_POINT_H
#define MX_POINT_H

#include <stddef.h>
#include <stdint.h>

#include "sim/engine/engine.h"
#include "sim/scenario/study.h"
#include "sim/stats/metric_name.h"

#define MX_POINT_METRICS_MAX (6 * MX_STUDY_TEXTS_MAX)

/* All borrowed for the life of the source. overrides: for every point. metrics: what is measured,
 * with the place that a mistake in one is reported at. */
struct mx_point_options {
    const char *scenario;
    const struct mx_override *overrides;
    size_t override_count;
    const char *const *preset_dirs;
    size_t preset_dir_count;
    const struct mx_file_access *access; /* NULL: the disk */
    const struct mx_study_text *metrics;
    uint32_t metric_count; /* <= MX_POINT_METRICS_MAX */
    enum mx_engine_loop loop;
};

/* A loaded point. metrics: those of the options, in their order. */
struct mx_point {
    const struct mx_plan *plan;
    uint32_t metric_count;
    struct mx_scoped_metric metrics[MX_POINT_METRICS_MAX];
};

struct mx_point_source;

/* Returns owned, or NULL when out of memory. Nothing is read yet. */
struct mx_point_source *mx_point_source_create(const struct mx_point_options *options);
/* All points must have been released. */
void mx_point_source_destroy(struct mx_point_source *source);

/* The scenario with these values on top, from the cache or loaded; or NULL, with mistakes (the
 * scenario's own, those of a path, of a metric's name). To be released. */
const struct mx_point *mx_point_take(struct mx_point_source *source,
                                     const struct mx_override *overrides, size_t override_count,
                                     struct mx_mistakes *mistakes);
void mx_point_release(struct mx_point_source *source, const struct mx_point *point);

/* The index-th file that was read so far, in the order of reading: its path (borrowed) and SHA-256.
 * False: there is none yet. */
bool mx_point_source_file(struct mx_point_source *source, size_t index, const char **path,
                          char sha256[65]);
/* The SHA-256 of a file as points see it, which is read if none has read it. 0 or an errno
 * value. */
int mx_point_source_digest(struct mx_point_source *source, const char *path, char sha256[65]);

/* Simulate one replication. values: one a metric, NaN where it is undefined. progress as in
 * engine.h, or NULL. */
enum mx_engine_status mx_point_run(const struct mx_point_source *source,
                                   const struct mx_point *point, uint64_t seed,
                                   uint32_t replication, struct mx_progress *progress,
                                   double *values);

/* What is measured when a study names no metrics: static texts. */
extern const char *const mx_point_default_metrics[];
extern const uint32_t mx_point_default_metric_count;

#endif
