// SPDX-License-Identifier: GPL-3.0-or-later
/* test_study.c - study files: every mistake with its place; ranges, expressions, designs. */
/* mxtest: check */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_qrng.h>

#include "sim/study/design.h"
#include "tests/support_files.h"

#define SCENARIO "scenario = \"s.cfg\";\n"

static struct mx_study *load(const char *text, enum mx_study_kind kind,
                             struct mx_mistakes *mistakes)
{
    const struct mx_memory_file file = {"f/study.cfg", text, 0};
    struct mx_memory_files files = {&file, 1, 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {.access = &access};

    *mistakes = (struct mx_mistakes){0};
    return mx_study_load("f/study.cfg", &options, kind, mistakes);
}

static struct mx_study *load_good(const char *text, enum mx_study_kind kind)
{
    struct mx_mistakes mistakes;
    struct mx_study *study = load(text, kind, &mistakes);

    for (size_t i = 0; i < mistakes.count; i++) {
        print_error("%d: %s: %s\n", mistakes.item[i].line, mistakes.item[i].key,
                    mistakes.item[i].text);
    }
    assert_non_null(study);
    mx_mistakes_fini(&mistakes);
    return study;
}

/* One mistake: its line, its key, and a part of what it says. */
static void expect_mistake(const char *text, enum mx_study_kind kind, int line, const char *key,
                           const char *part)
{
    struct mx_mistakes mistakes;
    struct mx_study *study = load(text, kind, &mistakes);
    bool found = false;

    assert_null(study);
    for (size_t i = 0; i < mistakes.count; i++) {
        const struct mx_mistake *mistake = &mistakes.item[i];

        found = found || (mistake->line == line && strcmp(mistake->key, key) == 0 &&
                          strstr(mistake->text, part) != NULL);
        if (!found && i + 1 == mistakes.count) {
            print_error("last: %d: %s: %s\n", mistake->line, mistake->key, mistake->text);
        }
    }
    assert_true(found);
    mx_mistakes_fini(&mistakes);
}

#define PARAMETER(rest) "parameters = { a = { path = \"x.y\"; " rest " }; };\n"

static void test_everything(void **state)
{
    struct mx_study *study;

    (void)state;
    study = load_good(
        SCENARIO
        "title = \"T\"; set = ( \"a.b=2h\", \"c=( 1, 2 )\" ); replications = 7; seed = 5;\n"
        "parameters = { a = { path = ( \"x\", \"y\" ); values = ( 1, \"2k\", 3.5 ); };\n"
        "  w = { path = \"z\"; label = \"W\"; from = \"1h\"; to = \"4h\"; count = 4; }; };\n"
        "constraints = ( \"a * 1h >= w / 2\" ); metrics = \"delivered_rate\";\n"
        "expect = ( \"delivered_rate >= 0.9\" );\n"
        "plan = { find = \"largest\"; parameter = \"w\"; along = \"a\";\n"
        "  targets = ( \"sent > 1\" ); confidence = \"99%\"; cost = \"a * 2 + w\"; };\n",
        MX_STUDY_PLAN);
    assert_string_equal(study->scenario, "f/s.cfg");
    assert_string_equal(study->name, "study");
    assert_int_equal(study->override_count, 2);
    assert_string_equal(study->overrides[1].value, "( 1, 2 )");
    assert_int_equal(study->replications, 7);
    assert_int_equal(study->parameters[0].path_count, 2);
    assert_true(study->parameters[0].numbers[1] == 2000);
    assert_int_equal(study->parameters[1].value_count, 4);
    assert_string_equal(study->parameters[1].values[1], "2h");
    assert_true(study->parameters[1].numbers[3] == 4 * 3600);
    assert_int_equal(study->plan.parameter, 1);
    assert_int_equal(study->plan.along, 0);
    assert_true(study->plan.confidence == 0.99);
    assert_true(mx_expression_value(&study->plan.cost.expression, (double[]){3, 10}) == 16);
    assert_true(mx_expression_value(&study->constraints[0].expression, (double[]){1, 7200}) == 1);
    assert_true(mx_expression_value(&study->constraints[0].expression, (double[]){1, 7201}) == 0);
    mx_study_destroy(study);
}

static void test_mistakes(void **state)
{
    (void)state;
    expect_mistake("scenaria = \"x\";\n" PARAMETER("values = ( 1 );"), MX_STUDY_SWEEP, 1,
                   "scenaria", "did you mean \"scenario\"");
    expect_mistake(PARAMETER("values = ( 1 );"), MX_STUDY_SWEEP, 0, "scenario", "missing");
    expect_mistake(SCENARIO, MX_STUDY_SWEEP, 0, "parameters", "missing");
    expect_mistake(SCENARIO PARAMETER("from = 1;"), MX_STUDY_SWEEP, 2, "parameters.a.to",
                   "missing");
    expect_mistake(SCENARIO PARAMETER("from = 1; to = \"2h\";"), MX_STUDY_SWEEP, 2,
                   "parameters.a.to", "one kind");
    expect_mistake(SCENARIO PARAMETER("from = 3; to = 1;"), MX_STUDY_SWEEP, 2, "parameters.a.from",
                   "below");
    expect_mistake(SCENARIO PARAMETER("from = 0; to = 4; scale = \"log\";"), MX_STUDY_SWEEP, 2,
                   "parameters.a.scale", "above 0");
    expect_mistake(SCENARIO PARAMETER("from = 0.5; to = 4.5;"), MX_STUDY_SWEEP, 2, "parameters.a",
                   "a grid needs");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 ); count = 3;"), MX_STUDY_SWEEP, 2,
                   "parameters.a.count", "belongs to a range");
    expect_mistake(SCENARIO PARAMETER("values = ( 1, 2, 1 );"), MX_STUDY_SWEEP, 2,
                   "parameters.a.values[2]", "twice");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 );") "constraints = ( \"a + b < 3\" );\n",
                   MX_STUDY_SWEEP, 3, "constraints[0]", "no parameter \"b\"");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 );") "constraints = ( \"a + 3\" );\n",
                   MX_STUDY_SWEEP, 3, "constraints[0]", "compares nothing");
    expect_mistake(SCENARIO PARAMETER("values = ( \"none\", 1 );") "constraints = ( \"a < 3\" );\n",
                   MX_STUDY_SWEEP, 3, "constraints[0]", "not all numbers");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 );") "set = ( \"ab\" );\n", MX_STUDY_SWEEP, 3,
                   "set[0]", "PATH=VALUE");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 );") "replications = \"auto\";\n",
                   MX_STUDY_SWEEP, 3, "replications", "precision");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 );"), MX_STUDY_PLAN, 0, "plan", "missing");
    expect_mistake(SCENARIO PARAMETER("values = ( 1 );") "plan = { find = \"smalest\"; };\n",
                   MX_STUDY_PLAN, 3, "plan.find", "did you mean \"smallest\"");
    expect_mistake(
        SCENARIO PARAMETER("values = ( 1 );") "design = { kind = \"grid\"; points = 3; };",
        MX_STUDY_SWEEP, 3, "design.points", "belongs to latin_hypercube");
    expect_mistake(SCENARIO "parameters = { a = { path = \"x\"; values = ( 1, 2 ); };\n"
                            "  b = { path = \"y\"; values = ( 1 ); }; };\ndesign = \"zip\";\n",
                   MX_STUDY_SWEEP, 3, "parameters.b", "takes them in step");
}

