// SPDX-License-Identifier: GPL-3.0-or-later
/* tokens.c - see tokens.h. */
#include "sim/scenario/tokens.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/mistakes.h"
#include "sim/scenario/quantity.h"

#define ALL_TEXT_SIZE_MAX ((size_t)64 << 20)

/* One file that is being read. before: the file that includes it. */
struct lexer {
    struct mx_source *source;
    struct mx_tokens *tokens;
    const struct lexer *before;
    const char *file;
    const char *at;
    int line;
    int depth;       /* of includes */
    bool line_start; /* only blanks since the line's start */
    bool failed;
};

static bool lex_file(struct mx_source *source, const struct lexer *before, int line,
                     const char *file, struct mx_tokens *tokens);

static void __attribute__((format(printf, 3, 4)))
complain(struct lexer *lexer, int line, const char *format, ...)
{
    va_list values;
    lexer->failed = true;
    if (lexer->source->mistakes != NULL) {
        va_start(values, format);
        mx_mistakes_add_list(lexer->source->mistakes, lexer->file, line, "", format, values);
        va_end(values);
    }
}

static void add_token(struct lexer *lexer, enum mx_token_kind kind, int line, const char *text)
{
    struct mx_tokens *tokens = lexer->tokens;
    if (tokens->count == tokens->size) {
        tokens->size = tokens->size == 0 ? 256 : 2 * tokens->size;
        tokens->token = mx_arena_grow(lexer->source->arena, tokens->token, tokens->count,
                                      tokens->size, sizeof tokens->token[0]);
    }
    if (tokens->count == MX_TOKENS_MAX) {
        complain(lexer, line, "too long: more than %d words", MX_TOKENS_MAX);
        return;
    }
    tokens->token[tokens->count++] = (struct mx_token){kind, lexer->file, line, text, NULL};
}

