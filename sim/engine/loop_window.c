// SPDX-License-Identifier: GPL-3.0-or-later
/* loop_window.c - the fast loop: all that is due within a window is handled at once.
 *
 * True time order is kept where it can be seen: what is due is handed to its path in the order
 * (due, message), each path gives its starts first come, first served, and the starts are judged
 * provider by provider, each in the order (start, message). That works because a start never
 * depends on a reply within the same window: transaction times are drawn from (message, attempt),
 * adaptive limits move at edges only, and a refused message is not due again before the window ends
 * (else plan->exact_required). Providers share nothing within a window; one at a time, the
 * processor foresees its stages better. */
#include "sim/base/check.h"
#include "sim/engine/batch.h"
#include "sim/engine/world.h"

#include <stdlib.h>

/* A stream that has messages left, and when the next of them comes. */
struct open_stream {
    int64_t next_us;
    uint32_t stream;
};

struct window {
    struct mx_world *world;
    struct mx_batch batch;
    int64_t from_us, until_us;
    bool in_order_needed; /* warm-up allowances are taken in the order of creation */
    struct open_stream *open;
    uint32_t open_count;
    int64_t create_us; /* the earliest of them */
    /* [path]: itself; its provider, or 0 where the trace wants all in one order */
    uint16_t *by_path, *by_provider;
};

/* --- creation --- */

/* A stream's messages before until_us, or the first of them. */
static void create_from(struct window *w, struct open_stream *open, int64_t until_us)
{
    struct mx_world *world = w->world;
    while (open->next_us < until_us && !world->out_of_memory) {
        if (!mx_batch_room_entries(&w->batch, MX_AHEAD)) {
            world->out_of_memory = true;
            return;
        }
        w->batch.entry_count += mx_world_create_some(world, open->stream, until_us,
                                                     &w->batch.entries[w->batch.entry_count]);
        open->next_us = world->streams[open->stream].arrival.next_us;
    }
}

/* Open streams stay in the order of their numbers, so the first of the earliest is right. */
static void create_in_order(struct window *w)
{
    while (!w->world->out_of_memory) {
        struct open_stream *best = NULL;
        for (uint32_t i = 0; i < w->open_count; i++) {
            if (w->open[i].next_us < (best ? best->next_us : w->until_us))
                best = &w->open[i];
        }
        if (!best)
            return;
        create_from(w, best, best->next_us + 1);
    }
}

static void create_all(struct window *w)
{
    if (w->in_order_needed) {
        create_in_order(w);
    } else {
        for (uint32_t i = 0; i < w->open_count; i++)
            create_from(w, &w->open[i], w->until_us);
    }
    uint32_t kept = 0;
    w->create_us = MX_NEVER;
    for (uint32_t i = 0; i < w->open_count; i++) {
        if (w->open[i].next_us == MX_NEVER)
            continue;
        if (w->open[i].next_us < w->create_us)
            w->create_us = w->open[i].next_us;
        w->open[kept++] = w->open[i];
    }
    w->open_count = kept;
}

/* --- starting --- */

#define SERVED_AT_ONCE 16

static void serve_line(struct window *w, uint32_t path)
{
    struct mx_batch *batch = &w->batch;
    size_t served;
    do {
        if (!mx_batch_room_works(batch, SERVED_AT_ONCE)) {
            w->world->out_of_memory = true;
            return;
        }
        served = mx_world_serve_some(w->world, path, w->until_us, &batch->works[batch->work_count],
                                     SERVED_AT_ONCE);
        batch->work_count += served;
    } while (served == SERVED_AT_ONCE);
}

static void serve_lines(struct window *w)
{
    struct mx_world *world = w->world;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->active_count; i++) {
        uint32_t path = world->active[i];
        if (world->wake_us[path] < w->until_us) {
            serve_line(w, path);
            if (world->paths[path].line.count == 0) {
                world->paths[path].active = false;
                continue;
            }
        }
        world->active[kept++] = path;
    }
    world->active_count = kept;
}

