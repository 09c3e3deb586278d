// SPDX-License-Identifier: GPL-3.0-or-later
/* loop_window.c - the fast loop: all that is due within a window is handled at once.
 *
 * True time order is kept where it can be seen: what is due is handed to its path in the order
 * (due, message), each path gives its starts first come, first served, and the starts are judged
 * (judge_window.c). That works because a start never depends on a reply within the same window:
 * transaction times are drawn from (message, attempt), adaptive limits move at edges only, and a
 * refused message is not due again before the window ends (else plan->exact_required). */
#include "sim/base/check.h"
#include "sim/engine/batch.h"
#include "sim/engine/judge_window.h"
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
    uint64_t *visit;   /* a bit a path: there is something to do, this window; zeroed between */
    uint32_t *due_end; /* [path]: where its entries end in batch.dealt; zeroed between */
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

/* --- paths to visit, in the order of their numbers --- */

static inline void visit(struct window *w, uint32_t path)
{
    w->visit[path / 64] |= UINT64_C(1) << path % 64;
}

/* The first path to visit at or after `word` x 64, off the list; *word moves on. UINT32_MAX: none.*/
static inline uint32_t next_path(struct window *w, uint32_t *word)
{
    const uint32_t words = (w->world->path_count + 63) / 64;
    while (*word < words && w->visit[*word] == 0)
        ++*word;
    if (*word == words)
        return UINT32_MAX;
    const uint64_t bits = w->visit[*word];
    w->visit[*word] = bits & (bits - 1);
    return *word * 64 + (uint32_t)__builtin_ctzll(bits);
}

/* --- starting --- */

#define SERVED_AT_ONCE 16

static void serve_line(struct window *w, uint32_t path)
{
    struct mx_batch *batch = &w->batch;
    const size_t first = batch->work_count;
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
    if (!mx_batch_close_segment(batch, path, first))
        w->world->out_of_memory = true;
}

static void serve_lines(struct window *w)
{
    struct mx_world *world = w->world;
    uint32_t kept = 0;
    bool emptied = false;
    for (uint32_t i = 0; i < world->active_count; i++) {
        if (world->wake_us[world->active[i]] < w->until_us)
            visit(w, world->active[i]);
    }
    for (uint32_t word = 0, path; (path = next_path(w, &word)) != UINT32_MAX;) {
        serve_line(w, path);
        world->paths[path].active = world->paths[path].line.count > 0;
        emptied |= !world->paths[path].active;
    }
    w->batch.line_segment_count = w->batch.segment_count;
    for (uint32_t i = 0; emptied && i < world->active_count; i++) {
        if (world->paths[world->active[i]].active)
            world->active[kept++] = world->active[i];
    }
    if (emptied)
        world->active_count = kept;
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

/* Each path's entries into batch->dealt, path by path, in the order in which they came. */
static void deal(struct window *w)
{
    struct mx_batch *batch = &w->batch;
    for (size_t i = 0; i < batch->entry_count; i++) {
        const uint16_t path = batch->entries[i].destination;
        if (w->due_end[path]++ == 0)
            visit(w, path);
    }
    uint32_t end = 0;
    for (uint32_t word = 0; word < (w->world->path_count + 63) / 64; word++) {
        for (uint64_t bits = w->visit[word]; bits != 0; bits &= bits - 1) {
            const uint32_t path = word * 64 + (uint32_t)__builtin_ctzll(bits);
            const uint32_t count = w->due_end[path];
            w->due_end[path] = end; /* its start, moved on to its end by what follows */
            end += count;
        }
    }
    for (size_t i = 0; i < batch->entry_count; i++)
        batch->dealt[w->due_end[batch->entries[i].destination]++] = (uint32_t)i;
}

/* The draws of all that may start without waiting, before any of it does. */
static void draw_attempts(struct window *w)
{
    const struct mx_world *world = w->world;
    const struct mx_batch *batch = &w->batch;
    struct mx_asks *asks = &w->batch.asks;
    asks->count = 0;
    uint32_t from = 0;
    for (uint32_t word = 0; word < (world->path_count + 63) / 64; word++) {
        for (uint64_t bits = w->visit[word]; bits != 0; bits &= bits - 1) {
            const uint32_t path = word * 64 + (uint32_t)__builtin_ctzll(bits);
            const uint32_t end = w->due_end[path];
            for (; world->paths[path].line.count == 0 && from < end; from++) {
                const struct mx_entry *entry = &batch->entries[batch->dealt[from]];
                asks->place[batch->dealt[from]] = (uint32_t)asks->count;
                mx_ask(asks, &world->streams[mx_world_stream_of(world, entry->message)].draws,
                       mx_world_number_of(world, entry->message),
                       mx_draw_step(entry->attempt_count, MX_DRAW_ATTEMPT));
            }
            from = end;
        }
    }
    mx_asks_draw(asks, world->draw_key);
}

static inline bool due_before(const struct mx_entry *a, const struct mx_entry *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->message < b->message);
}

#define FEW 16

/* A path's entries in the order (due, message). Mostly they are, having come out of one stream. */
static const uint32_t *in_order(struct window *w, uint32_t *places, size_t count)
{
    const struct mx_entry *entries = w->batch.entries;
    int64_t before_us = entries[places[0]].due_us;
    for (size_t i = 1; i < count; i++) {
        const uint32_t place = places[i];
        size_t hole = i;
        if (entries[place].due_us > before_us) {
            before_us = entries[place].due_us;
            continue;
        }
        for (; hole > 0 && due_before(&entries[place], &entries[places[hole - 1]]); hole--) {
            if (count > FEW) {
                mx_batch_sort_entries(&w->batch, places, count, w->from_us, w->until_us);
                return w->batch.sorted;
            }
            places[hole] = places[hole - 1];
        }
        places[hole] = place;
    }
    return places;
}

static void hand_over(struct window *w)
{
    struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    if (!mx_batch_room_works(batch, batch->entry_count)) {
        world->out_of_memory = true;
        return;
    }
    deal(w);
    draw_attempts(w);
    uint32_t from = 0;
    for (uint32_t word = 0, path; (path = next_path(w, &word)) != UINT32_MAX;) {
        const uint32_t end = w->due_end[path];
        const size_t first = batch->work_count;
        w->due_end[path] = 0;
        hand_to_path(w, &world->paths[path], in_order(w, &batch->dealt[from], end - from),
                     end - from);
        from = end;
        if (!mx_batch_close_segment(batch, path, first))
            world->out_of_memory = true;
    }
}

/* --- the loop --- */

static void run_window(struct window *w)
{
    struct mx_world *world = w->world;
    struct mx_batch *batch = &w->batch;
    batch->entry_count = 0;
    batch->work_count = 0;
    batch->segment_count = 0;
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
    mx_window_judge(world, batch, w->from_us, w->until_us);
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
    w->visit = calloc(world->path_count / 64U + 1U, sizeof *w->visit);
    w->due_end = calloc(world->path_count + 1U, sizeof *w->due_end);
    if (!w->open || !w->visit || !w->due_end)
        return false;
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
    free(w.visit);
    free(w.due_end);
}
