// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_plot.c - pictures of a result folder. The drawing is sim/result/plot.h's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/running.h"
#include "sim/result/plot.h"
#include "sim/result/plot_gnuplot.h"
#include "sim/result/plot_study.h"

#define COLUMNS_DEFAULT 100
#define COLUMNS_MIN 60
#define COLUMNS_MAX 160
#define ROWS_MIN 20
#define ROWS_MAX 40
#define HEAD_ROWS 6 /* the headline and what stands under it */

/* The bit of "svg", "csv" ...; 0 when there is no such format. */
static unsigned format_bit(const char *name, size_t size)
{
    for (int f = 0; f < MX_PLOT_FORMAT_COUNT; f++) {
        if (f != MX_PLOT_TEXT && strlen(mx_plot_format_name[f]) == size &&
            strncmp(mx_plot_format_name[f], name, size) == 0) {
            return MX_PLOT_AS(f);
        }
    }
    return size == 3 && strncmp(name, "csv", size) == 0 ? MX_PLOT_AS_CSV : 0;
}

/* "svg,pdf" as bits. False, said, when one of them is none. */
static bool parse_formats(const char *list, unsigned *formats)
{
    *formats = 0;
    for (;;) {
        size_t size = strcspn(list, ",");
        unsigned bit = format_bit(list, size);

        if (bit == 0) {
            mx_say("--format takes svg, png, pdf and csv, separated by commas, not \"%.*s\"",
                   size < 60 ? (int)size : 60, list);
            return false;
        }
        *formats |= bit;
        if (list[size] == '\0') {
            return true;
        }
        list += size + 1;
    }
}

/* The format that the end of a file's name asks for; 0 when it is a folder's. */
static unsigned format_of_name(const char *path)
{
    const char *dot = path != NULL ? strrchr(path, '.') : NULL;

    return dot != NULL && strchr(dot, '/') == NULL ? format_bit(dot + 1, strlen(dot + 1)) : 0;
}

/* Fill out, formats and is_file. False, said, when they do not go together. */
static bool settle(const struct mx_options *options, struct mx_plot_request *request)
{
    unsigned by_name = options->operand_count > 1 ? format_of_name(options->out) : 0;

    request->formats = by_name != 0 ? by_name : MX_PLOT_AS(MX_PLOT_SVG) | MX_PLOT_AS(MX_PLOT_PNG);
    request->is_file = by_name != 0;
    request->out = options->out;
    if (options->plot_format != NULL && !parse_formats(options->plot_format, &request->formats)) {
        return false;
    }
    if (request->is_file && request->formats != by_name) {
        mx_say("--out %s names a file of another format than --format %s", options->out,
               options->plot_format);
        return false;
    }
    return true;
}

/* --- in the terminal ------------------------------------------------------------------------- */

/* Words of a text in lines of up to `columns` bytes. */
static void print_wrapped(const char *text, unsigned columns)
{
    unsigned used = 0;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (used > 0 && used + 1 + word > columns) {
            (void)putchar('\n');
            used = 0;
        }
        if (word > 0) {
            (void)printf("%s%.*s", used > 0 ? " " : "", (int)word, text);
            used += (unsigned)word + (used > 0 ? 1 : 0);
        }
        text += word;
        text += strspn(text, " ");
    }
    (void)putchar('\n');
}

static unsigned within(unsigned value, unsigned low, unsigned high)
{
    return value < low ? low : value > high ? high : value;
}

static void terminal_size(unsigned *columns, unsigned *rows)
{
    struct winsize size = {0};

    *columns = COLUMNS_DEFAULT;
    *rows = ROWS_MIN + HEAD_ROWS + 4;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        *columns = size.ws_col - 1U;
        *rows = size.ws_row;
    }
    *columns = within(*columns, COLUMNS_MIN, COLUMNS_MAX);
    *rows = within(*rows > HEAD_ROWS ? *rows - HEAD_ROWS : 0, ROWS_MIN, ROWS_MAX);
}

static int draw_here(const struct mx_plot_request *request, char *error, size_t error_size)
{
    struct mx_plot_session *session = NULL;
    struct mx_plot_story story = {.script = NULL};
    size_t count, size = 0, kind = mx_plot_kind_find(request->kind);
    unsigned columns, rows;
    char *text = NULL;
    int code;

    (void)mx_plot_kind_names(&count);
    if (kind == count) {
        return mx_plot_write(request, error, error_size); /* it says which there are */
    }
    terminal_size(&columns, &rows);
    code = mx_plot_session_open(&session, request->dir, request->plots_dir, error, error_size);
    if (code == MX_EXIT_SUCCESS) {
        code = mx_plot_story_make(session, kind, true, &story, error, error_size);
    }
    if (code == MX_EXIT_SUCCESS) {
        code = mx_plot_story_draw(session, kind, &story, MX_PLOT_TEXT, columns, rows, &text, &size,
                                  error, error_size);
    }
    if (code == MX_EXIT_SUCCESS) {
        print_wrapped(story.headline.s, columns);
        print_wrapped(story.line1.s, columns);
        print_wrapped(story.line2.s, columns);
        (void)fwrite(text, 1, size, stdout);
        code = mx_finish_output(code);
    }
    free(text);
    mx_plot_story_fini(&story);
    mx_plot_session_close(session);
    return code;
}

/* The studies' pictures among what is asked for; *is_all: there is no other. */
static int draw_studies(const struct mx_plot_request *request, bool *is_all, char *error,
                        size_t error_size)
{
    const char *dir = request->dir, *kind = request->kind;
    bool wants_all = strcmp(kind, "all") == 0;
    int code = MX_EXIT_SUCCESS;

    *is_all = false;
    for (size_t i = 0; mx_plot_study_kind(i) != NULL && code == MX_EXIT_SUCCESS; i++) {
        const char *name = mx_plot_study_kind(i);

        if (strcmp(kind, name) == 0 || (wants_all && mx_plot_study_has(dir, name))) {
            code = mx_plot_study(dir, name, request->plots_dir, request->out, error, error_size);
            *is_all = true;
        }
    }
    return code;
}

int mx_cmd_plot(const struct mx_options *options)
{
    struct mx_plot_request request = {
        .dir = options->operands[0],
        .kind = options->operand_count > 1 ? options->operands[1] : "all",
    };
    char error[1024] = "";
    char *scripts;
    bool is_all = false;
    int code;

    if (options->terminal &&
        (options->operand_count < 2 || options->out != NULL || options->plot_format != NULL)) {
        mx_say("--terminal takes a KIND, and neither --out nor --format");
        return MX_EXIT_USAGE;
    }
    if (!settle(options, &request)) {
        return MX_EXIT_USAGE;
    }
    scripts = mx_find_plot_scripts();
    if (scripts == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    request.plots_dir = scripts;
    mx_catch_interrupts();
    mx_gnuplot_stop_when(mx_was_interrupted);
    code = draw_studies(&request, &is_all, error, sizeof error);
    if (!is_all) {
        code = options->terminal ? draw_here(&request, error, sizeof error)
                                 : mx_plot_write(&request, error, sizeof error);
    }
    if (code == MX_EXIT_INTERRUPTED) {
        mx_say("interrupted: the pictures that were finished are kept");
    } else if (code != MX_EXIT_SUCCESS && error[0] != '\0') {
        mx_say("%s", error);
    }
    free(scripts);
    return code;
}
