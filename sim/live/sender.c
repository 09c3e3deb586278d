// SPDX-License-Identifier: GPL-3.0-or-later
/* sender.c - see sender.h. */
#include "sim/live/sender.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/live/send_gate.h"
#include "sim/live/send_queue.h"
#include "sim/live/wall_clock.h"

#define TAKE_COUNT 1024
#define WAIT_MS_MAX 60000
#define LOOK_EVERY_MS 200
#define IDLE_MS_MAX 5000

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
    struct mx_send_rules rules;
    struct mx_send_destination *destinations;
    uint32_t destination_count;
    struct slot *slots;
    uint32_t slot_count, busy_count;
    uint32_t turn;        /* which line is served first */
    int64_t deadline_us;  /* the earliest of a message that waits here */
    int64_t gate_next_us; /* when a line that waits for its rate or its queue goes on */
    int64_t recalled_us;  /* reply of the last event read; loading only */
    bool is_recording, is_stopping, out_of_memory, clock_is_over, has_complained;
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

/* What is no attempt: an expiry, or a skip, after which next waits. */
static bool record_untried(struct sender *s, enum mx_spool_event_kind kind,
                           const struct mx_entry *entry, int64_t at_us, int64_t next_us,
                           const struct mx_entry *next)
{
    const struct mx_spool_event event = {
        .recipient = entry->message,
        .destination = entry->destination,
        .attempt = entry->attempt_count,
        .kind = kind,
        .verdict = MX_REJECT_SOFT,
        .reason = MX_REASON_NONE,
        .due_us = at_us,
        .start_us = at_us,
        .reply_us = at_us,
        .next_us = next_us,
    };

    return record(s, &event, next);
}

static bool expire(struct sender *s, const struct mx_entry *entry, int64_t at_us)
{
    return record_untried(s, MX_SPOOL_EXPIRY, entry, at_us, MX_NEVER, NULL);
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
    mx_send_destination_start(&s->destinations[destination], &s->rules);
    s->busy_count++;
    return is_good;
}

/* The first of a line is not tried: it waits for its host until next_us, or is deferred by the
 * policy (next_us MX_NEVER). */
static bool skip(struct sender *s, uint32_t destination, int64_t next_us)
{
    struct mx_outcome outcome = {.reply_us = s->now_us, .result = MX_RESULT_SKIPPED};
    enum mx_scheduler_status status;
    struct mx_entry next;

    mx_send_queue_pop(s->queue, destination, &outcome.entry);
    if (next_us != MX_NEVER) {
        next = outcome.entry;
        next.due_us = next_us;
        status = mx_scheduler_put(s->scheduler, &next);
    } else {
        outcome.u =
            mx_send_skip_u(&s->destinations[destination], &s->rules, &outcome.entry, s->now_us);
        status = mx_scheduler_report(s->scheduler, &outcome, 1);
        mx_outcome_next(s->scheduler, &outcome, &next);
        next_us = outcome.decision.next_us;
    }
    s->out_of_memory = status == MX_SCHEDULER_NO_MEMORY;
    s->clock_is_over = status == MX_SCHEDULER_RANGE;
    return status == MX_SCHEDULER_OK &&
           record_untried(s, MX_SPOOL_SKIP, &outcome.entry, s->now_us, next_us, &next);
}

static bool expire_first(struct sender *s, uint32_t destination)
{
    struct mx_entry entry;

    mx_send_queue_pop(s->queue, destination, &entry);
    return expire(s, &entry, s->now_us);
}

/* One message of a line, if it may go or is to be turned away. *has_moved: it did. *is_full: no
 * connection is left for anybody. */
static bool serve_line(struct sender *s, uint32_t destination, bool *has_moved, bool *is_full)
{
    struct mx_send_destination *d = &s->destinations[destination];
    int64_t again_us;
    uint32_t slot;

    switch (mx_send_destination_ask(d, &s->rules, mx_send_queue_first(s->queue, destination),
                                    s->now_us, &again_us)) {
    case MX_GATE_CLOSED:
        s->gate_next_us = again_us < s->gate_next_us ? again_us : s->gate_next_us;
        return true;
    case MX_GATE_SKIP:
        *has_moved = true;
        return skip(s, destination, MX_NEVER);
    case MX_GATE_WAIT:
        *has_moved = true;
        return skip(s, destination, again_us);
    case MX_GATE_EXPIRE:
        *has_moved = true;
        return expire_first(s, destination);
    case MX_GATE_OPEN:
        break;
    }
    slot = s->busy_count < s->slot_count ? find_slot(s, destination) : s->slot_count;
    if (slot == s->slot_count) {
        *is_full = true;
        return true;
    }
    *has_moved = true;
    return start(s, slot, destination);
}

