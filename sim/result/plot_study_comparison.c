// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_comparison.c - the picture of a comparison: each paired difference with its interval,
 * a row each, on a scale of its own around zero. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_script.h"
#include "sim/result/plot_study_parts.h"
#include "sim/stats/interval.h"
#include "sim/stats/metric_name.h"

#define ROW_COUNT_MAX 24
#define NAME_RIGHT_PX 330.0
#define AXIS_LEFT_PX 350.0
#define AXIS_RIGHT_PX 660.0
#define ROWS_TOP_PX 488.0
#define ROWS_BOTTOM_PX 40.0
#define ROW_PX_MAX 44.0

struct row {
    struct mx_plot_text name;
    double mean, low, high;
    bool is_told_apart;
    enum { COUNT, RATE, TIME } unit;
};

struct rows {
    struct row row[ROW_COUNT_MAX];
    size_t count, left_out;
};

static double number_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void collect(const json_t *root, struct rows *rows)
{
    json_t *metrics = json_object_get(root, "metrics"), *metric, *difference;
    const char *name, *system;

    json_object_foreach(metrics, name, metric)
    {
        json_t *differences = json_object_get(metric, "differences");
        json_object_foreach(differences, system, difference)
        {
            const char *outcome = json_string_value(json_object_get(difference, "outcome"));
            const json_t *interval = json_object_get(difference, "interval");
            struct row *row = &rows->row[rows->count];
            if (rows->count == ROW_COUNT_MAX) {
                rows->left_out++;
                continue;
            }
            rows->count++;
            row->name = mx_plot_text_format("%s, %s", name, system);
            row->mean = number_of(json_object_get(difference, "mean"));
            row->low = number_of(json_array_get(interval, 0));
            row->high = number_of(json_array_get(interval, 1));
            row->is_told_apart = outcome != NULL &&
                                 (strcmp(outcome, "higher") == 0 || strcmp(outcome, "lower") == 0);
            row->unit = strstr(name, "rate") != NULL       ? RATE
                        : mx_metric_text_is_duration(name) ? TIME
                                                           : COUNT;
        }
    }
}

/* With its sign, in the unit that people use. */
static struct mx_plot_text number_text(const struct row *row, double value)
{
    const char *sign = value > 0.0 ? "+" : value < 0.0 ? "\xE2\x88\x92" : "";
    double size = fabs(value);

    return row->unit == RATE   ? mx_plot_text_format("%s%.3g", sign, 100.0 * size)
           : row->unit == TIME ? mx_plot_text_format("%s%s", sign, mx_plot_duration(size).s)
                               : mx_plot_text_format("%s%s", sign, mx_plot_count(size).s);
}

static void add_note(struct mx_plot_canvas *canvas, struct mx_plot_text text, double x_px,
                     double y_px, double font_px, mx_plot_colour colour, enum mx_plot_align align)
{
    struct mx_plot_note note = {.text = text,
                                .x_px = x_px,
                                .y_px = y_px,
                                .font_px = font_px,
                                .colour = colour,
                                .align = align,
                                .bold = font_px > 15.0};

    mx_plot_canvas_note(canvas, &note);
}

static void draw_row(struct mx_plot_canvas *canvas, const struct row *row, double y_px)
{
    const double middle_px = 0.5 * (AXIS_LEFT_PX + AXIS_RIGHT_PX);
    double reach = fmax(fabs(row->low), fabs(row->high));
    mx_plot_colour colour = row->is_told_apart ? 0x0072B2 : 0x999999;

    add_note(canvas, mx_plot_text_fit(row->name.s, 13.0, false, NAME_RIGHT_PX - 30.0),
             NAME_RIGHT_PX, y_px, 13.0, MX_PLOT_INK, MX_PLOT_RIGHT);
    if (isnan(row->mean) || isnan(reach)) {
        add_note(canvas, mx_plot_text_clean("undefined in some replication"), AXIS_RIGHT_PX + 12.0,
                 y_px, 12.0, MX_PLOT_GREY, MX_PLOT_LEFT);
        return;
    }
    if (reach > 0.0) {
        double px = 0.48 * (AXIS_RIGHT_PX - AXIS_LEFT_PX) / reach;
        struct mx_plot_box box = {middle_px + px * row->low, y_px - 4.0,
                                  middle_px + px * row->high + 1.0, y_px + 4.0, colour};
        struct mx_plot_stroke dot = {middle_px + px * row->mean,
                                     y_px - 9.0,
                                     middle_px + px * row->mean,
                                     y_px + 9.0,
                                     2.2,
                                     colour,
                                     1};
        mx_plot_canvas_box(canvas, &box);
        mx_plot_canvas_stroke(canvas, &dot);
    }
    add_note(canvas,
             mx_plot_text_format("%s [%s, %s]%s", number_text(row, row->mean).s,
                                 number_text(row, row->low).s, number_text(row, row->high).s,
                                 row->unit == RATE ? " points" : ""),
             AXIS_RIGHT_PX + 12.0, y_px, 12.0, MX_PLOT_INK, MX_PLOT_LEFT);
}

