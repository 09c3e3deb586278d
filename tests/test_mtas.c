// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full
/* test_mtas.c - each preset of scenarios/mtas/ tries a refused message when the server that it is
 * named after does; and every policy, shipped or random, keeps to its gaps and its expiry.
 *
 * Expected times are worked out here from the sources that the presets name: by hand, or by a few
 * lines that follow the server's own arithmetic. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/retry.h"
#include "sim/scenario/reader.h"
#include "tests/support_mxsim.h"

#define S MX_SECOND_US
#define ATTEMPTS_CAPACITY 1000

static struct mx_policy_info load(const char *name, const char *key, const char *value)
{
    static const char *const dirs[] = {"scenarios"};
    const struct mx_override set = {key, value};
    const struct mx_reader_options options = {.preset_dirs = dirs,
                                              .preset_dir_count = 1,
                                              .overrides = &set,
                                              .override_count = key != NULL};
    struct mx_mistakes mistakes = {0};
    struct mx_policy_info info;
    const int status = mx_reader_load_policy_info(name, &options, &info, &mistakes);
    for (size_t i = 0; i < mistakes.count; i++) {
        print_error("%s: %s: %s\n", name, mistakes.item[i].key, mistakes.item[i].text);
    }
    mx_mistakes_fini(&mistakes);
    assert_int_equal(status, 0);
    assert_null(mx_retry_check(&info.policy));
    return info;
}

struct schedule {
    size_t count;
    int64_t at_us[ATTEMPTS_CAPACITY];
    int64_t expires_us;
};

/* Every attempt is refused at once; u at the middle of what is drawn. */
static struct schedule follow(const struct mx_retry_policy *policy, double u)
{
    struct schedule schedule = {.expires_us = MX_NEVER};
    struct mx_retry_state state = {.attempt_count = 0};
    while (schedule.count < ATTEMPTS_CAPACITY) {
        schedule.at_us[schedule.count++] = state.due_us;
        state.attempt_count++;
        const struct mx_retry_decision d = mx_retry_decide(policy, &state, state.due_us, u);
        if (d.next_us == MX_NEVER) {
            schedule.expires_us = d.expires_us;
            break;
        }
        state.due_us = d.next_us;
        state.gap_us = d.gap_us / 1000 * 1000; /* as a queue keeps it */
    }
    return schedule;
}

static struct schedule follow_preset(const char *name)
{
    const struct mx_policy_info info = load(name, NULL, NULL);
    return follow(&info.policy, 0.5);
}

/* --- lists of times, in seconds -------------------------------------------------------------- */

struct row {
    const char *name;
    size_t count;
    int64_t expires_s;
    size_t given; /* of at_s */
    int64_t at_s[32];
};

#define M(minutes) ((minutes) * (int64_t)60)
#define H(hours) ((hours) * (int64_t)3600)

