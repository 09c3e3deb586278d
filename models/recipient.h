// SPDX-License-Identifier: GPL-3.0-or-later
/* recipient.h - what kind of address a member of a list is.
 *
 * A member's nature is a function of its uniforms, keyed by (list, provider, member), so that a
 * daily campaign meets the same addresses every day and nothing has to be stored. */
#ifndef MX_RECIPIENT_H
#define MX_RECIPIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "models/law.h"

enum mx_address {
    MX_ADDRESS_GOOD,
    MX_ADDRESS_UNKNOWN,
    MX_ADDRESS_CLOSED,
    MX_ADDRESS_FULL,
    MX_ADDRESS_TRAP,
    MX_ADDRESS_COUNT
};

/* Shares of a list in [0, 1]; unknown + closed + mailbox_full + spam_traps <= 1.
 * known_invalid: share of the unknown and closed addresses that suppression knows at the start.
 * reported_spam: share of all members who reported spam before the start.
 * complaints: of inboxed messages; complaint_delay: from acceptance to the provider's counting it.
 * engagement: of inboxed messages, opened or clicked; it only feeds reputation. */
struct mx_list_params {
    double unknown, closed, mailbox_full, spam_traps;
    double known_invalid;
    double reported_spam;
    double complaints;
    double engagement;
    struct mx_law mailbox_emptied_after; /* from the message's creation */
    struct mx_law complaint_delay;
};

/* The member's nature. full_reply_u and emptied_u are uniforms in (0, 1) left for the stages that
 * need them (452 or 552; when the mailbox is emptied). */
struct mx_recipient {
    enum mx_address address;
    bool known_invalid; /* suppression knew it at the start */
    bool reported_spam; /* before the start */
    double full_reply_u;
    double emptied_u;
};

/* Bounds within which a draw tells an ordinary member at once: a good address, spam not reported. A
 * little narrower than the truth, so that no rounding can reach across them. */
struct mx_ordinary {
    uint64_t from, width; /* of w0 >> 12 */
    uint32_t reported;    /* of w1 >> 32 */
};
void mx_ordinary_prepare(struct mx_ordinary *ordinary, const struct mx_list_params *list);

/* True: mx_recipient_of says MX_ADDRESS_GOOD and not reported_spam. False: ask it. */
static inline bool mx_is_ordinary(const struct mx_ordinary *ordinary, uint64_t w0, uint64_t w1)
{
    return (w0 >> 12) - ordinary->from < ordinary->width && w1 >> 32 >= ordinary->reported;
}

/* w0, w1: two words of one keyed draw of purpose MX_DRAW_MEMBER. */
struct mx_recipient mx_recipient_of(const struct mx_list_params *list, uint64_t w0, uint64_t w1);

#endif
