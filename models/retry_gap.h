// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_gap.h - private to models/retry*.c: the gap of each kind of policy, before jitter, scans
 * and expiry. */
#ifndef MX_RETRY_GAP_H
#define MX_RETRY_GAP_H

#include <stdbool.h>
#include <stdint.h>

#include "models/retry.h"

/* No plan is longer, so a longer gap cannot be told from this one. */
#define MX_RETRY_GAP_US_MAX MX_HORIZON_US_MAX

/* When the policy's clock started for this message. */
int64_t mx_retry_clock_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state);

/* Gap after a refusal at now_us, in [1, MX_RETRY_GAP_US_MAX]. Arguments as mx_retry_decide(). */
int64_t mx_retry_gap_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state,
                        int64_t now_us, double u);

/* True when the gap itself depends on u. */
bool mx_retry_gap_is_random(const struct mx_retry_policy *policy);

/* Segments: the time from which a refusal is final; where the host's failure is the clock, that
 * of the message itself. */
int64_t mx_retry_cutoff_us(const struct mx_retry_policy *policy,
                           const struct mx_retry_state *state);

/* First scan at or after due_us, and after now_us. */
int64_t mx_retry_next_scan_us(const struct mx_retry_policy *policy, int64_t due_us, int64_t now_us);

/* When the message expires, given that it would be tried at next_us; MX_NEVER: it is tried. */
int64_t mx_retry_expiry_us(const struct mx_retry_policy *policy, const struct mx_retry_state *state,
                           int64_t now_us, int64_t next_us);

/* a + b without overflow, for a >= 0 and b >= 0; MX_NEVER stays MX_NEVER. */
static inline int64_t mx_retry_add_us(int64_t a, int64_t b)
{
    return b > MX_NEVER - a ? MX_NEVER : a + b;
}

static inline int64_t mx_retry_whole_seconds(int64_t t_us)
{
    return t_us - t_us % MX_SECOND_US;
}

#endif