static const struct row rows[] = {
    {"bluecore",
     11,
     H(72),
     11,
     {0, M(2), M(7), M(17), M(37), M(77), M(157), M(317), M(637), M(1277), M(2557)}},
    {"bluecore-offsets",
     12,
     H(72),
     12,
     {0, M(2), M(5), M(10), M(20), M(40), M(80), M(160), M(320), M(640), M(1280), M(2560)}},
    {"postfix", 108, 433200, 10, {0, 300, 600, 1200, 2400, 4800, 9000, 13200, 17400, 21600}},
    {"exim", 28, H(96), 20, {0,      900,           1800,          2700,          3600,
                             4500,   5400,          6300,          7200,          10800,
                             16200,  24300,         36450,         54675,         82012,
                             103612, 82012 + H(12), 82012 + H(18), 82012 + H(24), 82012 + H(30)}},
    {"sendmail", 241, H(120), 5, {0, M(30), M(60), M(90), M(120)}},
    /* age at the last try, at most 4 h, and then the next run */
    {"sendmail-max-queue-age",
     34,
     H(120),
     9,
     {0, M(30), M(60), M(120), M(240), H(8), H(12), H(16), H(20)}},
    {"opensmtpd", 30, H(96), 7, {0, 400, 1600, 3600, 6400, 10000, 14400}},
    {"qmail", 40, 400 * 39 * 39, 7, {0, 400, 1600, 3600, 6400, 10000, 14400}},
    {"haraka",
     13,
     262080,
     13,
     {0, 64, 192, 448, 960, 1984, 4032, 8128, 16320, 32704, 65472, 131008, 262080}},
    {"kumomta",
     9,
     M(5100),
     9,
     {0, M(20), M(60), M(140), M(300), M(620), M(1260), M(2540), M(5100)}},
    {"momentum",
     19,
     H(168),
     10,
     {0, M(20), M(60), M(140), M(300), M(620), M(1260), M(1980), M(2700), M(3420)}},
    {"sparkpost", 8, H(72), 8, {0, M(20), M(60), M(140), M(300), M(620), M(1260), M(2540)}},
    {"powermta", 648, H(108), 4, {0, M(10), M(20), M(30)}},
    {"powermta-backoff", 108, H(108), 4, {0, H(1), H(2), H(3)}},
    {"mailgun", 7, H(8), 7, {0, M(10), M(25), M(55), M(115), M(235), M(475)}},
    {"sendgrid", 21, H(72), 6, {0, M(1), M(11), M(71), M(311), M(551)}},
    {"ses", 10, H(12), 10, {0, M(5), M(15), M(35), M(75), M(155), M(275), M(395), M(515), M(635)}},
    {"mimecast", 28, H(96), 28, {0,     M(1),  M(6),  M(15), M(30), H(1),  H(2),
                                 H(3),  H(4),  H(5),  H(6),  H(7),  H(8),  H(9),
                                 H(10), H(14), H(18), H(22), H(26), H(30), H(34),
                                 H(42), H(50), H(58), H(66), H(74), H(82), H(90)}},
    {"zone-mta",
     18,
     H(48),
     18,
     {0, M(5), M(12), M(20), M(45), H(2), H(4), H(8), H(12), H(16), H(20), H(24), H(28), H(32),
      H(36), H(40), H(44), H(48)}},
    {"stalwart", 9, H(72), 9, {0, M(2), M(7), M(17), M(32), M(62), M(122), M(242), M(1682)}},
    {"mox", 8, 57150, 8, {0, 450, 1350, 3150, 6750, 13950, 28350, 57150}},
    /* 15 min x floor(1.25^n): 1 1 1 1 2 3 3 4 5 7 9 11 14 18 22 28 35 44 55 */
    {"maddy", 20, M(3960), 20, {0,       M(15),   M(30),   M(45),   M(60),   M(90),  M(135),
                                M(180),  M(240),  M(315),  M(420),  M(555),  M(720), M(930),
                                M(1200), M(1530), M(1950), M(2475), M(3135), M(3960)}},
    {"adobe-ajo", 25, H(84), 8, {0, M(10), M(30), M(70), M(150), M(310), M(550), M(790)}},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static void presets_follow_their_sources(void **unused)
{
    (void)unused;
    for (size_t r = 0; r < ROW_COUNT; r++) {
        const struct row *row = &rows[r];
        const struct schedule s = follow_preset(row->name);
        if (s.count != row->count || s.expires_us != row->expires_s * S) {
            fail_msg("%s: %zu attempts, expiry %lld s", row->name, s.count,
                     (long long)(s.expires_us / S));
        }
        for (size_t i = 0; i < row->given; i++) {
            if (s.at_us[i] != row->at_s[i] * S) {
                fail_msg("%s: attempt %zu at %.6f s", row->name, i + 1, (double)s.at_us[i] / 1e6);
            }
        }
    }
}

/* Ends of the long ones, which a table does not show. */
static void long_schedules_end_as_their_sources_say(void **unused)
{
    (void)unused;
    struct schedule s = follow_preset("postfix");
    assert_int_equal(s.at_us[107], 433200 * S);
    s = follow_preset("exim");
    assert_int_equal(s.at_us[26], (82012 + 12 * H(6)) * S); /* 94.8 h */
    assert_int_equal(s.at_us[27], H(96) * S);
    s = follow_preset("qmail");
    for (int64_t n = 0; n < 40; n++) {
        assert_int_equal(s.at_us[n], 400 * n * n * S);
    }
    s = follow_preset("opensmtpd");
    for (int64_t n = 0; n < 30; n++) {
        assert_int_equal(s.at_us[n], 400 * n * n * S);
    }
    s = follow_preset("momentum");
    assert_int_equal(s.at_us[18], (M(1260) + 12 * H(12)) * S);
    s = follow_preset("sendgrid");
    assert_int_equal(s.at_us[20], (M(311) + 16 * H(4)) * S);
}

/* 5 min x 1.3^n; the 18th refusal waits for its next turn, which is HardFail. */
static void postal_fails_at_the_next_turn(void **unused)
{
    (void)unused;
    const struct schedule s = follow_preset("postal");
    double at_s = 0, gap_s = 300;
    assert_int_equal(s.count, 18);
    for (size_t i = 0; i < 18; i++) {
        assert_true(fabs((double)s.at_us[i] / 1e6 - at_s) < 1e-4);
        at_s += gap_s;
        gap_s *= 1.3;
    }
    assert_true(fabs((double)s.expires_us / 1e6 - at_s) < 1e-4);
    assert_true(at_s > H(30) && at_s < H(31));
}

/* Postfix's own arithmetic in whole seconds, scans included. */
static void postfix_at_other_settings(void **unused)
{
    (void)unused;
    static const int64_t scaled_s[] = {0, 3, 7, 13, 25, 49, 97, 161, 225, 289, 353};
    static const char *const dirs[] = {"scenarios"};
    static const struct mx_override set[] = {{"minimal_backoff", "4s"},
                                             {"maximal_backoff_time", "64s"},
                                             {"scan_interval", "2s"},
                                             {"scan_phase", "1s"},
                                             {"maximal_queue_lifetime", "300s"}};
    const struct mx_reader_options options = {
        .preset_dirs = dirs, .preset_dir_count = 1, .overrides = set, .override_count = 5};
    struct mx_mistakes mistakes = {0};
    struct mx_retry_policy policy;
    assert_int_equal(mx_reader_load_policy("postfix", &options, &policy, &mistakes), 0);
    const struct schedule s = follow(&policy, 0.5);
    assert_int_equal(s.count, 11);
    for (size_t i = 0; i < 11; i++) {
        assert_int_equal(s.at_us[i], scaled_s[i] * S);
    }
    assert_int_equal(s.expires_us, 353 * S);
    const struct mx_policy_info three_days = load("postfix", "lifetime", "72h");
    const struct schedule t = follow(&three_days.policy, 0.5);
    assert_int_equal(t.count, 67);
    assert_int_equal(t.at_us[66], 261000 * S);
}

static void exim_at_another_rule(void **unused)
{
    (void)unused;
    /* 22.5, 33 and 49.5 s are cut to whole seconds; the last is the cutoff's */
    static const int64_t at_s[] = {0, 5, 10, 15, 20, 30, 45, 67, 100, 149, 209, 269, 300};
    const struct mx_policy_info info = load("exim", "rule", "F,20s,5s; G,120s,10s,1.5; F,300s,60s");
    const struct schedule s = follow(&info.policy, 0.5);
    assert_int_equal(s.count, 13);
    for (size_t i = 0; i < 13; i++) {
        assert_int_equal(s.at_us[i], at_s[i] * S);
    }
    const struct mx_policy_info capped = load("exim", "retry_interval_max", "10m");
    assert_int_equal(follow(&capped.policy, 0.5).at_us[3], M(30) * S);
}

/* --- chance ---------------------------------------------------------------------------------- */

/* Half of min(retry_interval / 20, 60 s) either way. */
static void kumomta_jitter_follows_its_interval(void **unused)
{
    (void)unused;
    static const struct {
        const char *interval;
        int64_t interval_s, swing_ms;
    } table[] = {{"20m", M(20), 30000}, {"2m", M(2), 3000}, {"3h", H(3), 30000}};
    for (size_t i = 0; i < 3; i++) {
        const struct mx_policy_info info = load("kumomta", "retry_interval", table[i].interval);
        const struct mx_retry_state state = {.attempt_count = 3};
        const int64_t plain_us = 4 * table[i].interval_s * S;
        assert_int_equal(info.policy.jitter_us, table[i].swing_ms * 1000);
        assert_int_equal(mx_retry_decide(&info.policy, &state, 0, 1e-12).next_us,
                         plain_us - table[i].swing_ms * 1000);
        assert_int_equal(mx_retry_decide(&info.policy, &state, 0, 1 - 1e-12).next_us,
                         plain_us + table[i].swing_ms * 1000);
    }
    const struct mx_policy_info days = load("kumomta", "max_age", "72h");
    assert_int_equal(follow(&days.policy, 0.5).count, 8);
    assert_int_equal(follow(&days.policy, 0.5).expires_us, M(2540) * S);
}

/* (450 - 5 + 0 .. 9 s) x 2^n: ten values, all of them multiples of 2^n seconds. */
static void mox_doubles_what_it_draws(void **unused)
{
    (void)unused;
    const struct mx_policy_info info = load("mox", NULL, NULL);
    for (uint32_t n = 0; n < 7; n++) {
        const struct mx_retry_state state = {.attempt_count = n + 1};
        for (int64_t k = 0; k < 1000; k++) {
            const double u = ((double)k + 0.5) / 1000;
            const int64_t wanted_s = (450 - 5 + k / 100) << n;
            assert_int_equal(mx_retry_decide(&info.policy, &state, 0, u).next_us, wanted_s * S);
        }
    }
}

static void a_list_in_harakas_words(void **unused)
{
    (void)unused;
    static const int64_t at_s[] = {0, 60, 360, 660, 4260, 7860, 11460};
    const struct mx_policy_info info = load("haraka", "temp_fail_intervals", "1m,5m*2,1h*3");
    const struct schedule s = follow(&info.policy, 0.5);
    assert_int_equal(s.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(s.at_us[i], at_s[i] * S);
    }
    assert_int_equal(s.expires_us, 11460 * S);
}

static void mimecast_stops_at_thirty(void **unused)
{
    (void)unused;
    const struct mx_policy_info info = load("mimecast", "lifetime", "200h");
    const struct schedule s = follow(&info.policy, 0.5);
    assert_int_equal(s.count, 30);
    assert_int_equal(s.at_us[29], H(106) * S);
    assert_int_equal(s.expires_us, H(106) * S);
}

/* --- what is said of the presets ------------------------------------------------------------- */

static void every_preset_is_covered(void **unused)
{
    (void)unused;
    static const char *const dirs[] = {"scenarios"};
    const struct mx_reader_options options = {.preset_dirs = dirs, .preset_dir_count = 1};
    char **names;
    size_t count;
    assert_int_equal(mx_reader_policy_names(&options, &names, &count), 0);
    assert_int_equal(count, ROW_COUNT + 1); /* and postal */
    for (size_t i = 0; i < count; i++) {
        const struct mx_policy_info info = load(names[i], NULL, NULL);
        bool found = strcmp(names[i], "postal") == 0;
        for (size_t r = 0; r < ROW_COUNT; r++) {
            found = found || strcmp(names[i], rows[r].name) == 0;
        }
        assert_true(found);
        assert_true(strlen(info.source) > 0 && strlen(info.source) <= 20);
        for (size_t a = 0; a < info.assumed_count; a++) {
            assert_true(strlen(info.assumed[a].range) > 0);
        }
    }
    mx_reader_policy_names_free(names, count);
}

static void assumed_until_it_is_set(void **unused)
{
    (void)unused;
    const struct mx_policy_info plain = load("sendmail-max-queue-age", NULL, NULL);
    assert_int_equal(plain.assumed_count, 2);
    assert_string_equal(plain.assumed[0].key, "maximal_backoff");
    assert_string_equal(plain.assumed[0].value, "4h");
    assert_string_equal(plain.assumed[0].range, "1h .. 1d");
    assert_int_equal(load("sendmail-max-queue-age", "MaxQueueAge", "2h").assumed_count, 1);
    assert_int_equal(load("sendmail-max-queue-age", "maximal_backoff", "2h").assumed_count, 1);
    assert_int_equal(load("postfix", NULL, NULL).assumed_count, 0);
    assert_int_equal(load("ses", NULL, NULL).assumed_count, 5);
}

/* --- any policy ------------------------------------------------------------------------------ */

static uint64_t random_state = 20261124;
static uint64_t below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % n;
}

