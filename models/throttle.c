// SPDX-License-Identifier: GPL-3.0-or-later
/* throttle.c - what the rules that have fired leave a destination.
 *
 * Only counts and firing times are kept; limits are worked out from them when asked for. After a
 * rule's time the limit comes back in steps k = 1 ... recovery_steps of recovery_every_us:
 *   rate, connections:  value x 2^k
 *   after a pause:      connections 2^(k - 1), the first of them 1, and a last step of 2^steps */
#include "models/throttle.h"

#include <assert.h>
#include <stddef.h>

#include "models/units.h"

#define DOUBLINGS_MAX 60U

void mx_throttle_note(const struct mx_throttle_params *params, struct mx_throttle *throttle,
                      enum mx_reason reason, int64_t now_us)
{
    for (uint32_t i = 0; i < params->rule_count; i++) {
        const struct mx_throttle_rule *rule = &params->rule[i];
        if ((rule->reasons >> reason & 1U) == 0) {
            continue;
        }
        const int64_t window = rule->within_us > 0 ? now_us / rule->within_us : 0;
        if (window != throttle->rule[i].window) {
            throttle->rule[i].window = window;
            throttle->rule[i].count = 0;
        }
        if (throttle->rule[i].count < UINT32_MAX) {
            throttle->rule[i].count++;
        }
        if (throttle->rule[i].count >= rule->count) {
            throttle->rule[i].fired_us = now_us + 1;
        }
    }
}

static double doubled(double value, int64_t times)
{
    return value * (double)(UINT64_C(1) << (times < DOUBLINGS_MAX ? times : DOUBLINGS_MAX));
}

static void lower_rate(struct mx_throttle_limits *limits, double rate_per_s)
{
    if (limits->rate_per_s <= 0 || rate_per_s < limits->rate_per_s) {
        limits->rate_per_s = rate_per_s;
    }
}

static void lower_connections(struct mx_throttle_limits *limits, double value)
{
    const uint32_t connections = value < 1 ? 1 : value < 1e9 ? (uint32_t)value : 1000000000;
    if (limits->connections == 0 || connections < limits->connections) {
        limits->connections = connections;
    }
}

/* The limit of one rule, doubled `times` over; times < 0: the rule is active. */
static void apply(const struct mx_throttle_rule *rule, int64_t times, int64_t end_us,
                  struct mx_throttle_limits *limits)
{
    switch (rule->action) {
    case MX_THROTTLE_PAUSE:
        if (times >= 0) {
            lower_connections(limits, doubled(1, times));
        } else if (end_us > limits->paused_until_us) {
            limits->paused_until_us = end_us;
        }
        return;
    case MX_THROTTLE_RATE:
        lower_rate(limits, doubled(rule->value, times < 0 ? 0 : times));
        return;
    case MX_THROTTLE_CONNECTIONS:
        lower_connections(limits, doubled(rule->value, times < 0 ? 0 : times));
        return;
    case MX_THROTTLE_ACTION_COUNT:
        break;
    }
    assert(false);
}

void mx_throttle_limits(const struct mx_throttle_params *params, const struct mx_throttle *throttle,
                        int64_t now_us, struct mx_throttle_limits *limits, int64_t *next_us)
{
    *limits = (struct mx_throttle_limits){0, 0, 0};
    *next_us = MX_NEVER;
    for (uint32_t i = 0; i < params->rule_count; i++) {
        const struct mx_throttle_rule *rule = &params->rule[i];
        const bool is_pause = rule->action == MX_THROTTLE_PAUSE;
        if (throttle->rule[i].fired_us == 0) {
            continue;
        }
        const int64_t end_us = throttle->rule[i].fired_us - 1 + rule->for_us;
        int64_t change_us = end_us;
        int64_t times = -1;
        if (now_us >= end_us) {
            if (rule->recovery_steps == 0 || rule->recovery_every_us <= 0) {
                continue;
            }
            const int64_t step = (now_us - end_us) / rule->recovery_every_us;
            if (step >= (int64_t)rule->recovery_steps + (is_pause ? 1 : 0)) {
                continue;
            }
            times = is_pause ? step : step + 1;
            change_us = end_us + (step + 1) * rule->recovery_every_us;
        }
        apply(rule, times, end_us, limits);
        *next_us = change_us < *next_us ? change_us : *next_us;
    }
}

const char *mx_throttle_action_name(enum mx_throttle_action action)
{
    switch (action) {
    case MX_THROTTLE_PAUSE:
        return "pause";
    case MX_THROTTLE_RATE:
        return "rate";
    case MX_THROTTLE_CONNECTIONS:
        return "connections";
    case MX_THROTTLE_ACTION_COUNT:
        break;
    }
    return "?";
}
