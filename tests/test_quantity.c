// SPDX-License-Identifier: GPL-3.0-or-later
/* test_quantity.c - numbers with units: exact values, refusals, and text that reads back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/quantity.h"

static void check_duration(const char *text, enum mx_quantity_status status, int64_t us)
{
    int64_t got = -1;
    enum mx_quantity_status seen = mx_quantity_duration(text, &got);
    if (seen != status || got != (status == MX_QUANTITY_OK ? us : -1)) {
        fail_msg("\"%s\": %s, %lld us", text, mx_quantity_status_text(seen), (long long)got);
    }
}

static void durations_are_exact(void **state)
{
    (void)state;
    check_duration("90s", MX_QUANTITY_OK, 90 * MX_SECOND_US);
    check_duration("1.5h", MX_QUANTITY_OK, 5400 * MX_SECOND_US);
    check_duration("7d", MX_QUANTITY_OK, 7 * MX_DAY_US);
    check_duration("2m", MX_QUANTITY_OK, 120 * MX_SECOND_US);
    check_duration("0s", MX_QUANTITY_OK, 0);
    check_duration("-0s", MX_QUANTITY_OK, 0);
    check_duration("0.1s", MX_QUANTITY_OK, 100000);
    check_duration(".5ms", MX_QUANTITY_OK, 500);
    check_duration("1us", MX_QUANTITY_OK, 1);
    check_duration("1e3ms", MX_QUANTITY_OK, MX_SECOND_US);
    check_duration("0.000001000000s", MX_QUANTITY_OK, 1);
    check_duration("358971765814us", MX_QUANTITY_OK, INT64_C(358971765814));
    check_duration("4611686018427387903us", MX_QUANTITY_OK, INT64_MAX / 2);
}

static void durations_refuse(void **state)
{
    (void)state;
    check_duration("", MX_QUANTITY_NOT_A_NUMBER, 0);
    check_duration("h", MX_QUANTITY_NOT_A_NUMBER, 0);
    check_duration(".s", MX_QUANTITY_NOT_A_NUMBER, 0);
    check_duration("nan", MX_QUANTITY_NOT_A_NUMBER, 0);
    check_duration("infs", MX_QUANTITY_NOT_A_NUMBER, 0);
    check_duration(" 1s", MX_QUANTITY_NOT_A_NUMBER, 0);
    check_duration("0x10s", MX_QUANTITY_UNIT, 0);
    check_duration("72", MX_QUANTITY_UNIT, 0);
    check_duration("72 h", MX_QUANTITY_UNIT, 0);
    check_duration("72hours", MX_QUANTITY_UNIT, 0);
    check_duration("72H", MX_QUANTITY_UNIT, 0);
    check_duration("1h30m", MX_QUANTITY_UNIT, 0);
    check_duration("5%", MX_QUANTITY_UNIT, 0);
    check_duration("1,5h", MX_QUANTITY_UNIT, 0);
    check_duration("-1h", MX_QUANTITY_NEGATIVE, 0);
    check_duration("0.5us", MX_QUANTITY_FRACTION, 0);
    check_duration("1e-9s", MX_QUANTITY_FRACTION, 0);
    check_duration("4611686018427387904us", MX_QUANTITY_RANGE, 0);
    check_duration("1e30d", MX_QUANTITY_RANGE, 0);
    check_duration("1e400s", MX_QUANTITY_RANGE, 0);
    check_duration("1e99999999999999999999s", MX_QUANTITY_RANGE, 0);
    check_duration("123456789012345678901234us", MX_QUANTITY_DIGITS, 0);
}

static void check_count(const char *text, enum mx_quantity_status status, uint64_t count)
{
    uint64_t got = 12345;
    enum mx_quantity_status seen = mx_quantity_count(text, &got);
    if (seen != status || got != (status == MX_QUANTITY_OK ? count : 12345)) {
        fail_msg("\"%s\": %s, %llu", text, mx_quantity_status_text(seen), (unsigned long long)got);
    }
}

static void counts(void **state)
{
    (void)state;
    check_count("800", MX_QUANTITY_OK, 800);
    check_count("50k", MX_QUANTITY_OK, 50000);
    check_count("12M", MX_QUANTITY_OK, 12000000);
    check_count("1.5G", MX_QUANTITY_OK, 1500000000);
    check_count("0.001k", MX_QUANTITY_OK, 1);
    check_count("1e6", MX_QUANTITY_OK, 1000000);
    check_count("5000000000", MX_QUANTITY_OK, UINT64_C(5000000000));
    check_count("18446744073709551615", MX_QUANTITY_OK, UINT64_MAX);
    check_count("18446744073709551616", MX_QUANTITY_DIGITS, 0);
    check_count("100000000000000000000", MX_QUANTITY_RANGE, 0);
    check_count("18446744073709552k", MX_QUANTITY_RANGE, 0);
    check_count("1.5", MX_QUANTITY_FRACTION, 0);
    check_count("-1", MX_QUANTITY_NEGATIVE, 0);
    check_count("12m", MX_QUANTITY_UNIT, 0);
    check_count("12K", MX_QUANTITY_UNIT, 0);
    check_count("12 M", MX_QUANTITY_UNIT, 0);
}

static void numbers_and_amounts(void **state)
{
    (void)state;
    double number = 7;
    assert_int_equal(mx_quantity_number("-0.25", &number), MX_QUANTITY_OK);
    assert_true(number == -0.25);
    assert_int_equal(mx_quantity_number("0.1", &number), MX_QUANTITY_OK);
    assert_true(number == 0.1);
    assert_int_equal(mx_quantity_number("1e308", &number), MX_QUANTITY_OK);
    assert_int_equal(mx_quantity_number("1e309", &number), MX_QUANTITY_RANGE);
    assert_int_equal(mx_quantity_number("1e-400", &number), MX_QUANTITY_RANGE);
    assert_int_equal(mx_quantity_number("5k", &number), MX_QUANTITY_UNIT);
    assert_int_equal(mx_quantity_amount("1.5M", &number), MX_QUANTITY_OK);
    assert_true(number == 1.5e6);
    assert_int_equal(mx_quantity_amount("-2", &number), MX_QUANTITY_NEGATIVE);
}

static void shares_are_the_nearest_doubles(void **state)
{
    (void)state;
    double share = 7;
    assert_int_equal(mx_quantity_share("0.3%", &share), MX_QUANTITY_OK);
    assert_true(share == 0.003);
    assert_int_equal(mx_quantity_share("100%", &share), MX_QUANTITY_OK);
    assert_true(share == 1);
    assert_int_equal(mx_quantity_share("0.02%", &share), MX_QUANTITY_OK);
    assert_true(share == 0.0002);
    assert_int_equal(mx_quantity_share("0.3", &share), MX_QUANTITY_UNIT);
    assert_int_equal(mx_quantity_share("0.3 %", &share), MX_QUANTITY_UNIT);
    assert_int_equal(mx_quantity_share("-1%", &share), MX_QUANTITY_NEGATIVE);
    assert_int_equal(mx_quantity_share("nan%", &share), MX_QUANTITY_NOT_A_NUMBER);
    unsigned __int128 exact = 0;
    assert_int_equal(mx_quantity_share_exact("33.3333333333333333%", &exact), MX_QUANTITY_OK);
    assert_true(exact == (unsigned __int128)333333333333333333);
    assert_int_equal(mx_quantity_share_exact("1.00000000000000001%", &exact), MX_QUANTITY_DIGITS);
    assert_int_equal(mx_quantity_share_exact("99999999999%", &exact), MX_QUANTITY_RANGE);
}

static void check_rate(const char *text, enum mx_quantity_status status, double count,
                       int64_t period_us)
{
    struct mx_rate rate = {-1, -1};
    enum mx_quantity_status seen = mx_quantity_rate(text, &rate);
    bool good = status == MX_QUANTITY_OK ? rate.count == count && rate.period_us == period_us
                                         : rate.count == -1 && rate.period_us == -1;
    if (seen != status || !good) {
        fail_msg("\"%s\": %s, %.17g per %lld us", text, mx_quantity_status_text(seen), rate.count,
                 (long long)rate.period_us);
    }
}

static void rates(void **state)
{
    (void)state;
    check_rate("20/h", MX_QUANTITY_OK, 20, MX_HOUR_US);
    check_rate("50k/day", MX_QUANTITY_OK, 50000, MX_DAY_US);
    check_rate("3M/d", MX_QUANTITY_OK, 3000000, MX_DAY_US);
    check_rate("500/s", MX_QUANTITY_OK, 500, MX_SECOND_US);
    check_rate("100/m", MX_QUANTITY_OK, 100, MX_MINUTE_US);
    check_rate("0.5/min", MX_QUANTITY_OK, 0.5, MX_MINUTE_US);
    check_rate("3/90s", MX_QUANTITY_OK, 3, 90 * MX_SECOND_US);
    check_rate("20", MX_QUANTITY_UNIT, 0, 0);
    check_rate("20/", MX_QUANTITY_UNIT, 0, 0);
    check_rate("20/week", MX_QUANTITY_UNIT, 0, 0);
    check_rate("20x/h", MX_QUANTITY_UNIT, 0, 0);
    check_rate("20/0s", MX_QUANTITY_RANGE, 0, 0);
    check_rate("-20/h", MX_QUANTITY_NEGATIVE, 0, 0);
    check_rate("inf/h", MX_QUANTITY_NOT_A_NUMBER, 0, 0);
    check_rate("1e305k/h", MX_QUANTITY_OK, 1e308, MX_HOUR_US);
    check_rate("1e306k/h", MX_QUANTITY_RANGE, 0, 0);
}

/* A congruential generator (Numerical Recipes, ranqd1's 64-bit relative): bits to test with. */
static uint64_t next_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ *state >> 29;
}

