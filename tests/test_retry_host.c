// SPDX-License-Identifier: GPL-3.0-or-later
/* test_retry_host.c - Exim's stock rule as data of a host, worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/retry_host.h"

#define HOUR MX_HOUR_US
#define MINUTE MX_MINUTE_US

/* F,2h,15m; G,16h,1h,1.5; F,4d,6h */
static struct mx_retry_policy stock(void)
{
    return (struct mx_retry_policy){
        .kind = MX_RETRY_SEGMENTS,
        .segment_count = 3,
        .segment = {{'F', 2 * HOUR, 15 * MINUTE, 1},
                    {'G', 16 * HOUR, HOUR, 1.5},
                    {'F', 96 * HOUR, 6 * HOUR, 1}},
        .lifetime_us = MX_NEVER,
        .clock = MX_CLOCK_HOST_FAILURE,
        .expiry = MX_EXPIRE_AFTER_FAILURE,
        .unit = MX_UNIT_HOST,
        .data_expire_us = 7 * MX_DAY_US,
        .delay_after_cutoff = true,
    };
}

/* Let one message fail until it is over; the times of its attempts. */
static uint32_t run_down(const struct mx_retry_policy *policy, struct mx_retry_host *host,
                         int64_t now_us, int64_t *at_us)
{
    const int64_t created_us = now_us;
    for (uint32_t n = 0; n < 100; n++) {
        assert_int_equal(mx_retry_host_ask(policy, host, created_us, now_us), MX_ASK_TRY);
        at_us[n] = now_us;
        const struct mx_retry_decision decision =
            mx_retry_host_fail(policy, host, created_us, now_us, 0.5);
        if (decision.next_us == MX_NEVER) {
            assert_int_equal(decision.expires_us, now_us);
            return n + 1;
        }
        now_us = decision.next_us;
    }
    return 0;
}

static void one_message_follows_the_rule_to_its_cutoff(void **unused)
{
    (void)unused;
    static const double hours[] = {0, 0.25, 0.5, 0.75, 1,      1.25,    1.5,     1.75,
                                   2, 3,    4.5, 6.75, 10.125, 15.1875, 22.78125};
    struct mx_retry_policy policy = stock();
    struct mx_retry_host host = {.known = false};
    int64_t at_us[100];
    assert_int_equal(run_down(&policy, &host, 0, at_us), 28);
    for (uint32_t i = 0; i < 15; i++) {
        assert_int_equal(at_us[i], (int64_t)(hours[i] * (double)HOUR));
    }
    for (uint32_t i = 15; i < 27; i++) { /* every 6 hours */
        assert_int_equal(at_us[i], at_us[14] + (int64_t)(i - 14) * 6 * HOUR);
    }
    assert_int_equal(at_us[27], 96 * HOUR); /* once more, at the cutoff */
    assert_true(host.expired);
    assert_int_equal(host.next_try_us, 102 * HOUR);
}

static void others_wait_for_the_host(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = stock();
    struct mx_retry_host host = {.known = false};
    mx_retry_host_fail(&policy, &host, 0, MINUTE, 0.5);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 2 * MINUTE, 2 * MINUTE), MX_ASK_WAIT);
    assert_int_equal(mx_retry_host_due_us(&policy, &host, 2 * MINUTE, 2 * MINUTE), 16 * MINUTE);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 2 * MINUTE, 16 * MINUTE), MX_ASK_TRY);
    mx_retry_host_clear(&host);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 2 * MINUTE, 2 * MINUTE), MX_ASK_TRY);
}

static void queue_runs_look_at_every_message(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = stock();
    policy.scan_us = 10 * MINUTE;
    struct mx_retry_host host = {.known = false};
    const struct mx_retry_decision decision = mx_retry_host_fail(&policy, &host, 0, MINUTE, 0.5);
    assert_int_equal(decision.next_us, 10 * MINUTE);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 0, 10 * MINUTE), MX_ASK_WAIT);
    assert_int_equal(mx_retry_host_due_us(&policy, &host, 0, 10 * MINUTE), 20 * MINUTE);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 0, 20 * MINUTE), MX_ASK_TRY);
}

