// SPDX-License-Identifier: GPL-3.0-or-later
/* test_scheduler.c - the retry scheduler: the calendar against the plain heap, entry by entry; its
 * limits; its memory; whole lives of messages under a policy. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/scheduler/due_sort.h"
#include "sim/scheduler/scheduler.h"

static uint64_t random_state = 88172645463325252U;

static uint64_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(0x2545F4914F6CDD1D);
}

static uint64_t random_below(uint64_t n)
{
    return (random_word() >> 11) % n;
}

static struct mx_scheduler *bluecore(enum mx_queue_kind queue)
{
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    struct mx_scheduler *scheduler = mx_scheduler_create(&policy, queue);
    assert_non_null(scheduler);
    return scheduler;
}

static void expect_same(const struct mx_entry *a, const struct mx_entry *b)
{
    assert_int_equal(a->due_us, b->due_us);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->message, b->message);
    assert_int_equal(a->created_us, b->created_us);
    assert_int_equal(a->first_deferral_us, b->first_deferral_us);
    assert_int_equal(a->gap_ms, b->gap_ms);
    assert_int_equal(a->note, b->note);
    assert_int_equal(a->destination, b->destination);
    assert_int_equal(a->attempt_count, b->attempt_count);
}

#define OUT_CAPACITY 700

/* Two schedulers that are given and asked the same. */
struct pair {
    struct mx_scheduler *calendar, *heap;
    int64_t now_us, last_us;
    uint64_t put, taken, operations;
};

static void pair_create(struct pair *pair, const struct mx_retry_policy *policy)
{
    *pair = (struct pair){.calendar = mx_scheduler_create(policy, MX_QUEUE_CALENDAR),
                          .heap = mx_scheduler_create(policy, MX_QUEUE_HEAP)};
    assert_non_null(pair->calendar);
    assert_non_null(pair->heap);
}

static void pair_destroy(struct pair *pair)
{
    mx_scheduler_destroy(pair->calendar);
    mx_scheduler_destroy(pair->heap);
}

static struct mx_entry random_entry(const struct pair *pair)
{
    static const int64_t spreads_us[] = {
        1, 4, 1000, MX_SECOND_US, 20 * MX_SECOND_US, MX_HOUR_US, 72 * MX_HOUR_US, 300 * MX_DAY_US};
    const uint64_t draw = random_below(1000);
    const size_t spread = draw == 0 ? 7 : random_below(7);
    struct mx_entry entry = {
        .due_us = pair->last_us + (int64_t)random_below((uint64_t)spreads_us[spread]),
        .message = pair->put * UINT64_C(0x2545F4914F6CDD1D) & MX_MESSAGE_MAX, /* all different */
        .note = (uint32_t)random_below(MX_NOTE_MAX + 1),
        .destination = (uint16_t)random_word(),
        .attempt_count = (uint16_t)random_below(MX_ATTEMPTS_MAX + 1),
        .kind = (uint8_t)random_below(2),
    };
    entry.created_us = (int64_t)random_below((uint64_t)entry.due_us % MX_CREATED_US_MAX + 1);
    return entry;
}

static void pair_put(struct pair *pair, int count)
{
    for (int i = 0; i < count; i++) {
        const struct mx_entry entry = random_entry(pair);
        if (entry.due_us > MX_DUE_US_MAX) {
            continue;
        }
        assert_int_equal(mx_scheduler_put(pair->calendar, &entry), MX_SCHEDULER_OK);
        assert_int_equal(mx_scheduler_put(pair->heap, &entry), MX_SCHEDULER_OK);
        pair->put++;
        pair->operations++;
    }
}

