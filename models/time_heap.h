// SPDX-License-Identifier: GPL-3.0-or-later
/* time_heap.h - a bounded binary min-heap of times: connections in use, servers at work.
 *
 * Cheapest where the earliest time is replaced by a new one. */
#ifndef MX_TIME_HEAP_H
#define MX_TIME_HEAP_H

#include <stdint.h>

/* times_us: storage of `limit` times, borrowed. Start with count 0. */
struct mx_time_heap {
    int64_t *times_us;
    uint32_t count, limit;
};

/* count < limit. */
void mx_time_heap_push(struct mx_time_heap *heap, int64_t time_us);
/* count > 0: drop the earliest, add time_us. */
void mx_time_heap_replace(struct mx_time_heap *heap, int64_t time_us);
/* count > 0: drop the earliest. */
void mx_time_heap_pop(struct mx_time_heap *heap);

/* count > 0. */
static inline int64_t mx_time_heap_earliest_us(const struct mx_time_heap *heap)
{
    return heap->times_us[0];
}

#endif
