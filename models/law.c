// SPDX-License-Identifier: GPL-3.0-or-later
/* law.c - quantiles of the laws of durations, ready for sampling.
 *
 * Each law is a law of mean 1 times its mean, so that scaling the mean scales every sample. The
 * lognormal quantile comes from a table of CELL_COUNT equal cells of u, interpolated linearly; in
 * the outermost cells, where it bends most, the function itself is used. */
#include "models/law.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "models/exact_math.h"
#include "models/units.h"

#define CELL_COUNT 4096
#define CELLS_EXACT 8 /* at each end */

/* A duration past the longest scenario is as good as never; sums of these must not overflow. */
#define DURATION_US_MAX (2 * MX_HORIZON_US_MAX)

struct mx_sampler {
    enum mx_law_kind kind;
    int64_t mean_us;
    double mean;
    double sigma;                    /* lognormal, of the logarithm */
    double quantile[CELL_COUNT + 1]; /* lognormal only: of mean 1, at i / CELL_COUNT */
};

static double unit_lognormal(double sigma, double u)
{
    const double exponent = sigma * (mx_normal_quantile(u) - sigma / 2);
    return mx_exp(exponent < -700 ? -700 : exponent > 700 ? 700 : exponent);
}

struct mx_sampler *mx_sampler_create(const struct mx_law *law)
{
    assert(law->mean_us >= 0);
    enum mx_law_kind kind = law->kind;
    if (law->mean_us == 0 || (kind == MX_LAW_LOGNORMAL && law->cv <= 0)) {
        kind = MX_LAW_CONSTANT;
    }
    const size_t size = kind == MX_LAW_LOGNORMAL ? sizeof(struct mx_sampler)
                                                 : offsetof(struct mx_sampler, quantile);
    struct mx_sampler *sampler = malloc(size);
    if (sampler == NULL) {
        return NULL;
    }
    sampler->kind = kind;
    sampler->mean_us = law->mean_us < DURATION_US_MAX ? law->mean_us : DURATION_US_MAX;
    sampler->mean = (double)sampler->mean_us;
    sampler->sigma = 0;
    if (kind == MX_LAW_LOGNORMAL) {
        sampler->sigma = sqrt(mx_log(1 + law->cv * law->cv));
        for (int i = CELLS_EXACT; i <= CELL_COUNT - CELLS_EXACT; i++) {
            sampler->quantile[i] = unit_lognormal(sampler->sigma, (double)i / CELL_COUNT);
        }
    }
    return sampler;
}

void mx_sampler_destroy(struct mx_sampler *sampler)
{
    free(sampler);
}

static int64_t to_duration_us(double x)
{
    return x < (double)DURATION_US_MAX ? (int64_t)(x + 0.5) : DURATION_US_MAX;
}

static double lognormal(const struct mx_sampler *sampler, double u)
{
    const double place = u * CELL_COUNT;
    const int cell = (int)place;
    if (cell < CELLS_EXACT || cell >= CELL_COUNT - CELLS_EXACT) {
        return unit_lognormal(sampler->sigma, u);
    }
    const double low = sampler->quantile[cell];
    return low + (sampler->quantile[cell + 1] - low) * (place - cell);
}

int64_t mx_sampler_us(const struct mx_sampler *sampler, double u)
{
    assert(u > 0 && u < 1);
    switch (sampler->kind) {
    case MX_LAW_CONSTANT:
        return sampler->mean_us;
    case MX_LAW_UNIFORM:
        return to_duration_us(2 * sampler->mean * u);
    case MX_LAW_EXPONENTIAL:
        return to_duration_us(-sampler->mean * mx_log(u));
    case MX_LAW_LOGNORMAL:
        return to_duration_us(sampler->mean * lognormal(sampler, u));
    case MX_LAW_KIND_COUNT:
        break;
    }
    assert(false);
    return 0;
}

const char *mx_law_kind_name(enum mx_law_kind kind)
{
    switch (kind) {
    case MX_LAW_CONSTANT:
        return "constant";
    case MX_LAW_UNIFORM:
        return "uniform";
    case MX_LAW_EXPONENTIAL:
        return "exponential";
    case MX_LAW_LOGNORMAL:
        return "lognormal";
    case MX_LAW_KIND_COUNT:
        break;
    }
    return "?";
}
