// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity_study.c - see sensitivity_study.h. */
#include "sim/study/sensitivity_study.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/factors.h"
#include "sim/scenario/mistakes.h"
#include "sim/stats/interval.h"
#include "sim/study/point.h"

#define GROUPS_FROM_FACTORS 40U /* so many each alone, more in groups */
#define GROUP_BY_DEFAULT 3U     /* "providers.gmail.reputation" */
#define TRAJECTORIES_DEFAULT 10U
#define ROWS_DEFAULT 128U
#define RESAMPLES 1000U

static const char *const default_metrics[] = {"delivered_rate", "deferrals_per_message",
                                              "time_until_99pct_s"};
#define DEFAULT_METRIC_COUNT (sizeof default_metrics / sizeof default_metrics[0])

/* Factors: parameters of the study first, then assumed[] of the base plan's factors. */
struct work {
    const struct mx_sensitivity_options *options;
    const struct mx_study *study;
    struct mx_mistakes *mistakes;
    struct mx_point_source *source;
    const struct mx_point *base;
    struct mx_study_text *metrics;
    struct mx_sensitivity *found;
    size_t *assumed;
    uint32_t *group_of;
    pthread_mutex_t lock; /* guards mistakes */

    /* the phase under way */
    int phase;
    void (*put_place)(const struct work *work, uint64_t point, double *place);
    double *values; /* [point][replication][metric] */
    const void *design;
};

static uint32_t parameter_count(const struct work *work)
{
    return work->study->parameter_count;
}

/* ---- one point ---- */

/* Overrides of a place; those of parameters borrow texts from `texts`. */
static bool put_overrides(const struct work *work, const double *place,
                          char (*texts)[MX_PARAMETER_TEXT_SIZE], struct mx_factor_set *assumed,
                          struct mx_override **all, size_t *count)
{
    const struct mx_plan *plan = work->base->plan;
    double *of_plan = calloc(plan->factor_count + 1, sizeof *of_plan);
    size_t size = plan->factor_count + 1;

    *count = 0;
    *all = NULL;
    *assumed = (struct mx_factor_set){0};
    if (of_plan == NULL) {
        return false;
    }
    for (size_t i = 0; i < plan->factor_count; i++) {
        of_plan[i] = MX_PLACE_AS_IS;
    }
    for (uint32_t f = parameter_count(work); f < work->found->factor_count; f++) {
        of_plan[work->assumed[f - parameter_count(work)]] = place[f];
    }
    for (uint32_t p = 0; p < parameter_count(work); p++) {
        size += work->study->parameters[p].path_count;
    }
    *all = calloc(size, sizeof **all);
    if (*all == NULL || !mx_factors_set(plan, of_plan, assumed)) {
        free(of_plan);
        return false;
    }
    free(of_plan);
    for (uint32_t p = 0; p < parameter_count(work); p++) {
        const struct mx_parameter *parameter = &work->study->parameters[p];
        const char *text;

        if (place[p] < 0) {
            continue;
        }
        (void)mx_parameter_at(parameter, place[p] < 1 ? place[p] : 1 - 1e-9, texts[p], &text);
        for (uint32_t i = 0; i < parameter->path_count; i++) {
            (*all)[(*count)++] = (struct mx_override){parameter->paths[i], text};
        }
    }
    for (size_t i = 0; i < assumed->count; i++) {
        (*all)[(*count)++] = assumed->item[i];
    }
    return true;
}

/* NULL: mistakes were added, or out of memory. */
static const struct mx_point *take_point(struct work *work, const double *place)
{
    char(*texts)[MX_PARAMETER_TEXT_SIZE] = calloc(parameter_count(work) + 1, sizeof *texts);
    struct mx_factor_set assumed = {0};
    struct mx_override *all = NULL;
    struct mx_mistakes mistakes = {.item = NULL};
    const struct mx_point *point = NULL;
    size_t count;

    if (texts != NULL && put_overrides(work, place, texts, &assumed, &all, &count)) {
        point = mx_point_take(work->source, all, count, &mistakes);
    }
    (void)pthread_mutex_lock(&work->lock);
    for (size_t i = 0; i < mistakes.count; i++) {
        const struct mx_mistake *item = &mistakes.item[i];

        mx_mistakes_add(work->mistakes, item->file, item->line, item->key, "%s", item->text);
    }
    (void)pthread_mutex_unlock(&work->lock);
    mx_mistakes_fini(&mistakes);
    mx_factor_set_fini(&assumed);
    free(all);
    free(texts);
    return point;
}

