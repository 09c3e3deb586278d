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

#endif
