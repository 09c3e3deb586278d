// SPDX-License-Identifier: GPL-3.0-or-later
/* send_queue.h - messages that are due and wait for a connection or a rate: a line for each
 * destination, first come, first served, and whose turn it is. */
#ifndef MX_SEND_QUEUE_H
#define MX_SEND_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/scheduler/scheduler.h"

struct mx_send_queue;

/* Returns owned, or NULL. */
struct mx_send_queue *mx_send_queue_create(uint32_t destination_count);
void mx_send_queue_destroy(struct mx_send_queue *queue);

/* At the end of its destination's line. False when out of memory. */
bool mx_send_queue_push(struct mx_send_queue *queue, const struct mx_entry *entry);
/* The head of a line that is not empty: a look at it, borrowed until the next call; taking it. */
const struct mx_entry *mx_send_queue_first(const struct mx_send_queue *queue, uint32_t destination);
void mx_send_queue_pop(struct mx_send_queue *queue, uint32_t destination, struct mx_entry *entry);

uint64_t mx_send_queue_count(const struct mx_send_queue *queue);

/* Destinations whose line is not empty, in turn: place 0 .. mx_send_queue_lines() - 1. Pushing and
 * popping may change what stands at a place. */
uint32_t mx_send_queue_lines(const struct mx_send_queue *queue);
uint32_t mx_send_queue_line(const struct mx_send_queue *queue, uint32_t place);

/* Take out every entry for which is_over() says so, giving it to it. */
void mx_send_queue_sweep(struct mx_send_queue *queue,
                         bool (*is_over)(void *context, const struct mx_entry *entry),
                         void *context);

#endif
