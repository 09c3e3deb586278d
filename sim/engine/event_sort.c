// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.c - see event_sort.h. */
#include "sim/engine/event_sort.h"

#include <stdlib.h>
#include <string.h>

#define SMALL 48
#define DIGIT_BITS 11
#define DIGITS (1U << DIGIT_BITS)

static bool before(const struct mx_sort_item *a, const struct mx_sort_item *b)
{
    return a->time < b->time || (a->time == b->time && a->message < b->message);
}

static int compare(const void *a, const void *b)
{
    if (before(a, b))
        return -1;
    return before(b, a);
}

static void insertion_sort(struct mx_sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct mx_sort_item item = items[i];
        size_t j = i;
        while (j > 0 && before(&item, &items[j - 1])) {
            items[j] = items[j - 1];
            j--;
        }
        items[j] = item;
    }
}

static void radix_pass(const struct mx_sort_item *from, struct mx_sort_item *to, size_t count,
                       uint64_t least, unsigned shift)
{
    uint32_t start[DIGITS];
    memset(start, 0, sizeof start);
    for (size_t i = 0; i < count; i++)
        start[(from[i].time - least) >> shift & (DIGITS - 1)]++;
    uint32_t sum = 0;
    for (size_t d = 0; d < DIGITS; d++) {
        uint32_t here = start[d];
        start[d] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[start[(from[i].time - least) >> shift & (DIGITS - 1)]++] = from[i];
}

/* Runs of one time are put in the order of their messages. */
static void sort_ties(struct mx_sort_item *items, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && items[end].time == items[i].time)
            end++;
        if (end - i > SMALL)
            qsort(&items[i], end - i, sizeof *items, compare);
        else if (end - i > 1)
            insertion_sort(&items[i], end - i);
        i = end;
    }
}

static bool in_order(const struct mx_sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (before(&items[i], &items[i - 1]))
            return false;
    }
    return true;
}

void mx_event_sort(struct mx_sort_item *items, struct mx_sort_item *spare, size_t count)
{
    if (in_order(items, count))
        return;
    if (count < SMALL) {
        insertion_sort(items, count);
        return;
    }
    uint64_t least = items[0].time, most = items[0].time;
    for (size_t i = 1; i < count; i++) {
        least = items[i].time < least ? items[i].time : least;
        most = items[i].time > most ? items[i].time : most;
    }
    struct mx_sort_item *from = items, *to = spare;
    for (unsigned shift = 0; (most - least) >> shift != 0; shift += DIGIT_BITS) {
        radix_pass(from, to, count, least, shift);
        struct mx_sort_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
    sort_ties(items, count);
}
