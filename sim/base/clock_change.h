// SPDX-License-Identifier: GPL-3.0-or-later
/* clock_change.h - moments at which clocks on the wall are put forward or back. */
#ifndef MX_CLOCK_CHANGE_H
#define MX_CLOCK_CHANGE_H

#include <stddef.h>
#include <stdint.h>

/* utc_offset_s: seconds east of UTC from at_us (since the scenario's start) on. */
struct mx_clock_change {
    int64_t at_us;
    int32_t utc_offset_s;
};

/* The offset at a moment. changes: in increasing order of time; first_s: before the first. */
static inline int32_t mx_clock_offset_s(const struct mx_clock_change *changes, size_t count,
                                        int32_t first_s, int64_t time_us)
{
    int32_t offset_s = first_s;

    for (size_t i = 0; i < count && changes[i].at_us <= time_us; i++) {
        offset_s = changes[i].utc_offset_s;
    }
    return offset_s;
}

#endif
