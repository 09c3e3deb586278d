// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_sweep.c - a scenario at many settings, by threads and by processes, into one database. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/outfile.h"
#include "sim/cli/live_view.h"
#include "sim/cli/running.h"
#include "sim/cli/study_setup.h"
#include "sim/cli/sweep_table.h"
#include "sim/study/sweep.h"

static bool look(void *context, const struct mx_sweep_view *view)
{
    char note[64] = "";

    if (mx_was_interrupted()) {
        return false;
    }
    if (view->failed_count > 0) {
        (void)snprintf(note, sizeof note, "%u of %u points failed", (unsigned)view->failed_count,
                       (unsigned)view->point_count);
    }
    mx_live_view_show(context, &(struct mx_live_state){.share = (double)view->done_count /
                                                                (double)view->task_count,
                                                       .elapsed_s = view->elapsed_s,
                                                       .has_rest = view->left_s >= 0,
                                                       .rest_s = view->left_s,
                                                       .done = view->done_count,
                                                       .count = view->task_count,
                                                       .unit = "replications",
                                                       .note = note});
    return true;
}

/* ---- the command ---- */

static int check_expectations(struct mx_sweep *sweep)
{
    int64_t unmet = 0;

    if (!mx_store_unmet(mx_sweep_store(sweep), &unmet)) {
        mx_say("%s", mx_store_error(mx_sweep_store(sweep)));
        return MX_EXIT_FAILURE;
    }
    if (unmet > 0) {
        mx_say("%lld expectation%s of points not met; see the view `verdicts` of the database",
               (long long)unmet, unmet == 1 ? "" : "s");
    }
    return unmet > 0 ? MX_EXIT_THRESHOLD : MX_EXIT_SUCCESS;
}

/* MX_EXIT_PRECISION where a point is not as precise as wanted. */
static int check_precision(struct mx_sweep *sweep)
{
    const struct mx_store_identity *identity = mx_sweep_identity(sweep);
    struct mx_store *store = mx_sweep_store(sweep);
    int64_t capped = 0, undefined = 0;

    if (!mx_store_stopped(store, MX_STOP_CAP, &capped) ||
        !mx_store_stopped(store, MX_STOP_UNDEFINED, &undefined)) {
        mx_say("%s", mx_store_error(store));
        return MX_EXIT_FAILURE;
    }
    if (capped > 0) {
        mx_say("%lld of %u points are not as precise as wanted: stopped by the cap of %u "
               "replications (--replications-max); see the view `precision` of the database",
               (long long)capped, (unsigned)identity->design->point_count,
               (unsigned)identity->replications);
    }
    if (undefined > 0) {
        mx_say("at %lld of %u points what is to be precise is undefined in some replication: no "
               "number of them makes it precise",
               (long long)undefined, (unsigned)identity->design->point_count);
    }
    return capped + undefined > 0 ? MX_EXIT_PRECISION : MX_EXIT_SUCCESS;
}

static int explain(const struct mx_sweep *sweep, enum mx_sweep_status status, const char *path)
{
    switch (status) {
    case MX_SWEEP_OK:
        return MX_EXIT_SUCCESS;
    case MX_SWEEP_STOPPED:
        mx_say("interrupted; what is done is kept in %s, and the same command goes on", path);
        return MX_EXIT_INTERRUPTED;
    case MX_SWEEP_FAILED:
        mx_say("%s: %s", path, mx_sweep_error(sweep));
        return MX_EXIT_FAILURE;
    case MX_SWEEP_INVALID:
        mx_say("%s: %s", path, mx_sweep_error(sweep));
        return MX_EXIT_INVALID;
    case MX_SWEEP_STATUS_COUNT:
        break;
    }
    return MX_EXIT_FAILURE;
}

/* What rank 0 does with a finished sweep. */
static int conclude(struct mx_sweep *sweep, const struct mx_options *options, const char *csv)
{
    int code, precision, error_number;

    if (!mx_sweep_say_failures(sweep) ||
        ((!options->quiet || options->has_format) &&
         !mx_sweep_table_print(sweep, stdout, options->format, mx_color_allowed(STDOUT_FILENO)))) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    if (csv != NULL) {
        error_number = mx_sweep_write_csv(sweep, csv);
        if (error_number != 0) {
            return mx_cannot_write(csv, error_number);
        }
    }
    code = check_expectations(sweep);
    precision = check_precision(sweep);
    code = code == MX_EXIT_SUCCESS ? precision : code;
    if (!options->quiet && options->out != NULL) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "\nresults in %s/sweep.db and %s; `mxsim plot %s` draws them\n",
                      options->out, csv, options->out);
    }
    return code;
}

struct paths {
    char *db, *csv; /* owned; csv NULL with --db */
};

static int find_paths(struct paths *paths, const struct mx_options *options)
{
    const char *name = options->out != NULL ? options->out : options->db;
    size_t size = strlen(name) + 16;

    paths->db = malloc(size);
    paths->csv = options->out != NULL ? malloc(size) : NULL;
    if (paths->db == NULL || (options->out != NULL && paths->csv == NULL)) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    (void)snprintf(paths->db, size, "%s%s", name, options->out != NULL ? "/sweep.db" : "");
    if (paths->csv != NULL) {
        (void)snprintf(paths->csv, size, "%s/sweep.csv", name);
    }
    return MX_EXIT_SUCCESS;
}

