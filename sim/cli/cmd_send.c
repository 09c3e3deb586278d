// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_send.c - send real mail with the retry scheduler, and report as `mxsim run` does. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/live_view.h"
#include "sim/cli/send_results.h"
#include "sim/cli/send_setup.h"
#include "sim/result/human_text.h"
#include "sim/result/result_folder.h"
#include "sim/result/run_table.h"
#include "sim/result/summary_json.h"

/* --- interrupts --- */

static int wake_pipe[2] = {-1, -1};

/* Once: a second Ctrl-C ends the program as usual. What is under way is finished and recorded. */
static void wake(int number)
{
    int error_number = errno;
    ssize_t written = write(wake_pipe[1], "", 1);

    (void)number;
    (void)written;
    errno = error_number;
}

static bool catch_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = wake, .sa_flags = (int)SA_RESETHAND};

    (void)sigemptyset(&action.sa_mask);
    if (pipe(wake_pipe) != 0) {
        return false;
    }
    for (int end = 0; end < 2; end++) {
        if (fcntl(wake_pipe[end], F_SETFD, FD_CLOEXEC) != 0 ||
            fcntl(wake_pipe[end], F_SETFL, O_NONBLOCK) != 0) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;

        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
    return true;
}

/* --- progress --- */

static struct mx_live_view live;

static void show_progress(void *context, const struct mx_send_view *view)
{
    (void)context;
    mx_live_view_show(&live,
                      &(struct mx_live_state){
                          .share = view->recipient_count > 0
                                       ? (double)view->decided / (double)view->recipient_count
                                       : 1.0,
                          .elapsed_s = view->elapsed_s,
                          .at_s = (double)view->now_us / 1e6,
                          .delivered = view->delivered,
                          .deferrals = view->deferrals,
                          .pending = view->recipient_count - view->decided,
                      });
}

/* Said once: an unreachable relay would otherwise show only in the counts, days later. */
static void complain(void *context, const struct mx_smtp_reply *reply)
{
    const struct mx_send_setup *setup = context;
    char code[16] = "";

    mx_live_view_clear(&live);
    if (reply->code != 0) {
        (void)snprintf(code, sizeof code, "%d ", reply->code);
    }
    mx_say("relay %s: %s%s (its messages are tried again as the policy says)", setup->relay, code,
           reply->text);
}

/* --- results --- */

static double mean(const struct mx_results *results, enum mx_metric metric)
{
    return mx_summary_estimate(results->summary, MX_GROUP_TOTAL, 0, metric).mean;
}

static void print_text(const struct mx_send_results *made)
{
    const struct mx_results *results = made->results;
    const char *separator = ": ";

    (void)printf("%s sent: ", mx_human_count(mean(results, MX_METRIC_SENT)).s);
    (void)printf("%s delivered, ", mx_human_count(mean(results, MX_METRIC_DELIVERED)).s);
    (void)printf("%s hard bounced, ", mx_human_count(mean(results, MX_METRIC_HARD_BOUNCED)).s);
    (void)printf("%s soft bounced", mx_human_count(mean(results, MX_METRIC_SOFT_BOUNCED)).s);
    (void)printf(" (%s expired), ",
                 mx_human_count(mean(results, MX_METRIC_SOFT_BOUNCED_EXPIRED)).s);
    (void)printf("%s pending\n", mx_human_count(mean(results, MX_METRIC_PENDING)).s);
    (void)printf("%s deferrals", mx_human_count(mean(results, MX_METRIC_DEFERRALS)).s);
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        double count = mean(results, (enum mx_metric)(MX_METRIC_DEFERRALS_REASON_FIRST + r));

        if (count > 0) {
            (void)printf("%s%s %s", separator, mx_reason_name((enum mx_reason)r),
                         mx_human_count(count).s);
            separator = ", ";
        }
    }
    if (mean(results, MX_METRIC_NON_ATTEMPTS) > 0) {
        (void)printf("; %s non-attempts", mx_human_count(mean(results, MX_METRIC_NON_ATTEMPTS)).s);
    }
    (void)printf("\n");
}

static int print_results(const struct mx_options *options, const struct mx_send_results *made)
{
    char *text;

    if (options->json) {
        text = mx_summary_json(made->plan, made->results);
        if (text == NULL) {
            mx_say("out of memory");
            return MX_EXIT_FAILURE;
        }
        (void)fputs(text, stdout);
        free(text);
    } else if (options->has_format) {
        if (!mx_run_table_print(stdout, made->plan, made->results, options->format,
                                mx_color_allowed(STDOUT_FILENO))) {
            return mx_table_failed();
        }
    } else if (!options->quiet) {
        print_text(made);
    }
    return MX_EXIT_SUCCESS;
}

