// SPDX-License-Identifier: GPL-3.0-or-later
/* replicate.c - worker threads take the next replication each, and merge in turn.
 *
 * One lock guards what is shared: who is next, whose turn it is to merge, and the results. Workers
 * that end early wait for their turn; replications of a plan take about the same time, so little
 * is lost, and no observation has to be stored meanwhile. */
#include "sim/study/replicate.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "sim/study/trace_parts.h"

#define LOOK_EVERY_NS 100000000L

struct work;

struct worker {
    struct work *work;
    pthread_t thread;
    struct mx_progress progress;
    bool is_busy; /* guarded by the lock; then progress is that of a replication */
};

struct work {
    const struct mx_plan *plan;
    const struct mx_replicate_options *options;
    struct mx_results *results;
    struct mx_trace_parts *parts;
    struct worker *workers;
    uint32_t worker_count;
    struct timespec started;

    pthread_mutex_t lock;
    pthread_cond_t turn_came, worker_ended;
    uint32_t next, turn; /* replication to start; to merge */
    uint32_t ended;      /* workers */
    bool is_stopped;     /* by whatever reason */
    enum mx_replicate_status status;
    int error_number;
    uint64_t created, delivered, deferrals; /* of the replications merged */
};

/* Keep the first failure, and let everybody end. Under the lock. */
static void fail(struct work *work, enum mx_replicate_status status, int error_number)
{
    if (!work->is_stopped) {
        work->status = status;
        work->error_number = error_number;
    }
    work->is_stopped = true;
    for (uint32_t w = 0; w < work->worker_count; w++) {
        atomic_store(&work->workers[w].progress.stop, 1);
    }
    (void)pthread_cond_broadcast(&work->turn_came);
}

static void clear_progress(struct mx_progress *progress)
{
    atomic_store(&progress->now_us, 0);
    atomic_store(&progress->created, 0);
    atomic_store(&progress->delivered, 0);
    atomic_store(&progress->deferrals, 0);
}

/* Returns false when there is nothing more to do. */
static bool take_next(struct worker *worker, uint32_t *replication)
{
    struct work *work = worker->work;
    bool is_any;

    (void)pthread_mutex_lock(&work->lock);
    is_any = !work->is_stopped && work->next < work->options->replication_count;
    if (is_any) {
        *replication = work->next++;
        clear_progress(&worker->progress);
        worker->is_busy = true;
    }
    (void)pthread_mutex_unlock(&work->lock);
    return is_any;
}

/* Simulate, and write the trace's part. *observation is owned by the caller. */
static enum mx_replicate_status simulate(struct worker *worker, uint32_t replication,
                                         struct mx_observation **observation, int *error_number)
{
    struct work *work = worker->work;
    struct mx_engine_options options = {
        .seed = work->options->seed,
        .replication = replication,
        .loop = work->options->loop,
        .progress = &worker->progress,
    };
    enum mx_engine_status status;

    *error_number = 0;
    if (work->parts != NULL) {
        options.trace = mx_trace_parts_open(work->parts, replication, error_number);
        if (options.trace == NULL) {
            return MX_REPLICATE_TRACE;
        }
    }
    status = mx_engine_run(work->plan, &options, observation);
    if (options.trace != NULL) {
        *error_number = mx_trace_close(options.trace);
    }
    switch (status) {
    case MX_ENGINE_OK:
        return *error_number == 0 ? MX_REPLICATE_OK : MX_REPLICATE_TRACE;
    case MX_ENGINE_NO_MEMORY:
        return MX_REPLICATE_NO_MEMORY;
    case MX_ENGINE_STOPPED:
        break;
    }
    return MX_REPLICATE_STOPPED;
}

/* In turn: nobody else touches results and joined trace meanwhile, so that no lock is needed. */
static enum mx_replicate_status merge(struct work *work, uint32_t replication,
                                      const struct mx_observation *observation, int *error_number)
{
    if (!mx_results_add(work->results, observation)) {
        return MX_REPLICATE_NO_MEMORY;
    }
    if (work->parts != NULL) {
        *error_number = mx_trace_parts_join(work->parts, replication);
    }
    return *error_number == 0 ? MX_REPLICATE_OK : MX_REPLICATE_TRACE;
}

/* Wait for this replication's turn. False when the run was stopped meanwhile. */
static bool await_turn(struct work *work, uint32_t replication)
{
    bool goes_on;

    (void)pthread_mutex_lock(&work->lock);
    while (!work->is_stopped && work->turn != replication) {
        (void)pthread_cond_wait(&work->turn_came, &work->lock);
    }
    goes_on = !work->is_stopped;
    (void)pthread_mutex_unlock(&work->lock);
    return goes_on;
}

static void pass_turn(struct worker *worker, enum mx_replicate_status status, int error_number)
{
    struct work *work = worker->work;

    (void)pthread_mutex_lock(&work->lock);
    worker->is_busy = false;
    if (status == MX_REPLICATE_OK) {
        work->created += atomic_load(&worker->progress.created);
        work->delivered += atomic_load(&worker->progress.delivered);
        work->deferrals += atomic_load(&worker->progress.deferrals);
        work->turn++;
        (void)pthread_cond_broadcast(&work->turn_came);
    } else {
        fail(work, status, error_number);
    }
    (void)pthread_mutex_unlock(&work->lock);
}

static void run_one(struct worker *worker, uint32_t replication)
{
    struct work *work = worker->work;
    struct mx_observation *observation = NULL;
    int error_number;
    enum mx_replicate_status status = simulate(worker, replication, &observation, &error_number);

    if (status == MX_REPLICATE_OK) {
        status = await_turn(work, replication)
                     ? merge(work, replication, observation, &error_number)
                     : MX_REPLICATE_STOPPED;
    }
    if (work->parts != NULL) {
        mx_trace_parts_drop(work->parts, replication);
    }
    pass_turn(worker, status, error_number);
    mx_observation_destroy(observation);
}

