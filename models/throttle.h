// SPDX-License-Identifier: GPL-3.0-or-later
/* throttle.h - how a sending server slows down for a destination that answers with deferrals.
 *
 * Rules after KumoMTA's traffic shaping automation: "n such answers within a time -> pause, or
 * lower the rate, or use fewer connections, for a time; then come back step by step". */
#ifndef MX_THROTTLE_H
#define MX_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/reply.h"

#define MX_THROTTLE_RULES_MAX 8

enum mx_throttle_action {
    MX_THROTTLE_PAUSE,
    MX_THROTTLE_RATE,
    MX_THROTTLE_CONNECTIONS,
    MX_THROTTLE_ACTION_COUNT
};

/* reasons: bit (1 << enum mx_reason) of each answer that counts (a block is MX_REASON_BLOCKED).
 * Fires when `count` of them fell within within_us (tumbling windows). value: messages per
 * second, or connections; unused by a pause. Lasts for_us after the last firing. Then, if
 * recovery_steps > 0, a rate or connection limit is doubled every recovery_every_us that many
 * times before it is lifted; after a pause the destination comes back with one connection, doubled
 * in the same way. */
struct mx_throttle_rule {
    uint32_t reasons;
    uint32_t count;
    int64_t within_us;
    enum mx_throttle_action action;
    double value;
    int64_t for_us;
    uint32_t recovery_steps;
    int64_t recovery_every_us;
};

struct mx_throttle_params {
    uint32_t rule_count; /* 0 = no throttle */
    struct mx_throttle_rule rule[MX_THROTTLE_RULES_MAX];
};

/* What a destination may do now: paused until paused_until_us (0 = not paused), at most rate_per_s
 * (0 = no limit) and `connections` (0 = no limit). */
struct mx_throttle_limits {
    int64_t paused_until_us;
    double rate_per_s;
    uint32_t connections;
};

/* Of one destination (path). Zero it to start. */
struct mx_throttle {
    struct {
        int64_t window; /* number of the tumbling window that count belongs to */
        uint32_t count;
        int64_t fired_us; /* last firing + 1, 0 = never */
    } rule[MX_THROTTLE_RULES_MAX];
};

/* An answer at now_us (non-decreasing). Only counts; limits move with mx_throttle_limits(). */
void mx_throttle_note(const struct mx_throttle_params *params, struct mx_throttle *throttle,
                      enum mx_reason reason, int64_t now_us);

/* The limits at now_us. next_us: when they change next if nothing more is noted (MX_NEVER: not). */
void mx_throttle_limits(const struct mx_throttle_params *params, const struct mx_throttle *throttle,
                        int64_t now_us, struct mx_throttle_limits *limits, int64_t *next_us);

const char *mx_throttle_action_name(enum mx_throttle_action action);

#endif
