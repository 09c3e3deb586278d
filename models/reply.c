// SPDX-License-Identifier: GPL-3.0-or-later
/* reply.c - names of verdicts and reasons, and the words in which each provider says them.
 *
 * One table per style, holding only what the provider's own documents or quoted log lines show;
 * what is missing is said in the generic words of RFC 3463's enhanced codes. */
#include "models/reply.h"

#include <stddef.h>

struct entry {
    enum mx_verdict verdict;
    enum mx_reason reason;
    struct mx_reply_text text;
};

#define ENTRY_END \
    { \
        MX_VERDICT_COUNT, MX_REASON_COUNT, \
        { \
            0, "", "" \
        } \
    }

static const struct entry generic[] = {
    {MX_ACCEPT, MX_REASON_NONE, {250, "2.0.0", "Ok: queued"}},
    {MX_BUSY, MX_REASON_OUTAGE, {421, "4.4.2", "Service not available, closing connection"}},
    {MX_BUSY, MX_REASON_CONNECTIONS, {421, "4.7.0", "Too many connections from your address"}},
    {MX_BUSY, MX_REASON_RATE, {421, "4.7.28", "Rate limit exceeded, try again later"}},
    {MX_BUSY, MX_REASON_SPIKE, {421, "4.7.0", "Unexpected volume, try again later"}},
    {MX_BUSY, MX_REASON_REPUTATION, {421, "4.7.0", "Deferred due to low reputation"}},
    {MX_BUSY, MX_REASON_CAPACITY, {451, "4.3.2", "System not accepting messages, try later"}},
    {MX_BUSY, MX_REASON_GREYLIST, {451, "4.7.1", "Greylisted, please try again later"}},
    {MX_BUSY, MX_REASON_CONTENT, {451, "4.7.1", "Message deferred for further inspection"}},
    {MX_BUSY, MX_REASON_MAILBOX_FULL, {452, "4.2.2", "Mailbox full"}},
    {MX_REJECT_HARD, MX_REASON_UNKNOWN, {550, "5.1.1", "User unknown"}},
    {MX_REJECT_HARD, MX_REASON_CLOSED, {550, "5.2.1", "Mailbox disabled"}},
    {MX_REJECT_SOFT, MX_REASON_MAILBOX_FULL, {552, "5.2.2", "Mailbox full"}},
    {MX_REJECT_SOFT, MX_REASON_BLOCKED, {550, "5.7.1", "Blocked due to policy or reputation"}},
    {MX_REJECT_SOFT, MX_REASON_CONTENT, {550, "5.7.1", "Message content rejected"}},
    ENTRY_END,
};

static const struct entry gmail[] = {
    {MX_ACCEPT, MX_REASON_NONE, {250, "2.0.0", "OK - gsmtp"}},
    {MX_BUSY,
     MX_REASON_RATE,
     {421, "4.7.28",
      "Our system has detected an unusual rate of email originating from your IP address. "
      "Mail has been temporarily rate limited - gsmtp"}},
    {MX_BUSY,
     MX_REASON_SPIKE,
     {421, "4.7.0",
      "Our system has detected an unusual rate of unsolicited mail originating from your IP "
      "address. Mail has been temporarily rate limited - gsmtp"}},
    {MX_BUSY,
     MX_REASON_REPUTATION,
     {421, "4.7.0",
      "This message is suspicious due to the very low reputation of the sending IP address. "
      "Try again later, closing connection - gsmtp"}},
    {MX_BUSY,
     MX_REASON_CONTENT,
     {421, "4.7.0",
      "This message is suspicious due to the nature of the content. "
      "Try again later, closing connection - gsmtp"}},
    {MX_BUSY,
     MX_REASON_MAILBOX_FULL,
     {452, "4.2.2", "The recipient's inbox is out of storage space - gsmtp"}},
    {MX_REJECT_HARD,
     MX_REASON_UNKNOWN,
     {550, "5.1.1", "The email account that you tried to reach does not exist - gsmtp"}},
    {MX_REJECT_HARD,
     MX_REASON_CLOSED,
     {550, "5.2.1", "The email account that you tried to reach is inactive - gsmtp"}},
    {MX_REJECT_SOFT,
     MX_REASON_MAILBOX_FULL,
     {552, "5.2.2", "The recipient's inbox is out of storage space and inactive - gsmtp"}},
    {MX_REJECT_SOFT,
     MX_REASON_BLOCKED,
     {550, "5.7.1",
      "Our system has detected that this message is likely suspicious due to the very low "
      "reputation of the sending IP address - gsmtp"}},
    {MX_REJECT_SOFT,
     MX_REASON_CONTENT,
     {550, "5.7.1",
      "Our system has detected that this message is likely unsolicited mail - gsmtp"}},
    ENTRY_END,
};