static enum mx_workers_status run_task(void *context, uint32_t task, struct mx_progress *progress,
                                       void **made, int *error_number)
{
    struct work *work = context;
    const struct mx_sensitivity *found = work->found;
    uint64_t at = task / found->replications;
    double *place = calloc(found->factor_count + 1, sizeof *place);
    const struct mx_point *point;
    enum mx_engine_status status = MX_ENGINE_NO_MEMORY;

    *made = NULL;
    *error_number = 0;
    if (place == NULL) {
        return MX_WORKERS_NO_MEMORY;
    }
    work->put_place(work, at, place);
    point = take_point(work, place);
    free(place);
    if (point == NULL) {
        return MX_WORKERS_FAILED;
    }
    status = mx_point_run(work->source, point, found->seed, task % found->replications, progress,
                          &work->values[(size_t)task * found->metric_count]);
    mx_point_release(work->source, point);
    return status == MX_ENGINE_OK          ? MX_WORKERS_OK
           : status == MX_ENGINE_NO_MEMORY ? MX_WORKERS_NO_MEMORY
                                           : MX_WORKERS_STOPPED;
}

/* What is never reached counts as the horizon, the least that it can be. */
static enum mx_workers_status merge_task(void *context, uint32_t task, void *made,
                                         int *error_number)
{
    struct work *work = context;
    const struct mx_sensitivity *found = work->found;
    double *values = &work->values[(size_t)task * found->metric_count];

    (void)made;
    (void)error_number;
    for (uint32_t m = 0; m < found->metric_count; m++) {
        if (isnan(values[m]) && mx_metric_is_quantile(work->base->metrics[m].metric)) {
            values[m] = found->horizon_s;
            found->metrics[m].never_count++;
        }
    }
    return MX_WORKERS_OK;
}

static void drop_task(void *context, uint32_t task, void *made)
{
    (void)context;
    (void)task;
    (void)made;
}

static bool look(void *context, const struct mx_replicate_view *view)
{
    const struct work *work = context;

    return work->options->look == NULL ||
           work->options->look(work->options->context, work->phase, view);
}

/* Simulate all points of a phase; work->values is made. */
static enum mx_sensitivity_status run_points(struct work *work, uint64_t point_count)
{
    const struct mx_sensitivity *found = work->found;
    uint64_t tasks = point_count * found->replications;
    double wall_s;
    uint32_t threads;
    int error_number;
    const struct mx_workers_options how = {
        .count = (uint32_t)tasks,
        .jobs = work->options->jobs,
        .horizon_us = work->base->plan->horizon_us,
        .work = run_task,
        .merge = merge_task,
        .drop = drop_task,
        .context = work,
        .look = look,
        .look_context = work,
    };

    if (tasks > UINT32_MAX / 2) {
        mx_mistakes_add(work->mistakes, work->study->file, 0, "sensitivity.points",
                        "more than %u runs", UINT32_MAX / 2);
        return MX_SENSITIVITY_INVALID;
    }
    free(work->values);
    work->values = calloc(tasks * found->metric_count, sizeof *work->values);
    if (work->values == NULL) {
        return MX_SENSITIVITY_NO_MEMORY;
    }
    work->found->point_count += point_count;
    switch (mx_workers_run(&how, &wall_s, &threads, &error_number)) {
    case MX_WORKERS_OK:
        return MX_SENSITIVITY_OK;
    case MX_WORKERS_STOPPED:
        return MX_SENSITIVITY_STOPPED;
    case MX_WORKERS_FAILED:
        return work->mistakes->count > 0 ? MX_SENSITIVITY_INVALID : MX_SENSITIVITY_NO_MEMORY;
    case MX_WORKERS_THREADS:
        return MX_SENSITIVITY_THREADS;
    case MX_WORKERS_NO_MEMORY:
    case MX_WORKERS_STATUS_COUNT:
        break;
    }
    return MX_SENSITIVITY_NO_MEMORY;
}

