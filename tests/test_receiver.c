// SPDX-License-Identifier: GPL-3.0-or-later
/* test_receiver.c - the order of a provider's stages, and what each learns from the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <gsl/gsl_rng.h>

#include "models/receiver.h"
#include "tests/support_provider.h"

static const struct mx_receiver_sizes small = {2, 2, 2};
static const struct mx_recipient good = {.address = MX_ADDRESS_GOOD};
static const struct mx_recipient unknown = {.address = MX_ADDRESS_UNKNOWN};
static const struct mx_recipient closed = {.address = MX_ADDRESS_CLOSED};
static const struct mx_recipient full = {.address = MX_ADDRESS_FULL, .full_reply_u = 0.5};
static const struct mx_recipient trap = {.address = MX_ADDRESS_TRAP};

static struct mx_receiver *create(const struct mx_receiver_params *params)
{
    struct mx_receiver *receiver = mx_receiver_create(params, &small, NULL, NULL);

    assert_non_null(receiver);
    return receiver;
}

static struct mx_answer ask(struct mx_receiver *receiver, const struct mx_attempt *attempt)
{
    struct mx_answer answer;

    mx_receiver_attempt(receiver, attempt, &answer);
    return answer;
}

static enum mx_reason reason_at(struct mx_receiver *receiver, int64_t now_us)
{
    struct mx_attempt attempt = mx_test_attempt_at(now_us, &good);

    return ask(receiver, &attempt).reason;
}

static void assert_verdict(struct mx_answer answer, enum mx_verdict verdict, enum mx_reason reason)
{
    assert_int_equal(answer.verdict, verdict);
    assert_int_equal(answer.reason, reason);
}

static void test_a_plain_provider_accepts(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    struct mx_receiver *receiver = create(&params);
    struct mx_attempt attempt = mx_test_attempt_at(7, &good);
    struct mx_answer answer = ask(receiver, &attempt);

    (void)state;
    assert_verdict(answer, MX_ACCEPT, MX_REASON_NONE);
    assert_int_equal(answer.reply_us, attempt.until_us);
    assert_true(answer.inboxed);
    assert_int_equal(answer.greylist_s, MX_GREYLIST_UNSEEN);
    attempt = mx_test_attempt_at(8, &unknown);
    assert_verdict(ask(receiver, &attempt), MX_REJECT_HARD, MX_REASON_UNKNOWN);
    attempt = mx_test_attempt_at(9, &closed);
    assert_verdict(ask(receiver, &attempt), MX_REJECT_HARD, MX_REASON_CLOSED);
    attempt = mx_test_attempt_at(10, &full);
    assert_verdict(ask(receiver, &attempt), MX_BUSY, MX_REASON_MAILBOX_FULL);
    attempt.emptied_us = attempt.now_us;
    assert_verdict(ask(receiver, &attempt), MX_ACCEPT, MX_REASON_NONE);
    mx_receiver_destroy(receiver);
    mx_receiver_destroy(NULL);
}

/* All stages refuse; taking the first one away shows the next. */
static void test_the_order_of_the_stages(void **state)
{
    static const struct mx_outage outage = {0, MX_DAY_US, 0.0};
    const enum mx_reason order[] = {
        MX_REASON_OUTAGE,     MX_REASON_CONNECTIONS, MX_REASON_SPIKE,
        MX_REASON_REPUTATION, MX_REASON_CAPACITY,    MX_REASON_MAILBOX_FULL,
        MX_REASON_GREYLIST,   MX_REASON_CONTENT,     MX_REASON_NONE};
    struct mx_receiver_params params = mx_test_plain_provider();

    (void)state;
    params.outages = &outage;
    params.outage_count = 1;
    params.connections.per_ip = 1;
    params.allowance[MX_SCOPE_IP] = (struct mx_allowance_params){
        .growth = 2.0, .floor_per_day = 0.0, .reference_days = 30, .hourly_share = 1.0};
    params.reputation = mx_test_bands;
    params.reputation.band[MX_BAND_MEDIUM].busy = 1.0;
    params.capacity = (struct mx_capacity_params){
        .kind = MX_CAPACITY_SERVERS, .servers = 1, .service = {MX_LAW_CONSTANT, MX_DAY_US, 0}};
    params.greylist = (struct mx_greylist_params){.delay_us = MX_MINUTE_US, .domains = 1};
    params.content_busy = 1.0;
    for (int stage = 0; stage < 9; stage++) {
        struct mx_receiver *receiver;
        struct mx_attempt attempt = mx_test_attempt_at(1, stage < 6 ? &full : &good);

        if (stage == 1)
            params.outage_count = 0;
        if (stage == 2)
            params.connections.per_ip = 0;
        if (stage == 3)
            params.allowance[MX_SCOPE_IP].growth = 0.0;
        if (stage == 4)
            params.reputation.band[MX_BAND_MEDIUM].busy = 0.0;
        if (stage == 5)
            params.capacity.kind = MX_CAPACITY_NONE;
        if (stage == 7)
            params.greylist.delay_us = 0;
        if (stage == 8)
            params.content_busy = 0.0;
        receiver = create(&params);
        if (stage <= 1 || stage == 4) { /* the connection or the server is taken */
            struct mx_attempt first = mx_test_attempt_at(stage == 0 ? 0 : 1, &full);

            (void)ask(receiver, &first);
        }
        assert_int_equal(ask(receiver, &attempt).reason, order[stage]);
        mx_receiver_destroy(receiver);
    }
}

