// SPDX-License-Identifier: GPL-3.0-or-later
/* loop_exact.c - the reference loop: one moment at a time, in the documented order.
 *
 * At each time that anything happens: the window edge, replies that destinations hear of, what is
 * due (expiries, then attempts and new messages by number), paths whose next message can start,
 * and the judging of all that started, by message. Simple and slow (binary heaps, an event for each
 * waiting path); the window loop must give the same results. */
#include "sim/base/check.h"
#include "sim/engine/batch.h"
#include "sim/engine/world.h"

#include <stdlib.h>

/* Something to come: a path to look at, or a started attempt (index into works) to judge. */
struct mark {
    int64_t at_us;
    uint64_t tie; /* message, or path */
    uint32_t index;
};

struct mark_heap {
    struct mark *mark;
    size_t count, size;
};

struct exact {
    struct mx_world *world;
    struct mx_batch batch;
    struct mark_heap wakes, starts;
    int64_t *wake_us;      /* [path]: the mark that counts; others of that path are passed over */
    struct mx_work *works; /* slots of started attempts */
    uint32_t *free_slots;
    size_t slot_count, free_count;
    int64_t edge_us;
    int64_t now_us;
};

static bool earlier(const struct mark *a, const struct mark *b)
{
    return a->at_us < b->at_us || (a->at_us == b->at_us && a->tie < b->tie);
}

static bool push(struct mark_heap *heap, struct mark mark)
{
    if (heap->count == heap->size) {
        size_t size = heap->size > 0 ? 2 * heap->size : 64;
        struct mark *larger = realloc(heap->mark, size * sizeof *larger);
        if (!larger)
            return false;
        heap->mark = larger;
        heap->size = size;
    }
    size_t i = heap->count++;
    while (i > 0 && earlier(&mark, &heap->mark[(i - 1) / 2])) {
        heap->mark[i] = heap->mark[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->mark[i] = mark;
    return true;
}

static struct mark pop(struct mark_heap *heap)
{
    struct mark top = heap->mark[0];
    struct mark last = heap->mark[--heap->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && earlier(&heap->mark[child + 1], &heap->mark[child]))
            child++;
        if (!earlier(&heap->mark[child], &last))
            break;
        heap->mark[i] = heap->mark[child];
        i = child;
    }
    if (heap->count > 0)
        heap->mark[i] = last;
    return top;
}

static int64_t top_us(const struct mark_heap *heap)
{
    return heap->count > 0 ? heap->mark[0].at_us : MX_NEVER;
}

/* A slot for a started attempt; UINT32_MAX when out of memory. */
static uint32_t take_slot(struct exact *e)
{
    if (e->free_count > 0)
        return e->free_slots[--e->free_count];
    if (e->slot_count % 1024 == 0) {
        size_t size = e->slot_count + 1024;
        struct mx_work *works = realloc(e->works, size * sizeof *works);
        if (works)
            e->works = works;
        uint32_t *slots = realloc(e->free_slots, size * sizeof *slots);
        if (slots)
            e->free_slots = slots;
        if (!works || !slots)
            return UINT32_MAX;
    }
    return (uint32_t)e->slot_count++;
}

static void add_start(struct exact *e, const struct mx_work *work)
{
    uint32_t slot = take_slot(e);
    if (slot == UINT32_MAX ||
        !push(&e->starts, (struct mark){work->start_us, work->entry.message, slot})) {
        e->world->out_of_memory = true;
        return;
    }
    e->works[slot] = *work;
}

static void set_wake(struct exact *e, uint32_t path)
{
    int64_t wake_us = mx_world_wake_us(e->world, path);
    if (wake_us < e->now_us)
        wake_us = e->now_us;
    if (wake_us == e->wake_us[path])
        return;
    e->wake_us[path] = wake_us;
    if (wake_us != MX_NEVER && !push(&e->wakes, (struct mark){wake_us, path, path}))
        e->world->out_of_memory = true;
}

static void run_edge(struct exact *e)
{
    struct mx_world *world = e->world;
    mx_world_edge(world, e->edge_us);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->active_count; i++) {
        uint32_t path = world->active[i];
        if (world->paths[path].line.count > 0)
            world->active[kept++] = path;
        else
            world->paths[path].active = false;
    }
    world->active_count = kept;
    e->wakes.count = 0; /* limits may have moved: look at every waiting path afresh */
    for (uint32_t i = 0; i < world->active_count; i++) {
        e->wake_us[world->active[i]] = MX_NEVER;
        if (world->destinations)
            mx_world_refresh(world, world->active[i], e->edge_us);
        set_wake(e, world->active[i]);
    }
    e->edge_us += world->plan->window_us;
}

