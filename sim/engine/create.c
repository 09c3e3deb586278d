// SPDX-License-Identifier: GPL-3.0-or-later
/* create.c - messages come into being: pre-send check, home IP, warm-up allowance.
 *
 * One at a time for the exact loop; for the window loop a block at a time, of which all that is
 * drawn or looked up was found beforehand (struct mx_world_ahead). */
#include "sim/engine/world.h"

#include <stdlib.h>

#include "models/ip_pool.h"
#include "models/recipient.h"

static bool bit(const uint64_t *bits, uint64_t number)
{
    return bits && (bits[number / 64] >> (number % 64) & 1) != 0;
}

/* Whether any of the bits from number on, count of them, is set. */
static bool any_bit(const uint64_t *bits, uint64_t number, uint32_t count)
{
    uint64_t found = 0;
    if (!bits || count == 0)
        return false;
    for (uint64_t word = number / 64; word <= (number + count - 1) / 64; word++)
        found |= bits[word];
    return found != 0;
}

/* enum mx_nature of a member. */
static uint8_t nature_of(const struct mx_world_stream *stream, uint64_t word0, uint64_t word1)
{
    if (mx_is_ordinary(&stream->ordinary, word0, word1))
        return MX_NATURE_GOOD;
    struct mx_recipient recipient = mx_recipient_of(stream->list, word0, word1);
    return (uint8_t)((recipient.address == MX_ADDRESS_GOOD ? MX_NATURE_GOOD : 0) |
                     (recipient.known_invalid ? MX_NATURE_KNOWN_INVALID : 0) |
                     (recipient.reported_spam ? MX_NATURE_REPORTED : 0));
}

enum drop { NOT_DROPPED, DROPPED_INVALID, DROPPED_SPAM };

/* The pre-send check: known to be invalid, or (promotional mail) reported spam. */
static enum drop check(const struct mx_world_stream *stream, uint64_t number, uint8_t nature)
{
    if (bit(stream->bounced, number))
        return DROPPED_INVALID;
    if (stream->promotional && bit(stream->complained, number))
        return DROPPED_SPAM;
    if ((nature & MX_NATURE_KNOWN_INVALID) != 0)
        return DROPPED_INVALID;
    return stream->promotional && (nature & MX_NATURE_REPORTED) != 0 ? DROPPED_SPAM : NOT_DROPPED;
}

