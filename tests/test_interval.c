// SPDX-License-Identifier: GPL-3.0-or-later
/* test_interval.c - intervals, corrections and the stopping rule against tables and exact sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "sim/stats/comparison.h"
#include "sim/stats/interval.h"
#include "sim/stats/stopping.h"
#include "tests/support_results.h"

#define NEAR(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Any table of Student's t and the normal law. */
static void test_quantiles(void **state)
{
    (void)state;
    NEAR(mx_student_t(0.95, 29), 2.04522964, 1e-8);
    NEAR(mx_student_t(0.99, 10), 3.16927267, 1e-8);
    NEAR(mx_student_t(0.90, 1), 6.31375151, 1e-8);
    NEAR(mx_normal_z(0.95), 1.95996398, 1e-8);
    NEAR(mx_student_p(2.04522964, 1, 29), 0.05, 1e-8);
    NEAR(mx_student_p(-3.16927267, 1, 10), 0.01, 1e-8);
    NEAR(mx_student_p(0, 0, 5), 1, 0);
    NEAR(mx_student_p(1e-9, 0, 5), 0, 0);
    NEAR(mx_lag1((double[]){1, 2, 3, 4}, 4), .25, 1e-15); /* 1.25 of 5 */
    NEAR(mx_lag1((double[]){2, 2, 2}, 3), 0, 0);
}

/* None of n: half of (1 - p)^n is 2.5 %, so p = 1 - .05^(1/n). One of n = 2, from the two equations
 * of the definition: p^2 + p (1 - p) = .025 and its mirror. */
static void test_share_by_hand(void **state)
{
    struct mx_interval none = mx_interval_share(0, 10, 0.95), all = mx_interval_share(10, 10, 0.95);
    struct mx_interval one = mx_interval_share(1, 2, 0.95);

    (void)state;
    NEAR(none.low, 0, 0);
    NEAR(none.high, 1 - pow(.05, 1. / 10), 1e-8);
    NEAR(all.low, pow(.05, 1. / 10), 1e-8);
    NEAR(all.high, 1, 0);
    NEAR(one.low, .025, 1e-8);
    NEAR(one.high, .975, 1e-8);
}

/* Chance that the interval of x of n holds p, summed over x. */
static double coverage_of(unsigned n, double p, struct mx_interval (*interval)(unsigned, unsigned))
{
    double covered = 0;

    for (unsigned x = 0; x <= n; x++) {
        struct mx_interval i = interval(x, n);

        covered += i.low <= p && p <= i.high ? gsl_ran_binomial_pdf(x, p, n) : 0;
    }
    return covered;
}

static struct mx_interval mid_p(unsigned x, unsigned n)
{
    return mx_interval_share(x, n, 0.95);
}

/* That of a mean: the normal interval, as bad as is known near 0. */
static struct mx_interval wald(unsigned x, unsigned n)
{
    double p = (double)x / n, half = 1.96 * sqrt(p * (1 - p) / n);

    return (struct mx_interval){p - half, p + half};
}

/* Exact coverage for shares from .0002 to .5 of 500: never far below 95 %, and 95 to 97.5 % on
 * average over those near 0, where an interval for means is wrong most of the time. */
static void test_share_coverage(void **state)
{
    double sum = 0, wald_least = 1;
    unsigned count = 0;

    (void)state;
    for (double p = .0002; p < .5; p *= 1.15) {
        double covered = coverage_of(500, p, mid_p), bad = coverage_of(500, p, wald);

        assert_true(covered > 0.92);
        sum += covered;
        wald_least = bad < wald_least ? bad : wald_least;
        count++;
    }
    assert_true(sum / count > 0.95 && sum / count < 0.975);
    assert_true(wald_least < 0.2);
}

/* Shares that scatter as independent cases do give the interval of all cases together, up to
 * Student's widening; clumps of ten widen it by the root of ten. */
