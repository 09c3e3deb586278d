// SPDX-License-Identifier: GPL-3.0-or-later
/* design.h - the points of a study: what its parameters are set to, and in which order. */
#ifndef MX_DESIGN_H
#define MX_DESIGN_H

#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/study.h"

/* text[point * parameter_count + parameter], number likewise (NaN: no quantity). dropped_count:
 * places of the design that a constraint ruled out. Texts are owned, or the study's. */
struct mx_design {
    const struct mx_study *study;
    uint32_t parameter_count;
    uint32_t point_count, dropped_count;
    const char **text;
    double *number;
    char (*own_text)[MX_PARAMETER_TEXT_SIZE];
};

/* grid: crossed, the last parameter varies fastest. zip: in step. latin_hypercube: each parameter
 * has one point in each of `design_points` equal parts of its range, in an order drawn by seed and
 * name, at a place drawn within (M. McKay, R. Beckman, W. Conover, Technometrics 21 (1979)). sobol:
 * the points of GSL's sequence in its order. Borrows the study. Owned, or NULL when out of
 * memory. */
struct mx_design *mx_design_create(const struct mx_study *study, uint64_t seed);
void mx_design_destroy(struct mx_design *design);

/* What a point sets, as overrides: one a path. overrides: room for mx_design_override_count. */
size_t mx_design_override_count(const struct mx_study *study);
void mx_design_overrides(const struct mx_design *design, uint32_t point,
                         struct mx_override *overrides);
/* The same of values at hand: one a parameter. */
void mx_study_overrides(const struct mx_study *study, const char *const *texts,
                        struct mx_override *overrides);

/* Places of the unit cube, [point * dimension + i] in [0, 1); owned, or NULL when out of memory.
 * names: one a dimension, key the draws. */
double *mx_latin_hypercube(uint32_t point_count, uint32_t dimension, const char *const *names,
                           uint64_t seed);
/* dimension <= MX_SOBOL_DIMENSION_MAX */
#define MX_SOBOL_DIMENSION_MAX 40U
double *mx_sobol_sequence(uint32_t point_count, uint32_t dimension);

#endif
