// SPDX-License-Identifier: GPL-3.0-or-later
/* mxtest: full no-check */
/* test_factors.c - ranges of what is assumed: read, turned into values, and every one of every
 * shipped preset loads at both its ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/random.h"
#include "sim/scenario/factors.h"
#include "sim/scenario/tree.h"
#include "tests/support_files.h"
#include "tests/support_mxsim.h"

static const char *const dirs[] = {"scenarios"};
static const struct mx_reader_options shipped = {.preset_dirs = dirs, .preset_dir_count = 1};

static void show(const struct mx_mistakes *mistakes)
{
    for (size_t i = 0; i < mistakes->count; i++) {
        print_message("%s:%d: %s: %s\n", mistakes->item[i].file, mistakes->item[i].line,
                      mistakes->item[i].key, mistakes->item[i].text);
    }
}

static struct mx_plan *load(const char *file, const struct mx_reader_options *options)
{
    struct mx_mistakes mistakes = {.item = NULL};
    struct mx_plan *plan = mx_reader_load(file, options, &mistakes);
    show(&mistakes);
    assert_non_null(plan);
    mx_mistakes_fini(&mistakes);
    return plan;
}

/* A plan at a point. */
static struct mx_plan *load_at(const char *file, const struct mx_reader_options *options,
                               const struct mx_factor_set *set, struct mx_mistakes *mistakes)
{
    size_t count = options->override_count + set->count;
    struct mx_override *all = calloc(count + 1, sizeof *all);
    struct mx_reader_options how = *options;
    struct mx_plan *plan;
    assert_non_null(all);
    for (size_t i = 0; i < options->override_count; i++) {
        all[i] = options->overrides[i];
    }
    for (size_t i = 0; i < set->count; i++) {
        all[options->override_count + i] = set->item[i];
    }
    how.overrides = all;
    how.override_count = count;
    plan = mx_reader_load(file, &how, mistakes);
    free(all);
    return plan;
}

/* ---- text to numbers ---- */

static jmp_buf no_memory; /* never jumped to here */

static const char *parse(struct mx_arena *arena, const char *text, const char *value,
                         struct mx_range *range)
{
    return mx_range_parse(arena, text, NULL, value, range);
}

static void kinds_and_scales(void **state)
{
    static const struct {
        const char *range, *value;
        enum mx_range_kind kind;
        bool is_log;
        double low, high, nominal;
    } row[] = {
        {"3d .. 14d", "7d", MX_RANGE_DURATION, false, 3 * 86400e6, 14 * 86400e6, 7 * 86400e6},
        {"10m .. 24h", "1h", MX_RANGE_DURATION, true, 600e6, 86400e6, 3600e6},
        {"1h .. 24h", "exponential 8h", MX_RANGE_DURATION, true, 3600e6, 86400e6, 8 * 3600e6},
        {"0.2s .. 1s", "lognormal 0.5s, cv 0.5", MX_RANGE_DURATION, false, 2e5, 1e6, 5e5},
        {"5% .. 40%", "10%", MX_RANGE_SHARE, false, 0.05, 0.4, 0.1},
        {"0.05% .. 1%", "0.2%", MX_RANGE_SHARE, true, 0.0005, 0.01, 0.002},
        {"0/h .. 20/h", "10/h", MX_RANGE_RATE, false, 0, 20, 10},
        {"1k/day .. 20k/day", "1k/h", MX_RANGE_RATE, true, 1000, 20000, 24000},
        {"0 .. 8", "4", MX_RANGE_WHOLE, false, 0, 8, 4},
        {"100 .. 10k", "300", MX_RANGE_WHOLE, true, 100, 10000, 300},
        {"1 .. 20", "5.0", MX_RANGE_NUMBER, true, 1, 20, 5},
        {"0.15 .. 0.4", "0.286", MX_RANGE_NUMBER, false, 0.15, 0.4, 0.286},
        {"false .. true", "true", MX_RANGE_CHOICE, false, 0, 1, 1},
        {"repeat .. 2", "repeat", MX_RANGE_CHOICE, false, 0, 1, 0},
    };
    struct mx_arena arena = {NULL, &no_memory};
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct mx_range range;
        const char *wrong = parse(&arena, row[i].range, row[i].value, &range);
        if (wrong != NULL) {
            fail_msg("%s: %s", row[i].range, wrong);
        }
        assert_int_equal(range.kind, row[i].kind);
        assert_int_equal(range.is_log, row[i].is_log);
        assert_true(range.low == row[i].low && range.high == row[i].high);
        assert_true(fabs(range.nominal - row[i].nominal) <= 1e-12 * range.nominal);
        assert_true(mx_range_at(&range, 0) == range.low && mx_range_at(&range, 1) == range.high);
    }
    mx_arena_fini(&arena);
}

