// SPDX-License-Identifier: GPL-3.0-or-later
/* plot.h - pictures of a result folder, drawn by gnuplot.
 *
 * The program works out what a picture says (headline, ticks, places of labels, tidy data) and
 * gnuplot draws it with the scripts of plots/. Nothing that a user named can be executed. */
#ifndef MX_PLOT_H
#define MX_PLOT_H

#include <stddef.h>

/* Names of the kinds: "delivered-over-time", "deferrals-by-reason", "queue-length", "reputation",
 * "allowance", "outcomes". Static storage; *count gets their number. */
const char *const *mx_plot_kind_names(size_t *count);

/* Draw one kind, or "all", of the result folder `dir` as OUT_DIR/KIND.svg (960 x 600) and
 * OUT_DIR/KIND.png (1920 x 1200). plots_dir: the folder of the gnuplot scripts. out_dir is made
 * when it is missing; NULL stands for dir. error: gets a sentence when something went wrong, else
 * ""; error_size > 0.
 *
 * Returns 0, or an exit code of sim/base/error.h: usage (no such kind), invalid (the result folder
 * is incomplete or damaged), failure (gnuplot, a font, a script or disk space is missing, or
 * gnuplot was not content). Of "all", the kinds that can be drawn are drawn, and the first mistake
 * is returned. A picture that could not be made leaves an older one of its name as it was. */
int mx_plot(const char *dir, const char *kind_or_all, const char *plots_dir, const char *out_dir,
            char *error, size_t error_size);

#endif
