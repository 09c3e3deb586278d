// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.h - put the happenings of a window in their total order: (time, message). */
#ifndef MX_EVENT_SORT_H
#define MX_EVENT_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "sim/scheduler/due_sort.h"

/* from: key = time since some moment, place = number of the happening; used up. messages: of each
 * place; pairs (key, message) are unique. to: the same items, sorted by (key, message). */
void mx_event_sort(struct mx_due_item *from, struct mx_due_item *to, size_t count,
                   const uint64_t *messages);

#endif
