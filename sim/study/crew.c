// SPDX-License-Identifier: GPL-3.0-or-later
/* crew.c - see crew.h. */
#include "sim/study/crew.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/study/uncertain.h"

struct given {
    struct mx_crew_task task;
    struct given *next;
};

struct member {
    struct mx_crew *crew;
    pthread_t thread;
    struct mx_progress progress;
};

struct mx_crew {
    struct mx_crew_options options;
    struct member *members;
    uint32_t member_count;
    uint32_t pending; /* of the thread that gives and takes */

    pthread_mutex_t lock;
    pthread_cond_t was_given, was_made;
    struct given *first, **last;
    struct mx_crew_result *made, **made_last;
    bool is_stopped;
};

char *mx_mistakes_text(const struct mx_mistakes *mistakes)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (stream == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mx_mistake *mistake = &mistakes->item[i];

        (void)fprintf(stream, "%s%s", i > 0 ? "\n" : "", mistake->file);
        if (mistake->line > 0) {
            (void)fprintf(stream, ":%d", mistake->line);
        }
        (void)fprintf(stream, "%s%s: %s", mistake->key[0] != '\0' ? ": " : "", mistake->key,
                      mistake->text);
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    if (size > MX_CREW_TEXT_SIZE_MAX) {
        text[MX_CREW_TEXT_SIZE_MAX] = '\0';
    }
    return text;
}

void mx_crew_result_destroy(struct mx_crew_result *result)
{
    if (result != NULL) {
        free(result->values);
        free(result->text);
        free(result);
    }
}

/* ---- a member ---- */

static void simulate(struct member *member, const struct mx_point *point,
                     struct mx_crew_result *result)
{
    const struct mx_crew_options *options = &member->crew->options;

    result->values = calloc(options->metric_count + 1U, sizeof *result->values);
    if (result->values == NULL) {
        return;
    }
    switch (mx_point_run(options->source, point, options->seed, result->task.replication,
                         &member->progress, result->values)) {
    case MX_ENGINE_OK:
        result->status = MX_CREW_DONE;
        break;
    case MX_ENGINE_STOPPED:
        result->status = MX_CREW_STOPPED;
        break;
    case MX_ENGINE_NO_MEMORY:
        break;
    }
}

/* The point as it is to be simulated: as written, or drawn for the replication, in place of it. */
static const struct mx_point *drawn(const struct mx_crew_options *options,
                                    const struct mx_point *written,
                                    const struct mx_override *overrides, uint32_t replication,
                                    struct mx_mistakes *mistakes)
{
    const struct mx_point *point;

    if (!options->is_uncertain || written == NULL) {
        return written;
    }
    point = mx_uncertain_point(options->source, written, overrides, options->override_count,
                               options->seed, replication, mistakes);
    mx_point_release(options->source, written);
    return point;
}

static void work(struct member *member, struct mx_crew_result *result,
                 struct mx_override *overrides)
{
    const struct mx_crew_options *options = &member->crew->options;
    struct mx_mistakes mistakes = {0};
    const struct mx_point *point;

    result->status = MX_CREW_NO_MEMORY;
    options->set(options->context, result->task.point, overrides);
    point = mx_point_take(options->source, overrides, options->override_count, &mistakes);
    if (point != NULL) {
        memcpy(result->sha256, point->plan->sha256, sizeof result->sha256);
    }
    point = drawn(options, point, overrides, result->task.replication, &mistakes);
    if (point != NULL) {
        simulate(member, point, result);
        mx_point_release(options->source, point);
    } else {
        result->text = mx_mistakes_text(&mistakes);
        result->status = result->text != NULL ? MX_CREW_INVALID : MX_CREW_NO_MEMORY;
    }
    mx_mistakes_fini(&mistakes);
}

/* The next task, waiting for one. False: the end. */
static bool take_task(struct mx_crew *crew, struct mx_crew_task *task)
{
    struct given *given;

    (void)pthread_mutex_lock(&crew->lock);
    while (crew->first == NULL && !crew->is_stopped) {
        (void)pthread_cond_wait(&crew->was_given, &crew->lock);
    }
    given = crew->is_stopped ? NULL : crew->first;
    if (given != NULL) {
        *task = given->task;
        crew->first = given->next;
        crew->last = crew->first == NULL ? &crew->first : crew->last;
    }
    (void)pthread_mutex_unlock(&crew->lock);
    free(given);
    return given != NULL;
}

