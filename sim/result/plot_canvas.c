// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_canvas.c - see plot_canvas.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "sim/result/plot_canvas.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/result/plot_script.h"

/* plots_dir: absolute. */
static int write_script(const struct mx_gnuplot *gnuplot, const char *plots_dir,
                        const struct mx_plot_drawing *drawing, const char *canvas,
                        const struct mx_plot_error *error)
{
    char path[MX_PLOT_DIR_SIZE + 32];
    FILE *script;
    bool failed;
    (void)snprintf(path, sizeof path, "%s/picture.gp", gnuplot->dir);
    script = fopen(path, "w");
    if (script == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s", path, strerror(errno));
    }
    (void)fputs(MX_PLOT_SCRIPT_BEGIN, script);
    mx_plot_script_text(script, "plots", plots_dir);
    mx_plot_script_text(script, "picture_format", mx_plot_format_name[drawing->format]);
    (void)snprintf(path, sizeof path, "picture.%s", mx_plot_format_name[drawing->format]);
    mx_plot_script_text(script, "picture_file", path);
    mx_plot_script_number(script, "text_columns", drawing->columns);
    mx_plot_script_number(script, "text_rows", drawing->rows);
    (void)fputs(canvas, script);
    (void)fprintf(script, "load plots.'/%s.gp'\n",
                  drawing->format == MX_PLOT_TEXT ? "terminal" : "whole-canvas");
    failed = ferror(script) != 0;
    failed |= fclose(script) != 0;
    return failed
               ? mx_plot_fail(error, MX_EXIT_FAILURE, "cannot write %s: %s", path, strerror(errno))
               : 0;
}

static int check_scripts(const char *plots_dir, const struct mx_plot_error *error)
{
    static const char *const names[] = {"style", "canvas", "whole-canvas", "terminal"};
    char path[PATH_MAX + 32];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s.gp", plots_dir, names[i]);
        if (access(path, R_OK) != 0) {
            return mx_plot_fail(error, MX_EXIT_FAILURE, "cannot read the gnuplot script %s: %s",
                                path, strerror(errno));
        }
    }
    return 0;
}

static int make(const struct mx_plot_drawing *drawing, const char *canvas, char **bytes,
                size_t *size, const struct mx_plot_error *error)
{
    struct mx_gnuplot gnuplot;
    char full[PATH_MAX], name[32];
    int code;
    if (realpath(drawing->plots_dir, full) == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE,
                            "cannot use the folder of gnuplot scripts %s: %s", drawing->plots_dir,
                            strerror(errno));
    }
    code = check_scripts(full, error);
    if (code == 0) {
        code = mx_gnuplot_init(&gnuplot, error);
    }
    if (code != 0) {
        return code;
    }
    (void)snprintf(name, sizeof name, "picture.%s", mx_plot_format_name[drawing->format]);
    code = write_script(&gnuplot, full, drawing, canvas, error);
    if (code == 0) {
        code = mx_gnuplot_make(&gnuplot, drawing->kind, "picture.gp", name, drawing->format, bytes,
                               size, error);
    }
    mx_gnuplot_fini(&gnuplot);
    return code;
}

int mx_plot_canvas_make(const struct mx_plot_drawing *drawing, char **bytes, size_t *size,
                        const struct mx_plot_error *error)
{
    char *drawable;
    int code;
    if (drawing->format != MX_PLOT_PNG && drawing->format != MX_PLOT_PDF) {
        return make(drawing, drawing->canvas, bytes, size, error); /* fonts are the viewer's */
    }
    drawable = mx_plot_text_drawable(drawing->canvas);
    if (drawable == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    code = make(drawing, drawable, bytes, size, error);
    free(drawable);
    return code;
}

int mx_plot_canvas_draw(const struct mx_plot_drawing *drawing, const char *file,
                        const struct mx_plot_error *error)
{
    char *bytes = NULL;
    size_t size = 0;
    int code = mx_plot_canvas_make(drawing, &bytes, &size, error);

    if (code == 0) {
        code = mx_gnuplot_deliver(bytes, size, file, error);
    }
    free(bytes);
    return code;
}