/* Take from both and compare; *out is the calendar's. */
static size_t pair_take(struct pair *pair, int64_t until_us, size_t capacity, struct mx_entry *out)
{
    static struct mx_entry reference[OUT_CAPACITY];
    const int64_t true_us = mx_scheduler_next_due(pair->heap);
    const int64_t early_us = mx_scheduler_next_due(pair->calendar);
    assert_true(early_us <= true_us);
    assert_true((early_us == MX_NEVER) == (true_us == MX_NEVER));
    assert_true(true_us == MX_NEVER || early_us > true_us - (INT64_C(1) << 24));
    const size_t count = mx_scheduler_take_due(pair->heap, until_us, reference, capacity);
    assert_int_equal(mx_scheduler_take_due(pair->calendar, until_us, out, capacity), count);
    for (size_t i = 0; i < count; i++) {
        expect_same(&reference[i], &out[i]);
        assert_true(out[i].due_us < until_us && out[i].due_us >= pair->last_us);
        pair->last_us = out[i].due_us;
    }
    pair->taken += count;
    pair->operations += count;
    assert_int_equal(mx_scheduler_pending(pair->calendar), pair->put - pair->taken);
    assert_int_equal(mx_scheduler_pending(pair->heap), pair->put - pair->taken);
    return count;
}

static int64_t random_until(const struct pair *pair)
{
    static const int64_t steps_us[] = {1,        300, MX_SECOND_US, 7 * MX_SECOND_US, MX_MINUTE_US,
                                       MX_DAY_US};
    return pair->last_us + 1 + (int64_t)random_below((uint64_t)steps_us[random_below(6)]);
}

static void the_calendar_equals_the_heap(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    static struct mx_entry out[OUT_CAPACITY];
    uint64_t operations = 0;
    for (int run = 0; run < 60; run++) {
        struct pair pair;
        pair_create(&pair, &policy);
        while (pair.operations < 6000) {
            pair_put(&pair, (int)random_below(random_below(8) == 0 ? 300 : 10));
            for (uint64_t n = random_below(4); n > 0; n--) {
                pair_take(&pair, random_until(&pair), 1 + random_below(OUT_CAPACITY), out);
            }
        }
        while (pair_take(&pair, MX_NEVER, OUT_CAPACITY, out) > 0) {
        }
        assert_int_equal(pair.put, pair.taken);
        operations += pair.operations;
        pair_destroy(&pair);
    }
    assert_true(operations > 300000);
}

/* Lives of messages: every attempt is refused with a chance, after a random time. */
static void live(const struct mx_retry_policy *policy, uint64_t messages)
{
    struct pair pair;
    static struct mx_entry out[OUT_CAPACITY];
    static struct mx_outcome outcomes[2][OUT_CAPACITY];
    pair_create(&pair, policy);
    uint64_t submitted = 0, expired = 0, done = 0;
    int64_t now_us = 0;
    for (; submitted < messages || mx_scheduler_pending(pair.heap) > 0; now_us += 700001) {
        for (; submitted < messages && submitted <= (uint64_t)now_us / 30000; submitted++) {
            const uint32_t note = (uint32_t)random_below(MX_NOTE_MAX + 1);
            mx_scheduler_submit(pair.calendar, submitted, 7, note, now_us, now_us);
            mx_scheduler_submit(pair.heap, submitted, 7, note, now_us, now_us);
            pair.put++;
        }
        const int64_t due_us = mx_scheduler_next_due(pair.heap);
        if (submitted == messages && due_us > now_us && due_us != MX_NEVER) {
            now_us = due_us;
        }
        pair.last_us = 0; /* an expiry may come out late */
        const size_t count = pair_take(&pair, now_us + 700001, OUT_CAPACITY, out);
        size_t reported = 0;
        for (size_t i = 0; i < count; i++) {
            if (out[i].kind == MX_DUE_EXPIRE) {
                expired++;
                continue;
            }
            struct mx_outcome *outcome = &outcomes[0][reported];
            *outcome = (struct mx_outcome){
                .entry = out[i],
                .reply_us = out[i].due_us + (int64_t)random_below(900000),
                .u = ((double)random_below(1000) + 0.5) / 1000,
                .result = random_below(8) == 0 ? MX_RESULT_DONE : MX_RESULT_REFUSED};
            done += outcome->result == MX_RESULT_DONE;
            pair.put += outcome->result == MX_RESULT_REFUSED;
            outcomes[1][reported++] = *outcome;
        }
        assert_int_equal(mx_scheduler_report(pair.calendar, outcomes[0], reported), 0);
        assert_int_equal(mx_scheduler_report(pair.heap, outcomes[1], reported), 0);
        for (size_t i = 0; i < reported; i++) {
            assert_int_equal(outcomes[0][i].decision.next_us, outcomes[1][i].decision.next_us);
        }
    }
    assert_int_equal(expired + done, messages);
    assert_true(expired > 0 && done > 0);
    pair_destroy(&pair);
}

