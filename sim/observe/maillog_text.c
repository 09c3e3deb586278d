// SPDX-License-Identifier: GPL-3.0-or-later
/* maillog_text.c - Postfix's log lines and PowerMTA's accounting rows. See maillog.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/observe/csv_text.h"
#include "sim/observe/maillog_facts.h"

#define HOST "mxsim"

/* --- Postfix --- */

/* "Nov  3 16:04:31 mxsim postfix/PROGRAM[1234]: 3F2A...: " in the scenario's local time. */
static char *put_prefix(char *to, const struct mx_mail_facts *facts, const char *program,
                        unsigned process)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const struct mx_trace_style *style = facts->style;
    time_t local =
        (time_t)(facts->time_s + mx_clock_offset_s(style->clock_changes, style->clock_change_count,
                                                   style->utc_offset_s, facts->at_us));
    struct tm t;

    if (gmtime_r(&local, &t) == NULL) {
        return to;
    }
    to += sprintf(to, "%s %2d %02d:%02d:%02d " HOST " postfix/%s[%u]: ", months[t.tm_mon],
                  t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, program, process);
    to = mx_put_hex(to, facts->id, "0123456789ABCDEF");
    return mx_put(to, ": ");
}

/* Two digits below 100 s, as Postfix has it. */
static char *put_delay(char *to, int64_t delay_us)
{
    double delay_s = delay_us > 0 ? (double)delay_us / 1e6 : 0.0;

    return to + sprintf(to, delay_s < 0.005 ? "0" : delay_s < 10 ? "%.2g" : "%.0f", delay_s);
}

/* "relay=..., delay=1.2, delays=0.5/0/0/0.7, dsn=2.0.0, status=" */
static char *put_common(char *to, const struct mx_mail_facts *facts, bool is_reached,
                        const char *dsn, const char *status)
{
    const struct mx_trace_row *row = facts->row;

    to = mx_put(mx_put(mx_put(to, "to=<"), facts->address), ">, relay=");
    if (is_reached) {
        to = mx_put(mx_put(mx_put(to, facts->relay), "["), facts->relay_ip);
        to = mx_put(to, "]:25");
    } else {
        to = mx_put(to, "none");
    }
    to = put_delay(mx_put(to, ", delay="), row->time_us - row->created_us);
    to = put_delay(mx_put(to, ", delays="), row->start_us - row->created_us);
    to = put_delay(mx_put(to, "/0/0/"), row->time_us - row->start_us);
    to = mx_put(mx_put(to, ", dsn="), dsn);
    return mx_put(mx_put(to, ", status="), status);
}

/* "421 4.7.28 words" */
static char *put_reply(char *to, const struct mx_mail_facts *facts)
{
    to += sprintf(to, "%d ", facts->reply.code);
    if (facts->reply.enhanced[0] != '\0') {
        to = mx_put(mx_put(to, facts->reply.enhanced), " ");
    }
    return mx_put(to, facts->reply.text);
}

static char *put_attempt(char *to, const struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;
    bool is_turned_away = row->reason == MX_REASON_OUTAGE || row->reason == MX_REASON_CONNECTIONS;
    bool is_busy = row->verdict == MX_BUSY;
    const char *command = mx_mail_command(row->reason);

    to = put_prefix(to, facts, "smtp", 2000U + row->ip_index % 10000U);
    if (facts->reply.code == 0) {
        to = put_common(to, facts, false, "4.4.1", "deferred (connect to ");
        to = mx_put(mx_put(mx_put(to, facts->relay), "["), facts->relay_ip);
        return mx_put(to, "]:25: Connection timed out)\n");
    }
    to = put_common(to, facts, true, facts->status,
                    row->verdict == MX_ACCEPT ? "sent ("
                    : is_busy                 ? "deferred (host "
                                              : "bounced (host ");
    if (row->verdict == MX_ACCEPT) {
        return mx_put(put_reply(to, facts), ")\n");
    }
    to = mx_put(mx_put(mx_put(to, facts->relay), "["), facts->relay_ip);
    to = mx_put(to, is_turned_away ? "] refused to talk to me: " : "] said: ");
    to = put_reply(to, facts);
    if (!is_turned_away) {
        to = mx_put(to, " (in reply to ");
        to = mx_put(to, command != NULL ? command : "end of DATA");
        to = mx_put(to, " command)");
    }
    return mx_put(to, ")\n");
}

static char *put_qmgr(char *to, const struct mx_mail_facts *facts, const char *words)
{
    to = put_prefix(to, facts, "qmgr", 1000U);
    to = mx_put(mx_put(mx_put(to, "from=<"), facts->sender), ">, ");
    return mx_put(mx_put(to, words), "\n");
}

static char *put_removed(char *to, const struct mx_mail_facts *facts)
{
    return mx_put(put_prefix(to, facts, "qmgr", 1000U), "removed\n");
}

