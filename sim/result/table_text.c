// SPDX-License-Identifier: GPL-3.0-or-later
/* table_text.c - tables for people: aligned text for a terminal, and Markdown. See table.h.
 *
 *                       hard  ------ soft bounces ------      group headings
 *     provider          rate   rejected  blocked  expired     titles
 *     --------------------------------------------------      rules
 */
#include <string.h>

#include "sim/base/check.h"
#include "sim/result/table_cells.h"

#define COLUMNS_MAX 1024
#define CUT_MARK "~"
#define PART_SIZE 1000 /* bytes of a cell's line */

/* Bytes of the UTF-8 character at text, >= 1. */
static size_t step(const char *text)
{
    size_t size = 1;

    while (((unsigned char)text[size] & 0xC0U) == 0x80U) {
        size++;
    }
    return size;
}

int mx_text_columns(const char *text)
{
    int columns = 0;

    while (*text != '\0') {
        text += step(text);
        columns++;
    }
    return columns;
}

static bool is_shown(const struct mx_table_column *column)
{
    return column->title != NULL;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* --- text --- */

struct layout {
    const struct mx_table *table;
    FILE *stream;
    bool color;
    int width[COLUMNS_MAX];
    size_t column_end; /* before it all is shown that a person is to see */
    int total, left_out;
};

static void measure(struct layout *layout)
{
    const struct mx_table *table = layout->table;
    char scratch[MX_CELL_TEXT_SIZE];

    for (size_t c = 0; c < table->column_count; c++) {
        const struct mx_table_column *column = &table->column[c];

        if (!is_shown(column)) {
            continue;
        }
        layout->width[c] = larger(column->width, mx_text_columns(column->title));
        for (size_t r = 0; r < table->row_count; r++) {
            const struct mx_cell *cell = &table->cell[r * table->column_count + c];

            layout->width[c] =
                larger(layout->width[c], mx_text_columns(mx_cell_shown(column, cell, scratch)));
        }
        if (column->width_max > 0 && layout->width[c] > column->width_max) {
            layout->width[c] = larger(column->width_max, mx_text_columns(column->title));
        }
        layout->left_out += layout->left_out > 0 ||
                            (table->width_max > 0 && layout->total > 0 &&
                             layout->total + column->gap + layout->width[c] > table->width_max);
        if (layout->left_out == 0) {
            layout->total += column->gap + layout->width[c];
            layout->column_end = c + 1;
        }
    }
    layout->total = larger(layout->total, table->width);
}

static void put_blanks(struct layout *layout, int count)
{
    (void)fprintf(layout->stream, "%*s", count, "");
}

/* Within so many columns; what is cut ends in a mark. */
static void put_cut(FILE *stream, const char *text, int columns)
{
    bool is_cut = mx_text_columns(text) > columns;

    for (int i = 0; *text != '\0' && i < columns - is_cut; i++) {
        size_t size = step(text);

        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            (void)fputc('?', stream);
        } else {
            (void)fwrite(text, 1, size, stream);
        }
        text += size;
    }
    (void)fputs(is_cut ? CUT_MARK : "", stream);
}

/* *blanks are owed from cells before, and stay owed after the last: no line ends in blanks. */
static void put_cell(struct layout *layout, size_t c, const char *text, const char *color,
                     int *blanks)
{
    const struct mx_table_column *column = &layout->table->column[c];
    int size = mx_text_columns(text), width = layout->width[c];
    int room = width > size ? width - size : 0;

    *blanks += column->gap + (column->is_left ? 0 : room);
    if (size > 0) {
        put_blanks(layout, *blanks);
        *blanks = 0;
        (void)fputs(color, layout->stream);
        put_cut(layout->stream, text, width);
        (void)fputs(color[0] != '\0' ? "\033[39m" : "", layout->stream);
    }
    *blanks += column->is_left ? room : 0;
}

