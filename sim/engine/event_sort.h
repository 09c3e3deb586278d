// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.h - put the happenings of a window in their total order: (time, message). */
#ifndef MX_EVENT_SORT_H
#define MX_EVENT_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* index: of the record that the item stands for. */
struct mx_sort_item {
    uint64_t time;
    uint64_t message;
    uint32_t index;
};

/* Sorts items by (time, message); pairs are unique. spare: room for count items. Radix by time,
 * so that it is linear where times differ. */
void mx_event_sort(struct mx_sort_item *items, struct mx_sort_item *spare, size_t count);

#endif
