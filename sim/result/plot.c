// SPDX-License-Identifier: GPL-3.0-or-later
/* plot.c - from a result folder to pictures: data, variables, gnuplot, proof. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "sim/result/plot.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_study.h"
#include "sim/scenario/mistakes.h"

static const char *const kind_names[] = {"delivered-over-time",
                                         "attempts-per-minute",
                                         "deferrals-by-reason",
                                         "deferral-heat-map",
                                         "queue-length",
                                         "first-attempt",
                                         "retry-age",
                                         "reputation",
                                         "allowance",
                                         "warm-up",
                                         "outcomes"};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

static int (*const kind_draw[KIND_COUNT])(struct mx_plot_picture *) = {
    mx_plot_delivered, mx_plot_attempts,  mx_plot_deferrals, mx_plot_heat_map,
    mx_plot_queue,     mx_plot_first_try, mx_plot_retry_age, mx_plot_reputation,
    mx_plot_allowance, mx_plot_warm_up,   mx_plot_outcomes};

/* All folders absolute, so that gnuplot cannot take them for commands or options. */
struct mx_plot_session {
    struct mx_plot_data data;
    struct mx_gnuplot gnuplot;
    bool has_gnuplot;
    char *plots_dir;
};

const char *const *mx_plot_kind_names(size_t *count)
{
    *count = KIND_COUNT;
    return kind_names;
}

size_t mx_plot_kind_find(const char *name)
{
    size_t kind = 0;

    while (kind < KIND_COUNT && strcmp(name, kind_names[kind]) != 0) {
        kind++;
    }
    return kind;
}

/* --- a picture ------------------------------------------------------------------------------- */

int mx_plot_story_make(struct mx_plot_session *session, size_t kind, bool is_bare,
                       struct mx_plot_story *story, char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    struct mx_plot_picture picture = {
        .data = &session->data,
        .error = &keep,
        .is_bare = is_bare,
        .name = mx_plot_text_format("scenario %s", session->data.scenario.s)};
    int code;

    error[0] = '\0';
    code = mx_plot_story_begin(story, &picture, &keep);
    return code == 0
               ? mx_plot_story_end(story, &picture, kind_names[kind], kind_draw[kind](&picture))
               : code;
}

/* The script that gnuplot is started with. */
static int write_script(const struct mx_plot_session *session, size_t kind,
                        enum mx_plot_format format, const char *variables, unsigned columns,
                        unsigned rows, const struct mx_plot_error *error)
{
    const char *script_name = format == MX_PLOT_TEXT ? "terminal" : kind_names[kind];
    char path[MX_PLOT_DIR_SIZE + 32], name[64];
    FILE *script;
    bool failed;
    size_t size = strlen(session->plots_dir) + 64;
    char *template = malloc(size);

    (void)snprintf(path, sizeof path, "%s/picture.gp", session->gnuplot.dir);
    script = template == NULL ? NULL : fopen(path, "w");
    if (script == NULL) {
        free(template);
        return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s", path, strerror(errno));
    }
    (void)snprintf(template, size, "%s/%s.gp", session->plots_dir, script_name);
    (void)snprintf(name, sizeof name, "picture.%s", mx_plot_format_name[format]);
    (void)fputs(MX_PLOT_SCRIPT_BEGIN, script);
    mx_plot_script_text(script, "plots", session->plots_dir);
    mx_plot_script_text(script, "picture_format", mx_plot_format_name[format]);
    mx_plot_script_text(script, "picture_file", name);
    mx_plot_script_number(script, "text_columns", columns);
    mx_plot_script_number(script, "text_rows", rows);
    (void)fputs(variables, script);
    (void)fputs("load ", script);
    mx_plot_script_quoted(script, template);
    (void)fputc('\n', script);
    failed = ferror(script) != 0;
    failed |= fclose(script) != 0;
    free(template);
    return failed
               ? mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s", path, strerror(errno))
               : 0;
}

