// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_run.c - simulate a scenario, keep the results, print what a person wants to know. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/progress.h"
#include "sim/cli/run_uncertain.h"
#include "sim/cli/running.h"
#include "sim/result/checks_table.h"
#include "sim/result/human_text.h"
#include "sim/result/result_folder.h"
#include "sim/result/run_table.h"
#include "sim/result/summary_json.h"
#include "sim/result/uncertain_table.h"
#include "sim/stats/expect.h"
#include "sim/study/replicate.h"

struct run {
    struct mx_plan *plan;
    const struct mx_options *options;
    struct mx_precision precisions[MX_PRECISION_COUNT_MAX];
    struct mx_progress_line line;
};

static bool look(void *context, const struct mx_replicate_view *view)
{
    struct run *run = context;

    if (mx_was_interrupted()) {
        return false;
    }
    mx_progress_line_show(&run->line, view);
    return true;
}

static uint32_t ask_for_more(void *context, const struct mx_results *results, uint32_t count)
{
    const struct run *run = context;

    (void)count;
    return mx_precision_next(run->precisions, run->options->precision.count, results->summary);
}

static int simulate(struct run *run, struct mx_results **results)
{
    const struct mx_plan *plan = run->plan;
    const struct mx_options *options = run->options;
    const bool is_auto = options->replications_auto;
    struct mx_replicate_options how = {
        .seed = plan->seed,
        .replication_count = is_auto ? MX_FIRST_SAMPLE : plan->replications,
        .more = is_auto ? ask_for_more : NULL,
        .replication_count_max = mx_replications_max(options),
        .jobs = mx_choose_jobs(options),
        .loop = options->exact ? MX_LOOP_EXACT : MX_LOOP_AUTO,
        .trace_path = options->trace,
        .trace_format = options->trace_format,
        .look = look,
        .context = run,
    };
    enum mx_replicate_status status;
    int code, error_number;

    mx_progress_line_init(&run->line, plan, !options->quiet);
    status = mx_replicate_run(plan, &how, results, &error_number);
    mx_progress_line_clear(&run->line);
    if (status == MX_REPLICATE_OK) {
        code = mx_run_uncertain(plan, options, &how, *results);
        mx_progress_line_clear(&run->line);
        return code;
    }
    return mx_explain_replicate(status, error_number, options->trace);
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
    return error_number == 0 ? MX_EXIT_SUCCESS : mx_cannot_write(failed, error_number);
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
    const bool color = mx_color_allowed(STDOUT_FILENO);
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
    } else if (!mx_run_table_print(stdout, plan, results, options->format, color)) {
        return mx_table_failed();
    } else if (!mx_format_is_data(options->format)) {
        if (options->format == MX_FORMAT_TABLE) {
            mx_uncertain_table_print(stdout, plan, results, color);
            mx_checks_table_print(stdout, plan, results, color);
        }
        if (!options->quiet) {
            print_notes(options, results);
        }
    }
    return MX_EXIT_SUCCESS;
}

/* MX_EXIT_THRESHOLD when results are not what the scenario expects, MX_EXIT_PRECISION when that
 * cannot be told; says which. */
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
        switch (mx_expectation_judge(&expectation, results->summary, &estimate)) {
        case MX_EXPECT_FAIL:
            code = MX_EXIT_THRESHOLD;
            if (estimate.is_known) {
                mx_say("expected %s, but it is %.12g", plan->expect[i], estimate.mean);
            } else {
                mx_say("expected %s, but it is undefined", plan->expect[i]);
            }
            break;
        case MX_EXPECT_UNDECIDED:
            code = code == MX_EXIT_SUCCESS ? MX_EXIT_PRECISION : code;
            mx_say("expected %s, which cannot be told: it is %.6g .. %.6g", plan->expect[i],
                   estimate.ci95[0], estimate.ci95[1]);
            break;
        case MX_EXPECT_PASS:
        case MX_EXPECT_OUTCOME_COUNT:
            break;
        }
    }
    return code;
}

