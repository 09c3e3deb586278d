// SPDX-License-Identifier: GPL-3.0-or-later
/* standing.h - how each address stood at each provider over time.
 *
 * Numbers are means over the replications; band and block are those of the first, since their mean
 * says nothing. */
#ifndef MX_STANDING_H
#define MX_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/observe.h"

/* Sums over replications. */
struct mx_standing_sample {
    double score, volume_today;
    double allowance_per_day; /* over those that had one */
    uint32_t allowance_count;
    uint8_t band;
    bool blocked;
};

struct mx_standing {
    uint32_t provider_count, ip_count, replication_count;
    int64_t every_us;
    size_t sample_count;
    struct mx_standing_sample *samples; /* [sample][provider][ip] */
};

/* Takes the sizes from the first observation added. NULL when out of memory. */
struct mx_standing *mx_standing_create(void);
void mx_standing_destroy(struct mx_standing *standing);
/* In the order of the replications. False when out of memory. */
bool mx_standing_add(struct mx_standing *standing, const struct mx_observation *observation);

static inline const struct mx_standing_sample *mx_standing_at(const struct mx_standing *standing,
                                                              size_t sample, uint32_t provider,
                                                              uint32_t ip)
{
    return &standing
                ->samples[(sample * standing->provider_count + provider) * standing->ip_count + ip];
}

/* Whether the address had any volume or was blocked at the provider, in any sample. */
bool mx_standing_is_used(const struct mx_standing *standing, uint32_t provider, uint32_t ip);

#endif