static void what_is_no_range(void **state)
{
    static const char *const row[][3] = {
        {"any", "7d", "is not a range such as"},
        {"3d - 14d", "7d", "is not a range such as"},
        {"14d .. 3d", "7d", "does not rise"},
        {"3d .. 3d", "3d", "does not rise"},
        {"3d .. 14%", "7d", "not two values of one kind"},
        {"3 .. 14d", "7d", "not two values of one kind"},
        {"3d .. 14d", "50%", "another kind than the value"},
        {"1/h .. 9/d", "1/h", "different units"},
        {"0 .. 8 steps", "4", "not two values of one kind"},
        {"flat .. this", "4", "a range of a list of numbers"},
    };
    struct mx_arena arena = {NULL, &no_memory};
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct mx_range range;
        const char *wrong = parse(&arena, row[i][0], row[i][1], &range);
        if (wrong == NULL || strstr(wrong, row[i][2]) == NULL) {
            fail_msg("%s: %s", row[i][0], wrong != NULL ? wrong : "is fine");
        }
    }
    mx_arena_fini(&arena);
}

static void places_give_texts(void **state)
{
    static const struct {
        const char *range, *value;
        double place;
        const char *text;
    } row[] = {
        {"3d .. 14d", "7d", 0.4, "7d"}, /* of 7.4 */
        {"6h .. 7d", "24h", 0.5, "1905m"},
        {"3d .. 14d", "7d", 1, "14d"},
        {"10s .. 1000s", "60s", 0.5, "100s"},
        {"0.2s .. 1s", "lognormal 0.5s, cv 0.5", 0.25,
         "{ law = \"lognormal\"; mean = \"400ms\"; cv = 0.5; }"},
        {"1h .. 24h", "exponential 8h", 0, "{ law = \"exponential\"; mean = \"1h\"; }"},
        {"5% .. 40%", "10%", 0.1, "8.5%"},
        {"20/h .. 2k/h", "200/h", 0.5, "200/h"},
        {"0 .. 8", "4", 0.999, "8"},
        {"0 .. 8", "4", 0.112, "1"},
        {"0 .. 8", "4", 0.111, "0"},
        {"100 .. 20000", "300", 0.5, "1414"},
        {"1.1 .. 3", "2.2", 1.0 / 3, "1.733"},
        {"false .. true", "true", 0.49, "false"},
        {"1h .. none", "4h", 0.5, "none"},
    };
    struct mx_arena arena = {NULL, &no_memory};
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct mx_range range;
        char text[MX_RANGE_TEXT_SIZE];
        assert_null(parse(&arena, row[i].range, row[i].value, &range));
        mx_range_put(&range, mx_range_at(&range, row[i].place), text);
        assert_string_equal(text, row[i].text);
    }
    mx_arena_fini(&arena);
}

/* ---- scenarios ---- */

#define GOOD \
    "pools = { p = { ips = ( { name = \"ip\"; } ); }; };\n" \
    "campaigns = { c = { pool = \"p\"; recipients = 9; window = \"1h\"; " \
    "mix = { x = \"100%\"; }; }; };\n"

