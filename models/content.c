// SPDX-License-Identifier: GPL-3.0-or-later
/* content.c - shares of rejected, deferred and spam-foldered mail. */
#include "models/content.h"

enum mx_verdict mx_content_decide(double reject, double busy, double u)
{
    if (u >= reject + busy)
        return MX_ACCEPT;
    return u < reject ? MX_REJECT_SOFT : MX_BUSY;
}

bool mx_content_inboxed(double spam, double u)
{
    return u >= spam;
}
