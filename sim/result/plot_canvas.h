// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_canvas.h - a picture all of whose texts, strokes and boxes have computed places. */
#ifndef MX_PLOT_CANVAS_H
#define MX_PLOT_CANVAS_H

#include "sim/result/plot_error.h"
#include "sim/result/plot_gnuplot.h"

/* canvas: script text as mx_plot_canvas_write gives it, with a form for terminal.gp where it is to
 * be drawn in characters (columns, rows). kind: for messages. plots_dir: where the scripts are. */
struct mx_plot_drawing {
    const char *canvas, *kind, *plots_dir;
    enum mx_plot_format format;
    unsigned columns, rows;
};

/* Returns 0 with the picture in *bytes, owned, or an exit code. */
int mx_plot_canvas_make(const struct mx_plot_drawing *drawing, char **bytes, size_t *size,
                        const struct mx_plot_error *error);

/* Draws it as `file`. Returns 0 or an exit code, then `file` is as it was. */
int mx_plot_canvas_draw(const struct mx_plot_drawing *drawing, const char *file,
                        const struct mx_plot_error *error);

#endif
