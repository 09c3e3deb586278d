// SPDX-License-Identifier: GPL-3.0-or-later
/* plot.c - from a result folder to pictures: data, variables, gnuplot, proof. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "sim/result/plot.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/outfile.h"
#include "sim/result/plot_gnuplot.h"
#include "sim/result/plot_kinds.h"

static const char *const kind_names[] = {"delivered-over-time", "deferrals-by-reason",
                                         "queue-length",        "reputation",
                                         "allowance",           "outcomes"};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

static int (*const kind_draw[KIND_COUNT])(struct mx_plot_picture *) = {
    mx_plot_delivered,  mx_plot_deferrals, mx_plot_queue,
    mx_plot_reputation, mx_plot_allowance, mx_plot_outcomes};

/* One call's folders, all absolute, so that gnuplot cannot take them for commands or options. */
struct job {
    struct mx_plot_data data;
    struct mx_gnuplot gnuplot;
    char *plots_dir, *out_dir;
    const struct mx_plot_error *error;
};

const char *const *mx_plot_kind_names(size_t *count)
{
    *count = KIND_COUNT;
    return kind_names;
}

/* Variables and data of a picture, owned text; NULL with *code and an error stored. */
static char *prepare(struct job *job, size_t kind, int *code)
{
    struct mx_plot_picture picture = {.data = &job->data, .error = job->error};
    char *text = NULL;
    size_t size = 0;
    bool failed;

    picture.script = open_memstream(&text, &size);
    if (picture.script == NULL) {
        *code = mx_plot_fail(job->error, MX_EXIT_FAILURE, "out of memory");
        return NULL;
    }
    *code = kind_draw[kind](&picture);
    mx_plot_canvas_write(&picture.canvas, picture.script);
    failed = picture.canvas.has_failed || ferror(picture.script);
    mx_plot_canvas_fini(&picture.canvas);
    if ((fclose(picture.script) != 0 || failed) && *code == 0) {
        *code = mx_plot_fail(job->error, MX_EXIT_FAILURE, "%s: out of memory or too much to draw",
                             kind_names[kind]);
    }
    if (*code != 0) {
        free(text);
        text = NULL;
    }
    return text;
}

/* The script that gnuplot is started with. */
static int write_script(const struct job *job, size_t kind, enum mx_plot_format format,
                        const char *variables)
{
    char path[MX_PLOT_DIR_SIZE + 32], name[64];
    FILE *script;
    bool failed;
    size_t size = strlen(job->plots_dir) + 64;
    char *template = malloc(size);

    (void)snprintf(path, sizeof path, "%s/picture.gp", job->gnuplot.dir);
    script = template == NULL ? NULL : fopen(path, "w");
    if (script == NULL) {
        free(template);
        return mx_plot_fail(job->error, MX_EXIT_FAILURE, "cannot write %s: %s", path,
                            strerror(errno));
    }
    (void)snprintf(template, size, "%s/%s.gp", job->plots_dir, kind_names[kind]);
    (void)snprintf(name, sizeof name, "picture.%s", mx_plot_format_name[format]);
    (void)fputs(MX_PLOT_SCRIPT_BEGIN, script);
    mx_plot_script_text(script, "plots", job->plots_dir);
    mx_plot_script_text(script, "picture_format", mx_plot_format_name[format]);
    mx_plot_script_text(script, "picture_file", name);
    (void)fputs(variables, script);
    (void)fputs("load ", script);
    mx_plot_script_quoted(script, template);
    (void)fputc('\n', script);
    failed = ferror(script) != 0;
    failed |= fclose(script) != 0;
    free(template);
    return failed ? mx_plot_fail(job->error, MX_EXIT_FAILURE, "cannot write %s: %s", path,
                                 strerror(errno))
                  : 0;
}

static int draw_format(const struct job *job, size_t kind, enum mx_plot_format format,
                       const char *variables)
{
    size_t size = strlen(job->out_dir) + 64;
    char *target = malloc(size), name[64];
    int code;

    if (target == NULL) {
        return mx_plot_fail(job->error, MX_EXIT_FAILURE, "out of memory");
    }
    (void)snprintf(target, size, "%s/%s.%s", job->out_dir, kind_names[kind],
                   mx_plot_format_name[format]);
    (void)snprintf(name, sizeof name, "picture.%s", mx_plot_format_name[format]);
    code = write_script(job, kind, format, variables);
    if (code == 0) {
        code = mx_gnuplot_draw(&job->gnuplot, kind_names[kind], "picture.gp", name, format, target,
                               job->error);
    }
    free(target);
    return code;
}

