// SPDX-License-Identifier: GPL-3.0-or-later
/* test_summary.c - metrics of a replication, and means and intervals over several. */
/* mxtest: valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "models/units.h"
#include "sim/stats/interval.h"
#include "sim/stats/summary.h"
#include "tests/support_results.h"

static const struct mx_summary_sizes sizes = {2, 2, 2, 3};

static struct mx_summary *summary_of(struct mx_observation *const *observations, uint32_t count)
{
    struct mx_summary *summary = mx_summary_create(&sizes);

    assert_non_null(summary);
    for (uint32_t i = 0; i < count; i++) {
        mx_summary_add(summary, observations[i]);
        mx_observation_destroy(observations[i]);
    }
    return summary;
}

static double value(const struct mx_summary *summary, enum mx_group group, uint32_t index,
                    enum mx_metric metric)
{
    double number = NAN;

    return mx_summary_value(summary, 0, group, index, metric, &number) ? number : (double)NAN;
}

static void assert_near(double got, double wanted, double relative)
{
    if (!(fabs(got - wanted) <= relative * fabs(wanted))) {
        print_error("%.15g is not %.15g\n", got, wanted);
        fail();
    }
}

static void test_counts_of_every_scope(void **state)
{
    struct mx_observation *o = mx_test_observation();
    struct mx_counts *drops = mx_observation_cell(o, 1, 0, 2);
    struct mx_summary *s;

    (void)state;
    mx_test_deliver(o, 0, 6, MX_SECOND_US);
    mx_test_deliver(o, 1, 3, 2 * MX_SECOND_US);
    mx_test_defer(o, 1, 1, MX_REASON_RATE);
    drops->recipients = drops->dropped = 5;
    o->peak_total = 9;
    o->peak_by_provider[1] = 4;
    s = summary_of(&o, 1);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_RECIPIENTS), 15, 0);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_SENT), 10, 0);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_DELIVERED_RATE), 0.9, 0);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_QUEUE_PEAK), 9, 0);
    assert_near(value(s, MX_GROUP_PROVIDER, 0, MX_METRIC_SENT), 6, 0);
    assert_near(value(s, MX_GROUP_PROVIDER, 1, MX_METRIC_PENDING), 1, 0);
    assert_near(value(s, MX_GROUP_PROVIDER, 1, MX_METRIC_QUEUE_PEAK), 4, 0);
    assert_near(value(s, MX_GROUP_PROVIDER, 1, MX_METRIC_DEFERRALS_PER_MESSAGE), 0.25, 0);
    assert_near(
        value(s, MX_GROUP_PROVIDER, 1, MX_METRIC_DEFERRALS_REASON_FIRST + (int)MX_REASON_RATE), 1,
        0);
    assert_near(value(s, MX_GROUP_CAMPAIGN, 0, MX_METRIC_ATTEMPTS), 10, 0);
    assert_near(value(s, MX_GROUP_CAMPAIGN, 1, MX_METRIC_DROPPED), 5, 0);
    assert_near(value(s, MX_GROUP_IP, 0, MX_METRIC_DELIVERED), 9, 0);
    assert_near(value(s, MX_GROUP_IP, 2, MX_METRIC_DROPPED), 5, 0);
    assert_true(isnan(value(s, MX_GROUP_IP, 2, MX_METRIC_DELIVERED_RATE)));
    assert_true(isnan(value(s, MX_GROUP_IP, 1, MX_METRIC_WAIT_MEAN_S)));
    /* the first campaign has all that provider 1 got; the second only drops, at provider 0 */
    for (int m = 0; m < MX_METRIC_COUNT; m++) {
        double at = value(s, MX_GROUP_PAIR, mx_summary_pair(s, 0, 1), (enum mx_metric)m);
        double all = value(s, MX_GROUP_PROVIDER, 1, (enum mx_metric)m);

        if (m == MX_METRIC_QUEUE_PEAK || m == MX_METRIC_LOW_BAND_DAYS)
            assert_true(isnan(at));
        else
            assert_true(at == all || (isnan(at) && isnan(all)));
    }
    assert_near(value(s, MX_GROUP_PAIR, mx_summary_pair(s, 0, 0), MX_METRIC_RECIPIENTS), 6, 0);
    assert_near(value(s, MX_GROUP_PAIR, mx_summary_pair(s, 1, 0), MX_METRIC_RECIPIENTS), 5, 0);
    assert_near(value(s, MX_GROUP_PAIR, mx_summary_pair(s, 1, 1), MX_METRIC_RECIPIENTS), 0, 0);
    mx_summary_destroy(s);
}

