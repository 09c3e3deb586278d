// SPDX-License-Identifier: GPL-3.0-or-later
/* outage.h - stage 0 of a provider: how much of it is left at a time.
 *
 * A cursor over the sorted outages; times asked for must not decrease. */
#ifndef MX_OUTAGE_H
#define MX_OUTAGE_H

#include "models/receiver_params.h"

/* `left` holds until until_us; `next` is the first outage that is not over. */
struct mx_outage_cursor {
    const struct mx_outage *outages;
    uint32_t count, next;
    double left;
    int64_t until_us;
};

/* outages: borrowed, sorted, not overlapping. */
void mx_outage_init(struct mx_outage_cursor *cursor, const struct mx_outage *outages,
                    uint32_t count);

/* Move on to now_us >= until_us. */
void mx_outage_advance(struct mx_outage_cursor *cursor, int64_t now_us);

/* What is left at now_us, in [0, 1]; 0: nothing answers. */
static inline double mx_outage_left(struct mx_outage_cursor *cursor, int64_t now_us)
{
    if (now_us >= cursor->until_us)
        mx_outage_advance(cursor, now_us);
    return cursor->left;
}

#endif