static const struct entry yahoo[] = {
    {MX_BUSY,
     MX_REASON_RATE,
     {421, "4.7.0",
      "[TSS04] Messages temporarily deferred due to unexpected volume or user complaints - "
      "4.16.55.1; see https://postmaster.yahooinc.com/error-codes"}},
    {MX_BUSY,
     MX_REASON_SPIKE,
     {421, "4.7.0",
      "[TSS04] Messages temporarily deferred due to unexpected volume or user complaints - "
      "4.16.55.1; see https://postmaster.yahooinc.com/error-codes"}},
    {MX_BUSY,
     MX_REASON_REPUTATION,
     {421, "4.7.0",
      "[TSS05] Messages temporarily deferred due to unexpected volume or user complaints; "
      "see https://postmaster.yahooinc.com/error-codes"}},
    {MX_BUSY,
     MX_REASON_CAPACITY,
     {451, "4.3.2", "Resources temporarily unavailable. Please try again later [#4.16.1]"}},
    {MX_REJECT_SOFT, MX_REASON_BLOCKED, {553, "5.7.1", "[BL21] Connections not accepted"}},
    {MX_REJECT_SOFT, MX_REASON_CONTENT, {554, "5.7.9", "Message not accepted for policy reasons"}},
    ENTRY_END,
};

static const struct entry microsoft[] = {
    {MX_BUSY,
     MX_REASON_CONNECTIONS,
     {421, "",
      "RP-003 The mail server IP connecting has exceeded the connection limit allowed, "
      "related to IP/domain reputation"}},
    {MX_BUSY,
     MX_REASON_RATE,
     {421, "",
      "RP-001 The mail server IP connecting has exceeded the rate limit allowed, "
      "related to IP/domain reputation"}},
    {MX_BUSY,
     MX_REASON_SPIKE,
     {421, "",
      "RP-001 The mail server IP connecting has exceeded the rate limit allowed, "
      "related to IP/domain reputation"}},
    {MX_BUSY,
     MX_REASON_REPUTATION,
     {451, "4.7.650",
      "The mail server has been temporarily rate limited due to IP reputation. "
      "https://aka.ms/postmaster (S775)"}},
    {MX_BUSY, MX_REASON_CAPACITY, {451, "4.3.2", "Server busy. Please try again later"}},
    {MX_REJECT_SOFT,
     MX_REASON_BLOCKED,
     {550, "5.7.1",
      "Unfortunately, messages from your address weren't sent; part of their network is on our "
      "block list (S3150)"}},
    {MX_REJECT_SOFT, MX_REASON_CONTENT, {550, "", "SC-001 Mail rejected for policy reasons"}},
    ENTRY_END,
};

