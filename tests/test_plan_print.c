// SPDX-License-Identifier: GPL-3.0-or-later
/* test_plan_print.c - a printed plan loads back to the same plan: every shipped scenario, and one
 * that uses every key; compared text by text and field by field. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support_files.h"

static const char *const preset_dirs[] = {"scenarios"};

static struct mx_plan *load_from(const char *file, const struct mx_file_access *access)
{
    struct mx_reader_options options = {
        .preset_dirs = preset_dirs, .preset_dir_count = 1, .access = access};
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan = mx_reader_load(file, &options, &mistakes);
    for (size_t i = 0; i < mistakes.count; i++) {
        const struct mx_mistake *item = &mistakes.item[i];
        print_message("%s:%d: %s: %s\n", item->file, item->line, item->key, item->text);
    }
    mx_mistakes_fini(&mistakes);
    assert_non_null(plan);
    return plan;
}

static struct mx_plan *load_text(const char *text, size_t *read_count)
{
    struct mx_memory_file file = {"plan.cfg", text, 0};
    struct mx_memory_files files = {&file, 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_plan *plan = load_from("plan.cfg", &access);
    *read_count = files.read_count;
    return plan;
}

/* ---- field by field ---- */

#define SAME(field) assert_true(a->field == b->field)
#define SAME_TEXT(field) assert_string_equal(a->field, b->field)

static void same_law(const struct mx_law *a, const struct mx_law *b)
{
    SAME(kind);
    SAME(mean_us);
    SAME(cv);
}

static void same_history(const struct mx_history *a, const struct mx_history *b)
{
    SAME(daily_volume);
    SAME(days);
    SAME(complaints);
    SAME(unknown);
}

static void same_list(const struct mx_plan_list *a, const struct mx_plan_list *b)
{
    SAME_TEXT(name);
    SAME_TEXT(key_name);
    SAME(key);
    SAME(params.unknown);
    SAME(params.closed);
    SAME(params.mailbox_full);
    SAME(params.spam_traps);
    SAME(params.known_invalid);
    SAME(params.reported_spam);
    SAME(params.complaints);
    SAME(params.engagement);
    same_law(&a->params.mailbox_emptied_after, &b->params.mailbox_emptied_after);
    same_law(&a->params.complaint_delay, &b->params.complaint_delay);
}

static void same_pool(const struct mx_plan_pool *a, const struct mx_plan_pool *b)
{
    SAME_TEXT(name);
    SAME_TEXT(key_name);
    SAME(key);
    SAME(ip_first);
    SAME(ip_count);
    SAME(overflow_pool);
    SAME(warm_up.step_count);
    SAME(warm_up.period_us);
    SAME(warm_up.day.day_us);
    SAME(warm_up.day.offset_us);
    SAME(warm_up.first_day);
    SAME(warm_up.per_provider);
    for (uint32_t i = 0; i < a->warm_up.step_count; i++) {
        SAME(warm_up.allowance[i]);
    }
}

static void same_ip(const struct mx_plan_ip *a, const struct mx_plan_ip *b)
{
    SAME_TEXT(name);
    SAME(key);
    SAME(pool);
    SAME(netblock);
    same_history(&a->history, &b->history);
}

static void same_campaign(const struct mx_plan_campaign *a, const struct mx_plan_campaign *b,
                          uint32_t provider_count)
{
    SAME_TEXT(name);
    SAME_TEXT(key_name);
    SAME(key);
    SAME(promotional);
    SAME(list);
    SAME(pool);
    SAME(domain);
    SAME(recipients);
    SAME(occurrence_count);
    SAME(piece_count);
    SAME(poisson);
    for (uint32_t i = 0; i < a->occurrence_count; i++) {
        SAME(occurrence_start_us[i]);
    }
    SAME(piece_edge_us[0]);
    for (uint32_t i = 0; i < a->piece_count; i++) {
        SAME(piece_edge_us[i + 1]);
        SAME(piece_weight[i]);
    }
    for (uint32_t i = 0; i < provider_count; i++) {
        SAME(counts[i]);
    }
}

