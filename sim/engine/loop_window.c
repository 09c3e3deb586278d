// SPDX-License-Identifier: GPL-3.0-or-later
/* loop_window.c - the fast loop: all that is due within a window is handled at once.
 *
 * True time order is kept: what is due is handed to its path in the order (due, message), each
 * path gives its starts first come, first served, and the starts are judged in the order (start,
 * message). That works because a start never depends on a reply within the same window: transaction
 * times are drawn from (message, attempt), adaptive limits move at edges only, and a refused
 * message is not due again before the window ends (else plan->exact_required). */
#include "sim/base/check.h"
#include "sim/engine/batch.h"
#include "sim/engine/world.h"

#include <stdlib.h>

struct window {
    struct mx_world *world;
    struct mx_batch batch;
    int64_t from_us, until_us;
    bool in_order_needed;       /* warm-up allowances are taken in the order of creation */
    uint32_t *open, open_count; /* streams that have messages left */
};

static void add_creation(struct window *w, uint32_t stream)
{
    struct mx_entry *entry = mx_batch_entry(&w->batch);
    if (!entry) {
        w->world->out_of_memory = true;
        return;
    }
    if (mx_world_create_message(w->world, stream, entry))
        w->batch.entry_count++;
    mx_world_advance_stream(w->world, stream);
}

static int64_t next_of(const struct window *w, uint32_t open)
{
    return w->world->streams[w->open[open]].arrival.next_us;
}

static void create_stream_by_stream(struct window *w)
{
    for (uint32_t i = 0; i < w->open_count; i++) {
        while (next_of(w, i) < w->until_us && !w->world->out_of_memory)
            add_creation(w, w->open[i]);
    }
}

/* Open streams stay in the order of their numbers, so the first of the earliest is right. */
static void create_in_order(struct window *w)
{
    while (!w->world->out_of_memory) {
        uint32_t best = UINT32_MAX;
        int64_t best_us = w->until_us;
        for (uint32_t i = 0; i < w->open_count; i++) {
            if (next_of(w, i) < best_us) {
                best = i;
                best_us = next_of(w, i);
            }
        }
        if (best == UINT32_MAX)
            return;
        add_creation(w, w->open[best]);
    }
}

static void close_finished_streams(struct window *w)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->open_count; i++) {
        if (next_of(w, i) != MX_NEVER)
            w->open[kept++] = w->open[i];
    }
    w->open_count = kept;
}

static void serve_lines(struct window *w)
{
    struct mx_world *world = w->world;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->active_count; i++) {
        uint32_t path = world->active[i];
        struct mx_work *work;
        while ((work = mx_batch_work(&w->batch)) != NULL &&
               mx_world_serve(world, path, w->until_us, work))
            w->batch.work_count++;
        if (!work)
            world->out_of_memory = true;
        if (world->paths[path].line.count > 0)
            world->active[kept++] = path;
        else
            world->paths[path].active = false;
    }
    world->active_count = kept;
}

static void hand_over(struct window *w)
{
    for (size_t i = 0; i < w->batch.entry_count; i++) {
        const struct mx_entry *entry = &w->batch.entries[w->batch.items[i].place];
        struct mx_work *work = mx_batch_work(&w->batch);
        if (!work) {
            w->world->out_of_memory = true;
            return;
        }
        if (mx_world_try_start(w->world, entry, w->until_us, work))
            w->batch.work_count++;
        else
            mx_world_wait(w->world, entry);
    }
}

static void judge_all(struct window *w)
{
    struct mx_batch *batch = &w->batch;
    size_t outcome_count = 0;
    for (size_t i = 0; i < batch->work_count; i++) {
        const struct mx_work *work = &batch->works[batch->items[i].place];
        if (mx_world_judge(w->world, work, &batch->outcomes[outcome_count]))
            outcome_count++;
    }
    mx_world_report(w->world, batch->outcomes, outcome_count);
}

static void run_window(struct window *w)
{
    struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    batch->entry_count = 0;
    batch->work_count = 0;
    mx_world_edge(world, w->from_us);
    serve_lines(w);
    mx_batch_take_due(batch, world, w->until_us);
    if (w->in_order_needed)
        create_in_order(w);
    else
        create_stream_by_stream(w);
    if (world->out_of_memory || !mx_batch_reserve(batch)) {
        world->out_of_memory = true;
        return;
    }
    mx_batch_sort_entries(batch, w->from_us);
    hand_over(w);
    if (world->out_of_memory || !mx_batch_reserve(batch)) {
        world->out_of_memory = true;
        return;
    }
    mx_batch_sort_works(batch, w->from_us);
    judge_all(w);
    /* what expires between its reply and the window's end */
    batch->entry_count = 0;
    mx_batch_take_due(batch, world, w->until_us);
    MX_CHECK(batch->entry_count == 0);
}

/* The next edge at which anything can happen, after an idle window. */
static int64_t next_edge(const struct window *w)
{
    const struct mx_world *world = w->world;
    int64_t next_us = mx_scheduler_next_due(world->scheduler);
    for (uint32_t i = 0; i < w->open_count; i++) {
        if (next_of(w, i) < next_us)
            next_us = next_of(w, i);
    }
    for (uint32_t i = 0; i < world->active_count; i++) {
        int64_t wake_us = mx_world_wake_us(world, world->active[i]);
        if (wake_us < next_us)
            next_us = wake_us;
    }
    int64_t window_us = world->plan->window_us;
    int64_t edge_us = mx_world_edge_next_us(world);
    if (next_us / window_us * window_us < edge_us)
        edge_us = next_us / window_us * window_us;
    return edge_us > w->until_us ? edge_us : w->until_us;
}

void mx_loop_window(struct mx_world *world)
{
    struct window w = {.world = world};
    w.open = malloc((world->stream_count + 1U) * sizeof *w.open);
    if (!w.open) {
        world->out_of_memory = true;
        return;
    }
    for (uint32_t s = 0; s < world->stream_count; s++)
        w.open[w.open_count++] = s;
    for (uint32_t p = 0; p < world->plan->pool_count; p++)
        w.in_order_needed |= world->plan->pools[p].warm_up.step_count > 0;
    int64_t horizon_us = world->plan->horizon_us;
    while (w.from_us < horizon_us && !world->out_of_memory) {
        int64_t room_us = horizon_us - w.from_us;
        w.until_us =
            w.from_us + (world->plan->window_us < room_us ? world->plan->window_us : room_us);
        close_finished_streams(&w);
        run_window(&w);
        mx_world_measure(world);
        if (mx_world_progress(world))
            break;
        w.from_us = w.batch.work_count > 0 ? w.until_us : next_edge(&w);
    }
    mx_batch_fini(&w.batch);
    free(w.open);
}
