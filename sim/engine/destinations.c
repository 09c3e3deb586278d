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

/* Of an address: the campaign stands for its sender, whose name Exim's retry key has in it. */
static uint64_t group_of(const struct mx_world *world, const struct mx_entry *entry)
{
    uint32_t campaign = world->streams[mx_world_stream_of(world, entry->message)].campaign;
    return (uint64_t)campaign * world->path_count + entry->destination;
}

/* What the reply means for its address. A refusal of the content is the message's alone. */
static bool hear_address(struct mx_world *world, struct reply *reply)
{
    const struct mx_entry *entry = &reply->outcome.entry;
    uint64_t group = group_of(world, entry), number = mx_world_number_of(world, entry->message);
    if (reply->verdict != MX_BUSY) {
        mx_addresses_remove(world->addresses, group, number);
        return false;
    }
    if (reply->reason != MX_REASON_GREYLIST && reply->reason != MX_REASON_MAILBOX_FULL)
        return false;
    struct mx_retry_host *address = mx_addresses_get(world->addresses, group, number);
    if (!address) {
        world->out_of_memory = true;
        return false;
    }
    reply->outcome.decision = mx_retry_address_fail(&world->plan->retry, address, entry->created_us,
                                                    reply->outcome.reply_us, reply->outcome.u);
    return true;
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
    if (!decided && world->addresses)
        decided = hear_address(world, &reply);
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

/* host: the data that make it wait, of its host or its address. */
static void wait_for(struct mx_world *world, const struct mx_entry *entry,
                     const struct mx_retry_host *host, int64_t now_us, struct mx_outcome *outcome)
{
    outcome->entry = *entry;
    outcome->entry.due_us =
        mx_retry_host_due_us(&world->plan->retry, host, entry->created_us, now_us);
    outcome->decision.next_us = outcome->entry.due_us;
    check_status(world, mx_scheduler_put(world->scheduler, &outcome->entry));
}

/* The data of its address where the message has to wait for them, else NULL. One that has just
 * arrived does not: Exim looks at them in queue runs alone. */
static const struct mx_retry_host *slow_address(const struct mx_world *world,
                                                const struct mx_entry *entry, int64_t now_us)
{
    if (!world->addresses || (entry->attempt_count == 0 && entry->due_us == entry->created_us))
        return NULL;
    const struct mx_retry_host *address = mx_addresses_find(
        world->addresses, group_of(world, entry), mx_world_number_of(world, entry->message));
    return address &&
                   mx_retry_address_waits(&world->plan->retry, address, entry->created_us, now_us)
               ? address
               : NULL;
}

bool mx_world_turn_away(struct mx_world *world, const struct mx_entry *entry, int64_t now_us)
{
    struct mx_destination *destination = &world->destinations->of_path[entry->destination];
    const struct mx_retry_host *address;
    struct mx_outcome outcome;
    switch (mx_destination_ask(destination, &world->plan->retry, entry->created_us, now_us)) {
    case MX_DESTINATION_TRY:
        address = slow_address(world, entry, now_us);
        if (!address) {
            mx_destination_start(destination);
            return false;
        }
        wait_for(world, entry, address, now_us, &outcome);
        break;
    case MX_DESTINATION_EXPIRE:
        mx_world_expire(world, entry, now_us);
        return true;
    case MX_DESTINATION_WAIT:
        wait_for(world, entry, &destination->host, now_us, &outcome);
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
