// SPDX-License-Identifier: GPL-3.0-or-later
/* test_addresses.c - the table of refused addresses against a plain array, at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/engine/world.h"

#define GROUPS 3
#define NUMBERS 500

static void the_table_is_an_array(void **unused)
{
    static int64_t wanted[GROUPS][NUMBERS]; /* 0: none */
    struct mx_addresses *all = mx_addresses_create();
    uint64_t draw = 1;

    (void)unused;
    assert_non_null(all);
    for (int64_t step = 1; step <= 200000; step++) {
        draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407U;
        const uint64_t group = (draw >> 33) % GROUPS, number = (draw >> 40) % NUMBERS;
        const struct mx_retry_host *found = mx_addresses_find(all, group, number);

        assert_int_equal(found != NULL ? found->last_try_us : 0, wanted[group][number]);
        if ((draw >> 60) % 2 == 0) {
            struct mx_retry_host *address = mx_addresses_get(all, group, number);

            assert_non_null(address);
            assert_int_equal(address->last_try_us, wanted[group][number]);
            address->last_try_us = step;
            wanted[group][number] = step;
        } else {
            mx_addresses_remove(all, group, number);
            wanted[group][number] = 0;
        }
    }
    for (uint64_t g = 0; g < GROUPS; g++) {
        for (uint64_t n = 0; n < NUMBERS; n++) {
            const struct mx_retry_host *found = mx_addresses_find(all, g, n);

            assert_int_equal(found != NULL ? found->last_try_us : 0, wanted[g][n]);
        }
    }
    mx_addresses_destroy(all);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
