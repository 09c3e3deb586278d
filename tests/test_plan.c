// SPDX-License-Identifier: GPL-3.0-or-later
/* test_plan.c - what a right scenario becomes: order, shares, times, histories, defaults, presets,
 * --set, and retry policies alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/random.h"
#include "tests/support_files.h"

#define POOLS "pools = { p = { ips = ( { name = \"ip\"; } ); }; };\n"
#define CAMPAIGN(more) \
    "campaigns = { c = { pool = \"p\"; recipients = 100; window = \"1h\"; " more " }; };\n"
#define MIX "mix = { x = \"100%\"; }; "
#define PROVIDERS "providers = { x = { }; };\n"
#define GOOD POOLS CAMPAIGN(MIX) PROVIDERS

/* A zone file (RFC 8536) without transitions, whose rule is New York's. */
#define ZONE_HEAD(v) "TZif" v "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" /* 20 bytes */
#define ZONE_COUNTS \
    "\0\0\0\0" \
    "\0\0\0\0" \
    "\0\0\0\0" \
    "\0\0\0\0" \
    "\0\0\0\1" \
    "\0\0\0\4"
#define ZONE_TYPE "\xFF\xFF\xB9\xB0\0\0EST\0" /* -18000 s */
static const char new_york[] = ZONE_HEAD("2") ZONE_COUNTS ZONE_TYPE ZONE_HEAD("2")
    ZONE_COUNTS ZONE_TYPE "\nEST5EDT,M3.2.0,M11.1.0\n";

static const char bands_cfg[] =
    "reputation = { prior = { score = 0.5; weight = 100; };\n"
    "  weights = { complaint = 300; unknown = 20; trap = 1000; };\n"
    "  bands = { bad = { below = 0.2; cap = \"20/h\"; busy = \"60%\"; block = \"30%\"; };\n"
    "    low = { below = 0.5; }; medium = { below = 0.8; }; high = { cap = \"3M/day\"; }; }; };\n"
    "capacity = { kind = \"rate\"; rate = \"10/s\"; backlog = 5; };\n"
    "assumed = ( { key = \"reputation.prior\"; range = \"weight 10 .. 1000\"; },\n"
    "            { key = \"capacity.rate\"; range = \"5/s .. 20/s\"; } );\n";

static struct mx_plan *load_set(const char *text, const struct mx_override *overrides,
                                size_t override_count)
{
    static const char *const dirs[] = {"lib"};
    const struct mx_memory_file file[] = {
        {"f/s.cfg", text, 0},
        {"f/rows.csv", "# made by hand\n10,4\n20.5,6\n60,0\n", 0},
        {"f/providers/near.cfg", "preset = \"bands\"; connections = { per_ip = 2; };\n", 0},
        {"lib/providers/near.cfg", "connections = { per_ip = 9; };\n", 0},
        {"lib/providers/bands.cfg", bands_cfg, 0},
        {"/usr/share/zoneinfo/America/New_York", new_york, sizeof new_york - 1},
    };
    struct mx_memory_files files = {file, sizeof file / sizeof file[0], 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {.preset_dirs = dirs,
                                        .preset_dir_count = 1,
                                        .access = &access,
                                        .overrides = overrides,
                                        .override_count = override_count};
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan = mx_reader_load("f/s.cfg", &options, &mistakes);
    for (size_t i = 0; i < mistakes.count; i++) {
        const struct mx_mistake *item = &mistakes.item[i];
        print_message("%s:%d: %s: %s\n", item->file, item->line, item->key, item->text);
    }
    mx_mistakes_fini(&mistakes);
    assert_non_null(plan);
    return plan;
}

static struct mx_plan *load(const char *text)
{
    return load_set(text, NULL, 0);
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-12);
}

static uint32_t provider(const struct mx_plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        if (strcmp(plan->providers[i].name, name) == 0) {
            return i;
        }
    }
    fail();
    return 0;
}

