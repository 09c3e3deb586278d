// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.h - put the happenings of a window in their total order, (time, message), or in
 * that of each group. */
#ifndef MX_EVENT_SORT_H
#define MX_EVENT_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Happenings in an array of records of `stride` bytes: where in the first of them its time, its
 * message and its destination stand. Times lie in [from_us, until_us); pairs (time, message) are
 * unique. Where it matters only what comes first within a group, group[destination] is its number,
 * below group_count, and groups are put one behind the other; group NULL: there is one. */
struct mx_events {
    const int64_t *time_us;
    const uint64_t *message;
    const uint16_t *destination;
    size_t stride, count; /* count < 2^32 */
    int64_t from_us, until_us;
    const uint16_t *group;
    uint32_t group_count;
};

/* sorted: numbers of the happenings in their array, in order of (group, time, message). keys,
 * spare: count of each. Ties are looked up in the records, all else is decided by 8 bytes a
 * happening. */
void mx_event_sort(const struct mx_events *events, uint32_t *sorted, uint64_t *keys,
                   uint64_t *spare);

#endif
