// SPDX-License-Identifier: GPL-3.0-or-later
/* plan.h - a scenario, validated and resolved: every number the run needs, in base units, const.
 *
 * Made by reader.h from libconfig files; nothing above this floor sees libconfig. Everything is
 * kept in canonical order (by key), which decides message numbers and ties, so that the order of
 * the file changes nothing; `shown` gives the order of the file, for output. Owned as a whole by
 * mx_plan_destroy.
 *
 * key_name: the text whose hash the key is, "" where it is the name itself. */
#ifndef MX_PLAN_H
#define MX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/arrival.h"
#include "models/destination.h"
#include "models/ip_pool.h"
#include "models/receiver.h"
#include "models/recipient.h"
#include "models/retry.h"
#include "models/sending_path.h"
#include "models/throttle.h"

#include "sim/base/clock_change.h"
#include "sim/scenario/range.h"

#define MX_NO_INDEX UINT32_MAX
#define MX_REPLICATIONS_MAX 100000U
#define MX_SEED_MAX ((uint64_t)INT64_MAX) /* what a reader of JSON takes for a whole number */

/* name "(clean)": the list of campaigns that name none. */
struct mx_plan_list {
    char *name;
    uint64_t key;
    char *key_name;
    struct mx_list_params params;
};

/* history: over all providers; each provider gets its share of the recipients that the pool's
 * campaigns send to it. */
struct mx_plan_ip {
    char *name;
    uint64_t key;
    uint32_t pool;
    uint32_t netblock;
    struct mx_history history;
};

struct mx_plan_pool {
    char *name;
    uint64_t key;
    char *key_name;
    uint32_t ip_first, ip_count; /* a run of plan->ips */
    struct mx_warm_up warm_up;
    uint32_t overflow_pool; /* MX_NO_INDEX: wait */
};

/* counts[p]: recipients of one occurrence at provider p (largest remainder). `arrivals` is made of
 * the pieces, which are kept to be written out. */
struct mx_plan_campaign {
    char *name;
    uint64_t key;
    char *key_name;
    bool promotional;
    uint32_t list, pool, domain;
    uint64_t recipients;
    uint32_t occurrence_count;
    int64_t *occurrence_start_us;
    struct mx_arrival_shape *arrivals; /* relative to an occurrence's start */
    uint32_t piece_count;
    bool poisson;
    int64_t *piece_edge_us; /* piece_count + 1 */
    double *piece_weight;
    uint64_t *counts;
};

/* domain histories: accepted per day from each sending domain, over all providers. */
struct mx_plan_domain {
    char *name;
    struct mx_history history;
};

/* Sender limits towards this provider, resolved from mta and mta.destinations. */
struct mx_plan_provider {
    char *name;
    uint64_t key;
    char *key_name;
    struct mx_receiver_params receiver; /* its outages are owned by the plan */
    struct mx_sending_params sending;
    struct mx_throttle_params throttle;
};

/* One value that no public source states. */
struct mx_plan_assumed {
    char *path;  /* "providers.gmail.reputation.half_life" */
    char *value; /* as written */
    char *range; /* "3d .. 14d", or "" */
};

/* Something assumed that can be varied: an assumed value, or a key of an assumed group. A plan that
 * was written out holds no value for some of them (is_settable false, no range). Where two shares
 * are of the same attempts, partner is the other one's factor, or SIZE_MAX with sum_max what the
 * fixed other one leaves. */
struct mx_plan_factor {
    char *path;  /* as --set takes it */
    char *value; /* as written */
    bool is_settable;
    struct mx_range range;
    size_t partner;
    double sum_max;
};

/* "providers.gmail.reputation.half_life" -> "gmail.cfg:12: Gmail sender guidelines". */
struct mx_plan_note {
    char *path;
    char *text;
};

struct mx_arena;

struct mx_plan {
    char *name;
    char *file;
    char sha256[65]; /* of the scenario, its includes and presets, as read */
    char *start;     /* "2026-11-27 09:00", local */
    char *time_zone;
    int64_t start_unix_s;
    int32_t utc_offset_s;                  /* at the start */
    struct mx_clock_change *clock_changes; /* of the zone, before the horizon */
    size_t clock_change_count;
    struct mx_day day;
    int64_t horizon_us; /* simulated until then */
    int64_t warmup_us;  /* messages created before are simulated, not counted */
    bool steady_state;  /* one long run, whose start is cut off; then no warmup */
    int64_t window_us;  /* time step at whose edges bands, throttles and pools move */
    uint64_t seed;
    uint32_t replications;
    bool seed_by_option, replications_by_option; /* given beside the scenario, not in it */
    bool exact_required; /* servers capacity, gaps shorter than a window, shared retry data */
    int64_t timeseries_every_us;

    struct mx_law transaction;
    struct mx_retry_policy retry;
    struct mx_destination_params destination; /* what goes with the policy */
    char *retry_name;

    uint32_t list_count, pool_count, ip_count, campaign_count, provider_count;
    uint32_t domain_count, netblock_count;
    struct mx_plan_list *lists;
    struct mx_plan_pool *pools;
    struct mx_plan_ip *ips;
    struct mx_plan_campaign *campaigns;
    struct mx_plan_provider *providers;
    struct mx_plan_domain *domains;
    char **netblocks;

    uint32_t *providers_shown, *campaigns_shown, *ips_shown; /* canonical index at each place */

    bool assumed_silent;  /* sources.assumed = "silent": they need not be mentioned */
    size_t assumed_count; /* in strcmp order of their paths */
    struct mx_plan_assumed *assumed;
    size_t factor_count; /* in the order of the assumed */
    struct mx_plan_factor *factors;
    size_t expect_count;
    char **expect;     /* texts; what they may say: sim/stats/expect.h */
    size_t note_count; /* where values come from, by path in strcmp order: for mx_plan_print */
    struct mx_plan_note *notes;

    struct mx_arena
        *memory; /* all of the above; NULL in a plan made by hand, which frees its own */
};

void mx_plan_destroy(struct mx_plan *plan);

/* A message's number has two parts: its part of the plan (campaign, occurrence, provider) and its
 * place in that. Together they have MX_PLAN_MESSAGE_BITS at most; loading sees to it. */
#define MX_PLAN_MESSAGE_BITS 40U
struct mx_plan_message_bits {
    unsigned part, place; /* bits, each at most MX_PLAN_MESSAGE_BITS */
};
struct mx_plan_message_bits mx_plan_message_bits(const struct mx_plan *plan);

#endif