static void test_a_spike_leads_to_a_block(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    struct mx_receiver_view view;
    struct mx_receiver *receiver;
    int count[MX_REASON_COUNT] = {0};
    int64_t t_us = 0;
    struct mx_attempt attempt;

    (void)state;
    params.allowance[MX_SCOPE_IP] = (struct mx_allowance_params){
        .growth = 2.0, .floor_per_day = 5000.0, .reference_days = 30, .hourly_share = 1.0};
    params.block = (struct mx_block_params){
        .deferrals = 200, .within_us = 10 * MX_MINUTE_US, .lasts_us = 24 * MX_HOUR_US};
    receiver = create(&params);
    for (; t_us < MX_HOUR_US; t_us += MX_SECOND_US / 4)
        count[reason_at(receiver, t_us)]++;
    assert_int_equal(count[MX_REASON_NONE], 5000);
    assert_int_equal(count[MX_REASON_SPIKE], 201);
    assert_int_equal(count[MX_REASON_BLOCKED], 4 * 3600 - 5201);
    mx_receiver_look(receiver, t_us, 0, &view);
    assert_true(view.blocked && view.volume_today == 5000.0 && view.allowance_per_day == 5000.0);
    attempt = mx_test_attempt_at(t_us, &good);
    assert_verdict(ask(receiver, &attempt), MX_REJECT_SOFT, MX_REASON_BLOCKED);
    /* the other address is nobody's fault */
    attempt.ip = 1;
    assert_verdict(ask(receiver, &attempt), MX_ACCEPT, MX_REASON_NONE);
    /* the block passes, and yesterday's volume may double */
    t_us = 25 * MX_HOUR_US;
    mx_receiver_look(receiver, t_us, 0, &view);
    assert_false(view.blocked);
    assert_true(view.volume_today == 0.0 && view.allowance_per_day == 10000.0);
    assert_int_equal(reason_at(receiver, t_us), MX_REASON_NONE);
    mx_receiver_destroy(receiver);
}

static void test_the_same_volume_as_a_habit_passes(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    const struct mx_history habit = {.daily_volume = 10000.0, .days = 30.0};
    struct mx_receiver *receiver;

    (void)state;
    params.allowance[MX_SCOPE_IP] = (struct mx_allowance_params){
        .growth = 2.0, .floor_per_day = 5000.0, .reference_days = 30, .hourly_share = 1.0};
    params.block = (struct mx_block_params){200, 10 * MX_MINUTE_US, MX_DAY_US};
    receiver = create(&params);
    mx_receiver_set_history(receiver, MX_SCOPE_IP, 0, &habit);
    for (int64_t t_us = 0; t_us < MX_HOUR_US; t_us += MX_SECOND_US / 4)
        assert_int_equal(reason_at(receiver, t_us), MX_REASON_NONE);
    mx_receiver_destroy(receiver);
}