/* The draws of all that may start without waiting, before any of it does. */
static void draw_attempts(struct window *w)
{
    const struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    struct mx_asks *asks = &batch->asks;
    asks->count = 0;
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct mx_entry *entry = &batch->entries[i];
        if (world->paths[entry->destination].line.count > 0)
            continue;
        asks->place[i] = (uint32_t)asks->count;
        mx_ask(asks, &world->streams[mx_world_stream_of(world, entry->message)].draws,
               mx_world_number_of(world, entry->message),
               mx_draw_step(entry->attempt_count, MX_DRAW_ATTEMPT));
    }
    mx_asks_draw(asks, world->draw_key);
}

/* What is due at a path, in order: it starts at once, or waits behind what waits already. */
static void hand_to_path(struct window *w, struct mx_world_path *path, const uint32_t *places,
                         size_t count)
{
    struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    const struct mx_asks *asks = &batch->asks;
    size_t i = 0;
    for (; i < count && path->line.count == 0; i++) {
        const struct mx_entry *entry = &batch->entries[places[i]];
        const uint32_t ask = asks->place[places[i]];
        const struct mx_draw draw = {{asks->word0[ask], asks->word1[ask]}};
        struct mx_work *work = &batch->works[batch->work_count];
        if (mx_world_try_start(world, entry, w->until_us, &draw, work))
            batch->work_count++;
        else
            mx_world_wait(world, entry);
    }
    for (; i < count; i++) {
        if (!mx_line_push(&world->lines, &path->line, &batch->entries[places[i]]))
            world->out_of_memory = true;
    }
}

static void hand_over(struct window *w)
{
    struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    if (!mx_batch_room_works(batch, batch->entry_count)) {
        world->out_of_memory = true;
        return;
    }
    mx_batch_sort_entries(batch, w->from_us, w->until_us, w->by_path, world->path_count);
    draw_attempts(w);
    for (size_t i = 0, end; i < batch->entry_count; i = end) {
        const uint16_t path = batch->entries[batch->sorted[i]].destination;
        for (end = i + 1; end < batch->entry_count; end++) {
            if (batch->entries[batch->sorted[end]].destination != path)
                break;
        }
        hand_to_path(w, &world->paths[path], &batch->sorted[i], end - i);
    }
}

/* --- judging --- */

/* A path's episode is the same for all attempts of a window, unless it ends there or there is one
 * for each attempt: it is looked up once. */
static uint64_t episode_step(const struct window *w, const struct mx_work *work)
{
    const struct mx_world *world = w->world;
    struct mx_world_path *path = &world->paths[work->entry.destination];
    const uint32_t domain = world->streams[mx_world_stream_of(world, work->entry.message)].domain;
    if (path->episode_from_us == w->from_us && path->episode_domain == domain)
        return path->episode_step;
    const uint64_t step = mx_world_episode_step(world, work);
    if (mx_receiver_episode_holds(path->receiver, w->from_us, w->until_us)) {
        path->episode_from_us = w->from_us;
        path->episode_domain = domain;
        path->episode_step = step;
    }
    return step;
}

/* Which draws of reputation's episodes there are does not depend on the order of the attempts. */
static void draw_episodes(struct window *w)
{
    const struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    struct mx_asks *asks = &batch->asks;
    asks->count = 0;
    for (size_t i = 0; i < batch->work_count; i++) {
        struct mx_work *work = &batch->works[i];
        const uint64_t step = episode_step(w, work);
        work->episode_u = 0.5;
        if (step == MX_STEP_NONE)
            continue;
        asks->place[asks->count] = (uint32_t)i;
        mx_ask(asks, &world->streams[mx_world_stream_of(world, work->entry.message)].draws,
               mx_world_number_of(world, work->entry.message), mx_draw_step(step, MX_DRAW_EPISODE));
    }
    mx_asks_draw(asks, world->draw_key);
    for (size_t i = 0; i < asks->count; i++)
        batch->works[asks->place[i]].episode_u = mx_uniform(asks->word0[i]);
}

#define LOOK_AHEAD 4 /* attempts */

