// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_stack.h - what happened over time, stacked by sort: one picture of layers. */
#ifndef MX_PLOT_STACK_H
#define MX_PLOT_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_frame.h"
#include "sim/result/plot_series.h"

#define MX_PLOT_LAYER_COUNT_MAX 9

/* dark: white text on it is readable. */
struct mx_plot_layer {
    const char *name;
    mx_plot_colour colour;
    bool dark;
};

/* What comes in: row r has the counts value[r * layer_count ...] of the bin that starts at
 * time_s[r]; times increase. */
struct mx_plot_stack_rows {
    const struct mx_plot_layer *layers;
    size_t layer_count, count;
    double *time_s, *value; /* owned by the caller */
    double bin_s, horizon_s;
};

/* Per column of the grid, and in all. */
struct mx_plot_stack {
    const struct mx_plot_stack_rows *rows;
    struct mx_plot_grid grid;
    double end_s;       /* of the picture */
    double total, late; /* counts in all; after end_s */
    double sum[MX_PLOT_LAYER_COUNT_MAX];
    size_t layer[MX_PLOT_LAYER_COUNT_MAX]; /* drawn ones, from the bottom up */
    size_t count;
    double *column; /* [grid.count][layer_count] */
    double highest; /* of a column's sum */
    double highest_at_s;
    size_t highest_layer; /* that leads there */
};

/* Sum up rows, which stay the caller's; the picture ends when all but 2 % has happened. False when
 * out of memory; mx_plot_stack_fini must follow either way. */
bool mx_plot_stack_init(struct mx_plot_stack *stack, const struct mx_plot_stack_rows *rows);
void mx_plot_stack_fini(struct mx_plot_stack *stack);

/* Draw all but the head. A column shows its count, or with per_s > 0 the rate in so many seconds.
 * unit: what the y axis counts. sort, what: columns of the table. empty: what to say when there is
 * nothing. */
struct mx_plot_stack_look {
    double per_s;
    struct mx_plot_text unit;
    const char *sort, *what, *empty;
};
void mx_plot_stack_draw(struct mx_plot_picture *picture, const struct mx_plot_stack *stack,
                        const struct mx_plot_stack_look *look);

#endif