/* MX_EXIT_PRECISION when an interval is wider than wanted; says which, and why it ended. */
static int check_precision(const struct mx_plan *plan, const struct mx_results *results)
{
    int code = MX_EXIT_SUCCESS;

    for (size_t i = 0; i < results->precision_count; i++) {
        const struct mx_precision *precision = &results->precisions[i];
        const struct mx_scoped_metric *of = &precision->of;
        const struct mx_estimate estimate =
            mx_summary_estimate(results->summary, of->group, of->index, of->metric);
        char text[MX_METRIC_TEXT_SIZE];
        double half;
        enum mx_precision_state state = mx_precision_state_of(precision, &estimate, &half);

        if (state == MX_PRECISION_MET) {
            continue;
        }
        code = MX_EXIT_PRECISION;
        mx_metric_print(plan, of, text, sizeof text);
        if (state == MX_PRECISION_UNDEFINED) {
            mx_say("%s is undefined in %u of %u replications: no number of them makes it precise",
                   text, (unsigned)(results->replication_count - estimate.reached),
                   (unsigned)results->replication_count);
        } else {
            mx_say("%s is not as precise as wanted: stopped by the cap of %u replications "
                   "(--replications-max)",
                   text, (unsigned)results->replication_count);
        }
    }
    return code;
}

/* MX_EXIT_PRECISION when the run was too short to be that of a steady state. */
static int check_steady(const struct mx_results *results)
{
    const char *flaw =
        results->is_steady ? mx_steady_flaw(&results->steady, results->summary) : NULL;

    if (flaw != NULL) {
        mx_say("%s", flaw);
    }
    return flaw != NULL ? MX_EXIT_PRECISION : MX_EXIT_SUCCESS;
}

/* What other programs read is printed only when all is well. */
static bool is_data(const struct mx_options *options)
{
    return options->json || mx_format_is_data(options->format);
}

static int run_plan(struct run *run)
{
    struct mx_plan *plan = run->plan;
    const struct mx_options *options = run->options;
    struct mx_results *results = NULL;
    int code = MX_EXIT_SUCCESS, error_number = 0;

    if (options->out != NULL) {
        error_number = mx_result_folder_prepare(options->out);
        if (error_number != 0) {
            return mx_cannot_write(options->out, error_number);
        }
    }
    mx_catch_interrupts();
    code = simulate(run, &results);
    if (results != NULL) {
        plan->replications = results->replication_count; /* so that plan.cfg holds what was run */
        results->precisions = run->precisions;
        results->precision_count = options->precision.count;
    }
    if (code == MX_EXIT_SUCCESS && options->out != NULL) {
        code = write_folder(plan, options, results);
    }
    if (results != NULL && (code == MX_EXIT_SUCCESS || !is_data(options))) {
        int printed = print_results(plan, options, results);

        code = code == MX_EXIT_SUCCESS ? printed : code;
    }
    if (results != NULL && code == MX_EXIT_SUCCESS) {
        int precision = check_precision(plan, results), steady = check_steady(results);

        precision = precision == MX_EXIT_SUCCESS ? steady : precision;

        code = check_expectations(plan, results);
        code = code == MX_EXIT_SUCCESS ? precision : code;
    }
    mx_results_destroy(results);
    return code;
}

static bool read_precisions(struct run *run)
{
    const struct mx_text_list *list = &run->options->precision;

    for (size_t i = 0; i < list->count; i++) {
        char error[256];

        if (!mx_precision_parse(run->plan, list->items[i], &run->precisions[i], error,
                                sizeof error)) {
            mx_say("--precision %s: %s", list->items[i], error);
            return false;
        }
    }
    return true;
}

int mx_cmd_run(const struct mx_options *options)
{
    struct run run = {.options = options};
    struct mx_plan *plan;
    int code;

    if (!mx_check_auto(options, options->precision.count > 0)) {
        return MX_EXIT_USAGE;
    }
    plan = mx_load_scenario(options->operands[0], options, &code);
    if (plan == NULL) {
        return code;
    }
    if (options->has_seed) {
        plan->seed = options->seed;
        plan->seed_by_option = true;
    }
    if (options->has_replications) {
        plan->replications = options->replications;
        plan->replications_by_option = true;
    }
    run.plan = plan;
    if (plan->steady_state && (options->replications_auto || plan->replications > 1)) {
        mx_say("a steady_state is one long run: --replications does not go with it");
        code = MX_EXIT_USAGE;
    } else if (!read_precisions(&run)) {
        code = MX_EXIT_USAGE;
    } else if ((code = mx_run_uncertain_prepare(plan, options)) == MX_EXIT_SUCCESS) {
        code = run_plan(&run);
    }
    mx_plan_destroy(plan);
    return code;
}
