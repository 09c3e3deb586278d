// SPDX-License-Identifier: GPL-3.0-or-later
/* batch.h - growing arrays of what is due, what has started and what came of it, and of the draws
 * that are made together. */
#ifndef MX_BATCH_H
#define MX_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/draw_many.h"
#include "sim/engine/event_sort.h"
#include "sim/engine/world.h"

/* Draws asked for, then made all at once. place: whose the i-th is, or which is the i-th's. */
struct mx_asks {
    uint64_t *key, *index, *step, *word0, *word1;
    uint32_t *place;
    size_t count, size;
};

/* Attempts of one path, one behind the other in the order in which they started. in_order: those that
 * started in the same microsecond lie in the order of their messages too. */
struct mx_segment {
    uint32_t path, first, count;
    bool in_order;
};

struct mx_batch {
    struct mx_entry *entries; /* due, in order of handing over */
    size_t entry_count, entry_size;
    struct mx_work *works; /* started, not yet judged */
    size_t work_count, work_size;
    /* of the works, in order of their paths: first those out of lines, then those handed over */
    struct mx_segment *segments;
    size_t segment_count, line_segment_count, segment_size;
    struct mx_outcome *outcomes;
    size_t outcome_size;
    uint32_t *dealt, *sorted; /* indices of the entries or works */
    uint64_t *keys, *spare;   /* for sorting */
    size_t dealt_size, sorted_size, keys_size, spare_size;
    struct mx_asks asks;
};

/* Room for `more` entries or works at the end; false when out of memory. The caller raises the
 * count. */
bool mx_batch_room_entries(struct mx_batch *batch, size_t more);
bool mx_batch_room_works(struct mx_batch *batch, size_t more);
/* Room for sorting, asking for and reporting all that is there; false when out of memory. */
bool mx_batch_reserve(struct mx_batch *batch);
/* All works since `first` are a path's next segment; none: nothing is added. False when out of
 * memory. */
bool mx_batch_close_segment(struct mx_batch *batch, uint32_t path, size_t first);
/* The entries (works) `place`, count of them, by (due, message) (by (start, message)) into `sorted`;
 * place NULL: all of them. They are in [from_us, until_us). */
void mx_batch_sort_entries(struct mx_batch *batch, const uint32_t *place, size_t count,
                           int64_t from_us, int64_t until_us);
void mx_batch_sort_works(struct mx_batch *batch, const uint32_t *place, size_t count,
                         int64_t from_us, int64_t until_us);
void mx_batch_fini(struct mx_batch *batch);

/* Take all that the scheduler has due before until_us: expiries happen at once, attempts are added
 * to the batch's entries. */
void mx_batch_take_due(struct mx_batch *batch, struct mx_world *world, int64_t until_us);

/* One more draw is asked for; room for as many as entries or works was made by mx_batch_reserve. */
static inline void mx_ask(struct mx_asks *asks, const struct mx_stream *stream, uint64_t index,
                          uint64_t step)
{
    asks->key[asks->count] = stream->key[1];
    asks->index[asks->count] = index;
    asks->step[asks->count] = step;
    asks->count++;
}

/* Make them: word0 and word1 of each. */
static inline void mx_asks_draw(struct mx_asks *asks, uint64_t key0)
{
    const struct mx_draw_arrays arrays = {asks->key, asks->index, asks->step, asks->word0,
                                          asks->word1};
    mx_draw_many(key0, &arrays, asks->count);
}

#endif
