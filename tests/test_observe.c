// SPDX-License-Identifier: GPL-3.0-or-later
/* test_observe.c - the accounting identities: a sound observation passes, a broken one is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/observe/observe.h"

/* One campaign, two providers, one IP: ten recipients of provider 1, all but two delivered. */
static struct mx_observation *sound(void)
{
    struct mx_observation_sizes sizes = {
        .campaign_count = 1,
        .provider_count = 2,
        .ip_count = 1,
        .horizon_us = 1000,
        .series_every_us = 100,
        .sample_every_us = 100,
    };
    struct mx_observation *o = mx_observation_create(&sizes);
    assert_non_null(o);
    mx_observation_cell(o, 0, 1, 1)->recipients = 1;
    mx_observation_cell(o, 0, 1, 1)->dropped = 1;
    struct mx_counts *cell = mx_observation_cell(o, 0, 1, 0);
    *cell = (struct mx_counts){
        .recipients = 9, .attempts = 12, .delivered = 7, .hard_bounced = 1, .expired = 1};
    cell->deferrals[MX_REASON_OUTAGE] = 4;
    cell->deferred_messages = 2;
    struct mx_series_bin *bin = &o->series[3 * 2 + 1];
    *bin = (struct mx_series_bin){
        .created = 9, .attempts = 12, .delivered = 7, .hard_bounced = 1, .expired = 1};
    bin->deferrals[MX_REASON_OUTAGE] = 4;
    for (uint32_t before = 0; before < 12; before++) {
        enum mx_verdict verdict = before < 7 ? MX_ACCEPT : before < 8 ? MX_REJECT_HARD : MX_BUSY;
        mx_observation_count_number(o, 1, before, verdict);
    }
    for (int i = 0; i < 7; i++) {
        mx_histogram_add(&o->ttd_by_pair[1], i);
        mx_histogram_add(&o->ttd_by_provider[1], i);
        mx_histogram_add(&o->ttd_by_campaign[0], i);
        mx_histogram_add(&o->ttd_by_ip[0], i);
    }
    for (int i = 0; i < 12; i++) {
        mx_histogram_add(&o->wait_by_pair[1], 0);
        mx_histogram_add(&o->wait_by_provider[1], 0);
        mx_histogram_add(&o->wait_by_campaign[0], 0);
        mx_histogram_add(&o->wait_by_ip[0], 0);
    }
    return o;
}

static void expect_broken(struct mx_observation *o, const char *words)
{
    char *failed = mx_observation_conserved(o);
    assert_non_null(failed);
    assert_non_null(strstr(failed, words));
    free(failed);
    mx_observation_destroy(o);
}

static void test_sound_passes(void **state)
{
    (void)state;
    struct mx_observation *o = sound();
    assert_null(mx_observation_conserved(o));
    const struct mx_counts *cell = mx_observation_cell(o, 0, 1, 0);
    assert_int_equal(mx_counts_sent(cell), 9);
    assert_int_equal(mx_counts_pending(cell), 0);
    assert_int_equal(mx_counts_deferrals(cell), 4);
    mx_observation_destroy(o);
    mx_observation_destroy(NULL);
}

static void test_each_identity_is_checked(void **state)
{
    (void)state;
    struct mx_observation *o = sound();
    mx_observation_cell(o, 0, 1, 0)->attempts++;
    expect_broken(o, "attempts =");
    o = sound();
    mx_observation_cell(o, 0, 1, 0)->recipients -= 1;
    expect_broken(o, "delivered + bounced <= sent");
    o = sound();
    mx_observation_cell(o, 0, 1, 1)->dropped = 11;
    expect_broken(o, "dropped <= recipients");
    o = sound();
    mx_observation_cell(o, 0, 1, 0)->expired_unattempted = 2;
    expect_broken(o, "expired_unattempted");
    o = sound();
    mx_observation_cell(o, 0, 1, 0)->soft_blocked = 1;
    expect_broken(o, "soft_blocked");
    o = sound();
    mx_observation_cell(o, 0, 1, 0)->soft_full = 1;
    expect_broken(o, "soft_full");
    o = sound();
    o->series[3 * 2 + 1].delivered--;
    expect_broken(o, "series delivered");
    o = sound();
    o->series[3 * 2 + 1].deferrals[MX_REASON_SPIKE]++;
    expect_broken(o, "series deferrals");
    o = sound();
    o->series[3 * 2 + 1].attempts++;
    expect_broken(o, "series attempts");
    o = sound();
    o->series[3 * 2 + 1].hard_bounced++;
    expect_broken(o, "series hard_bounced");
    o = sound();
    o->series[3 * 2 + 1].soft_rejected++;
    expect_broken(o, "series soft_bounced_rejected");
    o = sound();
    mx_observation_cell(o, 0, 1, 0)->deferred_first_attempt = 3;
    expect_broken(o, "deferred_first_attempt");
}

static void test_counts_by_number_are_checked(void **state)
{
    (void)state;
    const size_t row = (size_t)1 * MX_ATTEMPT_NUMBER_COUNT * MX_VERDICT_COUNT;
    struct mx_observation *o = sound();
    mx_observation_count_number(o, 1, 1000, MX_BUSY); /* counted with the last */
    assert_int_equal(o->by_number[row + (MX_ATTEMPT_NUMBER_COUNT - 1) * MX_VERDICT_COUNT + MX_BUSY],
                     1);
    expect_broken(o, "attempts by number");
    o = sound();
    o->by_number[row + MX_ACCEPT]--;
    o->by_number[row + MX_REJECT_HARD]++;
    expect_broken(o, "delivered by number");
    o = sound();
    o->by_number[row + MX_BUSY]++;
    o->by_number[row + 8 * MX_VERDICT_COUNT + MX_BUSY]--;
    expect_broken(o, "deferred at number 1");
}

static void test_each_histogram_is_checked(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct mx_observation *o = sound();
        struct mx_histogram *ttd[] = {&o->ttd_by_provider[1], o->ttd_by_campaign, o->ttd_by_ip,
                                      &o->ttd_by_pair[1]};
        mx_histogram_add(ttd[i], 5);
        expect_broken(o, "time-to-deliver");
        o = sound();
        struct mx_histogram *wait[] = {&o->wait_by_provider[1], o->wait_by_campaign, o->wait_by_ip,
                                       &o->wait_by_pair[1]};
        wait[i]->bucket[0]--;
        expect_broken(o, "wait samples");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_passes),
        cmocka_unit_test(test_each_identity_is_checked),
        cmocka_unit_test(test_counts_by_number_are_checked),
        cmocka_unit_test(test_each_histogram_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