/* A comment behind settings on the same line is kept: presets name their sources in them. */
static void keep_comment(struct lexer *lexer, const char *text, size_t size)
{
    struct mx_tokens *tokens = lexer->tokens;
    while (size > 0 && strchr("#/ \t", *text) != NULL) {
        text++;
        size--;
    }
    while (size > 0 && strchr(" \t\r", text[size - 1]) != NULL) {
        size--;
    }
    if (size == 0 || size > 1000) {
        return;
    }
    const char *comment = NULL;
    for (size_t i = tokens->count; i > 0; i--) {
        struct mx_token *token = &tokens->token[i - 1];
        if (token->line != lexer->line || token->file != lexer->file) {
            break;
        }
        if (comment == NULL) {
            comment = mx_arena_copy_part(lexer->source->arena, text, size);
        }
        token->comment = comment;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '*';
}

static int hex_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The character that an escape at lexer->at (behind the backslash) stands for, or -1. */
static int read_escape(struct lexer *lexer)
{
    static const char names[] = "nrtf\\\"", values[] = "\n\r\t\f\\\"";
    char c = *lexer->at;
    const char *name = c != '\0' ? strchr(names, c) : NULL;
    if (name != NULL) {
        lexer->at++;
        return values[name - names];
    }
    if (c == 'x' && hex_value(lexer->at[1]) >= 0 && hex_value(lexer->at[2]) >= 0) {
        int value = 16 * hex_value(lexer->at[1]) + hex_value(lexer->at[2]);
        lexer->at += 3;
        return value >= 32 ? value : -1;
    }
    return -1;
}

/* A string; lexer->at is behind its opening quote. NULL: a mistake was reported. */
static const char *read_string(struct lexer *lexer)
{
    int line = lexer->line;
    char *text = mx_arena_copy(lexer->source->arena, "");
    size_t size = 0, room = 0;
    for (;;) {
        if (size + 1 >= room) {
            room = room == 0 ? 32 : 2 * room;
            text = mx_arena_grow(lexer->source->arena, text, size, room, 1);
        }
        int c = (unsigned char)*lexer->at++;
        if (c == '"') {
            return text;
        }
        if (c == '\0' || c == '\n') {
            complain(lexer, line, "a string without its closing quote");
            lexer->at--;
            return NULL;
        }
        if (c == '\\') {
            c = read_escape(lexer);
        }
        if (c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f') {
            complain(lexer, lexer->line, "an unknown escape or control character in a string");
            c = '?';
        }
        text[size++] = (char)c;
    }
}

/* A literal as libconfig knows them, or what looks like one: 12, -1.5e+3, 0x1F, 7L. */
static void read_number(struct lexer *lexer)
{
    struct mx_arena *arena = lexer->source->arena;
    const char *start = lexer->at, *c = start;
    c += *c == '-' || *c == '+';
    bool hexadecimal = c[0] == '0' && (c[1] == 'x' || c[1] == 'X');
    while (is_word(*c) || *c == '.' || *c == '%' || *c == '/' || *c == '+') {
        bool sign = *c == '-' || *c == '+';
        if ((sign && (hexadecimal || (c[-1] != 'e' && c[-1] != 'E'))) || *c == '*' ||
            (*c == '/' && (c[1] == '/' || c[1] == '*'))) {
            break;
        }
        c++;
    }
    lexer->at = c > start ? c : start + 1;
    char *text = mx_arena_copy_part(arena, start, (size_t)(lexer->at - start));
    size_t size = strlen(text);
    size_t suffix = size > 2 && strcmp(text + size - 2, "LL") == 0 ? 2 : 1;
    if (size > suffix && text[size - 1] == 'L' && strspn(text, "+-0123456789") == size - suffix) {
        text[size - suffix] = '\0';
    }
    if (hexadecimal) {
        char *end;
        errno = 0;
        unsigned long long value = strtoull(text + (*text == '-' || *text == '+'), &end, 16);
        if (errno == 0 && *end == '\0') {
            text = mx_arena_format(arena, "%s%llu", *text == '-' ? "-" : "", value);
        }
    }
    double number;
    enum mx_quantity_status status = mx_quantity_number(text, &number);
    if (status == MX_QUANTITY_RANGE || status == MX_QUANTITY_DIGITS) {
        complain(lexer, lexer->line, "the number %.60s %s", text, mx_quantity_status_text(status));
    } else if (status != MX_QUANTITY_OK) {
        complain(lexer, lexer->line,
                 "%.60s is not a number; a value with a unit needs quotes: \"%.60s\"", text, text);
    }
    add_token(lexer, MX_TOKEN_NUMBER, lexer->line, text);
}

/* @include "file" at the start of a line; lexer->at is behind the word. */
static void read_include(struct lexer *lexer)
{
    int line = lexer->line;
    while (is_blank(*lexer->at)) {
        lexer->at++;
    }
    if (*lexer->at != '"') {
        complain(lexer, line, "@include needs a file name in quotes");
        return;
    }
    lexer->at++;
    const char *name = read_string(lexer);
    if (name == NULL) {
        return;
    }
    const char *file = mx_path_beside(lexer->source->arena, lexer->file, name);
    if (lexer->depth >= MX_INCLUDES_MAX) {
        complain(lexer, line, "@include \"%.200s\": more than %d files deep", name,
                 MX_INCLUDES_MAX);
        return;
    }
    for (const struct lexer *open = lexer; open != NULL; open = open->before) {
        if (strcmp(open->file, file) == 0) {
            complain(lexer, line,
                     "@include \"%.200s\": an include loop, %.200s is being read "
                     "already",
                     name, file);
            return;
        }
    }
    if (!lex_file(lexer->source, lexer, line, file, lexer->tokens)) {
        lexer->failed = true;
    }
}

/* Comments and blanks. Returns false at the next word or the end. */
static bool skip(struct lexer *lexer)
{
    const char *c = lexer->at;
    if (*c == '\n') {
        lexer->line++;
        lexer->line_start = true;
        lexer->at++;
        return true;
    }
    if (is_blank(*c)) {
        lexer->at++;
        return true;
    }
    if (*c == '#' || (c[0] == '/' && c[1] == '/')) {
        size_t size = strcspn(c, "\n");
        keep_comment(lexer, c, size);
        lexer->at += size;
        return true;
    }
    if (c[0] == '/' && c[1] == '*') {
        const char *end = strstr(c + 2, "*/");
        if (end == NULL) {
            complain(lexer, lexer->line, "a comment without its */");
            end = c + strlen(c) - 2;
        }
        for (; c < end; c++) {
            lexer->line += *c == '\n';
        }
        lexer->at = end + 2;
        return true;
    }
    return false;
}

static void read_word(struct lexer *lexer)
{
    const char *c = lexer->at;
    while (is_word(*c)) {
        c++;
    }
    const char *text = mx_arena_copy_part(lexer->source->arena, lexer->at, (size_t)(c - lexer->at));
    lexer->at = c;
    add_token(lexer, MX_TOKEN_NAME, lexer->line, text);
}

static void read_token(struct lexer *lexer)
{
    static const char marks[] = "=:,;{}[]()";
    char c = *lexer->at;
    bool line_start = lexer->line_start;
    lexer->line_start = false;
    if (strchr(marks, c) != NULL) {
        lexer->at++;
        add_token(lexer, MX_TOKEN_MARK, lexer->line,
                  mx_arena_copy_part(lexer->source->arena, &c, 1));
    } else if (c == '"') {
        int line = lexer->line;
        lexer->at++;
        const char *text = read_string(lexer);
        add_token(lexer, MX_TOKEN_TEXT, line, text != NULL ? text : "");
    } else if (is_letter(c) || c == '*') {
        read_word(lexer);
    } else if (is_digit(c) || c == '-' || c == '+' || c == '.') {
        read_number(lexer);
    } else if (line_start && strncmp(lexer->at, "@include", 8) == 0) {
        lexer->at += 8;
        read_include(lexer);
    } else {
        bool visible = (unsigned char)c > 32 && (unsigned char)c < 127;
        complain(lexer, lexer->line,
                 visible ? "unexpected character '%c'" : "unexpected character with code %d", c);
        lexer->at++;
    }
}

static bool lex(struct lexer *lexer, const char *text, size_t size)
{
    if (memchr(text, '\0', size) != NULL) {
        complain(lexer, 0, "holds a NUL byte: not a text file");
        return false;
    }
    lexer->at = text;
    lexer->line = 1;
    lexer->line_start = true;
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) {
        lexer->at += 3; /* byte order mark */
    }
    while (*lexer->at != '\0') {
        if (!skip(lexer)) {
            read_token(lexer);
        }
        if (lexer->source->mistakes != NULL && lexer->source->mistakes->count >= MX_MISTAKES_MAX) {
            return false;
        }
    }
    return !lexer->failed;
}

