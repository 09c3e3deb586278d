// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_script.c - variables for gnuplot scripts, so written that nothing in them is executed. */
#include "sim/result/plot_script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

/* Append an item to an array that grows by doubling; count is a power of two when it is full. */
static bool append(void **items, size_t *count, const void *item, size_t size)
{
    if (*count == MX_PLOT_CANVAS_COUNT_MAX) {
        return false;
    }
    if ((*count & (*count - 1)) == 0) {
        void *grown = realloc(*items, (*count == 0 ? 1 : 2 * *count) * size);
        if (grown == NULL) {
            return false;
        }
        *items = grown;
    }
    memcpy((char *)*items + *count * size, item, size);
    ++*count;
    return true;
}

void mx_plot_canvas_note(struct mx_plot_canvas *canvas, const struct mx_plot_note *note)
{
    void *items = canvas->notes;

    canvas->has_failed |= !append(&items, &canvas->note_count, note, sizeof *note);
    canvas->notes = items;
}

void mx_plot_canvas_text(struct mx_plot_canvas *canvas, struct mx_plot_text text, double x_px,
                         double y_px, double font_px, mx_plot_colour colour,
                         enum mx_plot_align align)
{
    mx_plot_canvas_note(canvas, &(struct mx_plot_note){.text = text,
                                                       .x_px = x_px,
                                                       .y_px = y_px,
                                                       .font_px = font_px,
                                                       .colour = colour,
                                                       .align = align});
}

void mx_plot_canvas_stroke(struct mx_plot_canvas *canvas, const struct mx_plot_stroke *stroke)
{
    void *items = canvas->strokes;

    canvas->has_failed |= !append(&items, &canvas->stroke_count, stroke, sizeof *stroke);
    canvas->strokes = items;
}

void mx_plot_canvas_box(struct mx_plot_canvas *canvas, const struct mx_plot_box *box)
{
    void *items = canvas->boxes;

    canvas->has_failed |= !append(&items, &canvas->box_count, box, sizeof *box);
    canvas->boxes = items;
}

void mx_plot_canvas_fini(struct mx_plot_canvas *canvas)
{
    free(canvas->notes);
    free(canvas->strokes);
    free(canvas->boxes);
    memset(canvas, 0, sizeof *canvas);
}

void mx_plot_script_quoted(FILE *script, const char *text)
{
    /* gnuplot reads a doubled quote wrongly at the beginning of a string and next to another one,
     * and would go on with the rest as a command: join the parts with a variable instead */
    (void)putc('\'', script);
    for (; *text != '\0'; text++) {
        MX_CHECK((unsigned char)*text >= 0x20 && *text != 0x7F);
        if (*text == '\'') {
            (void)fputs("'." MX_PLOT_APOSTROPHE ".'", script);
        } else {
            (void)putc(*text, script);
        }
    }
    (void)putc('\'', script);
}

static void write_number(FILE *script, double value)
{
    if (isfinite(value)) {
        (void)fprintf(script, "%.10g", value);
    } else {
        (void)fputs("NaN", script);
    }
}

void mx_plot_script_text(FILE *script, const char *name, const char *text)
{
    (void)fprintf(script, "%s = ", name);
    mx_plot_script_quoted(script, text);
    (void)putc('\n', script);
}

void mx_plot_script_number(FILE *script, const char *name, double value)
{
    (void)fprintf(script, "%s = ", name);
    write_number(script, value);
    (void)putc('\n', script);
}

void mx_plot_script_colour(FILE *script, const char *name, mx_plot_colour colour)
{
    (void)fprintf(script, "%s = 0x%08X\n", name, (unsigned)colour);
}

/* "array name[count] = [" ... the elements follow, with commas, and "]". */
static void begin_array(FILE *script, const char *name, size_t count)
{
    (void)fprintf(script, "array %s[%zu] = [", name, count > 0 ? count : 1);
}

static void end_array(FILE *script, size_t count)
{
    (void)fputs(count > 0 ? "]\n" : "0]\n", script);
}

static void next_element(FILE *script, size_t index)
{
    if (index > 0) {
        (void)putc(',', script);
    }
}

void mx_plot_script_numbers(FILE *script, const char *name, const double *values, size_t count)
{
    begin_array(script, name, count);
    for (size_t i = 0; i < count; i++) {
        next_element(script, i);
        write_number(script, values[i]);
    }
    end_array(script, count);
}

