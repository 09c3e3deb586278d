// SPDX-License-Identifier: GPL-3.0-or-later
/* greylist.h - stage 4 of a provider, second part: greylisting.
 *
 * A message passes once its delay since the first attempt that came this far is over. What was
 * seen of a message is kept with the message (one number), passes of a client here. Times between
 * attempts are in whole seconds since the message's creation. */
#ifndef MX_GREYLIST_H
#define MX_GREYLIST_H

#include <stddef.h>

#include "models/receiver_params.h"

/* passes: [ip][small domain], NULL where clients are never whitelisted. */
struct mx_greylist {
    const struct mx_greylist_params *params;
    uint8_t *passes;
};

/* params is borrowed. False when out of memory; _fini is fine then. */
bool mx_greylist_init(struct mx_greylist *greylist, const struct mx_greylist_params *params,
                      uint32_t ip_count);
void mx_greylist_fini(struct mx_greylist *greylist);

/* Passes of a client at each small domain; where clients are whitelisted. */
static inline const uint8_t *mx_greylist_row(const struct mx_greylist *greylist, uint32_t ip)
{
    return &greylist->passes[(size_t)ip * greylist->params->domains];
}

/* age_us: since the message's creation, >= 0. *seen_s: age in whole seconds at the first attempt
 * that came this far, or MX_GREYLIST_UNSEEN, which this call replaces. True: it passes. */
bool mx_greylist_decide(struct mx_greylist *greylist, uint32_t ip, uint32_t small_domain,
                        int64_t age_us, uint32_t *seen_s);

#endif