static double value_at(const struct work *work, uint64_t point, uint32_t replication, uint32_t m)
{
    const struct mx_sensitivity *found = work->found;

    return work->values[(point * found->replications + replication) * found->metric_count + m];
}

/* Means over the replications of every point, owned; NULL: out of memory. */
static double *means_of(const struct work *work, uint64_t point_count, uint32_t m)
{
    double *means = calloc(point_count + 1, sizeof *means);

    for (uint64_t p = 0; means != NULL && p < point_count; p++) {
        for (uint32_t r = 0; r < work->found->replications; r++) {
            means[p] += value_at(work, p, r, m) / work->found->replications;
        }
    }
    return means;
}

/* ---- the methods ---- */

static void place_of_morris(const struct work *work, uint64_t point, double *place)
{
    mx_morris_point(work->design, point, place);
}

static void place_of_sobol(const struct work *work, uint64_t point, double *place)
{
    mx_sobol_point(work->design, point, place);
}

static enum mx_sensitivity_status run_morris(struct work *work)
{
    struct mx_sensitivity *found = work->found;
    const struct mx_morris_design design = {.factor_count = found->factor_count,
                                            .group_count = found->group_count,
                                            .trajectory_count = found->size,
                                            .group_of = work->group_of,
                                            .seed = found->seed};
    struct mx_morris_effect *effects = calloc(found->group_count, sizeof *effects);
    enum mx_sensitivity_status status = MX_SENSITIVITY_NO_MEMORY;

    work->design = &design;
    work->put_place = place_of_morris;
    if (effects != NULL) {
        status = run_points(work, mx_morris_point_count(&design));
    }
    for (uint32_t m = 0; status == MX_SENSITIVITY_OK && m < found->metric_count; m++) {
        double *means = means_of(work, mx_morris_point_count(&design), m);

        if (means == NULL || !mx_morris_effects(&design, means, found->confidence, effects)) {
            status = MX_SENSITIVITY_NO_MEMORY;
        }
        for (uint32_t g = 0; status == MX_SENSITIVITY_OK && g < found->group_count; g++) {
            found->metrics[m].influence[g].morris = effects[g];
        }
        free(means);
    }
    free(effects);
    work->design = NULL;
    return status;
}

static enum mx_sensitivity_status run_sobol(struct work *work)
{
    struct mx_sensitivity *found = work->found;
    const struct mx_sobol_design design = {.factor_count = found->factor_count,
                                           .group_count = found->group_count,
                                           .row_count = found->size,
                                           .group_of = work->group_of,
                                           .seed = found->seed};
    struct mx_sobol_index *indices = calloc(found->group_count, sizeof *indices);
    struct mx_sobol_places *places = mx_sobol_places_create(&design);
    enum mx_sensitivity_status status = MX_SENSITIVITY_NO_MEMORY;

    found->is_quasi = mx_sobol_is_quasi(&design);
    work->design = places;
    work->put_place = place_of_sobol;
    if (indices != NULL && places != NULL) {
        status = run_points(work, mx_sobol_point_count(&design));
    }
    for (uint32_t m = 0; status == MX_SENSITIVITY_OK && m < found->metric_count; m++) {
        double *means = means_of(work, mx_sobol_point_count(&design), m);

        if (means == NULL ||
            mx_sobol_indices(&design, means, found->confidence, RESAMPLES, indices) == UINT32_MAX) {
            status = MX_SENSITIVITY_NO_MEMORY;
        }
        for (uint32_t g = 0; status == MX_SENSITIVITY_OK && g < found->group_count; g++) {
            found->metrics[m].influence[g].sobol = indices[g];
        }
        free(means);
    }
    mx_sobol_places_destroy(places);
    free(indices);
    work->design = NULL;
    return status;
}

