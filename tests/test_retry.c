// SPDX-License-Identifier: GPL-3.0-or-later
/* test_retry.c - retry policies against the schedules of the servers that they are named after.
 *
 * Postfix: src/qmgr/qmgr_active.c and src/global/mail_params.h; KumoMTA: crates/kumod/src/queue;
 * qmail: qmail-send.c; OpenSMTPD: scheduler_ramqueue.c; Exim: specification, chapter "Retry
 * configuration"; mox: queue/queue.go; Haraka: outbound/config.js; Stalwart:
 * config/smtp/queue.rs. Bluecore: "Understanding Bounces & Deferrals", 02/10/2026. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/retry.h"

#define ATTEMPTS_CAPACITY 1000

struct schedule {
    uint32_t count;
    int64_t at_us[ATTEMPTS_CAPACITY];
    int64_t expires_us;
};

/* Every attempt is refused latency_us after it started. */
static struct schedule run(const struct mx_retry_policy *policy, int64_t created_us,
                           int64_t latency_us)
{
    struct schedule schedule = {0, {0}, MX_NEVER};
    struct mx_retry_state state = {.created_us = created_us, .due_us = created_us};
    assert_null(mx_retry_check(policy));
    while (schedule.count < ATTEMPTS_CAPACITY) {
        const int64_t reply_us = state.due_us + latency_us;
        schedule.at_us[schedule.count++] = state.due_us;
        state.attempt_count++;
        if (state.attempt_count == 1) {
            state.first_deferral_us = reply_us;
        }
        const struct mx_retry_decision d = mx_retry_decide(policy, &state, reply_us, 0.5);
        assert_true((d.next_us == MX_NEVER) != (d.expires_us == MX_NEVER));
        if (d.next_us == MX_NEVER) {
            assert_true(d.expires_us >= reply_us);
            schedule.expires_us = d.expires_us;
            break;
        }
        assert_true(d.next_us > reply_us || policy->whole_seconds);
        state.due_us = d.next_us;
        state.gap_us = d.gap_us;
    }
    return schedule;
}

static void expect_times(const struct schedule *schedule, int64_t unit_us, uint32_t count,
                         const double *times)
{
    assert_true(schedule->count >= count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(schedule->at_us[i], (int64_t)(times[i] * (double)unit_us + 0.5));
    }
}

static const double bluecore_min[] = {0, 2, 7, 17, 37, 77, 157, 317, 637, 1277, 2557};

static void bluecore_makes_eleven_attempts_in_72_h(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    const struct schedule s = run(&policy, 0, 0);
    assert_int_equal(s.count, 11);
    expect_times(&s, MX_MINUTE_US, 11, bluecore_min);
    assert_int_equal(s.expires_us, 72 * MX_HOUR_US);

    const int64_t created_us = 12345678901;
    const struct schedule late = run(&policy, created_us, 0);
    assert_int_equal(late.count, 11);
    assert_int_equal(late.at_us[10], created_us + 2557 * MX_MINUTE_US);
    assert_int_equal(late.expires_us, created_us + 72 * MX_HOUR_US);
}

static void gaps_run_from_the_reply(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    const struct schedule s = run(&policy, 0, 7 * MX_SECOND_US);
    for (uint32_t i = 0; i < 11; i++) {
        assert_int_equal(s.at_us[i],
                         (int64_t)bluecore_min[i] * MX_MINUTE_US + 7 * MX_SECOND_US * (int64_t)i);
    }
    assert_int_equal(s.expires_us, 72 * MX_HOUR_US);
}

/* Mean delay of the delivered when each attempt is accepted with probability p:
 * sum of p q^i t_i / (1 - q^11). */
