// SPDX-License-Identifier: GPL-3.0-or-later
/* replicate.c - replications as tasks of worker threads. See replicate.h. */
#include "sim/study/replicate.h"

#include <stdlib.h>

#include "sim/study/trace_parts.h"

struct work {
    const struct mx_plan *plan;
    const struct mx_replicate_options *options;
    struct mx_results *results;
    struct mx_trace_parts *parts;
};

/* Simulate, and write the trace's part. */
static enum mx_workers_status simulate(void *context, uint32_t replication,
                                       struct mx_progress *progress, void **made, int *error_number)
{
    struct work *work = context;
    struct mx_observation *observation = NULL;
    struct mx_engine_options options = {
        .seed = work->options->seed,
        .replication = replication,
        .loop = work->options->loop,
        .progress = progress,
    };
    enum mx_engine_status status;

    if (work->parts != NULL) {
        options.trace = mx_trace_parts_open(work->parts, replication, error_number);
        if (options.trace == NULL) {
            return MX_WORKERS_FAILED;
        }
    }
    status = mx_engine_run(work->plan, &options, &observation);
    *made = observation;
    if (options.trace != NULL) {
        *error_number = mx_trace_close(options.trace);
    }
    switch (status) {
    case MX_ENGINE_OK:
        return *error_number == 0 ? MX_WORKERS_OK : MX_WORKERS_FAILED;
    case MX_ENGINE_NO_MEMORY:
        return MX_WORKERS_NO_MEMORY;
    case MX_ENGINE_STOPPED:
        break;
    }
    return MX_WORKERS_STOPPED;
}

static enum mx_workers_status merge(void *context, uint32_t replication, void *made,
                                    int *error_number)
{
    struct work *work = context;

    if (!mx_results_add(work->results, made)) {
        return MX_WORKERS_NO_MEMORY;
    }
    if (work->parts != NULL) {
        *error_number = mx_trace_parts_join(work->parts, replication);
    }
    return *error_number == 0 ? MX_WORKERS_OK : MX_WORKERS_FAILED;
}

static void drop(void *context, uint32_t replication, void *made)
{
    struct work *work = context;

    if (work->parts != NULL) {
        mx_trace_parts_drop(work->parts, replication);
    }
    mx_observation_destroy(made);
}

static uint32_t ask_for_more(void *context, uint32_t count)
{
    struct work *work = context;
    const struct mx_replicate_options *options = work->options;
    uint32_t wanted = options->more(options->context, work->results, count);

    wanted = wanted < options->replication_count_max ? wanted : options->replication_count_max;
    return wanted > count ? wanted : count;
}

static enum mx_replicate_status run_workers(struct work *work, int *error_number)
{
    const struct mx_replicate_options *options = work->options;
    struct mx_performance *performance = &work->results->performance;
    const struct mx_workers_options how = {
        .count = options->replication_count,
        .jobs = options->jobs,
        .horizon_us = work->plan->horizon_us,
        .work = simulate,
        .merge = merge,
        .drop = drop,
        .more = options->more != NULL ? ask_for_more : NULL,
        .context = work,
        .look = options->look,
        .look_context = options->context,
    };

    switch (mx_workers_run(&how, &performance->wall_s, &performance->jobs, error_number)) {
    case MX_WORKERS_OK:
        return MX_REPLICATE_OK;
    case MX_WORKERS_NO_MEMORY:
        return MX_REPLICATE_NO_MEMORY;
    case MX_WORKERS_STOPPED:
        return MX_REPLICATE_STOPPED;
    case MX_WORKERS_FAILED:
        return MX_REPLICATE_TRACE;
    case MX_WORKERS_THREADS:
    case MX_WORKERS_STATUS_COUNT:
        break;
    }
    return MX_REPLICATE_THREADS;
}

/* What can fail before any thread runs. */
static enum mx_replicate_status prepare(struct work *work, int *error_number)
{
    const struct mx_replicate_options *options = work->options;
    uint32_t count = options->replication_count;

    count = options->more != NULL && options->replication_count_max > count
                ? options->replication_count_max
                : count;
    work->results = mx_results_create(work->plan, options->seed, count);
    if (work->results == NULL) {
        return MX_REPLICATE_NO_MEMORY;
    }
    if (options->trace_path != NULL) {
        work->parts = mx_trace_parts_create(options->trace_path, error_number);
        if (work->parts == NULL) {
            return MX_REPLICATE_TRACE;
        }
    }
    return MX_REPLICATE_OK;
}

enum mx_replicate_status mx_replicate_run(const struct mx_plan *plan,
                                          const struct mx_replicate_options *options,
                                          struct mx_results **results, int *error_number)
{
    struct work work = {.plan = plan, .options = options};
    enum mx_replicate_status status;

    *error_number = 0;
    *results = NULL;
    status = prepare(&work, error_number);
    if (status == MX_REPLICATE_OK) {
        status = run_workers(&work, error_number);
    }
    if (status == MX_REPLICATE_OK && work.parts != NULL) {
        *error_number = mx_trace_parts_commit(work.parts);
        work.parts = NULL;
        status = *error_number == 0 ? MX_REPLICATE_OK : MX_REPLICATE_TRACE;
    }
    mx_trace_parts_abort(work.parts);
    if (status == MX_REPLICATE_OK) {
        work.results->replication_count = mx_summary_count(work.results->summary);
        *results = work.results;
    } else {
        mx_results_destroy(work.results);
    }
    return status;
}
