// SPDX-License-Identifier: GPL-3.0-or-later
/* summary.h - replications -> each metric's mean, standard deviation and 95 % interval.
 *
 * Every replication is turned into one number a metric and scope as it is added; the observation
 * itself is not kept. A metric may be undefined in a replication (0/0, a share never reached); then
 * its mean is undefined too, and `reached` tells how many replications had it. */
#ifndef MX_SUMMARY_H
#define MX_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/observe/observe.h"
#include "sim/stats/interval.h"

enum mx_metric {
    MX_METRIC_RECIPIENTS,
    MX_METRIC_DROPPED,
    MX_METRIC_SENT,
    MX_METRIC_ATTEMPTS,
    MX_METRIC_DELIVERED,
    MX_METRIC_HARD_BOUNCED,
    MX_METRIC_SOFT_BOUNCED,
    MX_METRIC_SOFT_BOUNCED_REJECTED,
    MX_METRIC_SOFT_BOUNCED_FULL, /* with MX_METRIC_SOFT_BOUNCED_BLOCKED parts of the rejected */
    MX_METRIC_SOFT_BOUNCED_BLOCKED,
    MX_METRIC_SOFT_BOUNCED_EXPIRED,
    MX_METRIC_SOFT_BOUNCED_EXPIRED_UNATTEMPTED,
    MX_METRIC_PENDING,
    MX_METRIC_NON_ATTEMPTS,
    MX_METRIC_DEFERRALS,
    MX_METRIC_DEFERRALS_REASON_FIRST, /* one a reason, in the order of enum mx_reason */
    MX_METRIC_DEFERRALS_REASON_LAST =
        MX_METRIC_DEFERRALS_REASON_FIRST + MX_DEFERRAL_REASON_COUNT - 1,
    MX_METRIC_DEFERRED_MESSAGES,
    MX_METRIC_DEFERRED_FIRST_ATTEMPT,
    MX_METRIC_DELIVERED_RATE,         /* delivered / sent */
    MX_METRIC_SOFT_BOUNCED_RATE,      /* soft_bounced / sent */
    MX_METRIC_DEFERRALS_PER_MESSAGE,  /* deferrals / sent */
    MX_METRIC_TIME_TO_DELIVER_MEAN_S, /* creation to acceptance, of the delivered */
    MX_METRIC_TIME_TO_DELIVER_P50_S,
    MX_METRIC_TIME_TO_DELIVER_P90_S,
    MX_METRIC_TIME_TO_DELIVER_P95_S,
    MX_METRIC_TIME_TO_DELIVER_P99_S,
    MX_METRIC_TIME_TO_DELIVER_MAX_S,
    MX_METRIC_TIME_UNTIL_50PCT_S, /* until that share of all sent is delivered */
    MX_METRIC_TIME_UNTIL_90PCT_S,
    MX_METRIC_TIME_UNTIL_95PCT_S,
    MX_METRIC_TIME_UNTIL_99PCT_S,
    MX_METRIC_WAIT_MEAN_S, /* held by the sender, one sample an attempt */
    MX_METRIC_WAIT_P99_S,
    MX_METRIC_QUEUE_PEAK, /* most messages undecided at once */
    /* Days that addresses in use spent in the low or bad band, summed over addresses and providers;
     * undefined for campaigns and what they send to a provider. */
    MX_METRIC_LOW_BAND_DAYS,
    MX_METRIC_COUNT
};

/* As in summary.json; static storage. */
const char *mx_metric_name(enum mx_metric metric);
/* Numbers that a metric can have, which every interval of it is cut to: [0, 1] of shares, else
 * [0, infinity). name: as in summary.json, after a scope or without one. */
struct mx_interval mx_metric_range(const char *name);
/* True where each replication gives a whole number of things. */
bool mx_metric_is_count(enum mx_metric metric);

enum mx_group {
    MX_GROUP_TOTAL,    /* index 0 */
    MX_GROUP_PROVIDER, /* index of the plan */
    MX_GROUP_CAMPAIGN,
    MX_GROUP_IP,   /* index ip_count: "(none)", the drops */
    MX_GROUP_PAIR, /* a campaign at a provider: mx_summary_pair; has no queue_peak */
    MX_GROUP_COUNT
};

struct mx_summary_sizes {
    uint32_t campaign_count, provider_count, ip_count, replication_count;
};

/* is_known: every replication had it. has_spread: is_known and more than one replication.
 * ci95: of the mean, Student's t, cut to mx_metric_range; of shares of what was sent
 * mx_interval_mean_share, which is not symmetric. Of chance alone, unless what is assumed was drawn
 * for each replication. */
struct mx_estimate {
    uint32_t reached; /* replications in which it is defined */
    bool is_known, has_spread;
    double mean, sd, ci95[2];
};

struct mx_summary;

/* Returns owned, or NULL when out of memory. Holds 8 bytes a metric, scope and replication. */
struct mx_summary *mx_summary_create(const struct mx_summary_sizes *sizes);
void mx_summary_destroy(struct mx_summary *summary);

/* The next replication; at most replication_count of them. */
void mx_summary_add(struct mx_summary *summary, const struct mx_observation *observation);

/* From now on what is added are batches of one run: a count is the sum over them, the largest time
 * that of all, and sd is of a batch. */
void mx_summary_set_batched(struct mx_summary *summary);

/* Replications (or batches) added so far, and the sizes. */
uint32_t mx_summary_count(const struct mx_summary *summary);
const struct mx_summary_sizes *mx_summary_sizes(const struct mx_summary *summary);

/* Index of a campaign's messages to a provider. */
uint32_t mx_summary_pair(const struct mx_summary *summary, uint32_t campaign, uint32_t provider);

/* One replication's number; false where it is undefined. */
bool mx_summary_value(const struct mx_summary *summary, uint32_t replication, enum mx_group group,
                      uint32_t index, enum mx_metric metric, double *value);

/* Not from several threads at once: it works in the summary's own memory. */
struct mx_estimate mx_summary_estimate(const struct mx_summary *summary, enum mx_group group,
                                       uint32_t index, enum mx_metric metric);

/* Percentiles of durations: ..._p50_s, time_until_... */
bool mx_metric_is_quantile(enum mx_metric metric);

/* Median over the replications and its 95 % interval by order statistics, which asks nothing of the
 * law. A replication where the metric is undefined counts as infinitely late. Infinite, too, where
 * there are too few replications for a bound (below 6). As mx_summary_estimate for threads. */
struct mx_median {
    double value;
    struct mx_interval interval;
};
struct mx_median mx_summary_median(const struct mx_summary *summary, enum mx_group group,
                                   uint32_t index, enum mx_metric metric);

/* Mean, sd and interval of count values, all defined and within `range`, which the interval is cut
 * to. Same bits on every machine. */
struct mx_estimate mx_estimate_of(const double *values, uint32_t count, struct mx_interval range);
/* The same of shares of what was sent, sent_total > 0 over all of them: their interval. */
struct mx_estimate mx_estimate_of_shares(const double *values, uint32_t count, double sent_total);

#endif
