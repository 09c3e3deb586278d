// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full no-check no-asan timeout=1200
/* test_coverage.c - 95 % intervals of the whole program against models whose answers are known: the
 * share of studies, each with a seed of its own, whose interval holds the exact value.
 *
 * 1,000 studies a row, a tenth in `make test`; between 93 % and 97 % of them have to be right. An
 * interval of exactly 95 % fails that by chance with probability 0.3 % a row; with a tenth of the
 * studies the bounds are those of 0.1 % (87 to 100 of 100). Seeds are 1, 2, 3 ... and were not
 * chosen. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/support_mxsim.h"

#define RETRY_CONSTANT_P "scenarios/oracles/retry-constant-p.cfg"
#define MM1K "scenarios/oracles/mm1k.cfg"
#define ERLANG_LOSS "scenarios/oracles/erlang-loss.cfg"
#define ERLANG_C "scenarios/oracles/erlang-c.cfg"
#define ARGUMENTS_MAX 40

/* One row. arguments: of `run`, up to a NULL. */
struct row {
    const char *name, *metric;
    double exact;
    const char *arguments[ARGUMENTS_MAX];
};

static json_t *study(const struct row *row, unsigned seed)
{
    const char *arguments[ARGUMENTS_MAX + 8] = {"run"};
    char seed_text[16];
    size_t count = 1;
    int status;
    json_error_t error;

    snprintf(seed_text, sizeof seed_text, "%u", seed);
    for (size_t i = 0; row->arguments[i] != NULL; i++) {
        arguments[count++] = row->arguments[i];
    }
    arguments[count++] = "--json";
    arguments[count++] = "--jobs";
    arguments[count++] = "1";
    arguments[count++] = "--seed";
    arguments[count++] = seed_text;
    char *text = mx_test_output(arguments, &status);
    /* a steady state whose batches depend on each other ends with 5; it is a study all the same */
    assert_true(status == 0 || status == 5);
    json_t *root = json_loads(text, 0, &error);
    assert_non_null(root);
    free(text);
    return root;
}

static void check(const struct row *row)
{
    unsigned studies = mx_test_full() ? 1000 : 100, hits = 0;
    double width = 0, replications = 0;

    for (unsigned seed = 1; seed <= studies; seed++) {
        json_t *root = study(row, seed);
        const json_t *metric = json_object_get(json_object_get(root, "total"), row->metric);
        const json_t *interval = json_object_get(metric, "ci95");
        double low = json_number_value(json_array_get(interval, 0));
        double high = json_number_value(json_array_get(interval, 1));

        assert_int_equal(json_array_size(interval), 2);
        assert_true(low <= high);
        hits += low <= row->exact && row->exact <= high;
        width += (high - low) / studies;
        replications += json_number_value(json_object_get(root, "replications")) / studies;
        json_decref(root);
    }
    printf("%-34s %4u of %4u intervals hold %.6g; mean width %.3g, %.0f replications\n", row->name,
           hits, studies, row->exact, width, replications);
    if (studies == 1000) {
        assert_in_range(hits, 930, 970);
    } else {
        assert_in_range(hits, 87, 100);
    }
}

/* Windows of a minute, so that the peak of the queue costs little to find. */
#define RETRY "--set", "campaigns.c.window=10m", "--set", "engine.window=60s", RETRY_CONSTANT_P
#define THIRTY "--set", "replications=30"
#define ONCE "--set", "mta.retry.expiry=attempts", "--set", "mta.retry.max_attempts=1"
#define STEADY "--set", "replications=1", "--set", "warmup=0s", "--set", "steady_state=true"

/* K = 11 attempts, each accepted with probability p: q (1 - q^K) / p deferrals. */
static double deferrals(double p)
{
    double q = 1 - p;

    return q * (1 - pow(q, 11)) / p;
}

static void test_fixed_replications(void **state)
{
    const struct row rows[] = {
        {"deferrals a message, p = .3",
         "deferrals_per_message",
         deferrals(.3),
         {RETRY, THIRTY, "--set", "providers.receiver.content.busy=70%", "--set",
          "campaigns.c.recipients=100", NULL}},
    };

    (void)state;
    check(&rows[0]);
}