static void put_dashes(FILE *stream, int count)
{
    for (int i = 0; i < count; i++) {
        (void)fputc('-', stream);
    }
}

static void put_rule(const struct layout *layout)
{
    (void)fputs(layout->color ? "\033[2m" : "", layout->stream);
    put_dashes(layout->stream, layout->total);
    (void)fputs(layout->color ? "\033[0m\n" : "\n", layout->stream);
}

static void start_bold(const struct layout *layout)
{
    (void)fputs(layout->color ? "\033[1m" : "", layout->stream);
}

static void end_line(const struct layout *layout, bool is_bold)
{
    (void)fputs(layout->color && is_bold ? "\033[0m\n" : "\n", layout->stream);
}

/* How many columns from c on have its group. */
static size_t group_size(const struct layout *layout, size_t c)
{
    const struct mx_table *table = layout->table;
    size_t size = 1;

    while (c + size < layout->column_end &&
           (!is_shown(&table->column[c + size]) ||
            strcmp(table->column[c + size].group, table->column[c].group) == 0)) {
        size++;
    }
    return size;
}

/* "---- words ----", as wide as its columns; a heading of one column stands as its title does. */
static void put_group(struct layout *layout, size_t first, size_t size, int *blanks)
{
    const struct mx_table *table = layout->table;
    const char *words = table->column[first].group;
    int width = 0, dashes, shown = 0;

    for (size_t c = first; c < first + size; c++) {
        if (is_shown(&table->column[c])) {
            width += layout->width[c] + (c > first ? table->column[c].gap : 0);
            shown++;
        }
    }
    if (shown == 1 || words[0] == '\0') {
        put_cell(layout, first, words, "", blanks);
        *blanks += words[0] == '\0' ? width - layout->width[first] : 0;
        return;
    }
    put_blanks(layout, *blanks + table->column[first].gap);
    *blanks = 0;
    dashes = width - mx_text_columns(words) - 2;
    if (dashes < 2) {
        put_cut(layout->stream, words, width);
        *blanks = larger(width - mx_text_columns(words), 0);
        return;
    }
    put_dashes(layout->stream, dashes / 2);
    (void)fputc(' ', layout->stream);
    put_cut(layout->stream, words, width);
    (void)fputc(' ', layout->stream);
    put_dashes(layout->stream, dashes - dashes / 2);
}

static void put_headings(struct layout *layout)
{
    const struct mx_table *table = layout->table;
    bool has_groups = false;
    int blanks = 0;

    for (size_t c = 0; c < layout->column_end; c++) {
        has_groups = has_groups || (is_shown(&table->column[c]) && table->column[c].group[0]);
    }
    if (has_groups) {
        start_bold(layout);
        for (size_t c = 0; c < layout->column_end;) {
            size_t size = is_shown(&table->column[c]) ? group_size(layout, c) : 1;

            if (is_shown(&table->column[c])) {
                put_group(layout, c, size, &blanks);
            }
            c += size;
        }
        end_line(layout, true);
    }
    blanks = 0;
    start_bold(layout);
    for (size_t c = 0; c < layout->column_end; c++) {
        if (is_shown(&table->column[c])) {
            put_cell(layout, c, table->column[c].title, "", &blanks);
        }
    }
    end_line(layout, true);
}

/* Bytes of `text` that make a line of so many columns: up to its last blank, or dot of a path. */
static size_t line_size(const char *text, int columns)
{
    size_t size = 0, best = 0;

    for (int i = 0; i < columns && text[size] != '\0'; i++) {
        size += step(text + size);
        if (text[size] == ' ' || (text[size] == '.' && text[size + 1] > '9')) {
            best = size;
        }
    }
    return text[size] == '\0' || best == 0 ? size : best;
}

