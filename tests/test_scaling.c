// SPDX-License-Identifier: GPL-3.0-or-later
/* test_scaling.c - time has no unit of its own: with every duration of a plan multiplied by an
 * integer (defaults, epochs, half-lives, the window and the day included) no count changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/engine.h"
#include "sim/scenario/reader.h"

static void scale(int64_t *duration_us, int64_t factor)
{
    if (*duration_us != MX_NEVER)
        *duration_us *= factor;
}

static void scale_law(struct mx_law *law, int64_t factor)
{
    scale(&law->mean_us, factor);
}

static void scale_retry(struct mx_retry_policy *policy, int64_t factor)
{
    for (uint32_t i = 0; i < policy->gap_count; i++)
        scale(&policy->gap_us[i], factor);
    scale(&policy->gap_us_max, factor);
    scale(&policy->gap_us_mean, factor);
    scale(&policy->jitter_us, factor);
    scale(&policy->lifetime_us, factor);
}

static void scale_campaign(struct mx_plan_campaign *campaign, int64_t factor)
{
    for (uint32_t o = 0; o < campaign->occurrence_count; o++)
        scale(&campaign->occurrence_start_us[o], factor);
    for (uint32_t i = 0; i <= campaign->piece_count; i++)
        scale(&campaign->piece_edge_us[i], factor);
    mx_arrival_shape_destroy(campaign->arrivals);
    campaign->arrivals = mx_arrival_shape_create(campaign->piece_count, campaign->piece_edge_us,
                                                 campaign->piece_weight, campaign->poisson);
    assert_non_null(campaign->arrivals);
}

static void scale_day(struct mx_day *day, int64_t factor)
{
    scale(&day->day_us, factor);
    scale(&day->offset_us, factor);
}

static void scale_receiver(struct mx_receiver_params *params, int64_t factor)
{
    struct mx_outage *outages = (struct mx_outage *)params->outages;
    for (uint32_t i = 0; i < params->outage_count; i++) {
        scale(&outages[i].from_us, factor);
        scale(&outages[i].to_us, factor);
    }
    for (int s = 0; s < MX_SCOPE_COUNT; s++)
        scale(&params->allowance[s].cap.period_us, factor);
    struct mx_reputation_params *reputation = &params->reputation;
    scale(&reputation->half_life_us, factor);
    scale(&reputation->epoch_us, factor);
    scale(&reputation->episode_us, factor);
    for (int b = 0; b < MX_BAND_COUNT; b++)
        scale(&reputation->band[b].cap.period_us, factor);
    scale(&params->block.within_us, factor);
    scale(&params->block.lasts_us, factor);
    struct mx_capacity_params *capacity = &params->capacity;
    capacity->rate_per_s /= (double)factor;
    capacity->background_per_s /= (double)factor;
    scale(&capacity->noise_every_us, factor);
    scale_law(&capacity->service, factor);
    scale(&params->greylist.delay_us, factor);
    scale_day(&params->day, factor);
}

static void scale_provider(struct mx_plan_provider *provider, int64_t factor)
{
    scale_receiver(&provider->receiver, factor);
    provider->sending.rate_per_s /= (double)factor;
    scale(&provider->sending.connect_us, factor);
    scale(&provider->sending.idle_us, factor);
    for (uint32_t r = 0; r < provider->throttle.rule_count; r++) {
        struct mx_throttle_rule *rule = &provider->throttle.rule[r];
        scale(&rule->within_us, factor);
        scale(&rule->for_us, factor);
        scale(&rule->recovery_every_us, factor);
        if (rule->action == MX_THROTTLE_RATE)
            rule->value /= (double)factor;
    }
}

static void scale_plan(struct mx_plan *plan, int64_t factor)
{
    scale(&plan->horizon_us, factor);
    scale(&plan->warmup_us, factor);
    scale(&plan->window_us, factor);
    scale(&plan->timeseries_every_us, factor);
    scale_day(&plan->day, factor);
    scale_law(&plan->transaction, factor);
    scale_retry(&plan->retry, factor);
    for (uint32_t i = 0; i < plan->list_count; i++) {
        scale_law(&plan->lists[i].params.complaint_delay, factor);
        scale_law(&plan->lists[i].params.mailbox_emptied_after, factor);
    }
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        scale(&plan->pools[i].warm_up.period_us, factor);
        scale_day(&plan->pools[i].warm_up.day, factor);
    }
    for (uint32_t i = 0; i < plan->campaign_count; i++)
        scale_campaign(&plan->campaigns[i], factor);
    for (uint32_t i = 0; i < plan->provider_count; i++)
        scale_provider(&plan->providers[i], factor);
}

/* Four providers with every mechanism that has a duration between them. Times are whole seconds or
 * constant, so that rounding to microseconds does not come into it. */
