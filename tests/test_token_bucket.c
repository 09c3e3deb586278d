// SPDX-License-Identifier: GPL-3.0-or-later
/* test_token_bucket.c - exact counts for greedy senders, closed forms for Poisson ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "models/token_bucket.h"

struct test_bucket {
    struct mx_bucket_rule rule;
    struct mx_bucket bucket;
};

static void start(struct test_bucket *b, double count, int64_t period_us, double depth,
                  enum mx_bucket_kind kind)
{
    const struct mx_rate rate = {count, period_us};

    mx_bucket_prepare(&b->rule, &rate, depth, kind);
    mx_bucket_init(&b->rule, &b->bucket);
}

static bool ask(struct test_bucket *b, int64_t now_us)
{
    mx_bucket_fill(&b->rule, &b->bucket, now_us);
    if (!mx_bucket_has(&b->rule, &b->bucket))
        return false;
    mx_bucket_take(&b->rule, &b->bucket);
    return true;
}

/* Whole count n and depth d: floor(d + n t / period), in whole numbers. */
static uint64_t greedy_share(uint64_t count, int64_t period_us, uint64_t depth, int64_t t_us)
{
    return depth + (uint64_t)((mx_u128)count * (uint64_t)t_us / (uint64_t)period_us);
}

/* At every look a greedy sender has had floor(b + r t), neither one more nor one less. */
static void greedy(uint64_t count, int64_t period_us, uint64_t depth, enum mx_bucket_kind kind,
                   unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    struct test_bucket b;
    uint64_t got = 0;
    /* never full between two looks, so that nothing is lost */
    int64_t gap_us_max = (int64_t)(depth - 1) * period_us / (int64_t)count;

    if (gap_us_max > 20 * period_us / (int64_t)count)
        gap_us_max = 20 * period_us / (int64_t)count;
    gsl_rng_set(rng, seed);
    start(&b, (double)count, period_us, (double)depth, kind);
    for (int64_t t_us = 0, i = 0; i < 100000; i++) {
        while (ask(&b, t_us))
            got++;
        assert_int_equal(got, greedy_share(count, period_us, depth, t_us));
        t_us += (int64_t)gsl_rng_uniform_int(rng, (unsigned long)gap_us_max + 1);
    }
    gsl_rng_free(rng);
}

static void test_greedy_sender(void **state)
{
    (void)state;
    for (int kind = 0; kind < MX_BUCKET_KIND_COUNT; kind++) {
        greedy(20, MX_HOUR_US, 20, (enum mx_bucket_kind)kind, 1);
        greedy(7, MX_SECOND_US, 2, (enum mx_bucket_kind)kind, 2);
        greedy(3, MX_SECOND_US, 5, (enum mx_bucket_kind)kind, 3);
        greedy(3000000, MX_DAY_US, 3000000, (enum mx_bucket_kind)kind, 4);
        greedy(999983, 60 * MX_SECOND_US, 10, (enum mx_bucket_kind)kind, 5);
        greedy(1, 1, 3, (enum mx_bucket_kind)kind, 6);
    }
}

static void test_fractions(void **state)
{
    struct test_bucket b;
    uint64_t got = 0;

    (void)state;
    /* 2.5 an hour from full, depth 2.5: 2 at once, the third at 12 min, then every 24 min */
    start(&b, 2.5, MX_HOUR_US, 0, MX_BUCKET_CONTINUOUS);
    assert_true(ask(&b, 0) && ask(&b, 0) && !ask(&b, 0));
    assert_false(ask(&b, 12 * MX_MINUTE_US - 1));
    assert_true(ask(&b, 12 * MX_MINUTE_US));
    assert_false(ask(&b, 36 * MX_MINUTE_US - 1));
    assert_true(ask(&b, 36 * MX_MINUTE_US));
    /* 0.1 a second over 10^7 s: a million more than the first, to the message */
    start(&b, 0.1, MX_SECOND_US, 0, MX_BUCKET_CONTINUOUS);
    for (int64_t t_us = 0; t_us <= 10000000 * MX_SECOND_US; t_us += MX_SECOND_US)
        got += ask(&b, t_us);
    assert_true(got == 1000001 || got == 1000000);
    /* less than one a period still holds one message */
    start(&b, 0.25, MX_HOUR_US, 0, MX_BUCKET_PERIODIC);
    assert_true(ask(&b, 0));
    assert_false(ask(&b, 4 * MX_HOUR_US - 1));
    assert_true(ask(&b, 4 * MX_HOUR_US));
}

