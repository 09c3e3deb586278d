// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_script.h - what the program tells a gnuplot script: variables, arrays, data, a canvas.
 *
 * Texts are written as single-quoted strings alone, in which gnuplot expands nothing (in double
 * quotes it would run what stands in backticks). The caller has cleaned them: no line ends. */
#ifndef MX_PLOT_SCRIPT_H
#define MX_PLOT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/result/plot_labels.h"
#include "sim/result/plot_text.h"

/* Size of a picture in the pixels that all layout counts in. */
#define MX_PLOT_WIDTH_PX 960.0
#define MX_PLOT_HEIGHT_PX 600.0

/* A colour as 0xRRGGBB; the upper byte is transparency (0 = opaque, 0xFF = invisible). */
typedef uint32_t mx_plot_colour; /* a number, not a struct */

#define MX_PLOT_INK 0x1A1A1A
#define MX_PLOT_GREY 0x555555
#define MX_PLOT_PALE 0xB8B8B8
/* Text within a coloured area, which stays as it is where a page turns the picture dark. */
#define MX_PLOT_ON_DARK 0xFEFEFE
#define MX_PLOT_ON_LIGHT 0x010101

enum mx_plot_align { MX_PLOT_LEFT, MX_PLOT_CENTRE, MX_PLOT_RIGHT };

/* A text on the canvas; x_px is the side that align names, y_px its middle. */
struct mx_plot_note {
    struct mx_plot_text text;
    double x_px, y_px, font_px;
    mx_plot_colour colour;
    enum mx_plot_align align;
    bool bold, turned; /* turned: reads upwards */
};

struct mx_plot_stroke {
    double x1_px, y1_px, x2_px, y2_px, width_pt;
    mx_plot_colour colour;
    int dash; /* gnuplot dash type, 1 = solid */
};

struct mx_plot_box {
    double x1_px, y1_px, x2_px, y2_px;
    mx_plot_colour colour;
};

#define MX_PLOT_CANVAS_COUNT_MAX 8192

/* Texts, strokes and boxes over a whole picture. Zero it to start; mx_plot_canvas_fini ends it.
 * What does not fit into memory or the limit sets has_failed, which the caller looks at once. */
struct mx_plot_canvas {
    struct mx_plot_note *notes;
    struct mx_plot_stroke *strokes;
    struct mx_plot_box *boxes;
    size_t note_count, stroke_count, box_count;
    bool has_failed;
};

void mx_plot_canvas_note(struct mx_plot_canvas *canvas, const struct mx_plot_note *note);
/* A text that is neither bold nor turned. */
void mx_plot_canvas_text(struct mx_plot_canvas *canvas, struct mx_plot_text text, double x_px,
                         double y_px, double font_px, mx_plot_colour colour,
                         enum mx_plot_align align);
void mx_plot_canvas_stroke(struct mx_plot_canvas *canvas, const struct mx_plot_stroke *stroke);
void mx_plot_canvas_box(struct mx_plot_canvas *canvas, const struct mx_plot_box *box);
void mx_plot_canvas_fini(struct mx_plot_canvas *canvas);

/* Emit the canvas as the arrays that style.gp draws. */
void mx_plot_canvas_write(const struct mx_plot_canvas *canvas, FILE *script);

/* Every script begins with this: the variable that stands for an apostrophe in texts. */
#define MX_PLOT_APOSTROPHE "apostrophe"
#define MX_PLOT_SCRIPT_BEGIN MX_PLOT_APOSTROPHE " = \"'\"\nis_prepared = 1\n"

/* An expression of single-quoted strings that gives the text. */
void mx_plot_script_quoted(FILE *script, const char *text);
/* name = 'text' */
void mx_plot_script_text(FILE *script, const char *name, const char *text);
/* name = number; NaN where it is not finite */
void mx_plot_script_number(FILE *script, const char *name, double value);
/* name = 0xRRGGBB */
void mx_plot_script_colour(FILE *script, const char *name, mx_plot_colour colour);

/* `array name[n] = [...]`, at least one element (0), for gnuplot has no empty arrays. */
void mx_plot_script_numbers(FILE *script, const char *name, const double *values, size_t count);

/* The same of texts; at least one element (''). */
void mx_plot_script_texts(FILE *script, const char *name, const struct mx_plot_text *texts,
                          size_t count);

/* Ticks as the arrays PREFIX_at, PREFIX_text and the number PREFIX_count. */
void mx_plot_script_ticks(FILE *script, const char *prefix, const struct mx_plot_ticks *ticks);

#endif
