// SPDX-License-Identifier: GPL-3.0-or-later
/* token_bucket.c - rates as ratios of whole numbers, levels in 128 bits.
 *
 * Sizes: gain < 2^53, token <= period_us x 2^40 < 2^87, depth <= 2^36, elapsed < 2^63. */
#include "models/token_bucket.h"

/* gain, *scale_log2 with gain / 2^scale = count: exact for whole numbers and short fractions,
 * within 2^-40 relative otherwise (more for rates under one message per period). */
static uint64_t gain_of(double count, int *scale_log2)
{
    int scale = 0;

    if (count > 0x1p52) /* more than any time step can tell from no limit */
        count = 0x1p52;
    while (scale < 40 && count < 0x1p40 && count != (double)(uint64_t)count) {
        count *= 2.0;
        scale++;
    }
    *scale_log2 = scale;
    count += 0.5;
    return count < 1.0 ? 1 : (uint64_t)count;
}

void mx_bucket_prepare(struct mx_bucket_rule *rule, const struct mx_rate *rate, double depth,
                       enum mx_bucket_kind kind)
{
    int scale_log2;
    uint64_t whole;

    *rule = (struct mx_bucket_rule){.periodic = kind == MX_BUCKET_PERIODIC};
    if (!(rate->count > 0.0))
        return;
    rule->gain = gain_of(rate->count, &scale_log2);
    rule->token = (mx_u128)(uint64_t)rate->period_us << scale_log2;
    if (depth <= 0.0)
        depth = rate->count;
    if (depth < 1.0)
        depth = 1.0;
    if (depth > MX_BUCKET_DEPTH_MAX)
        depth = MX_BUCKET_DEPTH_MAX;
    whole = (uint64_t)depth;
    rule->full = rule->token * whole;
    if (!rule->periodic)
        rule->full += (mx_u128)((depth - (double)whole) * (double)rule->token);
}

void mx_bucket_init(const struct mx_bucket_rule *rule, struct mx_bucket *bucket)
{
    *bucket = (struct mx_bucket){.level = rule->full, .level_us = 0};
}

/* The level's whole tokens above the depth are lost, not its fraction. The quotient is guessed in
 * floating point, which a 128-bit division would take five times as long for, and then mended. */
mx_u128 mx_bucket_spill(const struct mx_bucket_rule *rule, mx_u128 level)
{
    mx_u128 excess = level - rule->full;
    mx_u128 lost;

    if (excess < rule->token)
        return level;
    lost = (mx_u128)((double)excess / (double)rule->token) * rule->token;
    while (lost > excess)
        lost -= rule->token;
    excess -= lost;
    while (excess >= rule->token)
        excess -= rule->token;
    return rule->full + excess;
}

/* For a periodic bucket: how far the next token has come at t_us. */
static mx_u128 phase(const struct mx_bucket_rule *rule, int64_t t_us)
{
    return (mx_u128)(uint64_t)t_us * rule->gain % rule->token;
}

void mx_bucket_change(const struct mx_bucket_rule *from, const struct mx_bucket_rule *to,
                      struct mx_bucket *bucket, int64_t now_us)
{
    double tokens;

    if (to->gain == 0) {
        *bucket = (struct mx_bucket){.level_us = now_us};
        return;
    }
    if (from->gain == 0) {
        bucket->level = to->full;
    } else {
        mx_bucket_fill(from, bucket, now_us);
        tokens = mx_bucket_tokens(from, bucket);
        if (from->token == to->token && !to->periodic)
            /* the unit stays */;
        else if (to->periodic)
            bucket->level = to->token * (uint64_t)tokens;
        else
            bucket->level = (mx_u128)(tokens * (double)to->token);
        if (bucket->level > to->full)
            bucket->level = to->full;
    }
    if (to->periodic)
        bucket->level += phase(to, now_us);
    bucket->level_us = now_us;
}

double mx_bucket_tokens(const struct mx_bucket_rule *rule, const struct mx_bucket *bucket)
{
    if (rule->gain == 0)
        return 0.0;
    if (rule->periodic)
        return (double)(uint64_t)(bucket->level / rule->token);
    return (double)bucket->level / (double)rule->token;
}
