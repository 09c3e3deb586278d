// SPDX-License-Identifier: GPL-3.0-or-later
/* test_ip_pool.c - rendezvous hashing moves no more than it must; warm-up allowances by period. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdint.h>

#include "models/ip_pool.h"

static uint64_t random_state = 3141592653589793238U;

static uint64_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(0x2545F4914F6CDD1D);
}

#define MESSAGES 200000

/* Shares within 5 standard deviations; message hashes that differ in few bits do as well. */
static void addresses_share_evenly(void **unused)
{
    (void)unused;
    for (uint32_t count = 1; count <= 64; count = count * 2 + 1) {
        for (int small = 0; small < 2; small++) {
            uint64_t keys[64];
            uint32_t shares[64] = {0};
            for (uint32_t i = 0; i < count; i++) {
                keys[i] = random_word();
            }
            for (uint64_t m = 0; m < MESSAGES; m++) {
                shares[mx_ip_pick(keys, count, small ? m : random_word())]++;
            }
            const double mean = (double)MESSAGES / count;
            for (uint32_t i = 0; i < count; i++) {
                assert_true(fabs(shares[i] - mean) <= 5 * sqrt(mean));
            }
        }
    }
}

static void a_table_picks_the_same(void **unused)
{
    (void)unused;
    uint64_t keys[100];
    for (uint32_t i = 0; i < 100; i++) {
        keys[i] = random_word();
    }
    struct mx_ip_table *table = mx_ip_table_create(keys, 100);
    assert_non_null(table);
    for (int i = 0; i < MESSAGES; i++) {
        const uint64_t hash = random_word();
        assert_int_equal(mx_ip_table_pick(table, hash), mx_ip_pick(keys, 100, hash));
    }
    uint64_t hash[70];
    uint32_t slot[70];
    uint16_t ip[70];
    for (int i = 0; i < 70; i++) {
        hash[i] = random_word();
    }
    mx_ip_table_find(table, hash, 70, slot);
    mx_ip_table_pick_found(table, slot, 70, ip);
    for (int i = 0; i < 70; i++) {
        assert_int_equal(ip[i], mx_ip_table_pick(table, hash[i]));
    }
    mx_ip_table_destroy(table);
    mx_ip_table_destroy(NULL);
}

static void a_new_address_takes_only_its_share(void **unused)
{
    (void)unused;
    uint64_t keys[9];
    uint32_t moved = 0;
    for (int i = 0; i < 9; i++) {
        keys[i] = random_word();
    }
    for (uint64_t m = 0; m < MESSAGES; m++) {
        const uint64_t hash = random_word();
        const uint32_t before = mx_ip_pick(keys, 8, hash);
        const uint32_t after = mx_ip_pick(keys, 9, hash);
        assert_true(after == before || after == 8);
        moved += after != before;
    }
    assert_true(fabs(moved - MESSAGES / 9.0) < 5 * sqrt(MESSAGES / 9.0));
}

static void order_decides_nothing(void **unused)
{
    (void)unused;
    uint64_t keys[5], turned[5];
    for (int i = 0; i < 5; i++) {
        keys[i] = turned[4 - i] = random_word();
    }
    for (uint64_t m = 0; m < 10000; m++) {
        const uint64_t hash = random_word();
        assert_int_equal(mx_ip_pick(keys, 5, hash), 4 - mx_ip_pick(turned, 5, hash));
    }
}

static void an_allowance_lasts_its_period(void **unused)
{
    (void)unused;
    const struct mx_warm_up plan = {.step_count = 2,
                                    .allowance = {2, 3},
                                    .period_us = MX_HOUR_US,
                                    .day = {MX_DAY_US, 9 * MX_HOUR_US + 30 * MX_MINUTE_US}};
    struct mx_warm_up_state state = {0, 0};
    assert_true(mx_warm_up_take(&plan, &state, 0));
    assert_true(mx_warm_up_take(&plan, &state, 1));
    assert_false(mx_warm_up_take(&plan, &state, 2));
    assert_false(mx_warm_up_take(&plan, &state, 30 * MX_MINUTE_US - 1));
    assert_int_equal(mx_warm_up_next_us(&plan, 2), 30 * MX_MINUTE_US);
    assert_true(mx_warm_up_take(&plan, &state, 30 * MX_MINUTE_US));
    assert_int_equal(mx_warm_up_next_us(&plan, 30 * MX_MINUTE_US), 90 * MX_MINUTE_US);
    /* the local midnight is 14.5 h after the start */
    const int64_t midnight_us = 14 * MX_HOUR_US + 30 * MX_MINUTE_US;
    assert_int_equal(mx_warm_up_allowance(&plan, midnight_us - 1), 2);
    assert_int_equal(mx_warm_up_allowance(&plan, midnight_us), 3);
    assert_int_equal(mx_warm_up_allowance(&plan, midnight_us + MX_DAY_US), UINT64_MAX);
    for (int i = 0; i < 3; i++) {
        assert_true(mx_warm_up_take(&plan, &state, midnight_us));
    }
    assert_false(mx_warm_up_take(&plan, &state, midnight_us));
    for (int i = 0; i < 100; i++) {
        assert_true(mx_warm_up_take(&plan, &state, midnight_us + MX_DAY_US));
    }
}

static void a_plan_may_have_begun_before(void **unused)
{
    (void)unused;
    const struct mx_warm_up plan = {.step_count = 3,
                                    .allowance = {10, 20, 30},
                                    .period_us = MX_DAY_US,
                                    .day = {MX_DAY_US, 0},
                                    .first_day = 2};
    assert_int_equal(mx_warm_up_allowance(&plan, 0), 30);
    assert_int_equal(mx_warm_up_allowance(&plan, MX_DAY_US), UINT64_MAX);
    const struct mx_warm_up none = {.period_us = MX_HOUR_US, .day = {MX_DAY_US, 0}};
    struct mx_warm_up_state state = {0, 0};
    assert_int_equal(mx_warm_up_allowance(&none, 0), UINT64_MAX);
    assert_true(mx_warm_up_take(&none, &state, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_share_evenly),
        cmocka_unit_test(a_table_picks_the_same),
        cmocka_unit_test(a_new_address_takes_only_its_share),
        cmocka_unit_test(order_decides_nothing),
        cmocka_unit_test(an_allowance_lasts_its_period),
        cmocka_unit_test(a_plan_may_have_begun_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
