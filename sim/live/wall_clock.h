// SPDX-License-Identifier: GPL-3.0-or-later
/* wall_clock.h - the scheduler's time, read off the wall: so many times faster than it passes.
 *
 * Within a run it follows the monotonic clock, so that setting the system's clock moves nothing. */
#ifndef MX_WALL_CLOCK_H
#define MX_WALL_CLOCK_H

#include <stdint.h>

#define MX_TIME_SCALE_MAX 1000000U

struct mx_wall_clock {
    int64_t base_us;    /* scheduler's time when it was started */
    int64_t started_us; /* monotonic time then */
    int64_t scale;
};

/* scale: 1 .. MX_TIME_SCALE_MAX. */
void mx_wall_clock_start(struct mx_wall_clock *clock, int64_t base_us, uint32_t scale);

/* Never decreases. */
int64_t mx_wall_clock_now_us(const struct mx_wall_clock *clock);

/* Milliseconds of real time from now_us until until_us, rounded up, in [0, most]. */
int mx_wall_clock_wait_ms(const struct mx_wall_clock *clock, int64_t now_us, int64_t until_us,
                          int most);

/* Monotonic time in ms, for limits that no scale stretches. */
int64_t mx_wall_clock_ms(void);

/* The time of day, in us since 1970. */
int64_t mx_wall_clock_real_us(void);

#endif
