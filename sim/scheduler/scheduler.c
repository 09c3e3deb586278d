// SPDX-License-Identifier: GPL-3.0-or-later
/* scheduler.c - policy and queue together; the decisions are models/retry.c's. */
#include "sim/scheduler/scheduler.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/scheduler/binary_heap.h"
#include "sim/scheduler/calendar.h"

struct mx_scheduler {
    struct mx_retry_policy policy; /* unrolled */
    bool keep_history;
    int64_t taken_us;             /* due time of the last entry taken */
    struct mx_calendar *calendar; /* or NULL: then the heap is in use */
    struct mx_binary_heap heap;
};

struct mx_scheduler *mx_scheduler_create(const struct mx_retry_policy *policy,
                                         enum mx_queue_kind queue)
{
    struct mx_scheduler *scheduler = calloc(1, sizeof *scheduler);
    if (scheduler == NULL) {
        return NULL;
    }
    scheduler->policy = *policy;
    mx_retry_unroll(&scheduler->policy);
    scheduler->keep_history = mx_retry_needs_history(policy);
    if (queue == MX_QUEUE_CALENDAR) {
        scheduler->calendar = mx_calendar_create(scheduler->keep_history);
        if (scheduler->calendar == NULL) {
            free(scheduler);
            return NULL;
        }
    }
    return scheduler;
}

void mx_scheduler_destroy(struct mx_scheduler *scheduler)
{
    if (scheduler != NULL) {
        mx_calendar_destroy(scheduler->calendar);
        mx_binary_heap_fini(&scheduler->heap);
        free(scheduler);
    }
}

/* All limits at once: no bit may stand above its field. */
static inline bool is_in_range(const struct mx_entry *entry)
{
    return ((entry->message & ~MX_MESSAGE_MAX) | (entry->note & ~MX_NOTE_MAX) |
            ((uint64_t)entry->created_us & ~(uint64_t)MX_CREATED_US_MAX) |
            ((uint64_t)entry->due_us & ~(uint64_t)MX_DUE_US_MAX) |
            (entry->attempt_count & ~MX_ATTEMPTS_MAX) | (entry->kind & ~1U)) == 0;
}

static enum mx_scheduler_status push_on_heap(struct mx_scheduler *scheduler,
                                             const struct mx_entry *entry)
{
    struct mx_entry kept = *entry;
    if (!scheduler->keep_history) {
        kept.first_deferral_us = 0;
        kept.gap_ms = 0;
    }
    return mx_binary_heap_push(&scheduler->heap, &kept) ? MX_SCHEDULER_OK : MX_SCHEDULER_NO_MEMORY;
}

static inline enum mx_scheduler_status push(struct mx_scheduler *scheduler,
                                            const struct mx_entry *entry)
{
    if (!is_in_range(entry)) {
        return MX_SCHEDULER_RANGE;
    }
    if (scheduler->calendar == NULL) {
        return push_on_heap(scheduler, entry);
    }
    return mx_calendar_put(scheduler->calendar, entry) ? MX_SCHEDULER_OK : MX_SCHEDULER_NO_MEMORY;
}

enum mx_scheduler_status mx_scheduler_submit(struct mx_scheduler *scheduler, uint64_t message,
                                             uint32_t destination, uint32_t note,
                                             int64_t created_us, int64_t now_us)
{
    if (destination > MX_DESTINATION_MAX || now_us < created_us) {
        return MX_SCHEDULER_RANGE;
    }
    return mx_scheduler_put(scheduler, &(struct mx_entry){.due_us = now_us,
                                                          .created_us = created_us,
                                                          .message = message,
                                                          .note = note,
                                                          .destination = (uint16_t)destination,
                                                          .kind = MX_DUE_ATTEMPT});
}

enum mx_scheduler_status mx_scheduler_put(struct mx_scheduler *scheduler,
                                          const struct mx_entry *entry)
{
    return entry->due_us < scheduler->taken_us ? MX_SCHEDULER_RANGE : push(scheduler, entry);
}

int64_t mx_scheduler_next_due(const struct mx_scheduler *scheduler)
{
    if (scheduler->calendar != NULL) {
        return mx_calendar_next_due(scheduler->calendar);
    }
    return scheduler->heap.count > 0 ? mx_binary_heap_top(&scheduler->heap)->due_us : MX_NEVER;
}

static size_t take_from_heap(struct mx_binary_heap *heap, int64_t until_us, struct mx_entry *out,
                             size_t capacity)
{
    size_t taken = 0;
    while (taken < capacity && heap->count > 0 && mx_binary_heap_top(heap)->due_us < until_us) {
        mx_binary_heap_pop(heap, &out[taken++]);
    }
    return taken;
}

size_t mx_scheduler_take_due(struct mx_scheduler *scheduler, int64_t until_us, struct mx_entry *out,
                             size_t capacity)
{
    const size_t taken = scheduler->calendar != NULL
                             ? mx_calendar_take(scheduler->calendar, until_us, out, capacity)
                             : take_from_heap(&scheduler->heap, until_us, out, capacity);
    if (taken > 0 && out[taken - 1].due_us > scheduler->taken_us) {
        scheduler->taken_us = out[taken - 1].due_us;
    }
    return taken;
}

