// SPDX-License-Identifier: GPL-3.0-or-later
/* table.h - every table that the program prints: columns described once, rows of values, and four
 * ways to write them.
 *
 * For people (text, Markdown) numbers are rounded as human_text.h says and headings have words; for
 * programs (CSV, JSON) numbers have all their digits and names end in their units. A column may be
 * for one of the two alone. Names are escaped as the format asks; control characters show as "?".
 *
 * Use: create; for each row its cells from left to right and mx_table_end_row; print; destroy.
 * Running out of memory is kept and makes mx_table_print return false. */
#ifndef MX_TABLE_H
#define MX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum mx_format { MX_FORMAT_TABLE, MX_FORMAT_CSV, MX_FORMAT_JSON, MX_FORMAT_MARKDOWN };
#define MX_FORMAT_COUNT 4
extern const char *const mx_format_names[MX_FORMAT_COUNT]; /* "table", "csv" ... */

/* CSV or JSON: one table with every value; else those that a person reads. */
bool mx_format_is_data(enum mx_format format);

/* How a person reads a column's numbers. */
enum mx_cell_kind {
    MX_CELL_TEXT,
    MX_CELL_COUNT,    /* 99,999 and 12.00M */
    MX_CELL_PERCENT,  /* a share of 1, shown times 100 */
    MX_CELL_DURATION, /* seconds: 2m05s */
    MX_CELL_RATIO,    /* three decimals */
    MX_CELL_WHOLE,    /* all digits */
};

/* key: name in CSV and JSON with its unit last, NULL: for people alone. title: heading for people,
 * NULL: for programs alone. group: one more heading, over neighbours of the same group; "" none.
 * width, width_max: least and most columns in text; longer cells are cut and end in "~" (0: no
 * limit). gap: blanks before it in text. */
struct mx_table_column {
    const char *key, *group, *title;
    enum mx_cell_kind kind;
    bool is_left;
    int width, width_max, gap;
};

enum mx_row_kind {
    MX_ROW_PLAIN,
    MX_ROW_TOTAL, /* a rule above it, in bold */
    MX_ROW_AFTER, /* a rule above it */
};

struct mx_table;

/* columns are borrowed. Returns owned, or NULL. */
struct mx_table *mx_table_create(const struct mx_table_column *columns, size_t column_count);
void mx_table_destroy(struct mx_table *table);

/* Text: least width of its rules. */
void mx_table_set_width(struct mx_table *table, int width);
/* Text: the last columns are left out where it would be wider, and a line below says how many. */
void mx_table_set_width_max(struct mx_table *table, int width);
/* Text: cells longer than their column's width_max go on in the lines below, uncut. */
void mx_table_set_wrapped(struct mx_table *table);

/* The next cell. A NaN is empty: "-" for people, null in JSON. text NULL: empty. */
void mx_table_text(struct mx_table *table, const char *text);
void mx_table_number(struct mx_table *table, double value);
void mx_table_whole(struct mx_table *table, uint64_t value);
void mx_table_truth(struct mx_table *table, bool value);
void mx_table_seconds(struct mx_table *table, int64_t time_us); /* to the microsecond */
/* The cell put last: what a person reads instead of the number; shown with a colour. */
void mx_table_show(struct mx_table *table, const char *text);
void mx_table_mark(struct mx_table *table);
/* Cells not given are empty. */
void mx_table_end_row(struct mx_table *table, enum mx_row_kind kind);

/* False: out of memory, or a text that is no UTF-8 in JSON; nothing was printed then. */
bool mx_table_print(const struct mx_table *table, FILE *stream, enum mx_format format, bool color);

/* Columns that a UTF-8 text takes, a character each. */
int mx_text_columns(const char *text);

#endif
