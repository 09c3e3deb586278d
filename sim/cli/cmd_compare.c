// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_compare.c - several scenarios with the same draws: what differs, or which is best. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/outfile.h"
#include "sim/cli/command.h"
#include "sim/cli/compare_setup.h"
#include "sim/cli/progress.h"
#include "sim/cli/running.h"
#include "sim/result/comparison_data.h"
#include "sim/result/comparison_json.h"
#include "sim/result/comparison_table.h"
#include "sim/result/result_folder.h"
#include "sim/study/compare.h"
#include "sim/study/uncertain.h"

static bool look(void *context, const struct mx_replicate_view *view)
{
    if (mx_was_interrupted()) {
        return false;
    }
    mx_progress_line_show(context, view);
    return true;
}

/* For --uncertain: what gives each system its plan of a replication. */
struct uncertain {
    struct mx_preset_dirs dirs;
    struct mx_uncertain *systems[MX_SYSTEMS_MAX];
    struct mx_replicate_plans plans[MX_SYSTEMS_MAX];
};

/* All that may be asked for is loaded once. Returns an exit code; uncertain_fini must follow. */
static int uncertain_init(struct uncertain *uncertain, const struct mx_compare_setup *setup,
                          uint64_t seed, uint32_t replication_count)
{
    struct mx_mistakes mistakes = {.item = NULL};
    int code = MX_EXIT_SUCCESS;

    mx_preset_dirs_init(&uncertain->dirs);
    for (size_t s = 0; s < setup->system_count && code == MX_EXIT_SUCCESS; s++) {
        const struct mx_point_options options = {.scenario = setup->files[s],
                                                 .overrides = setup->overrides[s],
                                                 .override_count = setup->override_counts[s],
                                                 .preset_dirs = uncertain->dirs.names,
                                                 .preset_dir_count = uncertain->dirs.count};
        uint32_t bad = 0;

        uncertain->systems[s] = mx_uncertain_create(setup->plans[s], &options, seed, &mistakes);
        uncertain->plans[s] = mx_uncertain_plans(uncertain->systems[s]);
        if (uncertain->systems[s] != NULL) {
            bad = mx_uncertain_check(uncertain->systems[s], replication_count, &mistakes);
        } else if (mistakes.count == 0) {
            mx_say("out of memory");
            code = MX_EXIT_FAILURE;
        }
        if (mistakes.count > 0) {
            mx_say("%s: --uncertain: values drawn for replication %u give no valid scenario",
                   setup->names[s], (unsigned)bad);
            code = MX_EXIT_INVALID;
        }
    }
    mx_mistakes_print(&mistakes);
    mx_mistakes_fini(&mistakes);
    return code;
}

static void uncertain_fini(struct uncertain *uncertain)
{
    for (size_t s = 0; s < MX_SYSTEMS_MAX; s++) {
        mx_uncertain_destroy(uncertain->systems[s]);
    }
    mx_preset_dirs_fini(&uncertain->dirs);
}

static int simulate(struct mx_comparison *comparison, const struct mx_options *options,
                    const struct mx_replicate_plans *plans)
{
    const struct mx_selection *selection = comparison->selection;
    struct mx_progress_line line;
    struct mx_compare_options how = {
        .replication_count = mx_summary_sizes(comparison->systems[0].summary)->replication_count,
        .replication_count_max =
            mx_summary_sizes(comparison->systems[0].summary)->replication_count,
        .jobs = mx_choose_jobs(options),
        .plans = plans,
        .loop = options->exact ? MX_LOOP_EXACT : MX_LOOP_AUTO,
        .look = look,
        .context = &line,
    };
    enum mx_replicate_status status;
    int error_number;

    if (selection != NULL) {
        how.replication_count = selection->options.first_count;
    } else if (options->replications_auto) {
        how.replication_count = MX_FIRST_SAMPLE;
    }
    mx_catch_interrupts();
    mx_progress_line_init(&line, comparison->systems[0].plan, !options->quiet);
    status = mx_compare_run(comparison, &how, &error_number);
    mx_progress_line_clear(&line);
    return mx_explain_replicate(status, error_number, NULL);
}

