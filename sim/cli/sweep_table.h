// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_table.h - the points of a sweep as a table. */
#ifndef MX_SWEEP_TABLE_H
#define MX_SWEEP_TABLE_H

#include "sim/result/table.h"
#include "sim/study/sweep.h"

/* For people what fits on a page, with what the numbers are; for programs every point, with its
 * intervals. False: out of memory. */
bool mx_sweep_table_print(struct mx_sweep *sweep, FILE *stream, enum mx_format format, bool color);
/* Says on standard error which points failed, the first few of them. False: out of memory. */
bool mx_sweep_say_failures(struct mx_sweep *sweep);

#endif