static void delays_under_constant_acceptance(void **unused)
{
    (void)unused;
    static const struct {
        double p, delivered, attempts, delay_min;
    } rows[] = {{.1, .686189404, 6.861894039, 289.304545},
                {.3, .980226733, 3.267422442, 72.701207},
                {.5, .999511719, 1.999023438, 11.006839}};
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    const struct schedule s = run(&policy, 0, 0);
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        double left = 1;
        double delay_min = 0;
        double attempts = 0;
        for (uint32_t i = 0; i < s.count; i++) {
            attempts += left;
            delay_min += rows[r].p * left * (double)s.at_us[i] / (double)MX_MINUTE_US;
            left *= 1 - rows[r].p;
        }
        assert_true(fabs(1 - left - rows[r].delivered) < 1e-9);
        assert_true(fabs(attempts - rows[r].attempts) < 1e-9);
        assert_true(fabs(delay_min / (1 - left) - rows[r].delay_min) < 1e-6);
    }
}

static void a_cap_decides_the_count(void **unused)
{
    (void)unused;
    static const struct {
        int64_t cap_min;
        uint32_t attempts;
    } rows[] = {{60, 76}, {120, 41}, {240, 24}, {360, 19}, {480, 16}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct mx_retry_policy policy;
        mx_retry_bluecore(&policy);
        policy.gap_us_max = rows[r].cap_min * MX_MINUTE_US;
        const struct schedule s = run(&policy, 0, 0);
        assert_int_equal(s.count, rows[r].attempts);
        assert_int_equal(s.expires_us, 72 * MX_HOUR_US);
    }
}

static void offsets_count_from_the_clock(void **unused)
{
    (void)unused;
    static const double minutes[] = {0, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560};
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    policy.offsets = true;
    const struct schedule s = run(&policy, 0, 30 * MX_SECOND_US);
    assert_int_equal(s.count, 12);
    expect_times(&s, MX_MINUTE_US, 12, minutes);

    /* an offset that has passed is skipped; a repeated step goes on for ever without a loop */
    policy.multiply = 1;
    policy.gap_count = 2;
    policy.gap_us[0] = 1;
    policy.gap_us[1] = 3;
    policy.lifetime_us = MX_NEVER;
    const struct mx_retry_state state = {.attempt_count = 1};
    const int64_t now_us = 300 * MX_DAY_US;
    assert_int_equal(mx_retry_decide(&policy, &state, now_us, 0.5).next_us, now_us + 1);
    assert_int_equal(mx_retry_decide(&policy, &state, now_us + 1, 0.5).next_us, now_us + 3);
    const struct mx_retry_state hundredth = {.attempt_count = 100};
    assert_int_equal(mx_retry_decide(&policy, &hundredth, 11, 0.5).next_us, 1 + 2 * 99);
}

static struct mx_retry_policy postfix(int64_t lifetime_us)
{
    return (struct mx_retry_policy){.kind = MX_RETRY_AGE,
                                    .backoff_us_min = 300 * MX_SECOND_US,
                                    .backoff_us_max = 4000 * MX_SECOND_US,
                                    .scan_us = 300 * MX_SECOND_US,
                                    .scan_ahead_us = MX_SECOND_US,
                                    .whole_seconds = true,
                                    .lifetime_us = lifetime_us,
                                    .expiry = MX_EXPIRE_AFTER_FAILURE};
}

static void postfix_scans_its_queue(void **unused)
{
    (void)unused;
    static const double seconds[] = {0, 300, 600, 1200, 2400, 4800, 9000, 13200, 17400, 21600};
    const struct mx_retry_policy five_days = postfix(5 * MX_DAY_US);
    for (int64_t latency_us = 0; latency_us < MX_SECOND_US; latency_us += 300000) {
        const struct schedule s = run(&five_days, 0, latency_us);
        expect_times(&s, MX_SECOND_US, 10, seconds);
        assert_int_equal(s.count, 108);
        assert_int_equal(s.at_us[107], 433200 * MX_SECOND_US);
        assert_int_equal(s.expires_us, 433200 * MX_SECOND_US + latency_us);
    }
    /* exactly at the lifetime is the end, a second before it is not */
    const struct mx_retry_policy short_life = postfix(600 * MX_SECOND_US);
    assert_int_equal(run(&short_life, 0, 0).count, 3);
    const struct mx_retry_policy longer_life = postfix(601 * MX_SECOND_US);
    assert_int_equal(run(&longer_life, 0, 0).count, 4);
    const struct mx_retry_policy three_days = postfix(72 * MX_HOUR_US);
    const struct schedule s = run(&three_days, 0, 0);
    assert_int_equal(s.count, 67);
    assert_int_equal(s.at_us[66], 261000 * MX_SECOND_US);
}