static double uniform(void)
{
    return ((double)below(UINT64_C(1) << 50) + 0.5) * 0x1p-50;
}

/* Log-uniform in about [1 us, 2^bits us]. */
static int64_t span_us(unsigned bits)
{
    return 1 + (int64_t)below(UINT64_C(1) << (1 + below(bits)));
}

static void draw_kind(struct mx_retry_policy *p)
{
    p->kind = (enum mx_retry_kind)below(MX_RETRY_KIND_COUNT);
    p->gap_count = 1 + (uint32_t)below(8);
    for (uint32_t i = 0; i < p->gap_count; i++) {
        p->gap_us[i] = span_us(36);
    }
    p->multiply = below(3) == 0 ? 1 : 1 + 3 * uniform();
    p->whole_factor = below(4) == 0;
    p->gap_us_max = below(2) == 0 ? 0 : span_us(38);
    p->backoff_us_min = span_us(32);
    p->backoff_us_max = p->backoff_us_min + span_us(36);
    p->quadratic = (enum mx_retry_quadratic)below(MX_QUADRATIC_COUNT);
    p->quadratic_unit_us = span_us(34);
    p->quadratic_skip = 1 + (uint32_t)below(40);
    p->segment_count = 1 + (uint32_t)below(4);
    int64_t until_us = 0;
    for (uint32_t i = 0; i < p->segment_count; i++) {
        until_us += span_us(36);
        p->segment[i] =
            (struct mx_retry_segment){"FGH"[below(3)], until_us, span_us(34), 1 + 2 * uniform()};
    }
    p->gap_us_mean = span_us(36);
}

