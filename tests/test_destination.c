// SPDX-License-Identifier: GPL-3.0-or-later
/* test_destination.c - what messages to one destination share, as the whole program: a provider
 * that is down for a while, four messages, times worked out by hand from the sources that the
 * presets name. One connection, 1 s a transaction, no time to connect; the messages are made at
 * 0.5, 1.5, 2.5 and 3.5 s. */
#define _DEFAULT_SOURCE /* mkstemps */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support_mxsim.h"

#define S INT64_C(1000000)
#define MESSAGES 4

static const char scenario[] =
    "name = \"destination\"; start = \"2026-11-27 09:00\"; time_zone = \"UTC\"; horizon = \"5d\";\n"
    "lists = { l = { mailbox_full = \"0%\"; }; };\n"
    "pools = { main = { ips = ( { name = \"ip\"; } ); }; };\n"
    "mta = { connections = 1; messages_per_connection = \"none\"; connect_time = \"0s\";\n"
    "  transaction_time = \"1s\"; throttle = \"none\"; retry = { preset = \"exim\"; }; };\n"
    "campaigns = { c = { list = \"l\"; pool = \"main\"; recipients = 4; window = \"4s\";\n"
    "  mix = { receiver = \"100%\"; }; }; };\n"
    "providers = { receiver = { outages = ( { from = \"0s\"; to = \"20m\"; } );\n"
    "  content = { busy = \"0%\"; }; }; };\n";

static char file[64];

static int write_scenario(void **state)
{
    (void)state;
    snprintf(file, sizeof file, "/tmp/mxsim-destination-XXXXXX.cfg");
    const int descriptor = mkstemps(file, 4);
    FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    return out == NULL || fputs(scenario, out) < 0 || fclose(out) != 0;
}

static int remove_scenario(void **state)
{
    (void)state;
    return remove(file);
}

#define ROWS_MAX 400

struct rows {
    size_t count;
    struct mx_test_attempt row[ROWS_MAX];
};

static void keep(void *context, const struct mx_test_attempt *row)
{
    struct rows *rows = context;
    assert_true(rows->count < ROWS_MAX);
    rows->row[rows->count++] = *row;
}

static struct mx_test_run run;
static struct rows rows;

static void run_with(const char *const *sets)
{
    rows.count = 0;
    mx_test_run_open(&run, file, 1, true, sets);
    mx_test_trace_read(&run, keep, &rows);
}

static void totals_are(double attempts, double deferrals, double non_attempts)
{
    const double counted[] = {mx_test_value(&run, "total", "attempts"),
                              mx_test_value(&run, "total", "deferrals"),
                              mx_test_value(&run, "total", "non_attempts")};
    if (counted[0] != attempts || counted[1] != deferrals || counted[2] != non_attempts) {
        fail_msg("attempts %g, deferrals %g, non-attempts %g", counted[0], counted[1], counted[2]);
    }
}

static void row_is(size_t i, const char *verdict, int64_t time_us, int64_t next_us)
{
    assert_true(i < rows.count);
    const struct mx_test_attempt *row = &rows.row[i];
    if (strcmp(row->verdict, verdict) != 0 || row->time_us != time_us || row->next_us != next_us) {
        fail_msg("row %zu: %s at %.6f s, next %.6f s", i, row->verdict, (double)row->time_us / 1e6,
                 (double)row->next_us / 1e6);
    }
}

/* The first failure, read as second 1, holds all four until 901; the second until 1802. */
static void exim_one_failure_holds_the_host(void **unused)
{
    (void)unused;
    run_with(NULL);
    totals_are(6, 2, 6);
    row_is(0, "busy", S * 3 / 2, 901 * S);
    row_is(1, "non_attempt", S * 3 / 2, 901 * S);
    row_is(2, "non_attempt", S * 5 / 2, 901 * S);
    row_is(3, "non_attempt", S * 7 / 2, 901 * S);
    row_is(4, "busy", 902 * S, 1802 * S);
    for (size_t i = 5; i < 8; i++) {
        row_is(i, "non_attempt", 902 * S, 1802 * S);
    }
    for (size_t i = 8; i < 12; i++) {
        row_is(i, "accept", (1803 + (int64_t)i - 8) * S, -1);
    }
    mx_test_run_close(&run);
}

/* The rule's 28 attempts are the host's. Past its cutoff the first message ends with its attempt,
 * the others without one. */
