// SPDX-License-Identifier: GPL-3.0-or-later
/* sender.c - see sender.h. */
#include "sim/live/sender.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "models/token_bucket.h"
#include "sim/base/check.h"
#include "sim/base/random.h"
#include "sim/live/send_queue.h"
#include "sim/live/wall_clock.h"

#define TAKE_COUNT 1024
#define WAIT_MS_MAX 60000
#define LOOK_EVERY_MS 200
#define IDLE_MS_MAX 5000
#define RATE_WINDOW_US MX_SECOND_US /* how much of a rate may go out at once ... */
#define RATE_WINDOW_MS 10           /* ... but never less than this much real time's worth */

struct destination {
    struct mx_bucket bucket;
    struct mx_stream draws;
    uint32_t busy; /* connections */
};

/* What a connection is doing, or did last. */
struct slot {
    struct mx_entry entry;
    int64_t start_us;
    int64_t idle_since_ms;
    uint32_t destination; /* whose it is while open */
};

struct sender {
    struct mx_spool *spool;
    const struct mx_send_config *config;
    struct mx_send_totals *totals;
    struct mx_scheduler *scheduler;
    struct mx_smtp_client *client;
    struct mx_send_queue *queue;
    struct mx_wall_clock clock;
    int64_t now_us;
    struct mx_bucket_rule rate;
    struct destination *destinations;
    uint32_t destination_count;
    struct slot *slots;
    uint32_t slot_count, busy_count;
    struct mx_outcome *outcomes; /* a place for each slot */
    struct mx_spool_event *events;
    uint32_t turn;        /* which line is served first */
    int64_t deadline_us;  /* the earliest of a message that waits here */
    int64_t rate_next_us; /* when a line that waits for its rate goes on */
    bool is_recording, is_stopping, out_of_memory, has_complained;
    int64_t started_ms, looked_ms;
    struct mx_send_view view;
};

/* --- the spool --- */

/* In a transaction from the first record of a turn on. */
static bool record(struct sender *s, const struct mx_spool_event *event,
                   const struct mx_entry *next)
{
    if (!s->is_recording) {
        if (!mx_spool_begin(s->spool)) {
            return false;
        }
        s->is_recording = true;
    }
    s->view.decided += next == NULL;
    return mx_spool_record(s->spool, event, next);
}

/* With it the time, so that a later run goes on from here. */
static bool commit(struct sender *s)
{
    if (!s->is_recording) {
        return true;
    }
    s->is_recording = false;
    return mx_spool_put_number(s->spool, "clock_us", s->now_us) &&
           mx_spool_put_number(s->spool, "real_us", mx_wall_clock_real_us()) &&
           mx_spool_commit(s->spool);
}

static bool expire(struct sender *s, const struct mx_entry *entry, int64_t at_us)
{
    const struct mx_spool_event event = {
        .recipient = entry->message,
        .destination = entry->destination,
        .attempt = entry->attempt_count,
        .expired = true,
        .verdict = MX_REJECT_SOFT,
        .reason = MX_REASON_NONE,
        .due_us = at_us,
        .start_us = at_us,
        .reply_us = at_us,
        .next_us = MX_NEVER,
    };

    return record(s, &event, NULL);
}

/* --- what is due --- */

static bool hold(struct sender *s, const struct mx_entry *entry)
{
    int64_t deadline_us = mx_retry_deadline_us(&s->config->policy, entry->created_us);

    s->deadline_us = deadline_us < s->deadline_us ? deadline_us : s->deadline_us;
    if (!mx_send_queue_push(s->queue, entry)) {
        s->out_of_memory = true;
        return false;
    }
    return true;
}

static bool take_due(struct sender *s)
{
    struct mx_entry entries[TAKE_COUNT];
    size_t count = TAKE_COUNT;

    while (count == TAKE_COUNT) {
        count = mx_scheduler_take_due(s->scheduler, s->now_us + 1, entries, TAKE_COUNT);
        for (size_t i = 0; i < count; i++) {
            bool is_good = entries[i].kind == MX_DUE_EXPIRE
                               ? expire(s, &entries[i], entries[i].due_us)
                               : hold(s, &entries[i]);

            if (!is_good) {
                return false;
            }
        }
    }
    return true;
}