int mx_plot_story_draw(struct mx_plot_session *session, size_t kind,
                       const struct mx_plot_story *story, enum mx_plot_format format,
                       unsigned columns, unsigned rows, char **bytes, size_t *size, char *error,
                       size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    char name[64];
    char *drawable = NULL;
    int code;

    error[0] = '\0';
    if (format == MX_PLOT_PNG || format == MX_PLOT_PDF) { /* an SVG's fonts are its viewer's */
        drawable = mx_plot_text_drawable(story->script);
        if (drawable == NULL) {
            return mx_plot_fail(&keep, MX_EXIT_FAILURE, "out of memory");
        }
    }
    (void)snprintf(name, sizeof name, "picture.%s", mx_plot_format_name[format]);
    code = write_script(session, kind, format, drawable != NULL ? drawable : story->script, columns,
                        rows, &keep);
    if (code == 0) {
        code = mx_gnuplot_make(&session->gnuplot, kind_names[kind], "picture.gp", name, format,
                               bytes, size, &keep);
    }
    free(drawable);
    return code;
}

/* --- a folder -------------------------------------------------------------------------------- */

/* The absolute form of a folder that exists, owned. */
static char *resolve(const char *path, const char *what, const struct mx_plot_error *error,
                     int *code)
{
    char *full = realpath(path, NULL);

    if (full == NULL) {
        *code = mx_plot_fail(error, MX_EXIT_FAILURE, "cannot use %s %s: %s", what, path,
                             strerror(errno));
        return NULL;
    }
    for (const char *c = full; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F) {
            *code = mx_plot_fail(error, MX_EXIT_FAILURE,
                                 "cannot use %s %s: a control character in its name", what, path);
            free(full);
            return NULL;
        }
    }
    return full;
}

/* Each script that a picture needs is there, before gnuplot half-runs one. */
static int check_scripts(const struct mx_plot_session *session, const struct mx_plot_error *error)
{
    static const char *const shared[] = {"style", "canvas", "axes", "panels", "terminal"};
    size_t size = strlen(session->plots_dir) + 64;
    char *path = malloc(size);
    int code = 0;

    if (path == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    for (size_t i = 0; code == 0 && i < KIND_COUNT + sizeof shared / sizeof shared[0]; i++) {
        (void)snprintf(path, size, "%s/%s.gp", session->plots_dir,
                       i < KIND_COUNT ? kind_names[i] : shared[i - KIND_COUNT]);
        if (access(path, R_OK) != 0) {
            code = mx_plot_fail(error, MX_EXIT_FAILURE, "cannot read the gnuplot script %s: %s",
                                path, strerror(errno));
        }
    }
    free(path);
    return code;
}

int mx_plot_session_open(struct mx_plot_session **session, const char *dir, const char *plots_dir,
                         char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    struct mx_plot_session *opened = calloc(1, sizeof *opened);
    int code;

    error[0] = '\0';
    *session = NULL;
    if (opened == NULL) {
        return mx_plot_fail(&keep, MX_EXIT_FAILURE, "out of memory");
    }
    code = mx_plot_data_init(&opened->data, dir, &keep);
    if (code != 0) {
        free(opened);
        return code;
    }
    opened->plots_dir = resolve(plots_dir, "the folder of gnuplot scripts", &keep, &code);
    if (opened->plots_dir != NULL) {
        code = check_scripts(opened, &keep);
    }
    if (code == 0) {
        code = mx_gnuplot_init(&opened->gnuplot, &keep);
        opened->has_gnuplot = code == 0;
    }
    if (code != 0) {
        mx_plot_session_close(opened);
        return code;
    }
    *session = opened;
    return 0;
}

void mx_plot_session_close(struct mx_plot_session *session)
{
    if (session != NULL) {
        if (session->has_gnuplot) {
            mx_gnuplot_fini(&session->gnuplot);
        }
        mx_plot_data_fini(&session->data);
        free(session->plots_dir);
        free(session);
    }
}

/* --- files ----------------------------------------------------------------------------------- */

/* One format of a picture, or its data, under its name. */
static int write_product(struct mx_plot_session *session, size_t kind,
                         const struct mx_plot_story *story, int format,
                         const struct mx_plot_request *request, const struct mx_plot_error *error)
{
    size_t size = story->table_size;
    char *bytes = NULL;
    int code = 0;

    if (format != MX_PLOT_FORMAT_COUNT) {
        code = mx_plot_story_draw(session, kind, story, (enum mx_plot_format)format, 0, 0, &bytes,
                                  &size, error->text, error->size);
    }
    if (code == 0) {
        code = mx_plot_deliver(request, kind_names[kind], format,
                               bytes != NULL ? bytes : story->table, size, error);
    }
    free(bytes);
    return code;
}

/* one_of_all: a picture that has nothing to show is left out; its data are not. */
static int write_kind(struct mx_plot_session *session, size_t kind, bool one_of_all,
                      const struct mx_plot_request *request, char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    struct mx_plot_story story;
    int code = mx_plot_story_make(session, kind, false, &story, error, error_size);
    bool as_picture = !(one_of_all && story.is_empty);

    for (int format = 0; code == 0 && format <= MX_PLOT_FORMAT_COUNT; format++) {
        if ((request->formats & (1U << format)) != 0 &&
            (as_picture || format == MX_PLOT_FORMAT_COUNT)) {
            code = write_product(session, kind, &story, format, request, &keep);
        }
    }
    mx_plot_story_fini(&story);
    return code;
}

/* Draw all that can be drawn; the first mistake is kept. */
static int write_all(struct mx_plot_session *session, const struct mx_plot_request *request,
                     char *error, size_t error_size)
{
    char later[512];
    int first = 0;

    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        int code = first == 0 ? write_kind(session, kind, true, request, error, error_size)
                              : write_kind(session, kind, true, request, later, sizeof later);
        first = first == 0 ? code : first;
    }
    return first;
}

