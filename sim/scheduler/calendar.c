// SPDX-License-Identifier: GPL-3.0-or-later
/* calendar.c - buckets of time, coarse and fine, over a pool of chunks.
 *
 * Where an entry goes depends on `cursor`, the fine bucket being taken from:
 *   up to the cursor, or before the open coarse bucket   -> late (a heap)
 *   later in the open coarse bucket                      -> its fine bucket
 *   after it                                             -> the ring
 * so that whatever is late comes before all that is in the buckets. */
#include "sim/scheduler/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scheduler/binary_heap.h"
#include "sim/scheduler/calendar_ring.h"
#include "sim/scheduler/chunk_pool.h"
#include "sim/scheduler/due_sort.h"

#define FINE_BITS 20
#define COARSE_BITS 24
#define FINE_COUNT 16     /* fine buckets in a coarse one */
#define ITEMS_KEPT 65536U /* arrays for sorting up to this size are never given back */

/* An entry in a bucket. The history stands in the queue only where it is kept. */
struct record {
    uint64_t offset_message; /* 24 bits within the coarse bucket, 40 */
    uint64_t created_note;   /* 45, 19 */
    uint32_t rest;           /* destination 16, attempt_count 15, kind 1 */
    uint32_t gap_ms;         /* history */
    int64_t first_deferral_us;
};

#define PLAIN_BYTES 20U
#define HISTORY_BYTES 32U

_Static_assert(offsetof(struct record, gap_ms) == PLAIN_BYTES, "a plain record is 20 bytes");
_Static_assert(sizeof(struct record) == HISTORY_BYTES, "a record with history is 32 bytes");
_Static_assert(FINE_COUNT == 1 << (COARSE_BITS - FINE_BITS), "fine buckets fill a coarse one");

struct mx_calendar {
    struct mx_chunk_pool pool;
    struct mx_calendar_ring ring;
    uint32_t fine[FINE_COUNT]; /* lists of the open coarse bucket */
    int64_t cursor;            /* fine bucket being taken from; numbered from time 0 */
    uint32_t current;          /* its records */
    struct mx_due_item *sorted, *unsorted;
    size_t item_count, item_next, item_capacity;
    struct mx_binary_heap late;
    uint64_t count;
    bool keep_history, broken;
};

struct mx_calendar *mx_calendar_create(bool keep_history)
{
    struct mx_calendar *calendar = calloc(1, sizeof *calendar);
    if (calendar == NULL) {
        return NULL;
    }
    mx_chunk_pool_init(&calendar->pool, keep_history ? HISTORY_BYTES : PLAIN_BYTES);
    calendar->keep_history = keep_history;
    calendar->cursor = -1;
    if (!mx_calendar_ring_init(&calendar->ring)) {
        mx_calendar_destroy(calendar);
        return NULL;
    }
    return calendar;
}

void mx_calendar_destroy(struct mx_calendar *calendar)
{
    if (calendar != NULL) {
        mx_chunk_pool_fini(&calendar->pool);
        mx_calendar_ring_fini(&calendar->ring);
        mx_binary_heap_fini(&calendar->late);
        free(calendar->sorted);
        free(calendar->unsorted);
        free(calendar);
    }
}

static void write_record(const struct mx_calendar *calendar, uint8_t *place,
                         const struct mx_entry *entry)
{
    const uint64_t offset = (uint64_t)entry->due_us & ((UINT64_C(1) << COARSE_BITS) - 1);
    const struct record record = {
        .offset_message = offset << 40 | entry->message,
        .created_note = (uint64_t)entry->created_us << 19 | entry->note,
        .rest = (uint32_t)entry->destination << 16 | (uint32_t)entry->attempt_count << 1 |
                (uint32_t)entry->kind,
        .gap_ms = entry->gap_ms,
        .first_deferral_us = entry->first_deferral_us,
    };
    memcpy(place, &record, calendar->keep_history ? HISTORY_BYTES : PLAIN_BYTES);
}

static void read_record(const struct mx_calendar *calendar, const uint8_t *place,
                        struct mx_entry *entry)
{
    struct record record = {.gap_ms = 0, .first_deferral_us = 0};
    memcpy(&record, place, calendar->keep_history ? HISTORY_BYTES : PLAIN_BYTES);
    entry->due_us = (calendar->ring.open << COARSE_BITS) | (int64_t)(record.offset_message >> 40);
    entry->created_us = (int64_t)(record.created_note >> 19);
    entry->first_deferral_us = record.first_deferral_us;
    entry->message = record.offset_message & MX_MESSAGE_MAX;
    entry->note = (uint32_t)record.created_note & MX_NOTE_MAX;
    entry->gap_ms = record.gap_ms;
    entry->destination = (uint16_t)(record.rest >> 16);
    entry->attempt_count = record.rest >> 1 & MX_ATTEMPTS_MAX;
    entry->kind = record.rest & 1;
}

