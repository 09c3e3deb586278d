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

struct mx_entry *mx_batch_entry(struct mx_batch *batch)
{
    if (!grow((void **)&batch->entries, &batch->entry_size, batch->entry_count + 1,
              sizeof *batch->entries))
        return NULL;
    return &batch->entries[batch->entry_count];
}

struct mx_work *mx_batch_work(struct mx_batch *batch)
{
    if (!grow((void **)&batch->works, &batch->work_size, batch->work_count + 1,
              sizeof *batch->works))
        return NULL;
    return &batch->works[batch->work_count];
}

bool mx_batch_reserve(struct mx_batch *batch)
{
    size_t most = batch->entry_count > batch->work_count ? batch->entry_count : batch->work_count;
    return grow((void **)&batch->outcomes, &batch->outcome_size, batch->work_count,
                sizeof *batch->outcomes) &&
           grow((void **)&batch->items, &batch->item_size, most, sizeof *batch->items) &&
           grow((void **)&batch->unsorted, &batch->unsorted_size, most, sizeof *batch->unsorted) &&
           grow((void **)&batch->messages, &batch->message_size, most, sizeof *batch->messages);
}

static void set_item(struct mx_batch *batch, size_t i, int64_t since_us, uint64_t message)
{
    batch->unsorted[i] = (struct mx_due_item){(uint64_t)since_us, (uint32_t)i};
    batch->messages[i] = message;
}

void mx_batch_sort_entries(struct mx_batch *batch, int64_t from_us)
{
    for (size_t i = 0; i < batch->entry_count; i++)
        set_item(batch, i, batch->entries[i].due_us - from_us, batch->entries[i].message);
    mx_event_sort(batch->unsorted, batch->items, batch->entry_count, batch->messages);
}

void mx_batch_sort_works(struct mx_batch *batch, int64_t from_us)
{
    for (size_t i = 0; i < batch->work_count; i++)
        set_item(batch, i, batch->works[i].start_us - from_us, batch->works[i].entry.message);
    mx_event_sort(batch->unsorted, batch->items, batch->work_count, batch->messages);
}

void mx_batch_fini(struct mx_batch *batch)
{
    free(batch->entries);
    free(batch->works);
    free(batch->outcomes);
    free(batch->items);
    free(batch->unsorted);
    free(batch->messages);
}

void mx_batch_take_due(struct mx_batch *batch, struct mx_world *world, int64_t until_us)
{
    size_t taken;
    do {
        if (!grow((void **)&batch->entries, &batch->entry_size, batch->entry_count + TAKE_AT_ONCE,
                  sizeof *batch->entries)) {
            world->out_of_memory = true;
            return;
        }
        struct mx_entry *out = &batch->entries[batch->entry_count];
        taken = mx_scheduler_take_due(world->scheduler, until_us, out, TAKE_AT_ONCE);
        size_t kept = 0;
        for (size_t i = 0; i < taken; i++) {
            if (out[i].kind == MX_DUE_EXPIRE)
                mx_world_expire(world, &out[i], out[i].due_us);
            else
                out[kept++] = out[i];
        }
        batch->entry_count += kept;
    } while (taken == TAKE_AT_ONCE);
}
