// SPDX-License-Identifier: GPL-3.0-or-later
/* line.c - chunked waiting lines. See line.h. */
#include "sim/engine/line.h"

#include <stdlib.h>

#define NOTE_BITS 19
#define MESSAGE_BITS 40
#define CACHE_LINE 64

struct record {
    int64_t due_us;
    uint64_t created_note;  /* created 45 bits, note 19 */
    uint64_t message_count; /* message 40 bits, attempt count 16 */
};

struct history {
    int64_t first_deferral_us;
    uint32_t gap_ms;
};

/* The records, then, where the pool keeps them, as many histories. */
struct mx_line_chunk {
    struct mx_line_chunk *next;
    struct record record[MX_LINE_CHUNK];
    struct history history[];
};

static size_t chunk_size(const struct mx_line_pool *pool)
{
    size_t histories = pool->keep_history ? MX_LINE_CHUNK : 0;
    return sizeof(struct mx_line_chunk) + histories * sizeof(struct history);
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
    } else {
        chunk = malloc(chunk_size(pool));
        if (!chunk)
            return NULL;
        pool->chunk_count++;
    }
    chunk->next = NULL;
    return chunk;
}

bool mx_line_push(struct mx_line_pool *pool, struct mx_line *line, const struct mx_entry *entry)
{
    if (!line->tail || line->tail_index == MX_LINE_CHUNK) {
        struct mx_line_chunk *chunk = take_chunk(pool);
        if (!chunk)
            return false;
        if (line->tail) {
            line->tail->next = chunk;
        } else {
            line->head = chunk;
            line->head_index = 0;
        }
        line->tail = chunk;
        line->tail_index = 0;
    }
    if (pool->keep_history)
        line->tail->history[line->tail_index] =
            (struct history){entry->first_deferral_us, entry->gap_ms};
    line->tail->record[line->tail_index++] = (struct record){
        .due_us = entry->due_us,
        .created_note = (uint64_t)entry->created_us << NOTE_BITS | entry->note,
        .message_count = (uint64_t)entry->attempt_count << MESSAGE_BITS | entry->message,
    };
    line->count++;
    pool->count++;
    return true;
}

void mx_line_peek(const struct mx_line_pool *pool, const struct mx_line *line,
                  struct mx_entry *entry)
{
    const struct record *record = &line->head->record[line->head_index];
    *entry = (struct mx_entry){
        .due_us = record->due_us,
        .created_us = (int64_t)(record->created_note >> NOTE_BITS),
        .note = (uint32_t)(record->created_note & MX_NOTE_MAX),
        .message = record->message_count & MX_MESSAGE_MAX,
        .attempt_count = (uint16_t)(record->message_count >> MESSAGE_BITS),
        .kind = MX_DUE_ATTEMPT,
    };
    if (!pool->keep_history)
        return;
    entry->first_deferral_us = line->head->history[line->head_index].first_deferral_us;
    entry->gap_ms = line->head->history[line->head_index].gap_ms;
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

void mx_line_pop(struct mx_line_pool *pool, struct mx_line *line)
{
    line->count--;
    pool->count--;
    line->head_index++;
    bool spent = line->head_index == MX_LINE_CHUNK ||
                 (line->head == line->tail && line->head_index == line->tail_index);
    if (!spent)
        return;
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