static void hand_over(struct mx_crew *crew, struct mx_crew_result *result)
{
    (void)pthread_mutex_lock(&crew->lock);
    *crew->made_last = result;
    crew->made_last = &result->next;
    (void)pthread_cond_signal(&crew->was_made);
    (void)pthread_mutex_unlock(&crew->lock);
}

static void *run_member(void *context)
{
    struct member *member = context;
    struct mx_crew *crew = member->crew;
    struct mx_override *overrides = calloc(crew->options.override_count + 1, sizeof *overrides);
    struct mx_crew_task task;

    while (overrides != NULL && take_task(crew, &task)) {
        struct mx_crew_result *result = calloc(1, sizeof *result);

        if (result == NULL) {
            break;
        }
        result->task = task;
        work(member, result, overrides);
        hand_over(crew, result);
    }
    free(overrides);
    return NULL;
}

/* ---- the giver ---- */

/* Signals are for the calling thread alone. */
static int start_members(struct mx_crew *crew)
{
    sigset_t all, before;
    int error_number = 0;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (crew->member_count < crew->options.jobs && error_number == 0) {
        struct member *member = &crew->members[crew->member_count];

        member->crew = crew;
        error_number = pthread_create(&member->thread, NULL, run_member, member);
        crew->member_count += error_number == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return crew->member_count > 0 ? 0 : error_number;
}

struct mx_crew *mx_crew_create(const struct mx_crew_options *options, int *error_number)
{
    struct mx_crew *crew = calloc(1, sizeof *crew);
    pthread_condattr_t monotonic;

    *error_number = ENOMEM;
    if (crew == NULL || (crew->members = calloc(options->jobs, sizeof *crew->members)) == NULL) {
        free(crew);
        return NULL;
    }
    crew->options = *options;
    crew->last = &crew->first;
    crew->made_last = &crew->made;
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_cond_init(&crew->was_given, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&crew->was_made, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    *error_number = start_members(crew);
    if (*error_number != 0) {
        mx_crew_destroy(crew);
        return NULL;
    }
    return crew;
}

void mx_crew_destroy(struct mx_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&crew->lock);
    crew->is_stopped = true;
    for (uint32_t m = 0; m < crew->member_count; m++) {
        atomic_store(&crew->members[m].progress.stop, 1);
    }
    (void)pthread_cond_broadcast(&crew->was_given);
    (void)pthread_mutex_unlock(&crew->lock);
    for (uint32_t m = 0; m < crew->member_count; m++) {
        (void)pthread_join(crew->members[m].thread, NULL);
    }
    while (crew->first != NULL) {
        struct given *given = crew->first;

        crew->first = given->next;
        free(given);
    }
    while (crew->made != NULL) {
        struct mx_crew_result *result = crew->made;

        crew->made = result->next;
        mx_crew_result_destroy(result);
    }
    (void)pthread_cond_destroy(&crew->was_made);
    (void)pthread_cond_destroy(&crew->was_given);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew->members);
    free(crew);
}

bool mx_crew_give(struct mx_crew *crew, struct mx_crew_task task)
{
    struct given *given = calloc(1, sizeof *given);

    if (given == NULL) {
        return false;
    }
    given->task = task;
    (void)pthread_mutex_lock(&crew->lock);
    *crew->last = given;
    crew->last = &given->next;
    (void)pthread_cond_signal(&crew->was_given);
    (void)pthread_mutex_unlock(&crew->lock);
    crew->pending++;
    return true;
}

uint32_t mx_crew_pending(const struct mx_crew *crew)
{
    return crew->pending;
}

static struct timespec time_in(int64_t wait_us)
{
    struct timespec until;
    int64_t ns;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    ns = until.tv_nsec + wait_us * 1000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = (long)(ns % 1000000000);
    return until;
}

struct mx_crew_result *mx_crew_take(struct mx_crew *crew, int64_t wait_us)
{
    struct mx_crew_result *result;
    struct timespec until;
    int status = 0;

    (void)pthread_mutex_lock(&crew->lock);
    if (crew->made == NULL && wait_us > 0) {
        until = time_in(wait_us);
        while (crew->made == NULL && status != ETIMEDOUT) {
            status = pthread_cond_timedwait(&crew->was_made, &crew->lock, &until);
        }
    }
    result = crew->made;
    if (result != NULL) {
        crew->made = result->next;
        crew->made_last = crew->made == NULL ? &crew->made : crew->made_last;
        result->next = NULL;
        crew->pending--;
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return result;
}
