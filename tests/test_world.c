// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: full no-check no-asan timeout=300
/* test_world.c - the model answers as the world does, as the whole program from scenario files.
 *
 * Where a mechanism couples no messages, "more" delays nobody: compared message by message, with no
 * tolerance. Where messages compete, the paired interval of the delivered rate has to point the
 * right way. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support_mxsim.h"

#define MESSAGES_MAX 8192
#define HOUR_US INT64_C(3600000000)

/* --- message by message ----------------------------------------------------------------------- */

/* How a message ended, by its number: 0 not yet, 1 delivered, 2 bounced. */
struct fates {
    int end[MESSAGES_MAX];
    int64_t end_us[MESSAGES_MAX];
    size_t count;
};

static void see_fate(void *context, const struct mx_test_attempt *row)
{
    struct fates *fates = context;
    unsigned long number = strtoul(strrchr(row->message, ':') + 1, NULL, 10);
    assert_true(number < MESSAGES_MAX);
    if (strcmp(row->verdict, "busy") == 0)
        return;
    assert_int_equal(fates->end[number], 0);
    fates->end[number] = strcmp(row->verdict, "accept") == 0 ? 1 : 2;
    fates->end_us[number] = row->time_us;
    fates->count++;
}

static struct fates *fates_of(const char *scenario, const char *const *sets)
{
    struct mx_test_run run;
    struct fates *fates = calloc(1, sizeof *fates);
    assert_non_null(fates);
    mx_test_run_open(&run, scenario, 1, true, sets);
    mx_test_trace_read(&run, see_fate, fates);
    assert_true((double)fates->count == mx_test_value(&run, "total", "sent"));
    mx_test_run_close(&run);
    return fates;
}

#define COMMON_MAX 6

/* The same scenario twice, with `common` (NULL-terminated) and one setting: no message ends later
 * or worse under `more` than under `less`, and some end sooner or better. */
static void more_is_better(const char *name, const char *scenario, const char *const *common,
                           const char *less, const char *more)
{
    const char *sets[COMMON_MAX + 2];
    size_t count = 0;
    for (; common != NULL && common[count] != NULL; count++) {
        assert_true(count < COMMON_MAX);
        sets[count] = common[count];
    }
    sets[count + 1] = NULL;
    sets[count] = less;
    struct fates *before = fates_of(scenario, sets);
    sets[count] = more;
    struct fates *after = fates_of(scenario, sets);
    size_t better = 0;
    for (size_t i = 0; i < MESSAGES_MAX; i++) {
        assert_int_equal(before->end[i] != 0, after->end[i] != 0);
        if (after->end[i] > before->end[i])
            fail_msg("%s: message %zu is lost with more", name, i);
        if (after->end[i] == before->end[i] && after->end_us[i] > before->end_us[i])
            fail_msg("%s: message %zu ends later with more", name, i);
        better += after->end[i] < before->end[i] || after->end_us[i] < before->end_us[i];
    }
    print_message("  %-36s %zu of %zu messages better\n", name, better, after->count);
    assert_true(better > 0);
    free(before);
    free(after);
}

#define QUEUE "scenarios/oracles/one-queue.cfg"
#define BURST "scenarios/oracles/one-burst.cfg"

static void test_more_servers(void **state)
{
    (void)state;
    static const char *const common[] = {"providers.receiver.capacity.kind=servers",
                                         "providers.receiver.capacity.service.mean=2s",
                                         "providers.receiver.capacity.service.law=exponential",
                                         "providers.receiver.capacity.waiting_room=none", NULL};
    more_is_better("more servers", QUEUE, common, "providers.receiver.capacity.servers=2",
                   "providers.receiver.capacity.servers=3");
}

static void test_more_connections(void **state)
{
    (void)state;
    static const char *const common[] = {"mta.transaction_time=2s", NULL};
    more_is_better("more connections", QUEUE, common, "mta.connections=2", "mta.connections=3");
    static const char *const drawn[] = {"mta.transaction_time.law=lognormal",
                                        "mta.transaction_time.mean=2s",
                                        "mta.transaction_time.cv=1.0", NULL};
    more_is_better("more connections, drawn times", QUEUE, drawn, "mta.connections=2",
                   "mta.connections=4");
}

