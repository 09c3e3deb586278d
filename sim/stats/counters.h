// SPDX-License-Identifier: GPL-3.0-or-later
/* counters.h - plain counts that are only added up over replications: outcomes by the number of the
 * attempt, and what a warm-up plan let start on which day. */
#ifndef MX_COUNTERS_H
#define MX_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/observe.h"

/* Sums over replications; the reader divides by their count. */
struct mx_counters {
    uint32_t provider_count, ip_count, replication_count;
    uint64_t *by_number; /* as in struct mx_observation */
    size_t day_count;
    uint64_t *warm_up_starts; /* [day][ip] */
};

/* Takes the sizes from the first observation added. NULL when out of memory. */
struct mx_counters *mx_counters_create(void);
void mx_counters_destroy(struct mx_counters *counters);
/* False when out of memory. */
bool mx_counters_add(struct mx_counters *counters, const struct mx_observation *observation);

/* The counts of one attempt number (from 1), by enum mx_verdict. */
static inline const uint64_t *mx_counters_at(const struct mx_counters *counters, uint32_t provider,
                                             uint32_t number)
{
    size_t row = (size_t)provider * MX_ATTEMPT_NUMBER_COUNT + number - 1U;
    return &counters->by_number[row * MX_VERDICT_COUNT];
}

#endif
