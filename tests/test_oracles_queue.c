// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full no-check no-asan timeout=300
/* test_oracles_queue.c - receiver capacity as a queue and rate limits as buckets, as the whole
 * program, from scenario files, against closed forms.
 *
 * Alarm rate: 0.1 % for the rows of this program and of test_oracles_retry together. Steady-state
 * rows cut the start off by an explicit `warmup`. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support_mxsim.h"
#include "tests/support_rows.h"

#define ORACLES "scenarios/oracles/"
#define REPLICATIONS 20U
#define SETS_MAX 10

/* A run with settings written like printf. */
struct settings {
    char text[SETS_MAX][96];
    const char *list[SETS_MAX + 1];
    size_t count;
};

static void set(struct settings *settings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void set(struct settings *settings, const char *format, ...)
{
    assert_true(settings->count < SETS_MAX);
    va_list values;
    va_start(values, format);
    vsnprintf(settings->text[settings->count], sizeof settings->text[0], format, values);
    va_end(values);
    settings->list[settings->count] = settings->text[settings->count];
    settings->list[++settings->count] = NULL;
}

/* messages at `rate` per second, Poisson; more of them at full counts. */
static void set_arrivals(struct settings *settings, double rate, double messages)
{
    messages *= mx_test_full() ? 5.0 : 1.0;
    set(settings, "replications=%u", REPLICATIONS);
    set(settings, "campaigns.c.recipients=%.0f", messages);
    set(settings, "campaigns.c.window=%.6fs", messages / rate);
}

static void row(const struct mx_test_run *run, const char *name, const char *metric, double unit,
                double shift, double exact, double precision)
{
    mx_test_row(name, exact, mx_test_metric(run, "total", metric, "mean") / unit - shift,
                mx_test_metric(run, "total", metric, "sd") / unit, REPLICATIONS, precision);
}

static double erlang_b(double a, unsigned c)
{
    double b = 1.0;
    for (unsigned k = 1; k <= c; k++)
        b = a * b / (k + a * b);
    return b;
}

/* --- Erlang's loss formula -------------------------------------------------------------------- */

static void loss(double a, unsigned c, const char *law, double exact, double messages)
{
    assert_true(fabs(erlang_b(a, c) - exact) < 1e-9);
    struct settings settings = {.count = 0};
    set_arrivals(&settings, a, messages);
    set(&settings, "providers.receiver.capacity.servers=%u", c);
    set(&settings, "providers.receiver.capacity.service.law=%s", law);
    if (strcmp(law, "lognormal") == 0)
        set(&settings, "providers.receiver.capacity.service.cv=2.0");
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "erlang-loss.cfg", 1, false, settings.list);
    char name[64];
    snprintf(name, sizeof name, "loss a=%g c=%u %s", a, c, law);
    /* each refused message is one deferral and one soft bounce */
    row(&run, name, "deferrals_per_message", 1.0, 0.0, exact, 0.06);
    assert_true(fabs(mx_test_value(&run, "total", "deferrals_capacity") -
                     mx_test_value(&run, "total", "soft_bounced_expired")) < 1e-6);
    mx_test_run_close(&run);
}

static void test_erlang_loss(void **state)
{
    (void)state;
    loss(1, 2, "exponential", .2, 36000);
    loss(5, 5, "exponential", .284867821331, 36000);
    loss(20, 30, "exponential", .00845749834, 600000);
    loss(5, 5, "constant", .284867821331, 36000);
    loss(5, 5, "lognormal", .284867821331, 72000);
}

/* --- Erlang's delay formula ------------------------------------------------------------------- */

/* Share of messages that find all servers busy, by replication, from the attempts in order. */
struct busy_seen {
    unsigned servers, in_service;
    unsigned replication;
    double *ends; /* of the messages in the system, seconds; a heap is not needed */
    size_t count, room;
    int64_t warmup_us;
    double found[REPLICATIONS], arrivals[REPLICATIONS];
};

