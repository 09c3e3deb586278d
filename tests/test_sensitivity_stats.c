// SPDX-License-Identifier: GPL-3.0-or-later
/* mxtest: full no-check */
/* test_sensitivity_stats.c - elementary effects, Sobol' indices and ranges of outcomes on functions
 * whose answers are known.
 *
 * Ishigami: f = sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on [-pi, pi]^3 (T. Ishigami, T. Homma, 1990):
 *   V = 1/2 + a^2/8 + b pi^4/5 + b^2 pi^8/18; V1 = (1 + b pi^4/5)^2 / 2, V2 = a^2/8, V3 = 0,
 *   V13 = b^2 pi^8 (1/18 - 1/50).
 * Sobol' G: f = prod (|4 x_i - 2| + a_i) / (1 + a_i) on [0, 1]^k: V_i = 1 / (3 (1 + a_i)^2),
 *   V = prod (1 + V_i) - 1, T_i = V_i prod_{j != i} (1 + V_j) / V. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/random.h"
#include "sim/stats/morris.h"
#include "sim/stats/outcome_range.h"
#include "sim/stats/sobol_indices.h"
#include "tests/support_mxsim.h"

#define PI 3.14159265358979323846
#define K_MAX 30U
#define CONFIDENCE 0.95

static const uint32_t own[K_MAX] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                                    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
static const double g_a[8] = {0, 1, 4.5, 9, 99, 99, 99, 99}; /* Saltelli et al., 2010 */

static double ishigami(const double *place, uint32_t count)
{
    double x[3];
    (void)count;
    for (int i = 0; i < 3; i++) {
        x[i] = PI * (2 * place[i] - 1);
    }
    return sin(x[0]) + 7 * pow(sin(x[1]), 2) + 0.1 * pow(x[2], 4) * sin(x[0]);
}

static double a_of(uint32_t i)
{
    return i < 8 ? g_a[i] : 99;
}

static double sobol_g(const double *place, uint32_t count)
{
    double product = 1;
    for (uint32_t i = 0; i < count; i++) {
        product *= (fabs(4 * place[i] - 2) + a_of(i)) / (1 + a_of(i));
    }
    return product;
}

static void g_truth(uint32_t count, double *first, double *total)
{
    double product = 1;
    for (uint32_t i = 0; i < count; i++) {
        product *= 1 + 1 / (3 * pow(1 + a_of(i), 2));
    }
    for (uint32_t i = 0; i < count; i++) {
        double v = 1 / (3 * pow(1 + a_of(i), 2));
        first[i] = v / (product - 1);
        total[i] = v * product / (1 + v) / (product - 1);
    }
}

static void ishigami_truth(double first[3], double total[3])
{
    const double a = 7, b = 0.1, p4 = pow(PI, 4), p8 = pow(PI, 8);
    const double v = 0.5 + a * a / 8 + b * p4 / 5 + b * b * p8 / 18;
    const double v1 = pow(1 + b * p4 / 5, 2) / 2, v2 = a * a / 8;
    const double v13 = b * b * p8 * (1.0 / 18 - 1.0 / 50);
    first[0] = v1 / v;
    first[1] = v2 / v;
    first[2] = 0;
    total[0] = (v1 + v13) / v;
    total[1] = v2 / v;
    total[2] = v13 / v;
}

static void sobol_of(double (*function)(const double *, uint32_t), struct mx_sobol_design design,
                     struct mx_sobol_index *indices)
{
    struct mx_sobol_places *places = mx_sobol_places_create(&design);
    uint64_t count = mx_sobol_point_count(&design);
    double *values = calloc(count, sizeof *values), place[K_MAX];
    assert_non_null(places);
    for (uint64_t i = 0; i < count; i++) {
        mx_sobol_point(places, i, place);
        values[i] = function(place, design.factor_count);
    }
    assert_int_equal(mx_sobol_indices(&design, values, CONFIDENCE, 400, indices), design.row_count);
    free(values);
    mx_sobol_places_destroy(places);
}

static void check_near(const char *what, uint32_t i, double got, double truth, double tolerance)
{
    if (!(fabs(got - truth) <= tolerance)) {
        fail_msg("%s %u: %.4f, not %.4f +- %.4f", what, i, got, truth, tolerance);
    }
}