static void defaults(void **state)
{
    (void)state;
    struct mx_plan *plan = load(GOOD);
    assert_string_equal(plan->name, "s");
    assert_string_equal(plan->start, "2026-01-01 00:00");
    assert_int_equal(plan->start_unix_s, 1767225600);
    assert_int_equal(plan->utc_offset_s, 0);
    assert_int_equal(plan->window_us, MX_SECOND_US);
    assert_int_equal(plan->day.day_us, MX_DAY_US);
    assert_int_equal(plan->seed, 1);
    assert_int_equal(plan->replications, 1);
    assert_int_equal(plan->timeseries_every_us, MX_MINUTE_US);
    assert_int_equal(plan->horizon_us, 73 * MX_HOUR_US + MX_SECOND_US);
    assert_false(plan->exact_required);
    assert_string_equal(plan->retry_name, "bluecore");
    assert_int_equal(strlen(plan->sha256), 64);
    const struct mx_sending_params *sending = &plan->providers[0].sending;
    assert_int_equal(sending->connections, 10);
    assert_int_equal(sending->messages_per_connection, 100);
    assert_true(sending->rate_per_s == 0);
    assert_int_equal(plan->providers[0].throttle.rule_count, 4);
    assert_string_equal(plan->lists[0].name, "(clean)");
    assert_int_equal(plan->ips[0].key, mx_key_combine(mx_key_of_name("p"), mx_key_of_name("ip")));
    const struct mx_receiver_params *receiver = &plan->providers[0].receiver;
    assert_false(receiver->reputation.enabled);
    assert_int_equal(receiver->capacity.kind, MX_CAPACITY_NONE);
    assert_true(receiver->full_reply_soft == 1);
    mx_plan_destroy(plan);
}

/* The order of the file is kept for output and decides nothing. */
static void order_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "pools = { p = { ips = ( { name = \"i\"; count = 3; }, { name = \"j\"; } ); };\n"
        "  q = { ips = ( { name = \"k\"; } ); }; };\n"
        "campaigns = { c = { pool = \"p\"; recipients = 7; window = \"1h\"; mix = { "
        "x = \"33.3%\"; y = \"33.3%\"; z = \"33.4%\"; }; };\n"
        "  d = { pool = \"q\"; recipients = 2; window = \"1h\"; mix = { z = \"50%\"; "
        "x = \"50%\"; }; }; };\nproviders = { x = { }; y = { }; z = { }; };\n",
        "providers = { z = { }; x = { }; y = { }; };\n"
        "campaigns = { d = { pool = \"q\"; recipients = 2; window = \"1h\"; mix = { "
        "x = \"50%\"; z = \"50%\"; }; };\n"
        "  c = { pool = \"p\"; recipients = 7; window = \"1h\"; mix = { "
        "z = \"33.4%\"; y = \"33.3%\"; x = \"33.3%\"; }; }; };\n"
        "pools = { q = { ips = ( { name = \"k\"; } ); };\n"
        "  p = { ips = ( { name = \"j\"; }, { name = \"i\"; count = 3; } ); }; };\n"};
    struct mx_plan *a = load(texts[0]), *b = load(texts[1]);
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(a->providers[i].name, b->providers[i].name);
        assert_true(i == 0 || a->providers[i].key > a->providers[i - 1].key);
        assert_int_equal(a->campaigns[0].counts[i], b->campaigns[0].counts[i]);
        assert_int_equal(a->campaigns[1].counts[i], b->campaigns[1].counts[i]);
    }
    for (uint32_t i = 0; i < 5; i++) {
        assert_string_equal(a->ips[i].name, b->ips[i].name);
    }
    assert_string_equal(a->campaigns[0].name, b->campaigns[0].name);
    assert_string_equal(a->providers[a->providers_shown[0]].name, "x");
    assert_string_equal(b->providers[b->providers_shown[0]].name, "z");
    assert_string_equal(a->ips[a->ips_shown[0]].name, "i-1");
    assert_string_equal(b->ips[b->ips_shown[1]].name, "j");
    mx_plan_destroy(a);
    mx_plan_destroy(b);
}

static void largest_remainder(void **state)
{
    (void)state;
    struct mx_plan *plan =
        load(POOLS "campaigns = { c = { pool = \"p\"; recipients = 10; window = \"1h\"; "
                   "mix = { x = \"45%\"; y = \"34%\"; z = \"21%\"; }; }; };\n"
                   "providers = { x = { }; y = { }; z = { }; };\n");
    const uint64_t *counts = plan->campaigns[0].counts;
    assert_int_equal(counts[provider(plan, "x")], 5); /* 4.5: the largest remainder */
    assert_int_equal(counts[provider(plan, "y")], 3); /* 3.4 */
    assert_int_equal(counts[provider(plan, "z")], 2); /* 2.1 */
    mx_plan_destroy(plan);
    /* 2^38 recipients (three providers leave no room for 2^40) in thirds that do not quite sum to
     * one */
    plan =
        load(POOLS "campaigns = { c = { pool = \"p\"; recipients = 274877906944; "
                   "window = \"1h\"; mix = { x = \"33.33333333%\"; y = \"33.33333333%\"; "
                   "z = \"33.33333333%\"; }; }; };\nproviders = { x = { }; y = { }; z = { }; };\n");
    counts = plan->campaigns[0].counts;
    assert_true(counts[0] == UINT64_C(91625968982)); /* the tie goes to the first key */
    assert_true(counts[1] == UINT64_C(91625968981) && counts[2] == counts[1]);
    mx_plan_destroy(plan);
}