static int draw_kind(struct job *job, size_t kind)
{
    int code = 0;
    char *variables = prepare(job, kind, &code), *drawable = NULL;

    if (code == 0) {
        code = draw_format(job, kind, MX_PLOT_SVG, variables); /* fonts are its viewer's business */
    }
    if (code == 0) {
        drawable = mx_plot_text_drawable(variables);
        code = drawable == NULL ? mx_plot_fail(job->error, MX_EXIT_FAILURE, "out of memory")
                                : draw_format(job, kind, MX_PLOT_PNG, drawable);
    }
    free(variables);
    free(drawable);
    return code;
}

/* Draw all that can be drawn; the first mistake is kept. */
static int draw_all(struct job *job)
{
    const struct mx_plot_error *error = job->error;
    char later[512];
    const struct mx_plot_error unheard = {later, sizeof later};
    int first = 0;

    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        int code;
        job->error = first == 0 ? error : &unheard;
        code = draw_kind(job, kind);
        first = first == 0 ? code : first;
    }
    job->error = error;
    return first;
}

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
static int check_scripts(const struct job *job)
{
    static const char *const shared[] = {"style", "canvas", "axes", "panels"};
    size_t size = strlen(job->plots_dir) + 64;
    char *path = malloc(size);
    int code = 0;

    if (path == NULL) {
        return mx_plot_fail(job->error, MX_EXIT_FAILURE, "out of memory");
    }
    for (size_t i = 0; code == 0 && i < KIND_COUNT + sizeof shared / sizeof shared[0]; i++) {
        (void)snprintf(path, size, "%s/%s.gp", job->plots_dir,
                       i < KIND_COUNT ? kind_names[i] : shared[i - KIND_COUNT]);
        if (access(path, R_OK) != 0) {
            code = mx_plot_fail(job->error, MX_EXIT_FAILURE,
                                "cannot read the gnuplot script %s: %s", path, strerror(errno));
        }
    }
    free(path);
    return code;
}

static int prepare_folders(struct job *job, const char *plots_dir, const char *out_dir)
{
    int code = 0, error_number;

    job->plots_dir = resolve(plots_dir, "the folder of gnuplot scripts", job->error, &code);
    if (job->plots_dir == NULL) {
        return code;
    }
    code = check_scripts(job);
    if (code != 0) {
        return code;
    }
    error_number = mx_make_dirs(out_dir);
    if (error_number != 0) {
        return mx_plot_fail(job->error, MX_EXIT_FAILURE, "cannot make the folder %s: %s", out_dir,
                            strerror(error_number));
    }
    job->out_dir = resolve(out_dir, "the folder for pictures", job->error, &code);
    return code;
}

static int run_job(struct job *job, size_t kind)
{
    int code = mx_gnuplot_init(&job->gnuplot, job->error);

    if (code == 0) {
        code = kind == KIND_COUNT ? draw_all(job) : draw_kind(job, kind);
        mx_gnuplot_fini(&job->gnuplot);
    }
    return code;
}

int mx_plot(const char *dir, const char *kind_or_all, const char *plots_dir, const char *out_dir,
            char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    struct job job = {.error = &keep};
    size_t kind = 0;
    int code;

    error[0] = '\0';
    while (kind < KIND_COUNT && strcmp(kind_or_all, kind_names[kind]) != 0) {
        kind++;
    }
    if (kind == KIND_COUNT && strcmp(kind_or_all, "all") != 0) {
        return mx_plot_fail(&keep, MX_EXIT_USAGE,
                            "no kind of picture \"%.60s\"; there are delivered-over-time, "
                            "deferrals-by-reason, queue-length, reputation, allowance, outcomes "
                            "and all",
                            kind_or_all);
    }
    code = mx_plot_data_init(&job.data, dir, &keep);
    if (code != 0) {
        return code;
    }
    code = prepare_folders(&job, plots_dir, out_dir != NULL ? out_dir : dir);
    if (code == 0) {
        code = run_job(&job, kind);
    }
    mx_plot_data_fini(&job.data);
    free(job.plots_dir);
    free(job.out_dir);
    return code;
}