static void test_mean_share(void **state)
{
    double alone[200], clumped[200], none[200] = {0}, all[200], same[200];
    struct mx_interval a, c, one;

    (void)state;
    for (unsigned r = 0; r < 200; r++) {
        alone[r] = r % 2 > 0 ? .02 : 0;    /* 1 of 50, every other time */
        clumped[r] = r % 20 == 0 ? .2 : 0; /* 10 of 50, every 20th */
        all[r] = 1;
        same[r] = .3;
    }
    a = mx_interval_mean_share(alone, 200, 10000, 0.95);
    c = mx_interval_mean_share(clumped, 200, 10000, 0.95);
    NEAR(a.low + a.high, .0203, .001);
    assert_true(c.high - c.low > 2.5 * (a.high - a.low));
    assert_true(c.low > 0 && c.high - .01 > .01 - c.low); /* skewed, and above 0 */
    one = mx_interval_mean_share(none, 200, 10000, 0.95);
    NEAR(one.low, 0, 0);
    NEAR(one.high, 1 - pow(.05, 1. / 10000), 1e-10);
    one = mx_interval_mean_share(all, 200, 10000, 0.95);
    NEAR(one.high, 1, 0);
    assert_true(one.low < 1 && one.low > .999);
    one = mx_interval_mean_share(same, 200, 10000, 0.95);
    NEAR(one.low, .3, 1e-12);
    NEAR(one.high, .3, 1e-12);
}

/* Ranks of the median: tables of nonparametric statistics (n = 10: 2 and 9, 97.9 %; n = 5: none).
 * The sum of binomial terms between them is the confidence. */
static void test_quantile_ranks(void **state)
{
    uint32_t low, high;

    (void)state;
    mx_interval_quantile_ranks(10, .5, .95, &low, &high);
    assert_int_equal(low, 2);
    assert_int_equal(high, 9);
    mx_interval_quantile_ranks(5, .5, .95, &low, &high);
    assert_int_equal(low, 0);
    assert_int_equal(high, 6);
    mx_interval_quantile_ranks(6, .5, .95, &low, &high);
    assert_int_equal(low, 1);
    assert_int_equal(high, 6);
    for (uint32_t n = 20; n < 400; n += 37) {
        for (double p = .1; p < .95; p += .2) {
            double below, above;

            mx_interval_quantile_ranks(n, p, .95, &low, &high);
            below = low > 0 ? gsl_cdf_binomial_P(low - 1, p, n) : 0;
            above = high <= n ? gsl_cdf_binomial_Q(high - 1, p, n) : 0;
            assert_true(below <= .025 && above <= .025);
            /* one rank closer would be too close */
            assert_true(gsl_cdf_binomial_P(low, p, n) > .025);
            assert_true(high == 1 || gsl_cdf_binomial_Q(high - 2, p, n) > .025);
        }
    }
}

/* .01, .04, .03: three times the least, twice the next, and no less than that for the last. */
static void test_corrections(void **state)
{
    double p[] = {.01, .04, .03, .9}, none[1] = {0};

    (void)state;
    NEAR(mx_bonferroni(.95, 10), .995, 1e-15);
    NEAR(mx_bonferroni(.95, 1), .95, 1e-15);
    mx_holm_adjust(p, 3);
    NEAR(p[0], .03, 1e-15);
    NEAR(p[2], .06, 1e-15);
    NEAR(p[1], .06, 1e-15);
    NEAR(p[3], .9, 0);
    mx_holm_adjust(none, 0);
}

/* Looks at most double and at least add a tenth; the looks do not depend on anything else. */
static void test_stopping(void **state)
{
    (void)state;
    assert_int_equal(mx_stopping_next(30, 1.0), 30);
    assert_int_equal(mx_stopping_next(30, 1.01), 33);
    assert_int_equal(mx_stopping_next(30, 1.2), 44);
    assert_int_equal(mx_stopping_next(30, 5), 60);
    assert_int_equal(mx_stopping_next(30, INFINITY), 60);
    assert_int_equal(mx_stopping_next(90000, 5), MX_REPLICATIONS_MAX);
}