/* The order within a fine bucket: offset 20 bits, kind 1, message 40. */
static uint64_t key_of(const uint8_t *place)
{
    struct record record;
    memcpy(&record, place, PLAIN_BYTES);
    const uint64_t offset = record.offset_message >> 40 & ((UINT64_C(1) << FINE_BITS) - 1);
    return offset << 41 | (uint64_t)(record.rest & 1) << 40 |
           (record.offset_message & MX_MESSAGE_MAX);
}

bool mx_calendar_put(struct mx_calendar *calendar, const struct mx_entry *entry)
{
    const int64_t fine = entry->due_us >> FINE_BITS;
    const int64_t coarse = entry->due_us >> COARSE_BITS;
    const int64_t open = calendar->ring.open;
    if (calendar->broken) {
        return false;
    }
    if (fine <= calendar->cursor || coarse < open) {
        if (!mx_binary_heap_push(&calendar->late, entry)) {
            return false;
        }
        calendar->count++;
        return true;
    }
    if (coarse > open && !mx_calendar_ring_reach(&calendar->ring, coarse)) {
        return false;
    }
    uint32_t *list = &calendar->fine[fine % FINE_COUNT];
    /* one chunk for this record, and always one for each fine bucket when one is dealt */
    if (!mx_chunk_pool_reserve(&calendar->pool, 1 + FINE_COUNT)) {
        return false;
    }
    if (coarse > open) {
        list = mx_calendar_ring_list(&calendar->ring, coarse);
    }
    write_record(calendar, mx_chunk_append(&calendar->pool, list), entry);
    calendar->count++;
    return true;
}

/* Deal the earliest coarse bucket to the fine ones. Each chunk is given back before its records
 * are placed, so that this needs at most a chunk more for each fine bucket. */
static void open_coarse(struct mx_calendar *calendar)
{
    const uint32_t record_bytes = calendar->pool.record_bytes;
    const uint32_t list = mx_calendar_ring_open(&calendar->ring);
    uint32_t record_count = list % MX_CHUNK_RECORDS + 1;
    for (uint32_t chunk = list / MX_CHUNK_RECORDS; chunk != 0; record_count = MX_CHUNK_RECORDS) {
        uint8_t records[MX_CHUNK_RECORDS * MX_RECORD_BYTES_MAX];
        const uint32_t next = *mx_chunk_next(&calendar->pool, chunk);
        memcpy(records, mx_chunk_record(&calendar->pool, chunk * MX_CHUNK_RECORDS),
               (size_t)record_count * record_bytes);
        mx_chunk_pool_give(&calendar->pool, chunk);
        for (uint32_t i = 0; i < record_count; i++) {
            const uint8_t *record = records + (size_t)i * record_bytes;
            uint64_t offset_message;
            memcpy(&offset_message, record, sizeof offset_message);
            uint32_t *fine = &calendar->fine[offset_message >> (40 + FINE_BITS)];
            memcpy(mx_chunk_append(&calendar->pool, fine), record, record_bytes);
        }
        chunk = next;
    }
    calendar->cursor = calendar->ring.open * FINE_COUNT - 1;
}

static size_t list_length(const struct mx_calendar *calendar, uint32_t list)
{
    size_t length = list % MX_CHUNK_RECORDS + 1;
    for (uint32_t chunk = list / MX_CHUNK_RECORDS;
         (chunk = *mx_chunk_next(&calendar->pool, chunk)) != 0;) {
        length += MX_CHUNK_RECORDS;
    }
    return length;
}

static bool size_items(struct mx_calendar *calendar, size_t count)
{
    if (count <= calendar->item_capacity &&
        (calendar->item_capacity <= ITEMS_KEPT || count >= calendar->item_capacity / 8)) {
        return true;
    }
    const size_t capacity = count < ITEMS_KEPT / 64 ? ITEMS_KEPT / 64 : count + count / 4;
    free(calendar->sorted);
    free(calendar->unsorted);
    calendar->sorted = malloc(capacity * sizeof *calendar->sorted);
    calendar->unsorted = malloc(capacity * sizeof *calendar->unsorted);
    calendar->item_capacity = capacity;
    return calendar->sorted != NULL && calendar->unsorted != NULL;
}

/* Sort the fine bucket at the cursor. */
static bool load_fine(struct mx_calendar *calendar)
{
    uint32_t *list = &calendar->fine[calendar->cursor % FINE_COUNT];
    const size_t count = list_length(calendar, *list);
    if (!size_items(calendar, count)) {
        calendar->broken = true;
        return false;
    }
    size_t n = 0;
    uint32_t last = *list;
    while (last != 0) {
        const uint32_t chunk = last / MX_CHUNK_RECORDS;
        const uint8_t *record = mx_chunk_record(&calendar->pool, chunk * MX_CHUNK_RECORDS);
        for (uint32_t place = chunk * MX_CHUNK_RECORDS; place <= last; place++) {
            calendar->unsorted[n++] = (struct mx_due_item){key_of(record), place};
            record += calendar->pool.record_bytes;
        }
        const uint32_t next = *mx_chunk_next(&calendar->pool, chunk);
        last = next == 0 ? 0 : next * MX_CHUNK_RECORDS + MX_CHUNK_RECORDS - 1;
    }
    assert(n == count);
    mx_due_sort(calendar->unsorted, calendar->sorted, count);
    calendar->current = *list;
    *list = 0;
    calendar->item_count = count;
    calendar->item_next = 0;
    return true;
}

