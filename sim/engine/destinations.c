// SPDX-License-Identifier: GPL-3.0-or-later
/* destinations.c - what messages to one destination share: replies reach it when they come, and
 * messages at the head of a line are turned away as it says. See world.h; only the exact loop knows
 * the moment of a reply, so plans with such policies run by it. */
#include "sim/engine/world.h"

#include <stdlib.h>

#include "sim/base/check.h"

/* Draws of skips and of attempts never share a counter. */
#define SKIP_DRAW (UINT64_C(1) << 62)

/* On its way to the destination. */
struct reply {
    struct mx_outcome outcome; /* reply_us: when it comes */
    enum mx_verdict verdict;
    enum mx_reason reason;
    struct mx_trace_row row;
};

struct mx_destinations {
    struct mx_destination *of_path;
    struct reply *replies; /* min-heap by (time, message) */
    size_t count, size;
};

struct mx_destinations *mx_destinations_create(const struct mx_plan *plan, uint32_t path_count)
{
    struct mx_destinations *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->of_path = calloc(path_count, sizeof *all->of_path);
    if (!all->of_path) {
        free(all);
        return NULL;
    }
    for (uint32_t i = 0; i < path_count; i++)
        mx_destination_init(&all->of_path[i], &plan->destination);
    return all;
}

void mx_destinations_destroy(struct mx_destinations *all)
{
    if (!all)
        return;
    free(all->of_path);
    free(all->replies);
    free(all);
}

/* --- replies --- */

static bool earlier(const struct reply *a, const struct reply *b)
{
    if (a->outcome.reply_us != b->outcome.reply_us)
        return a->outcome.reply_us < b->outcome.reply_us;
    return a->outcome.entry.message < b->outcome.entry.message;
}