/* Point 0: all as written; then each chosen factor at its low end and at its high end. */
static void place_alone(const struct work *work, uint64_t point, double *place)
{
    const uint32_t *chosen = work->design;

    for (uint32_t f = 0; f < work->found->factor_count; f++) {
        place[f] = MX_PLACE_AS_IS;
    }
    if (point > 0) {
        place[chosen[(point - 1) / 2]] = point % 2 == 1 ? 0.0 : 1.0;
    }
}

/* Mean and half-width of the change between two points, paired by replications. */
static double change(const struct work *work, uint64_t point, uint32_t m, double *differences,
                     double *half)
{
    uint32_t count = work->found->replications;
    double sum = 0;

    for (uint32_t r = 0; r < count; r++) {
        differences[r] = value_at(work, point, r, m) - value_at(work, 0, r, m);
        sum += differences[r];
    }
    *half = NAN;
    if (count >= 2 && !isnan(sum)) {
        struct mx_interval interval = mx_interval_mean(differences, count, work->found->confidence);

        *half = (interval.high - interval.low) / 2;
    }
    return sum / count;
}

static enum mx_sensitivity_status run_alone(struct work *work, const uint32_t *chosen,
                                            uint32_t count)
{
    struct mx_sensitivity *found = work->found;
    double *differences = calloc(found->replications, sizeof *differences);
    enum mx_sensitivity_status status = MX_SENSITIVITY_NO_MEMORY;

    work->phase = 1;
    work->design = chosen;
    work->put_place = place_alone;
    if (differences != NULL) {
        status = run_points(work, 1 + 2 * (uint64_t)count);
    }
    for (uint32_t m = 0; status == MX_SENSITIVITY_OK && m < found->metric_count; m++) {
        struct mx_sensitivity_metric *metric = &found->metrics[m];

        metric->base = 0;
        for (uint32_t r = 0; r < found->replications; r++) {
            metric->base += value_at(work, 0, r, m) / found->replications;
        }
        for (uint32_t i = 0; i < count; i++) {
            struct mx_swing *swing = &metric->swing[chosen[i]];

            found->factors[chosen[i]].is_tried = true;
            swing->low = change(work, 1 + 2 * (uint64_t)i, m, differences, &swing->low_half);
            swing->high = change(work, 2 + 2 * (uint64_t)i, m, differences, &swing->high_half);
        }
    }
    free(differences);
    work->design = NULL;
    return status;
}

/* Factors of the most influential groups by any of the metrics, or all of them. */
static uint32_t choose(const struct work *work, uint32_t *chosen, uint32_t *order)
{
    const struct mx_sensitivity *found = work->found;
    uint32_t refine = work->study->sensitivity.refine, count = 0;

    if (found->kind == MX_SENSITIVITY_ALONE) {
        for (uint32_t f = 0; f < found->factor_count; f++) {
            chosen[count++] = f;
        }
        return count;
    }
    for (uint32_t place = 0; place < refine && place < found->group_count; place++) {
        for (uint32_t m = 0; m < found->metric_count; m++) {
            (void)mx_sensitivity_order(found, m, order);
            for (uint32_t f = 0; f < found->factor_count; f++) {
                bool is_new = found->factors[f].group == order[place] &&
                              mx_sensitivity_influence(found, m, order[place]) > 0;

                for (uint32_t i = 0; is_new && i < count; i++) {
                    is_new = chosen[i] != f;
                }
                if (is_new && count < MX_REFINE_FACTORS_MAX) {
                    chosen[count++] = f;
                }
            }
        }
    }
    return count;
}

static enum mx_sensitivity_status run_all(struct work *work)
{
    const struct mx_sensitivity *found = work->found;
    uint32_t *chosen = calloc(found->factor_count, sizeof *chosen), count;
    uint32_t *order = calloc(found->group_count, sizeof *order);
    enum mx_sensitivity_status status = MX_SENSITIVITY_NO_MEMORY;