static void trace_drop(const struct mx_world *world, const struct mx_world_stream *stream,
                       uint64_t number, int64_t now_us, enum drop drop)
{
    const struct mx_plan *plan = world->plan;
    const struct mx_plan_campaign *campaign = &plan->campaigns[stream->campaign];
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
    uint32_t pool = stream->pool;
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

static void set_entry(const struct mx_world *world, uint32_t stream_index, uint64_t number,
                      int64_t now_us, uint8_t nature, uint32_t ip, struct mx_entry *entry)
{
    *entry = (struct mx_entry){
        .due_us = now_us,
        .created_us = now_us,
        .message = (uint64_t)stream_index << world->number_bits | number,
        .note = (nature & MX_NATURE_GOOD) != 0 ? MX_NOTE_GOOD : MX_NOTE_UNSEEN,
        .destination = (uint16_t)(world->streams[stream_index].provider * world->ip_count + ip),
        .kind = MX_DUE_ATTEMPT,
    };
}

bool mx_world_create_message(struct mx_world *world, uint32_t stream_index, struct mx_entry *entry)
{
    const struct mx_world_stream *stream = &world->streams[stream_index];
    int64_t now_us = stream->arrival.next_us;
    uint64_t number = stream->arrival.index;
    bool counted = now_us >= world->plan->warmup_us;
    world->observation->message_total++;
    if (counted)
        mx_tally_pick(world->tally, now_us);

    struct mx_draw draw = mx_draw(&stream->members, number, 0, MX_DRAW_MEMBER);
    uint8_t nature = nature_of(stream, draw.word[0], draw.word[1]);
    enum drop drop = check(stream, number, nature);
    if (drop != NOT_DROPPED) {
        trace_drop(world, stream, number, now_us, drop);
        if (counted)
            mx_tally_dropped(world->tally, stream->campaign, stream->provider, 1);
        return false;
    }
    struct mx_world_warm_up *held;
    uint32_t ip = choose_ip(world, stream, number, now_us, &held);
    set_entry(world, stream_index, number, now_us, nature, ip, entry);
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

/* --- a block at a time --- */

#define DRAWS_MAX (MX_AHEAD + MX_DRAW_LANES)

/* Words of the draws first .. first + count - 1 of a stream; count <= MX_AHEAD. */
static void draw_row(const struct mx_stream *stream, uint64_t first, size_t count,
                     enum mx_draw_purpose purpose, uint64_t *word0, uint64_t *word1)
{
    uint64_t key[DRAWS_MAX], index[DRAWS_MAX], step[DRAWS_MAX];
    for (size_t i = 0; i < count + MX_DRAW_LANES - 1; i++) {
        key[i] = stream->key[1];
        index[i] = first + i;
        step[i] = mx_draw_step(0, purpose);
    }
    const struct mx_draw_arrays arrays = {key, index, step, word0, word1};
    mx_draw_many(stream->key[0], &arrays, count);
}

static void look_at_members(const struct mx_world_stream *stream, struct mx_world_ahead *ahead,
                            uint64_t first)
{
    uint64_t word0[DRAWS_MAX], word1[DRAWS_MAX];
    draw_row(&stream->members, first, ahead->count, MX_DRAW_MEMBER, word0, word1);
    for (size_t i = 0; i < ahead->count; i++)
        ahead->nature[i] = nature_of(stream, word0[i], word1[i]);
}

static void look_at_arrivals(const struct mx_world_stream *stream, struct mx_world_ahead *ahead)
{
    double u[MX_AHEAD]; /* not looked at where arrivals are even */
    if (mx_arrival_is_poisson(ahead->arrival.shape)) {
        uint64_t word[2][DRAWS_MAX];
        const uint64_t next = ahead->arrival.index + 1;
        const uint64_t first = next / 2, last = (next + ahead->count - 1) / 2;
        draw_row(&stream->draws, first, (size_t)(last - first + 1), MX_DRAW_ARRIVAL, word[0],
                 word[1]);
        for (uint64_t i = 0; i < ahead->count; i++)
            u[i] = mx_uniform(word[(next + i) % 2][(next + i) / 2 - first]);
    }
    mx_arrival_take(&ahead->arrival, u, ahead->count, ahead->created_us);
}

/* Slots of the block that begins with message number `first`. */
static void find_slots(const struct mx_world *world, const struct mx_world_stream *stream,
                       struct mx_world_ahead *ahead, uint64_t first)
{
    uint64_t hash[MX_AHEAD];
    for (uint64_t i = 0; i < MX_AHEAD; i++)
        hash[i] = mx_key_combine(stream->ip_hash, first + i);
    mx_ip_table_find(world->ip_tables[stream->pool], hash, MX_AHEAD, ahead->slot);
}

/* Where there is a table, slots are found a block before they are looked up. */
static void look_at_addresses(const struct mx_world *world, const struct mx_world_stream *stream,
                              struct mx_world_ahead *ahead, uint64_t first)
{
    const struct mx_plan_pool *pool = &world->plan->pools[stream->pool];
    if (world->ip_tables[stream->pool]) {
        if (first == 0)
            find_slots(world, stream, ahead, first);
        mx_ip_table_pick_found(world->ip_tables[stream->pool], ahead->slot, ahead->count,
                               ahead->ip);
        find_slots(world, stream, ahead, first + MX_AHEAD);
    } else {
        for (uint64_t i = 0; i < ahead->count; i++)
            ahead->ip[i] = (uint16_t)mx_ip_pick(&world->ip_keys[pool->ip_first], pool->ip_count,
                                                mx_key_combine(stream->ip_hash, first + i));
    }
    for (size_t i = 0; i < ahead->count; i++)
        ahead->ip[i] = (uint16_t)(ahead->ip[i] + pool->ip_first);
}

/* The stream's next messages, at least one; NULL when out of memory. */
static struct mx_world_ahead *look_ahead(const struct mx_world *world,
                                         struct mx_world_stream *stream)
{
    struct mx_world_ahead *ahead = stream->ahead;
    if (ahead && ahead->at < ahead->count)
        return ahead;
    if (!ahead) {
        ahead = malloc(sizeof *ahead);
        if (!ahead)
            return NULL;
        ahead->arrival = stream->arrival;
        stream->ahead = ahead;
    }
    const uint64_t first = ahead->arrival.index, left = ahead->arrival.count - first;
    ahead->at = 0;
    ahead->count = left < MX_AHEAD ? (uint32_t)left : MX_AHEAD;
    look_at_members(stream, ahead, first);
    look_at_arrivals(stream, ahead);
    look_at_addresses(world, stream, ahead, first);
    return ahead;
}

/* Behind the block's first `count` messages. */
static void move_on(struct mx_world_stream *stream, uint32_t count)
{
    struct mx_world_ahead *ahead = stream->ahead;
    ahead->at += count;
    stream->arrival.index += count;
    stream->arrival.next_us =
        ahead->at < ahead->count ? ahead->created_us[ahead->at] : ahead->arrival.next_us;
    if (stream->arrival.next_us == MX_NEVER) {
        free(ahead);
        stream->ahead = NULL;
    }
}

/* Created, and not held for a warm-up allowance. */
struct ready {
    size_t count, dropped_count, sent_count;
    uint16_t ip[MX_AHEAD]; /* of those sent, held ones included */
};

/* The first `count` of the block. */
static void create(struct mx_world *world, uint32_t stream_index, uint32_t count,
                   struct mx_entry *entry, struct ready *ready)
{
    const struct mx_world_stream *stream = &world->streams[stream_index];
    const struct mx_world_ahead *ahead = stream->ahead;
    /* an ordinary member is dropped only for what has been learnt of it */
    uint64_t number = stream->arrival.index;
    const bool learnt = any_bit(stream->bounced, number, count) ||
                        (stream->promotional && any_bit(stream->complained, number, count));
    const uint32_t end = ahead->at + count;
    size_t sent_count = 0;
    for (uint32_t i = ahead->at; i < end; i++, number++) {
        const uint8_t nature = ahead->nature[i];
        const int64_t now_us = ahead->created_us[i];
        if (learnt || nature != MX_NATURE_GOOD) {
            const enum drop drop = check(stream, number, nature);
            if (drop != NOT_DROPPED) {
                trace_drop(world, stream, number, now_us, drop);
                continue;
            }
        }
        struct mx_world_warm_up *held = NULL;
        uint32_t ip = ahead->ip[i];
        if (stream->warm_up)
            ip = choose_ip(world, stream, number, now_us, &held);
        set_entry(world, stream_index, number, now_us, nature, ip, entry);
        ready->ip[sent_count++] = (uint16_t)ip;
        if (held)
            hold(world, held, entry);
        else
            entry++;
        ready->count += held == NULL;
    }
    ready->sent_count = sent_count;
    ready->dropped_count = count - ready->sent_count;
}

size_t mx_world_create_some(struct mx_world *world, uint32_t stream_index, int64_t until_us,
                            struct mx_entry *entries)
{
    struct mx_world_stream *stream = &world->streams[stream_index];
    const int64_t now_us = stream->arrival.next_us;
    const bool counted = now_us >= world->plan->warmup_us;
    const struct mx_world_ahead *ahead = look_ahead(world, stream);
    struct ready ready;
    if (!ahead) {
        world->out_of_memory = true;
        return 0;
    }
    /* those that are counted alike, at one place of the time series */
    if (!counted && world->plan->warmup_us < until_us)
        until_us = world->plan->warmup_us;
    const int64_t change_us = mx_tally_change_us(world->tally, now_us);
    until_us = change_us < until_us ? change_us : until_us;
    uint32_t count = 0;
    while (ahead->at + count < ahead->count && ahead->created_us[ahead->at + count] < until_us)
        count++;
    ready.count = ready.dropped_count = ready.sent_count = 0;
    if (counted)
        mx_tally_pick(world->tally, now_us);
    create(world, stream_index, count, entries, &ready);
    world->observation->message_total += count;
    if (counted) {
        mx_tally_dropped(world->tally, stream->campaign, stream->provider, ready.dropped_count);
        mx_tally_sent_many(world->tally, stream->campaign, stream->provider, now_us, ready.ip,
                           ready.sent_count);
    }
    move_on(stream, count);
    return ready.count;
}