/* 4096 quasi-random rows: within 0.01 of the truth. */
static void sobol_of_ishigami(void **state)
{
    struct mx_sobol_design design = {3, 3, 4096, own, 1};
    struct mx_sobol_index index[3];
    double first[3], total[3];
    (void)state;
    ishigami_truth(first, total);
    assert_true(fabs(first[0] - 0.3139) < 1e-4 && fabs(total[2] - 0.2437) < 1e-4);
    sobol_of(ishigami, design, index);
    for (uint32_t i = 0; i < 3; i++) {
        check_near("first", i, index[i].first, first[i], 0.01);
        check_near("total", i, index[i].total, total[i], 0.01);
        assert_true(index[i].first_low <= index[i].first && index[i].first <= index[i].first_high);
        assert_true(index[i].total_low <= index[i].total && index[i].total <= index[i].total_high);
    }
}

static void sobol_of_g(void **state)
{
    struct mx_sobol_design design = {8, 8, 4096, own, 2};
    struct mx_sobol_index index[K_MAX];
    double first[K_MAX], total[K_MAX];
    (void)state;
    g_truth(8, first, total);
    sobol_of(sobol_g, design, index);
    for (uint32_t i = 0; i < 8; i++) {
        check_near("first", i, index[i].first, first[i], 0.015);
        check_near("total", i, index[i].total, total[i], 0.015);
    }
    /* beyond 40 dimensions: pseudo-random, to be trusted less */
    design = (struct mx_sobol_design){30, 30, 4096, own, 2};
    assert_false(mx_sobol_is_quasi(&design));
    g_truth(30, first, total);
    sobol_of(sobol_g, design, index);
    for (uint32_t i = 0; i < 30; i++) {
        check_near("first", i, index[i].first, first[i], 0.06);
        check_near("total", i, index[i].total, total[i], 0.06);
    }
}

/* Groups {1}, {2, 3}: of Ishigami the second has V2 + V3, and interacts by V13 alone. */
static void sobol_of_groups(void **state)
{
    static const uint32_t group_of[3] = {0, 1, 1};
    struct mx_sobol_design design = {3, 2, 4096, group_of, 3};
    struct mx_sobol_index index[2];
    double first[3], total[3];
    (void)state;
    ishigami_truth(first, total);
    sobol_of(ishigami, design, index);
    check_near("first", 0, index[0].first, first[0], 0.01);
    check_near("first", 1, index[1].first, first[1] + first[2], 0.01);
    check_near("total", 1, index[1].total, 1 - first[0], 0.01);
}

/* How often do bootstrap intervals hold the truth? Over pseudo-random rows, whose independence is
 * what a bootstrap counts on; 30 factors make them so, of which the first three matter. Between
 * 88 % and 99 %: a bootstrap of a ratio is no exact interval. */
static void bootstrap_covers(void **state)
{
    const uint32_t studies = mx_test_full() ? 1000 : 100;
    static const uint32_t group_of[21] = {0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2,
                                          2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    uint32_t first_held = 0, total_held = 0;
    double first[K_MAX], total[K_MAX];
    (void)state;
    g_truth(21, first, total);
    for (uint32_t s = 0; s < studies; s++) {
        struct mx_sobol_design design = {21, 3, 300, group_of, 1000 + s};
        struct mx_sobol_index index[3];
        sobol_of(sobol_g, design, index);
        first_held += index[0].first_low <= first[0] && first[0] <= index[0].first_high;
        total_held += index[0].total_low <= total[0] && total[0] <= index[0].total_high;
    }
    print_message("bootstrap intervals at 95 %%: first %.3f, total %.3f\n",
                  (double)first_held / studies, (double)total_held / studies);
    assert_in_range(first_held * 100 / studies, 88, 99);
    assert_in_range(total_held * 100 / studies, 88, 99);
}

static void undefined_rows_are_left_out(void **state)
{
    struct mx_sobol_design design = {3, 3, 64, own, 4};
    struct mx_sobol_index index[3];
    uint64_t count = mx_sobol_point_count(&design);
    double *values = calloc(count, sizeof *values);
    (void)state;
    values[7] = NAN;
    values[63] = NAN;
    assert_int_equal(mx_sobol_indices(&design, values, CONFIDENCE, 100, index), 62);
    assert_true(isnan(index[0].first) && isnan(index[0].total)); /* no variance */
    for (uint64_t i = 0; i < count; i++) {
        values[i] = NAN;
    }
    assert_int_equal(mx_sobol_indices(&design, values, CONFIDENCE, 100, index), 0);
    assert_true(isnan(index[2].total_high));
    free(values);
}

/* ---- elementary effects ---- */

static double linear(const double *place, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += (i % 2 == 0 ? 1.0 : -1.0) * i * place[i];
    }
    return sum;
}

