// SPDX-License-Identifier: GPL-3.0-or-later
/* replicate.c - replications as tasks of worker threads. See replicate.h. */
#include "sim/study/replicate.h"

#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/study/trace_parts.h"

struct work {
    const struct mx_plan *plan;
    const struct mx_replicate_options *options;
    struct mx_results *results;
    struct mx_trace_parts *parts;
    struct mx_steady *steady; /* to be found, or NULL */
    int64_t creation_every_us;
    int64_t batch_us; /* 0: no batches */
};

/* Simulate under the plan of this replication, which is the same for all where there are no plans.
 * *observation stays NULL when there is no memory for the plan. */
static enum mx_engine_status run_engine(const struct work *work, uint32_t replication,
                                        const struct mx_engine_options *options,
                                        struct mx_observation **observation)
{
    const struct mx_replicate_plans *plans = work->options->plans;
    const struct mx_plan *plan;
    const void *handle;
    enum mx_engine_status status;

    if (plans == NULL) {
        return mx_engine_run(work->plan, options, observation);
    }
    plan = plans->take(plans->context, replication, &handle);
    if (plan == NULL) {
        return MX_ENGINE_NO_MEMORY;
    }
    MX_CHECK(plan->provider_count == work->plan->provider_count &&
             plan->campaign_count == work->plan->campaign_count &&
             plan->ip_count == work->plan->ip_count);
    status = mx_engine_run(plan, options, observation);
    plans->release(plans->context, handle);
    return status;
}

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
        .creation_every_us = work->creation_every_us,
        .batch_count = work->batch_us > 0 ? MX_STEADY_BATCHES : 0,
        .batch_us = work->batch_us,
    };
    enum mx_engine_status status;

    if (work->parts != NULL) {
        options.trace = mx_trace_parts_open(work->parts, replication, error_number);
        if (options.trace == NULL) {
            return MX_WORKERS_FAILED;
        }
    }
    status = run_engine(work, replication, &options, &observation);
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

    if (work->steady != NULL) {
        return mx_steady_find(made, work->steady) && mx_series_add(work->results->series, made)
                   ? MX_WORKERS_OK
                   : MX_WORKERS_NO_MEMORY;
    }
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
    double wall_s = 0;
    enum mx_workers_status status;
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

    status = mx_workers_run(&how, &wall_s, &performance->jobs, error_number);
    performance->wall_s += wall_s;
    switch (status) {
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

/* Twice the same run: the first finds what to cut off, the second leaves it out and counts the
 * rest in batches. */
static enum mx_replicate_status run_steady(struct work *work, int *error_number)
{
    const struct mx_plan *plan = work->plan;
    struct mx_trace_parts *parts = work->parts;
    struct mx_plan cut_plan = *plan;
    struct mx_steady *steady = &work->results->steady;
    enum mx_replicate_status status;

    work->results->is_steady = true;
    work->steady = steady;
    work->parts = NULL;
    work->creation_every_us = plan->horizon_us / MX_STEADY_BINS_MAX + 1;
    status = run_workers(work, error_number);
    work->steady = NULL;
    work->parts = parts;
    work->creation_every_us = 0;
    if (status == MX_REPLICATE_OK) {
        cut_plan.warmup_us = steady->cut_us;
        work->plan = &cut_plan;
        work->batch_us = steady->batch_us;
        status = run_workers(work, error_number);
        work->plan = plan;
    }
    return status;
}

/* What can fail before any thread runs. */
static enum mx_replicate_status prepare(struct work *work, int *error_number)
{
    const struct mx_replicate_options *options = work->options;
    uint32_t count = options->replication_count;

    count = options->more != NULL && options->replication_count_max > count
                ? options->replication_count_max
                : count;
    count = work->plan->steady_state ? MX_STEADY_BATCHES : count;
    work->results = options->plans != NULL
                        ? mx_results_create_summary(work->plan, options->seed, count)
                        : mx_results_create(work->plan, options->seed, count);
    if (work->results == NULL) {
        return MX_REPLICATE_NO_MEMORY;
    }
    if (options->trace_path != NULL) {
        const struct mx_trace_style style = {.format = options->trace_format,
                                             .start_unix_s = work->plan->start_unix_s,
                                             .utc_offset_s = work->plan->utc_offset_s,
                                             .clock_changes = work->plan->clock_changes,
                                             .clock_change_count = work->plan->clock_change_count};

        work->parts = mx_trace_parts_create(options->trace_path, &style, error_number);
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
        status =
            plan->steady_state ? run_steady(&work, error_number) : run_workers(&work, error_number);
    }
    if (status == MX_REPLICATE_OK && work.parts != NULL) {
        *error_number = mx_trace_parts_commit(work.parts);
        work.parts = NULL;
        status = *error_number == 0 ? MX_REPLICATE_OK : MX_REPLICATE_TRACE;
    }
    mx_trace_parts_abort(work.parts);
    if (status == MX_REPLICATE_OK) {
        work.results->replication_count =
            plan->steady_state ? 1U : mx_summary_count(work.results->summary);
        mx_results_close(work.results);
        *results = work.results;
    } else {
        mx_results_destroy(work.results);
    }
    return status;
}
