// SPDX-License-Identifier: GPL-3.0-or-later
/* smtp_reply.c - see smtp_reply.h. */
#include "sim/live/smtp_reply.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "4.7.28 rest": its size, 0 when the text begins with none. */
static size_t enhanced_size(const char *text, size_t size, int class)
{
    size_t at = 1, digits;

    if (size < 5 || text[0] != '0' + class) {
        return 0;
    }
    for (int part = 0; part < 2; part++) {
        if (at >= size || text[at] != '.') {
            return 0;
        }
        for (at++, digits = 0; at < size && is_digit(text[at]); at++) {
            digits++;
        }
        if (digits < 1 || digits > 3) {
            return 0;
        }
    }
    return at == size || text[at] == ' ' ? at : 0;
}

static void add_text(struct mx_smtp_reply *reply, const char *text, size_t size)
{
    size_t room = sizeof reply->text - 1 - reply->text_size;

    if (reply->text_size > 0 && room > 0) {
        reply->text[reply->text_size++] = ' ';
        room--;
    }
    for (size_t i = 0; i < size && i < room; i++) {
        unsigned char c = (unsigned char)text[i];

        reply->text[reply->text_size++] = (char)(c < ' ' || c > 126 ? '?' : c);
    }
    reply->text[reply->text_size] = '\0';
}

int mx_smtp_reply_add(struct mx_smtp_reply *reply, const char *line, size_t size)
{
    int code;
    size_t skipped;

    if (size < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]) ||
        (size > 3 && line[3] != ' ' && line[3] != '-')) {
        return -1;
    }
    code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (reply->code != 0 && reply->code != code) {
        return -1; /* lines of one reply carry one code */
    }
    reply->code = code;
    skipped = size > 3 ? 4 : 3;
    if (skipped < size) {
        size_t enhanced = enhanced_size(line + skipped, size - skipped, code / 100);

        if (enhanced > 0 && enhanced < sizeof reply->enhanced) {
            memcpy(reply->enhanced, line + skipped, enhanced);
            reply->enhanced[enhanced] = '\0';
            skipped += enhanced + (skipped + enhanced < size);
        }
    }
    add_text(reply, line + skipped, size - skipped);
    return size > 3 && line[3] == '-' ? 0 : 1;
}

/* --- meaning --- */

/* Whether the text holds one of the words, "|" between them, in any case. */
static bool says(const struct mx_smtp_reply *reply, const char *words)
{
    while (*words != '\0') {
        size_t size = strcspn(words, "|");

        for (size_t at = 0; at + size <= reply->text_size; at++) {
            if (strncasecmp(reply->text + at, words, size) == 0) {
                return true;
            }
        }
        words += size;
        words += *words == '|';
    }
    return false;
}

/* Subject and detail of the enhanced code: 4.7.28 gives 7028; 0 without one. */
static int subject_of(const struct mx_smtp_reply *reply)
{
    int parts[2] = {0, 0}, part = -1;

    for (const char *at = reply->enhanced; *at != '\0'; at++) {
        if (*at == '.') {
            part++;
        } else if (part >= 0 && part < 2) {
            parts[part] = parts[part] * 10 + (*at - '0');
        }
    }
    return parts[0] * 1000 + parts[1];
}

/* What a rule looks for; the first that fits decides. subject 0: any, or none; detail -1: any. */
struct rule {
    int code, subject, detail;
    const char *words; /* NULL: none are needed */
    enum mx_reason reason;
};