/* Whether a message that waits has come to its end; it is then recorded. */
static bool is_over(void *context, const struct mx_entry *entry)
{
    struct sender *s = context;
    int64_t deadline_us = mx_retry_deadline_us(&s->config->policy, entry->created_us);

    if (deadline_us > s->now_us) {
        s->deadline_us = deadline_us < s->deadline_us ? deadline_us : s->deadline_us;
        return false;
    }
    (void)expire(s, entry, deadline_us); /* the spool keeps the failure */
    return true;
}

static bool sweep(struct sender *s)
{
    if (s->now_us < s->deadline_us) {
        return true;
    }
    s->deadline_us = MX_NEVER;
    mx_send_queue_sweep(s->queue, is_over, s);
    return mx_spool_status(s->spool) == MX_SPOOL_OK;
}

/* --- starting --- */

/* A connection of the destination's own, else a closed one, else the one of another that has been
 * idle for longest, or slot_count. */
static uint32_t find_slot(const struct sender *s, uint32_t destination)
{
    uint32_t closed = s->slot_count, idle = s->slot_count;

    for (uint32_t i = 0; i < s->slot_count; i++) {
        switch (mx_smtp_client_state(s->client, i)) {
        case MX_CONNECTION_READY:
            if (s->slots[i].destination == destination) {
                return i;
            }
            if (idle == s->slot_count || s->slots[i].idle_since_ms < s->slots[idle].idle_since_ms) {
                idle = i;
            }
            break;
        case MX_CONNECTION_CLOSED:
            closed = closed == s->slot_count ? i : closed;
            break;
        case MX_CONNECTION_BUSY:
            break;
        }
    }
    if (closed == s->slot_count && idle < s->slot_count) {
        mx_smtp_client_quit(s->client, idle);
        return idle;
    }
    return closed;
}

/* Whether the destination's rate lets one more go; keeps when it will. */
static bool rate_allows(struct sender *s, struct destination *destination)
{
    struct mx_bucket *bucket = &destination->bucket;
    mx_u128 lack;
    int64_t next_us;

    if (s->rate.gain == 0) {
        return true;
    }
    mx_bucket_fill(&s->rate, bucket, s->now_us);
    if (mx_bucket_has(&s->rate, bucket)) {
        return true;
    }
    lack = s->rate.token - bucket->level + s->rate.gain - 1;
    next_us = s->now_us + (int64_t)(lack / s->rate.gain);
    s->rate_next_us = next_us < s->rate_next_us ? next_us : s->rate_next_us;
    return false;
}

static bool start(struct sender *s, uint32_t slot, uint32_t destination)
{
    struct mx_entry *entry = &s->slots[slot].entry;
    struct mx_spool_mail mail;
    bool is_good;

    mx_send_queue_pop(s->queue, destination, entry);
    if (!mx_spool_load(s->spool, entry->message, &mail)) {
        return false;
    }
    s->slots[slot].destination = destination;
    s->slots[slot].start_us = s->now_us;
    is_good = mx_smtp_client_send(s->client, slot, mail.sender, mail.address, mail.text, mail.size);
    mx_spool_release(s->spool);
    s->out_of_memory = s->out_of_memory || !is_good;
    s->destinations[destination].busy++;
    s->busy_count++;
    mx_bucket_take(&s->rate, &s->destinations[destination].bucket);
    return is_good;
}

/* As many of a line as its limits allow. *is_full: no connection is left for anybody. */
static bool serve_line(struct sender *s, uint32_t destination, uint32_t count, bool *is_full)
{
    struct destination *d = &s->destinations[destination];

    while (count > 0 && d->busy < s->config->limits.connections && rate_allows(s, d)) {
        uint32_t slot = s->busy_count < s->slot_count ? find_slot(s, destination) : s->slot_count;

        if (slot == s->slot_count) {
            *is_full = true;
            return true;
        }
        if (!start(s, slot, destination)) {
            return false;
        }
        count--;
    }
    return true;
}

/* Lines take turns, one message each, as long as one of them can go on. */
static bool start_all(struct sender *s)
{
    bool is_full = false;
    uint32_t busy_before;

    s->rate_next_us = MX_NEVER;
    do {
        busy_before = s->busy_count;
        for (uint32_t i = mx_send_queue_lines(s->queue); i > 0 && !is_full; i--) {
            uint32_t lines = mx_send_queue_lines(s->queue);

            if (lines == 0) {
                break;
            }
            if (!serve_line(s, mx_send_queue_line(s->queue, s->turn++ % lines), 1, &is_full)) {
                return false;
            }
        }
    } while (!is_full && s->busy_count > busy_before && mx_send_queue_count(s->queue) > 0);
    return true;
}

