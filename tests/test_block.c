// SPDX-License-Identifier: GPL-3.0-or-later
/* test_block.c - more than so many policy deferrals in a window, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/block.h"

static const struct mx_block_params params = {.deferrals = 3, .within_us = 100, .lasts_us = 1000};

static void test_the_one_past_the_limit_blocks(void **state)
{
    struct mx_block block = {0};

    (void)state;
    for (int64_t t = 10; t <= 30; t += 10)
        mx_block_note(&params, &block, t);
    assert_false(mx_block_holds(&block, 31));
    mx_block_note(&params, &block, 40);
    assert_true(mx_block_holds(&block, 40));
    assert_true(mx_block_holds(&block, 1039));
    assert_false(mx_block_holds(&block, 1040));
}

static void test_windows_tumble(void **state)
{
    struct mx_block block = {0};

    (void)state;
    for (int64_t t = 0; t < 10000; t += 34) /* three in each window */
        mx_block_note(&params, &block, t);
    assert_false(mx_block_holds(&block, 10000));
    /* a window is [100 k, 100 k + 100) */
    mx_block_note(&params, &block, 20097);
    mx_block_note(&params, &block, 20098);
    mx_block_note(&params, &block, 20099);
    mx_block_note(&params, &block, 20100);
    assert_false(mx_block_holds(&block, 20100));
    for (int64_t t = 20101; t < 20104; t++)
        mx_block_note(&params, &block, t);
    assert_true(mx_block_holds(&block, 20104));
}

static void test_after_a_block_counting_starts_anew(void **state)
{
    struct mx_block block = {0};

    (void)state;
    for (int i = 0; i < 4; i++)
        mx_block_note(&params, &block, 5);
    assert_true(mx_block_holds(&block, 5));
    for (int i = 0; i < 3; i++)
        mx_block_note(&params, &block, 1005);
    assert_false(mx_block_holds(&block, 1005));
    mx_block_note(&params, &block, 1005);
    assert_true(mx_block_holds(&block, 1005));
}

static void test_a_short_block_ends_within_its_window(void **state)
{
    const struct mx_block_params brief = {.deferrals = 3, .within_us = 100, .lasts_us = 10};
    struct mx_block block = {0};

    (void)state;
    for (int i = 0; i < 4; i++)
        mx_block_note(&brief, &block, 5);
    for (int i = 0; i < 3; i++)
        mx_block_note(&brief, &block, 50);
    assert_false(mx_block_holds(&block, 50));
    mx_block_note(&brief, &block, 50);
    assert_true(mx_block_holds(&block, 50));
}

static void test_off(void **state)
{
    struct mx_block_params off = {0};
    struct mx_block block = {0};

    (void)state;
    for (int64_t t = 0; t < 1000; t++)
        mx_block_note(&off, &block, t);
    assert_false(mx_block_holds(&block, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_one_past_the_limit_blocks),
        cmocka_unit_test(test_windows_tumble),
        cmocka_unit_test(test_after_a_block_counting_starts_anew),
        cmocka_unit_test(test_a_short_block_ends_within_its_window),
        cmocka_unit_test(test_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
