// SPDX-License-Identifier: GPL-3.0-or-later
/* test_human_text.c - numbers as people read them, and how wide they get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "models/units.h"
#include "sim/result/human_text.h"

#define SAYS(call, text) assert_string_equal((call).s, text)

static void test_counts(void **state)
{
    (void)state;
    SAYS(mx_human_count(0), "0");
    SAYS(mx_human_count(999), "999");
    SAYS(mx_human_count(1000), "1,000");
    SAYS(mx_human_count(12345678.6), "12,345,679");
    SAYS(mx_human_count((double)NAN), "-");
    SAYS(mx_human_count_short(0), "0");
    SAYS(mx_human_count_short(0.001), "<0.01");
    SAYS(mx_human_count_short(0.354), "0.35");
    SAYS(mx_human_count_short(38.66), "38.7");
    SAYS(mx_human_count_short(38), "38");
    SAYS(mx_human_count_short(99999), "99,999");
    SAYS(mx_human_count_short(99999.7), "100.0k");
    SAYS(mx_human_count_short(123449), "123.4k");
    SAYS(mx_human_count_short(999999), "1.00M");
    SAYS(mx_human_count_short(11926854), "11.93M");
    SAYS(mx_human_count_short(1.2e9), "1.20G");
    SAYS(mx_human_count_short(-1), "-");
}

static void test_percent(void **state)
{
    (void)state;
    SAYS(mx_human_percent(0), "0");
    SAYS(mx_human_percent(1), "100");
    SAYS(mx_human_percent(1 - 1e-9), "99.999");
    SAYS(mx_human_percent(1e-9), "0.001");
    SAYS(mx_human_percent(0.998341), "99.834");
    SAYS(mx_human_percent((double)NAN), "-");
    SAYS(mx_human_percent(-1), "-");
}

static void test_durations(void **state)
{
    (void)state;
    SAYS(mx_human_duration(0), "0s");
    SAYS(mx_human_duration(0.0001), "<0.01s");
    SAYS(mx_human_duration(0.354), "0.35s");
    SAYS(mx_human_duration(59.94), "59.9s");
    SAYS(mx_human_duration(59.97), "1m00s");
    SAYS(mx_human_duration(125), "2m05s");
    SAYS(mx_human_duration(3599.6), "1h00m");
    SAYS(mx_human_duration(72 * 3600.0), "72h00m");
    SAYS(mx_human_duration(1080000), "12.5d");
    SAYS(mx_human_duration((double)INFINITY), "-");
    SAYS(mx_human_span(72 * 3600.0), "72 h");
    SAYS(mx_human_span(100 * 3600.0), "4 d 4 h");
    SAYS(mx_human_span(30 * 86400.0), "30 d");
    SAYS(mx_human_span(3900), "1 h 5 min");
    SAYS(mx_human_span(2.5), "2.5 s");
    SAYS(mx_human_exact(0), "0s");
    SAYS(mx_human_exact(72 * MX_HOUR_US), "3d");
    SAYS(mx_human_exact(77 * MX_MINUTE_US), "1h 17m");
    SAYS(mx_human_exact(2 * MX_MINUTE_US + 500000), "2m 0.5s");
    SAYS(mx_human_exact(1), "1e-06s");
}

/* Columns of the tables are seven and six wide. */
static void test_widths(void **state)
{
    (void)state;
    for (double value = 1e-4; value < 1e9; value *= 1.003) {
        assert_true(strlen(mx_human_count_short(value).s) <= 7);
        assert_true(strlen(mx_human_duration(value / 10).s) <= 7);
        assert_true(value / 10 > 8.6e6 || strlen(mx_human_duration(value / 10).s) <= 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_widths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
