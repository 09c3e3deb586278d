// SPDX-License-Identifier: GPL-3.0-or-later
/* factors.h - a point in the space of what is assumed, as overrides that give a scenario there. */
#ifndef MX_FACTORS_H
#define MX_FACTORS_H

#include "sim/scenario/reader.h"

#define MX_PLACE_AS_IS (-1.0)

/* Overrides of a point: texts are owned. */
struct mx_factor_set {
    size_t count;
    struct mx_override *item;
};

/* place[i]: where in its range factor i of the plan lies, in [0, 1], or MX_PLACE_AS_IS. Two shares
 * of the same attempts that come to more than 100 % together: `block` gives way where it is a
 * factor, else `busy`, so that every point of a shipped preset is a valid scenario. Nothing else
 * is mended: what the reader refuses is for the caller to report. False: out of memory. */
bool mx_factors_set(const struct mx_plan *plan, const double *place, struct mx_factor_set *set);
void mx_factor_set_fini(struct mx_factor_set *set);

/* Where in its range the value as it stands lies, the inverse of mx_range_at up to rounding;
 * 0.5 for a choice of two other words. */
double mx_factor_place(const struct mx_plan_factor *factor);

/* A plan at a point: the scenario's file, the options it was read with, and the point's overrides
 * on top. NULL with mistakes. Any thread. */
struct mx_plan *mx_factors_load(const char *file, const struct mx_reader_options *options,
                                const struct mx_factor_set *set, struct mx_mistakes *mistakes);

#endif