static void exim_past_the_cutoff(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"providers.receiver.outages[0].to=10d", NULL};
    run_with(sets);
    totals_are(28, 28, 27 * 3);
    assert_true(mx_test_value(&run, "total", "soft_bounced_expired") == 4);
    assert_true(mx_test_value(&run, "total", "soft_bounced_expired_unattempted") == 3);
    mx_test_run_close(&run);
}

/* A refused recipient is no failure of the host: every message follows the rule by itself. */
static void exim_a_recipient_is_not_the_host(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"providers.receiver.outages[0].to=1us",
                                       "providers.receiver.content.busy=100%", NULL};
    run_with(sets);
    totals_are(4 * 28, 4 * 28, 0);
    mx_test_run_close(&run);
}

/* The address is full for good, and mailed again after a day: at 86,400.5 s its 15 failures (tried
 * at once, then 15 min, from 2 h on 1 h growing by half, from 16 h on 6 h apart) forbid a try until
 * 103,627 s. The new message is tried as it arrives; its failure is the address's and moves that to
 * 108,001 s. From then on the older message, whose turn comes first, is tried for both, and at the
 * end of the rule, 4 days after the first failure, both end with their failures. */
static void exim_an_address_is_shared(void **unused)
{
    (void)unused;
    static const char *const sets[] = {
        "providers.receiver.outages[0].to=1us",
        "horizon=9d",
        "campaigns.c.recipients=1",
        "campaigns.c.window=1s",
        "campaigns.c.repeat={every=\"1d\";count=2;}",
        "lists.l.mailbox_full=100%",
        "lists.l.mailbox_full_emptied_after={law=\"constant\";mean=\"300d\";}",
        NULL};
    run_with(sets);
    totals_are(29, 29, 12);
    row_is(0, "busy", S * 3 / 2, 901 * S);
    row_is(8, "busy", 7209 * S, 10809 * S);
    row_is(13, "busy", 54689 * S, 82026 * S);
    row_is(14, "busy", 82027 * S, 103627 * S);
    row_is(15, "busy", S * 172803 / 2, 108001 * S);
    row_is(16, "non_attempt", 103627 * S, 108001 * S);
    row_is(17, "busy", 108002 * S, 129602 * S);
    row_is(18, "non_attempt", 108002 * S, 129602 * S);
    assert_true(mx_test_value(&run, "total", "soft_bounced_expired") == 2);
    mx_test_run_close(&run);
}

/* PowerMTA: the first failure at 1.5 s holds the queue for 10 minutes, that at 602.5 s for the
 * list's second interval, 20 minutes; what waits in the queue is no non-attempt. */
static void powermta_holds_the_queue(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"mta.retry.preset=powermta",
                                       "mta.retry.gaps=[\"10m\",\"20m\"]", NULL};
    run_with(sets);
    totals_are(6, 2, 0);
    row_is(0, "busy", S * 3 / 2, S * 1203 / 2);
    row_is(1, "busy", S * 1205 / 2, S * 3605 / 2);
    for (size_t i = 2; i < 6; i++) {
        row_is(i, "accept", S * 3607 / 2 + ((int64_t)i - 2) * S, -1);
    }
    mx_test_run_close(&run);
}

/* In backoff mode one refused recipient holds the queue for backoff-retry-after. */
static void powermta_backs_off(void **unused)
{
    (void)unused;
    static const char *const sets[] = {
        "providers.receiver.outages[0].to=1us", "providers.receiver.content.busy=100%",
        "mta.retry.preset=powermta", "mta.retry.backoff_on=[\"content\"]", NULL};
    run_with(sets);
    row_is(0, "busy", S * 3 / 2, S * 3 / 2 + 3600 * S);
    row_is(1, "busy", S * 3 / 2 + 3601 * S, S * 3 / 2 + 7201 * S);
    mx_test_run_close(&run);
}

/* Postfix: 1/5 + 1/3 + 1/2 of a cohort: the third failure, at 3.5 s, kills the destination for
 * 300 s. The fourth message is deferred unattempted, and so is the first when the scan at 300 s
 * takes it; the others, due at 302 and 303 s, wait for the scan at 600 s. */
static void postfix_gives_a_destination_up(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"mta.retry.preset=postfix",
                                       "providers.receiver.outages[0].to=250s", NULL};
    run_with(sets);
    totals_are(7, 3, 2);
    row_is(0, "busy", S * 3 / 2, 300 * S);
    row_is(1, "busy", S * 5 / 2, 600 * S);
    row_is(2, "busy", S * 7 / 2, 600 * S);
    row_is(3, "non_attempt", S * 7 / 2, 600 * S);
    row_is(4, "non_attempt", 300 * S, 600 * S);
    mx_test_run_close(&run);
}

