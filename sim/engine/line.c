// SPDX-License-Identifier: GPL-3.0-or-later
/* line.c - the chunks of waiting lines. See line.h. */
#include "sim/engine/line.h"

#include <stdlib.h>

#define CACHE_LINE 64

static size_t chunk_size(const struct mx_line_pool *pool)
{
    size_t histories = pool->keep_history ? MX_LINE_CHUNK : 0;
    return sizeof(struct mx_line_chunk) + histories * sizeof(struct mx_line_history);
}

size_t mx_line_pool_bytes(const struct mx_line_pool *pool)
{
    return pool->chunk_count * chunk_size(pool);
}

bool mx_line_extend(struct mx_line_pool *pool, struct mx_line *line, int64_t due_us)
{
    struct mx_line_chunk *chunk = pool->free;
    if (chunk) {
        pool->free = chunk->next;
    } else {
        chunk = malloc(chunk_size(pool));
        if (!chunk)
            return false;
        pool->chunk_count++;
    }
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
    for (size_t at = 0; at < sizeof(struct mx_line_chunk); at += CACHE_LINE)
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

static void free_chunks(struct mx_line_chunk *chunk)
{
    while (chunk) {
        struct mx_line_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void mx_line_fini(struct mx_line *line)
{
    free_chunks(line->head);
    *line = (struct mx_line){0};
}

void mx_line_pool_fini(struct mx_line_pool *pool)
{
    free_chunks(pool->free);
    pool->free = NULL;
}