static void messages_live_the_same_in_both(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    live(&policy, 3000);
    policy.jitter = 0.5;
    policy.expiry = MX_EXPIRE_EARLY;
    live(&policy, 3000);
    policy.clock = MX_CLOCK_FIRST_DEFERRAL;
    policy.expiry = MX_EXPIRE_AT_DEADLINE;
    live(&policy, 3000);
    const struct mx_retry_policy segments = {
        .kind = MX_RETRY_SEGMENTS,
        .segment_count = 2,
        .segment = {{'F', 2 * MX_HOUR_US, 15 * MX_MINUTE_US, 0},
                    {'H', 16 * MX_HOUR_US, MX_HOUR_US, 1.5}},
        .lifetime_us = MX_NEVER,
        .clock = MX_CLOCK_FIRST_DEFERRAL,
        .expiry = MX_EXPIRE_AFTER_FAILURE};
    live(&segments, 3000);
}

static void a_refused_message_lives_72_h(void **unused)
{
    (void)unused;
    static const int64_t minutes[] = {0, 2, 7, 17, 37, 77, 157, 317, 637, 1277, 2557};
    struct mx_scheduler *scheduler = bluecore(MX_QUEUE_CALENDAR);
    const int64_t created_us = 123456;
    assert_int_equal(mx_scheduler_submit(scheduler, 5, 6, 7, created_us, created_us), 0);
    for (uint16_t i = 0; i < 11; i++) {
        struct mx_outcome outcome = {.u = .5, .result = MX_RESULT_REFUSED};
        assert_int_equal(mx_scheduler_take_due(scheduler, MX_NEVER, &outcome.entry, 1), 1);
        assert_int_equal(outcome.entry.kind, MX_DUE_ATTEMPT);
        assert_int_equal(outcome.entry.due_us, created_us + minutes[i] * MX_MINUTE_US);
        assert_int_equal(outcome.entry.attempt_count, i);
        assert_int_equal(outcome.entry.note, 7);
        outcome.reply_us = outcome.entry.due_us;
        assert_int_equal(mx_scheduler_report(scheduler, &outcome, 1), 0);
    }
    struct mx_entry entry;
    assert_int_equal(mx_scheduler_take_due(scheduler, MX_NEVER, &entry, 1), 1);
    assert_int_equal(entry.kind, MX_DUE_EXPIRE);
    assert_int_equal(entry.due_us, created_us + 72 * MX_HOUR_US);
    assert_int_equal(entry.attempt_count, 11);
    assert_int_equal(mx_scheduler_pending(scheduler), 0);
    assert_int_equal(mx_scheduler_next_due(scheduler), MX_NEVER);
    mx_scheduler_destroy(scheduler);
}

