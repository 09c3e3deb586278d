// SPDX-License-Identifier: GPL-3.0-or-later
/* reputation.h - stage 2 of a provider, third part: a score per IP and per sending domain.
 *
 * Decayed counts of good mail and of weighted offences (complaints, unknown users, traps); scores
 * and bands move at epochs alone. Equations: models/README.md. */
#ifndef MX_REPUTATION_H
#define MX_REPUTATION_H

#include "models/receiver_params.h"

/* keep: what is left of a count after an epoch. */
struct mx_reputation_rule {
    const struct mx_reputation_params *params;
    double keep;
};

/* What has happened since the last epoch, in whole numbers: a sum that does not depend on the order
 * in which it was made. engaged: of the inboxed, in units of 2^-20. */
struct mx_reputation_counts {
    uint64_t inboxed, engaged;
    uint64_t complaints, unknown, traps;
};

/* good: inboxed messages; bad: offences times their weights; both decayed, as of the last epoch. */
struct mx_reputation {
    double good, bad;
    double score;
    enum mx_band band;
    struct mx_reputation_counts since;
};

/* params is borrowed. */
void mx_reputation_prepare(struct mx_reputation_rule *rule,
                           const struct mx_reputation_params *params);

/* A cold key: the prior's score. */
void mx_reputation_init(const struct mx_reputation_rule *rule, struct mx_reputation *key);

/* As if daily_volume had been accepted on each of the last days, day_us long, of which a share
 * `complaints` of the inboxed complained and a share `unknown` met unknown users. */
void mx_reputation_set_history(const struct mx_reputation_rule *rule, struct mx_reputation *key,
                               double daily_volume, double days, double complaints, double unknown,
                               int64_t day_us);

/* (w0 s0 + good) / (w0 + good + bad); s0 where there is nothing to judge by. */
double mx_reputation_score(const struct mx_reputation_params *params, double good, double bad);
enum mx_band mx_reputation_band(const struct mx_reputation_params *params, double score);

/* Weigh what has happened since the last epoch: it is in good and bad then. */
void mx_reputation_weigh(const struct mx_reputation_params *params, struct mx_reputation *key);

/* End of an epoch: weigh, decay, then a new score and band. */
void mx_reputation_epoch(const struct mx_reputation_rule *rule, struct mx_reputation *key);

/* 2^(-elapsed / half life), exactly reproducible. */
double mx_reputation_decay(double half_lives);

/* What a band does to the share of messages that u falls into: MX_REASON_BLOCKED (550),
 * MX_REASON_REPUTATION (421) or MX_REASON_NONE. */
static inline enum mx_reason mx_reputation_decide(const struct mx_band_params *band, double u)
{
    if (u >= band->block + band->busy)
        return MX_REASON_NONE;
    return u < band->block ? MX_REASON_BLOCKED : MX_REASON_REPUTATION;
}

/* engagement: of the message's list, in units of 2^-20. */
static inline void mx_reputation_inboxed_many(struct mx_reputation *key, uint32_t engagement,
                                              uint64_t count)
{
    key->since.inboxed += count;
    key->since.engaged += engagement * count;
}
static inline void mx_reputation_inboxed(struct mx_reputation *key, uint32_t engagement)
{
    mx_reputation_inboxed_many(key, engagement, 1);
}
static inline void mx_reputation_complaint(struct mx_reputation *key)
{
    key->since.complaints++;
}
static inline void mx_reputation_unknown(struct mx_reputation *key)
{
    key->since.unknown++;
}
static inline void mx_reputation_trap(struct mx_reputation *key)
{
    key->since.traps++;
}

/* A share of messages in units of 2^-20. */
static inline uint32_t mx_reputation_engagement(double share)
{
    return (uint32_t)(share * 0x1p20 + 0.5);
}

#endif