static void same_daily(const struct mx_daily *a, const struct mx_daily *b)
{
    SAME(count);
    for (uint32_t i = 0; i < a->count; i++) {
        SAME(factor[i]);
    }
}

static void same_rate(const struct mx_rate *a, const struct mx_rate *b)
{
    SAME(count);
    assert_true(a->count == 0 || a->period_us == b->period_us);
}

static void same_reputation(const struct mx_reputation_params *a,
                            const struct mx_reputation_params *b)
{
    SAME(enabled);
    SAME(half_life_us);
    SAME(epoch_us);
    SAME(episode_us);
    SAME(prior_score);
    SAME(prior_weight);
    SAME(complaint_weight);
    SAME(unknown_weight);
    SAME(trap_weight);
    SAME(engagement_weight);
    SAME(domain);
    for (int i = 0; i < MX_BAND_COUNT; i++) {
        SAME(band[i].below);
        SAME(band[i].busy);
        SAME(band[i].block);
        SAME(band[i].spam);
        same_rate(&a->band[i].cap, &b->band[i].cap);
    }
}

static void same_capacity(const struct mx_capacity_params *a, const struct mx_capacity_params *b)
{
    SAME(kind);
    SAME(servers);
    SAME(waiting_room);
    same_law(&a->service, &b->service);
    if (a->kind != MX_CAPACITY_RATE) {
        return;
    }
    SAME(rate_per_s);
    SAME(backlog);
    SAME(busy_cost);
    SAME(noise_cv);
    SAME(noise_every_us);
    SAME(background_per_s);
    same_daily(&a->daily, &b->daily);
    same_daily(&a->background_daily, &b->background_daily);
}

static void same_receiver(const struct mx_receiver_params *a, const struct mx_receiver_params *b)
{
    SAME(style);
    SAME(outage_count);
    for (uint32_t i = 0; i < a->outage_count; i++) {
        SAME(outages[i].from_us);
        SAME(outages[i].to_us);
        SAME(outages[i].left);
    }
    SAME(connections.per_ip);
    SAME(connections.total);
    for (int i = 0; i < MX_SCOPE_COUNT; i++) {
        SAME(allowance[i].growth);
        SAME(allowance[i].floor_per_day);
        SAME(allowance[i].reference_days);
        SAME(allowance[i].hourly_share);
        SAME(allowance[i].depth);
        SAME(allowance[i].bucket);
        SAME(allowance[i].refused_count);
        same_rate(&a->allowance[i].cap, &b->allowance[i].cap);
    }
    same_reputation(&a->reputation, &b->reputation);
    SAME(block.deferrals);
    assert_true(a->block.deferrals == 0 || (a->block.within_us == b->block.within_us &&
                                            a->block.lasts_us == b->block.lasts_us));
    same_capacity(&a->capacity, &b->capacity);
    SAME(greylist.delay_us);
    SAME(greylist.domains);
    SAME(greylist.whitelist_after);
    SAME(full_reply_soft);
    SAME(content_reject);
    SAME(content_busy);
    SAME(day.day_us);
    SAME(day.offset_us);
}

static void same_provider(const struct mx_plan_provider *a, const struct mx_plan_provider *b)
{
    SAME_TEXT(name);
    SAME_TEXT(key_name);
    SAME(key);
    same_receiver(&a->receiver, &b->receiver);
    SAME(sending.connections);
    SAME(sending.messages_per_connection);
    SAME(sending.rate_per_s);
    SAME(sending.burst);
    SAME(sending.connect_us);
    SAME(sending.idle_us);
    SAME(throttle.rule_count);
    for (uint32_t i = 0; i < a->throttle.rule_count; i++) {
        SAME(throttle.rule[i].reasons);
        SAME(throttle.rule[i].count);
        SAME(throttle.rule[i].within_us);
        SAME(throttle.rule[i].action);
        SAME(throttle.rule[i].value);
        SAME(throttle.rule[i].for_us);
        SAME(throttle.rule[i].recovery_steps);
        SAME(throttle.rule[i].recovery_every_us);
    }
}

