// SPDX-License-Identifier: GPL-3.0-or-later
/* mailbox.h - stage 4 of a provider: does the address exist, is there room in it? */
#ifndef MX_MAILBOX_H
#define MX_MAILBOX_H

#include "models/recipient.h"
#include "models/reply.h"

struct mx_mailbox_answer {
    enum mx_verdict verdict; /* MX_ACCEPT: go on to the next stage */
    enum mx_reason reason;
};

/* Unknown and closed addresses are rejected for good. A full mailbox is full until emptied_us; a
 * share full_reply_soft of them is answered with a deferral, the rest with a rejection. Traps
 * look like good addresses. */
struct mx_mailbox_answer mx_mailbox_decide(const struct mx_recipient *recipient, int64_t emptied_us,
                                           double full_reply_soft, int64_t now_us);

#endif
