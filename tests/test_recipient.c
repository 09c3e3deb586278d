// SPDX-License-Identifier: GPL-3.0-or-later
/* test_recipient.c - members of a list come in the shares asked for, and stay who they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "models/recipient.h"

static const struct mx_list_params dirty = {
    .unknown = 0.05,
    .closed = 0.02,
    .mailbox_full = 0.01,
    .spam_traps = 0.005,
    .known_invalid = 0.7,
    .reported_spam = 0.03,
};

static uint64_t word(gsl_rng *rng)
{
    return (uint64_t)gsl_rng_get(rng) << 32 | gsl_rng_get(rng);
}

/* Within 5 standard deviations of a share p of n. */
static void assert_share(double count, double n, double p)
{
    assert_true(fabs(count - n * p) <= 5.0 * sqrt(n * p * (1.0 - p)) + 1e-9);
}

static void test_shares(void **state)
{
    enum { N = 1000000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    double count[MX_ADDRESS_COUNT] = {0}, known = 0, reported = 0, soft = 0, early = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        struct mx_recipient r = mx_recipient_of(&dirty, word(rng), word(rng));

        count[r.address]++;
        known += r.known_invalid;
        reported += r.reported_spam;
        assert_true(r.full_reply_u > 0.0 && r.full_reply_u < 1.0);
        assert_true(r.emptied_u > 0.0 && r.emptied_u < 1.0);
        early += r.emptied_u < 0.25;
        if (r.address == MX_ADDRESS_FULL)
            soft += r.full_reply_u < 0.4;
        if (r.known_invalid)
            assert_true(r.address == MX_ADDRESS_UNKNOWN || r.address == MX_ADDRESS_CLOSED);
    }
    assert_share(count[MX_ADDRESS_UNKNOWN], N, dirty.unknown);
    assert_share(count[MX_ADDRESS_CLOSED], N, dirty.closed);
    assert_share(count[MX_ADDRESS_FULL], N, dirty.mailbox_full);
    assert_share(count[MX_ADDRESS_TRAP], N, dirty.spam_traps);
    assert_share(known, N, 0.07 * dirty.known_invalid);
    assert_share(reported, N, dirty.reported_spam);
    assert_share(soft, count[MX_ADDRESS_FULL], 0.4);
    assert_share(early, N, 0.25);
    gsl_rng_free(rng);
}

static void test_same_words_same_member(void **state)
{
    struct mx_recipient a = mx_recipient_of(&dirty, 123456789, 987654321);
    struct mx_recipient b = mx_recipient_of(&dirty, 123456789, 987654321);

    (void)state;
    assert_int_equal(a.address, b.address);
    assert_true(a.full_reply_u == b.full_reply_u && a.emptied_u == b.emptied_u);
}

/* A cleaner list is the same list with fewer unknown addresses: nobody else changes. */
static void test_a_what_if_changes_only_what_it_changes(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    struct mx_list_params clean = dirty;

    (void)state;
    clean.closed = 0.0;
    clean.spam_traps = 0.0;
    for (int i = 0; i < 200000; i++) {
        uint64_t w0 = word(rng), w1 = word(rng);
        struct mx_recipient a = mx_recipient_of(&dirty, w0, w1);
        struct mx_recipient b = mx_recipient_of(&clean, w0, w1);

        if (a.address == MX_ADDRESS_CLOSED || a.address == MX_ADDRESS_TRAP)
            assert_int_equal(b.address, MX_ADDRESS_GOOD);
        else
            assert_int_equal(a.address, b.address);
        assert_int_equal(a.reported_spam, b.reported_spam);
    }
    gsl_rng_free(rng);
}

static void test_extremes(void **state)
{
    struct mx_list_params all = {.unknown = 1.0, .known_invalid = 1.0};
    struct mx_list_params full = {.mailbox_full = 1.0};
    struct mx_list_params none = {.known_invalid = 1.0};
    const uint64_t words[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63, 4095, 4096};

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct mx_recipient r = mx_recipient_of(&all, words[i], words[i]);

        assert_int_equal(r.address, MX_ADDRESS_UNKNOWN);
        assert_true(r.known_invalid);
        r = mx_recipient_of(&full, words[i], words[i]);
        assert_int_equal(r.address, MX_ADDRESS_FULL);
        assert_true(r.full_reply_u > 0.0 && r.full_reply_u < 1.0);
        r = mx_recipient_of(&none, words[i], words[i]);
        assert_int_equal(r.address, MX_ADDRESS_GOOD);
        assert_false(r.known_invalid);
        assert_false(r.reported_spam);
    }
}

/* Whoever is told to be ordinary is; and nearly all who are, are told so. */
static void test_the_ordinary_are_told_at_once(void **state)
{
    enum { N = 300000 };
    const struct mx_list_params lists[] = {
        dirty,
        {.unknown = 0.0},
        {.reported_spam = 1.0},
        {.unknown = 1.0},
        {.mailbox_full = 0.5, .unknown = 0.5},
        {.reported_spam = 0x1p-33, .spam_traps = 0x1p-52},
    };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

    (void)state;
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        struct mx_ordinary ordinary;
        int told = 0, good = 0;

        mx_ordinary_prepare(&ordinary, &lists[l]);
        for (int i = 0; i < N; i++) {
            /* every other one near the ends, where sums are rounded */
            uint64_t w0 = i % 2 == 0 ? word(rng) : (word(rng) >> 46) << 12;
            uint64_t w1 = i % 3 == 0 ? word(rng) >> 60 << 32 : word(rng);
            w0 = i % 4 == 1 ? ~w0 : w0;
            struct mx_recipient r = mx_recipient_of(&lists[l], w0, w1);
            bool is_good = r.address == MX_ADDRESS_GOOD && !r.reported_spam && !r.known_invalid;

            if (mx_is_ordinary(&ordinary, w0, w1)) {
                assert_true(is_good);
                told += i % 2 == 0 && i % 3 != 0;
            }
            good += is_good && i % 2 == 0 && i % 3 != 0;
        }
        assert_true(good - told <= good / 1000);
    }
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ordinary_are_told_at_once),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_same_words_same_member),
        cmocka_unit_test(test_a_what_if_changes_only_what_it_changes),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
