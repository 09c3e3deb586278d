// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_plan.h - the few facts of a plan.cfg that pictures show.
 *
 * Not the scenario reader: a result folder that was moved away from the files its scenario names
 * must still give pictures, so this only walks the settings of a resolved plan and passes over
 * all it does not know. */
#ifndef MX_PLOT_PLAN_H
#define MX_PLOT_PLAN_H

#include "sim/result/plot_error.h"

/* Called for each scalar. path: names joined by dots ("providers.gmail.reputation.bands.bad.below";
 * elements of lists have empty names); value: without its quotes. Returns 0, or a code that ends
 * the walk. */
struct mx_plot_plan_visitor {
    int (*value)(void *context, const char *path, const char *value);
    void *context;
};

/* Returns 0 or an exit code, with an error that names file and line. */
int mx_plot_plan_read(const char *file, const struct mx_plot_plan_visitor *visitor,
                      const struct mx_plot_error *error);

#endif
