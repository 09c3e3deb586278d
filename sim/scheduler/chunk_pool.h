// SPDX-License-Identifier: GPL-3.0-or-later
/* chunk_pool.h - private to the calendar: chunks of MX_CHUNK_RECORDS records, from one pool.
 *
 * A list is one number: 0 when empty, else its newest chunk x MX_CHUNK_RECORDS + the place of its
 * newest record. All chunks of a list but the newest are full. The same number names a record. */
#ifndef MX_CHUNK_POOL_H
#define MX_CHUNK_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_CHUNK_RECORDS 32U
#define MX_CHUNK_SLAB 256U /* chunks allocated at once */
#define MX_RECORD_BYTES_MAX 32U

struct mx_chunk_pool {
    uint8_t **slabs;
    uint32_t slab_count, slab_capacity;
    uint32_t record_bytes, chunk_bytes;
    uint32_t fresh;     /* next chunk never used; chunk 0 stands for "none" */
    uint32_t free_head; /* chunks given back, linked; 0 = none */
    uint32_t used;
};

/* record_bytes: a multiple of 4, at most MX_RECORD_BYTES_MAX. Allocates nothing. */
void mx_chunk_pool_init(struct mx_chunk_pool *pool, uint32_t record_bytes);
void mx_chunk_pool_fini(struct mx_chunk_pool *pool);
size_t mx_chunk_pool_bytes(const struct mx_chunk_pool *pool);

bool mx_chunk_pool_grow(struct mx_chunk_pool *pool, uint32_t count);

/* Make sure that `count` chunks can be had; false when out of memory. */
static inline bool mx_chunk_pool_reserve(struct mx_chunk_pool *pool, uint32_t count)
{
    /* chunk 0 is never given out */
    return pool->slab_count * MX_CHUNK_SLAB > pool->used + count || mx_chunk_pool_grow(pool, count);
}

/* A chunk that mx_chunk_pool_reserve has made sure of. */
uint32_t mx_chunk_pool_take(struct mx_chunk_pool *pool);
void mx_chunk_pool_give(struct mx_chunk_pool *pool, uint32_t chunk);

/* Give back all chunks of a list. */
void mx_chunk_pool_give_list(struct mx_chunk_pool *pool, uint32_t list);

static inline uint8_t *mx_chunk_at(const struct mx_chunk_pool *pool, uint32_t chunk)
{
    return pool->slabs[chunk / MX_CHUNK_SLAB] + (chunk % MX_CHUNK_SLAB) * pool->chunk_bytes;
}

/* The chunk that was the newest before this one, 0 = none. */
static inline uint32_t *mx_chunk_next(const struct mx_chunk_pool *pool, uint32_t chunk)
{
    return (uint32_t *)(void *)mx_chunk_at(pool, chunk);
}

static inline uint8_t *mx_chunk_record(const struct mx_chunk_pool *pool, uint32_t place)
{
    return mx_chunk_at(pool, place / MX_CHUNK_RECORDS) + sizeof(uint32_t) +
           (place % MX_CHUNK_RECORDS) * pool->record_bytes;
}

/* Whether the next append to the list takes a new chunk: it is empty, or its newest is full. No
 * list is 1 to MX_CHUNK_RECORDS - 1, because there is no chunk 0. */
static inline bool mx_chunk_list_is_full(uint32_t list)
{
    return list == 0 || (list + 1) % MX_CHUNK_RECORDS == 0;
}

/* Room for one more record at the end of the list. */
static inline uint8_t *mx_chunk_append(struct mx_chunk_pool *pool, uint32_t *list)
{
    if (mx_chunk_list_is_full(*list)) {
        const uint32_t chunk = mx_chunk_pool_take(pool);
        *mx_chunk_next(pool, chunk) = *list / MX_CHUNK_RECORDS;
        *list = chunk * MX_CHUNK_RECORDS;
    } else {
        ++*list;
    }
    return mx_chunk_record(pool, *list);
}

#endif
