// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_check.c - what a usable retry policy looks like, and the least gap that one can give. */
#include <stddef.h>

#include "models/retry_gap.h"

#define SKIP_MAX 1000000U

static int64_t least(const int64_t *values, uint32_t count)
{
    int64_t least_us = MX_NEVER;
    for (uint32_t i = 0; i < count; i++) {
        least_us = values[i] < least_us ? values[i] : least_us;
    }
    return least_us;
}

/* Before jitter; 0 where it may be arbitrarily small. */
static int64_t plain_gap_us_min(const struct mx_retry_policy *policy)
{
    switch (policy->kind) {
    case MX_RETRY_LIST: {
        const int64_t gap_us = least(policy->gap_us, policy->gap_count);
        const int64_t cap_us = policy->gap_us_max;
        return policy->offsets ? 0 : cap_us > 0 && cap_us < gap_us ? cap_us : gap_us;
    }
    case MX_RETRY_AGE:
        return policy->backoff_us_min;
    case MX_RETRY_QUADRATIC:
        /* (isqrt(age) + skip)^2 - age >= skip^2, less the fraction of a second now */
        return policy->quadratic == MX_QUADRATIC_QMAIL
                   ? ((int64_t)policy->quadratic_skip * policy->quadratic_skip - 1) * MX_SECOND_US
                   : 0;
    case MX_RETRY_SEGMENTS: /* the attempt at the cutoff may follow at once */
    case MX_RETRY_EXPONENTIAL:
    case MX_RETRY_KIND_COUNT:
        break;
    }
    return 0;
}

/* Jitter that grows with the gaps, as a share of each. */
static double grown_share(const struct mx_retry_policy *policy)
{
    return policy->jitter_grows && policy->gap_us[0] > 0
               ? (double)policy->jitter_us / (double)policy->gap_us[0]
               : 0;
}

static int64_t fixed_jitter_us(const struct mx_retry_policy *policy)
{
    return policy->jitter_grows ? 0 : policy->jitter_us;
}

int64_t mx_retry_gap_us_min(const struct mx_retry_policy *policy)
{
    int64_t gap_us = plain_gap_us_min(policy);
    if (policy->jitter > 0 || policy->jitter_us > 0) {
        const double share = policy->jitter + grown_share(policy);
        const double least_us = (double)gap_us * (1 - share) - (double)fixed_jitter_us(policy) - 1;
        gap_us = (int64_t)least_us;
    }
    if (policy->whole_seconds) { /* both ends truncated */
        gap_us -= 2 * MX_SECOND_US;
    }
    if (policy->scan_us > 0) {
        gap_us -= policy->scan_ahead_us;
    }
    return gap_us > 0 ? gap_us : 0;
}

static const char *check_list(const struct mx_retry_policy *policy)
{
    if (policy->gap_count < 1 || policy->gap_count > MX_RETRY_GAPS_MAX) {
        return "gaps: a list takes 1 to 64 gaps";
    }
    for (uint32_t i = 0; i < policy->gap_count; i++) {
        if (policy->gap_us[i] < 0 || (policy->gap_us[i] == 0 && policy->scan_us == 0)) {
            return "gaps: a gap must be longer than 0, or the policy never advances (0 needs a "
                   "scan_interval)";
        }
        if (policy->gap_us[i] > MX_RETRY_GAP_US_MAX) {
            return "gaps: a gap may be at most 400 days";
        }
        if (policy->offsets && i > 0 && policy->gap_us[i] <= policy->gap_us[i - 1]) {
            return "gaps: offsets must increase, or the policy never advances";
        }
    }
    if (!(policy->multiply >= 1 && policy->multiply <= 1e6)) {
        return "then: gaps are multiplied by 1 to 1000000 (1 repeats the last)";
    }
    if (policy->gap_us_max < 0) {
        return "max_gap: must be longer than 0, or none";
    }
    if (policy->offsets && policy->multiply > 1 && policy->multiply < 1.01) {
        return "then: offsets are multiplied by 1.01 or more (1 repeats the last step)";
    }
    if (policy->offsets && policy->whole_factor) {
        return "whole_factor: is for gaps, not for offsets";
    }
    return NULL;
}

