// SPDX-License-Identifier: GPL-3.0-or-later
/* test_send.c - `mxsim send` against a receiver that does as it is told. */
/* mxtest: no-check full timeout=240 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/random.h"
#include "sim/live/spool.h"
#include "sim/scenario/reader.h"
#include "sim/scheduler/scheduler.h"
#include "tests/support_receiver.h"
#include "tests/support_send.h"

static struct mx_test_send sending;
static struct mx_receiver receiver;

static int set_up(void **state)
{
    (void)state;
    mx_test_send_open(&sending);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mx_receiver_stop(&receiver);
    mx_test_send_close(&sending);
    return 0;
}

/* --- the same under both clocks --- */

#define MESSAGES 60
#define ROWS_MAX 20000
#define NEVER_ACCEPTED 1000000U

/* Some at once, most after a few, one in ten never. */
static unsigned some_refusals(unsigned n)
{
    return n % 10 == 9 ? NEVER_ACCEPTED : n % 4;
}

static struct mx_spool_event rows[ROWS_MAX];
static size_t row_count;

static bool keep_row(void *context, const struct mx_spool_event *event)
{
    (void)context;
    assert_true(row_count < ROWS_MAX);
    assert_true(event->recipient >= 1 && event->recipient <= MESSAGES);
    rows[row_count++] = *event;
    return true;
}

static void count_row(void *context, const struct mx_test_attempt *attempt)
{
    (void)attempt;
    ++*(size_t *)context;
}

/* All that happened, as the spool recorded it; the trace has a row for each. */
static void read_rows(void)
{
    struct mx_spool *spool = mx_spool_open(sending.spool);
    struct mx_test_run run = {.status = 0};
    size_t traced = 0;

    row_count = 0;
    assert_non_null(spool);
    assert_true(mx_spool_each_event(spool, keep_row, NULL));
    mx_spool_close(spool);
    (void)snprintf(run.trace, sizeof run.trace, "%s", sending.trace);
    mx_test_trace_read(&run, count_row, &traced);
    assert_int_equal(traced, row_count);
}

static void load_policy(const char *name, struct mx_retry_policy *policy)
{
    static const char *const dirs[] = {"scenarios"};
    struct mx_mistakes mistakes = {0};
    int status = mx_reader_load_policy(name,
                                       &(struct mx_reader_options){.preset_dirs = dirs,
                                                                   .preset_dir_count = 1,
                                                                   .access = &mx_file_access_disk},
                                       policy, &mistakes);

    mx_mistakes_fini(&mistakes);
    assert_int_equal(status, 0);
}

/* The next row of a message, after *at. */
static const struct mx_spool_event *next_row(uint64_t message, size_t *at)
{
    for (; *at < row_count; (*at)++) {
        if (rows[*at].recipient == message) {
            return &rows[(*at)++];
        }
    }
    fail_msg("message %llu has fewer events than under the virtual clock",
             (unsigned long long)message);
    return NULL;
}

/* The scheduler alone, its clock moved by hand, given the replies at the times at which they came:
 * message for message the same attempts, due times and ends. */
