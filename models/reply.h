// SPDX-License-Identifier: GPL-3.0-or-later
/* reply.h - what a provider answers to one attempt: verdict, reason, code and text. */
#ifndef MX_REPLY_H
#define MX_REPLY_H

#include <stdbool.h>
#include <stdint.h>

enum mx_verdict {
    MX_ACCEPT,      /* 250: delivered into the provider's network */
    MX_BUSY,        /* 4xx: a deferral, with its reason */
    MX_REJECT_HARD, /* 5xx: the address is unknown or closed */
    MX_REJECT_SOFT, /* 5xx: another reason */
    MX_VERDICT_COUNT
};

enum mx_reason {
    MX_REASON_OUTAGE,
    MX_REASON_CONNECTIONS,
    MX_REASON_RATE,
    MX_REASON_SPIKE,
    MX_REASON_REPUTATION,
    MX_REASON_CAPACITY,
    MX_REASON_GREYLIST,
    MX_REASON_CONTENT,
    MX_REASON_MAILBOX_FULL,
    MX_REASON_UNKNOWN, /* from here on never the reason of a deferral */
    MX_REASON_CLOSED,
    MX_REASON_BLOCKED,
    MX_REASON_NONE,
    MX_REASON_COUNT
};

#define MX_DEFERRAL_REASON_COUNT (MX_REASON_MAILBOX_FULL + 1)

/* Whose words the replies use. */
enum mx_reply_style {
    MX_STYLE_GENERIC,
    MX_STYLE_GMAIL,
    MX_STYLE_YAHOO,
    MX_STYLE_MICROSOFT,
    MX_STYLE_APPLE,
    MX_STYLE_COMCAST,
    MX_STYLE_GMX,
    MX_STYLE_ORANGE,
    MX_STYLE_MIMECAST,
    MX_STYLE_POSTGREY,
    MX_STYLE_COUNT
};

/* code: 250, 421, 450 ...; enhanced: "4.7.28" or ""; text: after the code, without line end. */
struct mx_reply_text {
    int code;
    const char *enhanced;
    const char *text;
};

/* Static storage. verdict and reason must be a pair that the receiver can give; a pair without an
 * entry of the style falls back to the generic one. Sources: models/README.md, "Replies". */
const struct mx_reply_text *mx_reply_text(enum mx_reply_style style, enum mx_verdict verdict,
                                          enum mx_reason reason);

/* "accept", "busy", "reject_hard", "reject_soft". */
const char *mx_verdict_name(enum mx_verdict verdict);
/* "outage", "connections", ... as in the metrics deferrals_*; "none" for MX_REASON_NONE. */
const char *mx_reason_name(enum mx_reason reason);
/* "generic", "gmail", ... */
const char *mx_reply_style_name(enum mx_reply_style style);

/* True for the 4.7.x answers about volume, rate, reputation or content that a sender should slow
 * down for: rate, spike, reputation, content. */
bool mx_reason_is_policy(enum mx_reason reason);

#endif