/* 90 after 1 s, 9 after 100 s, 1 after 1000 s; 100 never. */
static void test_times(void **state)
{
    struct mx_observation *o = mx_test_observation();
    struct mx_summary *s;

    (void)state;
    mx_test_deliver(o, 0, 90, MX_SECOND_US);
    mx_test_deliver(o, 0, 9, 100 * MX_SECOND_US);
    mx_test_deliver(o, 0, 1, 1000 * MX_SECOND_US);
    mx_test_defer(o, 0, 100, MX_REASON_CAPACITY);
    mx_observation_cell(o, 0, 0, 0)->wait_us_sum = 400 * MX_SECOND_US;
    s = summary_of(&o, 1);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_MEAN_S), 19.9, 1e-15);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P50_S), 1, 0.008);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P90_S), 1, 0.008);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P95_S), 100, 0.008);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P99_S), 100, 0.008);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_MAX_S), 1000, 0);
    /* Of the sent, half is delivered by 1000 s and no more ever is. */
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_UNTIL_50PCT_S), 1000, 0.008);
    assert_true(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_UNTIL_50PCT_S) <= 1000);
    assert_true(isnan(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_UNTIL_90PCT_S)));
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_WAIT_MEAN_S), 2, 0);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_WAIT_P99_S), 0, 0);
    mx_summary_destroy(s);
}

/* The median of three is the second, the 90th percentile the third. */
static void test_ranks(void **state)
{
    struct mx_observation *o = mx_test_observation();
    struct mx_summary *s;

    (void)state;
    for (uint32_t i = 1; i <= 3; i++) {
        mx_test_deliver(o, 0, 1, i * MX_MINUTE_US);
    }
    s = summary_of(&o, 1);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P50_S), 120, 0.008);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P90_S), 180, 0.008);
    assert_near(value(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_UNTIL_99PCT_S), 180, 0.008);
    mx_summary_destroy(s);
}

/* Quantiles of Student's t at 0.975: any statistical table. */
static void test_student(void **state)
{
    (void)state;
    assert_near(mx_student_t(0.95, 1), 12.7062047, 1e-8);
    assert_near(mx_student_t(0.95, 9), 2.26215716, 1e-8);
    assert_near(mx_student_t(0.95, 19), 2.09302405, 1e-8);
    assert_near(mx_student_t(0.95, 1000000), 1.95996636, 1e-8);
}

static void test_interval(void **state)
{
    const double values[] = {1, 2, 3, 4}, equal[] = {0.1, 0.1, 0.1}, rare[] = {0, 0, 0, 40};
    const struct mx_interval any = {(double)-INFINITY, (double)INFINITY};
    struct mx_estimate e = mx_estimate_of(values, 4, any);

    (void)state;
    assert_near(e.mean, 2.5, 0);
    assert_near(e.sd, sqrt(5.0 / 3.0), 1e-15);
    assert_near(e.ci95[0], 2.5 - 3.18244631 * sqrt(5.0 / 12.0), 1e-8);
    assert_near(e.ci95[1], 2.5 + 3.18244631 * sqrt(5.0 / 12.0), 1e-8);
    e = mx_estimate_of(equal, 3, any);
    assert_near(e.mean, 0.1, 0);
    assert_true(e.sd == 0 && e.ci95[0] == e.mean && e.ci95[1] == e.mean);
    e = mx_estimate_of(values, 1, any);
    assert_true(e.is_known && !e.has_spread && e.mean == 1);
    /* A count is not below 0, whatever Student's t says; a share not above 1. */
    e = mx_estimate_of(rare, 4, any);
    assert_near(e.ci95[0], 10 - 31.8244631, 1e-6);
    e = mx_estimate_of(rare, 4, mx_metric_range("providers.x.low_band_days"));
    assert_true(e.ci95[0] == 0);
    assert_near(e.ci95[1], 10 + 31.8244631, 1e-6);
    assert_true(mx_metric_range("delivered_rate").high == 1);
    assert_true(mx_metric_range("providers.x.soft_bounced_rate").high == 1);
    assert_true(isinf(mx_metric_range("delivered").high));
    assert_true(isinf(mx_metric_range("campaigns.delivered_rate.queue_peak").high));
}

