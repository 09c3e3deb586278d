// SPDX-License-Identifier: GPL-3.0-or-later
/* time_heap.c - sift up, sift down. */
#include "models/time_heap.h"

#include <assert.h>
#include <stddef.h>

void mx_time_heap_push(struct mx_time_heap *heap, int64_t time_us)
{
    int64_t *times = heap->times_us;
    size_t i = heap->count++;

    assert(heap->count <= heap->limit);
    while (i > 0 && times[(i - 1) / 2] > time_us) {
        times[i] = times[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    times[i] = time_us;
}

void mx_time_heap_replace(struct mx_time_heap *heap, int64_t time_us)
{
    int64_t *times = heap->times_us;
    size_t count = heap->count;
    size_t i = 0, child = 1;

    assert(count > 0);
    while (child + 1 < count) {
        child += times[child + 1] < times[child];
        if (times[child] >= time_us)
            break;
        times[i] = times[child];
        i = child;
        child = 2 * i + 1;
    }
    if (child + 1 == count && times[child] < time_us) {
        times[i] = times[child];
        i = child;
    }
    times[i] = time_us;
}

void mx_time_heap_pop(struct mx_time_heap *heap)
{
    assert(heap->count > 0);
    heap->count--;
    if (heap->count > 0)
        mx_time_heap_replace(heap, heap->times_us[heap->count]);
}