static void compare_with_virtual(const struct mx_retry_policy *policy)
{
    struct mx_scheduler *scheduler = mx_scheduler_create(policy, MX_QUEUE_HEAP);
    struct mx_stream draws = mx_stream_make(1, 0, mx_key_of_name("example.net"));
    size_t at[MESSAGES + 1] = {0}, events = 0, held = 0;
    struct mx_entry entry;

    assert_non_null(scheduler);
    for (uint64_t m = 1; m <= MESSAGES; m++) {
        assert_int_equal(mx_scheduler_submit(scheduler, m, 0, 0, 0, 0), MX_SCHEDULER_OK);
    }
    while (mx_scheduler_take_due(scheduler, MX_DUE_US_MAX, &entry, 1) == 1) {
        const struct mx_spool_event *row = next_row(entry.message, &at[entry.message]);
        struct mx_outcome outcome = {.entry = entry, .reply_us = row->reply_us, .u = 0.5};

        events++;
        if (row->expired && entry.kind == MX_DUE_ATTEMPT) { /* it could not start in time */
            assert_int_equal(row->due_us, mx_retry_deadline_us(policy, 0));
            assert_true(entry.due_us < row->due_us);
            assert_int_equal(row->attempt, entry.attempt_count);
            held++;
            continue;
        }
        assert_int_equal(row->due_us, entry.due_us);
        assert_int_equal(row->expired, entry.kind == MX_DUE_EXPIRE);
        if (entry.kind == MX_DUE_EXPIRE) {
            assert_int_equal(row->attempt, entry.attempt_count);
            continue;
        }
        assert_int_equal(row->attempt, entry.attempt_count + 1);
        assert_true(row->start_us >= entry.due_us && row->reply_us >= row->start_us);
        outcome.result = entry.attempt_count < some_refusals((unsigned)entry.message)
                             ? MX_RESULT_REFUSED
                             : MX_RESULT_DONE;
        assert_int_equal(row->verdict, outcome.result == MX_RESULT_REFUSED ? MX_BUSY : MX_ACCEPT);
        if (mx_retry_is_random(policy)) {
            outcome.u = mx_uniform(
                mx_draw(&draws, entry.message, entry.attempt_count, MX_DRAW_RETRY).word[0]);
        }
        assert_int_equal(mx_scheduler_report(scheduler, &outcome, 1), MX_SCHEDULER_OK);
        if (outcome.result == MX_RESULT_REFUSED) {
            assert_int_equal(row->next_us, outcome.decision.next_us);
        }
    }
    assert_int_equal(events, row_count);
    assert_true(held <= MESSAGES / 10); /* of those that nobody accepts */
    mx_scheduler_destroy(scheduler);
}

/* As fast as lets a lifetime take 1.3 s, so that what waits is not over at once. */
static void check_policy(const char *name)
{
    char scale[16];
    const char *const words[] = {"--generate",
                                 "60",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 receiver.relay,
                                 "--policy",
                                 name,
                                 "--time-scale",
                                 scale,
                                 NULL};
    struct mx_retry_policy policy;
    int64_t fastest;

    load_policy(name, &policy);
    fastest = policy.lifetime_us / 1300000;
    (void)snprintf(scale, sizeof scale, "%d", fastest < 200000 ? (int)fastest : 200000);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    read_rows();
    compare_with_virtual(&policy);
    for (unsigned n = 1; n <= MESSAGES; n++) {
        assert_int_equal(receiver.counts->accepted[n], some_refusals(n) == NEVER_ACCEPTED ? 0 : 1);
    }
    assert_true(mx_test_send_total(&sending, "delivered") == 54);
    assert_true(mx_test_send_total(&sending, "soft_bounced_expired") == 6);
    assert_true(mx_test_send_total(&sending, "pending") == 0);
    assert_true(mx_test_send_total(&sending, "deferrals_greylist") ==
                mx_test_send_total(&sending, "deferrals"));
}

static const struct mx_receiver_script refusing = {
    .refusals = some_refusals, .refusal = "451 4.7.1 Greylisted\r\n", .has_extensions = true};

/* Gaps alone. */
static void test_bluecore_is_the_same_under_both_clocks(void **state)
{
    (void)state;
    mx_receiver_start(&receiver, &refusing);
    check_policy("bluecore");
}

/* Segments: the spool keeps gap and first deferral. */
static void test_exim_is_the_same_under_both_clocks(void **state)
{
    (void)state;
    mx_receiver_start(&receiver, &refusing);
    check_policy("exim");
}

/* By age, at scans. */
static void test_postfix_is_the_same_under_both_clocks(void **state)
{
    (void)state;
    mx_receiver_start(&receiver, &refusing);
    check_policy("postfix");
}

