// SPDX-License-Identifier: GPL-3.0-or-later
/* observe.c - storage and sums of one replication's observations. See observe.h. */
#include "sim/observe/observe.h"

#include <stdlib.h>

void mx_counts_add(struct mx_counts *into, const struct mx_counts *from)
{
    into->recipients += from->recipients;
    into->dropped += from->dropped;
    into->attempts += from->attempts;
    into->delivered += from->delivered;
    into->hard_bounced += from->hard_bounced;
    into->soft_rejected += from->soft_rejected;
    into->soft_full += from->soft_full;
    into->soft_blocked += from->soft_blocked;
    into->expired += from->expired;
    into->expired_unattempted += from->expired_unattempted;
    into->non_attempts += from->non_attempts;
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++)
        into->deferrals[r] += from->deferrals[r];
    into->deferred_messages += from->deferred_messages;
    into->deferred_first_attempt += from->deferred_first_attempt;
    into->ttd_us_sum += from->ttd_us_sum;
    if (from->ttd_us_max > into->ttd_us_max)
        into->ttd_us_max = from->ttd_us_max;
    into->wait_us_sum += from->wait_us_sum;
}

uint64_t mx_counts_deferrals(const struct mx_counts *counts)
{
    uint64_t sum = 0;
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++)
        sum += counts->deferrals[r];
    return sum;
}

uint64_t mx_counts_sent(const struct mx_counts *counts)
{
    return counts->recipients - counts->dropped;
}

uint64_t mx_counts_pending(const struct mx_counts *counts)
{
    return mx_counts_sent(counts) - counts->delivered - counts->hard_bounced -
           counts->soft_rejected - counts->expired;
}

/* calloc that never returns NULL for a size of 0. */
static void *zeroed(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static bool allocate_histograms(struct mx_observation *o)
{
    size_t size = sizeof(struct mx_histogram);
    size_t pairs = (size_t)o->campaign_count * o->provider_count;
    o->ttd_by_pair = zeroed(pairs, size);
    o->wait_by_pair = zeroed(pairs, size);
    o->ttd_by_provider = zeroed(o->provider_count, size);
    o->wait_by_provider = zeroed(o->provider_count, size);
    o->ttd_by_campaign = zeroed(o->campaign_count, size);
    o->wait_by_campaign = zeroed(o->campaign_count, size);
    o->ttd_by_ip = zeroed(o->ip_count, size);
    o->wait_by_ip = zeroed(o->ip_count, size);
    return o->ttd_by_pair && o->wait_by_pair && o->ttd_by_provider && o->wait_by_provider &&
           o->ttd_by_campaign && o->wait_by_campaign && o->ttd_by_ip && o->wait_by_ip;
}

static size_t bins_until(int64_t horizon_us, int64_t every_us)
{
    return (size_t)(horizon_us / every_us) + 1;
}

/* Batches hold cells and histograms only: one bin and one sample each. */
// NOLINTNEXTLINE(misc-no-recursion): batches have none
static bool allocate_steady(struct mx_observation *o, const struct mx_observation_sizes *sizes)
{
    struct mx_observation_sizes each = *sizes;
    if (sizes->creation_every_us > 0) {
        o->creation_every_us = sizes->creation_every_us;
        o->creation_count = bins_until(sizes->horizon_us, sizes->creation_every_us);
        o->creations = zeroed(o->creation_count * o->provider_count, sizeof *o->creations);
        if (!o->creations)
            return false;
    }
    if (sizes->batch_count == 0)
        return true;
    each.horizon_us = 0;
    each.creation_every_us = 0;
    each.batch_count = 0;
    o->batches = zeroed(sizes->batch_count, sizeof(struct mx_observation *));
    for (uint32_t b = 0; o->batches && b < sizes->batch_count; b++) {
        o->batches[b] = mx_observation_create(&each);
        if (!o->batches[b])
            return false;
        o->batch_count++;
    }
    return o->batches != NULL;
}

// NOLINTNEXTLINE(misc-no-recursion): batches have none
struct mx_observation *mx_observation_create(const struct mx_observation_sizes *sizes)
{
    struct mx_observation *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->campaign_count = sizes->campaign_count;
    o->provider_count = sizes->provider_count;
    o->ip_count = sizes->ip_count;
    o->series_every_us = sizes->series_every_us;
    o->series_count = bins_until(sizes->horizon_us, sizes->series_every_us);
    o->sample_every_us = sizes->sample_every_us;
    o->sample_count = bins_until(sizes->horizon_us, sizes->sample_every_us);

    size_t paths = (size_t)o->provider_count * o->ip_count;
    size_t cells = (size_t)o->campaign_count * o->provider_count * (o->ip_count + 1U);
    o->cells = zeroed(cells, sizeof *o->cells);
    o->peak_by_provider = zeroed(o->provider_count, sizeof *o->peak_by_provider);
    o->peak_by_campaign = zeroed(o->campaign_count, sizeof *o->peak_by_campaign);
    o->peak_by_ip = zeroed(o->ip_count, sizeof *o->peak_by_ip);
    o->by_number = zeroed((size_t)o->provider_count * MX_ATTEMPT_NUMBER_COUNT,
                          MX_VERDICT_COUNT * sizeof *o->by_number);
    o->day_count = sizes->day_count;
    o->warm_up_starts = zeroed(o->day_count * o->ip_count, sizeof *o->warm_up_starts);
    o->series = zeroed(o->series_count * o->provider_count, sizeof *o->series);
    o->samples = zeroed(o->sample_count * paths, sizeof *o->samples);
    if (!allocate_histograms(o) || !allocate_steady(o, sizes) || !o->cells ||
        !o->peak_by_provider || !o->peak_by_campaign || !o->peak_by_ip || !o->by_number ||
        !o->warm_up_starts || !o->series || !o->samples) {
        mx_observation_destroy(o);
        return NULL;
    }
    return o;
}

// NOLINTNEXTLINE(misc-no-recursion): batches have none
void mx_observation_destroy(struct mx_observation *observation)
{
    if (!observation)
        return;
    for (uint32_t b = 0; b < observation->batch_count; b++)
        mx_observation_destroy(observation->batches[b]);
    free((void *)observation->batches);
    free(observation->creations);
    free(observation->cells);
    free(observation->ttd_by_pair);
    free(observation->wait_by_pair);
    free(observation->ttd_by_provider);
    free(observation->ttd_by_campaign);
    free(observation->ttd_by_ip);
    free(observation->wait_by_provider);
    free(observation->wait_by_campaign);
    free(observation->wait_by_ip);
    free(observation->peak_by_provider);
    free(observation->peak_by_campaign);
    free(observation->peak_by_ip);
    free(observation->by_number);
    free(observation->warm_up_starts);
    free(observation->series);
    free(observation->samples);
    free(observation);
}