/* Lines take turns, one message each, as long as one of them can go on. */
static bool start_all(struct sender *s)
{
    bool is_full = false, has_moved;

    s->gate_next_us = MX_NEVER;
    do {
        has_moved = false;
        for (uint32_t i = mx_send_queue_lines(s->queue); i > 0 && !is_full; i--) {
            uint32_t lines = mx_send_queue_lines(s->queue);

            if (lines == 0) {
                break;
            }
            if (!serve_line(s, mx_send_queue_line(s->queue, s->turn++ % lines), &has_moved,
                            &is_full)) {
                return false;
            }
        }
    } while (!is_full && has_moved && mx_send_queue_count(s->queue) > 0);
    return true;
}

/* --- what came of it --- */

/* Returns true when the destination decided what follows. */
static bool note_reply(struct sender *s, uint32_t slot, const struct mx_smtp_reply *reply,
                       struct mx_spool_event *event, struct mx_outcome *outcome)
{
    const struct slot *from = &s->slots[slot];

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
        .result = event->verdict == MX_BUSY ? MX_RESULT_REFUSED : MX_RESULT_DONE,
    };
    if ((reply->code == 0 || reply->stage == MX_STAGE_CONNECT) && !s->has_complained &&
        s->config->complain != NULL) {
        s->config->complain(s->config->context, reply);
        s->has_complained = true;
    }
    s->busy_count--;
    s->view.delivered += event->verdict == MX_ACCEPT;
    s->view.deferrals += event->verdict == MX_BUSY;
    return mx_send_destination_reply(&s->destinations[from->destination], &s->rules, event,
                                     outcome);
}

/* The scheduler's part; *next: the message as it waits from now on, if it does. */
static enum mx_scheduler_status decide(struct sender *s, struct mx_outcome *outcome,
                                       bool is_decided, struct mx_entry *next)
{
    enum mx_scheduler_status status;

    if (is_decided) {
        status = mx_scheduler_settle(s->scheduler, outcome);
        mx_outcome_settled(s->scheduler, outcome, next);
    } else {
        status = mx_scheduler_report(s->scheduler, outcome, 1);
        mx_outcome_next(s->scheduler, outcome, next);
    }
    return status;
}

/* Collect, let the destination or the scheduler decide, record. */
static enum mx_send_status report(struct sender *s)
{
    const struct mx_smtp_reply *reply;
    uint32_t slot;

    while (mx_smtp_client_next(s->client, &slot, &reply)) {
        struct mx_spool_event event;
        struct mx_outcome outcome;
        struct mx_entry next;
        bool is_decided = note_reply(s, slot, reply, &event, &outcome);
        bool is_refused = outcome.result == MX_RESULT_REFUSED;
        enum mx_scheduler_status status;

        s->slots[slot].idle_since_ms = mx_wall_clock_ms();
        if (mx_smtp_client_transactions(s->client, slot) >= s->config->limits.per_connection) {
            mx_smtp_client_quit(s->client, slot);
        }
        if (is_refused) {
            status = decide(s, &outcome, is_decided, &next);
            if (status != MX_SCHEDULER_OK) {
                return status == MX_SCHEDULER_NO_MEMORY ? MX_SEND_NO_MEMORY : MX_SEND_CLOCK;
            }
            event.next_us = outcome.decision.next_us;
        }
        if (!record(s, &event, is_refused ? &next : NULL)) {
            return MX_SEND_SPOOL;
        }
        s->totals->attempts++;
    }
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
    until_us = s->gate_next_us < until_us ? s->gate_next_us : until_us;
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
    return s->out_of_memory ? MX_SEND_NO_MEMORY : s->clock_is_over ? MX_SEND_CLOCK : MX_SEND_SPOOL;
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
    if (!commit(s) || (!s->is_stopping && !start_all(s)) || !commit(s)) {
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
        mx_send_destination_init(&s->destinations[destination], &s->rules, s->config->seed, domain,
                                 s->now_us);
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

    if (event->kind != MX_SPOOL_ATTEMPT) {
        return true;
    }
    if (event->destination >= s->destination_count || event->reply_us < s->recalled_us) {
        mx_spool_note_damage(s->spool);
        return false;
    }
    s->recalled_us = event->reply_us;
    mx_send_destination_recall(&s->destinations[event->destination], &s->rules, event);
    s->view.delivered += event->verdict == MX_ACCEPT;
    s->view.deferrals += event->verdict == MX_BUSY;
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

    mx_send_rules_init(&s->rules, &config->policy, &config->destination, &config->limits,
                       config->time_scale);
    s->slot_count = config->smtp.connection_count;
    s->slots = calloc(s->slot_count, sizeof *s->slots);
    s->destinations = calloc(s->destination_count + 1U, sizeof *s->destinations);
    s->scheduler = mx_scheduler_create(&config->policy, MX_QUEUE_CALENDAR);
    s->queue = mx_send_queue_create(s->destination_count);
    s->client = mx_smtp_client_create(&config->smtp);
    s->out_of_memory = s->slots == NULL || s->destinations == NULL || s->scheduler == NULL ||
                       s->queue == NULL || s->client == NULL;
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
    for (uint32_t d = 0; d < s->destination_count; d++) {
        mx_send_destination_restart(&s->destinations[d], &s->rules);
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
        .gate_next_us = MX_NEVER,
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
    return status;
}
