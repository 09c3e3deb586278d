// SPDX-License-Identifier: GPL-3.0-or-later
/* concurrency_window.c - feedback on the window, with hysteresis of one. */
#include "models/concurrency_window.h"

#include <assert.h>

void mx_window_init(struct mx_window *window, const struct mx_window_params *params)
{
    assert(params->initial >= 1 && params->initial <= params->limit);
    *window = (struct mx_window){.size = params->initial};
}

static void revive(struct mx_window *window, const struct mx_window_params *params, uint32_t busy)
{
    const uint32_t size = busy > 0 ? busy : params->initial;
    *window = (struct mx_window){.size = size < params->limit ? size : params->limit};
}

uint32_t mx_window_size(struct mx_window *window, const struct mx_window_params *params,
                        uint32_t busy, int64_t now_us)
{
    if (window->size == 0 && now_us >= window->dead_until_us) {
        revive(window, params, busy);
    }
    return window->size;
}

void mx_window_succeed(struct mx_window *window, const struct mx_window_params *params,
                       uint32_t busy)
{
    window->failed_cohorts = 0;
    if (window->size == 0) { /* a delivery under way when the destination was given up */
        revive(window, params, busy);
        return;
    }
    if (window->size >= params->limit || window->size >= busy + params->initial) {
        return;
    }
    window->success += params->positive;
    while (window->success + params->positive / 2 >= 1) {
        window->size++;
        window->success -= 1;
        window->failure = 0;
    }
    if (window->size > params->limit) {
        window->size = params->limit;
    }
}

void mx_window_fail(struct mx_window *window, const struct mx_window_params *params, int64_t now_us)
{
    if (window->size == 0) {
        return;
    }
    window->failed_cohorts += 1.0 / window->size;
    if (params->failed_cohorts > 0 && window->failed_cohorts >= params->failed_cohorts) {
        window->size = 0;
        window->dead_until_us = now_us + params->dead_us;
        return;
    }
    window->failure -= params->negative;
    while (window->failure - params->negative / 2 < 0) {
        window->size -= window->size > 1 ? 1 : 0;
        window->success = 0;
        window->failure += 1;
    }
}
