// SPDX-License-Identifier: GPL-3.0-or-later
/* morris.h - screening by elementary effects: which of many factors move a result at all.
 *
 * M. Morris, Technometrics 33 (1991): r trajectories through a grid of p levels in [0, 1]; each
 * moves one factor after the other by delta = p / (2 (p - 1)), so that k factors cost r (k + 1)
 * points. mu_star, the mean of the effects' absolute values, ranks them (F. Campolongo, J.
 * Cariboni, A. Saltelli, Environmental Modelling & Software 22 (2007)), and holds for factors that
 * move in groups as well; sigma tells whether an effect depends on where the others stand.
 *
 * The effect is that of the whole range: (y after - y before) / delta. */
#ifndef MX_MORRIS_H
#define MX_MORRIS_H

#include <stdbool.h>
#include <stdint.h>

#define MX_MORRIS_LEVELS 4U /* delta = 2/3 */

/* group_of[f]: which of group_count groups a factor moves with; each group its own where they are
 * the same number. */
struct mx_morris_design {
    uint32_t factor_count, group_count, trajectory_count;
    const uint32_t *group_of;
    uint64_t seed;
};

/* Points in all: trajectory_count x (group_count + 1). */
uint64_t mx_morris_point_count(const struct mx_morris_design *design);

/* place[f] of every factor at a point, keyed by (seed, trajectory): points in any order. */
void mx_morris_point(const struct mx_morris_design *design, uint64_t point, double *place);

/* mu: mean of the effects with their sign; not defined (NaN) for a group of several factors, which
 * move up and down at once. low, high: interval of mu_star at the confidence asked for, Student's t
 * over trajectories: of the choice of trajectories. effect_count: those both of whose ends are
 * defined; all of it is NaN with fewer than two. */
struct mx_morris_effect {
    double mu, mu_star, sigma, low, high;
    uint32_t effect_count;
};

/* values: one a point, NaN where it is undefined. effects: one a group. False: out of memory. */
bool mx_morris_effects(const struct mx_morris_design *design, const double *values,
                       double confidence, struct mx_morris_effect *effects);

#endif
