// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_comparison.c - the picture of a comparison: each paired difference with its interval,
 * a row each, on a scale of its own around zero. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_study_parts.h"
#include "sim/result/plot_table.h"
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
    const char *metric, *system, *outcome; /* of the file */
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
            row->metric = name;
            row->system = system;
            row->outcome = outcome != NULL ? outcome : "";
            row->mean = number_of(json_object_get(difference, "mean"));
            row->low = number_of(json_array_get(interval, 0));
            row->high = number_of(json_array_get(interval, 1));
            row->is_told_apart = outcome != NULL &&
                                 (strcmp(outcome, "higher") == 0 || strcmp(outcome, "lower") == 0);
            row->unit = mx_metric_text_is_share(name)      ? RATE
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

    return row->unit == RATE                  ? mx_plot_text_format("%s%.3g", sign, 100.0 * size)
           : row->unit == TIME && size < 10.0 ? mx_plot_text_format("%s%.2g s", sign, size)
           : row->unit == TIME ? mx_plot_text_format("%s%s", sign, mx_plot_duration(size).s)
                               : mx_plot_text_format("%s%s", sign, mx_plot_count(size).s);
}

static void draw_row(struct mx_plot_canvas *canvas, const struct row *row, double y_px)
{
    const double middle_px = 0.5 * (AXIS_LEFT_PX + AXIS_RIGHT_PX);
    double reach = fmax(fabs(row->low), fabs(row->high));
    mx_plot_colour colour = row->is_told_apart ? 0x0072B2 : 0x999999;

    mx_plot_canvas_text(canvas, mx_plot_text_fit(row->name.s, 13.0, false, NAME_RIGHT_PX - 30.0),
                        NAME_RIGHT_PX, y_px, 13.0, MX_PLOT_INK, MX_PLOT_RIGHT);
    if (isnan(row->mean) || isnan(reach)) {
        mx_plot_canvas_text(canvas, mx_plot_text_clean("undefined in some replication"),
                            AXIS_RIGHT_PX + 12.0, y_px, 12.0, MX_PLOT_GREY, MX_PLOT_LEFT);
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
    mx_plot_canvas_text(canvas,
                        mx_plot_text_format("%s [%s, %s]%s", number_text(row, row->mean).s,
                                            number_text(row, row->low).s,
                                            number_text(row, row->high).s,
                                            row->unit == RATE ? " points" : ""),
                        AXIS_RIGHT_PX + 12.0, y_px, 12.0, MX_PLOT_INK, MX_PLOT_LEFT);
}

static const char *string_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

/* Who was selected and by what, or that it is not known yet. */
static struct mx_plot_text selected_text(const json_t *root, const json_t *selection)
{
    const char *best = string_of(selection, "best");
    const char *better =
        strcmp(string_of(selection, "better"), "larger") == 0 ? "largest" : "smallest";
    const char *metric = json_object_iter_key(json_object_iter(json_object_get(root, "metrics")));
    const json_t *system = json_object_get(json_object_get(root, "systems"), best);

    return best[0] == '\0'
               ? mx_plot_text_format("None is selected yet for the %s %.90s", better,
                                     metric != NULL ? metric : "")
               : mx_plot_text_format("%.8s is selected for the %s %.90s: %.100s", best, better,
                                     metric != NULL ? metric : "", string_of(system, "name"));
}

static struct mx_plot_text promise_text(const struct rows *rows, const json_t *selection)
{
    double width = number_of(json_object_get(selection, "indifference"));
    bool is_time = rows->count > 0 && rows->row[0].unit == TIME;

    return mx_plot_text_format(
        "With probability %.4g %% or more the best is selected where it is better than every other "
        "by %s or more.",
        100.0 * number_of(json_object_get(selection, "confidence")),
        is_time ? mx_plot_duration(width).s : mx_plot_text_format("%.6g", width).s);
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

/* In the terminal a row is a bar to the mean, as a share of the far end of its interval. */
static void write_data(struct mx_plot_picture *picture, const struct rows *rows)
{
    struct mx_plot_ticks ticks = {.count = 0};

    mx_plot_table_head(picture->table, "metric,system,outcome,difference,low,high");
    (void)fputs("$d1 << EOD\n", picture->script);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->row[i];
        const char *texts[] = {row->metric, row->system, row->outcome};
        const double numbers[] = {row->mean, row->low, row->high};
        double reach = fmax(fabs(row->low), fabs(row->high));
        size_t place = rows->count - i;

        mx_plot_table_row(picture->table, texts, 3, numbers, 3);
        (void)fprintf(picture->script, "%.10g %zu\n",
                      reach > 0.0 && !isnan(row->mean) ? row->mean / reach : 0.0, place);
        mx_plot_ticks_add(
            &ticks, (double)place,
            mx_plot_text_format("%.18s %s", row->metric, number_text(row, row->mean).s));
    }
    (void)fputs("EOD\n", picture->script);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "x_min", -1.0);
    mx_plot_script_number(picture->script, "x_max", 1.0);
    mx_plot_script_number(picture->script, "y_max", (double)rows->count + 1.0);
    mx_plot_script_text(picture->script, "terminal_unit",
                        "difference from A, as a share of the far end of its interval");
    mx_plot_frame_form(picture, MX_PLOT_BARS, 1);
}