static void a_scan_takes_what_is_due_a_second_later(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = postfix(5 * MX_DAY_US);
    const struct mx_retry_state state = {.attempt_count = 1};
    const int64_t s = MX_SECOND_US;
    assert_int_equal(mx_retry_decide(&policy, &state, 1 * s, .5).next_us, 300 * s);
    assert_int_equal(mx_retry_decide(&policy, &state, 1 * s + 999999, .5).next_us, 300 * s);
    assert_int_equal(mx_retry_decide(&policy, &state, 2 * s, .5).next_us, 600 * s);
    policy.whole_seconds = false;
    policy.scan_ahead_us = 0;
    assert_int_equal(mx_retry_decide(&policy, &state, 1, .5).next_us, 600 * s);
    assert_int_equal(mx_retry_decide(&policy, &state, 0, .5).next_us, 300 * s);
    policy.scan_phase_us = 1000 * s;
    assert_int_equal(mx_retry_decide(&policy, &state, 0, .5).next_us, 400 * s);
    /* never the scan that started the attempt */
    policy = postfix(5 * MX_DAY_US);
    policy.backoff_us_min = s;
    assert_int_equal(mx_retry_decide(&policy, &state, 0, .5).next_us, 300 * s);
}

static struct mx_retry_policy kumomta(int64_t lifetime_us)
{
    return (struct mx_retry_policy){.kind = MX_RETRY_LIST,
                                    .gap_count = 1,
                                    .gap_us = {20 * MX_MINUTE_US},
                                    .multiply = 2,
                                    .lifetime_us = lifetime_us,
                                    .expiry = MX_EXPIRE_EARLY};
}

static void kumomta_gives_up_early(void **unused)
{
    (void)unused;
    static const double minutes[] = {0, 20, 60, 140, 300, 620, 1260, 2540, 5100};
    const struct mx_retry_policy week = kumomta(7 * MX_DAY_US);
    struct schedule s = run(&week, 0, 0);
    assert_int_equal(s.count, 9);
    expect_times(&s, MX_MINUTE_US, 9, minutes);
    assert_int_equal(s.expires_us, 5100 * MX_MINUTE_US);
    const struct mx_retry_policy days = kumomta(72 * MX_HOUR_US);
    s = run(&days, 0, 0);
    assert_int_equal(s.count, 8);
    assert_int_equal(s.expires_us, 2540 * MX_MINUTE_US);
    /* an attempt exactly at the deadline is still made */
    const struct mx_retry_policy exact = kumomta(140 * MX_MINUTE_US);
    assert_int_equal(run(&exact, 0, 0).count, 4);
}

static void kumomta_jitters(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = kumomta(7 * MX_DAY_US);
    policy.jitter_us = 30 * MX_SECOND_US;
    assert_null(mx_retry_check(&policy));
    assert_true(mx_retry_is_random(&policy));
    const struct mx_retry_state state = {.attempt_count = 3};
    const int64_t plain_us = 80 * MX_MINUTE_US;
    const int64_t least_us = mx_retry_decide(&policy, &state, 0, 1e-9).next_us;
    const int64_t most_us = mx_retry_decide(&policy, &state, 0, 1 - 1e-9).next_us;
    assert_int_equal(least_us, plain_us - 30 * MX_SECOND_US);
    assert_int_equal(most_us, plain_us + 30 * MX_SECOND_US);
    assert_int_equal(mx_retry_decide(&policy, &state, 0, 0.5).next_us, plain_us);
    policy.jitter_us = 0;
    policy.jitter = 0.25;
    assert_int_equal(mx_retry_decide(&policy, &state, 0, 0.75).next_us, 90 * MX_MINUTE_US);
    assert_true(mx_retry_gap_us_min(&policy) <= 15 * MX_MINUTE_US);
    assert_true(mx_retry_gap_us_min(&policy) >= 15 * MX_MINUTE_US - 2);
}