static void past_the_cutoff_messages_bounce_unattempted(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = stock();
    struct mx_retry_host host = {.known = false};
    int64_t at_us[100];
    run_down(&policy, &host, 0, at_us);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 97 * HOUR, 97 * HOUR), MX_ASK_EXPIRE);
    /* at the host's own time one is tried, and its failure is its end */
    assert_int_equal(mx_retry_host_ask(&policy, &host, 102 * HOUR, 102 * HOUR), MX_ASK_TRY);
    const struct mx_retry_decision decision =
        mx_retry_host_fail(&policy, &host, 102 * HOUR, 102 * HOUR, 0.5);
    assert_int_equal(decision.expires_us, 102 * HOUR);
    assert_int_equal(host.next_try_us, 108 * HOUR);
    policy.delay_after_cutoff = false;
    assert_int_equal(mx_retry_host_ask(&policy, &host, 103 * HOUR, 103 * HOUR), MX_ASK_TRY);
}

static void a_message_older_than_the_cutoff_is_tried_and_ends(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = stock();
    struct mx_retry_host host = {.known = false};
    /* the host got mail through until hour 90, so that it fails only since then */
    mx_retry_host_fail(&policy, &host, 90 * HOUR, 95 * HOUR, 0.5);
    host.next_try_us = 97 * HOUR;
    assert_int_equal(mx_retry_host_ask(&policy, &host, 0, 95 * HOUR + MINUTE), MX_ASK_WAIT);
    assert_int_equal(mx_retry_host_due_us(&policy, &host, 0, 95 * HOUR + MINUTE), 96 * HOUR);
    assert_int_equal(mx_retry_host_ask(&policy, &host, 0, 96 * HOUR), MX_ASK_TRY);
    const struct mx_retry_decision decision = mx_retry_host_fail(&policy, &host, 0, 96 * HOUR, 0.5);
    assert_int_equal(decision.expires_us, 96 * HOUR);
    assert_false(host.expired);
    /* one attempt is free for the next message in the same condition */
    assert_int_equal(host.next_try_us, 96 * HOUR);
}

static void old_data_are_forgotten(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = stock();
    struct mx_retry_host host = {.known = false};
    mx_retry_host_fail(&policy, &host, 0, 0, 0.5);
    host.next_try_us = 30 * MX_DAY_US;
    const int64_t last_us = 7 * MX_DAY_US;
    assert_int_equal(mx_retry_host_ask(&policy, &host, last_us, last_us), MX_ASK_WAIT);
    assert_int_equal(mx_retry_host_ask(&policy, &host, last_us, last_us + 1), MX_ASK_TRY);
    mx_retry_host_fail(&policy, &host, last_us, last_us + 1, 0.5);
    assert_int_equal(host.first_failed_us, last_us + 1);
    assert_int_equal(host.next_try_us, last_us + 1 + 15 * MINUTE);
}

static void a_late_attempt_shortens_the_gap_that_grows(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = stock();
    struct mx_retry_host host = {
        .known = true, .first_failed_us = 0, .last_try_us = 3 * HOUR, .next_try_us = 5 * HOUR};
    /* planned 2 h; tried after 90 min: 90 min x 1.5 */
    mx_retry_host_fail(&policy, &host, 4 * HOUR, 4 * HOUR + 30 * MINUTE, 0.5);
    assert_int_equal(host.next_try_us, 4 * HOUR + 30 * MINUTE + 135 * MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_message_follows_the_rule_to_its_cutoff),
        cmocka_unit_test(others_wait_for_the_host),
        cmocka_unit_test(queue_runs_look_at_every_message),
        cmocka_unit_test(past_the_cutoff_messages_bounce_unattempted),
        cmocka_unit_test(a_message_older_than_the_cutoff_is_tried_and_ends),
        cmocka_unit_test(old_data_are_forgotten),
        cmocka_unit_test(a_late_attempt_shortens_the_gap_that_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
