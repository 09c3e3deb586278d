// SPDX-License-Identifier: GPL-3.0-or-later
/* send_queue.c - see send_queue.h. Lines are lists in one array. */
#include "sim/live/send_queue.h"

#include <stdlib.h>

#include "sim/base/check.h"

#define NONE UINT32_MAX

struct node {
    struct mx_entry entry;
    uint32_t next;
};

struct line {
    uint32_t first, last;
    uint32_t place; /* among the active, NONE when empty */
};

struct mx_send_queue {
    struct line *lines;
    uint32_t *active;
    uint32_t active_count;
    struct node *nodes;
    uint32_t node_count, node_capacity, free_first;
    uint64_t count;
};

struct mx_send_queue *mx_send_queue_create(uint32_t destination_count)
{
    struct mx_send_queue *queue = calloc(1, sizeof *queue);

    if (queue == NULL) {
        return NULL;
    }
    queue->lines = calloc(destination_count + 1U, sizeof *queue->lines);
    queue->active = calloc(destination_count + 1U, sizeof *queue->active);
    if (queue->lines == NULL || queue->active == NULL) {
        mx_send_queue_destroy(queue);
        return NULL;
    }
    for (uint32_t d = 0; d <= destination_count; d++) {
        queue->lines[d] = (struct line){NONE, NONE, NONE};
    }
    queue->free_first = NONE;
    return queue;
}

void mx_send_queue_destroy(struct mx_send_queue *queue)
{
    if (queue != NULL) {
        free(queue->lines);
        free(queue->active);
        free(queue->nodes);
        free(queue);
    }
}

/* NONE when out of memory. */
static uint32_t take_node(struct mx_send_queue *queue)
{
    uint32_t node = queue->free_first;

    if (node != NONE) {
        queue->free_first = queue->nodes[node].next;
        return node;
    }
    if (queue->node_count == queue->node_capacity) {
        uint32_t capacity = queue->node_capacity > 0 ? queue->node_capacity * 2 : 1024;
        struct node *grown = NULL;

        if (queue->node_capacity < UINT32_MAX / 2) {
            grown = realloc(queue->nodes, capacity * sizeof *grown);
        }
        if (grown == NULL) {
            return NONE;
        }
        queue->nodes = grown;
        queue->node_capacity = capacity;
    }
    return queue->node_count++;
}

static void activate(struct mx_send_queue *queue, uint32_t destination)
{
    queue->lines[destination].place = queue->active_count;
    queue->active[queue->active_count++] = destination;
}

static void deactivate(struct mx_send_queue *queue, uint32_t destination)
{
    uint32_t place = queue->lines[destination].place;
    uint32_t moved = queue->active[--queue->active_count];

    queue->active[place] = moved;
    queue->lines[moved].place = place;
    queue->lines[destination] = (struct line){NONE, NONE, NONE};
}

bool mx_send_queue_push(struct mx_send_queue *queue, const struct mx_entry *entry)
{
    struct line *line = &queue->lines[entry->destination];
    uint32_t node = take_node(queue);

    if (node == NONE) {
        return false;
    }
    queue->nodes[node] = (struct node){*entry, NONE};
    if (line->place == NONE) {
        activate(queue, entry->destination);
        line->first = node;
    } else {
        queue->nodes[line->last].next = node;
    }
    line->last = node;
    queue->count++;
    return true;
}

const struct mx_entry *mx_send_queue_first(const struct mx_send_queue *queue, uint32_t destination)
{
    const struct line *line = &queue->lines[destination];

    MX_CHECK(line->place != NONE);
    return &queue->nodes[line->first].entry;
}

static void give_node(struct mx_send_queue *queue, uint32_t node)
{
    queue->nodes[node].next = queue->free_first;
    queue->free_first = node;
    queue->count--;
}

void mx_send_queue_pop(struct mx_send_queue *queue, uint32_t destination, struct mx_entry *entry)
{
    struct line *line = &queue->lines[destination];
    uint32_t node = line->first;

    MX_CHECK(line->place != NONE);
    *entry = queue->nodes[node].entry;
    line->first = queue->nodes[node].next;
    if (line->first == NONE) {
        deactivate(queue, destination);
    }
    give_node(queue, node);
}

uint64_t mx_send_queue_count(const struct mx_send_queue *queue)
{
    return queue->count;
}

uint32_t mx_send_queue_lines(const struct mx_send_queue *queue)
{
    return queue->active_count;
}

uint32_t mx_send_queue_line(const struct mx_send_queue *queue, uint32_t place)
{
    return queue->active[place];
}

static void sweep_line(struct mx_send_queue *queue, uint32_t destination,
                       bool (*is_over)(void *context, const struct mx_entry *entry), void *context)
{
    struct line *line = &queue->lines[destination];
    uint32_t node = line->first, kept_last = NONE;

    while (node != NONE) {
        uint32_t next = queue->nodes[node].next;

        if (is_over(context, &queue->nodes[node].entry)) {
            if (kept_last == NONE) {
                line->first = next;
            } else {
                queue->nodes[kept_last].next = next;
            }
            give_node(queue, node);
        } else {
            kept_last = node;
        }
        node = next;
    }
    line->last = kept_last;
    if (kept_last == NONE) {
        deactivate(queue, destination);
    }
}

void mx_send_queue_sweep(struct mx_send_queue *queue,
                         bool (*is_over)(void *context, const struct mx_entry *entry),
                         void *context)
{
    /* Backwards: the line that takes the place of one that ends has been swept. */
    for (uint32_t place = queue->active_count; place > 0; place--) {
        sweep_line(queue, queue->active[place - 1], is_over, context);
    }
}
