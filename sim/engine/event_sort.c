// SPDX-License-Identifier: GPL-3.0-or-later
/* event_sort.c - by time with the scheduler's sort, then runs of one time by message. */
#include "sim/engine/event_sort.h"

#include <stdbool.h>
#include <string.h>

#define SMALL 32

static bool in_order(const struct mx_due_item *items, size_t count, const uint64_t *messages,
                     uint64_t *most)
{
    bool sorted = true;
    *most = items[0].key;
    for (size_t i = 1; i < count; i++) {
        const struct mx_due_item *a = &items[i - 1], *b = &items[i];
        *most = b->key > *most ? b->key : *most;
        sorted = sorted &&
                 (a->key < b->key || (a->key == b->key && messages[a->place] < messages[b->place]));
    }
    return sorted;
}

static unsigned bits_of(uint64_t x)
{
    return x == 0 ? 1 : 64U - (unsigned)__builtin_clzll(x);
}

static void sort_small(struct mx_due_item *items, size_t count, const uint64_t *messages)
{
    for (size_t i = 1; i < count; i++) {
        struct mx_due_item item = items[i];
        size_t j = i;
        for (; j > 0 && messages[items[j - 1].place] > messages[item.place]; j--)
            items[j] = items[j - 1];
        items[j] = item;
    }
}

/* A run of one time, by message. */
static void sort_run(struct mx_due_item *spare, struct mx_due_item *run, size_t count,
                     const uint64_t *messages)
{
    if (count <= SMALL) {
        sort_small(run, count, messages);
        return;
    }
    uint64_t key = run[0].key, most = 0;
    for (size_t i = 0; i < count; i++) {
        spare[i] = (struct mx_due_item){messages[run[i].place], run[i].place};
        most = spare[i].key > most ? spare[i].key : most;
    }
    mx_due_sort(spare, run, count, bits_of(most));
    for (size_t i = 0; i < count; i++)
        run[i].key = key;
}

void mx_event_sort(struct mx_due_item *from, struct mx_due_item *to, size_t count,
                   const uint64_t *messages)
{
    uint64_t most;
    if (count == 0)
        return; /* the arrays may not be there yet */
    if (in_order(from, count, messages, &most)) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    mx_due_sort(from, to, count, bits_of(most));
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && to[end].key == to[i].key)
            end++;
        if (end - i > 1)
            sort_run(from, &to[i], end - i, messages);
        i = end;
    }
}
