// SPDX-License-Identifier: GPL-3.0-or-later
/* line_order.h - lines of a log in the order of their times, through a bounded buffer.
 *
 * A simulated attempt is judged when it starts, its line is dated with the reply: lines come nearly
 * in order. Up to MX_LINE_ORDER_COUNT of them are kept; when the buffer is full, the earlier half
 * leaves it. So a line is in its place whenever fewer than half as many come between it and where
 * it belongs: replies under way at once. One that is later still follows what has left already.
 * Lines of one time stay in the order in which they were put. */
#ifndef MX_LINE_ORDER_H
#define MX_LINE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_LINE_ORDER_COUNT 65536

struct mx_line_order;

/* write gets the lines, one or several at a time, in order. Returns owned, or NULL when out of
 * memory; context is borrowed. */
struct mx_line_order *mx_line_order_create(void (*write)(void *context, const char *bytes,
                                                         size_t size),
                                           void *context);
/* Lines that are left are lost. */
void mx_line_order_destroy(struct mx_line_order *order);
/* Where up to `size` bytes of the next line may be written; NULL when out of memory. */
char *mx_line_order_room(struct mx_line_order *order, size_t size);
/* What was written there, up to `end`, is a line of this time; nothing written is no line. False
 * when out of memory. */
bool mx_line_order_put(struct mx_line_order *order, int64_t time_us, const char *end);
/* Writes all that is left. */
void mx_line_order_flush(struct mx_line_order *order);

#endif
