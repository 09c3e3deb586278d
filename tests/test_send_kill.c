// SPDX-License-Identifier: GPL-3.0-or-later
/* test_send_kill.c - kill -9 at any moment loses no message, and sends none twice that the spool
 * knew to be accepted.
 *
 * Half of the kills come after a random time, which may be too short to have started; half after a
 * random number of messages that reached the receiver. One message in ten is refused until the last
 * kill is over, so that each meets the program at work, however fast or slow it is. */
/* mxtest: no-check full timeout=300 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "sim/live/spool.h"
#include "tests/support_receiver.h"
#include "tests/support_send.h"

#define MESSAGES 1000
#define KILLS 20
#define KILLS_FULL 200
#define CONNECTIONS 10
#define GATED 10 /* every tenth */
#define HANGS_MS 100000

/* What the spool says about each message, gathered event by event. */
struct known {
    unsigned attempts;
    bool is_over, is_accepted;
    unsigned accepted_then; /* by the receiver, when the spool was first seen to know it */
    int64_t next_us;
};

static struct known known[MESSAGES + 1];

static unsigned refusals(unsigned n)
{
    return n % 3;
}

static int set_up(void **state)
{
    const struct mx_receiver_script script = {.refusals = refusals,
                                              .refusal = "450 4.2.1 busy\r\n",
                                              .has_extensions = true,
                                              .gated = GATED};

    assert_int_equal(mx_test_send_set_up(state), 0);
    mx_receiver_start(&mx_test_receiver, &script);
    return 0;
}

/* Attempts are numbered without a gap, each due when the one before it said, none after the end. */
static bool see_event(void *context, const struct mx_spool_event *event)
{
    struct known *k = &((struct known *)context)[event->recipient];

    assert_true(event->recipient >= 1 && event->recipient <= MESSAGES);
    assert_false(k->is_over);
    assert_int_equal(event->kind, MX_SPOOL_ATTEMPT);
    assert_int_equal(event->attempt, k->attempts + 1);
    assert_int_equal(event->due_us, k->next_us);
    assert_true(event->start_us >= event->due_us && event->reply_us >= event->start_us);
    k->attempts++;
    k->next_us = event->next_us;
    k->is_accepted = event->verdict == MX_ACCEPT;
    k->is_over = k->is_accepted;
    return true;
}

/* Look into the spool of a process that is gone. Returns how many messages are over. */
static unsigned look(void)
{
    static struct known now[MESSAGES + 1];
    struct mx_spool *spool = mx_spool_open(mx_test_sending.spool);
    unsigned over = 0;

    assert_non_null(spool);
    if (mx_spool_status(spool) != MX_SPOOL_OK) {
        fail_msg("%s", mx_spool_error(spool));
    }
    memset(now, 0, sizeof now);
    assert_true(mx_spool_each_event(spool, see_event, now));
    mx_spool_close(spool);
    for (unsigned n = 1; n <= MESSAGES; n++) {
        assert_true(now[n].attempts >= known[n].attempts); /* nothing is forgotten */
        now[n].accepted_then =
            known[n].is_accepted ? known[n].accepted_then : mx_test_receiver.counts->accepted[n];
        known[n] = now[n];
        over += now[n].is_over;
    }
    return over;
}

static void wait_ms(unsigned ms)
{
    const struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000L};

    (void)nanosleep(&pause, NULL);
}

/* More than the connections at once: then outcomes of this run are recorded. */
static void wait_for_messages(unsigned count)
{
    const unsigned from = mx_test_receiver.counts->asked;

    for (unsigned ms = 0; mx_test_receiver.counts->asked - from < count; ms++) {
        if (ms > HANGS_MS) {
            fail_msg("%u messages do not come", count);
        }
        wait_ms(1);
    }
}

static unsigned kill_again_and_again(unsigned kills)
{
    const char *const words[] = {"--generate",
                                 "1000",
                                 "--from",
                                 "a@example.com",
                                 "--to",
                                 "u{n}@example.net",
                                 "--relay",
                                 mx_test_receiver.relay,
                                 "--time-scale",
                                 "2000",
                                 "--connections",
                                 "10",
                                 "--rate",
                                 mx_test_full() ? "5/m" : "20/m",
                                 "--set",
                                 "gaps=2m",
                                 "--set",
                                 "then=repeat",
                                 "--set",
                                 "lifetime=none",
                                 NULL};
    unsigned draw = 12345, over = 0;

    for (unsigned i = 0; i < kills; i++) {
        pid_t child = mx_test_send_start(&mx_test_sending, words);
        int status;

        draw = draw * 1103515245U + 12345U;
        if (i % 2 == 0) {
            wait_ms(draw / 65536U % 150U);
        } else {
            wait_for_messages(CONNECTIONS + 1 + draw / 65536U % 30U);
        }
        assert_int_equal(waitpid(child, &status, WNOHANG), 0);
        (void)kill(child, SIGKILL);
        (void)waitpid(child, &status, 0);
        over = look();
    }
    return over;
}

static void test_killed_at_any_moment(void **state)
{
    const unsigned kills = mx_test_full() ? KILLS_FULL : KILLS;
    const char *const fast[] = {"--relay", mx_test_receiver.relay, "--connections", "50", NULL};
    unsigned over = kill_again_and_again(kills), duplicates = 0;

    (void)state;
    assert_in_range(over, 1, MESSAGES - MESSAGES / GATED);
    mx_test_receiver.counts->is_open = true;
    assert_int_equal(mx_test_send_run(&mx_test_sending, fast), 0);
    assert_int_equal(look(), MESSAGES);
    for (unsigned n = 1; n <= MESSAGES; n++) {
        /* a refusal that was not recorded in time is not among them */
        assert_true(known[n].attempts >= 1 &&
                    (n % GATED == 0 || known[n].attempts <= refusals(n) + 1));
        assert_true(known[n].is_accepted);
        assert_int_equal(mx_test_receiver.counts->accepted[n], known[n].accepted_then);
        duplicates += mx_test_receiver.counts->accepted[n] - 1;
    }
    /* accepted, but killed before it could be recorded: not more than were under way */
    assert_true(duplicates <= kills * CONNECTIONS);
    assert_true(mx_test_send_total(&mx_test_sending, "delivered") == MESSAGES);
    print_message("%u kills, %u messages accepted but killed before they were recorded\n", kills,
                  duplicates);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_killed_at_any_moment, set_up, mx_test_send_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
