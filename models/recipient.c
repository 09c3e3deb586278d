// SPDX-License-Identifier: GPL-3.0-or-later
/* recipient.c - the nature of a list's member from one keyed draw. */
#include "models/recipient.h"

static double uniform_52(uint64_t word)
{
    return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

static double uniform_32(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

/* Where u lies in [from, from + share): uniform in (0, 1) again, given that it does. */
static double rest(double u, double from, double share)
{
    double r = (u - from) / share;

    if (r < 0x1p-53)
        return 0x1p-53;
    return r < 1.0 - 0x1p-53 ? r : 1.0 - 0x1p-53;
}

/* The unit interval, from below: unknown, closed, good ...; from above: full, traps. The kinds at
 * its two ends do not move when another share changes, so a what-if changes few members. */
struct mx_recipient mx_recipient_of(const struct mx_list_params *list, uint64_t w0, uint64_t w1)
{
    double u = uniform_52(w0);
    double down = 1.0 - u;
    double bad = list->unknown + list->closed;
    struct mx_recipient recipient = {
        .address = MX_ADDRESS_GOOD,
        .reported_spam = uniform_32((uint32_t)(w1 >> 32)) < list->reported_spam,
        .full_reply_u = 0.5,
        .emptied_u = uniform_32((uint32_t)w1),
    };

    if (u < list->unknown) {
        recipient.address = MX_ADDRESS_UNKNOWN;
        recipient.known_invalid = rest(u, 0.0, list->unknown) < list->known_invalid;
    } else if (u < bad) {
        recipient.address = MX_ADDRESS_CLOSED;
        recipient.known_invalid = rest(u, list->unknown, list->closed) < list->known_invalid;
    } else if (down < list->mailbox_full) {
        recipient.address = MX_ADDRESS_FULL;
        recipient.full_reply_u = rest(down, 0.0, list->mailbox_full);
    } else if (down < list->mailbox_full + list->spam_traps) {
        recipient.address = MX_ADDRESS_TRAP;
    }
    return recipient;
}

#define MARGIN 16 /* in units of 2^-52: several times what sums of shares are rounded by */

void mx_ordinary_prepare(struct mx_ordinary *ordinary, const struct mx_list_params *list)
{
    double from = (list->unknown + list->closed) * 0x1p52 + MARGIN;
    double until = (1.0 - (list->mailbox_full + list->spam_traps)) * 0x1p52 - MARGIN;
    double reported = list->reported_spam * 0x1p32 + 1.0;

    *ordinary = (struct mx_ordinary){.reported = UINT32_MAX};
    if (from < until) {
        ordinary->from = (uint64_t)from + 1;
        ordinary->width = (uint64_t)(until - from);
    }
    if (reported < (double)UINT32_MAX)
        ordinary->reported = list->reported_spam > 0.0 ? (uint32_t)reported + 1 : 0;
    else
        ordinary->width = 0;
}
