// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_csv.c - CSV files, line by line. */
#include "sim/result/plot_csv.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/check.h"

int mx_plot_csv_mistake(const struct mx_plot_csv *csv, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return mx_plot_fail(csv->error, MX_EXIT_INVALID, "%s:%ld: %s", csv->path, csv->line_number,
                        text);
}

/* Read a line without its end. Returns 1, 0 at the end of the file, -1 on a mistake. */
static int read_line(struct mx_plot_csv *csv)
{
    size_t size = 0;
    int c;

    csv->line_number++;
    while ((c = getc_unlocked(csv->file)) != EOF && c != '\n') {
        if (c == '\0') {
            (void)mx_plot_csv_mistake(csv, "a NUL byte; this is no text file");
            return -1;
        }
        if (size + 1 == MX_PLOT_CSV_LINE_SIZE_MAX) {
            (void)mx_plot_csv_mistake(csv, "the line is longer than %d bytes",
                                      MX_PLOT_CSV_LINE_SIZE_MAX - 1);
            return -1;
        }
        csv->line[size++] = (char)c;
    }
    if (ferror(csv->file)) {
        (void)mx_plot_fail(csv->error, MX_EXIT_FAILURE, "cannot read %s: %s", csv->path,
                           strerror(errno));
        return -1;
    }
    if (c == EOF && size > 0) {
        (void)mx_plot_csv_mistake(csv, "the file ends within this line; it was cut short");
        return -1;
    }
    if (size > 0 && csv->line[size - 1] == '\r') {
        size--;
    }
    csv->line[size] = '\0';
    return c == EOF ? 0 : 1;
}

/* Take one field off *rest, in place. Returns it, or NULL for a misplaced quote. *rest becomes
 * NULL after the last one. */
static char *take_field(char **rest)
{
    char *from = *rest, *field = *rest, *to = *rest;

    if (*from != '"') {
        char *end = from + strcspn(from, ",");
        bool is_last = *end == '\0';
        if (memchr(from, '"', (size_t)(end - from)) != NULL) {
            return NULL;
        }
        *end = '\0';
        *rest = is_last ? NULL : end + 1;
        return field;
    }
    from++;
    while (*from != '\0' && (*from != '"' || from[1] == '"')) {
        from += *from == '"' ? 1 : 0; /* a doubled one stands for one */
        *to++ = *from++;
    }
    if (*from != '"' || (from[1] != ',' && from[1] != '\0')) {
        return NULL;
    }
    from++;
    *rest = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return field;
}

static int split(struct mx_plot_csv *csv)
{
    char *rest = csv->line;

    csv->field_count = 0;
    while (rest != NULL) {
        if (csv->field_count == MX_PLOT_CSV_FIELD_COUNT_MAX) {
            return mx_plot_csv_mistake(csv, "more than %d fields", MX_PLOT_CSV_FIELD_COUNT_MAX);
        }
        csv->field[csv->field_count] = take_field(&rest);
        if (csv->field[csv->field_count] == NULL) {
            return mx_plot_csv_mistake(csv, "a quotation mark out of place in field %zu",
                                       csv->field_count + 1);
        }
        csv->field_count++;
    }
    return 0;
}

static int find_columns(struct mx_plot_csv *csv, size_t column_count)
{
    for (size_t i = 0; i < column_count; i++) {
        size_t found = 0;
        for (size_t k = 0; k < csv->field_count; k++) {
            if (strcmp(csv->field[k], csv->columns[i]) == 0) {
                csv->at[i] = k;
                found++;
            }
        }
        if (found != 1) {
            return mx_plot_csv_mistake(csv, "%s column \"%s\"", found == 0 ? "no" : "more than one",
                                       csv->columns[i]);
        }
    }
    return 0;
}

static int open_file(struct mx_plot_csv *csv)
{
    struct stat status;

    csv->file = fopen(csv->path, "r");
    if (csv->file == NULL) {
        return mx_plot_fail(csv->error, MX_EXIT_INVALID, "cannot open %s: %s", csv->path,
                            strerror(errno));
    }
    if (fstat(fileno(csv->file), &status) != 0 || !S_ISREG(status.st_mode)) {
        return mx_plot_fail(csv->error, MX_EXIT_INVALID, "%s is not a regular file", csv->path);
    }
    return 0;
}

int mx_plot_csv_open(struct mx_plot_csv *csv, const char *path, const char *const *columns,
                     size_t column_count, const struct mx_plot_error *error)
{
    int code, got;

    MX_CHECK(column_count <= MX_PLOT_CSV_FIELD_COUNT_MAX);
    *csv = (struct mx_plot_csv){.path = path, .columns = columns, .error = error};
    code = open_file(csv);
    if (code == 0) {
        csv->line = malloc(MX_PLOT_CSV_LINE_SIZE_MAX);
        if (csv->line == NULL) {
            code = mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
        }
    }
    if (code == 0) {
        got = read_line(csv);
        code = got == 1   ? split(csv)
               : got == 0 ? mx_plot_csv_mistake(csv, "the file is empty; it should begin with the "
                                                     "names of its columns")
                          : MX_EXIT_INVALID;
    }
    if (code == 0) {
        code = find_columns(csv, column_count);
    }
    if (code != 0) {
        mx_plot_csv_close(csv);
    }
    return code;
}

int mx_plot_csv_next(struct mx_plot_csv *csv)
{
    size_t wanted = csv->field_count;
    int got = read_line(csv);

    if (got != 1) {
        return got;
    }
    if (++csv->row_count > MX_PLOT_CSV_ROW_COUNT_MAX) {
        (void)mx_plot_csv_mistake(csv, "more than %d rows", MX_PLOT_CSV_ROW_COUNT_MAX);
        return -1;
    }
    if (split(csv) != 0) {
        return -1;
    }
    if (csv->field_count != wanted) {
        (void)mx_plot_csv_mistake(csv, "%zu fields where the header has %zu", csv->field_count,
                                  wanted);
        csv->field_count = wanted;
        return -1;
    }
    return 1;
}

const char *mx_plot_csv_text(const struct mx_plot_csv *csv, size_t column)
{
    return csv->field[csv->at[column]];
}

int mx_plot_csv_number(const struct mx_plot_csv *csv, size_t column, double low, double high,
                       double *value)
{
    const char *text = mx_plot_csv_text(csv, column);
    char *end;

    /* strtod would take blanks, "inf", "nan" and hexadecimal numbers */
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0') {
        return mx_plot_csv_mistake(csv, "%s is \"%.60s\", not a number", csv->columns[column],
                                   text);
    }
    *value = strtod(text, &end);
    if (*end != '\0' || !isfinite(*value)) {
        return mx_plot_csv_mistake(csv, "%s is \"%.60s\", not a number", csv->columns[column],
                                   text);
    }
    if (*value < low || *value > high) {
        return mx_plot_csv_mistake(csv, "%s is %.60s, outside %g to %g", csv->columns[column], text,
                                   low, high);
    }
    return 0;
}

void mx_plot_csv_close(struct mx_plot_csv *csv)
{
    if (csv->file != NULL) {
        (void)fclose(csv->file);
    }
    free(csv->line);
    csv->file = NULL;
    csv->line = NULL;
}
