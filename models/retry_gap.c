// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_gap.c - the gap between a refusal and the next attempt, for each kind of retry policy.
 *
 * Equations and sources: models/README.md, "Retry". */
#include "models/retry_gap.h"

#include <assert.h>
#include <math.h>

#include "models/exact_math.h"

static int64_t in_range(int64_t gap_us)
{
    return gap_us < 1 ? 1 : gap_us < MX_RETRY_GAP_US_MAX ? gap_us : MX_RETRY_GAP_US_MAX;
}

static int64_t rounded(double gap_us)
{
    return gap_us < (double)MX_RETRY_GAP_US_MAX ? (int64_t)(gap_us + 0.5) : MX_RETRY_GAP_US_MAX;
}

int64_t mx_retry_clock_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state)
{
    switch (policy->clock) {
    case MX_CLOCK_CREATION:
    case MX_CLOCK_HOST_FAILURE: /* of the message alone: its age counts, never the younger data */
        return state->created_us;
    case MX_CLOCK_FIRST_DEFERRAL:
        return state->first_deferral_us;
    case MX_CLOCK_COUNT:
        break;
    }
    assert(false);
    return state->created_us;
}

/* Largest r with r^2 <= x. */
static uint64_t square_root_floor(uint64_t x)
{
    assert(x < UINT64_C(1) << 52);
    uint64_t r = (uint64_t)sqrt((double)x);
    while (r * r > x) {
        r--;
    }
    while ((r + 1) * (r + 1) <= x) {
        r++;
    }
    return r;
}

/* The step after one of gap_us: times `multiply`, at most the cap. */
static int64_t list_next_us(const struct mx_retry_policy *policy, int64_t gap_us)
{
    const int64_t next_us = rounded((double)gap_us * policy->multiply);
    return policy->gap_us_max > 0 && next_us > policy->gap_us_max ? policy->gap_us_max : next_us;
}

/* gap_us x floor(multiply^steps), at most MX_RETRY_GAP_US_MAX. */
static int64_t whole_multiple_us(const struct mx_retry_policy *policy, int64_t gap_us,
                                 uint32_t steps)
{
    double factor = 1;
    int64_t multiple_us = gap_us;
    for (; steps > 0 && policy->multiply > 1 && multiple_us < MX_RETRY_GAP_US_MAX; steps--) {
        factor *= policy->multiply;
        multiple_us = factor < (double)MX_RETRY_GAP_US_MAX
                          ? rounded((double)gap_us * (double)(int64_t)factor)
                          : MX_RETRY_GAP_US_MAX;
    }
    return multiple_us;
}

static int64_t list_gap_us(const struct mx_retry_policy *policy, uint32_t attempt_count)
{
    const uint32_t last = policy->gap_count - 1;
    uint32_t i = attempt_count - 1;
    int64_t gap_us = policy->gap_us[i < last ? i : last];
    if (policy->whole_factor && i > last) {
        gap_us = whole_multiple_us(policy, gap_us, i - last);
        i = last;
    }
    for (; i > last; i--) {
        const int64_t next_us = list_next_us(policy, gap_us);
        if (next_us == gap_us) {
            break;
        }
        gap_us = next_us;
    }
    return policy->gap_us_max > 0 && gap_us > policy->gap_us_max ? policy->gap_us_max : gap_us;
}

/* The offset after offset_us, which came step_us after its predecessor. */
static int64_t offset_next_us(const struct mx_retry_policy *policy, int64_t offset_us,
                              int64_t step_us)
{
    if (policy->multiply > 1) {
        step_us = rounded((double)offset_us * (policy->multiply - 1));
    }
    if (policy->gap_us_max > 0 && step_us > policy->gap_us_max) {
        step_us = policy->gap_us_max;
    }
    return mx_retry_add_us(offset_us, step_us < 1 ? 1 : step_us);
}

/* All steps after this one of the rule are the same. */
static bool is_steady(const struct mx_retry_policy *policy, int64_t step_us)
{
    return policy->multiply <= 1 || step_us == policy->gap_us_max;
}

/* Offset number attempt_count, or a later one where it has passed already. */
static int64_t offset_gap_us(const struct mx_retry_policy *policy, uint32_t attempt_count,
                             int64_t elapsed_us)
{
    int64_t offset_us = 0;
    int64_t step_us = 0;
    for (uint64_t i = 0; i < attempt_count || offset_us <= elapsed_us; i++) {
        const int64_t next_us =
            i < policy->gap_count ? policy->gap_us[i] : offset_next_us(policy, offset_us, step_us);
        const int64_t left_us = elapsed_us - offset_us;
        step_us = next_us - offset_us;
        assert(step_us > 0);
        offset_us = next_us;
        if (-left_us >= MX_RETRY_GAP_US_MAX) {
            break;
        }
        if (i >= policy->gap_count && left_us > 2 * step_us && is_steady(policy, step_us)) {
            const int64_t passed = left_us / step_us - 1;
            offset_us += passed * step_us;
            i += (uint64_t)passed;
        }
    }
    return offset_us - elapsed_us;
}

