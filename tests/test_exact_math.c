// SPDX-License-Identifier: GPL-3.0-or-later
/* test_exact_math.c - exp, log and the normal quantile against libm in long double and GSL; bits
 * that must never change; laws of durations against their distribution functions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "models/exact_math.h"
#include "models/law.h"
#include "models/units.h"

static uint64_t random_state = 1181783497276652981U;

static double random_u(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return ((double)(random_state >> 11) + 0.5) * 0x1p-53;
}

static double relative_error(double value, long double exact)
{
    return (double)fabsl(((long double)value - exact) / exact);
}

static void exp_is_right_to_the_last_bits(void **unused)
{
    (void)unused;
    for (int i = 0; i < 400000; i++) {
        const double wide = 1400 * (random_u() - 0.5);
        const double narrow = 2 * (random_u() - 0.5);
        assert_true(relative_error(mx_exp(wide), expl(wide)) < 4e-16);
        assert_true(relative_error(mx_exp(narrow), expl(narrow)) < 4e-16);
    }
    assert_true(mx_exp(0) >= 1 && mx_exp(0) <= 1);
}

static void log_is_right_to_the_last_bits(void **unused)
{
    (void)unused;
    for (int i = 0; i < 400000; i++) {
        const double wide = ldexp(1 + random_u(), (int)(2000 * random_u()) - 1000);
        const double unit = random_u();
        const double close = 1 + 1e-3 * (random_u() - 0.5);
        assert_true(relative_error(mx_log(wide), logl(wide)) < 1e-15);
        assert_true(relative_error(mx_log(unit), logl(unit)) < 1e-15);
        assert_true(relative_error(mx_log(close), logl(close)) < 1e-15);
    }
    assert_true(mx_log(1) >= 0 && mx_log(1) <= 0);
    assert_true(relative_error(mx_log(0x1p-1022), logl(0x1p-1022L)) < 1e-15);
    assert_true(relative_error(mx_log(0x1.fffffffffffffp1023), logl(0x1.fffffffffffffp1023L)) <
                1e-15);
}

static void normal_quantile_is_gsl_s(void **unused)
{
    (void)unused;
    for (int i = 0; i < 100000; i++) {
        const double u = i % 2 == 0 ? random_u() : pow(random_u(), 30) + 1e-300;
        if (fabs(u - 0.5) > 1e-6 && u < 1) {
            assert_true(relative_error(mx_normal_quantile(u), gsl_cdf_ugaussian_Pinv(u)) < 1e-9);
        }
    }
    assert_true(fabs(mx_normal_quantile(0.5)) < 1e-15);
    assert_true(fabs(mx_normal_quantile(0.975) - 1.959963984540054) < 1e-12);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The same on every processor and compiler: a digest of many results. */
static void bits_never_change(void **unused)
{
    (void)unused;
    uint64_t digest = 0;
    random_state = 42;
    for (int i = 0; i < 100000; i++) {
        const double u = random_u();
        digest = digest * UINT64_C(6364136223846793005) + bits_of(mx_log(u));
        digest = digest * UINT64_C(6364136223846793005) + bits_of(mx_exp(100 * (u - 0.5)));
        digest = digest * UINT64_C(6364136223846793005) + bits_of(mx_normal_quantile(u));
    }
    assert_int_equal(digest, UINT64_C(0x122076fefb780dce));
}

#define SAMPLES 200000

static double mean_and_check_order(const struct mx_law *law)
{
    struct mx_sampler *sampler = mx_sampler_create(law);
    double sum_us = 0;
    int64_t last_us = 0;
    for (int i = 0; i < SAMPLES; i++) {
        const double u = (i + 0.5) / SAMPLES;
        const int64_t sample_us =
            mx_sampler_us(sampler, law->kind == MX_LAW_EXPONENTIAL ? 1 - u : u);
        assert_true(sample_us >= last_us);
        last_us = sample_us;
        sum_us += (double)sample_us;
    }
    mx_sampler_destroy(sampler);
    return sum_us / SAMPLES;
}

static void laws_have_their_means(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < MX_LAW_KIND_COUNT; kind++) {
        for (double cv = 0; cv < 3; cv += 0.5) {
            const struct mx_law law = {(enum mx_law_kind)kind, MX_SECOND_US, cv};
            const double mean_us = mean_and_check_order(&law);
            assert_true(fabs(mean_us / (double)MX_SECOND_US - 1) < (cv > 1 ? 3e-3 : 2e-4));
        }
    }
}

