// SPDX-License-Identifier: GPL-3.0-or-later
/* batch.c - see batch.h. */
#include "sim/engine/batch.h"

#include <stdlib.h>

#define FIRST_SIZE 1024
#define TAKE_AT_ONCE 256

static bool grow(void **array, size_t *size, size_t wanted, size_t item)
{
    if (wanted <= *size)
        return true;
    size_t larger = *size > 0 ? 2 * *size : FIRST_SIZE;
    while (larger < wanted)
        larger *= 2;
    void *moved = realloc(*array, larger * item);
    if (!moved)
        return false;
    *array = moved;
    *size = larger;
    return true;
}

bool mx_batch_room_entries(struct mx_batch *batch, size_t more)
{
    return grow((void **)&batch->entries, &batch->entry_size, batch->entry_count + more,
                sizeof *batch->entries);
}

bool mx_batch_room_works(struct mx_batch *batch, size_t more)
{
    return grow((void **)&batch->works, &batch->work_size, batch->work_count + more,
                sizeof *batch->works);
}

/* Six arrays of one size, renewed: nothing of them is kept. */
static bool renew_asks(struct mx_asks *asks, size_t wanted)
{
    if (wanted <= asks->size)
        return true;
    size_t larger = asks->size > 0 ? 2 * asks->size : FIRST_SIZE;
    while (larger < wanted)
        larger *= 2;
    uint64_t *words = calloc(larger * 5, sizeof *words);
    uint32_t *place = malloc(larger * sizeof *place);
    if (!words || !place) {
        free(words);
        free(place);
        return false;
    }
    free(asks->key);
    free(asks->place);
    *asks = (struct mx_asks){.key = words,
                             .index = words + larger,
                             .step = words + 2 * larger,
                             .word0 = words + 3 * larger,
                             .word1 = words + 4 * larger,
                             .place = place,
                             .size = larger};
    return true;
}

bool mx_batch_reserve(struct mx_batch *batch)
{
    size_t most = batch->entry_count > batch->work_count ? batch->entry_count : batch->work_count;
    return grow((void **)&batch->outcomes, &batch->outcome_size, batch->work_count,
                sizeof *batch->outcomes) &&
           grow((void **)&batch->dealt, &batch->dealt_size, most, sizeof *batch->dealt) &&
           grow((void **)&batch->sorted, &batch->sorted_size, most, sizeof *batch->sorted) &&
           grow((void **)&batch->keys, &batch->keys_size, most, sizeof *batch->keys) &&
           grow((void **)&batch->spare, &batch->spare_size, most, sizeof *batch->spare) &&
           renew_asks(&batch->asks, most + MX_DRAW_LANES);
}

bool mx_batch_close_segment(struct mx_batch *batch, uint32_t path, size_t first)
{
    if (batch->work_count == first)
        return true;
    if (!grow((void **)&batch->segments, &batch->segment_size, batch->segment_count + 1,
              sizeof *batch->segments))
        return false;
    bool in_order = true;
    int64_t before_us = INT64_MIN;
    for (size_t i = first; i < batch->work_count; i++) {
        const struct mx_work *work = &batch->works[i];
        if (work->start_us == before_us)
            in_order &= work[-1].entry.message < work->entry.message;
        before_us = work->start_us;
    }
    batch->segments[batch->segment_count++] =
        (struct mx_segment){.path = path,
                            .first = (uint32_t)first,
                            .count = (uint32_t)(batch->work_count - first),
                            .in_order = in_order};
    return true;
}

void mx_batch_sort_entries(struct mx_batch *batch, const uint32_t *place, size_t count,
                           int64_t from_us, int64_t until_us)
{
    if (count == 0)
        return;
    const struct mx_events events = {
        .time_us = &batch->entries->due_us,
        .message = &batch->entries->message,
        .stride = sizeof *batch->entries,
        .count = count,
        .place = place,
        .from_us = from_us,
        .until_us = until_us,
    };
    mx_event_sort(&events, batch->sorted, batch->keys, batch->spare);
}

void mx_batch_sort_works(struct mx_batch *batch, const uint32_t *place, size_t count,
                         int64_t from_us, int64_t until_us)
{
    if (count == 0)
        return;
    const struct mx_events events = {
        .time_us = &batch->works->start_us,
        .message = &batch->works->entry.message,
        .stride = sizeof *batch->works,
        .count = count,
        .place = place,
        .from_us = from_us,
        .until_us = until_us,
    };
    mx_event_sort(&events, batch->sorted, batch->keys, batch->spare);
}

void mx_batch_fini(struct mx_batch *batch)
{
    free(batch->entries);
    free(batch->works);
    free(batch->outcomes);
    free(batch->segments);
    free(batch->dealt);
    free(batch->sorted);
    free(batch->keys);
    free(batch->spare);
    free(batch->asks.key);
    free(batch->asks.place);
}

void mx_batch_take_due(struct mx_batch *batch, struct mx_world *world, int64_t until_us)
{
    size_t taken;
    do {
        if (!mx_batch_room_entries(batch, TAKE_AT_ONCE)) {
            world->out_of_memory = true;
            return;
        }
        struct mx_entry *out = &batch->entries[batch->entry_count];
        taken = mx_scheduler_take_due(world->scheduler, until_us, out, TAKE_AT_ONCE);
        size_t kept = 0;
        for (size_t i = 0; i < taken; i++) {
            if (out[i].kind == MX_DUE_EXPIRE)
                mx_world_expire(world, &out[i], out[i].due_us);
            else if (kept == i)
                kept++;
            else
                out[kept++] = out[i];
        }
        batch->entry_count += kept;
    } while (taken == TAKE_AT_ONCE);
}