static void see_busy(void *context, const struct mx_test_attempt *attempt)
{
    struct busy_seen *seen = context;
    assert_true(attempt->replication < REPLICATIONS);
    if (attempt->replication != seen->replication) {
        seen->replication = attempt->replication;
        seen->count = 0;
    }
    size_t kept = 0;
    double now = (double)attempt->start_us;
    for (size_t i = 0; i < seen->count; i++)
        if (seen->ends[i] > now)
            seen->ends[kept++] = seen->ends[i];
    seen->count = kept;
    if (attempt->start_us >= seen->warmup_us) {
        seen->arrivals[seen->replication] += 1.0;
        seen->found[seen->replication] += kept >= seen->servers ? 1.0 : 0.0;
    }
    if (seen->count == seen->room) {
        seen->room = seen->room == 0 ? 64 : 2 * seen->room;
        seen->ends = realloc(seen->ends, seen->room * sizeof *seen->ends);
        assert_non_null(seen->ends);
    }
    seen->ends[seen->count++] = (double)attempt->time_us;
}

static void delay(double a, unsigned c, double exact_busy, double exact_wait, double messages)
{
    double b = erlang_b(a, c), busy = b / (1.0 - a / c * (1.0 - b));
    assert_true(fabs(busy - exact_busy) < 1e-9);
    assert_true(fabs(busy / (c - a) - exact_wait) < 1e-8);
    struct settings settings = {.count = 0};
    set_arrivals(&settings, a, messages);
    set(&settings, "providers.receiver.capacity.servers=%u", c);
    set(&settings, "warmup=2h");
    struct mx_test_run run;
    char name[64];
    mx_test_run_open(&run, ORACLES "erlang-c.cfg", 1, false, settings.list);
    snprintf(name, sizeof name, "delay a=%g c=%u, mean wait", a, c);
    row(&run, name, "time_to_deliver_mean_s", 1.0, 1.0, exact_wait, 0.08);
    mx_test_run_close(&run);

    settings.count = 0;
    set_arrivals(&settings, a, messages / 5.0);
    set(&settings, "providers.receiver.capacity.servers=%u", c);
    mx_test_run_open(&run, ORACLES "erlang-c.cfg", 2, true, settings.list);
    struct busy_seen seen = {.servers = c, .warmup_us = INT64_C(600000000)};
    mx_test_trace_read(&run, see_busy, &seen);
    free(seen.ends);
    double mean = 0.0, square = 0.0;
    for (unsigned i = 0; i < REPLICATIONS; i++)
        mean += seen.found[i] / seen.arrivals[i] / REPLICATIONS;
    for (unsigned i = 0; i < REPLICATIONS; i++) {
        double off = seen.found[i] / seen.arrivals[i] - mean;
        square += off * off / (REPLICATIONS - 1);
    }
    snprintf(name, sizeof name, "delay a=%g c=%u, share waiting", a, c);
    mx_test_row(name, exact_busy, mean, sqrt(square), REPLICATIONS, 0.08);
    mx_test_run_close(&run);
}

static void test_erlang_delay(void **state)
{
    (void)state;
    delay(.9, 1, .9, 9.0, 250000);
    delay(4.5, 5, .7624932207, 1.524986441, 250000);
    delay(9, 10, .6687315241, .6687315241, 400000);
}

/* --- one server, K places --------------------------------------------------------------------- */

static void places(double r, unsigned k, double exact, double messages)
{
    assert_true(fabs((1 - r) * pow(r, k) / (1 - pow(r, k + 1)) - exact) < 1e-9);
    struct settings settings = {.count = 0};
    set_arrivals(&settings, r, messages);
    set(&settings, "providers.receiver.capacity.waiting_room=%u", k - 1);
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "mm1k.cfg", 1, false, settings.list);
    char name[64];
    snprintf(name, sizeof name, "one server r=%g K=%u", r, k);
    row(&run, name, "deferrals_per_message", 1.0, 0.0, exact, 0.06);
    mx_test_run_close(&run);
}

static void test_places(void **state)
{
    (void)state;
    places(.5, 5, .01587301587, 250000);
    places(.8, 5, .08881949866, 60000);
    places(1.2, 10, .1925864951, 60000);
}

/* --- the M/M/1 retrial queue ------------------------------------------------------------------ */