/* Move on to the next bucket that holds something and starts before until_us. */
static bool advance(struct mx_calendar *calendar, int64_t until_us)
{
    for (;;) {
        const int64_t end = (calendar->ring.open + 1) * FINE_COUNT;
        for (int64_t fine = calendar->cursor + 1; fine < end; fine++) {
            if (calendar->fine[fine % FINE_COUNT] != 0) {
                if (fine << FINE_BITS >= until_us) {
                    return false;
                }
                calendar->cursor = fine;
                return load_fine(calendar);
            }
        }
        if (calendar->ring.next == MX_RING_NONE || calendar->ring.next << COARSE_BITS >= until_us) {
            return false;
        }
        open_coarse(calendar);
    }
}

static int64_t item_due_us(const struct mx_calendar *calendar, const struct mx_due_item *item)
{
    return calendar->cursor << FINE_BITS | (int64_t)(item->key >> 41);
}

/* Take from the sorted bucket alone. */
static size_t take_sorted(struct mx_calendar *calendar, int64_t until_us, struct mx_entry *out,
                          size_t capacity)
{
    size_t taken = 0;
    size_t i = calendar->item_next;
    while (i < calendar->item_count && taken < capacity &&
           item_due_us(calendar, &calendar->sorted[i]) < until_us) {
        const uint8_t *record = mx_chunk_record(&calendar->pool, calendar->sorted[i].place);
        read_record(calendar, record, &out[taken++]);
        i++;
    }
    calendar->item_next = i;
    if (i == calendar->item_count) {
        mx_chunk_pool_give_list(&calendar->pool, calendar->current);
        calendar->current = 0;
        calendar->item_count = calendar->item_next = 0;
    }
    return taken;
}

/* True when the earliest late entry comes before the rest of the sorted bucket. */
static bool late_is_first(const struct mx_calendar *calendar)
{
    if (calendar->late.count == 0 || calendar->item_next == calendar->item_count) {
        return calendar->late.count > 0;
    }
    const struct mx_due_item *item = &calendar->sorted[calendar->item_next];
    struct mx_entry entry;
    read_record(calendar, mx_chunk_record(&calendar->pool, item->place), &entry);
    return mx_entry_before(mx_binary_heap_top(&calendar->late), &entry);
}

size_t mx_calendar_take(struct mx_calendar *calendar, int64_t until_us, struct mx_entry *out,
                        size_t capacity)
{
    size_t taken = 0;
    while (taken < capacity) {
        const bool is_late = late_is_first(calendar);
        if (!is_late && calendar->item_next == calendar->item_count) {
            if (!advance(calendar, until_us)) {
                break;
            }
            continue;
        }
        size_t more = 0;
        if (!is_late) {
            const size_t room = calendar->late.count > 0 ? 1 : capacity - taken;
            more = take_sorted(calendar, until_us, out + taken, room);
        } else if (mx_binary_heap_top(&calendar->late)->due_us < until_us) {
            mx_binary_heap_pop(&calendar->late, &out[taken]);
            more = 1;
        }
        if (more == 0) {
            break;
        }
        taken += more;
    }
    calendar->count -= taken;
    return taken;
}

int64_t mx_calendar_next_due(const struct mx_calendar *calendar)
{
    if (late_is_first(calendar)) {
        return mx_binary_heap_top(&calendar->late)->due_us;
    }
    if (calendar->item_next < calendar->item_count) {
        return item_due_us(calendar, &calendar->sorted[calendar->item_next]);
    }
    const int64_t end = (calendar->ring.open + 1) * FINE_COUNT;
    for (int64_t fine = calendar->cursor + 1; fine < end; fine++) {
        if (calendar->fine[fine % FINE_COUNT] != 0) {
            return fine << FINE_BITS;
        }
    }
    return calendar->ring.next == MX_RING_NONE ? MX_NEVER : calendar->ring.next << COARSE_BITS;
}

bool mx_calendar_is_broken(const struct mx_calendar *calendar)
{
    return calendar->broken;
}

uint64_t mx_calendar_count(const struct mx_calendar *calendar)
{
    return calendar->count;
}

size_t mx_calendar_bytes(const struct mx_calendar *calendar)
{
    return sizeof *calendar + mx_chunk_pool_bytes(&calendar->pool) +
           mx_calendar_ring_bytes(&calendar->ring) +
           calendar->late.capacity * sizeof *calendar->late.entries +
           2 * calendar->item_capacity * sizeof *calendar->sorted;
}
