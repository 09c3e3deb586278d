// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_panels.h - small multiples: a panel per provider, a line per address, one scale for all. */
#ifndef MX_PLOT_PANELS_H
#define MX_PLOT_PANELS_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_frame.h"
#include "sim/result/plot_series.h"

#define MX_PLOT_PANEL_COUNT_MAX 30
#define MX_PLOT_PANEL_LINES_MAX 12 /* more addresses: their range and median in place of lines */

/* What is shown of an address at a moment, and how. */
struct mx_plot_panel_view {
    double (*value)(const struct mx_plot_state *state);  /* INFINITY: nothing to draw */
    double (*ground)(const struct mx_plot_state *state); /* grey area under the lines, or NULL */
    /* This provider has no such thing, which its title then says in place of numbers. */
    bool (*is_absent)(const struct mx_plot_data *data, size_t provider);
    const char *absent;
    bool is_log;
    double low, high; /* of the y axis */
    const char *name; /* of the value, in the table */
    double alike;     /* lowest and highest within this factor (log) or distance are one */
};

/* One provider's addresses on the grid. value[a * columns + c]: lowest within column c of its a-th
 * address, INFINITY for none; ground[c]: the largest of all its addresses. */
struct mx_plot_panel {
    size_t provider, ip_count;
    uint32_t *ip; /* into data->ip_names */
    double *value, *ground;
    bool *blocked;      /* [column]: some address is blocked */
    size_t blocked_ips; /* that ever are */
    struct mx_plot_area area;
};

struct mx_plot_panels {
    struct mx_plot_grid grid;
    double end_s;
    size_t count, left_out; /* left_out: providers without a panel */
    size_t columns, rows;   /* of panels */
    struct mx_plot_panel panel[MX_PLOT_PANEL_COUNT_MAX];
};

/* Collect the panels of the providers that reputation.csv speaks of, largest first, and lay them
 * out. Returns 0 or an exit code; mx_plot_panels_fini must follow either way. */
int mx_plot_panels_init(struct mx_plot_panels *panels, struct mx_plot_picture *picture,
                        const struct mx_plot_panel_view *view);
void mx_plot_panels_fini(struct mx_plot_panels *panels);

/* The address of a panel that is lowest in the mean over time, with its first and last value; and
 * whether all addresses are alike all the time, where none is drawn in orange. */
struct mx_plot_extremes {
    size_t worst;
    double worst_first, worst_least, worst_last; /* INFINITY without values */
    bool has_values, are_alike;
};
struct mx_plot_extremes mx_plot_panel_extremes(const struct mx_plot_panel *panel, size_t columns,
                                               const struct mx_plot_panel_view *view);

/* " Orange: the lowest." where some panel has such a line, else "". */
const char *mx_plot_panels_orange(const struct mx_plot_panels *panels,
                                  const struct mx_plot_panel_view *view);

/* Height of a value within a panel, in pixels of the picture; clipped to the panel. */
double mx_plot_panel_y_px(const struct mx_plot_panel *panel, const struct mx_plot_panel_view *view,
                          double value);

/* Draw everything but the head: frames, ticks, titles, data. `number` writes a value as text. */
void mx_plot_panels_draw(const struct mx_plot_panels *panels, struct mx_plot_picture *picture,
                         const struct mx_plot_panel_view *view, const struct mx_plot_ticks *y_ticks,
                         struct mx_plot_text (*number)(double value));

/* The lowest value of each address in each column, as a table. */
void mx_plot_panels_table(const struct mx_plot_panels *panels, struct mx_plot_picture *picture,
                          const struct mx_plot_panel_view *view);

/* The title of the x axis, below all panels. */
void mx_plot_panels_x_title(struct mx_plot_picture *picture, const char *title);

/* --- for panels of something else than addresses, of which only count, providers (or
 * provider_count: all of them together) and areas are used --- */

#define MX_PLOT_ALL_PROVIDERS "all providers"

/* Columns and rows for so many panels, then each one's area; so much is left free above them. */
void mx_plot_panels_lay_out(struct mx_plot_panels *panels, double key_px);

/* Base line, light lines at the y ticks, and their texts left of the panel. */
void mx_plot_panel_y_axis(struct mx_plot_picture *picture, const struct mx_plot_panel *panel,
                          const struct mx_plot_panel_view *view, const struct mx_plot_ticks *ticks,
                          bool with_text);

/* Areas and titles as variables for the scripts. */
void mx_plot_panels_places(const struct mx_plot_panels *panels, struct mx_plot_picture *picture);

#endif