static void same_retry(const struct mx_retry_policy *a, const struct mx_retry_policy *b)
{
    SAME(kind);
    SAME(gap_count);
    for (uint32_t i = 0; i < a->gap_count; i++) {
        SAME(gap_us[i]);
    }
    SAME(multiply);
    SAME(gap_us_max);
    SAME(offsets);
    SAME(whole_factor);
    SAME(backoff_us_min);
    SAME(backoff_us_max);
    SAME(quadratic);
    SAME(quadratic_unit_us);
    SAME(quadratic_skip);
    SAME(segment_count);
    for (uint32_t i = 0; i < a->segment_count; i++) {
        SAME(segment[i].kind);
        SAME(segment[i].until_us);
        SAME(segment[i].gap_us);
        SAME(segment[i].factor);
    }
    SAME(gap_us_mean);
    SAME(jitter);
    SAME(jitter_us);
    SAME(jitter_step_us);
    SAME(jitter_grows);
    SAME(scan_us);
    SAME(scan_phase_us);
    SAME(scan_ahead_us);
    SAME(whole_seconds);
    SAME(lifetime_us);
    SAME(attempts_max);
    SAME(clock);
    SAME(expiry);
    SAME(unit);
    SAME(data_expire_us);
    SAME(delay_after_cutoff);
    SAME(recipient_gap_us);
}

static void same_destination(const struct mx_destination_params *a,
                             const struct mx_destination_params *b)
{
    SAME(window.enabled);
    SAME(window.initial);
    SAME(window.limit);
    SAME(window.failed_cohorts);
    SAME(window.positive);
    SAME(window.negative);
    SAME(window.dead_us);
    SAME(route.enabled);
    SAME(route.base_us);
    SAME(route.max_us);
    SAME(backoff.reasons);
    SAME(backoff.gap_count);
    for (uint32_t i = 0; i < a->backoff.gap_count; i++) {
        SAME(backoff.gap_us[i]);
    }
    SAME(backoff.rate_per_s);
    SAME(backoff.connections);
    SAME(backoff.normal_after_us);
    SAME(backoff.normal_after_delivery);
}

static void same_top(const struct mx_plan *a, const struct mx_plan *b)
{
    SAME_TEXT(name);
    SAME_TEXT(start);
    SAME_TEXT(time_zone);
    SAME_TEXT(retry_name);
    SAME(start_unix_s);
    SAME(utc_offset_s);
    SAME(clock_change_count);
    for (size_t i = 0; i < a->clock_change_count; i++) {
        SAME(clock_changes[i].at_us);
        SAME(clock_changes[i].utc_offset_s);
    }
    SAME(day.day_us);
    SAME(day.offset_us);
    SAME(horizon_us);
    SAME(warmup_us);
    SAME(window_us);
    SAME(seed);
    SAME(replications);
    SAME(exact_required);
    SAME(timeseries_every_us);
    SAME(assumed_silent);
    SAME(list_count);
    SAME(pool_count);
    SAME(ip_count);
    SAME(campaign_count);
    SAME(provider_count);
    SAME(domain_count);
    SAME(netblock_count);
    SAME(assumed_count);
    SAME(expect_count);
    same_law(&a->transaction, &b->transaction);
    same_retry(&a->retry, &b->retry);
    same_destination(&a->destination, &b->destination);
}