static void fields_past_their_limits_are_refused(void **unused)
{
    (void)unused;
    for (int queue = MX_QUEUE_CALENDAR; queue <= MX_QUEUE_HEAP; queue++) {
        struct mx_scheduler *scheduler = bluecore((enum mx_queue_kind)queue);
        const struct mx_entry largest = {.due_us = MX_DUE_US_MAX,
                                         .created_us = MX_CREATED_US_MAX,
                                         .message = MX_MESSAGE_MAX,
                                         .note = MX_NOTE_MAX,
                                         .destination = MX_DESTINATION_MAX,
                                         .attempt_count = MX_ATTEMPTS_MAX,
                                         .kind = MX_DUE_ATTEMPT};
        assert_int_equal(mx_scheduler_put(scheduler, &largest), MX_SCHEDULER_OK);
        struct mx_entry out;
        assert_int_equal(mx_scheduler_take_due(scheduler, MX_DUE_US_MAX, &out, 1), 0);
        assert_int_equal(mx_scheduler_take_due(scheduler, MX_DUE_US_MAX + 1, &out, 1), 1);
        expect_same(&largest, &out);
        mx_scheduler_destroy(scheduler);

        scheduler = bluecore((enum mx_queue_kind)queue);
#define REFUSED(change) \
    do { \
        struct mx_entry e = largest; \
        change; \
        assert_int_equal(mx_scheduler_put(scheduler, &e), MX_SCHEDULER_RANGE); \
    } while (0)
        REFUSED(e.due_us++);
        REFUSED(e.due_us = -1);
        REFUSED(e.created_us++);
        REFUSED(e.created_us = -1);
        REFUSED(e.message++);
        REFUSED(e.note++);
        REFUSED(e.attempt_count++);
        REFUSED(e.kind = MX_DUE_KIND_COUNT);
#undef REFUSED
        assert_int_equal(mx_scheduler_submit(scheduler, 1, 65536, 0, 0, 0), MX_SCHEDULER_RANGE);
        assert_int_equal(mx_scheduler_submit(scheduler, 1, 1, 0, 5, 4), MX_SCHEDULER_RANGE);
        assert_int_equal(mx_scheduler_pending(scheduler), 0);
        mx_scheduler_destroy(scheduler);
    }
}

static void no_entry_goes_back_in_time(void **unused)
{
    (void)unused;
    for (int queue = MX_QUEUE_CALENDAR; queue <= MX_QUEUE_HEAP; queue++) {
        struct mx_scheduler *scheduler = bluecore((enum mx_queue_kind)queue);
        struct mx_entry out[2];
        assert_int_equal(mx_scheduler_submit(scheduler, 1, 1, 0, 0, 100), 0);
        assert_int_equal(mx_scheduler_take_due(scheduler, 5000000, out, 2), 1);
        assert_int_equal(mx_scheduler_submit(scheduler, 2, 1, 0, 0, 99), MX_SCHEDULER_RANGE);
        assert_int_equal(mx_scheduler_submit(scheduler, 3, 1, 0, 0, 100), MX_SCHEDULER_OK);
        assert_int_equal(mx_scheduler_take_due(scheduler, 101, out, 2), 1);
        assert_int_equal(out[0].message, 3);
        mx_scheduler_destroy(scheduler);
    }
}

/* An early expiry of a reply before the last take comes out with the next take. */
static void an_expiry_in_the_past_comes_out_next(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    policy.expiry = MX_EXPIRE_ATTEMPTS;
    policy.attempts_max = 1;
    struct mx_scheduler *scheduler = mx_scheduler_create(&policy, MX_QUEUE_CALENDAR);
    struct mx_entry out[2];
    mx_scheduler_submit(scheduler, 1, 1, 0, 0, 100);
    mx_scheduler_submit(scheduler, 2, 1, 0, 0, 90000000);
    assert_int_equal(mx_scheduler_take_due(scheduler, 90000001, out, 2), 2);
    struct mx_outcome outcome = {out[0], 150, .5, MX_RESULT_REFUSED, {0, 0, 0}};
    assert_int_equal(mx_scheduler_report(scheduler, &outcome, 1), 0);
    assert_int_equal(outcome.decision.expires_us, 150);
    assert_int_equal(mx_scheduler_next_due(scheduler), 150);
    assert_int_equal(mx_scheduler_take_due(scheduler, 151, out, 2), 1);
    assert_int_equal(out[0].due_us, 150);
    assert_int_equal(out[0].kind, MX_DUE_EXPIRE);
    outcome.reply_us = MX_CREATED_US_MAX + 1;
    assert_int_equal(mx_scheduler_report(scheduler, &outcome, 1), MX_SCHEDULER_RANGE);
    mx_scheduler_destroy(scheduler);
}

