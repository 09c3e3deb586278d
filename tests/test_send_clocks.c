// SPDX-License-Identifier: GPL-3.0-or-later
/* test_send_clocks.c - a policy decides the same under the wall clock as under the virtual one.
 *
 * `mxsim send` delivers by it, its clock many times faster, to a receiver that hangs up on some
 * connections and refuses some recipients. Then the scheduler and the destination's model are
 * driven by hand through the same replies at the same times: every attempt, non-attempt and expiry
 * must be what they say then, with its due time, event by event, however slow the machine was. */
/* mxtest: full timeout=240 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "models/destination.h"
#include "sim/base/random.h"
#include "sim/live/spool.h"
#include "sim/scenario/reader.h"
#include "sim/scheduler/scheduler.h"
#include "tests/support_receiver.h"
#include "tests/support_send.h"

#define MESSAGES 60
#define ROWS_MAX 40000
#define NEVER_ACCEPTED 1000000U
#define NEVER_COUNT 6 /* of the messages */
#define HANG_UPS 45
#define HANG_UPS_ROUTE 6 /* of a route that is tried by one connection each time */

/* Some at once, most after a few, one in ten never. */
static unsigned some_refusals(unsigned n)
{
    return n % 10 == 9 ? NEVER_ACCEPTED : n % 4;
}

/* --- what happened, as the spool has it --- */

static struct mx_spool_event rows[ROWS_MAX];
static size_t row_count;

static bool keep_row(void *context, const struct mx_spool_event *event)
{
    (void)context;
    assert_true(row_count < ROWS_MAX);
    assert_true(event->recipient >= 1 && event->recipient <= MESSAGES);
    rows[row_count++] = *event;
    return true;
}

/* The trace has a row for each event, in the same order. */
static void compare_row(void *context, const struct mx_test_attempt *attempt)
{
    static const char *const others[] = {
        [MX_SPOOL_EXPIRY] = "expired", [MX_SPOOL_SKIP] = "non_attempt"};
    size_t *at = context;
    const struct mx_spool_event *row = &rows[*at];

    assert_true(*at < row_count);
    assert_int_equal(attempt->time_us, row->reply_us);
    assert_int_equal(attempt->attempt, row->attempt);
    assert_int_equal(attempt->next_us, row->next_us == MX_NEVER ? -1 : row->next_us);
    assert_string_equal(attempt->verdict, row->kind != MX_SPOOL_ATTEMPT ? others[row->kind]
                                          : row->verdict == MX_BUSY     ? "busy"
                                                                        : "accept");
    ++*at;
}

static void read_rows(void)
{
    struct mx_spool *spool = mx_spool_open(mx_test_sending.spool);
    struct mx_test_run run = {.status = 0};
    size_t traced = 0;

    row_count = 0;
    assert_non_null(spool);
    assert_true(mx_spool_each_event(spool, keep_row, NULL));
    mx_spool_close(spool);
    (void)snprintf(run.trace, sizeof run.trace, "%s", mx_test_sending.trace);
    mx_test_trace_read(&run, compare_row, &traced);
    assert_int_equal(traced, row_count);
}

static struct mx_policy_info load_policy(const char *name)
{
    static const char *const dirs[] = {"scenarios"};
    struct mx_mistakes mistakes = {0};
    struct mx_policy_info info;
    int status = mx_reader_load_policy_info(
        name,
        &(struct mx_reader_options){
            .preset_dirs = dirs, .preset_dir_count = 1, .access = &mx_file_access_disk},
        &info, &mistakes);

    mx_mistakes_fini(&mistakes);
    assert_int_equal(status, 0);
    return info;
}

/* --- the same once more, by hand --- */

/* What a row means for its message: an attempt starts, and then it has its reply. At the same time
 * replies come first, then what is over, then what starts or is skipped. */
enum phase { REPLY, EXPIRY, TURN, LATE_REPLY };

struct moment {
    int64_t at_us;
    enum phase phase;
    size_t row;
};

static struct moment moments[2 * ROWS_MAX];

static int in_time(const void *a, const void *b)
{
    const struct moment *one = a, *other = b;

    if (one->at_us != other->at_us) {
        return one->at_us < other->at_us ? -1 : 1;
    }
    if (one->phase != other->phase) {
        return one->phase < other->phase ? -1 : 1;
    }
    return one->row < other->row ? -1 : one->row > other->row;
}