static void qmail_and_opensmtpd_are_quadratic(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = {.kind = MX_RETRY_QUADRATIC,
                                     .quadratic = MX_QUADRATIC_QMAIL,
                                     .quadratic_skip = 20,
                                     .lifetime_us = 7 * MX_DAY_US,
                                     .expiry = MX_EXPIRE_AFTER_FAILURE};
    struct schedule s = run(&policy, 0, 0);
    assert_int_equal(s.count, 40);
    for (uint32_t n = 0; n < s.count; n++) {
        assert_int_equal(s.at_us[n], 400 * (int64_t)n * n * MX_SECOND_US);
    }
    assert_int_equal(s.expires_us, 608400 * MX_SECOND_US);

    policy.quadratic = MX_QUADRATIC_OPENSMTPD;
    policy.quadratic_unit_us = 400 * MX_SECOND_US;
    policy.lifetime_us = 4 * MX_DAY_US;
    policy.expiry = MX_EXPIRE_AT_DEADLINE;
    s = run(&policy, 0, 100000);
    assert_int_equal(s.count, 30); /* 400 x 29^2 s < 4 d < 400 x 30^2 s */
    for (uint32_t n = 0; n < s.count; n++) {
        assert_int_equal(s.at_us[n], 400 * (int64_t)n * n * MX_SECOND_US);
    }
    assert_int_equal(s.expires_us, 4 * MX_DAY_US);
}

static struct mx_retry_policy exim(void)
{
    return (struct mx_retry_policy){.kind = MX_RETRY_SEGMENTS,
                                    .segment_count = 3,
                                    .segment = {{'F', 2 * MX_HOUR_US, 15 * MX_MINUTE_US, 0},
                                                {'G', 16 * MX_HOUR_US, MX_HOUR_US, 1.5},
                                                {'F', 96 * MX_HOUR_US, 6 * MX_HOUR_US, 0}},
                                    .lifetime_us = MX_NEVER,
                                    .clock = MX_CLOCK_FIRST_DEFERRAL,
                                    .expiry = MX_EXPIRE_AFTER_FAILURE};
}

static void exim_tries_once_more_at_the_cutoff(void **unused)
{
    (void)unused;
    static const double hours[] = {0, .25, .5,  .75,  1,      1.25,    1.5,      1.75,
                                   2, 3,   4.5, 6.75, 10.125, 15.1875, 22.78125, 28.78125};
    const struct mx_retry_policy policy = exim();
    const struct schedule s = run(&policy, 0, 0);
    expect_times(&s, MX_HOUR_US, sizeof hours / sizeof hours[0], hours);
    assert_int_equal(s.count, 28);
    assert_true(s.at_us[26] > 94 * MX_HOUR_US && s.at_us[26] < 95 * MX_HOUR_US);
    assert_int_equal(s.at_us[27], 96 * MX_HOUR_US);
    assert_int_equal(s.expires_us, 96 * MX_HOUR_US);
    assert_true(mx_retry_needs_history(&policy));
    assert_false(mx_retry_is_random(&policy));
}

/* Exim's retry.c: the fixed hour, one of the two that 2 h x 1.5 lies beyond it, a part of the
 * other. */
static void exim_draws_the_upper_half_of_what_has_grown(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = exim();
    policy.segment[1].kind = 'H';
    assert_true(mx_retry_is_random(&policy));
    struct mx_retry_state state = {.attempt_count = 9, .gap_us = 2 * MX_HOUR_US};
    const int64_t now_us = 5 * MX_HOUR_US;
    assert_int_equal(mx_retry_decide(&policy, &state, now_us, 0.5).gap_us, 150 * MX_MINUTE_US);
    assert_int_equal(mx_retry_decide(&policy, &state, now_us, 0.25).gap_us, 135 * MX_MINUTE_US);
    policy.whole_seconds = true; /* halves of whole seconds, each cut: 3600 + 1 / 2 + 3 / 2 */
    state.gap_us = 2402 * MX_SECOND_US;
    assert_int_equal(mx_retry_decide(&policy, &state, now_us, 0.5).gap_us, 3601 * MX_SECOND_US);
    state.gap_us = 15 * MX_MINUTE_US;
    assert_int_equal(mx_retry_decide(&policy, &state, now_us, 0.5).gap_us, MX_HOUR_US);
}