char *mx_maillog_postfix(char *to, const struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;

    if (facts->is_first) {
        return put_qmgr(to, facts, "size=0, nrcpt=1 (queue active)");
    }
    switch (row->event) {
    case MX_TRACE_ATTEMPT:
        to = put_attempt(to, facts);
        return row->verdict == MX_BUSY ? to : put_removed(to, facts);
    case MX_TRACE_EXPIRY:
        to = put_qmgr(to, facts, "status=expired, returned to sender");
        return put_removed(to, facts);
    case MX_TRACE_NON_ATTEMPT:
        to = put_prefix(to, facts, "error", 3000U);
        to = put_common(to, facts, false, "4.4.1",
                        "deferred (delivery temporarily suspended: connect to ");
        to = mx_put(mx_put(mx_put(to, facts->relay), "["), facts->relay_ip);
        return mx_put(to, "]:25: Connection timed out)\n");
    case MX_TRACE_DROP_INVALID:
    case MX_TRACE_DROP_SPAM:
        break;
    }
    return to;
}

/* --- PowerMTA --- */

/* PowerMTA's names of what it makes of a reply. */
static const char *bounce_category(enum mx_reason reason)
{
    switch (reason) {
    case MX_REASON_UNKNOWN:
        return "bad-mailbox";
    case MX_REASON_CLOSED:
        return "inactive-mailbox";
    case MX_REASON_MAILBOX_FULL:
        return "quota-issues";
    case MX_REASON_BLOCKED:
        return "policy-related";
    case MX_REASON_CONTENT:
        return "content-related";
    case MX_REASON_OUTAGE:
    case MX_REASON_CONNECTIONS:
    case MX_REASON_RATE:
    case MX_REASON_SPIKE:
    case MX_REASON_REPUTATION:
    case MX_REASON_CAPACITY:
    case MX_REASON_GREYLIST:
    case MX_REASON_NONE:
    case MX_REASON_COUNT:
        break;
    }
    return "other";
}

/* Text, cut, as a field. */
static char *put_field(char *to, const char *text)
{
    char cut[MX_MAILLOG_TEXT_MAX + 1];

    *mx_put(cut, text) = '\0';
    return mx_csv_name(to, cut);
}

/* Seconds since 1970, as the manual has it; nothing before that. */
static char *put_time(char *to, int64_t time_s)
{
    return mx_csv_count(to, time_s > 0 ? (uint64_t)time_s : 0);
}

static char *put_diagnosis(char *to, const struct mx_mail_facts *facts, bool is_expired)
{
    char text[MX_MAILLOG_TEXT_MAX + 64];
    char *at = text;

    if (is_expired) {
        return mx_put(to, ",failed,4.4.7 (delivery time expired),,,message-expired,");
    }
    to = mx_put(to, facts->row->verdict == MX_ACCEPT ? ",relayed,"
                    : facts->row->verdict == MX_BUSY ? ",delayed,"
                                                     : ",failed,");
    to = mx_put(mx_put(to, facts->status), ",");
    at = mx_put(at, "smtp;");
    if (facts->reply.code > 0) {
        at = put_reply(at, facts);
    } else {
        at = mx_put(at, "connection failed");
    }
    *at = '\0';
    to = mx_put(put_field(to, text), ",");
    (void)snprintf(text, sizeof text, "%.200s (%s)", facts->relay, facts->relay_ip);
    to = mx_put(put_field(to, text), ",");
    if (facts->row->verdict == MX_REJECT_HARD || facts->row->verdict == MX_REJECT_SOFT) {
        to = mx_put(to, bounce_category(facts->row->reason));
    }
    return mx_put(to, ",");
}

char *mx_maillog_powermta(char *to, const struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;
    bool is_expired = row->event == MX_TRACE_EXPIRY;

    if (!is_expired && row->event != MX_TRACE_ATTEMPT) {
        return to; /* it accounts for attempts and ends alone */
    }
    to = mx_put(to, is_expired                  ? "b,"
                    : row->verdict == MX_ACCEPT ? "d,"
                    : row->verdict == MX_BUSY   ? "t,"
                                                : "b,");
    to = mx_put(put_time(to, facts->time_s), ",");
    to = mx_put(put_time(to, facts->created_s), ",");
    to = mx_put(put_field(to, facts->sender), ",");
    to = mx_put(put_field(to, facts->address), ",");
    to = put_diagnosis(to, facts, is_expired);
    to = mx_put(to, "smtp," HOST ",");
    if (is_expired) {
        to = mx_put(to, ",,,,");
    } else {
        to = mx_put(mx_put(mx_put(to, "smtp,"), facts->own_ip), ",");
        to = mx_put(mx_put(to, facts->relay_ip), ",,");
    }
    to = mx_put(put_field(mx_put(to, ","), row->ip), ",");
    to = mx_put(put_field(to, row->campaign), ",");
    to = mx_put_hex(to, facts->id, "0123456789abcdef");
    return mx_put(to, "\r\n");
}
