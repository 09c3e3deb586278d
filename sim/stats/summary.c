// SPDX-License-Identifier: GPL-3.0-or-later
/* summary.c - numbers of single replications, and what they say together. See summary.h. */
#include "sim/stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/reputation.h"
#include "models/units.h"
#include "sim/base/check.h"
#include "sim/stats/metric_name.h"

static const char *const names[MX_METRIC_COUNT] = {
    [MX_METRIC_RECIPIENTS] = "recipients",
    [MX_METRIC_DROPPED] = "dropped",
    [MX_METRIC_SENT] = "sent",
    [MX_METRIC_ATTEMPTS] = "attempts",
    [MX_METRIC_DELIVERED] = "delivered",
    [MX_METRIC_HARD_BOUNCED] = "hard_bounced",
    [MX_METRIC_SOFT_BOUNCED] = "soft_bounced",
    [MX_METRIC_SOFT_BOUNCED_REJECTED] = "soft_bounced_rejected",
    [MX_METRIC_SOFT_BOUNCED_FULL] = "soft_bounced_full",
    [MX_METRIC_SOFT_BOUNCED_BLOCKED] = "soft_bounced_blocked",
    [MX_METRIC_SOFT_BOUNCED_EXPIRED] = "soft_bounced_expired",
    [MX_METRIC_SOFT_BOUNCED_EXPIRED_UNATTEMPTED] = "soft_bounced_expired_unattempted",
    [MX_METRIC_PENDING] = "pending",
    [MX_METRIC_NON_ATTEMPTS] = "non_attempts",
    [MX_METRIC_DEFERRALS] = "deferrals",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_OUTAGE] = "deferrals_outage",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_CONNECTIONS] = "deferrals_connections",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_RATE] = "deferrals_rate",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_SPIKE] = "deferrals_spike",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_REPUTATION] = "deferrals_reputation",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_CAPACITY] = "deferrals_capacity",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_GREYLIST] = "deferrals_greylist",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_CONTENT] = "deferrals_content",
    [MX_METRIC_DEFERRALS_REASON_FIRST + MX_REASON_MAILBOX_FULL] = "deferrals_mailbox_full",
    [MX_METRIC_DEFERRED_MESSAGES] = "deferred_messages",
    [MX_METRIC_DEFERRED_FIRST_ATTEMPT] = "deferred_first_attempt",
    [MX_METRIC_DELIVERED_RATE] = "delivered_rate",
    [MX_METRIC_SOFT_BOUNCED_RATE] = "soft_bounced_rate",
    [MX_METRIC_DEFERRALS_PER_MESSAGE] = "deferrals_per_message",
    [MX_METRIC_TIME_TO_DELIVER_MEAN_S] = "time_to_deliver_mean_s",
    [MX_METRIC_TIME_TO_DELIVER_P50_S] = "time_to_deliver_p50_s",
    [MX_METRIC_TIME_TO_DELIVER_P90_S] = "time_to_deliver_p90_s",
    [MX_METRIC_TIME_TO_DELIVER_P95_S] = "time_to_deliver_p95_s",
    [MX_METRIC_TIME_TO_DELIVER_P99_S] = "time_to_deliver_p99_s",
    [MX_METRIC_TIME_TO_DELIVER_MAX_S] = "time_to_deliver_max_s",
    [MX_METRIC_TIME_UNTIL_50PCT_S] = "time_until_50pct_s",
    [MX_METRIC_TIME_UNTIL_90PCT_S] = "time_until_90pct_s",
    [MX_METRIC_TIME_UNTIL_95PCT_S] = "time_until_95pct_s",
    [MX_METRIC_TIME_UNTIL_99PCT_S] = "time_until_99pct_s",
    [MX_METRIC_WAIT_MEAN_S] = "wait_mean_s",
    [MX_METRIC_WAIT_P99_S] = "wait_p99_s",
    [MX_METRIC_QUEUE_PEAK] = "queue_peak",
    [MX_METRIC_LOW_BAND_DAYS] = "low_band_days",
};

/* What one scope of one replication is computed from. */
struct source {
    struct mx_counts counts;
    const struct mx_histogram *ttd, *wait; /* NULL: nothing happened */
    double peak;                           /* NaN: not known of this scope */
    double low_band_days;                  /* the same */
};

