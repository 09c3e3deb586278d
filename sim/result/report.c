// SPDX-License-Identifier: GPL-3.0-or-later
/* report.c - the frame of the page, and the file. See report.h. */
#include "sim/result/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/outfile.h"
#include "sim/result/plot_study.h"
#include "sim/result/report_page.h"
#include "sim/result/report_parts.h"
#include "sim/result/report_study.h"

#define RUN_COUNT_MAX 16

size_t mx_report_live_count(const struct mx_report_runs *runs)
{
    size_t count = 0;

    for (size_t r = 0; r < runs->count; r++) {
        count += mx_report_is_live(&runs->run[r]);
    }
    return count;
}

static struct mx_plot_text subtitle(const struct mx_report_runs *runs)
{
    const struct mx_report_run *run = &runs->run[0];

    if (runs->count > 1) {
        return mx_plot_text_format("%zu runs side by side", runs->count);
    }
    if (mx_report_is_live(run)) {
        return mx_plot_text_clean("Mail that was sent, by mxsim send");
    }
    return mx_plot_text_format(
        "Scenario %s%s%s, %s replication%s%s", run->name, run->start != NULL ? ", from " : "",
        run->start != NULL ? run->start : "", mx_plot_count(run->replications).s,
        run->replications > 1.5 ? "s" : "",
        mx_report_is_uncertain(run) ? ", with the values as they are written" : "");
}

static int write_page(FILE *out, const struct mx_report_runs *runs,
                      const struct mx_report_request *request, const struct mx_plot_error *error)
{
    const size_t live = mx_report_live_count(runs);
    int code;

    static const struct mx_report_entry entries[] = {
        {"answer", "Answer"},     {"deliverability", "Deliverability"},
        {"pictures", "Pictures"}, {"assumed", "Assumptions"},
        {"words", "Words"},       {"again", "Reproduce"}};
    static const struct mx_report_entry live_entries[] = {{"answer", "Answer"},
                                                          {"deliverability", "Deliverability"},
                                                          {"pictures", "Pictures"},
                                                          {"words", "Words"},
                                                          {"again", "Origin"}};

    mx_report_begin(out, mx_report_headline(runs).s,
                    runs->count > 1 ? "mxsim report: runs side by side" : "mxsim report",
                    subtitle(runs).s);
    if (live < runs->count) {
        mx_report_contents(out, entries, sizeof entries / sizeof entries[0]);
    } else {
        mx_report_contents(out, live_entries, sizeof live_entries / sizeof live_entries[0]);
    }
    mx_report_answer(out, runs);
    mx_report_deliverability(out, runs);
    code = mx_report_pictures(out, runs, request->plots_dir, request->pictures_dir, error);
    if (live < runs->count) {
        mx_report_assumed(out, runs);
    }
    mx_report_words(out);
    mx_report_again(out, runs, request->out);
    mx_report_end(out, live == 0             ? "Simulated, not measured."
                       : live == runs->count ? "Of mail that was sent, not simulated."
                                             : "Some runs are simulated, some are of mail that was "
                                               "sent.");
    return code;
}

/* Runs of one scenario are told apart by their folders. */
static int tell_apart(struct mx_report_runs *runs, const struct mx_plot_error *error)
{
    for (size_t a = 0; a < runs->count; a++) {
        for (size_t b = 0; b < runs->count; b++) {
            struct mx_report_run *run = &runs->run[a];
            if (a != b && strcmp(run->name, runs->run[b].name) == 0) {
                char *label = strdup(run->dir);
                if (label == NULL) {
                    return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
                }
                free(run->label);
                run->label = label;
                break;
            }
        }
    }
    return 0;
}

/* runs: none for a study. */
static int write_file(const struct mx_report_runs *runs, const struct mx_report_request *request,
                      const struct mx_plot_error *error)
{
    int error_number = 0, code;
    struct mx_outfile *out = mx_outfile_open(request->out, &error_number);

    if (out == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s", request->out,
                            strerror(error_number));
    }
    code = runs->count > 0 ? write_page(mx_outfile_stream(out), runs, request, error)
                           : mx_report_study(mx_outfile_stream(out), request, error);
    if (code != 0) {
        mx_outfile_abort(out);
        return code;
    }
    error_number = mx_outfile_commit(out);
    return error_number == 0 ? 0
                             : mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s",
                                            request->out, strerror(error_number));
}

/* Of a folder that holds results: whether those of a run are among them. */
static bool has_run(const char *dir)
{
    char why[256] = "";

    return mx_plot_folder_check(dir, "outcomes", &(struct mx_plot_error){why, sizeof why}) == 0;
}

int mx_report_write(const struct mx_report_request *request, char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    struct mx_report_runs runs = {.count = 0};
    int code = 0;

    error[0] = '\0';
    if (request->dir_count > RUN_COUNT_MAX) {
        return mx_plot_fail(&keep, MX_EXIT_USAGE, "a report holds up to %d runs, not %zu",
                            RUN_COUNT_MAX, request->dir_count);
    }
    for (size_t d = 0; d < request->dir_count && code == 0; d++) {
        code = mx_plot_folder_check(request->dirs[d], "all", &keep);
        if (code == 0 && request->dir_count > 1 && !has_run(request->dirs[d])) {
            code = mx_plot_fail(&keep, MX_EXIT_INVALID,
                                "%s holds a study, which has a page of its own: mxsim report %s",
                                request->dirs[d], request->dirs[d]);
        }
    }
    if (code != 0) {
        return code;
    }
    if (request->dir_count == 1 && mx_report_is_study(request->dirs[0])) {
        return write_file(&runs, request, &keep);
    }
    runs.run = calloc(request->dir_count, sizeof *runs.run);
    if (runs.run == NULL) {
        return mx_plot_fail(&keep, MX_EXIT_FAILURE, "out of memory");
    }
    while (code == 0 && runs.count < request->dir_count) {
        code = mx_report_run_init(&runs.run[runs.count], request->dirs[runs.count], &keep);
        runs.count += code == 0 ? 1 : 0;
    }
    if (code == 0) {
        code = tell_apart(&runs, &keep);
    }
    if (code == 0) {
        code = write_file(&runs, request, &keep);
    }
    for (size_t r = 0; r < runs.count; r++) {
        mx_report_run_fini(&runs.run[r]);
    }
    free(runs.run);
    return code;
}
