// SPDX-License-Identifier: GPL-3.0-or-later
/* binary_heap.h - a plain binary heap of entries in the order (due_us, kind, message).
 *
 * The reference that the calendar is tested against, and the calendar's own side entrance. */
#ifndef MX_BINARY_HEAP_H
#define MX_BINARY_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/scheduler/scheduler.h"

/* Zero it to start. */
struct mx_binary_heap {
    struct mx_entry *entries;
    size_t count, capacity;
};

void mx_binary_heap_fini(struct mx_binary_heap *heap);

/* False when out of memory; the heap is then as it was. */
bool mx_binary_heap_push(struct mx_binary_heap *heap, const struct mx_entry *entry);

/* The earliest entry; count > 0. */
static inline const struct mx_entry *mx_binary_heap_top(const struct mx_binary_heap *heap)
{
    return &heap->entries[0];
}

/* Remove the earliest entry into *out; count > 0. */
void mx_binary_heap_pop(struct mx_binary_heap *heap, struct mx_entry *out);

/* True when a comes out before b. */
static inline bool mx_entry_before(const struct mx_entry *a, const struct mx_entry *b)
{
    if (a->due_us != b->due_us) {
        return a->due_us < b->due_us;
    }
    return a->kind != b->kind ? a->kind < b->kind : a->message < b->message;
}

#endif