/* One mechanism at a time refuses thousands of attempts in the strictest window: no block. */
static void test_what_never_blocks(void **state)
{
    static const struct mx_outage outage = {0, MX_DAY_US, 0.0};

    (void)state;
    for (int what = 0; what < 5; what++) {
        struct mx_receiver_params params = mx_test_plain_provider();
        struct mx_receiver *receiver;
        enum mx_reason expected = MX_REASON_OUTAGE;
        int refused = 0;

        params.block = (struct mx_block_params){1, MX_DAY_US, 300 * MX_DAY_US};
        params.reputation = mx_test_bands;
        params.reputation.band[MX_BAND_MEDIUM].busy = 0.0;
        if (what == 0) {
            params.outages = &outage;
            params.outage_count = 1;
        } else if (what == 1) {
            params.connections.total = 1;
            expected = MX_REASON_CONNECTIONS;
        } else if (what == 2) {
            params.capacity = (struct mx_capacity_params){
                .kind = MX_CAPACITY_RATE, .rate_per_s = 0.001, .backlog = 5.0, .busy_cost = 1.0};
            expected = MX_REASON_CAPACITY;
        } else if (what == 3) {
            params.greylist = (struct mx_greylist_params){.delay_us = MX_DAY_US, .domains = 1};
            expected = MX_REASON_GREYLIST;
        } else {
            expected = MX_REASON_MAILBOX_FULL;
        }
        receiver = create(&params);
        for (int64_t t_us = 0; t_us < 2 * MX_HOUR_US; t_us += MX_SECOND_US / 8) {
            struct mx_attempt attempt = mx_test_attempt_at(t_us, what == 4 ? &full : &good);
            struct mx_answer answer = ask(receiver, &attempt);

            if (t_us % MX_MINUTE_US == 0)
                mx_receiver_epoch(receiver, t_us);
            assert_int_not_equal(answer.verdict, MX_REJECT_SOFT);
            refused += answer.verdict == MX_BUSY;
            assert_true(answer.verdict == MX_ACCEPT || answer.reason == expected);
        }
        assert_true(refused > 10000);
        mx_receiver_destroy(receiver);
    }
}

/* An outage teaches nothing: the day after looks as if the attempts had not been. */
static void test_an_outage_teaches_nothing(void **state)
{
    static const struct mx_outage outage = {0, MX_HOUR_US, 0.0};
    struct mx_receiver_params params = mx_test_plain_provider();
    struct mx_receiver *receiver;
    struct mx_receiver_view view;

    (void)state;
    params.outages = &outage;
    params.outage_count = 1;
    params.connections.per_ip = 1;
    params.allowance[MX_SCOPE_IP] = (struct mx_allowance_params){.growth = 2.0,
                                                                 .floor_per_day = 10.0,
                                                                 .reference_days = 30,
                                                                 .hourly_share = 1.0,
                                                                 .refused_count = true};
    receiver = create(&params);
    for (int64_t t_us = 0; t_us < MX_HOUR_US; t_us += MX_SECOND_US)
        assert_int_equal(reason_at(receiver, t_us), MX_REASON_OUTAGE);
    mx_receiver_look(receiver, MX_HOUR_US, 0, &view);
    assert_true(view.volume_today == 0.0);
    assert_int_equal(reason_at(receiver, MX_HOUR_US), MX_REASON_NONE);
    mx_receiver_destroy(receiver);
}

static void test_policy_deferrals_escalate(void **state)
{
    (void)state;
    for (int what = 0; what < 3; what++) {
        struct mx_receiver_params params = mx_test_plain_provider();
        struct mx_receiver *receiver;
        enum mx_reason expected;

        params.block = (struct mx_block_params){10, MX_HOUR_US, MX_DAY_US};
        if (what == 0) {
            params.allowance[MX_SCOPE_IP].cap = (struct mx_rate){1, MX_DAY_US};
            expected = MX_REASON_RATE;
        } else if (what == 1) {
            params.reputation = mx_test_bands;
            params.reputation.band[MX_BAND_MEDIUM].busy = 1.0;
            expected = MX_REASON_REPUTATION;
        } else {
            params.content_busy = 1.0;
            expected = MX_REASON_CONTENT;
        }
        receiver = create(&params);
        if (what == 0)
            assert_int_equal(reason_at(receiver, 0), MX_REASON_NONE);
        for (int i = 0; i < 11; i++)
            assert_int_equal(reason_at(receiver, i), expected);
        assert_int_equal(reason_at(receiver, 11), MX_REASON_BLOCKED);
        assert_int_equal(reason_at(receiver, MX_DAY_US), MX_REASON_BLOCKED);
        assert_int_not_equal(reason_at(receiver, MX_DAY_US + 10), MX_REASON_BLOCKED);
        mx_receiver_destroy(receiver);
    }
}

