// SPDX-License-Identifier: GPL-3.0-or-later
/* test_engine_parts.c - the sort by (time, message) against qsort; waiting lines against an
 * array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/event_sort.h"
#include "sim/engine/line.h"

static uint64_t random_state = 42;

static uint64_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

struct happening {
    int64_t time_us;
    uint64_t message;
    uint32_t place;
};

static int compare(const void *a, const void *b)
{
    const struct happening *x = a, *y = b;
    if (x->time_us != y->time_us)
        return x->time_us < y->time_us ? -1 : 1;
    return x->message < y->message ? -1 : x->message > y->message;
}

#define FROM_US INT64_C(77000000)

/* Of all, or of every third one. */
static void check_sort(size_t all, uint64_t time_range, bool some)
{
    struct happening *happenings = calloc(all + 1, sizeof *happenings);
    struct happening *expected = calloc(all + 1, sizeof *expected);
    uint32_t *sorted = calloc(all + 1, sizeof *sorted), *place = calloc(all + 1, sizeof *place);
    uint64_t *keys = calloc(all + 1, sizeof *keys);
    uint64_t *spare = calloc(all + 1, sizeof *spare);
    assert_true(happenings && expected && sorted && place && keys && spare);
    size_t count = 0;
    for (size_t i = 0; i < all; i++) {
        happenings[i] =
            (struct happening){.time_us = FROM_US + (int64_t)(random_word() % time_range),
                               .message = random_word() >> 24,
                               .place = (uint32_t)i};
        if (some && i % 3 != 1)
            continue;
        place[count] = (uint32_t)i;
        expected[count++] = happenings[i];
    }
    qsort(expected, count, sizeof *expected, compare);
    const struct mx_events events = {
        .time_us = &happenings->time_us,
        .message = &happenings->message,
        .stride = sizeof *happenings,
        .count = count,
        .place = some ? place : NULL,
        .from_us = FROM_US,
        .until_us = FROM_US + (int64_t)time_range,
    };
    mx_event_sort(&events, sorted, keys, spare);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sorted[i], expected[i].place);
    free(happenings);
    free(expected);
    free(sorted);
    free(place);
    free(keys);
    free(spare);
}

/* The longest times do not fit a key with their place: their last bits are looked up. */
static void test_sort_equals_qsort(void **state)
{
    (void)state;
    const size_t counts[] = {0, 1, 2, 20, 21, 22, 1000, 30000};
    const uint64_t ranges[] = {
        1, 2, 100, 2047, 2048, 1000000, UINT64_C(1) << 44, UINT64_C(1) << 60};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++) {
            check_sort(counts[c], ranges[r], false);
            check_sort(counts[c], ranges[r], true);
        }
    }
}

/* Mostly onward; now and then back, or further than a chunk can tell. */
static int64_t due_number(uint64_t i)
{
    const int64_t jump_us = i % 1000 > 500 ? INT64_C(1) << 40 : 0;
    return (int64_t)(i * 77) + jump_us - (i % 97 == 0 && i > 100 ? 5000 : 0);
}

static struct mx_entry entry_number(uint64_t i)
{
    return (struct mx_entry){
        .due_us = due_number(i),
        .created_us = (INT64_C(1) << 45) - 1 - (int64_t)i,
        .message = MX_MESSAGE_MAX - i,
        .note = MX_NOTE_MAX - (uint32_t)(i % 1000),
        .attempt_count = (uint16_t)(i % MX_ATTEMPTS_MAX),
        .first_deferral_us = (int64_t)i + 5,
        .gap_ms = (uint32_t)i + 9,
        .kind = MX_DUE_ATTEMPT,
    };
}

static void check_line(bool keep_history)
{
    struct mx_line_pool pool = {.keep_history = keep_history};
    struct mx_line line = {0};
    uint64_t pushed = 0, popped = 0;
    for (int step = 0; step < 200000; step++) {
        bool fill = (step / 3000) % 2 == 0;
        if (line.count == 0 || random_word() % 10 < (fill ? 7 : 3)) {
            struct mx_entry entry = entry_number(pushed++);
            assert_true(mx_line_push(&pool, &line, &entry));
            continue;
        }
        struct mx_entry entry, expected = entry_number(popped++);
        if (!keep_history) {
            expected.first_deferral_us = 0;
            expected.gap_ms = 0;
        }
        mx_line_peek(&pool, &line, &entry);
        assert_int_equal(entry.due_us, expected.due_us);
        assert_int_equal(entry.created_us, expected.created_us);
        assert_int_equal(entry.message, expected.message);
        assert_int_equal(entry.note, expected.note);
        assert_int_equal(entry.attempt_count, expected.attempt_count);
        assert_int_equal(entry.first_deferral_us, expected.first_deferral_us);
        assert_int_equal(entry.gap_ms, expected.gap_ms);
        mx_line_pop(&pool, &line);
    }
    assert_int_equal(line.count, pushed - popped);
    assert_int_equal(pool.count, pushed - popped);
    mx_line_pool_fini(&pool);
}

static void test_line_is_first_in_first_out(void **state)
{
    (void)state;
    check_line(false);
    check_line(true);
}

static void test_looking_ahead_in_a_line(void **state)
{
    (void)state;
    struct mx_line_pool pool = {0};
    struct mx_line line = {0};
    for (uint64_t i = 0; i < 300; i++) {
        struct mx_entry entry = entry_number(i);
        assert_true(mx_line_push(&pool, &line, &entry));
    }
    for (uint64_t i = 0; i < 300; i++) {
        uint32_t run = mx_line_run(&line);
        assert_in_range(run, 1, MX_LINE_CHUNK);
        for (uint32_t k = 0; k < run; k++) {
            uint64_t attempt_count;
            uint64_t message = mx_line_look(&line, k, &attempt_count);
            assert_int_equal(message, entry_number(i + k).message);
            assert_int_equal(attempt_count, entry_number(i + k).attempt_count);
        }
        mx_line_pop(&pool, &line);
    }
    assert_int_equal(line.count, 0);
    mx_line_pool_fini(&pool);
}

static void test_line_costs_20_bytes(void **state)
{
    (void)state;
    struct mx_line_pool pool = {0};
    struct mx_line line = {0};
    for (uint64_t i = 0; i < 64000; i++) {
        struct mx_entry entry = {.due_us = (int64_t)i, .message = i, .kind = MX_DUE_ATTEMPT};
        assert_true(mx_line_push(&pool, &line, &entry));
    }
    assert_true(mx_line_pool_bytes(&pool) <= 64000 * 20 + 64000 / MX_LINE_CHUNK * 24);
    mx_line_pool_fini(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_equals_qsort),
        cmocka_unit_test(test_line_is_first_in_first_out),
        cmocka_unit_test(test_looking_ahead_in_a_line),
        cmocka_unit_test(test_line_costs_20_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