static const char *check_segments(const struct mx_retry_policy *policy)
{
    if (policy->segment_count < 1 || policy->segment_count > MX_RETRY_SEGMENTS_MAX) {
        return "rule: takes 1 to 16 segments";
    }
    int64_t from_us = 0;
    for (uint32_t i = 0; i < policy->segment_count; i++) {
        const struct mx_retry_segment *segment = &policy->segment[i];
        if (segment->kind != 'F' && segment->kind != 'G' && segment->kind != 'H') {
            return "rule: a segment is of kind F, G or H";
        }
        if (segment->until_us <= from_us) {
            return "rule: each segment must end later than the one before it";
        }
        if (segment->until_us > MX_HORIZON_US_MAX || segment->gap_us > MX_RETRY_GAP_US_MAX) {
            return "rule: times may be at most 400 days";
        }
        if (segment->gap_us <= 0) {
            return "rule: a gap must be longer than 0, or the policy never advances";
        }
        if (segment->kind != 'F' && !(segment->factor >= 1 && segment->factor <= 1e6)) {
            return "rule: the factor of a segment G or H must be 1 to 1000000";
        }
        from_us = segment->until_us;
    }
    return NULL;
}

static const char *check_kind(const struct mx_retry_policy *policy)
{
    switch (policy->kind) {
    case MX_RETRY_LIST:
        return check_list(policy);
    case MX_RETRY_AGE:
        if (policy->backoff_us_min < 0 || (policy->backoff_us_min == 0 && policy->scan_us == 0)) {
            return "minimal_backoff: must be longer than 0, or the policy never advances (0 needs "
                   "a scan_interval)";
        }
        if (policy->backoff_us_max < policy->backoff_us_min) {
            return "maximal_backoff: must not be shorter than minimal_backoff";
        }
        return policy->backoff_us_max > MX_RETRY_GAP_US_MAX
                   ? "maximal_backoff: may be at most 400 days"
                   : NULL;
    case MX_RETRY_QUADRATIC:
        if (policy->quadratic == MX_QUADRATIC_QMAIL) {
            return policy->quadratic_skip < 1 || policy->quadratic_skip > SKIP_MAX
                       ? "skip: must be 1 to 1000000, or the policy never advances"
                       : NULL;
        }
        return policy->quadratic_unit_us < 1 || policy->quadratic_unit_us > MX_RETRY_GAP_US_MAX
                   ? "unit: must be longer than 0 and at most 400 days"
                   : NULL;
    case MX_RETRY_SEGMENTS:
        return check_segments(policy);
    case MX_RETRY_EXPONENTIAL:
        return policy->gap_us_mean < 1 || policy->gap_us_mean > MX_RETRY_GAP_US_MAX
                   ? "mean_gap: must be longer than 0 and at most 400 days"
                   : NULL;
    case MX_RETRY_KIND_COUNT:
        break;
    }
    return "kind: unknown";
}

static const char *check_jitter(const struct mx_retry_policy *policy)
{
    if (!(policy->jitter >= 0 && policy->jitter < 1)) {
        return "jitter: a share must be 0 % or more and less than 100 %";
    }
    if (policy->jitter_us < 0) {
        return "jitter: must not be negative";
    }
    if (policy->jitter_step_us < 0 || policy->jitter_step_us > policy->jitter_us) {
        return "jitter_step: must be 0 or longer, and not longer than the jitter";
    }
    if (policy->jitter_grows && (policy->kind != MX_RETRY_LIST || policy->offsets)) {
        return "jitter_grows: is for a list of gaps";
    }
    if (policy->jitter <= 0 && policy->jitter_us == 0) {
        return NULL;
    }
    if (mx_retry_gap_is_random(policy)) {
        return "jitter: gaps of this policy are random already";
    }
    const int64_t gap_us = policy->jitter_grows ? policy->gap_us[0] : plain_gap_us_min(policy);
    return gap_us > 0 && (double)policy->jitter_us >= (double)gap_us * (1 - policy->jitter)
               ? "jitter: must be shorter than the shortest gap, or the policy never advances"
               : NULL;
}

