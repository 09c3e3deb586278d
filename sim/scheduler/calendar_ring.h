// SPDX-License-Identifier: GPL-3.0-or-later
/* calendar_ring.h - private to the calendar: the coarse buckets, each a list of a chunk pool.
 *
 * Holds the buckets after `open`, the one in use: at most `size` of them, numbered from time 0. */
#ifndef MX_CALENDAR_RING_H
#define MX_CALENDAR_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_RING_NONE INT64_MAX

struct mx_calendar_ring {
    uint32_t *lists;    /* of bucket b at b % size */
    uint64_t *occupied; /* a bit for each */
    int64_t size;       /* a power of two */
    int64_t open;       /* -1 before the first */
    int64_t next;       /* first occupied bucket, or MX_RING_NONE */
};

bool mx_calendar_ring_init(struct mx_calendar_ring *ring);
void mx_calendar_ring_fini(struct mx_calendar_ring *ring);
size_t mx_calendar_ring_bytes(const struct mx_calendar_ring *ring);

/* Make room up to this bucket, which is more than `size` after `open`; false when out of memory. */
bool mx_calendar_ring_grow(struct mx_calendar_ring *ring, int64_t bucket);

/* The list of a bucket within reach, open < bucket. */
static inline uint32_t *mx_calendar_ring_list(struct mx_calendar_ring *ring, int64_t bucket)
{
    return &ring->lists[bucket & (ring->size - 1)];
}

/* To be called when the list of a bucket stops being empty. */
static inline void mx_calendar_ring_occupy(struct mx_calendar_ring *ring, int64_t bucket)
{
    const int64_t slot = bucket & (ring->size - 1);
    ring->occupied[slot / 64] |= UINT64_C(1) << (slot % 64);
    ring->next = bucket < ring->next ? bucket : ring->next;
}

/* Open the first occupied bucket (there is one) and return its list, which leaves the ring. */
uint32_t mx_calendar_ring_open(struct mx_calendar_ring *ring);

#endif