static void daily_repeats_keep_the_clock(void **state)
{
    (void)state;
    /* Clocks go forward on 2026-03-08 and back on 2026-11-01 in New York. */
    struct mx_plan *plan =
        load(POOLS CAMPAIGN(MIX "start_after = \"30m\"; repeat = { every = \"1d\"; count = 4; };")
                 PROVIDERS "start = \"2026-03-06 02:00\"; time_zone = \"America/New_York\";\n");
    const int64_t *starts = plan->campaigns[0].occurrence_start_us;
    assert_int_equal(plan->utc_offset_s, -18000);
    assert_int_equal(plan->start_unix_s, 1772780400);
    assert_int_equal(starts[0], 30 * MX_MINUTE_US);
    assert_int_equal(starts[1], 24 * MX_HOUR_US + 30 * MX_MINUTE_US);
    /* 02:30 does not exist on the 8th: read on the clock before, it is 03:30 */
    assert_int_equal(starts[2], 48 * MX_HOUR_US + 30 * MX_MINUTE_US);
    assert_int_equal(starts[3], 71 * MX_HOUR_US + 30 * MX_MINUTE_US);
    assert_int_equal(plan->clock_change_count, 1);
    assert_int_equal(plan->clock_changes[0].at_us, 48 * MX_HOUR_US);
    assert_int_equal(plan->clock_changes[0].utc_offset_s, -14400);
    mx_plan_destroy(plan);
    /* as the zone says, as written down, and not past the horizon */
    plan = load(POOLS CAMPAIGN(MIX) PROVIDERS "start = \"2026-01-31 00:00\"; horizon = \"395d\";"
                                              "time_zone = \"America/New_York\";\n");
    assert_int_equal(plan->clock_change_count, 2);
    assert_true(plan->start_unix_s + plan->clock_changes[0].at_us / MX_SECOND_US == 1772953200);
    assert_true(plan->start_unix_s + plan->clock_changes[1].at_us / MX_SECOND_US == 1793512800);
    mx_plan_destroy(plan);
    plan =
        load(POOLS CAMPAIGN(MIX) PROVIDERS "utc_offset = \"-05:00\"; horizon = \"5d\";"
                                           "clock_changes = ( \"50h -04:00\", \"9d +01:00\" );\n");
    assert_int_equal(plan->clock_change_count, 1);
    assert_int_equal(plan->clock_changes[0].at_us, 50 * MX_HOUR_US);
    assert_int_equal(plan->clock_changes[0].utc_offset_s, -14400);
    mx_plan_destroy(plan);
    plan = load(POOLS CAMPAIGN(MIX "repeat = { every = \"2d\"; count = 2; };") PROVIDERS
                "start = \"2026-10-31 09:00:30\"; time_zone = \"America/New_York\";\n");
    assert_int_equal(plan->utc_offset_s, -14400);
    assert_int_equal(plan->day.offset_us, 9 * MX_HOUR_US + 30 * MX_SECOND_US);
    assert_int_equal(plan->campaigns[0].occurrence_start_us[1], 49 * MX_HOUR_US);
    mx_plan_destroy(plan);
    /* hours are hours */
    plan = load(POOLS CAMPAIGN(MIX "repeat = { every = \"36h\"; count = 3; };") PROVIDERS
                "start = \"2026-10-31 09:00\"; time_zone = \"America/New_York\";\n");
    assert_int_equal(plan->campaigns[0].occurrence_start_us[2], 72 * MX_HOUR_US);
    mx_plan_destroy(plan);
}

