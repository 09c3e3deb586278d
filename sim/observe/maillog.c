// SPDX-License-Identifier: GPL-3.0-or-later
/* maillog.c - names, addresses, ids and dates of the mail logs. See maillog.h. */
#include "sim/observe/maillog.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/observe/maillog_facts.h"

#define DOCUMENTATION_COUNT 254 /* hosts of a /24 */

char *mx_put(char *to, const char *text)
{
    size_t size = strnlen(text, MX_MAILLOG_TEXT_MAX);

    memcpy(to, text, size);
    return to + size;
}

char *mx_put_hex(char *to, uint64_t value, const char *digits)
{
    for (int shift = 60; shift >= 0; shift -= 4) {
        *to++ = digits[value >> shift & 15U];
    }
    return to;
}

/* FNV-1a over the parts, closed by SplitMix64's finaliser. */
static uint64_t add_bytes(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return (hash ^ 0xFFU) * UINT64_C(0x100000001b3);
}

uint64_t mx_mail_hash(uint64_t id, uint64_t purpose)
{
    uint64_t z = id + purpose * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t id_of(const struct mx_trace_row *row)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    hash = add_bytes(add_bytes(hash, row->campaign), row->provider);
    hash = mx_mail_hash(hash, 1 + row->replication);
    hash = mx_mail_hash(hash, 1 + row->occurrence);
    return mx_mail_hash(hash, 1 + row->number);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A name as a label of a domain or a local part: small letters, digits and single hyphens. */
static void put_label(char to[MX_MAIL_NAME_SIZE], const char *name)
{
    size_t size = 0;

    for (; *name != '\0' && size < 63; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;

        if (is_letter(c)) {
            to[size++] = c;
        } else if (size > 0 && to[size - 1] != '-') {
            to[size++] = '-';
        }
    }
    size -= size > 0 && to[size - 1] == '-';
    to[size] = '\0';
    if (size == 0) {
        (void)snprintf(to, MX_MAIL_NAME_SIZE, "x");
    }
}

static void name_ips(struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;
    uint32_t ip = row->ip_index, provider = row->provider_index;

    if (provider < DOCUMENTATION_COUNT) {
        (void)snprintf(facts->relay_ip, sizeof facts->relay_ip, "192.0.2.%u",
                       (unsigned)provider + 1);
    } else {
        (void)snprintf(facts->relay_ip, sizeof facts->relay_ip, "198.19.%u.%u",
                       (unsigned)(provider >> 8 & 255U), (unsigned)(provider & 255U));
    }
    if (ip < 2 * DOCUMENTATION_COUNT) {
        (void)snprintf(facts->own_ip, sizeof facts->own_ip, "%s.%u",
                       ip < DOCUMENTATION_COUNT ? "198.51.100" : "203.0.113",
                       (unsigned)(ip % DOCUMENTATION_COUNT) + 1);
    } else {
        (void)snprintf(facts->own_ip, sizeof facts->own_ip, "198.18.%u.%u",
                       (unsigned)(ip >> 8 & 255U), (unsigned)(ip & 255U));
    }
}

/* A real relay, HOST:PORT, has no other name; from which address it was reached is not known. */
static void name_relay(struct mx_mail_facts *facts)
{
    const char *colon = strrchr(facts->row->relay, ':');
    int size = colon != NULL ? (int)(colon - facts->row->relay) : -1;

    (void)snprintf(facts->relay, sizeof facts->relay, "%.*s", size, facts->row->relay);
    (void)snprintf(facts->relay_ip, sizeof facts->relay_ip, "%.60s", facts->relay);
}

static void name_all(struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;
    const char *at = row->address != NULL ? strrchr(row->address, '@') : NULL;
    char label[MX_MAIL_NAME_SIZE];

    put_label(label, row->provider);
    (void)snprintf(facts->domain, sizeof facts->domain, "%.300s%s", at != NULL ? at + 1 : label,
                   at != NULL ? "" : ".example");
    if (row->address != NULL) {
        (void)snprintf(facts->address, sizeof facts->address, "%.320s", row->address);
    } else {
        (void)snprintf(facts->address, sizeof facts->address, "u%llu@%.300s",
                       (unsigned long long)row->number, facts->domain);
    }
    put_label(label, row->campaign);
    if (row->sender != NULL) {
        (void)snprintf(facts->sender, sizeof facts->sender, "%.320s", row->sender);
    } else {
        (void)snprintf(facts->sender, sizeof facts->sender, "%.63s@%.253s", label,
                       row->domain != NULL ? row->domain : "example.com");
    }
    (void)snprintf(facts->relay, sizeof facts->relay, "mx.%.300s", facts->domain);
    name_ips(facts);
    if (row->relay != NULL) {
        facts->own_ip[0] = '\0';
        name_relay(facts);
    }
}

static int64_t seconds(const struct mx_trace_style *style, int64_t time_us)
{
    int64_t time_s = time_us / 1000000 - (time_us % 1000000 < 0);

    return style->start_unix_s + time_s;
}

const char *mx_mail_command(enum mx_reason reason)
{
    switch (reason) {
    case MX_REASON_GREYLIST:
    case MX_REASON_MAILBOX_FULL:
    case MX_REASON_UNKNOWN:
    case MX_REASON_CLOSED:
        return "RCPT TO";
    case MX_REASON_RATE:
    case MX_REASON_SPIKE:
    case MX_REASON_REPUTATION:
    case MX_REASON_BLOCKED:
        return "MAIL FROM";
    case MX_REASON_OUTAGE:
    case MX_REASON_CONNECTIONS:
    case MX_REASON_CAPACITY:
    case MX_REASON_CONTENT:
    case MX_REASON_NONE:
    case MX_REASON_COUNT:
        break;
    }
    return NULL;
}

static void say(struct mx_mail_facts *facts)
{
    const struct mx_trace_row *row = facts->row;

    facts->reply = *mx_reply_text(row->style, row->verdict, row->reason);
    if (row->said != NULL) {
        const char *text = row->said->text[0] != '\0' ? row->said->text : facts->reply.text;

        facts->reply = (struct mx_reply_text){row->said->code, row->said->enhanced, text};
    }
    if (facts->reply.enhanced[0] != '\0') {
        (void)snprintf(facts->status, sizeof facts->status, "%.15s", facts->reply.enhanced);
    } else {
        (void)snprintf(facts->status, sizeof facts->status, "%d.0.0",
                       facts->reply.code > 0 ? facts->reply.code / 100 % 10 : 4);
    }
}

const char *mx_maillog_header(const struct mx_trace_style *style)
{
    return style->format != MX_TRACE_POWERMTA
               ? ""
               : "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,"
                 "bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,"
                 "dlvSize,vmta,jobId,envId\r\n";
}

static char *put_lines(char *to, const struct mx_trace_style *style, const struct mx_trace_row *row,
                       bool is_first)
{
    struct mx_mail_facts facts = {.style = style, .row = row, .id = id_of(row)};

    name_all(&facts);
    say(&facts);
    facts.at_us = is_first ? row->start_us : row->time_us;
    facts.time_s = seconds(style, facts.at_us);
    facts.created_s = seconds(style, row->created_us);
    facts.is_first = is_first;
    switch (style->format) {
    case MX_TRACE_POSTFIX:
        return mx_maillog_postfix(to, &facts);
    case MX_TRACE_KUMOMTA:
        return mx_maillog_kumomta(to, &facts);
    case MX_TRACE_POWERMTA:
        return is_first ? to : mx_maillog_powermta(to, &facts);
    case MX_TRACE_SENDGRID:
        return mx_maillog_sendgrid(to, &facts);
    case MX_TRACE_CSV:
    case MX_TRACE_FORMAT_COUNT:
        break;
    }
    MX_CHECK(style->format == MX_TRACE_CSV);
    return to;
}

char *mx_maillog_put_first(char *to, const struct mx_trace_style *style,
                           const struct mx_trace_row *row)
{
    bool begins = (row->event == MX_TRACE_ATTEMPT && row->attempt == 1) ||
                  (row->event == MX_TRACE_EXPIRY && row->attempt == 0);

    return begins ? put_lines(to, style, row, true) : to;
}

char *mx_maillog_put(char *to, const struct mx_trace_style *style, const struct mx_trace_row *row)
{
    return put_lines(to, style, row, false);
}
