// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.c - keys (time since the window's start | place), dealt by their leading bits
 * and put right by insertion; then runs of one time by message. Where 64 bits do not hold all that,
 * the times lose their last ones, which makes more runs. */
#include "sim/engine/event_sort.h"

#include <stdbool.h>
#include <string.h>

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
    unsigned cell_bits = bits_of(count);
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

static const void *at_stride(const void *first, const struct mx_events *events, uint32_t place)
{
    return (const char *)first + place * events->stride;
}

static bool comes_before(const struct mx_events *events, uint32_t a, uint32_t b)
{
    const int64_t a_us = *(const int64_t *)at_stride(events->time_us, events, a);
    const int64_t b_us = *(const int64_t *)at_stride(events->time_us, events, b);
    if (a_us != b_us)
        return a_us < b_us;
    return *(const uint64_t *)at_stride(events->message, events, a) <
           *(const uint64_t *)at_stride(events->message, events, b);
}

static void sift_down(const struct mx_events *events, uint32_t *run, size_t at, size_t count)
{
    const uint32_t place = run[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && comes_before(events, run[child], run[child + 1]))
            child++;
        if (!comes_before(events, place, run[child]))
            break;
        run[at] = run[child];
    }
    run[at] = place;
}

/* A heap sort: what is made at once may be made by the million. */
static void sort_run(const struct mx_events *events, uint32_t *run, size_t count)
{
    size_t in_order = 1;
    while (in_order < count && comes_before(events, run[in_order - 1], run[in_order]))
        in_order++;
    if (in_order == count)
        return;
    for (size_t i = count / 2; i-- > 0;)
        sift_down(events, run, i, count);
    for (size_t left = count - 1; left > 0; left--) {
        const uint32_t last = run[left];
        run[left] = run[0];
        run[0] = last;
        sift_down(events, run, 0, left);
    }
}

/* Places out of sorted keys; true: some keys differ in their places alone. */
static bool write_places(const struct mx_events *events, const uint64_t *keys, unsigned place_bits,
                         uint32_t *sorted)
{
    const uint64_t place_mask = (UINT64_C(1) << place_bits) - 1;
    uint64_t ties = 0, before = ~keys[0];
    for (size_t i = 0; i < events->count; i++) {
        const uint32_t at = (uint32_t)(keys[i] & place_mask);
        sorted[i] = events->place ? events->place[at] : at;
        ties += ((keys[i] ^ before) & ~place_mask) == 0;
        before = keys[i];
    }
    return ties > 0;
}

static void sort_runs(const struct mx_events *events, const uint64_t *keys, unsigned place_bits,
                      uint32_t *sorted)
{
    const size_t count = events->count;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && (keys[end] ^ keys[i]) >> place_bits == 0;)
            end++;
        if (end - i > 1)
            sort_run(events, &sorted[i], end - i);
    }
}

/* What a key is made of; drop: the times' last bits that it does not hold. */
struct layout {
    unsigned place_bits, drop;
};

static struct layout layout_of(const struct mx_events *events)
{
    const unsigned span_bits = bits_of((uint64_t)(events->until_us - events->from_us) - 1);
    const unsigned place_bits = bits_of(events->count - 1);
    const unsigned room = 64 - place_bits;
    return (struct layout){place_bits, span_bits > room ? span_bits - room : 0};
}

/* Keys in the order of the array; true: they are sorted. */
static bool make_keys(const struct mx_events *events, const struct layout *layout, uint64_t *keys)
{
    uint64_t before = 0, falls = 0;
    for (size_t i = 0; i < events->count; i++) {
        const uint32_t place = events->place ? events->place[i] : (uint32_t)i;
        const int64_t time_us = *(const int64_t *)at_stride(events->time_us, events, place);
        const uint64_t key =
            (uint64_t)(time_us - events->from_us) >> layout->drop << layout->place_bits | i;
        falls += key < before;
        keys[i] = key;
        before = key;
    }
    return falls == 0;
}

void mx_event_sort(const struct mx_events *events, uint32_t *sorted, uint64_t *keys,
                   uint64_t *spare)
{
    const size_t count = events->count;
    if (count < 2) {
        for (size_t i = 0; i < count; i++)
            sorted[i] = events->place ? events->place[i] : (uint32_t)i;
        return;
    }
    const struct layout layout = layout_of(events);
    const uint64_t *done = keys;
    if (!make_keys(events, &layout, keys)) {
        if (count <= SMALL) {
            insertion_sort(keys, count);
        } else {
            sort_narrowed(keys, spare, count);
            done = spare;
        }
    }
    if (write_places(events, done, layout.place_bits, sorted))
        sort_runs(events, done, layout.place_bits, sorted);
}
