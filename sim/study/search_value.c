// SPDX-License-Identifier: GPL-3.0-or-later
/* search_value.c - one value of a search: simulated until its targets are decided. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/scenario/mistakes.h"
#include "sim/stats/metric_name.h"
#include "sim/study/design.h"
#include "sim/study/search_parts.h"

#define WAIT_US 100000

static double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool fail(struct mx_search *search, enum mx_search_status status)
{
    if (search->status == MX_SEARCH_OK) {
        search->status = status;
    }
    return false;
}

/* ---- starting ---- */

static void put_texts(const struct mx_search *search, const struct mx_solution_point *point,
                      const char **texts)
{
    const struct mx_study_plan *plan = &search->solution->study->plan;

    texts[plan->parameter] = point->text;
    if (plan->along >= 0) {
        texts[plan->along] = search->solution->rows[point->row].along_text;
    }
}

static void set_point(void *context, uint32_t point, struct mx_override *overrides)
{
    const struct mx_search *search = context;
    const char *texts[MX_STUDY_PARAMETERS_MAX];

    put_texts(search, &search->solution->points[point], texts);
    mx_study_overrides(search->solution->study, texts, overrides);
}

/* What is measured: the targets' metrics, and what shares are of. */
static bool collect_metrics(struct mx_search *search)
{
    const struct mx_study_texts *texts = &search->solution->study->plan.targets;
    struct mx_solution *solution = search->solution;
    bool good = true;

    solution->target_count = texts->count;
    solution->targets = calloc(texts->count + 1U, sizeof *solution->targets);
    for (uint32_t t = 0; solution->targets != NULL && t < texts->count; t++) {
        const char *start;
        size_t size = mx_expectation_metric_text(texts->item[t].text, &start);

        solution->targets[t].text = texts->item[t].text;
        (void)snprintf(solution->targets[t].metric, MX_METRIC_TEXT_SIZE, "%.*s",
                       (int)(size < 200 ? size : 200), start);
        search->metrics[t] = texts->item[t];
        search->metrics[t].text = strdup(solution->targets[t].metric);
        good = good && search->metrics[t].text != NULL;
    }
    search->metric_count = texts->count;
    for (uint32_t t = 0; solution->targets != NULL && t < texts->count; t++) {
        char sent[MX_METRIC_TEXT_SIZE];

        search->sent_metric[t] = UINT32_MAX;
        if (mx_metric_sent_text(solution->targets[t].metric, sent)) {
            search->sent_metric[t] = search->metric_count;
            search->metrics[search->metric_count] = texts->item[t];
            search->metrics[search->metric_count].text = strdup(sent);
            good = good && search->metrics[search->metric_count].text != NULL;
            search->metric_count++;
        }
    }
    return solution->targets != NULL && good;
}

static bool parse_targets(struct mx_search *search, const struct mx_plan *plan,
                          struct mx_mistakes *mistakes)
{
    const struct mx_study_texts *texts = &search->solution->study->plan.targets;
    size_t before = mistakes->count;

    for (uint32_t t = 0; t < texts->count; t++) {
        const struct mx_study_text *text = &texts->item[t];
        char error[300];

        if (!mx_expectation_parse(plan, text->text, &search->solution->targets[t].expectation,
                                  error, sizeof error)) {
            mx_mistakes_add(mistakes, text->file, text->line, text->key, "%s", error);
        }
    }
    return mistakes->count == before;
}

/* The scenario at the last or else the first candidate: what the targets say, and that it is
 * valid at all. */
