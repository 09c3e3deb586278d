// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_canvas.h - a picture all of whose texts, strokes and boxes have computed places. */
#ifndef MX_PLOT_CANVAS_H
#define MX_PLOT_CANVAS_H

#include "sim/result/plot_error.h"
#include "sim/result/plot_gnuplot.h"

/* canvas: script text as mx_plot_canvas_write gives it. kind: for messages. Draws it with the
 * scripts of plots_dir. Returns 0 with the picture in *bytes, owned, or an exit code. */
int mx_plot_canvas_make(const char *canvas, const char *kind, enum mx_plot_format format,
                        const char *plots_dir, char **bytes, size_t *size,
                        const struct mx_plot_error *error);

/* canvas: script text as mx_plot_canvas_write gives it. kind: for messages. Draws it as `file` with
 * the scripts of plots_dir. Returns 0 or an exit code, then `file` is as it was. */
int mx_plot_canvas_draw(const char *canvas, const char *kind, enum mx_plot_format format,
                        const char *plots_dir, const char *file, const struct mx_plot_error *error);

#endif
