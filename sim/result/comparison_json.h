// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison_json.h - comparison.json: systems, their metrics, the differences from the first.
 * README.md names the members. */
#ifndef MX_COMPARISON_JSON_H
#define MX_COMPARISON_JSON_H

#include "sim/stats/comparison.h"

/* command: the line that gives the same again. Returns owned text, the same on every machine and
 * for any number of threads, or NULL when out of memory. */
char *mx_comparison_json(const struct mx_comparison *comparison, const char *command);

#endif