static void test_higher_rates(void **state)
{
    (void)state;
    more_is_better("a higher rate of the sender", QUEUE, NULL, "mta.rate=1/s", "mta.rate=2/s");
    static const char *const bucket[] = {"providers.receiver.allowance.growth=none",
                                         "providers.receiver.allowance.bucket=periodic",
                                         "providers.receiver.allowance.depth=100", NULL};
    more_is_better("a higher cap of the receiver", BURST, bucket,
                   "providers.receiver.allowance.cap=60/h",
                   "providers.receiver.allowance.cap=90/h");
    static const char *const depth[] = {"providers.receiver.allowance.growth=none",
                                        "providers.receiver.allowance.bucket=periodic",
                                        "providers.receiver.allowance.cap=60/h", NULL};
    more_is_better("a deeper bucket", BURST, depth, "providers.receiver.allowance.depth=50",
                   "providers.receiver.allowance.depth=80");
    static const char *const drain[] = {"providers.receiver.capacity.kind=rate",
                                        "providers.receiver.capacity.backlog=50", NULL};
    more_is_better("more capacity", BURST, drain, "providers.receiver.capacity.rate=20/h",
                   "providers.receiver.capacity.rate=80/h");
    static const char *const backlog[] = {"providers.receiver.capacity.kind=rate",
                                          "providers.receiver.capacity.rate=30/h", NULL};
    more_is_better("a longer backlog", BURST, backlog, "providers.receiver.capacity.backlog=20",
                   "providers.receiver.capacity.backlog=70");
    static const char *const growth[] = {"providers.receiver.allowance.growth=2.0", NULL};
    more_is_better("a higher floor of the growth rule", BURST, growth,
                   "providers.receiver.allowance.floor=50/day",
                   "providers.receiver.allowance.floor=150/day");
}

static void test_single_messages(void **state)
{
    (void)state;
    static const char *const outage = "scenarios/oracles/schedule-exact.cfg";
    static const char *const crowd[] = {"campaigns.c.recipients=2000", "campaigns.c.window=12h",
                                        NULL};
    more_is_better("an outage of 80 h or of 40 h", outage, crowd,
                   "providers.receiver.outages[0].to=80h", "providers.receiver.outages[0].to=40h");
    more_is_better("an outage of 6 h or of 5 h", outage, crowd,
                   "providers.receiver.outages[0].to=6h", "providers.receiver.outages[0].to=5h");
    more_is_better("fewer busy answers", QUEUE, NULL, "providers.receiver.content.busy=60%",
                   "providers.receiver.content.busy=50%");
    more_is_better("fewer rejections", QUEUE, NULL, "providers.receiver.content.reject=20%",
                   "providers.receiver.content.reject=10%");
    static const char *const grey[] = {"providers.receiver.greylist.whitelist_after=0", NULL};
    more_is_better("a shorter greylist", QUEUE, grey, "providers.receiver.greylist.delay=1h",
                   "providers.receiver.greylist.delay=5m");
    static const char *const full[] = {"lists.l.mailbox_full=20%", NULL};
    more_is_better("mailboxes emptied sooner", QUEUE, full,
                   "lists.l.mailbox_full_emptied_after=40h",
                   "lists.l.mailbox_full_emptied_after=3h");
}

/* --- paired comparisons ----------------------------------------------------------------------- */

#define PAIRS_MAX 30

/* The delivered rate of `better` minus that of `worse`, with the same seeds: its 99.9 % interval
 * lies above 0. */
static void points_up(const char *name, const char *worse_file, const char *const *worse,
                      const char *better_file, const char *const *better)
{
    unsigned pairs = mx_test_full() ? PAIRS_MAX : 8;
    double mean = 0.0, square = 0.0, difference[PAIRS_MAX];
    for (unsigned i = 0; i < pairs; i++) {
        struct mx_test_run low, high;
        mx_test_run_open(&low, worse_file, 100 + i, false, worse);
        mx_test_run_open(&high, better_file, 100 + i, false, better);
        difference[i] = mx_test_value(&high, "total", "delivered_rate") -
                        mx_test_value(&low, "total", "delivered_rate");
        mean += difference[i] / pairs;
        mx_test_run_close(&low);
        mx_test_run_close(&high);
    }
    for (unsigned i = 0; i < pairs; i++)
        square += (difference[i] - mean) * (difference[i] - mean) / (pairs - 1);
    double half = gsl_cdf_tdist_Qinv(0.0005, pairs - 1.0) * sqrt(square / pairs);
    print_message("  %-36s delivered rate + %.4f +- %.4f\n", name, mean, half);
    assert_true(mean - half > 0.0);
}