/* mox: 7.5 min doubling, 8 attempts; Haraka: 64 s doubling, the 13th failure bounces. */
static void attempts_can_be_counted(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = kumomta(MX_NEVER);
    policy.gap_us[0] = 450 * MX_SECOND_US;
    policy.expiry = MX_EXPIRE_ATTEMPTS;
    policy.attempts_max = 8;
    struct schedule s = run(&policy, 0, 0);
    assert_int_equal(s.count, 8);
    assert_int_equal(s.expires_us, 57150 * MX_SECOND_US); /* 15.9 h */
    policy.gap_us[0] = 64 * MX_SECOND_US;
    policy.attempts_max = 13;
    s = run(&policy, 0, 0);
    assert_int_equal(s.count, 13);
    assert_int_equal(s.expires_us, 262080 * MX_SECOND_US); /* 72.8 h */
}

/* Stalwart: 2, 5, 10, 15, 30 min, 1, 2 h, 1 d, then 3 d; 3 d to live. */
static void a_list_repeats_its_last_gap(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = {.kind = MX_RETRY_LIST,
                                     .gap_count = 9,
                                     .multiply = 1,
                                     .lifetime_us = 3 * MX_DAY_US,
                                     .expiry = MX_EXPIRE_AT_DEADLINE};
    static const int64_t minutes[] = {2, 5, 10, 15, 30, 60, 120, 1440, 4320};
    for (int i = 0; i < 9; i++) {
        policy.gap_us[i] = minutes[i] * MX_MINUTE_US;
    }
    struct schedule s = run(&policy, 0, 0);
    assert_int_equal(s.count, 9);
    assert_int_equal(s.at_us[8], 1682 * MX_MINUTE_US);
    assert_int_equal(s.expires_us, 3 * MX_DAY_US);
    policy.lifetime_us = 300 * MX_DAY_US;
    s = run(&policy, 0, 0);
    assert_int_equal(s.at_us[20] - s.at_us[19], 3 * MX_DAY_US);
}

static void an_attempt_due_at_the_deadline_does_not_start(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = {.kind = MX_RETRY_LIST,
                                     .gap_count = 1,
                                     .gap_us = {MX_HOUR_US},
                                     .multiply = 1,
                                     .lifetime_us = 3 * MX_HOUR_US,
                                     .expiry = MX_EXPIRE_AT_DEADLINE};
    struct schedule s = run(&policy, 5, 0);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.expires_us, 3 * MX_HOUR_US + 5);
    policy.lifetime_us++;
    assert_int_equal(run(&policy, 5, 0).count, 4);
    assert_int_equal(mx_retry_deadline_us(&policy, 5), 3 * MX_HOUR_US + 6);
    /* one in flight at the deadline finishes; its refusal is the end */
    const struct mx_retry_state state = {.created_us = 5, .attempt_count = 3};
    assert_int_equal(mx_retry_decide(&policy, &state, 4 * MX_HOUR_US, .5).expires_us,
                     4 * MX_HOUR_US);
    policy.expiry = MX_EXPIRE_EARLY;
    assert_int_equal(mx_retry_deadline_us(&policy, 5), MX_NEVER);
    policy.expiry = MX_EXPIRE_AT_DEADLINE;
    policy.clock = MX_CLOCK_FIRST_DEFERRAL;
    assert_int_equal(mx_retry_deadline_us(&policy, 5), MX_NEVER);
    policy.clock = MX_CLOCK_CREATION;
    policy.lifetime_us = MX_NEVER;
    assert_int_equal(mx_retry_deadline_us(&policy, 5), MX_NEVER);
}