/* of: what intervals are of. */
static struct mx_plot_text headline(const struct rows *rows, const char *of)
{
    size_t apart = 0;

    for (size_t i = 0; i < rows->count; i++) {
        apart += rows->row[i].is_told_apart ? 1 : 0;
    }
    return apart == 0 ? mx_plot_text_format("No difference is told apart from %s", of)
                      : mx_plot_text_format("%zu of %zu differences are more than %s", apart,
                                            rows->count, of);
}

static char *compose(const json_t *root, const struct rows *rows)
{
    struct mx_plot_canvas canvas = {.notes = NULL};
    const double middle_px = 0.5 * (AXIS_LEFT_PX + AXIS_RIGHT_PX);
    double row_px =
        fmin((ROWS_TOP_PX - ROWS_BOTTOM_PX) / fmax((double)rows->count, 1.0), ROW_PX_MAX);
    struct mx_plot_stroke zero = {
        middle_px, ROWS_TOP_PX,  middle_px, ROWS_TOP_PX - row_px * (double)rows->count,
        1.0,       MX_PLOT_PALE, 1};
    char *script = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&script, &size);
    const char *of = json_string_value(json_object_get(root, "interval_of"));
    bool is_said = of != NULL && strcmp(of, mx_interval_of(false)) != 0;
    bool failed;

    if (out == NULL) {
        return NULL;
    }
    add_note(&canvas, headline(rows, is_said ? of : "chance"), 30.0, 570.0, 18.0, 0x000000,
             MX_PLOT_LEFT);
    add_note(&canvas,
             mx_plot_text_format("Difference from A, paired over %.0f replications with the same "
                                 "draws. Each row has its own scale, zero in the middle.",
                                 number_of(json_object_get(root, "replications"))),
             30.0, 544.0, 13.0, MX_PLOT_GREY, MX_PLOT_LEFT);
    add_note(&canvas,
             mx_plot_text_format("Bars: intervals that hold all together in %.4g %% of all luck "
                                 "(%.60s). Blue: told apart. Rates in points of 100.%s",
                                 100.0 * number_of(json_object_get(root, "confidence")),
                                 is_said ? of : mx_interval_of(false),
                                 rows->left_out > 0 ? " More rows are in the file." : ""),
             30.0, 526.0, 13.0, MX_PLOT_GREY, MX_PLOT_LEFT);
    mx_plot_canvas_stroke(&canvas, &zero);
    for (size_t i = 0; i < rows->count; i++) {
        draw_row(&canvas, &rows->row[i], ROWS_TOP_PX - ((double)i + 0.5) * row_px);
    }
    mx_plot_canvas_write(&canvas, out);
    failed = canvas.has_failed || ferror(out) != 0;
    mx_plot_canvas_fini(&canvas);
    failed |= fclose(out) != 0;
    if (failed) {
        free(script);
        return NULL;
    }
    return script;
}

char *mx_plot_comparison_canvas(const char *file, const struct mx_plot_error *error, int *code)
{
    struct rows *rows = calloc(1, sizeof *rows);
    json_error_t where;
    json_t *root = json_load_file(file, JSON_REJECT_DUPLICATES, &where);
    char *canvas = NULL;

    if (root == NULL) {
        *code = mx_plot_fail(error, MX_EXIT_INVALID, "%s:%d: %s", file, where.line, where.text);
    } else if (rows == NULL || !json_is_object(json_object_get(root, "metrics"))) {
        *code = rows == NULL ? mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory")
                             : mx_plot_fail(error, MX_EXIT_INVALID, "%s: metrics is missing", file);
    } else {
        collect(root, rows);
        canvas = compose(root, rows);
        *code = canvas != NULL
                    ? 0
                    : mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory or too much to draw");
    }
    json_decref(root);
    free(rows);
    return canvas;
}
