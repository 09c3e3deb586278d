// SPDX-License-Identifier: GPL-3.0-or-later
/* calendar.h - private to the scheduler: millions of entries in the order (due_us, kind, message).
 *
 * Coarse buckets of 2^24 us lie in a ring that grows with the horizon; each is a list of chunks in
 * no order. When the earliest is reached its records are dealt to 16 fine buckets of 2^20 us, and a
 * fine bucket is sorted once, when it is first taken from. What is put where sorting has passed
 * goes through a small heap at the side. 20 bytes an entry, 32 with its history. */
#ifndef MX_CALENDAR_H
#define MX_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scheduler/scheduler.h"

struct mx_calendar;

/* keep_history: first_deferral_us and gap_ms come out as they went in, else as 0. Returns owned,
 * or NULL. */
struct mx_calendar *mx_calendar_create(bool keep_history);
void mx_calendar_destroy(struct mx_calendar *calendar);

/* entry: within the limits of scheduler.h. False when out of memory. */
bool mx_calendar_put(struct mx_calendar *calendar, const struct mx_entry *entry);

/* As mx_scheduler_take_due() and mx_scheduler_next_due(). */
size_t mx_calendar_take(struct mx_calendar *calendar, int64_t until_us, struct mx_entry *out,
                        size_t capacity);
int64_t mx_calendar_next_due(const struct mx_calendar *calendar);

/* True once sorting failed for lack of memory: nothing more comes out. */
bool mx_calendar_is_broken(const struct mx_calendar *calendar);

uint64_t mx_calendar_count(const struct mx_calendar *calendar);
size_t mx_calendar_bytes(const struct mx_calendar *calendar);

#endif