void mx_plot_script_texts(FILE *script, const char *name, const struct mx_plot_text *texts,
                          size_t count)
{
    begin_array(script, name, count);
    for (size_t i = 0; i < count; i++) {
        next_element(script, i);
        mx_plot_script_quoted(script, texts[i].s);
    }
    (void)fputs(count > 0 ? "]\n" : "'']\n", script);
}

/* gnuplot takes a tick's text for a format: each '%' is doubled. */
static void write_format(FILE *script, const char *text)
{
    char format[2 * sizeof((struct mx_plot_tick *)NULL)->text];
    size_t used = 0;

    for (; *text != '\0'; text++) {
        format[used++] = *text;
        if (*text == '%') {
            format[used++] = '%';
        }
    }
    format[used] = '\0';
    mx_plot_script_quoted(script, format);
}

void mx_plot_script_ticks(FILE *script, const char *prefix, const struct mx_plot_ticks *ticks)
{
    char name[64];

    (void)fprintf(script, "%s_count = %zu\n", prefix, ticks->count);
    (void)snprintf(name, sizeof name, "%s_at", prefix);
    begin_array(script, name, ticks->count);
    for (size_t i = 0; i < ticks->count; i++) {
        next_element(script, i);
        write_number(script, ticks->tick[i].at);
    }
    end_array(script, ticks->count);
    (void)snprintf(name, sizeof name, "%s_text", prefix);
    begin_array(script, name, ticks->count);
    for (size_t i = 0; i < ticks->count; i++) {
        next_element(script, i);
        write_format(script, ticks->tick[i].text);
    }
    end_array(script, ticks->count);
}

/* One array over a member of all notes, strokes or boxes. */
#define WRITE_ARRAY(name, count, items, write, member) \
    do { \
        begin_array(script, name, count); \
        for (size_t i = 0; i < (count); i++) { \
            next_element(script, i); \
            write(script, (items)[i].member); \
        } \
        end_array(script, count); \
    } while (0)

static void write_colour(FILE *script, mx_plot_colour colour)
{
    (void)fprintf(script, "0x%08X", (unsigned)colour);
}

static void write_integer(FILE *script, long value)
{
    (void)fprintf(script, "%ld", value);
}

static void write_notes(const struct mx_plot_canvas *canvas, FILE *script)
{
    const struct mx_plot_note *notes = canvas->notes;
    size_t count = canvas->note_count;

    (void)fprintf(script, "note_count = %zu\n", count);
    WRITE_ARRAY("note_text", count, notes, mx_plot_script_quoted, text.s);
    WRITE_ARRAY("note_x", count, notes, write_number, x_px);
    WRITE_ARRAY("note_y", count, notes, write_number, y_px);
    WRITE_ARRAY("note_size", count, notes, write_number, font_px);
    WRITE_ARRAY("note_colour", count, notes, write_colour, colour);
    WRITE_ARRAY("note_align", count, notes, write_integer, align);
    WRITE_ARRAY("note_bold", count, notes, write_integer, bold);
    WRITE_ARRAY("note_turned", count, notes, write_integer, turned);
}

void mx_plot_canvas_write(const struct mx_plot_canvas *canvas, FILE *script)
{
    const struct mx_plot_stroke *strokes = canvas->strokes;
    const struct mx_plot_box *boxes = canvas->boxes;

    write_notes(canvas, script);
    (void)fprintf(script, "stroke_count = %zu\n", canvas->stroke_count);
    WRITE_ARRAY("stroke_x1", canvas->stroke_count, strokes, write_number, x1_px);
    WRITE_ARRAY("stroke_y1", canvas->stroke_count, strokes, write_number, y1_px);
    WRITE_ARRAY("stroke_x2", canvas->stroke_count, strokes, write_number, x2_px);
    WRITE_ARRAY("stroke_y2", canvas->stroke_count, strokes, write_number, y2_px);
    WRITE_ARRAY("stroke_width", canvas->stroke_count, strokes, write_number, width_pt);
    WRITE_ARRAY("stroke_colour", canvas->stroke_count, strokes, write_colour, colour);
    WRITE_ARRAY("stroke_dash", canvas->stroke_count, strokes, write_integer, dash);
    (void)fprintf(script, "box_count = %zu\n", canvas->box_count);
    WRITE_ARRAY("box_x1", canvas->box_count, boxes, write_number, x1_px);
    WRITE_ARRAY("box_y1", canvas->box_count, boxes, write_number, y1_px);
    WRITE_ARRAY("box_x2", canvas->box_count, boxes, write_number, x2_px);
    WRITE_ARRAY("box_y2", canvas->box_count, boxes, write_number, y2_px);
    WRITE_ARRAY("box_colour", canvas->box_count, boxes, write_colour, colour);
}
