// SPDX-License-Identifier: GPL-3.0-or-later
/* test_outage.c - the cursor agrees with a look at the whole list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_rng.h>

#include "models/outage.h"

static const struct mx_outage outages[] = {
    {100, 200, 0.0}, {200, 250, 0.5}, {400, 401, 0.25}, {1000, 2000, 0.0}};
#define OUTAGE_COUNT 4

static double left_at(int64_t now_us)
{
    for (int i = 0; i < OUTAGE_COUNT; i++) {
        if (outages[i].from_us <= now_us && now_us < outages[i].to_us)
            return outages[i].left;
    }
    return 1.0;
}

static void test_every_time(void **state)
{
    struct mx_outage_cursor cursor;

    (void)state;
    mx_outage_init(&cursor, outages, OUTAGE_COUNT);
    for (int64_t now_us = 0; now_us < 2500; now_us++) {
        assert_true(mx_outage_left(&cursor, now_us) == left_at(now_us));
        assert_true(cursor.until_us > now_us);
    }
}

static void test_jumps(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    for (int run = 0; run < 1000; run++) {
        struct mx_outage_cursor cursor;

        mx_outage_init(&cursor, outages, OUTAGE_COUNT);
        for (int64_t now_us = 0; now_us < 2500; now_us += (int64_t)gsl_rng_uniform_int(rng, 600))
            assert_true(mx_outage_left(&cursor, now_us) == left_at(now_us));
    }
    gsl_rng_free(rng);
}

static void test_none(void **state)
{
    struct mx_outage_cursor cursor;

    (void)state;
    mx_outage_init(&cursor, NULL, 0);
    assert_true(mx_outage_left(&cursor, 0) == 1.0);
    assert_true(mx_outage_left(&cursor, MX_HORIZON_US_MAX) == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_time),
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
