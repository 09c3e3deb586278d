// SPDX-License-Identifier: GPL-3.0-or-later
/* wall_clock.c - see wall_clock.h. */
#include "sim/live/wall_clock.h"

#include <time.h>

#include "sim/base/check.h"

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    int status = clock_gettime(id, &t);

    MX_CHECK(status == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void mx_wall_clock_start(struct mx_wall_clock *clock, int64_t base_us, uint32_t scale)
{
    MX_CHECK(base_us >= 0 && scale >= 1 && scale <= MX_TIME_SCALE_MAX);
    *clock = (struct mx_wall_clock){
        .base_us = base_us, .started_us = read_us(CLOCK_MONOTONIC), .scale = scale};
}

int64_t mx_wall_clock_now_us(const struct mx_wall_clock *clock)
{
    return clock->base_us + (read_us(CLOCK_MONOTONIC) - clock->started_us) * clock->scale;
}

int mx_wall_clock_wait_ms(const struct mx_wall_clock *clock, int64_t now_us, int64_t until_us,
                          int most)
{
    int64_t wait_us, wait_ms;

    if (until_us <= now_us) {
        return 0;
    }
    wait_us = until_us - now_us;
    wait_ms = wait_us / (1000 * clock->scale) + (wait_us % (1000 * clock->scale) != 0);
    return wait_ms < most ? (int)wait_ms : most;
}

int64_t mx_wall_clock_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t mx_wall_clock_real_us(void)
{
    return read_us(CLOCK_REALTIME);
}
