// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_table.c - see plot_table.h. */
#include "sim/result/plot_table.h"

#include <math.h>
#include <string.h>

void mx_plot_table_head(FILE *table, const char *columns)
{
    (void)fprintf(table, "%s\n", columns);
}

static void write_text(FILE *table, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        (void)fputs(text, table);
        return;
    }
    (void)fputc('"', table);
    for (; *text != '\0'; text++) {
        (void)fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, table);
    }
    (void)fputc('"', table);
}

void mx_plot_table_row(FILE *table, const char *const *texts, size_t text_count,
                       const double *numbers, size_t number_count)
{
    for (size_t i = 0; i < text_count; i++) {
        if (i > 0) {
            (void)fputc(',', table);
        }
        write_text(table, texts[i]);
    }
    for (size_t i = 0; i < number_count; i++) {
        if (i > 0 || text_count > 0) {
            (void)fputc(',', table);
        }
        if (isfinite(numbers[i])) {
            (void)fprintf(table, "%.10g", numbers[i]);
        }
    }
    (void)fputc('\n', table);
}