static void draw_chance(struct mx_retry_policy *p)
{
    p->jitter = below(3) == 0 ? uniform() / 2 : 0;
    p->jitter_us = below(3) == 0 ? span_us(26) : 0;
    p->jitter_step_us = p->jitter_us > 1 && below(2) == 0 ? 1 + p->jitter_us / 7 : 0;
    p->jitter_grows = p->jitter_us > 0 && below(3) == 0;
}

/* A usable policy of any kind. */
static struct mx_retry_policy random_policy(void)
{
    for (;;) {
        struct mx_retry_policy p = {.kind = MX_RETRY_LIST};
        draw_kind(&p);
        draw_chance(&p);
        p.scan_us = below(3) == 0 ? span_us(30) : 0;
        p.scan_phase_us = below(2) == 0 ? 0 : span_us(30);
        p.scan_ahead_us = p.scan_us > 0 && below(3) == 0 ? span_us(21) : 0;
        p.whole_seconds = below(3) == 0;
        p.lifetime_us = below(8) == 0 ? MX_NEVER : span_us(40);
        p.attempts_max = below(2) == 0 ? 0 : 1 + (uint32_t)below(40);
        p.clock = (enum mx_retry_clock)below(MX_CLOCK_COUNT);
        p.expiry = (enum mx_retry_expiry)below(MX_EXPIRE_COUNT);
        if (mx_retry_check(&p) == NULL) {
            return p;
        }
    }
}

