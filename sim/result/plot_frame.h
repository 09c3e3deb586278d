// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_frame.h - what all pictures have in common: head, plot area, colours, labels. */
#ifndef MX_PLOT_FRAME_H
#define MX_PLOT_FRAME_H

#include <stddef.h>
#include <stdio.h>

#include "sim/result/plot_data.h"
#include "sim/result/plot_script.h"

/* Everything a kind of picture works on. data: NULL for studies, which read files of their own.
 * script: the variables for its gnuplot script. table: its
 * data as CSV (plot_table.h). is_bare: without head. The head's texts, and whether there is nothing
 * to show, are kept for who asks. */
struct mx_plot_picture {
    struct mx_plot_data *data;
    struct mx_plot_canvas canvas;
    FILE *script, *table;
    const struct mx_plot_error *error;
    struct mx_plot_text name; /* of what was simulated, in the lower right corner */
    struct mx_plot_text headline, line1, line2;
    double blank_px; /* at the lower edge, where a page may cut */
    bool is_bare, is_empty;
};

/* How terminal.gp draws a kind: lines $d1 ... (column `column` against the first), bars (rows of
 * value and place, named by y ticks), cells (x, y, level 0 to 9), the lines of panels, or the
 * points of $d1 with those of $d2 marked. */
enum mx_plot_form { MX_PLOT_LINES, MX_PLOT_BARS, MX_PLOT_CELLS, MX_PLOT_PANELS, MX_PLOT_POINTS };
void mx_plot_frame_form(struct mx_plot_picture *picture, enum mx_plot_form form, int column);

/* The plot area in pixels from the lower left corner of the picture. */
struct mx_plot_area {
    double left_px, right_px, bottom_px, top_px;
};

/* The finding in bold, up to two lines under it, and the scenario's name in the lower right corner.
 * Too long texts end in an ellipsis. */
void mx_plot_frame_head(struct mx_plot_picture *picture, const char *headline, const char *line1,
                        const char *line2);

/* Emit area_left ... and the axis's title below the area. */
void mx_plot_frame_area(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const char *x_title);

/* What the y axis counts, small, above its upper end. */
void mx_plot_frame_unit(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const char *unit);

/* A text of the picture. */
void mx_plot_frame_note(struct mx_plot_picture *picture, struct mx_plot_text text, double x_px,
                        double y_px, double font_px, mx_plot_colour colour,
                        enum mx_plot_align align, bool bold);

/* Tables of providers: where the names and the counts beside them end on the right, and one row's.
 * Sizes of a row of so many between top and bottom, and of its text. */
#define MX_PLOT_NAME_RIGHT_PX 168.0
#define MX_PLOT_COUNT_RIGHT_PX 226.0
double mx_plot_frame_row_px(size_t row_count, double height_px, double row_px_max);
double mx_plot_frame_row_font_px(double row_px);
void mx_plot_frame_row(struct mx_plot_picture *picture, const char *name, double count,
                       double middle_px, double font_px, bool is_total);

/* The form of such a table for the terminal: bars of shares, from the top. NaN: none. */
struct mx_plot_bar {
    const char *name;
    double share;
};
void mx_plot_frame_bars(struct mx_plot_picture *picture, const struct mx_plot_bar *bars,
                        size_t count, const char *unit);

/* A grey sentence in the middle of an area that has nothing to show; is_empty is set. */
void mx_plot_frame_empty(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                         const char *sentence);

/* "Local time (America/New_York)" or "Time since the start". */
struct mx_plot_text mx_plot_frame_time_title(const struct mx_plot_clock *clock);

/* Emit time ticks as x_tick_*, with the dates on the canvas. */
void mx_plot_frame_time_axis(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                             double from_s, double to_s);

/* "One run." or "Mean of 20 runs." */
struct mx_plot_text mx_plot_frame_runs(const struct mx_plot_data *data);

/* --- colours ---------------------------------------------------------------------------------- */

#define MX_PLOT_SHOWN_COUNT_MAX 8

struct mx_plot_style {
    mx_plot_colour line, text; /* text: dark enough to be read on white */
    int dash;
};

/* Colours after Okabe and Ito, and Tol, told apart without colour by dash types past the fourth. */
const struct mx_plot_style *mx_plot_style(size_t index);

/* Providers that get a colour and a label of their own, the same in all pictures of a folder: the
 * largest by sent, and of the others the least delivered and the most deferred. Up to eight
 * providers are all shown. place[p] of a provider is its style, or SIZE_MAX. */
struct mx_plot_shown {
    size_t count;
    size_t provider[MX_PLOT_SHOWN_COUNT_MAX]; /* largest first */
};
void mx_plot_frame_choose(const struct mx_plot_data *data, struct mx_plot_shown *shown);

/* Place of a provider among the shown, or SIZE_MAX. */
size_t mx_plot_shown_place(const struct mx_plot_shown *shown, size_t provider);

/* Indices of all providers, largest by sent first (ties: in the order of summary.json). Owned;
 * NULL when out of memory. */
size_t *mx_plot_frame_by_size(const struct mx_plot_data *data);

/* --- labels in a column right of the area ------------------------------------------------- */

struct mx_plot_tag {
    struct mx_plot_text text;
    double y_px; /* where its line ends */
    mx_plot_colour colour, line;
    bool swatch; /* a little square in place of a leader */
};

/* Width that the column needs right of the area, leaders included. */
double mx_plot_frame_tag_width(const struct mx_plot_tag *tags, size_t count);

/* Place them, pushed apart, each tied to its y_px by a leader. count <= 16 */
#define MX_PLOT_TAG_COUNT_MAX 16
void mx_plot_frame_tags(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const struct mx_plot_tag *tags, size_t count);

#endif
