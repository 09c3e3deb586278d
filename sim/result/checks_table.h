// SPDX-License-Identifier: GPL-3.0-or-later
/* checks_table.h - what a person reads after the tables of a run: whether the wanted precision was
 * reached and whether the scenario's expectations are met. At most 80 columns where texts are
 * short; nothing where nothing was asked. */
#ifndef MX_CHECKS_TABLE_H
#define MX_CHECKS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

void mx_checks_table_print(FILE *stream, const struct mx_plan *plan,
                           const struct mx_results *results, bool color);

#endif
