// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep.c - see sweep.h: handing out and collecting. What ranks tell each other:
 * sweep_message.c. */
#include "sim/study/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/scenario/mistakes.h"
#include "sim/study/sweep_parts.h"

#define PROBED_MAX 16 /* points tried for a valid one */
#define FLUSH_EVERY_S 0.2
#define LOOK_EVERY_S 0.1
#define WAIT_ALONE_US 100000
#define WAIT_RANKS_US 300 /* then messages are looked for */

/* ---- making ---- */

static void add_metric(struct mx_sweep *sweep, const struct mx_study_text *text, size_t size,
                       const char *start, uint32_t *index)
{
    struct mx_study_text *metrics = sweep->metrics;

    for (*index = 0; *index < sweep->identity.metric_count; ++*index) {
        const char *known = metrics[*index].text;

        if (strlen(known) == size && memcmp(known, start, size) == 0) {
            return;
        }
    }
    metrics[*index] = *text;
    metrics[*index].text = strndup(start, size);
    sweep->identity.metric_count += metrics[*index].text != NULL;
}

/* The study's metrics, or the default ones, and those of its expectations; each once. */
static void collect_metrics(struct mx_sweep *sweep)
{
    const struct mx_study *study = sweep->options.study;
    struct mx_study_text place = {NULL, study->file, 0, (char *)(uintptr_t) "metrics"};
    uint32_t index;

    for (uint32_t m = 0; m < study->metrics.count; m++) {
        const struct mx_study_text *text = &study->metrics.item[m];

        add_metric(sweep, text, strlen(text->text), text->text, &index);
    }
    for (uint32_t m = 0; study->metrics.count == 0 && m < mx_point_default_metric_count; m++) {
        const char *name = mx_point_default_metrics[m];

        add_metric(sweep, &place, strlen(name), name, &index);
    }
    for (uint32_t e = 0; e < study->expect.count; e++) {
        const struct mx_study_text *text = &study->expect.item[e];
        const char *start;
        size_t size = mx_expectation_metric_text(text->text, &start);

        add_metric(sweep, text, size, start, &sweep->expectation_metric[e]);
    }
    for (uint32_t p = 0; p < sweep->identity.precision_count; p++) {
        const struct mx_study_text *text = &sweep->precision_texts[p];
        const char *colon = strrchr(text->text, ':');
        size_t size = colon != NULL ? (size_t)(colon - text->text) : strlen(text->text);

        add_metric(sweep, text, size, text->text, &sweep->precision_metric[p]);
    }
    sweep->identity.shown_count = sweep->identity.metric_count;
    for (uint32_t m = 0; m < sweep->identity.shown_count; m++) {
        char sent[MX_METRIC_TEXT_SIZE];

        sweep->sent_metric[m] = UINT32_MAX;
        if (mx_metric_sent_text(sweep->metrics[m].text, sent)) {
            add_metric(sweep, &sweep->metrics[m], strlen(sent), sent, &sweep->sent_metric[m]);
        }
    }
    for (uint32_t m = sweep->identity.shown_count; m < sweep->identity.metric_count; m++) {
        sweep->sent_metric[m] = UINT32_MAX;
    }
    sweep->identity.metrics = sweep->metrics;
    sweep->identity.sent_metric = sweep->sent_metric;
    sweep->identity.expectation_metric = sweep->expectation_metric;
    sweep->identity.expectations = sweep->expectations;
}

/* With "auto": those of the command line, or else the study's. */
static bool collect_precisions(struct mx_sweep *sweep, struct mx_mistakes *mistakes)
{
    const struct mx_sweep_options *options = &sweep->options;
    const struct mx_study *study = options->study;
    size_t count = options->precision_count > 0 ? options->precision_count : study->precision.count;

    if (!options->is_auto) {
        return true;
    }
    if (count > MX_PRECISION_COUNT_MAX) {
        mx_mistakes_add(mistakes, study->file, 0, "precision", "%zu of them; allowed: up to %u",
                        count, MX_PRECISION_COUNT_MAX);
        return false;
    }
    for (size_t p = 0; p < count; p++) {
        sweep->precision_texts[p] =
            options->precision_count > 0
                ? (struct mx_study_text){(char *)(uintptr_t)options->precisions[p], study->file, 0,
                                         (char *)(uintptr_t) "--precision"}
                : study->precision.item[p];
    }
    sweep->identity.is_auto = true;
    sweep->identity.precision_count = (uint32_t)count;
    sweep->identity.precision_texts = sweep->precision_texts;
    sweep->identity.precisions = sweep->precisions;
    sweep->identity.precision_metric = sweep->precision_metric;
    sweep->identity.replications = options->replications_max     ? options->replications_max
                                   : study->replications_max > 0 ? study->replications_max
                                                                 : MX_AUTO_REPLICATIONS_MAX;
    return true;
}