/* Everything at once, in the order of the file's sections. */
static void test_all_mistakes_at_once(void **state)
{
    struct mx_mistakes mistakes;

    (void)state;
    assert_null(load(
        "sceanrio = \"x\"; replications = 0;\n" PARAMETER("value = ( 1 );") "design = \"gird\";",
        MX_STUDY_SWEEP, &mistakes));
    assert_true(mistakes.count >= 5);
    mx_mistakes_fini(&mistakes);
}

static void expect_values(const char *range, const char *const *values, uint32_t count)
{
    char text[400];
    struct mx_study *study;

    (void)snprintf(text, sizeof text, SCENARIO "parameters = { a = { path = \"x\"; %s }; };\n",
                   range);
    study = load_good(text, MX_STUDY_SWEEP);
    assert_int_equal(study->parameters[0].value_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_string_equal(study->parameters[0].values[i], values[i]);
    }
    mx_study_destroy(study);
}

static void test_ranges(void **state)
{
    (void)state;
    expect_values("from = 1; to = 10; count = 4;", (const char *const[]){"1", "4", "7", "10"}, 4);
    expect_values("from = 1; to = 8; count = 4; scale = \"log\";",
                  (const char *const[]){"1", "2", "4", "8"}, 4);
    expect_values("from = 1; to = 3; count = 9;", (const char *const[]){"1", "2", "3"}, 3);
    expect_values("from = \"30m\"; to = \"2h\"; count = 4;",
                  (const char *const[]){"30m", "60m", "90m", "120m"}, 4);
    expect_values("from = \"1k\"; to = \"3k\"; count = 5;",
                  (const char *const[]){"1k", "1500", "2k", "2500", "3k"}, 5);
    expect_values("from = 0.0; to = 1.0; count = 4;",
                  (const char *const[]){"0", "0.333333", "0.666667", "1"}, 4);
    expect_values("from = \"0.1%\"; to = \"0.3%\"; step = \"0.1%\";",
                  (const char *const[]){"0.1%", "0.2%", "0.3%"}, 3);
    expect_values("from = \"10/s\"; to = \"1000/s\"; count = 3; scale = \"log\";",
                  (const char *const[]){"10/s", "100/s", "1000/s"}, 3);
    expect_values("from = \"1us\"; to = \"4us\"; count = 3;",
                  (const char *const[]){"1us", "3us", "4us"}, 3);
    expect_values("values = ( true, \"none\", 5 );", (const char *const[]){"true", "none", "5"}, 3);
}

