// SPDX-License-Identifier: GPL-3.0-or-later
/* test_sending_path.c - connections and rate of one path, against a slow and plain model and
 * against what is known of queues and token buckets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "models/sending_path.h"
#include "models/units.h"

#define S MX_SECOND_US

static uint64_t random_state = 1442695040888963407U;

static uint64_t random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % n;
}

static const struct mx_sending_params plain = {.connections = 2, .burst = 1, .idle_us = 60 * S};

/* The same by exhaustive search: connections in no order, times stepped through. */
#define SLOTS_MAX 12
struct slow {
    struct mx_sending_params params;
    uint32_t limit;
    struct {
        int64_t free_us;
        uint32_t carried;
        bool is_open;
    } slot[SLOTS_MAX];
};

static uint32_t slow_in_use(const struct slow *slow, int64_t at_us)
{
    uint32_t in_use = 0;
    for (uint32_t i = 0; i < slow->params.connections; i++) {
        in_use += slow->slot[i].free_us > at_us;
    }
    return in_use;
}

static int64_t slow_start_us(const struct slow *slow, int64_t ready_us)
{
    int64_t at_us = ready_us;
    while (slow_in_use(slow, at_us) >= slow->limit) {
        at_us++;
    }
    return at_us;
}

static int64_t slow_take(struct slow *slow, int64_t at_us, int64_t transaction_us)
{
    int best = -1;
    for (uint32_t i = 0; i < slow->params.connections; i++) {
        if (slow->slot[i].free_us <= at_us && slow->slot[i].is_open &&
            at_us - slow->slot[i].free_us <= slow->params.idle_us &&
            (best < 0 || slow->slot[i].free_us > slow->slot[best].free_us)) {
            best = (int)i;
        }
    }
    const bool is_new = best < 0;
    for (uint32_t i = 0; i < slow->params.connections && is_new; i++) {
        if (slow->slot[i].free_us <= at_us &&
            (best < 0 || slow->slot[i].free_us > slow->slot[best].free_us)) {
            best = (int)i;
        }
    }
    assert_true(best >= 0);
    slow->slot[best].carried = is_new ? 1 : slow->slot[best].carried + 1;
    slow->slot[best].is_open = slow->params.messages_per_connection == 0 ||
                               slow->slot[best].carried < slow->params.messages_per_connection;
    slow->slot[best].free_us = at_us + transaction_us + (is_new ? slow->params.connect_us : 0);
    return slow->slot[best].free_us;
}

/* Of connections that come free at one time any will do, so none do: a random transaction time
 * that gives a free time of its own, with and without connecting. */
static int64_t transaction_of(const struct slow *slow, int64_t start_us)
{
    for (;;) {
        const int64_t transaction_us = (int64_t)random_below(100);
        const int64_t until_us = start_us + transaction_us;
        bool is_taken = false;
        for (uint32_t i = 0; i < slow->params.connections; i++) {
            is_taken = is_taken || slow->slot[i].free_us == until_us ||
                       slow->slot[i].free_us == until_us + slow->params.connect_us;
        }
        if (!is_taken) {
            return transaction_us;
        }
    }
}

static void it_equals_the_plain_model(void **unused)
{
    (void)unused;
    for (int run = 0; run < 400; run++) {
        struct slow slow = {.params = {.connections = 1 + (uint32_t)random_below(SLOTS_MAX),
                                       .messages_per_connection = (uint32_t)random_below(5),
                                       .burst = 1,
                                       .connect_us = (int64_t)random_below(30),
                                       .idle_us = (int64_t)random_below(200)}};
        slow.limit = slow.params.connections;
        struct mx_sending_path *path = mx_sending_path_create(&slow.params);
        int64_t ready_us = 0, last_us = 0;
        for (int i = 0; i < 500; i++) {
            ready_us += (int64_t)random_below(random_below(10) == 0 ? 300 : 20);
            if (random_below(50) == 0) {
                const uint32_t throttle = (uint32_t)random_below(slow.params.connections + 2);
                slow.limit = throttle > 0 && throttle < slow.params.connections
                                 ? throttle
                                 : slow.params.connections;
                mx_sending_path_limit(path, last_us, 0, throttle, 0);
            }
            const int64_t from_us = ready_us > last_us ? ready_us : last_us;
            const int64_t start_us = mx_sending_path_start_us(path, from_us);
            assert_int_equal(start_us, slow_start_us(&slow, from_us));
            const int64_t transaction_us = transaction_of(&slow, start_us);
            const int64_t until_us = mx_sending_path_take(path, start_us, transaction_us);
            const int64_t slow_us = slow_take(&slow, start_us, transaction_us);
            assert_int_equal(until_us, slow_us);
            last_us = start_us;
        }
        mx_sending_path_destroy(path);
    }
}