static bool parse_precisions(struct mx_sweep *sweep, const struct mx_plan *plan,
                             struct mx_mistakes *mistakes)
{
    size_t before = mistakes->count;

    for (uint32_t p = 0; p < sweep->identity.precision_count; p++) {
        const struct mx_study_text *text = &sweep->precision_texts[p];
        char error[300];

        if (!mx_precision_parse(plan, text->text, &sweep->precisions[p], error, sizeof error)) {
            mx_mistakes_add(mistakes, text->file, text->line, text->key, "%s", error);
        }
    }
    return mistakes->count == before;
}

static bool parse_expectations(struct mx_sweep *sweep, const struct mx_plan *plan,
                               struct mx_mistakes *mistakes)
{
    const struct mx_study *study = sweep->options.study;
    size_t before = mistakes->count;

    for (uint32_t e = 0; e < study->expect.count; e++) {
        const struct mx_study_text *text = &study->expect.item[e];
        char error[300];

        if (!mx_expectation_parse(plan, text->text, &sweep->expectations[e], error, sizeof error)) {
            mx_mistakes_add(mistakes, text->file, text->line, text->key, "%s", error);
        }
    }
    return mistakes->count == before;
}

static void set_point(void *context, uint32_t point, struct mx_override *overrides)
{
    const struct mx_sweep *sweep = context;

    mx_design_overrides(sweep->design, point, overrides);
}

/* Facts of the scenario, from the first of the points that is valid. */
static bool learn_scenario(struct mx_sweep *sweep, struct mx_mistakes *mistakes)
{
    const struct mx_study *study = sweep->options.study;
    size_t count = mx_design_override_count(study);
    struct mx_override *overrides = calloc(count + 1, sizeof *overrides);
    const struct mx_point *point = NULL;
    bool good = false;

    for (uint32_t i = 0;
         overrides != NULL && point == NULL && i < PROBED_MAX && i < sweep->design->point_count;
         i++) {
        struct mx_mistakes later = {0};

        mx_design_overrides(sweep->design, i, overrides);
        point = mx_point_take(sweep->source, overrides, count, i == 0 ? mistakes : &later);
        mx_mistakes_fini(&later);
    }
    if (point != NULL) {
        mx_mistakes_fini(mistakes);
        memcpy(sweep->identity.scenario_sha256, point->plan->sha256,
               sizeof sweep->identity.scenario_sha256);
        sweep->identity.replications = sweep->identity.replications > 0
                                           ? sweep->identity.replications
                                           : point->plan->replications;
        good = parse_expectations(sweep, point->plan, mistakes);
        good = parse_precisions(sweep, point->plan, mistakes) && good;
        mx_point_release(sweep->source, point);
    } else if (mistakes->count == 0) {
        mx_mistakes_add(mistakes, study->file, 0, "", "out of memory");
    }
    free(overrides);
    return good;
}

/* The seed decides a drawn design, so it is needed before the scenario is read: the study's, or
 * 1. */
static uint64_t choose_seed(const struct mx_sweep_options *options)
{
    if (options->has_seed) {
        return options->seed;
    }
    return options->study->has_seed ? options->study->seed : 1;
}

static bool prepare(struct mx_sweep *sweep, struct mx_mistakes *mistakes)
{
    const struct mx_sweep_options *options = &sweep->options;
    const struct mx_study *study = options->study;

    sweep->identity.study = study;
    sweep->identity.is_uncertain = options->is_uncertain;
    sweep->identity.seed = choose_seed(options);
    sweep->identity.replications =
        options->has_replications ? options->replications : study->replications;
    sweep->identity.digest = mx_sweep_digest_file;
    sweep->identity.context = sweep;
    if (!collect_precisions(sweep, mistakes)) {
        return false;
    }
    collect_metrics(sweep);
    sweep->design = mx_design_create(study, sweep->identity.seed);
    sweep->source = mx_point_source_create(
        &(struct mx_point_options){.scenario = study->scenario,
                                   .overrides = study->overrides,
                                   .override_count = study->override_count,
                                   .preset_dirs = options->preset_dirs,
                                   .preset_dir_count = options->preset_dir_count,
                                   .metrics = sweep->metrics,
                                   .metric_count = sweep->identity.metric_count,
                                   .loop = options->loop});
    if (sweep->design == NULL || sweep->source == NULL) {
        mx_mistakes_add(mistakes, study->file, 0, "", "out of memory");
        return false;
    }
    sweep->identity.design = sweep->design;
    if (sweep->design->point_count == 0) {
        mx_mistakes_add(mistakes, study->file, 0, "constraints",
                        "leave none of the %u points of the design", sweep->design->dropped_count);
        return false;
    }
    return learn_scenario(sweep, mistakes);
}

