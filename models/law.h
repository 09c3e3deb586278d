// SPDX-License-Identifier: GPL-3.0-or-later
/* law.h - laws of durations (transaction time, service time, delays) and their quantiles.
 *
 * A law is sampled by inversion: one uniform, one duration, rounded to whole microseconds. */
#ifndef MX_LAW_H
#define MX_LAW_H

#include <stdint.h>

#include "models/units.h"

enum mx_law_kind {
    MX_LAW_CONSTANT,
    MX_LAW_UNIFORM, /* on [0, 2 x mean] */
    MX_LAW_EXPONENTIAL,
    MX_LAW_LOGNORMAL, /* mean and coefficient of variation */
    MX_LAW_KIND_COUNT
};

/* mean_us >= 0; cv >= 0, used by the lognormal law only. */
struct mx_law {
    enum mx_law_kind kind;
    int64_t mean_us;
    double cv;
};

#define MX_LAW_CELLS 4096
#define MX_LAW_CELLS_EXACT 8 /* at each end, where the quantile itself is used */
#define MX_LAW_LONGEST_US (2 * MX_HORIZON_US_MAX)

/* A law prepared for sampling; immutable, may be shared by threads. */
struct mx_sampler {
    enum mx_law_kind kind;
    int64_t mean_us;
    double mean;
    double sigma; /* lognormal, of the logarithm */
    /* lognormal only: of mean 1, at i / MX_LAW_CELLS */
    double quantile[MX_LAW_CELLS + 1];
};

/* Returns owned, or NULL when out of memory. */
struct mx_sampler *mx_sampler_create(const struct mx_law *law);
void mx_sampler_destroy(struct mx_sampler *sampler);

/* Quantile of the law at u in (0, 1), of the exponential law at 1 - u, in us, >= 0; at most twice
 * the longest horizon. */
int64_t mx_sampler_general_us(const struct mx_sampler *sampler, double u);

/* Inline where a lognormal law needs no more than its table: one is drawn for each transaction. */
static inline int64_t mx_sampler_us(const struct mx_sampler *sampler, double u)
{
    const double place = u * MX_LAW_CELLS;
    const int cell = (int)place;
    if (sampler->kind == MX_LAW_LOGNORMAL &&
        (unsigned)cell - MX_LAW_CELLS_EXACT < MX_LAW_CELLS - 2U * MX_LAW_CELLS_EXACT) {
        const double low = sampler->quantile[cell];
        const double x =
            sampler->mean * (low + (sampler->quantile[cell + 1] - low) * (place - cell));
        return x < (double)MX_LAW_LONGEST_US ? (int64_t)(x + 0.5) : MX_LAW_LONGEST_US;
    }
    return mx_sampler_general_us(sampler, u);
}

/* "constant", "uniform", "exponential", "lognormal". */
const char *mx_law_kind_name(enum mx_law_kind kind);

#endif