static void hand_over(struct exact *e, const struct mx_entry *entry)
{
    struct mx_work work;
    bool first = e->world->paths[entry->destination].line.count == 0;
    /* what destinations may refuse goes through the line, which asks them */
    if (!e->world->destinations && first) {
        struct mx_draw draw = mx_world_attempt_draw(e->world, entry);
        if (mx_world_try_start(e->world, entry, e->now_us + 1, &draw, &work)) {
            add_start(e, &work);
            return;
        }
    }
    mx_world_wait(e->world, entry);
    if (first)
        set_wake(e, entry->destination);
}

static void run_due(struct exact *e)
{
    struct mx_world *world = e->world;
    e->batch.entry_count = 0;
    mx_batch_take_due(&e->batch, world, e->now_us + 1);
    for (uint32_t s = 0; s < world->stream_count && !world->out_of_memory; s++) {
        while (world->streams[s].arrival.next_us == e->now_us) {
            if (!mx_batch_room_entries(&e->batch, 1)) {
                world->out_of_memory = true;
                return;
            }
            if (mx_world_create_message(world, s, &e->batch.entries[e->batch.entry_count]))
                e->batch.entry_count++;
            mx_world_advance_stream(world, s);
        }
    }
    if (world->out_of_memory || !mx_batch_reserve(&e->batch)) {
        world->out_of_memory = true;
        return;
    }
    mx_batch_sort_entries(&e->batch, NULL, e->batch.entry_count, e->now_us, e->now_us + 1);
    for (size_t i = 0; i < e->batch.entry_count; i++)
        hand_over(e, &e->batch.entries[e->batch.sorted[i]]);
}

static void run_wake(struct exact *e)
{
    struct mark mark = pop(&e->wakes);
    struct mx_work work;
    if (mark.at_us != e->wake_us[mark.index])
        return;
    e->wake_us[mark.index] = MX_NEVER;
    while (mx_world_serve(e->world, mark.index, e->now_us + 1, &work))
        add_start(e, &work);
    set_wake(e, mark.index);
}

static double episode_u(const struct mx_world *world, const struct mx_work *work)
{
    const struct mx_world_stream *stream =
        &world->streams[mx_world_stream_of(world, work->entry.message)];
    const uint64_t step = mx_world_episode_step(world, work);
    if (step == MX_STEP_NONE)
        return 0.5;
    return mx_uniform(mx_draw(&stream->draws, mx_world_number_of(world, work->entry.message), step,
                              MX_DRAW_EPISODE)
                          .word[0]);
}

static void run_judge(struct exact *e)
{
    struct mark mark = pop(&e->starts);
    struct mx_outcome outcome;
    e->works[mark.index].episode_u = episode_u(e->world, &e->works[mark.index]);
    if (mx_world_judge(e->world, &e->works[mark.index], &outcome))
        mx_world_report(e->world, &outcome, 1);
    e->free_slots[e->free_count++] = mark.index;
}

static int64_t next_creation(const struct mx_world *world)
{
    int64_t next_us = MX_NEVER;
    for (uint32_t s = 0; s < world->stream_count; s++) {
        if (world->streams[s].arrival.next_us < next_us)
            next_us = world->streams[s].arrival.next_us;
    }
    return next_us;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The next moment, in the order edge, reply, due, wake, judge. */
static void step(struct exact *e)
{
    struct mx_world *world = e->world;
    int64_t due_us = least(mx_scheduler_next_due(world->scheduler), next_creation(world));
    int64_t wake_us = top_us(&e->wakes), start_us = top_us(&e->starts);
    int64_t reply_us = mx_world_next_reply_us(world);
    int64_t next_us = least(least(least(e->edge_us, reply_us), due_us), least(wake_us, start_us));
    e->now_us = next_us > e->now_us ? next_us : e->now_us;
    if (e->now_us >= world->plan->horizon_us)
        return;
    if (e->edge_us <= e->now_us)
        run_edge(e);
    else if (reply_us <= e->now_us)
        set_wake(e, mx_world_hear(world));
    else if (due_us <= e->now_us)
        run_due(e);
    else if (wake_us <= e->now_us)
        run_wake(e);
    else
        run_judge(e);
}

void mx_loop_exact(struct mx_world *world)
{
    struct exact e = {.world = world};
    e.wake_us = malloc((world->path_count + 1U) * sizeof *e.wake_us);
    if (!e.wake_us) {
        world->out_of_memory = true;
        return;
    }
    for (uint32_t i = 0; i < world->path_count; i++)
        e.wake_us[i] = MX_NEVER;
    while (e.now_us < world->plan->horizon_us && !world->out_of_memory) {
        bool at_edge = e.edge_us <= e.now_us;
        step(&e);
        if (!at_edge)
            continue;
        mx_world_measure(world);
        if (mx_world_progress(world))
            break;
    }
    mx_batch_fini(&e.batch);
    free(e.wakes.mark);
    free(e.wake_us);
    free(e.starts.mark);
    free(e.works);
    free(e.free_slots);
}
