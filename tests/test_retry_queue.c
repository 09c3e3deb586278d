// SPDX-License-Identifier: GPL-3.0-or-later
/* test_retry_queue.c - a list of a queue and backoff mode as in PowerMTA, by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/backoff_mode.h"
#include "models/retry_queue.h"

#define HOUR MX_HOUR_US
#define MINUTE MX_MINUTE_US

/* retry-after 10m,10m,1h,4h; retry-recipients-after 10m; bounce-after 4d12h */
static struct mx_retry_policy list(void)
{
    return (struct mx_retry_policy){
        .kind = MX_RETRY_LIST,
        .gap_count = 4,
        .gap_us = {10 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR},
        .multiply = 1,
        .lifetime_us = 108 * HOUR,
        .expiry = MX_EXPIRE_AT_DEADLINE,
        .unit = MX_UNIT_QUEUE,
        .recipient_gap_us = 10 * MINUTE,
    };
}

static int64_t refuse(const struct mx_retry_policy *policy, struct mx_retry_queue *queue,
                      int64_t now_us, bool about_queue)
{
    const struct mx_retry_state state = {.attempt_count = 1};
    return mx_retry_queue_fail(policy, queue, &state, now_us, about_queue, 0).next_us;
}

static void the_list_belongs_to_the_queue(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = list();
    struct mx_retry_queue queue = {0, 0};
    assert_int_equal(refuse(&policy, &queue, 0, true), 10 * MINUTE);
    /* other connections that fail meanwhile do not prolong it */
    assert_int_equal(refuse(&policy, &queue, MINUTE, true), 10 * MINUTE);
    assert_int_equal(refuse(&policy, &queue, 10 * MINUTE, true), 20 * MINUTE);
    assert_int_equal(refuse(&policy, &queue, 20 * MINUTE, true), 80 * MINUTE);
    assert_int_equal(refuse(&policy, &queue, 80 * MINUTE, true), 320 * MINUTE);
    assert_int_equal(refuse(&policy, &queue, 320 * MINUTE, true), 560 * MINUTE);
    mx_retry_queue_deliver(&queue);
    assert_int_equal(refuse(&policy, &queue, 330 * MINUTE, true), 340 * MINUTE);
}

static void a_recipient_waits_for_itself_and_for_the_queue(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = list();
    struct mx_retry_queue queue = {0, 0};
    assert_int_equal(refuse(&policy, &queue, MINUTE, false), 11 * MINUTE);
    assert_int_equal(queue.next_us, 0);
    assert_int_equal(refuse(&policy, &queue, 2 * MINUTE, true), 12 * MINUTE);
    assert_int_equal(refuse(&policy, &queue, 2 * MINUTE, false), 12 * MINUTE);
    assert_int_equal(refuse(&policy, &queue, 5 * MINUTE, false), 15 * MINUTE);
}

static void it_ends_as_the_policy_says(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = list();
    struct mx_retry_queue queue = {3, 0};
    const struct mx_retry_state state = {.attempt_count = 9};
    const struct mx_retry_decision decision =
        mx_retry_queue_fail(&policy, &queue, &state, 105 * HOUR, true, 0);
    assert_int_equal(decision.next_us, MX_NEVER);
    assert_int_equal(decision.expires_us, 108 * HOUR);
    assert_int_equal(queue.next_us, 109 * HOUR);
}

static const struct mx_backoff_params backoff_default = {
    .reasons = 1U << MX_REASON_RATE,
    .gap_count = 2,
    .gap_us = {HOUR, 2 * HOUR},
    .connections = 20,
    .normal_after_us = MX_NEVER,
};

static void a_reply_turns_to_backoff(void **unused)
{
    (void)unused;
    struct mx_backoff_params params = backoff_default;
    struct mx_backoff backoff = {.active = false};
    assert_false(mx_backoff_refuse(&params, &backoff, MX_REASON_GREYLIST, 0));
    assert_false(mx_backoff_is_active(&params, &backoff, 0));
    assert_true(mx_backoff_refuse(&params, &backoff, MX_REASON_RATE, MINUTE));
    assert_int_equal(mx_backoff_gap_us(&params, &backoff), HOUR);
    assert_true(mx_backoff_refuse(&params, &backoff, MX_REASON_RATE, 2 * MINUTE));
    assert_int_equal(mx_backoff_gap_us(&params, &backoff), 2 * HOUR);
    assert_int_equal(mx_backoff_gap_us(&params, &backoff), 2 * HOUR); /* the last repeats */
    mx_backoff_deliver(&params, &backoff);
    assert_true(mx_backoff_is_active(&params, &backoff, 1000 * HOUR)); /* never by itself */
    assert_int_equal(mx_backoff_gap_us(&params, &backoff), HOUR);
}

static void two_ways_back_to_normal(void **unused)
{
    (void)unused;
    struct mx_backoff_params params = backoff_default;
    struct mx_backoff backoff = {.active = false};
    params.normal_after_us = HOUR;
    mx_backoff_refuse(&params, &backoff, MX_REASON_RATE, MINUTE);
    mx_backoff_refuse(&params, &backoff, MX_REASON_RATE, 30 * MINUTE); /* counts from entering */
    assert_true(mx_backoff_is_active(&params, &backoff, HOUR + MINUTE - 1));
    assert_false(mx_backoff_is_active(&params, &backoff, HOUR + MINUTE));
    params.normal_after_us = MX_NEVER;
    params.normal_after_delivery = true;
    mx_backoff_refuse(&params, &backoff, MX_REASON_RATE, 2 * HOUR);
    mx_backoff_deliver(&params, &backoff);
    assert_false(mx_backoff_is_active(&params, &backoff, 2 * HOUR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_belongs_to_the_queue),
        cmocka_unit_test(a_recipient_waits_for_itself_and_for_the_queue),
        cmocka_unit_test(it_ends_as_the_policy_says),
        cmocka_unit_test(a_reply_turns_to_backoff),
        cmocka_unit_test(two_ways_back_to_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