/* SendGrid: 72 h from the first deferral. */
static void the_clock_can_start_at_the_first_deferral(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    policy.clock = MX_CLOCK_FIRST_DEFERRAL;
    assert_true(mx_retry_needs_history(&policy));
    const struct schedule s = run(&policy, 1000, 10 * MX_MINUTE_US);
    assert_int_equal(s.expires_us, 1000 + 10 * MX_MINUTE_US + 72 * MX_HOUR_US);
}

static void exponential_gaps_have_their_mean(void **unused)
{
    (void)unused;
    const struct mx_retry_policy policy = {.kind = MX_RETRY_EXPONENTIAL,
                                           .gap_us_mean = 100 * MX_SECOND_US,
                                           .lifetime_us = MX_NEVER,
                                           .expiry = MX_EXPIRE_AT_DEADLINE};
    assert_null(mx_retry_check(&policy));
    assert_true(mx_retry_is_random(&policy));
    assert_int_equal(mx_retry_gap_us_min(&policy), 0);
    const struct mx_retry_state state = {.attempt_count = 1};
    double sum_us = 0;
    const int n = 100000;
    for (int i = 0; i < n; i++) {
        const double u = (i + 0.5) / n;
        const int64_t gap_us = mx_retry_decide(&policy, &state, 0, u).next_us;
        assert_true(llabs(gap_us - llround(-1e8 * log(u))) <= 1);
        sum_us += (double)gap_us;
    }
    assert_true(fabs(sum_us / n - 1e8) < 1e4);
    assert_int_equal(mx_retry_decide(&policy, &state, 7, 1 - 0x1p-53).next_us, 8);
}

static uint64_t random_state = 20260210;
static uint64_t random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % n;
}

static struct mx_retry_policy random_list(void)
{
    struct mx_retry_policy policy = {
        .kind = MX_RETRY_LIST, .gap_count = 1 + (uint32_t)random_below(6), .lifetime_us = MX_NEVER};
    static const double factors[] = {1, 1.25, 1.5, 2, 3.7};
    policy.multiply = factors[random_below(5)];
    policy.offsets = random_below(2) == 0;
    for (uint32_t i = 0; i < policy.gap_count; i++) {
        policy.gap_us[i] = 1 + (int64_t)random_below(1000000000);
        if (policy.offsets && i > 0) {
            policy.gap_us[i] += policy.gap_us[i - 1];
        }
    }
    policy.gap_us_max = random_below(2) == 0 ? 0 : 1 + (int64_t)random_below(10000000000);
    return policy;
}

static void unrolling_changes_no_decision(void **unused)
{
    (void)unused;
    for (int round = 0; round < 2000; round++) {
        const struct mx_retry_policy policy = random_list();
        struct mx_retry_policy unrolled = policy;
        assert_null(mx_retry_check(&policy));
        mx_retry_unroll(&unrolled);
        assert_null(mx_retry_check(&unrolled));
        assert_true(unrolled.gap_count > policy.gap_count);
        const struct mx_retry_state state = {.attempt_count = 1 + (uint32_t)random_below(150)};
        const int64_t now_us = (int64_t)random_below(100000000000);
        const int64_t next_us = mx_retry_decide(&policy, &state, now_us, .5).next_us;
        assert_int_equal(next_us, mx_retry_decide(&unrolled, &state, now_us, .5).next_us);
        assert_true(next_us - now_us >= mx_retry_gap_us_min(&policy));
    }
}

/* A scan each microsecond changes nothing, but takes the decision the long way. */
static void the_short_way_decides_the_same(void **unused)
{
    (void)unused;
    for (int round = 0; round < 20000; round++) {
        struct mx_retry_policy policy = random_list();
        mx_retry_unroll(&policy);
        policy.lifetime_us = 1 + (int64_t)random_below(20000000000);
        const struct mx_retry_state state = {.created_us = (int64_t)random_below(1000),
                                             .attempt_count = 1 + (uint32_t)random_below(70)};
        const int64_t now_us = 1000 + (int64_t)random_below(20000000000);
        const struct mx_retry_decision a = mx_retry_decide(&policy, &state, now_us, .5);
        policy.scan_us = 1;
        const struct mx_retry_decision b = mx_retry_decide(&policy, &state, now_us, .5);
        assert_int_equal(a.next_us, b.next_us);
        assert_int_equal(a.expires_us, b.expires_us);
        assert_int_equal(a.gap_us, b.gap_us);
    }
}

