// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.h - put the happenings of a window in their total order: (time, message). */
#ifndef MX_EVENT_SORT_H
#define MX_EVENT_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Happenings in an array of records of `stride` bytes: where in the first of them its time and its
 * message stand. Times lie in [from_us, until_us); pairs (time, message) are unique. */
struct mx_events {
    const int64_t *time_us;
    const uint64_t *message;
    size_t stride, count; /* count < 2^32 */
    int64_t from_us, until_us;
};

/* The number of a sorted happening in its array. */
static inline uint32_t mx_event_place(uint64_t sorted)
{
    return (uint32_t)sorted;
}

/* sorted, spare: count of each; mx_event_place() of `sorted` goes through the happenings in order.
 * Ties are looked up in the records, all else is decided by 8 bytes a happening. */
void mx_event_sort(const struct mx_events *events, uint64_t *sorted, uint64_t *spare);

#endif
