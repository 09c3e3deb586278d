// SPDX-License-Identifier: GPL-3.0-or-later
/* mailbox.c - unknown, closed and full addresses. */
#include "models/mailbox.h"

struct mx_mailbox_answer mx_mailbox_decide(const struct mx_recipient *recipient, int64_t emptied_us,
                                           double full_reply_soft, int64_t now_us)
{
    switch (recipient->address) {
    case MX_ADDRESS_UNKNOWN:
        return (struct mx_mailbox_answer){MX_REJECT_HARD, MX_REASON_UNKNOWN};
    case MX_ADDRESS_CLOSED:
        return (struct mx_mailbox_answer){MX_REJECT_HARD, MX_REASON_CLOSED};
    case MX_ADDRESS_FULL:
        if (now_us >= emptied_us)
            break;
        if (recipient->full_reply_u < full_reply_soft)
            return (struct mx_mailbox_answer){MX_BUSY, MX_REASON_MAILBOX_FULL};
        return (struct mx_mailbox_answer){MX_REJECT_SOFT, MX_REASON_MAILBOX_FULL};
    case MX_ADDRESS_GOOD:
    case MX_ADDRESS_TRAP:
    case MX_ADDRESS_COUNT:
        break;
    }
    return (struct mx_mailbox_answer){MX_ACCEPT, MX_REASON_NONE};
}