static const char scenario[] =
    "seed = 5; name = \"scaling\"; horizon = \"90h\";\n"
    "lists = { l = { unknown = \"1%\"; mailbox_full = \"2%\"; complaints = \"1%\";\n"
    "  complaint_delay = \"1h\"; mailbox_full_emptied_after = \"3h\"; }; };\n"
    "pools = { main = { ips = ( { name = \"ip\"; count = 2; age = \"30d\"; daily_volume = \"2k\"; "
    "} );\n"
    "  warm_up = { period = \"1h\"; allowances = [3000, 4000]; }; }; };\n"
    "mta = { connections = 3; rate = \"10/s\"; connect_time = \"1s\"; transaction_time = \"2s\";\n"
    "  throttle = { rules = ( { on = [ \"policy\" ]; count = 30; within = \"10m\"; action = "
    "\"rate\";\n"
    "    value = \"4/s\"; for = \"10m\"; recovery = { steps = 2; every = \"1m\"; }; } ); }; };\n"
    "campaigns = { sale = { list = \"l\"; pool = \"main\"; recipients = \"12k\"; window = \"2h\";\n"
    "  mix = { a = \"25%\"; b = \"25%\"; c = \"25%\"; d = \"25%\"; }; }; };\n"
    "providers = {\n"
    "  a = { preset = \"gmail\"; };\n"
    "  b = { outages = ( { from = \"10m\"; to = \"50m\"; left = \"0%\"; } );\n"
    "    capacity = { kind = \"rate\"; rate = \"0.25/s\"; backlog = 20; busy_cost = 0.125; }; };\n"
    "  c = { greylist = { delay = \"400s\"; domains = 20; whitelist_after = 5; }; };\n"
    "  d = { connections = { per_ip = 2; }; allowance = { growth = 1.5; floor = \"100/day\";\n"
    "    hourly_share = \"25%\"; cap = \"60/m\"; }; };\n"
    "};\n";

static int read_memory(void *context, const char *path, char **text, size_t *size)
{
    if (strcmp(path, "scaling.cfg") != 0)
        return mx_file_access_disk.read(context, path, text, size);
    *size = sizeof scenario - 1;
    *text = malloc(sizeof scenario);
    if (!*text)
        return -1;
    memcpy(*text, scenario, sizeof scenario);
    return 0;
}

static struct mx_plan *load(void)
{
    static const char *const dirs[] = {"scenarios"};
    struct mx_file_access access = mx_file_access_disk;
    access.read = read_memory;
    struct mx_reader_options options = {
        .preset_dirs = dirs, .preset_dir_count = 1, .access = &access};
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan = mx_reader_load("scaling.cfg", &options, &mistakes);
    for (size_t i = 0; i < mistakes.count; i++)
        print_message("%d: %s: %s\n", mistakes.item[i].line, mistakes.item[i].key,
                      mistakes.item[i].text);
    mx_mistakes_fini(&mistakes);
    assert_non_null(plan);
    return plan;
}

static struct mx_observation *run(const struct mx_plan *plan)
{
    struct mx_engine_options options = {.seed = plan->seed};
    struct mx_observation *observation = NULL;
    assert_int_equal(mx_engine_run(plan, &options, &observation), MX_ENGINE_OK);
    return observation;
}

/* Counts are the same; times are as much longer as they should be, to the microsecond. */
static void assert_same_counts(const struct mx_observation *a, const struct mx_observation *b,
                               int64_t factor)
{
    size_t cells = (size_t)a->campaign_count * a->provider_count * (a->ip_count + 1U);
    uint64_t deferrals = 0;
    for (size_t i = 0; i < cells; i++) {
        struct mx_counts x = a->cells[i], y = b->cells[i];
        deferrals += mx_counts_deferrals(&x);
        x.ttd_us_sum *= (uint64_t)factor;
        x.ttd_us_max *= (uint64_t)factor;
        x.wait_us_sum *= (uint64_t)factor;
        assert_memory_equal(&x, &y, sizeof x);
    }
    assert_true(deferrals > 1000);
}

static void test_scaled_time_changes_no_count(void **state)
{
    (void)state;
    struct mx_plan *plan = load();
    struct mx_observation *base = run(plan);
    for (int64_t factor = 2; factor <= 3; factor++) {
        struct mx_plan *scaled = load();
        scale_plan(scaled, factor);
        struct mx_observation *observation = run(scaled);
        assert_same_counts(base, observation, factor);
        mx_observation_destroy(observation);
        mx_plan_destroy(scaled);
    }
    mx_observation_destroy(base);
    mx_plan_destroy(plan);
}

/* The comparison can fail: one duration left as it was shows. */
static void test_a_forgotten_duration_shows(void **state)
{
    (void)state;
    struct mx_plan *plan = load();
    struct mx_observation *base = run(plan);
    struct mx_plan *scaled = load();
    scale_plan(scaled, 2);
    for (uint32_t i = 0; i < scaled->provider_count; i++)
        scaled->providers[i].receiver.greylist.delay_us /= 8;
    struct mx_observation *observation = run(scaled);
    size_t cells = (size_t)base->campaign_count * base->provider_count * (base->ip_count + 1U);
    uint64_t a = 0, b = 0;
    for (size_t i = 0; i < cells; i++) {
        a += base->cells[i].deferrals[MX_REASON_GREYLIST];
        b += observation->cells[i].deferrals[MX_REASON_GREYLIST];
    }
    assert_int_not_equal(a, b);
    mx_observation_destroy(observation);
    mx_plan_destroy(scaled);
    mx_observation_destroy(base);
    mx_plan_destroy(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scaled_time_changes_no_count),
        cmocka_unit_test(test_a_forgotten_duration_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
