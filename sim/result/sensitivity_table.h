// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity_table.h - what the answer hangs on, and on what it does not, in words. */
#ifndef MX_SENSITIVITY_TABLE_H
#define MX_SENSITIVITY_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/stats/sensitivity.h"

/* False when out of memory. */
bool mx_sensitivity_table_print(FILE *stream, const struct mx_sensitivity *sensitivity, bool color);

#endif
