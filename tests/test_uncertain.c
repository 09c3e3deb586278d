// SPDX-License-Identifier: GPL-3.0-or-later
/* mxtest: full no-check tsan timeout=300 */
/* test_uncertain.c - what is assumed, drawn for each replication: the same whatever runs beside it,
 * and wider than chance alone; and sensitivity studies that find what was put in. */
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
#include "sim/study/sensitivity_study.h"
#include "sim/study/uncertain.h"
#include "tests/support_files.h"
#include "tests/support_mxsim.h"

static const char *const dirs[] = {"scenarios"};

/* ---- draws ---- */

/* Uniform, and for each path, seed and replication another one: means of many within five standard
 * errors, and no correlation of neighbours. */
static void places_are_uniform(void **state)
{
    const int count = 20000;
    double sum = 0, square = 0, paired = 0, before = 0.5;
    (void)state;
    for (int i = 0; i < count; i++) {
        char path[40];
        (void)snprintf(path, sizeof path, "providers.p%d.growth", i % 100);
        double place = mx_uncertain_place(path, 3, (uint32_t)(i / 100));
        assert_true(place > 0 && place < 1);
        sum += place;
        square += (place - 0.5) * (place - 0.5);
        paired += (place - 0.5) * (before - 0.5);
        before = place;
    }
    assert_true(fabs(sum / count - 0.5) < 5 * sqrt(1.0 / 12 / count));
    assert_true(fabs(square / count - 1.0 / 12) < 5 * sqrt(1.0 / 180 / count));
    assert_true(fabs(paired / count) < 5 / 12.0 / sqrt(count));
    assert_true(mx_uncertain_place("a.b", 1, 0) == mx_uncertain_place("a.b", 1, 0));
    assert_true(mx_uncertain_place("a.b", 1, 0) != mx_uncertain_place("a.b", 2, 0));
    assert_true(mx_uncertain_place("a.b", 1, 0) != mx_uncertain_place("a.b", 1, 1));
    assert_true(mx_uncertain_place("a.b", 1, 0) != mx_uncertain_place("a.c", 1, 0));
}

/* The plan of a replication holds the drawn value, whichever other replications were asked for. */
static void a_replication_has_its_plan(void **state)
{
    const struct mx_point_options options = {
        .scenario = "scenarios/reference.cfg", .preset_dirs = dirs, .preset_dir_count = 1};
    const struct mx_reader_options reader = {.preset_dirs = dirs, .preset_dir_count = 1};
    struct mx_mistakes mistakes = {.item = NULL};
    struct mx_plan *plan = mx_reader_load(options.scenario, &reader, &mistakes);
    struct mx_uncertain *uncertain = mx_uncertain_create(plan, &options, 5, &mistakes);
    double growth[2][3];
    (void)state;
    assert_non_null(uncertain);
    assert_int_equal(mx_uncertain_check(uncertain, 3, &mistakes), 3);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t r = i < 3 ? i : 5 - i; /* once up, once down */
        const struct mx_point *point = mx_uncertain_take(uncertain, r, &mistakes);
        assert_non_null(point);
        for (uint32_t p = 0; p < point->plan->provider_count; p++) {
            if (strcmp(point->plan->providers[p].name, "gmail") == 0) {
                growth[i / 3][r] = point->plan->providers[p].receiver.allowance[MX_SCOPE_IP].growth;
            }
        }
        mx_uncertain_release(uncertain, point);
    }
    for (uint32_t r = 0; r < 3; r++) {
        double place = mx_uncertain_place("providers.gmail.allowance.growth", 5, r);
        assert_true(growth[0][r] == growth[1][r]);
        assert_true(fabs(growth[0][r] - (1.1 + place * 1.9)) < 1e-3); /* 1.1 .. 3, four digits */
    }
    assert_true(growth[0][0] != growth[0][1]);
    mx_uncertain_destroy(uncertain);
    mx_plan_destroy(plan);
    mx_mistakes_fini(&mistakes);
}

/* ---- studies ---- */

/* One provider of which a share is rejected, deferrals with a share, and the rest does nothing:
 * delivered_rate = (1 - full)(1 - reject) nearly; content.reject is all that it hangs on. */
#define SCENARIO \
    "mta = { throttle = \"none\"; transaction_time = \"500ms\"; };\n" \
    "pools = { p = { ips = ( { name = \"ip\"; } ); }; };\n" \
    "campaigns = { c = { pool = \"p\"; recipients = 4000; window = \"1h\"; " \
    "mix = { x = \"100%\"; }; }; };\n" \
    "providers = { x = { content = { reject = \"10%\"; busy = \"1%\"; }; " \
    "recipient = { full_reply_soft = \"50%\"; }; }; };\n" \
    "assumed = ( { key = \"providers.x.content\"; range = \"reject 0% .. 40%, busy 0% .. 4%\"; " \
    "},\n" \
    "  { key = \"providers.x.recipient.full_reply_soft\"; range = \"0% .. 100%\"; } );\n"

