// SPDX-License-Identifier: GPL-3.0-or-later
/* uncertain_table.h - the ranges of outcomes as people read them: of chance alone, and of chance
 * with what is not known. */
#ifndef MX_UNCERTAIN_TABLE_H
#define MX_UNCERTAIN_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

/* Nothing where results hold no uncertain ones. */
void mx_uncertain_table_print(FILE *stream, const struct mx_plan *plan,
                              const struct mx_results *results, bool color);

/* The same as a table of Markdown, after a blank line. False when out of memory. */
bool mx_uncertain_markdown_print(FILE *stream, const struct mx_plan *plan,
                                 const struct mx_results *results);

#endif
