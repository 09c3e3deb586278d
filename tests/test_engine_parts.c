// SPDX-License-Identifier: GPL-3.0-or-later
/* test_engine_parts.c - the sort by (time, message) against qsort; waiting lines against an array.
 */
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
    uint64_t time, message;
    uint32_t place;
};

static int compare(const void *a, const void *b)
{
    const struct happening *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->message < y->message ? -1 : x->message > y->message;
}

static void check_sort(size_t count, uint64_t time_range)
{
    struct happening *expected = calloc(count + 1, sizeof *expected);
    struct mx_due_item *from = calloc(count + 1, sizeof *from);
    struct mx_due_item *to = calloc(count + 1, sizeof *to);
    uint64_t *messages = calloc(count + 1, sizeof *messages);
    assert_true(expected && from && to && messages);
    for (size_t i = 0; i < count; i++) {
        messages[i] = random_word() >> 24;
        from[i] = (struct mx_due_item){random_word() % time_range, (uint32_t)i};
        expected[i] = (struct happening){from[i].key, messages[i], (uint32_t)i};
    }
    qsort(expected, count, sizeof *expected, compare);
    mx_event_sort(from, to, count, messages);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(to[i].key, expected[i].time);
        assert_int_equal(to[i].place, expected[i].place);
    }
    free(expected);
    free(from);
    free(to);
    free(messages);
}

static void test_sort_equals_qsort(void **state)
{
    (void)state;
    const size_t counts[] = {0, 1, 2, 47, 48, 49, 1000, 30000};
    const uint64_t ranges[] = {1, 2, 100, 2047, 2048, 1000000, UINT64_C(1) << 44};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
            check_sort(counts[c], ranges[r]);
    }
}

static struct mx_entry entry_number(uint64_t i)
{
    return (struct mx_entry){
        .due_us = (int64_t)(i * 77),
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
    mx_line_fini(&line);
    mx_line_pool_fini(&pool);
}

static void test_line_is_first_in_first_out(void **state)
{
    (void)state;
    check_line(false);
    check_line(true);
}

static void test_line_costs_24_bytes(void **state)
{
    (void)state;
    struct mx_line_pool pool = {0};
    struct mx_line line = {0};
    for (uint64_t i = 0; i < 64000; i++) {
        struct mx_entry entry = entry_number(i);
        assert_true(mx_line_push(&pool, &line, &entry));
    }
    assert_true(mx_line_pool_bytes(&pool) <= 64000 * 24 + 64000 / MX_LINE_CHUNK * 8);
    mx_line_fini(&line);
    mx_line_pool_fini(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_equals_qsort),
        cmocka_unit_test(test_line_is_first_in_first_out),
        cmocka_unit_test(test_line_costs_24_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