static size_t order_moments(void)
{
    size_t count = 0;

    for (size_t i = 0; i < row_count; i++) {
        const struct mx_spool_event *row = &rows[i];

        switch (row->kind) {
        case MX_SPOOL_ATTEMPT:
            moments[count++] = (struct moment){row->start_us, TURN, i};
            moments[count++] = (struct moment){
                row->reply_us, row->reply_us > row->start_us ? REPLY : LATE_REPLY, i};
            break;
        case MX_SPOOL_EXPIRY:
            moments[count++] = (struct moment){row->reply_us, EXPIRY, i};
            break;
        case MX_SPOOL_SKIP:
            moments[count++] = (struct moment){row->reply_us, TURN, i};
            break;
        case MX_SPOOL_EVENT_KIND_COUNT:
            fail();
        }
    }
    qsort(moments, count, sizeof moments[0], in_time);
    return count;
}

struct twin {
    const struct mx_policy_info *info;
    struct mx_scheduler *scheduler;
    struct mx_destination destination;
    struct mx_stream draws;
    bool is_shared;
    size_t seen, skipped, accepted, expired;
    bool is_due[MESSAGES + 1], is_under_way[MESSAGES + 1];
    struct mx_entry entry[MESSAGES + 1];
    unsigned refused[MESSAGES + 1]; /* by the recipient's own fault */
};

static void take_due(struct twin *twin, int64_t now_us)
{
    struct mx_entry entry;

    while (mx_scheduler_take_due(twin->scheduler, now_us + 1, &entry, 1) == 1) {
        assert_false(twin->is_due[entry.message] || twin->is_under_way[entry.message]);
        twin->is_due[entry.message] = true;
        twin->entry[entry.message] = entry;
    }
}

static double draw_u(const struct twin *twin, uint64_t message, uint64_t number)
{
    return mx_retry_is_random(&twin->info->policy)
               ? mx_uniform(mx_draw(&twin->draws, message, number, MX_DRAW_RETRY).word[0])
               : 0.5;
}

static enum mx_destination_ask ask(struct twin *twin, const struct mx_entry *entry, int64_t now_us)
{
    if (!twin->is_shared) {
        return MX_DESTINATION_TRY;
    }
    mx_destination_refresh(&twin->destination, &twin->info->destination, now_us);
    assert_true(mx_destination_ready_us(&twin->destination, now_us) <= now_us);
    return mx_destination_ask(&twin->destination, &twin->info->policy, entry->created_us, now_us);
}

static void see_start(struct twin *twin, const struct mx_spool_event *row)
{
    const struct mx_entry *entry = &twin->entry[row->recipient];

    assert_true(twin->is_due[row->recipient]);
    assert_int_equal(entry->kind, MX_DUE_ATTEMPT);
    assert_int_equal(row->due_us, entry->due_us);
    assert_int_equal(row->attempt, entry->attempt_count + 1);
    assert_int_equal(ask(twin, entry, row->start_us), MX_DESTINATION_TRY);
    mx_destination_start(&twin->destination);
    twin->is_due[row->recipient] = false;
    twin->is_under_way[row->recipient] = true;
}

static void see_skip(struct twin *twin, const struct mx_spool_event *row)
{
    struct mx_entry *entry = &twin->entry[row->recipient];
    const int64_t now_us = row->reply_us;

    assert_true(twin->is_due[row->recipient] && entry->kind == MX_DUE_ATTEMPT);
    assert_int_equal(row->attempt, entry->attempt_count);
    if (ask(twin, entry, now_us) == MX_DESTINATION_WAIT) {
        entry->due_us = mx_retry_host_due_us(&twin->info->policy, &twin->destination.host,
                                             entry->created_us, now_us);
        assert_int_equal(row->next_us, entry->due_us);
        assert_int_equal(mx_scheduler_put(twin->scheduler, entry), MX_SCHEDULER_OK);
    } else {
        struct mx_outcome outcome = {
            .entry = *entry,
            .reply_us = now_us,
            .u = draw_u(twin, row->recipient, UINT64_C(1) << 62 | (uint64_t)now_us),
            .result = MX_RESULT_SKIPPED};

        assert_int_equal(ask(twin, entry, now_us), MX_DESTINATION_SKIP);
        assert_int_equal(mx_scheduler_report(twin->scheduler, &outcome, 1), MX_SCHEDULER_OK);
        assert_int_equal(row->next_us, outcome.decision.next_us);
    }
    twin->is_due[row->recipient] = false;
    twin->skipped++;
}

