// SPDX-License-Identifier: GPL-3.0-or-later
/* judge.c - an attempt is made: the receiver answers, it is counted, and what follows from it is
 * set going (complaint, suppression, throttle, retry). See world.h. */
#include "sim/engine/world.h"

#include <stdlib.h>

#include "sim/base/check.h"

/* Draws of single attempts and of episodes never share a counter. */
#define SINGLE_ATTEMPT (UINT64_C(1) << 40)

struct mx_tally_place mx_world_place(const struct mx_world *world, const struct mx_entry *entry)
{
    const struct mx_world_stream *stream =
        &world->streams[mx_world_stream_of(world, entry->message)];
    return (struct mx_tally_place){
        .campaign = stream->campaign,
        .provider = stream->provider,
        .ip = world->paths[entry->destination].ip,
    };
}

uint64_t mx_world_episode_step(const struct mx_world *world, const struct mx_work *work)
{
    const struct mx_world_path *path = &world->paths[work->entry.destination];
    const struct mx_world_stream *stream =
        &world->streams[mx_world_stream_of(world, work->entry.message)];
    const int64_t episode =
        mx_receiver_episode(path->receiver, work->start_us, path->ip, stream->domain);
    if (episode == MX_EPISODE_UNUSED)
        return MX_STEP_NONE;
    return episode == MX_EPISODE_PER_ATTEMPT ? SINGLE_ATTEMPT | work->entry.attempt_count
                                             : (uint64_t)episode;
}

static const struct mx_recipient good = {.address = MX_ADDRESS_GOOD};

/* The member's nature, where it was not found to be good when the message was created. */
static struct mx_recipient recipient_at(const struct mx_world_stream *stream, uint64_t number)
{
    struct mx_draw member = mx_draw(&stream->members, number, 0, MX_DRAW_MEMBER);
    return mx_recipient_of(stream->list, member.word[0], member.word[1]);
}

static inline void ask(const struct mx_world_path *path, const struct mx_work *work,
                       const struct mx_world_stream *stream, uint64_t number,
                       struct mx_answer *answer)
{
    struct mx_recipient other;
    struct mx_attempt attempt = {
        .now_us = work->start_us,
        .until_us = work->until_us,
        .created_us = work->entry.created_us,
        .ip = path->ip,
        .netblock = path->netblock,
        .domain = stream->domain,
        .small_domain = mx_world_small_domain(stream, number, path->small_domains),
        .greylist_s = work->entry.note >= MX_NOTE_GOOD ? MX_GREYLIST_UNSEEN : work->entry.note,
        .recipient = &good,
        .engagement = stream->engagement,
        .episode_u = work->episode_u,
        .content_u = mx_uniform_high(work->draw.word[0]),
        .service_u = mx_uniform_low(work->draw.word[1]),
        .placement_u = mx_uniform_high(work->draw.word[1]),
    };
    if (work->entry.note != MX_NOTE_GOOD) {
        other = recipient_at(stream, number);
        attempt.recipient = &other;
        if (other.address == MX_ADDRESS_FULL)
            attempt.emptied_us =
                work->entry.created_us + mx_sampler_us(stream->emptied_after, other.emptied_u);
    }
    mx_receiver_attempt(path->receiver, &attempt, answer);
    MX_CHECK(answer->reply_us >= work->start_us);
}

/* Of inboxed mail some is complained about, hours later. */
static void complain(struct mx_world *world, const struct mx_work *work,
                     const struct mx_world_stream *stream, uint64_t number,
                     const struct mx_answer *answer)
{
    struct mx_draw draw = mx_draw(&stream->draws, number, 0, MX_DRAW_COMPLAINT);
    struct mx_world_complaint complaint = {
        .at_us =
            answer->reply_us + mx_sampler_us(stream->complaint_delay, mx_uniform(draw.word[0])),
        .stream = (uint32_t)(stream - world->streams),
        .path = work->entry.destination,
        .number = number,
    };
    mx_world_complain_later(world, &complaint);
}

static void note_throttle(struct mx_world *world, const struct mx_work *work, enum mx_reason reason)
{
    struct mx_world_path *path = &world->paths[work->entry.destination];
    if (!path->throttle_params)
        return;
    mx_throttle_note(path->throttle_params, &path->throttle, reason, work->start_us);
    mx_world_note_path(world, work->entry.destination, work->start_us + 1);
}

static inline void count(struct mx_world *world, const struct mx_work *work,
                         const struct mx_world_stream *stream, const struct mx_world_path *path,
                         const struct mx_answer *answer)
{
    world->observation->attempt_total++;
    world->delivered += answer->verdict == MX_ACCEPT;
    world->deferrals += answer->verdict == MX_BUSY;
    if (work->entry.created_us < world->plan->warmup_us)
        return;
    mx_tally_pick(world->tally, work->entry.created_us);
    const struct mx_tally_place place = {stream->campaign, path->provider, path->ip};
    mx_tally_work(world->tally, &place, work, answer);
}

