// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full no-check no-asan timeout=300
/* test_shipped.c - the shipped scenarios show what their first lines say, and conserve messages.
 *
 * With one replication each, and the large ones scaled down (in full with MX_FULL=1). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support_mxsim.h"

#define HOUR_S 3600.0

/* --- conservation ----------------------------------------------------------------------------- */

static double metric(const json_t *scope, const char *name)
{
    const json_t *value = json_object_get(json_object_get(scope, name), "mean");
    if (!json_is_number(value))
        fail_msg("no metric %s", name);
    return json_number_value(value);
}

static void identity(const char *scope, const char *what, double left, double right)
{
    if (fabs(left - right) > 1e-6)
        fail_msg("%s: %s: %.1f, not %.1f", scope, what, left, right);
}

static void at_most(const char *scope, const char *what, double left, double right)
{
    if (!(left <= right + 1e-6))
        fail_msg("%s: %s: %.1f, more than %.1f", scope, what, left, right);
}

static void conserved(const char *name, const json_t *scope)
{
    static const char *const reasons[] = {
        "deferrals_outage",   "deferrals_connections", "deferrals_rate",
        "deferrals_spike",    "deferrals_reputation",  "deferrals_capacity",
        "deferrals_greylist", "deferrals_content",     "deferrals_mailbox_full"};
    double deferrals = 0.0;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        deferrals += metric(scope, reasons[i]);
    identity(name, "recipients", metric(scope, "recipients"),
             metric(scope, "dropped") + metric(scope, "delivered") + metric(scope, "hard_bounced") +
                 metric(scope, "soft_bounced") + metric(scope, "pending"));
    identity(name, "sent", metric(scope, "sent"),
             metric(scope, "recipients") - metric(scope, "dropped"));
    identity(name, "soft bounces", metric(scope, "soft_bounced"),
             metric(scope, "soft_bounced_rejected") + metric(scope, "soft_bounced_expired"));
    at_most(name, "full and blocked",
            metric(scope, "soft_bounced_full") + metric(scope, "soft_bounced_blocked"),
            metric(scope, "soft_bounced_rejected"));
    identity(name, "deferrals", metric(scope, "deferrals"), deferrals);
    identity(name, "attempts", metric(scope, "attempts"),
             metric(scope, "delivered") + metric(scope, "hard_bounced") +
                 metric(scope, "soft_bounced_rejected") + deferrals);
}

static void all_conserved(const struct mx_test_run *run)
{
    static const char *const groups[] = {"providers", "campaigns", "ips"};
    double total = mx_test_value(run, "total", "recipients");
    conserved("total", mx_test_group(run, "total"));
    for (size_t i = 0; i < 3; i++) {
        double sum = 0.0;
        const char *name;
        json_t *scope;
        json_object_foreach((json_t *)mx_test_group(run, groups[i]), name, scope)
        {
            conserved(name, scope);
            sum += metric(scope, "recipients");
        }
        identity(groups[i], "recipients in sum", sum, total);
    }
}

/* The providers of a campaign, added up, give what the campaign has. */
static void all_pairs_conserved(const struct mx_test_run *run)
{
    static const char *const counts[] = {"recipients",        "dropped",           "delivered",
                                         "hard_bounced",      "soft_bounced_full", "soft_bounced",
                                         "deferred_messages", "deferrals",         "pending"};
    const json_t *campaigns = mx_test_group(run, "campaigns");
    const char *name, *provider;
    json_t *providers, *scope;
    json_object_foreach((json_t *)mx_test_group(run, "campaigns_providers"), name, providers)
    {
        const json_t *campaign = json_object_get(campaigns, name);
        double sums[sizeof counts / sizeof counts[0]] = {0};
        json_object_foreach(providers, provider, scope)
        {
            conserved(provider, scope);
            for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
                sums[i] += metric(scope, counts[i]);
        }
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
            identity(name, counts[i], sums[i], metric(campaign, counts[i]));
    }
    assert_int_equal(json_object_size(mx_test_group(run, "campaigns_providers")),
                     json_object_size(campaigns));
}

/* Runs scenarios/NAME.cfg with `scaled` (NULL-terminated) unless in full; the caller closes. */
static void run_shipped(struct mx_test_run *run, const char *name, const char *const *scaled)
{
    static const char *const once[] = {"replications=1", NULL};
    char path[128];
    snprintf(path, sizeof path, "scenarios/%s.cfg", name);
    mx_test_run_open(run, path, 1, false, mx_test_full() || scaled == NULL ? once : scaled);
    all_conserved(run);
    all_pairs_conserved(run);
    print_message("  %-14s %10.0f sent, %.4f delivered, %.4f deferrals a message\n", name,
                  mx_test_value(run, "total", "sent"),
                  mx_test_value(run, "total", "delivered_rate"),
                  mx_test_value(run, "total", "deferrals_per_message"));
}