static void attempts_stop_counting_at_their_limit(void **unused)
{
    (void)unused;
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    policy.lifetime_us = MX_NEVER;
    struct mx_scheduler *scheduler = mx_scheduler_create(&policy, MX_QUEUE_CALENDAR);
    struct mx_outcome outcome = {{.kind = MX_DUE_ATTEMPT, .attempt_count = MX_ATTEMPTS_MAX},
                                 0,
                                 .5,
                                 MX_RESULT_REFUSED,
                                 {0, 0, 0}};
    assert_int_equal(mx_scheduler_report(scheduler, &outcome, 1), 0);
    struct mx_entry out;
    assert_int_equal(mx_scheduler_take_due(scheduler, MX_NEVER, &out, 1), 1);
    assert_int_equal(out.attempt_count, MX_ATTEMPTS_MAX);
    assert_int_equal(out.due_us, MX_HORIZON_US_MAX);
    mx_scheduler_destroy(scheduler);
}

/* Millions due at one microsecond, put in falling order of their numbers. */
static void a_million_at_one_microsecond(void **unused)
{
    (void)unused;
    const uint64_t n = 2000000;
    struct mx_scheduler *scheduler = bluecore(MX_QUEUE_CALENDAR);
    const int64_t at_us = 3 * MX_HOUR_US + 17;
    for (uint64_t i = 0; i < n; i++) {
        assert_int_equal(mx_scheduler_submit(scheduler, n - 1 - i, 1, 0, 0, at_us), 0);
    }
    static struct mx_entry out[1000];
    uint64_t next = 0;
    while (next < n) {
        assert_int_equal(mx_scheduler_take_due(scheduler, at_us, out, 1000), 0);
        assert_int_equal(mx_scheduler_take_due(scheduler, at_us + 1, out, 1000), 1000);
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(out[i].message, next++);
            assert_int_equal(out[i].due_us, at_us);
        }
    }
    assert_int_equal(mx_scheduler_pending(scheduler), 0);
    mx_scheduler_destroy(scheduler);
}

static int64_t bluecore_gap_us(void)
{
    const uint64_t n = random_below(10);
    return n == 0 ? 2 * MX_MINUTE_US : (5 * MX_MINUTE_US) << (n - 1);
}

/* 24 bytes a pending message at 10 million, and what is given back is used again. */
static void ten_million_take_24_bytes_each(void **unused)
{
    (void)unused;
    const uint64_t n = 10000000;
    struct mx_scheduler *scheduler = bluecore(MX_QUEUE_CALENDAR);
    struct mx_entry entry = {.kind = MX_DUE_ATTEMPT};
    for (uint64_t i = 0; i < n; i++) {
        entry.message = i;
        entry.due_us = (int64_t)random_below((uint64_t)(72 * MX_HOUR_US));
        assert_int_equal(mx_scheduler_put(scheduler, &entry), 0);
    }
    assert_int_equal(mx_scheduler_pending(scheduler), n);
    assert_true(mx_scheduler_bytes(scheduler) <= 24 * n);
    static struct mx_entry out[4096];
    int64_t last_us = 0;
    for (uint64_t moved = 0; moved < n / 2;) {
        const size_t count = mx_scheduler_take_due(scheduler, MX_NEVER, out, 4096);
        assert_int_equal(count, 4096);
        for (size_t i = 0; i < count; i++) {
            assert_true(out[i].due_us >= last_us);
            last_us = out[i].due_us;
            out[i].due_us += bluecore_gap_us();
            assert_int_equal(mx_scheduler_put(scheduler, &out[i]), 0);
        }
        moved += count;
    }
    assert_true(mx_scheduler_bytes(scheduler) <= 24 * n);
    mx_scheduler_destroy(scheduler);
}

