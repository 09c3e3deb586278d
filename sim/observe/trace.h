// SPDX-License-Identifier: GPL-3.0-or-later
/* trace.h - every attempt as a CSV row, plain or zstd-compressed.
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

enum mx_trace_event { MX_TRACE_ATTEMPT, MX_TRACE_EXPIRY, MX_TRACE_NON_ATTEMPT };

/* One row. Names are borrowed for the call. */
struct mx_trace_row {
    uint32_t replication;
    int64_t time_us, start_us, next_due_us; /* next_due_us MX_NEVER: none */
    const char *campaign, *provider, *ip;
    uint32_t occurrence;
    uint64_t number;
    uint32_t attempt; /* 1-based */
    enum mx_reply_style style;
    enum mx_verdict verdict;
    enum mx_reason reason;
    const struct mx_reply_text *said; /* code and enhanced code, or NULL: in the style's words */
    enum mx_trace_event event;
};

/* Write to path (".zst": compressed). header: write the column line first. Returns owned, or NULL
 * with *error_number set. */
struct mx_trace *mx_trace_open(const char *path, bool header, int *error_number);
/* Errors are kept and reported by close. */
void mx_trace_write(struct mx_trace *trace, const struct mx_trace_row *row);
/* Flush and close; 0, or an errno value when any write failed. */
int mx_trace_close(struct mx_trace *trace);

#endif
