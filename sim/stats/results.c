// SPDX-License-Identifier: GPL-3.0-or-later
/* results.c - see results.h. */
#include "sim/stats/results.h"

#include <stdlib.h>
#include <sys/resource.h>

struct mx_results *mx_results_create_summary(const struct mx_plan *plan, uint64_t seed,
                                             uint32_t replication_count)
{
    const struct mx_summary_sizes sizes = {
        .campaign_count = plan->campaign_count,
        .provider_count = plan->provider_count,
        .ip_count = plan->ip_count,
        .replication_count = replication_count,
    };
    struct mx_results *results = calloc(1, sizeof *results);

    if (results == NULL) {
        return NULL;
    }
    results->seed = seed;
    results->replication_count = replication_count;
    results->summary = mx_summary_create(&sizes);
    if (results->summary == NULL) {
        mx_results_destroy(results);
        return NULL;
    }
    return results;
}

struct mx_results *mx_results_create_drawn(const struct mx_plan *plan, uint64_t seed,
                                           uint32_t replication_count)
{
    struct mx_results *results = mx_results_create_summary(plan, seed, replication_count);

    if (results == NULL) {
        return NULL;
    }
    results->ages = mx_ages_create(plan->provider_count, replication_count, plan->horizon_us);
    if (results->ages == NULL) {
        mx_results_destroy(results);
        return NULL;
    }
    return results;
}

struct mx_results *mx_results_create(const struct mx_plan *plan, uint64_t seed,
                                     uint32_t replication_count)
{
    struct mx_results *results = mx_results_create_drawn(plan, seed, replication_count);

    if (results == NULL) {
        return NULL;
    }
    results->series = mx_series_create();
    results->standing = mx_standing_create();
    results->counters = mx_counters_create();
    if (results->series == NULL || results->standing == NULL || results->counters == NULL) {
        mx_results_destroy(results);
        return NULL;
    }
    return results;
}

void mx_results_destroy(struct mx_results *results) // NOLINT(misc-no-recursion): once
{
    if (results != NULL) {
        mx_summary_destroy(results->summary);
        mx_series_destroy(results->series);
        mx_ages_destroy(results->ages);
        mx_standing_destroy(results->standing);
        mx_counters_destroy(results->counters);
        mx_results_destroy(results->uncertain);
        free(results->command);
        free(results);
    }
}

bool mx_results_add(struct mx_results *results, const struct mx_observation *observation)
{
    struct mx_performance *performance = &results->performance;

    if (observation->batch_count > 0) {
        mx_summary_set_batched(results->summary);
        for (uint32_t b = 0; b < observation->batch_count; b++) {
            mx_summary_add(results->summary, observation->batches[b]);
        }
    } else {
        mx_summary_add(results->summary, observation);
    }
    performance->attempt_total += observation->attempt_total;
    performance->message_total += observation->message_total;
    if (observation->pending_peak > performance->pending_peak) {
        performance->pending_peak = observation->pending_peak;
        performance->queue_bytes_peak = observation->queue_bytes_peak;
    }
    if (results->ages != NULL) {
        mx_ages_add(results->ages, observation);
    }
    if (results->series == NULL) {
        return true;
    }
    return (observation->batch_count > 0 || mx_series_add(results->series, observation)) &&
           mx_standing_add(results->standing, observation) &&
           mx_counters_add(results->counters, observation);
}

void mx_results_close(struct mx_results *results)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        results->performance.peak_rss_bytes = (uint64_t)usage.ru_maxrss * 1024U;
    }
}
