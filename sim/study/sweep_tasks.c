// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_tasks.c - which replication of which point comes next, and when a point has enough.
 *
 * With "auto" a point begins with MX_FIRST_SAMPLE replications. Whenever all that it was to have
 * are in, the rule of `mxsim run` (stopping.h) sees just these, whoever made them and whatever
 * else is there: so their number depends on the study alone, and a sweep that goes on decides
 * again what it decided before. */
#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/study/sweep_parts.h"

static bool is_all_in(const struct mx_sweep *sweep, uint32_t point)
{
    return sweep->tasks[point].done == sweep->tasks[point].wanted;
}

/* ---- the rule ---- */

struct decision {
    const struct mx_sweep *sweep;
    uint32_t next;
    enum mx_store_stop stop;
    double half[MX_PRECISION_COUNT_MAX];
};

static bool decide_by(void *context, const struct mx_store_row *row)
{
    struct decision *decision = context;
    const struct mx_store_identity *identity = &decision->sweep->identity;
    struct mx_estimate estimates[MX_PRECISION_COUNT_MAX];
    struct mx_store_row seen = *row;

    seen.replications = decision->sweep->tasks[row->point].wanted;
    MX_CHECK(seen.replications <= row->replications);
    decision->stop = MX_STOP_PRECISE;
    for (uint32_t p = 0; p < identity->precision_count; p++) {
        enum mx_precision_state state;

        estimates[p] = mx_store_estimate(identity, &seen, identity->precision_metric[p]);
        state = mx_precision_state_of(&identity->precisions[p], &estimates[p], &decision->half[p]);
        if (state == MX_PRECISION_UNDEFINED) {
            decision->stop = MX_STOP_UNDEFINED;
        } else if (state == MX_PRECISION_WIDE && decision->stop == MX_STOP_PRECISE) {
            decision->stop = MX_STOP_CAP;
        }
    }
    decision->next = mx_precision_next_of(identity->precisions, estimates,
                                          identity->precision_count, seen.replications);
    return true;
}

/* All that the point was to have are in: more of them, or it is finished. False: the store. */
static bool decide(struct mx_sweep *sweep, uint32_t point)
{
    struct mx_sweep_task *task = &sweep->tasks[point];
    uint32_t most = sweep->identity.replications;
    struct decision decision = {.sweep = sweep};

    if (!mx_store_each(sweep->store, point, point, decide_by, &decision)) {
        return false;
    }
    decision.next = decision.next < most ? decision.next : most;
    if (decision.next <= task->wanted) {
        return mx_store_finish_point(sweep->store, point, task->wanted, decision.stop,
                                     decision.half);
    }
    sweep->task_count += decision.next - task->wanted;
    task->wanted = decision.next;
    if (!task->is_again) { /* else its turn has not come yet, and comes for these as well */
        task->is_again = true;
        sweep->again[sweep->again_count++] = point;
    }
    return true;
}

static uint32_t count_done(const struct mx_sweep *sweep, uint32_t point, uint32_t wanted)
{
    uint32_t done = 0;

    for (uint32_t r = 0; r < wanted; r++) {
        done += mx_store_is_done(sweep->store, point, r);
    }
    return done;
}

/* A point that fails in replication n needs those before it, and no more. */
static void set_wanted(struct mx_sweep *sweep, uint32_t point, uint32_t wanted)
{
    struct mx_sweep_task *task = &sweep->tasks[point];

    sweep->task_count -= task->wanted;
    sweep->done_count -= task->done;
    task->wanted = wanted;
    task->done = count_done(sweep, point, wanted);
    sweep->task_count += task->wanted;
    sweep->done_count += task->done;
}

/* ---- for sweep.c ---- */

static bool begin_point(struct mx_sweep *sweep, uint32_t point)
{
    uint32_t failed_at = mx_store_failed_at(sweep->store, point);
    uint32_t finished_at = mx_store_finished_at(sweep->store, point);
    uint32_t first = MX_FIRST_SAMPLE < sweep->identity.replications ? MX_FIRST_SAMPLE
                                                                    : sweep->identity.replications;
    bool is_auto = sweep->identity.is_auto, goes_on = true;

    set_wanted(sweep, point, is_auto ? first : sweep->identity.replications);
    if (failed_at != UINT32_MAX) {
        set_wanted(sweep, point, failed_at);
    } else if (finished_at > 0) {
        set_wanted(sweep, point, finished_at);
    }
    while (is_auto && failed_at == UINT32_MAX && finished_at == 0 && goes_on &&
           is_all_in(sweep, point)) {
        uint32_t wanted = sweep->tasks[point].wanted;

        if (!decide(sweep, point)) {
            return false;
        }
        goes_on = sweep->tasks[point].wanted > wanted;
        sweep->again_count = 0; /* its turn comes anyway */
        sweep->tasks[point].is_again = false;
        set_wanted(sweep, point, sweep->tasks[point].wanted);
    }
    return true;
}

bool mx_sweep_begin_tasks(struct mx_sweep *sweep)
{
    uint32_t count = sweep->design->point_count;

    sweep->tasks = calloc(count + 1U, sizeof *sweep->tasks);
    sweep->again = calloc(count + 1U, sizeof *sweep->again);
    if (sweep->tasks == NULL || sweep->again == NULL) {
        mx_sweep_fail(sweep, MX_SWEEP_FAILED, "out of memory");
        return false;
    }
    for (uint32_t point = 0; point < count; point++) {
        if (!begin_point(sweep, point)) {
            return false;
        }
    }
    return true;
}

/* The next of a point. False: all of them are handed out. */
static bool next_of(struct mx_sweep *sweep, uint32_t point, struct mx_crew_task *task)
{
    struct mx_sweep_task *state = &sweep->tasks[point];

    while (state->handed < state->wanted) {
        *task = (struct mx_crew_task){point, state->handed++};
        if (!mx_store_is_done(sweep->store, point, task->replication)) {
            return true;
        }
    }
    return false;
}

bool mx_sweep_next(struct mx_sweep *sweep, struct mx_crew_task *task)
{
    for (; sweep->again_count > 0; sweep->again_count--) {
        uint32_t point = sweep->again[sweep->again_count - 1];

        if (next_of(sweep, point, task)) {
            return true;
        }
        sweep->tasks[point].is_again = false;
    }
    for (; sweep->next_point < sweep->design->point_count; sweep->next_point++) {
        if (next_of(sweep, sweep->next_point, task)) {
            return true;
        }
    }
    return false;
}

bool mx_sweep_count_task(struct mx_sweep *sweep, uint32_t point, uint32_t replication)
{
    struct mx_sweep_task *task = &sweep->tasks[point];

    if (replication >= task->wanted) { /* of a point that has failed meanwhile */
        return true;
    }
    task->done++;
    sweep->done_count++;
    return !sweep->identity.is_auto || !is_all_in(sweep, point) ||
           mx_store_failed_at(sweep->store, point) != UINT32_MAX || decide(sweep, point);
}

void mx_sweep_count_failure(struct mx_sweep *sweep, uint32_t point)
{
    set_wanted(sweep, point, mx_store_failed_at(sweep->store, point));
}