static bool is_first(const struct mx_ranks *ranks)
{
    return ranks == NULL || ranks->rank == 0;
}

static int run_sweep(struct mx_sweep *sweep, struct mx_live_view *live,
                     const struct mx_options *options, const struct mx_ranks *ranks)
{
    struct paths paths = {NULL, NULL};
    enum mx_sweep_status status;
    int code = find_paths(&paths, options), error_number = 0;
    const struct mx_store_identity *identity = mx_sweep_identity(sweep);
    char *command = identity->is_auto
                        ? mx_study_command_line_auto(options, "sweep", identity->seed,
                                                     identity->replications, identity->is_uncertain)
                        : mx_study_command_line(options, "sweep", identity->seed,
                                                identity->replications, identity->is_uncertain);

    mx_sweep_set_command(sweep, command);
    if (code == MX_EXIT_SUCCESS && options->out != NULL && is_first(ranks)) {
        error_number = mx_make_dirs(options->out);
        code = error_number != 0 ? mx_cannot_write(options->out, error_number) : code;
    }
    code = ranks != NULL ? ranks->follow(ranks->context, code) : code;
    if (code == MX_EXIT_SUCCESS) {
        if (is_first(ranks)) { /* the others end when it says so */
            mx_catch_interrupts();
        }
        status = mx_sweep_run(sweep, paths.db);
        mx_live_view_clear(live);
        if (is_first(ranks)) {
            code = explain(sweep, status, paths.db);
            code = code == MX_EXIT_SUCCESS ? conclude(sweep, options, paths.csv) : code;
        }
    }
    free(command);
    free(paths.db);
    free(paths.csv);
    return code;
}

/* What the command line and the study say of "auto" together. False: said. */
static bool choose_auto(const struct mx_options *options, const struct mx_study *study,
                        struct mx_sweep_options *sweep)
{
    struct mx_options asked = *options;

    asked.replications_auto =
        options->replications_auto || (study->replications_auto && !options->has_replications);
    if (!mx_check_auto(&asked, options->precision.count + study->precision.count > 0)) {
        return false;
    }
    sweep->is_auto = asked.replications_auto;
    sweep->precisions = options->precision.items;
    sweep->precision_count = options->precision.count;
    sweep->replications_max = options->replications_max;
    return true;
}

/* Rank 0 says what is wrong; another one only where rank 0 found nothing. */
static int agree(const struct mx_study_setup *setup, const struct mx_options *options,
                 const struct mx_ranks *ranks, int code)
{
    int first = ranks != NULL ? ranks->follow(ranks->context, code) : code;

    if (code == MX_EXIT_INVALID && (is_first(ranks) || first == MX_EXIT_SUCCESS)) {
        (void)mx_study_setup_explain(setup, options->operands[0]);
    }
    return ranks != NULL ? ranks->agree(ranks->context, code) : code;
}

/* *sweep: owned, or NULL with an exit code. */
static int make_sweep(struct mx_study_setup *setup, const struct mx_options *options,
                      const struct mx_ranks *ranks, struct mx_live_view *live,
                      struct mx_sweep **sweep)
{
    bool is_shared = ranks != NULL && ranks->count > 1;
    struct mx_sweep_options how = {
        .has_seed = options->has_seed,
        .seed = options->seed,
        .has_replications = options->has_replications,
        .replications = options->replications,
        .is_uncertain = options->uncertain,
        .jobs = is_shared && !options->has_jobs ? 1 : mx_choose_jobs(options),
        .ranks = ranks,
        .look = look,
        .context = live,
    };

    *sweep = NULL;
    if (!mx_study_setup_load(setup, options, MX_STUDY_SWEEP)) {
        return MX_EXIT_INVALID;
    }
    if (!choose_auto(options, setup->study, &how)) {
        return MX_EXIT_USAGE;
    }
    how.study = setup->study;
    how.preset_dirs = setup->dirs.names;
    how.preset_dir_count = setup->dirs.count;
    *sweep = mx_sweep_create(&how, &setup->mistakes);
    return *sweep != NULL ? MX_EXIT_SUCCESS : MX_EXIT_INVALID;
}

static int sweep_with(const struct mx_options *options, const struct mx_ranks *ranks)
{
    struct mx_live_view live;
    struct mx_study_setup setup;
    struct mx_sweep *sweep;
    int code;

    mx_live_view_init(&live, !options->quiet && is_first(ranks));
    code = agree(&setup, options, ranks, make_sweep(&setup, options, ranks, &live, &sweep));
    if (code == MX_EXIT_SUCCESS) {
        code = run_sweep(sweep, &live, options, ranks);
    }
    mx_sweep_destroy(sweep);
    mx_study_setup_fini(&setup);
    return code;
}

int mx_cmd_sweep(const struct mx_options *options)
{
    const struct mx_ranks *ranks;
    int code;

    if ((options->out == NULL) == (options->db == NULL)) {
        mx_say("sweep needs one of --out DIR and --db FILE; see mxsim help sweep");
        return MX_EXIT_USAGE;
    }
    if (mx_ranks_are_launched() && !mx_ranks_are_built_in()) {
        mx_say(
            "this mxsim was built without MPI and cannot share a sweep; it can be started alone");
        return MX_EXIT_FAILURE;
    }
    ranks = mx_ranks_begin();
    code = sweep_with(options, ranks);
    if (ranks != NULL) {
        mx_ranks_end();
    }
    return code;
}