static bool learn_scenario(struct mx_search *search, struct mx_mistakes *mistakes)
{
    struct mx_solution *solution = search->solution;
    const char *texts[MX_STUDY_PARAMETERS_MAX];
    struct mx_solution_point probe = {.row = 0};
    struct mx_override overrides[MX_STUDY_PARAMETERS_MAX * 16];
    const struct mx_point *point = NULL;
    bool good;

    for (int end = 0; end < 2 && point == NULL; end++) {
        struct mx_mistakes later = {0};

        (void)mx_search_candidate(search, end == 0 ? solution->candidate_count - 1 : 0, probe.text);
        put_texts(search, &probe, texts);
        mx_study_overrides(solution->study, texts, overrides);
        point = mx_point_take(search->source, overrides, mx_design_override_count(solution->study),
                              end == 0 ? mistakes : &later);
        mx_mistakes_fini(&later);
    }
    if (point == NULL) {
        return fail(search, MX_SEARCH_INVALID);
    }
    mx_mistakes_fini(mistakes);
    memcpy(solution->scenario_sha256, point->plan->sha256, sizeof solution->scenario_sha256);
    good = parse_targets(search, point->plan, mistakes);
    mx_point_release(search->source, point);
    return good || fail(search, MX_SEARCH_INVALID);
}

bool mx_search_start(struct mx_search *search, struct mx_mistakes *mistakes)
{
    const struct mx_search_options *options = search->options;
    const struct mx_study *study = options->study;

    search->started_s = now_s();
    if (study->plan.targets.count > MX_SOLUTION_TARGETS_MAX) {
        mx_mistakes_add(mistakes, study->file, 0, "plan.targets", "at most %u targets",
                        MX_SOLUTION_TARGETS_MAX);
        return fail(search, MX_SEARCH_INVALID);
    }
    if (!collect_metrics(search)) {
        return fail(search, MX_SEARCH_NO_MEMORY);
    }
    search->source = mx_point_source_create(
        &(struct mx_point_options){.scenario = study->scenario,
                                   .overrides = study->overrides,
                                   .override_count = study->override_count,
                                   .preset_dirs = options->preset_dirs,
                                   .preset_dir_count = options->preset_dir_count,
                                   .metrics = search->metrics,
                                   .metric_count = search->metric_count,
                                   .loop = options->loop});
    if (search->source == NULL) {
        return fail(search, MX_SEARCH_NO_MEMORY);
    }
    if (!learn_scenario(search, mistakes)) {
        return false;
    }
    search->crew =
        mx_crew_create(&(struct mx_crew_options){.source = search->source,
                                                 .seed = search->solution->seed,
                                                 .jobs = options->jobs,
                                                 .metric_count = search->metric_count,
                                                 .override_count = mx_design_override_count(study),
                                                 .is_uncertain = options->is_uncertain,
                                                 .set = set_point,
                                                 .context = search},
                       &search->error_number);
    return search->crew != NULL ||
           fail(search, search->error_number == ENOMEM ? MX_SEARCH_NO_MEMORY : MX_SEARCH_THREADS);
}

void mx_search_fini(struct mx_search *search)
{
    mx_crew_destroy(search->crew);
    mx_point_source_destroy(search->source);
    for (uint32_t m = 0; m < search->metric_count; m++) {
        free(search->metrics[m].text);
    }
    for (size_t i = 0; search->solution != NULL && i < search->solution->point_count; i++) {
        free(search->samples[i]);
    }
    free(search->samples);
    free(search->listed);
}

/* ---- judging ---- */

static double sum_of(const double *values, uint32_t count)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

static struct mx_interval interval_of(const struct mx_search *search, size_t target,
                                      const double *sample, uint32_t count)
{
    const struct mx_solution *solution = search->solution;
    const double *values = &sample[target * solution->replications_max];
    uint32_t sent = search->sent_metric[target];
    double cases;

    if (sent != UINT32_MAX) {
        cases = sum_of(&sample[(size_t)sent * solution->replications_max], count);
        if (cases > 0) {
            return mx_interval_mean_share(values, count, cases, solution->confidence_each);
        }
    }
    return mx_interval_clip(mx_interval_mean(values, count, solution->confidence_each),
                            mx_metric_range(solution->targets[target].metric));
}