/* One message every 10 minutes for 400 days, all at once in the queue. */
static void it_reaches_400_days(void **unused)
{
    (void)unused;
    struct mx_scheduler *scheduler = bluecore(MX_QUEUE_CALENDAR);
    const uint64_t n = 400 * 144;
    for (uint64_t i = 0; i < n; i++) { /* in a scrambled order; 7919 is prime to n */
        const uint64_t at = i * 7919 % n;
        assert_int_equal(
            mx_scheduler_submit(scheduler, at, 1, 0, 0, (int64_t)at * 10 * MX_MINUTE_US), 0);
    }
    assert_true(mx_scheduler_bytes(scheduler) < 60000000);
    for (uint64_t i = 0; i < n; i++) {
        struct mx_entry out;
        assert_int_equal(mx_scheduler_take_due(scheduler, MX_HORIZON_US_MAX, &out, 1), 1);
        assert_int_equal(out.message, i);
        assert_int_equal(out.due_us, (int64_t)i * 10 * MX_MINUTE_US);
    }
    mx_scheduler_destroy(scheduler);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_CAN_BE_LIMITED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define MEMORY_CAN_BE_LIMITED 0
#endif
#endif
#ifndef MEMORY_CAN_BE_LIMITED
#define MEMORY_CAN_BE_LIMITED 1
#endif

/* In a process of its own with 64 MB left: put until it says that there is no more memory; all
 * that it took comes out again, in order. Returns the exit status. */
static int fill_until_refused(void)
{
    struct rlimit limit = {64000000, 64000000};
    struct mx_scheduler *scheduler = bluecore(MX_QUEUE_CALENDAR);
    uint64_t put = 0, taken = 0;
    int64_t last_us = 0;
    struct mx_entry entry = {.kind = MX_DUE_ATTEMPT};
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        return 1;
    }
    for (;; put++) {
        entry.message = put;
        entry.due_us = (int64_t)random_below((uint64_t)(72 * MX_HOUR_US));
        const enum mx_scheduler_status status = mx_scheduler_put(scheduler, &entry);
        if (status == MX_SCHEDULER_NO_MEMORY) {
            break;
        }
        if (status != MX_SCHEDULER_OK || put > 10000000) {
            return 2;
        }
    }
    while (mx_scheduler_take_due(scheduler, MX_NEVER, &entry, 1) == 1) {
        if (entry.due_us < last_us) {
            return 3;
        }
        last_us = entry.due_us;
        taken++;
    }
    mx_scheduler_destroy(scheduler);
    return taken == put && put > 100000 ? 0 : 4;
}

static void without_memory_nothing_is_lost(void **unused)
{
    (void)unused;
    if (!MEMORY_CAN_BE_LIMITED) {
        skip();
    }
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(fill_until_refused());
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int compare_items(const void *a, const void *b)
{
    const uint64_t x = ((const struct mx_due_item *)a)->key;
    const uint64_t y = ((const struct mx_due_item *)b)->key;
    return (x > y) - (x < y);
}

static void sorting_equals_qsort(void **unused)
{
    (void)unused;
    enum { SIZE_MAX_HERE = 50000 };
    static struct mx_due_item items[SIZE_MAX_HERE], sorted[SIZE_MAX_HERE], wanted[SIZE_MAX_HERE];
    for (int run = 0; run < 400; run++) {
        const size_t count = 1 + random_below(run % 20 == 0 ? SIZE_MAX_HERE : 500);
        const unsigned shift = (unsigned)random_below(62);
        const unsigned sparse = (unsigned)random_below(62);
        for (size_t i = 0; i < count; i++) {
            items[i].key = random_word() >> 3 >> shift;
            if (random_below(3) == 0) {
                items[i].key = items[i].key >> sparse << sparse;
            }
            items[i].place = (uint32_t)items[i].key;
        }
        memcpy(wanted, items, count * sizeof *items);
        qsort(wanted, count, sizeof *wanted, compare_items);
        mx_due_sort(items, sorted, count, 61);
        for (size_t i = 0; i < count; i++) {
            assert_true(sorted[i].key == wanted[i].key);
            assert_int_equal(sorted[i].place, (uint32_t)sorted[i].key);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting_equals_qsort),
        cmocka_unit_test(the_calendar_equals_the_heap),
        cmocka_unit_test(messages_live_the_same_in_both),
        cmocka_unit_test(a_refused_message_lives_72_h),
        cmocka_unit_test(fields_past_their_limits_are_refused),
        cmocka_unit_test(no_entry_goes_back_in_time),
        cmocka_unit_test(an_expiry_in_the_past_comes_out_next),
        cmocka_unit_test(attempts_stop_counting_at_their_limit),
        cmocka_unit_test(a_million_at_one_microsecond),
        cmocka_unit_test(ten_million_take_24_bytes_each),
        cmocka_unit_test(it_reaches_400_days),
        cmocka_unit_test(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