static void see_reply(struct twin *twin, const struct mx_spool_event *row)
{
    const struct mx_entry *entry = &twin->entry[row->recipient];
    struct mx_outcome outcome = {.entry = *entry,
                                 .reply_us = row->reply_us,
                                 .u = draw_u(twin, row->recipient, entry->attempt_count)};
    const struct mx_retry_state state = {
        .created_us = 0,
        .first_deferral_us = entry->attempt_count == 0 ? row->reply_us : entry->first_deferral_us,
        .attempt_count = entry->attempt_count + 1U,
        .due_us = entry->due_us};
    bool is_decided = false;

    assert_true(twin->is_under_way[row->recipient]);
    twin->is_under_way[row->recipient] = false;
    if (row->reason != MX_REASON_OUTAGE) {
        bool is_refused = twin->refused[row->recipient] < some_refusals((unsigned)row->recipient);

        assert_int_equal(row->verdict, is_refused ? MX_BUSY : MX_ACCEPT);
        twin->refused[row->recipient] += is_refused;
    }
    if (twin->is_shared) {
        is_decided = mx_destination_reply(&twin->destination, &twin->info->policy,
                                          &twin->info->destination, &state, row->verdict,
                                          row->reason, row->reply_us, outcome.u, &outcome.decision);
    }
    if (row->verdict == MX_ACCEPT) {
        twin->accepted++;
        return;
    }
    outcome.result = MX_RESULT_REFUSED;
    assert_int_equal(is_decided ? mx_scheduler_settle(twin->scheduler, &outcome)
                                : mx_scheduler_report(twin->scheduler, &outcome, 1),
                     MX_SCHEDULER_OK);
    assert_int_equal(row->next_us, outcome.decision.next_us);
}

/* By its policy, or since it could not start before its deadline, or since its host gave it up. */
static void see_expiry(struct twin *twin, const struct mx_spool_event *row)
{
    const struct mx_entry *entry = &twin->entry[row->recipient];

    assert_true(twin->is_due[row->recipient]);
    assert_int_equal(row->attempt, entry->attempt_count);
    if (entry->kind == MX_DUE_EXPIRE) {
        assert_int_equal(row->due_us, entry->due_us);
    } else if (mx_retry_deadline_us(&twin->info->policy, 0) == row->due_us) {
        assert_true(entry->due_us <= row->due_us);
    } else {
        assert_int_equal(ask(twin, entry, row->due_us), MX_DESTINATION_EXPIRE);
    }
    twin->is_due[row->recipient] = false;
    twin->expired++;
}

static struct twin run_twin(const struct mx_policy_info *info)
{
    struct twin twin = {.info = info,
                        .scheduler = mx_scheduler_create(&info->policy, MX_QUEUE_HEAP),
                        .draws = mx_stream_make(1, 0, mx_key_of_name("example.net")),
                        .is_shared = mx_destination_is_shared(&info->policy, &info->destination)};
    size_t count = order_moments();

    assert_non_null(twin.scheduler);
    mx_destination_init(&twin.destination, &info->destination);
    for (uint64_t m = 1; m <= MESSAGES; m++) {
        assert_int_equal(mx_scheduler_submit(twin.scheduler, m, 0, 0, 0, 0), MX_SCHEDULER_OK);
    }
    for (size_t i = 0; i < count; i++) {
        const struct mx_spool_event *row = &rows[moments[i].row];

        if (moments[i].phase != REPLY) {
            take_due(&twin, moments[i].at_us);
        }
        switch (moments[i].phase) {
        case REPLY:
        case LATE_REPLY:
            see_reply(&twin, row);
            break;
        case EXPIRY:
            see_expiry(&twin, row);
            break;
        case TURN:
            if (row->kind == MX_SPOOL_SKIP) {
                see_skip(&twin, row);
            } else {
                see_start(&twin, row);
            }
            break;
        }
    }
    assert_int_equal(mx_scheduler_pending(twin.scheduler), 0);
    mx_scheduler_destroy(twin.scheduler);
    assert_int_equal(twin.accepted + twin.expired, MESSAGES);
    return twin;
}

/* --- policies --- */

