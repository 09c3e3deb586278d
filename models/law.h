// SPDX-License-Identifier: GPL-3.0-or-later
/* law.h - laws of durations (transaction time, service time, delays) and their quantiles.
 *
 * A law is sampled by inversion: one uniform, one duration, rounded to whole microseconds. */
#ifndef MX_LAW_H
#define MX_LAW_H

#include <stdint.h>

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

struct mx_sampler; /* a law prepared for sampling; immutable, may be shared by threads */

/* Returns owned, or NULL when out of memory. */
struct mx_sampler *mx_sampler_create(const struct mx_law *law);
void mx_sampler_destroy(struct mx_sampler *sampler);

/* Quantile of the law at u in (0, 1), of the exponential law at 1 - u, in us, >= 0; at most twice
 * the longest horizon. */
int64_t mx_sampler_us(const struct mx_sampler *sampler, double u);

/* "constant", "uniform", "exponential", "lognormal". */
const char *mx_law_kind_name(enum mx_law_kind kind);

#endif
