// SPDX-License-Identifier: GPL-3.0-or-later
/* retry.c - the decision after a refused attempt: the next due time, or the end.
 *
 * gap (retry_gap.c) -> jitter -> whole seconds -> scan -> expiry. */
#include "models/retry.h"

#include <assert.h>

#include "models/retry_gap.h"

/* What jitter_us adds to a gap: in [-jitter_us, jitter_us]. */
static double swing_us(const struct mx_retry_policy *policy, double u)
{
    if (policy->jitter_step_us > 0) {
        const int64_t steps = 2 * policy->jitter_us / policy->jitter_step_us;
        const int64_t drawn = (int64_t)((double)steps * u);
        return (double)(drawn * policy->jitter_step_us - policy->jitter_us);
    }
    return (double)policy->jitter_us * (2 * u - 1);
}

static int64_t jittered_us(const struct mx_retry_policy *policy, int64_t gap_us, double u)
{
    if (policy->jitter <= 0 && policy->jitter_us == 0) {
        return gap_us;
    }
    double gap = (double)gap_us * (1 + policy->jitter * (2 * u - 1));
    if (policy->jitter_grows) {
        const double first_us = (double)policy->gap_us[0];
        gap = gap * (first_us + swing_us(policy, u)) / first_us;
    } else {
        gap += swing_us(policy, u);
    }
    return gap < 1 ? 1 : (int64_t)(gap + 0.5);
}

int64_t mx_retry_next_scan_us(const struct mx_retry_policy *policy, int64_t due_us, int64_t now_us)
{
    const int64_t earliest_us = due_us > now_us ? due_us : now_us + 1;
    const int64_t since_us = (earliest_us - policy->scan_phase_us) % policy->scan_us;
    if (since_us == 0) {
        return earliest_us;
    }
    return earliest_us - since_us + (since_us > 0 ? policy->scan_us : 0);
}

/* The attempt's time for a gap from now_us. */
static int64_t due_us(const struct mx_retry_policy *policy, int64_t now_us, int64_t gap_us)
{
    int64_t due = mx_retry_add_us(now_us, gap_us);
    if (policy->whole_seconds) {
        due = mx_retry_whole_seconds(now_us) + mx_retry_whole_seconds(gap_us);
        due = due > now_us ? due : mx_retry_whole_seconds(now_us) + MX_SECOND_US;
    }
    if (policy->scan_us > 0) {
        due = mx_retry_next_scan_us(policy, due - policy->scan_ahead_us, now_us);
    }
    return due;
}

/* True when a refusal at now_us is the last, for policies that end after a failed attempt. */
static bool is_past_us(const struct mx_retry_policy *policy, int64_t now_us, int64_t clock_us)
{
    if (policy->whole_seconds) {
        now_us = mx_retry_whole_seconds(now_us);
        clock_us = mx_retry_whole_seconds(clock_us);
    }
    return now_us >= mx_retry_add_us(clock_us, policy->lifetime_us);
}

int64_t mx_retry_expiry_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state,
                           int64_t now_us, int64_t next_us)
{
    const int64_t clock_us = mx_retry_clock_us(policy, state);
    const int64_t deadline_us = mx_retry_add_us(clock_us, policy->lifetime_us);
    if (policy->attempts_max > 0 && state->attempt_count >= policy->attempts_max) {
        return policy->expiry == MX_EXPIRE_ATTEMPTS_DUE ? next_us : now_us;
    }
    switch (policy->expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        if (next_us < deadline_us) {
            return MX_NEVER;
        }
        return deadline_us > now_us ? deadline_us : now_us;
    case MX_EXPIRE_AFTER_FAILURE:
        return is_past_us(policy, now_us, clock_us) ? now_us : MX_NEVER;
    case MX_EXPIRE_EARLY:
        return next_us > deadline_us ? now_us : MX_NEVER;
    case MX_EXPIRE_ATTEMPTS:
    case MX_EXPIRE_ATTEMPTS_DUE:
        return MX_NEVER;
    case MX_EXPIRE_COUNT:
        break;
    }
    assert(false);
    return now_us;
}