/* What of the cells fits into the next line. False: nothing is left after it. */
static bool put_line(struct layout *layout, size_t row, const char **rest)
{
    const struct mx_table *table = layout->table;
    char part[PART_SIZE];
    bool is_left = false;
    int blanks = 0;

    for (size_t c = 0; c < layout->column_end; c++) {
        const struct mx_cell *cell = &table->cell[row * table->column_count + c];
        const char *text = rest[c];

        if (!is_shown(&table->column[c])) {
            continue;
        }
        if (table->is_wrapped) {
            const size_t size = line_size(text, layout->width[c]);

            MX_CHECK(size < sizeof part);
            memcpy(part, text, size);
            part[size] = '\0';
            rest[c] += size;
            rest[c] += strspn(rest[c], " ");
            is_left = is_left || rest[c][0] != '\0';
            text = part;
        }
        put_cell(layout, c, text, layout->color && cell->is_marked ? "\033[33m" : "", &blanks);
    }
    return is_left;
}

static void put_row(struct layout *layout, size_t row)
{
    const struct mx_table *table = layout->table;
    bool is_bold = table->kind[row] == MX_ROW_TOTAL, is_left;
    char scratch[COLUMNS_MAX][MX_CELL_TEXT_SIZE];
    const char *rest[COLUMNS_MAX];

    for (size_t c = 0; c < layout->column_end; c++) {
        rest[c] = mx_cell_shown(&table->column[c], &table->cell[row * table->column_count + c],
                                scratch[c]);
    }
    if (row == 0 || table->kind[row] != MX_ROW_PLAIN) {
        put_rule(layout);
    }
    do {
        if (is_bold) {
            start_bold(layout);
        }
        is_left = put_line(layout, row, rest);
        end_line(layout, is_bold);
    } while (is_left);
}

void mx_table_print_text(const struct mx_table *table, FILE *stream, bool color)
{
    struct layout layout = {.table = table, .stream = stream, .color = color};

    MX_CHECK(table->column_count <= COLUMNS_MAX);
    measure(&layout);
    put_headings(&layout);
    for (size_t r = 0; r < table->row_count; r++) {
        put_row(&layout, r);
    }
    if (layout.left_out > 0) {
        (void)fprintf(stream, "(%d more column%s: --format csv has all)\n", layout.left_out,
                      layout.left_out == 1 ? "" : "s");
    }
}

/* --- Markdown (GitHub's tables) --- */

/* Every sign that means something there is escaped, so that a name stays a name. */
static void put_escaped(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7F) {
            (void)fputc('?', stream);
        } else {
            if (strchr("\\|<>*_[]`~&#!", c) != NULL) {
                (void)fputc('\\', stream);
            }
            (void)fputc(c, stream);
        }
    }
}

void mx_table_print_markdown(const struct mx_table *table, FILE *stream)
{
    char scratch[MX_CELL_TEXT_SIZE];

    for (size_t c = 0; c < table->column_count; c++) {
        const struct mx_table_column *column = &table->column[c];

        if (is_shown(column)) {
            (void)fputs("| ", stream);
            put_escaped(stream, column->group);
            (void)fputs(column->group[0] != '\0' && column->title[0] != '\0' ? " " : "", stream);
            put_escaped(stream, column->title);
            (void)fputc(' ', stream);
        }
    }
    (void)fputs("|\n", stream);
    for (size_t c = 0; c < table->column_count; c++) {
        if (is_shown(&table->column[c])) {
            (void)fputs(table->column[c].is_left ? "|---" : "|--:", stream);
        }
    }
    (void)fputs("|\n", stream);
    for (size_t r = 0; r < table->row_count; r++) {
        for (size_t c = 0; c < table->column_count; c++) {
            if (is_shown(&table->column[c])) {
                (void)fputs("| ", stream);
                put_escaped(stream,
                            mx_cell_shown(&table->column[c],
                                          &table->cell[r * table->column_count + c], scratch));
                (void)fputc(' ', stream);
            }
        }
        (void)fputs("|\n", stream);
    }
}