/* First come first served, general arrivals and services, c servers: one more connection makes no
 * start later, message by message. */
static void more_connections_start_nothing_later(void **unused)
{
    (void)unused;
    for (int run = 0; run < 100; run++) {
        struct mx_sending_params params = {.connections = 1 + (uint32_t)random_below(40),
                                           .burst = 1};
        if (run % 2 == 0) {
            params.rate_per_s = 1 + (double)random_below(100000);
        }
        struct mx_sending_path *few = mx_sending_path_create(&params);
        params.connections++;
        struct mx_sending_path *more = mx_sending_path_create(&params);
        int64_t ready_us = 0, few_last_us = 0, more_last_us = 0, gained_us = 0;
        for (int i = 0; i < 3000; i++) {
            ready_us += (int64_t)random_below(2000 / params.connections);
            const int64_t transaction_us = (int64_t)random_below(random_below(5) == 0 ? 9000 : 300);
            int64_t few_us = mx_sending_path_start_us(few, ready_us);
            int64_t more_us = mx_sending_path_start_us(more, ready_us);
            few_us = few_us > few_last_us ? few_us : few_last_us;
            more_us = more_us > more_last_us ? more_us : more_last_us;
            mx_sending_path_take(few, few_us, transaction_us);
            mx_sending_path_take(more, more_us, transaction_us);
            assert_true(more_us <= few_us);
            gained_us += few_us - more_us;
            few_last_us = few_us;
            more_last_us = more_us;
        }
        assert_true(gained_us > 0 || params.rate_per_s > 0);
        mx_sending_path_destroy(few);
        mx_sending_path_destroy(more);
    }
}

static void connections_carry_their_messages(void **unused)
{
    (void)unused;
    struct mx_sending_params params = plain;
    params.connections = 1;
    params.messages_per_connection = 2;
    params.connect_us = 1000;
    struct mx_sending_path *path = mx_sending_path_create(&params);
    static const int64_t until_us[] = {1100, 1200, 2300, 2400, 3500};
    for (int i = 0; i < 5; i++) {
        const int64_t start_us = mx_sending_path_start_us(path, 0);
        assert_int_equal(start_us, i == 0 ? 0 : until_us[i - 1]);
        assert_int_equal(mx_sending_path_take(path, start_us, 100), until_us[i]);
    }
    /* one message is left on it, within the idle time; after that it is closed */
    assert_int_equal(mx_sending_path_take(path, 3500 + 60 * S, 100), 3600 + 60 * S);
    mx_sending_path_destroy(path);
    params.messages_per_connection = 0;
    path = mx_sending_path_create(&params);
    assert_int_equal(mx_sending_path_take(path, 0, 100), 1100);
    assert_int_equal(mx_sending_path_take(path, 1100 + 60 * S + 1, 100), 2201 + 60 * S);
    mx_sending_path_destroy(path);
    mx_sending_path_destroy(NULL);
}

/* From full, a greedy sender gets floor(b + rT) messages through in time T. */
static void a_bucket_lets_b_and_rt_through(void **unused)
{
    (void)unused;
    static const double rates[] = {0.37, 1, 3, 17.3, 999, 100000, 3e6};
    static const double bursts[] = {1, 1.5, 4, 20.25};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        for (size_t b = 0; b < sizeof bursts / sizeof bursts[0]; b++) {
            const struct mx_sending_params params = {.rate_per_s = rates[r], .burst = bursts[b]};
            struct mx_sending_path *path = mx_sending_path_create(&params);
            int64_t at_us = 12345;
            for (int n = 1; n <= 30000; n++) {
                at_us = mx_sending_path_start_us(path, at_us);
                mx_sending_path_take(path, at_us, 0);
                const double full = bursts[b] + rates[r] * (double)(at_us - 12345) / 1e6;
                assert_true(full >= n - 1e-6);
                if (at_us > 12345) { /* and not a microsecond earlier */
                    const double before = bursts[b] + rates[r] * (double)(at_us - 12346) / 1e6;
                    assert_true(before < n + 1e-6 || rates[r] > 1e6);
                }
            }
            mx_sending_path_destroy(path);
        }
    }
}

