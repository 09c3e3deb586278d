// SPDX-License-Identifier: GPL-3.0-or-later
/* test_concurrency_window.c - a window as in Postfix and a penalty as in OpenSMTPD, by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/concurrency_window.h"
#include "models/route_penalty.h"
#include "models/units.h"

#define SECOND MX_SECOND_US

static const struct mx_window_params postfix = {true, 5, 20, 1, 1, 1, 300 * SECOND};

static void it_grows_by_one_a_delivery_up_to_the_limit(void **unused)
{
    (void)unused;
    struct mx_window window;
    mx_window_init(&window, &postfix);
    for (uint32_t size = 5; size < 20; size++) {
        assert_int_equal(mx_window_size(&window, &postfix, size, 0), size);
        mx_window_succeed(&window, &postfix, size);
    }
    mx_window_succeed(&window, &postfix, 20);
    assert_int_equal(mx_window_size(&window, &postfix, 20, 0), 20);
}

static void it_stays_near_what_is_in_use(void **unused)
{
    (void)unused;
    struct mx_window window;
    mx_window_init(&window, &postfix);
    for (int i = 0; i < 10; i++) {
        mx_window_succeed(&window, &postfix, 1); /* up to busy + 5 */
    }
    assert_int_equal(mx_window_size(&window, &postfix, 1, 0), 6);
}

/* The first failure takes two, since the count of failures then stands at 0 (as in the source);
 * 1/5 + 1/3 + 1/2 is the first sum of a cohort or more. */
static void three_failures_kill_a_fresh_destination(void **unused)
{
    (void)unused;
    struct mx_window window;
    mx_window_init(&window, &postfix);
    mx_window_fail(&window, &postfix, 0);
    assert_int_equal(mx_window_size(&window, &postfix, 0, 0), 3);
    mx_window_fail(&window, &postfix, SECOND);
    assert_int_equal(mx_window_size(&window, &postfix, 0, SECOND), 2);
    mx_window_fail(&window, &postfix, 10 * SECOND);
    assert_int_equal(mx_window_size(&window, &postfix, 0, 10 * SECOND), 0);
    assert_int_equal(mx_window_size(&window, &postfix, 0, 310 * SECOND - 1), 0);
    assert_int_equal(mx_window_size(&window, &postfix, 0, 310 * SECOND), 5);
}

static void a_success_forgives_failed_cohorts(void **unused)
{
    (void)unused;
    struct mx_window window;
    mx_window_init(&window, &postfix);
    mx_window_fail(&window, &postfix, 0);
    mx_window_fail(&window, &postfix, 0);    /* 5 -> 3 -> 2 */
    mx_window_succeed(&window, &postfix, 2); /* 2 -> 3 */
    mx_window_fail(&window, &postfix, 0);    /* 1/3 of a cohort; 3 -> 1 */
    assert_int_equal(mx_window_size(&window, &postfix, 0, 0), 1);
}

static void it_comes_back_with_what_is_in_use(void **unused)
{
    (void)unused;
    struct mx_window window;
    mx_window_init(&window, &postfix);
    for (int i = 0; i < 4; i++) {
        mx_window_fail(&window, &postfix, 0);
    }
    mx_window_succeed(&window, &postfix, 3);
    assert_int_equal(mx_window_size(&window, &postfix, 2, 0), 3);
}

static void a_limit_of_no_cohorts_stops_at_one(void **unused)
{
    (void)unused;
    struct mx_window_params params = postfix;
    struct mx_window window;
    params.failed_cohorts = 0;
    mx_window_init(&window, &params);
    for (int i = 0; i < 50; i++) {
        mx_window_fail(&window, &params, 0);
    }
    assert_int_equal(mx_window_size(&window, &params, 0, 0), 1);
}

static const struct mx_route_params opensmtpd = {true, 1, 15 * SECOND, 3600 * SECOND};

static void a_failed_route_is_off_for_a_quarter_minute(void **unused)
{
    (void)unused;
    struct mx_route route = {.penalty = 0};
    mx_route_fail(&route, &opensmtpd, 0, 0);
    assert_int_equal(mx_route_off_until_us(&route, SECOND), 15 * SECOND);
    assert_int_equal(mx_route_off_until_us(&route, 15 * SECOND), 0);
    /* one off, one on: p is 1 again */
    mx_route_fail(&route, &opensmtpd, 0, 20 * SECOND);
    assert_int_equal(mx_route_off_until_us(&route, 20 * SECOND), 35 * SECOND);
}

static void the_penalty_is_quadratic(void **unused)
{
    (void)unused;
    struct mx_route_params params = opensmtpd;
    struct mx_route route = {.penalty = 0};
    params.step = 2; /* p: 2, 3, 4 ...: 60, 135, 240 ... s, at most an hour */
    int64_t now_us = 0;
    for (int64_t p = 2; p < 20; p++) {
        mx_route_fail(&route, &params, 0, now_us);
        const int64_t off_us = p * p * 15 < 3600 ? p * p * 15 * SECOND : 3600 * SECOND;
        assert_int_equal(mx_route_off_until_us(&route, now_us), now_us + off_us);
        now_us += off_us;
        assert_int_equal(mx_route_off_until_us(&route, now_us), 0);
    }
}

static void failures_at_once_add_up(void **unused)
{
    (void)unused;
    struct mx_route route = {.penalty = 0};
    for (int i = 0; i < 3; i++) {
        mx_route_fail(&route, &opensmtpd, 0, i * SECOND);
    }
    assert_int_equal(mx_route_off_until_us(&route, 2 * SECOND), (2 + 15 * 9) * SECOND);
}

static void a_route_that_works_survives_one_failure(void **unused)
{
    (void)unused;
    struct mx_route route = {.penalty = 0};
    mx_route_succeed(&route);
    mx_route_fail(&route, &opensmtpd, 0, 0);
    assert_int_equal(mx_route_off_until_us(&route, 0), 0);
    mx_route_fail(&route, &opensmtpd, 0, SECOND);
    assert_int_equal(mx_route_off_until_us(&route, SECOND), 16 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_by_one_a_delivery_up_to_the_limit),
        cmocka_unit_test(it_stays_near_what_is_in_use),
        cmocka_unit_test(three_failures_kill_a_fresh_destination),
        cmocka_unit_test(a_success_forgives_failed_cohorts),
        cmocka_unit_test(it_comes_back_with_what_is_in_use),
        cmocka_unit_test(a_limit_of_no_cohorts_stops_at_one),
        cmocka_unit_test(a_failed_route_is_off_for_a_quarter_minute),
        cmocka_unit_test(the_penalty_is_quadratic),
        cmocka_unit_test(failures_at_once_add_up),
        cmocka_unit_test(a_route_that_works_survives_one_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