struct mx_sweep *mx_sweep_create(const struct mx_sweep_options *options,
                                 struct mx_mistakes *mistakes)
{
    struct mx_sweep *sweep = calloc(1, sizeof *sweep);

    if (sweep == NULL) {
        mx_mistakes_add(mistakes, options->study->file, 0, "", "out of memory");
        return NULL;
    }
    sweep->options = *options;
    if (!prepare(sweep, mistakes)) {
        mx_sweep_destroy(sweep);
        return NULL;
    }
    return sweep;
}

void mx_sweep_destroy(struct mx_sweep *sweep)
{
    if (sweep != NULL) {
        mx_store_close(sweep->store);
        mx_point_source_destroy(sweep->source);
        mx_design_destroy(sweep->design);
        for (uint32_t m = 0; m < sweep->identity.metric_count; m++) {
            free(sweep->metrics[m].text);
        }
        free(sweep->tasks);
        free(sweep->again);
        free(sweep->outstanding);
        free(sweep->slots);
        free(sweep);
    }
}

const char *mx_sweep_error(const struct mx_sweep *sweep)
{
    return sweep->error;
}

void mx_sweep_set_command(struct mx_sweep *sweep, const char *command)
{
    sweep->identity.command = command;
}

const struct mx_store_identity *mx_sweep_identity(const struct mx_sweep *sweep)
{
    return &sweep->identity;
}

struct mx_store *mx_sweep_store(struct mx_sweep *sweep)
{
    return sweep->store;
}

/* ---- running ---- */

void mx_sweep_fail(struct mx_sweep *sweep, enum mx_sweep_status status, const char *text)
{
    if (sweep->status == MX_SWEEP_OK) {
        sweep->status = status;
        (void)snprintf(sweep->error, sizeof sweep->error, "%s", text);
    }
}

static void fail_store(struct mx_sweep *sweep)
{
    mx_sweep_fail(sweep,
                  mx_store_status(sweep->store) == MX_STORE_INVALID ? MX_SWEEP_INVALID
                                                                    : MX_SWEEP_FAILED,
                  mx_store_error(sweep->store));
}

static double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Files come first: what is kept never stands there without what it was read from. */
static bool keep_files(struct mx_sweep *sweep)
{
    char name[MX_STORE_PATH_SIZE], sha256[65];
    bool good = true;

    while (good && mx_sweep_next_file(sweep, name, sha256)) {
        good = mx_store_add_file(sweep->store, name, sha256);
    }
    return good;
}

void mx_sweep_keep_file(struct mx_sweep *sweep, const char *name, const char *sha256)
{
    if (!mx_store_add_file(sweep->store, name, sha256)) {
        fail_store(sweep);
    }
}

void mx_sweep_keep(struct mx_sweep *sweep, const struct mx_crew_result *result)
{
    uint32_t point = result->task.point, replication = result->task.replication;
    bool good = keep_files(sweep);

    switch (result->status) {
    case MX_CREW_DONE:
        good = good &&
               mx_store_add(sweep->store, point, replication, result->sha256, result->values) &&
               mx_sweep_count_task(sweep, point, replication);
        break;
    case MX_CREW_INVALID:
        good = good && mx_store_add_failure(sweep->store, point, replication, result->text);
        if (good) {
            mx_sweep_count_failure(sweep, point);
        }
        break;
    case MX_CREW_NO_MEMORY:
        mx_sweep_fail(sweep, MX_SWEEP_FAILED,
                      "out of memory; fewer recipients or fewer --jobs need less");
        break;
    case MX_CREW_STOPPED:
    case MX_CREW_STATUS_COUNT:
        break;
    }
    if (!good) {
        fail_store(sweep);
    }
}

static void feed_crew(struct mx_sweep *sweep)
{
    struct mx_crew_task task;

    while (sweep->status == MX_SWEEP_OK && mx_crew_pending(sweep->crew) < 2 * sweep->options.jobs &&
           mx_sweep_next(sweep, &task)) {
        if (!mx_crew_give(sweep->crew, task)) {
            mx_sweep_fail(sweep, MX_SWEEP_FAILED, "out of memory");
        }
    }
}