/* A zone file with all its transitions, as Debian ships it: Berlin, forward on 2026-03-29. */
static void zone_files_with_transitions(void **state)
{
    (void)state;
    char *zone = NULL;
    size_t size = 0;
    assert_int_equal(
        mx_file_access_disk.read(NULL, "tests/corpus/reader/zone_berlin.cfg", &zone, &size), 0);
    static const struct {
        const char *start;
        int offset_s;
        int64_t second_us;
    } table[] = {
        {"2026-03-28 09:00", 3600, 23 * MX_HOUR_US}, {"2026-03-27 09:00", 3600, MX_DAY_US},
        {"2026-10-24 09:00", 7200, 25 * MX_HOUR_US}, {"2060-03-27 09:00", 3600, 23 * MX_HOUR_US},
        {"1999-10-30 09:00", 7200, 25 * MX_HOUR_US},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%stime_zone = \"Europe/Berlin\"; start = \"%s\";\n",
                 POOLS CAMPAIGN(MIX "repeat = { every = \"1d\"; count = 2; };") PROVIDERS,
                 table[i].start);
        const struct mx_memory_file file[] = {{"s.cfg", text, 0},
                                              {"/usr/share/zoneinfo/Europe/Berlin", zone, size}};
        struct mx_memory_files files = {file, 2, 0, 0};
        struct mx_file_access access = mx_memory_access(&files);
        struct mx_reader_options options = {.access = &access};
        struct mx_mistakes mistakes = {0};
        struct mx_plan *plan = mx_reader_load("s.cfg", &options, &mistakes);
        assert_non_null(plan);
        assert_int_equal(plan->utc_offset_s, table[i].offset_s);
        assert_int_equal(plan->campaigns[0].occurrence_start_us[1], table[i].second_us);
        mx_plan_destroy(plan);
    }
    free(zone);
}

static double weight_sum(const struct mx_plan_campaign *campaign)
{
    double sum = 0;
    for (uint32_t i = 0; i < campaign->piece_count; i++) {
        sum += campaign->piece_weight[i];
    }
    return sum;
}

static void shapes(void **state)
{
    (void)state;
    struct mx_plan *plan = load(POOLS CAMPAIGN(MIX "shape = \"ramp\";") PROVIDERS);
    const struct mx_plan_campaign *campaign = &plan->campaigns[0];
    assert_int_equal(campaign->piece_count, 100);
    assert_true(campaign->piece_weight[99] == 199 * campaign->piece_weight[0]);
    assert_int_equal(campaign->piece_edge_us[100], MX_HOUR_US);
    mx_plan_destroy(plan);

    plan = load(POOLS CAMPAIGN(MIX "shape = \"poisson\"; spikes = ( { from = \"10m\"; "
                                   "to = \"20m\"; factor = 3.0; } );") PROVIDERS);
    campaign = &plan->campaigns[0];
    assert_true(campaign->poisson && mx_arrival_is_poisson(campaign->arrivals));
    assert_int_equal(campaign->piece_count, 3);
    assert_int_equal(campaign->piece_edge_us[1], 10 * MX_MINUTE_US);
    assert_int_equal(campaign->piece_edge_us[2], 20 * MX_MINUTE_US);
    double sum = weight_sum(campaign);
    assert_near(campaign->piece_weight[1] / sum, 3.0 / 8);
    assert_near(campaign->piece_weight[2] / sum, 4.0 / 8);
    mx_plan_destroy(plan);

    plan = load("campaigns = { c = { pool = \"p\"; shape = \"file\"; file = \"rows.csv\"; " MIX
                "}; };\n" POOLS PROVIDERS);
    campaign = &plan->campaigns[0];
    assert_int_equal(campaign->recipients, 10);
    assert_int_equal(campaign->piece_count, 2);
    assert_int_equal(campaign->piece_edge_us[0], 10 * MX_SECOND_US);
    assert_int_equal(campaign->piece_edge_us[1], 20500000);
    assert_int_equal(campaign->piece_edge_us[2], 60 * MX_SECOND_US);
    assert_true(campaign->piece_weight[0] == 4 && campaign->piece_weight[1] == 6);
    mx_plan_destroy(plan);

    /* 22:30 to 01:30: half an hour of hour 22, hours 23 and 0, half of hour 1 */
    plan =
        load(POOLS "campaigns = { c = { pool = \"p\"; recipients = 9; window = \"3h\"; " MIX
                   "shape = \"diurnal\"; hourly = [ 5, 8, 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0, "
                   "4, 6 ]; }; };\n" PROVIDERS "start = \"2026-01-01 22:30\";\n");
    campaign = &plan->campaigns[0];
    assert_int_equal(campaign->piece_count, 4);
    assert_int_equal(campaign->piece_edge_us[1], 30 * MX_MINUTE_US);
    assert_true(campaign->piece_weight[0] == 2 && campaign->piece_weight[1] == 6 &&
                campaign->piece_weight[2] == 5 && campaign->piece_weight[3] == 4);
    mx_plan_destroy(plan);
}

