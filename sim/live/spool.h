// SPDX-License-Identifier: GPL-3.0-or-later
/* spool.h - what is to be sent and what came of it, in one SQLite file that a crash cannot hurt.
 *
 * WAL mode, every commit flushed: what was recorded stays recorded after kill -9 or a power cut.
 * One mailing a spool, one process at a time. A recipient is one message to one address, numbered
 * from 1. All functions that return bool say why they failed in mx_spool_error(); after a failure
 * nothing more is to be done with the spool but destroy. */
#ifndef MX_SPOOL_H
#define MX_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/reply.h"
#include "sim/live/mail_address.h"
#include "sim/scheduler/scheduler.h"

#define MX_ENHANCED_SIZE 12

enum mx_spool_status {
    MX_SPOOL_OK,
    MX_SPOOL_FAILED,  /* disk full, no permission, in use ... */
    MX_SPOOL_DAMAGED, /* corrupt, or no spool of this program */
};

struct mx_spool;

/* Makes the file, readable by its owner alone, when there is none. NULL when out of memory; else
 * owned, and mx_spool_status() tells whether it can be used. */
struct mx_spool *mx_spool_open(const char *path);
void mx_spool_close(struct mx_spool *spool);
enum mx_spool_status mx_spool_status(const struct mx_spool *spool);
const char *mx_spool_error(const struct mx_spool *spool);
/* What was read makes no sense to the caller. */
void mx_spool_note_damage(struct mx_spool *spool);

/* Everything between begin and commit happens or does not. */
bool mx_spool_begin(struct mx_spool *spool);
bool mx_spool_commit(struct mx_spool *spool);

/* Settings by name: texts and numbers. *found false: there is none of that name. */
bool mx_spool_put_text(struct mx_spool *spool, const char *name, const char *value);
bool mx_spool_get_text(struct mx_spool *spool, const char *name, char *value, size_t size,
                       bool *found);
bool mx_spool_put_number(struct mx_spool *spool, const char *name, int64_t value);
bool mx_spool_get_number(struct mx_spool *spool, const char *name, int64_t *value, bool *found);

/* Taking in. Destinations are domains, numbered from 0 to MX_DESTINATION_MAX; of a known one the
 * number is returned. */
bool mx_spool_destination(struct mx_spool *spool, const char *domain, uint32_t *destination);
bool mx_spool_add_message(struct mx_spool *spool, const char *name, const char *sender,
                          const char *text, size_t size, int64_t *message);
bool mx_spool_add_recipient(struct mx_spool *spool, int64_t message, const char *address,
                            uint32_t destination);

bool mx_spool_count(struct mx_spool *spool, uint64_t *recipients, uint64_t *pending,
                    uint32_t *destinations);
/* Calls see for each; it returns false to end, which is no failure. */
bool mx_spool_each_destination(struct mx_spool *spool,
                               bool (*see)(void *context, uint32_t destination, const char *domain,
                                           uint64_t recipient_count),
                               void *context);
/* The schedule of every undecided recipient, as recorded last. */
bool mx_spool_each_pending(struct mx_spool *spool,
                           bool (*see)(void *context, const struct mx_entry *entry), void *context);

/* What an attempt needs. Texts are borrowed until mx_spool_release(), which must follow. */
struct mx_spool_mail {
    const char *sender, *address, *text;
    size_t size;
};
bool mx_spool_load(struct mx_spool *spool, uint64_t recipient, struct mx_spool_mail *mail);
void mx_spool_release(struct mx_spool *spool);

enum mx_spool_event_kind {
    MX_SPOOL_ATTEMPT, /* its reply */
    MX_SPOOL_EXPIRY,
    MX_SPOOL_SKIP, /* a non-attempt: its turn had come, and it was not tried */
    MX_SPOOL_EVENT_KIND_COUNT
};

/* One thing that happened to a recipient. attempt: its number, 1-based; of what is no attempt how
 * many were made. due_us and reply_us of what is no attempt are its time. next_us: when the message
 * is due again, or MX_NEVER. */
struct mx_spool_event {
    uint64_t recipient;
    uint32_t destination, attempt;
    enum mx_spool_event_kind kind;
    enum mx_verdict verdict;
    enum mx_reason reason;
    int code; /* 0: no reply came */
    char enhanced[MX_ENHANCED_SIZE];
    int64_t due_us, start_us, reply_us, next_us;
};

/* Record it. next: the entry as it waits from now on, or NULL: the recipient is decided. */
bool mx_spool_record(struct mx_spool *spool, const struct mx_spool_event *event,
                     const struct mx_entry *next);
/* All events, in the order in which they were recorded. */
bool mx_spool_each_event(struct mx_spool *spool,
                         bool (*see)(void *context, const struct mx_spool_event *event),
                         void *context);

#endif
