// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_csv.h - strict reading of the CSV files of a result folder.
 *
 * A header line names the columns; fields may be quoted as in RFC 4180, without line ends inside.
 * Every mistake is an error with file and line: a missing or repeated column, another number of
 * fields, a number that is none, a NUL byte, a last line without its end (a file cut short). */
#ifndef MX_PLOT_CSV_H
#define MX_PLOT_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "sim/result/plot_error.h"

#define MX_PLOT_CSV_FIELD_COUNT_MAX 64
#define MX_PLOT_CSV_LINE_SIZE_MAX 65536
#define MX_PLOT_CSV_ROW_COUNT_MAX 20000000

struct mx_plot_csv {
    const char *path;                  /* borrowed, for messages */
    const char *const *columns;        /* borrowed */
    const struct mx_plot_error *error; /* borrowed */
    FILE *file;
    char *line;
    long line_number, row_count;
    char *field[MX_PLOT_CSV_FIELD_COUNT_MAX];
    size_t field_count;
    size_t at[MX_PLOT_CSV_FIELD_COUNT_MAX]; /* where each wanted column stands in the file */
};

/* Open it and find the wanted columns; others are passed over. Returns 0 or an exit code. On
 * success mx_plot_csv_close must follow. */
int mx_plot_csv_open(struct mx_plot_csv *csv, const char *path, const char *const *columns,
                     size_t column_count, const struct mx_plot_error *error);

/* Go to the next row. Returns 1 when there is one, 0 at the end, -1 on a mistake. */
int mx_plot_csv_next(struct mx_plot_csv *csv);

/* The wanted column of this row, valid until the next. */
const char *mx_plot_csv_text(const struct mx_plot_csv *csv, size_t column);

/* A finite number in [low, high]. Returns 0 or an exit code. */
int mx_plot_csv_number(const struct mx_plot_csv *csv, size_t column, double low, double high,
                       double *value);

/* Store an error about this row, "FILE:LINE: ...", and return the code. */
int mx_plot_csv_mistake(const struct mx_plot_csv *csv, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void mx_plot_csv_close(struct mx_plot_csv *csv);

#endif
