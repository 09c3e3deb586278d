// SPDX-License-Identifier: GPL-3.0-or-later
/* create.c - a message comes into being: pre-send check, home IP, warm-up allowance. */
#include "sim/engine/world.h"

#include "models/ip_pool.h"
#include "models/recipient.h"

static bool bit(const uint64_t *bits, uint64_t number)
{
    return bits && (bits[number / 64] >> (number % 64) & 1) != 0;
}

enum drop { NOT_DROPPED, DROPPED_INVALID, DROPPED_SPAM };

/* The pre-send check: known to be invalid, or (promotional mail) reported spam. *note: what was
 * found out about the address on the way. */
static enum drop check(const struct mx_world *world, const struct mx_world_stream *stream,
                       uint64_t number, uint32_t *note)
{
    const struct mx_list_params *list = stream->list;
    bool promotional = world->plan->campaigns[stream->campaign].promotional;
    if (bit(stream->bounced, number))
        return DROPPED_INVALID;
    if (promotional && bit(stream->complained, number))
        return DROPPED_SPAM;
    struct mx_draw draw = mx_draw(&stream->members, number, 0, MX_DRAW_MEMBER);
    struct mx_recipient recipient = mx_recipient_of(list, draw.word[0], draw.word[1]);
    *note = recipient.address == MX_ADDRESS_GOOD ? MX_NOTE_GOOD : MX_NOTE_UNSEEN;
    if (recipient.known_invalid)
        return DROPPED_INVALID;
    return promotional && recipient.reported_spam ? DROPPED_SPAM : NOT_DROPPED;
}

static void trace_drop(const struct mx_world *world, const struct mx_world_stream *stream,
                       uint64_t number, enum drop drop)
{
    const struct mx_plan *plan = world->plan;
    const struct mx_plan_campaign *campaign = &plan->campaigns[stream->campaign];
    int64_t now_us = stream->arrival.next_us;
    if (!world->options->trace || !mx_trace_wants_drops(world->options->trace))
        return;
    mx_trace_write(world->options->trace,
                   &(struct mx_trace_row){
                       .replication = world->options->replication,
                       .time_us = now_us,
                       .start_us = now_us,
                       .created_us = now_us,
                       .next_due_us = MX_NEVER,
                       .campaign = campaign->name,
                       .provider = plan->providers[stream->provider].name,
                       .ip = "(none)",
                       .provider_index = stream->provider,
                       .domain = plan->domains[campaign->domain].name,
                       .occurrence = stream->occurrence,
                       .number = number,
                       .event = drop == DROPPED_SPAM ? MX_TRACE_DROP_SPAM : MX_TRACE_DROP_INVALID,
                   });
}

#define PICKS_AHEAD 8 /* messages of the same stream */

/* The table is larger than the nearer caches, but which of its slots come next is known. */
static void prefetch_pick(const struct mx_world *world, const struct mx_world_stream *stream,
                          uint64_t number)
{
    const struct mx_ip_table *table =
        world->ip_tables[world->plan->campaigns[stream->campaign].pool];
    if (table)
        mx_ip_table_prefetch(table, mx_key_combine(stream->ip_hash, number));
}

static uint32_t pick_ip(const struct mx_world *world, uint32_t pool, uint64_t hash)
{
    const struct mx_plan_pool *p = &world->plan->pools[pool];
    if (world->ip_tables[pool])
        return p->ip_first + mx_ip_table_pick(world->ip_tables[pool], hash);
    return p->ip_first + mx_ip_pick(&world->ip_keys[p->ip_first], p->ip_count, hash);
}

/* Home IP: in the campaign's pool, or where that one's warm-up plan has no room left in the pool
 * that takes its overflow. *held: the allowance that the message has to wait for, or NULL. */
static uint32_t choose_ip(struct mx_world *world, const struct mx_world_stream *stream,
                          uint64_t number, int64_t now_us, struct mx_world_warm_up **held)
{
    const struct mx_plan *plan = world->plan;
    uint64_t hash = mx_key_combine(stream->ip_hash, number);
    uint32_t pool = plan->campaigns[stream->campaign].pool;
    for (uint32_t hop = 0;; hop++) {
        uint32_t ip = pick_ip(world, pool, hash);
        struct mx_world_warm_up *warm_up = mx_world_warm_up_of(world, stream->provider, ip);
        *held = NULL;
        if (!warm_up ||
            (warm_up->held.count == 0 && mx_world_warm_up_take(world, warm_up, ip, now_us)))
            return ip;
        *held = warm_up;
        pool = plan->pools[pool].overflow_pool;
        if (pool == MX_NO_INDEX || hop == plan->pool_count)
            return ip;
    }
}

static void hold(struct mx_world *world, struct mx_world_warm_up *warm_up,
                 const struct mx_entry *entry)
{
    if (warm_up->held.count == 0)
        world->held[world->held_count++] = (uint32_t)(warm_up - world->warm_ups);
    if (!mx_line_push(&world->lines, &warm_up->held, entry))
        world->out_of_memory = true;
}

bool mx_world_create_message(struct mx_world *world, uint32_t stream_index, struct mx_entry *entry)
{
    struct mx_world_stream *stream = &world->streams[stream_index];
    int64_t now_us = stream->arrival.next_us;
    uint64_t number = stream->arrival.index;
    bool counted = now_us >= world->plan->warmup_us;
    world->observation->message_total++;
    if (counted)
        mx_tally_pick(world->tally, now_us);

    prefetch_pick(world, stream, number + PICKS_AHEAD);
    uint32_t note = MX_NOTE_UNSEEN;
    enum drop drop = check(world, stream, number, &note);
    if (drop != NOT_DROPPED) {
        trace_drop(world, stream, number, drop);
        if (counted)
            mx_tally_dropped(world->tally, stream->campaign, stream->provider);
        return false;
    }
    struct mx_world_warm_up *held;
    uint32_t ip = choose_ip(world, stream, number, now_us, &held);
    *entry = (struct mx_entry){
        .due_us = now_us,
        .created_us = now_us,
        .message = (uint64_t)stream_index << world->number_bits | number,
        .note = note,
        .destination = (uint16_t)(stream->provider * world->ip_count + ip),
        .kind = MX_DUE_ATTEMPT,
    };
    if (counted) {
        struct mx_tally_place place = {stream->campaign, stream->provider, ip};
        mx_tally_sent(world->tally, &place, now_us);
    }
    if (held)
        hold(world, held, entry);
    return !held;
}

double mx_world_arrival_u(struct mx_world_stream *stream, uint64_t index)
{
    uint64_t word = stream->arrival_word;
    if (index % 2 == 0) {
        struct mx_draw draw = mx_draw(&stream->draws, index / 2, 0, MX_DRAW_ARRIVAL);
        word = draw.word[0];
        stream->arrival_word = draw.word[1];
    }
    return mx_uniform(word);
}

void mx_world_advance_stream(struct mx_world *world, uint32_t stream_index)
{
    struct mx_world_stream *stream = &world->streams[stream_index];
    struct mx_arrival *arrival = &stream->arrival;
    double u = 0.5;
    if (mx_arrival_is_poisson(arrival->shape))
        u = mx_world_arrival_u(stream, arrival->index + 1);
    mx_arrival_advance(arrival, u);
}