static void look(struct mx_sweep *sweep, double started_s, uint64_t done_before)
{
    double now = now_s();
    struct mx_sweep_view view = {
        .point_count = sweep->design->point_count,
        .failed_count = mx_store_failed_count(sweep->store),
        .task_count = sweep->task_count,
        .done_count = sweep->done_count,
        .elapsed_s = now - started_s,
        .left_s = -1,
    };

    if (view.done_count > done_before) {
        view.left_s = view.elapsed_s * (double)(view.task_count - view.done_count) /
                      (double)(view.done_count - done_before);
    }
    if (now - sweep->flushed_s >= FLUSH_EVERY_S) {
        sweep->flushed_s = now;
        if (!mx_store_flush(sweep->store)) {
            fail_store(sweep);
        }
    }
    if (now - sweep->looked_s >= LOOK_EVERY_S) {
        sweep->looked_s = now;
        if (sweep->options.look != NULL && !sweep->options.look(sweep->options.context, &view)) {
            mx_sweep_fail(sweep, MX_SWEEP_STOPPED, "interrupted");
        }
    }
}

/* Rank 0, or this process alone. */
static void lead(struct mx_sweep *sweep)
{
    bool has_ranks = sweep->options.ranks != NULL && sweep->options.ranks->count > 1;
    double started_s = now_s();
    uint64_t done_before = sweep->done_count;

    sweep->flushed_s = sweep->looked_s = started_s;
    while (sweep->status == MX_SWEEP_OK) {
        struct mx_crew_result *result;

        feed_crew(sweep);
        if (has_ranks) {
            mx_sweep_serve_ranks(sweep);
        }
        if (mx_crew_pending(sweep->crew) == 0 && sweep->outstanding_total == 0 &&
            (!has_ranks || mx_sweep_ranks_are_here(sweep))) {
            break;
        }
        result = mx_crew_take(sweep->crew, has_ranks ? WAIT_RANKS_US : WAIT_ALONE_US);
        for (; result != NULL; result = mx_crew_take(sweep->crew, 0)) {
            mx_sweep_keep(sweep, result);
            mx_crew_result_destroy(result);
        }
        look(sweep, started_s, done_before);
    }
    if (has_ranks) {
        mx_sweep_end_ranks(sweep);
    }
    if (sweep->status == MX_SWEEP_OK ? !mx_store_finish(sweep->store)
                                     : !mx_store_flush(sweep->store)) {
        fail_store(sweep);
    }
}

static bool start_crew(struct mx_sweep *sweep)
{
    int error_number = 0;

    sweep->crew = mx_crew_create(
        &(struct mx_crew_options){.source = sweep->source,
                                  .seed = sweep->identity.seed,
                                  .jobs = sweep->options.jobs,
                                  .metric_count = sweep->identity.metric_count,
                                  .override_count = mx_design_override_count(sweep->options.study),
                                  .is_uncertain = sweep->options.is_uncertain,
                                  .set = set_point,
                                  .context = sweep},
        &error_number);
    if (sweep->crew == NULL) {
        char text[200];

        (void)snprintf(text, sizeof text, "cannot start a thread: %s", strerror(error_number));
        mx_sweep_fail(sweep, MX_SWEEP_FAILED, text);
    }
    return sweep->crew != NULL;
}

static bool open_store(struct mx_sweep *sweep, const char *path)
{
    sweep->store = mx_store_open(path, &sweep->identity);
    if (sweep->store == NULL) {
        mx_sweep_fail(sweep, MX_SWEEP_FAILED, "out of memory");
        return false;
    }
    if (mx_store_status(sweep->store) != MX_STORE_OK || !mx_sweep_begin_tasks(sweep)) {
        fail_store(sweep);
    }
    return sweep->status == MX_SWEEP_OK;
}

enum mx_sweep_status mx_sweep_run(struct mx_sweep *sweep, const char *path)
{
    const struct mx_ranks *ranks = sweep->options.ranks;

    if (ranks != NULL && ranks->rank > 0) {
        if (start_crew(sweep)) {
            mx_sweep_follow(sweep);
        }
    } else if (!mx_sweep_start_ranks(sweep) || !open_store(sweep, path) || !start_crew(sweep)) {
        mx_sweep_end_ranks(sweep);
    } else {
        lead(sweep);
    }
    mx_crew_destroy(sweep->crew);
    sweep->crew = NULL;
    return sweep->status;
}
