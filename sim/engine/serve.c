// SPDX-License-Identifier: GPL-3.0-or-later
/* serve.c - a path's waiting line, and when the next message of it starts. See world.h.
 *
 * First come, first served. How long a transaction takes is drawn from (message, attempt), never
 * from the reply, so a start is known before the attempts before it were judged. */
#include "sim/engine/world.h"

static inline const struct mx_world_stream *stream_of(const struct mx_world *world,
                                                      uint64_t message)
{
    return &world->streams[mx_world_stream_of(world, message)];
}

struct mx_draw mx_world_attempt_draw(const struct mx_world *world, const struct mx_entry *entry)
{
    return mx_draw(&stream_of(world, entry->message)->draws,
                   mx_world_number_of(world, entry->message), entry->attempt_count,
                   MX_DRAW_ATTEMPT);
}

static inline int64_t transaction_us(const struct mx_world *world, uint64_t word0)
{
    return mx_sampler_us(world->transaction, mx_uniform_low(word0));
}

/* work->entry starts. */
static inline void start(struct mx_sending_path *sending, int64_t start_us,
                         const struct mx_draw *draw, int64_t transaction_us, struct mx_work *work)
{
    work->start_us = start_us;
    work->draw = *draw;
    work->until_us = mx_sending_path_take(sending, start_us, transaction_us);
}

bool mx_world_try_start(struct mx_world *world, const struct mx_entry *entry, int64_t before_us,
                        const struct mx_draw *draw, struct mx_work *work)
{
    const struct mx_world_path *path = &world->paths[entry->destination];
    const int64_t deadline_us = mx_world_deadline_us(world, entry);
    if (path->line.count > 0 ||
        !mx_sending_path_try(
            path->sending, entry->due_us, before_us < deadline_us ? before_us : deadline_us,
            transaction_us(world, draw->word[0]), &work->start_us, &work->until_us))
        return false;
    work->entry = *entry;
    work->draw = *draw;
    return true;
}

void mx_world_wait(struct mx_world *world, const struct mx_entry *entry)
{
    struct mx_world_path *path = &world->paths[entry->destination];
    if (!path->active) {
        path->active = true;
        world->active[world->active_count++] = entry->destination;
    }
    if (path->line.count == 0)
        world->wake_us[entry->destination] = MX_WAKE_UNKNOWN;
    if (!mx_line_push(&world->lines, &path->line, entry))
        world->out_of_memory = true;
}

enum head { HEAD_WAITS, HEAD_EXPIRED, HEAD_STARTS };

/* The head of a line that is not empty: *entry, and when it can start. Unless it waits it is taken
 * off the line. */
static enum head take_head(struct mx_world *world, uint32_t path_index, int64_t before_us,
                           struct mx_entry *entry, int64_t *start_us)
{
    struct mx_world_path *path = &world->paths[path_index];
    mx_line_peek(&world->lines, &path->line, entry);
    entry->destination = (uint16_t)path_index;
    *start_us = mx_sending_path_start_us(path->sending, entry->due_us);
    if (world->destinations)
        *start_us = mx_world_ready_us(world, path_index, *start_us);
    const int64_t deadline_us = mx_world_deadline_us(world, entry);
    if (*start_us >= before_us && deadline_us >= before_us)
        return HEAD_WAITS;
    mx_line_pop(&world->lines, &path->line);
    if (*start_us < deadline_us)
        return HEAD_STARTS;
    mx_world_expire(world, entry, deadline_us);
    return HEAD_EXPIRED;
}

bool mx_world_serve(struct mx_world *world, uint32_t path_index, int64_t before_us,
                    struct mx_work *work)
{
    struct mx_world_path *path = &world->paths[path_index];
    if (world->destinations)
        mx_world_refresh(world, path_index, before_us - 1);
    while (path->line.count > 0) {
        int64_t start_us;
        enum head head = take_head(world, path_index, before_us, &work->entry, &start_us);
        if (head == HEAD_WAITS)
            return false;
        if (head == HEAD_EXPIRED ||
            (world->destinations && mx_world_turn_away(world, &work->entry, before_us - 1)))
            continue;
        /* what a reply has just made room for does not start before it */
        if (world->destinations && start_us < before_us - 1)
            start_us = before_us - 1;
        struct mx_draw draw = mx_world_attempt_draw(world, &work->entry);
        start(path->sending, start_us, &draw, transaction_us(world, draw.word[0]), work);
        return true;
    }
    return false;
}

