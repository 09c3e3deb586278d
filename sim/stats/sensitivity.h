// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity.h - what a sensitivity study found, as it is printed, written and drawn. */
#ifndef MX_SENSITIVITY_H
#define MX_SENSITIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/stats/morris.h"
#include "sim/stats/sobol_indices.h"

/* Shares of the largest influence from which on the answer is said to hang on a group: of the
 * largest mu_star or swing, and of the whole variance for Sobol' totals. */
#define MX_HANGS_FROM_LARGEST 0.1
#define MX_HANGS_FROM_VARIANCE 0.05

/* value: as written; low, high: both ends, as --set takes them. is_tried: moved alone. */
struct mx_sensitivity_factor {
    char *path, *value, *low, *high;
    uint32_t group;
    bool is_tried;
};

struct mx_sensitivity_group {
    char *name;
    uint32_t factor_count;
};

/* What a metric changes by when one factor alone goes to an end. half: of the interval, of chance
 * alone, over paired replications; NaN for one replication. */
struct mx_swing {
    double low, low_half, high, high_half;
};

/* Of one group and one metric: what the method gives; the other is unused. */
struct mx_influence {
    struct mx_morris_effect morris;
    struct mx_sobol_index sobol;
};

/* base: with all values as written. never_count: simulated runs in which a time_until_... was never
 * reached; they count as the horizon. */
struct mx_sensitivity_metric {
    char *name;
    double base;
    uint64_t never_count;
    struct mx_influence *influence; /* [group]; NULL where factors were moved one at a time only */
    struct mx_swing *swing;         /* [factor]; all NaN where it was not tried */
};

enum mx_sensitivity_kind { MX_SENSITIVITY_ALONE, MX_SENSITIVITY_MORRIS, MX_SENSITIVITY_SOBOL };

/* All texts are owned. group_by: names of a path that factors of a group share, 0: none. */
struct mx_sensitivity {
    char *name, *title, *scenario, *sha256;
    enum mx_sensitivity_kind kind;
    uint64_t seed, point_count;  /* simulated scenarios, each `replications` times */
    uint32_t replications, size; /* size: trajectories or rows */
    uint32_t group_by;
    bool is_quasi;
    double confidence, horizon_s;
    uint32_t factor_count, group_count, metric_count;
    struct mx_sensitivity_factor *factors;
    struct mx_sensitivity_group *groups;
    struct mx_sensitivity_metric *metrics;
};

void mx_sensitivity_destroy(struct mx_sensitivity *sensitivity);

/* How much a group moves a metric: mu_star, the total index, or the largest swing of its factors.
 * NaN: not known. */
double mx_sensitivity_influence(const struct mx_sensitivity *sensitivity, uint32_t metric,
                                uint32_t group);

/* The larger of a factor's two changes. NaN: not tried. */
double mx_sensitivity_swing(const struct mx_sensitivity *sensitivity, uint32_t metric,
                            uint32_t factor);

/* Groups from the most influential on; what is not known last; ties in their own order. order: room
 * for group_count. Returns on how many of them the answer hangs, by their size: of those whose
 * interval is not clear of 0 it may. */
uint32_t mx_sensitivity_order(const struct mx_sensitivity *sensitivity, uint32_t metric,
                              uint32_t *order);

/* Whether the interval of a group's influence is clear of 0; true where there is no interval. */
bool mx_sensitivity_is_told(const struct mx_sensitivity *sensitivity, uint32_t metric,
                            uint32_t group);

/* mx_sensitivity_order of the factors that were tried. Returns how many there are. */
uint32_t mx_sensitivity_order_factors(const struct mx_sensitivity *sensitivity, uint32_t metric,
                                      uint32_t *order);

#endif
