// SPDX-License-Identifier: GPL-3.0-or-later
/* scheduler.h - the retry scheduler: a policy, a queue and a clock handed in by the caller.
 *
 * libmxretry.a. It does not know whether time is simulated: mxsim gives it a virtual clock, a mail
 * server the wall clock. A message is 20 bytes in the queue.
 *
 *   submit -> [waiting for its due time] -> take_due -> (caller tries) -> report
 *      a refused attempt goes back into the queue with its next due time, or to its expiry;
 *      an accepted or rejected message is forgotten.
 *
 * Entries come out in the order (due_us, kind, message). Not thread-safe. Memory grows with what
 * is pending and is reported as MX_SCHEDULER_NO_MEMORY when it cannot. */
#ifndef MX_SCHEDULER_H
#define MX_SCHEDULER_H

#include <stddef.h>
#include <stdint.h>

#include "models/retry.h"

#define MX_MESSAGE_MAX ((UINT64_C(1) << 40) - 1)
#define MX_DESTINATION_MAX 65535U
#define MX_NOTE_MAX ((1U << 19) - 1) /* the caller's own bits, returned as given */
#define MX_ATTEMPTS_MAX 32767U       /* counting stops there */
#define MX_CREATED_US_MAX ((INT64_C(1) << 45) - 1)
#define MX_DUE_US_MAX ((INT64_C(1) << 46) - 1)

enum mx_due_kind {
    MX_DUE_EXPIRE,  /* the message is over: a soft bounce at due_us; nothing to report */
    MX_DUE_ATTEMPT, /* to be tried now, then reported */
    MX_DUE_KIND_COUNT
};

/* One message as it goes in and comes out. attempt_count: attempts made so far. first_deferral_us
 * and gap_ms are the scheduler's own, kept only where mx_retry_needs_history() (0 otherwise): pass
 * them on as they came. */
struct mx_entry {
    int64_t due_us;
    int64_t created_us;
    int64_t first_deferral_us;
    uint64_t message;
    uint32_t note;
    uint32_t gap_ms;
    uint16_t destination;
    uint16_t attempt_count;
    uint8_t kind; /* enum mx_due_kind */
};

enum mx_scheduler_status {
    MX_SCHEDULER_OK = 0,
    MX_SCHEDULER_NO_MEMORY,
    MX_SCHEDULER_RANGE, /* a field past the limits above, or a time before the clock */
};

/* accepted or rejected; busy; not tried, but deferred as if it had been refused at reply_us */
enum mx_result { MX_RESULT_DONE, MX_RESULT_REFUSED, MX_RESULT_SKIPPED };

/* What came of an attempt. entry: as taken (note may have been changed); reply_us: when the reply
 * came; u: uniform in (0, 1), used where mx_retry_is_random(). The scope of a refusal reported here
 * is the message; what its host or queue decides of it goes to mx_scheduler_settle. */
struct mx_outcome {
    struct mx_entry entry;
    int64_t reply_us;
    double u;
    enum mx_result result;
    struct mx_retry_decision decision; /* out, of a refusal: when next, or when it expires */
};

/* Which queue: the calendar, or the plain binary heap that it is tested against. */
enum mx_queue_kind { MX_QUEUE_CALENDAR, MX_QUEUE_HEAP };

struct mx_scheduler;

/* policy is copied; it must have passed mx_retry_check. Returns owned, or NULL. */
struct mx_scheduler *mx_scheduler_create(const struct mx_retry_policy *policy,
                                         enum mx_queue_kind queue);
void mx_scheduler_destroy(struct mx_scheduler *scheduler);

/* A new message; its first attempt is due at now_us >= created_us. */
enum mx_scheduler_status mx_scheduler_submit(struct mx_scheduler *scheduler, uint64_t message,
                                             uint32_t destination, uint32_t note,
                                             int64_t created_us, int64_t now_us);

/* Put an entry back unattempted, to come out again at entry->due_us (a held message). */
enum mx_scheduler_status mx_scheduler_put(struct mx_scheduler *scheduler,
                                          const struct mx_entry *entry);

/* Due time of the earliest entry, or MX_NEVER. May be earlier than the true one by at most the
 * calendar's coarse bucket, never later: a caller that sleeps until then and takes nothing asks
 * again. */
int64_t mx_scheduler_next_due(const struct mx_scheduler *scheduler);

/* Take up to capacity entries with due_us < until_us, in order. Returns how many; fewer than
 * capacity means there are no more. */
size_t mx_scheduler_take_due(struct mx_scheduler *scheduler, int64_t until_us, struct mx_entry *out,
                             size_t capacity);

/* Outcomes of attempts taken before; entry.attempt_count still without the attempt reported. A
 * refused one is scheduled again, or for its expiry, never before its reply; what is then due
 * earlier than the last take comes out with the next one. */
enum mx_scheduler_status mx_scheduler_report(struct mx_scheduler *scheduler,
                                             struct mx_outcome *outcomes, size_t count);

/* The entry that a refused outcome left in the queue once it was reported: what to keep of the
 * message elsewhere, to be put back after a crash. */
void mx_outcome_next(const struct mx_scheduler *scheduler, const struct mx_outcome *outcome,
                     struct mx_entry *next);

/* A refused attempt of which its destination decided (models/destination.h): outcome->decision is
 * carried out as it stands. */
enum mx_scheduler_status mx_scheduler_settle(struct mx_scheduler *scheduler,
                                             const struct mx_outcome *outcome);

/* As mx_outcome_next, of a settled one. */
void mx_outcome_settled(const struct mx_scheduler *scheduler, const struct mx_outcome *outcome,
                        struct mx_entry *next);

/* Messages in the queue, and bytes that the queue holds for them. */
uint64_t mx_scheduler_pending(const struct mx_scheduler *scheduler);
size_t mx_scheduler_bytes(const struct mx_scheduler *scheduler);

#endif
