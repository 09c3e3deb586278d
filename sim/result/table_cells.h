// SPDX-License-Identifier: GPL-3.0-or-later
/* table_cells.h - private to table.c and its writers: the rows of a table. */
#ifndef MX_TABLE_CELLS_H
#define MX_TABLE_CELLS_H

#include "sim/result/table.h"

enum mx_cell_value {
    MX_VALUE_NONE,
    MX_VALUE_TEXT,
    MX_VALUE_NUMBER,
    MX_VALUE_WHOLE,
    MX_VALUE_TRUTH,
    MX_VALUE_TIME
};

/* text: owned; of a text, or what a person reads instead of the number. */
struct mx_cell {
    enum mx_cell_value value;
    bool is_marked;
    double number;
    int64_t whole; /* also microseconds, and a truth */
    char *text;
};

struct mx_table {
    const struct mx_table_column *column;
    size_t column_count;
    int width, width_max; /* width_max 0: no limit */
    bool is_wrapped;
    size_t row_count, row_size;
    struct mx_cell *cell; /* [row][column] */
    enum mx_row_kind *kind;
    size_t at; /* next column of the row under way */
    bool out_of_memory;
};

#define MX_CELL_TEXT_SIZE 64

/* What a person reads; scratch is used for numbers. */
const char *mx_cell_shown(const struct mx_table_column *column, const struct mx_cell *cell,
                          char scratch[MX_CELL_TEXT_SIZE]);

void mx_table_print_text(const struct mx_table *table, FILE *stream, bool color);
void mx_table_print_markdown(const struct mx_table *table, FILE *stream);
bool mx_table_print_csv(const struct mx_table *table, FILE *stream);
bool mx_table_print_json(const struct mx_table *table, FILE *stream);

#endif
