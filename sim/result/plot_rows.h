// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_rows.h - rows of a CSV file as they are collected. */
#ifndef MX_PLOT_ROWS_H
#define MX_PLOT_ROWS_H

#include <stddef.h>

#include "sim/result/plot_csv.h"
#include "sim/result/plot_data.h"

/* A growing array. */
struct mx_plot_rows {
    void *items;
    size_t count, capacity, item_size;
};

/* Room for one more row, zeroed, or NULL when out of memory. */
void *mx_plot_rows_add(struct mx_plot_rows *rows);

/* The error of that. */
int mx_plot_rows_no_memory(const struct mx_plot_csv *csv);

/* The provider that a column names, as an index. Returns 0 or an exit code. */
int mx_plot_rows_provider(const struct mx_plot_csv *csv, size_t column,
                          const struct mx_plot_data *data, uint32_t *provider);

/* Readers of files that plot_counts.c knows; see mx_plot_data_need. */
int mx_plot_numbers_read(struct mx_plot_data *data, const char *path,
                         const struct mx_plot_error *error);
int mx_plot_warm_up_read(struct mx_plot_data *data, const char *path,
                         const struct mx_plot_error *error);

#endif