static void test_never_more_than_the_depth(void **state)
{
    struct test_bucket b;

    (void)state;
    for (int kind = 0; kind < MX_BUCKET_KIND_COUNT; kind++) {
        start(&b, 100, MX_SECOND_US, 10, (enum mx_bucket_kind)kind);
        for (int64_t t_us = 0; t_us < MX_HORIZON_US_MAX; t_us += MX_HORIZON_US_MAX / 7) {
            int got = 0;

            while (ask(&b, t_us))
                got++;
            assert_int_equal(got, 10);
        }
    }
}

/* Tokens of a periodic bucket come at multiples of period / count since time 0, also after any
 * time of standing full: against counting them one by one. */
static void test_periodic_phase(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    const uint64_t counts[] = {1, 3, 7, 10, 333};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        uint64_t tokens = 4, seen = 0;
        struct test_bucket b;
        int64_t t_us = 0;

        start(&b, (double)counts[c], 1000, 4, MX_BUCKET_PERIODIC);
        for (int i = 0; i < 200000; i++) {
            uint64_t come = (uint64_t)t_us * counts[c] / 1000;
            bool expected;

            tokens = tokens + (come - seen) < 4 ? tokens + (come - seen) : 4;
            seen = come;
            expected = tokens > 0;
            assert_int_equal(ask(&b, t_us), expected);
            tokens -= expected;
            assert_int_equal((int)mx_bucket_tokens(&b.rule, &b.bucket), tokens);
            t_us += (int64_t)gsl_rng_uniform_int(rng, i % 100 == 0 ? 100000 : 300);
        }
    }
    gsl_rng_free(rng);
}

/* Share of Poisson arrivals that a bucket of depth b with periodic whole tokens refuses: the
 * stationary chain of tokens seen after each token's arrival, solved by hand below. One token per
 * unit of time; a: arrivals per unit. x -> min(b, max(0, x - Poisson(a)) + 1). */
static double refused_share(double a, int b)
{
    double p[64] = {0}, q[64], passed = 0.0;

    p[b] = 1.0;
    for (int step = 0; step < 10000; step++) {
        for (int x = 0; x <= b; x++)
            q[x] = 0.0;
        for (int x = 1; x <= b; x++) {
            double rest = 1.0;

            for (int k = 0; k < x; k++) {
                double w = exp(-a + k * log(a) - lgamma(k + 1.0));

                q[x - k + 1 < b ? x - k + 1 : b] += p[x] * w;
                rest -= w;
            }
            q[1] += p[x] * rest;
        }
        for (int x = 0; x <= b; x++)
            p[x] = q[x];
    }
    for (int x = 1; x <= b; x++) {
        double rest = 1.0;

        for (int k = 0; k < x; k++) {
            double w = exp(-a + k * log(a) - lgamma(k + 1.0));

            passed += p[x] * w * k;
            rest -= w;
        }
        passed += p[x] * rest * x;
    }
    return 1.0 - passed / a;
}

static void test_poisson_arrivals(void **state)
{
    /* load, depth, refused share as published to ten digits */
    const struct {
        double load;
        int depth;
        double refused;
    } rows[] = {{0.5, 1, 0.2130613194},
                {0.8, 5, 0.0279313312},
                {1.0, 10, 0.0483870968},
                {1.5, 20, 0.3333333397}};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const int n = 1500000;
        struct test_bucket b;
        double t_us = 0.0;
        int refused = 0;

        assert_true(fabs(refused_share(rows[r].load, rows[r].depth) - rows[r].refused) < 2e-9);
        start(&b, 10, MX_SECOND_US, rows[r].depth, MX_BUCKET_PERIODIC);
        for (int i = 0; i < n; i++) {
            t_us += gsl_ran_exponential(rng, 100000.0 / rows[r].load);
            refused += !ask(&b, (int64_t)t_us);
        }
        /* refusals come in runs: five times what independent ones would spread */
        assert_true(fabs((double)refused / n - rows[r].refused) <
                    5.0 * 5.0 * sqrt(rows[r].refused * (1.0 - rows[r].refused) / n));
    }
    gsl_rng_free(rng);
}

