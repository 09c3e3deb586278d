// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_series.h - time series on an even grid, thinned to what a picture can show. */
#ifndef MX_PLOT_SERIES_H
#define MX_PLOT_SERIES_H

#include <stddef.h>

#include "sim/result/plot_data.h"

/* Most bins that one picture draws. */
#define MX_PLOT_DRAWN_BINS_MAX 480

/* Columns drawn side by side: column c covers [c, c + 1) * width_s, width_s a multiple of the
 * file's bins. */
struct mx_plot_grid {
    double width_s;
    size_t count;
};

/* The grid over [0, end_s): the narrowest whole multiple of bin_s, of those that people count in,
 * that keeps count within MX_PLOT_DRAWN_BINS_MAX. count >= 1. */
struct mx_plot_grid mx_plot_grid_over(double bin_s, double end_s);

/* Column of a time, at most count - 1. */
size_t mx_plot_grid_column(const struct mx_plot_grid *grid, double time_s);

/* End of the part of [0, end_s] worth showing: `last_s`, with a little room, unless that is most
 * of it anyway; then end_s. Never below two bins. */
double mx_plot_shown_end(double last_s, double end_s, double bin_s);

#endif
