// SPDX-License-Identifier: GPL-3.0-or-later
/* sobol_indices.h - what share of a result's variance each factor accounts for.
 *
 * I. Sobol', Math. Comp. Sim. 55 (2001). With two independent n x k matrices A and B of places, and
 * A with column g from B for each group g of factors: n (groups + 2) points.
 *   first-order  S_g = mean(y_B (y_ABg - y_A)) / V      A. Saltelli et al., Comp. Phys. Comm. 181
 *   total        T_g = mean((y_A - y_ABg)^2) / (2 V)    (2010); M. Jansen, ibid. 117 (1999)
 * with y centred and V the variance over A and B. S: alone. T: with everything it acts together
 * with; T about 0: it does not matter. Intervals are percentiles of a bootstrap over the n rows.
 *
 * Places come from GSL's Sobol' sequence, shifted modulo 1 by keyed uniforms, as long as A and B
 * together fit its 40 dimensions (20 factors); beyond that they are keyed pseudo-random, whose
 * error falls with 1/sqrt(n) instead of nearly 1/n. Factors may be grouped; the sequence needs two
 * dimensions a factor all the same, since those of a group vary independently. */
#ifndef MX_SOBOL_INDICES_H
#define MX_SOBOL_INDICES_H

#include <stdbool.h>
#include <stdint.h>

#define MX_SOBOL_FACTORS_QUASI 20U

/* group_of as in morris.h. */
struct mx_sobol_design {
    uint32_t factor_count, group_count, row_count;
    const uint32_t *group_of;
    uint64_t seed;
};

struct mx_sobol_places;

/* Draws A and B. Returns owned, or NULL when out of memory. */
struct mx_sobol_places *mx_sobol_places_create(const struct mx_sobol_design *design);
void mx_sobol_places_destroy(struct mx_sobol_places *places);
bool mx_sobol_is_quasi(const struct mx_sobol_design *design);

/* Points in all: row_count x (group_count + 2); of each row A, B, then A with each group from B. */
uint64_t mx_sobol_point_count(const struct mx_sobol_design *design);
void mx_sobol_point(const struct mx_sobol_places *places, uint64_t point, double *place);

struct mx_sobol_index {
    double first, first_low, first_high;
    double total, total_low, total_high;
};

/* values: one a point, NaN where undefined: such rows are left out. indices: one a group, NaN where
 * the variance is 0 or fewer than 2 rows are left. resamples: of the bootstrap, >= 100. Returns the
 * number of rows used; UINT32_MAX: out of memory. */
uint32_t mx_sobol_indices(const struct mx_sobol_design *design, const double *values,
                          double confidence, uint32_t resamples, struct mx_sobol_index *indices);

#endif
