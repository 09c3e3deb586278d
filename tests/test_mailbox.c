// SPDX-License-Identifier: GPL-3.0-or-later
/* test_mailbox.c - what each kind of address answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/mailbox.h"

static struct mx_mailbox_answer ask(enum mx_address address, double full_reply_u, int64_t now_us)
{
    struct mx_recipient recipient = {.address = address, .full_reply_u = full_reply_u};

    return mx_mailbox_decide(&recipient, 1000, 0.75, now_us);
}

static void assert_answer(struct mx_mailbox_answer answer, enum mx_verdict verdict,
                          enum mx_reason reason)
{
    assert_int_equal(answer.verdict, verdict);
    assert_int_equal(answer.reason, reason);
}

static void test_addresses(void **state)
{
    (void)state;
    assert_answer(ask(MX_ADDRESS_GOOD, 0.5, 0), MX_ACCEPT, MX_REASON_NONE);
    assert_answer(ask(MX_ADDRESS_TRAP, 0.5, 0), MX_ACCEPT, MX_REASON_NONE);
    assert_answer(ask(MX_ADDRESS_UNKNOWN, 0.5, 5000), MX_REJECT_HARD, MX_REASON_UNKNOWN);
    assert_answer(ask(MX_ADDRESS_CLOSED, 0.5, 5000), MX_REJECT_HARD, MX_REASON_CLOSED);
}

static void test_a_full_mailbox_is_emptied(void **state)
{
    (void)state;
    assert_answer(ask(MX_ADDRESS_FULL, 0.7499, 999), MX_BUSY, MX_REASON_MAILBOX_FULL);
    assert_answer(ask(MX_ADDRESS_FULL, 0.7501, 999), MX_REJECT_SOFT, MX_REASON_MAILBOX_FULL);
    assert_answer(ask(MX_ADDRESS_FULL, 0.1, 1000), MX_ACCEPT, MX_REASON_NONE);
    assert_answer(ask(MX_ADDRESS_FULL, 0.9, 1000), MX_ACCEPT, MX_REASON_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_a_full_mailbox_is_emptied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