/* A trace row waits for the scheduler's decision. */
static struct mx_trace_row *add_row(struct mx_world *world, const struct mx_entry *entry)
{
    if (world->row_count == world->row_size) {
        size_t size = world->row_size > 0 ? 2 * world->row_size : 1024;
        struct mx_trace_row *rows = realloc(world->rows, size * sizeof *rows);
        if (!rows) {
            world->out_of_memory = true;
            return NULL;
        }
        world->rows = rows;
        world->row_size = size;
    }
    const struct mx_plan *plan = world->plan;
    const struct mx_world_path *path = &world->paths[entry->destination];
    const struct mx_world_stream *stream =
        &world->streams[mx_world_stream_of(world, entry->message)];
    struct mx_trace_row *row = &world->rows[world->row_count++];
    *row = (struct mx_trace_row){
        .replication = world->options->replication,
        .next_due_us = MX_NEVER,
        .created_us = entry->created_us,
        .campaign = plan->campaigns[stream->campaign].name,
        .provider = plan->providers[path->provider].name,
        .ip = plan->ips[path->ip].name,
        .provider_index = path->provider,
        .ip_index = path->ip,
        .pool = plan->pools[plan->ips[path->ip].pool].name,
        .domain = plan->domains[plan->campaigns[stream->campaign].domain].name,
        .occurrence = stream->occurrence,
        .number = mx_world_number_of(world, entry->message),
        .style = plan->providers[path->provider].receiver.style,
    };
    return row;
}

static void add_attempt_row(struct mx_world *world, const struct mx_work *work,
                            const struct mx_answer *answer)
{
    struct mx_trace_row *row = add_row(world, &work->entry);
    if (!row)
        return;
    row->time_us = answer->reply_us;
    row->start_us = work->start_us;
    row->attempt = work->entry.attempt_count + 1U;
    row->verdict = answer->verdict;
    row->reason = answer->reason;
}

void mx_world_prefetch(const struct mx_world *world, const struct mx_work *work)
{
    const struct mx_world_path *path = &world->paths[work->entry.destination];
    const struct mx_world_stream *stream =
        &world->streams[mx_world_stream_of(world, work->entry.message)];
    mx_receiver_prefetch(path->receiver, path->ip);
    __builtin_prefetch(
        mx_observation_cell(world->observation, stream->campaign, path->provider, path->ip), 1);
}

/* What is to be reported of an attempt; true: now, false: when the reply comes. */
static bool fill_outcome(struct mx_world *world, const struct mx_work *work,
                         const struct mx_world_stream *stream, const struct mx_answer *answer,
                         struct mx_outcome *outcome)
{
    outcome->entry = work->entry;
    outcome->reply_us = answer->reply_us;
    outcome->u = 0.5;
    outcome->result = answer->verdict == MX_BUSY ? MX_RESULT_REFUSED : MX_RESULT_DONE;
    if (answer->greylist_s != MX_GREYLIST_UNSEEN)
        outcome->entry.note =
            answer->greylist_s < MX_NOTE_GOOD ? answer->greylist_s : MX_NOTE_GOOD - 1;
    if (world->retry_random && answer->verdict == MX_BUSY)
        outcome->u =
            mx_uniform(mx_draw(&stream->draws, mx_world_number_of(world, work->entry.message),
                               work->entry.attempt_count, MX_DRAW_RETRY)
                           .word[0]);
    if (!world->destinations)
        return true;
    mx_world_reply_later(world, outcome, answer->verdict, answer->reason);
    return false;
}

bool mx_world_judge(struct mx_world *world, const struct mx_work *work, struct mx_outcome *outcome)
{
    const uint32_t stream_index = mx_world_stream_of(world, work->entry.message);
    const uint64_t number = mx_world_number_of(world, work->entry.message);
    const struct mx_world_stream *stream = &world->streams[stream_index];
    const struct mx_world_path *path = &world->paths[work->entry.destination];
    struct mx_answer answer;
    ask(path, work, stream, number, &answer);
    if (answer.reply_us >= world->plan->horizon_us)
        return false;

    count(world, work, stream, path, &answer);
    if (answer.verdict == MX_ACCEPT) {
        if (answer.inboxed && answer.inbox_u < stream->list->complaints)
            complain(world, work, stream, number, &answer);
    } else {
        note_throttle(world, work, answer.reason);
        if (answer.verdict == MX_REJECT_HARD)
            mx_world_learn_bounce(world, stream_index, number);
    }
    if (world->options->trace)
        add_attempt_row(world, work, &answer);
    if (answer.verdict != MX_BUSY && !world->report_all && !world->destinations)
        return false;
    return fill_outcome(world, work, stream, &answer, outcome);
}