static int64_t whole(const struct mx_retry_policy *p, int64_t t_us)
{
    return p->whole_seconds ? t_us - t_us % S : t_us;
}

static int64_t sum_us(int64_t a, int64_t b)
{
    return b > MX_NEVER - a ? MX_NEVER : a + b;
}

/* The end of a rule's last segment: of the message's age where the host has data of its own. */
static int64_t rule_end_us(const struct mx_retry_policy *p, const struct mx_retry_state *state)
{
    const int64_t from_us =
        p->clock == MX_CLOCK_HOST_FAILURE ? state->created_us : state->first_deferral_us;
    return whole(p, from_us) + p->segment[p->segment_count - 1].until_us;
}

/* The next attempt, or the turn at which a message expires instead of one. */
static void check_next(const struct mx_retry_policy *p, const struct mx_retry_decision *d,
                       const struct mx_retry_state *state, int64_t now_us, int64_t next_us)
{
    const int64_t slack_us = (p->whole_seconds ? 2 * S : 0) + 1;
    assert_true(next_us > now_us);
    assert_true(next_us - now_us >= mx_retry_gap_us_min(p));
    assert_true(next_us - now_us <= d->gap_us + p->scan_us + slack_us);
    if (p->kind != MX_RETRY_SEGMENTS) {
        assert_true(next_us - now_us >= d->gap_us - p->scan_ahead_us - slack_us);
    } else {
        assert_true(next_us <= rule_end_us(p, state) + S + p->scan_us);
    }
    if (p->scan_us > 0) {
        assert_int_equal((next_us - p->scan_phase_us) % p->scan_us, 0);
    }
}

