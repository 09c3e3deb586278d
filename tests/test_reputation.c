// SPDX-License-Identifier: GPL-3.0-or-later
/* test_reputation.c - the score's equation, its memory, and how long it takes to recover. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "models/reputation.h"

static const struct mx_reputation_params usual = {
    .enabled = true,
    .half_life_us = 7 * MX_DAY_US,
    .epoch_us = MX_MINUTE_US,
    .prior_score = 0.5,
    .prior_weight = 2000.0,
    .complaint_weight = 300.0,
    .unknown_weight = 20.0,
    .trap_weight = 1000.0,
    .band = {{.below = 0.3}, {.below = 1.0 / 1.9}, {.below = 1.0 / 1.3}, {.below = 1.0}},
};

/* Gmail's sender guidelines: keep the reported spam rate below 0.1 %, never reach 0.3 %. */
static void test_edges_from_complaint_rates(void **state)
{
    const double n = 1e12;
    double at_01 = mx_reputation_score(&usual, n, 300.0 * 0.001 * n);
    double at_03 = mx_reputation_score(&usual, n, 300.0 * 0.003 * n);

    (void)state;
    assert_true(fabs(at_01 - 1.0 / 1.3) < 1e-6);
    assert_true(fabs(at_03 - 1.0 / 1.9) < 1e-6);
    assert_int_equal(
        mx_reputation_band(&usual, mx_reputation_score(&usual, n, 300.0 * 0.00099 * n)),
        MX_BAND_HIGH);
    assert_int_equal(
        mx_reputation_band(&usual, mx_reputation_score(&usual, n, 300.0 * 0.00101 * n)),
        MX_BAND_MEDIUM);
    assert_int_equal(
        mx_reputation_band(&usual, mx_reputation_score(&usual, n, 300.0 * 0.00301 * n)),
        MX_BAND_LOW);
    assert_int_equal(mx_reputation_band(&usual, 0.29), MX_BAND_BAD);
    assert_int_equal(mx_reputation_band(&usual, 0.3), MX_BAND_LOW);
    assert_int_equal(mx_reputation_band(&usual, 1.0), MX_BAND_HIGH);
}

static void test_score_is_monotonic_and_bounded(void **state)
{
    (void)state;
    for (double good = 0.0; good < 1e6; good = good * 3.0 + 1.0) {
        double before = 2.0;

        for (double bad = 0.0; bad < 1e6; bad = bad * 3.0 + 1.0) {
            double score = mx_reputation_score(&usual, good, bad);

            assert_true(score >= 0.0 && score <= 1.0 && score < before);
            assert_true(mx_reputation_score(&usual, good + 1.0, bad) > score);
            before = score;
        }
    }
}

static void test_nothing_to_judge_by(void **state)
{
    struct mx_reputation_params params = usual;

    (void)state;
    params.prior_weight = 0.0;
    assert_true(mx_reputation_score(&params, 0.0, 0.0) == 0.5);
    assert_true(mx_reputation_score(&usual, 0.0, 0.0) == 0.5);
}

static void test_half_life(void **state)
{
    struct mx_reputation_rule rule;
    struct mx_reputation key;

    (void)state;
    mx_reputation_prepare(&rule, &usual);
    mx_reputation_init(&rule, &key);
    key.good = 1000.0;
    key.bad = 500.0;
    for (int epoch = 0; epoch < 7 * 24 * 60; epoch++)
        mx_reputation_epoch(&rule, &key);
    assert_true(fabs(key.good - 500.0) < 1e-6);
    assert_true(fabs(key.bad - 250.0) < 1e-6);
    for (int epoch = 0; epoch < 400 * 24 * 60; epoch++)
        mx_reputation_epoch(&rule, &key);
    assert_true(key.good == 0.0 && key.bad == 0.0 && key.score == 0.5);
    /* lengths scaled alike decay alike, to the bit */
    assert_true(mx_reputation_decay(60.0 / 604800.0) == mx_reputation_decay(420.0 / 4233600.0));
    assert_true(mx_reputation_decay(1e9) == 0.0);
}

static void test_scores_move_at_epochs_alone(void **state)
{
    struct mx_reputation_rule rule;
    struct mx_reputation key;

    (void)state;
    mx_reputation_prepare(&rule, &usual);
    mx_reputation_init(&rule, &key);
    for (int i = 0; i < 100; i++)
        mx_reputation_complaint(&key);
    assert_true(key.score == 0.5 && key.band == MX_BAND_LOW);
    mx_reputation_epoch(&rule, &key);
    assert_true(key.score < 0.04 && key.band == MX_BAND_BAD);
}