void mx_world_reply_later(struct mx_world *world, const struct mx_outcome *outcome,
                          enum mx_verdict verdict, enum mx_reason reason)
{
    struct mx_destinations *all = world->destinations;
    struct reply reply = {.outcome = *outcome, .verdict = verdict, .reason = reason};
    if (all->count == all->size) {
        size_t size = all->size > 0 ? 2 * all->size : 64;
        struct reply *larger = realloc(all->replies, size * sizeof *larger);
        if (!larger) {
            world->out_of_memory = true;
            return;
        }
        all->replies = larger;
        all->size = size;
    }
    if (world->row_count > 0) /* trace only */
        reply.row = world->rows[--world->row_count];
    size_t i = all->count++;
    while (i > 0 && earlier(&reply, &all->replies[(i - 1) / 2])) {
        all->replies[i] = all->replies[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    all->replies[i] = reply;
}

static struct reply pop(struct mx_destinations *all)
{
    struct reply top = all->replies[0];
    const struct reply *last = &all->replies[--all->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= all->count)
            break;
        if (child + 1 < all->count && earlier(&all->replies[child + 1], &all->replies[child]))
            child++;
        if (!earlier(&all->replies[child], last))
            break;
        all->replies[i] = all->replies[child];
        i = child;
    }
    all->replies[i] = *last;
    return top;
}

int64_t mx_world_next_reply_us(const struct mx_world *world)
{
    const struct mx_destinations *all = world->destinations;
    return all && all->count > 0 ? all->replies[0].outcome.reply_us : MX_NEVER;
}

static void check_status(struct mx_world *world, enum mx_scheduler_status status)
{
    MX_CHECK(status != MX_SCHEDULER_RANGE);
    if (status == MX_SCHEDULER_NO_MEMORY)
        world->out_of_memory = true;
}

/* What follows for the message: as its destination decided, or as the policy does. */
static void carry_out(struct mx_world *world, struct reply *reply, bool decided)
{
    if (decided)
        check_status(world, mx_scheduler_settle(world->scheduler, &reply->outcome));
    else
        check_status(world, mx_scheduler_report(world->scheduler, &reply->outcome, 1));
    if (!world->options->trace || world->out_of_memory)
        return;
    if (reply->verdict == MX_BUSY)
        reply->row.next_due_us = reply->outcome.decision.next_us;
    mx_trace_write(world->options->trace, &reply->row);
}

uint32_t mx_world_hear(struct mx_world *world)
{
    struct reply reply = pop(world->destinations);
    const struct mx_entry *entry = &reply.outcome.entry;
    struct mx_destination *destination = &world->destinations->of_path[entry->destination];
    int64_t now_us = reply.outcome.reply_us;
    const struct mx_retry_state state = {
        .created_us = entry->created_us,
        .first_deferral_us = entry->attempt_count == 0 ? now_us : entry->first_deferral_us,
        .attempt_count = entry->attempt_count + 1U,
        .due_us = entry->due_us,
    };
    const struct mx_plan *plan = world->plan;
    bool decided =
        mx_destination_reply(destination, &plan->retry, &plan->destination, &state, reply.verdict,
                             reply.reason, now_us, reply.outcome.u, &reply.outcome.decision);
    mx_world_limit_path(world, entry->destination, now_us);
    carry_out(world, &reply, decided);
    return entry->destination;
}

/* --- the head of a line --- */

void mx_world_refresh(struct mx_world *world, uint32_t path, int64_t now_us)
{
    mx_destination_refresh(&world->destinations->of_path[path], &world->plan->destination, now_us);
    mx_world_limit_path(world, path, now_us);
}

int64_t mx_world_ready_us(const struct mx_world *world, uint32_t path, int64_t start_us)
{
    return mx_destination_ready_us(&world->destinations->of_path[path], start_us);
}

void mx_world_backoff(const struct mx_world *world, uint32_t path, double *rate_per_s,
                      uint32_t *connections)
{
    *rate_per_s = 0;
    *connections = 0;
    if (world->destinations && world->destinations->of_path[path].backoff.active) {
        *rate_per_s = world->plan->destination.backoff.rate_per_s;
        *connections = world->plan->destination.backoff.connections;
    }
}

static void skip(struct mx_world *world, const struct mx_entry *entry, int64_t now_us,
                 struct mx_outcome *outcome)
{
    *outcome = (struct mx_outcome){
        .entry = *entry, .reply_us = now_us, .u = 0.5, .result = MX_RESULT_SKIPPED};
    if (world->retry_random) {
        const struct mx_world_stream *stream =
            &world->streams[mx_world_stream_of(world, entry->message)];
        outcome->u = mx_uniform(mx_draw(&stream->draws, mx_world_number_of(world, entry->message),
                                        SKIP_DRAW | (uint64_t)now_us, MX_DRAW_RETRY)
                                    .word[0]);
    }
    check_status(world, mx_scheduler_report(world->scheduler, outcome, 1));
}

static void wait_for_host(struct mx_world *world, const struct mx_entry *entry, int64_t now_us,
                          struct mx_outcome *outcome)
{
    const struct mx_destination *destination = &world->destinations->of_path[entry->destination];
    outcome->entry = *entry;
    outcome->entry.due_us =
        mx_retry_host_due_us(&world->plan->retry, &destination->host, entry->created_us, now_us);
    outcome->decision.next_us = outcome->entry.due_us;
    check_status(world, mx_scheduler_put(world->scheduler, &outcome->entry));
}

bool mx_world_turn_away(struct mx_world *world, const struct mx_entry *entry, int64_t now_us)
{
    struct mx_destination *destination = &world->destinations->of_path[entry->destination];
    struct mx_outcome outcome;
    switch (mx_destination_ask(destination, &world->plan->retry, entry->created_us, now_us)) {
    case MX_DESTINATION_TRY:
        mx_destination_start(destination);
        return false;
    case MX_DESTINATION_EXPIRE:
        mx_world_expire(world, entry, now_us);
        return true;
    case MX_DESTINATION_WAIT:
        wait_for_host(world, entry, now_us, &outcome);
        break;
    case MX_DESTINATION_SKIP:
        skip(world, entry, now_us, &outcome);
        break;
    case MX_DESTINATION_ASK_COUNT:
        MX_CHECK(false);
    }
    mx_world_skipped(world, entry, now_us, outcome.decision.next_us);
    return true;
}
