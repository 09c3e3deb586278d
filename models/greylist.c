// SPDX-License-Identifier: GPL-3.0-or-later
/* greylist.c - waiting out the delay, and whitelisting of clients that did. */
#include "models/greylist.h"

#include <stdlib.h>

bool mx_greylist_init(struct mx_greylist *greylist, const struct mx_greylist_params *params,
                      uint32_t ip_count)
{
    *greylist = (struct mx_greylist){.params = params};
    if (params->delay_us == 0 || params->whitelist_after == 0)
        return true;
    greylist->passes = calloc(ip_count, params->domains);
    return greylist->passes != NULL;
}

void mx_greylist_fini(struct mx_greylist *greylist)
{
    free(greylist->passes);
}

bool mx_greylist_decide(struct mx_greylist *greylist, uint32_t ip, uint32_t small_domain,
                        int64_t age_us, uint32_t *seen_s)
{
    const struct mx_greylist_params *params = greylist->params;
    uint8_t *passes = NULL;
    int64_t age_s;

    if (params->delay_us == 0)
        return true;
    if (greylist->passes != NULL) {
        passes = &greylist->passes[(size_t)ip * params->domains + small_domain];
        if (*passes >= params->whitelist_after)
            return true;
    }
    age_s = age_us / MX_SECOND_US;
    if (*seen_s == MX_GREYLIST_UNSEEN) {
        *seen_s = age_s < MX_GREYLIST_UNSEEN ? (uint32_t)age_s : MX_GREYLIST_UNSEEN - 1;
        return false;
    }
    if ((age_s - (int64_t)*seen_s) * MX_SECOND_US < params->delay_us)
        return false;
    if (passes != NULL)
        ++*passes;
    return true;
}