/* The share of replications whose own value meets the target. */
static void judge_share(const struct mx_solution *solution, uint32_t count, const double *values,
                        const struct mx_expectation *expectation, struct mx_solution_value *value)
{
    struct mx_interval interval;
    uint32_t met = 0;

    for (uint32_t r = 0; r < count; r++) {
        met += !isnan(values[r]) && mx_expectation_meets(expectation, values[r]);
    }
    interval = mx_interval_share(met, count, solution->confidence_each);
    *value = (struct mx_solution_value){.is_known = true,
                                        .mean = (double)met / count,
                                        .low = interval.low,
                                        .high = interval.high,
                                        .margin = interval.low - solution->assurance};
    value->outcome = value->low >= solution->assurance   ? MX_EXPECT_PASS
                     : value->high < solution->assurance ? MX_EXPECT_FAIL
                                                         : MX_EXPECT_UNDECIDED;
}

static void judge_target(const struct mx_search *search, const struct mx_solution_point *point,
                         const double *sample, size_t target, struct mx_solution_value *value)
{
    const struct mx_solution *solution = search->solution;
    const struct mx_expectation *expectation = &solution->targets[target].expectation;
    const double *values = &sample[target * solution->replications_max];
    bool is_floor =
        expectation->comparison == MX_AT_LEAST || expectation->comparison == MX_MORE_THAN;
    struct mx_interval interval;
    bool low, high;

    if (solution->assurance > 0) {
        judge_share(solution, point->replications, values, expectation, value);
        return;
    }
    *value = (struct mx_solution_value){.is_known = true, .outcome = MX_EXPECT_FAIL};
    for (uint32_t r = 0; r < point->replications; r++) {
        value->is_known = value->is_known && !isnan(values[r]);
    }
    if (!value->is_known) {
        value->mean = value->low = value->high = value->margin = NAN;
        return;
    }
    interval = interval_of(search, target, sample, point->replications);
    value->mean = sum_of(values, point->replications) / point->replications;
    value->low = interval.low < value->mean ? interval.low : value->mean;
    value->high = interval.high > value->mean ? interval.high : value->mean;
    value->margin = is_floor ? value->low - expectation->bound : expectation->bound - value->high;
    low = mx_expectation_meets(expectation, value->low);
    high = mx_expectation_meets(expectation, value->high);
    value->outcome = low != high ? MX_EXPECT_UNDECIDED : low ? MX_EXPECT_PASS : MX_EXPECT_FAIL;
}

/* One target missed is enough to miss; all must be met. */
static void judge(const struct mx_search *search, size_t index)
{
    const struct mx_solution *solution = search->solution;
    struct mx_solution_point *point = &solution->points[index];

    point->outcome = point->error != NULL ? MX_EXPECT_FAIL : MX_EXPECT_PASS;
    for (size_t t = 0; t < solution->target_count && point->error == NULL; t++) {
        struct mx_solution_value *value = &point->targets[t];

        judge_target(search, point, search->samples[index], t, value);
        if (value->outcome == MX_EXPECT_FAIL ||
            (value->outcome == MX_EXPECT_UNDECIDED && point->outcome == MX_EXPECT_PASS)) {
            point->outcome = value->outcome;
        }
    }
}

void mx_search_judge_all(struct mx_search *search)
{
    for (size_t i = 0; i < search->solution->point_count; i++) {
        judge(search, i);
    }
}

/* ---- simulating ---- */

static bool look(struct mx_search *search, const struct mx_solution_point *point, uint32_t done,
                 uint32_t wanted)
{
    const struct mx_search_view view = {.value_count = search->solution->point_count,
                                        .text = point->text,
                                        .done_count = done,
                                        .replication_count = wanted,
                                        .elapsed_s = now_s() - search->started_s};

    return search->options->look == NULL ||
           search->options->look(search->options->context, &view) ||
           fail(search, MX_SEARCH_STOPPED);
}