    if (chosen != NULL && order != NULL) {
        status = found->kind == MX_SENSITIVITY_MORRIS  ? run_morris(work)
                 : found->kind == MX_SENSITIVITY_SOBOL ? run_sobol(work)
                                                       : MX_SENSITIVITY_OK;
    }
    if (status == MX_SENSITIVITY_OK) {
        count = choose(work, chosen, order);
        status = run_alone(work, chosen, count);
    }
    free(chosen);
    free(order);
    return status;
}

/* ---- what is varied ---- */

static bool is_within(const char *path, const char *above)
{
    size_t size = strlen(above);

    return strncmp(path, above, size) == 0 &&
           (path[size] == '\0' || path[size] == '.' || path[size] == '[');
}

static bool is_wanted(const struct mx_study *study, const char *path)
{
    const struct mx_study_texts *only = &study->sensitivity.only;

    for (uint32_t i = 0; i < only->count; i++) {
        if (is_within(path, only->item[i].text)) {
            return true;
        }
    }
    return only->count == 0;
}

/* Set by a parameter of the study, which states a range of its own. */
static bool is_parameter(const struct mx_study *study, const char *path)
{
    for (uint32_t p = 0; p < study->parameter_count; p++) {
        for (uint32_t i = 0; i < study->parameters[p].path_count; i++) {
            if (strcmp(study->parameters[p].paths[i], path) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Each text of `only` has to mean something. */
static void check_only(const struct work *work)
{
    const struct mx_study_texts *only = &work->study->sensitivity.only;
    const struct mx_plan *plan = work->base->plan;

    for (uint32_t i = 0; i < only->count; i++) {
        const struct mx_study_text *text = &only->item[i];
        bool is_used = false;

        for (size_t f = 0; f < plan->factor_count; f++) {
            is_used = is_used || is_within(plan->factors[f].path, text->text);
        }
        if (!is_used) {
            mx_mistakes_add(work->mistakes, text->file, text->line, text->key,
                            "nothing ASSUMED is called \"%.200s\" or stands below it", text->text);
        }
    }
}

/* The first `names` names of a path; 0: all of it. */
static size_t prefix_size(const char *path, uint32_t names)
{
    size_t size = 0;

    if (names == 0) {
        return strlen(path);
    }
    for (uint32_t n = 0; n < names && path[size] != '\0'; n++) {
        size += path[size] == '.' ? 1 : 0;
        size += strcspn(path + size, ".");
    }
    return size;
}

static bool is_called(const struct mx_sensitivity_group *group, const char *name, size_t size)
{
    return group->name != NULL && strlen(group->name) == size &&
           strncmp(group->name, name, size) == 0;
}

static bool put_group(struct work *work, uint32_t factor, const char *name, size_t size)
{
    struct mx_sensitivity *found = work->found;
    uint32_t g = 0;

    while (g < found->group_count && !is_called(&found->groups[g], name, size)) {
        g++;
    }
    if (g == found->group_count) {
        found->groups[g].name = strndup(name, size);
        if (found->groups[g].name == NULL) {
            return false;
        }
        found->group_count++;
    }
    found->groups[g].factor_count++;
    found->factors[factor].group = work->group_of[factor] = g;
    return true;
}

static bool fill_parameter(struct work *work, uint32_t p)
{
    const struct mx_parameter *parameter = &work->study->parameters[p];
    struct mx_sensitivity_factor *factor = &work->found->factors[p];
    char low[MX_PARAMETER_TEXT_SIZE], high[MX_PARAMETER_TEXT_SIZE];
    const char *low_text, *high_text;

    (void)mx_parameter_at(parameter, 0, low, &low_text);
    (void)mx_parameter_at(parameter, 1 - 1e-9, high, &high_text);
    factor->path = strdup(parameter->name);
    factor->value = strdup("as in the scenario");
    factor->low = strdup(low_text);
    factor->high = strdup(high_text);
    return factor->path != NULL && factor->value != NULL && factor->low != NULL &&
           factor->high != NULL && put_group(work, p, parameter->name, strlen(parameter->name));
}

static bool fill_assumed(struct work *work, uint32_t f, const struct mx_plan_factor *from,
                         uint32_t group_by)
{
    struct mx_sensitivity_factor *factor = &work->found->factors[f];
    char text[MX_RANGE_TEXT_SIZE];

    factor->path = strdup(from->path);
    factor->value = strdup(from->value);
    factor->low = strdup(mx_range_put(&from->range, from->range.low, text));
    factor->high = strdup(mx_range_put(&from->range, from->range.high, text));
    return factor->path != NULL && factor->value != NULL && factor->low != NULL &&
           factor->high != NULL &&
           put_group(work, f, factor->path, prefix_size(factor->path, group_by));
}

static bool fill_factors(struct work *work)
{
    const struct mx_plan *plan = work->base->plan;
    struct mx_sensitivity *found = work->found;
    uint32_t count = parameter_count(work), group_by = work->study->sensitivity.group_by;
    bool is_made;

    work->assumed = calloc(plan->factor_count + 1, sizeof *work->assumed);
    if (work->assumed == NULL) {
        return false;
    }
    for (size_t i = 0; work->study->sensitivity.assumed && i < plan->factor_count; i++) {
        if (!is_wanted(work->study, plan->factors[i].path) ||
            is_parameter(work->study, plan->factors[i].path)) {
            continue;
        }
        if (!plan->factors[i].is_settable) {
            mx_mistakes_add(work->mistakes, work->study->scenario, 0, plan->factors[i].path,
                            "ASSUMED, but this written-out plan has nothing that could be varied "
                            "there: use the scenario that it was made of");
        }
        work->assumed[count++ - parameter_count(work)] = i;
    }
    if (group_by == MX_GROUP_BY_AUTO) {
        group_by = count > GROUPS_FROM_FACTORS ? GROUP_BY_DEFAULT : 0;
    }
    found->group_by = found->kind == MX_SENSITIVITY_ALONE ? 0 : group_by;
    found->factor_count = count;
    found->factors = calloc(count + 1, sizeof *found->factors);
    found->groups = calloc(count + 1, sizeof *found->groups);
    work->group_of = calloc(count + 1, sizeof *work->group_of);
    is_made = found->factors != NULL && found->groups != NULL && work->group_of != NULL;
    for (uint32_t f = 0; is_made && work->mistakes->count == 0 && f < count; f++) {
        is_made =
            f < parameter_count(work)
                ? fill_parameter(work, f)
                : fill_assumed(work, f, &plan->factors[work->assumed[f - parameter_count(work)]],
                               found->group_by);
    }
    if (count == 0) {
        mx_mistakes_add(work->mistakes, work->study->scenario, 0, "",
                        "no value of this scenario is ASSUMED with a range: nothing to vary");
    }
    return is_made;
}

static bool fill_metrics(struct work *work)
{
    struct mx_sensitivity *found = work->found;

    found->metrics = calloc(found->metric_count, sizeof *found->metrics);
    for (uint32_t m = 0; found->metrics != NULL && m < found->metric_count; m++) {
        struct mx_sensitivity_metric *metric = &found->metrics[m];

        metric->name = strdup(work->metrics[m].text);
        metric->swing = calloc(found->factor_count + 1, sizeof *metric->swing);
        metric->influence = calloc(found->group_count + 1, sizeof *metric->influence);
        if (metric->name == NULL || metric->swing == NULL || metric->influence == NULL) {
            return false;
        }
        for (uint32_t f = 0; f < found->factor_count; f++) {
            metric->swing[f] = (struct mx_swing){NAN, NAN, NAN, NAN};
        }
    }
    return found->metrics != NULL;
}

/* ---- the whole ---- */

static bool choose_metrics(struct work *work)
{
    const struct mx_study_texts *own = &work->study->metrics;
    uint32_t count = own->count > 0 ? own->count : (uint32_t)DEFAULT_METRIC_COUNT;

    work->metrics = calloc(count, sizeof *work->metrics);
    work->found->metric_count = count;
    for (uint32_t m = 0; work->metrics != NULL && m < count; m++) {
        work->metrics[m] =
            own->count > 0 ? own->item[m]
                           : (struct mx_study_text){.text = (char *)(uintptr_t)default_metrics[m],
                                                    .file = work->study->file,
                                                    .key = (char *)(uintptr_t) "metrics"};
    }
    return work->metrics != NULL;
}

static bool fill_head(struct work *work)
{
    static const enum mx_sensitivity_kind kinds[MX_SENSITIVITY_METHOD_COUNT] = {
        [MX_METHOD_ONE_AT_A_TIME] = MX_SENSITIVITY_ALONE,
        [MX_METHOD_MORRIS] = MX_SENSITIVITY_MORRIS,
        [MX_METHOD_SOBOL] = MX_SENSITIVITY_SOBOL};
    const struct mx_sensitivity_options *options = work->options;
    const struct mx_study *study = work->study;
    const struct mx_plan *plan = work->base->plan;
    struct mx_sensitivity *found = work->found;
    uint32_t size = study->sensitivity.points;

    found->name = strdup(study->name);
    found->title = strdup(study->title != NULL ? study->title : "");
    found->scenario = strdup(study->scenario);
    found->sha256 = strdup(plan->sha256);
    found->kind = kinds[study->sensitivity.method];
    found->seed = options->has_seed ? options->seed : study->has_seed ? study->seed : plan->seed;
    found->replications = options->has_replications ? options->replications
                          : study->replications > 0 ? study->replications
                                                    : 1;
    found->size = found->kind == MX_SENSITIVITY_ALONE    ? 0
                  : size > 0                             ? size
                  : found->kind == MX_SENSITIVITY_MORRIS ? TRAJECTORIES_DEFAULT
                                                         : ROWS_DEFAULT;
    found->confidence = study->sensitivity.confidence;
    found->horizon_s = (double)plan->horizon_us / 1e6;
    return found->name != NULL && found->title != NULL && found->scenario != NULL &&
           found->sha256 != NULL;
}

static enum mx_sensitivity_status run_with_source(struct work *work)
{
    enum mx_sensitivity_status status = MX_SENSITIVITY_INVALID;

    work->base = mx_point_take(work->source, NULL, 0, work->mistakes);
    if (work->base == NULL) {
        return work->mistakes->count > 0 ? MX_SENSITIVITY_INVALID : MX_SENSITIVITY_NO_MEMORY;
    }
    check_only(work);
    if (!fill_head(work) || !fill_factors(work) || !fill_metrics(work)) {
        status = MX_SENSITIVITY_NO_MEMORY;
    } else if (work->mistakes->count == 0) {
        status = run_all(work);
    }
    mx_point_release(work->source, work->base);
    return status;
}

enum mx_sensitivity_status mx_sensitivity_run(const struct mx_sensitivity_options *options,
                                              struct mx_mistakes *mistakes,
                                              struct mx_sensitivity **found)
{
    const struct mx_study *study = options->study;
    struct work work = {.options = options, .study = study, .mistakes = mistakes};
    enum mx_sensitivity_status status = MX_SENSITIVITY_NO_MEMORY;

    *found = NULL;
    work.found = calloc(1, sizeof *work.found);
    if (work.found != NULL && choose_metrics(&work)) {
        work.source = mx_point_source_create(
            &(struct mx_point_options){.scenario = study->scenario,
                                       .overrides = study->overrides,
                                       .override_count = study->override_count,
                                       .preset_dirs = options->preset_dirs,
                                       .preset_dir_count = options->preset_dir_count,
                                       .metrics = work.metrics,
                                       .metric_count = work.found->metric_count});
    }
    if (work.source != NULL) {
        (void)pthread_mutex_init(&work.lock, NULL);
        status = run_with_source(&work);
        (void)pthread_mutex_destroy(&work.lock);
        mx_point_source_destroy(work.source);
    }
    free(work.values);
    free(work.metrics);
    free(work.assumed);
    free(work.group_of);
    if (status == MX_SENSITIVITY_OK) {
        *found = work.found;
    } else {
        mx_sensitivity_destroy(work.found);
    }
    return status;
}
