// SPDX-License-Identifier: GPL-3.0-or-later
/* content.h - stage 5 of a provider: the content filter, and where accepted mail is put. */
#ifndef MX_CONTENT_H
#define MX_CONTENT_H

#include <stdbool.h>

#include "models/reply.h"

/* reject, busy: shares of messages, reject + busy <= 1; u: uniform of the attempt. MX_ACCEPT,
 * MX_REJECT_SOFT or MX_BUSY. */
static inline enum mx_verdict mx_content_decide(double reject, double busy, double u)
{
    if (u >= reject + busy)
        return MX_ACCEPT;
    return u < reject ? MX_REJECT_SOFT : MX_BUSY;
}

/* Inbox (true) or spam folder, which takes a share `spam`; u: uniform of the attempt. */
static inline bool mx_content_inboxed(double spam, double u)
{
    return u >= spam;
}

#endif