struct mx_summary {
    struct mx_summary_sizes sizes;
    uint32_t count;
    bool is_batched;
    size_t scope_count;
    double *values; /* [replication][scope][metric], NaN = undefined */
    /* For the work of one call: a source a scope, histograms of all providers, a column. */
    struct source *sources;
    struct mx_histogram *merged;
    double *column;
};

const char *mx_metric_name(enum mx_metric metric)
{
    MX_CHECK(metric < MX_METRIC_COUNT);
    return names[metric];
}

bool mx_metric_is_count(enum mx_metric metric)
{
    return metric < MX_METRIC_DELIVERED_RATE || metric == MX_METRIC_QUEUE_PEAK;
}

static struct mx_interval range_of(enum mx_metric metric)
{
    return mx_metric_range(mx_metric_name(metric));
}

struct mx_interval mx_metric_range(const char *name)
{
    return (struct mx_interval){0.0, mx_metric_text_is_share(name) ? 1.0 : (double)INFINITY};
}

bool mx_metric_is_quantile(enum mx_metric metric)
{
    return (metric >= MX_METRIC_TIME_TO_DELIVER_P50_S &&
            metric <= MX_METRIC_TIME_TO_DELIVER_P99_S) ||
           (metric >= MX_METRIC_TIME_UNTIL_50PCT_S && metric <= MX_METRIC_TIME_UNTIL_99PCT_S) ||
           metric == MX_METRIC_WAIT_P99_S;
}

static uint32_t group_size(const struct mx_summary_sizes *sizes, enum mx_group group)
{
    switch (group) {
    case MX_GROUP_TOTAL:
        return 1;
    case MX_GROUP_PROVIDER:
        return sizes->provider_count;
    case MX_GROUP_CAMPAIGN:
        return sizes->campaign_count;
    case MX_GROUP_IP:
        return sizes->ip_count + 1U;
    case MX_GROUP_PAIR:
        return sizes->campaign_count * sizes->provider_count;
    case MX_GROUP_COUNT:
        break;
    }
    return 0;
}

static size_t scope_number(const struct mx_summary_sizes *sizes, enum mx_group group,
                           uint32_t index)
{
    size_t number = index;

    MX_CHECK(index < group_size(sizes, group));
    for (int g = 0; g < (int)group; g++) {
        number += group_size(sizes, (enum mx_group)g);
    }
    return number;
}

struct mx_summary *mx_summary_create(const struct mx_summary_sizes *sizes)
{
    struct mx_summary *summary = calloc(1, sizeof *summary);

    if (summary == NULL) {
        return NULL;
    }
    summary->sizes = *sizes;
    for (int g = 0; g < MX_GROUP_COUNT; g++) {
        summary->scope_count += group_size(sizes, (enum mx_group)g);
    }
    summary->values = calloc(summary->scope_count * sizes->replication_count,
                             sizeof *summary->values * MX_METRIC_COUNT);
    summary->sources = calloc(summary->scope_count, sizeof *summary->sources);
    summary->merged = calloc(2, sizeof *summary->merged);
    summary->column = calloc(sizes->replication_count + 1U, sizeof *summary->column);
    if (summary->values == NULL || summary->sources == NULL || summary->merged == NULL ||
        summary->column == NULL) {
        mx_summary_destroy(summary);
        return NULL;
    }
    return summary;
}

void mx_summary_destroy(struct mx_summary *summary)
{
    if (summary != NULL) {
        free(summary->values);
        free(summary->sources);
        free(summary->merged);
        free(summary->column);
        free(summary);
    }
}

void mx_summary_set_batched(struct mx_summary *summary)
{
    summary->is_batched = true;
}

uint32_t mx_summary_count(const struct mx_summary *summary)
{
    return summary->count;
}

const struct mx_summary_sizes *mx_summary_sizes(const struct mx_summary *summary)
{
    return &summary->sizes;
}

static double ratio(double numerator, uint64_t denominator)
{
    return denominator > 0 ? numerator / (double)denominator : (double)NAN;
}

/* ceil(count x percent / 100), without overflow for counts below 2^57. */
static uint64_t rank_at(uint64_t count, unsigned percent)
{
    return (count * percent + 99U) / 100U;
}