static struct mx_plan *load_text(const char *text, struct mx_mistakes *mistakes)
{
    struct mx_memory_file file[] = {{"s.cfg", text, 0}};
    struct mx_memory_files files = {file, 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {.access = &access};
    return mx_reader_load("s.cfg", &options, mistakes);
}

static void a_wrong_range_is_a_mistake(void **state)
{
    static const char *const row[][2] = {
        {"{ key = \"providers.x.content.reject\"; range = \"0% .. lots\"; }", NULL},
        {"{ key = \"providers.x.content.reject\"; range = \"0% .. 3/h\"; }", "not two values"},
        {"{ key = \"providers.x.content\"; range = \"0% .. 1%\"; }", "which key of the group"},
        {"{ key = \"providers.x.content\"; range = \"rejects 0% .. 1%\"; }",
         "which key of the group"},
        {"{ key = \"providers.x.content\"; range = \"reject 0% .. 1%, busy 0 .. 1\"; }",
         "of another kind than the value"},
        {"{ key = \"providers.x.content\"; range = \"reject 0% .. 1%, busy 0% .. 9%\"; }", NULL},
        {"{ key = \"providers.x.content.reject\"; }", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char text[1000];
        struct mx_mistakes mistakes = {.item = NULL};
        (void)snprintf(text, sizeof text,
                       "%sproviders = { x = { content = { reject = \"1%%\"; busy = \"0%%\"; }; "
                       "}; };\nassumed = (\n%s\n);\n",
                       GOOD, row[i][0]);
        struct mx_plan *plan = load_text(text, &mistakes);
        if (row[i][1] == NULL) {
            show(&mistakes);
            assert_non_null(plan);
        } else {
            assert_null(plan);
            assert_int_equal(mistakes.count, 1);
            assert_int_equal(mistakes.item[0].line, 5);
            assert_non_null(strstr(mistakes.item[0].text, row[i][1]));
        }
        mx_plan_destroy(plan);
        mx_mistakes_fini(&mistakes);
    }
}

static size_t find(const struct mx_plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->factor_count; i++) {
        if (strcmp(plan->factors[i].path, path) == 0) {
            return i;
        }
    }
    fail_msg("no factor %s", path);
    return 0;
}

/* A point sets what it moves, and no more; the plan is then what the point says. */
static void a_point_is_a_plan(void **state)
{
    struct mx_plan *plan = load("scenarios/black-friday.cfg", &shipped);
    double *place = calloc(plan->factor_count, sizeof *place);
    struct mx_factor_set set;
    struct mx_mistakes mistakes = {.item = NULL};
    (void)state;
    for (size_t i = 0; i < plan->factor_count; i++) {
        place[i] = MX_PLACE_AS_IS;
    }
    assert_true(mx_factors_set(plan, place, &set));
    assert_int_equal(set.count, 0);
    mx_factor_set_fini(&set);
    place[find(plan, "mta.throttle.rules[3].count")] = 0;
    place[find(plan, "lists.subscribers.complaint_delay")] = 1;
    place[find(plan, "providers.microsoft.reputation.bands.bad.busy")] = 1;
    assert_true(mx_factors_set(plan, place, &set));
    /* 60 % busy leave 40 % of the 45 % to be blocked */
    assert_int_equal(set.count, 4);
    struct mx_plan *moved = load_at("scenarios/black-friday.cfg", &shipped, &set, &mistakes);
    show(&mistakes);
    assert_non_null(moved);
    assert_int_equal(moved->lists[0].params.complaint_delay.mean_us, INT64_C(86400000000));
    assert_int_equal(moved->lists[0].params.complaint_delay.kind, MX_LAW_EXPONENTIAL);
    for (uint32_t p = 0; p < moved->provider_count; p++) {
        const struct mx_plan_provider *provider = &moved->providers[p];
        if (strcmp(provider->name, "microsoft") == 0) {
            assert_true(provider->receiver.reputation.band[MX_BAND_BAD].busy == 0.6);
            assert_true(provider->receiver.reputation.band[MX_BAND_BAD].block == 0.4);
        } else if (strcmp(provider->name, "small-domain") == 0) {
            assert_int_equal(provider->throttle.rule[3].count, 100);
        }
    }
    mx_plan_destroy(moved);
    mx_factor_set_fini(&set);
    mx_plan_destroy(plan);
    free(place);
}

static void load_point(const char *file, const struct mx_reader_options *options,
                       const struct mx_plan *plan, const double *place, const char *what)
{
    struct mx_factor_set set;
    struct mx_mistakes mistakes = {.item = NULL};
    assert_true(mx_factors_set(plan, place, &set));
    struct mx_plan *moved = load_at(file, options, &set, &mistakes);
    if (moved == NULL) {
        show(&mistakes);
        fail_msg("%s: %s", file, what);
    }
    mx_plan_destroy(moved);
    mx_factor_set_fini(&set);
}

/* Each end of each range alone, and points drawn at random. */
static void check_scenario(const char *file, const struct mx_reader_options *options, int draws)
{
    struct mx_plan *plan = load(file, options);
    double *place = calloc(plan->factor_count + 1, sizeof *place);
    for (size_t i = 0; i < plan->factor_count; i++) {
        place[i] = MX_PLACE_AS_IS;
    }
    for (size_t i = 0; i < plan->factor_count; i++) {
        const struct mx_plan_factor *factor = &plan->factors[i];
        const struct mx_range *range = &factor->range;
        assert_true(factor->is_settable);
        if (range->nominal < range->low * (1 - 1e-12) ||
            range->nominal > range->high * (1 + 1e-12)) {
            fail_msg("%s: %s = %s lies outside its range", file, factor->path, factor->value);
        }
        for (int end = 0; end < 2; end++) {
            place[i] = end;
            load_point(file, options, plan, place, factor->path);
        }
        place[i] = MX_PLACE_AS_IS;
    }
    for (int d = 0; d < draws; d++) {
        for (size_t i = 0; i < plan->factor_count; i++) {
            const struct mx_stream stream =
                mx_stream_make(7, (uint64_t)d, mx_key_of_name(plan->factors[i].path));
            place[i] = mx_uniform(mx_draw(&stream, 0, 0, MX_DRAW_ASSUMED).word[0]);
        }
        load_point(file, options, plan, place, "a random point");
    }
    free(place);
    mx_plan_destroy(plan);
}

/* all-presets has every provider and throttle. */
static void every_range_of_every_preset(void **state)
{
    char **names = NULL;
    size_t count = 0;
    (void)state;
    check_scenario("scenarios/oracles/all-presets.cfg", &shipped, mx_test_full() ? 1000 : 20);
    assert_int_equal(mx_reader_policy_names(&shipped, &names, &count), 0);
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        struct mx_override override = {"mta.retry.preset", names[i]};
        struct mx_reader_options options = shipped;
        options.overrides = &override;
        options.override_count = 1;
        check_scenario("scenarios/oracles/one-burst.cfg", &options, 5);
    }
    mx_reader_policy_names_free(names, count);
}

