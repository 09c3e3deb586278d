// SPDX-License-Identifier: GPL-3.0-or-later
/* units.h - time and rate units shared by every model.
 *
 * Time is int64_t microseconds (suffix _us) since the scenario's start. MX_NEVER stands for "not
 * in this life": later than every time a plan can hold. */
#ifndef MX_UNITS_H
#define MX_UNITS_H

#include <stdint.h>

/* For products of two 64-bit numbers. */
__extension__ typedef unsigned __int128 mx_u128;

#define MX_SECOND_US INT64_C(1000000)
#define MX_MINUTE_US (60 * MX_SECOND_US)
#define MX_HOUR_US (60 * MX_MINUTE_US)
#define MX_DAY_US (24 * MX_HOUR_US)

#define MX_NEVER INT64_MAX
#define MX_HORIZON_US_MAX (400 * MX_DAY_US)

/* The provider's (or sender's) day. A plan that scales all durations scales day_us too.
 * offset_us: local time of day at the scenario's start, in [0, day_us). */
struct mx_day {
    int64_t day_us;
    int64_t offset_us;
};

/* Number of the local day that holds t_us (0 = the day of the scenario's start). t_us >= 0. */
static inline int64_t mx_day_number(const struct mx_day *day, int64_t t_us)
{
    return (t_us + day->offset_us) / day->day_us;
}

/* Time within the local day, in [0, day_us). t_us >= 0. */
static inline int64_t mx_day_time_us(const struct mx_day *day, int64_t t_us)
{
    return (t_us + day->offset_us) % day->day_us;
}

#endif
