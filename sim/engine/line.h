// SPDX-License-Identifier: GPL-3.0-or-later
/* line.h - first-come-first-served waiting lines of messages held by the sender.
 *
 * For a connection, a rate, a pause (one line a path) or a warm-up allowance. 20 bytes a message,
 * in chunks that all lines of a replication share. Inline: a message that waits passes through
 * here once in and once out, and a call would cost as much as the work. */
#ifndef MX_LINE_H
#define MX_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/scheduler/scheduler.h"

#define MX_LINE_CHUNK 64 /* messages */
#define MX_LINE_RECORD 20

struct mx_line_history {
    int64_t first_deferral_us;
    uint32_t gap_ms;
};

/* A record: due_us since base_us 32 bits; created 45 and note 19; message 40 and attempt count 15.
 * A message due before base_us or 2^32 us after it starts a new chunk. */
struct mx_line_chunk {
    struct mx_line_chunk *next;
    int64_t base_us;
    uint32_t end; /* slots in use, the served ones included */
    uint8_t record[MX_LINE_CHUNK * MX_LINE_RECORD];
    struct mx_line_history history[]; /* as many, only where the pool keeps them */
};

/* Zero it to start. */
struct mx_line {
    struct mx_line_chunk *head, *tail;
    uint64_t count;
    uint32_t head_index; /* first slot of head not served yet */
};

/* Chunks allocated at once. */
struct mx_line_slab;

/* Zero it to start, then set keep_history where mx_retry_needs_history(): 36 bytes a message. */
struct mx_line_pool {
    bool keep_history;
    struct mx_line_slab *slabs;
    uint32_t fresh; /* chunks of the newest slab that were never used */
    struct mx_line_chunk *free;
    size_t chunk_count; /* in use and free */
    uint64_t count;     /* messages in all lines */
};

/* A new chunk at the end, for a message due at due_us; false when out of memory. */
bool mx_line_extend(struct mx_line_pool *pool, struct mx_line *line, int64_t due_us);
/* The head chunk has been served: give it back. */
void mx_line_drop_head(struct mx_line_pool *pool, struct mx_line *line);
/* Frees the chunks of all its lines, which are not to be used any more. */
void mx_line_pool_fini(struct mx_line_pool *pool);
/* Bytes of all chunks that were ever used. */
size_t mx_line_pool_bytes(const struct mx_line_pool *pool);

/* False when out of memory. */
static inline bool mx_line_push(struct mx_line_pool *pool, struct mx_line *line,
                                const struct mx_entry *entry)
{
    struct mx_line_chunk *chunk = line->tail;
    if (!chunk || chunk->end == MX_LINE_CHUNK ||
        (uint64_t)(entry->due_us - chunk->base_us) > UINT32_MAX) {
        if (!mx_line_extend(pool, line, entry->due_us))
            return false;
        chunk = line->tail;
    }
    if (pool->keep_history)
        chunk->history[chunk->end] =
            (struct mx_line_history){entry->first_deferral_us, entry->gap_ms};
    uint8_t *record = &chunk->record[chunk->end++ * MX_LINE_RECORD];
    const uint32_t due = (uint32_t)(entry->due_us - chunk->base_us);
    const uint64_t created_note = (uint64_t)entry->created_us << 19 | entry->note;
    const uint64_t count_message = (uint64_t)entry->attempt_count << 40 | entry->message;
    memcpy(record, &due, sizeof due);
    memcpy(record + 4, &created_note, sizeof created_note);
    memcpy(record + 12, &count_message, sizeof count_message);
    line->count++;
    pool->count++;
    return true;
}

/* The first message of a line that is not empty; destination is left 0. */
static inline void mx_line_peek(const struct mx_line_pool *pool, const struct mx_line *line,
                                struct mx_entry *entry)
{
    const struct mx_line_chunk *chunk = line->head;
    const uint8_t *record = &chunk->record[line->head_index * MX_LINE_RECORD];
    uint32_t due;
    uint64_t created_note, count_message;
    memcpy(&due, record, sizeof due);
    memcpy(&created_note, record + 4, sizeof created_note);
    memcpy(&count_message, record + 12, sizeof count_message);
    entry->due_us = chunk->base_us + due;
    entry->created_us = (int64_t)(created_note >> 19);
    entry->first_deferral_us = 0;
    entry->message = count_message & MX_MESSAGE_MAX;
    entry->note = (uint32_t)created_note & MX_NOTE_MAX;
    entry->gap_ms = 0;
    entry->destination = 0;
    entry->attempt_count = (uint16_t)(count_message >> 40);
    entry->kind = MX_DUE_ATTEMPT;
    if (pool->keep_history) {
        entry->first_deferral_us = chunk->history[line->head_index].first_deferral_us;
        entry->gap_ms = chunk->history[line->head_index].gap_ms;
    }
}

/* How many messages from the first one on lie in its chunk. */
static inline uint32_t mx_line_run(const struct mx_line *line)
{
    return line->head->end - line->head_index;
}

#define MX_CACHE_LINE 64U

/* The messages i to i + count - 1 after the first will be looked at soon, within its chunk. */
static inline void mx_line_prefetch(const struct mx_line *line, uint32_t i, uint32_t count)
{
    const uint32_t first = line->head_index + i;
    if (first + count > MX_LINE_CHUNK)
        return;
    const uint8_t *record = &line->head->record[(size_t)first * MX_LINE_RECORD];
    for (uint32_t at = 0; at < count * MX_LINE_RECORD; at += MX_CACHE_LINE)
        __builtin_prefetch(record + at);
}

/* Message and attempt count of the i-th message after the first, i < mx_line_run(). */
static inline uint64_t mx_line_look(const struct mx_line *line, uint32_t i, uint64_t *attempt_count)
{
    uint64_t count_message;
    memcpy(&count_message, &line->head->record[(line->head_index + i) * MX_LINE_RECORD + 12],
           sizeof count_message);
    *attempt_count = count_message >> 40;
    return count_message & MX_MESSAGE_MAX;
}

static inline void mx_line_pop(struct mx_line_pool *pool, struct mx_line *line)
{
    line->count--;
    pool->count--;
    if (++line->head_index == line->head->end)
        mx_line_drop_head(pool, line);
}

#endif