/* All durations times k: the same decisions. */
static void test_scaling(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    const double counts[] = {20, 7, 2.5, 0.1, 33.3};

    (void)state;
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (int kind = 0; kind < MX_BUCKET_KIND_COUNT; kind++) {
            struct test_bucket a, b;
            int64_t t_us = 0;

            start(&a, counts[c], MX_SECOND_US, 0, (enum mx_bucket_kind)kind);
            start(&b, counts[c], 7 * MX_SECOND_US, 0, (enum mx_bucket_kind)kind);
            for (int i = 0; i < 50000; i++) {
                assert_int_equal(ask(&a, t_us), ask(&b, 7 * t_us));
                t_us += (int64_t)gsl_rng_uniform_int(rng, 100000);
            }
        }
    }
    gsl_rng_free(rng);
}

static void test_change(void **state)
{
    const struct mx_rate low = {10, MX_HOUR_US}, high = {1000, MX_DAY_US}, none = {0, 0};
    struct mx_bucket_rule rules[3];
    struct mx_bucket bucket;

    (void)state;
    for (int kind = 0; kind < MX_BUCKET_KIND_COUNT; kind++) {
        mx_bucket_prepare(&rules[0], &low, 0, (enum mx_bucket_kind)kind);
        mx_bucket_prepare(&rules[1], &high, 0, (enum mx_bucket_kind)kind);
        mx_bucket_prepare(&rules[2], &none, 0, (enum mx_bucket_kind)kind);
        mx_bucket_init(&rules[1], &bucket);
        mx_bucket_change(&rules[1], &rules[0], &bucket, MX_HOUR_US + 1);
        assert_true(mx_bucket_tokens(&rules[0], &bucket) == 10.0);
        mx_bucket_take(&rules[0], &bucket);
        mx_bucket_change(&rules[0], &rules[1], &bucket, MX_HOUR_US + 1);
        assert_true(fabs(mx_bucket_tokens(&rules[1], &bucket) - 9.0) < 1e-9);
        mx_bucket_change(&rules[1], &rules[2], &bucket, MX_HOUR_US + 2);
        mx_bucket_fill(&rules[2], &bucket, MX_HOUR_US + 3);
        assert_true(mx_bucket_has(&rules[2], &bucket));
        mx_bucket_change(&rules[2], &rules[0], &bucket, 2 * MX_HOUR_US);
        assert_true(mx_bucket_tokens(&rules[0], &bucket) == 10.0);
    }
}

/* A periodic bucket's tokens keep their places in time when its rule changes. */
static void test_phase_after_a_change(void **state)
{
    const struct mx_rate low = {1, 1000}, high = {1, 10};
    struct mx_bucket_rule rules[2];
    struct mx_bucket bucket;

    (void)state;
    mx_bucket_prepare(&rules[0], &low, 3, MX_BUCKET_PERIODIC);
    mx_bucket_prepare(&rules[1], &high, 3, MX_BUCKET_PERIODIC);
    mx_bucket_init(&rules[1], &bucket);
    mx_bucket_change(&rules[1], &rules[0], &bucket, 1700);
    for (int i = 0; i < 3; i++)
        mx_bucket_take(&rules[0], &bucket);
    mx_bucket_fill(&rules[0], &bucket, 1999);
    assert_false(mx_bucket_has(&rules[0], &bucket));
    mx_bucket_fill(&rules[0], &bucket, 2000);
    assert_true(mx_bucket_has(&rules[0], &bucket));
}

/* Against 128-bit division, near whole tokens and far beyond what a double holds exactly. */
static void test_spill(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct mx_bucket_rule rule = {.gain = 1, .periodic = true};
        mx_u128 excess;

        rule.token = 1 + gsl_rng_uniform_int(rng, i % 2 == 0 ? 10 : 4000000000);
        rule.full = rule.token * gsl_rng_uniform_int(rng, 1000);
        excess = ((mx_u128)gsl_rng_get(rng) << 30 | gsl_rng_get(rng)) * rule.token;
        excess += gsl_rng_uniform_int(rng, 3);
        if (excess > 0)
            excess--;
        assert_true(mx_bucket_spill(&rule, rule.full + excess) == rule.full + excess % rule.token);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greedy_sender),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_never_more_than_the_depth),
        cmocka_unit_test(test_periodic_phase),
        cmocka_unit_test(test_poisson_arrivals),
        cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_phase_after_a_change),
        cmocka_unit_test(test_spill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
