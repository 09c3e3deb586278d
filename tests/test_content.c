// SPDX-License-Identifier: GPL-3.0-or-later
/* test_content.c - shares of the content filter and of the spam folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/content.h"

static void test_shares(void **state)
{
    int count[MX_VERDICT_COUNT] = {0}, spam = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        double u = (i + 0.5) / 1000.0;

        count[mx_content_decide(0.02, 0.05, u)]++;
        spam += !mx_content_inboxed(0.3, u);
        assert_int_equal(mx_content_decide(0.0, 0.0, u), MX_ACCEPT);
        assert_int_equal(mx_content_decide(1.0, 0.0, u), MX_REJECT_SOFT);
        assert_int_equal(mx_content_decide(0.0, 1.0, u), MX_BUSY);
        assert_true(mx_content_inboxed(0.0, u));
        assert_false(mx_content_inboxed(1.0, u));
    }
    assert_int_equal(count[MX_REJECT_SOFT], 20);
    assert_int_equal(count[MX_BUSY], 50);
    assert_int_equal(count[MX_ACCEPT], 930);
    assert_int_equal(spam, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
