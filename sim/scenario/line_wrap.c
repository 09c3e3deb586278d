// SPDX-License-Identifier: GPL-3.0-or-later
/* line_wrap.c - see line_wrap.h. */
#include "sim/scenario/line_wrap.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 4 /* how much deeper a line goes on */
#define INDENT_MAX (MX_LINE_COLUMNS / 2)

static void put(FILE *sink, const char *text, size_t size)
{
    (void)fwrite(text, 1, size, sink);
}

static void put_blanks(FILE *sink, size_t count)
{
    (void)fprintf(sink, "%*s", (int)count, "");
}

/* Characters of UTF-8. */
static size_t columns_of(const char *text, size_t size)
{
    size_t columns = 0;
    for (size_t i = 0; i < size; i++) {
        columns += ((unsigned char)text[i] & 0xC0U) != 0x80U;
    }
    return columns;
}

/* Where the comment behind a setting starts, or the end. */
static size_t find_comment(const char *line, size_t size)
{
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        if (quoted && line[i] == '\\') {
            i++;
        } else if (line[i] == '"') {
            quoted = !quoted;
        } else if (line[i] == '#' && !quoted) {
            return i;
        }
    }
    return size;
}

/* A blank to break at, or size: it fits, or there is none. */
struct place {
    size_t at;
    bool quoted; /* in a string */
};

/* Not at an equals sign, nor before what closes a group. */
static bool may_break(const char *text, size_t blank)
{
    return blank > 0 && text[blank - 1] != '=' && text[blank + 1] != '=' && text[blank + 1] != '}';
}

/* The last one within so many columns: behind a sign, of the outermost group there, else anywhere,
 * else in a string; where there is none, the first one past them. */
static struct place find_break(const char *text, size_t size, bool quoted, size_t columns)
{
    struct place any = {size, false}, behind_sign = {size, false}, in_string = {size, true};
    int depth = 0, sign_depth = INT_MAX;
    if (columns_of(text, size) <= columns) {
        return any;
    }
    for (size_t i = 0, column = 0; i < size; i++) {
        if (column > columns && (any.at < size || in_string.at < size)) {
            break;
        }
        column += ((unsigned char)text[i] & 0xC0U) != 0x80U;
        if (quoted && text[i] == '\\') {
            i++;
            column++;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == ' ' && quoted && i > 0) {
            in_string.at = column <= columns || in_string.at == size ? i : in_string.at;
        } else if (text[i] == ' ' && may_break(text, i)) {
            any.at = i;
            if (strchr(";,", text[i - 1]) != NULL && depth <= sign_depth) {
                behind_sign.at = i;
                sign_depth = depth;
            }
        } else if (!quoted) {
            depth += (strchr("{([", text[i]) != NULL) - (strchr("})]", text[i]) != NULL);
        }
    }
    return behind_sign.at < size ? behind_sign : any.at < size ? any : in_string;
}

/* Settings: the first line's indent is there already. */
static void put_settings(FILE *sink, const char *text, size_t size, size_t indent)
{
    struct place place = {0, false};
    for (size_t room = MX_LINE_COLUMNS - indent;;) {
        place = find_break(text, size, place.quoted, room);
        if (place.at >= size) {
            put(sink, text, size);
            return;
        }
        put(sink, text, place.at);
        put(sink, place.quoted ? "\"\n" : "\n", place.quoted ? 2 : 1);
        text += place.quoted ? place.at : place.at + 1;
        size -= place.quoted ? place.at : place.at + 1;
        put_blanks(sink, indent + STEP);
        put(sink, "\"", place.quoted);
        room = MX_LINE_COLUMNS - indent - STEP - (place.quoted ? 2 : 0);
    }
}

/* Words of a comment; `text` is behind its sign. */
static void put_comment(FILE *sink, const char *text, size_t size, size_t indent)
{
    size_t column = indent + 1, deeper = STEP;
    while (deeper - STEP < size && text[deeper - STEP] == ' ' && deeper < INDENT_MAX) {
        deeper++;
    }
    put_blanks(sink, indent);
    put(sink, "#", 1);
    while (size > 0) {
        size_t blanks = 0, word = 0;
        while (blanks < size && text[blanks] == ' ') {
            blanks++;
        }
        while (blanks + word < size && text[blanks + word] != ' ') {
            word++;
        }
        const size_t columns = columns_of(text + blanks, word);
        if (column > indent + 1 && column + blanks + columns > MX_LINE_COLUMNS) {
            put(sink, "\n", 1);
            put_blanks(sink, indent);
            put(sink, "#", 1);
            put_blanks(sink, deeper);
            put(sink, text + blanks, word);
            column = indent + 1 + deeper + columns;
        } else if (word > 0) {
            put(sink, text, blanks + word);
            column += blanks + columns;
        }
        text += blanks + word;
        size -= blanks + word;
    }
}

static void put_line(FILE *sink, const char *line, size_t size)
{
    size_t indent = 0;
    while (indent < size && line[indent] == ' ') {
        indent++;
    }
    if (columns_of(line, size) <= MX_LINE_COLUMNS || indent > INDENT_MAX) {
        put(sink, line, size);
        return;
    }
    const size_t comment = find_comment(line, size);
    size_t end = comment;
    while (end > indent && line[end - 1] == ' ') {
        end--;
    }
    if (end > indent) {
        put_blanks(sink, indent);
        put_settings(sink, line + indent, end - indent, indent);
    }
    if (comment < size) {
        put(sink, "\n", end > indent);
        put_comment(sink, line + comment + 1, size - comment - 1,
                    end > indent ? indent + STEP : indent);
    }
}

char *mx_line_wrap(const char *text)
{
    char *wrapped = NULL;
    size_t wrapped_size;
    FILE *sink = open_memstream(&wrapped, &wrapped_size);
    if (sink == NULL) {
        return NULL;
    }
    while (*text != '\0') {
        const size_t size = strcspn(text, "\n");
        put_line(sink, text, size);
        text += size;
        if (*text == '\n') {
            put(sink, "\n", 1);
            text++;
        }
    }
    const bool is_good = ferror(sink) == 0;
    if (fclose(sink) != 0 || !is_good) {
        free(wrapped);
        return NULL;
    }
    return wrapped;
}
