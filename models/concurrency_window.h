// SPDX-License-Identifier: GPL-3.0-or-later
/* concurrency_window.h - how many deliveries to one destination run at once, after Postfix.
 *
 * The window grows with deliveries and shrinks with failed connections; after a cohort's worth of
 * failures the destination is dead for a time, and what is due meanwhile is deferred unattempted.
 * Equations and sources: models/README.md, "Concurrency window". */
#ifndef MX_CONCURRENCY_WINDOW_H
#define MX_CONCURRENCY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define MX_WINDOW_MAX 100000U

/* initial in [1, limit]; failed_cohorts 0: never dead; feedback in (0, 1]. */
struct mx_window_params {
    bool enabled;
    uint32_t initial, limit;
    double failed_cohorts;
    double positive, negative;
    int64_t dead_us;
};

/* Of one destination. */
struct mx_window {
    uint32_t size; /* 0: dead */
    double success, failure, failed_cohorts;
    int64_t dead_until_us;
};

void mx_window_init(struct mx_window *window, const struct mx_window_params *params);

/* Deliveries allowed at once at now_us, 0 while the destination is dead. busy: running now. */
uint32_t mx_window_size(struct mx_window *window, const struct mx_window_params *params,
                        uint32_t busy, int64_t now_us);

/* A session that was set up has ended its delivery, whatever the answer to the message. busy: of
 * those running, this one included. */
void mx_window_succeed(struct mx_window *window, const struct mx_window_params *params,
                       uint32_t busy);

/* A connection or its handshake failed. */
void mx_window_fail(struct mx_window *window, const struct mx_window_params *params,
                    int64_t now_us);

#endif