/* Message n of a saturated path starts at n / 3 s, rounded up, after 20 million of them. */
static void a_rate_does_not_drift(void **unused)
{
    (void)unused;
    const struct mx_sending_params params = {.rate_per_s = 3, .burst = 1};
    struct mx_sending_path *path = mx_sending_path_create(&params);
    int64_t at_us = 0;
    for (int64_t n = 0; n < 20000000; n++) {
        at_us = mx_sending_path_start_us(path, at_us);
        mx_sending_path_take(path, at_us, 0);
        const int64_t exact_us = (n * S + 2) / 3;
        assert_true(at_us >= exact_us && at_us <= exact_us + 1);
    }
    mx_sending_path_destroy(path);
}

static void an_idle_bucket_fills_to_its_depth(void **unused)
{
    (void)unused;
    const struct mx_sending_params params = {.rate_per_s = 2, .burst = 3};
    struct mx_sending_path *path = mx_sending_path_create(&params);
    for (int round = 0; round < 3; round++) {
        const int64_t from_us = round * 1000 * S;
        static const int64_t after_us[] = {0, 0, 0, 500000, 1000000};
        for (int i = 0; i < 5; i++) {
            const int64_t at_us = mx_sending_path_start_us(path, from_us);
            assert_int_equal(at_us, from_us + after_us[i]);
            mx_sending_path_take(path, at_us, 100);
        }
    }
    mx_sending_path_destroy(path);
}

static void throttles_lower_and_lift(void **unused)
{
    (void)unused;
    const struct mx_sending_params params = {.connections = 3, .rate_per_s = 100, .burst = 10};
    struct mx_sending_path *path = mx_sending_path_create(&params);
    mx_sending_path_limit(path, 0, 0, 0, 7 * S);
    assert_int_equal(mx_sending_path_start_us(path, 0), 7 * S);
    assert_int_equal(mx_sending_path_start_us(path, 8 * S), 8 * S);
    mx_sending_path_limit(path, 10 * S, 0.5, 0, 0); /* one at once, then each 2 s */
    for (int64_t i = 0; i < 4; i++) {
        const int64_t at_us = mx_sending_path_start_us(path, 10 * S);
        assert_int_equal(at_us, (10 + 2 * i) * S);
        mx_sending_path_take(path, at_us, 10);
        mx_sending_path_limit(path, at_us + 1, 0.5, 0, 0); /* the same again changes nothing */
    }
    mx_sending_path_limit(path, 17 * S, 1000, 0, 0); /* above its own rate: its own holds */
    assert_true(mx_sending_path_start_us(path, 17 * S) <= 17 * S + 20000);
    mx_sending_path_limit(path, 100 * S, 0, 0, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mx_sending_path_start_us(path, 100 * S), 100 * S);
        mx_sending_path_take(path, 100 * S, (3 - i) * S);
    }
    assert_int_equal(mx_sending_path_start_us(path, 100 * S), 101 * S);
    mx_sending_path_limit(path, 100 * S, 0, 1, 0); /* two of the three must end */
    assert_int_equal(mx_sending_path_start_us(path, 100 * S), 103 * S);
    mx_sending_path_limit(path, 100 * S, 0, 2, 0);
    assert_int_equal(mx_sending_path_start_us(path, 100 * S), 102 * S);
    mx_sending_path_destroy(path);
}

static void without_limits_all_start_at_once(void **unused)
{
    (void)unused;
    const struct mx_sending_params params = {.connect_us = 5, .burst = 1};
    struct mx_sending_path *path = mx_sending_path_create(&params);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(mx_sending_path_start_us(path, 9), 9);
        assert_int_equal(mx_sending_path_take(path, 9, 100), 114);
    }
    mx_sending_path_limit(path, 10, 0, 2, 0);
    for (int64_t i = 0; i < 6; i++) { /* pairs, one after the other */
        const int64_t at_us = mx_sending_path_start_us(path, 10);
        assert_int_equal(at_us, 10 + i / 2 * 100 + (i >= 2 ? 5 : 0));
        mx_sending_path_take(path, at_us, 100);
    }
    mx_sending_path_limit(path, 500, 0, 0, 0);
    assert_int_equal(mx_sending_path_start_us(path, 500), 500);
    mx_sending_path_destroy(path);
}

