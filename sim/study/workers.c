// SPDX-License-Identifier: GPL-3.0-or-later
/* workers.c - worker threads take the next task each, and merge in turn.
 *
 * One lock guards what is shared: who is next, whose turn it is to merge, and what is merged into.
 * Workers that end early wait for their turn; tasks take about the same time, so little is lost,
 * and nothing that was made has to be stored meanwhile. */
#include "sim/study/workers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "sim/base/check.h"

#define LOOK_EVERY_NS 100000000L

struct work;

struct worker {
    struct work *work;
    pthread_t thread;
    struct mx_progress progress;
    bool is_busy; /* guarded by the lock; then progress is that of a task */
};

struct work {
    const struct mx_workers_options *options;
    struct worker *workers;
    uint32_t worker_count;
    struct timespec started;

    pthread_mutex_t lock;
    pthread_cond_t turn_came, worker_ended;
    uint32_t count;      /* tasks so far */
    bool is_all;         /* there will be no more */
    uint32_t next, turn; /* task to start; to merge */
    uint32_t ended;      /* workers */
    bool is_stopped;     /* by whatever reason */
    enum mx_workers_status status;
    int error_number;
    uint64_t created, delivered, deferrals; /* of the tasks merged */
};

/* Keep the first failure, and let everybody end. Under the lock. */
static void fail(struct work *work, enum mx_workers_status status, int error_number)
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
    atomic_store(&progress->pending, 0);
}

/* Returns false when there is nothing more to do. */
static bool take_next(struct worker *worker, uint32_t *task)
{
    struct work *work = worker->work;
    bool is_any;

    (void)pthread_mutex_lock(&work->lock);
    while (!work->is_stopped && !work->is_all && work->next == work->count) {
        (void)pthread_cond_wait(&work->turn_came, &work->lock);
    }
    is_any = !work->is_stopped && work->next < work->count;
    if (is_any) {
        *task = work->next++;
        clear_progress(&worker->progress);
        worker->is_busy = true;
    }
    (void)pthread_mutex_unlock(&work->lock);
    return is_any;
}

/* Wait for this task's turn. False when the run was stopped meanwhile. */
static bool await_turn(struct work *work, uint32_t task)
{
    bool goes_on;

    (void)pthread_mutex_lock(&work->lock);
    while (!work->is_stopped && work->turn != task) {
        (void)pthread_cond_wait(&work->turn_came, &work->lock);
    }
    goes_on = !work->is_stopped;
    (void)pthread_mutex_unlock(&work->lock);
    return goes_on;
}

/* All tasks so far are merged: are there to be more? Under the lock, so that nobody merges. */
static void ask_for_more(struct work *work)
{
    const struct mx_workers_options *options = work->options;
    uint32_t count =
        options->more != NULL ? options->more(options->context, work->count) : work->count;

    MX_CHECK(count >= work->count);
    work->is_all = count == work->count;
    work->count = count;
}

static void pass_turn(struct worker *worker, enum mx_workers_status status, int error_number)
{
    struct work *work = worker->work;

    (void)pthread_mutex_lock(&work->lock);
    worker->is_busy = false;
    if (status == MX_WORKERS_OK) {
        work->created += atomic_load(&worker->progress.created);
        work->delivered += atomic_load(&worker->progress.delivered);
        work->deferrals += atomic_load(&worker->progress.deferrals);
        work->turn++;
        if (work->turn == work->count) {
            ask_for_more(work);
        }
        (void)pthread_cond_broadcast(&work->turn_came);
    } else {
        fail(work, status, error_number);
    }
    (void)pthread_mutex_unlock(&work->lock);
}

/* In turn nobody else merges, so that no lock is needed. */
static void run_one(struct worker *worker, uint32_t task)
{
    struct work *work = worker->work;
    const struct mx_workers_options *options = work->options;
    void *made = NULL;
    int error_number = 0;
    enum mx_workers_status status =
        options->work(options->context, task, &worker->progress, &made, &error_number);

    if (status == MX_WORKERS_OK) {
        status = await_turn(work, task)
                     ? options->merge(options->context, task, made, &error_number)
                     : MX_WORKERS_STOPPED;
    }
    options->drop(options->context, task, made);
    pass_turn(worker, status, error_number);
}

static void *run_worker(void *context)
{
    struct worker *worker = context;
    uint32_t task;

    while (take_next(worker, &task)) {
        run_one(worker, task);
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
    double horizon_us = (double)work->options->horizon_us, share_sum = work->turn;

    *view = (struct mx_replicate_view){
        .replication_count = work->count,
        .done = work->turn,
        .now_us = work->options->horizon_us,
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
            view->pending += atomic_load(&worker->progress.pending);
            if (now_us > 0 && horizon_us > 0) {
                share_sum += (double)now_us < horizon_us ? (double)now_us / horizon_us : 1.0;
            }
        }
    }
    view->share = share_sum / work->count;
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
            goes_on = work->options->look(work->options->look_context, &view);
            (void)pthread_mutex_lock(&work->lock);
            if (!goes_on) {
                fail(work, MX_WORKERS_STOPPED, 0);
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
        fail(work, MX_WORKERS_THREADS, error_number);
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

enum mx_workers_status mx_workers_run(const struct mx_workers_options *options, double *wall_s,
                                      uint32_t *worker_count, int *error_number)
{
    struct work work = {.options = options, .count = options->count};

    MX_CHECK(options->count >= 1 && options->jobs >= 1);
    *error_number = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &work.started);
    work.is_all = options->more == NULL;
    work.worker_count = options->jobs < options->count ? options->jobs : options->count;
    work.workers = calloc(work.worker_count, sizeof *work.workers);
    if (work.workers == NULL) {
        return MX_WORKERS_NO_MEMORY;
    }
    run_workers(&work);
    free(work.workers);
    *error_number = work.error_number;
    *wall_s = seconds_since(&work.started);
    *worker_count = work.worker_count;
    return work.status;
}
