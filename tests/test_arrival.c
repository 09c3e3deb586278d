// SPDX-License-Identifier: GPL-3.0-or-later
/* test_arrival.c - creation times: even spacing, shapes, Poisson streams, huge counts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "models/arrival.h"
#include "models/units.h"

static uint64_t random_state = 2685821657736338717U;

static double random_u(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return ((double)(random_state >> 12) + 0.5) * 0x1p-52;
}

static struct mx_arrival_shape *flat(int64_t window_us, bool poisson)
{
    const int64_t edges_us[] = {0, window_us};
    const double weight = 3;
    struct mx_arrival_shape *shape = mx_arrival_shape_create(1, edges_us, &weight, poisson);
    assert_non_null(shape);
    assert_int_equal(mx_arrival_is_poisson(shape), poisson);
    return shape;
}

static void steady_messages_stand_evenly(void **unused)
{
    (void)unused;
    struct mx_arrival_shape *shape = flat(MX_HOUR_US, false);
    struct mx_arrival arrival;
    mx_arrival_init(&arrival, shape, 7, 3600, 0.5);
    for (int64_t i = 0; i < 3600; i++) {
        assert_int_equal(arrival.index, i);
        assert_int_equal(arrival.next_us, 7 + i * MX_SECOND_US + MX_SECOND_US / 2);
        mx_arrival_advance(&arrival, 0.5);
    }
    assert_int_equal(arrival.next_us, MX_NEVER);
    mx_arrival_advance(&arrival, 0.5);
    assert_int_equal(arrival.next_us, MX_NEVER);
    mx_arrival_init(&arrival, shape, 7, 0, 0.5);
    assert_int_equal(arrival.next_us, MX_NEVER);
    mx_arrival_init(&arrival, shape, 7, 1, 0.5);
    assert_int_equal(arrival.next_us, 7 + MX_HOUR_US / 2);
    mx_arrival_shape_destroy(shape);
    mx_arrival_shape_destroy(NULL);
}

/* An empty first piece, a gap, a spike of three times the rate. */
static void pieces_get_their_shares(void **unused)
{
    (void)unused;
    const int64_t m = MX_MINUTE_US;
    const int64_t edges_us[] = {5 * m, 10 * m, 20 * m, 30 * m, 40 * m, 50 * m};
    const double weights[] = {0, 1, 0, 3, 0};
    struct mx_arrival_shape *shape = mx_arrival_shape_create(5, edges_us, weights, false);
    struct mx_arrival arrival;
    uint64_t counts[5] = {0};
    int64_t last_us = 0;
    mx_arrival_init(&arrival, shape, 0, 400000, 0.5);
    for (; arrival.next_us != MX_NEVER; mx_arrival_advance(&arrival, 0.5)) {
        assert_true(arrival.next_us >= last_us);
        last_us = arrival.next_us;
        for (int k = 0; k < 5; k++) {
            counts[k] += arrival.next_us >= edges_us[k] && arrival.next_us < edges_us[k + 1];
        }
    }
    assert_int_equal(counts[1], 100000);
    assert_int_equal(counts[3], 300000);
    assert_int_equal(counts[0] + counts[2] + counts[4], 0);
    mx_arrival_shape_destroy(shape);
}

/* Message i of n stands where the cumulated intensity is (i + 1/2) / n, whatever the pieces. */
static void random_shapes_follow_their_intensity(void **unused)
{
    (void)unused;
    for (int run = 0; run < 200; run++) {
        int64_t edges_us[33] = {(int64_t)(random_u() * 1e7)};
        double weights[32];
        double sum = 0;
        const uint32_t pieces = 1 + (uint32_t)(random_u() * 32);
        for (uint32_t k = 0; k < pieces; k++) {
            edges_us[k + 1] = edges_us[k] + 1 + (int64_t)(random_u() * 1e9);
            weights[k] = random_u() < 0.2 ? 0 : random_u();
            sum += weights[k];
        }
        if (sum <= 0) {
            continue;
        }
        struct mx_arrival_shape *shape = mx_arrival_shape_create(pieces, edges_us, weights, false);
        struct mx_arrival arrival;
        const uint64_t n = 1 + (uint64_t)(random_u() * 3000);
        mx_arrival_init(&arrival, shape, 0, n, 0.5);
        for (uint64_t i = 0; i < n; i++, mx_arrival_advance(&arrival, 0.5)) {
            double share = ((double)i + 0.5) / (double)n * sum;
            uint32_t k = 0;
            for (; k + 1 < pieces && share >= weights[k]; k++) {
                share -= weights[k];
            }
            const double exact_us =
                (double)edges_us[k] + share / weights[k] * (double)(edges_us[k + 1] - edges_us[k]);
            assert_true(fabs((double)arrival.next_us - exact_us) < 2);
        }
        assert_int_equal(arrival.next_us, MX_NEVER);
        mx_arrival_shape_destroy(shape);
    }
}

/* A Poisson stream of 200000 in an hour: gaps are exponential (Kolmogorov-Smirnov distance below
 * 1.95 / sqrt(n): 0.1 %), counts per second vary as they should. */
