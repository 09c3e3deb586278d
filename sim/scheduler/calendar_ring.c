// SPDX-License-Identifier: GPL-3.0-or-later
/* calendar_ring.c - growing the ring and finding the next occupied bucket. */
#include "sim/scheduler/calendar_ring.h"

#include <assert.h>
#include <stdlib.h>

#define SIZE_MIN 1024

static bool allocate(struct mx_calendar_ring *ring, int64_t size)
{
    ring->lists = calloc((size_t)size, sizeof *ring->lists);
    ring->occupied = calloc((size_t)size / 64, sizeof *ring->occupied);
    ring->size = size;
    if (ring->lists == NULL || ring->occupied == NULL) {
        mx_calendar_ring_fini(ring);
        return false;
    }
    return true;
}

bool mx_calendar_ring_init(struct mx_calendar_ring *ring)
{
    ring->open = -1;
    ring->next = MX_RING_NONE;
    return allocate(ring, SIZE_MIN);
}

void mx_calendar_ring_fini(struct mx_calendar_ring *ring)
{
    free(ring->lists);
    free(ring->occupied);
    ring->lists = NULL;
    ring->occupied = NULL;
}

size_t mx_calendar_ring_bytes(const struct mx_calendar_ring *ring)
{
    return (size_t)ring->size * sizeof *ring->lists +
           (size_t)ring->size / 64 * sizeof *ring->occupied;
}

/* First occupied bucket from `bucket` on. */
static int64_t find(const struct mx_calendar_ring *ring, int64_t bucket)
{
    const int64_t end = ring->open + ring->size + 1;
    while (bucket < end) {
        const int64_t slot = bucket & (ring->size - 1);
        const uint64_t bits = ring->occupied[slot / 64] >> (slot % 64);
        if (bits != 0) {
            bucket += __builtin_ctzll(bits);
            break;
        }
        bucket += 64 - slot % 64;
    }
    return bucket < end ? bucket : MX_RING_NONE; /* past the end lie the first ones again */
}

bool mx_calendar_ring_grow(struct mx_calendar_ring *ring, int64_t bucket)
{
    int64_t size = ring->size;
    while (bucket - ring->open > size) {
        size *= 2;
    }
    struct mx_calendar_ring wider = {NULL, NULL, 0, ring->open, MX_RING_NONE};
    if (!allocate(&wider, size)) {
        return false;
    }
    for (int64_t b = ring->next; b != MX_RING_NONE; b = find(ring, b + 1)) {
        *mx_calendar_ring_list(&wider, b) = *mx_calendar_ring_list(ring, b);
        mx_calendar_ring_occupy(&wider, b);
    }
    mx_calendar_ring_fini(ring);
    *ring = wider;
    return true;
}

uint32_t mx_calendar_ring_open(struct mx_calendar_ring *ring)
{
    assert(ring->next != MX_RING_NONE && ring->next > ring->open);
    const int64_t slot = ring->next & (ring->size - 1);
    const uint32_t list = ring->lists[slot];
    ring->lists[slot] = 0;
    ring->occupied[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    ring->open = ring->next;
    ring->next = find(ring, ring->open + 1);
    return list;
}
