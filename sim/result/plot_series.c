// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_series.c - time series on an even grid. */
#include "sim/result/plot_series.h"

#include <math.h>

struct mx_plot_grid mx_plot_grid_over(double bin_s, double end_s)
{
    static const double round_s[] = {1,   2,   5,    10,   15,   20,   30,    60,    120,   300,
                                     600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    struct mx_plot_grid grid = {.width_s = bin_s, .count = 1};

    for (size_t i = 0;
         i < sizeof round_s / sizeof round_s[0] && end_s / grid.width_s > MX_PLOT_DRAWN_BINS_MAX;
         i++) {
        double bins = round_s[i] / bin_s;
        if (bins >= 1.0 && fabs(bins - floor(bins + 0.5)) < 1e-9) {
            grid.width_s = round_s[i];
        }
    }
    while (end_s / grid.width_s > MX_PLOT_DRAWN_BINS_MAX) {
        grid.width_s *= 2.0;
    }
    grid.count = (size_t)ceil(end_s / grid.width_s * (1.0 - 1e-12));
    if (grid.count == 0) {
        grid.count = 1;
    }
    return grid;
}

size_t mx_plot_grid_column(const struct mx_plot_grid *grid, double time_s)
{
    double column = floor(time_s / grid->width_s + 1e-9);

    return column >= (double)grid->count ? grid->count - 1 : (size_t)column;
}

double mx_plot_shown_end(double last_s, double end_s, double bin_s)
{
    static const double rounds_s[] = {60, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400};
    double wanted_s = fmax(1.04 * last_s, 2.0 * bin_s);
    double round_s = rounds_s[0];

    for (size_t i = 0; i < sizeof rounds_s / sizeof rounds_s[0]; i++) {
        if (wanted_s >= 6.0 * rounds_s[i]) {
            round_s = rounds_s[i];
        }
    }
    wanted_s = ceil(wanted_s / round_s) * round_s;
    return wanted_s > 0.7 * end_s ? fmax(end_s, 2.0 * bin_s) : wanted_s;
}
