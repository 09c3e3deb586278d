// SPDX-License-Identifier: GPL-3.0-or-later
/* binary_heap.c - push and pop of the textbook. */
#include "sim/scheduler/binary_heap.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define CAPACITY_MIN 64

void mx_binary_heap_fini(struct mx_binary_heap *heap)
{
    free(heap->entries);
    *heap = (struct mx_binary_heap){NULL, 0, 0};
}

static bool grow(struct mx_binary_heap *heap)
{
    const size_t capacity = heap->capacity > 0 ? 2 * heap->capacity : CAPACITY_MIN;
    if (capacity > SIZE_MAX / sizeof *heap->entries) {
        return false;
    }
    struct mx_entry *entries = realloc(heap->entries, capacity * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    heap->entries = entries;
    heap->capacity = capacity;
    return true;
}

bool mx_binary_heap_push(struct mx_binary_heap *heap, const struct mx_entry *entry)
{
    if (heap->count == heap->capacity && !grow(heap)) {
        return false;
    }
    size_t hole = heap->count++;
    while (hole > 0) {
        const size_t parent = (hole - 1) / 2;
        if (!mx_entry_before(entry, &heap->entries[parent])) {
            break;
        }
        heap->entries[hole] = heap->entries[parent];
        hole = parent;
    }
    heap->entries[hole] = *entry;
    return true;
}

void mx_binary_heap_pop(struct mx_binary_heap *heap, struct mx_entry *out)
{
    assert(heap->count > 0);
    *out = heap->entries[0];
    heap->count--;
    const struct mx_entry *last = &heap->entries[heap->count];
    size_t hole = 0;
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count &&
            mx_entry_before(&heap->entries[child + 1], &heap->entries[child])) {
            child++;
        }
        if (!mx_entry_before(&heap->entries[child], last)) {
            break;
        }
        heap->entries[hole] = heap->entries[child];
        hole = child;
    }
    heap->entries[hole] = *last;
}
