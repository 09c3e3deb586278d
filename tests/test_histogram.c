// SPDX-License-Identifier: GPL-3.0-or-later
/* test_histogram.c - buckets, ranks and the stated relative error. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sim/base/histogram.h"
#include "sim/base/random.h"

static void test_buckets_join_up(void **state)
{
    int64_t previous_us = -1;

    (void)state;
    for (size_t i = 0; i < MX_HISTOGRAM_SIZE; i++) {
        int64_t edge_us = mx_histogram_edge_us(i);

        assert_true(edge_us > previous_us);
        assert_int_equal(mx_histogram_index(previous_us + 1), i);
        assert_int_equal(mx_histogram_index(edge_us), i);
        previous_us = edge_us;
    }
    assert_int_equal(mx_histogram_edge_us(127), 127);
    assert_true(previous_us >= INT64_C(1) << 46);
    assert_int_equal(mx_histogram_index(INT64_MAX), MX_HISTOGRAM_SIZE - 1);
}

static void test_middle_is_near_every_value(void **state)
{
    struct mx_stream stream = mx_stream_make(1, 0, 0);
    struct mx_histogram *histogram = calloc(1, sizeof *histogram);

    (void)state;
    assert_non_null(histogram);
    for (uint64_t i = 0; i < 20000; i++) {
        struct mx_draw draw = mx_draw(&stream, i, 0, MX_DRAW_NOISE);
        int64_t value_us = (int64_t)(draw.word[0] >> (18U + draw.word[1] % 40U));
        double off;

        memset(histogram, 0, sizeof *histogram);
        mx_histogram_add(histogram, value_us);
        off = (double)(mx_histogram_at_rank(histogram, 1) - value_us);
        assert_true(off <= 0.008 * (double)value_us && -off <= 0.008 * (double)value_us);
    }
    free(histogram);
}

static void test_ranks(void **state)
{
    struct mx_histogram *histogram = calloc(1, sizeof *histogram);

    (void)state;
    assert_non_null(histogram);
    assert_int_equal(mx_histogram_at_rank(histogram, 1), -1);
    for (int64_t value_us = 1; value_us <= 100; value_us++) {
        mx_histogram_add(histogram, value_us);
    }
    assert_int_equal(mx_histogram_count(histogram), 100);
    assert_int_equal(mx_histogram_at_rank(histogram, 0), -1);
    assert_int_equal(mx_histogram_at_rank(histogram, 1), 1);
    assert_int_equal(mx_histogram_at_rank(histogram, 50), 50);
    assert_int_equal(mx_histogram_at_rank(histogram, 100), 100);
    assert_int_equal(mx_histogram_at_rank(histogram, 101), -1);
    assert_int_equal(mx_histogram_rank_of(histogram, -1), 0);
    assert_int_equal(mx_histogram_rank_of(histogram, 0), 0);
    assert_int_equal(mx_histogram_rank_of(histogram, 37), 37);
    assert_int_equal(mx_histogram_rank_of(histogram, INT64_MAX), 100);
    free(histogram);
}

static void test_nothing_is_dropped_or_wraps(void **state)
{
    struct mx_histogram *one = calloc(1, sizeof *one);
    struct mx_histogram *two = calloc(1, sizeof *two);

    (void)state;
    assert_non_null(one);
    assert_non_null(two);
    mx_histogram_add(one, INT64_MAX);
    mx_histogram_add(one, 0);
    assert_int_equal(mx_histogram_count(one), 2);
    assert_int_equal(one->bucket[MX_HISTOGRAM_SIZE - 1], 1);
    assert_false(mx_histogram_is_saturated(one));
    two->bucket[0] = UINT32_MAX - 1;
    two->bucket[5] = 7;
    mx_histogram_merge(one, two);
    assert_int_equal(one->bucket[0], UINT32_MAX);
    assert_int_equal(one->bucket[5], 7);
    mx_histogram_add(one, 0);
    assert_int_equal(one->bucket[0], UINT32_MAX);
    mx_histogram_merge(one, two);
    assert_int_equal(one->bucket[0], UINT32_MAX);
    assert_int_equal(one->bucket[5], 14);
    assert_true(mx_histogram_is_saturated(one));
    free(one);
    free(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_join_up),
        cmocka_unit_test(test_middle_is_near_every_value),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_nothing_is_dropped_or_wraps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