static struct mx_study *load_study(const char *text, struct mx_mistakes *mistakes)
{
    struct mx_memory_file file[] = {{"study.cfg", text, 0}};
    struct mx_memory_files files = {file, 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {.access = &access};
    return mx_study_load("study.cfg", &options, MX_STUDY_SENSITIVITY, mistakes);
}

static char scenario_path[] = "/tmp/mx-sensitivity-XXXXXX";

static enum mx_sensitivity_status run_study(const char *sensitivity, uint32_t jobs,
                                            struct mx_mistakes *mistakes,
                                            struct mx_sensitivity **found)
{
    char text[2000];
    enum mx_sensitivity_status status = MX_SENSITIVITY_INVALID;
    (void)snprintf(text, sizeof text, "scenario = \"%s\";\nreplications = 2;\n%s\n", scenario_path,
                   sensitivity);
    struct mx_study *study = load_study(text, mistakes);
    *found = NULL;
    if (study != NULL) {
        status = mx_sensitivity_run(&(struct mx_sensitivity_options){.study = study, .jobs = jobs},
                                    mistakes, found);
    }
    mx_study_destroy(study);
    return status;
}

static struct mx_sensitivity *found_by(const char *sensitivity, uint32_t jobs)
{
    struct mx_mistakes mistakes = {.item = NULL};
    struct mx_sensitivity *found;
    enum mx_sensitivity_status status = run_study(sensitivity, jobs, &mistakes, &found);
    for (size_t i = 0; i < mistakes.count; i++) {
        print_message("%s: %s\n", mistakes.item[i].key, mistakes.item[i].text);
    }
    assert_int_equal(status, MX_SENSITIVITY_OK);
    mx_mistakes_fini(&mistakes);
    return found;
}

/* rejected: 10 % as written, 0 at the low end, 40 % at the high end; a tenth more by mailboxes. */
static void one_at_a_time_is_arithmetic(void **state)
{
    struct mx_sensitivity *found =
        found_by("metrics = ( \"delivered_rate\", \"deferrals_per_message\" );\n"
                 "sensitivity = { method = \"one_at_a_time\"; };",
                 2);
    (void)state;
    assert_int_equal(found->factor_count, 3);
    assert_string_equal(found->factors[0].path, "providers.x.content.reject");
    assert_string_equal(found->factors[0].low, "0%");
    assert_string_equal(found->factors[1].high, "4%");
    assert_int_equal(found->point_count, 7);
    assert_true(fabs(found->metrics[0].base - 0.9) < 0.02);
    assert_true(fabs(found->metrics[0].swing[0].low - 0.1) < 0.02);
    assert_true(fabs(found->metrics[0].swing[0].high + 0.3) < 0.03);
    assert_true(found->metrics[0].swing[0].high_half > 0);
    /* refused with 1 %, then 4 %: deferrals for each that is not rejected */
    assert_true(fabs(found->metrics[1].swing[1].high - 0.03) < 0.01);
    assert_true(found->metrics[1].swing[1].low < 0);
    assert_true(found->metrics[0].swing[2].low == 0 && found->metrics[0].swing[2].high == 0);
    mx_sensitivity_destroy(found);
}

static void morris_and_sobol_agree(void **state)
{
    static const char *const methods[] = {
        "metrics = ( \"delivered_rate\" );\n"
        "sensitivity = { method = \"morris\"; points = 6; group_by = 0; };",
        "metrics = ( \"delivered_rate\" );\n"
        "sensitivity = { method = \"sobol\"; points = 64; group_by = 0; refine = 1; };"};
    (void)state;
    for (int m = 0; m < 2; m++) {
        uint32_t order[3];
        struct mx_sensitivity *found = found_by(methods[m], 2);
        const struct mx_influence *influence = found->metrics[0].influence;
        assert_int_equal(mx_sensitivity_order(found, 0, order), 1);
        assert_string_equal(found->groups[order[0]].name, "providers.x.content.reject");
        if (m == 0) {
            assert_true(fabs(influence[0].morris.mu + 0.4) < 0.03);
            assert_true(influence[2].morris.mu_star == 0); /* no mailbox is full */
        } else {
            assert_true(found->is_quasi);
            assert_true(fabs(influence[0].sobol.total - 1) < 0.15);
            assert_true(influence[2].sobol.total == 0);
            assert_true(found->factors[0].is_tried && !found->factors[1].is_tried);
        }
        mx_sensitivity_destroy(found);
    }
}

/* 207 values fall into groups by themselves; here asked for. */
static void groups_move_together(void **state)
{
    struct mx_sensitivity *found =
        found_by("metrics = ( \"delivered_rate\" );\n"
                 "sensitivity = { points = 3; group_by = 3; refine = 0; };",
                 1);
    (void)state;
    assert_int_equal(found->group_count, 2);
    assert_string_equal(found->groups[0].name, "providers.x.content");
    assert_int_equal(found->groups[0].factor_count, 2);
    assert_true(isnan(found->metrics[0].influence[0].morris.mu));
    assert_true(found->metrics[0].influence[0].morris.mu_star > 0.3);
    assert_int_equal(found->point_count, 3 * 3 + 1);
    mx_sensitivity_destroy(found);
}

static void threads_change_nothing(void **state)
{
    static const char text[] = "sensitivity = { points = 3; group_by = 0; refine = 2; };";
    struct mx_sensitivity *one = found_by(text, 1);
    (void)state;
    for (uint32_t jobs = 2; jobs <= 7; jobs += 5) {
        struct mx_sensitivity *many = found_by(text, jobs);
        for (uint32_t m = 0; m < one->metric_count; m++) {
            assert_memory_equal(one->metrics[m].influence, many->metrics[m].influence,
                                one->group_count * sizeof *one->metrics[m].influence);
            assert_memory_equal(one->metrics[m].swing, many->metrics[m].swing,
                                one->factor_count * sizeof *one->metrics[m].swing);
            assert_int_equal(one->metrics[m].never_count, many->metrics[m].never_count);
        }
        mx_sensitivity_destroy(many);
    }
    mx_sensitivity_destroy(one);
}

/* A parameter of the study is a factor like the others, and replaces the range of what it sets. */
static void parameters_are_factors(void **state)
{
    struct mx_sensitivity *found = found_by(
        "metrics = ( \"delivered_rate\" );\n"
        "parameters = { lost = { path = \"providers.x.content.reject\"; from = \"0%\"; to = "
        "\"80%\"; }; };\nsensitivity = { method = \"one_at_a_time\"; assumed = true; };",
        2);
    (void)state;
    assert_int_equal(found->factor_count, 3);
    assert_string_equal(found->factors[0].path, "lost");
    assert_string_equal(found->factors[1].path, "providers.x.content.busy");
    assert_true(fabs(found->metrics[0].swing[0].high + 0.7) < 0.03);
    mx_sensitivity_destroy(found);
}

static void what_cannot_be_done(void **state)
{
    static const char *const row[][2] = {
        {"sensitivity = { only = ( \"providers.y\" ); };", "nothing ASSUMED is called"},
        {"sensitivity = { assumed = false; };", "nothing is left to vary"},
        {"sensitivity = { method = \"magic\"; };", "not one of"},
        {"metrics = ( \"delivered_rat\" ); sensitivity = { };", "did you mean"},
        {"set = ( \"providers.x.content.reject=1%\", \"providers.x.content.busy=1%\", "
         "\"providers.x.recipient.full_reply_soft=1%\" );",
         "nothing to vary"},
        /* at the high end 30 % + 80 % */
        {"parameters = { b = { path = \"providers.x.content.busy\"; from = \"0%\"; to = \"95%\"; "
         "}; "
         "};\nsensitivity = { method = \"one_at_a_time\"; assumed = true; };",
         "more than 100"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct mx_mistakes mistakes = {.item = NULL};
        struct mx_sensitivity *found;
        assert_int_equal(run_study(row[i][0], 2, &mistakes, &found), MX_SENSITIVITY_INVALID);
        assert_null(found);
        assert_true(mistakes.count > 0);
        if (strstr(mistakes.item[0].text, row[i][1]) == NULL) {
            fail_msg("%s", mistakes.item[0].text);
        }
        mx_mistakes_fini(&mistakes);
    }
}

static int write_scenario(void **state)
{
    int file = mkstemp(scenario_path);
    FILE *stream = file >= 0 ? fdopen(file, "w") : NULL;
    (void)state;
    return stream == NULL || fputs(SCENARIO, stream) < 0 || fclose(stream) != 0 ? -1 : 0;
}

static int remove_scenario(void **state)
{
    (void)state;
    return remove(scenario_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_uniform),          cmocka_unit_test(a_replication_has_its_plan),
        cmocka_unit_test(one_at_a_time_is_arithmetic), cmocka_unit_test(morris_and_sobol_agree),
        cmocka_unit_test(groups_move_together),        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(parameters_are_factors),      cmocka_unit_test(what_cannot_be_done),
    };
    return cmocka_run_group_tests(tests, write_scenario, remove_scenario);
}
