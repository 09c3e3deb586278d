// SPDX-License-Identifier: GPL-3.0-or-later
/* batch.h - growing arrays of what is due, what has started and what came of it. */
#ifndef MX_BATCH_H
#define MX_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/engine/event_sort.h"
#include "sim/engine/world.h"

struct mx_batch {
    struct mx_entry *entries; /* due, in order of handing over */
    size_t entry_count, entry_size;
    struct mx_work *works; /* started, not yet judged */
    size_t work_count, work_size;
    struct mx_outcome *outcomes;
    size_t outcome_size;
    struct mx_due_item *items, *unsorted; /* place: index of the entry or work */
    uint64_t *messages;
    size_t item_size, unsorted_size, message_size;
};

/* Room for one more at the end; NULL when out of memory. The caller raises the count. */
struct mx_entry *mx_batch_entry(struct mx_batch *batch);
struct mx_work *mx_batch_work(struct mx_batch *batch);
/* Room for sorting and reporting all that is there; false when out of memory. */
bool mx_batch_reserve(struct mx_batch *batch);
/* items := the entries (works), sorted by (due, message) (by (start, message)); none of them is
 * before from_us. */
void mx_batch_sort_entries(struct mx_batch *batch, int64_t from_us);
void mx_batch_sort_works(struct mx_batch *batch, int64_t from_us);
void mx_batch_fini(struct mx_batch *batch);

/* Take all that the scheduler has due before until_us: expiries happen at once, attempts are added
 * to the batch's entries. */
void mx_batch_take_due(struct mx_batch *batch, struct mx_world *world, int64_t until_us);

#endif
