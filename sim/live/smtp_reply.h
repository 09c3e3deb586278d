// SPDX-License-Identifier: GPL-3.0-or-later
/* smtp_reply.h - what a server said, and what it means in the program's words.
 *
 * Replies after RFC 5321, 4.2; enhanced codes after RFC 3463. Where there is no enhanced code, or
 * one that many use alike (4.7.0, 4.7.1), the words decide, as sending servers do. */
#ifndef MX_SMTP_REPLY_H
#define MX_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "models/reply.h"
#include "sim/live/spool.h"

#define MX_REPLY_TEXT_SIZE 512

/* How far a transaction came: what the reply answers. */
enum mx_smtp_stage {
    MX_STAGE_CONNECT, /* connection, greeting, EHLO */
    MX_STAGE_RSET,
    MX_STAGE_MAIL,
    MX_STAGE_RCPT,
    MX_STAGE_DATA,
    MX_STAGE_END, /* after the message's last line */
    MX_STAGE_COUNT
};

/* code 0: no reply came; text then says what happened instead. text: of all lines, without codes,
 * joined by a blank, cut to the size. */
struct mx_smtp_reply {
    enum mx_smtp_stage stage;
    int code;
    char enhanced[MX_ENHANCED_SIZE];
    char text[MX_REPLY_TEXT_SIZE];
    size_t text_size;
};

/* Add one line of a reply, without its end. Returns 1 when it was the last, 0 when more follow, -1
 * when it is no line of a reply. */
int mx_smtp_reply_add(struct mx_smtp_reply *reply, const char *line, size_t size);

/* Verdict and reason, a pair as receivers give. A failed connection, or a refusal before MAIL, is
 * never about the message: busy. */
void mx_smtp_reply_judge(const struct mx_smtp_reply *reply, enum mx_verdict *verdict,
                         enum mx_reason *reason);

#endif