void mx_world_report(struct mx_world *world, struct mx_outcome *outcomes, size_t outcome_count)
{
    enum mx_scheduler_status status =
        mx_scheduler_report(world->scheduler, outcomes, outcome_count);
    MX_CHECK(status != MX_SCHEDULER_RANGE);
    if (status == MX_SCHEDULER_NO_MEMORY)
        world->out_of_memory = true;
    if (!world->options->trace || world->out_of_memory)
        return;
    MX_CHECK(world->row_count == outcome_count);
    for (size_t i = 0; i < outcome_count; i++) {
        if (outcomes[i].result == MX_RESULT_REFUSED)
            world->rows[i].next_due_us = outcomes[i].decision.next_us;
        mx_trace_write(world->options->trace, &world->rows[i]);
    }
    world->row_count = 0;
}

/* A row of a message that is not tried. */
static void write_row(struct mx_world *world, const struct mx_entry *entry, int64_t at_us,
                      enum mx_trace_event event, int64_t next_us)
{
    if (!world->options->trace)
        return;
    size_t before = world->row_count;
    struct mx_trace_row *row = add_row(world, entry);
    if (!row)
        return;
    row->time_us = at_us;
    row->start_us = at_us;
    row->next_due_us = next_us;
    row->attempt = entry->attempt_count;
    row->verdict = MX_REJECT_SOFT;
    row->reason = MX_REASON_NONE;
    row->event = event;
    mx_trace_write(world->options->trace, row);
    world->row_count = before;
}

void mx_world_expire(struct mx_world *world, const struct mx_entry *entry, int64_t at_us)
{
    if (entry->created_us >= world->plan->warmup_us) {
        struct mx_tally_place place = mx_world_place(world, entry);
        mx_tally_pick(world->tally, entry->created_us);
        mx_tally_expired(world->tally, &place, at_us, entry->attempt_count > 0);
    }
    write_row(world, entry, at_us, MX_TRACE_EXPIRY, MX_NEVER);
}

void mx_world_skipped(struct mx_world *world, const struct mx_entry *entry, int64_t at_us,
                      int64_t next_us)
{
    if (entry->created_us >= world->plan->warmup_us) {
        struct mx_tally_place place = mx_world_place(world, entry);
        mx_tally_pick(world->tally, entry->created_us);
        mx_tally_non_attempt(world->tally, &place, at_us);
    }
    write_row(world, entry, at_us, MX_TRACE_NON_ATTEMPT, next_us);
}

static void finish_line(struct mx_world *world, struct mx_line *line, uint32_t ip)
{
    while (line->count > 0) {
        struct mx_entry entry;
        mx_line_peek(&world->lines, line, &entry);
        mx_line_pop(&world->lines, line);
        uint32_t provider = world->streams[mx_world_stream_of(world, entry.message)].provider;
        entry.destination = (uint16_t)(provider * world->ip_count + ip);
        int64_t deadline_us = mx_world_deadline_us(world, &entry);
        if (deadline_us < world->plan->horizon_us)
            mx_world_expire(world, &entry, deadline_us);
    }
}

/* Messages that the horizon left unsent: recipients, pending, without an IP. */
static void count_unsent(struct mx_world *world)
{
    for (uint32_t s = 0; s < world->stream_count; s++) {
        const struct mx_world_stream *stream = &world->streams[s];
        if (stream->arrival.next_us == MX_NEVER)
            continue;
        mx_tally_unsent(world->tally, stream->campaign, stream->provider,
                        stream->arrival.count - stream->arrival.index);
    }
}

void mx_world_finish(struct mx_world *world)
{
    count_unsent(world);
    for (uint32_t i = 0; i < world->path_count; i++)
        finish_line(world, &world->paths[i].line, i % world->ip_count);
    for (uint32_t i = 0; i < world->path_count; i++)
        finish_line(world, &world->warm_ups[i].held, i % world->ip_count);
    if (!mx_tally_finish(world->tally))
        world->out_of_memory = true;
}

void mx_world_measure(struct mx_world *world)
{
    struct mx_observation *o = world->observation;
    uint64_t pending = mx_scheduler_pending(world->scheduler) + world->lines.count;
    if (pending <= o->pending_peak)
        return;
    o->pending_peak = pending;
    o->queue_bytes_peak = mx_scheduler_bytes(world->scheduler) + mx_line_pool_bytes(&world->lines);
}

static void store(_Atomic uint64_t *where, uint64_t value)
{
    atomic_store_explicit(where, value, memory_order_relaxed);
}

bool mx_world_progress(struct mx_world *world)
{
    struct mx_progress *progress = world->options->progress;
    if (!progress)
        return false;
    atomic_store_explicit(&progress->now_us, world->now_us, memory_order_relaxed);
    store(&progress->created, world->observation->message_total);
    store(&progress->delivered, world->delivered);
    store(&progress->deferrals, world->deferrals);
    store(&progress->pending, mx_scheduler_pending(world->scheduler) + world->lines.count);
    return atomic_load_explicit(&progress->stop, memory_order_relaxed) != 0;
}
