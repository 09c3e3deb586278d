// SPDX-License-Identifier: GPL-3.0-or-later
/* compare.h - several systems simulated with the same draws, on several threads.
 *
 * In rounds: all that a round asks for is simulated and merged, in the order of replications and,
 * within one, of systems, before it is asked whether more is wanted; so the number of threads
 * changes nothing but the time. */
#ifndef MX_COMPARE_H
#define MX_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/stats/comparison.h"
#include "sim/study/replicate.h"

struct mx_compare_options {
    uint32_t replication_count;     /* at first */
    uint32_t replication_count_max; /* with precisions or a selection; else the same */
    uint32_t jobs;
    enum mx_engine_loop loop;
    const struct mx_replicate_plans *plans; /* one a system: as in replicate.h; or NULL */
    bool (*look)(void *context, const struct mx_replicate_view *view); /* or NULL */
    void *context;
};

/* Replications until every precision is met or the selection, when there is one, is decided, or
 * replication_count_max. comparison: made with that maximum, seed, scoped and precisions set; a
 * selection's first_count is replication_count. Differences are up to date afterwards. */
enum mx_replicate_status mx_compare_run(struct mx_comparison *comparison,
                                        const struct mx_compare_options *options,
                                        int *error_number);

#endif