static void histories(void **state)
{
    (void)state;
    struct mx_plan *plan = load(
        "pools = { p = { ips = ( { name = \"a\"; count = 2; age = \"10d\"; daily_volume = 100; "
        "complaints = \"1%\"; }, { name = \"b\"; age = \"36h\"; daily_volume = 200; } ); };\n"
        "  q = { ips = ( { name = \"k\"; netblock = \"a\"; age = \"1d\"; daily_volume = 5; } ); }; "
        "};\n"
        "campaigns = { c = { pool = \"p\"; recipients = 1; window = \"1h\"; domain = "
        "\"m.example\"; " MIX "};\n  d = { pool = \"q\"; recipients = 1; window = \"1h\"; "
        "domain_daily_volume = \"2k\"; " MIX "}; };\n" PROVIDERS);
    assert_int_equal(plan->domain_count, 2);
    assert_string_equal(plan->domains[0].name, "example.com");
    assert_true(plan->domains[0].history.daily_volume == 2000);
    assert_true(plan->domains[0].history.days == 1);
    const struct mx_history *history = &plan->domains[1].history;
    assert_true(history->daily_volume == 400);
    assert_true(history->days == 10);
    assert_near(history->complaints, 0.005);
    assert_int_equal(plan->netblock_count, 2);
    const struct mx_plan_ip *b = &plan->ips[plan->ips_shown[2]];
    assert_string_equal(b->name, "b");
    assert_true(b->history.days == 1.5);
    assert_string_equal(plan->netblocks[plan->ips[plan->ips_shown[3]].netblock], "a");
    mx_plan_destroy(plan);
}

static void limits_of_the_sender(void **state)
{
    (void)state;
    struct mx_plan *plan = load(POOLS CAMPAIGN(
        MIX) "providers = { x = { }; y = { }; };\n"
             "mta = { rate = \"7200/h\"; throttle = \"none\"; connections = \"none\";\n"
             "  destinations = { y = { rate = \"30/m\"; connections = 3;\n"
             "    throttle = { rules = ( { on = [ \"policy\" ]; count = 3; within = \"1h\";\n"
             "      action = \"rate\"; value = \"1/m\"; for = \"2h\"; } ); }; }; }; };\n");
    const struct mx_plan_provider *x = &plan->providers[provider(plan, "x")];
    const struct mx_plan_provider *y = &plan->providers[provider(plan, "y")];
    assert_true(x->sending.rate_per_s == 2 && x->sending.burst == 2);
    assert_int_equal(x->sending.connections, 0);
    assert_int_equal(x->throttle.rule_count, 0);
    assert_true(y->sending.rate_per_s == 0.5 && y->sending.burst == 1);
    assert_int_equal(y->sending.connections, 3);
    assert_int_equal(y->throttle.rule_count, 1);
    assert_int_equal(y->throttle.rule[0].reasons, 1U << MX_REASON_RATE | 1U << MX_REASON_SPIKE |
                                                      1U << MX_REASON_REPUTATION |
                                                      1U << MX_REASON_CONTENT);
    assert_near(y->throttle.rule[0].value, 1.0 / 60);
    mx_plan_destroy(plan);
}

