// SPDX-License-Identifier: GPL-3.0-or-later
/* receiver_params.h - the parameters of one mailbox provider, stage by stage.
 *
 * Plain data, filled by the scenario reader (or by hand), const afterwards. A limit of 0 means
 * "none" unless said otherwise. Each stage's equation stands in models/README.md. */
#ifndef MX_RECEIVER_PARAMS_H
#define MX_RECEIVER_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/law.h"
#include "models/reply.h"
#include "models/units.h"

/* Capacity left in [from_us, to_us): 0 = nothing answers (stage 0), else a factor on the rate
 * of a "rate" capacity (stage 3). left in [0, 1]. */
struct mx_outage {
    int64_t from_us, to_us;
    double left;
};

#define MX_PROVIDER_CONNECTIONS_MAX 1000000U

struct mx_connections_params {
    /* attempts in progress at once, 0 = no limit, else <= MX_PROVIDER_CONNECTIONS_MAX */
    uint32_t per_ip, total;
};

enum mx_bucket_kind {
    MX_BUCKET_CONTINUOUS, /* fluid tokens, fill x elapsed */
    MX_BUCKET_PERIODIC,   /* whole tokens, at multiples of 1/fill since the scenario's start */
    MX_BUCKET_KIND_COUNT
};

/* count per period_us; count 0 = no limit. */
struct mx_rate {
    double count;
    int64_t period_us;
};

/* Who an allowance is counted for. */
enum mx_scope { MX_SCOPE_IP, MX_SCOPE_NETBLOCK, MX_SCOPE_DOMAIN, MX_SCOPE_COUNT };

/* The growth rule: volume of a day <= max(floor_per_day, growth x reference), reference = the
 * largest daily volume that passed in the last reference_days days. growth 0 = rule off.
 * hourly_share: part of the day's allowance that one hour may take, in (0, 1]; 1 = no hour rule.
 * The cap: a token bucket of `cap`, or in the IP scope, where `cap` is none, of the band's cap;
 * depth `depth` messages, at least 1 (0: one period's worth). */
struct mx_allowance_params {
    double growth;
    double floor_per_day;
    uint32_t reference_days; /* 1 .. 30 */
    double hourly_share;
    struct mx_rate cap;
    double depth;
    enum mx_bucket_kind bucket;
    bool refused_count; /* refused attempts count as volume and take tokens */
};

enum mx_band { MX_BAND_BAD, MX_BAND_LOW, MX_BAND_MEDIUM, MX_BAND_HIGH, MX_BAND_COUNT };

/* A band holds while score < below (the last band: always). busy, block: shares of messages
 * deferred / rejected for an episode, busy + block <= 1; spam: share of accepted mail that goes to
 * the spam folder. */
struct mx_band_params {
    double below;
    struct mx_rate cap;
    double busy, block, spam;
};

/* score = (w0 s0 + good) / (w0 + good + w_c complaints + w_u unknown + w_t traps), counts decayed
 * with half_life_us at each epoch; good = inboxed mail x (1 + engagement_weight x engagement).
 * enabled 0: the band is always MX_BAND_HIGH, of which the cap alone holds. */
struct mx_reputation_params {
    bool enabled;
    int64_t half_life_us;
    int64_t epoch_us;
    int64_t episode_us; /* 0: one draw per attempt */
    double prior_score, prior_weight;
    double complaint_weight, unknown_weight, trap_weight, engagement_weight;
    bool domain; /* the sending domain has a score too; the lower band of the two holds */
    struct mx_band_params band[MX_BAND_COUNT];
};

/* Blocked for lasts_us once more than `deferrals` policy answers fell within a window.
 * deferrals 0 = never. */
struct mx_block_params {
    uint32_t deferrals;
    int64_t within_us;
    int64_t lasts_us;
};

enum mx_capacity_kind {
    MX_CAPACITY_NONE,
    MX_CAPACITY_RATE,
    MX_CAPACITY_SERVERS,
    MX_CAPACITY_KIND_COUNT
};

#define MX_DAILY_MAX 288
#define MX_SERVERS_MAX 1000000U
#define MX_WAITING_ROOM_MAX UINT64_C(10000000)

/* Factors over the local day in equal steps; count 0 = always 1. */
struct mx_daily {
    uint32_t count;
    double factor[MX_DAILY_MAX];
};

struct mx_capacity_params {
    enum mx_capacity_kind kind;
    /* rate */
    double rate_per_s;
    double backlog;   /* messages admitted and not yet drained, at most; at least 1 */
    double busy_cost; /* work of a refusal, in messages, >= 0 */
    struct mx_daily daily;
    double noise_cv; /* lognormal factor of mean 1, anew every noise_every_us; 0 = none */
    int64_t noise_every_us;
    double background_per_s; /* other senders' load */
    struct mx_daily background_daily;
    /* servers */
    uint32_t servers; /* 1 .. MX_SERVERS_MAX */
    struct mx_law service;
    uint64_t waiting_room; /* 0 .. MX_WAITING_ROOM_MAX, or UINT64_MAX = unlimited */
};

/* Seen by the greylist: never. */
#define MX_GREYLIST_UNSEEN UINT32_MAX

/* delay_us 0 = off. domains: small domains behind this provider, each with its own whitelist.
 * whitelist_after: passes of a client (IP) at a domain; 0 = never. */
struct mx_greylist_params {
    int64_t delay_us;
    uint32_t domains;         /* 1 .. 65,536 */
    uint32_t whitelist_after; /* 0 .. 255 */
};

struct mx_receiver_params {
    enum mx_reply_style style;
    uint32_t outage_count;
    const struct mx_outage *outages; /* borrowed; sorted, not overlapping */
    struct mx_connections_params connections;
    struct mx_allowance_params allowance[MX_SCOPE_COUNT];
    struct mx_reputation_params reputation;
    struct mx_block_params block;
    struct mx_capacity_params capacity;
    struct mx_greylist_params greylist;
    double full_reply_soft; /* share of full mailboxes answered 452 (the rest 552) */
    double content_reject, content_busy;
    struct mx_day day;
};

#endif
