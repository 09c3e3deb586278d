// SPDX-License-Identifier: GPL-3.0-or-later
/* test_throttle.c - rules fire after enough answers, last their time, and come back in steps. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "models/throttle.h"
#include "models/units.h"

#define S MX_SECOND_US
#define ON(reason) (1U << MX_REASON_##reason)

static struct mx_throttle_params one_rule(enum mx_throttle_action action, double value,
                                          uint32_t steps)
{
    return (struct mx_throttle_params){
        1, {{ON(RATE) | ON(SPIKE), 3, 60 * S, action, value, 100 * S, steps, 10 * S}}};
}

static void note(const struct mx_throttle_params *params, struct mx_throttle *throttle, int64_t s,
                 int times)
{
    for (int i = 0; i < times; i++) {
        mx_throttle_note(params, throttle, MX_REASON_RATE, s * S);
    }
}

static void expect(const struct mx_throttle_params *params, const struct mx_throttle *throttle,
                   int64_t now_us, struct mx_throttle_limits wanted, int64_t next_wanted_us)
{
    struct mx_throttle_limits limits;
    int64_t next_us;
    mx_throttle_limits(params, throttle, now_us, &limits, &next_us);
    assert_int_equal(limits.paused_until_us, wanted.paused_until_us);
    assert_true(fabs(limits.rate_per_s - wanted.rate_per_s) < 1e-12);
    assert_int_equal(limits.connections, wanted.connections);
    assert_int_equal(next_us, next_wanted_us);
}

static const struct mx_throttle_limits none = {0, 0, 0};

static void it_takes_enough_answers_in_one_window(void **unused)
{
    (void)unused;
    const struct mx_throttle_params params = one_rule(MX_THROTTLE_RATE, 5, 0);
    struct mx_throttle throttle = {0};
    expect(&params, &throttle, 0, none, MX_NEVER);
    note(&params, &throttle, 58, 2);
    mx_throttle_note(&params, &throttle, MX_REASON_CAPACITY, 59 * S); /* does not count */
    note(&params, &throttle, 61, 2);                                  /* another window */
    expect(&params, &throttle, 62 * S, none, MX_NEVER);
    note(&params, &throttle, 70, 1);
    expect(&params, &throttle, 70 * S, (struct mx_throttle_limits){0, 5, 0}, 170 * S);
    expect(&params, &throttle, 170 * S - 1, (struct mx_throttle_limits){0, 5, 0}, 170 * S);
    expect(&params, &throttle, 170 * S, none, MX_NEVER);
}

static void a_firing_while_active_prolongs(void **unused)
{
    (void)unused;
    const struct mx_throttle_params params = one_rule(MX_THROTTLE_PAUSE, 0, 0);
    struct mx_throttle throttle = {0};
    note(&params, &throttle, 0, 3);
    expect(&params, &throttle, 1, (struct mx_throttle_limits){100 * S, 0, 0}, 100 * S);
    note(&params, &throttle, 50, 1); /* the fourth in its window */
    expect(&params, &throttle, 51 * S, (struct mx_throttle_limits){150 * S, 0, 0}, 150 * S);
    note(&params, &throttle, 60, 2); /* not enough in the next */
    expect(&params, &throttle, 61 * S, (struct mx_throttle_limits){150 * S, 0, 0}, 150 * S);
    expect(&params, &throttle, 150 * S, none, MX_NEVER);
}

static void limits_double_before_they_go(void **unused)
{
    (void)unused;
    struct mx_throttle_params params = one_rule(MX_THROTTLE_RATE, 0.5, 3);
    struct mx_throttle throttle = {0};
    note(&params, &throttle, 0, 3);
    expect(&params, &throttle, 100 * S, (struct mx_throttle_limits){0, 1, 0}, 110 * S);
    expect(&params, &throttle, 110 * S, (struct mx_throttle_limits){0, 2, 0}, 120 * S);
    expect(&params, &throttle, 129 * S, (struct mx_throttle_limits){0, 4, 0}, 130 * S);
    expect(&params, &throttle, 130 * S, none, MX_NEVER);
    params.rule[0].action = MX_THROTTLE_CONNECTIONS;
    params.rule[0].value = 3;
    expect(&params, &throttle, 99 * S, (struct mx_throttle_limits){0, 0, 3}, 100 * S);
    expect(&params, &throttle, 125 * S, (struct mx_throttle_limits){0, 0, 24}, 130 * S);
    params.rule[0].recovery_steps = 1000;
    expect(&params, &throttle, 9000 * S, (struct mx_throttle_limits){0, 0, 1000000000}, 9010 * S);
}

static void after_a_pause_comes_one_connection(void **unused)
{
    (void)unused;
    const struct mx_throttle_params params = one_rule(MX_THROTTLE_PAUSE, 0, 2);
    struct mx_throttle throttle = {0};
    note(&params, &throttle, 0, 3);
    expect(&params, &throttle, 100 * S, (struct mx_throttle_limits){0, 0, 1}, 110 * S);
    expect(&params, &throttle, 110 * S, (struct mx_throttle_limits){0, 0, 2}, 120 * S);
    expect(&params, &throttle, 120 * S, (struct mx_throttle_limits){0, 0, 4}, 130 * S);
    expect(&params, &throttle, 130 * S, none, MX_NEVER);
}

static void the_tightest_rule_binds(void **unused)
{
    (void)unused;
    const struct mx_throttle_params params = {
        4,
        {{ON(RATE), 1, 60 * S, MX_THROTTLE_RATE, 5, 100 * S, 0, 0},
         {ON(RATE), 2, 60 * S, MX_THROTTLE_RATE, 2, 50 * S, 0, 0},
         {ON(RATE), 2, 60 * S, MX_THROTTLE_CONNECTIONS, 7, 70 * S, 0, 0},
         {ON(BLOCKED), 1, 60 * S, MX_THROTTLE_PAUSE, 0, 500 * S, 0, 0}}};
    struct mx_throttle throttle = {0};
    note(&params, &throttle, 0, 1);
    expect(&params, &throttle, 0, (struct mx_throttle_limits){0, 5, 0}, 100 * S);
    note(&params, &throttle, 10, 1);
    expect(&params, &throttle, 10 * S, (struct mx_throttle_limits){0, 2, 7}, 60 * S);
    expect(&params, &throttle, 60 * S, (struct mx_throttle_limits){0, 5, 7}, 80 * S);
    mx_throttle_note(&params, &throttle, MX_REASON_BLOCKED, 60 * S);
    expect(&params, &throttle, 60 * S, (struct mx_throttle_limits){560 * S, 5, 7}, 80 * S);
    assert_string_equal(mx_throttle_action_name(MX_THROTTLE_PAUSE), "pause");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_takes_enough_answers_in_one_window),
        cmocka_unit_test(a_firing_while_active_prolongs),
        cmocka_unit_test(limits_double_before_they_go),
        cmocka_unit_test(after_a_pause_comes_one_connection),
        cmocka_unit_test(the_tightest_rule_binds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