/* us_max: the middle of the last bucket may lie past the largest value in it. */
static double at_rank_s(const struct mx_histogram *histogram, uint64_t rank, uint64_t us_max)
{
    int64_t value_us = histogram != NULL ? mx_histogram_at_rank(histogram, rank) : -1;

    if (value_us < 0) {
        return (double)NAN;
    }
    return ((uint64_t)value_us < us_max ? (double)value_us : (double)us_max) / 1e6;
}

static void fill_counts(const struct source *source, double *v)
{
    const struct mx_counts *c = &source->counts;

    v[MX_METRIC_RECIPIENTS] = (double)c->recipients;
    v[MX_METRIC_DROPPED] = (double)c->dropped;
    v[MX_METRIC_SENT] = (double)mx_counts_sent(c);
    v[MX_METRIC_ATTEMPTS] = (double)c->attempts;
    v[MX_METRIC_DELIVERED] = (double)c->delivered;
    v[MX_METRIC_HARD_BOUNCED] = (double)c->hard_bounced;
    v[MX_METRIC_SOFT_BOUNCED] = (double)(c->soft_rejected + c->expired);
    v[MX_METRIC_SOFT_BOUNCED_REJECTED] = (double)c->soft_rejected;
    v[MX_METRIC_SOFT_BOUNCED_FULL] = (double)c->soft_full;
    v[MX_METRIC_SOFT_BOUNCED_BLOCKED] = (double)c->soft_blocked;
    v[MX_METRIC_SOFT_BOUNCED_EXPIRED] = (double)c->expired;
    v[MX_METRIC_SOFT_BOUNCED_EXPIRED_UNATTEMPTED] = (double)c->expired_unattempted;
    v[MX_METRIC_PENDING] = (double)mx_counts_pending(c);
    v[MX_METRIC_NON_ATTEMPTS] = (double)c->non_attempts;
    v[MX_METRIC_DEFERRALS] = (double)mx_counts_deferrals(c);
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        v[MX_METRIC_DEFERRALS_REASON_FIRST + r] = (double)c->deferrals[r];
    }
    v[MX_METRIC_DEFERRED_MESSAGES] = (double)c->deferred_messages;
    v[MX_METRIC_DEFERRED_FIRST_ATTEMPT] = (double)c->deferred_first_attempt;
    v[MX_METRIC_QUEUE_PEAK] = source->peak;
    v[MX_METRIC_LOW_BAND_DAYS] = source->low_band_days;
}

static void fill_times(const struct source *source, double *v)
{
    static const struct {
        enum mx_metric metric;
        unsigned percent;
    } of_delivered[] = {{MX_METRIC_TIME_TO_DELIVER_P50_S, 50},
                        {MX_METRIC_TIME_TO_DELIVER_P90_S, 90},
                        {MX_METRIC_TIME_TO_DELIVER_P95_S, 95},
                        {MX_METRIC_TIME_TO_DELIVER_P99_S, 99}},
      of_sent[] = {{MX_METRIC_TIME_UNTIL_50PCT_S, 50},
                   {MX_METRIC_TIME_UNTIL_90PCT_S, 90},
                   {MX_METRIC_TIME_UNTIL_95PCT_S, 95},
                   {MX_METRIC_TIME_UNTIL_99PCT_S, 99}};
    const struct mx_counts *c = &source->counts;
    uint64_t sent = mx_counts_sent(c);
    uint64_t delivered = source->ttd != NULL ? mx_histogram_count(source->ttd) : 0;
    uint64_t waits = source->wait != NULL ? mx_histogram_count(source->wait) : 0;

    v[MX_METRIC_DELIVERED_RATE] = ratio((double)c->delivered, sent);
    v[MX_METRIC_SOFT_BOUNCED_RATE] = ratio((double)c->soft_rejected + (double)c->expired, sent);
    v[MX_METRIC_DEFERRALS_PER_MESSAGE] = ratio((double)mx_counts_deferrals(c), sent);
    v[MX_METRIC_TIME_TO_DELIVER_MEAN_S] = ratio((double)c->ttd_us_sum, c->delivered) / 1e6;
    v[MX_METRIC_TIME_TO_DELIVER_MAX_S] =
        c->delivered > 0 ? (double)c->ttd_us_max / 1e6 : (double)NAN;
    for (size_t i = 0; i < sizeof of_delivered / sizeof of_delivered[0]; i++) {
        v[of_delivered[i].metric] =
            at_rank_s(source->ttd, rank_at(delivered, of_delivered[i].percent), c->ttd_us_max);
        v[of_sent[i].metric] =
            at_rank_s(source->ttd, rank_at(sent, of_sent[i].percent), c->ttd_us_max);
    }
    v[MX_METRIC_WAIT_MEAN_S] = ratio((double)c->wait_us_sum, c->attempts) / 1e6;
    v[MX_METRIC_WAIT_P99_S] = at_rank_s(source->wait, rank_at(waits, 99), UINT64_MAX);
}