static void what_is_put_reads_back(void **state)
{
    (void)state;
    uint64_t bits = 1;
    char text[MX_QUANTITY_TEXT_SIZE];
    for (int i = 0; i < 20000; i++) {
        double number, back = -1;
        uint64_t word = next_bits(&bits);
        int64_t us = (int64_t)(word >> (2 + word % 60)), us_back = -1;
        assert_int_equal(mx_quantity_duration(mx_quantity_put_duration(text, us), &us_back),
                         MX_QUANTITY_OK);
        assert_int_equal(us_back, us);
        /* magnitudes 1e-30 to 1e30 of all mantissas */
        number = ldexp((double)(word >> 11), (int)(next_bits(&bits) % 200) - 150);
        assert_int_equal(mx_quantity_number(mx_quantity_put_number(text, number), &back),
                         MX_QUANTITY_OK);
        assert_true(back == number);
        assert_int_equal(mx_quantity_share(mx_quantity_put_share(text, number), &back),
                         MX_QUANTITY_OK);
        assert_true(back == number);
        struct mx_rate rate = {number, us + 1}, rate_back;
        assert_int_equal(mx_quantity_rate(mx_quantity_put_rate(text, &rate), &rate_back),
                         MX_QUANTITY_OK);
        assert_true(rate_back.count == rate.count && rate_back.period_us == rate.period_us);
    }
}