static enum mx_band band_of(const struct mx_receiver *receiver, int64_t now_us)
{
    struct mx_receiver_view view;

    mx_receiver_look(receiver, now_us, 0, &view);
    return view.band;
}

/* A day of complaints at 1 % of inboxed mail ruins a good name; it comes back in days. */
static void test_recovery_in_days(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    const struct mx_history habit = {.daily_volume = 14400.0, .days = 60.0};
    struct mx_receiver *receiver;
    int64_t t_us = 0, stop_us = 3 * MX_DAY_US, back_us = 0;

    (void)state;
    params.reputation = mx_test_bands;
    params.reputation.domain = false;
    receiver = create(&params);
    mx_receiver_set_history(receiver, MX_SCOPE_IP, 0, &habit);
    assert_int_equal(band_of(receiver, 0), MX_BAND_HIGH);
    for (int i = 0; t_us < 60 * MX_DAY_US && back_us == 0; i++, t_us += 6 * MX_SECOND_US) {
        struct mx_attempt attempt = mx_test_attempt_at(t_us, &good);

        if (t_us % MX_MINUTE_US == 0)
            mx_receiver_epoch(receiver, t_us);
        (void)ask(receiver, &attempt);
        if (t_us < stop_us && i % 100 == 0)
            mx_receiver_complain(receiver, 0, 0);
        if (t_us == stop_us)
            assert_true(band_of(receiver, t_us) < MX_BAND_HIGH);
        if (t_us > stop_us && band_of(receiver, t_us) == MX_BAND_HIGH)
            back_us = t_us - stop_us;
    }
    assert_true(back_us > 2 * MX_DAY_US && back_us < 30 * MX_DAY_US);
    mx_receiver_destroy(receiver);
}

static void test_the_lower_band_of_ip_and_domain(void **state)
{
    const struct mx_history fine = {.daily_volume = 1e6, .days = 60.0};
    const struct mx_history bad = {.daily_volume = 1e6, .days = 60.0, .complaints = 0.05};

    (void)state;
    for (int which = 0; which < 8; which++) {
        struct mx_receiver_params params = mx_test_plain_provider();
        struct mx_receiver *receiver;
        struct mx_attempt attempt = mx_test_attempt_at(1, &good);
        bool refused;

        params.reputation = mx_test_bands;
        params.reputation.domain = (which & 4) != 0;
        receiver = create(&params);
        mx_receiver_set_history(receiver, MX_SCOPE_IP, 0, which & 1 ? &bad : &fine);
        mx_receiver_set_history(receiver, MX_SCOPE_DOMAIN, 0, which & 2 ? &bad : &fine);
        refused = (which & 1) != 0 || (which & 6) == 6;
        attempt.episode_u = 0.29;
        assert_int_equal(ask(receiver, &attempt).reason,
                         refused ? MX_REASON_BLOCKED : MX_REASON_NONE);
        attempt.episode_u = 0.89;
        assert_int_equal(ask(receiver, &attempt).reason,
                         refused ? MX_REASON_REPUTATION : MX_REASON_NONE);
        attempt.episode_u = 0.91;
        attempt.placement_u = 0.5;
        assert_verdict(ask(receiver, &attempt), MX_ACCEPT, MX_REASON_NONE);
        assert_int_equal(ask(receiver, &attempt).inboxed, !refused);
        mx_receiver_destroy(receiver);
    }
}

static double score_after(const struct mx_receiver_params *params,
                          const struct mx_recipient *recipient)
{
    struct mx_receiver *receiver = create(params);
    struct mx_attempt attempt = mx_test_attempt_at(1, recipient);
    struct mx_receiver_view view;

    (void)ask(receiver, &attempt);
    mx_receiver_epoch(receiver, MX_MINUTE_US);
    mx_receiver_look(receiver, MX_MINUTE_US, 0, &view);
    mx_receiver_destroy(receiver);
    return view.score;
}