static void test_retrial(void **state)
{
    (void)state;
    struct settings settings = {.count = 0};
    double messages = mx_test_full() ? 180000 : 36000, r = 0.5, service = 1.0, gap = 4.0;
    set_arrivals(&settings, r, mx_test_full() ? messages / 5.0 : messages);
    set(&settings, "horizon=%.0fs", messages / r + 7200.0);
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "retrial-mm1.cfg", 1, false, settings.list);
    row(&run, "retrial queue, mean time", "time_to_deliver_mean_s", 1.0, 0.0,
        service + r * (service + gap) / (1 - r), 0.06);
    row(&run, "retrial queue, retries", "deferrals_per_message", 1.0, 0.0,
        r * (1 + service / gap) / (1 - r), 0.06);
    assert_true(mx_test_value(&run, "total", "pending") == 0.0);
    assert_true(mx_test_value(&run, "total", "soft_bounced") == 0.0);
    mx_test_run_close(&run);
}

/* --- token buckets ---------------------------------------------------------------------------- */

/* Share refused by a bucket of b whole tokens, filled at r per second at its ticks: the stationary
 * law of the tokens just after a tick, by iteration. */
static double bucket_refused(double load, unsigned b)
{
    double law[64] = {0}, next[64], arrivals[256];
    assert_true(b < 64);
    law[b] = 1.0;
    arrivals[0] = exp(-load);
    for (unsigned n = 1; n < 256; n++)
        arrivals[n] = arrivals[n - 1] * load / n;
    for (unsigned round = 0; round < 200000; round++) {
        for (unsigned k = 0; k <= b; k++)
            next[k] = 0.0;
        for (unsigned k = 1; k <= b; k++)
            for (unsigned n = 0; n < 256; n++) {
                unsigned left = n >= k ? 0 : k - n;
                next[left + 1 > b ? b : left + 1] += law[k] * arrivals[n];
            }
        double moved = 0.0;
        for (unsigned k = 0; k <= b; k++) {
            moved += fabs(next[k] - law[k]);
            law[k] = next[k];
        }
        if (moved < 1e-15)
            break;
    }
    double passed = 0.0;
    for (unsigned k = 1; k <= b; k++)
        for (unsigned n = 0; n < 256; n++)
            passed += law[k] * arrivals[n] * (n >= k ? k : n);
    return 1.0 - passed / load;
}

static void bucket(double load, unsigned b, double exact, double messages, double precision)
{
    assert_true(fabs(bucket_refused(load, b) - exact) < 1e-8);
    struct settings settings = {.count = 0};
    set_arrivals(&settings, load, messages);
    set(&settings, "providers.receiver.allowance.depth=%u", b);
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "token-bucket.cfg", 1, false, settings.list);
    char name[64];
    snprintf(name, sizeof name, "bucket load=%g depth=%u", load, b);
    row(&run, name, "deferrals_per_message", 1.0, 0.0, exact, precision);
    assert_true(fabs(mx_test_value(&run, "total", "deferrals_rate") -
                     mx_test_value(&run, "total", "deferrals")) < 1e-6);
    mx_test_run_close(&run);
}

static void test_buckets(void **state)
{
    (void)state;
    bucket(.5, 1, .2130613194, 50000, 0.06);
    bucket(.8, 5, .0279313312, 150000, 0.06);
    bucket(1.0, 10, .0483870968, 150000, 0.06);
    bucket(1.5, 20, .3333333397, 50000, 0.06);
}

/* From full, floor(b + r T) pass in time T: exactly. */
static void test_greedy(void **state)
{
    (void)state;
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "token-bucket-greedy.cfg", 1, false, NULL);
    assert_true(mx_test_value(&run, "total", "delivered") == 219.0);
    mx_test_run_close(&run);
}

static void test_rows_counted(void **state)
{
    (void)state;
    assert_int_equal(mx_test_row_count(), MX_ROWS_QUEUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greedy),       cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_erlang_loss),  cmocka_unit_test(test_places),
        cmocka_unit_test(test_erlang_delay), cmocka_unit_test(test_retrial),
        cmocka_unit_test(test_rows_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
