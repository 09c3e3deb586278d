// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full no-check no-asan timeout=300
/* test_oracles_retry.c - the retry schedule and retries in overload, as the whole program, from
 * scenario files, against closed forms and tables.
 *
 * Alarm rate: 0.1 % for the rows of this program and of test_oracles_queue together. */
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
#define ATTEMPTS 11

/* The default policy: gaps 2, 5, then doubling, 72 h. Minutes from creation. */
static const double schedule_minutes[ATTEMPTS] = {0, 2, 7, 17, 37, 77, 157, 317, 637, 1277, 2557};

static unsigned replications(void)
{
    return mx_test_full() ? 100 : 20;
}

/* --- constant acceptance probability ---------------------------------------------------------- */

static void constant_p(double p, double p_delivered, double p_attempts, double p_delay)
{
    unsigned count = replications();
    char busy[64], runs[64], name[64];
    snprintf(busy, sizeof busy, "providers.receiver.content.busy=%g%%", 100.0 * (1.0 - p));
    snprintf(runs, sizeof runs, "replications=%u", count);
    const char *sets[] = {busy, runs, NULL};
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "retry-constant-p.cfg", 1, false, sets);

    double q = 1.0 - p, lost = pow(q, ATTEMPTS), delay = 0.0;
    for (unsigned i = 0; i < ATTEMPTS; i++)
        delay += p * pow(q, i) * schedule_minutes[i] * 60.0 / (1.0 - lost);
    double sent = mx_test_value(&run, "total", "sent");
    static const char *const metrics[] = {"delivered_rate", "attempts", "deferrals_per_message",
                                          "time_to_deliver_mean_s"};
    double exact[] = {1.0 - lost, (1.0 - lost) / p, q * (1.0 - lost) / p, delay};
    double precision[] = {p_delivered, p_attempts, p_attempts, p_delay};
    for (unsigned i = 0; i < 4; i++) {
        double unit = i == 1 ? sent : 1.0;
        snprintf(name, sizeof name, "p = %g, %s", p, metrics[i]);
        mx_test_row(name, exact[i], mx_test_metric(&run, "total", metrics[i], "mean") / unit,
                    mx_test_metric(&run, "total", metrics[i], "sd") / unit, count, precision[i]);
    }
    /* Whoever is not delivered expires; nothing else happens. */
    double lost_count = sent - mx_test_value(&run, "total", "delivered");
    assert_true(fabs(mx_test_value(&run, "total", "soft_bounced_expired") - lost_count) < 1e-6);
    mx_test_run_close(&run);
}

static void test_constant_p(void **state)
{
    (void)state;
    constant_p(0.1, 0.01, 0.02, 0.03);
    constant_p(0.3, 0.002, 0.02, 0.05);
    constant_p(0.5, 0.0005, 0.02, 0.2);
}

/* Values printed in the literature of this policy, so that the formulas above are right too. */
static void test_formulas_against_table(void **state)
{
    (void)state;
    static const struct {
        double p, delivered, attempts, delay_minutes;
    } table[] = {{.1, .686189404, 6.861894039, 289.304545},
                 {.3, .980226733, 3.267422442, 72.701207},
                 {.5, .999511719, 1.999023438, 11.006839}};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        double p = table[k].p, q = 1.0 - p, lost = pow(q, ATTEMPTS), delay = 0.0;
        for (unsigned i = 0; i < ATTEMPTS; i++)
            delay += p * pow(q, i) * schedule_minutes[i] / (1.0 - lost);
        assert_true(fabs(1.0 - lost - table[k].delivered) < 1e-9);
        assert_true(fabs((1.0 - lost) / p - table[k].attempts) < 1e-9);
        assert_true(fabs(delay - table[k].delay_minutes) < 1e-6);
    }
}

/* --- the schedule, exactly -------------------------------------------------------------------- */

/* Attempts per message when each is refused, for several caps of the gap. */
static void test_attempt_counts(void **state)
{
    (void)state;
    static const struct {
        const char *set;
        double attempts;
    } table[] = {{"mta.retry.max_gap=none", 11}, {"mta.retry.max_gap=60m", 76},
                 {"mta.retry.max_gap=120m", 41}, {"mta.retry.max_gap=240m", 24},
                 {"mta.retry.max_gap=360m", 19}, {"mta.retry.max_gap=480m", 16},
                 {"mta.retry.offsets=true", 12}};
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        const char *sets[] = {"providers.receiver.content.busy=100%", "replications=1",
                              "campaigns.c.recipients=500", table[k].set, NULL};
        struct mx_test_run run;
        mx_test_run_open(&run, ORACLES "retry-constant-p.cfg", 1, false, sets);
        print_message("  %-28s %g attempts\n", table[k].set,
                      mx_test_value(&run, "total", "attempts") / 500.0);
        assert_true(mx_test_value(&run, "total", "attempts") == 500.0 * table[k].attempts);
        assert_true(mx_test_value(&run, "total", "deferrals") == 500.0 * table[k].attempts);
        assert_true(mx_test_value(&run, "total", "soft_bounced_expired") == 500.0);
        assert_true(mx_test_value(&run, "total", "soft_bounced") == 500.0);
        mx_test_run_close(&run);
    }
}

