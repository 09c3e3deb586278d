// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_sweep.c - a scenario at many settings, by threads and by processes, into one database. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stats/interval.h"
#include "sim/base/error.h"
#include "sim/base/outfile.h"
#include "sim/cli/live_view.h"
#include "sim/cli/running.h"
#include "sim/cli/study_setup.h"
#include "sim/study/sweep.h"

#define ROWS_SHOWN_MAX 40
#define FAILURES_SHOWN_MAX 5

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

/* ---- the table ---- */

struct printing {
    const struct mx_store_identity *identity;
    struct mx_grid *grid;
    bool good;
    uint32_t failures;
};

static void put(struct printing *printing, const char *text)
{
    printing->good = printing->good && mx_grid_put(printing->grid, text);
}

static void put_mean(struct printing *printing, const char *metric, const double *values)
{
    struct mx_estimate estimate;
    uint32_t count = printing->identity->replications;

    for (uint32_t r = 0; r < count; r++) {
        if (isnan(values[r])) {
            put(printing, "-");
            return;
        }
    }
    estimate = mx_estimate_of(values, count);
    put(printing, mx_metric_value_text(metric, estimate.mean).s);
}

static bool see_row(void *context, const struct mx_store_row *row)
{
    struct printing *printing = context;
    const struct mx_store_identity *identity = printing->identity;
    const struct mx_design *design = identity->design;
    char point[16];

    if (row->error != NULL) {
        printing->failures++;
        if (printing->failures <= FAILURES_SHOWN_MAX) {
            mx_say("point %u failed: %s", row->point, row->error);
        }
    }
    if (row->point >= ROWS_SHOWN_MAX) {
        return true;
    }
    (void)snprintf(point, sizeof point, "%u", row->point);
    put(printing, point);
    for (uint32_t p = 0; p < design->parameter_count; p++) {
        put(printing, design->text[(size_t)row->point * design->parameter_count + p]);
    }
    for (uint32_t m = 0; m < identity->metric_count; m++) {
        if (row->error != NULL) {
            put(printing, m == 0 ? "failed" : "");
        } else {
            put_mean(printing, identity->metrics[m].text,
                     &row->values[(size_t)m * identity->replications]);
        }
    }
    return true;
}

/* Also says which points failed. False when out of memory. */
static bool print_table(struct mx_sweep *sweep, bool is_quiet)
{
    const struct mx_store_identity *identity = mx_sweep_identity(sweep);
    size_t columns = 1U + identity->design->parameter_count + identity->metric_count;
    struct printing printing = {.identity = identity, .grid = mx_grid_create(columns)};

    printing.good = printing.grid != NULL;
    put(&printing, "point");
    for (uint32_t p = 0; p < identity->design->parameter_count; p++) {
        put(&printing, identity->study->parameters[p].name);
    }
    for (uint32_t m = 0; m < identity->metric_count; m++) {
        put(&printing, identity->metrics[m].text);
    }
    printing.good = printing.good && mx_store_each(mx_sweep_store(sweep), see_row, &printing);
    if (printing.failures > FAILURES_SHOWN_MAX) {
        mx_say("... and %u more points failed; see the view `failures` of the database",
               printing.failures - FAILURES_SHOWN_MAX);
    }
    if (printing.good && !is_quiet) {
        (void)printf("%s: %u points, %u replication%s each, seed %llu\n\n", identity->study->name,
                     (unsigned)identity->design->point_count, (unsigned)identity->replications,
                     identity->replications == 1 ? "" : "s", (unsigned long long)identity->seed);
        mx_grid_print(printing.grid, stdout);
        if (identity->design->point_count > ROWS_SHOWN_MAX) {
            (void)printf("... and %u more points in the database\n",
                         (unsigned)identity->design->point_count - ROWS_SHOWN_MAX);
        }
        if (identity->replications > 1) {
            (void)printf("\nMeans over the replications, which differ by %s;\n\"-\": undefined in "
                         "one of them.\n",
                         mx_interval_of(identity->is_uncertain));
        }
    }
    mx_grid_destroy(printing.grid);
    return printing.good;
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
    int code, error_number;

    if (!print_table(sweep, options->quiet)) {
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
    const struct mx_store_identity *identity = mx_sweep_identity(sweep);
    struct paths paths = {NULL, NULL};
    enum mx_sweep_status status;
    int code = find_paths(&paths, options), error_number = 0;
    char *command = mx_study_command("sweep", options, identity->seed, identity->replications,
                                     identity->is_uncertain);

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

/* Rank 0 says what is wrong; another one only where rank 0 found nothing. */
static int agree(const struct mx_study_setup *setup, const struct mx_options *options,
                 const struct mx_ranks *ranks, bool is_good)
{
    int code = is_good ? MX_EXIT_SUCCESS : MX_EXIT_INVALID;
    int first = ranks != NULL ? ranks->follow(ranks->context, code) : code;

    if (!is_good && (is_first(ranks) || first == MX_EXIT_SUCCESS)) {
        (void)mx_study_setup_explain(setup, options->operands[0]);
    }
    return ranks != NULL ? ranks->agree(ranks->context, code) : code;
}

static int sweep_with(const struct mx_options *options, const struct mx_ranks *ranks)
{
    bool is_shared = ranks != NULL && ranks->count > 1;
    struct mx_live_view live;
    struct mx_study_setup setup;
    struct mx_sweep *sweep = NULL;
    int code;

    mx_live_view_init(&live, !options->quiet && is_first(ranks));
    if (mx_study_setup_load(&setup, options, MX_STUDY_SWEEP)) {
        sweep = mx_sweep_create(
            &(struct mx_sweep_options){
                .study = setup.study,
                .preset_dirs = setup.dirs.names,
                .preset_dir_count = setup.dirs.count,
                .has_seed = options->has_seed,
                .seed = options->seed,
                .has_replications = options->has_replications,
                .replications = options->replications,
                .is_uncertain = options->uncertain,
                .jobs = is_shared && !options->has_jobs ? 1 : mx_choose_jobs(options),
                .ranks = ranks,
                .look = look,
                .context = &live},
            &setup.mistakes);
    }
    code = agree(&setup, options, ranks, sweep != NULL);
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
    if (options->replications_auto) {
        mx_say("sweep takes a number of --replications, not \"auto\"");
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