static void test_all_are_the_same_under_both_clocks(void **state)
{
    glob_t found;

    (void)state;
    if (!mx_test_full()) {
        skip();
    }
    assert_int_equal(glob("scenarios/mtas/*.cfg", 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 20);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[64];

        assert_int_equal(sscanf(found.gl_pathv[i], "scenarios/mtas/%63[^.]", name), 1);
        print_message("%s\n", name);
        mx_receiver_start(&receiver, &refusing);
        check_policy(name);
        mx_receiver_stop(&receiver);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
    globfree(&found);
}

/* Drawn at random. */
static void test_kumomta_is_the_same_under_both_clocks(void **state)
{
    (void)state;
    mx_receiver_start(&receiver, &refusing);
    check_policy("kumomta");
}

/* --- connections --- */

static void test_connections_are_kept_and_reused(void **state)
{
    const char *const words[] = {"--generate",
                                 "60",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 receiver.relay,
                                 "--time-scale",
                                 "10000",
                                 "--connections",
                                 "2",
                                 "--per-connection",
                                 "7",
                                 "--set",
                                 "lifetime=3h",
                                 NULL};

    (void)state;
    mx_receiver_start(&receiver, &refusing);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_int_equal(receiver.counts->open_max, 2);
    assert_true(receiver.counts->per_connection_max <= 7);
    assert_true(receiver.counts->per_connection_max > 1);
    assert_true(receiver.counts->resets > 0); /* a refusal does not cost the connection */
    assert_true(receiver.counts->quits > 0);
}

/* All under one poll. */
static void test_hundreds_of_connections(void **state)
{
    const struct mx_receiver_script honest = {.has_extensions = true};
    const char *const words[] = {
        "--generate", "1200",         "--from",        "a@example.com", "--to", "u{n}@example.net",
        "--relay",    receiver.relay, "--connections", "400",           NULL};

    (void)state;
    mx_receiver_start(&receiver, &honest);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_true(mx_test_send_total(&sending, "delivered") == 1200);
    assert_int_equal(receiver.counts->open_max, 400);
    assert_int_equal(receiver.counts->connections, 400);
}

/* 20 at 10 a second, of which one second's worth may go out at once. */
static void test_rate_is_kept(void **state)
{
    const struct mx_receiver_script honest = {.refusals = NULL};
    const char *const words[] = {
        "--generate", "20",           "--from", "a@example.com", "--to", "u{n}@example.net",
        "--relay",    receiver.relay, "--rate", "10/s",          NULL};

    (void)state;
    mx_receiver_start(&receiver, &honest);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_true(sending.seconds > 0.9);
    assert_true(sending.seconds < 10);
}

/* --- what a relay may do --- */

static void check_mischief(enum mx_receiver_mischief mischief, enum mx_receiver_place place,
                           bool has_extensions)
{
    const struct mx_receiver_script script = {.mischief = mischief,
                                              .place = place,
                                              .mischief_count = 3,
                                              .has_extensions = has_extensions};
    const char *const words[] = {
        "--generate",       "8",       "--from",       "a@example.com", "--to",
        "u{n}@example.net", "--relay", receiver.relay, "--timeout",     "1",
        "--connections",    "4",       "--time-scale", "10000",         NULL};

    print_message("mischief %d at %d\n", (int)mischief, (int)place);
    mx_receiver_start(&receiver, &script);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    for (unsigned n = 1; n <= 8; n++) {
        assert_int_equal(receiver.counts->accepted[n], 1);
    }
    /* each of the three cost its own message one deferral */
    assert_true(mx_test_send_total(&sending, "deferrals") == 3);
    assert_true(mx_test_send_total(&sending, "deferrals_outage") == 3);
    assert_true(mx_test_send_total(&sending, "delivered") == 8);
    assert_true(sending.seconds < 10);
    assert_true(mx_test_send_said(&sending, "mxsim: relay 127.0.0.1:"));
    mx_receiver_stop(&receiver);
    assert_int_equal(tear_down(NULL), 0);
    assert_int_equal(set_up(NULL), 0);
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
                                 receiver.relay,
                                 "--connections",
                                 "1",
                                 NULL};

    (void)state;
    mx_receiver_start(&receiver, &script);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_true(mx_test_send_total(&sending, "delivered") == 8);
    assert_true(mx_test_send_total(&sending, "deferrals") == 0);
    assert_int_equal(receiver.counts->connections, 6);
    for (unsigned n = 1; n <= 8; n++) {
        assert_int_equal(receiver.counts->accepted[n], 1);
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
    const char *const words[] = {sending.mail,    "--relay", receiver.relay,
                                 "--connections", "1",       NULL};
    int at = snprintf(text, sizeof text, "From: a@example.com\nTo: u1@example.net\n\n");

    (void)state;
    for (size_t i = (size_t)at; i + 1 < sizeof text; i++) {
        text[i] = i % 64 == 0 ? '\n' : 'x';
    }
    mx_receiver_start(&receiver, &script);
    mx_test_send_write(&sending, "1-large.eml", text);
    mx_test_send_write(&sending, "2-small.eml", "From: a@b\nTo: u2@example.net\n\nx\n");
    mx_test_send_write(&sending, "3-small.eml", "From: a@b\nTo: u3@example.net\n\nx\n");
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_true(mx_test_send_total(&sending, "soft_bounced_rejected") == 1);
    assert_true(mx_test_send_total(&sending, "delivered") == 2);
    assert_true(mx_test_send_total(&sending, "deferrals") == 0);
}

/* Nobody listens: deferrals until the end, no crash. */
static void test_no_relay_is_a_deferral(void **state)
{
    const struct mx_receiver_script honest = {.refusals = NULL};
    const char *words[] = {"--generate",
                           "3",
                           "--from",
                           "a@example.com",
                           "--to",
                           "u{n}@example.net",
                           "--relay",
                           receiver.relay,
                           "--time-scale",
                           "1000000",
                           NULL};

    (void)state;
    mx_receiver_start(&receiver, &honest); /* for a port that nobody has */
    mx_receiver_stop(&receiver);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_true(mx_test_send_total(&sending, "soft_bounced_expired") == 3);
    assert_true(mx_test_send_total(&sending, "deferrals_outage") >= 3);
    assert_true(mx_test_send_said(&sending, "mxsim: relay 127.0.0.1:"));
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
    const char *const words[] = {sending.mail, "--relay", receiver.relay, NULL};

    (void)state;
    mx_receiver_start(&receiver, &honest);
    mx_test_send_write(&sending, "one.eml", text);
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_int_equal(receiver.counts->accepted[1], 1);
    assert_int_equal(receiver.counts->accepted[2], 1);
    assert_int_equal(receiver.counts->message_size, sizeof wanted - 1);
    assert_memory_equal((const void *)(uintptr_t)receiver.counts->message, wanted,
                        sizeof wanted - 1);
}

/* The good go out, the others are named, and the exit code tells. */
static void test_malformed_files_are_named(void **state)
{
    const struct mx_receiver_script honest = {.has_extensions = true};
    const char *const words[] = {sending.mail, "--relay", receiver.relay, NULL};

    (void)state;
    mx_receiver_start(&receiver, &honest);
    mx_test_send_write(&sending, "good.eml", "From: a@b\nTo: u1@example.net\n\nx\n");
    mx_test_send_write(&sending, "bad.eml", "nothing of a header\n\nx\n");
    assert_int_equal(mx_test_send_run(&sending, words), 3);
    assert_true(mx_test_send_said(&sending, "bad.eml: line 1: no header field"));
    assert_int_equal(receiver.counts->accepted[1], 1);
    assert_int_equal(mx_test_send_run(&sending, words), 3); /* again: nothing is sent twice */
    assert_int_equal(receiver.counts->accepted[1], 1);
}

/* 8-bit text needs a relay that says 8BITMIME. */
static void test_8bit_text(void **state)
{
    const struct mx_receiver_script modern = {.has_extensions = true};
    const struct mx_receiver_script old = {.has_extensions = false};
    const char *const words[] = {sending.mail, "--relay", receiver.relay, NULL};

    (void)state;
    mx_receiver_start(&receiver, &modern);
    mx_test_send_write(&sending, "a.eml", "From: a@b\nTo: u1@example.net\n\n\xc3\xbc\n");
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_int_equal(receiver.counts->accepted[1], 1);
    assert_int_equal(tear_down(NULL), 0);

    assert_int_equal(set_up(NULL), 0);
    mx_receiver_start(&receiver, &old);
    mx_test_send_write(&sending, "a.eml", "From: a@b\nTo: u1@example.net\n\n\xc3\xbc\n");
    assert_int_equal(mx_test_send_run(&sending, words), 0);
    assert_int_equal(receiver.counts->accepted[1], 0);
    assert_true(mx_test_send_total(&sending, "soft_bounced_rejected") == 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(test_bluecore_is_the_same_under_both_clocks),
        TEST(test_exim_is_the_same_under_both_clocks),
        TEST(test_postfix_is_the_same_under_both_clocks),
        TEST(test_kumomta_is_the_same_under_both_clocks),
        TEST(test_all_are_the_same_under_both_clocks),
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