static bool lex_file(struct mx_source *source, const struct lexer *before, int line,
                     const char *file, struct mx_tokens *tokens)
{
    struct lexer lexer = {.source = source,
                          .tokens = tokens,
                          .before = before,
                          .file = file,
                          .depth = before != NULL ? before->depth + 1 : 0};
    struct lexer place = before != NULL ? *before : lexer;
    char **text = (char **)mx_arena_owner(source->arena);
    size_t size = 0;
    int error = source->access->read(source->access->context, file, text, &size);
    if (error == ENOMEM) {
        mx_arena_out(source->arena);
    }
    if (error != 0) {
        complain(&place, line, "cannot read %.300s: %s", file, strerror(error));
        return false;
    }
    MX_CHECK((*text)[size] == '\0');
    source->text_size += size;
    if (size > MX_TEXT_SIZE_MAX || source->text_size > ALL_TEXT_SIZE_MAX) {
        complain(&place, line, "%.300s is too large", file);
        return false;
    }
    if (source->digest != NULL) {
        mx_digest_add(source->digest, *text, size);
    }
    return lex(&lexer, *text, size);
}

bool mx_tokens_read_file(struct mx_source *source, const char *file, struct mx_tokens *tokens)
{
    return lex_file(source, NULL, 0, file, tokens);
}

bool mx_tokens_read_text(struct mx_source *source, const char *file, const char *text,
                         struct mx_tokens *tokens)
{
    struct lexer lexer = {
        .source = source, .tokens = tokens, .file = file, .depth = MX_INCLUDES_MAX};
    return lex(&lexer, text, strlen(text));
}

const char *mx_path_folder(struct mx_arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash == NULL ? "" : mx_arena_copy_part(arena, file, (size_t)(slash - file) + 1);
}

const char *mx_path_beside(struct mx_arena *arena, const char *file, const char *name)
{
    while (name[0] == '.' && name[1] == '/') {
        name += 2;
    }
    if (name[0] == '/') {
        return mx_arena_copy(arena, name);
    }
    return mx_arena_format(arena, "%s%s", mx_path_folder(arena, file), name);
}
