// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_table.h - the data of a picture as CSV, a row a point: what `mxsim plot --format csv` gives.
 *
 * Text in quotes where it needs them, numbers to 10 digits, nothing for what is not finite. */
#ifndef MX_PLOT_TABLE_H
#define MX_PLOT_TABLE_H

#include <stddef.h>
#include <stdio.h>

/* The header: names with commas between them. */
void mx_plot_table_head(FILE *table, const char *columns);
/* A row: texts first, then numbers. */
void mx_plot_table_row(FILE *table, const char *const *texts, size_t text_count,
                       const double *numbers, size_t number_count);

#endif