static void test_precision_texts(void **state)
{
    static const char *const wrong[] = {"delivered_rate",
                                        "delivered_rate:",
                                        "delivered_rate:0",
                                        "delivered_rate:-1",
                                        "delivered_rate:1x",
                                        "delivered_rate:nan",
                                        "delivered_rate:1%%",
                                        "delivered_rat:1",
                                        "total:1",
                                        "providers.nobody.sent:1",
                                        ":1",
                                        ""};
    struct mx_precision precision;
    char error[256], text[MX_METRIC_TEXT_SIZE];

    (void)state;
    assert_true(mx_precision_parse(mx_test_plan(), "providers.alpha.delivered_rate:0.5%",
                                   &precision, error, sizeof error));
    assert_true(precision.is_relative);
    NEAR(precision.width, .005, 1e-15);
    assert_int_equal(precision.of.group, MX_GROUP_PROVIDER);
    assert_int_equal(precision.of.index, 1);
    mx_metric_print(mx_test_plan(), &precision.of, text, sizeof text);
    assert_string_equal(text, "providers.alpha.delivered_rate");
    assert_true(
        mx_precision_parse(mx_test_plan(), "total.sent:.5", &precision, error, sizeof error));
    assert_false(precision.is_relative);
    mx_metric_print(mx_test_plan(), &precision.of, text, sizeof text);
    assert_string_equal(text, "sent");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error[0] = '\0';
        assert_false(mx_precision_parse(mx_test_plan(), wrong[i], &precision, error, sizeof error));
        assert_true(strlen(error) > 5);
    }
}

/* Replications 1, 2, 4 of A and 3, 4, 6 of B: always 2 more, without any spread; and 1, 2, 4
 * against 2, 2, 5, whose differences 1, 0, 1 have the mean .667 and deviation .577. */
static void test_paired_differences(void **state)
{
    static const uint32_t delivered[3][3] = {{1, 2, 4}, {3, 4, 6}, {2, 2, 5}};
    struct mx_system systems[3] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
    struct mx_comparison *comparison;
    const struct mx_difference *d;

    (void)state;
    for (size_t s = 0; s < 3; s++) {
        systems[s].plan = mx_test_plan();
    }
    comparison = mx_comparison_create(systems, 3, 1, 3);
    assert_non_null(comparison);
    comparison->confidence = .95;
    for (size_t s = 0; s < 3; s++) {
        comparison->scoped[s] = (struct mx_scoped_metric){.metric = MX_METRIC_DELIVERED};
        for (size_t r = 0; r < 3; r++) {
            struct mx_observation *o = mx_test_observation();

            mx_test_deliver(o, 0, delivered[s][r], 1000000);
            mx_summary_add(comparison->systems[s].summary, o);
            mx_observation_destroy(o);
        }
    }
    assert_true(mx_comparison_update(comparison));
    d = comparison->differences;
    assert_int_equal(d[1].outcome, MX_DIFFERENCE_HIGHER);
    NEAR(d[1].mean, 2, 1e-15);
    NEAR(d[1].interval.low, 2, 1e-15);
    assert_int_equal(d[2].outcome, MX_DIFFERENCE_NOT_TOLD);
    NEAR(d[2].mean, 2. / 3, 1e-12);
    NEAR(d[2].sd, sqrt(1. / 3), 1e-12);
    /* two comparisons: 97.5 % each */
    NEAR(d[2].interval.high - d[2].mean, gsl_cdf_tdist_Qinv(.0125, 2) / 3, 1e-7);
    NEAR(d[2].gain, (7. / 3 + 3) / (1. / 3), 1e-9); /* variances 7/3 and 3 */
    comparison->precisions[0].width = .1;
    NEAR(mx_comparison_wide(comparison, 0), 10 * (d[2].interval.high - d[2].mean), 1e-9);
    mx_comparison_destroy(comparison);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),         cmocka_unit_test(test_share_by_hand),
        cmocka_unit_test(test_share_coverage),    cmocka_unit_test(test_mean_share),
        cmocka_unit_test(test_quantile_ranks),    cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_stopping),          cmocka_unit_test(test_precision_texts),
        cmocka_unit_test(test_paired_differences)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
