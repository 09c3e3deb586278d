// SPDX-License-Identifier: GPL-3.0-or-later
/* destination.c - which replies concern the destination, and what each of its parts learns. */
#include "models/destination.h"

#include <assert.h>
#include <stddef.h>

#include "models/units.h"

bool mx_destination_is_shared(const struct mx_retry_policy *policy,
                              const struct mx_destination_params *params)
{
    return policy->unit != MX_UNIT_MESSAGE || params->window.enabled || params->route.enabled;
}

const char *mx_destination_check(const struct mx_retry_policy *policy,
                                 const struct mx_destination_params *params)
{
    if (params->backoff.reasons != 0 && policy->unit != MX_UNIT_QUEUE) {
        return "backoff_on: needs unit = \"queue\"";
    }
    if (params->window.enabled && params->window.initial > params->window.limit) {
        return "window: must not be larger than window_limit";
    }
    if (params->route.enabled && params->route.max_us < params->route.base_us) {
        return "route_penalty: must not be longer than route_penalty_max";
    }
    return NULL;
}

void mx_destination_refresh(struct mx_destination *destination,
                            const struct mx_destination_params *params, int64_t now_us)
{
    if (params->window.enabled) {
        mx_window_size(&destination->window, &params->window, destination->busy, now_us);
    }
    mx_route_off_until_us(&destination->route, now_us);
    mx_backoff_is_active(&params->backoff, &destination->backoff, now_us);
    destination->allowed = destination->window.size;
    if (params->route.enabled) {
        const uint32_t of_route =
            destination->route.is_off ? 0 : mx_route_connections(&destination->route);
        destination->allowed = of_route < destination->allowed ? of_route : destination->allowed;
    }
}

void mx_destination_init(struct mx_destination *destination,
                         const struct mx_destination_params *params)
{
    *destination = (struct mx_destination){.busy = 0};
    if (params->window.enabled) {
        mx_window_init(&destination->window, &params->window);
    } else {
        destination->window.size = UINT32_MAX;
    }
    mx_destination_refresh(destination, params, 0);
}

static bool is_given_up(const struct mx_destination *destination)
{
    return destination->allowed == 0;
}

int64_t mx_destination_ready_us(const struct mx_destination *destination, int64_t start_us)
{
    if (is_given_up(destination)) {
        return 0; /* to be skipped: needs no connection */
    }
    if (destination->busy >= destination->allowed) {
        return MX_NEVER;
    }
    return destination->queue.next_us > start_us ? destination->queue.next_us : start_us;
}

enum mx_destination_ask mx_destination_ask(const struct mx_destination *destination,
                                           const struct mx_retry_policy *policy, int64_t created_us,
                                           int64_t now_us)
{
    if (is_given_up(destination)) {
        return MX_DESTINATION_SKIP;
    }
    if (policy->unit != MX_UNIT_HOST) {
        return MX_DESTINATION_TRY;
    }
    switch (mx_retry_host_ask(policy, &destination->host, created_us, now_us)) {
    case MX_ASK_TRY:
        return MX_DESTINATION_TRY;
    case MX_ASK_WAIT:
        return MX_DESTINATION_WAIT;
    case MX_ASK_EXPIRE:
        return MX_DESTINATION_EXPIRE;
    case MX_ASK_COUNT:
        break;
    }
    assert(false);
    return MX_DESTINATION_TRY;
}

void mx_destination_start(struct mx_destination *destination)
{
    destination->busy++;
}

/* The connection failed, or was refused before any message. */
static bool is_about_connection(enum mx_verdict verdict, enum mx_reason reason)
{
    return verdict == MX_BUSY && (reason == MX_REASON_OUTAGE || reason == MX_REASON_CONNECTIONS);
}

/* Refused whatever the recipient: what Exim takes for a failure of the host. */
static bool is_about_host(const struct mx_destination_params *params, enum mx_verdict verdict,
                          enum mx_reason reason)
{
    return verdict == MX_BUSY && (params->host_reasons >> reason & 1U) != 0;
}

static void learn_connection(struct mx_destination *destination,
                             const struct mx_destination_params *params, bool failed,
                             int64_t now_us)
{
    if (params->window.enabled && failed) {
        mx_window_fail(&destination->window, &params->window, now_us);
    } else if (params->window.enabled) {
        mx_window_succeed(&destination->window, &params->window, destination->busy);
    }
    if (params->route.enabled && failed) {
        mx_route_fail(&destination->route, &params->route, destination->busy - 1, now_us);
    } else if (params->route.enabled) {
        mx_route_succeed(&destination->route);
    }
}

static struct mx_retry_decision refuse_in_queue(struct mx_destination *destination,
                                                const struct mx_retry_policy *policy,
                                                const struct mx_destination_params *params,
                                                const struct mx_retry_state *state,
                                                enum mx_reason reason, int64_t now_us)
{
    const bool enters = mx_backoff_refuse(&params->backoff, &destination->backoff, reason, now_us);
    const bool about_queue = enters || is_about_connection(MX_BUSY, reason);
    int64_t gap_us = 0;
    /* a queue that is held already takes no interval of the list */
    if (about_queue && destination->backoff.active && now_us >= destination->queue.next_us) {
        gap_us = mx_backoff_gap_us(&params->backoff, &destination->backoff);
    }
    return mx_retry_queue_fail(policy, &destination->queue, state, now_us, about_queue, gap_us);
}

bool mx_destination_reply(struct mx_destination *destination, const struct mx_retry_policy *policy,
                          const struct mx_destination_params *params,
                          const struct mx_retry_state *state, enum mx_verdict verdict,
                          enum mx_reason reason, int64_t now_us, double u,
                          struct mx_retry_decision *decision)
{
    assert(destination->busy > 0);
    mx_destination_refresh(destination, params, now_us);
    learn_connection(destination, params, is_about_connection(verdict, reason), now_us);
    destination->busy--;
    mx_destination_refresh(destination, params, now_us);
    if (verdict == MX_ACCEPT) {
        mx_retry_queue_deliver(&destination->queue);
        mx_backoff_deliver(&params->backoff, &destination->backoff);
    }
    if (policy->unit == MX_UNIT_HOST && is_about_host(params, verdict, reason)) {
        *decision = mx_retry_host_fail(policy, &destination->host, state->created_us, now_us, u);
        return true;
    }
    if (policy->unit == MX_UNIT_HOST) {
        mx_retry_host_clear(&destination->host);
    }
    if (policy->unit == MX_UNIT_QUEUE && verdict == MX_BUSY) {
        *decision = refuse_in_queue(destination, policy, params, state, reason, now_us);
        return true;
    }
    return false;
}
