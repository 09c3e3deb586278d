// SPDX-License-Identifier: GPL-3.0-or-later
/* serve.c - a path's waiting line, and when the next message of it starts. See world.h.
 *
 * First come, first served. How long a transaction takes is drawn from (message, attempt), never
 * from the reply, so a start is known before the attempts before it were judged. */
#include "sim/engine/world.h"

static void start(struct mx_world *world, const struct mx_entry *entry, int64_t start_us,
                  struct mx_work *work)
{
    const struct mx_world_stream *stream =
        &world->streams[mx_world_stream_of(world, entry->message)];
    work->entry = *entry;
    work->start_us = start_us;
    work->draw = mx_draw(&stream->draws, mx_world_number_of(world, entry->message),
                         entry->attempt_count, MX_DRAW_ATTEMPT);
    int64_t transaction_us = mx_sampler_us(world->transaction, mx_uniform_low(work->draw.word[0]));
    work->until_us =
        mx_sending_path_take(world->paths[entry->destination].sending, start_us, transaction_us);
}

bool mx_world_try_start(struct mx_world *world, const struct mx_entry *entry, int64_t before_us,
                        struct mx_work *work)
{
    const struct mx_world_path *path = &world->paths[entry->destination];
    if (path->line.count > 0)
        return false;
    int64_t start_us = mx_sending_path_start_us(path->sending, entry->due_us);
    if (start_us >= before_us || start_us >= mx_world_deadline_us(world, entry))
        return false;
    start(world, entry, start_us, work);
    return true;
}

/* When the head of a path's line can be looked at. */
static int64_t ready_us(const struct mx_world *world, uint32_t path, const struct mx_entry *entry)
{
    int64_t start_us = mx_sending_path_start_us(world->paths[path].sending, entry->due_us);
    return world->destinations ? mx_world_ready_us(world, path, start_us) : start_us;
}

void mx_world_wait(struct mx_world *world, const struct mx_entry *entry)
{
    struct mx_world_path *path = &world->paths[entry->destination];
    if (!path->active) {
        path->active = true;
        world->active[world->active_count++] = entry->destination;
    }
    if (!mx_line_push(&world->lines, &path->line, entry))
        world->out_of_memory = true;
}

bool mx_world_serve(struct mx_world *world, uint32_t path_index, int64_t before_us,
                    struct mx_work *work)
{
    struct mx_world_path *path = &world->paths[path_index];
    if (world->destinations)
        mx_world_refresh(world, path_index, before_us - 1);
    while (path->line.count > 0) {
        struct mx_entry entry;
        mx_line_peek(&world->lines, &path->line, &entry);
        entry.destination = (uint16_t)path_index;
        int64_t start_us = ready_us(world, path_index, &entry);
        int64_t deadline_us = mx_world_deadline_us(world, &entry);
        if (start_us >= deadline_us && deadline_us < before_us) {
            mx_line_pop(&world->lines, &path->line);
            mx_world_expire(world, &entry, deadline_us);
            continue;
        }
        if (start_us >= before_us)
            return false;
        mx_line_pop(&world->lines, &path->line);
        if (world->destinations && mx_world_turn_away(world, &entry, before_us - 1))
            continue;
        /* what a reply has just made room for does not start before it */
        if (world->destinations && start_us < before_us - 1)
            start_us = before_us - 1;
        start(world, &entry, start_us, work);
        return true;
    }
    return false;
}

int64_t mx_world_wake_us(const struct mx_world *world, uint32_t path_index)
{
    const struct mx_world_path *path = &world->paths[path_index];
    if (path->line.count == 0)
        return MX_NEVER;
    struct mx_entry entry;
    mx_line_peek(&world->lines, &path->line, &entry);
    entry.destination = (uint16_t)path_index;
    int64_t start_us = ready_us(world, path_index, &entry);
    int64_t deadline_us = mx_world_deadline_us(world, &entry);
    return deadline_us < start_us ? deadline_us : start_us;
}
