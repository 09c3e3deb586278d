// SPDX-License-Identifier: GPL-3.0-or-later
/* test_allowance.c - the growth rule against a naive account of days, scopes, hours, warm-ups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_rng.h>

#include "models/allowance.h"

struct one {
    struct mx_allowance_params params[MX_SCOPE_COUNT];
    struct mx_day day;
    struct mx_allowance_calendar calendar;
    struct mx_allowance_rule rules[MX_SCOPE_COUNT];
    struct mx_allowance_key key[MX_SCOPE_COUNT];
    double rings[MX_SCOPE_COUNT][MX_REFERENCE_DAYS_MAX];
};

static void start(struct one *one, double daily_volume, double days)
{
    mx_allowance_calendar_init(&one->calendar, &one->day);
    for (int s = 0; s < MX_SCOPE_COUNT; s++) {
        mx_allowance_prepare(&one->rules[s], &one->params[s], NULL, &one->day);
        mx_allowance_key_init(&one->rules[s], &one->key[s], one->rings[s], MX_BAND_HIGH,
                              daily_volume, days);
    }
}

static enum mx_reason ask(struct one *one, int64_t now_us)
{
    struct mx_allowance_key *const keys[] = {&one->key[0], &one->key[1], &one->key[2]};

    mx_allowance_calendar_at(&one->calendar, now_us);
    return mx_allowance_take(one->rules, keys, &one->calendar, now_us);
}

/* How many of so many attempts, spread evenly over [from_us, to_us), pass. */
static uint64_t passed(struct one *one, int64_t from_us, int64_t to_us, int64_t count)
{
    uint64_t sum = 0;

    for (int64_t i = 0; i < count; i++)
        sum += ask(one, from_us + (to_us - from_us) / count * i) == MX_REASON_NONE;
    return sum;
}

static const struct mx_allowance_params growth_2 = {
    .growth = 2.0, .floor_per_day = 100.0, .reference_days = 30, .hourly_share = 1.0};

static void test_exactly_the_allowance_passes(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 0}};
    const uint64_t expected[] = {100, 200, 400, 800, 1600};

    (void)state;
    start(&one, 0, 0);
    for (int day = 0; day < 5; day++)
        assert_int_equal(passed(&one, day * MX_DAY_US, (day + 1) * MX_DAY_US, 2000), expected[day]);
    assert_int_equal(ask(&one, 5 * MX_DAY_US - 1), MX_REASON_SPIKE);
    /* 1.15 x 100 are 115, though not in binary fractions */
    one = (struct one){.params = {growth_2}, .day = {MX_DAY_US, 0}};
    one.params[0].growth = 1.15;
    start(&one, 100, 1);
    assert_int_equal(passed(&one, 0, MX_DAY_US, 200), 115);
}

static void test_days_are_local(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 9 * MX_HOUR_US}};

    (void)state;
    start(&one, 0, 0);
    assert_int_equal(passed(&one, 0, 15 * MX_HOUR_US, 500), 100);
    assert_int_equal(ask(&one, 15 * MX_HOUR_US - 1), MX_REASON_SPIKE);
    assert_int_equal(ask(&one, 15 * MX_HOUR_US), MX_REASON_NONE);
}

static void test_the_reference_is_forgotten(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 0}};

    (void)state;
    one.params[0].reference_days = 3;
    start(&one, 1000, 1); /* yesterday, day -1 */
    assert_int_equal(passed(&one, 2 * MX_DAY_US, 3 * MX_DAY_US, 5000), 2000);
    assert_int_equal(passed(&one, 6 * MX_DAY_US, 7 * MX_DAY_US, 5000), 100);
    one.params[0].reference_days = 30;
    start(&one, 1000, 1);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 29) == 2000.0);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 30) == 100.0);
    assert_int_equal(passed(&one, 29 * MX_DAY_US, 30 * MX_DAY_US, 5000), 2000);
    assert_int_equal(passed(&one, 58 * MX_DAY_US, 59 * MX_DAY_US, 5000), 4000);
}

static void test_history_of_some_days(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 0}};

    (void)state;
    start(&one, 1000, 0.25);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 0) == 500.0);
    start(&one, 1000, 2.5);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 0) == 2000.0);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 28) == 2000.0);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 29) == 2000.0);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 30) == 100.0);
    start(&one, 1000, 400);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 0) == 2000.0);
}

/* Days of random volume, with gaps: passed = min(offered, max(floor, growth x the largest of the
 * last days)), by an account of all days. */
