// SPDX-License-Identifier: GPL-3.0-or-later
/* summary_json.h - summary.json: every metric of every scope.
 *
 * The same text on every machine and for any number of threads, but for the member "performance".
 * Counts are exact; other numbers have 12 significant digits. README.md names the members. */
#ifndef MX_SUMMARY_JSON_H
#define MX_SUMMARY_JSON_H

#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

/* Returns owned text, ending in a newline, or NULL when out of memory. */
char *mx_summary_json(const struct mx_plan *plan, const struct mx_results *results);

#endif