static void schedule_is(const char *set, const char *const *more, const double *minutes,
                        size_t count, double expires_minutes)
{
    const char *arguments[8] = {"schedule", "bluecore", "--json"};
    size_t n = 3;
    for (const char *word = set; word != NULL; word = more == NULL ? NULL : *more++) {
        arguments[n++] = "--set";
        arguments[n++] = word;
    }
    arguments[n] = NULL;
    int status;
    char *text = mx_test_output(arguments, &status);
    assert_int_equal(status, 0);
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);
    if (json == NULL)
        fail_msg("schedule: %s", error.text);
    const json_t *attempts = json_object_get(json, "attempts_s");
    assert_int_equal(json_array_size(attempts), count);
    for (size_t i = 0; i < count; i++)
        assert_true(json_number_value(json_array_get(attempts, i)) == minutes[i] * 60.0);
    assert_true(json_number_value(json_object_get(json, "expires_s")) == expires_minutes * 60.0);
    json_decref(json);
    free(text);
}

static void test_schedule_command(void **state)
{
    (void)state;
    schedule_is(NULL, NULL, schedule_minutes, ATTEMPTS, 4320);
    static const double day[] = {0, 2, 7, 17, 37, 77, 157, 317, 637, 1277};
    schedule_is("lifetime=24h", NULL, day, 10, 1440);
    static const double offsets[] = {0, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560};
    schedule_is("offsets=true", NULL, offsets, 12, 4320);
}

/* Message by message from the trace of an outage of 80 hours. */
struct schedule_seen {
    int64_t created_us[128];
    unsigned attempts, expiries;
};

static void see_schedule(void *context, const struct mx_test_attempt *row)
{
    struct schedule_seen *seen = context;
    const char *last = strrchr(row->message, ':');
    assert_non_null(last);
    unsigned long number = strtoul(last + 1, NULL, 10);
    assert_true(number < 128);
    if (strcmp(row->verdict, "expired") == 0) {
        assert_true(row->time_us - seen->created_us[number] == INT64_C(4320) * 60000000);
        seen->expiries++;
        return;
    }
    assert_string_equal(row->verdict, "busy");
    assert_string_equal(row->reason, "outage");
    assert_true(row->attempt >= 1 && row->attempt <= ATTEMPTS);
    if (row->attempt == 1)
        seen->created_us[number] = row->start_us;
    int64_t due_us = (int64_t)schedule_minutes[row->attempt - 1] * 60000000;
    assert_true(row->start_us - seen->created_us[number] == due_us);
    assert_true(row->time_us == row->start_us);
    seen->attempts++;
}

static void test_schedule_exact(void **state)
{
    (void)state;
    struct mx_test_run run;
    mx_test_run_open(&run, ORACLES "schedule-exact.cfg", 1, true, NULL);
    struct schedule_seen seen = {.attempts = 0};
    mx_test_trace_read(&run, see_schedule, &seen);
    assert_int_equal(seen.attempts, 100 * ATTEMPTS);
    assert_int_equal(seen.expiries, 100);
    assert_true(mx_test_value(&run, "total", "soft_bounced_expired") == 100.0);
    assert_true(mx_test_value(&run, "total", "deferrals_outage") == 100.0 * ATTEMPTS);
    mx_test_run_close(&run);
}

/* --- real schedulers -------------------------------------------------------------------------- */

#define FIRST_MAX 12

struct attempts_seen {
    const int *first_s; /* of the first attempts, from the first one */
    size_t first_count, count;
    int64_t start_us, last_us, ended_us;
};

static void see_attempts(void *context, const struct mx_test_attempt *row)
{
    struct attempts_seen *seen = context;
    if (strcmp(row->verdict, "busy") != 0) {
        assert_string_equal(row->verdict, "expired");
        seen->ended_us = row->time_us - seen->start_us;
        return;
    }
    if (seen->count == 0)
        seen->start_us = row->start_us;
    seen->last_us = row->start_us - seen->start_us;
    if (seen->count < seen->first_count)
        assert_true(seen->last_us == INT64_C(1000000) * seen->first_s[seen->count]);
    assert_int_equal(row->attempt, ++seen->count);
}