static void judge_all(struct window *w)
{
    struct mx_batch *batch = &w->batch;
    size_t outcome_count = 0;
    draw_episodes(w);
    for (size_t i = 0; i < batch->work_count; i++) {
        const struct mx_work *work = &batch->works[batch->sorted[i]];
        if (i + LOOK_AHEAD < batch->work_count)
            mx_world_prefetch(w->world, &batch->works[batch->sorted[i + LOOK_AHEAD]]);
        if (mx_world_judge(w->world, work, &batch->outcomes[outcome_count]))
            outcome_count++;
    }
    if (outcome_count == 0)
        return;
    mx_world_report(w->world, batch->outcomes, outcome_count);
    /* what expires between its reply and the window's end */
    batch->entry_count = 0;
    mx_batch_take_due(batch, w->world, w->until_us);
    MX_CHECK(batch->entry_count == 0);
}

/* --- the loop --- */

static void run_window(struct window *w)
{
    struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    batch->entry_count = 0;
    batch->work_count = 0;
    mx_world_edge(world, w->from_us);
    serve_lines(w);
    mx_batch_take_due(batch, world, w->until_us);
    if (w->create_us < w->until_us)
        create_all(w);
    if (world->out_of_memory || !mx_batch_reserve(batch)) {
        world->out_of_memory = true;
        return;
    }
    if (batch->entry_count > 0)
        hand_over(w);
    if (batch->work_count == 0)
        return;
    if (world->out_of_memory || !mx_batch_reserve(batch)) {
        world->out_of_memory = true;
        return;
    }
    mx_batch_sort_works(batch, w->from_us, w->until_us, w->by_provider, world->provider_count);
    judge_all(w);
}

/* The next edge at which anything can happen, after an idle window. */
static int64_t next_edge(const struct window *w)
{
    const struct mx_world *world = w->world;
    int64_t next_us = mx_scheduler_next_due(world->scheduler);
    if (w->create_us < next_us)
        next_us = w->create_us;
    for (uint32_t i = 0; i < world->active_count; i++) {
        int64_t *wake_us = &world->wake_us[world->active[i]];
        if (*wake_us == MX_WAKE_UNKNOWN)
            *wake_us = mx_world_wake_us(world, world->active[i]);
        if (*wake_us < next_us)
            next_us = *wake_us;
    }
    int64_t window_us = world->plan->window_us;
    int64_t edge_us = mx_world_edge_next_us(world);
    if (next_us / window_us * window_us < edge_us)
        edge_us = next_us / window_us * window_us;
    return edge_us > w->until_us ? edge_us : w->until_us;
}

static bool begin(struct window *w)
{
    struct mx_world *world = w->world;
    w->open = malloc((world->stream_count + 1U) * sizeof *w->open);
    w->by_path = malloc((world->path_count + 1U) * sizeof *w->by_path);
    w->by_provider = malloc((world->path_count + 1U) * sizeof *w->by_provider);
    if (!w->open || !w->by_path || !w->by_provider)
        return false;
    for (uint32_t i = 0; i < world->path_count; i++) {
        w->by_path[i] = (uint16_t)i;
        w->by_provider[i] = (uint16_t)(world->options->trace ? 0 : world->paths[i].provider);
    }
    w->create_us = MX_NEVER;
    for (uint32_t s = 0; s < world->stream_count; s++) {
        const int64_t next_us = world->streams[s].arrival.next_us;
        if (next_us == MX_NEVER)
            continue;
        w->open[w->open_count++] = (struct open_stream){next_us, s};
        if (next_us < w->create_us)
            w->create_us = next_us;
    }
    for (uint32_t p = 0; p < world->plan->pool_count; p++)
        w->in_order_needed |= world->plan->pools[p].warm_up.step_count > 0;
    return true;
}

static void run_windows(struct window *w)
{
    struct mx_world *world = w->world;
    const int64_t horizon_us = world->plan->horizon_us;
    while (w->from_us < horizon_us && !world->out_of_memory) {
        const int64_t room_us = horizon_us - w->from_us;
        w->until_us =
            w->from_us + (world->plan->window_us < room_us ? world->plan->window_us : room_us);
        run_window(w);
        mx_world_measure(world);
        if (mx_world_progress(world))
            break;
        w->from_us = w->batch.work_count > 0 ? w->until_us : next_edge(w);
    }
}

void mx_loop_window(struct mx_world *world)
{
    struct window w = {.world = world};
    if (begin(&w))
        run_windows(&w);
    else
        world->out_of_memory = true;
    mx_batch_fini(&w.batch);
    free(w.open);
    free(w.by_path);
    free(w.by_provider);
}
