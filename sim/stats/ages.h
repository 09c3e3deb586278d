// SPDX-License-Identifier: GPL-3.0-or-later
/* ages.h - the share of what was sent that is delivered by a given age, with its spread.
 *
 * Ages run from 1 s to the larger of 72 h and the horizon: about 200 in even steps of their
 * logarithm, and those that people ask for (1 min ... 72 h) among them. */
#ifndef MX_AGES_H
#define MX_AGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/observe.h"

#define MX_AGES_MAX 256

struct mx_ages;

/* Returns owned, or NULL when out of memory. Holds 8 bytes an age, provider and replication. */
struct mx_ages *mx_ages_create(uint32_t provider_count, uint32_t replication_count,
                               int64_t horizon_us);
void mx_ages_destroy(struct mx_ages *ages);

/* The next replication. */
void mx_ages_add(struct mx_ages *ages, const struct mx_observation *observation);

size_t mx_ages_count(const struct mx_ages *ages);
int64_t mx_ages_us(const struct mx_ages *ages, size_t age);

/* Over the replications that sent anything to this provider (index provider_count: the total):
 * mean of their shares, the range that holds the next outcome (outcome_range.h), and the
 * mean of sent over all replications. The range is widened to hold the mean. */
struct mx_age_share {
    double share, low, high, sent;
};

/* False when no replication sent anything. */
bool mx_ages_share(const struct mx_ages *ages, uint32_t provider, size_t age,
                   struct mx_age_share *share);

#endif
