// SPDX-License-Identifier: GPL-3.0-or-later
/* compare.c - see compare.h. */
#include "sim/study/compare.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"

/* A round: the systems that are still in it, for each replication from..to. */
struct work {
    struct mx_comparison *comparison;
    const struct mx_compare_options *options;
    uint32_t *active; /* [system_count] */
    uint32_t active_count;
    uint32_t task_first, from; /* of this round */
    double *values;            /* [system_count] */
    bool is_out_of_memory;
};

/* Which system and replication a task of this round is. */
static struct mx_system *system_of(const struct work *work, uint32_t task, uint32_t *replication)
{
    uint32_t number = task - work->task_first;

    *replication = work->from + number / work->active_count;
    return &work->comparison->systems[work->active[number % work->active_count]];
}

static void begin_round(struct work *work, uint32_t task_first, uint32_t from)
{
    work->task_first = task_first;
    work->from = from;
    work->active_count = 0;
    for (uint32_t s = 0; s < work->comparison->system_count; s++) {
        if (!work->comparison->systems[s].is_out) {
            work->active[work->active_count++] = s;
        }
    }
}

static enum mx_workers_status simulate(void *context, uint32_t task, struct mx_progress *progress,
                                       void **made, int *error_number)
{
    struct work *work = context;
    struct mx_observation *observation = NULL;
    struct mx_engine_options options = {
        .seed = work->comparison->seed, .loop = work->options->loop, .progress = progress};
    const struct mx_system *system = system_of(work, task, &options.replication);
    const struct mx_replicate_plans *plans =
        work->options->plans != NULL ? &work->options->plans[system - work->comparison->systems]
                                     : NULL;
    const void *handle = NULL;
    const struct mx_plan *plan =
        plans != NULL ? plans->take(plans->context, options.replication, &handle) : system->plan;
    enum mx_engine_status status =
        plan != NULL ? mx_engine_run(plan, &options, &observation) : MX_ENGINE_NO_MEMORY;

    if (plans != NULL && plan != NULL) {
        plans->release(plans->context, handle);
    }

    *made = observation;
    *error_number = 0;
    switch (status) {
    case MX_ENGINE_OK:
        return MX_WORKERS_OK;
    case MX_ENGINE_NO_MEMORY:
        return MX_WORKERS_NO_MEMORY;
    case MX_ENGINE_STOPPED:
        break;
    }
    return MX_WORKERS_STOPPED;
}

static enum mx_workers_status merge(void *context, uint32_t task, void *made, int *error_number)
{
    struct work *work = context;
    uint32_t replication;
    struct mx_system *system = system_of(work, task, &replication);

    *error_number = 0;
    MX_CHECK(mx_summary_count(system->summary) == replication);
    mx_summary_add(system->summary, made);
    return MX_WORKERS_OK;
}

static void drop(void *context, uint32_t task, void *made)
{
    (void)context;
    (void)task;
    mx_observation_destroy(made);
}

/* One replication's values of the first metric; false where one is undefined. */
static bool fill_values(struct work *work, uint32_t replication)
{
    struct mx_comparison *comparison = work->comparison;

    for (uint32_t s = 0; s < comparison->system_count; s++) {
        const struct mx_scoped_metric *of = &comparison->scoped[s];

        if (!comparison->systems[s].is_out &&
            !mx_summary_value(comparison->systems[s].summary, replication, of->group, of->index,
                              of->metric, &work->values[s])) {
            return false;
        }
    }
    return true;
}

/* Returns how many replications there are to be. */
static uint32_t go_on_selecting(struct work *work, uint32_t made)
{
    struct mx_comparison *comparison = work->comparison;
    struct mx_selection *selection = comparison->selection;

    for (uint32_t r = selection->replication_count; r < made && !selection->is_decided; r++) {
        if (!fill_values(work, r)) {
            return made; /* undefined: no selection */
        }
        mx_selection_add(selection, work->values);
        for (uint32_t s = 0; s < comparison->system_count; s++) {
            comparison->systems[s].is_out = selection->systems[s].out_after > 0;
        }
    }
    return selection->is_decided ? made : made + 1U;
}

static uint32_t go_on_narrowing(struct work *work, uint32_t made)
{
    struct mx_comparison *comparison = work->comparison;
    double widest = 0;

    if (!mx_comparison_update(comparison)) {
        work->is_out_of_memory = true;
        return made;
    }
    for (size_t m = 0; m < comparison->metric_count; m++) {
        double wide = mx_comparison_wide(comparison, m);

        if (isinf(wide)) {
            return made; /* undefined, and stays so */
        }
        widest = wide > widest ? wide : widest;
    }
    return mx_stopping_next(made, widest);
}

static uint32_t ask_for_more(void *context, uint32_t task_count)
{
    struct work *work = context;
    uint32_t made = work->from + (task_count - work->task_first) / work->active_count;
    uint32_t wanted = work->comparison->selection != NULL ? go_on_selecting(work, made)
                                                          : go_on_narrowing(work, made);

    wanted = wanted < work->options->replication_count_max ? wanted
                                                           : work->options->replication_count_max;
    if (wanted <= made) {
        return task_count;
    }
    begin_round(work, task_count, made);
    return task_count + (wanted - made) * work->active_count;
}

static int64_t longest_horizon_us(const struct mx_comparison *comparison)
{
    int64_t longest_us = 0;

    for (size_t s = 0; s < comparison->system_count; s++) {
        int64_t horizon_us = comparison->systems[s].plan->horizon_us;

        longest_us = horizon_us > longest_us ? horizon_us : longest_us;
    }
    return longest_us;
}

static enum mx_replicate_status run_workers(struct work *work, int *error_number)
{
    const struct mx_compare_options *options = work->options;
    const struct mx_workers_options how = {
        .count = options->replication_count * (uint32_t)work->comparison->system_count,
        .jobs = options->jobs,
        .horizon_us = longest_horizon_us(work->comparison),
        .work = simulate,
        .merge = merge,
        .drop = drop,
        .more = ask_for_more,
        .context = work,
        .look = options->look,
        .look_context = options->context,
    };
    double wall_s;
    uint32_t worker_count;

    begin_round(work, 0, 0);
    switch (mx_workers_run(&how, &wall_s, &worker_count, error_number)) {
    case MX_WORKERS_OK:
        return work->is_out_of_memory ? MX_REPLICATE_NO_MEMORY : MX_REPLICATE_OK;
    case MX_WORKERS_STOPPED:
        return MX_REPLICATE_STOPPED;
    case MX_WORKERS_THREADS:
        return MX_REPLICATE_THREADS;
    case MX_WORKERS_NO_MEMORY:
    case MX_WORKERS_FAILED:
    case MX_WORKERS_STATUS_COUNT:
        break;
    }
    return MX_REPLICATE_NO_MEMORY;
}

enum mx_replicate_status mx_compare_run(struct mx_comparison *comparison,
                                        const struct mx_compare_options *options, int *error_number)
{
    struct work work = {.comparison = comparison, .options = options};
    enum mx_replicate_status status = MX_REPLICATE_NO_MEMORY;

    *error_number = 0;
    work.active = calloc(comparison->system_count, sizeof *work.active);
    work.values = calloc(comparison->system_count, sizeof *work.values);
    if (work.active != NULL && work.values != NULL) {
        status = run_workers(&work, error_number);
    }
    free(work.active);
    free(work.values);
    if (status == MX_REPLICATE_OK && !mx_comparison_update(comparison)) {
        status = MX_REPLICATE_NO_MEMORY;
    }
    return status;
}
