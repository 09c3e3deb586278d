// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_delivered.h - what both forms of "delivered over time" share. */
#ifndef MX_PLOT_DELIVERED_H
#define MX_PLOT_DELIVERED_H

#include <stddef.h>

#include "sim/result/plot_frame.h"

#define MX_PLOT_AGE_LOW_S 1.0 /* left end of the axis of ages */

/* The rows of one provider, or the total. */
struct mx_plot_curve {
    const struct mx_plot_age *rows;
    size_t count;
};
struct mx_plot_curve mx_plot_curve_find(const struct mx_plot_data *data, size_t provider);

/* The first row to be drawn: what lies before MX_PLOT_AGE_LOW_S comes in at the left edge. */
size_t mx_plot_curve_first(const struct mx_plot_curve *curve);

/* Right end of the axis: the last age of the file, or 72 h if nothing is delivered later. */
double mx_plot_delivered_latest_s(const struct mx_plot_data *data);

/* The form for `run --uncertain`, of which there is at least one row: a panel per provider, with
 * bands of chance alone and of chance and what is not known. */
int mx_plot_delivered_bands(struct mx_plot_picture *picture);

#endif
