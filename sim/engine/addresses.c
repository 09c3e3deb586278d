// SPDX-License-Identifier: GPL-3.0-or-later
/* addresses.c - retry data of addresses that were refused: a hash table of those alone. See
 * world.h.
 *
 * Linear probing; whoever leaves is replaced by the next that may stand there, so that no marks are
 * left. */
#include "sim/engine/world.h"

#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/base/random.h"

#define SIZE_MIN 64 /* a power of two */

struct slot {
    uint64_t group, number;
    bool used;
    struct mx_retry_host data;
};

struct mx_addresses {
    struct slot *slots;
    size_t size, count; /* size: a power of two */
};

struct mx_addresses *mx_addresses_create(void)
{
    struct mx_addresses *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->size = SIZE_MIN;
    all->slots = calloc(all->size, sizeof *all->slots);
    if (!all->slots) {
        free(all);
        return NULL;
    }
    return all;
}

void mx_addresses_destroy(struct mx_addresses *all)
{
    if (!all)
        return;
    free(all->slots);
    free(all);
}

static size_t home_of(const struct mx_addresses *all, uint64_t group, uint64_t number)
{
    return (size_t)mx_key_combine(group, number) & (all->size - 1);
}

/* Its slot, or the free one where it would stand. */
static struct slot *place_of(const struct mx_addresses *all, uint64_t group, uint64_t number)
{
    size_t i = home_of(all, group, number);
    while (all->slots[i].used && (all->slots[i].group != group || all->slots[i].number != number))
        i = (i + 1) & (all->size - 1);
    return &all->slots[i];
}

const struct mx_retry_host *mx_addresses_find(const struct mx_addresses *all, uint64_t group,
                                              uint64_t number)
{
    const struct slot *slot = place_of(all, group, number);
    return slot->used ? &slot->data : NULL;
}

static bool grow(struct mx_addresses *all)
{
    struct mx_addresses larger = {.size = 2 * all->size, .count = all->count};
    larger.slots = calloc(larger.size, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < all->size; i++) {
        if (all->slots[i].used)
            *place_of(&larger, all->slots[i].group, all->slots[i].number) = all->slots[i];
    }
    free(all->slots);
    *all = larger;
    return true;
}

struct mx_retry_host *mx_addresses_get(struct mx_addresses *all, uint64_t group, uint64_t number)
{
    if (2 * (all->count + 1) > all->size && !grow(all))
        return NULL;
    struct slot *slot = place_of(all, group, number);
    if (!slot->used) {
        *slot = (struct slot){.group = group, .number = number, .used = true};
        all->count++;
    }
    return &slot->data;
}

void mx_addresses_remove(struct mx_addresses *all, uint64_t group, uint64_t number)
{
    struct slot *gap = place_of(all, group, number);
    if (!gap->used)
        return;
    const size_t mask = all->size - 1;
    size_t hole = (size_t)(gap - all->slots);
    for (size_t i = (hole + 1) & mask; all->slots[i].used; i = (i + 1) & mask) {
        const size_t home = home_of(all, all->slots[i].group, all->slots[i].number);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue; /* it would stand before its home */
        all->slots[hole] = all->slots[i];
        hole = i;
    }
    all->slots[hole].used = false;
    all->count--;
    MX_CHECK(all->count < all->size);
}
