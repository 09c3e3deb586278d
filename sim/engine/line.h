// SPDX-License-Identifier: GPL-3.0-or-later
/* line.h - first-come-first-served waiting lines of messages held by the sender.
 *
 * For a connection, a rate, a pause (one line a path) or a warm-up allowance. 24 bytes a message,
 * in chunks that all lines of a replication share. */
#ifndef MX_LINE_H
#define MX_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scheduler/scheduler.h"

#define MX_LINE_CHUNK 64 /* messages */

struct mx_line_chunk; /* of MX_LINE_CHUNK records */

/* Zero it to start. */
struct mx_line {
    struct mx_line_chunk *head, *tail;
    uint32_t head_index, tail_index; /* first taken slot of head; first free slot of tail */
    uint64_t count;
};

/* Zero it to start, then set keep_history where mx_retry_needs_history(): 40 bytes a message. */
struct mx_line_pool {
    bool keep_history;
    struct mx_line_chunk *free;
    size_t chunk_count; /* in use and free */
    uint64_t count;     /* messages in all lines */
};

/* False when out of memory. */
bool mx_line_push(struct mx_line_pool *pool, struct mx_line *line, const struct mx_entry *entry);
/* The first message; the line must not be empty. destination is left 0. */
void mx_line_peek(const struct mx_line_pool *pool, const struct mx_line *line,
                  struct mx_entry *entry);
void mx_line_pop(struct mx_line_pool *pool, struct mx_line *line);
/* Frees a line's chunks and the pool's free ones. */
void mx_line_fini(struct mx_line *line);
void mx_line_pool_fini(struct mx_line_pool *pool);
/* Bytes held for all lines. */
size_t mx_line_pool_bytes(const struct mx_line_pool *pool);

#endif