static void same_plan(const struct mx_plan *a, const struct mx_plan *b)
{
    same_top(a, b);
    for (uint32_t i = 0; i < a->list_count; i++) {
        same_list(&a->lists[i], &b->lists[i]);
    }
    for (uint32_t i = 0; i < a->pool_count; i++) {
        same_pool(&a->pools[i], &b->pools[i]);
    }
    for (uint32_t i = 0; i < a->ip_count; i++) {
        same_ip(&a->ips[i], &b->ips[i]);
        SAME(ips_shown[i]);
    }
    for (uint32_t i = 0; i < a->campaign_count; i++) {
        same_campaign(&a->campaigns[i], &b->campaigns[i], a->provider_count);
        SAME(campaigns_shown[i]);
    }
    for (uint32_t i = 0; i < a->provider_count; i++) {
        same_provider(&a->providers[i], &b->providers[i]);
        SAME(providers_shown[i]);
    }
    for (uint32_t i = 0; i < a->domain_count; i++) {
        SAME_TEXT(domains[i].name);
        same_history(&a->domains[i].history, &b->domains[i].history);
    }
    for (uint32_t i = 0; i < a->netblock_count; i++) {
        SAME_TEXT(netblocks[i]);
    }
    for (size_t i = 0; i < a->assumed_count; i++) {
        SAME_TEXT(assumed[i].path);
        SAME_TEXT(assumed[i].value);
        SAME_TEXT(assumed[i].range);
    }
    for (size_t i = 0; i < a->expect_count; i++) {
        SAME_TEXT(expect[i]);
    }
}

static void check_round_trip(const struct mx_plan *plan)
{
    char *text = mx_plan_print(plan, false);
    assert_non_null(text);
    size_t read_count;
    struct mx_plan *again = load_text(text, &read_count);
    assert_int_equal(read_count, 1); /* no preset, no zone, no CSV: the text alone has to do */
    char *text_again = mx_plan_print(again, false);
    assert_string_equal(text, text_again);
    same_plan(plan, again);
    /* notes are comments */
    char *noted = mx_plan_print(plan, true);
    struct mx_plan *third = load_text(noted, &read_count);
    same_plan(plan, third);
    mx_plan_destroy(third);
    mx_plan_destroy(again);
    free(noted);
    free(text_again);
    free(text);
}

/* ---- tests ---- */

static size_t check_folder(const char *folder)
{
    struct dirent **entries;
    size_t checked = 0;
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t size = strlen(name);
        char path[500];
        if (size > 4 && strcmp(name + size - 4, ".cfg") == 0) {
            snprintf(path, sizeof path, "%s/%s", folder, name);
            struct mx_plan *plan = load_from(path, NULL);
            check_round_trip(plan);
            mx_plan_destroy(plan);
            checked++;
        }
        free(entries[i]);
    }
    free(entries);
    return checked;
}

static void shipped_scenarios(void **state)
{
    (void)state;
    assert_true(check_folder("scenarios") >= 10);
    assert_true(check_folder("scenarios/oracles") >= 5);
}

/* The scenario is in memory; presets are read from the tree. */
static int read_scenario(void *context, const char *path, char **text, size_t *size)
{
    struct mx_memory_files *files = context;
    if (strcmp(path, files->file[0].path) != 0) {
        return mx_file_access_disk.read(mx_file_access_disk.context, path, text, size);
    }
    return mx_memory_access(files).read(files, path, text, size);
}