static void nothing_overflows(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy = kumomta(MX_NEVER);
    policy.multiply = 1e6;
    const struct mx_retry_state state = {.attempt_count = 32767};
    const int64_t now_us = MX_HORIZON_US_MAX;
    int64_t next_us = mx_retry_decide(&policy, &state, now_us, .5).next_us;
    assert_int_equal(next_us, now_us + MX_HORIZON_US_MAX);
    policy.offsets = true;
    next_us = mx_retry_decide(&policy, &state, now_us, .5).next_us;
    assert_true(next_us > now_us && next_us <= now_us + MX_HORIZON_US_MAX);
    policy = postfix(MX_NEVER);
    next_us = mx_retry_decide(&policy, &state, now_us, .5).next_us;
    assert_true(next_us > now_us && next_us <= now_us + 4301 * MX_SECOND_US);
}

static void scaling_durations_scales_the_schedule(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    policy.gap_us_max = 480 * MX_MINUTE_US;
    struct mx_retry_policy scaled = policy;
    scaled.gap_us[0] *= 7;
    scaled.gap_us[1] *= 7;
    scaled.gap_us_max *= 7;
    scaled.lifetime_us *= 7;
    const struct schedule a = run(&policy, 11, 13);
    const struct schedule b = run(&scaled, 77, 91);
    assert_int_equal(a.count, b.count);
    for (uint32_t i = 0; i < a.count; i++) {
        assert_int_equal(7 * a.at_us[i], b.at_us[i]);
    }
    assert_int_equal(7 * a.expires_us, b.expires_us);
}

static void expect_wrong(const struct mx_retry_policy *policy, const char *start)
{
    const char *wrong = mx_retry_check(policy);
    assert_non_null(wrong);
    assert_int_equal(strncmp(wrong, start, strlen(start)), 0);
}

#define WRONG(base, change, start) \
    do { \
        struct mx_retry_policy p = (base); \
        assert_null(mx_retry_check(&p)); \
        change; \
        expect_wrong(&p, start); \
    } while (0)

static void useless_lists_are_refused(void **unused)
{
    (void)unused;
    const struct mx_retry_policy list = kumomta(MX_DAY_US);
    WRONG(list, p.gap_count = 0, "gaps");
    WRONG(list, p.gap_count = 65, "gaps");
    WRONG(list, p.gap_us[0] = 0, "gaps");
    WRONG(list, p.gap_us[0] = -1, "gaps");
    WRONG(list, p.gap_us[0] = 401 * MX_DAY_US, "gaps");
    WRONG(list, (p.offsets = true, p.gap_count = 2, p.gap_us[1] = p.gap_us[0]), "gaps");
    WRONG(list, p.multiply = 0.5, "then");
    WRONG(list, p.multiply = NAN, "then");
    WRONG(list, p.multiply = INFINITY, "then");
    WRONG(list, (p.offsets = true, p.multiply = 1.001), "then");
    WRONG(list, p.gap_us_max = -1, "max_gap");
    WRONG(list, p.jitter = 1, "jitter");
    WRONG(list, p.jitter = NAN, "jitter");
    WRONG(list, p.jitter = -0.1, "jitter");
    WRONG(list, p.jitter_us = -1, "jitter");
    WRONG(list, p.jitter_us = 20 * MX_MINUTE_US, "jitter");
    WRONG(list, p.scan_us = -1, "scan_interval");
    WRONG(list, p.scan_phase_us = -1, "scan_phase");
    WRONG(list, p.lifetime_us = 0, "lifetime");
    WRONG(list, p.expiry = MX_EXPIRE_ATTEMPTS, "max_attempts");
    WRONG(list, p.expiry = MX_EXPIRE_COUNT, "expiry");
    WRONG(list, p.clock = MX_CLOCK_COUNT, "clock");
    WRONG(list, p.unit = MX_UNIT_HOST, "unit");
    WRONG(list, p.unit = MX_UNIT_COUNT, "unit");
    WRONG(list, p.unit = MX_UNIT_QUEUE, "recipient_gap");
    WRONG(list, (p.unit = MX_UNIT_QUEUE, p.jitter = 0.1), "unit");
    WRONG(list, p.kind = MX_RETRY_KIND_COUNT, "kind");
}