static void fill_scope(struct mx_summary *summary, enum mx_group group, uint32_t index,
                       const struct source *source)
{
    size_t scope = scope_number(&summary->sizes, group, index);
    size_t row = (size_t)summary->count * summary->scope_count + scope;
    double *v = &summary->values[row * MX_METRIC_COUNT];

    fill_counts(source, v);
    fill_times(source, v);
}

static void sum_cells(const struct mx_observation *o, enum mx_group group, struct source *sources)
{
    for (uint32_t c = 0; c < o->campaign_count; c++) {
        for (uint32_t p = 0; p < o->provider_count; p++) {
            for (uint32_t ip = 0; ip <= o->ip_count; ip++) {
                const uint32_t index[MX_GROUP_COUNT] = {0, p, c, ip, c * o->provider_count + p};

                mx_counts_add(&sources[index[group]].counts, mx_observation_cell(o, c, p, ip));
            }
        }
    }
}

static void set_histograms(struct source *sources, const struct mx_histogram *ttd,
                           const struct mx_histogram *wait, const uint64_t *peaks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sources[i].ttd = &ttd[i];
        sources[i].wait = &wait[i];
        sources[i].peak = peaks != NULL ? (double)peaks[i] : (double)NAN;
    }
}

static void add_group(struct mx_summary *summary, const struct mx_observation *o,
                      enum mx_group group, struct source *sources)
{
    uint32_t count = group_size(&summary->sizes, group);

    sum_cells(o, group, sources);
    for (uint32_t i = 0; i < count; i++) {
        fill_scope(summary, group, i, &sources[i]);
    }
}

/* The histograms of all providers together. */
static void merge_providers(const struct mx_observation *o, struct mx_histogram *ttd,
                            struct mx_histogram *wait)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        mx_histogram_merge(ttd, &o->ttd_by_provider[p]);
        mx_histogram_merge(wait, &o->wait_by_provider[p]);
    }
}

/* An address counts at a provider while it sends there: on a day on which something was accepted,
 * or while it is blocked. */
static void add_low_bands(const struct mx_observation *o, struct source *total,
                          struct source *by_provider, struct source *by_ip)
{
    double days = (double)o->sample_every_us / (double)MX_DAY_US;
    size_t row = 0;

    for (size_t s = 0; s < o->sample_count; s++) {
        for (uint32_t p = 0; p < o->provider_count; p++) {
            for (uint32_t ip = 0; ip < o->ip_count; ip++, row++) {
                const struct mx_ip_sample *sample = &o->samples[row];

                if (sample->band <= MX_BAND_LOW && (sample->volume_today > 0 || sample->blocked)) {
                    total->low_band_days += days;
                    by_provider[p].low_band_days += days;
                    by_ip[ip].low_band_days += days;
                }
            }
        }
    }
}