/* --- what came of it --- */

static void note_reply(struct sender *s, uint32_t slot, const struct mx_smtp_reply *reply,
                       struct mx_spool_event *event, struct mx_outcome *outcome)
{
    const struct slot *from = &s->slots[slot];
    struct destination *d = &s->destinations[from->destination];

    *event = (struct mx_spool_event){
        .recipient = from->entry.message,
        .destination = from->destination,
        .attempt = from->entry.attempt_count + 1U,
        .code = reply->code,
        .due_us = from->entry.due_us,
        .start_us = from->start_us,
        .reply_us = s->now_us,
        .next_us = MX_NEVER,
    };
    memcpy(event->enhanced, reply->enhanced, sizeof event->enhanced);
    mx_smtp_reply_judge(reply, &event->verdict, &event->reason);
    *outcome = (struct mx_outcome){
        .entry = from->entry,
        .reply_us = s->now_us,
        .u = 0.5,
        .result = event->verdict == MX_BUSY ? MX_RESULT_REFUSED : MX_RESULT_DONE,
    };
    if (event->verdict == MX_BUSY && mx_retry_is_random(&s->config->policy)) {
        outcome->u = mx_uniform(
            mx_draw(&d->draws, from->entry.message, from->entry.attempt_count, MX_DRAW_RETRY)
                .word[0]);
    }
    if ((reply->code == 0 || reply->stage == MX_STAGE_CONNECT) && !s->has_complained &&
        s->config->complain != NULL) {
        s->config->complain(s->config->context, reply);
        s->has_complained = true;
    }
    d->busy--;
    s->busy_count--;
    s->view.delivered += event->verdict == MX_ACCEPT;
    s->view.deferrals += event->verdict == MX_BUSY;
}

/* Collect, let the scheduler decide, record. */
static enum mx_send_status report(struct sender *s)
{
    const struct mx_smtp_reply *reply;
    enum mx_scheduler_status status;
    uint32_t slot;
    size_t count = 0;

    while (mx_smtp_client_next(s->client, &slot, &reply)) {
        note_reply(s, slot, reply, &s->events[count], &s->outcomes[count]);
        s->slots[slot].idle_since_ms = mx_wall_clock_ms();
        if (mx_smtp_client_transactions(s->client, slot) >= s->config->limits.per_connection) {
            mx_smtp_client_quit(s->client, slot);
        }
        count++;
    }
    status = mx_scheduler_report(s->scheduler, s->outcomes, count);
    if (status != MX_SCHEDULER_OK) {
        return status == MX_SCHEDULER_NO_MEMORY ? MX_SEND_NO_MEMORY : MX_SEND_CLOCK;
    }
    for (size_t i = 0; i < count; i++) {
        struct mx_entry next;
        bool is_refused = s->outcomes[i].result == MX_RESULT_REFUSED;

        if (is_refused) {
            mx_outcome_next(s->scheduler, &s->outcomes[i], &next);
            s->events[i].next_us = s->outcomes[i].decision.next_us;
        }
        if (!record(s, &s->events[i], is_refused ? &next : NULL)) {
            return MX_SEND_SPOOL;
        }
    }
    s->totals->attempts += count;
    return MX_SEND_DONE;
}

/* --- waiting --- */

static void quit_idle(struct sender *s)
{
    int64_t now_ms = mx_wall_clock_ms();

    for (uint32_t i = 0; i < s->slot_count; i++) {
        if (mx_smtp_client_state(s->client, i) == MX_CONNECTION_READY &&
            now_ms - s->slots[i].idle_since_ms >= IDLE_MS_MAX) {
            mx_smtp_client_quit(s->client, i);
        }
    }
}

static bool has_idle(const struct sender *s)
{
    for (uint32_t i = 0; i < s->slot_count; i++) {
        if (mx_smtp_client_state(s->client, i) == MX_CONNECTION_READY) {
            return true;
        }
    }
    return false;
}

static int wait_ms(const struct sender *s)
{
    int64_t until_us = mx_scheduler_next_due(s->scheduler);
    int most = WAIT_MS_MAX;

    until_us = s->deadline_us < until_us ? s->deadline_us : until_us;
    until_us = s->rate_next_us < until_us ? s->rate_next_us : until_us;
    if (s->config->look != NULL) {
        most = LOOK_EVERY_MS;
    } else if (has_idle(s)) {
        most = IDLE_MS_MAX;
    }
    return mx_wall_clock_wait_ms(&s->clock, mx_wall_clock_now_us(&s->clock), until_us, most);
}