static void lognormal_is_gsl_s(void **unused)
{
    (void)unused;
    const double cvs[] = {0.1, 0.5, 1, 2, 5};
    for (size_t c = 0; c < sizeof cvs / sizeof cvs[0]; c++) {
        const struct mx_law law = {MX_LAW_LOGNORMAL, MX_HOUR_US, cvs[c]};
        const double sigma = sqrt(log1p(cvs[c] * cvs[c]));
        const double zeta = log((double)MX_HOUR_US) - sigma * sigma / 2;
        struct mx_sampler *sampler = mx_sampler_create(&law);
        for (int i = 0; i < 20000; i++) {
            const double u = random_u();
            const double exact_us = gsl_cdf_lognormal_Pinv(u, zeta, sigma);
            assert_true(fabs((double)mx_sampler_us(sampler, u) / exact_us - 1) < 2e-3);
        }
        mx_sampler_destroy(sampler);
    }
}

static void exponential_is_exact(void **unused)
{
    (void)unused;
    const struct mx_law law = {MX_LAW_EXPONENTIAL, 36 * MX_HOUR_US, 0};
    struct mx_sampler *sampler = mx_sampler_create(&law);
    for (int i = 0; i < 20000; i++) {
        const double u = random_u();
        const double exact_us = -36 * (double)MX_HOUR_US * log(u);
        assert_true(fabs((double)mx_sampler_us(sampler, u) - exact_us) <= 0.51 + exact_us * 1e-14);
    }
    mx_sampler_destroy(sampler);
}

/* Scaling the mean scales the samples, up to the rounding to whole microseconds. */
static void scaled_laws_give_scaled_samples(void **unused)
{
    (void)unused;
    const struct mx_law law = {MX_LAW_LOGNORMAL, 500000, 0.5};
    const struct mx_law scaled = {MX_LAW_LOGNORMAL, 3500000, 0.5};
    struct mx_sampler *a = mx_sampler_create(&law);
    struct mx_sampler *b = mx_sampler_create(&scaled);
    for (int i = 0; i < 20000; i++) {
        const double u = random_u();
        assert_in_range(mx_sampler_us(b, u) + 4 - 7 * mx_sampler_us(a, u), 0, 8);
    }
    mx_sampler_destroy(a);
    mx_sampler_destroy(b);
}

static void long_durations_do_not_overflow(void **unused)
{
    (void)unused;
    for (int kind = 0; kind < MX_LAW_KIND_COUNT; kind++) {
        const struct mx_law law = {(enum mx_law_kind)kind, INT64_MAX, 1000};
        struct mx_sampler *sampler = mx_sampler_create(&law);
        const int64_t low_us = mx_sampler_us(sampler, 0x1p-54);
        const int64_t high_us = mx_sampler_us(sampler, 1 - 0x1p-53);
        assert_true(low_us >= 0 && high_us >= 0);
        assert_true(low_us <= 2 * MX_HORIZON_US_MAX && high_us <= 2 * MX_HORIZON_US_MAX);
        assert_true(low_us > MX_HORIZON_US_MAX || high_us > MX_HORIZON_US_MAX);
        mx_sampler_destroy(sampler);
        const struct mx_law nothing = {(enum mx_law_kind)kind, 0, 0.5};
        sampler = mx_sampler_create(&nothing);
        assert_int_equal(mx_sampler_us(sampler, 0.9), 0);
        mx_sampler_destroy(sampler);
    }
    mx_sampler_destroy(NULL);
    assert_string_equal(mx_law_kind_name(MX_LAW_LOGNORMAL), "lognormal");
}

/* Several at a time: the same bits, for any count, over all normal numbers and over uniforms. */
static void many_logs_are_each_log(void **unused)
{
    (void)unused;
    for (size_t count = 0; count < 70; count++) {
        double x[70], many[70];
        for (size_t i = 0; i < count; i++) {
            const double u = random_u();
            x[i] = i % 2 == 0 ? u : ldexp(0.5 + u / 2, (int)(random_u() * 2000) - 1000);
            many[i] = x[i];
        }
        mx_log_many(many, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(bits_of(many[i]), bits_of(mx_log(x[i])));
        }
    }
    double ends[4] = {0x1p-1022, 0x1.fffffffffffffp1023, 1, 0x1.6a09e667f3bcdp-1};
    const double before[4] = {ends[0], ends[1], ends[2], ends[3]};
    mx_log_many(ends, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(bits_of(ends[i]), bits_of(mx_log(before[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_logs_are_each_log),
        cmocka_unit_test(exp_is_right_to_the_last_bits),
        cmocka_unit_test(log_is_right_to_the_last_bits),
        cmocka_unit_test(normal_quantile_is_gsl_s),
        cmocka_unit_test(bits_never_change),
        cmocka_unit_test(laws_have_their_means),
        cmocka_unit_test(lognormal_is_gsl_s),
        cmocka_unit_test(exponential_is_exact),
        cmocka_unit_test(scaled_laws_give_scaled_samples),
        cmocka_unit_test(long_durations_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