static void every_shipped_scenario(void **state)
{
    static const char *const names[] = {
        "black-friday", "cold-ip",  "dirty-list", "greylisting",    "month",       "outage-80h",
        "outage",       "recovery", "reference",  "retry-policies", "retry-storm", "warm-up"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char file[100];
        (void)snprintf(file, sizeof file, "scenarios/%s.cfg", names[i]);
        if (mx_test_full() || i == 0) {
            check_scenario(file, &shipped, mx_test_full() ? 100 : 5);
        }
    }
}

/* A plan that was written out has nothing to set for some: it says which. */
static void a_plan_written_out(void **state)
{
    struct mx_plan *plan = load("scenarios/black-friday.cfg", &shipped);
    char *text = mx_plan_print(plan, false);
    struct mx_mistakes mistakes = {.item = NULL};
    struct mx_plan *again = load_text(text, &mistakes);
    size_t fixed = 0;
    (void)state;
    show(&mistakes);
    assert_non_null(again);
    for (size_t i = 0; i < again->factor_count; i++) {
        fixed += !again->factors[i].is_settable;
        assert_true(again->factors[i].is_settable ||
                    strncmp(again->factors[i].path, "mta.throttle", 12) == 0);
    }
    assert_int_equal(fixed, 4);
    assert_true(again->factor_count > 200);
    mx_plan_destroy(again);
    mx_plan_destroy(plan);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_scales),       cmocka_unit_test(what_is_no_range),
        cmocka_unit_test(places_give_texts),      cmocka_unit_test(a_wrong_range_is_a_mistake),
        cmocka_unit_test(a_point_is_a_plan),      cmocka_unit_test(every_range_of_every_preset),
        cmocka_unit_test(every_shipped_scenario), cmocka_unit_test(a_plan_written_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