static const struct entry apple[] = {
    {MX_BUSY, MX_REASON_RATE, {421, "4.7.1", "Messages deferred due to excessive volume"}},
    {MX_BUSY, MX_REASON_SPIKE, {421, "4.7.1", "Messages deferred due to excessive volume"}},
    {MX_BUSY, MX_REASON_REPUTATION, {421, "", "[HCM1] Your mail was deferred"}},
    {MX_BUSY, MX_REASON_CAPACITY, {451, "4.7.1", "Service unavailable - try again later"}},
    {MX_REJECT_SOFT,
     MX_REASON_BLOCKED,
     {550, "5.7.1", "[CS01] Message rejected due to local policy"}},
    {MX_REJECT_SOFT,
     MX_REASON_CONTENT,
     {550, "5.7.1", "[CS01] Message rejected due to local policy"}},
    ENTRY_END,
};

static const struct entry comcast[] = {
    {MX_BUSY,
     MX_REASON_CONNECTIONS,
     {421, "",
      "[Too many sessions opened] Comcast allows 25 simultaneous connections per sending IP"}},
    {MX_BUSY, MX_REASON_RATE, {421, "4.1.0", "Throttled - try again later (RL000001)"}},
    {MX_BUSY, MX_REASON_SPIKE, {421, "4.1.0", "Throttled - try again later (RL000002)"}},
    {MX_BUSY, MX_REASON_REPUTATION, {421, "4.1.0", "Throttled - try again later (RL000010)"}},
    {MX_REJECT_SOFT, MX_REASON_BLOCKED, {554, "5.7.1", "Blocked (BL000000)"}},
    ENTRY_END,
};

static const struct entry gmx[] = {
    {MX_BUSY,
     MX_REASON_RATE,
     {421, "",
      "Nemesis ESMTP Service not available. Reject due to policy restrictions. Too many messages "
      "have been received in a short period of time. Please try again in a few hours"}},
    {MX_BUSY,
     MX_REASON_SPIKE,
     {421, "",
      "Nemesis ESMTP Service not available. Reject due to policy restrictions. Too many messages "
      "have been received in a short period of time. Please try again in a few hours"}},
    {MX_BUSY,
     MX_REASON_REPUTATION,
     {421, "", "Nemesis ESMTP Service not available. Reject due to policy restrictions"}},
    {MX_REJECT_HARD,
     MX_REASON_UNKNOWN,
     {550, "", "Requested action not taken: mailbox unavailable"}},
    {MX_REJECT_SOFT,
     MX_REASON_BLOCKED,
     {554, "", "Transaction failed. Reject due to policy restrictions"}},
    {MX_REJECT_SOFT,
     MX_REASON_CONTENT,
     {554, "", "Transaction failed. Reject due to policy restrictions"}},
    ENTRY_END,
};

static const struct entry orange[] = {
    {MX_BUSY, MX_REASON_CONNECTIONS, {421, "", "Trop de connexions. OFR004_104"}},
    {MX_BUSY, MX_REASON_RATE, {421, "", "Service refuse. Veuillez essayer plus tard. OFR004_105"}},
    {MX_BUSY, MX_REASON_SPIKE, {421, "", "Service refuse. Veuillez essayer plus tard. OFR004_105"}},
    {MX_BUSY,
     MX_REASON_REPUTATION,
     {421, "", "Service refuse. Veuillez essayer plus tard. OFR004_105"}},
    ENTRY_END,
};

static const struct entry mimecast[] = {
    {MX_BUSY,
     MX_REASON_GREYLIST,
     {451, "",
      "Internal resource temporarily unavailable - "
      "https://community.mimecast.com/docs/DOC-1369#451"}},
    {MX_BUSY,
     MX_REASON_CAPACITY,
     {451, "",
      "Internal resource temporarily unavailable - "
      "https://community.mimecast.com/docs/DOC-1369#451"}},
    ENTRY_END,
};

static const struct entry postgrey[] = {
    {MX_BUSY,
     MX_REASON_GREYLIST,
     {450, "4.2.0", "Recipient address rejected: Greylisted, try again in 300 seconds"}},
    ENTRY_END,
};