/* Make the draws of the line's first messages, of those in its first chunk, and fetch those behind
 * them. */
static void draw_ahead(const struct mx_world *world, struct mx_world_path *path)
{
    uint64_t key[MX_DRAWN], index[MX_DRAWN], step[MX_DRAWN];
    const uint32_t run = mx_line_run(&path->line);
    const uint32_t count = run < MX_DRAWN ? run : MX_DRAWN;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t attempt_count;
        uint64_t message = mx_line_look(&path->line, i, &attempt_count);
        key[i] = stream_of(world, message)->draws.key[1];
        index[i] = mx_world_number_of(world, message);
        step[i] = mx_draw_step(attempt_count, MX_DRAW_ATTEMPT);
    }
    for (uint32_t i = count; i < MX_DRAWN; i++) /* anything at all */
        key[i] = index[i] = step[i] = 0;
    const struct mx_draw_arrays arrays = {key, index, step, path->drawn[0], path->drawn[1]};
    mx_line_prefetch(&path->line, count, MX_DRAWN);
    mx_draw_many(world->draw_key, &arrays, count);
    for (uint32_t i = 0; i < count; i++)
        path->transaction_us[i] = transaction_us(world, path->drawn[0][i]);
    path->drawn_at = 0;
    path->drawn_count = (uint8_t)count;
}

/* The head of a line that is not empty starts, with the next of the draws; false when it does not
 * before before_us, but *work is filled as if it did. */
static inline bool try_head(struct mx_world *world, struct mx_world_path *path, uint32_t path_index,
                            int64_t before_us, struct mx_work *work, int64_t *deadline_us)
{
    const uint8_t at = path->drawn_at;
    mx_line_peek(&world->lines, &path->line, &work->entry);
    work->entry.destination = (uint16_t)path_index;
    work->draw = (struct mx_draw){{path->drawn[0][at], path->drawn[1][at]}};
    *deadline_us = mx_world_deadline_us(world, &work->entry);
    return mx_sending_path_try(path->sending, work->entry.due_us,
                               before_us < *deadline_us ? before_us : *deadline_us,
                               path->transaction_us[at], &work->start_us, &work->until_us);
}

size_t mx_world_serve_some(struct mx_world *world, uint32_t path_index, int64_t before_us,
                           struct mx_work *works, size_t capacity)
{
    struct mx_world_path *path = &world->paths[path_index];
    size_t count = 0;
    while (path->line.count > 0 && count < capacity) {
        struct mx_work *work = &works[count];
        int64_t deadline_us;
        if (path->drawn_at == path->drawn_count)
            draw_ahead(world, path);
        const bool starts = try_head(world, path, path_index, before_us, work, &deadline_us);
        if (!starts && work->start_us >= before_us && deadline_us >= before_us) {
            world->wake_us[path_index] =
                deadline_us < work->start_us ? deadline_us : work->start_us;
            return count;
        }
        mx_line_pop(&world->lines, &path->line);
        path->drawn_at++;
        if (starts)
            count++;
        else
            mx_world_expire(world, &work->entry, deadline_us);
    }
    return count;
}

int64_t mx_world_wake_us(const struct mx_world *world, uint32_t path_index)
{
    const struct mx_world_path *path = &world->paths[path_index];
    if (path->line.count == 0)
        return MX_NEVER;
    struct mx_entry entry;
    mx_line_peek(&world->lines, &path->line, &entry);
    int64_t start_us = mx_sending_path_start_us(path->sending, entry.due_us);
    if (world->destinations)
        start_us = mx_world_ready_us(world, path_index, start_us);
    int64_t deadline_us = mx_world_deadline_us(world, &entry);
    return deadline_us < start_us ? deadline_us : start_us;
}