static void look(struct sender *s)
{
    int64_t now_ms = mx_wall_clock_ms();
    uint64_t pending =
        mx_scheduler_pending(s->scheduler) + mx_send_queue_count(s->queue) + s->busy_count;

    if (pending > s->totals->pending_peak) {
        s->totals->pending_peak = pending;
        s->totals->queue_bytes_peak = mx_scheduler_bytes(s->scheduler);
    }
    if (s->config->look != NULL && now_ms - s->looked_ms >= LOOK_EVERY_MS) {
        s->looked_ms = now_ms;
        s->view.connection_count = s->busy_count;
        s->view.now_us = s->now_us;
        s->view.elapsed_s = (double)(now_ms - s->started_ms) / 1e3;
        s->config->look(s->config->context, &s->view);
    }
}

static bool is_woken(int wake_fd)
{
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};

    return wake_fd >= 0 && poll(&wake, 1, 0) > 0;
}

/* --- a turn, and all of them --- */

static bool is_finished(const struct sender *s)
{
    return s->busy_count == 0 && (s->is_stopping || (mx_scheduler_pending(s->scheduler) == 0 &&
                                                     mx_send_queue_count(s->queue) == 0));
}

static enum mx_send_status failure_of(const struct sender *s)
{
    return s->out_of_memory ? MX_SEND_NO_MEMORY : MX_SEND_SPOOL;
}

/* What was reported is recorded and committed before anything new is started. */
static enum mx_send_status turn(struct sender *s)
{
    enum mx_send_status status;

    s->now_us = mx_wall_clock_now_us(&s->clock);
    if (s->now_us > MX_CREATED_US_MAX) {
        return MX_SEND_CLOCK;
    }
    status = report(s);
    if (status != MX_SEND_DONE) {
        return status;
    }
    if (!s->is_stopping && (!take_due(s) || !sweep(s))) {
        return failure_of(s);
    }
    if (!commit(s) || (!s->is_stopping && !start_all(s))) {
        return failure_of(s);
    }
    quit_idle(s);
    look(s);
    if (is_finished(s)) {
        return MX_SEND_DONE;
    }
    /* Once told to stop, what wakes stays readable. */
    if (!mx_smtp_client_work(s->client, s->is_stopping ? LOOK_EVERY_MS : wait_ms(s),
                             s->is_stopping ? -1 : s->config->wake_fd)) {
        return MX_SEND_NO_MEMORY;
    }
    s->is_stopping = s->is_stopping || is_woken(s->config->wake_fd);
    return MX_SEND_DONE;
}

static enum mx_send_status loop(struct sender *s)
{
    enum mx_send_status status;

    do {
        status = turn(s);
    } while (status == MX_SEND_DONE && !is_finished(s));
    if (status != MX_SEND_DONE) {
        return status;
    }
    return s->is_stopping && s->view.decided < s->view.recipient_count ? MX_SEND_STOPPED
                                                                       : MX_SEND_DONE;
}

/* --- setting up --- */

static bool see_destination(void *context, uint32_t destination, const char *domain,
                            uint64_t recipient_count)
{
    struct sender *s = context;

    (void)recipient_count;
    if (destination < s->destination_count) {
        s->destinations[destination].draws =
            mx_stream_make(s->config->seed, 0, mx_key_of_name(domain));
        mx_bucket_init(&s->rate, &s->destinations[destination].bucket);
        mx_bucket_fill(&s->rate, &s->destinations[destination].bucket, s->now_us);
    }
    return true;
}

static bool see_pending(void *context, const struct mx_entry *entry)
{
    struct sender *s = context;
    enum mx_scheduler_status status = MX_SCHEDULER_RANGE;

    if (entry->destination < s->destination_count) {
        status = mx_scheduler_put(s->scheduler, entry);
    }
    s->out_of_memory = status == MX_SCHEDULER_NO_MEMORY;
    return status == MX_SCHEDULER_OK;
}

static bool see_event(void *context, const struct mx_spool_event *event)
{
    struct sender *s = context;

    s->view.delivered += !event->expired && event->verdict == MX_ACCEPT;
    s->view.deferrals += !event->expired && event->verdict == MX_BUSY;
    return true;
}

