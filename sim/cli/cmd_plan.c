// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_plan.c - the smallest or largest value of a parameter that meets targets. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/stats/interval.h"
#include "sim/base/error.h"
#include "sim/base/outfile.h"
#include "sim/cli/live_view.h"
#include "sim/cli/running.h"
#include "sim/cli/study_setup.h"
#include "sim/result/plot_study.h"
#include "sim/result/result_folder.h"
#include "sim/result/solution_json.h"
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

/* ---- the tables ---- */

/* "99.91 (99.87 .. 99.95)" with what its outcome is. */
static void put_value(struct mx_grid *grid, const struct mx_solution *solution, size_t target,
                      const struct mx_solution_point *point)
{
    static const char *const marks[MX_EXPECT_OUTCOME_COUNT] = {
        [MX_EXPECT_PASS] = "yes", [MX_EXPECT_FAIL] = "no", [MX_EXPECT_UNDECIDED] = "unsure"};
    const struct mx_solution_value *value = &point->targets[target];
    const char *metric = solution->targets[target].metric;
    char text[MX_GRID_CELL_SIZE];

    if (point->error != NULL) {
        (void)mx_grid_put(grid, "not valid");
    } else if (!value->is_known) {
        (void)mx_grid_put(grid, "never reached  no");
    } else {
        (void)snprintf(text, sizeof text, "%.12s (%.12s .. %.12s) %s",
                       mx_metric_value_text(metric, value->mean).s,
                       mx_metric_value_text(metric, value->low).s,
                       mx_metric_value_text(metric, value->high).s, marks[value->outcome]);
        (void)mx_grid_put(grid, text);
    }
}

static int compare_points(const void *a, const void *b)
{
    const struct mx_solution_point *const *x = a, *const *y = b;

    if ((*x)->row != (*y)->row) {
        return (*x)->row < (*y)->row ? -1 : 1;
    }
    return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

/* Every value tried, in the order of its number. */
static void print_evidence(const struct mx_solution *solution)
{
    size_t columns = (solution->along != NULL ? 3U : 2U) + solution->target_count;
    struct mx_grid *grid = mx_grid_create(columns);
    const struct mx_solution_point **order = calloc(solution->point_count + 1, sizeof *order);

    for (size_t i = 0; order != NULL && i < solution->point_count; i++) {
        order[i] = &solution->points[i];
    }
    if (grid != NULL && order != NULL) {
        qsort(order, solution->point_count, sizeof *order, compare_points);
        if (solution->along != NULL) {
            (void)mx_grid_put(grid, solution->along->name);
        }
        (void)mx_grid_put(grid, solution->parameter->name);
        (void)mx_grid_put(grid, "runs");
        for (size_t t = 0; t < solution->target_count; t++) {
            (void)mx_grid_put(grid, solution->targets[t].text);
        }
        for (size_t i = 0; i < solution->point_count; i++) {
            char runs[16];

            if (solution->along != NULL) {
                (void)mx_grid_put(grid, solution->rows[order[i]->row].along_text);
            }
            (void)mx_grid_put(grid, order[i]->text);
            (void)snprintf(runs, sizeof runs, "%u", (unsigned)order[i]->replications);
            (void)mx_grid_put(grid, runs);
            for (size_t t = 0; t < solution->target_count; t++) {
                put_value(grid, solution, t, order[i]);
            }
        }
        mx_grid_print(grid, stdout);
    }
    free(order);
    mx_grid_destroy(grid);
}

static void print_margin(const struct mx_solution *solution, const struct mx_solution_row *row)
{
    const struct mx_solution_point *best = &solution->points[row->best];

    for (size_t t = 0; t < solution->target_count; t++) {
        const char *metric = solution->targets[t].metric;

        (void)printf("  margin        %s beyond %s\n",
                     mx_metric_value_text(metric, best->targets[t].margin).s,
                     solution->targets[t].text);
    }
    if (row->next >= 0 && row->binding >= 0) {
        (void)printf("  next          %s %s %s\n", solution->points[row->next].text,
                     solution->points[row->next].outcome == MX_EXPECT_UNDECIDED
                         ? "is not shown to meet"
                         : "does not meet",
                     solution->targets[row->binding].text);
    }
}

static void print_search(const struct mx_solution *solution, const struct mx_solution_row *row)
{
    if (!row->is_scanned) {
        (void)printf("  assumed       that it is monotone between the values tried; they do not "
                     "contradict it\n");
    } else if (row->spacing == 1) {
        (void)printf("  assumed       nothing: every value was tried, since more is not always "
                     "better here\n");
    } else {
        (void)printf("  assumed       that nothing happens between values tried: one in %llu "
                     "of %llu,\n                since more is not always better here\n",
                     (unsigned long long)row->spacing,
                     (unsigned long long)solution->candidate_count);
    }
}

static void print_solution(const struct mx_solution *solution, bool color)
{
    char sentence[MX_SOLUTION_TEXT_SIZE];

    (void)printf("%s\n\n", solution->study->title);
    for (size_t r = 0; r < solution->row_count; r++) {
        const struct mx_solution_row *row = &solution->rows[r];
        bool is_best = (int32_t)r == solution->best_row && solution->row_count > 1;

        mx_solution_sentence(solution, r, sentence);
        (void)printf("%s%s%s%s\n", color ? "\033[1m" : "", sentence, color ? "\033[0m" : "",
                     is_best ? "  <- best" : "");
        if (row->best >= 0) {
            print_margin(solution, row);
        }
        if (!isnan(row->cost)) {
            (void)printf("  cost          %s\n", mx_human_number(row->cost).s);
        }
        print_search(solution, row);
    }
    (void)printf("\n");
    print_evidence(solution);
    (void)printf("\nMean (interval), and whether the target is shown to be met.\nIntervals are of "
                 "%s, %.4g %% each, so that all of them hold\ntogether at %.4g %%. Seed %llu, the "
                 "same draws for every value.\n",
                 mx_interval_of(solution->is_uncertain), 100 * solution->confidence_each,
                 100 * solution->confidence, (unsigned long long)solution->seed);
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
    char *command = mx_study_command("plan", options, solution->seed, solution->replications_first,
                                     solution->is_uncertain);
    char *text = command != NULL ? mx_solution_json(solution, command) : NULL;
    char failed[4096];
    int code = MX_EXIT_SUCCESS, error_number;

    free(command);
    if (text == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    if (options->json) {
        (void)fputs(text, stdout);
    }
    if (options->out != NULL) {
        error_number =
            mx_result_file_write(options->out, "answer.json", text, failed, sizeof failed);
        code = error_number != 0 ? mx_cannot_write(failed, error_number) : draw(options);
    }
    free(text);
    return code;
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
        if (!options->quiet && !options->json) {
            print_solution(solution, mx_color_allowed(STDOUT_FILENO));
        }
        code = write_results(solution, options);
    }
    if (code == MX_EXIT_SUCCESS && solution != NULL && solution->best_row < 0) {
        code = MX_EXIT_THRESHOLD;
    }
    mx_solution_destroy(solution);
    return code;
}

int mx_cmd_plan(const struct mx_options *options)
{
    struct mx_study_setup setup;
    int code;

    if (options->replications_auto) {
        mx_say("plan adds replications by itself; --replications takes the number to begin with");
        return MX_EXIT_USAGE;
    }
    code = mx_study_setup_load(&setup, options, MX_STUDY_PLAN)
               ? plan_study(&setup, options)
               : mx_study_setup_explain(&setup, options->operands[0]);
    mx_study_setup_fini(&setup);
    return code;
}
