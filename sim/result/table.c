// SPDX-License-Identifier: GPL-3.0-or-later
/* table.c - rows and cells, and what a person reads of a number. See table.h. */
#include "sim/result/table.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/result/human_text.h"
#include "sim/result/table_cells.h"

const char *const mx_format_names[MX_FORMAT_COUNT] = {"table", "csv", "json", "markdown"};

bool mx_format_is_data(enum mx_format format)
{
    return format == MX_FORMAT_CSV || format == MX_FORMAT_JSON;
}

struct mx_table *mx_table_create(const struct mx_table_column *columns, size_t column_count)
{
    struct mx_table *table = calloc(1, sizeof *table);

    MX_CHECK(column_count > 0);
    if (table != NULL) {
        table->column = columns;
        table->column_count = column_count;
    }
    return table;
}

void mx_table_destroy(struct mx_table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->row_size * table->column_count; i++) {
        free(table->cell[i].text);
    }
    free(table->cell);
    free(table->kind);
    free(table);
}

void mx_table_set_width(struct mx_table *table, int width)
{
    table->width = width;
}

void mx_table_set_width_max(struct mx_table *table, int width)
{
    table->width_max = width;
}

void mx_table_set_wrapped(struct mx_table *table)
{
    table->is_wrapped = true;
}

static bool grow(struct mx_table *table)
{
    size_t size = table->row_size > 0 ? 2 * table->row_size : 16;
    size_t count = table->column_count;
    struct mx_cell *cell = realloc(table->cell, size * count * sizeof *cell);
    enum mx_row_kind *kind;

    if (cell == NULL) {
        return false;
    }
    table->cell = cell;
    kind = realloc(table->kind, size * sizeof *kind);
    if (kind == NULL) {
        return false;
    }
    table->kind = kind;
    memset(&cell[table->row_size * count], 0, (size - table->row_size) * count * sizeof *cell);
    table->row_size = size;
    return true;
}

/* The next cell, or NULL when out of memory. */
static struct mx_cell *next(struct mx_table *table)
{
    MX_CHECK(table->at < table->column_count);
    if (table->row_count == table->row_size && !table->out_of_memory) {
        table->out_of_memory = !grow(table);
    }
    if (table->out_of_memory) {
        return NULL;
    }
    return &table->cell[table->row_count * table->column_count + table->at++];
}

static void keep_text(struct mx_table *table, struct mx_cell *cell, const char *text)
{
    free(cell->text);
    cell->text = strdup(text);
    table->out_of_memory = table->out_of_memory || cell->text == NULL;
}

void mx_table_text(struct mx_table *table, const char *text)
{
    struct mx_cell *cell = next(table);

    if (cell != NULL && text != NULL) {
        cell->value = MX_VALUE_TEXT;
        keep_text(table, cell, text);
    }
}

void mx_table_number(struct mx_table *table, double value)
{
    struct mx_cell *cell = next(table);

    if (cell != NULL && value - value == 0.0) {
        cell->value = MX_VALUE_NUMBER;
        cell->number = value;
    }
}

static void put_whole(struct mx_table *table, enum mx_cell_value kind, int64_t value)
{
    struct mx_cell *cell = next(table);

    if (cell != NULL) {
        cell->value = kind;
        cell->whole = value;
    }
}

void mx_table_whole(struct mx_table *table, uint64_t value)
{
    MX_CHECK(value <= (uint64_t)INT64_MAX);
    put_whole(table, MX_VALUE_WHOLE, (int64_t)value);
}

void mx_table_truth(struct mx_table *table, bool value)
{
    put_whole(table, MX_VALUE_TRUTH, value);
}

void mx_table_seconds(struct mx_table *table, int64_t time_us)
{
    put_whole(table, MX_VALUE_TIME, time_us);
}

static struct mx_cell *last(struct mx_table *table)
{
    if (table->out_of_memory) {
        return NULL;
    }
    MX_CHECK(table->at > 0);
    return &table->cell[table->row_count * table->column_count + table->at - 1];
}

void mx_table_show(struct mx_table *table, const char *text)
{
    struct mx_cell *cell = last(table);

    if (cell != NULL) {
        MX_CHECK(cell->value != MX_VALUE_TEXT);
        keep_text(table, cell, text);
    }
}

void mx_table_mark(struct mx_table *table)
{
    struct mx_cell *cell = last(table);

    if (cell != NULL) {
        cell->is_marked = true;
    }
}

void mx_table_end_row(struct mx_table *table, enum mx_row_kind kind)
{
    if (table->out_of_memory || (table->row_count == table->row_size && !grow(table))) {
        table->out_of_memory = true;
        return;
    }
    table->kind[table->row_count++] = kind;
    table->at = 0;
}

static double number_of(const struct mx_cell *cell)
{
    switch (cell->value) {
    case MX_VALUE_NUMBER:
        return cell->number;
    case MX_VALUE_WHOLE:
        return (double)cell->whole;
    case MX_VALUE_TIME:
        return (double)cell->whole / 1e6;
    case MX_VALUE_NONE:
    case MX_VALUE_TEXT:
    case MX_VALUE_TRUTH:
        break;
    }
    return (double)__builtin_nanf("");
}

const char *mx_cell_shown(const struct mx_table_column *column, const struct mx_cell *cell,
                          char scratch[MX_CELL_TEXT_SIZE])
{
    double number = number_of(cell);
    struct mx_human_text text = {""};

    if (cell->text != NULL) {
        return cell->text;
    }
    if (cell->value == MX_VALUE_NONE) {
        return column->kind == MX_CELL_TEXT ? "" : "-";
    }
    if (cell->value == MX_VALUE_TRUTH) {
        return cell->whole != 0 ? "yes" : "no";
    }
    switch (column->kind) {
    case MX_CELL_COUNT:
        text = mx_human_count_short(number);
        break;
    case MX_CELL_PERCENT:
        text = mx_human_percent(number);
        break;
    case MX_CELL_DURATION:
        text = mx_human_duration(number);
        break;
    case MX_CELL_RATIO:
        (void)snprintf(text.s, sizeof text.s, "%.3f", number);
        break;
    case MX_CELL_TEXT:
    case MX_CELL_WHOLE:
        (void)snprintf(text.s, sizeof text.s, "%.12g", number);
        break;
    }
    memcpy(scratch, text.s, sizeof text.s);
    return scratch;
}

bool mx_table_print(const struct mx_table *table, FILE *stream, enum mx_format format, bool color)
{
    if (table->out_of_memory) {
        return false;
    }
    switch (format) {
    case MX_FORMAT_TABLE:
        mx_table_print_text(table, stream, color);
        return true;
    case MX_FORMAT_CSV:
        return mx_table_print_csv(table, stream);
    case MX_FORMAT_JSON:
        return mx_table_print_json(table, stream);
    case MX_FORMAT_MARKDOWN:
        mx_table_print_markdown(table, stream);
        return true;
    }
    return false;
}