/* A message that is refused each time, under the presets of servers whose schedule is published. */
static void test_real_schedulers(void **state)
{
    (void)state;
    static const struct {
        const char *preset, *more;
        size_t count;
        int last_s;
        size_t first_count;
        int first_s[FIRST_MAX];
    } table[] = {
        {"mta.retry.preset=postfix",
         NULL,
         108,
         433200,
         10,
         {0, 300, 600, 1200, 2400, 4800, 9000, 13200, 17400, 21600}},
        {"mta.retry.preset=postfix", "mta.retry.lifetime=72h", 67, 261000, 4, {0, 300, 600, 1200}},
        {"mta.retry.preset=kumomta",
         "mta.retry.jitter=0%",
         9,
         306000,
         9,
         {0, 1200, 3600, 8400, 18000, 37200, 75600, 152400, 306000}},
        {"mta.retry.preset=qmail", NULL, 40, 608400, 6, {0, 400, 1600, 3600, 6400, 10000}},
        {"mta.retry.preset=exim",
         NULL,
         28,
         345600,
         12,
         {0, 900, 1800, 2700, 3600, 4500, 5400, 6300, 7200, 10800, 16200, 24300}},
    };
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        const char *sets[] = {"providers.receiver.content.busy=100%",
                              "replications=1",
                              "campaigns.c.recipients=1",
                              table[k].preset,
                              table[k].more,
                              NULL};
        struct attempts_seen seen = {.first_s = table[k].first_s,
                                     .first_count = table[k].first_count};
        struct mx_test_run run;
        mx_test_run_open(&run, ORACLES "retry-constant-p.cfg", 1, true, sets);
        mx_test_trace_read(&run, see_attempts, &seen);
        print_message("  %-26s %zu attempts, the last after %lld s\n", table[k].preset, seen.count,
                      (long long)(seen.last_us / 1000000));
        assert_int_equal(seen.count, table[k].count);
        assert_true(seen.last_us == INT64_C(1000000) * table[k].last_s);
        assert_true(seen.ended_us == seen.last_us); /* it ends with the last refusal */
        assert_true(mx_test_value(&run, "total", "soft_bounced_expired") == 1.0);
        mx_test_run_close(&run);
    }
}

/* --- overload --------------------------------------------------------------------------------- */

/* lambda/C -> attempts per message = (C/lambda)/(1 - q), q = (1 - C/lambda)^(1/11). */
static void test_amplification(void **state)
{
    (void)state;
    static const struct {
        double load, attempts;
    } table[] = {{1.2, 5.543987}, {2.0, 8.187448}, {5.0, 9.959462}};
    unsigned count = mx_test_full() ? 30 : 10;
    for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
        double load = table[k].load, q = pow(1.0 - 1.0 / load, 1.0 / ATTEMPTS);
        assert_true(fabs(1.0 / load / (1.0 - q) - table[k].attempts) < 1e-6);
        double rate = mx_test_full() ? 40.0 : 20.0; /* arrivals per second */
        char sets_text[5][64];
        snprintf(sets_text[0], 64, "campaigns.before.recipients=%.0f", 7200 * rate);
        snprintf(sets_text[1], 64, "campaigns.measured.recipients=%.0f", 3600 * rate);
        snprintf(sets_text[2], 64, "campaigns.after.recipients=%.0f", 5400 * rate);
        snprintf(sets_text[3], 64, "providers.receiver.capacity.rate=%.9g/s", rate / load);
        snprintf(sets_text[4], 64, "replications=%u", count);
        const char *sets[] = {sets_text[0], sets_text[1], sets_text[2],
                              sets_text[3], sets_text[4], NULL};
        struct mx_test_run run;
        mx_test_run_open(&run, ORACLES "retry-amplification.cfg", 1, false, sets);
        char name[64];
        snprintf(name, sizeof name, "overload %g, attempts", load);
        double sent = mx_test_value(&run, "campaigns.measured", "sent");
        mx_test_row(name, table[k].attempts,
                    mx_test_metric(&run, "campaigns.measured", "attempts", "mean") / sent,
                    mx_test_metric(&run, "campaigns.measured", "attempts", "sd") / sent, count,
                    0.02);
        if (k == 1) /* the goodput is the capacity */
            mx_test_row("overload 2, delivered rate", 0.5,
                        mx_test_metric(&run, "campaigns.measured", "delivered_rate", "mean"),
                        mx_test_metric(&run, "campaigns.measured", "delivered_rate", "sd"), count,
                        0.02);
        mx_test_run_close(&run);
    }
}

static void test_rows_counted(void **state)
{
    (void)state;
    assert_int_equal(mx_test_row_count(), MX_ROWS_RETRY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formulas_against_table), cmocka_unit_test(test_schedule_command),
        cmocka_unit_test(test_schedule_exact),         cmocka_unit_test(test_attempt_counts),
        cmocka_unit_test(test_real_schedulers),        cmocka_unit_test(test_constant_p),
        cmocka_unit_test(test_amplification),          cmocka_unit_test(test_rows_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