/* Attempts made; a skipped one is not counted. */
static inline uint32_t attempts_after(const struct mx_outcome *outcome)
{
    return outcome->entry.attempt_count + (outcome->result == MX_RESULT_SKIPPED ? 0U : 1U);
}

/* A message's own retry data start with its first refusal that is its own: those of its host leave
 * them alone. */
static inline int64_t first_deferral_us(const struct mx_scheduler *scheduler,
                                        const struct mx_outcome *outcome)
{
    const bool is_first = outcome->entry.gap_ms == 0 &&
                          (attempts_after(outcome) <= 1 || scheduler->policy.unit == MX_UNIT_HOST);
    return is_first ? outcome->reply_us : outcome->entry.first_deferral_us;
}

/* The entry after a refusal or skip that was decided. */
static inline struct mx_entry after(const struct mx_scheduler *scheduler,
                                    const struct mx_outcome *outcome)
{
    const struct mx_retry_decision *decision = &outcome->decision;
    const int64_t gap_ms = decision->gap_us / 1000;
    const uint32_t attempts = attempts_after(outcome);
    struct mx_entry next = outcome->entry;
    next.first_deferral_us = first_deferral_us(scheduler, outcome);
    if (scheduler->keep_history) {
        next.gap_ms = gap_ms < UINT32_MAX ? (uint32_t)gap_ms : UINT32_MAX;
    }
    next.attempt_count = (uint16_t)(attempts < MX_ATTEMPTS_MAX ? attempts : MX_ATTEMPTS_MAX);
    next.kind = decision->next_us == MX_NEVER ? MX_DUE_EXPIRE : MX_DUE_ATTEMPT;
    next.due_us = decision->next_us == MX_NEVER ? decision->expires_us : decision->next_us;
    return next;
}

void mx_outcome_next(const struct mx_scheduler *scheduler, const struct mx_outcome *outcome,
                     struct mx_entry *next)
{
    *next = after(scheduler, outcome);
}

/* A refused or skipped attempt: decide, and put the message back. */
static inline enum mx_scheduler_status refuse(struct mx_scheduler *scheduler,
                                              struct mx_outcome *outcome)
{
    const struct mx_entry *entry = &outcome->entry;
    const int64_t now_us = outcome->reply_us;
    if (now_us < entry->created_us || now_us > MX_CREATED_US_MAX) {
        return MX_SCHEDULER_RANGE;
    }
    const uint32_t attempts = attempts_after(outcome);
    const struct mx_retry_state state = {
        .created_us = entry->created_us,
        .first_deferral_us = first_deferral_us(scheduler, outcome),
        .attempt_count = attempts > 0 ? attempts : 1U,
        .due_us = entry->due_us,
        .gap_us = (int64_t)entry->gap_ms * 1000,
    };
    outcome->decision = mx_retry_decide(&scheduler->policy, &state, now_us, outcome->u);
    const struct mx_entry next = after(scheduler, outcome);
    return push(scheduler, &next);
}

void mx_outcome_settled(const struct mx_scheduler *scheduler, const struct mx_outcome *outcome,
                        struct mx_entry *next)
{
    *next = after(scheduler, outcome);
    if (scheduler->policy.unit == MX_UNIT_HOST) { /* the message's own data stay as they are */
        next->first_deferral_us = outcome->entry.first_deferral_us;
    }
    next->gap_ms = outcome->entry.gap_ms;
}

enum mx_scheduler_status mx_scheduler_settle(struct mx_scheduler *scheduler,
                                             const struct mx_outcome *outcome)
{
    struct mx_entry next;
    mx_outcome_settled(scheduler, outcome, &next);
    return push(scheduler, &next);
}

enum mx_scheduler_status mx_scheduler_report(struct mx_scheduler *scheduler,
                                             struct mx_outcome *outcomes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (outcomes[i].result != MX_RESULT_DONE) {
            const enum mx_scheduler_status status = refuse(scheduler, &outcomes[i]);
            if (status != MX_SCHEDULER_OK) {
                return status;
            }
        }
    }
    const bool is_broken =
        scheduler->calendar != NULL && mx_calendar_is_broken(scheduler->calendar);
    return is_broken ? MX_SCHEDULER_NO_MEMORY : MX_SCHEDULER_OK;
}

uint64_t mx_scheduler_pending(const struct mx_scheduler *scheduler)
{
    return scheduler->calendar != NULL ? mx_calendar_count(scheduler->calendar)
                                       : scheduler->heap.count;
}

size_t mx_scheduler_bytes(const struct mx_scheduler *scheduler)
{
    return sizeof *scheduler + (scheduler->calendar != NULL
                                    ? mx_calendar_bytes(scheduler->calendar)
                                    : scheduler->heap.capacity * sizeof *scheduler->heap.entries);
}