static void *run_worker(void *context)
{
    struct worker *worker = context;
    uint32_t replication;

    while (take_next(worker, &replication)) {
        run_one(worker, replication);
    }
    (void)pthread_mutex_lock(&worker->work->lock);
    worker->work->ended++;
    (void)pthread_cond_signal(&worker->work->worker_ended);
    (void)pthread_mutex_unlock(&worker->work->lock);
    return NULL;
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Under the lock. */
static void fill_view(const struct work *work, struct mx_replicate_view *view)
{
    double horizon_us = (double)work->plan->horizon_us, share_sum = work->turn;

    *view = (struct mx_replicate_view){
        .replication_count = work->options->replication_count,
        .done = work->turn,
        .now_us = work->plan->horizon_us,
        .created = work->created,
        .delivered = work->delivered,
        .deferrals = work->deferrals,
        .elapsed_s = seconds_since(&work->started),
    };
    for (uint32_t w = 0; w < work->worker_count; w++) {
        struct worker *worker = &work->workers[w];
        int64_t now_us = atomic_load(&worker->progress.now_us);

        if (worker->is_busy) {
            view->running++;
            view->now_us = now_us < view->now_us ? now_us : view->now_us;
            view->created += atomic_load(&worker->progress.created);
            view->delivered += atomic_load(&worker->progress.delivered);
            view->deferrals += atomic_load(&worker->progress.deferrals);
            if (now_us > 0 && horizon_us > 0) {
                share_sum += (double)now_us < horizon_us ? (double)now_us / horizon_us : 1.0;
            }
        }
    }
    view->share = share_sum / work->options->replication_count;
}

/* Look until all workers have ended. The look itself is made without the lock. */
static void wait_and_look(struct work *work)
{
    (void)pthread_mutex_lock(&work->lock);
    while (work->ended < work->worker_count) {
        struct timespec until;
        int status = 0;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_EVERY_NS;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        while (work->ended < work->worker_count && status != ETIMEDOUT) {
            status = pthread_cond_timedwait(&work->worker_ended, &work->lock, &until);
        }
        if (work->ended < work->worker_count && work->options->look != NULL) {
            struct mx_replicate_view view;
            bool goes_on;

            fill_view(work, &view);
            (void)pthread_mutex_unlock(&work->lock);
            goes_on = work->options->look(work->options->context, &view);
            (void)pthread_mutex_lock(&work->lock);
            if (!goes_on) {
                fail(work, MX_REPLICATE_STOPPED, 0);
            }
        }
    }
    (void)pthread_mutex_unlock(&work->lock);
}

/* Signals are for the calling thread alone. Returns how many threads run. */
static uint32_t start_workers(struct work *work)
{
    sigset_t all, before;
    uint32_t started = 0;
    int error_number = 0;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < work->worker_count && error_number == 0) {
        struct worker *worker = &work->workers[started];

        worker->work = work;
        error_number = pthread_create(&worker->thread, NULL, run_worker, worker);
        started += error_number == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error_number != 0 && started == 0) {
        (void)pthread_mutex_lock(&work->lock);
        fail(work, MX_REPLICATE_THREADS, error_number);
        (void)pthread_mutex_unlock(&work->lock);
    }
    return started;
}

static void run_workers(struct work *work)
{
    pthread_condattr_t monotonic;
    uint32_t started;

    (void)pthread_mutex_init(&work->lock, NULL);
    (void)pthread_cond_init(&work->turn_came, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&work->worker_ended, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    started = start_workers(work);
    (void)pthread_mutex_lock(&work->lock);
    work->worker_count = started; /* fewer threads than wanted do as well */
    (void)pthread_mutex_unlock(&work->lock);
    wait_and_look(work);
    for (uint32_t w = 0; w < started; w++) {
        (void)pthread_join(work->workers[w].thread, NULL);
    }
    (void)pthread_cond_destroy(&work->worker_ended);
    (void)pthread_cond_destroy(&work->turn_came);
    (void)pthread_mutex_destroy(&work->lock);
}

/* What can fail before any thread runs. */
static enum mx_replicate_status prepare(struct work *work, int *error_number)
{
    const struct mx_replicate_options *options = work->options;
    uint32_t count = options->replication_count;

    work->worker_count = options->jobs < count ? options->jobs : count;
    work->workers = calloc(work->worker_count, sizeof *work->workers);
    work->results = mx_results_create(work->plan, options->seed, count);
    if (work->workers == NULL || work->results == NULL) {
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

    *error_number = 0;
    *results = NULL;
    (void)clock_gettime(CLOCK_MONOTONIC, &work.started);
    work.status = prepare(&work, error_number);
    if (work.status == MX_REPLICATE_OK) {
        run_workers(&work);
        *error_number = work.error_number;
    }
    if (work.status == MX_REPLICATE_OK && work.parts != NULL) {
        *error_number = mx_trace_parts_commit(work.parts);
        work.parts = NULL;
        work.status = *error_number == 0 ? MX_REPLICATE_OK : MX_REPLICATE_TRACE;
    }
    mx_trace_parts_abort(work.parts);
    if (work.status == MX_REPLICATE_OK) {
        work.results->performance.wall_s = seconds_since(&work.started);
        work.results->performance.jobs = work.worker_count;
        *results = work.results;
    } else {
        mx_results_destroy(work.results);
    }
    free(work.workers);
    return work.status;
}
