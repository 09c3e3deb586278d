// SPDX-License-Identifier: GPL-3.0-or-later
/* solution_table.h - what `mxsim plan` found, for a terminal; its evidence as a table. */
#ifndef MX_SOLUTION_TABLE_H
#define MX_SOLUTION_TABLE_H

#include <stdio.h>

#include "sim/result/table.h"
#include "sim/stats/solution.h"

/* For people: the answer, its margin, what was assumed, and a row a value tried. For programs a row
 * a value tried and target. False: out of memory. */
bool mx_solution_table_print(const struct mx_solution *solution, FILE *stream,
                             enum mx_format format, bool color);

#endif
