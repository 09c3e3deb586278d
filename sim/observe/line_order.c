// SPDX-License-Identifier: GPL-3.0-or-later
/* line_order.c - see line_order.h. */
#include "sim/observe/line_order.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

#define TEXT_SIZE ((size_t)1 << 20) /* at first; grows */
#define TEXT_SIZE_MAX ((size_t)1 << 27)

struct line {
    int64_t time_us;
    uint64_t turn; /* of being put: ties */
    size_t offset, size;
};

struct mx_line_order {
    void (*write)(void *context, const char *bytes, size_t size);
    void *context;
    struct line *lines; /* [MX_LINE_ORDER_COUNT] */
    size_t count;
    uint64_t turn;
    char *text, *spare; /* spare: where lines that stay are copied to; of text_size, or NULL */
    size_t used, text_size;
};

struct mx_line_order *mx_line_order_create(void (*write)(void *context, const char *bytes,
                                                         size_t size),
                                           void *context)
{
    struct mx_line_order *order = calloc(1, sizeof *order);

    if (order == NULL) {
        return NULL;
    }
    order->write = write;
    order->context = context;
    order->text_size = TEXT_SIZE;
    order->lines = malloc(MX_LINE_ORDER_COUNT * sizeof *order->lines);
    order->text = malloc(order->text_size);
    if (order->lines == NULL || order->text == NULL) {
        mx_line_order_destroy(order);
        return NULL;
    }
    return order;
}

void mx_line_order_destroy(struct mx_line_order *order)
{
    if (order != NULL) {
        free(order->lines);
        free(order->text);
        free(order->spare);
        free(order);
    }
}

static int earlier_first(const void *a, const void *b)
{
    const struct line *left = a, *right = b;

    if (left->time_us != right->time_us) {
        return left->time_us < right->time_us ? -1 : 1;
    }
    return (left->turn > right->turn) - (left->turn < right->turn);
}

/* The earliest `count` lines. */
static void write_first(struct mx_line_order *order, size_t count)
{
    qsort(order->lines, order->count, sizeof *order->lines, earlier_first);
    for (size_t i = 0; i < count; i++) {
        order->write(order->context, order->text + order->lines[i].offset, order->lines[i].size);
    }
}

/* False when out of memory. */
static bool make_room(struct mx_line_order *order)
{
    size_t gone = order->count / 2, used = 0;
    char *text;

    if (order->spare == NULL) {
        order->spare = malloc(order->text_size);
        if (order->spare == NULL) {
            return false;
        }
    }
    write_first(order, gone);
    for (size_t i = gone; i < order->count; i++) {
        struct line line = order->lines[i];

        memcpy(order->spare + used, order->text + line.offset, line.size);
        line.offset = used;
        used += line.size;
        order->lines[i - gone] = line;
    }
    order->count -= gone;
    order->used = used;
    text = order->text;
    order->text = order->spare;
    order->spare = text;
    return true;
}

char *mx_line_order_room(struct mx_line_order *order, size_t size)
{
    MX_CHECK(size <= TEXT_SIZE);
    if (order->count == MX_LINE_ORDER_COUNT && !make_room(order)) {
        return NULL; /* as when the line before was put */
    }
    while (order->text_size - order->used < size) {
        char *text;

        if (order->text_size >= TEXT_SIZE_MAX) {
            if (!make_room(order)) {
                return NULL;
            }
            continue;
        }
        free(order->spare);
        order->spare = NULL;
        text = realloc(order->text, 2 * order->text_size);
        if (text == NULL) {
            return NULL;
        }
        order->text = text;
        order->text_size *= 2;
    }
    return order->text + order->used;
}

bool mx_line_order_put(struct mx_line_order *order, int64_t time_us, const char *end)
{
    size_t size = (size_t)(end - (order->text + order->used));

    MX_CHECK(size <= order->text_size - order->used);
    if (size == 0) {
        return true;
    }
    order->lines[order->count++] = (struct line){
        .time_us = time_us, .turn = order->turn++, .offset = order->used, .size = size};
    order->used += size;
    return order->count < MX_LINE_ORDER_COUNT || make_room(order);
}

void mx_line_order_flush(struct mx_line_order *order)
{
    write_first(order, order->count);
    order->count = 0;
    order->used = 0;
}
