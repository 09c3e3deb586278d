// SPDX-License-Identifier: GPL-3.0-or-later
/* backoff_mode.h - the slower mode that a queue enters when replies say so, after PowerMTA.
 *
 * Equations and sources: models/README.md, "Backoff mode". */
#ifndef MX_BACKOFF_MODE_H
#define MX_BACKOFF_MODE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/reply.h"

#define MX_BACKOFF_GAPS_MAX 16

/* reasons: bit (1 << enum mx_reason) of each reply that enters the mode; 0: there is none. gap_us:
 * the queue's retry list meanwhile. rate_per_s, connections: limits meanwhile, 0 = none beyond the
 * normal ones. normal_after_us: back to normal so long after entering; MX_NEVER: not by time. */
struct mx_backoff_params {
    uint32_t reasons;
    uint32_t gap_count;
    int64_t gap_us[MX_BACKOFF_GAPS_MAX];
    double rate_per_s;
    uint32_t connections;
    int64_t normal_after_us;
    bool normal_after_delivery;
};

/* Of one queue. Zero it to start. */
struct mx_backoff {
    bool active;
    uint32_t step; /* intervals of the list used since it was entered */
    int64_t since_us;
};

/* A refusal at now_us (non-decreasing). True when its reason puts (or finds) the queue in the
 * mode. */
bool mx_backoff_refuse(const struct mx_backoff_params *params, struct mx_backoff *backoff,
                       enum mx_reason reason, int64_t now_us);
void mx_backoff_deliver(const struct mx_backoff_params *params, struct mx_backoff *backoff);

/* Ends the mode when its time has come. */
bool mx_backoff_is_active(const struct mx_backoff_params *params, struct mx_backoff *backoff,
                          int64_t now_us);

/* The next interval of the list, the last repeats; only while active. */
int64_t mx_backoff_gap_us(const struct mx_backoff_params *params, struct mx_backoff *backoff);

#endif
