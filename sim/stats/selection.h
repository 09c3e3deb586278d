// SPDX-License-Identifier: GPL-3.0-or-later
/* selection.h - the best of several systems, by the procedure KN.
 *
 * S.-H. Kim, B. Nelson, "A fully sequential procedure for indifference-zone selection in
 * simulation", ACM TOMACS 11 (2001), with c = 1. Its promise: when the best system's mean is better
 * than every other's by at least `indifference`, it is selected with probability >= confidence,
 * for normal values which may depend on each other between the systems of a replication (common
 * random numbers). Where others are closer to the best than that, one of them may be selected. */
#ifndef MX_SELECTION_H
#define MX_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mx_selection_options {
    uint32_t system_count; /* 2 .. MX_SYSTEMS_MAX */
    uint32_t first_count;  /* replications before the first screening, >= 2; 10 or more advised */
    double indifference;   /* > 0, in the values' unit */
    double confidence;     /* 1 / system_count .. 1, exclusive */
    bool is_larger_better;
};

#define MX_SYSTEMS_MAX 100U

/* out_after: replications after which it was eliminated, 0: it was not. out_by: the system whose
 * mean was too far ahead. */
struct mx_selection_system {
    uint32_t out_after, out_by;
    double sum;
};

/* Read by others. best: of those left, by their means; the selected one once is_decided. */
struct mx_selection {
    struct mx_selection_options options;
    uint32_t replication_count, left_count, best;
    bool is_decided;
    struct mx_selection_system *systems;
    double *firsts;    /* [replication][system] of the first ones */
    double *variances; /* [system][system] of their differences */
    double h_square;
};

/* Returns owned, or NULL when out of memory. */
struct mx_selection *mx_selection_create(const struct mx_selection_options *options);
void mx_selection_destroy(struct mx_selection *selection);

/* The next replication's value of every system; those of eliminated ones are not read. Not after
 * it is decided. */
void mx_selection_add(struct mx_selection *selection, const double *values);

#endif