/* A list of gaps, a deadline, and nothing else: the common case, in a few steps. */
static inline bool is_plain(const struct mx_retry_policy *policy)
{
    return (policy->kind == MX_RETRY_LIST) & !policy->offsets & !(policy->jitter > 0) &
           (policy->jitter_us == 0) & (policy->scan_us == 0) & !policy->whole_seconds &
           (policy->clock == MX_CLOCK_CREATION) & (policy->expiry == MX_EXPIRE_AT_DEADLINE) &
           (policy->attempts_max == 0);
}

static inline struct mx_retry_decision decide_plainly(const struct mx_retry_policy *policy,
                                                      const struct mx_retry_state *state,
                                                      int64_t now_us)
{
    const int64_t gap_us = policy->gap_us[state->attempt_count - 1];
    const int64_t cap_us = policy->gap_us_max > 0 ? policy->gap_us_max : MX_RETRY_GAP_US_MAX;
    const int64_t chosen_us = gap_us < cap_us ? gap_us : cap_us;
    const int64_t next_us = mx_retry_add_us(now_us, chosen_us);
    const int64_t deadline_us = mx_retry_add_us(state->created_us, policy->lifetime_us);
    if (next_us < deadline_us) {
        return (struct mx_retry_decision){next_us, MX_NEVER, chosen_us};
    }
    return (struct mx_retry_decision){MX_NEVER, deadline_us > now_us ? deadline_us : now_us,
                                      chosen_us};
}

struct mx_retry_decision mx_retry_decide(const struct mx_retry_policy *policy,
                                         const struct mx_retry_state *state, int64_t now_us,
                                         double u)
{
    assert(now_us >= 0 && state->created_us <= now_us && state->first_deferral_us <= now_us);
    if (is_plain(policy) && state->attempt_count <= policy->gap_count) {
        return decide_plainly(policy, state, now_us);
    }
    struct mx_retry_decision decision = {MX_NEVER, MX_NEVER, 0};
    int64_t cutoff_us = MX_NEVER;
    if (policy->kind == MX_RETRY_SEGMENTS) {
        cutoff_us = mx_retry_cutoff_us(policy, state);
        if (now_us >= cutoff_us) {
            decision.expires_us = now_us;
            return decision;
        }
    }
    const int64_t gap_us = mx_retry_gap_us(policy, state, now_us, u);
    decision.gap_us = jittered_us(policy, gap_us, u);
    decision.next_us = due_us(policy, now_us, decision.gap_us);
    if (decision.next_us > cutoff_us) { /* once more, as soon as the cutoff is reached */
        decision.next_us =
            policy->scan_us > 0 ? mx_retry_next_scan_us(policy, cutoff_us, now_us) : cutoff_us;
    }
    decision.expires_us = mx_retry_expiry_us(policy, state, now_us, decision.next_us);
    if (decision.expires_us != MX_NEVER) {
        decision.next_us = MX_NEVER;
    }
    assert(decision.next_us > now_us);
    return decision;
}

int64_t mx_retry_deadline_us(const struct mx_retry_policy *policy, int64_t created_us)
{
    if (policy->expiry != MX_EXPIRE_AT_DEADLINE || policy->clock != MX_CLOCK_CREATION) {
        return MX_NEVER;
    }
    return mx_retry_add_us(created_us, policy->lifetime_us);
}

bool mx_retry_is_random(const struct mx_retry_policy *policy)
{
    return policy->jitter > 0 || policy->jitter_us > 0 || mx_retry_gap_is_random(policy);
}

bool mx_retry_needs_history(const struct mx_retry_policy *policy)
{
    return policy->kind == MX_RETRY_SEGMENTS || policy->clock != MX_CLOCK_CREATION;
}

void mx_retry_bluecore(struct mx_retry_policy *policy)
{
    *policy = (struct mx_retry_policy){
        .kind = MX_RETRY_LIST,
        .gap_count = 2,
        .gap_us = {2 * MX_MINUTE_US, 5 * MX_MINUTE_US},
        .multiply = 2,
        .lifetime_us = 72 * MX_HOUR_US,
        .clock = MX_CLOCK_CREATION,
        .expiry = MX_EXPIRE_AT_DEADLINE,
        .unit = MX_UNIT_MESSAGE,
    };
}
