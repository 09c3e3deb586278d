// SPDX-License-Identifier: GPL-3.0-or-later
/* test_send_parts.c - the parts of `mxsim send` that need no server: addresses, messages, replies,
 * lines, clock. */
/* mxtest: valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/live/intake.h"
#include "sim/live/message_file.h"
#include "sim/live/send_queue.h"
#include "sim/live/smtp_reply.h"
#include "sim/live/wall_clock.h"

/* --- addresses --- */

static void test_valid_addresses(void **state)
{
    static const char *const good[] = {"a@b", "first.last+tag@mail.example.com", "x@[127.0.0.1]",
                                       "o'neil@example.com", "A_b-c@xn--bcher-kva.example"};
    static const char *const bad[] = {"",           "a",       "@b",
                                      "a@",         "a b@c",   "a@b c",
                                      "<a@b>",      "a@b>",    "a@b\r\nRCPT TO:<c@d>",
                                      "\xc3\xbc@b", "a@b..c",  "a@.b",
                                      "\"a b\"@c",  "a@b,c@d", "a@b."};
    char local[100] = {0}, domain[MX_ADDRESS_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(mx_address_is_valid(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (mx_address_is_valid(bad[i])) {
            fail_msg("\"%s\" was taken", bad[i]);
        }
    }
    memset(local, 'a', 64);
    (void)strcat(local, "@b");
    assert_true(mx_address_is_valid(local));
    local[64] = 'a';
    local[65] = '@';
    local[66] = 'b';
    assert_false(mx_address_is_valid(local));
    mx_address_domain("User@Mail.EXAMPLE.com", domain);
    assert_string_equal(domain, "mail.example.com");
}

static char seen[512];

static bool see(void *context, const char *address)
{
    (void)context;
    (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s ", address);
    return true;
}

static bool list(const char *value)
{
    seen[0] = '\0';
    return mx_address_list(value, strlen(value), see, NULL);
}

static void test_address_lists(void **state)
{
    (void)state;
    assert_true(list(" a@b, c@d "));
    assert_string_equal(seen, "a@b c@d ");
    assert_true(list("\"Doe, John; <x@y>\" <john@doe.com> (a, comment (nested) <z@z>),\r\n c@d"));
    assert_string_equal(seen, "john@doe.com c@d ");
    assert_true(list("friends: a@b, Carl <c@d>;, e@f"));
    assert_string_equal(seen, "a@b c@d e@f ");
    assert_true(list("undisclosed-recipients:;"));
    assert_string_equal(seen, "");
    assert_false(list("nobody"));
    assert_false(list("a@b, <>"));
    assert_true(list("A B <a@b> (c), (c) d@e , \"F\" G <h@i>"));
    assert_string_equal(seen, "a@b d@e h@i ");
    static const char *const bad[] = {"a@b c@d",       "John Doe john@doe.com",
                                      "a(x)b@c",       "a@b \"c\" d",
                                      "\"a b\"@c",     "<\"a b\"@c>",
                                      "<a@b",          "a@b>",
                                      "<a@b>>",        "<a@b><c@d>",
                                      "<a@b> c@d",     "<<a@b>>",
                                      "< a b@c>",      "(unclosed",
                                      "a@b (unclosed", "\"unclosed <a@b>, c@d",
                                      "<@r:a@b>",      "a@b, (x\\",
                                      "a@b\"\\"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (list(bad[i])) {
            fail_msg("\"%s\" was taken as %s", bad[i], seen);
        }
    }
}

static void test_numbered_addresses(void **state)
{
    char address[MX_ADDRESS_SIZE];

    (void)state;
    assert_true(mx_intake_address("u{n}@example.com", 12, address));
    assert_string_equal(address, "u12@example.com");
    assert_true(mx_intake_address("u@d{n}.example.com", 3, address));
    assert_string_equal(address, "u@d3.example.com");
    assert_true(mx_intake_address("u@example.com", 3, address));
    assert_string_equal(address, "u@example.com");
    assert_false(mx_intake_address("u{n}", 3, address));
}

/* --- messages --- */

static struct mx_message message;
static char error[MX_MESSAGE_ERROR_SIZE];

static bool parse_bytes(const char *raw, size_t size, bool needs_recipients)
{
    error[0] = '\0';
    return mx_message_parse(&message, raw, size, needs_recipients, error);
}

static bool parse(const char *raw, bool needs_recipients)
{
    return parse_bytes(raw, strlen(raw), needs_recipients);
}

static void test_messages_are_made_ready(void **state)
{
    (void)state;
    assert_true(
        parse("From: A <a@b>\nTo: c@d,\n e@f\nBcc: g@h,\n\ti@j\nSubject: s\n\n.\nline\n", true));
    assert_string_equal(message.sender, "a@b");
    assert_int_equal(message.recipient_count, 4);
    assert_string_equal(message.recipients[3], "i@j");
    message.text[message.size] = '\0';
    assert_string_equal(message.text,
                        "From: A <a@b>\r\nTo: c@d,\r\n e@f\r\nSubject: s\r\n\r\n.\r\nline\r\n");
    mx_message_fini(&message);

    /* no end of the last line; recipients said twice */
    assert_true(parse("from: a@b\r\nTO: c@d\r\ncc: c@d\r\n\r\nx", true));
    assert_int_equal(message.recipient_count, 1);
    assert_int_equal(message.size, strlen("from: a@b\r\nTO: c@d\r\ncc: c@d\r\n\r\nx\r\n"));
    mx_message_fini(&message);

    assert_true(parse("From: a@b\n\n", false));
    assert_int_equal(message.recipient_count, 0);
    mx_message_fini(&message);
    assert_true(parse("From: a@b\n\n\xc3\xbc\n", false));
    mx_message_fini(&message);
}

static void test_malformed_messages_are_refused(void **state)
{
    char line[1100];

    (void)state;
    assert_false(parse("", false));
    assert_non_null(strstr(error, "is empty"));
    assert_false(parse("\nbody\n", false));
    assert_non_null(strstr(error, "no header"));
    assert_false(parse("just text\n\nbody\n", false));
    assert_non_null(strstr(error, "line 1: no header field"));
    assert_false(parse("From: a@b\nTo: c@d\n", false));
    assert_non_null(strstr(error, "no empty line"));
    assert_false(parse(" folded: x\nFrom: a@b\n\n", false));
    assert_non_null(strstr(error, "line 1: begins with a folded line"));
    assert_false(parse("To: c@d\n\nx\n", false));
    assert_non_null(strstr(error, "has no From"));
    assert_false(parse("From: a@b\n\nx\n", true));
    assert_non_null(strstr(error, "names no recipients"));
    assert_false(parse("Subject: x\nFrom: nobody\n\nx\n", false));
    assert_non_null(strstr(error, "line 2: From"));
    assert_false(parse("From: a@b\nTo: c@d, nobody\n\nx\n", true));
    assert_non_null(strstr(error, "line 2: a list"));
    assert_false(parse("From: a@b\nSubject: \xc3\xbc\n\nx\n", false));
    assert_non_null(strstr(error, "line 2: a header is not plain ASCII"));
    assert_false(parse("From: a@b\n\nx\ry\n", false));
    assert_non_null(strstr(error, "line 3: holds a carriage return"));
    assert_false(parse_bytes("From: a@b\n\nx\0y\n", 15, false));
    assert_non_null(strstr(error, "line 3: holds a NUL"));
    memset(line, 'x', sizeof line);
    memcpy(line, "From: a@b\n\n", 11);
    assert_true(parse_bytes(line, 11 + 998, false));
    mx_message_fini(&message);
    assert_false(parse_bytes(line, 11 + 999, false));
    assert_non_null(strstr(error, "line 3: longer than 998"));
}

/* --- replies --- */

static int add(struct mx_smtp_reply *reply, const char *line)
{
    return mx_smtp_reply_add(reply, line, strlen(line));
}

static void test_reply_lines(void **state)
{
    struct mx_smtp_reply reply = {.code = 0};

    (void)state;
    assert_int_equal(add(&reply, "421-4.7.28 Our system has detected"), 0);
    assert_int_equal(add(&reply, "421 4.7.28 an unusual rate"), 1);
    assert_int_equal(reply.code, 421);
    assert_string_equal(reply.enhanced, "4.7.28");
    assert_string_equal(reply.text, "Our system has detected an unusual rate");

    reply = (struct mx_smtp_reply){.code = 0};
    assert_int_equal(add(&reply, "250"), 1);
    assert_string_equal(reply.text, "");
    reply = (struct mx_smtp_reply){.code = 0};
    assert_int_equal(add(&reply, "550 5.1 no enhanced code"), 1);
    assert_string_equal(reply.enhanced, "");
    reply = (struct mx_smtp_reply){.code = 0};
    assert_int_equal(add(&reply, "550 4.1.1 of another class"), 1);
    assert_string_equal(reply.enhanced, "");

    static const char *const garbage[] = {"",       "25",     "abc",        "250x",
                                          "150 no", "650 no", "hello there"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        reply = (struct mx_smtp_reply){.code = 0};
        assert_int_equal(add(&reply, garbage[i]), -1);
    }
    reply = (struct mx_smtp_reply){.code = 0};
    assert_int_equal(add(&reply, "250-one"), 0);
    assert_int_equal(add(&reply, "550 other"), -1);
}

static void judge(enum mx_smtp_stage stage, const char *line, enum mx_verdict verdict,
                  enum mx_reason reason)
{
    struct mx_smtp_reply reply = {.stage = stage};
    enum mx_verdict found_verdict;
    enum mx_reason found_reason;

    if (line != NULL) {
        assert_int_equal(add(&reply, line), 1);
    }
    reply.stage = stage;
    mx_smtp_reply_judge(&reply, &found_verdict, &found_reason);
    if (found_verdict != verdict || found_reason != reason) {
        fail_msg("\"%s\" is %s/%s, not %s/%s", line, mx_verdict_name(found_verdict),
                 mx_reason_name(found_reason), mx_verdict_name(verdict), mx_reason_name(reason));
    }
}

static void test_replies_mean(void **state)
{
    (void)state;
    judge(MX_STAGE_END, "250 2.0.0 Ok", MX_ACCEPT, MX_REASON_NONE);
    judge(MX_STAGE_CONNECT, NULL, MX_BUSY, MX_REASON_OUTAGE);
    judge(MX_STAGE_END, NULL, MX_BUSY, MX_REASON_OUTAGE);
    judge(MX_STAGE_CONNECT, "421 too many connections", MX_BUSY, MX_REASON_CONNECTIONS);
    judge(MX_STAGE_CONNECT, "554 go away", MX_BUSY, MX_REASON_OUTAGE);
    judge(MX_STAGE_RCPT, "450 4.3.0 Error: command failed", MX_BUSY, MX_REASON_CAPACITY);
    judge(MX_STAGE_RCPT, "450 4.2.0 Recipient address rejected: Greylisted, try again", MX_BUSY,
          MX_REASON_GREYLIST);
    judge(MX_STAGE_RCPT, "452 4.2.2 Mailbox full", MX_BUSY, MX_REASON_MAILBOX_FULL);
    judge(MX_STAGE_RCPT, "550 No such user here", MX_REJECT_HARD, MX_REASON_UNKNOWN);
    judge(MX_STAGE_RCPT, "550 rejected", MX_REJECT_HARD, MX_REASON_UNKNOWN);
    judge(MX_STAGE_END, "554 5.7.1 spam", MX_REJECT_SOFT, MX_REASON_BLOCKED);
    judge(MX_STAGE_MAIL, "500 5.3.0 Error: command failed", MX_REJECT_SOFT, MX_REASON_CONTENT);
    judge(MX_STAGE_RSET, "500 5.3.0 what?", MX_BUSY, MX_REASON_OUTAGE);
}

/* What a simulated receiver says in plain words is understood as what it meant. */
static void test_generic_replies_are_understood(void **state)
{
    static const struct {
        enum mx_verdict verdict;
        enum mx_reason reason;
    } pairs[] = {
        {MX_BUSY, MX_REASON_OUTAGE},         {MX_BUSY, MX_REASON_CONNECTIONS},
        {MX_BUSY, MX_REASON_RATE},           {MX_BUSY, MX_REASON_SPIKE},
        {MX_BUSY, MX_REASON_REPUTATION},     {MX_BUSY, MX_REASON_CAPACITY},
        {MX_BUSY, MX_REASON_GREYLIST},       {MX_BUSY, MX_REASON_CONTENT},
        {MX_BUSY, MX_REASON_MAILBOX_FULL},   {MX_REJECT_HARD, MX_REASON_UNKNOWN},
        {MX_REJECT_HARD, MX_REASON_CLOSED},  {MX_REJECT_SOFT, MX_REASON_MAILBOX_FULL},
        {MX_REJECT_SOFT, MX_REASON_BLOCKED}, {MX_REJECT_SOFT, MX_REASON_CONTENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct mx_reply_text *text =
            mx_reply_text(MX_STYLE_GENERIC, pairs[i].verdict, pairs[i].reason);
        char line[512];

        (void)snprintf(line, sizeof line, "%d %s %s", text->code, text->enhanced, text->text);
        judge(MX_STAGE_RCPT, line, pairs[i].verdict, pairs[i].reason);
    }
}

/* --- lines and clock --- */

static bool is_even(void *context, const struct mx_entry *entry)
{
    *(unsigned *)context += entry->message % 2 == 0;
    return entry->message % 2 == 0;
}

static void test_lines(void **state)
{
    struct mx_send_queue *queue = mx_send_queue_create(3);
    struct mx_entry entry = {0};
    unsigned swept = 0;

    (void)state;
    assert_non_null(queue);
    for (uint64_t i = 0; i < 5000; i++) {
        assert_true(mx_send_queue_push(
            queue, &(struct mx_entry){.message = i, .destination = (uint16_t)(i % 3)}));
    }
    assert_int_equal(mx_send_queue_lines(queue), 3);
    assert_int_equal(mx_send_queue_count(queue), 5000);
    mx_send_queue_sweep(queue, is_even, &swept);
    assert_int_equal(swept, 2500);
    for (uint64_t i = 1; i < 5000; i += 2) {
        mx_send_queue_pop(queue, (uint32_t)(i % 3), &entry);
        assert_int_equal(entry.message, i);
    }
    assert_int_equal(mx_send_queue_lines(queue), 0);
    assert_int_equal(mx_send_queue_count(queue), 0);
    assert_true(mx_send_queue_push(queue, &(struct mx_entry){.message = 2, .destination = 1}));
    mx_send_queue_sweep(queue, is_even, &swept);
    assert_int_equal(mx_send_queue_lines(queue), 0);
    mx_send_queue_destroy(queue);
}

static void test_waiting_is_rounded_up(void **state)
{
    struct mx_wall_clock clock;
    int64_t first_us;

    (void)state;
    mx_wall_clock_start(&clock, 5000000, 600);
    first_us = mx_wall_clock_now_us(&clock);
    assert_true(first_us >= 5000000);
    assert_true(mx_wall_clock_now_us(&clock) >= first_us);
    assert_int_equal(mx_wall_clock_wait_ms(&clock, 0, 0, 1000), 0);
    assert_int_equal(mx_wall_clock_wait_ms(&clock, 10, 5, 1000), 0);
    assert_int_equal(mx_wall_clock_wait_ms(&clock, 0, 1, 1000), 1);
    assert_int_equal(mx_wall_clock_wait_ms(&clock, 0, 600000, 1000), 1);
    assert_int_equal(mx_wall_clock_wait_ms(&clock, 0, 600001, 1000), 2);
    assert_int_equal(mx_wall_clock_wait_ms(&clock, 0, MX_NEVER, 1000), 1000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid_addresses),
        cmocka_unit_test(test_address_lists),
        cmocka_unit_test(test_numbered_addresses),
        cmocka_unit_test(test_messages_are_made_ready),
        cmocka_unit_test(test_malformed_messages_are_refused),
        cmocka_unit_test(test_reply_lines),
        cmocka_unit_test(test_replies_mean),
        cmocka_unit_test(test_generic_replies_are_understood),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_waiting_is_rounded_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