static const char two_parameters[] =
    SCENARIO "parameters = { a = { path = \"x\"; values = ( 1, 2, 3 ); };\n"
             "  b = { path = \"y\"; values = ( 10, 20 ); }; };\n";

static void test_grid_and_constraints(void **state)
{
    static const char *const wanted[] = {"1", "10", "1", "20", "2", "10",
                                         "2", "20", "3", "10", "3", "20"};
    char text[500];
    struct mx_study *study = load_good(two_parameters, MX_STUDY_SWEEP);
    struct mx_design *design = mx_design_create(study, 1);
    struct mx_override overrides[2];

    (void)state;
    assert_int_equal(design->point_count, 6);
    for (size_t i = 0; i < 12; i++) {
        assert_string_equal(design->text[i], wanted[i]);
    }
    mx_design_overrides(design, 3, overrides);
    assert_string_equal(overrides[0].path, "x");
    assert_string_equal(overrides[0].value, "2");
    assert_string_equal(overrides[1].value, "20");
    mx_design_destroy(design);
    mx_study_destroy(study);
    (void)snprintf(text, sizeof text, "%sconstraints = ( \"a * 10 <= b\", \"a != 1\" );",
                   two_parameters);
    study = load_good(text, MX_STUDY_SWEEP);
    design = mx_design_create(study, 1);
    assert_int_equal(design->point_count, 1);
    assert_int_equal(design->dropped_count, 5);
    assert_string_equal(design->text[0], "2");
    assert_string_equal(design->text[1], "20");
    mx_design_destroy(design);
    mx_study_destroy(study);
}

static void test_zip(void **state)
{
    struct mx_study *study = load_good(
        SCENARIO "parameters = { a = { path = \"x\"; values = ( 1, 2 ); };\n"
                 "  b = { path = \"y\"; values = ( 10, 20 ); }; }; design = { kind = \"zip\"; };",
        MX_STUDY_SWEEP);
    struct mx_design *design = mx_design_create(study, 1);

    (void)state;
    assert_int_equal(design->point_count, 2);
    assert_string_equal(design->text[2], "2");
    assert_string_equal(design->text[3], "20");
    mx_design_destroy(design);
    mx_study_destroy(study);
}

/* Each parameter has one point in each stratum; other names, other orders. */
static void test_latin_hypercube(void **state)
{
    enum { POINTS = 97, DIMENSION = 3 };
    static const char *const names[] = {"a", "b", "c"};
    double *places = mx_latin_hypercube(POINTS, DIMENSION, names, 11);
    size_t same = 0;

    (void)state;
    for (size_t d = 0; d < DIMENSION; d++) {
        bool taken[POINTS] = {false};

        for (size_t i = 0; i < POINTS; i++) {
            size_t stratum = (size_t)(places[i * DIMENSION + d] * POINTS);

            assert_true(stratum < POINTS && !taken[stratum]);
            taken[stratum] = true;
        }
    }
    for (size_t i = 0; i < POINTS; i++) {
        same += (size_t)(places[i * DIMENSION] * POINTS) ==
                (size_t)(places[i * DIMENSION + 1] * POINTS);
    }
    assert_true(same < POINTS / 4);
    free(places);
}

static void test_sobol(void **state)
{
    enum { POINTS = 64, DIMENSION = 5 };
    double *places = mx_sobol_sequence(POINTS, DIMENSION), point[DIMENSION];
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, DIMENSION);

    (void)state;
    for (size_t i = 0; i < POINTS; i++) {
        (void)gsl_qrng_get(sequence, point);
        assert_memory_equal(point, &places[i * DIMENSION], sizeof point);
    }
    gsl_qrng_free(sequence);
    free(places);
}

/* Whole numbers at equal shares; log ranges by their logarithms. */
static void test_drawn_values(void **state)
{
    struct mx_study *study =
        load_good(SCENARIO "parameters = { a = { path = \"x\"; from = 1; to = 4; };\n"
                           "  b = { path = \"y\"; from = 1.0; to = 100.0; scale = \"log\"; }; };\n"
                           "design = { kind = \"sobol\"; points = 256; };",
                  MX_STUDY_SWEEP);
    struct mx_design *design = mx_design_create(study, 1);
    uint32_t counts[5] = {0}, below_ten = 0;

    (void)state;
    assert_int_equal(design->point_count, 256);
    for (size_t i = 0; i < 256; i++) {
        assert_true(design->number[2 * i] >= 1 && design->number[2 * i] <= 4);
        counts[(size_t)design->number[2 * i]]++;
        below_ten += design->number[2 * i + 1] < 10;
    }
    for (size_t v = 1; v <= 4; v++) {
        assert_in_range(counts[v], 62, 66);
    }
    assert_in_range(below_ten, 126, 130);
    mx_design_destroy(design);
    mx_study_destroy(study);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),           cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_all_mistakes_at_once), cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_grid_and_constraints), cmocka_unit_test(test_zip),
        cmocka_unit_test(test_latin_hypercube),      cmocka_unit_test(test_sobol),
        cmocka_unit_test(test_drawn_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