static int simulate_all(struct mx_comparison *comparison, const struct mx_compare_setup *setup,
                        const struct mx_options *options)
{
    struct uncertain uncertain = {.systems = {NULL}};
    int code;

    if (!comparison->is_uncertain) {
        return simulate(comparison, options, NULL);
    }
    code = uncertain_init(&uncertain, setup, comparison->seed,
                          mx_summary_sizes(comparison->systems[0].summary)->replication_count);
    if (code == MX_EXIT_SUCCESS) {
        code = simulate(comparison, options, uncertain.plans);
    }
    uncertain_fini(&uncertain);
    return code;
}

static int write_json(const struct mx_comparison *comparison, const struct mx_options *options)
{
    char *command = mx_compare_command(options, comparison);
    char *text = command != NULL ? mx_comparison_json(comparison, command) : NULL;
    int code = MX_EXIT_SUCCESS, error_number = 0;
    char failed[4096];

    free(command);
    if (text == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    if (options->out != NULL) {
        error_number =
            mx_result_file_write(options->out, "comparison.json", text, failed, sizeof failed);
        code = error_number == 0 ? MX_EXIT_SUCCESS : mx_cannot_write(failed, error_number);
    }
    if (options->json && code == MX_EXIT_SUCCESS) {
        (void)fputs(text, stdout);
    }
    free(text);
    return code;
}

/* MX_EXIT_PRECISION when it ended before it knew what was asked; says why. */
static int check_precision(const struct mx_comparison *comparison)
{
    const struct mx_selection *selection = comparison->selection;
    int code = MX_EXIT_SUCCESS;

    for (size_t m = 0; m < comparison->metric_count; m++) {
        char text[MX_METRIC_TEXT_SIZE];

        if (mx_comparison_wide(comparison, m) <= 1.0) {
            continue;
        }
        mx_metric_print(comparison->systems[0].plan,
                        &comparison->scoped[m * comparison->system_count], text, sizeof text);
        mx_say("differences of %s are not as precise as wanted after %u replications, or "
               "undefined",
               text, (unsigned)comparison->replication_count);
        code = MX_EXIT_PRECISION;
    }
    if (selection != NULL && !selection->is_decided) {
        if (comparison->replication_count > selection->replication_count) {
            mx_say("no selection: the metric is undefined in replication %u",
                   (unsigned)selection->replication_count);
        } else {
            mx_say("none selected: %u scenarios are left after %u replications "
                   "(--replications-max)",
                   (unsigned)selection->left_count, (unsigned)selection->replication_count);
        }
        code = MX_EXIT_PRECISION;
    }
    return code;
}

/* Returns an exit code. */
static int print_tables(const struct mx_comparison *comparison, const struct mx_options *options)
{
    bool color = mx_color_allowed(STDOUT_FILENO);

    if (options->json || (options->quiet && !options->has_format)) {
        return MX_EXIT_SUCCESS;
    }
    if (options->format != MX_FORMAT_TABLE) {
        return mx_comparison_data_print(stdout, comparison, options->format) ? MX_EXIT_SUCCESS
                                                                             : mx_table_failed();
    }
    if (comparison->selection != NULL) {
        mx_selection_table_print(stdout, comparison, color);
    } else {
        mx_comparison_table_print(stdout, comparison, color);
    }
    return MX_EXIT_SUCCESS;
}

static int run_comparison(struct mx_compare_setup *setup, const struct mx_options *options)
{
    int code, error_number = options->out != NULL ? mx_make_dirs(options->out) : 0;
    struct mx_comparison *comparison;

    if (error_number != 0) {
        return mx_cannot_write(options->out, error_number);
    }
    comparison = mx_compare_setup_make(setup, options, &code);
    if (comparison == NULL) {
        return code;
    }
    code = simulate_all(comparison, setup, options);
    if (code == MX_EXIT_SUCCESS) {
        int printed = print_tables(comparison, options);

        code = write_json(comparison, options);
        code = code == MX_EXIT_SUCCESS ? printed : code;
    }
    if (code == MX_EXIT_SUCCESS) {
        code = check_precision(comparison);
    }
    mx_comparison_destroy(comparison);
    return code;
}

int mx_cmd_compare(const struct mx_options *options)
{
    struct mx_compare_setup setup;
    int code = mx_compare_setup_load(&setup, options);

    if (code == MX_EXIT_SUCCESS) {
        code = run_comparison(&setup, options);
    }
    mx_compare_setup_fini(&setup);
    return code;
}