static void poisson_gaps_are_exponential(void **unused)
{
    (void)unused;
    enum { COUNT = 200000 };
    struct mx_arrival_shape *shape = flat(MX_HOUR_US, true);
    struct mx_arrival arrival;
    const double mean_us = (double)MX_HOUR_US / COUNT;
    static uint32_t gaps[200];
    int64_t last_us = 0;
    mx_arrival_init(&arrival, shape, 0, COUNT, random_u());
    for (; arrival.next_us != MX_NEVER; mx_arrival_advance(&arrival, random_u())) {
        const double gap = (double)(arrival.next_us - last_us);
        assert_true(gap >= 0);
        last_us = arrival.next_us;
        const double cell = gsl_cdf_exponential_P(gap, mean_us) * 200;
        gaps[(int)cell]++;
    }
    uint64_t before = 0;
    for (int i = 0; i < 200; i++) {
        before += gaps[i];
        assert_true(fabs((double)before / COUNT - (i + 1) / 200.0) < 1.95 / sqrt(COUNT));
    }
    /* its end is random: the time of the last has standard deviation sqrt(n) gaps */
    assert_true(fabs((double)(last_us - MX_HOUR_US)) < 4 * mean_us * sqrt(COUNT));
    mx_arrival_shape_destroy(shape);
}

/* u chosen so that every gap is twice the mean: half the messages come after the window. */
static void after_the_end_the_mean_rate_goes_on(void **unused)
{
    (void)unused;
    const int64_t edges_us[] = {0, MX_HOUR_US, 2 * MX_HOUR_US};
    const double weights[] = {3, 1};
    struct mx_arrival_shape *shape = mx_arrival_shape_create(2, edges_us, weights, true);
    struct mx_arrival arrival;
    const double u = exp(-2);
    mx_arrival_init(&arrival, shape, 0, 7200, u);
    int64_t last_us = 0;
    for (uint64_t i = 0; i < 7200; i++, mx_arrival_advance(&arrival, u)) {
        if (i > 3600) {
            assert_in_range(arrival.next_us - last_us, 2 * MX_SECOND_US - 1, 2 * MX_SECOND_US + 1);
        }
        last_us = arrival.next_us;
    }
    assert_in_range(last_us, 4 * MX_HOUR_US - 2, 4 * MX_HOUR_US + 2);
    mx_arrival_shape_destroy(shape);
}

/* 2^40 messages in 400 days: the state is set as if most had been walked already. */
static void huge_counts_keep_their_precision(void **unused)
{
    (void)unused;
    const uint64_t n = UINT64_C(1) << 40;
    const double gap_us = (double)MX_HORIZON_US_MAX / (double)n;
    for (int poisson = 0; poisson < 2; poisson++) {
        struct mx_arrival_shape *shape = flat(MX_HORIZON_US_MAX, poisson == 1);
        struct mx_arrival arrival;
        mx_arrival_init(&arrival, shape, 0, n, exp(-0.5));
        arrival.index = n - 1000001;
        const double u = exp(-1);
        int64_t last_us = 0;
        for (uint64_t i = n - 1000000; i < n; i++) {
            mx_arrival_advance(&arrival, u);
            assert_int_equal(arrival.index, i);
            assert_true(arrival.next_us >= last_us);
            last_us = arrival.next_us;
            const double from_end_us = ((double)(n - i) - 0.5) * gap_us;
            assert_true(fabs((double)(MX_HORIZON_US_MAX - last_us) - from_end_us) < 2);
        }
        mx_arrival_shape_destroy(shape);
    }
}

/* In blocks of any length: the same times as one by one, to the end and past the window. */
static void blocks_are_the_same_messages(void **unused)
{
    (void)unused;
    const int64_t edges_us[] = {0, MX_HOUR_US, 2 * MX_HOUR_US, 5 * MX_HOUR_US};
    const double weights[] = {1, 0, 3};
    for (int poisson = 0; poisson < 2; poisson++) {
        struct mx_arrival_shape *shape = mx_arrival_shape_create(3, edges_us, weights, poisson);
        struct mx_arrival one, blocks;
        double u = random_u();
        assert_non_null(shape);
        mx_arrival_init(&one, shape, 11, 1000, u);
        mx_arrival_init(&blocks, shape, 11, 1000, u);
        for (size_t done = 0, length = 1; done < 1000; done += length, length = length % 64 + 1) {
            double us[64];
            int64_t created_us[64];
            length = length < 1000 - done ? length : 1000 - done;
            for (size_t i = 0; i < length; i++) {
                us[i] = random_u();
            }
            const double first = us[0];
            struct mx_arrival start = one;
            for (size_t i = 0; i < length; i++) {
                mx_arrival_advance(&one, us[i]);
            }
            mx_arrival_take(&blocks, us, length, created_us);
            assert_int_equal(created_us[0], start.next_us);
            if (length > 1) {
                mx_arrival_advance(&start, first);
                assert_int_equal(created_us[1], start.next_us);
            }
            assert_int_equal(blocks.next_us, one.next_us);
            assert_int_equal(blocks.index, one.index);
        }
        assert_int_equal(blocks.next_us, MX_NEVER);
        mx_arrival_shape_destroy(shape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_the_same_messages),
        cmocka_unit_test(steady_messages_stand_evenly),
        cmocka_unit_test(pieces_get_their_shares),
        cmocka_unit_test(random_shapes_follow_their_intensity),
        cmocka_unit_test(poisson_gaps_are_exponential),
        cmocka_unit_test(after_the_end_the_mean_rate_goes_on),
        cmocka_unit_test(huge_counts_keep_their_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
