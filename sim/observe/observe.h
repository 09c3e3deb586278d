// SPDX-License-Identifier: GPL-3.0-or-later
/* observe.h - what happened in one replication: counts, durations, time series, states.
 *
 * Write-only for the engine: nothing here ever changes a result. Plain data for statistics and
 * results. Counted are the messages created at or after the plan's warmup. */
#ifndef MX_OBSERVE_H
#define MX_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/reply.h"
#include "sim/base/histogram.h"

/* One cell of (campaign, provider, home IP). Words as in the manual; pending is what is left. */
struct mx_counts {
    uint64_t recipients, dropped;
    uint64_t attempts, delivered, hard_bounced;
    uint64_t soft_rejected; /* includes soft_full and soft_blocked; the rest is by content */
    uint64_t soft_full;     /* a full mailbox, refused with a 552 */
    uint64_t soft_blocked;  /* refused by policy or reputation with a 5xx */
    uint64_t expired;       /* includes expired_unattempted */
    uint64_t expired_unattempted;
    uint64_t non_attempts; /* skips that the real server logs; neither attempts nor deferrals */
    uint64_t deferrals[MX_DEFERRAL_REASON_COUNT];
    uint64_t deferred_messages;
    uint64_t deferred_first_attempt;
    uint64_t ttd_us_sum; /* creation to acceptance, of the delivered */
    uint64_t ttd_us_max;
    uint64_t wait_us_sum; /* due to start, one sample an attempt */
};

void mx_counts_add(struct mx_counts *into, const struct mx_counts *from);
uint64_t mx_counts_deferrals(const struct mx_counts *counts);
uint64_t mx_counts_sent(const struct mx_counts *counts);
uint64_t mx_counts_pending(const struct mx_counts *counts);

/* One interval of a provider's time series, by the time at which things happened. */
struct mx_series_bin {
    uint64_t created; /* sent: created and not dropped */
    uint64_t attempts, delivered, hard_bounced, soft_rejected, expired;
    uint64_t non_attempts;
    uint64_t deferrals[MX_DEFERRAL_REASON_COUNT];
};

/* Attempts are told apart by their number up to here; the last stands for itself and all later. */
#define MX_ATTEMPT_NUMBER_COUNT 32U

/* State of an address at a provider, sampled. */
struct mx_ip_sample {
    float score;
    float allowance_per_day;
    float volume_today;
    uint8_t band; /* enum mx_band */
    bool blocked;
};

/* What became of the messages created in an interval, at a provider: means over time as a steady
 * state has them. Sums, whenever things happened. */
struct mx_creation_bin {
    uint64_t sent, delivered, attempts, deferrals;
    uint64_t ttd_us_sum, wait_us_sum;
};

struct mx_observation {
    uint32_t campaign_count, provider_count, ip_count;
    /* [campaign][provider][ip], ip == ip_count: "(none)", the drops */
    struct mx_counts *cells;
    /* creation to acceptance; durations waited by attempts. Of pairs, [campaign][provider], those
     * of providers and campaigns are the sums */
    struct mx_histogram *ttd_by_pair, *wait_by_pair;
    struct mx_histogram *ttd_by_provider, *ttd_by_campaign, *ttd_by_ip;
    struct mx_histogram *wait_by_provider, *wait_by_campaign, *wait_by_ip;
    /* most messages undecided at the end of an interval of peak_every_us */
    uint64_t peak_total, *peak_by_provider, *peak_by_campaign, *peak_by_ip;
    /* [provider][number of the attempt - 1][enum mx_verdict] */
    uint64_t *by_number;
    /* [local day][ip]: messages that a warm-up plan let start; day_count 0: no pool has a plan */
    size_t day_count;
    uint64_t *warm_up_starts;
    /* [bin][provider] */
    int64_t series_every_us;
    size_t series_count;
    struct mx_series_bin *series;
    /* [sample][provider][ip] */
    int64_t sample_every_us;
    size_t sample_count;
    struct mx_ip_sample *samples;
    /* [bin][provider]; NULL where not asked for */
    int64_t creation_every_us;
    size_t creation_count;
    struct mx_creation_bin *creations;
    /* The cells and histograms of the messages created in each of so many equal intervals; the sum
     * is in this one. Their other members are empty. NULL where not asked for. */
    uint32_t batch_count;
    struct mx_observation **batches;
    /* performance, not reproducible */
    uint64_t attempt_total; /* warm-up included */
    uint64_t message_total;
    uint64_t pending_peak; /* records in the scheduler and in waiting lines at once */
    size_t queue_bytes_peak;
};

static inline struct mx_counts *mx_observation_cell(const struct mx_observation *observation,
                                                    uint32_t campaign, uint32_t provider,
                                                    uint32_t ip)
{
    size_t pair = (size_t)campaign * observation->provider_count + provider;
    return &observation->cells[pair * (observation->ip_count + 1U) + ip];
}

/* Of a campaign's messages to a provider. */
static inline size_t mx_observation_pair(const struct mx_observation *observation,
                                         uint32_t campaign, uint32_t provider)
{
    return (size_t)campaign * observation->provider_count + provider;
}

/* Row of by_number of an attempt that `before` attempts of its message preceded. */
static inline size_t mx_observation_number(uint32_t before)
{
    return before < MX_ATTEMPT_NUMBER_COUNT ? before : MX_ATTEMPT_NUMBER_COUNT - 1U;
}

/* The rows of a provider. */
static inline uint64_t *mx_observation_numbers(struct mx_observation *observation,
                                               uint32_t provider)
{
    const size_t row = (size_t)provider * MX_ATTEMPT_NUMBER_COUNT;
    return &observation->by_number[row * MX_VERDICT_COUNT];
}

/* A reply to the attempt that `before` attempts of its message preceded. */
static inline void mx_observation_count_number(struct mx_observation *observation,
                                               uint32_t provider, uint32_t before,
                                               enum mx_verdict verdict)
{
    mx_observation_numbers(observation,
                           provider)[mx_observation_number(before) * MX_VERDICT_COUNT + verdict]++;
}

struct mx_observation_sizes {
    uint32_t campaign_count, provider_count, ip_count;
    uint32_t day_count; /* of warm_up_starts */
    int64_t horizon_us, series_every_us, sample_every_us;
    int64_t creation_every_us; /* 0: no bins by creation */
    uint32_t batch_count;      /* 0: none */
};

/* Returns owned, zeroed, or NULL when out of memory. */
struct mx_observation *mx_observation_create(const struct mx_observation_sizes *sizes);
void mx_observation_destroy(struct mx_observation *observation);

/* The accounting identities in every scope. Returns NULL when they hold, else an owned sentence
 * naming the scope, the identity and both sides. */
char *mx_observation_conserved(const struct mx_observation *observation);

#endif
