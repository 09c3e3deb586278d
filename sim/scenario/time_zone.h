// SPDX-License-Identifier: GPL-3.0-or-later
/* time_zone.h - UTC offsets of a named time zone, from the system's zone files (RFC 8536).
 *
 * The C library's own way (TZ and tzset) changes the whole process; this reads the file through
 * the reader's file access instead. Used at load alone: a plan holds offsets. */
#ifndef MX_TIME_ZONE_H
#define MX_TIME_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/scenario/arena.h"
#include "sim/scenario/reader.h"

struct mx_zone;

/* "UTC" and "GMT" need no file. NULL: no such zone (*error: why, static or in the arena). */
struct mx_zone *mx_zone_load(struct mx_arena *arena, const struct mx_file_access *access,
                             const char *name, const char **error);
/* The zone that may have been meant, "Europe/Paris" for "Paris" or "Europe/Pariss", or NULL. */
const char *mx_zone_nearest(struct mx_arena *arena, const struct mx_file_access *access,
                            const char *name);
/* A zone of one offset. */
struct mx_zone *mx_zone_fixed(struct mx_arena *arena, int32_t offset_s);

/* Seconds east of UTC at a moment. */
int32_t mx_zone_offset_s(const struct mx_zone *zone, int64_t unix_s);
/* The moment at which clocks show local_s (seconds as if in UTC); the earlier of two; where clocks
 * are put forward past it, it is read on the clock before that, and *exists is false. */
int64_t mx_zone_unix_s(const struct mx_zone *zone, int64_t local_s, bool *exists);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar. */
int64_t mx_days_of_date(int64_t year, int month, int day);
/* "2026-11-27 09:00" or "… 09:00:30", year 1970 to 2200, as seconds as if in UTC. */
bool mx_local_of_text(const char *text, int64_t *local_s);

#endif