/* What the letters stand for, below the rows as far as there is room. Returns where they end. */
static double draw_systems(struct mx_plot_picture *picture, const json_t *root, double y_px)
{
    json_t *systems = json_object_get(root, "systems"), *system;
    const char *letter;

    json_object_foreach(systems, letter, system)
    {
        const char *name = json_string_value(json_object_get(system, "name"));

        y_px -= 18.0;
        if (y_px < 26.0) {
            return y_px;
        }
        mx_plot_canvas_text(
            &picture->canvas,
            mx_plot_text_fit(
                mx_plot_text_format("%.8s: %.200s", letter, name != NULL ? name : "").s, 12.5,
                false, 760.0),
            NAME_RIGHT_PX - 300.0, y_px, 12.5, MX_PLOT_GREY, MX_PLOT_LEFT);
    }
    return y_px;
}

static void draw_head(struct mx_plot_picture *picture, const json_t *root, const struct rows *rows)
{
    const json_t *selection = json_object_get(root, "selection");
    const char *of = json_string_value(json_object_get(root, "interval_of"));
    bool is_said = of != NULL && strcmp(of, mx_interval_of(false)) != 0;

    if (json_is_object(selection)) {
        mx_plot_frame_head(
            picture, selected_text(root, selection).s, promise_text(rows, selection).s,
            mx_plot_text_format("Bars: differences from A with the same draws, with intervals that "
                                "hold together in %.4g %% of all luck (%.60s).%s",
                                100.0 * number_of(json_object_get(root, "confidence")),
                                is_said ? of : mx_interval_of(false),
                                rows->left_out > 0 ? " More are in the file." : "")
                .s);
        return;
    }
    mx_plot_frame_head(
        picture, headline(rows, is_said ? of : "chance").s,
        mx_plot_text_format("Difference from A, paired over %.0f replications with the same draws. "
                            "Each row has a scale of its own.",
                            number_of(json_object_get(root, "replications")))
            .s,
        mx_plot_text_format("Bars: intervals that hold all together in %.4g %% of all luck "
                            "(%.60s). Blue: told apart. Rates in points of 100.%s",
                            100.0 * number_of(json_object_get(root, "confidence")),
                            is_said ? of : mx_interval_of(false),
                            rows->left_out > 0 ? " More rows are in the file." : "")
            .s);
}

static void draw(struct mx_plot_picture *picture, const json_t *root, const struct rows *rows)
{
    const double middle_px = 0.5 * (AXIS_LEFT_PX + AXIS_RIGHT_PX);
    double row_px =
        fmin((ROWS_TOP_PX - ROWS_BOTTOM_PX) / fmax((double)rows->count, 1.0), ROW_PX_MAX);
    struct mx_plot_stroke zero = {
        middle_px, ROWS_TOP_PX,  middle_px, ROWS_TOP_PX - row_px * (double)rows->count,
        1.0,       MX_PLOT_PALE, 1};

    draw_head(picture, root, rows);
    mx_plot_canvas_stroke(&picture->canvas, &zero);
    for (size_t i = 0; i < rows->count; i++) {
        draw_row(&picture->canvas, &rows->row[i], ROWS_TOP_PX - ((double)i + 0.5) * row_px);
    }
    picture->blank_px = fmax(
        draw_systems(picture, root, ROWS_TOP_PX - row_px * (double)rows->count - 8.0) - 14.0, 0.0);
    write_data(picture, rows);
}

int mx_plot_comparison(struct mx_plot_picture *picture, const char *file,
                       const struct mx_plot_request *request)
{
    struct rows *rows = calloc(1, sizeof *rows);
    json_error_t where;
    json_t *root = json_load_file(file, JSON_REJECT_DUPLICATES, &where);
    int code = 0;

    (void)request; /* nothing to choose */
    if (root == NULL) {
        code = mx_plot_fail(picture->error, MX_EXIT_INVALID, "%s:%d: %s", file, where.line,
                            where.text);
    } else if (rows == NULL) {
        code = mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    } else if (!json_is_object(json_object_get(root, "metrics"))) {
        code = mx_plot_fail(picture->error, MX_EXIT_INVALID, "%s: metrics is missing", file);
    } else {
        collect(root, rows);
        draw(picture, root, rows);
    }
    json_decref(root);
    free(rows);
    return code;
}