static void check_policy(const char *retry)
{
    char text[800];
    snprintf(text, sizeof text,
             "pools = { p = { ips = ( { name = \"ip\"; } ); }; };\n"
             "campaigns = { c = { pool = \"p\"; recipients = 9; window = \"1h\"; "
             "mix = { x = \"100%%\"; }; }; };\nproviders = { x = { }; };\nhorizon = \"9d\";\n"
             "mta = { retry = { %s }; };\n",
             retry);
    struct mx_memory_file file = {"s.cfg", text, 0};
    struct mx_memory_files files = {&file, 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    access.read = read_scenario;
    struct mx_plan *plan = load_from("s.cfg", &access);
    check_round_trip(plan);
    mx_plan_destroy(plan);
}

/* Every preset, and the keys that none of them writes. */
static void retry_policies(void **state)
{
    (void)state;
    struct dirent **entries;
    int count = scandir("scenarios/mtas", &entries, NULL, alphasort), checked = 0;
    for (int i = 0; i < count; i++) {
        char *end = strstr(entries[i]->d_name, ".cfg");
        if (end != NULL) {
            char retry[300];
            *end = '\0';
            snprintf(retry, sizeof retry, "preset = \"%s\";", entries[i]->d_name);
            check_policy(retry);
            checked++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(checked >= 24);
    check_policy("preset = \"powermta\"; backoff_on = [ \"policy\", \"outage\" ]; "
                 "backoff-retry-after = \"10m,1h\"; backoff-max-msg-rate = \"7/m\"; "
                 "backoff-max-smtp-out = 3; backoff-to-normal-after = \"5h\"; "
                 "backoff-to-normal-after-delivery = true;");
    check_policy("preset = \"exim\"; retry_data_expire = \"2d\"; delay_after_cutoff = false; "
                 "scan_interval = \"30m\";");
    check_policy("preset = \"postfix\"; window = 3; window_limit = 7; window_failed_cohorts = "
                 "\"none\"; window_positive = 0.25; window_negative = 0.5; window_dead = \"90s\";");
    check_policy("window = 9; route_penalty = \"7s\"; route_penalty_max = \"2h\";");
}

static const char presets_of_everything[] =
    "reputation = { prior = { score = 0.5; weight = 100; };\n"
    "  weights = { complaint = 300; unknown = 20; trap = 1000; };\n"
    "  bands = { bad = { below = 0.2; cap = \"20/h\"; busy = \"60%\"; block = \"30%\"; };\n"
    "    low = { below = 0.5; }; medium = { below = 0.8; }; high = { cap = \"3M/day\"; }; }; };\n"
    "allowance = { growth = 2.0; floor = \"5k/day\"; };\n"
    "assumed = ( { key = \"reputation.prior.weight\"; range = \"1 .. 9\"; } );\n";

static char *read_whole(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(mx_file_access_disk.read(NULL, path, &text, &size), 0);
    return text;
}

/* The corpus file that writes every key, with the presets it names. */
static void every_key(void **state)
{
    (void)state;
    static const char *const names[] = {"everything", "include", "file_shape", "minimal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[200];
        snprintf(path, sizeof path, "tests/corpus/reader/%s.cfg", names[i]);
        char *text = read_whole(path);
        struct mx_memory_file file[] = {
            {"s.cfg", text, 0},
            {"inc.cfg", "seed = 7;\n", 0},
            {"a.csv", "0,5\n9,0\n", 0},
            {"providers/a.cfg", presets_of_everything, 0},
            {"providers/b.cfg", "preset = \"a\"; connections = { per_ip = 3; };\n", 0},
            {"mixes/m.cfg", "x = \"60%\"; y = \"40%\";\n", 0},
            {"warm-ups/w.cfg", "period = \"1h\"; allowances = [ 20, 28 ];\n", 0},
            {"mtas/t.cfg", "kind = \"age\"; lifetime = \"5d\"; expiry = \"after_failure\";\n", 0},
        };
        struct mx_memory_files files = {file, sizeof file / sizeof file[0], 0, 0};
        struct mx_file_access access = mx_memory_access(&files);
        struct mx_plan *plan = load_from("s.cfg", &access);
        check_round_trip(plan);
        mx_plan_destroy(plan);
        free(text);
    }
}

/* Values whose shortest text is long, and the largest ones. */
static void hard_numbers(void **state)
{
    (void)state;
    static const char text[] =
        "seed = 9223372036854775807; start = \"2026-06-01 00:00\"; utc_offset = \"+12:45\";\n"
        "time_zone = \"Pacific/Chatham\"; horizon = \"34560000000000us\";\n"
        "lists = { l = { unknown = \"33.333333333333336%\"; complaints = \"1.234567890123e-7%\"; "
        "}; };\n"
        "pools = { p = { ips = ( { name = \"1-ip\"; age = \"1576799999999999us\"; "
        "daily_volume = 0.30000000000000004; complaints = \"99.99999999999999%\"; } ); }; };\n"
        "campaigns = { c = { pool = \"p\"; list = \"l\"; recipients = \"274877906944\";\n"
        "  window = \"3600000001us\"; shape = \"ramp\"; mix = { x = \"33.333333333333333%\"; "
        "y = \"33.333333333333333%\"; z = \"33.333333333333334%\"; }; }; };\n"
        "mta = { rate = \"1/7d\"; transaction_time = { law = \"lognormal\"; mean = \"1us\"; "
        "cv = 0.1; }; retry = { then = 1.0000000000000002; gaps = [ \"1us\" ]; }; };\n"
        "providers = { x = { key = \"a key\"; capacity = { kind = \"rate\"; rate = \"1M/7h\"; }; "
        "};\n"
        "  y = { allowance = { growth = 1.1; floor = \"1/7h\"; }; }; z = { }; };\n";
    size_t read_count;
    struct mx_plan *plan = load_text(text, &read_count);
    assert_true(plan->seed == MX_SEED_MAX);
    check_round_trip(plan);
    mx_plan_destroy(plan);
}

/* Notes say where values come from. */
static void notes_name_their_sources(void **state)
{
    (void)state;
    static const struct mx_memory_file file[] = {
        {"s.cfg",
         "seed = 3;  # chosen by dice\n"
         "pools = { p = { ips = ( { name = \"ip\"; } ); }; };\n"
         "campaigns = { c = { pool = \"p\"; recipients = 9; window = \"1h\"; "
         "mix = { x = \"100%\"; }; }; };\n"
         "providers = { x = { preset = \"a\"; }; };\n",
         0},
        {"providers/a.cfg", presets_of_everything, 0},
    };
    struct mx_memory_files files = {file, 2, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_plan *plan = load_from("s.cfg", &access);
    char *text = mx_plan_print(plan, true);
    assert_non_null(strstr(text, "seed = 3;  # s.cfg:1: chosen by dice\n"));
    assert_non_null(strstr(text, "replications = 1;  # default\n"));
    assert_non_null(strstr(text, "weight = 100;  # ASSUMED, range 1 .. 9; providers/a.cfg:1\n"));
    assert_non_null(strstr(text, "transaction_time = { law = \"lognormal\"; mean = \"500ms\"; "
                                 "cv = 0.5; };  # ASSUMED, range 0.2s .. 1s\n"));
    free(text);
    mx_plan_destroy(plan);
}

/* --set on a printed plan: the value is no longer assumed. */
static void overrides_of_a_printed_plan(void **state)
{
    (void)state;
    struct mx_plan *plan = load_from("scenarios/reference.cfg", NULL);
    char *text = mx_plan_print(plan, false);
    struct mx_memory_file file = {"plan.cfg", text, 0};
    struct mx_memory_files files = {&file, 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_override override = {"providers.gmail.allowance.growth", "3"};
    struct mx_reader_options options = {
        .access = &access, .overrides = &override, .override_count = 1};
    struct mx_mistakes mistakes = {0};
    struct mx_plan *again = mx_reader_load("plan.cfg", &options, &mistakes);
    assert_non_null(again);
    assert_int_equal(again->assumed_count, plan->assumed_count - 1);
    assert_string_not_equal(again->sha256, plan->sha256);
    mx_plan_destroy(again);
    mx_plan_destroy(plan);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_scenarios),
        cmocka_unit_test(retry_policies),
        cmocka_unit_test(every_key),
        cmocka_unit_test(hard_numbers),
        cmocka_unit_test(notes_name_their_sources),
        cmocka_unit_test(overrides_of_a_printed_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