static const struct rule busy_rules[] = {
    {0, 0, -1, "greylist|greylisted|graylist|grey-list", MX_REASON_GREYLIST},
    {0, 2, 2, NULL, MX_REASON_MAILBOX_FULL},
    {0, 7, 28, NULL, MX_REASON_RATE},
    {0, 0, -1, "too many connections|too many sessions|connection limit|simultaneous|connexions",
     MX_REASON_CONNECTIONS},
    {0, 0, -1, "mailbox full|over quota|out of storage|quota exceeded", MX_REASON_MAILBOX_FULL},
    {0, 0, -1, "unexpected volume|unusual rate of unsolicited", MX_REASON_SPIKE},
    {0, 0, -1,
     "rate limit exceeded|rate limited|rate limit|excessive volume|too many messages|throttl|"
     "unusual rate|too much mail",
     MX_REASON_RATE},
    {0, 0, -1, "reputation|deferred due to user complaints|rbl|blocklist", MX_REASON_REPUTATION},
    {0, 0, -1, "content|inspection|spam|suspicious", MX_REASON_CONTENT},
    {0, 7, -1, NULL, MX_REASON_REPUTATION},
    {0, 6, -1, NULL, MX_REASON_CONTENT},
    {0, 4, -1, NULL, MX_REASON_OUTAGE},
    {0, 3, -1, NULL, MX_REASON_CAPACITY},
    {421, 0, -1, "resources|load|busy", MX_REASON_CAPACITY},
    {421, 0, -1, NULL, MX_REASON_OUTAGE},
    {0, 0, -1, NULL, MX_REASON_CAPACITY},
};

static const struct rule reject_rules[] = {
    {0, 1, 0, NULL, MX_REASON_UNKNOWN},
    {0, 1, 1, NULL, MX_REASON_UNKNOWN},
    {0, 1, 2, NULL, MX_REASON_UNKNOWN},
    {0, 1, 3, NULL, MX_REASON_UNKNOWN},
    {0, 1, 10, NULL, MX_REASON_UNKNOWN},
    {0, 1, 6, NULL, MX_REASON_CLOSED},
    {0, 2, 1, NULL, MX_REASON_CLOSED},
    {0, 2, 2, NULL, MX_REASON_MAILBOX_FULL},
    {552, 0, -1, "full|quota|storage", MX_REASON_MAILBOX_FULL},
    {0, 7, -1, "content", MX_REASON_CONTENT},
    {0, 7, -1, NULL, MX_REASON_BLOCKED},
    {0, 0, -1, "policy|blocked|block list|blocklist|reputation|spam|blacklist|denied",
     MX_REASON_BLOCKED},
    {0, 0, -1, "user unknown|unknown user|no such|does not exist|not found|mailbox unavailable",
     MX_REASON_UNKNOWN},
    {0, 0, -1, "disabled|inactive|closed|suspended", MX_REASON_CLOSED},
    {0, 0, -1, NULL, MX_REASON_CONTENT},
};

static bool fits(const struct rule *rule, const struct mx_smtp_reply *reply)
{
    int subject = subject_of(reply);

    return (rule->code == 0 || rule->code == reply->code) &&
           (rule->subject == 0 || rule->subject == subject / 1000) &&
           (rule->detail < 0 || rule->detail == subject % 1000) &&
           (rule->subject == 0 || subject > 0) && (rule->words == NULL || says(reply, rule->words));
}

/* The last rule fits everything. */
static enum mx_reason find(const struct rule *rule, const struct mx_smtp_reply *reply)
{
    while (!fits(rule, reply)) {
        rule++;
    }
    return rule->reason;
}

static void judge_reject(const struct mx_smtp_reply *reply, enum mx_verdict *verdict,
                         enum mx_reason *reason)
{
    *reason = find(reject_rules, reply);
    if (reply->stage == MX_STAGE_RCPT && reply->enhanced[0] == '\0' && reply->code == 550 &&
        *reason == MX_REASON_CONTENT) {
        *reason = MX_REASON_UNKNOWN; /* RFC 5321, 4.2.3: mailbox unavailable */
    }
    *verdict = *reason == MX_REASON_UNKNOWN || *reason == MX_REASON_CLOSED ? MX_REJECT_HARD
                                                                           : MX_REJECT_SOFT;
}

void mx_smtp_reply_judge(const struct mx_smtp_reply *reply, enum mx_verdict *verdict,
                         enum mx_reason *reason)
{
    if (reply->stage == MX_STAGE_END && reply->code >= 200 && reply->code < 300) {
        *verdict = MX_ACCEPT;
        *reason = MX_REASON_NONE;
    } else if (reply->code >= 500 && reply->stage >= MX_STAGE_MAIL) {
        judge_reject(reply, verdict, reason);
    } else {
        *verdict = MX_BUSY;
        *reason =
            reply->code >= 400 && reply->code < 500 ? find(busy_rules, reply) : MX_REASON_OUTAGE;
    }
}