/* Seven messages within 7 ms, transactions of 10 s: five fill the window; the reply to the first
 * makes room for one and lets the window grow by one, and both that waited start with it, not
 * before. */
static void postfix_fills_its_window(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"mta.retry.preset=postfix",
                                       "mta.connections=20",
                                       "mta.transaction_time=\"10s\"",
                                       "campaigns.c.recipients=7",
                                       "campaigns.c.window=7ms",
                                       "providers.receiver.outages[0].to=1us",
                                       NULL};
    run_with(sets);
    totals_are(7, 0, 0);
    for (int64_t i = 0; i < 7; i++) {
        assert_int_equal(rows.row[i].start_us, i < 5 ? 500 + i * 1000 : 10 * S + 500);
        assert_int_equal(rows.row[i].time_us, rows.row[i].start_us + 10 * S);
    }
    mx_test_run_close(&run);
}

/* OpenSMTPD: off for 15 s after the first failure; the others wait for 400 s after their
 * creation. */
static void opensmtpd_leaves_a_route_alone(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"mta.retry.preset=opensmtpd",
                                       "providers.receiver.outages[0].to=100s", NULL};
    run_with(sets);
    totals_are(5, 1, 3);
    row_is(0, "busy", S * 3 / 2, S * 801 / 2);
    row_is(1, "non_attempt", S * 3 / 2, S * 803 / 2);
    row_is(2, "non_attempt", S * 5 / 2, S * 805 / 2);
    row_is(3, "non_attempt", S * 7 / 2, S * 807 / 2);
    mx_test_run_close(&run);
}

/* OpenSMTPD, four messages within 4 ms: a new route has one connection, whose failure at 1.0005 s
 * turns it off; the others were held for it, and are skipped. At 400 s one goes first again. Then
 * the connection is used again each second, since another may be opened 5 s after it at the
 * earliest. */
static void opensmtpd_tries_a_new_route_once(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"mta.retry.preset=opensmtpd", "mta.connections=5",
                                       "campaigns.c.window=4ms",
                                       "providers.receiver.outages[0].to=100s", NULL};
    run_with(sets);
    totals_are(5, 1, 3);
    row_is(0, "busy", S + 500, 400 * S + 500);
    for (int64_t i = 1; i < 4; i++) {
        row_is((size_t)i, "non_attempt", S + 500, 400 * S + 500 + 1000 * i);
    }
    for (int64_t i = 0; i < 4; i++) {
        row_is((size_t)i + 4, "accept", (401 + i) * S + 500, -1);
    }
    mx_test_run_close(&run);
}

/* The same once it works, with transactions of 10 s: another connection every 5 s. */
static void opensmtpd_opens_connections_slowly(void **unused)
{
    (void)unused;
    static const char *const sets[] = {"mta.retry.preset=opensmtpd",
                                       "mta.connections=5",
                                       "mta.transaction_time=\"10s\"",
                                       "campaigns.c.recipients=7",
                                       "campaigns.c.window=7ms",
                                       "providers.receiver.outages[0].to=1us",
                                       NULL};
    static const int64_t ends_s[] = {10, 20, 20, 25, 30, 30, 30};
    run_with(sets);
    totals_are(7, 0, 0);
    for (size_t i = 0; i < 7; i++) { /* from 10 s on the first and a second, at 15 s a third ... */
        assert_int_equal(rows.row[i].time_us / S, ends_s[i]);
    }
    mx_test_run_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exim_one_failure_holds_the_host),
        cmocka_unit_test(exim_past_the_cutoff),
        cmocka_unit_test(exim_a_recipient_is_not_the_host),
        cmocka_unit_test(exim_an_address_is_shared),
        cmocka_unit_test(powermta_holds_the_queue),
        cmocka_unit_test(powermta_backs_off),
        cmocka_unit_test(postfix_gives_a_destination_up),
        cmocka_unit_test(postfix_fills_its_window),
        cmocka_unit_test(opensmtpd_leaves_a_route_alone),
        cmocka_unit_test(opensmtpd_tries_a_new_route_once),
        cmocka_unit_test(opensmtpd_opens_connections_slowly),
    };
    return cmocka_run_group_tests(tests, write_scenario, remove_scenario);
}
