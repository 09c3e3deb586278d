// SPDX-License-Identifier: GPL-3.0-or-later
/* test_live_view.c - the line of the live view at every width, and how often plain lines come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/cli/live_view.h"

static const struct mx_live_state state = {.share = 0.425,
                                           .elapsed_s = 30,
                                           .has_rest = true,
                                           .at_s = 3725,
                                           .horizon_s = 360000,
                                           .done = 3,
                                           .count = 20,
                                           .unit = "runs",
                                           .delivered = 4120000,
                                           .deferrals = 210000,
                                           .pending = 1234567};

static void test_widths(void **unused)
{
    (void)unused;
    for (int columns = 1; columns <= 200; columns++) {
        char text[256];
        int width = mx_live_line(text, sizeof text, &state, columns, true);

        assert_true(width <= columns);
        assert_int_equal(strlen(text), width);
        assert_true(columns < 4 || strstr(text, " 42%") != NULL);
        assert_true(columns < 39 || strstr(text, "  4.12M delivered") != NULL);
        assert_true(columns < 39 || strstr(text, "  40s left") != NULL || strstr(text, "41s left"));
    }
}

static void test_words(void **unused)
{
    char text[256];

    (void)unused;
    (void)mx_live_line(text, sizeof text, &state, 120, false);
    assert_string_equal(text, " 42%  41s left  at 1h02m of 4.2d  3 of 20 runs  4.12M delivered  "
                              "210.0k deferrals  1.23M pending");
    (void)mx_live_line(text, sizeof text, &state, 40, false);
    assert_string_equal(text, " 42%  41s left  4.12M delivered");
    (void)mx_live_line(text, sizeof text, &(struct mx_live_state){.share = 1.0}, 79, true);
    assert_string_equal(
        text, "[###########################]  100%  at 0s  0 delivered  0 deferrals  0 pending");
}

/* In the time of a long run: a line soon, few of them later, never two at once. */
static void test_plain_lines(void **unused)
{
    struct mx_live_view view;
    double last_s = 0;
    int count = 0;

    (void)unused;
    mx_live_view_init(&view, true);
    for (double t = 0; t < 36000; t += 0.1) {
        if (mx_live_is_due(&view, t)) {
            assert_true(t - last_s >= 4.9);
            assert_true(t - last_s <= 301);
            last_s = t;
            count++;
        }
    }
    assert_in_range(count, 100, 130); /* ten hours */
}

/* A study: what is being tried instead of the mail, and a remaining time of its own. */
static void test_study_words(void **unused)
{
    struct mx_live_state study = {.share = 0.25,
                                  .elapsed_s = 10,
                                  .has_rest = true,
                                  .rest_s = 7.5,
                                  .done = 5,
                                  .count = 20,
                                  .unit = "replications",
                                  .note = "2 of 9 points failed"};
    char text[256];

    (void)unused;
    (void)mx_live_line(text, sizeof text, &study, 120, false);
    assert_string_equal(text, " 25%  8s left  2 of 9 points failed  5 of 20 replications");
    study.rest_s = 0; /* by share and time: three times what was */
    study.note = "";
    (void)mx_live_line(text, sizeof text, &study, 120, false);
    assert_string_equal(text, " 25%  31s left  5 of 20 replications");
    study.has_rest = false;
    (void)mx_live_line(text, sizeof text, &study, 40, false);
    assert_string_equal(text, " 25%  5 of 20 replications");
}

/* The share never falls, but where another value is begun. */
static void test_restart(void **unused)
{
    struct mx_live_view view = {.kind = MX_LIVE_OFF};

    (void)unused;
    mx_live_view_restart(&view, 1);
    mx_live_view_show(&view, &(struct mx_live_state){.share = 0.8, .count = 10});
    mx_live_view_restart(&view, 1);
    mx_live_view_show(&view, &(struct mx_live_state){.share = 0.5, .count = 10});
    assert_true(view.share == 0.8);
    mx_live_view_restart(&view, 2);
    mx_live_view_show(&view, &(struct mx_live_state){.share = 0.1, .count = 10});
    assert_true(view.share == 0.1);
    mx_live_view_show(&view, &(struct mx_live_state){.share = 0.05, .count = 20});
    assert_true(view.share == 0.05); /* more is to be done than was known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths),      cmocka_unit_test(test_words),
        cmocka_unit_test(test_plain_lines), cmocka_unit_test(test_study_words),
        cmocka_unit_test(test_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