void mx_summary_add(struct mx_summary *summary, const struct mx_observation *o)
{
    struct source *sources = summary->sources;
    struct mx_histogram *merged = summary->merged;
    struct source *by_provider, *by_campaign, *by_ip, *by_pair;
    uint32_t pairs = o->campaign_count * o->provider_count;

    MX_CHECK(summary->count < summary->sizes.replication_count);
    MX_CHECK(o->provider_count == summary->sizes.provider_count);
    MX_CHECK(o->campaign_count == summary->sizes.campaign_count);
    MX_CHECK(o->ip_count == summary->sizes.ip_count);
    by_provider = &sources[scope_number(&summary->sizes, MX_GROUP_PROVIDER, 0)];
    by_campaign = by_provider + o->provider_count;
    by_ip = by_campaign + o->campaign_count;
    by_pair = by_ip + o->ip_count + 1;
    memset(sources, 0, summary->scope_count * sizeof *sources);
    memset(merged, 0, 2 * sizeof *merged);
    merge_providers(o, &merged[0], &merged[1]);
    set_histograms(sources, &merged[0], &merged[1], &o->peak_total, 1);
    set_histograms(by_provider, o->ttd_by_provider, o->wait_by_provider, o->peak_by_provider,
                   o->provider_count);
    set_histograms(by_campaign, o->ttd_by_campaign, o->wait_by_campaign, o->peak_by_campaign,
                   o->campaign_count);
    set_histograms(by_ip, o->ttd_by_ip, o->wait_by_ip, o->peak_by_ip, o->ip_count);
    set_histograms(by_pair, o->ttd_by_pair, o->wait_by_pair, NULL, pairs);
    for (uint32_t c = 0; c < o->campaign_count; c++) {
        by_campaign[c].low_band_days = (double)NAN;
    }
    for (uint32_t i = 0; i < pairs; i++) {
        by_pair[i].low_band_days = (double)NAN;
    }
    add_low_bands(o, sources, by_provider, by_ip);
    add_group(summary, o, MX_GROUP_TOTAL, sources);
    add_group(summary, o, MX_GROUP_PROVIDER, by_provider);
    add_group(summary, o, MX_GROUP_CAMPAIGN, by_campaign);
    add_group(summary, o, MX_GROUP_IP, by_ip);
    add_group(summary, o, MX_GROUP_PAIR, by_pair);
    summary->count++;
}

uint32_t mx_summary_pair(const struct mx_summary *summary, uint32_t campaign, uint32_t provider)
{
    MX_CHECK(campaign < summary->sizes.campaign_count);
    MX_CHECK(provider < summary->sizes.provider_count);
    return campaign * summary->sizes.provider_count + provider;
}

bool mx_summary_value(const struct mx_summary *summary, uint32_t replication, enum mx_group group,
                      uint32_t index, enum mx_metric metric, double *value)
{
    size_t scope = scope_number(&summary->sizes, group, index);

    MX_CHECK(replication < summary->count && metric < MX_METRIC_COUNT);
    *value =
        summary->values[((size_t)replication * summary->scope_count + scope) * MX_METRIC_COUNT +
                        metric];
    return !isnan(*value);
}

static void set_interval(struct mx_estimate *estimate, struct mx_interval interval,
                         struct mx_interval range)
{
    interval = mx_interval_clip(interval, range);
    estimate->ci95[0] = interval.low;
    estimate->ci95[1] = interval.high;
}

struct mx_estimate mx_estimate_of(const double *values, uint32_t count, struct mx_interval range)
{
    struct mx_estimate e = {.reached = count, .is_known = count > 0, .has_spread = count > 1};
    double variance;

    if (count == 0) {
        return e;
    }
    mx_moments_of(values, count, &e.mean, &variance);
    if (count > 1) {
        double half =
            mx_student_t(MX_CONFIDENCE_DEFAULT, count - 1U) * sqrt(variance) / sqrt(count);

        e.sd = sqrt(variance);
        set_interval(&e, (struct mx_interval){e.mean - half, e.mean + half}, range);
    }
    return e;
}

/* Shares near 0 or 1 scatter unevenly: their interval is made for shares. */
struct mx_estimate mx_estimate_of_shares(const double *values, uint32_t count, double sent_total)
{
    struct mx_estimate e = mx_estimate_of(values, count, (struct mx_interval){0.0, 1.0});

    if (e.has_spread) {
        struct mx_interval interval =
            mx_interval_mean_share(values, count, sent_total, MX_CONFIDENCE_DEFAULT);

        e.ci95[0] = interval.low < e.mean ? interval.low : e.mean;
        e.ci95[1] = interval.high > e.mean ? interval.high : e.mean;
    }
    return e;
}