static void test_coupled(void **state)
{
    (void)state;
#define COLD "replications=1", "pools.new.ips[0].count=1", "campaigns.launch.recipients=240k"
    static const char *const at_once[] = {COLD, NULL};
    static const char *const slowly[] = {COLD, "campaigns.launch.window=72h", NULL};
    points_up("a slower send", "scenarios/cold-ip.cfg", at_once, "scenarios/cold-ip.cfg", slowly);
    points_up("a warm-up plan", "scenarios/cold-ip.cfg", at_once, "scenarios/warm-up.cfg",
              (const char *const[]){COLD, NULL});
#define DIRTY "replications=1", "pools.main.ips[0].count=1", "campaigns.push.recipients=50k"
#define CALM "lists.bought.complaints=0.03%"
    static const char *const file = "scenarios/dirty-list.cfg";
    points_up("a cleaner list", file, (const char *const[]){DIRTY, CALM, NULL}, file,
              (const char *const[]){DIRTY, CALM, "lists.bought.invalid_suppressed=100%", NULL});
    points_up("fewer complaints", file, (const char *const[]){DIRTY, NULL}, file,
              (const char *const[]){DIRTY, CALM, NULL});
}

/* --- volume ----------------------------------------------------------------------------------- */

static void test_warm_up_tables(void **state)
{
    (void)state;
    static const char *const one[] = {"replications=1", NULL};
    struct mx_test_run run;
    mx_test_run_open(&run, "scenarios/warm-up.cfg", 1, false, one);
    assert_true(mx_test_value(&run, "total", "deferrals_spike") == 0.0);
    assert_true(mx_test_value(&run, "total", "soft_bounced_blocked") <
                1e-3 * mx_test_value(&run, "total", "sent"));
    assert_true(mx_test_value(&run, "total", "delivered_rate") > 0.985);
    mx_test_run_close(&run);

    mx_test_run_open(&run, "scenarios/oracles/warm-up-table.cfg", 1, false,
                     (const char *const[]){"pools.new.warm_up.preset=sparkpost", NULL});
    assert_true(mx_test_value(&run, "ips.new", "deferrals_spike") == 0.0);
    assert_true(mx_test_value(&run, "ips.new", "sent") == 903700.0);
    assert_true(mx_test_value(&run, "ips.new", "soft_bounced_blocked") < 903.7);
    mx_test_run_close(&run);
    mx_test_run_open(&run, "scenarios/oracles/warm-up-table.cfg", 1, false,
                     (const char *const[]){"pools.new.warm_up.preset=sendgrid", NULL});
    assert_true(mx_test_value(&run, "ips.new", "deferrals_spike") == 0.0);
    assert_true(mx_test_value(&run, "ips.new", "sent") == 24.0 * 5373.0);
    assert_true(mx_test_value(&run, "ips.new", "soft_bounced_blocked") < 129.0);
    mx_test_run_close(&run);
}

/* When each provider deferred for the hundredth time for the volume, and blocked for the hundredth:
 * a cold address meets a single block now and then from the start. 0: never. */
struct hundredth_seen {
    const char *provider;
    int64_t deferred_us, blocked_us;
    unsigned deferred, blocked;
};

static void see_hundredth(void *context, const struct mx_test_attempt *row)
{
    struct hundredth_seen *seen = context;
    for (; seen->provider != NULL; seen++) {
        if (strcmp(row->provider, seen->provider) != 0)
            continue;
        bool is_volume = strcmp(row->reason, "rate") == 0 || strcmp(row->reason, "spike") == 0;
        if (is_volume && strcmp(row->verdict, "busy") == 0 && ++seen->deferred == 100)
            seen->deferred_us = row->time_us;
        if (strcmp(row->reason, "blocked") == 0 && ++seen->blocked == 100)
            seen->blocked_us = row->time_us;
    }
}

/* What a vendor's table sends in a fortnight, in one hour from the same cold address: deferred, and
 * where the sender goes on regardless then blocked. */
