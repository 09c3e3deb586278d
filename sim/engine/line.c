// SPDX-License-Identifier: GPL-3.0-or-later
/* line.c - the chunks of waiting lines. See line.h. */
#include "sim/engine/line.h"

#include <stdlib.h>

/* Together larger than what the allocator serves out of heaps, which it lets grow a page at a time. */
#define SLAB_CHUNKS 256U

struct mx_line_slab {
    struct mx_line_slab *next;
    uint64_t memory[]; /* SLAB_CHUNKS of chunk_size() bytes */
};

static size_t chunk_size(const struct mx_line_pool *pool)
{
    size_t histories = pool->keep_history ? MX_LINE_CHUNK : 0;
    return sizeof(struct mx_line_chunk) + histories * sizeof(struct mx_line_history);
}

size_t mx_line_pool_bytes(const struct mx_line_pool *pool)
{
    return pool->chunk_count * chunk_size(pool);
}

static struct mx_line_chunk *take_chunk(struct mx_line_pool *pool)
{
    struct mx_line_chunk *chunk = pool->free;
    if (chunk) {
        pool->free = chunk->next;
        return chunk;
    }
    if (pool->fresh == 0) {
        struct mx_line_slab *slab = malloc(sizeof *slab + SLAB_CHUNKS * chunk_size(pool));
        if (!slab)
            return NULL;
        slab->next = pool->slabs;
        pool->slabs = slab;
        pool->fresh = SLAB_CHUNKS;
    }
    pool->chunk_count++;
    char *memory = (char *)pool->slabs->memory;
    return (struct mx_line_chunk *)(void *)(memory + --pool->fresh * chunk_size(pool));
}

bool mx_line_extend(struct mx_line_pool *pool, struct mx_line *line, int64_t due_us)
{
    struct mx_line_chunk *chunk = take_chunk(pool);
    if (!chunk)
        return false;
    chunk->next = NULL;
    chunk->base_us = due_us;
    chunk->end = 0;
    if (line->tail) {
        line->tail->next = chunk;
    } else {
        line->head = chunk;
        line->head_index = 0;
    }
    line->tail = chunk;
    return true;
}

/* A long line's chunks have left the caches since they were filled: fetch the one after the head
 * while the head is being served. */
static void prefetch_next(const struct mx_line *line)
{
    if (!line->head || !line->head->next)
        return;
    const char *next = (const char *)line->head->next;
    for (size_t at = 0; at < sizeof(struct mx_line_chunk); at += MX_CACHE_LINE)
        __builtin_prefetch(next + at);
}

void mx_line_drop_head(struct mx_line_pool *pool, struct mx_line *line)
{
    struct mx_line_chunk *chunk = line->head;
    line->head = chunk->next;
    line->head_index = 0;
    if (!line->head)
        line->tail = NULL;
    chunk->next = pool->free;
    pool->free = chunk;
    prefetch_next(line);
}

void mx_line_pool_fini(struct mx_line_pool *pool)
{
    while (pool->slabs) {
        struct mx_line_slab *next = pool->slabs->next;
        free(pool->slabs);
        pool->slabs = next;
    }
    pool->free = NULL;
    pool->fresh = 0;
}
