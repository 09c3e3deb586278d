// SPDX-License-Identifier: GPL-3.0-or-later
/* calendar.c - buckets of time, coarse and fine, over a pool of chunks.
 *
 * Where an entry goes depends on `cursor`, the fine bucket being taken from:
 *   up to the cursor                 -> late (a heap)
 *   later in the open coarse bucket  -> its fine bucket
 *   after it                         -> the ring
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
#define FINE_COUNT 16 /* fine buckets in a coarse one */
/* Paths seldom taken, kept out of the way of those that always are. */
#define SELDOM __attribute__((noinline, cold))

#define ITEMS_KEPT 65536U /* arrays for sorting up to this size are never given back */

/* An entry in a bucket, as it stands in memory:
 *    0  offset within the coarse bucket 24 bits, message 40
 *    8  created 45 bits, note 19
 *   16  destination 16 bits, attempt_count 15, kind 1
 *   20  gap_ms 32 bits, first_deferral_us 64: the history, only where it is kept */
#define PLAIN_BYTES 20U
#define HISTORY_BYTES 32U

_Static_assert(HISTORY_BYTES <= MX_RECORD_BYTES_MAX, "a record fits its chunk");
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

/* Copies of known size become single moves. */
static inline void copy_record(uint8_t *to, const uint8_t *from, bool with_history)
{
    memcpy(to, from, PLAIN_BYTES);
    if (with_history) {
        memcpy(to + PLAIN_BYTES, from + PLAIN_BYTES, HISTORY_BYTES - PLAIN_BYTES);
    }
}

static inline void write_record(uint8_t *place, const struct mx_entry *entry, bool with_history)
{
    const uint64_t offset = (uint64_t)entry->due_us & ((UINT64_C(1) << COARSE_BITS) - 1);
    const uint64_t offset_message = offset << 40 | entry->message;
    const uint64_t created_note = (uint64_t)entry->created_us << 19 | entry->note;
    const uint32_t rest = (uint32_t)entry->destination << 16 | (uint32_t)entry->attempt_count << 1 |
                          (uint32_t)entry->kind;
    memcpy(place, &offset_message, 8);
    memcpy(place + 8, &created_note, 8);
    memcpy(place + 16, &rest, 4);
    if (with_history) {
        memcpy(place + 20, &entry->gap_ms, 4);
        memcpy(place + 24, &entry->first_deferral_us, 8);
    }
}

static inline void read_record(const uint8_t *place, int64_t coarse_us, bool with_history,
                               struct mx_entry *entry)
{
    uint64_t offset_message, created_note;
    uint32_t rest;
    memcpy(&offset_message, place, 8);
    memcpy(&created_note, place + 8, 8);
    memcpy(&rest, place + 16, 4);
    entry->due_us = coarse_us | (int64_t)(offset_message >> 40);
    entry->created_us = (int64_t)(created_note >> 19);
    entry->first_deferral_us = 0;
    entry->message = offset_message & MX_MESSAGE_MAX;
    entry->note = (uint32_t)created_note & MX_NOTE_MAX;
    entry->gap_ms = 0;
    entry->destination = (uint16_t)(rest >> 16);
    entry->attempt_count = rest >> 1 & MX_ATTEMPTS_MAX;
    entry->kind = rest & 1;
    if (with_history) {
        memcpy(&entry->gap_ms, place + 20, 4);
        memcpy(&entry->first_deferral_us, place + 24, 8);
    }
}

/* The order within a fine bucket: offset 20 bits, kind 1, message 40. */
#define KEY_BITS 61

static inline uint64_t key_of(const uint8_t *place)
{
    uint64_t offset_message;
    memcpy(&offset_message, place, 8);
    const uint64_t offset = offset_message >> 40 & ((UINT64_C(1) << FINE_BITS) - 1);
    return offset << 41 | (uint64_t)(place[16] & 1) << 40 | (offset_message & MX_MESSAGE_MAX);
}

SELDOM static bool put_late(struct mx_calendar *calendar, const struct mx_entry *entry)
{
    struct mx_entry kept = *entry;
    if (!calendar->keep_history) {
        kept.first_deferral_us = 0;
        kept.gap_ms = 0;
    }
    if (!mx_binary_heap_push(&calendar->late, &kept)) {
        return false;
    }
    calendar->count++;
    return true;
}

/* An entry that finds its list empty or its newest chunk full. */
SELDOM static bool put_in_new_chunk(struct mx_calendar *calendar, const struct mx_entry *entry,
                                    uint32_t *list)
{
    const int64_t coarse = entry->due_us >> COARSE_BITS;
    /* one chunk for this record, and always enough for dealing a coarse bucket */
    if (!mx_chunk_pool_reserve(&calendar->pool, 1 + FINE_COUNT + 1)) {
        return false;
    }
    if (*list == 0 && coarse > calendar->ring.open) {
        mx_calendar_ring_occupy(&calendar->ring, coarse);
    }
    write_record(mx_chunk_append(&calendar->pool, list), entry, calendar->keep_history);
    calendar->count++;
    return true;
}

SELDOM static bool put_far(struct mx_calendar *calendar, const struct mx_entry *entry)
{
    return mx_calendar_ring_grow(&calendar->ring, entry->due_us >> COARSE_BITS) &&
           mx_calendar_put(calendar, entry);
}