static void test_weights(void **state)
{
    struct mx_reputation_params params = usual;
    struct mx_reputation key = {0};

    (void)state;
    mx_reputation_inboxed(&key, mx_reputation_engagement(0.25));
    assert_true(key.good == 0.0); /* counted, and weighed at the epoch's end */
    mx_reputation_weigh(&params, &key);
    assert_true(key.good == 1.0);
    params.engagement_weight = 2.0;
    mx_reputation_inboxed(&key, mx_reputation_engagement(0.25));
    mx_reputation_weigh(&params, &key);
    assert_true(key.good == 2.5);
    mx_reputation_unknown(&key);
    mx_reputation_weigh(&params, &key);
    assert_true(key.bad == 20.0);
    mx_reputation_trap(&key);
    mx_reputation_complaint(&key);
    mx_reputation_weigh(&params, &key);
    assert_true(key.bad == 1320.0 && key.good == 2.5);
}

/* A history is what the same habit would have left: against living through it. */
static void test_history(void **state)
{
    struct mx_reputation_rule rule;
    struct mx_reputation lived, told;

    (void)state;
    mx_reputation_prepare(&rule, &usual);
    for (int days = 1; days < 60; days += 19) {
        mx_reputation_init(&rule, &lived);
        for (int epoch = 0; epoch < days * 24 * 60; epoch++) {
            lived.good += 100000.0 / 1440.0;
            lived.bad += 100000.0 / 1440.0 * (300.0 * 0.0005 + 20.0 * 0.004);
            mx_reputation_epoch(&rule, &lived);
        }
        mx_reputation_set_history(&rule, &told, 100000.0, days, 0.0005, 0.004, MX_DAY_US);
        assert_true(fabs(told.good / lived.good - 1.0) < 1e-9);
        assert_true(fabs(told.bad / lived.bad - 1.0) < 1e-9);
        assert_true(fabs(told.score - lived.score) < 1e-9);
        assert_int_equal(told.band, lived.band);
    }
    mx_reputation_set_history(&rule, &told, 0.0, 400.0, 0.5, 0.5, MX_DAY_US);
    assert_true(told.score == 0.5);
}

/* Days after complaints stop until the band is high again, with the same daily volume. */
static double days_to_recover(double complaints, double daily_volume)
{
    struct mx_reputation_rule rule;
    struct mx_reputation key;
    int epochs = 0;

    mx_reputation_prepare(&rule, &usual);
    mx_reputation_set_history(&rule, &key, daily_volume, 60.0, complaints, 0.0, MX_DAY_US);
    while (key.band != MX_BAND_HIGH && epochs < 400 * 24 * 60) {
        key.good += daily_volume / 1440.0;
        mx_reputation_epoch(&rule, &key);
        epochs++;
    }
    return epochs / 1440.0;
}

/* Gmail: mitigation only after the rate has been under the limit for 7 days in a row. */
static void test_recovery_takes_days(void **state)
{
    double before = 0.0;

    (void)state;
    assert_true(days_to_recover(0.0005, 1e6) == 0.0);
    for (double complaints = 0.002; complaints < 0.02; complaints += 0.002) {
        double days = days_to_recover(complaints, 1e6);

        /* the closed form of the same: bad / good = 0.3 after 7 log2(300 c / 0.3) days */
        assert_true(fabs(days - 7.0 * log2(300.0 * complaints / 0.3)) < 0.2);
        assert_true(days >= 5.0 && days < 60.0 && days > before);
        before = days;
    }
}

static void test_bands_defer_and_block_shares(void **state)
{
    const struct mx_band_params band = {.busy = 0.25, .block = 0.125};
    int busy = 0, blocked = 0;

    (void)state;
    for (int i = 0; i < 1024; i++) {
        enum mx_reason reason = mx_reputation_decide(&band, (i + 0.5) / 1024.0);

        busy += reason == MX_REASON_REPUTATION;
        blocked += reason == MX_REASON_BLOCKED;
        assert_int_equal(mx_reputation_decide(&(struct mx_band_params){0}, (i + 0.5) / 1024.0),
                         MX_REASON_NONE);
    }
    assert_int_equal(busy, 256);
    assert_int_equal(blocked, 128);
}

static void test_switched_off(void **state)
{
    struct mx_reputation_params off = {.enabled = false};
    struct mx_reputation_rule rule;
    struct mx_reputation key;

    (void)state;
    mx_reputation_prepare(&rule, &off);
    mx_reputation_init(&rule, &key);
    assert_int_equal(key.band, MX_BAND_HIGH);
    mx_reputation_set_history(&rule, &key, 1e6, 30.0, 1.0, 1.0, MX_DAY_US);
    assert_int_equal(key.band, MX_BAND_HIGH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_from_complaint_rates),
        cmocka_unit_test(test_score_is_monotonic_and_bounded),
        cmocka_unit_test(test_nothing_to_judge_by),
        cmocka_unit_test(test_half_life),
        cmocka_unit_test(test_scores_move_at_epochs_alone),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_recovery_takes_days),
        cmocka_unit_test(test_bands_defer_and_block_shares),
        cmocka_unit_test(test_switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
