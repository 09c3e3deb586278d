// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_queue.c - the queue's next time, and the later of it and the recipient's own. */
#include "models/retry_queue.h"

#include <assert.h>

#include "models/retry_gap.h"

static void hold(const struct mx_retry_policy *policy, struct mx_retry_queue *queue, int64_t now_us,
                 int64_t gap_us)
{
    if (now_us < queue->next_us) {
        return;
    }
    if (queue->step < UINT32_MAX) {
        queue->step++;
    }
    if (gap_us == 0) {
        const struct mx_retry_state state = {.attempt_count = queue->step};
        gap_us = mx_retry_gap_us(policy, &state, now_us, 0.5);
    }
    queue->next_us = mx_retry_add_us(now_us, gap_us);
}

struct mx_retry_decision mx_retry_queue_fail(const struct mx_retry_policy *policy,
                                             struct mx_retry_queue *queue,
                                             const struct mx_retry_state *state, int64_t now_us,
                                             bool about_queue, int64_t gap_us)
{
    assert(policy->kind == MX_RETRY_LIST);
    int64_t next_us = now_us + 1;
    if (about_queue) {
        hold(policy, queue, now_us, gap_us);
    } else {
        next_us = mx_retry_add_us(now_us, policy->recipient_gap_us);
    }
    if (queue->next_us > next_us) {
        next_us = queue->next_us;
    }
    struct mx_retry_decision decision = {next_us, MX_NEVER, next_us - now_us};
    decision.expires_us = mx_retry_expiry_us(policy, state, now_us, next_us);
    if (decision.expires_us != MX_NEVER) {
        decision.next_us = MX_NEVER;
    }
    return decision;
}

void mx_retry_queue_deliver(struct mx_retry_queue *queue)
{
    *queue = (struct mx_retry_queue){0, 0};
}