static void test_shares_near_0_and_1(void **state)
{
    /* delivered: 1 - q^11 = .999511719; 30 x 400 messages, 5.9 failures in a study. And one attempt
     * at p = .002: 12 successes in a study. */
    const struct row rows[] = {
        {"delivered rate near 1",
         "delivered_rate",
         1 - pow(.5, 11),
         {RETRY, THIRTY, "--set", "providers.receiver.content.busy=50%", "--set",
          "campaigns.c.recipients=400", NULL}},
        {"delivered rate near 0",
         "delivered_rate",
         .002,
         {RETRY, THIRTY, "--set", "providers.receiver.content.busy=99.8%", "--set",
          "campaigns.c.recipients=200", ONCE, NULL}},
    };

    (void)state;
    check(&rows[0]);
    check(&rows[1]);
}

static void test_sequential_stopping(void **state)
{
    /* One server and 5 places in all, offered load .8, 1,000 messages a replication. */
    double full = .2 * pow(.8, 5) / (1 - pow(.8, 6));
    const struct row rows[] = {
        {"auto: deferrals a message to 2 %",
         "deferrals_per_message",
         deferrals(.3),
         {RETRY, "--set", "providers.receiver.content.busy=70%", "--set",
          "campaigns.c.recipients=100", "--replications", "auto", "--precision",
          "deferrals_per_message:2%", NULL}},
        {"auto: delivered rate to .0003",
         "delivered_rate",
         1 - pow(.5, 11),
         {RETRY, "--set", "providers.receiver.content.busy=50%", "--set",
          "campaigns.c.recipients=400", "--replications", "auto", "--precision",
          "delivered_rate:0.0003", NULL}},
        {"auto: M/M/1/5, share refused",
         "deferrals_per_message",
         full,
         {MM1K, "--set", "campaigns.c.recipients=1240", "--set", "campaigns.c.window=1550s",
          "--replications", "auto", "--precision", "deferrals_per_message:0.004", NULL}},
    };

    (void)state;
    assert_true(fabs(full - .08881949866) < 1e-9);
    for (size_t i = 0; i < 3; i++) {
        check(&rows[i]);
    }
}

/* The 900th of 1,000 independent exponential durations of mean 1 has the mean 1/1000 + ... +
 * 1/101: what a run's own 90th percentile is on average. */
static void test_percentiles(void **state)
{
    double exact = 0;

    (void)state;
    for (unsigned i = 101; i <= 1000; i++) {
        exact += 1.0 / i;
    }
    const struct row row = {
        "90th percentile of service",
        "time_to_deliver_p90_s",
        exact,
        {ERLANG_C, "--set", "campaigns.c.recipients=1000", "--set", "campaigns.c.window=1000s",
         "--set", "campaigns.c.shape=steady", "--set", "warmup=0s", "--set",
         "providers.receiver.capacity.servers=1000", "--set", "horizon=1h", THIRTY, NULL}};
    check(&row);
}

static void test_steady_states(void **state)
{
    /* Erlang's loss formula, a = 5, c = 5; delay formula, a = .5, c = 1: wait and service of 1 s
     * each. Batches are 340 times as long as the queue takes to forget, 1 / (1 - sqrt(a))^2. */
    const struct row rows[] = {
        {"steady: Erlang loss, delivered",
         "delivered_rate",
         1 - .284867821331,
         {ERLANG_LOSS, "--set", "campaigns.c.recipients=30000", "--set", "campaigns.c.window=6000s",
          STEADY, NULL}},
        {"steady: Erlang delay, mean time",
         "time_to_deliver_mean_s",
         2,
         {ERLANG_C, "--set", "campaigns.c.recipients=40000", "--set", "campaigns.c.window=80000s",
          "--set", "providers.receiver.capacity.servers=1", "--set", "horizon=23h", STEADY, NULL}},
        /* a = 4.5, c = 5: wait C(5, 4.5) / .5 and service; too short, and it says so, since batches
         * are 10 times as long as the queue takes to forget */
        {"steady: Erlang delay, 90 % busy",
         "time_to_deliver_mean_s",
         2.524986441466,
         {ERLANG_C, "--set", "campaigns.c.recipients=72000", "--set", "campaigns.c.window=16000s",
          "--set", "horizon=23h", STEADY, NULL}},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        check(&rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_replications), cmocka_unit_test(test_shares_near_0_and_1),
        cmocka_unit_test(test_sequential_stopping), cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_steady_states)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
