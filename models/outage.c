// SPDX-License-Identifier: GPL-3.0-or-later
/* outage.c - walking over a provider's outages in time order. */
#include "models/outage.h"

void mx_outage_init(struct mx_outage_cursor *cursor, const struct mx_outage *outages,
                    uint32_t count)
{
    *cursor = (struct mx_outage_cursor){.outages = outages, .count = count, .left = 1.0};
    mx_outage_advance(cursor, 0);
}

void mx_outage_advance(struct mx_outage_cursor *cursor, int64_t now_us)
{
    const struct mx_outage *outage;

    while (cursor->next < cursor->count && cursor->outages[cursor->next].to_us <= now_us)
        cursor->next++;
    cursor->left = 1.0;
    cursor->until_us = MX_NEVER;
    if (cursor->next == cursor->count)
        return;
    outage = &cursor->outages[cursor->next];
    if (now_us < outage->from_us) {
        cursor->until_us = outage->from_us;
    } else {
        cursor->left = outage->left;
        cursor->until_us = outage->to_us;
    }
}