static void texts_are_short(void **state)
{
    (void)state;
    char text[MX_QUANTITY_TEXT_SIZE];
    assert_string_equal(mx_quantity_put_duration(text, 0), "0s");
    assert_string_equal(mx_quantity_put_duration(text, 72 * MX_HOUR_US), "3d");
    assert_string_equal(mx_quantity_put_duration(text, 90 * MX_SECOND_US), "90s");
    assert_string_equal(mx_quantity_put_duration(text, 100000), "100ms");
    assert_string_equal(mx_quantity_put_number(text, 0.1), "0.1");
    assert_string_equal(mx_quantity_put_number(text, -12), "-12");
    assert_string_equal(mx_quantity_put_number(text, 1500000), "1500000");
    assert_string_equal(mx_quantity_put_number(text, 2.0 / 3), "0.6666666666666666");
    assert_string_equal(mx_quantity_put_number(text, 1e-9), "1.0e-9");
    assert_string_equal(mx_quantity_put_number(text, 0), "0");
    assert_string_equal(mx_quantity_put_share(text, 0.003), "0.3%");
    assert_string_equal(mx_quantity_put_share(text, 1), "100%");
    assert_string_equal(mx_quantity_put_rate(text, &(struct mx_rate){20, MX_HOUR_US}), "20/h");
    assert_string_equal(mx_quantity_put_rate(text, &(struct mx_rate){3, 90 * MX_SECOND_US}),
                        "3/90s");
}

static void numbers_or_percents(void **state)
{
    double number = 0;
    bool is_percent = false;

    (void)state;
    assert_int_equal(mx_quantity_number_or_percent("0.3%", &number, &is_percent), MX_QUANTITY_OK);
    assert_true(is_percent && number == 0.003);
    assert_int_equal(mx_quantity_number_or_percent("-1e-3", &number, &is_percent), MX_QUANTITY_OK);
    assert_true(!is_percent && number == -0.001);
    assert_int_not_equal(mx_quantity_number_or_percent("0x1", &number, &is_percent),
                         MX_QUANTITY_OK);
    assert_int_not_equal(mx_quantity_number_or_percent("inf", &number, &is_percent),
                         MX_QUANTITY_OK);
    assert_int_not_equal(mx_quantity_number_or_percent("1%%", &number, &is_percent),
                         MX_QUANTITY_OK);
    assert_int_not_equal(mx_quantity_number_or_percent("", &number, &is_percent), MX_QUANTITY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_exact),
        cmocka_unit_test(durations_refuse),
        cmocka_unit_test(counts),
        cmocka_unit_test(numbers_and_amounts),
        cmocka_unit_test(shares_are_the_nearest_doubles),
        cmocka_unit_test(numbers_or_percents),
        cmocka_unit_test(rates),
        cmocka_unit_test(what_is_put_reads_back),
        cmocka_unit_test(texts_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