static void test_against_an_account(void **state)
{
    enum { DAYS = 120 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    for (uint32_t reference_days = 1; reference_days <= 30; reference_days += 7) {
        struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 7 * MX_HOUR_US}};
        double account[DAYS] = {0};

        one.params[0].reference_days = reference_days;
        one.params[0].growth = 1.5;
        start(&one, 0, 0);
        for (int day = 0; day < DAYS; day++) {
            int64_t from_us = day == 0 ? 0 : day * MX_DAY_US - 7 * MX_HOUR_US;
            int64_t offered = (int64_t)gsl_rng_uniform_int(rng, 3000);
            double reference = 0.0, allowance;

            if (gsl_rng_uniform_int(rng, 3) == 0)
                continue;
            for (int d = day - (int)reference_days; d < day; d++) {
                if (d >= 0 && account[d] > reference)
                    reference = account[d];
            }
            allowance = 1.5 * reference > 100.0 ? 1.5 * reference : 100.0;
            account[day] = (double)passed(&one, from_us, from_us + 16 * MX_HOUR_US, offered);
            assert_true(account[day] <= allowance);
            assert_true(account[day] ==
                        ((double)offered < allowance ? (double)offered : (double)(int)allowance));
        }
    }
    gsl_rng_free(rng);
}

static void test_hourly_share(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 0}};

    (void)state;
    one.params[0].hourly_share = 0.1;
    start(&one, 500, 1); /* 1000 a day, 100 an hour */
    for (int hour = 0; hour < 10; hour++)
        assert_int_equal(passed(&one, hour * MX_HOUR_US, (hour + 1) * MX_HOUR_US, 150), 100);
    assert_int_equal(passed(&one, 10 * MX_HOUR_US, 24 * MX_HOUR_US, 1000), 0);
    assert_int_equal(passed(&one, 24 * MX_HOUR_US, 25 * MX_HOUR_US, 1000), 200);
}

static void test_refused_attempts_may_count(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 0}};

    (void)state;
    one.params[0].refused_count = true;
    one.params[0].cap = (struct mx_rate){100, MX_HOUR_US};
    one.params[0].depth = 10;
    start(&one, 0, 0);
    /* 10 pass, 90 are refused by the cap and count: the day is over */
    assert_int_equal(passed(&one, 0, 1000, 100), 10);
    assert_int_equal(one.key[0].volume, 100);
    assert_int_equal(one.key[0].passed, 10);
    assert_int_equal(ask(&one, 23 * MX_HOUR_US), MX_REASON_SPIKE);
    /* and refused again, it cost a token: nine are left of a full bucket */
    assert_true(mx_bucket_tokens(&one.rules[0].cap[MX_BAND_HIGH], &one.key[0].bucket) == 9.0);
    /* only what passed is the reference */
    assert_true(mx_allowance_reference(&one.rules[0], &one.key[0], 1) == 10.0);
}

static void test_the_tightest_is_reported(void **state)
{
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 0}};

    (void)state;
    /* growth 100 a day; cap 5 a day: the cap */
    one.params[0].cap = (struct mx_rate){5, MX_DAY_US};
    one.params[0].floor_per_day = 5.0;
    one.params[0].growth = 1.0;
    start(&one, 6, 1);
    assert_int_equal(passed(&one, 0, 100, 5), 5);
    assert_int_equal(ask(&one, 100), MX_REASON_RATE);
    /* both refuse, the netblock's growth rule at 9 a day: the cap still */
    one.params[0].growth = 0.0;
    one.params[1] = growth_2;
    one.params[1].floor_per_day = 9.0;
    one.params[1].refused_count = true;
    start(&one, 0, 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask(&one, 0), i < 5 ? MX_REASON_NONE : MX_REASON_RATE);
    one.params[1].growth = 0.0;
    /* and in one scope, growth rule at 6 a day and cap at 5 */
    one.params[0].growth = 1.0;
    one.params[0].refused_count = true;
    start(&one, 6, 1);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask(&one, 0), i < 5 ? MX_REASON_NONE : MX_REASON_RATE);
    one.params[0].refused_count = false;
    /* netblock growth 3 a day is tighter than the IP's cap of 5 */
    one.params[1] = growth_2;
    one.params[1].floor_per_day = 3.0;
    start(&one, 0, 0);
    assert_int_equal(passed(&one, 0, 100, 5), 3);
    assert_int_equal(ask(&one, 100), MX_REASON_SPIKE);
    /* what the netblock refused took nothing from the IP */
    assert_int_equal(mx_allowance_volume(&one.key[0]), 3);
    assert_true(mx_bucket_tokens(&one.rules[0].cap[0], &one.key[0].bucket) < 2.0001);
    assert_true(mx_bucket_tokens(&one.rules[0].cap[0], &one.key[0].bucket) >= 2.0);
}