static void check_end(const struct mx_retry_policy *p, const struct mx_retry_decision *d,
                      const struct mx_retry_state *state, int64_t now_us)
{
    const int64_t clock_us =
        p->clock == MX_CLOCK_CREATION ? state->created_us : state->first_deferral_us;
    const int64_t deadline_us = sum_us(clock_us, p->lifetime_us);
    const bool at_count = p->attempts_max > 0 && state->attempt_count == p->attempts_max;
    const int64_t cutoff_us = p->kind == MX_RETRY_SEGMENTS ? rule_end_us(p, state) : MX_NEVER;
    if (now_us >= cutoff_us) {
        assert_int_equal(d->expires_us, now_us);
        return;
    }
    if (at_count && p->expiry == MX_EXPIRE_ATTEMPTS_DUE) {
        check_next(p, d, state, now_us, d->expires_us);
        return;
    }
    if (at_count || p->expiry != MX_EXPIRE_AT_DEADLINE) {
        assert_int_equal(d->expires_us, now_us);
    }
    if (at_count) {
        return;
    }
    switch (p->expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        assert_int_equal(d->expires_us, deadline_us > now_us ? deadline_us : now_us);
        assert_true(now_us + d->gap_us + p->scan_us + 2 * S >= deadline_us);
        break;
    case MX_EXPIRE_AFTER_FAILURE:
        assert_true(whole(p, now_us) >= sum_us(whole(p, clock_us), p->lifetime_us));
        break;
    case MX_EXPIRE_EARLY:
        assert_true(now_us + d->gap_us + p->scan_us + 2 * S > deadline_us);
        break;
    case MX_EXPIRE_ATTEMPTS:
    case MX_EXPIRE_ATTEMPTS_DUE:
    case MX_EXPIRE_COUNT:
        fail_msg("expired before its count");
    }
}

/* A refusal that is not the last: none of the expiries may hold. */
static void check_goes_on(const struct mx_retry_policy *p, const struct mx_retry_state *state,
                          int64_t now_us, int64_t next_us)
{
    const int64_t clock_us =
        p->clock == MX_CLOCK_CREATION ? state->created_us : state->first_deferral_us;
    const int64_t deadline_us = sum_us(clock_us, p->lifetime_us);
    assert_true(p->attempts_max == 0 || state->attempt_count < p->attempts_max);
    if (p->expiry == MX_EXPIRE_AT_DEADLINE) {
        assert_true(next_us < deadline_us);
    } else if (p->expiry == MX_EXPIRE_EARLY) {
        assert_true(next_us <= deadline_us);
    } else if (p->expiry == MX_EXPIRE_AFTER_FAILURE) {
        assert_true(whole(p, now_us) < sum_us(whole(p, clock_us), p->lifetime_us));
    }
}

/* A message refused again and again; at most `most` times. */
static void refuse_long(const struct mx_retry_policy *p, int most)
{
    struct mx_retry_state state = {.created_us = (int64_t)below(1000000000)};
    const int64_t latency_us = below(2) == 0 ? 0 : (int64_t)below(3000000);
    state.due_us = state.created_us;
    for (int i = 0; i < most && state.due_us < MX_HORIZON_US_MAX; i++) {
        const int64_t now_us = state.due_us + latency_us;
        state.attempt_count++;
        if (state.attempt_count == 1) {
            state.first_deferral_us = now_us;
        }
        const struct mx_retry_decision d = mx_retry_decide(p, &state, now_us, uniform());
        assert_true((d.next_us == MX_NEVER) != (d.expires_us == MX_NEVER));
        if (d.next_us == MX_NEVER) {
            check_end(p, &d, &state, now_us);
            return;
        }
        check_next(p, &d, &state, now_us, d.next_us);
        check_goes_on(p, &state, now_us, d.next_us);
        state.due_us = d.next_us;
        state.gap_us = d.gap_us;
    }
}

static void every_policy_keeps_to_its_word(void **unused)
{
    (void)unused;
    const int rounds = mx_test_full() ? 500000 : 20000;
    for (int round = 0; round < rounds; round++) {
        const struct mx_retry_policy policy = random_policy();
        refuse_long(&policy, 60);
    }
    for (size_t r = 0; r < ROW_COUNT; r++) {
        const struct mx_policy_info info = load(rows[r].name, NULL, NULL);
        for (int round = 0; round < 200; round++) {
            refuse_long(&info.policy, 1000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_follow_their_sources),
        cmocka_unit_test(long_schedules_end_as_their_sources_say),
        cmocka_unit_test(postal_fails_at_the_next_turn),
        cmocka_unit_test(postfix_at_other_settings),
        cmocka_unit_test(exim_at_another_rule),
        cmocka_unit_test(kumomta_jitter_follows_its_interval),
        cmocka_unit_test(mox_doubles_what_it_draws),
        cmocka_unit_test(a_list_in_harakas_words),
        cmocka_unit_test(mimecast_stops_at_thirty),
        cmocka_unit_test(every_preset_is_covered),
        cmocka_unit_test(assumed_until_it_is_set),
        cmocka_unit_test(every_policy_keeps_to_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
