// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full
/* test_selection.c - KN selects the best as often as it promises, on constructed systems: normal
 * values, the best better by exactly the indifference, all others equal (the hardest case), with
 * independent and with common draws, and unequal variances.
 *
 * A count of correct selections passes unless, at the promised probability exactly, it would be as
 * low with probability below 0.1 %. Seeds are fixed and were not chosen. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "sim/base/random.h"
#include "sim/stats/selection.h"
#include "tests/support_mxsim.h"

#define MACRO_FULL 2000U
#define RUNS_MAX 100000U
#define INDIFFERENCE 0.3 /* of a deviation of 1 */

/* gap: how far the best is ahead, in indifferences. common: correlation of the systems' values in a
 * replication. ratio: of the last system's deviation to the first's, in equal steps. */
struct build {
    const char *name;
    uint32_t system_count, first_count;
    double gap, common, ratio, confidence;
    bool is_larger_better;
};

static double normal_of(const struct mx_stream *stream, uint64_t a, uint64_t b)
{
    uint64_t word = mx_draw(stream, a, (uint32_t)b, MX_DRAW_NOISE).word[0];
    double u = ((double)(word >> 11) + 0.5) * 0x1p-53;

    return gsl_cdf_ugaussian_Pinv(u);
}

/* Values of replication r: system 0 is the best. */
static void fill(const struct build *build, const struct mx_stream *stream, uint32_t r,
                 double *values)
{
    double shared = normal_of(stream, r, 0);

    for (uint32_t s = 0; s < build->system_count; s++) {
        double sd = 1 + (build->ratio - 1) * s / (build->system_count - 1.0);
        double own = normal_of(stream, r, s + 1);
        double value = sd * (sqrt(build->common) * shared + sqrt(1 - build->common) * own);

        value += s == 0 ? build->gap * INDIFFERENCE : 0;
        values[s] = build->is_larger_better ? value : -value;
    }
}

/* One selection. Returns who was selected; *cost: values drawn. */
static uint32_t select_once(const struct build *build, uint64_t seed, uint64_t *cost)
{
    const struct mx_stream stream = mx_stream_make(seed, 0, 7);
    struct mx_selection *selection = mx_selection_create(
        &(struct mx_selection_options){.system_count = build->system_count,
                                       .first_count = build->first_count,
                                       .indifference = INDIFFERENCE,
                                       .confidence = build->confidence,
                                       .is_larger_better = build->is_larger_better});
    double values[MX_SYSTEMS_MAX];
    uint32_t best;

    assert_non_null(selection);
    while (!selection->is_decided) {
        assert_true(selection->replication_count < RUNS_MAX);
        fill(build, &stream, selection->replication_count, values);
        *cost += selection->left_count;
        mx_selection_add(selection, values);
    }
    best = selection->best;
    assert_int_equal(selection->systems[best].out_after, 0);
    mx_selection_destroy(selection);
    return best;
}

static double check(const struct build *build)
{
    unsigned runs = mx_test_full() ? MACRO_FULL : MACRO_FULL / 10, correct = 0, least = 0;
    uint64_t cost = 0;

    for (unsigned i = 1; i <= runs; i++) {
        correct += select_once(build, i, &cost) == 0;
    }
    while (gsl_cdf_binomial_P(least, build->confidence, runs) < 0.001) {
        least++;
    }
    printf("%-38s %4u of %4u correct, promised %.0f %%; %.1f values a system\n", build->name,
           correct, runs, 100 * build->confidence, (double)cost / runs / build->system_count);
    assert_true(correct >= least);
    return (double)cost / runs;
}

static void test_promise(void **state)
{
    const struct build builds[] = {
        {"2 systems, independent", 2, 10, 1, 0, 1, 0.95, true},
        {"2 systems, deviations of 3, smaller", 2, 10, 1, 0, 3, 0.95, false},
        {"5 systems, independent", 5, 10, 1, 0, 1, 0.95, true},
        {"5 systems, common draws (.8)", 5, 10, 1, .8, 1, 0.95, true},
        {"10 systems, deviations 1 to 4", 10, 20, 1, .5, 4, 0.90, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        (void)check(&builds[i]);
    }
}

/* Common draws spare replications, and so does a best that is far ahead. */
static void test_cost(void **state)
{
    struct build build = {"5 systems again", 5, 10, 1, 0, 1, 0.95, true};
    double independent, common, ahead;

    (void)state;
    independent = check(&build);
    build.name = "the same, common draws (.9)";
    build.common = .9;
    common = check(&build);
    build.name = "independent, ahead by 4";
    build.common = 0;
    build.gap = 4;
    ahead = check(&build);
    assert_true(common < 0.7 * independent);
    assert_true(ahead < 0.7 * independent);
}

/* k = 2, n0 = 3, alpha = .05: eta = ((2 x .05)^-1 - 1) / 2 = 4.5, h^2 = 18. First differences
 * 2, 4, 6: variance 4, so that N = floor(18 x 4 / 9) = 8 with an indifference of 3; after 3
 * replications W = 3 / 6 (72 / 9 - 3) = 2.5 and the mean difference 4 is more: out. */
static void test_by_hand(void **state)
{
    struct mx_selection *selection =
        mx_selection_create(&(struct mx_selection_options){.system_count = 2,
                                                           .first_count = 3,
                                                           .indifference = 3,
                                                           .confidence = 0.95,
                                                           .is_larger_better = true});

    (void)state;
    assert_non_null(selection);
    assert_true(fabs(selection->h_square - 18) < 1e-12);
    mx_selection_add(selection, (double[]){3, 1});
    mx_selection_add(selection, (double[]){6, 2});
    assert_false(selection->is_decided);
    mx_selection_add(selection, (double[]){9, 3});
    assert_true(fabs(selection->variances[1] - 4) < 1e-12);
    assert_true(selection->is_decided);
    assert_int_equal(selection->best, 0);
    assert_int_equal(selection->systems[1].out_after, 3);
    assert_int_equal(selection->systems[1].out_by, 0);
    mx_selection_destroy(selection);
}

/* Equal in every replication: no slack, nobody too far behind; the first is as good as any. */
static void test_equal_systems(void **state)
{
    struct mx_selection *selection = mx_selection_create(&(struct mx_selection_options){
        .system_count = 3, .first_count = 2, .indifference = 1, .confidence = 0.95});

    (void)state;
    assert_non_null(selection);
    mx_selection_add(selection, (double[]){5, 5, 5});
    mx_selection_add(selection, (double[]){7, 7, 7});
    assert_true(selection->is_decided);
    assert_int_equal(selection->left_count, 3);
    assert_int_equal(selection->best, 0);
    mx_selection_destroy(selection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand),
                                       cmocka_unit_test(test_equal_systems),
                                       cmocka_unit_test(test_promise), cmocka_unit_test(test_cost)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
