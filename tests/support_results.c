// SPDX-License-Identifier: GPL-3.0-or-later
/* support_results.c - see support_results.h. */
#include "tests/support_results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct mx_plan_provider providers[] = {{.name = (char *)"beta, inc"},
                                              {.name = (char *)"alpha"}};
static struct mx_plan_campaign campaigns[] = {
    {.name = (char *)"news", .recipients = 100, .occurrence_count = 1},
    {.name = (char *)"sale", .recipients = 0, .occurrence_count = 1}};
static struct mx_plan_ip ips[] = {{.name = (char *)"ip-1"}, {.name = (char *)"ip \"2\""}};
static uint32_t providers_shown[] = {1, 0}, campaigns_shown[] = {0, 1}, ips_shown[] = {0, 1};

static const struct mx_plan plan = {
    .name = (char *)"by hand",
    .file = (char *)"hand.cfg",
    .sha256 = "00ff",
    .start = (char *)"2026-01-01 00:00",
    .time_zone = (char *)"UTC",
    .horizon_us = MX_HOUR_US,
    .seed = 7,
    .replications = 3,
    .retry = {.lifetime_us = 72 * MX_HOUR_US},
    .ip_count = 2,
    .campaign_count = 2,
    .provider_count = 2,
    .ips = ips,
    .campaigns = campaigns,
    .providers = providers,
    .providers_shown = providers_shown,
    .campaigns_shown = campaigns_shown,
    .ips_shown = ips_shown,
};

const struct mx_plan *mx_test_plan(void)
{
    return &plan;
}

struct mx_observation *mx_test_observation(void)
{
    struct mx_observation *observation =
        mx_observation_create(&(struct mx_observation_sizes){.campaign_count = 2,
                                                             .provider_count = 2,
                                                             .ip_count = 2,
                                                             .horizon_us = MX_HOUR_US,
                                                             .series_every_us = MX_MINUTE_US,
                                                             .sample_every_us = 10 * MX_MINUTE_US});

    assert_non_null(observation);
    return observation;
}

static struct mx_series_bin *bin_at(struct mx_observation *o, int64_t time_us, uint32_t provider)
{
    size_t bin = (size_t)(time_us / o->series_every_us);

    assert_true(bin < o->series_count);
    return &o->series[bin * o->provider_count + provider];
}

void mx_test_deliver(struct mx_observation *o, uint32_t provider, uint32_t count, int64_t ttd_us)
{
    struct mx_counts *cell = mx_observation_cell(o, 0, provider, 0);

    for (uint32_t i = 0; i < count; i++) {
        mx_histogram_add(&o->ttd_by_pair[provider], ttd_us);
        mx_histogram_add(&o->ttd_by_provider[provider], ttd_us);
        mx_histogram_add(&o->ttd_by_campaign[0], ttd_us);
        mx_histogram_add(&o->ttd_by_ip[0], ttd_us);
        mx_histogram_add(&o->wait_by_pair[provider], 0);
        mx_histogram_add(&o->wait_by_provider[provider], 0);
        mx_histogram_add(&o->wait_by_campaign[0], 0);
        mx_histogram_add(&o->wait_by_ip[0], 0);
    }
    cell->recipients += count;
    cell->attempts += count;
    cell->delivered += count;
    cell->ttd_us_sum += count * (uint64_t)ttd_us;
    cell->ttd_us_max = cell->ttd_us_max > (uint64_t)ttd_us ? cell->ttd_us_max : (uint64_t)ttd_us;
    bin_at(o, 0, provider)->created += count;
    bin_at(o, ttd_us, provider)->attempts += count;
    bin_at(o, ttd_us, provider)->delivered += count;
    o->attempt_total += count;
    o->message_total += count;
}

void mx_test_defer(struct mx_observation *o, uint32_t provider, uint32_t count,
                   enum mx_reason reason)
{
    struct mx_counts *cell = mx_observation_cell(o, 0, provider, 0);

    for (uint32_t i = 0; i < count; i++) {
        mx_histogram_add(&o->wait_by_pair[provider], 0);
        mx_histogram_add(&o->wait_by_provider[provider], 0);
        mx_histogram_add(&o->wait_by_campaign[0], 0);
        mx_histogram_add(&o->wait_by_ip[0], 0);
    }
    cell->recipients += count;
    cell->attempts += count;
    cell->deferrals[reason] += count;
    cell->deferred_messages += count;
    bin_at(o, 0, provider)->created += count;
    bin_at(o, 0, provider)->attempts += count;
    bin_at(o, 0, provider)->deferrals[reason] += count;
    o->attempt_total += count;
    o->message_total += count;
}