static void horizons(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        int64_t least_us, most_us;
    } table[] = {
        {"lifetime = \"2h\";", 3 * MX_HOUR_US, 3 * MX_HOUR_US + MX_SECOND_US},
        /* the last attempt fails up to a gap late */
        {"kind = \"age\"; scan_interval = \"300s\"; lifetime = \"5d\"; expiry = \"after_failure\";",
         121 * MX_HOUR_US + 4000 * MX_SECOND_US, 123 * MX_HOUR_US + 900 * MX_SECOND_US},
        {"kind = \"segments\"; rule = \"F,2h,15m\"; lifetime = \"none\"; expiry = "
         "\"after_failure\";",
         3 * MX_HOUR_US, 4 * MX_HOUR_US},
        {"kind = \"list\"; gaps = [ \"10m\" ]; then = \"repeat\"; expiry = \"attempts\"; "
         "max_attempts = 7;",
         2 * MX_HOUR_US, 4 * MX_HOUR_US},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s mta = { retry = { %s }; };\n", GOOD, table[i].keys);
        struct mx_plan *plan = load(text);
        if (plan->horizon_us < table[i].least_us || plan->horizon_us > table[i].most_us) {
            fail_msg("%s: %g h", table[i].keys, (double)plan->horizon_us / MX_HOUR_US);
        }
        mx_plan_destroy(plan);
    }
    /* a Poisson stream of 100 in an hour ends within ten deviations: an hour more */
    struct mx_plan *plan = load(POOLS CAMPAIGN(MIX "shape = \"poisson\";") PROVIDERS);
    assert_int_equal(plan->horizon_us, 74 * MX_HOUR_US + MX_SECOND_US);
    mx_plan_destroy(plan);
    plan = load(GOOD "horizon = \"5d\";\n");
    assert_int_equal(plan->horizon_us, 5 * MX_DAY_US);
    assert_int_equal(plan->timeseries_every_us, 10 * MX_MINUTE_US);
    mx_plan_destroy(plan);
}

static void exact_order_where_needed(void **state)
{
    (void)state;
    struct mx_plan *plan = load(GOOD "mta = { retry = { gaps = [ \"500ms\" ]; }; };\n");
    assert_true(plan->exact_required);
    mx_plan_destroy(plan);
    plan = load(POOLS CAMPAIGN(MIX) "providers = { x = { capacity = { "
                                    "servers = 2; service = \"1s\"; waiting_room = 0; }; }; };\n");
    assert_int_equal(plan->providers[0].receiver.capacity.kind, MX_CAPACITY_SERVERS);
    assert_true(plan->exact_required);
    char *text = mx_plan_print(plan, false);
    assert_non_null(strstr(text, "kind = \"servers\";"));
    free(text);
    assert_int_equal(plan->providers[0].receiver.capacity.waiting_room, 0);
    mx_plan_destroy(plan);
}

