// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.c - keys (time since the window's start 32 bits | place 32 bits), dealt by their
 * leading bits and put right by insertion; then runs of one time by message. Windows longer than
 * 2^32 us lose their times' last bits in the key, which makes more runs. */
#include "sim/engine/event_sort.h"

#include <stdbool.h>
#include <string.h>

#define PLACE_BITS 32
#define SMALL 20 /* keys that are sorted by insertion */
#define CELL_BITS_MAX 12

static void insertion_sort(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t key = keys[i];
        size_t hole = i;
        for (; hole > 0 && keys[hole - 1] > key; hole--)
            keys[hole] = keys[hole - 1];
        keys[hole] = key;
    }
}

static unsigned bits_of(uint64_t x)
{
    return x == 0 ? 0 : 64U - (unsigned)__builtin_clzll(x);
}

/* Deal the keys into cells; ends[c] becomes the end of cell c in `to`. Returns the size of the
 * largest. */
static uint32_t deal(const uint64_t *from, uint64_t *to, size_t count, uint64_t least,
                     unsigned shift, uint32_t *ends, size_t cell_count)
{
    memset(ends, 0, cell_count * sizeof *ends);
    for (size_t i = 0; i < count; i++)
        ends[(from[i] - least) >> shift]++;
    uint32_t start = 0, largest = 0;
    for (size_t c = 0; c < cell_count; c++) {
        const uint32_t size = ends[c];
        ends[c] = start;
        start += size;
        largest = size > largest ? size : largest;
    }
    for (size_t i = 0; i < count; i++)
        to[ends[(from[i] - least) >> shift]++] = from[i];
    return largest;
}

static void sort_narrowed(uint64_t *from, uint64_t *to, size_t count);

/* Keys lie in [least, least + 2^span_bits), span_bits > 0. `from` is used up. */
static void sort(uint64_t *from, uint64_t *to, size_t count, uint64_t least, unsigned span_bits)
{
    uint32_t ends[(size_t)1 << CELL_BITS_MAX];
    unsigned cell_bits = bits_of(count / 2);
    cell_bits = cell_bits > CELL_BITS_MAX ? CELL_BITS_MAX : cell_bits;
    cell_bits = cell_bits > span_bits ? span_bits : cell_bits;
    const size_t cell_count = (size_t)1 << cell_bits;
    if (deal(from, to, count, least, span_bits - cell_bits, ends, cell_count) <= SMALL) {
        insertion_sort(to, count); /* moves nothing across cells */
        return;
    }
    uint32_t start = 0;
    for (size_t c = 0; c < cell_count; c++) {
        const uint32_t size = ends[c] - start;
        if (size > SMALL) {
            memcpy(from + start, to + start, size * sizeof *from);
            sort_narrowed(from + start, to + start, size);
        } else {
            insertion_sort(to + start, size);
        }
        start = ends[c];
    }
}

/* Sort within the keys' own range: what is alike in all of them decides nothing. Keys differ, so a
 * cell of many is narrower than the cells it came from. */
static void sort_narrowed(uint64_t *from, uint64_t *to, size_t count)
{
    uint64_t low = from[0], high = from[0];
    for (size_t i = 1; i < count; i++) {
        low = from[i] < low ? from[i] : low;
        high = from[i] > high ? from[i] : high;
    }
    sort(from, to, count, low, bits_of(high - low));
}

/* --- runs of one time --- */

static int64_t time_of(const struct mx_events *events, uint64_t key)
{
    const char *at = (const char *)events->time_us + mx_event_place(key) * events->stride;
    return *(const int64_t *)(const void *)at;
}

static uint64_t message_of(const struct mx_events *events, uint64_t key)
{
    const char *at = (const char *)events->message + mx_event_place(key) * events->stride;
    return *(const uint64_t *)(const void *)at;
}

static bool comes_before(const struct mx_events *events, uint64_t a, uint64_t b)
{
    const int64_t a_us = time_of(events, a), b_us = time_of(events, b);
    return a_us != b_us ? a_us < b_us : message_of(events, a) < message_of(events, b);
}

static void sift_down(const struct mx_events *events, uint64_t *run, size_t at, size_t count)
{
    const uint64_t key = run[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && comes_before(events, run[child], run[child + 1]))
            child++;
        if (!comes_before(events, key, run[child]))
            break;
        run[at] = run[child];
    }
    run[at] = key;
}

/* A heap sort: what is made at once may be made by the million. */
static void sort_run(const struct mx_events *events, uint64_t *run, size_t count)
{
    size_t in_order = 1;
    while (in_order < count && comes_before(events, run[in_order - 1], run[in_order]))
        in_order++;
    if (in_order == count)
        return;
    for (size_t i = count / 2; i-- > 0;)
        sift_down(events, run, i, count);
    for (size_t left = count - 1; left > 0; left--) {
        const uint64_t last = run[left];
        run[left] = run[0];
        run[0] = last;
        sift_down(events, run, 0, left);
    }
}

static void sort_runs(const struct mx_events *events, uint64_t *sorted)
{
    const size_t count = events->count;
    size_t ties = 0;
    for (size_t i = 1; i < count; i++)
        ties += sorted[i] >> PLACE_BITS == sorted[i - 1] >> PLACE_BITS;
    for (size_t i = 1; i < count && ties > 0; i++) {
        if ((sorted[i] ^ sorted[i - 1]) >> PLACE_BITS != 0)
            continue;
        size_t end = i + 1;
        while (end < count && (sorted[end] ^ sorted[i]) >> PLACE_BITS == 0)
            end++;
        sort_run(events, &sorted[i - 1], end - i + 1);
        i = end;
    }
}

/* Keys in the order of the array; true: they are sorted. */
static bool make_keys(const struct mx_events *events, unsigned drop, uint64_t *keys)
{
    const char *at = (const char *)events->time_us;
    uint64_t before = 0, falls = 0;
    for (size_t i = 0; i < events->count; i++, at += events->stride) {
        const int64_t time_us = *(const int64_t *)(const void *)at;
        const uint64_t key = (uint64_t)(time_us - events->from_us) >> drop << PLACE_BITS | i;
        falls += key < before;
        keys[i] = key;
        before = key;
    }
    return falls == 0;
}

void mx_event_sort(const struct mx_events *events, uint64_t *sorted, uint64_t *spare)
{
    const size_t count = events->count;
    const uint64_t span_us = (uint64_t)(events->until_us - events->from_us) - 1;
    const unsigned span_bits = bits_of(span_us);
    const unsigned drop = span_bits > PLACE_BITS ? span_bits - PLACE_BITS : 0;
    const bool in_order = make_keys(events, drop, spare);
    if (in_order || count <= SMALL) {
        memcpy(sorted, spare, count * sizeof *sorted);
        if (!in_order)
            insertion_sort(sorted, count);
    } else {
        sort(spare, sorted, count, 0, span_bits - drop + PLACE_BITS);
    }
    sort_runs(events, sorted);
}