static void other_useless_policies_are_refused(void **unused)
{
    (void)unused;
    const struct mx_retry_policy age = postfix(MX_DAY_US);
    WRONG(age, (p.backoff_us_min = 0, p.scan_us = 0), "minimal_backoff");
    WRONG(age, p.backoff_us_min = -1, "minimal_backoff");
    WRONG(age, p.scan_ahead_us = -1, "scan_ahead");
    WRONG(age, p.backoff_us_max = 299 * MX_SECOND_US, "maximal_backoff");
    WRONG(age, p.backoff_us_max = 401 * MX_DAY_US, "maximal_backoff");
    const struct mx_retry_policy segments = exim();
    WRONG(segments, p.segment_count = 0, "rule");
    WRONG(segments, p.segment_count = 17, "rule");
    WRONG(segments, p.segment[0].kind = 'X', "rule");
    WRONG(segments, p.segment[1].until_us = 2 * MX_HOUR_US, "rule");
    WRONG(segments, p.segment[2].until_us = 401 * MX_DAY_US, "rule");
    WRONG(segments, p.segment[0].gap_us = 0, "rule");
    WRONG(segments, p.segment[1].factor = 0.9, "rule");
    WRONG(segments, (p.segment[1].kind = 'H', p.jitter = .1), "jitter");
    struct mx_retry_policy base = {.kind = MX_RETRY_QUADRATIC,
                                   .quadratic = MX_QUADRATIC_QMAIL,
                                   .quadratic_skip = 20,
                                   .quadratic_unit_us = MX_SECOND_US,
                                   .gap_us_mean = MX_SECOND_US,
                                   .lifetime_us = MX_DAY_US};
    WRONG(base, p.quadratic_skip = 0, "skip");
    WRONG(base, p.quadratic_skip = 1000001, "skip");
    base.quadratic = MX_QUADRATIC_OPENSMTPD;
    WRONG(base, p.quadratic_unit_us = 0, "unit");
    base.kind = MX_RETRY_EXPONENTIAL;
    WRONG(base, p.gap_us_mean = 0, "mean_gap");
    WRONG(base, p.jitter = .1, "jitter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bluecore_makes_eleven_attempts_in_72_h),
        cmocka_unit_test(gaps_run_from_the_reply),
        cmocka_unit_test(delays_under_constant_acceptance),
        cmocka_unit_test(a_cap_decides_the_count),
        cmocka_unit_test(offsets_count_from_the_clock),
        cmocka_unit_test(postfix_scans_its_queue),
        cmocka_unit_test(a_scan_takes_what_is_due_a_second_later),
        cmocka_unit_test(kumomta_gives_up_early),
        cmocka_unit_test(kumomta_jitters),
        cmocka_unit_test(qmail_and_opensmtpd_are_quadratic),
        cmocka_unit_test(exim_tries_once_more_at_the_cutoff),
        cmocka_unit_test(exim_draws_the_upper_half_of_what_has_grown),
        cmocka_unit_test(attempts_can_be_counted),
        cmocka_unit_test(a_list_repeats_its_last_gap),
        cmocka_unit_test(an_attempt_due_at_the_deadline_does_not_start),
        cmocka_unit_test(the_clock_can_start_at_the_first_deferral),
        cmocka_unit_test(exponential_gaps_have_their_mean),
        cmocka_unit_test(unrolling_changes_no_decision),
        cmocka_unit_test(the_short_way_decides_the_same),
        cmocka_unit_test(nothing_overflows),
        cmocka_unit_test(scaling_durations_scales_the_schedule),
        cmocka_unit_test(useless_lists_are_refused),
        cmocka_unit_test(other_useless_policies_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