static void morris_of(double (*function)(const double *, uint32_t),
                      const struct mx_morris_design *design, struct mx_morris_effect *effects)
{
    uint64_t count = mx_morris_point_count(design);
    double *values = calloc(count, sizeof *values), place[K_MAX];
    for (uint64_t i = 0; i < count; i++) {
        mx_morris_point(design, i, place);
        values[i] = function(place, design->factor_count);
    }
    assert_true(mx_morris_effects(design, values, CONFIDENCE, effects));
    free(values);
}

/* Of a linear function every effect is its coefficient: no spread at all. */
static void morris_of_a_line(void **state)
{
    struct mx_morris_design design = {10, 10, 5, own, 1};
    struct mx_morris_effect effect[10];
    (void)state;
    morris_of(linear, &design, effect);
    for (uint32_t i = 0; i < 10; i++) {
        check_near("mu", i, effect[i].mu, i % 2 == 0 ? i : -(double)i, 1e-12);
        check_near("mu_star", i, effect[i].mu_star, i, 1e-12);
        check_near("sigma", i, effect[i].sigma, 0, 1e-12);
        assert_int_equal(effect[i].effect_count, 5);
    }
}

/* Each trajectory moves each group once, by delta, and nothing else at the same time. */
static void trajectories(void **state)
{
    static const uint32_t group_of[6] = {0, 1, 1, 2, 0, 3};
    struct mx_morris_design design = {6, 4, 8, group_of, 9};
    double before[6], after[6];
    (void)state;
    for (uint32_t t = 0; t < 8; t++) {
        uint32_t seen = 0;
        for (uint32_t step = 0; step < 4; step++) {
            uint32_t moved = 0;
            mx_morris_point(&design, (uint64_t)t * 5 + step, before);
            mx_morris_point(&design, (uint64_t)t * 5 + step + 1, after);
            for (uint32_t f = 0; f < 6; f++) {
                assert_true(after[f] >= 0 && after[f] <= 1);
                if (before[f] != after[f]) {
                    check_near("step", f, fabs(after[f] - before[f]), 2.0 / 3, 1e-12);
                    moved |= 1U << group_of[f];
                }
            }
            assert_int_equal(__builtin_popcount(moved), 1);
            for (uint32_t f = 0; f < 6; f++) {
                assert_true(((moved >> group_of[f]) & 1U) == (before[f] != after[f]));
            }
            assert_int_equal(seen & moved, 0);
            seen |= moved;
        }
        assert_int_equal(seen, 15);
    }
}

/* On the levels 0, 1/3, 2/3, 1 Ishigami has x = -pi, -pi/3, pi/3, pi. Factor 1 moves between -pi
 * and pi/3 or between -pi/3 and pi: |sin| changes by sin(pi/3), times 1 + b x3^4, in either case.
 * So mu_star = 1.5 sin(pi/3) (1 + 0.1 E x3^4), E x3^4 = (pi^4 + (pi/3)^4) / 2. Factor 2: sin^2
 * changes by 3/4 always: mu_star = 1.5 x 7 x 3/4, with no sign of its own: mu near 0. Factor 3:
 * x^4 changes by pi^4 - (pi/3)^4, times 0.1 |sin x1|, which is 0 half of the time: mu_star =
 * 1.5 x 0.1 (pi^4 - (pi/3)^4) sin(pi/3) / 2, and the same for the sign. */
static void morris_of_ishigami(void **state)
{
    const double p4 = pow(PI, 4), q4 = pow(PI / 3, 4), s = sin(PI / 3);
    const uint32_t r = 4000;
    struct mx_morris_design design = {3, 3, r, own, 5};
    struct mx_morris_effect effect[3];
    double truth[3] = {1.5 * s * (1 + 0.1 * (p4 + q4) / 2), 1.5 * 7 * 0.75,
                       1.5 * 0.1 * (p4 - q4) * s / 2};
    (void)state;
    morris_of(ishigami, &design, effect);
    for (uint32_t i = 0; i < 3; i++) {
        /* five standard errors, and what rounding leaves of no spread */
        double error = 5 * (effect[i].high - effect[i].low) / (2 * 1.96) + 1e-9;
        check_near("mu_star", i, effect[i].mu_star, truth[i], error);
    }
    check_near("error of mu_star", 1, effect[1].high - effect[1].low, 0, 1e-9);
    check_near("mu", 2, effect[2].mu, 0, 0.5);
    assert_true(effect[2].sigma > effect[2].mu_star); /* acts with factor 1 alone */
}

