// SPDX-License-Identifier: GPL-3.0-or-later
/* series.h - what happened when, per provider, added up over replications.
 *
 * Whole numbers are added, so that the order of the replications changes nothing; the reader
 * divides by their count. */
#ifndef MX_SERIES_H
#define MX_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/observe.h"

struct mx_series {
    uint32_t provider_count, replication_count;
    int64_t every_us;
    size_t bin_count;
    struct mx_series_bin *bins; /* [bin][provider], sums over replications */
};

/* Takes the sizes from the first observation added. NULL when out of memory. */
struct mx_series *mx_series_create(void);
void mx_series_destroy(struct mx_series *series);
/* False when out of memory. */
bool mx_series_add(struct mx_series *series, const struct mx_observation *observation);

void mx_series_bin_add(struct mx_series_bin *into, const struct mx_series_bin *from);
/* Nothing happened in it. */
bool mx_series_bin_is_idle(const struct mx_series_bin *bin);
/* created - delivered - bounced; negative only within an interval. */
int64_t mx_series_bin_net(const struct mx_series_bin *bin);

#endif
