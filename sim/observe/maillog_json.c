// SPDX-License-Identifier: GPL-3.0-or-later
/* maillog_json.c - KumoMTA's log records and SendGrid's webhook events. See maillog.h.
 *
 * Written directly, without a tree: a trace has millions of lines. A key is put with the comma
 * before it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/observe/maillog_facts.h"

static const char hex[] = "0123456789abcdef";

/* Bytes of the UTF-8 character at text (RFC 3629), 0 when there is none: also of longer forms than
 * needed, of surrogates, and of what lies past U+10FFFF. */
static size_t utf8_size(const char *text, size_t left)
{
    unsigned char c = (unsigned char)text[0];
    size_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;

    if ((c >= 0x80 && c < 0xC2) || c > 0xF4 || size > left) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((unsigned char)text[i] < low || (unsigned char)text[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xBF;
    }
    return size;
}

/* A text in quotes; what is no UTF-8 becomes U+FFFD, so that the line stays JSON. */
static char *put_string(char *to, const char *text)
{
    size_t left = strnlen(text, MX_MAILLOG_TEXT_MAX);

    *to++ = '"';
    while (left > 0) {
        unsigned char c = (unsigned char)*text;
        size_t size = utf8_size(text, left);

        if (size == 0) {
            to = mx_put(to, "\\ufffd");
            size = 1;
        } else if (c < 0x20 || c == 0x7F) {
            to += sprintf(to, "\\u%04x", c);
        } else {
            if (c == '"' || c == '\\') {
                *to++ = '\\';
            }
            memcpy(to, text, size);
            to += size;
        }
        text += size;
        left -= size;
    }
    *to++ = '"';
    return to;
}

static char *put_key(char *to, const char *key)
{
    return mx_put(mx_put(mx_put(to, ",\""), key), "\":");
}

static char *put_pair(char *to, const char *key, const char *text)
{
    return put_string(put_key(to, key), text);
}

static char *put_number(char *to, const char *key, int64_t number)
{
    to = put_key(to, key);
    return to + sprintf(to, "%lld", (long long)number);
}

/* --- KumoMTA --- */

struct response {
    int code;
    const char *status, *text, *command;
};

static char *put_response(char *to, const struct response *response)
{
    unsigned long part[3] = {0};
    const char *at = response->status;
    int count = 0;

    while (count < 3 && *at >= '0' && *at <= '9') {
        char *end;

        part[count++] = strtoul(at, &end, 10);
        at = *end == '.' ? end + 1 : end;
    }
    to = mx_put(to, ",\"response\":{\"code\":");
    to += sprintf(to, "%d", response->code);
    to = put_key(to, "enhanced_code");
    if (count == 3) {
        to += sprintf(to, "{\"class\":%lu,\"subject\":%lu,\"detail\":%lu}", part[0], part[1],
                      part[2]);
    } else {
        to = mx_put(to, "null");
    }
    to = put_pair(to, "content", response->text);
    to = put_key(to, "command");
    to = response->command != NULL ? put_string(to, response->command) : mx_put(to, "null");
    return mx_put(to, "}");
}

/* Names that KumoMTA has for what a classifier makes of a reply. */
static const char *classification(const struct mx_trace_row *row)
{
    if (row->event == MX_TRACE_EXPIRY) {
        return "MessageExpired";
    }
    if (row->event != MX_TRACE_ATTEMPT || row->verdict == MX_ACCEPT) {
        return "Uncategorized";
    }
    switch (row->reason) {
    case MX_REASON_UNKNOWN:
        return "InvalidRecipient";
    case MX_REASON_CLOSED:
        return "InactiveMailbox";
    case MX_REASON_MAILBOX_FULL:
        return "QuotaIssues";
    case MX_REASON_BLOCKED:
        return "SpamBlock";
    case MX_REASON_CONTENT:
        return "SpamContent";
    case MX_REASON_RATE:
    case MX_REASON_SPIKE:
    case MX_REASON_REPUTATION:
        return "PolicyRelated";
    case MX_REASON_OUTAGE:
    case MX_REASON_CONNECTIONS:
        return "BadConnection";
    case MX_REASON_CAPACITY:
    case MX_REASON_GREYLIST:
        return "TransientFailure";
    case MX_REASON_NONE:
    case MX_REASON_COUNT:
        break;
    }
    return "Uncategorized";
}

static const char *command_of(const struct mx_trace_row *row)
{
    const char *command = mx_mail_command(row->reason);

    if (row->reason == MX_REASON_OUTAGE || row->reason == MX_REASON_CONNECTIONS) {
        return NULL; /* turned away before the first command */
    }
    return command != NULL ? command : ".";
}

static char *put_record(char *to, const struct mx_mail_facts *facts, const char *type,
                        const struct response *response, bool is_delivery, uint32_t attempts)
{
    const bool is_reception = response->code == 250 && !is_delivery;
    char queue[MX_MAIL_NAME_SIZE * 2];

    to = mx_put(put_string(mx_put(to, "{\"type\":"), type), ",\"id\":\"");
    to = mx_put_hex(mx_put_hex(to, facts->id, hex), mx_mail_hash(facts->id, 2), hex);
    to = put_pair(mx_put(to, "\""), "sender", facts->sender);
    to = put_pair(to, "recipient", facts->address);
    (void)snprintf(queue, sizeof queue, "%.63s:@%.250s", facts->row->campaign, facts->domain);
    to = put_pair(to, "queue", queue);
    (void)snprintf(queue, sizeof queue, "%.63s->%.250s", facts->row->ip, facts->relay);
    to = put_pair(to, "site", is_delivery ? queue : "");
    to = put_number(to, "size", 0);
    to = put_response(to, response);
    to = put_key(to, "peer_address");
    if (is_delivery) {
        to = put_pair(mx_put(put_string(mx_put(to, "{\"name\":"), facts->relay), ""), "addr",
                      facts->relay_ip);
        to = mx_put(to, "}");
    } else {
        to = mx_put(to, "null");
    }
    to = put_number(to, "timestamp", facts->time_s);
    to = put_number(to, "created", facts->created_s);
    to = put_number(to, "num_attempts", attempts);
    to = put_pair(to, "bounce_classification",
                  is_reception ? "Uncategorized" : classification(facts->row));
    to = put_key(to, "egress_pool");
    to = is_delivery && facts->row->pool != NULL ? put_string(to, facts->row->pool)
                                                 : mx_put(to, "null");
    to = put_key(to, "egress_source");
    to = is_delivery ? put_string(to, facts->row->ip) : mx_put(to, "null");
    if (is_delivery && facts->own_ip[0] != '\0') {
        to = mx_put(to, ",\"source_address\":{\"address\":\"");
        to = mx_put(mx_put(to, facts->own_ip), ":0\"}");
    }
    to = mx_put(to, ",\"feedback_report\":null,\"meta\":{},\"headers\":{}");
    to = put_key(to, "delivery_protocol");
    to = mx_put(to, is_delivery ? "\"ESMTP\"" : "null");
    to = put_pair(to, "reception_protocol", "ESMTP");
    to += sprintf(to, ",\"nodeid\":\"00000000-0000-4000-8000-%012x\"",
                  (unsigned)facts->row->replication);
    return mx_put(to, ",\"session_id\":null}\n");
}

static const char *record_type(enum mx_verdict verdict)
{
    switch (verdict) {
    case MX_ACCEPT:
        return "Delivery";
    case MX_BUSY:
        return "TransientFailure";
    case MX_REJECT_HARD:
    case MX_REJECT_SOFT:
    case MX_VERDICT_COUNT:
        break;
    }
    return "Bounce";
}

char *mx_maillog_kumomta(char *to, const struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;
    const struct response said = {facts->reply.code > 0 ? facts->reply.code : 421,
                                  facts->reply.code > 0 ? facts->reply.enhanced : "4.4.1",
                                  facts->reply.code > 0 ? facts->reply.text : "connection failed",
                                  command_of(row)};
    const struct response received = {250, "", "", NULL};
    const struct response expired = {551, "5.4.7", "message expired", NULL};
    const struct response delayed = {451, "4.4.1", "destination is suspended", NULL};

    if (facts->is_first) {
        return put_record(to, facts, "Reception", &received, false, 0);
    }
    switch (row->event) {
    case MX_TRACE_ATTEMPT: /* num_attempts: made before this one */
        return put_record(to, facts, record_type(row->verdict), &said, true, row->attempt - 1);
    case MX_TRACE_EXPIRY:
        return put_record(to, facts, "Expiration", &expired, false, row->attempt);
    case MX_TRACE_NON_ATTEMPT:
        return put_record(to, facts, "Delay", &delayed, false, row->attempt);
    case MX_TRACE_DROP_INVALID:
    case MX_TRACE_DROP_SPAM:
        break;
    }
    return to;
}

/* --- SendGrid --- */

/* Up to what only this kind of event has. purpose: tells events of a message apart. */
static char *start_event(char *to, const struct mx_mail_facts *facts, const char *event,
                         uint64_t purpose)
{
    to = put_string(mx_put(to, "[{\"email\":"), facts->address);
    to = put_number(to, "timestamp", facts->time_s);
    to = mx_put(to, ",\"smtp-id\":\"<");
    to = mx_put(mx_put_hex(to, facts->id, hex), "@mxsim.example>\"");
    to = put_pair(to, "event", event);
    to = put_pair(to, "category", facts->row->campaign);
    to = mx_put_hex(mx_put(to, ",\"sg_event_id\":\""), mx_mail_hash(facts->id, purpose), hex);
    to = mx_put_hex(mx_put(to, "\",\"sg_message_id\":\""), facts->id, hex);
    return mx_put(to, ".mxsim.0\"");
}

static char *put_words(char *to, const char *key, const struct mx_mail_facts *facts)
{
    char text[MX_MAILLOG_TEXT_MAX + 1];

    if (facts->reply.code == 0) {
        return put_pair(to, key, "unable to connect");
    }
    (void)snprintf(text, sizeof text, "%d %s%s%s", facts->reply.code, facts->reply.enhanced,
                   facts->reply.enhanced[0] != '\0' ? " " : "", facts->reply.text);
    return put_pair(to, key, text);
}

static char *put_bounce(char *to, const char *status, const char *type)
{
    return mx_put(put_pair(put_pair(to, "status", status), "type", type), "}]\n");
}

static char *put_event(char *to, const struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;
    char attempt[16];

    switch (row->verdict) {
    case MX_ACCEPT:
        to = start_event(to, facts, "delivered", 4);
        to = put_words(to, "response", facts);
        if (facts->own_ip[0] != '\0') {
            to = put_pair(to, "ip", facts->own_ip);
        }
        return mx_put(to, "}]\n");
    case MX_BUSY:
        (void)snprintf(attempt, sizeof attempt, "%u", (unsigned)row->attempt);
        to = start_event(to, facts, "deferred", 16U + row->attempt);
        return mx_put(put_pair(put_words(to, "response", facts), "attempt", attempt), "}]\n");
    case MX_REJECT_HARD:
    case MX_REJECT_SOFT:
    case MX_VERDICT_COUNT:
        break;
    }
    to = start_event(to, facts, "bounce", 5);
    return put_bounce(put_words(to, "reason", facts), facts->status,
                      row->verdict == MX_REJECT_HARD ? "bounce" : "blocked");
}

char *mx_maillog_sendgrid(char *to, const struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;

    if (facts->is_first) {
        return mx_put(start_event(to, facts, "processed", 3), "}]\n");
    }
    switch (row->event) {
    case MX_TRACE_ATTEMPT:
        return put_event(to, facts);
    case MX_TRACE_EXPIRY:
        to = start_event(to, facts, "bounce", 5);
        return put_bounce(put_pair(to, "reason", "message expired"), "4.4.7", "blocked");
    case MX_TRACE_DROP_INVALID:
    case MX_TRACE_DROP_SPAM:
        to = start_event(to, facts, "dropped", 3);
        to = put_pair(to, "reason",
                      row->event == MX_TRACE_DROP_SPAM ? "Spam Reporting Address"
                                                       : "Bounced Address");
        return mx_put(put_pair(to, "status", "5.0.0"), "}]\n");
    case MX_TRACE_NON_ATTEMPT:
        break; /* it has no event for that */
    }
    return to;
}