bool mx_calendar_put(struct mx_calendar *calendar, const struct mx_entry *entry)
{
    const int64_t fine = entry->due_us >> FINE_BITS;
    const int64_t ahead = (entry->due_us >> COARSE_BITS) - calendar->ring.open;
    if (calendar->broken) {
        return false;
    }
    if (fine <= calendar->cursor) { /* which is never before the open coarse bucket */
        return put_late(calendar, entry);
    }
    if (ahead > calendar->ring.size) {
        return put_far(calendar, entry);
    }
    uint32_t *list = ahead > 0
                         ? mx_calendar_ring_list(&calendar->ring, entry->due_us >> COARSE_BITS)
                         : &calendar->fine[fine & (FINE_COUNT - 1)];
    if (mx_chunk_list_is_full(*list)) {
        return put_in_new_chunk(calendar, entry, list);
    }
    write_record(mx_chunk_record(&calendar->pool, ++*list), entry, calendar->keep_history);
    calendar->count++;
    return true;
}

static void prefetch_chunk(const struct mx_calendar *calendar, uint32_t chunk)
{
    const uint8_t *start = mx_chunk_at(&calendar->pool, chunk);
    for (uint32_t at = 0; at < calendar->pool.chunk_bytes; at += 64) {
        __builtin_prefetch(start + at);
    }
}

/* Deal the records of one chunk. at[f]: the last record of fine bucket f. */
static void deal_chunk(struct mx_calendar *calendar, const uint8_t *record, uint32_t record_count,
                       uint8_t *at[FINE_COUNT])
{
    const bool with_history = calendar->keep_history;
    const uint32_t record_bytes = with_history ? HISTORY_BYTES : PLAIN_BYTES;
    for (uint32_t i = 0; i < record_count; i++, record += record_bytes) {
        uint64_t offset_message;
        memcpy(&offset_message, record, 8);
        const uint64_t f = offset_message >> (40 + FINE_BITS);
        uint32_t *list = &calendar->fine[f];
        if (mx_chunk_list_is_full(*list)) {
            at[f] = mx_chunk_append(&calendar->pool, list);
        } else {
            ++*list;
            at[f] += record_bytes;
        }
        copy_record(at[f], record, with_history);
    }
}

/* Deal the earliest coarse bucket to the fine ones, chunk by chunk. This needs at most the chunk
 * that is being read and one for each fine bucket more than there are in use. */
static void open_coarse(struct mx_calendar *calendar)
{
    struct mx_chunk_pool *pool = &calendar->pool;
    const uint32_t list = mx_calendar_ring_open(&calendar->ring);
    uint8_t *at[FINE_COUNT] = {NULL};
    uint32_t record_count = list % MX_CHUNK_RECORDS + 1;
    for (uint32_t chunk = list / MX_CHUNK_RECORDS; chunk != 0; record_count = MX_CHUNK_RECORDS) {
        const uint32_t next = *mx_chunk_next(pool, chunk);
        prefetch_chunk(calendar, next);
        deal_chunk(calendar, mx_chunk_record(pool, chunk * MX_CHUNK_RECORDS), record_count, at);
        mx_chunk_pool_give(pool, chunk);
        chunk = next;
    }
    calendar->cursor = calendar->ring.open * FINE_COUNT - 1;
}

static size_t list_length(const struct mx_chunk_pool *pool, uint32_t list)
{
    size_t length = list % MX_CHUNK_RECORDS + 1;
    for (uint32_t chunk = *mx_chunk_next(pool, list / MX_CHUNK_RECORDS); chunk != 0;
         chunk = *mx_chunk_next(pool, chunk)) {
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
    uint32_t *list = &calendar->fine[calendar->cursor & (FINE_COUNT - 1)];
    const size_t count = list_length(&calendar->pool, *list);
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
    mx_due_sort(calendar->unsorted, calendar->sorted, count, KEY_BITS);
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
            if (calendar->fine[fine & (FINE_COUNT - 1)] != 0) {
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
    const int64_t coarse_us = calendar->ring.open << COARSE_BITS;
    const bool with_history = calendar->keep_history;
    const int64_t left_us = until_us - (calendar->cursor << FINE_BITS);
    const uint64_t key_end = left_us <= 0                ? 0
                             : left_us >= 1 << FINE_BITS ? UINT64_MAX
                                                         : (uint64_t)left_us << 41;
    const size_t left = calendar->item_count - calendar->item_next;
    const size_t most = left < capacity ? left : capacity;
    const struct mx_due_item *items = calendar->sorted + calendar->item_next;
    size_t taken = 0;
    for (; taken < most && items[taken].key < key_end; taken++) {
        const uint8_t *record = mx_chunk_record(&calendar->pool, items[taken].place);
        read_record(record, coarse_us, with_history, &out[taken]);
    }
    calendar->item_next += taken;
    if (taken == left) {
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
    read_record(mx_chunk_record(&calendar->pool, item->place), calendar->ring.open << COARSE_BITS,
                false, &entry);
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
        if (calendar->fine[fine & (FINE_COUNT - 1)] != 0) {
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
