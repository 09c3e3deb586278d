// SPDX-License-Identifier: GPL-3.0-or-later
/* law.c - quantiles of the laws of durations, ready for sampling.
 *
 * Each law is a law of mean 1 times its mean, so that scaling the mean scales every sample. The
 * lognormal quantile comes from a table of MX_LAW_CELLS equal cells of u, interpolated linearly; in
 * the outermost cells, where it bends most, the function itself is used. */
#include "models/law.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "models/exact_math.h"
#include "models/units.h"

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
    sampler->mean_us = law->mean_us < MX_LAW_LONGEST_US ? law->mean_us : MX_LAW_LONGEST_US;
    sampler->mean = (double)sampler->mean_us;
    sampler->sigma = 0;
    if (kind == MX_LAW_LOGNORMAL) {
        sampler->sigma = sqrt(mx_log(1 + law->cv * law->cv));
        for (int i = MX_LAW_CELLS_EXACT; i <= MX_LAW_CELLS - MX_LAW_CELLS_EXACT; i++) {
            sampler->quantile[i] = unit_lognormal(sampler->sigma, (double)i / MX_LAW_CELLS);
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
    return x < (double)MX_LAW_LONGEST_US ? (int64_t)(x + 0.5) : MX_LAW_LONGEST_US;
}

int64_t mx_sampler_general_us(const struct mx_sampler *sampler, double u)
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
        return to_duration_us(sampler->mean * unit_lognormal(sampler->sigma, u));
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
