// SPDX-License-Identifier: GPL-3.0-or-later
/* test_steady.c - MSER-5 against its definition and by hand; the cut and the batches of a run. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/units.h"
#include "sim/base/random.h"
#include "sim/stats/steady.h"
#include "tests/support_results.h"

static double uniform(uint64_t i)
{
    const struct mx_stream stream = mx_stream_make(11, 0, 3);

    return ((double)(mx_draw(&stream, i, 0, MX_DRAW_NOISE).word[0] >> 11) + 0.5) * 0x1p-53;
}

/* Batch means 10, 2, 1, 3, 2, 2. After cutting d of them, sum of squares over (6 - d)^2: d = 0:
 * 55.333 / 36 = 1.537, 1: 2 / 25 = .08, 2: 2 / 16 = .125, 3: .667 / 9 = .074. The least is at the
 * middle: no cut to be trusted. With 2, 2, 2, 2 more: 1: 2 / 81 = .025, 2: 2 / 64 = .031, 3:
 * .857 / 49 = .017, 4: 0, 5: 0. Cut after the fourth, the earliest of the least. */
static void test_by_hand(void **state)
{
    static const double means[] = {10, 2, 1, 3, 2, 2, 2, 2, 2, 2};
    double values[50];
    bool is_found;

    (void)state;
    for (size_t i = 0; i < 50; i++) {
        values[i] = means[i / 5] + (i % 5 == 0 ? 4 : -1); /* within a batch: no matter */
    }
    assert_int_equal(mx_mser5(values, 30, &is_found), 15);
    assert_false(is_found);
    assert_int_equal(mx_mser5(values, 50, &is_found), 20);
    assert_true(is_found);
}

/* x' = f x + noise forgets like (1 + f) / (1 - f) values; what does not vary has nothing to forget,
 * also where a mean of equal values is rounded. */
static void test_memory(void **state)
{
    static double values[20000];

    (void)state;
    for (int tenths = 0; tenths <= 9; tenths += 3) {
        double f = tenths / 10.0, exact = (1 + f) / (1 - f), memory;

        values[0] = 0;
        for (size_t i = 1; i < 20000; i++) {
            values[i] = f * values[i - 1] + uniform(i) - 0.5;
        }
        memory = mx_memory_of(values, 20000);
        assert_true(memory > 0.8 * exact && memory < 1.25 * exact);
    }
    for (size_t i = 0; i < 1000; i++) {
        values[i] = 0.1;
    }
    assert_true(mx_memory_of(values, 1000) == 0);
    assert_true(mx_steady_is_short(&(struct mx_steady){.batch_us = 199, .memory_us = 10}));
    assert_false(mx_steady_is_short(&(struct mx_steady){.batch_us = 200, .memory_us = 10}));
}

/* The definition, summed anew for each cut. */
static size_t slow_mser5(const double *values, size_t count)
{
    size_t n = count / 5, best = 0;
    double least = INFINITY;

    for (size_t d = 0; d <= n / 2; d++) {
        double mean = 0, squares = 0, kept = (double)(n - d);

        for (size_t i = 5 * d; i < 5 * n; i++) {
            mean += values[i] / (5 * kept);
        }
        for (size_t b = d; b < n; b++) {
            double z = 0;

            for (size_t i = 0; i < 5; i++) {
                z += values[5 * b + i] / 5;
            }
            squares += (z - mean) * (z - mean);
        }
        if (squares / (kept * kept) < least) {
            least = squares / (kept * kept);
            best = d;
        }
    }
    return 5 * best;
}

/* A start that decays over 1 to 200 values, noise about it; 300 series. */
static void test_definition(void **state)
{
    double values[2003];
    size_t found_count = 0;

    (void)state;
    for (uint64_t s = 0; s < 300; s++) {
        double decay = 1 + 200 * uniform(s), height = 10 * uniform(1000 + s);
        size_t count = 100 + (size_t)(1900 * uniform(2000 + s)), cut;
        bool is_found;

        for (size_t i = 0; i < count; i++) {
            values[i] = height * exp(-(double)i / decay) + uniform(10000 * (s + 1) + i);
        }
        cut = mx_mser5(values, count, &is_found);
        assert_int_equal(cut, slow_mser5(values, count));
        assert_true(is_found == (cut < count / 5 / 2 * 5));
        found_count += is_found;
    }
    assert_in_range(found_count, 200, 299); /* both ends are seen */
}

static void test_small_and_equal(void **state)
{
    double values[100];
    bool is_found;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        values[i] = 0.1;
    }
    assert_int_equal(mx_mser5(values, 100, &is_found), 0);
    assert_true(is_found);
    assert_int_equal(mx_mser5(values, 19, &is_found), 0);
    assert_false(is_found);
    for (size_t i = 0; i < 100; i++) {
        values[i] = (double)i; /* drifts for ever */
    }
    assert_int_equal(mx_mser5(values, 100, &is_found), 50);
    assert_false(is_found);
}

/* A provider whose delay starts ten times as long for an hour of ten; the other one is steady. */
static void test_cut_of_a_run(void **state)
{
    struct mx_observation_sizes sizes = {.campaign_count = 1,
                                         .provider_count = 2,
                                         .ip_count = 1,
                                         .horizon_us = 11 * MX_HOUR_US,
                                         .series_every_us = MX_HOUR_US,
                                         .sample_every_us = MX_HOUR_US,
                                         .creation_every_us = 10 * MX_SECOND_US};
    struct mx_observation *o = mx_observation_create(&sizes);
    struct mx_steady steady;

    (void)state;
    assert_non_null(o);
    for (size_t b = 0; b < 3600; b++) {
        for (uint32_t p = 0; p < 2; p++) {
            double slow = p == 1 && b < 360 ? 10 : 1;

            o->creations[b * 2 + p] = (struct mx_creation_bin){
                .sent = 5,
                .delivered = 5,
                .attempts = 5,
                .ttd_us_sum = (uint64_t)(slow * 5e6 * (1 + uniform(b * 2 + p)))};
        }
    }
    assert_true(mx_steady_find(o, &steady));
    assert_true(steady.is_found);
    assert_int_equal(steady.metric, MX_METRIC_TIME_TO_DELIVER_MEAN_S);
    /* to a batch of five values of two bins */
    assert_in_range(steady.cut_us, MX_HOUR_US, MX_HOUR_US + 20 * MX_MINUTE_US);
    assert_int_equal(steady.end_us, 3599 * 10 * MX_SECOND_US);
    assert_int_equal(steady.batch_us, (steady.end_us - steady.cut_us) / MX_STEADY_BATCHES);
    for (size_t b = 20; b < 3600; b++) {
        o->creations[b * 2].sent = o->creations[b * 2 + 1].sent = 0; /* too few of them */
    }
    assert_true(mx_steady_find(o, &steady));
    assert_false(steady.is_found);
    mx_observation_destroy(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_definition), cmocka_unit_test(test_small_and_equal),
        cmocka_unit_test(test_cut_of_a_run)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
