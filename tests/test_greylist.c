// SPDX-License-Identifier: GPL-3.0-or-later
/* test_greylist.c - the delay in whole seconds, and whitelisting per client and small domain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/greylist.h"

#define S MX_SECOND_US

static void test_the_delay(void **state)
{
    struct mx_greylist_params params = {.delay_us = 300 * S, .domains = 1};
    struct mx_greylist greylist;
    uint32_t seen_s = MX_GREYLIST_UNSEEN;

    (void)state;
    assert_true(mx_greylist_init(&greylist, &params, 1));
    assert_false(mx_greylist_decide(&greylist, 0, 0, 50 * S + 7, &seen_s));
    assert_int_equal(seen_s, 50);
    assert_false(mx_greylist_decide(&greylist, 0, 0, 350 * S - 1, &seen_s));
    assert_int_equal(seen_s, 50);
    assert_true(mx_greylist_decide(&greylist, 0, 0, 350 * S, &seen_s));
    assert_true(mx_greylist_decide(&greylist, 0, 0, 5000 * S, &seen_s));
    /* without whitelisting the next message waits as well */
    seen_s = MX_GREYLIST_UNSEEN;
    assert_false(mx_greylist_decide(&greylist, 0, 0, 5000 * S, &seen_s));
    mx_greylist_fini(&greylist);
}

static void pass_once(struct mx_greylist *greylist, uint32_t ip, uint32_t domain)
{
    uint32_t seen_s = MX_GREYLIST_UNSEEN;

    assert_false(mx_greylist_decide(greylist, ip, domain, 0, &seen_s));
    assert_true(mx_greylist_decide(greylist, ip, domain, 60 * S, &seen_s));
}

static bool is_whitelisted(struct mx_greylist *greylist, uint32_t ip, uint32_t domain)
{
    uint32_t seen_s = MX_GREYLIST_UNSEEN;

    return mx_greylist_decide(greylist, ip, domain, 0, &seen_s);
}

static void test_whitelisting(void **state)
{
    struct mx_greylist_params params = {.delay_us = 60 * S, .domains = 4, .whitelist_after = 5};
    struct mx_greylist greylist;

    (void)state;
    assert_true(mx_greylist_init(&greylist, &params, 3));
    for (int i = 0; i < 5; i++) {
        assert_false(is_whitelisted(&greylist, 1, 2));
        pass_once(&greylist, 1, 2);
    }
    for (uint32_t ip = 0; ip < 3; ip++) {
        for (uint32_t domain = 0; domain < 4; domain++)
            assert_int_equal(is_whitelisted(&greylist, ip, domain), ip == 1 && domain == 2);
    }
    mx_greylist_fini(&greylist);
}

static void test_off(void **state)
{
    struct mx_greylist_params params = {.delay_us = 0, .domains = 1, .whitelist_after = 5};
    struct mx_greylist greylist;
    uint32_t seen_s = MX_GREYLIST_UNSEEN;

    (void)state;
    assert_true(mx_greylist_init(&greylist, &params, 1));
    assert_true(mx_greylist_decide(&greylist, 0, 0, 0, &seen_s));
    assert_int_equal(seen_s, MX_GREYLIST_UNSEEN);
    mx_greylist_fini(&greylist);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_delay),
        cmocka_unit_test(test_whitelisting),
        cmocka_unit_test(test_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
