// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_sensitivity.c - which of what is not known moves the answer. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/cli/running.h"
#include "sim/cli/study_setup.h"
#include "sim/result/result_folder.h"
#include "sim/result/human_text.h"
#include "sim/result/sensitivity_json.h"
#include "sim/result/sensitivity_table.h"
#include "sim/study/sensitivity_study.h"

struct display {
    bool is_on, is_shown;
};

static bool look(void *context, int phase, const struct mx_replicate_view *view)
{
    struct display *display = context;

    if (mx_was_interrupted()) {
        return false;
    }
    if (display->is_on) {
        (void)fprintf(stderr, "\r\033[K%3d%%  %u of %u runs, %s",
                      (int)(100.0 * view->done / view->replication_count), (unsigned)view->done,
                      (unsigned)view->replication_count, phase == 0 ? "groups" : "one at a time");
        if (view->done > 0 && view->elapsed_s > 1) {
            double left_s = view->elapsed_s * (view->replication_count - view->done) / view->done;

            (void)fprintf(stderr, "  %s left", mx_human_duration(left_s).s);
        }
        (void)fflush(stderr);
        display->is_shown = true;
    }
    return true;
}

static int write_results(const struct mx_options *options, const struct mx_sensitivity *found)
{
    char *command =
        mx_study_command_line(options, "sensitivity", found->seed, found->replications, false);
    char *text = command != NULL ? mx_sensitivity_json(found, command) : NULL;
    int code = mx_study_write_json(options, "sensitivity.json", text);

    free(command);
    free(text);
    return code;
}

static int conclude(const struct mx_options *options, const struct mx_sensitivity *found)
{
    int code = write_results(options, found);

    if (code == MX_EXIT_SUCCESS && !options->json && !options->quiet) {
        if (!mx_sensitivity_table_print(stdout, found, mx_color_allowed(STDOUT_FILENO))) {
            mx_say("out of memory");
            return MX_EXIT_FAILURE;
        }
        if (options->out != NULL) {
            (void)fflush(stdout);
            (void)fprintf(stderr, "\nresults in %s/sensitivity.json; `mxsim plot %s` draws them\n",
                          options->out, options->out);
        }
    }
    return code;
}

static int explain(enum mx_sensitivity_status status, const struct mx_study_setup *setup,
                   const struct mx_options *options)
{
    switch (status) {
    case MX_SENSITIVITY_OK:
        return MX_EXIT_SUCCESS;
    case MX_SENSITIVITY_INVALID:
        return mx_study_setup_explain(setup, options->operands[0]);
    case MX_SENSITIVITY_NO_MEMORY:
        mx_say("out of memory");
        break;
    case MX_SENSITIVITY_STOPPED:
        mx_say("interrupted: no results were written");
        return MX_EXIT_INTERRUPTED;
    case MX_SENSITIVITY_THREADS:
        mx_say("cannot start a thread");
        break;
    }
    return MX_EXIT_FAILURE;
}

static int run_study(struct mx_study_setup *setup, const struct mx_options *options)
{
    const char *terminal = getenv("TERM");
    struct display display = {.is_on = !options->quiet && isatty(STDERR_FILENO) &&
                                       terminal != NULL && strcmp(terminal, "dumb") != 0};
    struct mx_sensitivity *found;
    enum mx_sensitivity_status status;
    int code;

    if (options->out != NULL) {
        int error_number = mx_result_folder_prepare(options->out);

        if (error_number != 0) {
            return mx_cannot_write(options->out, error_number);
        }
    }
    mx_catch_interrupts();
    status = mx_sensitivity_run(
        &(struct mx_sensitivity_options){.study = setup->study,
                                         .preset_dirs = setup->dirs.names,
                                         .preset_dir_count = setup->dirs.count,
                                         .has_seed = options->has_seed,
                                         .seed = options->seed,
                                         .has_replications = options->has_replications,
                                         .replications = options->replications,
                                         .jobs = mx_choose_jobs(options),
                                         .look = look,
                                         .context = &display},
        &setup->mistakes, &found);
    if (display.is_shown) {
        (void)fputs("\r\033[K", stderr);
    }
    code = explain(status, setup, options);
    if (code == MX_EXIT_SUCCESS) {
        code = conclude(options, found);
    }
    mx_sensitivity_destroy(found);
    return code;
}

int mx_cmd_sensitivity(const struct mx_options *options)
{
    if (options->replications_auto) {
        mx_say("sensitivity takes a number of --replications, not \"auto\"");
        return MX_EXIT_USAGE;
    }
    return mx_study_command(options, MX_STUDY_SENSITIVITY, run_study);
}