static void at_once(const char *recipients)
{
    struct mx_test_run run;
    mx_test_run_open(
        &run, "scenarios/oracles/warm-up-table.cfg", 1, false,
        (const char *const[]){"pools.new.warm_up=none", "campaigns.c.window=1h", recipients, NULL});
    assert_true(mx_test_value(&run, "providers.gmail", "deferrals_spike") > 1000.0);
    assert_true(mx_test_value(&run, "providers.yahoo", "deferrals_spike") > 1000.0);
    assert_true(mx_test_value(&run, "total", "delivered_rate") < 0.8);
    mx_test_run_close(&run);

    struct hundredth_seen seen[] = {{.provider = "gmail"},
                                    {.provider = "yahoo"},
                                    {.provider = "microsoft"},
                                    {.provider = NULL}};
    mx_test_run_open(&run, "scenarios/oracles/warm-up-table.cfg", 1, true,
                     (const char *const[]){"pools.new.warm_up=none", "campaigns.c.window=1h",
                                           "mta.throttle=none", recipients, NULL});
    mx_test_trace_read(&run, see_hundredth, seen);
    for (size_t i = 0; seen[i].provider != NULL; i++) {
        char scope[32];
        snprintf(scope, sizeof scope, "providers.%s", seen[i].provider);
        print_message("  %-12s deferred after %.1f s, blocked after %.1f s\n", seen[i].provider,
                      (double)seen[i].deferred_us / 1e6, (double)seen[i].blocked_us / 1e6);
        assert_true(seen[i].deferred_us > 0 && seen[i].blocked_us > seen[i].deferred_us);
        assert_true(mx_test_value(&run, scope, "deferrals_rate") > 100.0);
        assert_true(mx_test_value(&run, scope, "soft_bounced_blocked") >
                    0.9 * mx_test_value(&run, scope, "sent"));
    }
    mx_test_run_close(&run);
}

static void test_tables_at_once(void **state)
{
    (void)state;
    at_once("campaigns.c.recipients=128952");
    at_once("campaigns.c.recipients=903700");
}

static void test_cold_at_once(void **state)
{
    (void)state;
    struct mx_test_run run;
    mx_test_run_open(&run, "scenarios/cold-ip.cfg", 1, false,
                     (const char *const[]){"replications=1", "mta.throttle=none",
                                           "mta.destinations.gmail.throttle=none",
                                           "mta.destinations.yahoo.throttle=none",
                                           "mta.destinations.microsoft.throttle=none", NULL});
    double sent = mx_test_value(&run, "providers.microsoft", "sent");
    assert_true(mx_test_value(&run, "total", "deferrals_rate") > 0.0);
    assert_true(mx_test_value(&run, "providers.microsoft", "deferrals") > 500.0);
    assert_true(mx_test_value(&run, "providers.microsoft", "soft_bounced_blocked") > 0.5 * sent);
    assert_true(mx_test_value(&run, "total", "delivered_rate") < 0.5);
    mx_test_run_close(&run);
}

/* Ten times the habit defers; the same volume as a habit does not. */
static void test_spike_and_habit(void **state)
{
    (void)state;
#define FRIDAY \
    "replications=1", "campaigns.sale.recipients=585k", "campaigns.receipts.recipients=15k", \
        "pools.main.ips[0].count=1", "pools.main.ips[1].count=1"
    struct mx_test_run run;
    mx_test_run_open(&run, "scenarios/black-friday.cfg", 1, false,
                     (const char *const[]){FRIDAY, NULL});
    assert_true(mx_test_value(&run, "total", "deferrals_spike") > 1000.0);
    double slow = mx_test_value(&run, "total", "time_to_deliver_mean_s");
    mx_test_run_close(&run);
    mx_test_run_open(&run, "scenarios/black-friday.cfg", 1, false,
                     (const char *const[]){FRIDAY, "pools.main.ips[0].daily_volume=300k",
                                           "pools.main.ips[1].daily_volume=300k", NULL});
    assert_true(mx_test_value(&run, "total", "deferrals_spike") == 0.0);
    assert_true(mx_test_value(&run, "total", "time_to_deliver_mean_s") < slow / 4.0);
    mx_test_run_close(&run);
}

/* --- reputation ------------------------------------------------------------------------------- */

