// SPDX-License-Identifier: GPL-3.0-or-later
/* test_send.c - `mxsim send` against a receiver that does as it is told. */
/* mxtest: no-check full timeout=240 */
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

/* --- connections --- */

/* Up to three refusals each. */
static unsigned a_few_refusals(unsigned n)
{
    return n % 4;
}

static void test_connections_are_kept_and_reused(void **state)
{
    const char *const words[] = {"--generate",
                                 "60",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--time-scale",
                                 "10000",
                                 "--connections",
                                 "2",
                                 "--per-connection",
                                 "7",
                                 NULL};
    const struct mx_receiver_script refusing = {
        .refusals = a_few_refusals, .refusal = "451 4.7.1 Greylisted\r\n", .has_extensions = true};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &refusing);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_int_equal(mx_test_receiver.counts->open_max, 2);
    assert_true(mx_test_receiver.counts->per_connection_max <= 7);
    assert_true(mx_test_receiver.counts->per_connection_max > 1);
    assert_true(mx_test_receiver.counts->resets > 0); /* a refusal does not cost the connection */
    assert_true(mx_test_receiver.counts->quits > 0);
}

/* All under one poll. */
static void test_hundreds_of_connections(void **state)
{
    const struct mx_receiver_script honest = {.has_extensions = true};
    const char *const words[] = {"--generate",
                                 "1200",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--connections",
                                 "400",
                                 NULL};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &honest);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_true(mx_test_send_total(&mx_test_sending, "delivered") == 1200);
    /* 400, unless the machine is so slow that some are closed again, unused for seconds */
    assert_in_range(mx_test_receiver.counts->open_max, 200, 400);
    assert_in_range(mx_test_receiver.counts->connections, 400, 1200);
}

/* 20 at 10 a second, of which one second's worth may go out at once. */
static void test_rate_is_kept(void **state)
{
    const struct mx_receiver_script honest = {.refusals = NULL};
    const char *const words[] = {"--generate", "20",
                                 "--from",     "a@example.com",
                                 "--to",       "u{n}@example.net",
                                 "--relay",    mx_test_receiver.relay,
                                 "--rate",     "10/s",
                                 NULL};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &honest);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_true(mx_test_sending.seconds > 0.9);
}

/* --- what a relay may do --- */

static void check_mischief(enum mx_receiver_mischief mischief, enum mx_receiver_place place,
                           bool has_extensions)
{
    const struct mx_receiver_script script = {.mischief = mischief,
                                              .place = place,
                                              .mischief_count = 3,
                                              .has_extensions = has_extensions};
    /* Longer than an honest connection ever needs, but where the test has to wait for its end:
     * libcurl, which greets, reads an endless line on. */
    const bool is_waited_out =
        mischief == MX_RECEIVER_STALL ||
        (mischief == MX_RECEIVER_ENDLESS_LINE && place <= MX_RECEIVER_AT_EHLO);
    const char *const timeout_s = is_waited_out ? "3" : "60";
    const char *const words[] = {"--generate",
                                 "8",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--timeout",
                                 timeout_s,
                                 "--connections",
                                 "4",
                                 "--time-scale",
                                 "5000",
                                 NULL};

    print_message("mischief %d at %d\n", (int)mischief, (int)place);
    mx_receiver_start(&mx_test_receiver, &script);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    for (unsigned n = 1; n <= 8; n++) {
        assert_int_equal(mx_test_receiver.counts->accepted[n], 1);
    }
    /* each of the three cost its own message one deferral */
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals") == 3);
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals_outage") == 3);
    assert_true(mx_test_send_total(&mx_test_sending, "delivered") == 8);
    assert_true(mx_test_send_said(&mx_test_sending, "mxsim: relay 127.0.0.1:"));
    mx_receiver_stop(&mx_test_receiver);
    assert_int_equal(mx_test_send_tear_down(NULL), 0);
    assert_int_equal(mx_test_send_set_up(NULL), 0);
}