/* Deferrals in one replication of three: the interval in a summary stops at 0, too. */
static void test_interval_of_counts(void **state)
{
    struct mx_observation *o[3];
    struct mx_summary *s;
    struct mx_estimate e;

    (void)state;
    for (int i = 0; i < 3; i++) {
        o[i] = mx_test_observation();
        mx_test_deliver(o[i], 0, 1000, MX_MINUTE_US);
        if (i == 0) {
            mx_test_defer(o[i], 0, 40, MX_REASON_GREYLIST);
        }
    }
    s = summary_of(o, 3);
    e = mx_summary_estimate(s, MX_GROUP_TOTAL, 0, MX_METRIC_DEFERRALS);
    assert_true(e.mean > 0 && e.ci95[0] == 0 && e.ci95[1] > 2 * e.mean);
    mx_summary_destroy(s);
}

/* Batches of one run in which the bounces all come late: widened for what neighbours have in
 * common, the interval of a share still holds shares alone. */
static void test_shares_of_batches(void **state)
{
    const struct mx_summary_sizes ten = {2, 2, 2, 10};
    struct mx_summary *s = mx_summary_create(&ten);
    struct mx_estimate bounced, delivered;

    (void)state;
    assert_non_null(s);
    mx_summary_set_batched(s);
    for (uint32_t b = 0; b < 10; b++) {
        struct mx_observation *o = mx_test_observation();
        uint64_t late = b >= 8 ? 60 : 0;

        mx_test_deliver(o, 0, 100, MX_SECOND_US);
        mx_observation_cell(o, 0, 0, 0)->delivered -= late;
        mx_observation_cell(o, 0, 0, 0)->soft_rejected += late;
        mx_summary_add(s, o);
        mx_observation_destroy(o);
    }
    bounced = mx_summary_estimate(s, MX_GROUP_TOTAL, 0, MX_METRIC_SOFT_BOUNCED_RATE);
    delivered = mx_summary_estimate(s, MX_GROUP_TOTAL, 0, MX_METRIC_DELIVERED_RATE);
    assert_near(bounced.mean, 0.12, 1e-12);
    assert_true(bounced.ci95[0] == 0 && bounced.ci95[1] > 0.3);
    assert_true(delivered.ci95[1] == 1 && delivered.ci95[0] < 0.7);
    mx_summary_destroy(s);
}

static void test_undefined_in_one_replication(void **state)
{
    struct mx_observation *o[] = {mx_test_observation(), mx_test_observation(),
                                  mx_test_observation()};
    struct mx_summary *s;
    struct mx_estimate e;

    (void)state;
    mx_test_deliver(o[0], 0, 10, MX_SECOND_US);
    mx_test_defer(o[1], 0, 10, MX_REASON_RATE);
    mx_test_deliver(o[2], 0, 5, MX_SECOND_US);
    mx_test_defer(o[2], 0, 5, MX_REASON_RATE);
    s = summary_of(o, 3);
    e = mx_summary_estimate(s, MX_GROUP_TOTAL, 0, MX_METRIC_DELIVERED_RATE);
    assert_true(e.is_known && e.has_spread && e.reached == 3);
    assert_near(e.mean, 0.5, 0);
    assert_near(e.sd, 0.5, 0);
    e = mx_summary_estimate(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_TO_DELIVER_P50_S);
    assert_true(!e.is_known && !e.has_spread && e.reached == 2);
    e = mx_summary_estimate(s, MX_GROUP_TOTAL, 0, MX_METRIC_TIME_UNTIL_90PCT_S);
    assert_true(!e.is_known && e.reached == 1);
    e = mx_summary_estimate(s, MX_GROUP_PROVIDER, 1, MX_METRIC_DELIVERED_RATE);
    assert_true(!e.is_known && e.reached == 0);
    mx_summary_destroy(s);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(MX_METRIC_COUNT, 43);
    for (int a = 0; a < MX_METRIC_COUNT; a++) {
        const char *name = mx_metric_name((enum mx_metric)a);

        assert_non_null(name);
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(name, mx_metric_name((enum mx_metric)b));
        }
    }
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        const char *name = mx_metric_name((enum mx_metric)(MX_METRIC_DEFERRALS_REASON_FIRST + r));

        assert_int_equal(strncmp(name, "deferrals_", 10), 0);
        assert_string_equal(name + 10, mx_reason_name((enum mx_reason)r));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_of_every_scope),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_student),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_interval_of_counts),
        cmocka_unit_test(test_shares_of_batches),
        cmocka_unit_test(test_undefined_in_one_replication),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
