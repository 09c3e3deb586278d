// SPDX-License-Identifier: GPL-3.0-or-later
/* engine.c - one replication: build the world, run a loop over it, check what was counted. */
#include "sim/engine/engine.h"

#include "sim/base/check.h"
#include "sim/engine/world.h"

#include <stdio.h>
#include <stdlib.h>

static void check_conserved(const struct mx_observation *observation)
{
    char *broken = mx_observation_conserved(observation);
    if (!broken)
        return;
    fprintf(stderr, "mxsim: messages were not conserved: %s\n", broken);
    MX_CHECK(broken == NULL);
}

static bool stopped(const struct mx_engine_options *options)
{
    return options->progress &&
           atomic_load_explicit(&options->progress->stop, memory_order_relaxed) != 0;
}

enum mx_engine_status mx_engine_run(const struct mx_plan *plan,
                                    const struct mx_engine_options *options,
                                    struct mx_observation **observation)
{
    enum mx_engine_loop loop = options->loop;
    if (loop == MX_LOOP_AUTO || plan->exact_required)
        loop = plan->exact_required ? MX_LOOP_EXACT : MX_LOOP_WINDOW;
    *observation = NULL;
    mx_check_context = (struct mx_check_context){
        .is_set = true, .seed = options->seed, .replication = options->replication};
    struct mx_world *world =
        mx_world_create(plan, options, loop == MX_LOOP_EXACT ? MX_QUEUE_HEAP : MX_QUEUE_CALENDAR);
    if (!world) {
        mx_check_context.is_set = false;
        return MX_ENGINE_NO_MEMORY;
    }
    if (loop == MX_LOOP_EXACT)
        mx_loop_exact(world);
    else
        mx_loop_window(world);

    enum mx_engine_status status = MX_ENGINE_OK;
    bool is_stopped = stopped(options);
    if (!world->out_of_memory && !is_stopped)
        mx_world_finish(world);
    if (world->out_of_memory) {
        status = MX_ENGINE_NO_MEMORY;
    } else if (is_stopped) {
        status = MX_ENGINE_STOPPED;
    } else {
        *observation = world->observation;
        world->observation = NULL;
        check_conserved(*observation);
    }
    mx_world_destroy(world);
    mx_check_context.is_set = false;
    return status;
}
