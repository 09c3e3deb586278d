// SPDX-License-Identifier: GPL-3.0-or-later
/* test_passage.c - what lets a receiver be asked out of order, and its short way, against a twin that
 * is asked in time order the long way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/receiver.h"
#include "tests/support_provider.h"

static const struct mx_receiver_sizes small = {2, 2, 2};
static const struct mx_recipient good = {.address = MX_ADDRESS_GOOD};
static const struct mx_recipient unknown = {.address = MX_ADDRESS_UNKNOWN};
static const struct mx_recipient trap = {.address = MX_ADDRESS_TRAP};

static struct mx_answer ask(struct mx_receiver *receiver, const struct mx_attempt *attempt)
{
    struct mx_answer answer;

    mx_receiver_attempt(receiver, attempt, &answer);
    return answer;
}

#define WINDOW_MAX 24
#define COMPLAINTS 0.01

static double uniform_of(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

/* Attempts in [from_us, from_us + 1 s), in time order; words of two of their uniforms. */
struct window {
    size_t count;
    struct mx_attempt attempt[WINDOW_MAX];
    uint32_t content[WINDOW_MAX], placement[WINDOW_MAX];
    struct mx_answer answer[WINDOW_MAX];
};

static void fill_window(gsl_rng *rng, int64_t from_us, struct window *window)
{
    window->count = 1 + gsl_rng_uniform_int(rng, WINDOW_MAX);
    for (size_t i = 0; i < window->count; i++) {
        struct mx_attempt *attempt = &window->attempt[i];

        *attempt = mx_test_random_attempt(rng, from_us + (int64_t)(i * (MX_SECOND_US / WINDOW_MAX)),
                                          gsl_rng_uniform_int(rng, 20) > 0 ? &good
                                          : mx_test_coin(rng)              ? &unknown
                                                                           : &trap);
        attempt->netblock = attempt->ip;
        attempt->engagement = 1U << 18;
        window->content[i] = (uint32_t)gsl_rng_get(rng);
        window->placement[i] = (uint32_t)gsl_rng_get(rng);
        attempt->content_u = uniform_of(window->content[i]);
        attempt->placement_u = uniform_of(window->placement[i]);
    }
}

/* One address after the other, through passages where they are open; returns how many passed. */
static int ask_by_address(struct mx_receiver *receiver, struct window *window)
{
    int passed = 0;

    for (size_t first = 0; first < 2 * window->count; first++) {
        const size_t i = first % window->count;
        const struct mx_attempt *attempt = &window->attempt[i];
        const struct mx_passengers all = {.now_us = attempt->now_us,
                                          .ip = attempt->ip,
                                          .netblock = attempt->netblock,
                                          .domain = attempt->domain,
                                          .engagement = attempt->engagement,
                                          .count = window->count,
                                          .complaints = COMPLAINTS};
        const struct mx_passing passing = {.now_us = attempt->now_us,
                                           .until_us = attempt->until_us,
                                           .episode_u = attempt->episode_u,
                                           .content_word = window->content[i],
                                           .placement_word = window->placement[i],
                                           .small_domain = attempt->small_domain};
        struct mx_passage passage;

        if (attempt->ip != first / window->count)
            continue;
        if (attempt->recipient == &good && attempt->greylist_s == MX_GREYLIST_UNSEEN &&
            mx_receiver_open_passage(receiver, &all, &passage)) {
            bool is_through = mx_passage_take(&passage, &passing);

            mx_receiver_close_passage(&passage);
            passed += is_through;
            window->answer[i] = (struct mx_answer){.verdict = MX_ACCEPT,
                                                   .reason = MX_REASON_NONE,
                                                   .reply_us = attempt->until_us,
                                                   .inboxed = true};
            if (is_through)
                continue;
        }
        window->answer[i] = ask(receiver, attempt);
    }
    return passed;
}

static void check_window(const struct window *window, struct mx_receiver *in_time)
{
    for (size_t i = 0; i < window->count; i++) {
        const struct mx_answer *answer = &window->answer[i];
        struct mx_answer expected = ask(in_time, &window->attempt[i]);

        assert_true(answer->verdict == expected.verdict && answer->reason == expected.reason);
        assert_true(answer->reply_us == expected.reply_us && answer->inboxed == expected.inboxed);
    }
}

/* Asked address by address, through passages, a receiver says what its twin says in time order
 * wherever it calls that free, down to the last message that an allowance has room for. */
static void test_order_free_and_passages(void **state)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    int free_count = 0, bound_count = 0, passed = 0;

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct mx_receiver_params params = mx_test_random_provider(rng);
        struct mx_receiver *a, *b;
        int64_t from_us = 0, epoch_us = MX_MINUTE_US;

        params.capacity.kind = MX_CAPACITY_NONE;
        params.connections.total = 0;
        params.allowance[MX_SCOPE_NETBLOCK].cap.count = 0.0;
        params.allowance[MX_SCOPE_DOMAIN].cap.count = 0.0;
        params.reputation.engagement_weight = 0.3;
        a = mx_receiver_create(&params, &small, NULL, NULL);
        b = mx_receiver_create(&params, &small, NULL, NULL);
        assert_true(a != NULL && b != NULL);
        for (int i = 0; i < 200; i++) {
            struct window window;
            const int64_t until_us = from_us + MX_SECOND_US;

            fill_window(rng, from_us, &window);
            if (mx_receiver_is_order_free(b, from_us, until_us, window.count)) {
                passed += ask_by_address(b, &window);
                free_count++;
            } else {
                for (size_t k = 0; k < window.count; k++)
                    window.answer[k] = ask(b, &window.attempt[k]);
                bound_count++;
            }
            check_window(&window, a);
            from_us += MX_SECOND_US * (int64_t)(1 + gsl_rng_uniform_int(rng, 400));
            for (; epoch_us <= from_us; epoch_us += MX_MINUTE_US) {
                mx_receiver_epoch(a, epoch_us);
                mx_receiver_epoch(b, epoch_us);
            }
        }
        mx_receiver_destroy(a);
        mx_receiver_destroy(b);
    }
    assert_true(free_count > 10000 && bound_count > 1000 && passed > 10000);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_free_and_passages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