static void test_what_reputation_learns(void **state)
{
    static const struct mx_outage outage = {0, MX_DAY_US, 0.0};
    struct mx_receiver_params params = mx_test_plain_provider();

    (void)state;
    params.reputation = mx_test_bands;
    assert_true(score_after(&params, &good) > 0.6);
    assert_true(score_after(&params, &unknown) < 0.6);
    assert_true(score_after(&params, &trap) < score_after(&params, &unknown));
    assert_true(score_after(&params, &closed) == 0.6);
    assert_true(score_after(&params, &full) == 0.6);
    /* an unknown address is learned when it is looked at, not before */
    params.capacity = (struct mx_capacity_params){.kind = MX_CAPACITY_RATE, .backlog = 1.0};
    params.outages = &outage;
    params.outage_count = 1;
    assert_true(score_after(&params, &unknown) == 0.6);
    params.outage_count = 0;
    params.reputation.band[MX_BAND_MEDIUM].busy = 1.0;
    assert_true(score_after(&params, &unknown) == 0.6);
}

static void test_servers_reply_late(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    struct mx_receiver *receiver;
    struct mx_attempt attempt = mx_test_attempt_at(0, &good);

    (void)state;
    params.capacity = (struct mx_capacity_params){.kind = MX_CAPACITY_SERVERS,
                                                  .servers = 1,
                                                  .service = {MX_LAW_CONSTANT, MX_SECOND_US, 0},
                                                  .waiting_room = 1};
    receiver = create(&params);
    assert_int_equal(ask(receiver, &attempt).reply_us, MX_SECOND_US);
    attempt.recipient = &unknown; /* decided after it was served */
    assert_int_equal(ask(receiver, &attempt).reply_us, 2 * MX_SECOND_US);
    assert_verdict(ask(receiver, &attempt), MX_BUSY, MX_REASON_CAPACITY);
    assert_int_equal(ask(receiver, &attempt).reply_us, attempt.until_us);
    mx_receiver_destroy(receiver);
}

static void test_greylisting(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    struct mx_receiver *receiver;
    struct mx_attempt attempt = mx_test_attempt_at(10 * MX_SECOND_US, &good);
    struct mx_answer answer;

    (void)state;
    params.greylist = (struct mx_greylist_params){.delay_us = 300 * MX_SECOND_US, .domains = 1};
    receiver = create(&params);
    answer = ask(receiver, &attempt);
    assert_verdict(answer, MX_BUSY, MX_REASON_GREYLIST);
    assert_int_equal(answer.greylist_s, 10);
    attempt = mx_test_attempt_at(309 * MX_SECOND_US, &good);
    attempt.greylist_s = answer.greylist_s;
    assert_verdict(ask(receiver, &attempt), MX_BUSY, MX_REASON_GREYLIST);
    attempt.now_us = 310 * MX_SECOND_US;
    answer = ask(receiver, &attempt);
    assert_verdict(answer, MX_ACCEPT, MX_REASON_NONE);
    assert_int_equal(answer.greylist_s, 10);
    mx_receiver_destroy(receiver);
}

static void test_episodes(void **state)
{
    struct mx_receiver_params params = mx_test_plain_provider();
    struct mx_receiver *receiver = create(&params);

    (void)state;
    assert_int_equal(mx_receiver_episode(receiver, MX_DAY_US, 0, 0), MX_EPISODE_UNUSED);
    mx_receiver_destroy(receiver);
    params.reputation = mx_test_bands;
    for (int band = 0; band < MX_BAND_COUNT; band++)
        params.reputation.band[band].busy = 0.2;
    receiver = create(&params);
    assert_int_equal(mx_receiver_episode(receiver, 45 * MX_MINUTE_US - 1, 0, 0), 0);
    assert_int_equal(mx_receiver_episode(receiver, 45 * MX_MINUTE_US, 0, 0), 1);
    mx_receiver_destroy(receiver);
    params.reputation.episode_us = 0;
    receiver = create(&params);
    assert_int_equal(mx_receiver_episode(receiver, MX_DAY_US, 0, 0), MX_EPISODE_PER_ATTEMPT);
    mx_receiver_destroy(receiver);
    for (int band = 0; band < MX_BAND_COUNT; band++)
        params.reputation.band[band].busy = params.reputation.band[band].block = 0.0;
    receiver = create(&params);
    assert_int_equal(mx_receiver_episode(receiver, MX_DAY_US, 0, 0), MX_EPISODE_UNUSED);
    mx_receiver_destroy(receiver);
    for (int band = 0; band < MX_BAND_COUNT; band++)
        assert_true(strlen(mx_band_name((enum mx_band)band)) > 0);
}

/* --- random providers --------------------------------------------------------------------- */