static void test_scopes_that_are_off(void **state)
{
    struct one one = {.day = {MX_DAY_US, 0}};

    (void)state;
    start(&one, 0, 0);
    assert_false(one.rules[0].is_on || one.rules[1].is_on || one.rules[2].is_on);
    assert_int_equal(passed(&one, 0, MX_DAY_US, 100000), 100000);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 0) == 0.0);
}

static void test_bands_move_the_cap(void **state)
{
    struct mx_band_params bands[MX_BAND_COUNT] = {{.cap = {20, MX_HOUR_US}},
                                                  {.cap = {200, MX_HOUR_US}},
                                                  {.cap = {2000, MX_HOUR_US}},
                                                  {.cap = {0, 0}}};
    struct one one = {.day = {MX_DAY_US, 0}};

    (void)state;
    start(&one, 0, 0);
    mx_allowance_prepare(&one.rules[0], &one.params[0], bands, &one.day);
    assert_true(one.rules[0].is_on);
    assert_int_equal(passed(&one, 0, 1000, 5000), 5000);
    mx_allowance_set_band(&one.rules[0], &one.key[0], MX_BAND_BAD, 1000);
    assert_int_equal(passed(&one, 1000, 2000, 1000), 20);
    assert_true(mx_allowance_per_day(&one.rules[0], &one.key[0], 0) == 480.0);
    mx_allowance_set_band(&one.rules[0], &one.key[0], MX_BAND_LOW, MX_HOUR_US / 2);
    assert_int_equal(passed(&one, MX_HOUR_US / 2, MX_HOUR_US / 2 + 1000, 1000), 10);
    mx_allowance_set_band(&one.rules[0], &one.key[0], MX_BAND_HIGH, MX_HOUR_US);
    assert_int_equal(passed(&one, MX_HOUR_US, MX_HOUR_US + 1000, 1000), 1000);
    /* a cap of the scope's own holds in every band */
    one.params[0].cap = (struct mx_rate){7, MX_HOUR_US};
    mx_allowance_prepare(&one.rules[0], &one.params[0], bands, &one.day);
    for (int band = 0; band < MX_BAND_COUNT; band++)
        assert_true(one.rules[0].cap_per_day[band] == 168.0);
}

/* Twilio SendGrid, "Warming up an IP address", per hour; SparkPost, "IP Warm-up Overview", per
 * day: both pass growth 2 over a floor of 5,000 without a refusal. */
static void test_published_warm_ups_pass(void **state)
{
    static const int sendgrid[] = {20,  28,  39,   55,   77,   108,  151,  211,  295, 413,
                                   579, 810, 1000, 1587, 2222, 3111, 4356, 6098, 8583};
    static const int sparkpost[] = {200,   500,   1000,   2000,   5000,   10000,  20000, 40000,
                                    50000, 75000, 100000, 150000, 200000, 250000, 325000};
    struct one one = {.params = {growth_2}, .day = {MX_DAY_US, 5 * MX_HOUR_US}};

    (void)state;
    one.params[0].floor_per_day = 5000.0;
    start(&one, 0, 0);
    for (int hour = 0; hour < 24 * (int)(sizeof sendgrid / sizeof sendgrid[0]); hour++) {
        int count = sendgrid[hour / 24];

        assert_int_equal(passed(&one, hour * MX_HOUR_US, (hour + 1) * MX_HOUR_US, count), count);
    }
    one.day.offset_us = 0;
    start(&one, 0, 0);
    for (int day = 0; day < (int)(sizeof sparkpost / sizeof sparkpost[0]); day++)
        assert_int_equal(
            passed(&one, day * MX_DAY_US, day * MX_DAY_US + MX_HOUR_US, sparkpost[day]),
            sparkpost[day]);
    /* the last day's volume at once from a cold address does not */
    start(&one, 0, 0);
    assert_int_equal(passed(&one, 0, MX_HOUR_US, 325000), 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exactly_the_allowance_passes),
        cmocka_unit_test(test_days_are_local),
        cmocka_unit_test(test_the_reference_is_forgotten),
        cmocka_unit_test(test_history_of_some_days),
        cmocka_unit_test(test_against_an_account),
        cmocka_unit_test(test_hourly_share),
        cmocka_unit_test(test_refused_attempts_may_count),
        cmocka_unit_test(test_the_tightest_is_reported),
        cmocka_unit_test(test_scopes_that_are_off),
        cmocka_unit_test(test_bands_move_the_cap),
        cmocka_unit_test(test_published_warm_ups_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