static double total(const struct mx_test_run *run, const char *name)
{
    return mx_test_value(run, "total", name);
}

/* --- scenarios -------------------------------------------------------------------------------- */

static void test_reference(void **state)
{
    (void)state;
    struct mx_test_run run;
    run_shipped(&run, "reference", NULL);
    assert_true(total(&run, "delivered_rate") >= 0.99);
    double deferred = total(&run, "deferred_messages") / total(&run, "sent");
    assert_true(deferred > 0.01 && deferred < 0.08);
    assert_true(total(&run, "deferrals_greylist") + total(&run, "deferrals_reputation") >
                0.9 * total(&run, "deferrals"));
    assert_true(total(&run, "soft_bounced_blocked") == 0.0);
    assert_true(total(&run, "deferrals_spike") == 0.0);
    assert_true(total(&run, "time_until_95pct_s") < 60.0);
    mx_test_run_close(&run);
}

/* A tenth of the volume over a tenth of the addresses meets the same rules. */
static void test_black_friday(void **state)
{
    (void)state;
    static const char *const scaled[] = {"replications=1",
                                         "campaigns.sale.recipients=1170k",
                                         "campaigns.receipts.recipients=30k",
                                         "pools.main.ips[0].count=2",
                                         "pools.main.ips[1].count=2",
                                         "providers.comcast.capacity.rate=15/s",
                                         "providers.comcast.capacity.backlog=225",
                                         "providers.comcast.capacity.background.rate=11/s",
                                         NULL};
    struct mx_test_run run;
    run_shipped(&run, "black-friday", scaled);
    assert_true(total(&run, "delivered_rate") > 0.99);
    assert_true(total(&run, "deferrals_spike") > 0.02 * total(&run, "sent"));
    assert_true(mx_test_value(&run, "providers.comcast", "deferrals_capacity") > 0.0);
    assert_true(mx_test_value(&run, "providers.yahoo", "deferrals_outage") > 0.0);
    assert_true(mx_test_value(&run, "providers.small-domain", "time_until_95pct_s") < HOUR_S);
    assert_true(mx_test_value(&run, "providers.yahoo", "time_until_95pct_s") < 24 * HOUR_S);
    double gmail_s = mx_test_value(&run, "providers.gmail", "time_until_95pct_s");
    assert_true(gmail_s > 24 * HOUR_S && gmail_s < 60 * HOUR_S);
    mx_test_run_close(&run);
}

static void test_outage(void **state)
{
    (void)state;
    struct mx_test_run run;
    run_shipped(&run, "outage", NULL);
    assert_true(total(&run, "delivered_rate") > 0.99);
    assert_true(mx_test_value(&run, "providers.yahoo", "time_until_90pct_s") > 6 * HOUR_S);
    assert_true(mx_test_value(&run, "providers.yahoo", "time_to_deliver_max_s") < 72 * HOUR_S);
    assert_true(mx_test_value(&run, "providers.gmail", "deferrals_outage") == 0.0);
    mx_test_run_close(&run);
    run_shipped(&run, "outage-80h", NULL);
    mx_test_run_close(&run);
}

static double retry_policy(const char *preset, const char *provider, const char *metric)
{
    char set[80];
    struct mx_test_run run;
    snprintf(set, sizeof set, "mta.retry.preset=%s", preset);
    mx_test_run_open(&run, "scenarios/retry-policies.cfg", 1, false,
                     (const char *const[]){set, NULL});
    assert_true(total(&run, "delivered_rate") > 0.998);
    double value = mx_test_value(&run, provider, metric);
    mx_test_run_close(&run);
    return value;
}

/* What its table says, in proportion. */
static void test_retry_policies(void **state)
{
    (void)state;
    double alone = retry_policy("bluecore", "providers.down", "deferrals");
    assert_true(retry_policy("exim", "providers.down", "deferrals") < alone / 100);
    assert_true(retry_policy("postfix", "providers.down", "deferrals") < alone / 50);
    assert_true(retry_policy("powermta", "providers.down", "deferrals") < alone / 10);
    assert_true(retry_policy("postfix", "providers.down", "non_attempts") > alone / 2);
    assert_true(retry_policy("kumomta", "providers.down", "non_attempts") == 0);
    assert_true(retry_policy("exim", "providers.throttled", "deferrals") < alone / 50);
    assert_true(retry_policy("powermta", "providers.throttled", "deferrals") > 4 * alone);
    assert_true(retry_policy("bluecore", "providers.throttled", "time_to_deliver_p99_s") >
                2 * retry_policy("postfix", "providers.throttled", "time_to_deliver_p99_s"));
}

