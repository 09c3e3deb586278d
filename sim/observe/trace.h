// SPDX-License-Identifier: GPL-3.0-or-later
/* trace.h - every attempt as a CSV row or in the words of a mail server's log (maillog.h), plain or
 * zstd-compressed.
 *
 * Columns: replication,time_s,message,campaign,provider,ip,attempt,start_s,code,enhanced,reason,
 * verdict,next_due_s. time_s: when the reply came (6 decimals), next_due_s: empty when there is
 * none. An expiry is a row of verdict "expired", a non-attempt one of verdict "non_attempt", both
 * with an empty code and start, and the number of attempts made. Rows come in the order in which
 * attempts were judged, or, where messages to one destination share retry data, in which replies
 * came; the others where they were noticed. message is CAMPAIGN:OCCURRENCE:PROVIDER:NUMBER. */
#ifndef MX_TRACE_H
#define MX_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/reply.h"
#include "sim/base/clock_change.h"

struct mx_trace;

/* Whose log it looks like; maillog.h tells what each holds. */
enum mx_trace_format {
    MX_TRACE_CSV,
    MX_TRACE_POSTFIX,
    MX_TRACE_KUMOMTA,
    MX_TRACE_POWERMTA,
    MX_TRACE_SENDGRID,
    MX_TRACE_FORMAT_COUNT
};

/* Drops are rows of MX_TRACE_SENDGRID alone: known to be invalid, or reported spam before. */
enum mx_trace_event {
    MX_TRACE_ATTEMPT,
    MX_TRACE_EXPIRY,
    MX_TRACE_NON_ATTEMPT,
    MX_TRACE_DROP_INVALID,
    MX_TRACE_DROP_SPAM
};

/* start_unix_s: date of time 0. utc_offset_s: of the clock on the wall at time 0, clock_changes (as
 * mx_clock_offset_s has them; borrowed) later, for the log that has no other. */
struct mx_trace_style {
    enum mx_trace_format format;
    int64_t start_unix_s;
    int32_t utc_offset_s;
    const struct mx_clock_change *clock_changes;
    size_t clock_change_count;
};

/* One row. Names are borrowed for the call. */
struct mx_trace_row {
    uint32_t replication;
    int64_t time_us, start_us, next_due_us; /* next_due_us MX_NEVER: none */
    int64_t created_us;
    const char *campaign, *provider, *ip;
    uint32_t provider_index, ip_index;    /* logs: documentation addresses by them */
    const char *pool, *domain;            /* logs: of the address; of the sender. NULL: unknown */
    const char *sender, *address, *relay; /* logs: real ones; NULL: made of the names */
    uint32_t occurrence;
    uint64_t number;
    uint32_t attempt; /* 1-based */
    enum mx_reply_style style;
    enum mx_verdict verdict;
    enum mx_reason reason;
    const struct mx_reply_text *said; /* code and enhanced code, or NULL: in the style's words */
    enum mx_trace_event event;
};

/* Write to path (".zst": compressed). header: write the column line first, where there is one.
 * style NULL: CSV. Returns owned, or NULL with *error_number set. */
struct mx_trace *mx_trace_open(const char *path, bool header, const struct mx_trace_style *style,
                               int *error_number);
/* Whether rows of drops are any use. */
bool mx_trace_wants_drops(const struct mx_trace *trace);
/* Errors are kept and reported by close. */
void mx_trace_write(struct mx_trace *trace, const struct mx_trace_row *row);
/* Flush and close; 0, or an errno value when any write failed. */
int mx_trace_close(struct mx_trace *trace);

#endif
