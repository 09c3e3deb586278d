// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study.c - see plot_study.h. */
#include "sim/result/plot_study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/check.h"
#include "sim/base/outfile.h"
#include "sim/result/plot_canvas.h"
#include "sim/result/plot_study_parts.h"

static char *influence_canvas(const char *file, const struct mx_plot_error *error, int *code)
{
    return mx_plot_sensitivity_canvas(file, false, error, code);
}

static char *tornado_canvas(const char *file, const struct mx_plot_error *error, int *code)
{
    return mx_plot_sensitivity_canvas(file, true, error, code);
}

static const struct study_kind {
    const char *name, *file;
    char *(*canvas)(const char *file, const struct mx_plot_error *error, int *code);
} study_kinds[] = {
    {"comparison", "comparison.json", mx_plot_comparison_canvas},
    {"sweep", "sweep.db", mx_plot_sweep_canvas},
    {"plan", "answer.json", mx_plot_plan_canvas},
    {"influence", "sensitivity.json", influence_canvas},
    {"tornado", "sensitivity.json", tornado_canvas},
};
#define KIND_COUNT (sizeof study_kinds / sizeof study_kinds[0])

const char *mx_plot_study_kind(size_t i)
{
    return i < KIND_COUNT ? study_kinds[i].name : NULL;
}

static const struct study_kind *find_kind(const char *name)
{
    size_t i = 0;

    while (i < KIND_COUNT && strcmp(name, study_kinds[i].name) != 0) {
        i++;
    }
    MX_CHECK(i < KIND_COUNT);
    return &study_kinds[i];
}

/* DIR/NAME; owned, or NULL. */
static char *join(const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    char *path = malloc(size);

    if (path != NULL) {
        (void)snprintf(path, size, "%s/%s", dir, name);
    }
    return path;
}

bool mx_plot_study_has(const char *dir, const char *kind)
{
    char *path = join(dir, find_kind(kind)->file);
    bool is_there = path != NULL && access(path, F_OK) == 0;

    free(path);
    return is_there;
}

void mx_figure_axis_fini(struct mx_figure_axis *axis)
{
    free(axis->at);
    free(axis->texts);
}

void mx_figure_fini(struct mx_figure *figure)
{
    for (size_t p = 0; p < figure->panel_count; p++) {
        for (size_t s = 0; s < figure->panels[p].series_count; s++) {
            free(figure->panels[p].series[s].points);
        }
    }
    mx_figure_axis_fini(&figure->x);
}

static int draw_formats(const char *canvas, const char *kind, const char *plots_dir,
                        const char *out_dir, const struct mx_plot_error *error)
{
    int code = 0;

    for (int f = 0; f <= MX_PLOT_PNG && code == 0; f++) {
        char name[32], *file;

        (void)snprintf(name, sizeof name, "%s.%s", kind, mx_plot_format_name[f]);
        file = join(out_dir, name);
        code = file == NULL ? mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory")
                            : mx_plot_canvas_draw(canvas, kind, (enum mx_plot_format)f, plots_dir,
                                                  file, error);
        free(file);
    }
    return code;
}

int mx_plot_study(const char *dir, const char *kind, const char *plots_dir, const char *out_dir,
                  char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    char *file = join(dir, find_kind(kind)->file), *canvas = NULL;
    int code = 0, error_number;

    error[0] = '\0';
    if (file == NULL) {
        return mx_plot_fail(&keep, MX_EXIT_FAILURE, "out of memory");
    }
    canvas = find_kind(kind)->canvas(file, &keep, &code);
    out_dir = out_dir != NULL ? out_dir : dir;
    if (canvas != NULL) {
        error_number = mx_make_dirs(out_dir);
        code = error_number != 0
                   ? mx_plot_fail(&keep, MX_EXIT_FAILURE, "cannot make the folder %s: %s", out_dir,
                                  strerror(error_number))
                   : draw_formats(canvas, kind, plots_dir, out_dir, &keep);
    }
    free(canvas);
    free(file);
    return code;
}

int mx_plot_study_svg(const char *dir, const char *kind, const char *plots_dir, char **svg,
                      char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    char *file = join(dir, find_kind(kind)->file), *canvas = NULL;
    size_t size = 0;
    int code = 0;

    error[0] = '\0';
    if (file == NULL) {
        return mx_plot_fail(&keep, MX_EXIT_FAILURE, "out of memory");
    }
    canvas = find_kind(kind)->canvas(file, &keep, &code);
    if (canvas != NULL) {
        code = mx_plot_canvas_make(canvas, kind, MX_PLOT_SVG, plots_dir, svg, &size, &keep);
    }
    free(canvas);
    free(file);
    return code;
}