static void test_greylisting(void **state)
{
    (void)state;
    struct mx_test_run run;
    run_shipped(&run, "greylisting", NULL);
    double each = total(&run, "deferrals_greylist") / total(&run, "deferred_messages");
    assert_true(each > 1.9 && each < 2.05);
    double spread = total(&run, "deferrals_greylist");
    mx_test_run_close(&run);
    mx_test_run_open(&run, "scenarios/greylisting.cfg", 1, false,
                     (const char *const[]){"replications=1", "pools.main.ips[0].count=1", NULL});
    assert_true(total(&run, "deferrals_greylist") < spread / 2.0);
    mx_test_run_close(&run);
    mx_test_run_open(&run, "scenarios/greylisting.cfg", 1, false,
                     (const char *const[]){"replications=1", "mta.retry.gaps=[\"6m\"]", NULL});
    double once = total(&run, "deferrals_greylist") / total(&run, "deferred_messages");
    assert_true(once > 0.99 && once < 1.01);
    mx_test_run_close(&run);
}

static void test_dirty_list(void **state)
{
    (void)state;
    static const char *const scaled[] = {"replications=1", "campaigns.push.recipients=50k",
                                         "pools.main.ips[0].count=1", NULL};
    struct mx_test_run run;
    run_shipped(&run, "dirty-list", scaled);
    assert_true(total(&run, "delivered_rate") < 0.9);
    assert_true(total(&run, "hard_bounced") > 0.0 && total(&run, "dropped") > 0.0);
    assert_true(total(&run, "soft_bounced_blocked") > 0.0);
    assert_true(total(&run, "deferrals_reputation") > 0.0);
    mx_test_run_close(&run);
}

/* The storm lasts as long as its load; each cure ends it. */
static void test_retry_storm(void **state)
{
    (void)state;
    struct mx_test_run run;
    run_shipped(&run, "retry-storm", NULL);
    assert_true(total(&run, "time_until_50pct_s") > 12 * HOUR_S);
    assert_true(total(&run, "deferrals_per_message") > 5.0);
    assert_true(total(&run, "soft_bounced_expired") > 0.0);
    mx_test_run_close(&run);
    static const char *const cures[] = {"mta.rate=18/s", "providers.town.capacity.busy_cost=0.0",
                                        "campaigns.load.spikes=none"};
    for (size_t i = 0; i < 3; i++) {
        mx_test_run_open(&run, "scenarios/retry-storm.cfg", 1, false,
                         (const char *const[]){"replications=1", cures[i], NULL});
        assert_true(total(&run, "delivered_rate") > 0.9999);
        assert_true(total(&run, "time_until_90pct_s") < HOUR_S);
        mx_test_run_close(&run);
    }
}

static void test_month(void **state)
{
    (void)state;
    static const char *const scaled[] = {"replications=1", "campaigns.daily.recipients=37500",
                                         "campaigns.bought.recipients=15k",
                                         "pools.main.ips[0].count=1", NULL};
    struct mx_test_run run;
    run_shipped(&run, "month", scaled);
    assert_true(total(&run, "dropped") > 0.02 * total(&run, "recipients"));
    assert_true(mx_test_value(&run, "campaigns.bought", "deferrals_per_message") >
                1.5 * mx_test_value(&run, "campaigns.daily", "deferrals_per_message"));
    assert_true(mx_test_value(&run, "campaigns.bought", "hard_bounced") > 0.0);
    mx_test_run_close(&run);
}

static void test_others(void **state)
{
    (void)state;
    static const char *const names[] = {"cold-ip", "warm-up", "recovery", "retrial-queue",
                                        "oracles/all-presets"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct mx_test_run run;
        run_shipped(&run, names[i], NULL);
        if (strcmp(names[i], "retrial-queue") == 0) {
            assert_true(total(&run, "soft_bounced") == 0.0 && total(&run, "pending") == 0.0);
        } else if (strcmp(names[i], "cold-ip") == 0) {
            assert_true(total(&run, "delivered_rate") < 0.8);
        } else if (strcmp(names[i], "warm-up") == 0) {
            assert_true(total(&run, "delivered_rate") > 0.99);
        } else if (strcmp(names[i], "oracles/all-presets") == 0) {
            assert_true(mx_test_value(&run, "providers.orange", "deferrals_connections") > 0.0);
            assert_true(mx_test_value(&run, "providers.mimecast", "deferrals_greylist") > 0.0);
            assert_true(total(&run, "delivered_rate") > 0.98);
        }
        mx_test_run_close(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),   cmocka_unit_test(test_black_friday),
        cmocka_unit_test(test_outage),      cmocka_unit_test(test_retry_policies),
        cmocka_unit_test(test_greylisting), cmocka_unit_test(test_dirty_list),
        cmocka_unit_test(test_retry_storm), cmocka_unit_test(test_month),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