static void test_a_relay_costs_one_connection_at_a_time(void **state)
{
    (void)state;
    if (mx_test_full()) {
        for (int m = MX_RECEIVER_HANG_UP; m <= MX_RECEIVER_WRONG_CLASS; m++) {
            for (int p = MX_RECEIVER_AT_CONNECT; p <= MX_RECEIVER_AT_END; p++) {
                if (m == MX_RECEIVER_WRONG_CLASS && p == MX_RECEIVER_AT_DATA) {
                    continue; /* there 3xx says go on */
                }
                check_mischief((enum mx_receiver_mischief)m, (enum mx_receiver_place)p, true);
            }
        }
        return;
    }
    check_mischief(MX_RECEIVER_HANG_UP, MX_RECEIVER_AT_CONNECT, true);
    check_mischief(MX_RECEIVER_HANG_UP, MX_RECEIVER_AT_END, true);
    check_mischief(MX_RECEIVER_GARBAGE, MX_RECEIVER_AT_CONNECT, true);
    check_mischief(MX_RECEIVER_GARBAGE, MX_RECEIVER_AT_RCPT, false);
    check_mischief(MX_RECEIVER_STALL, MX_RECEIVER_AT_EHLO, true);
    check_mischief(MX_RECEIVER_STALL, MX_RECEIVER_AT_END, true);
    check_mischief(MX_RECEIVER_ENDLESS_LINE, MX_RECEIVER_AT_CONNECT, true);
    check_mischief(MX_RECEIVER_ENDLESS_LINE, MX_RECEIVER_AT_MAIL, true);
    check_mischief(MX_RECEIVER_ENDLESS_REPLY, MX_RECEIVER_AT_DATA, false);
    check_mischief(MX_RECEIVER_WRONG_CLASS, MX_RECEIVER_AT_RCPT, true);
}

/* An answer that nobody asked for is not the next message's. */
static void test_an_answer_too_many(void **state)
{
    const struct mx_receiver_script script = {.mischief = MX_RECEIVER_SAYS_MORE,
                                              .place = MX_RECEIVER_AT_END,
                                              .mischief_count = 5,
                                              .has_extensions = true};
    const char *const words[] = {"--generate",
                                 "8",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--connections",
                                 "1",
                                 NULL};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &script);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_true(mx_test_send_total(&mx_test_sending, "delivered") == 8);
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals") == 0);
    assert_int_equal(mx_test_receiver.counts->connections, 6);
    for (unsigned n = 1; n <= 8; n++) {
        assert_int_equal(mx_test_receiver.counts->accepted[n], 1);
    }
}

/* Refused before its text was out: the rest of the text must not be taken for commands. */
static void test_a_refusal_within_the_message(void **state)
{
    static char text[8 * 1024 * 1024];
    const struct mx_receiver_script script = {.mischief = MX_RECEIVER_EARLY_REFUSAL,
                                              .place = MX_RECEIVER_AT_DATA,
                                              .mischief_count = 1,
                                              .has_extensions = true};
    const char *const words[] = {mx_test_sending.mail, "--relay", mx_test_receiver.relay,
                                 "--connections",      "1",       NULL};
    int at = snprintf(text, sizeof text, "From: a@example.com\nTo: u1@example.net\n\n");

    (void)state;
    for (size_t i = (size_t)at; i + 1 < sizeof text; i++) {
        text[i] = i % 64 == 0 ? '\n' : 'x';
    }
    mx_receiver_start(&mx_test_receiver, &script);
    mx_test_send_write(&mx_test_sending, "1-large.eml", text);
    mx_test_send_write(&mx_test_sending, "2-small.eml", "From: a@b\nTo: u2@example.net\n\nx\n");
    mx_test_send_write(&mx_test_sending, "3-small.eml", "From: a@b\nTo: u3@example.net\n\nx\n");
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_true(mx_test_send_total(&mx_test_sending, "soft_bounced_rejected") == 1);
    assert_true(mx_test_send_total(&mx_test_sending, "delivered") == 2);
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals") == 0);
}

