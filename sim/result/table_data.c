// SPDX-License-Identifier: GPL-3.0-or-later
/* table_data.c - tables for programs: CSV (RFC 4180) and JSON, an array with an object a row. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "sim/observe/csv_text.h"
#include "sim/result/table_cells.h"

/* 12 digits as everywhere: the same on every machine. Times are exact. */
static size_t number_text(const struct mx_cell *cell, char text[MX_CSV_NUMBER_SIZE])
{
    char *end = text;

    switch (cell->value) {
    case MX_VALUE_NUMBER:
        end = mx_csv_number(text, cell->number);
        break;
    case MX_VALUE_WHOLE:
        end = mx_csv_count(text, (uint64_t)cell->whole);
        break;
    case MX_VALUE_TRUTH:
        *end++ = cell->whole != 0 ? '1' : '0';
        break;
    case MX_VALUE_TIME:
        end = mx_csv_time_s(text, cell->whole);
        while (end[-1] == '0') {
            end--;
        }
        end -= end[-1] == '.';
        break;
    case MX_VALUE_NONE:
    case MX_VALUE_TEXT:
        break;
    }
    return (size_t)(end - text);
}

/* False when out of memory. */
static bool put_name(FILE *stream, const char *name)
{
    char *text = malloc(2 * strlen(name) + 2);

    if (text == NULL) {
        return false;
    }
    (void)fwrite(text, 1, (size_t)(mx_csv_name(text, name) - text), stream);
    free(text);
    return true;
}

static bool put_value(FILE *stream, const struct mx_cell *cell)
{
    char text[MX_CSV_NUMBER_SIZE] = "";

    if (cell->value == MX_VALUE_TEXT) {
        return put_name(stream, cell->text);
    }
    (void)fwrite(text, 1, number_text(cell, text), stream);
    return true;
}

bool mx_table_print_csv(const struct mx_table *table, FILE *stream)
{
    const char *separator = "";
    bool is_good = true;

    for (size_t c = 0; c < table->column_count; c++) {
        if (table->column[c].key != NULL) {
            (void)fputs(separator, stream);
            is_good = put_name(stream, table->column[c].key) && is_good;
            separator = ",";
        }
    }
    (void)fputc('\n', stream);
    for (size_t r = 0; is_good && r < table->row_count; r++) {
        separator = "";
        for (size_t c = 0; c < table->column_count; c++) {
            if (table->column[c].key != NULL) {
                (void)fputs(separator, stream);
                is_good = put_value(stream, &table->cell[r * table->column_count + c]) && is_good;
                separator = ",";
            }
        }
        (void)fputc('\n', stream);
    }
    return is_good;
}

/* NULL: out of memory, or no UTF-8. */
static json_t *json_of(const struct mx_cell *cell)
{
    char text[MX_CSV_NUMBER_SIZE];

    switch (cell->value) {
    case MX_VALUE_TEXT:
        return json_string(cell->text);
    case MX_VALUE_WHOLE:
        return json_integer(cell->whole);
    case MX_VALUE_TRUTH:
        return json_boolean(cell->whole != 0);
    case MX_VALUE_NUMBER:
    case MX_VALUE_TIME:
        text[number_text(cell, text)] = '\0';
        return strpbrk(text, ".en") == NULL ? json_integer(strtoll(text, NULL, 10))
                                            : json_real(strtod(text, NULL));
    case MX_VALUE_NONE:
        break;
    }
    return json_null();
}

static json_t *json_row(const struct mx_table *table, size_t row)
{
    json_t *object = json_object();

    for (size_t c = 0; object != NULL && c < table->column_count; c++) {
        if (table->column[c].key != NULL &&
            json_object_set_new(object, table->column[c].key,
                                json_of(&table->cell[row * table->column_count + c])) != 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

bool mx_table_print_json(const struct mx_table *table, FILE *stream)
{
    json_t *rows = json_array();
    bool is_good = rows != NULL;

    for (size_t r = 0; is_good && r < table->row_count; r++) {
        is_good = json_array_append_new(rows, json_row(table, r)) == 0;
    }
    if (is_good) {
        (void)fputs("[", stream);
        for (size_t r = 0; r < table->row_count; r++) { /* a line a row */
            (void)fputs(r > 0 ? ",\n " : "", stream);
            (void)json_dumpf(json_array_get(rows, r), stream, JSON_REAL_PRECISION(15));
        }
        (void)fputs("]\n", stream);
    }
    json_decref(rows);
    return is_good;
}
