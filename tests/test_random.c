// SPDX-License-Identifier: GPL-3.0-or-later
/* test_random.c - keyed draws: published values, independence of the parts of a key, uniformity. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_cdf.h>

#include "sim/base/draw_many.h"

/* Known answers of Random123's own test file (kat_vectors, "threefry2x64 20"). The counter words
 * are what mx_draw is given: index, and step << 8 | purpose. */
static void test_known_answers(void **state)
{
    struct mx_stream zero = {{0, 0}};
    struct mx_stream pi = {{UINT64_C(0xa4093822299f31d0), UINT64_C(0x082efa98ec4e6c89)}};
    struct mx_draw draw = mx_draw(&zero, 0, 0, MX_DRAW_ARRIVAL);
    uint64_t second = UINT64_C(0x13198a2e03707344);

    (void)state;
    assert_int_equal(draw.word[0], UINT64_C(0xc2b6e3a8c2c69865));
    assert_int_equal(draw.word[1], UINT64_C(0x6f81ed42f350084d));
    draw = mx_draw(&pi, UINT64_C(0x243f6a8885a308d3), second >> 8,
                   (enum mx_draw_purpose)(second & 0xff));
    assert_int_equal(draw.word[0], UINT64_C(0x263c7d30bb0f0af1));
    assert_int_equal(draw.word[1], UINT64_C(0x56be8361d3311526));
}

/* FNV-1a of "a" is published as af63dc4c8601ec8c; finalised here by SplitMix64's own mixer. */
static void test_name_keys(void **state)
{
    uint64_t x = UINT64_C(0xaf63dc4c8601ec8c);

    (void)state;
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x ^= x >> 31;
    assert_int_equal(mx_key_of_name("a"), x);
    assert_int_not_equal(mx_key_of_name("gmail"), mx_key_of_name("gmai1"));
    assert_int_not_equal(mx_key_of_name(""), 0);
    assert_int_not_equal(mx_key_combine(1, 2), mx_key_combine(2, 1));
    assert_int_not_equal(mx_key_combine(0, 0), 0);
}

static void test_every_part_of_the_key_counts(void **state)
{
    struct mx_stream base = mx_stream_make(1, 0, 7);
    struct mx_stream others[] = {mx_stream_make(2, 0, 7), mx_stream_make(1, 1, 7),
                                 mx_stream_make(1, 0, 8), mx_stream_make(0, 1, 7)};
    uint64_t word = mx_draw(&base, 5, 6, MX_DRAW_RETRY).word[0];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        assert_int_not_equal(mx_draw(&others[i], 5, 6, MX_DRAW_RETRY).word[0], word);
    }
    assert_int_not_equal(mx_draw(&base, 6, 6, MX_DRAW_RETRY).word[0], word);
    assert_int_not_equal(mx_draw(&base, 5, 7, MX_DRAW_RETRY).word[0], word);
    assert_int_not_equal(mx_draw(&base, 5, 6, MX_DRAW_NOISE).word[0], word);
    assert_int_equal(mx_draw(&base, 5, 6, MX_DRAW_RETRY).word[0], word);
}

static void test_uniforms_stay_inside(void **state)
{
    (void)state;
    assert_true(mx_uniform(0) > 0.0);
    assert_true(mx_uniform(UINT64_MAX) < 1.0);
    assert_true(mx_uniform_low(0) > 0.0 && mx_uniform_low(UINT64_MAX) < 1.0);
    assert_true(mx_uniform_high(0) > 0.0 && mx_uniform_high(UINT64_MAX) < 1.0);
    assert_true(mx_uniform_low(UINT64_C(0xffffffff)) > 0.99);
    assert_true(mx_uniform_high(UINT64_C(0xffffffff)) < 0.01);
}

#define CELLS 64
#define DRAWS 1000000

/* Chi-square over 64 cells, at a false alarm of 1e-6 a side. */
static void assert_uniform(const uint32_t count[CELLS], uint32_t draws)
{
    double expected = (double)draws / CELLS;
    double chi_square = 0.0;

    for (unsigned i = 0; i < CELLS; i++) {
        double off = (double)count[i] - expected;

        chi_square += off * off / expected;
    }
    assert_true(chi_square < gsl_cdf_chisq_Qinv(1e-6, CELLS - 1));
    assert_true(chi_square > gsl_cdf_chisq_Pinv(1e-6, CELLS - 1));
}

/* Over consecutive messages, and over pairs of a message's consecutive steps. */
static void test_uniformity(void **state)
{
    struct mx_stream stream = mx_stream_make(20261127, 3, mx_key_of_name("gmail"));
    uint32_t first[CELLS] = {0};
    uint32_t pair[CELLS] = {0};

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        double a = mx_uniform(mx_draw(&stream, i, 1, MX_DRAW_ATTEMPT).word[0]);
        double b = mx_uniform(mx_draw(&stream, i, 2, MX_DRAW_ATTEMPT).word[0]);

        first[(unsigned)(a * CELLS)]++;
        pair[(unsigned)(a * 8.0) * 8U + (unsigned)(b * 8.0)]++;
    }
    assert_uniform(first, DRAWS);
    assert_uniform(pair, DRAWS);
}

/* Each form that this processor has gives the words of the scalar one, for any count. */
static void check_many(unsigned lanes, size_t count)
{
    uint64_t key[64] = {0}, index[64] = {0}, step[64] = {0}, word0[64], word1[64];
    const struct mx_draw_arrays arrays = {key, index, step, word0, word1};
    struct mx_stream streams[64];
    for (size_t i = 0; i < count; i++) {
        streams[i] = mx_stream_make(7, 3, mx_key_combine(i, count));
        key[i] = streams[i].key[1];
        index[i] = mx_key_mix(i) >> 8;
        step[i] = mx_draw_step(mx_key_mix(i + count) >> 8, (enum mx_draw_purpose)(i % 7));
    }
    if (lanes == 0) {
        mx_draw_many(mx_stream_make(7, 3, 0).key[0], &arrays, count);
    } else if (!mx_draw_many_with(lanes, mx_stream_make(7, 3, 0).key[0], &arrays, count)) {
        return; /* not on this processor */
    }
    for (size_t i = 0; i < count; i++) {
        struct mx_draw draw =
            mx_draw(&streams[i], index[i], step[i] >> 8, (enum mx_draw_purpose)(step[i] & 0xff));

        assert_int_equal(word0[i], draw.word[0]);
        assert_int_equal(word1[i], draw.word[1]);
    }
}

static void test_many_at_a_time(void **state)
{
    (void)state;
    assert_false(mx_draw_many_with(3, 0, &(struct mx_draw_arrays){0}, 0));
    for (size_t count = 0; count <= 64 - MX_DRAW_LANES; count++) {
        for (unsigned lanes = 0; lanes <= 8; lanes = lanes == 0 ? 2 : 2 * lanes)
            check_many(lanes, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_at_a_time),
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_name_keys),
        cmocka_unit_test(test_every_part_of_the_key_counts),
        cmocka_unit_test(test_uniforms_stay_inside),
        cmocka_unit_test(test_uniformity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