static const struct entry *const styles[MX_STYLE_COUNT] = {
    [MX_STYLE_GENERIC] = generic,   [MX_STYLE_GMAIL] = gmail,
    [MX_STYLE_YAHOO] = yahoo,       [MX_STYLE_MICROSOFT] = microsoft,
    [MX_STYLE_APPLE] = apple,       [MX_STYLE_COMCAST] = comcast,
    [MX_STYLE_GMX] = gmx,           [MX_STYLE_ORANGE] = orange,
    [MX_STYLE_MIMECAST] = mimecast, [MX_STYLE_POSTGREY] = postgrey,
};

/* For pairs that no receiver gives: never reached by the simulation, but a text all the same. */
static const struct mx_reply_text unsaid[MX_VERDICT_COUNT] = {
    [MX_ACCEPT] = {250, "2.0.0", "Ok"},
    [MX_BUSY] = {451, "4.3.0", "Temporary failure"},
    [MX_REJECT_HARD] = {550, "5.1.0", "Address rejected"},
    [MX_REJECT_SOFT] = {550, "5.0.0", "Permanent failure"},
};

static const struct mx_reply_text *find(const struct entry *entries, enum mx_verdict verdict,
                                        enum mx_reason reason)
{
    for (const struct entry *e = entries; e->verdict != MX_VERDICT_COUNT; e++) {
        if (e->verdict == verdict && e->reason == reason)
            return &e->text;
    }
    return NULL;
}

const struct mx_reply_text *mx_reply_text(enum mx_reply_style style, enum mx_verdict verdict,
                                          enum mx_reason reason)
{
    const struct mx_reply_text *text = find(styles[style], verdict, reason);

    if (text == NULL)
        text = find(generic, verdict, reason);
    return text != NULL ? text : &unsaid[verdict];
}

const char *mx_verdict_name(enum mx_verdict verdict)
{
    switch (verdict) {
    case MX_ACCEPT:
        return "accept";
    case MX_BUSY:
        return "busy";
    case MX_REJECT_HARD:
        return "reject_hard";
    case MX_REJECT_SOFT:
        return "reject_soft";
    case MX_VERDICT_COUNT:
        break;
    }
    return "";
}

const char *mx_reason_name(enum mx_reason reason)
{
    static const char *const names[MX_REASON_COUNT] = {
        [MX_REASON_OUTAGE] = "outage",
        [MX_REASON_CONNECTIONS] = "connections",
        [MX_REASON_RATE] = "rate",
        [MX_REASON_SPIKE] = "spike",
        [MX_REASON_REPUTATION] = "reputation",
        [MX_REASON_CAPACITY] = "capacity",
        [MX_REASON_GREYLIST] = "greylist",
        [MX_REASON_CONTENT] = "content",
        [MX_REASON_MAILBOX_FULL] = "mailbox_full",
        [MX_REASON_UNKNOWN] = "unknown",
        [MX_REASON_CLOSED] = "closed",
        [MX_REASON_BLOCKED] = "blocked",
        [MX_REASON_NONE] = "none",
    };
    return reason < MX_REASON_COUNT ? names[reason] : "";
}

const char *mx_reply_style_name(enum mx_reply_style style)
{
    static const char *const names[MX_STYLE_COUNT] = {
        [MX_STYLE_GENERIC] = "generic",   [MX_STYLE_GMAIL] = "gmail",
        [MX_STYLE_YAHOO] = "yahoo",       [MX_STYLE_MICROSOFT] = "microsoft",
        [MX_STYLE_APPLE] = "apple",       [MX_STYLE_COMCAST] = "comcast",
        [MX_STYLE_GMX] = "gmx",           [MX_STYLE_ORANGE] = "orange",
        [MX_STYLE_MIMECAST] = "mimecast", [MX_STYLE_POSTGREY] = "postgrey",
    };
    return style < MX_STYLE_COUNT ? names[style] : "";
}

bool mx_reason_is_policy(enum mx_reason reason)
{
    return reason == MX_REASON_RATE || reason == MX_REASON_SPIKE ||
           reason == MX_REASON_REPUTATION || reason == MX_REASON_CONTENT;
}