static void test_recovery_takes_days(void **state)
{
    (void)state;
    struct mx_test_run run;
    mx_test_run_open(&run, "scenarios/recovery.cfg", 1, false,
                     (const char *const[]){"replications=1", NULL});
    double soon = mx_test_value(&run, "campaigns.after-1d", "deferrals_per_message");
    double later = mx_test_value(&run, "campaigns.after-10d", "deferrals_per_message");
    double late = mx_test_value(&run, "campaigns.after-27d", "deferrals_per_message");
    print_message("  deferrals a message after 1, 10, 27 days: %.3f %.3f %.3f\n", soon, later,
                  late);
    assert_true(soon > 4.0 * late);
    assert_true(later > late);
    assert_true(late < 0.05);
    mx_test_run_close(&run);
}

static void test_outage_never_blocks(void **state)
{
    (void)state;
    static const char *const impatient[] = {"replications=1",
                                            "providers.gmail.preset=microsoft",
                                            "providers.yahoo.preset=microsoft",
                                            "providers.gmail.reputation.bands.high.busy=0%",
                                            "providers.yahoo.reputation.bands.high.busy=0%",
                                            "mta.throttle=none",
                                            "mta.retry.max_gap=5m",
                                            NULL};
    static const char *const plain[] = {"replications=1", NULL};
    struct mx_test_run run;
    const char *const *sets[] = {plain, impatient};
    for (size_t i = 0; i < 2; i++) {
        mx_test_run_open(&run, "scenarios/outage.cfg", 1, false, sets[i]);
        assert_true(mx_test_value(&run, "providers.yahoo", "deferrals_outage") > 10000.0);
        assert_true(mx_test_value(&run, "total", "soft_bounced_blocked") == 0.0);
        assert_true(mx_test_value(&run, "total", "deferrals_spike") == 0.0);
        mx_test_run_close(&run);
    }
}

/* --- 80 hours --------------------------------------------------------------------------------- */

/* Of the messages of one campaign for the provider that is down. */
struct outage_seen {
    const char *campaign; /* "early:" */
    size_t expired, delivered_late;
    double busy;
};

static void see_outage(void *context, const struct mx_test_attempt *row)
{
    struct outage_seen *seen = context;
    if (strcmp(row->provider, "down") != 0 ||
        strncmp(row->message, seen->campaign, strlen(seen->campaign)) != 0)
        return;
    if (strcmp(row->verdict, "busy") == 0) {
        assert_string_equal(row->reason, "outage");
        seen->busy += 1.0;
    } else if (strcmp(row->verdict, "expired") == 0) {
        assert_int_equal(row->attempt, 11);
        seen->expired++;
    } else {
        assert_string_equal(row->verdict, "accept");
        assert_true(row->time_us >= 80 * HOUR_US);
        seen->delivered_late++;
    }
}

static void test_outage_80h(void **state)
{
    (void)state;
    struct mx_test_run run;
    mx_test_run_open(&run, "scenarios/outage-80h.cfg", 1, true,
                     (const char *const[]){"replications=1", NULL});
    struct outage_seen early = {.campaign = "early:"}, late = {.campaign = "late:"};
    mx_test_trace_read(&run, see_outage, &early);
    mx_test_trace_read(&run, see_outage, &late);
    assert_int_equal(early.expired, 20000);
    assert_true(early.busy == 11.0 * 20000.0);
    assert_int_equal(early.delivered_late, 0);
    assert_int_equal(late.expired, 0);
    assert_int_equal(late.delivered_late, 20000);
    assert_true(mx_test_value(&run, "providers.down", "soft_bounced_expired") == 20000.0);
    assert_true(mx_test_value(&run, "providers.down", "soft_bounced") == 20000.0);
    assert_true(mx_test_value(&run, "campaigns.early", "deferrals_outage") == 11.0 * 20000.0);
    assert_true(mx_test_value(&run, "campaigns.early", "deferred_messages") == 20000.0);
    assert_true(mx_test_value(&run, "providers.up", "delivered_rate") == 1.0);
    mx_test_run_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outage_80h),          cmocka_unit_test(test_more_servers),
        cmocka_unit_test(test_more_connections),    cmocka_unit_test(test_higher_rates),
        cmocka_unit_test(test_single_messages),     cmocka_unit_test(test_outage_never_blocks),
        cmocka_unit_test(test_warm_up_tables),      cmocka_unit_test(test_tables_at_once),
        cmocka_unit_test(test_cold_at_once),        cmocka_unit_test(test_spike_and_habit),
        cmocka_unit_test(test_recovery_takes_days), cmocka_unit_test(test_coupled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