static void kill_after(const char *const *words, unsigned connections)
{
    pid_t child = mx_test_send_start(&mx_test_sending, words), ended = 0;

    while (mx_test_receiver.counts->connections < connections && ended == 0) {
        const struct timespec pause = {0, 1000000};

        (void)nanosleep(&pause, NULL);
        ended = waitpid(child, NULL, WNOHANG);
    }
    assert_int_equal(ended, 0); /* else its number may be another's, and nothing was killed */
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

/* kill_at: the program is killed when it has made so many connections, and started again; 0:
 * never. */
static void send_by(const char *name, int64_t scale, unsigned kill_at)
{
    char number[16];
    const char *const words[] = {"--generate",
                                 "60",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--policy",
                                 name,
                                 "--time-scale",
                                 number,
                                 NULL};

    (void)snprintf(number, sizeof number, "%d", (int)scale);
    if (kill_at > 0) {
        kill_after(words, kill_at);
    }
    assert_int_equal(mx_test_send_run(&mx_test_sending, words), 0);
}

static void check_totals(const struct twin *twin)
{
    assert_true(mx_test_send_total(&mx_test_sending, "delivered") == (double)twin->accepted);
    assert_true(mx_test_send_total(&mx_test_sending, "soft_bounced_expired") ==
                (double)twin->expired);
    assert_true(mx_test_send_total(&mx_test_sending, "non_attempts") == (double)twin->skipped);
    assert_true(mx_test_send_total(&mx_test_sending, "pending") == 0);
    assert_true(mx_test_send_total(&mx_test_sending, "deferrals_greylist") +
                    mx_test_send_total(&mx_test_sending, "deferrals_outage") ==
                mx_test_send_total(&mx_test_sending, "deferrals"));
}

/* A lifetime takes 1.3 s, and longer where the machine cannot deliver in that. */
static void check_policy(const char *name, unsigned kill_at)
{
    const struct mx_policy_info info = load_policy(name);
    const struct mx_receiver_script script = {
        .refusals = some_refusals,
        .refusal = "451 4.7.1 Greylisted\r\n",
        .mischief = MX_RECEIVER_HANG_UP,
        .place = MX_RECEIVER_AT_CONNECT,
        .mischief_count = info.destination.route.enabled ? HANG_UPS_ROUTE : HANG_UPS,
        .has_extensions = true};
    int64_t scale = info.policy.lifetime_us / 1300000;
    struct twin twin;

    scale = scale < 200000 ? scale : 200000;
    for (int slower = 0; slower < 3; slower++, scale /= 4) {
        mx_receiver_start(&mx_test_receiver, &script);
        send_by(name, scale, kill_at);
        read_rows();
        twin = run_twin(&info);
        check_totals(&twin);
        for (unsigned n = 1; n <= MESSAGES && kill_at == 0; n++) {
            assert_true(mx_test_receiver.counts->accepted[n] <=
                        (some_refusals(n) == NEVER_ACCEPTED ? 0 : 1));
        }
        if (twin.accepted == MESSAGES - NEVER_COUNT) {
            break;
        }
        print_message("%s: %zu accepted at %lld times the speed\n", name, twin.accepted,
                      (long long)scale);
        assert_int_equal(mx_test_send_tear_down(NULL), 0);
        assert_int_equal(mx_test_send_set_up(NULL), 0);
    }
    assert_int_equal(twin.accepted, MESSAGES - NEVER_COUNT);
    assert_true(!twin.is_shared || info.policy.unit == MX_UNIT_QUEUE || twin.skipped > 0);
    mx_receiver_stop(&mx_test_receiver);
}

/* Gaps alone. */
static void test_bluecore(void **state)
{
    (void)state;
    check_policy("bluecore", 0);
}

/* Drawn at random. */
static void test_kumomta(void **state)
{
    (void)state;
    check_policy("kumomta", 0);
}

/* Segments; data of the host, and skips until its time. */
static void test_exim(void **state)
{
    (void)state;
    check_policy("exim", 0);
}

/* By age, at scans; a window, and a destination that is dead for a while. */
static void test_postfix(void **state)
{
    (void)state;
    check_policy("postfix", 0);
}

/* The queue's list. */
static void test_powermta(void **state)
{
    (void)state;
    check_policy("powermta", 0);
}

/* What a host or queue knows outlives the program: it is told again from the spool. */
static void test_killed_and_started_again(void **state)
{
    (void)state;
    check_policy("exim", 25);
    assert_int_equal(mx_test_send_tear_down(NULL), 0);
    assert_int_equal(mx_test_send_set_up(NULL), 0);
    check_policy("powermta", 25);
}

static void test_all(void **state)
{
    glob_t found;

    (void)state;
    if (!mx_test_full()) {
        skip();
    }
    assert_int_equal(glob("scenarios/mtas/*.cfg", 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 20);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[64];

        assert_int_equal(sscanf(found.gl_pathv[i], "scenarios/mtas/%63[^.]", name), 1);
        print_message("%s\n", name);
        check_policy(name, 0);
        assert_int_equal(mx_test_send_tear_down(NULL), 0);
        assert_int_equal(mx_test_send_set_up(NULL), 0);
    }
    globfree(&found);
}

int main(void)
{
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mx_test_send_set_up, mx_test_send_tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(test_bluecore), TEST(test_kumomta),  TEST(test_exim),
        TEST(test_postfix),  TEST(test_powermta), TEST(test_killed_and_started_again),
        TEST(test_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
