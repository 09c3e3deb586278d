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

static void least_and_span(const struct mx_due_item *items, size_t count, uint64_t *least,
                           uint64_t *span)
{
    uint64_t low = items[0].key;
    uint64_t high = low;
    for (size_t i = 1; i < count; i++) {
        low = items[i].key < low ? items[i].key : low;
        high = items[i].key > high ? items[i].key : high;
    }
    *least = low;
    *span = high - low;
}

/* Deal the items into cells of equal width; ends[c] becomes the end of cell c in `to`. */
static void deal(const struct mx_due_item *from, struct mx_due_item *to, size_t count,
                 uint64_t least, unsigned shift, uint32_t *ends, size_t cell_count)
{
    memset(ends, 0, cell_count * sizeof *ends);
    for (size_t i = 0; i < count; i++) {
        ends[(from[i].key - least) >> shift]++;
    }
    uint32_t start = 0;
    for (size_t c = 0; c < cell_count; c++) {
        const uint32_t size = ends[c];
        ends[c] = start;
        start += size;
    }
    for (size_t i = 0; i < count; i++) {
        to[ends[(from[i].key - least) >> shift]++] = from[i];
    }
}

void mx_due_sort(struct mx_due_item *from, struct mx_due_item *to, size_t count)
{
    if (count <= SMALL) {
        memcpy(to, from, count * sizeof *to);
        insertion_sort(to, count);
        return;
    }
    uint64_t least, span;
    least_and_span(from, count, &least, &span);
    if (span == 0) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    unsigned cell_bits = bit_length(count - 1);
    cell_bits = cell_bits > CELL_BITS_MAX ? CELL_BITS_MAX : cell_bits;
    const unsigned span_bits = bit_length(span);
    const unsigned shift = span_bits > cell_bits ? span_bits - cell_bits : 0;
    const size_t cell_count = (size_t)(span >> shift) + 1;
    uint32_t ends[(size_t)1 << CELL_BITS_MAX];
    deal(from, to, count, least, shift, ends, cell_count);

    uint32_t start = 0;
    for (size_t c = 0; c < cell_count; c++) {
        const uint32_t size = ends[c] - start;
        if (size > SMALL && shift > 0) {
            memcpy(from + start, to + start, size * sizeof *from);
            mx_due_sort(from + start, to + start, size);
        } else if (size > 1 && shift > 0) {
            insertion_sort(to + start, size);
        }
        start = ends[c];
    }
}
