// SPDX-License-Identifier: GPL-3.0-or-later
/* uncertain.h - what is assumed, drawn afresh for each replication.
 *
 * Each factor of the plan (sim/scenario/factors.h) is drawn independently of the others, uniformly
 * over its stated range on the range's scale. The draw is keyed by (seed, replication, path) and by
 * nothing else: it is the same on any number of threads, it stays as it is when other factors come
 * or go, and systems that are compared share the draws of what they share. */
#ifndef MX_UNCERTAIN_H
#define MX_UNCERTAIN_H

#include "sim/scenario/factors.h"
#include "sim/study/point.h"

struct mx_uncertain;

/* plan: the scenario as it stands, borrowed for life. options: where plans are loaded from, with
 * the overrides that gave `plan`; metrics are not needed. Returns owned, or NULL when out of memory
 * or, with a mistake each, when some factor cannot be set. */
struct mx_uncertain *mx_uncertain_create(const struct mx_plan *plan,
                                         const struct mx_point_options *options, uint64_t seed,
                                         struct mx_mistakes *mistakes);
void mx_uncertain_destroy(struct mx_uncertain *uncertain);

/* Where in its range a factor lies in a replication: uniform in (0, 1). */
double mx_uncertain_place(const char *path, uint64_t seed, uint32_t replication);

/* The scenario of a replication; to be released. NULL with mistakes. Any thread. */
const struct mx_point *mx_uncertain_take(const struct mx_uncertain *uncertain, uint32_t replication,
                                         struct mx_mistakes *mistakes);
void mx_uncertain_release(const struct mx_uncertain *uncertain, const struct mx_point *point);

/* Load all `count` of them once, so that what is not valid is known before anything is simulated.
 * Returns the first replication that is not, with its mistakes, or `count`. */
uint32_t mx_uncertain_check(const struct mx_uncertain *uncertain, uint32_t count,
                            struct mx_mistakes *mistakes);

#endif