static int write_trace(const struct mx_options *options, const struct mx_send_setup *setup,
                       struct mx_spool *spool)
{
    bool spool_failed;
    int error_number = mx_send_trace_write(options->trace, options->trace_format, spool,
                                           setup->relay, &spool_failed);

    if (spool_failed) {
        return mx_send_spool_failed(options->spool, spool);
    }
    if (error_number != 0) {
        mx_say("cannot write %s: %s", options->trace, strerror(error_number));
        return MX_EXIT_FAILURE;
    }
    return MX_EXIT_SUCCESS;
}

static int write_folder(const struct mx_options *options, const struct mx_send_results *made)
{
    char failed[4096];
    int error_number = mx_result_folder_write(options->out, made->plan, NULL, made->results, failed,
                                              sizeof failed);

    if (error_number != 0) {
        mx_say("cannot write %s: %s", failed, strerror(error_number));
        return MX_EXIT_FAILURE;
    }
    return MX_EXIT_SUCCESS;
}

static int report(const struct mx_options *options, const struct mx_send_setup *setup,
                  struct mx_spool *spool, const struct mx_send_totals *totals)
{
    struct mx_send_results made;
    char *conflict;
    bool spool_failed;
    int code = MX_EXIT_SUCCESS;

    if (!mx_send_results_make(&made, spool, options->spool, setup->relay, setup->config.seed,
                              totals, &spool_failed, &conflict)) {
        if (spool_failed) {
            return mx_send_spool_failed(options->spool, spool);
        }
        mx_say("%s", conflict != NULL ? conflict : "out of memory");
        free(conflict);
        return MX_EXIT_FAILURE;
    }
    if (options->trace != NULL) {
        code = write_trace(options, setup, spool);
    }
    if (code == MX_EXIT_SUCCESS && options->out != NULL) {
        code = write_folder(options, &made);
    }
    if (code == MX_EXIT_SUCCESS) {
        code = print_results(options, &made);
    }
    mx_send_results_fini(&made);
    return code;
}

/* --- the run --- */

static int explain(enum mx_send_status status, const struct mx_options *options,
                   const struct mx_spool *spool)
{
    switch (status) {
    case MX_SEND_DONE:
        return MX_EXIT_SUCCESS;
    case MX_SEND_STOPPED:
        mx_say("interrupted: `mxsim send --spool %s` goes on", options->spool);
        return MX_EXIT_INTERRUPTED;
    case MX_SEND_SPOOL:
        return mx_send_spool_failed(options->spool, spool);
    case MX_SEND_NO_MEMORY:
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    case MX_SEND_CLOCK:
        mx_say("spool %s: its time has passed 400 days, and cannot go on", options->spool);
        return MX_EXIT_FAILURE;
    }
    return MX_EXIT_FAILURE;
}

static int deliver(const struct mx_options *options, struct mx_send_setup *setup,
                   struct mx_spool *spool)
{
    struct mx_send_totals totals;
    enum mx_send_status status;
    int code = mx_send_setup_mailing(setup, options, spool);

    if (code != MX_EXIT_SUCCESS) {
        return code;
    }
    if (!catch_interrupts()) {
        mx_say("cannot make a pipe: %s", strerror(errno));
        return MX_EXIT_FAILURE;
    }
    setup->config.wake_fd = wake_pipe[0];
    mx_live_view_init(&live, !options->quiet);
    setup->config.look = show_progress;
    setup->config.complain = complain;
    setup->config.context = setup;
    status = mx_send(spool, &setup->config, &totals);
    mx_live_view_clear(&live);
    code = explain(status, options, spool);
    if (code == MX_EXIT_SUCCESS) {
        code = report(options, setup, spool, &totals);
    }
    if (code == MX_EXIT_SUCCESS && setup->refused > 0) {
        mx_say("%lld file%s of the mailing could not be sent", (long long)setup->refused,
               setup->refused == 1 ? "" : "s");
        code = MX_EXIT_INVALID;
    }
    return code;
}

int mx_cmd_send(const struct mx_options *options)
{
    struct mx_send_setup setup = {.refused = 0};
    struct mx_spool *spool;
    int code = mx_send_setup_options(&setup, options), error_number;

    if (code != MX_EXIT_SUCCESS) {
        return code;
    }
    if (options->out != NULL) {
        error_number = mx_result_folder_prepare(options->out);
        if (error_number != 0) {
            mx_say("cannot write %s: %s", options->out, strerror(error_number));
            return MX_EXIT_FAILURE;
        }
    }
    spool = mx_spool_open(options->spool);
    if (spool == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    code = mx_spool_status(spool) == MX_SPOOL_OK ? deliver(options, &setup, spool)
                                                 : mx_send_spool_failed(options->spool, spool);
    mx_spool_close(spool);
    return code;
}