static double random_u(void *context, uint64_t interval)
{
    uint64_t x = (interval + 1) * UINT64_C(0x9e3779b97f4a7c15);

    (void)context;
    x ^= x >> 29;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    return ((double)(x >> 12) + 0.5) * 0x1p-52;
}

static bool is_possible(struct mx_answer answer)
{
    switch (answer.verdict) {
    case MX_ACCEPT:
        return answer.reason == MX_REASON_NONE;
    case MX_BUSY:
        return answer.reason < MX_DEFERRAL_REASON_COUNT && !answer.inboxed;
    case MX_REJECT_HARD:
        return (answer.reason == MX_REASON_UNKNOWN || answer.reason == MX_REASON_CLOSED) &&
               !answer.inboxed;
    case MX_REJECT_SOFT:
        return (answer.reason == MX_REASON_BLOCKED || answer.reason == MX_REASON_CONTENT ||
                answer.reason == MX_REASON_MAILBOX_FULL) &&
               !answer.inboxed;
    case MX_VERDICT_COUNT:
        break;
    }
    return false;
}

/* Whatever the parameters: possible answers, replies in time, scores in range, and two receivers
 * that are asked the same say the same; looking changes nothing. */
static void test_random_providers(void **state)
{
    static const struct mx_recipient *const recipients[] = {&good,    &good,   &good, &good,
                                                            &unknown, &closed, &full, &trap};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    int count[MX_REASON_COUNT] = {0};

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct mx_receiver_params params = mx_test_random_provider(rng);
        struct mx_receiver *a = mx_receiver_create(&params, &small, random_u, NULL);
        struct mx_receiver *b = mx_receiver_create(&params, &small, random_u, NULL);
        int64_t now_us = 0, epoch_us = MX_MINUTE_US;

        assert_true(a != NULL && b != NULL);
        for (int i = 0; i < 2000; i++) {
            struct mx_attempt attempt =
                mx_test_random_attempt(rng, now_us, recipients[gsl_rng_uniform_int(rng, 8)]);
            struct mx_answer answer = ask(a, &attempt), again = ask(b, &attempt);
            struct mx_receiver_view view;

            assert_true(is_possible(answer));
            assert_true(answer.reply_us >= attempt.until_us);
            assert_true(answer.verdict == again.verdict && answer.reason == again.reason &&
                        answer.reply_us == again.reply_us && answer.inboxed == again.inboxed &&
                        answer.greylist_s == again.greylist_s);
            count[answer.reason]++;
            if (answer.inboxed && gsl_rng_uniform_int(rng, 100) == 0) {
                mx_receiver_complain(a, attempt.ip, attempt.domain);
                mx_receiver_complain(b, attempt.ip, attempt.domain);
            }
            mx_receiver_look(a, now_us, attempt.ip, &view);
            assert_true(view.score >= 0.0 && view.score <= 1.0);
            assert_true(view.allowance_per_day >= 0.0 && view.volume_today >= 0.0);
            now_us += (int64_t)gsl_rng_uniform_int(rng, run % 3 == 0 ? 100 * MX_SECOND_US
                                                                     : 2 * MX_SECOND_US);
            for (; epoch_us <= now_us; epoch_us += MX_MINUTE_US) {
                mx_receiver_epoch(a, epoch_us);
                mx_receiver_epoch(b, epoch_us);
            }
        }
        mx_receiver_destroy(a);
        mx_receiver_destroy(b);
    }
    for (int reason = 0; reason < MX_REASON_COUNT; reason++)
        assert_true(count[reason] > 100);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_provider_accepts),
        cmocka_unit_test(test_the_order_of_the_stages),
        cmocka_unit_test(test_a_spike_leads_to_a_block),
        cmocka_unit_test(test_the_same_volume_as_a_habit_passes),
        cmocka_unit_test(test_what_never_blocks),
        cmocka_unit_test(test_an_outage_teaches_nothing),
        cmocka_unit_test(test_policy_deferrals_escalate),
        cmocka_unit_test(test_recovery_in_days),
        cmocka_unit_test(test_the_lower_band_of_ip_and_domain),
        cmocka_unit_test(test_what_reputation_learns),
        cmocka_unit_test(test_servers_reply_late),
        cmocka_unit_test(test_greylisting),
        cmocka_unit_test(test_episodes),
        cmocka_unit_test(test_random_providers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
