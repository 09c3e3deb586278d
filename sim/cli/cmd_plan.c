// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_plan.c - the smallest or largest value of a parameter that meets targets. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/outfile.h"
#include "sim/cli/live_view.h"
#include "sim/cli/running.h"
#include "sim/cli/study_setup.h"
#include "sim/result/plot_study.h"
#include "sim/result/solution_json.h"
#include "sim/result/solution_table.h"
#include "sim/study/search.h"

/* How many values are still to be tried is not known, so there is no remaining time: the share is
 * that of the value being tried. */
static bool look(void *context, const struct mx_search_view *view)
{
    char note[100];

    if (mx_was_interrupted()) {
        return false;
    }
    (void)snprintf(note, sizeof note, "value %zu: %.40s", view->value_count, view->text);
    mx_live_view_restart(context, view->value_count);
    mx_live_view_show(context, &(struct mx_live_state){.share = (double)view->done_count /
                                                                view->replication_count,
                                                       .elapsed_s = view->elapsed_s,
                                                       .done = view->done_count,
                                                       .count = view->replication_count,
                                                       .unit = "replications",
                                                       .note = note});
    return true;
}

/* ---- the command ---- */

static int draw(const struct mx_options *options)
{
    char text[1024] = "";
    const struct mx_plot_error error = {text, sizeof text};
    char *scripts = mx_find_plot_scripts();
    const struct mx_plot_request request = {.dir = options->out,
                                            .kind = "plan",
                                            .plots_dir = scripts,
                                            .formats =
                                                MX_PLOT_AS(MX_PLOT_SVG) | MX_PLOT_AS(MX_PLOT_PNG)};
    int code = scripts != NULL ? mx_plot_study_write(&request, &error) : MX_EXIT_FAILURE;

    if (code != MX_EXIT_SUCCESS) { /* the answer stands without its picture */
        mx_say("no picture: %s", scripts != NULL ? text : "out of memory");
    }
    free(scripts);
    return MX_EXIT_SUCCESS;
}

static int write_results(const struct mx_solution *solution, const struct mx_options *options)
{
    char *command = mx_study_command_line(options, "plan", solution->seed,
                                          solution->replications_first, solution->is_uncertain);
    char *text = command != NULL ? mx_solution_json(solution, command) : NULL;
    int code = mx_study_write_json(options, "answer.json", text);

    free(command);
    free(text);
    return code == MX_EXIT_SUCCESS && options->out != NULL ? draw(options) : code;
}

static int explain(enum mx_search_status status, int error_number,
                   const struct mx_study_setup *setup, const char *file)
{
    switch (status) {
    case MX_SEARCH_OK:
        return MX_EXIT_SUCCESS;
    case MX_SEARCH_STOPPED:
        mx_say("interrupted: no results were written");
        return MX_EXIT_INTERRUPTED;
    case MX_SEARCH_NO_MEMORY:
        mx_say("out of memory; fewer recipients or --jobs 1 need less");
        return MX_EXIT_FAILURE;
    case MX_SEARCH_THREADS:
        mx_say("cannot start a thread: %s", strerror(error_number));
        return MX_EXIT_FAILURE;
    case MX_SEARCH_INVALID:
        return mx_study_setup_explain(setup, file);
    case MX_SEARCH_STATUS_COUNT:
        break;
    }
    return MX_EXIT_FAILURE;
}

static int search(struct mx_study_setup *setup, const struct mx_options *options,
                  struct mx_solution **solution)
{
    struct mx_live_view live;
    enum mx_search_status status;
    int error_number;

    mx_live_view_init(&live, !options->quiet);
    mx_catch_interrupts();
    status =
        mx_search_run(&(struct mx_search_options){.study = setup->study,
                                                  .preset_dirs = setup->dirs.names,
                                                  .preset_dir_count = setup->dirs.count,
                                                  .has_seed = options->has_seed,
                                                  .seed = options->seed,
                                                  .has_replications = options->has_replications,
                                                  .replications = options->replications,
                                                  .is_uncertain = options->uncertain,
                                                  .jobs = mx_choose_jobs(options),
                                                  .look = look,
                                                  .context = &live},
                      solution, &setup->mistakes, &error_number);
    mx_live_view_clear(&live);
    return explain(status, error_number, setup, options->operands[0]);
}

static int plan_study(struct mx_study_setup *setup, const struct mx_options *options)
{
    struct mx_solution *solution = NULL;
    int error_number = options->out != NULL ? mx_make_dirs(options->out) : 0;
    int code = error_number != 0 ? mx_cannot_write(options->out, error_number)
                                 : search(setup, options, &solution);

    if (code == MX_EXIT_SUCCESS && solution != NULL) {
        if ((!options->quiet || options->has_format) && !options->json &&
            !mx_solution_table_print(solution, stdout, options->format,
                                     mx_color_allowed(STDOUT_FILENO))) {
            mx_say("out of memory");
            code = MX_EXIT_FAILURE;
        }
        code = code == MX_EXIT_SUCCESS ? write_results(solution, options) : code;
    }
    if (code == MX_EXIT_SUCCESS && solution != NULL && solution->best_row < 0) {
        code = MX_EXIT_THRESHOLD;
    }
    mx_solution_destroy(solution);
    return code;
}

int mx_cmd_plan(const struct mx_options *options)
{
    if (options->replications_auto) {
        mx_say("plan adds replications by itself; --replications takes the number to begin with");
        return MX_EXIT_USAGE;
    }
    return mx_study_command(options, MX_STUDY_PLAN, plan_study);
}
