// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison_data.h - a comparison in the other formats of tables: a row a metric and system, or of
 * a selection a row a system. */
#ifndef MX_COMPARISON_DATA_H
#define MX_COMPARISON_DATA_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/result/table.h"
#include "sim/stats/comparison.h"

/* False as mx_table_print. */
bool mx_comparison_data_print(FILE *stream, const struct mx_comparison *comparison,
                              enum mx_format format);

#endif