/* By hand: the second may be opened 5 s after the first, the third 5 s after that; whatever is open
 * and free is used before. */
static void connections_are_opened_apart(void **unused)
{
    (void)unused;
    const struct mx_sending_params params = {.connections = 3,
                                             .messages_per_connection = 2,
                                             .burst = 1,
                                             .idle_us = 60 * S,
                                             .connect_interval_us = 5 * S};
    /* A 0-10, B 5-15, A again 10-20 (its last), C 10-20, B again 15-25, then A's place at 20 */
    static const int64_t starts_s[] = {0, 5, 10, 10, 15, 20, 20, 25};
    struct mx_sending_path *path = mx_sending_path_create(&params);
    assert_non_null(path);
    for (size_t i = 0; i < sizeof starts_s / sizeof starts_s[0]; i++) {
        const int64_t start_us = mx_sending_path_start_us(path, 0);
        assert_int_equal(start_us, starts_s[i] * S);
        assert_int_equal(mx_sending_path_take(path, start_us, 10 * S), start_us + 10 * S);
    }
    mx_sending_path_destroy(path);
}

/* Start and take in one, against the two of a twin: full paths and idle ones, with throttles. */
static void test_try(void **state)
{
    (void)state;
    uint64_t started = 0, refused = 0;
    for (int run = 0; run < 200; run++) {
        const struct mx_sending_params params = {
            .connections = (uint32_t)random_below(6),
            .messages_per_connection = (uint32_t)random_below(4),
            .rate_per_s = random_below(3) == 0 ? 2 : 0,
            .burst = 1,
            .connect_us = (int64_t)random_below(3) * 1000,
            .idle_us = (int64_t)random_below(2) * S,
            .connect_interval_us = random_below(4) == 0 ? S / 2 : 0};
        struct mx_sending_path *path = mx_sending_path_create(&params);
        struct mx_sending_path *twin = mx_sending_path_create(&params);
        int64_t now_us = 0;
        assert_true(path != NULL && twin != NULL);
        for (int i = 0; i < 500; i++) {
            /* a coarse clock, so that connections come free at once */
            const int64_t transaction_us = (int64_t)(1 + random_below(4)) * S / 4;
            const int64_t before_us = now_us + (int64_t)random_below(3) * S;
            const int64_t expected_us = mx_sending_path_start_us(twin, now_us);
            int64_t start_us, until_us;
            const bool starts =
                mx_sending_path_try(path, now_us, before_us, transaction_us, &start_us, &until_us);
            assert_true(start_us == expected_us && starts == (expected_us < before_us));
            if (starts) {
                assert_int_equal(until_us, mx_sending_path_take(twin, start_us, transaction_us));
                now_us = random_below(3) == 0 ? now_us : start_us;
            } else {
                now_us += (int64_t)random_below(4) * S / 4;
            }
            started += starts;
            refused += !starts;
            if (random_below(50) == 0) {
                const uint32_t limit = (uint32_t)random_below(4);
                const double rate_per_s = random_below(2) == 0 ? 1 : 0;
                mx_sending_path_limit(path, now_us, rate_per_s, limit, now_us + S / 4);
                mx_sending_path_limit(twin, now_us, rate_per_s, limit, now_us + S / 4);
            }
        }
        mx_sending_path_destroy(path);
        mx_sending_path_destroy(twin);
    }
    assert_true(started > 10000 && refused > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_try),
        cmocka_unit_test(it_equals_the_plain_model),
        cmocka_unit_test(more_connections_start_nothing_later),
        cmocka_unit_test(connections_carry_their_messages),
        cmocka_unit_test(a_bucket_lets_b_and_rt_through),
        cmocka_unit_test(a_rate_does_not_drift),
        cmocka_unit_test(an_idle_bucket_fills_to_its_depth),
        cmocka_unit_test(throttles_lower_and_lift),
        cmocka_unit_test(without_limits_all_start_at_once),
        cmocka_unit_test(connections_are_opened_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