/* Nobody listens: deferrals until the end, no crash. */
static void test_no_relay_is_a_deferral(void **state)
{
    const char *words[] = {"--generate",
                           "3",
                           "--from",
                           "a@example.com",
                           "--to",
                           "u{n}@example.net",
                           "--relay",
                           mx_test_receiver.relay,
                           "--time-scale",
                           "1000000",
                           NULL};

    (void)state;
    mx_receiver_refuse(&mx_test_receiver);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_true(mx_test_send_total(&mx_test_sending, "soft_bounced_expired") == 3);
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals_outage") >= 3);
    assert_true(mx_test_send_said(&mx_test_sending, "mxsim: relay 127.0.0.1:"));
}

/* --- messages --- */

static void test_a_message_arrives_as_it_was(void **state)
{
    static const char text[] =
        "From: a@example.com\r\nTo: u1@example.net\r\nBcc: u2@example.org\r\n"
        "Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n";
    static const char wanted[] = "From: a@example.com\r\nTo: u1@example.net\r\n"
                                 "Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n";
    const struct mx_receiver_script honest = {.has_extensions = true};
    const char *const words[] = {mx_test_sending.mail, "--relay", mx_test_receiver.relay, NULL};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &honest);
    mx_test_send_write(&mx_test_sending, "one.eml", text);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_int_equal(mx_test_receiver.counts->accepted[1], 1);
    assert_int_equal(mx_test_receiver.counts->accepted[2], 1);
    assert_int_equal(mx_test_receiver.counts->message_size, sizeof wanted - 1);
    assert_memory_equal((const void *)(uintptr_t)mx_test_receiver.counts->message, wanted,
                        sizeof wanted - 1);
}

/* The good go out, the others are named, and the exit code tells. */
static void test_malformed_files_are_named(void **state)
{
    const struct mx_receiver_script honest = {.has_extensions = true};
    const char *const words[] = {mx_test_sending.mail, "--relay", mx_test_receiver.relay, NULL};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &honest);
    mx_test_send_write(&mx_test_sending, "good.eml", "From: a@b\nTo: u1@example.net\n\nx\n");
    mx_test_send_write(&mx_test_sending, "bad.eml", "nothing of a header\n\nx\n");
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 3);
    assert_true(mx_test_send_said(&mx_test_sending, "bad.eml: line 1: no header field"));
    assert_int_equal(mx_test_receiver.counts->accepted[1], 1);
    assert_int_equal(mx_test_send_run(&mx_test_sending, words),
                     3); /* again: nothing is sent twice */
    assert_int_equal(mx_test_receiver.counts->accepted[1], 1);
}

/* 8-bit text needs a relay that says 8BITMIME. */
static void test_8bit_text(void **state)
{
    const struct mx_receiver_script modern = {.has_extensions = true};
    const struct mx_receiver_script old = {.has_extensions = false};
    const char *const words[] = {mx_test_sending.mail, "--relay", mx_test_receiver.relay, NULL};

    (void)state;
    mx_receiver_start(&mx_test_receiver, &modern);
    mx_test_send_write(&mx_test_sending, "a.eml", "From: a@b\nTo: u1@example.net\n\n\xc3\xbc\n");
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_int_equal(mx_test_receiver.counts->accepted[1], 1);
    assert_int_equal(mx_test_send_tear_down(NULL), 0);

    assert_int_equal(mx_test_send_set_up(NULL), 0);
    mx_receiver_start(&mx_test_receiver, &old);
    mx_test_send_write(&mx_test_sending, "a.eml", "From: a@b\nTo: u1@example.net\n\n\xc3\xbc\n");
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
    assert_int_equal(mx_test_receiver.counts->accepted[1], 0);
    assert_true(mx_test_send_total(&mx_test_sending, "soft_bounced_rejected") == 1);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mx_test_send_set_up, mx_test_send_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(test_connections_are_kept_and_reused),
        TEST(test_hundreds_of_connections),
        TEST(test_rate_is_kept),
        TEST(test_a_relay_costs_one_connection_at_a_time),
        TEST(test_an_answer_too_many),
        TEST(test_a_refusal_within_the_message),
        TEST(test_no_relay_is_a_deferral),
        TEST(test_a_message_arrives_as_it_was),
        TEST(test_malformed_files_are_named),
        TEST(test_8bit_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