static int64_t quadratic_gap_us(const struct mx_retry_policy *policy, int64_t clock_us,
                                int64_t now_us)
{
    switch (policy->quadratic) {
    case MX_QUADRATIC_QMAIL: {
        const int64_t age_s = now_us / MX_SECOND_US - clock_us / MX_SECOND_US;
        const uint64_t root = square_root_floor((uint64_t)age_s) + policy->quadratic_skip;
        return ((int64_t)(root * root) - age_s) * MX_SECOND_US - now_us % MX_SECOND_US;
    }
    case MX_QUADRATIC_OPENSMTPD: {
        const int64_t unit_us = policy->quadratic_unit_us;
        const int64_t age_us = now_us - clock_us;
        const int64_t n = (int64_t)square_root_floor((uint64_t)(age_us / unit_us)) + 1;
        return unit_us * n * n - age_us; /* n^2 > age / unit, hence > 0 */
    }
    case MX_QUADRATIC_COUNT:
        break;
    }
    assert(false);
    return 1;
}

/* A time as the policy's clock reads it. */
static int64_t read_us(const struct mx_retry_policy *policy, int64_t t_us)
{
    return policy->whole_seconds ? mx_retry_whole_seconds(t_us) : t_us;
}

/* Since when a message has been failing, as segments count it. Where Exim keeps retry data, its age
 * counts for what is not the host's failure, however young those data are (retry.c). */
static int64_t failing_since_us(const struct mx_retry_policy *policy,
                                const struct mx_retry_state *state)
{
    return read_us(policy, policy->clock == MX_CLOCK_HOST_FAILURE ? state->created_us
                                                                  : state->first_deferral_us);
}

int64_t mx_retry_cutoff_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state)
{
    return mx_retry_add_us(failing_since_us(policy, state),
                           policy->segment[policy->segment_count - 1].until_us);
}

/* H: the fixed part and the upper half of what is random, each half cut by itself. */
static int64_t random_gap_us(const struct mx_retry_policy *policy, int64_t fixed_us,
                             int64_t grown_us, double u)
{
    const int64_t spread_us = grown_us - fixed_us;
    if (spread_us <= 0) {
        return fixed_us;
    }
    const int64_t drawn_us = read_us(policy, (int64_t)((double)spread_us * u));
    return fixed_us + read_us(policy, drawn_us / 2) + read_us(policy, spread_us / 2);
}

static int64_t segment_gap_us(const struct mx_retry_policy *policy,
                              const struct mx_retry_state *state, int64_t now_us, double u)
{
    const int64_t elapsed_us = read_us(policy, now_us) - failing_since_us(policy, state);
    uint32_t i = 0;
    while (i + 1 < policy->segment_count && elapsed_us >= policy->segment[i].until_us) {
        i++;
    }
    const struct mx_retry_segment *segment = &policy->segment[i];
    const int64_t grown_us = read_us(policy, rounded((double)state->gap_us * segment->factor));
    int64_t gap_us = segment->gap_us;
    if (segment->kind == 'G' && state->gap_us >= segment->gap_us) {
        gap_us = grown_us;
    } else if (segment->kind == 'H') {
        gap_us = random_gap_us(policy, gap_us, grown_us, u);
    }
    return policy->gap_us_max > 0 && gap_us > policy->gap_us_max ? policy->gap_us_max : gap_us;
}

bool mx_retry_gap_is_random(const struct mx_retry_policy *policy)
{
    bool random = policy->kind == MX_RETRY_EXPONENTIAL;
    for (uint32_t i = 0; policy->kind == MX_RETRY_SEGMENTS && i < policy->segment_count; i++) {
        random = random || policy->segment[i].kind == 'H';
    }
    return random;
}

static int64_t age_gap_us(const struct mx_retry_policy *policy, int64_t age_us)
{
    return age_us < policy->backoff_us_min   ? policy->backoff_us_min
           : age_us > policy->backoff_us_max ? policy->backoff_us_max
                                             : age_us;
}

int64_t mx_retry_gap_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state,
                        int64_t now_us, double u)
{
    const int64_t clock_us = mx_retry_clock_us(policy, state);
    assert(state->attempt_count >= 1 && now_us >= clock_us);
    switch (policy->kind) {
    case MX_RETRY_LIST:
        return in_range(policy->offsets
                            ? offset_gap_us(policy, state->attempt_count, now_us - clock_us)
                            : list_gap_us(policy, state->attempt_count));
    case MX_RETRY_AGE:
        return in_range(age_gap_us(policy, read_us(policy, now_us) - read_us(policy, clock_us)));
    case MX_RETRY_QUADRATIC:
        return in_range(quadratic_gap_us(policy, clock_us, now_us));
    case MX_RETRY_SEGMENTS:
        return in_range(segment_gap_us(policy, state, now_us, u));
    case MX_RETRY_EXPONENTIAL:
        return in_range(rounded(-(double)policy->gap_us_mean * mx_log(u)));
    case MX_RETRY_KIND_COUNT:
        break;
    }
    assert(false);
    return MX_RETRY_GAP_US_MAX;
}

void mx_retry_unroll(struct mx_retry_policy *policy)
{
    if (policy->kind != MX_RETRY_LIST || policy->whole_factor) {
        return; /* whole factors are counted from the last gap that was given */
    }
    for (; policy->gap_count < MX_RETRY_GAPS_MAX; policy->gap_count++) {
        const uint32_t i = policy->gap_count;
        const int64_t last_us = policy->gap_us[i - 1];
        const int64_t step_us = i > 1 ? last_us - policy->gap_us[i - 2] : last_us;
        const int64_t next_us = policy->offsets ? offset_next_us(policy, last_us, step_us)
                                                : list_next_us(policy, last_us);
        if (next_us > MX_RETRY_GAP_US_MAX) {
            break;
        }
        policy->gap_us[i] = next_us;
    }
}
