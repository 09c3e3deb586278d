// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_plan.c - a walk over the settings of a plan.cfg. */
#include "sim/result/plot_plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_SIZE_MAX (64L * 1024 * 1024)
#define DEPTH_MAX 32
#define PATH_SIZE 1024
#define VALUE_SIZE 4096

enum token { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_MARK, TOKEN_BAD };

struct walk {
    const char *file;
    const struct mx_plot_plan_visitor *visitor;
    const struct mx_plot_error *error;
    const char *at;
    int line;
    char text[VALUE_SIZE]; /* of the last word or string */
    char mark;             /* of the last mark */
    char path[PATH_SIZE];
    size_t path_length[DEPTH_MAX]; /* length of the path of each open group */
    char closing[DEPTH_MAX];
    int depth;
};

static int mistake(const struct walk *walk, const char *what)
{
    return mx_plot_fail(walk->error, MX_EXIT_INVALID, "%s:%d: %s", walk->file, walk->line, what);
}

/* Past blanks and comments. */
static void skip_blanks(struct walk *walk)
{
    for (;;) {
        const char *at = walk->at;

        if (*at != '\0' && strchr(" \t\r\f\n", *at) != NULL) {
            walk->line += *at == '\n' ? 1 : 0;
            walk->at++;
        } else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
            walk->at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");
            end = end == NULL ? at + strlen(at) : end + 2;
            for (; walk->at < end; walk->at++) {
                walk->line += *walk->at == '\n' ? 1 : 0;
            }
        } else {
            return;
        }
    }
}

static enum token read_string(struct walk *walk)
{
    size_t size = 0;

    for (walk->at++; *walk->at != '"'; walk->at++) {
        if (*walk->at == '\\' && walk->at[1] != '\0') {
            walk->at++;
        }
        if (*walk->at == '\0' || size + 1 == sizeof walk->text) {
            return TOKEN_BAD;
        }
        walk->line += *walk->at == '\n' ? 1 : 0;
        walk->text[size++] = *walk->at;
    }
    walk->at++;
    walk->text[size] = '\0';
    return TOKEN_STRING;
}

static enum token next_token(struct walk *walk)
{
    size_t size;

    skip_blanks(walk);
    if (*walk->at == '\0') {
        return TOKEN_END;
    }
    if (*walk->at == '"') {
        return read_string(walk);
    }
    if (strchr("=:{}()[];,", *walk->at) != NULL) {
        walk->mark = *walk->at++;
        return TOKEN_MARK;
    }
    size = strcspn(walk->at, " \t\r\f\n=:{}()[];,\"#");
    if (size == 0 || size >= sizeof walk->text) {
        return TOKEN_BAD;
    }
    memcpy(walk->text, walk->at, size);
    walk->text[size] = '\0';
    walk->at += size;
    return TOKEN_WORD;
}

/* Put the last word behind the path of the open group. */
static int append_name(struct walk *walk, const char *name)
{
    size_t length = walk->path_length[walk->depth];
    size_t add = strlen(name);

    if (length + add + 2 > sizeof walk->path) {
        return mistake(walk, "names nested too deeply");
    }
    if (length > 0) {
        walk->path[length++] = '.';
    }
    memcpy(walk->path + length, name, add + 1);
    return 0;
}

static int open_group(struct walk *walk, char mark)
{
    if (walk->depth + 1 == DEPTH_MAX) {
        return mistake(walk, "groups nested too deeply");
    }
    walk->depth++;
    walk->closing[walk->depth] = (char)(mark == '{' ? '}' : mark == '(' ? ')' : ']');
    walk->path_length[walk->depth] = strlen(walk->path);
    return 0;
}

static int close_group(struct walk *walk)
{
    if (walk->depth == 0 || walk->closing[walk->depth] != walk->mark) {
        return mistake(walk, "a closing bracket that nothing opened");
    }
    walk->depth--;
    walk->path[walk->path_length[walk->depth]] = '\0';
    return 0;
}

/* A word or string: a name if "=" or ":" follows, else a value. */
static int handle_text(struct walk *walk, enum token kind)
{
    skip_blanks(walk);
    if (kind == TOKEN_WORD && (*walk->at == '=' || *walk->at == ':')) {
        walk->path[walk->path_length[walk->depth]] = '\0';
        walk->at++;
        return append_name(walk, walk->text);
    }
    return walk->visitor->value(walk->visitor->context, walk->path, walk->text);
}

static int handle_mark(struct walk *walk)
{
    switch (walk->mark) {
    case '{':
    case '(':
    case '[':
        return open_group(walk, walk->mark);
    case '}':
    case ')':
    case ']':
        return close_group(walk);
    case ';':
    case ',':
        return 0;
    default:
        return mistake(walk, "\"=\" without a name before it");
    }
}

static int walk_all(struct walk *walk)
{
    for (;;) {
        enum token token = next_token(walk);
        int code = 0;

        if (token == TOKEN_END) {
            return walk->depth == 0
                       ? 0
                       : mistake(walk, "the file ends within a group; it was cut short");
        }
        if (token == TOKEN_BAD) {
            return mistake(walk, "no setting of a scenario");
        }
        code = token == TOKEN_MARK ? handle_mark(walk) : handle_text(walk, token);
        if (code != 0) {
            return code;
        }
    }
}

/* The whole file, owned, with a NUL behind it; NULL with an error stored and *code set. */
static char *read_file(const char *path, const struct mx_plot_error *error, int *code)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    long size = -1;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
    }
    if (size >= 0 && size <= PLAN_SIZE_MAX && fseek(file, 0, SEEK_SET) == 0) {
        text = calloc((size_t)size + 1, 1);
        if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
    }
    if (text == NULL) {
        *code = mx_plot_fail(error, MX_EXIT_INVALID, "cannot read %s: %s", path,
                             size > PLAN_SIZE_MAX ? "too large" : strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return text;
}

int mx_plot_plan_read(const char *file, const struct mx_plot_plan_visitor *visitor,
                      const struct mx_plot_error *error)
{
    struct walk *walk = calloc(1, sizeof *walk);
    int code = 0;
    char *text = walk == NULL ? NULL : read_file(file, error, &code);

    if (walk == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    if (text != NULL) {
        walk->file = file;
        walk->visitor = visitor;
        walk->error = error;
        walk->at = text;
        walk->line = 1;
        code = walk_all(walk);
    }
    free(text);
    free(walk);
    return code;
}