/* Time goes on from where it was recorded last; while no program ran it passed at its own pace. */
static bool start_clock(struct sender *s)
{
    int64_t clock_us, real_us, passed_us;
    bool has_clock, has_real;

    if (!mx_spool_get_number(s->spool, "clock_us", &clock_us, &has_clock) ||
        !mx_spool_get_number(s->spool, "real_us", &real_us, &has_real)) {
        return false;
    }
    passed_us = has_real ? mx_wall_clock_real_us() - real_us : 0;
    passed_us = passed_us > 0 ? passed_us : 0;
    clock_us = clock_us > 0 ? clock_us : 0;
    clock_us = clock_us < MX_DUE_US_MAX ? clock_us : MX_DUE_US_MAX;
    passed_us = passed_us < MX_DUE_US_MAX ? passed_us : MX_DUE_US_MAX;
    mx_wall_clock_start(&s->clock, clock_us + passed_us, s->config->time_scale);
    s->now_us = mx_wall_clock_now_us(&s->clock);
    return true;
}

static bool allocate(struct sender *s)
{
    const struct mx_send_config *config = s->config;
    const struct mx_send_limits *limits = &config->limits;
    double per_us = limits->has_rate ? limits->rate.count / (double)limits->rate.period_us : 0;
    double window_us = 1000.0 * RATE_WINDOW_MS * config->time_scale;

    window_us = window_us > RATE_WINDOW_US ? window_us : RATE_WINDOW_US;
    if (limits->has_rate) {
        double depth = per_us * window_us;

        mx_bucket_prepare(&s->rate, &limits->rate, depth > 1 ? depth : 1, MX_BUCKET_CONTINUOUS);
    }
    s->slot_count = config->smtp.connection_count;
    s->slots = calloc(s->slot_count, sizeof *s->slots);
    s->outcomes = calloc(s->slot_count, sizeof *s->outcomes);
    s->events = calloc(s->slot_count, sizeof *s->events);
    s->destinations = calloc(s->destination_count + 1U, sizeof *s->destinations);
    s->scheduler = mx_scheduler_create(&config->policy, MX_QUEUE_CALENDAR);
    s->queue = mx_send_queue_create(s->destination_count);
    s->client = mx_smtp_client_create(&config->smtp);
    s->out_of_memory = s->slots == NULL || s->outcomes == NULL || s->events == NULL ||
                       s->destinations == NULL || s->scheduler == NULL || s->queue == NULL ||
                       s->client == NULL;
    return !s->out_of_memory;
}

static enum mx_send_status load(struct sender *s)
{
    uint64_t pending;

    if (!mx_spool_count(s->spool, &s->view.recipient_count, &pending, &s->destination_count) ||
        !start_clock(s)) {
        return MX_SEND_SPOOL;
    }
    s->view.decided = s->view.recipient_count - pending;
    if (!allocate(s) || !mx_spool_each_destination(s->spool, see_destination, s) ||
        !mx_spool_each_pending(s->spool, see_pending, s) ||
        !mx_spool_each_event(s->spool, see_event, s)) {
        return failure_of(s);
    }
    if (s->out_of_memory) {
        return MX_SEND_NO_MEMORY;
    }
    if (mx_scheduler_pending(s->scheduler) != pending) {
        mx_spool_note_damage(s->spool);
        return MX_SEND_SPOOL;
    }
    return MX_SEND_DONE;
}

enum mx_send_status mx_send(struct mx_spool *spool, const struct mx_send_config *config,
                            struct mx_send_totals *totals)
{
    struct sender s = {
        .spool = spool,
        .config = config,
        .totals = totals,
        .deadline_us = MX_NEVER,
        .rate_next_us = MX_NEVER,
        .started_ms = mx_wall_clock_ms(),
    };
    enum mx_send_status status;

    *totals = (struct mx_send_totals){0};
    status = load(&s);
    if (status == MX_SEND_DONE) {
        status = loop(&s);
    }
    totals->wall_s = (double)(mx_wall_clock_ms() - s.started_ms) / 1e3;
    mx_smtp_client_destroy(s.client);
    mx_send_queue_destroy(s.queue);
    mx_scheduler_destroy(s.scheduler);
    free(s.destinations);
    free(s.slots);
    free(s.outcomes);
    free(s.events);
    return status;
}