static double sent_total(const struct mx_summary *summary, enum mx_group group, uint32_t index)
{
    double sent = 0, value;

    for (uint32_t r = 0; r < summary->count; r++) {
        (void)mx_summary_value(summary, r, group, index, MX_METRIC_SENT, &value);
        sent += value;
    }
    return sent;
}

/* What ASAP3 asks of its batches (N. Steiger et al., ACM TOMACS 15 (2005)); above it so few batches
 * hold hardly two independent ones, and MX_STEADY_LAG1_MAX has called the run too short long
 * before. */
#define LAG1_MAX 0.8

/* Batches that depend on their neighbours tell less than independent ones: the variance of their
 * mean is (1 + r) / (1 - r) times larger (A. Tafazzoli, J. Wilson, IIE Transactions 43 (2011)).
 * From few values r comes out too small, by (1 + 4 r) / count (M. Kendall, Biometrika 41 (1954)),
 * which is put right first. */
static void widen(const struct mx_summary *summary, struct mx_estimate *estimate,
                  struct mx_interval range)
{
    double count = estimate->reached > 8 ? estimate->reached : 8, factor;
    double lag1 = (mx_lag1(summary->column, estimate->reached) + 1 / count) / (1 - 4 / count);

    if (lag1 <= 0) {
        return;
    }
    lag1 = lag1 < LAG1_MAX ? lag1 : LAG1_MAX;
    factor = sqrt((1 + lag1) / (1 - lag1));
    set_interval(
        estimate,
        (struct mx_interval){estimate->mean - (estimate->mean - estimate->ci95[0]) * factor,
                             estimate->mean + (estimate->ci95[1] - estimate->mean) * factor},
        range);
}

/* Of one run, from what its batches say. */
static void join_batches(const struct mx_summary *summary, enum mx_metric metric,
                         struct mx_estimate *estimate)
{
    widen(summary, estimate, range_of(metric));
    if (metric == MX_METRIC_TIME_TO_DELIVER_MAX_S) {
        for (uint32_t b = 0; b < estimate->reached; b++) {
            estimate->mean =
                summary->column[b] > estimate->mean ? summary->column[b] : estimate->mean;
        }
        estimate->has_spread = false;
    } else if (metric == MX_METRIC_QUEUE_PEAK) {
        estimate->has_spread = false;
    } else if (mx_metric_is_count(metric)) {
        estimate->mean *= summary->count;
        estimate->ci95[0] *= summary->count;
        estimate->ci95[1] *= summary->count;
    }
}

struct mx_estimate mx_summary_estimate(const struct mx_summary *summary, enum mx_group group,
                                       uint32_t index, enum mx_metric metric)
{
    struct mx_estimate estimate = {0};
    double *values = summary->column; /* one more than there are replications */
    uint32_t reached = 0;

    for (uint32_t r = 0; r < summary->count; r++) {
        reached += mx_summary_value(summary, r, group, index, metric, &values[reached]);
    }
    if (reached == summary->count) {
        estimate = mx_metric_text_is_share(mx_metric_name(metric)) && reached > 0
                       ? mx_estimate_of_shares(values, reached, sent_total(summary, group, index))
                       : mx_estimate_of(values, reached, range_of(metric));
        if (summary->is_batched && estimate.has_spread) {
            join_batches(summary, metric, &estimate);
        }
    }
    estimate.reached = reached;
    return estimate;
}

static int compare_values(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

struct mx_median mx_summary_median(const struct mx_summary *summary, enum mx_group group,
                                   uint32_t index, enum mx_metric metric)
{
    double *values = summary->column;
    uint32_t count = summary->count, low, high;
    struct mx_median median = {(double)INFINITY, {(double)-INFINITY, (double)INFINITY}};

    MX_CHECK(count >= 1);
    for (uint32_t r = 0; r < count; r++) {
        if (!mx_summary_value(summary, r, group, index, metric, &values[r])) {
            values[r] = (double)INFINITY;
        }
    }
    qsort(values, count, sizeof *values, compare_values);
    median.value =
        count % 2 > 0 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2.0;
    mx_interval_quantile_ranks(count, 0.5, MX_CONFIDENCE_DEFAULT, &low, &high);
    median.interval.low = low > 0 ? values[low - 1] : (double)-INFINITY;
    median.interval.high = high <= count ? values[high - 1] : (double)INFINITY;
    return median;
}