static void keep(struct mx_search *search, struct mx_crew_result *result)
{
    struct mx_solution_point *point = &search->solution->points[result->task.point];
    double *sample = search->samples[result->task.point];

    switch (result->status) {
    case MX_CREW_DONE:
        for (uint32_t m = 0; m < search->metric_count; m++) {
            sample[(size_t)m * search->solution->replications_max + result->task.replication] =
                result->values[m];
        }
        break;
    case MX_CREW_INVALID:
        if (point->error == NULL || result->task.replication < point->error_replication) {
            free(point->error);
            point->error = result->text;
            point->error_replication = result->task.replication;
            result->text = NULL;
        }
        break;
    case MX_CREW_NO_MEMORY:
    case MX_CREW_STOPPED:
    case MX_CREW_STATUS_COUNT:
        (void)fail(search, MX_SEARCH_NO_MEMORY);
        break;
    }
}

/* Up to `wanted` replications of a point. */
static bool simulate(struct mx_search *search, size_t index, uint32_t wanted)
{
    struct mx_solution_point *point = &search->solution->points[index];
    uint32_t done = point->replications, given = done;

    while (done < wanted && search->status == MX_SEARCH_OK) {
        struct mx_crew_result *result;

        while (given < wanted && mx_crew_pending(search->crew) < 2 * search->options->jobs) {
            if (!mx_crew_give(search->crew, (struct mx_crew_task){(uint32_t)index, given})) {
                return fail(search, MX_SEARCH_NO_MEMORY);
            }
            given++;
        }
        result = mx_crew_take(search->crew, WAIT_US);
        for (; result != NULL; result = mx_crew_take(search->crew, 0)) {
            keep(search, result);
            mx_crew_result_destroy(result);
            done++;
        }
        if (!look(search, point, done, wanted)) {
            return false;
        }
    }
    point->replications = wanted;
    return search->status == MX_SEARCH_OK;
}

static bool find_point(const struct mx_solution *solution, uint32_t row, uint64_t candidate,
                       size_t *point)
{
    for (*point = 0; *point < solution->point_count; ++*point) {
        if (solution->points[*point].row == row &&
            solution->points[*point].candidate == candidate) {
            return true;
        }
    }
    return false;
}

static bool add_point(struct mx_search *search, uint32_t row, uint64_t candidate, size_t *index)
{
    struct mx_solution *solution = search->solution;

    if (solution->point_count == search->point_size) {
        size_t size = search->point_size == 0 ? 64 : 2 * search->point_size;
        struct mx_solution_point *points = realloc(solution->points, size * sizeof *points);
        double **samples;

        if (points == NULL) {
            return fail(search, MX_SEARCH_NO_MEMORY);
        }
        solution->points = points;
        samples = realloc(search->samples, size * sizeof *samples);
        if (samples == NULL) {
            return fail(search, MX_SEARCH_NO_MEMORY);
        }
        search->samples = samples;
        search->point_size = size;
    }
    *index = solution->point_count;
    search->samples[*index] =
        calloc((size_t)search->metric_count * solution->replications_max + 1, sizeof(double));
    if (search->samples[*index] == NULL) {
        return fail(search, MX_SEARCH_NO_MEMORY);
    }
    solution->points[*index] = (struct mx_solution_point){.row = row, .candidate = candidate};
    solution->points[*index].number =
        mx_search_candidate(search, candidate, solution->points[*index].text);
    solution->point_count++;
    return true;
}

bool mx_search_try(struct mx_search *search, uint32_t row, uint64_t candidate, size_t *point)
{
    const struct mx_solution *solution = search->solution;

    if (!find_point(solution, row, candidate, point) && !add_point(search, row, candidate, point)) {
        return false;
    }
    for (;;) {
        const struct mx_solution_point *tried = &solution->points[*point];
        uint32_t wanted = tried->replications < solution->replications_max / 2
                              ? 2 * tried->replications
                              : solution->replications_max;

        if (tried->replications > 0 && (tried->outcome != MX_EXPECT_UNDECIDED ||
                                        tried->replications == solution->replications_max)) {
            return true;
        }
        if (!simulate(search, *point,
                      tried->replications == 0 ? solution->replications_first : wanted)) {
            return false;
        }
        judge(search, *point);
    }
}
