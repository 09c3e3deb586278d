// SPDX-License-Identifier: GPL-3.0-or-later
/* due_sort.c - distribution sort of 64-bit keys, most significant bits first. */
#include "sim/scheduler/due_sort.h"

#include <string.h>

#define SMALL 20 /* items that are sorted by insertion */
#define CELL_BITS_MAX 12

static void insertion_sort(struct mx_due_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct mx_due_item item = items[i];
        size_t hole = i;
        for (; hole > 0 && items[hole - 1].key > item.key; hole--) {
            items[hole] = items[hole - 1];
        }
        items[hole] = item;
    }
}

static unsigned bit_length(uint64_t x)
{
    return x == 0 ? 0 : 64U - (unsigned)__builtin_clzll(x);
}

/* Deal the items into cells; ends[c] becomes the end of cell c in `to`. Returns the size of the
 * largest. */
static uint32_t deal(const struct mx_due_item *from, struct mx_due_item *to, size_t count,
                     uint64_t least, unsigned shift, uint32_t *ends, size_t cell_count)
{
    memset(ends, 0, cell_count * sizeof *ends);
    for (size_t i = 0; i < count; i++) {
        ends[(from[i].key - least) >> shift]++;
    }
    uint32_t start = 0;
    uint32_t largest = 0;
    for (size_t c = 0; c < cell_count; c++) {
        const uint32_t size = ends[c];
        ends[c] = start;
        start += size;
        largest = size > largest ? size : largest;
    }
    for (size_t i = 0; i < count; i++) {
        to[ends[(from[i].key - least) >> shift]++] = from[i];
    }
    return largest;
}

static void sort_narrowed(struct mx_due_item *from, struct mx_due_item *to, size_t count);

/* Keys lie in [least, least + 2^span_bits). */
static void sort(struct mx_due_item *from, struct mx_due_item *to, size_t count, uint64_t least,
                 unsigned span_bits)
{
    uint32_t ends[(size_t)1 << CELL_BITS_MAX];
    unsigned cell_bits = bit_length(count / 2);
    cell_bits = cell_bits > CELL_BITS_MAX ? CELL_BITS_MAX : cell_bits;
    cell_bits = cell_bits > span_bits ? span_bits : cell_bits;
    const unsigned shift = span_bits - cell_bits;
    const size_t cell_count = (size_t)1 << cell_bits;
    if (deal(from, to, count, least, shift, ends, cell_count) <= SMALL) {
        insertion_sort(to, count); /* moves nothing across cells */
        return;
    }
    uint32_t start = 0;
    for (size_t c = 0; c < cell_count && shift > 0; c++) {
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

/* Sort within the keys' own range: what is alike in all of them decides nothing. */
static void sort_narrowed(struct mx_due_item *from, struct mx_due_item *to, size_t count)
{
    uint64_t low = from[0].key;
    uint64_t high = low;
    for (size_t i = 1; i < count; i++) {
        low = from[i].key < low ? from[i].key : low;
        high = from[i].key > high ? from[i].key : high;
    }
    if (low == high) {
        memcpy(to, from, count * sizeof *to);
    } else {
        sort(from, to, count, low, bit_length(high - low));
    }
}

void mx_due_sort(struct mx_due_item *from, struct mx_due_item *to, size_t count, unsigned key_bits)
{
    if (count <= SMALL) {
        memcpy(to, from, count * sizeof *to);
        insertion_sort(to, count);
    } else {
        sort(from, to, count, 0, key_bits);
    }
}