int mx_plot_no_such_kind(const char *name, const struct mx_plot_error *error)
{
    const char *all[KIND_COUNT + MX_PLOT_STUDY_KIND_COUNT + 1], *nearest;
    char names[512];
    size_t used = 0, count = 0;

    for (size_t k = 0; k < KIND_COUNT; k++) {
        all[count++] = kind_names[k];
    }
    for (size_t k = 0; k < MX_PLOT_STUDY_KIND_COUNT; k++) {
        all[count++] = mx_plot_study_kind(k);
    }
    all[count++] = "all";
    for (size_t k = 0; k < count && used < sizeof names; k++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
                                 k == 0            ? ""
                                 : k == KIND_COUNT ? "; of studies "
                                 : k + 1 == count  ? "; and "
                                                   : ", ",
                                 all[k]);
    }
    nearest = mx_nearest_name(name, all, count);
    return mx_plot_fail(error, MX_EXIT_USAGE, "no kind of picture \"%.60s\"%s%s%s; there are %s",
                        name, nearest != NULL ? " (did you mean " : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "?)" : "", names);
}

int mx_plot_write(const struct mx_plot_request *request, char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    struct mx_plot_request absolute = *request;
    struct mx_plot_session *session = NULL;
    const char *folder = request->out != NULL ? request->out : request->dir;
    size_t kind = mx_plot_kind_find(request->kind);
    char *full = NULL;
    int code;

    error[0] = '\0';
    if (kind == KIND_COUNT && strcmp(request->kind, "all") != 0) {
        return mx_plot_no_such_kind(request->kind, &keep);
    }
    code = mx_plot_session_open(&session, request->dir, request->plots_dir, error, error_size);
    if (session == NULL) {
        return code;
    }
    if (!request->is_file) {
        code = mx_plot_prepare_folder(folder, &keep);
        full = code == 0 ? resolve(folder, "the folder for pictures", &keep, &code) : NULL;
        absolute.out = full;
    }
    if (code == 0) {
        code = kind == KIND_COUNT ? write_all(session, &absolute, error, error_size)
                                  : write_kind(session, kind, false, &absolute, error, error_size);
    }
    free(full);
    mx_plot_session_close(session);
    return code;
}

int mx_plot(const char *dir, const char *kind_or_all, const char *plots_dir, const char *out_dir,
            char *error, size_t error_size)
{
    const struct mx_plot_request request = {.dir = dir,
                                            .kind = kind_or_all,
                                            .plots_dir = plots_dir,
                                            .out = out_dir,
                                            .formats =
                                                MX_PLOT_AS(MX_PLOT_SVG) | MX_PLOT_AS(MX_PLOT_PNG)};

    return mx_plot_write(&request, error, error_size);
}
