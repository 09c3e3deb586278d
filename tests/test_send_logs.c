// SPDX-License-Identifier: GPL-3.0-or-later
/* test_send_logs.c - deliveries, deferrals and both kinds of bounces of `mxsim send` in the logs of
 * four mail servers, from a receiver that does as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support_receiver.h"
#include "tests/support_send.h"

#define RECIPIENTS 30
#define REFUSED 10 /* those of numbers up to it */

static unsigned for_ever(unsigned n)
{
    return n <= REFUSED ? 1000 : 0;
}

static unsigned once(unsigned n)
{
    return n <= REFUSED ? 1 : 0;
}

/* Lines of the trace that hold all of a pattern's parts, which "&" separates. */
static int count_lines(const char *pattern)
{
    FILE *file = fopen(mx_test_sending.trace, "r");
    char line[4096];
    int count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char parts[256];
        bool has_all = true;

        (void)snprintf(parts, sizeof parts, "%s", pattern);
        for (char *part = parts; part != NULL && has_all;) {
            char *next = strchr(part, '&');

            if (next != NULL) {
                *next++ = '\0';
            }
            has_all = strstr(line, part) != NULL;
            part = next;
        }
        count += has_all;
    }
    (void)fclose(file);
    return count;
}

struct expected {
    const char *format, *pattern;
    int count;
};

/* Send once; then let the spool tell it in each format. */
static void expect_logs(const struct mx_receiver_script *script, const struct expected *expected,
                        size_t count)
{
    const char *const words[] = {"--generate",
                                 "30",
                                 "--from",
                                 "sale@shop.example",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--time-scale",
                                 "10000",
                                 NULL};

    mx_receiver_start(&mx_test_receiver, script);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    for (size_t i = 0; i < count; i++) {
        const char *const again[] = {"--trace-format", expected[i].format, NULL};

        if (i == 0 || strcmp(expected[i].format, expected[i - 1].format) != 0) {
            assert_int_equal(mx_test_send_run(&mx_test_sending, again), 0);
        }
        if (count_lines(expected[i].pattern) != expected[i].count) {
            fail_msg("%s: %d lines of \"%s\", not %d", expected[i].format,
                     count_lines(expected[i].pattern), expected[i].pattern, expected[i].count);
        }
    }
}

static void test_hard_bounces(void **state)
{
    const struct mx_receiver_script script = {
        .refusals = for_ever, .refusal = "550 5.1.1 No such user\r\n", .has_extensions = true};
    static const struct expected expected[] = {
        {"postfix", "qmgr&sale@shop.example&(queue active)", RECIPIENTS},
        {"postfix", "status=sent (250 &@example.net", RECIPIENTS - REFUSED},
        {"postfix", "dsn=5.1.1, status=bounced (host 127.0.0.1&said: 550 5.1.1 ", REFUSED},
        {"postfix", " removed", RECIPIENTS},
        {"kumomta", "\"Delivery\"&\"code\":250", RECIPIENTS - REFUSED},
        {"kumomta", "\"Bounce\"&\"code\":550&InvalidRecipient", REFUSED},
        {"powermta", "d,&,relayed,2.", RECIPIENTS - REFUSED},
        {"powermta", "b,&,failed,5.1.1,&,bad-mailbox,", REFUSED},
        {"sendgrid", "\"delivered\"&\"response\":\"250 ", RECIPIENTS - REFUSED},
        {"sendgrid", "\"bounce\"&\"5.1.1\"&\"type\":\"bounce\"", REFUSED},
        {"sendgrid", "\"processed\"", RECIPIENTS},
    };

    (void)state;
    expect_logs(&script, expected, sizeof expected / sizeof expected[0]);
    assert_true(mx_test_send_total(&mx_test_sending, "hard_bounced") == REFUSED);
}

static void test_blocks(void **state)
{
    const struct mx_receiver_script script = {
        .refusals = for_ever, .refusal = "554 5.7.1 Blocked by policy\r\n", .has_extensions = true};
    static const struct expected expected[] = {
        {"postfix", "dsn=5.7.1, status=bounced&said: 554 5.7.1 ", REFUSED},
        {"postfix", "status=sent", RECIPIENTS - REFUSED},
        {"kumomta", "\"Bounce\"&\"code\":554&\"detail\":1", REFUSED},
        {"kumomta", "InvalidRecipient", 0},
        {"powermta", "b,&,failed,5.7.1,", REFUSED},
        {"powermta", "-mailbox,", 0},
        {"sendgrid", "\"bounce\"&\"5.7.1\"&\"type\":\"blocked\"", REFUSED},
        {"sendgrid", "\"type\":\"bounce\"", 0},
    };

    (void)state;
    expect_logs(&script, expected, sizeof expected / sizeof expected[0]);
    assert_true(mx_test_send_total(&mx_test_sending, "soft_bounced_rejected") == REFUSED);
}

static void test_deferrals(void **state)
{
    const struct mx_receiver_script script = {
        .refusals = once, .refusal = "451 4.7.1 Greylisted\r\n", .has_extensions = true};
    static const struct expected expected[] = {
        {"postfix", "dsn=4.7.1, status=deferred&said: 451 4.7.1 ", REFUSED},
        {"postfix", "status=sent", RECIPIENTS},
        {"kumomta", "\"TransientFailure\"&\"code\":451", REFUSED},
        {"kumomta", "\"Delivery\"&\"num_attempts\":1", REFUSED},
        {"powermta", "t,&,delayed,4.7.1,", REFUSED},
        {"sendgrid", "\"deferred\"&\"attempt\":\"1\"", REFUSED},
        {"sendgrid", "\"delivered\"", RECIPIENTS},
    };

    (void)state;
    expect_logs(&script, expected, sizeof expected / sizeof expected[0]);
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals") == REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hard_bounces, mx_test_send_set_up,
                                        mx_test_send_tear_down),
        cmocka_unit_test_setup_teardown(test_blocks, mx_test_send_set_up, mx_test_send_tear_down),
        cmocka_unit_test_setup_teardown(test_deferrals, mx_test_send_set_up,
                                        mx_test_send_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
