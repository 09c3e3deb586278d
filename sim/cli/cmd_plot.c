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

/* Whether it ends as a picture's file does, of a kind that is not made here. */
static bool is_foreign(const char *path)
{
    static const char *const endings[] = {"gif", "jpg", "jpeg", "webp", "eps", "ps", "tif", "tiff"};
    const char *dot = path != NULL ? strrchr(path, '.') : NULL;

    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0]; i++) {
        if (strcmp(dot + 1, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Fill out, formats and is_file. False, said, when they do not go together. */
static bool settle(const struct mx_options *options, struct mx_plot_request *request)
{
    unsigned by_name = format_of_name(options->out);

    if (is_foreign(options->out)) {
        mx_say("a picture's name ends in .svg, .png, .pdf or .csv, not \"%s\"", options->out);
        return false;
    }
    if (by_name != 0 && strcmp(request->kind, "all") == 0) {
        mx_say("--out %s names one picture: name its KIND as well, or a folder for all of them",
               options->out);
        return false;
    }
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

/* What a picture of a sweep is to show. False, said, where there is no such choice. */
static bool take_metrics(const struct mx_options *options, struct mx_plot_request *request)
{
    if (options->metric.count > 0 && strcmp(request->kind, "sweep") != 0 &&
        strcmp(request->kind, "tradeoff") != 0) {
        mx_say("--metric goes with the kinds sweep and tradeoff");
        return false;
    }
    if (options->metric.count > MX_PLOT_WISH_COUNT_MAX) {
        mx_say("a picture shows up to %d metrics, not %zu", MX_PLOT_WISH_COUNT_MAX,
               options->metric.count);
        return false;
    }
    for (size_t i = 0; i < options->metric.count; i++) {
        request->metrics[i] = options->metric.items[i];
    }
    request->metric_count = options->metric.count;
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

static int print_story(const struct mx_plot_story *story, const char *text, size_t size,
                       unsigned columns)
{
    print_wrapped(story->headline.s, columns);
    print_wrapped(story->line1.s, columns);
    print_wrapped(story->line2.s, columns);
    (void)fwrite(text, 1, size, stdout);
    return mx_finish_output(MX_EXIT_SUCCESS);
}

static int draw_run_here(const struct mx_plot_request *request, const struct mx_plot_error *error)
{
    struct mx_plot_session *session = NULL;
    struct mx_plot_story story = {.script = NULL};
    size_t size = 0, kind = mx_plot_kind_find(request->kind);
    unsigned columns, rows;
    char *text = NULL;
    int code;

    terminal_size(&columns, &rows);
    code =
        mx_plot_session_open(&session, request->dir, request->plots_dir, error->text, error->size);
    if (code == MX_EXIT_SUCCESS) {
        code = mx_plot_story_make(session, kind, true, &story, error->text, error->size);
    }
    if (code == MX_EXIT_SUCCESS) {
        code = mx_plot_story_draw(session, kind, &story, MX_PLOT_TEXT, columns, rows, &text, &size,
                                  error->text, error->size);
    }
    if (code == MX_EXIT_SUCCESS) {
        code = print_story(&story, text, size, columns);
    }
    free(text);
    mx_plot_story_fini(&story);
    mx_plot_session_close(session);
    return code;
}

static int draw_study_here(const struct mx_plot_request *request, const struct mx_plot_error *error)
{
    struct mx_plot_story story;
    size_t size = 0;
    unsigned columns, rows;
    char *text = NULL;
    int code = mx_plot_study_make(request, true, &story, error);

    terminal_size(&columns, &rows);
    if (code == MX_EXIT_SUCCESS) {
        code = mx_plot_study_draw(request->kind, &story, request->plots_dir, MX_PLOT_TEXT, columns,
                                  rows, &text, &size, error);
    }
    if (code == MX_EXIT_SUCCESS) {
        code = print_story(&story, text, size, columns);
    }
    free(text);
    mx_plot_story_fini(&story);
    return code;
}

/* --- the command ----------------------------------------------------------------------------- */

static int draw(const struct mx_plot_request *request, bool is_here,
                const struct mx_plot_error *error)
{
    bool is_all = strcmp(request->kind, "all") == 0;
    bool is_study = mx_plot_is_study_kind(request->kind);
    size_t count;
    int code;

    (void)mx_plot_kind_names(&count);
    if (!is_all && !is_study && mx_plot_kind_find(request->kind) == count) {
        return mx_plot_no_such_kind(request->kind, error);
    }
    code = mx_plot_folder_check(request->dir, request->kind, error);
    if (code != MX_EXIT_SUCCESS) {
        return code;
    }
    if (is_study || (is_all && mx_plot_study_has(request->dir, "all"))) {
        return is_here ? draw_study_here(request, error) : mx_plot_study_write(request, error);
    }
    return is_here ? draw_run_here(request, error)
                   : mx_plot_write(request, error->text, error->size);
}

int mx_cmd_plot(const struct mx_options *options)
{
    struct mx_plot_request request = {
        .dir = options->operands[0],
        .kind = options->operand_count > 1 ? options->operands[1] : "all",
    };
    char text[1024] = "";
    const struct mx_plot_error error = {text, sizeof text};
    char *scripts;
    int code;

    if (options->terminal &&
        (options->operand_count < 2 || options->out != NULL || options->plot_format != NULL)) {
        mx_say("--terminal takes a KIND, and neither --out nor --format");
        return MX_EXIT_USAGE;
    }
    if (!settle(options, &request) || !take_metrics(options, &request)) {
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
    code = draw(&request, options->terminal, &error);
    if (code == MX_EXIT_INTERRUPTED) {
        mx_say("interrupted: the pictures that were finished are kept");
    } else if (code != MX_EXIT_SUCCESS && text[0] != '\0') {
        mx_say("%s", text);
    }
    free(scripts);
    return code;
}
