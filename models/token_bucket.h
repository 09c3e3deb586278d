// SPDX-License-Identifier: GPL-3.0-or-later
/* token_bucket.h - a rate limit of `count` messages per `period_us` with a depth, exactly.
 *
 * The level is kept in units of which each microsecond adds `gain` and a message takes `token`;
 * gain / token = count / period_us. For a whole count that is gain = count, token = period_us and
 * nothing is ever rounded: a greedy sender gets floor(b + r T) through, and a plan with all
 * durations doubled decides alike. 128 bits hold every level that the limits allow. */
#ifndef MX_TOKEN_BUCKET_H
#define MX_TOKEN_BUCKET_H

#include <stdbool.h>

#include "models/receiver_params.h"

#define MX_BUCKET_DEPTH_MAX 68719476736.0 /* 2^36 messages */

/* gain 0: no limit. full = depth x token. */
struct mx_bucket_rule {
    uint64_t gain;
    bool periodic;
    mx_u128 token, full;
};

struct mx_bucket {
    mx_u128 level;
    int64_t level_us; /* when it was that */
};

/* depth 0: one period's worth; never less than one message. A periodic bucket holds whole tokens,
 * which fall into it at the multiples of period_us / count since time 0. */
void mx_bucket_prepare(struct mx_bucket_rule *rule, const struct mx_rate *rate, double depth,
                       enum mx_bucket_kind kind);

/* Full at time 0. */
void mx_bucket_init(const struct mx_bucket_rule *rule, struct mx_bucket *bucket);

/* What a periodic bucket keeps of a level above full: the part of a token that is on its way. */
mx_u128 mx_bucket_spill(const struct mx_bucket_rule *rule, mx_u128 level);

/* Bring the level up to now_us, which must not decrease. */
static inline void mx_bucket_fill(const struct mx_bucket_rule *rule, struct mx_bucket *bucket,
                                  int64_t now_us)
{
    uint64_t elapsed_us = (uint64_t)(now_us - bucket->level_us);

    if (rule->gain == 0)
        return;
    bucket->level += (mx_u128)elapsed_us * rule->gain;
    bucket->level_us = now_us;
    if (bucket->level > rule->full)
        bucket->level = rule->periodic ? mx_bucket_spill(rule, bucket->level) : rule->full;
}

/* After _fill: is there a token? Then _take may follow. Without a limit there always is. */
static inline bool mx_bucket_has(const struct mx_bucket_rule *rule, const struct mx_bucket *bucket)
{
    return rule->gain == 0 || bucket->level >= rule->token;
}
static inline void mx_bucket_take(const struct mx_bucket_rule *rule, struct mx_bucket *bucket)
{
    if (rule->gain > 0)
        bucket->level -= rule->token;
}

/* The rule changes from `from` to `to` at now_us: the tokens stay, clipped to the new depth; a
 * bucket that had no limit starts full. */
void mx_bucket_change(const struct mx_bucket_rule *from, const struct mx_bucket_rule *to,
                      struct mx_bucket *bucket, int64_t now_us);

/* Tokens after _fill; whole ones where periodic. */
double mx_bucket_tokens(const struct mx_bucket_rule *rule, const struct mx_bucket *bucket);

#endif
