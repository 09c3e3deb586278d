// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.h - put the happenings of a window, or some of them, in their order (time, message). */
#ifndef MX_EVENT_SORT_H
#define MX_EVENT_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Happenings in an array of records of `stride` bytes: where in the first of them its time and its
 * message stand. Times lie in [from_us, until_us); pairs (time, message) are unique. place: numbers
 * in the array of those that are to be sorted, count of them; NULL: the first `count`. */
struct mx_events {
    const int64_t *time_us;
    const uint64_t *message;
    size_t stride, count; /* count < 2^32 */
    const uint32_t *place;
    int64_t from_us, until_us;
};

/* sorted: numbers of the happenings in their array, in order of (time, message); not events->place.
 * keys, spare: count of each. Ties are looked up in the records, all else is decided by 8 bytes a
 * happening. */
void mx_event_sort(const struct mx_events *events, uint32_t *sorted, uint64_t *keys,
                   uint64_t *spare);

#endif
