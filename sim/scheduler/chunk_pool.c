// SPDX-License-Identifier: GPL-3.0-or-later
/* chunk_pool.c - slabs of chunks and their free list. */
#include "sim/scheduler/chunk_pool.h"

#include <assert.h>
#include <stdlib.h>

#define CHUNKS_MAX (UINT32_MAX / MX_CHUNK_RECORDS) /* a place must fit 32 bits */

void mx_chunk_pool_init(struct mx_chunk_pool *pool, uint32_t record_bytes)
{
    assert(record_bytes % 4 == 0 && record_bytes <= MX_RECORD_BYTES_MAX);
    *pool = (struct mx_chunk_pool){
        .record_bytes = record_bytes,
        .chunk_bytes = (uint32_t)sizeof(uint32_t) + MX_CHUNK_RECORDS * record_bytes,
        .fresh = 1,
    };
}

void mx_chunk_pool_fini(struct mx_chunk_pool *pool)
{
    for (uint32_t i = 0; i < pool->slab_count; i++) {
        free(pool->slabs[i]);
    }
    free(pool->slabs);
    pool->slabs = NULL;
    pool->slab_count = pool->slab_capacity = 0;
}

size_t mx_chunk_pool_bytes(const struct mx_chunk_pool *pool)
{
    return (size_t)pool->slab_count * MX_CHUNK_SLAB * pool->chunk_bytes +
           pool->slab_capacity * sizeof *pool->slabs;
}

static bool add_slab(struct mx_chunk_pool *pool)
{
    if ((pool->slab_count + 1) * MX_CHUNK_SLAB > CHUNKS_MAX) {
        return false;
    }
    if (pool->slab_count == pool->slab_capacity) {
        const uint32_t capacity = pool->slab_capacity > 0 ? 2 * pool->slab_capacity : 16;
        uint8_t **slabs = realloc(pool->slabs, capacity * sizeof *slabs);
        if (slabs == NULL) {
            return false;
        }
        pool->slabs = slabs;
        pool->slab_capacity = capacity;
    }
    uint8_t *slab = malloc((size_t)MX_CHUNK_SLAB * pool->chunk_bytes);
    if (slab == NULL) {
        return false;
    }
    pool->slabs[pool->slab_count++] = slab;
    return true;
}

bool mx_chunk_pool_grow(struct mx_chunk_pool *pool, uint32_t count)
{
    while (pool->slab_count * MX_CHUNK_SLAB <= pool->used + count) {
        if (!add_slab(pool)) {
            return false;
        }
    }
    return true;
}

uint32_t mx_chunk_pool_take(struct mx_chunk_pool *pool)
{
    uint32_t chunk = pool->free_head;
    if (chunk != 0) {
        pool->free_head = *mx_chunk_next(pool, chunk);
    } else {
        chunk = pool->fresh++;
        assert(chunk < pool->slab_count * MX_CHUNK_SLAB);
    }
    pool->used++;
    return chunk;
}

void mx_chunk_pool_give(struct mx_chunk_pool *pool, uint32_t chunk)
{
    assert(chunk != 0 && pool->used > 0);
    *mx_chunk_next(pool, chunk) = pool->free_head;
    pool->free_head = chunk;
    pool->used--;
}

void mx_chunk_pool_give_list(struct mx_chunk_pool *pool, uint32_t list)
{
    for (uint32_t chunk = list / MX_CHUNK_RECORDS; chunk != 0;) {
        const uint32_t next = *mx_chunk_next(pool, chunk);
        mx_chunk_pool_give(pool, chunk);
        chunk = next;
    }
}