/* The order is that of the G function's coefficients; those of 99 hardly count. */
static void morris_of_g(void **state)
{
    struct mx_morris_design design = {8, 8, 200, own, 6};
    struct mx_morris_effect effect[8];
    (void)state;
    morris_of(sobol_g, &design, effect);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(effect[i].mu_star > effect[i + 1].mu_star);
    }
    for (uint32_t i = 4; i < 8; i++) {
        assert_true(effect[i].mu_star < 0.05 * effect[0].mu_star);
    }
}

static void effects_that_are_undefined(void **state)
{
    struct mx_morris_design design = {2, 2, 3, own, 7};
    struct mx_morris_effect effect[2];
    double values[9] = {0, 1, 2, NAN, NAN, NAN, NAN, NAN, NAN};
    (void)state;
    assert_true(mx_morris_effects(&design, values, CONFIDENCE, effect));
    assert_int_equal(effect[0].effect_count, 1);
    assert_true(isnan(effect[0].mu_star) && isnan(effect[1].high));
}

/* ---- ranges of outcomes ---- */

static void ranges_by_rank(void **state)
{
    double value[39];
    struct mx_outcome_range range;
    (void)state;
    for (uint32_t i = 0; i < 39; i++) {
        value[(i * 7) % 39] = i + 1;
    }
    range = mx_outcome_range_of(value, 39, 0.9);
    assert_true(range.low == 2 && range.middle == 20 && range.high == 38);
    assert_true(range.probability == 0.9);
    range = mx_outcome_range_of(value, 19, 0.9); /* sorted now: 1 .. 19 */
    assert_true(range.low == 1 && range.high == 19 && range.probability == 0.9);
    range = mx_outcome_range_of(value, 9, 0.9);
    assert_true(range.low == 1 && range.middle == 5 && range.high == 9);
    assert_true(range.probability == 0.8);
    value[38] = value[37] = value[36] = INFINITY;
    range = mx_outcome_range_of(value, 39, 0.9);
    assert_true(range.low == 2 && isinf(range.high) && range.reached == 36);
}

/* A range made of 25 outcomes holds the 26th with 90 %, whatever the law: here a lognormal one. */
static void ranges_hold_the_next(void **state)
{
    const uint32_t studies = mx_test_full() ? 20000 : 4000;
    uint32_t held = 0;
    (void)state;
    for (uint32_t s = 0; s < studies; s++) {
        const struct mx_stream stream = mx_stream_make(11, s, 1);
        double value[26];
        for (uint32_t i = 0; i < 26; i++) {
            struct mx_draw draw = mx_draw(&stream, i, 0, MX_DRAW_NOISE);
            value[i] = exp(sqrt(-2 * log(mx_uniform(draw.word[0]))) *
                           cos(2 * PI * mx_uniform(draw.word[1])));
        }
        struct mx_outcome_range range = mx_outcome_range_of(value, 25, 0.9);
        held += range.low <= value[25] && value[25] <= range.high;
    }
    /* interpolation between ranks is not exact: +- 1 %, and 3 standard errors */
    check_near("coverage", 0, (double)held / studies, 0.9, 0.01 + 3 * sqrt(0.09 / studies));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sobol_of_ishigami),
        cmocka_unit_test(sobol_of_g),
        cmocka_unit_test(sobol_of_groups),
        cmocka_unit_test(bootstrap_covers),
        cmocka_unit_test(undefined_rows_are_left_out),
        cmocka_unit_test(morris_of_a_line),
        cmocka_unit_test(trajectories),
        cmocka_unit_test(morris_of_ishigami),
        cmocka_unit_test(morris_of_g),
        cmocka_unit_test(effects_that_are_undefined),
        cmocka_unit_test(ranges_by_rank),
        cmocka_unit_test(ranges_hold_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
