// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_run.c - simulate a scenario, keep the results, print what a person wants to know. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/progress.h"
#include "sim/result/human_text.h"
#include "sim/result/result_folder.h"
#include "sim/result/run_table.h"
#include "sim/result/summary_json.h"
#include "sim/stats/expect.h"
#include "sim/study/replicate.h"

static volatile sig_atomic_t was_interrupted;

/* Once: a second Ctrl-C ends the program as usual. */
static void note_interrupt(int number)
{
    (void)number;
    was_interrupted = 1;
}

static void catch_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note_interrupt, .sa_flags = (int)SA_RESETHAND};

    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;

        /* What nohup and the like have switched off stays so. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

static bool look(void *context, const struct mx_replicate_view *view)
{
    if (was_interrupted) {
        return false;
    }
    mx_progress_line_show(context, view);
    return true;
}

static uint32_t choose_jobs(const struct mx_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->has_jobs) {
        return options->jobs;
    }
    if (processors < 1) {
        return 1;
    }
    return processors < (long)MX_JOBS_MAX ? (uint32_t)processors : MX_JOBS_MAX;
}

static int cannot_write(const char *path, int error_number)
{
    mx_say("cannot write %s: %s", path, strerror(error_number));
    return MX_EXIT_FAILURE;
}

/* The exit code for a run that gave no results, with a message. */
static int explain(enum mx_replicate_status status, int error_number, const char *trace)
{
    switch (status) {
    case MX_REPLICATE_OK:
        return MX_EXIT_SUCCESS;
    case MX_REPLICATE_NO_MEMORY:
        mx_say("out of memory; fewer recipients or --jobs 1 need less");
        return MX_EXIT_FAILURE;
    case MX_REPLICATE_STOPPED:
        mx_say("interrupted: no results were written");
        return MX_EXIT_INTERRUPTED;
    case MX_REPLICATE_TRACE:
        return cannot_write(trace, error_number);
    case MX_REPLICATE_THREADS:
        mx_say("cannot start a thread: %s", strerror(error_number));
        return MX_EXIT_FAILURE;
    case MX_REPLICATE_STATUS_COUNT:
        break;
    }
    return MX_EXIT_FAILURE;
}

static int simulate(const struct mx_plan *plan, const struct mx_options *options,
                    struct mx_results **results)
{
    struct mx_progress_line line;
    struct mx_replicate_options how = {
        .seed = plan->seed,
        .replication_count = plan->replications,
        .jobs = choose_jobs(options),
        .loop = options->exact ? MX_LOOP_EXACT : MX_LOOP_AUTO,
        .trace_path = options->trace,
        .trace_format = options->trace_format,
        .look = look,
        .context = &line,
    };
    enum mx_replicate_status status;
    int error_number;

    mx_progress_line_init(&line, plan, !options->quiet);
    status = mx_replicate_run(plan, &how, results, &error_number);
    mx_progress_line_clear(&line);
    return explain(status, error_number, options->trace);
}

static int write_folder(const struct mx_plan *plan, const struct mx_options *options,
                        const struct mx_results *results)
{
    char *plan_text = mx_plan_print(plan, true);
    char failed[4096];
    int error_number;

    if (plan_text == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    error_number =
        mx_result_folder_write(options->out, plan, plan_text, results, failed, sizeof failed);
    free(plan_text);
    return error_number == 0 ? MX_EXIT_SUCCESS : cannot_write(failed, error_number);
}

/* How fast it was, and where the results are: for the person at the terminal, not for a file. */
static void print_notes(const struct mx_options *options, const struct mx_results *results)
{
    const struct mx_performance *performance = &results->performance;

    (void)fflush(stdout);
    (void)fprintf(stderr, "\n%s messages, %s attempts in %s",
                  mx_human_count_short((double)performance->message_total).s,
                  mx_human_count_short((double)performance->attempt_total).s,
                  mx_human_duration(performance->wall_s).s);
    if (performance->wall_s > 0) {
        (void)fprintf(
            stderr, " (%s attempts/s)",
            mx_human_count_short((double)performance->attempt_total / performance->wall_s).s);
    }
    if (options->out != NULL) {
        (void)fprintf(stderr, "; results in %s, `mxsim plot %s` draws them", options->out,
                      options->out);
    }
    (void)fputs("\n", stderr);
}

static int print_results(const struct mx_plan *plan, const struct mx_options *options,
                         const struct mx_results *results)
{
    char *text;

    if (options->quiet && !options->json && !options->has_format) {
        return MX_EXIT_SUCCESS;
    }
    if (options->json) {
        text = mx_summary_json(plan, results);
        if (text == NULL) {
            mx_say("out of memory");
            return MX_EXIT_FAILURE;
        }
        (void)fputs(text, stdout);
        free(text);
    } else if (!mx_run_table_print(stdout, plan, results, options->format,
                                   mx_color_allowed(STDOUT_FILENO))) {
        return mx_table_failed();
    } else if (!options->quiet && !mx_format_is_data(options->format)) {
        print_notes(options, results);
    }
    return MX_EXIT_SUCCESS;
}

/* MX_EXIT_THRESHOLD when results are not what the scenario expects; says which. */
static int check_expectations(const struct mx_plan *plan, const struct mx_results *results)
{
    int code = MX_EXIT_SUCCESS;

    for (size_t i = 0; i < plan->expect_count; i++) {
        struct mx_expectation expectation;
        struct mx_estimate estimate;
        char error[256];

        if (!mx_expectation_parse(plan, plan->expect[i], &expectation, error, sizeof error)) {
            mx_say("expect: %s", error); /* said when the scenario was loaded already */
            return MX_EXIT_INVALID;
        }
        if (mx_expectation_holds(&expectation, results->summary, &estimate)) {
            continue;
        }
        code = MX_EXIT_THRESHOLD;
        if (estimate.is_known) {
            mx_say("expected %s, but it is %.12g", plan->expect[i], estimate.mean);
        } else {
            mx_say("expected %s, but it is undefined", plan->expect[i]);
        }
    }
    return code;
}

/* What other programs read is printed only when all is well. */
static bool is_data(const struct mx_options *options)
{
    return options->json || mx_format_is_data(options->format);
}

static int run_plan(const struct mx_plan *plan, const struct mx_options *options)
{
    struct mx_results *results = NULL;
    int code = MX_EXIT_SUCCESS, error_number = 0;

    if (options->out != NULL) {
        error_number = mx_result_folder_prepare(options->out);
        if (error_number != 0) {
            return cannot_write(options->out, error_number);
        }
    }
    catch_interrupts();
    code = simulate(plan, options, &results);
    if (code == MX_EXIT_SUCCESS && options->out != NULL) {
        code = write_folder(plan, options, results);
    }
    if (results != NULL && (code == MX_EXIT_SUCCESS || !is_data(options))) {
        int printed = print_results(plan, options, results);

        code = code == MX_EXIT_SUCCESS ? printed : code;
    }
    if (results != NULL && code == MX_EXIT_SUCCESS) {
        code = check_expectations(plan, results);
    }
    mx_results_destroy(results);
    return code;
}

int mx_cmd_run(const struct mx_options *options)
{
    int code;
    struct mx_plan *plan = mx_load_scenario(options->operands[0], options, &code);

    if (plan == NULL) {
        return code;
    }
    /* So that plan.cfg holds what was run. */
    if (options->has_seed) {
        plan->seed = options->seed;
    }
    if (options->has_replications) {
        plan->replications = options->replications;
    }
    code = run_plan(plan, options);
    mx_plan_destroy(plan);
    return code;
}
