// SPDX-License-Identifier: GPL-3.0-or-later
/* due_sort.h - private to the calendar: puts a bucket in order. */
#ifndef MX_DUE_SORT_H
#define MX_DUE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct mx_due_item {
    uint64_t key;
    uint32_t place;
};

/* Sort `count` items by key, all below 2^key_bits, into `to`; `from` is used up. Equal keys come
 * out in any order. About linear: items are dealt into cells by their leading bits, again and
 * again where a cell is not small. */
void mx_due_sort(struct mx_due_item *from, struct mx_due_item *to, size_t count, unsigned key_bits);

#endif
