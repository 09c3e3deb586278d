// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_parts.h - the two kinds of pictures of studies, each from its result file to a
 * canvas. */
#ifndef MX_PLOT_STUDY_PARTS_H
#define MX_PLOT_STUDY_PARTS_H

#include "sim/result/plot_error.h"
#include "sim/result/study_figure.h"

/* The canvas of DIR/answer.json, owned; NULL with *code and an error stored. */
char *mx_plot_plan_canvas(const char *file, const struct mx_plot_error *error, int *code);
/* The same of DIR/sweep.db. */
char *mx_plot_sweep_canvas(const char *file, const struct mx_plot_error *error, int *code);

/* The same of DIR/comparison.json. */
char *mx_plot_comparison_canvas(const char *file, const struct mx_plot_error *error, int *code);

/* One of the two pictures of DIR/sensitivity.json. */
char *mx_plot_sensitivity_canvas(const char *file, bool is_tornado,
                                 const struct mx_plot_error *error, int *code);

/* Frees the points of all series, and the ticks. */
void mx_figure_fini(struct mx_figure *figure);
void mx_figure_axis_fini(struct mx_figure_axis *axis);

#endif