static const char *check_host(const struct mx_retry_policy *policy)
{
    if (policy->kind != MX_RETRY_SEGMENTS || policy->clock != MX_CLOCK_HOST_FAILURE) {
        return "unit: \"host\" needs kind = \"segments\" and clock = \"host_failure\"";
    }
    if (policy->lifetime_us != MX_NEVER || policy->attempts_max > 0 || policy->jitter > 0 ||
        policy->jitter_us > 0 || policy->expiry != MX_EXPIRE_AFTER_FAILURE) {
        return "unit: \"host\" ends with its rule: lifetime = \"none\", expiry = "
               "\"after_failure\", "
               "and neither max_attempts nor jitter";
    }
    if (policy->data_expire_us <= 0) {
        return "data_expire: must be longer than 0";
    }
    return NULL;
}

static const char *check_queue(const struct mx_retry_policy *policy)
{
    if (policy->kind != MX_RETRY_LIST || policy->offsets) {
        return "unit: \"queue\" needs a list of gaps (no offsets)";
    }
    if (policy->jitter > 0 || policy->jitter_us > 0 || policy->scan_us > 0 ||
        policy->whole_seconds) {
        return "unit: \"queue\" has neither jitter nor scans nor whole_seconds";
    }
    if (policy->recipient_gap_us <= 0) {
        return "recipient_gap: must be longer than 0";
    }
    return NULL;
}

static const char *check_unit(const struct mx_retry_policy *policy)
{
    switch (policy->unit) {
    case MX_UNIT_MESSAGE:
        break;
    case MX_UNIT_HOST:
        return check_host(policy);
    case MX_UNIT_QUEUE:
        return policy->clock == MX_CLOCK_HOST_FAILURE
                   ? "clock: \"host_failure\" needs unit = \"host\""
                   : check_queue(policy);
    case MX_UNIT_COUNT:
        return "unit: unknown";
    }
    return policy->clock == MX_CLOCK_HOST_FAILURE ? "clock: \"host_failure\" needs unit = \"host\""
                                                  : NULL;
}

const char *mx_retry_check(const struct mx_retry_policy *policy)
{
    const char *wrong = check_kind(policy);
    if (wrong == NULL) {
        wrong = check_jitter(policy);
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (policy->scan_us < 0 || policy->scan_us > MX_RETRY_GAP_US_MAX) {
        return "scan_interval: must be longer than 0 and at most 400 days, or none";
    }
    if (policy->scan_phase_us < 0 || policy->scan_phase_us > MX_HORIZON_US_MAX) {
        return "scan_phase: must be 0 to 400 days";
    }
    if (policy->scan_ahead_us < 0 || policy->scan_ahead_us > MX_RETRY_GAP_US_MAX) {
        return "scan_ahead: must be 0 to 400 days";
    }
    if (policy->lifetime_us <= 0) {
        return "lifetime: must be longer than 0, or none";
    }
    if ((policy->expiry == MX_EXPIRE_ATTEMPTS || policy->expiry == MX_EXPIRE_ATTEMPTS_DUE) &&
        policy->attempts_max < 1) {
        return "max_attempts: must be at least 1 where expiry is by attempts";
    }
    if ((unsigned)policy->expiry >= MX_EXPIRE_COUNT) {
        return "expiry: unknown";
    }
    if ((unsigned)policy->clock >= MX_CLOCK_COUNT) {
        return "clock: unknown";
    }
    return check_unit(policy);
}