static bool is_assumed(const struct mx_plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->assumed_count; i++) {
        if (strcmp(plan->assumed[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

static void presets_merge(void **state)
{
    (void)state;
    /* beside the scenario comes first; a preset of a preset; groups merge, other kinds replace */
    struct mx_plan *plan = load(POOLS CAMPAIGN(
        MIX) "providers = { x = { preset = \"near\"; reputation = { "
             "half_life = \"3d\"; prior = { score = 0.9; }; }; capacity = { kind = \"servers\"; "
             "servers = 2; service = \"1s\"; waiting_room = \"none\"; }; };\n"
             "  y = { preset = \"bands\"; capacity = { rate = \"7/s\"; }; }; };\n");
    const struct mx_receiver_params *x = &plan->providers[provider(plan, "x")].receiver;
    const struct mx_receiver_params *y = &plan->providers[provider(plan, "y")].receiver;
    assert_int_equal(x->connections.per_ip, 2);
    assert_int_equal(x->reputation.half_life_us, 3 * MX_DAY_US);
    assert_true(x->reputation.prior_score == 0.9 && x->reputation.prior_weight == 100);
    assert_int_equal(x->capacity.kind, MX_CAPACITY_SERVERS);
    assert_int_equal(y->capacity.kind, MX_CAPACITY_RATE);
    assert_true(y->capacity.rate_per_s == 7 && y->capacity.backlog == 5);
    assert_true(is_assumed(plan, "providers.x.reputation.prior")); /* its weight still is */
    assert_false(is_assumed(plan, "providers.x.capacity.rate"));
    assert_true(is_assumed(plan, "providers.y.reputation.prior"));
    assert_false(is_assumed(plan, "providers.y.capacity.rate"));
    assert_true(is_assumed(plan, "mta.transaction_time"));
    mx_plan_destroy(plan);
}

static void overrides(void **state)
{
    (void)state;
    static const char text[] =
        POOLS CAMPAIGN(MIX) "providers = { x = { preset = \"bands\"; capacity = \"none\"; }; };\n";
    static const struct mx_override table[] = {
        {"seed", "5000000000"},
        {"pools.p.ips[0].count", "4"},
        {"mta.retry.lifetime", "24h"},
        {"mta.retry.gaps", "[ \"6m\" ]"},
        {"mta.throttle.rules[0].for", "3h"},  /* of a list that only the preset has */
        {"providers.x.capacity.rate", "3/s"}, /* the kind is that of this key */
        {"providers.x.reputation.prior.weight", "50"},
        {"campaigns.c.mix.x", "100%"},
        {"name", "other name"},
        {"mta.retry.whole_seconds", "true"},
        {"seed", "12"},
    };
    struct mx_plan *plan = load_set(text, table, sizeof table / sizeof table[0]);
    assert_int_equal(plan->seed, 12); /* the last one holds */
    assert_int_equal(plan->ip_count, 4);
    assert_int_equal(plan->retry.lifetime_us, MX_DAY_US);
    assert_int_equal(plan->retry.gap_count, 1);
    assert_int_equal(plan->retry.gap_us[0], 6 * MX_MINUTE_US);
    assert_string_equal(plan->retry_name, "bluecore (changed)");
    assert_int_equal(plan->providers[0].throttle.rule[0].for_us, 3 * MX_HOUR_US);
    assert_int_equal(plan->providers[0].receiver.capacity.kind, MX_CAPACITY_RATE);
    assert_true(plan->providers[0].receiver.capacity.rate_per_s == 3);
    assert_true(plan->providers[0].receiver.reputation.prior_weight == 50);
    assert_string_equal(plan->name, "other name");
    assert_true(plan->retry.whole_seconds);
    struct mx_plan *plain = load(text);
    assert_string_not_equal(plan->sha256, plain->sha256);
    struct mx_plan *again = load(text);
    assert_string_equal(again->sha256, plain->sha256);
    mx_plan_destroy(again);
    mx_plan_destroy(plain);
    mx_plan_destroy(plan);
}

/* Days of another length: time of day and floors go along. */
static void a_scaled_day(void **state)
{
    (void)state;
    struct mx_plan *plan = load(POOLS CAMPAIGN(
        MIX) "providers = { x = { allowance = { growth = 2; "
             "floor = \"5k/48h\"; reference = \"60d\"; }; }; };\n"
             "start = \"2026-01-01 06:00\"; engine = { day = \"48h\"; window = \"2s\"; };\n");
    assert_int_equal(plan->day.offset_us, 12 * MX_HOUR_US);
    const struct mx_allowance_params *ip = &plan->providers[0].receiver.allowance[MX_SCOPE_IP];
    assert_true(ip->floor_per_day == 5000);
    assert_int_equal(ip->reference_days, 30);
    mx_plan_destroy(plan);
}

/* ---- policies alone ---- */

static const char *const preset_dirs[] = {"scenarios"};

static struct mx_retry_policy policy_of(const char *name, const struct mx_override *overrides_,
                                        size_t count)
{
    struct mx_reader_options options = {.preset_dirs = preset_dirs,
                                        .preset_dir_count = 1,
                                        .overrides = overrides_,
                                        .override_count = count};
    struct mx_mistakes mistakes = {0};
    struct mx_retry_policy policy;
    int status = mx_reader_load_policy(name, &options, &policy, &mistakes);
    for (size_t i = 0; i < mistakes.count; i++) {
        print_message("%s: %s\n", mistakes.item[i].key, mistakes.item[i].text);
    }
    mx_mistakes_fini(&mistakes);
    assert_int_equal(status, 0);
    assert_null(mx_retry_check(&policy));
    return policy;
}

/* Attempts when every one is refused at once, and the last one's time. */
static uint32_t attempts_of(const struct mx_retry_policy *policy, int64_t *last_us)
{
    struct mx_retry_state refusal = {.attempt_count = 1};
    int64_t now_us = 0;
    for (;;) {
        struct mx_retry_decision decision = mx_retry_decide(policy, &refusal, now_us, 0.5);
        if (decision.next_us == MX_NEVER || refusal.attempt_count > 1000) {
            *last_us = now_us;
            return refusal.attempt_count;
        }
        refusal.gap_us = decision.gap_us;
        refusal.due_us = now_us = decision.next_us;
        refusal.attempt_count++;
    }
}

/* Counts and last attempts as the sources in the preset files give them. */
static void policies_of_real_senders(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t count;
        int64_t last_s;
    } table[] = {
        {"bluecore", 11, 2557 * 60}, {"postfix", 108, 433200},
        {"kumomta", 9, 5100 * 60},   {"qmail", 40, 608400},
        {"exim", 28, 96 * 60 * 60},  {"scenarios/mtas/postfix.cfg", 108, 433200},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct mx_retry_policy policy = policy_of(table[i].name, NULL, 0);
        int64_t last_us = 0;
        assert_int_equal(attempts_of(&policy, &last_us), table[i].count);
        assert_int_equal(last_us, table[i].last_s * MX_SECOND_US);
    }
    struct mx_override set = {"lifetime", "72h"};
    struct mx_retry_policy policy = policy_of("postfix", &set, 1);
    int64_t last_us = 0;
    assert_int_equal(attempts_of(&policy, &last_us), 67);
    assert_int_equal(last_us, 261000 * MX_SECOND_US);
}

static void wrong_policies(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path, *value, *key, *part;
    } table[] = {
        {"nosuch", "lifetime", "1h", "preset", "unknown preset"},
        {"postfix", "lifetme", "1h", "lifetme", "did you mean \"lifetime\"?"},
        {"postfix", "lifetime", "1", "lifetime", "no unit"},
        {"none/such.cfg", "lifetime", "1h", "", "cannot read"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct mx_override set = {table[i].path, table[i].value};
        struct mx_reader_options options = {.preset_dirs = preset_dirs,
                                            .preset_dir_count = 1,
                                            .overrides = &set,
                                            .override_count = 1};
        struct mx_mistakes mistakes = {0};
        struct mx_retry_policy policy;
        assert_int_equal(mx_reader_load_policy(table[i].name, &options, &policy, &mistakes), -1);
        assert_int_equal(mistakes.count, 1);
        assert_string_equal(mistakes.item[0].key, table[i].key);
        assert_non_null(strstr(mistakes.item[0].text, table[i].part));
        mx_mistakes_fini(&mistakes);
    }
}

/* What is built in is what the files hold, and what the model calls its reference. */
static void built_in_presets_are_the_files(void **state)
{
    (void)state;
    struct mx_retry_policy reference, built_in, file = policy_of("bluecore", NULL, 0);
    struct mx_memory_files no_files = {NULL, 0, 0, 0};
    struct mx_file_access access = mx_memory_access(&no_files);
    struct mx_reader_options options = {.access = &access};
    struct mx_mistakes mistakes = {0};
    assert_int_equal(mx_reader_load_policy("bluecore", &options, &built_in, &mistakes), 0);
    mx_retry_bluecore(&reference);
    for (int64_t at_us = 0; at_us < 80 * MX_HOUR_US; at_us += 7 * MX_MINUTE_US) {
        for (uint32_t n = 1; n < 13; n++) {
            struct mx_retry_state refusal = {.attempt_count = n};
            int64_t next_us = mx_retry_decide(&reference, &refusal, at_us, 0.5).next_us;
            assert_int_equal(mx_retry_decide(&built_in, &refusal, at_us, 0.5).next_us, next_us);
            assert_int_equal(mx_retry_decide(&file, &refusal, at_us, 0.5).next_us, next_us);
        }
    }
    /* the throttle: the same plan with the file and without */
    static const struct mx_override set = {"seed", "1"};
    struct mx_plan *inside = load_set(GOOD, &set, 1);
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(
        mx_file_access_disk.read(NULL, "scenarios/throttles/esp-default.cfg", &text, &size), 0);
    const struct mx_memory_file files_with[] = {{"f/s.cfg", GOOD, 0},
                                                {"f/throttles/esp-default.cfg", text, size}};
    struct mx_memory_files with = {files_with, 2, 0, 0};
    access = mx_memory_access(&with);
    struct mx_plan *outside = mx_reader_load("f/s.cfg", &options, &mistakes);
    assert_non_null(outside);
    char *a = mx_plan_print(inside, false), *b = mx_plan_print(outside, false);
    assert_string_equal(a, b);
    free(a);
    free(b);
    free(text);
    mx_plan_destroy(inside);
    mx_plan_destroy(outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(order_changes_nothing),
        cmocka_unit_test(largest_remainder),
        cmocka_unit_test(daily_repeats_keep_the_clock),
        cmocka_unit_test(zone_files_with_transitions),
        cmocka_unit_test(shapes),
        cmocka_unit_test(histories),
        cmocka_unit_test(limits_of_the_sender),
        cmocka_unit_test(horizons),
        cmocka_unit_test(exact_order_where_needed),
        cmocka_unit_test(presets_merge),
        cmocka_unit_test(overrides),
        cmocka_unit_test(a_scaled_day),
        cmocka_unit_test(policies_of_real_senders),
        cmocka_unit_test(wrong_policies),
        cmocka_unit_test(built_in_presets_are_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
