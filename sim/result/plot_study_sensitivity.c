// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_sensitivity.c - two pictures of sensitivity.json, of its first metric: how much each
 * group moves it (influence), and where each factor alone takes it (tornado). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim/result/plot_study_parts.h"
#include "sim/result/plot_table.h"
#include "sim/stats/metric_name.h"

#define ROWS_MAX 16
#define TICKS_MAX 20
#define LEFT_PX 26.0
#define AXIS_LEFT_PX 430.0
#define AXIS_RIGHT_PX 880.0
#define ROWS_TOP_PX 478.0
#define ROWS_BOTTOM_PX 60.0
#define LOW_COLOUR 0x0072B2
#define HIGH_COLOUR 0xD55E00
#define GRID_COLOUR 0xE4E4E4

/* from, to: where a bar's two ends, or an interval's, lie; at: a dot. NaN: none. */
struct row {
    struct mx_plot_text name, note;
    double at, from, to;
    bool is_strong;
};

struct chart {
    const json_t *root;
    const char *metric;
    const json_t *results;
    struct mx_plot_picture *picture;
    size_t count, left_out;
    struct row rows[ROWS_MAX];
    double low, high; /* of the axis */
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_sobol(const struct chart *chart)
{
    return strcmp(text_of(chart->root, "method"), "sobol") == 0;
}

static bool is_alone(const struct chart *chart)
{
    return strcmp(text_of(chart->root, "method"), "one_at_a_time") == 0;
}

static struct mx_plot_text value_text(const struct chart *chart, double value)
{
    return mx_metric_text_is_duration(chart->metric) ? mx_plot_duration(value)
           : fabs(value) >= 1000.0                   ? mx_plot_count(value)
                                                     : mx_plot_text_format("%.4g", value);
}

static struct mx_plot_text change_text(const struct chart *chart, double change)
{
    struct mx_plot_text size = mx_metric_text_is_duration(chart->metric)
                                   ? mx_plot_duration(fabs(change))
                               : fabs(change) >= 1000.0 ? mx_plot_count(fabs(change))
                                                        : mx_plot_text_format("%.2g", fabs(change));

    return mx_plot_text_format("%s%s", change < 0 ? "\xE2\x88\x92" : "+", size.s);
}

/* "providers." says nothing that the rest does not. */
static struct mx_plot_text short_path(const char *path)
{
    return mx_plot_text_clean(strncmp(path, "providers.", 10) == 0 ? path + 10 : path);
}

/* Of a law or a list what varies in it: what stands in its last quotes. */
static struct mx_plot_text short_value(const char *text)
{
    const char *mean = strstr(text, "mean = \""), *start = text;

    if (mean != NULL) {
        start = mean + strlen("mean = \"");
    } else if (strncmp(text, "[ \"", 3) == 0) {
        start = text + 3;
    }
    return mx_plot_text_format("%.*s", (int)(start == text ? 60 : strcspn(start, "\"")), start);
}

static void note(struct chart *chart, struct mx_plot_text text, double x_px, double y_px,
                 double font_px, mx_plot_colour colour, enum mx_plot_align align)
{
    mx_plot_canvas_text(&chart->picture->canvas, text, x_px, y_px, font_px, colour, align);
}

static void stroke(struct chart *chart, double x1_px, double y1_px, double x2_px, double y2_px,
                   double width_pt, mx_plot_colour colour)
{
    mx_plot_canvas_stroke(
        &chart->picture->canvas,
        &(struct mx_plot_stroke){x1_px, y1_px, x2_px, y2_px, width_pt, colour, 1});
}

static double place_px(const struct chart *chart, double value)
{
    return AXIS_LEFT_PX +
           (AXIS_RIGHT_PX - AXIS_LEFT_PX) * (value - chart->low) / (chart->high - chart->low);
}

static void widen(struct chart *chart, double value)
{
    if (isfinite(value)) {
        chart->low = fmin(chart->low, value);
        chart->high = fmax(chart->high, value);
    }
}

/* Room at both ends; something even where nothing moves. */
static void finish_range(struct chart *chart, bool from_zero)
{
    double room = (from_zero ? 0.06 : 0.2) * (chart->high - chart->low);

    if (!(chart->high > chart->low)) {
        room = chart->high != 0 ? 0.1 * fabs(chart->high) : 1;
    }
    chart->low -= from_zero ? 0 : room;
    chart->high += room;
}

static void draw_head(struct chart *chart, struct mx_plot_text headline, struct mx_plot_text line1,
                      struct mx_plot_text line2)
{
    mx_plot_frame_head(chart->picture, headline.s, line1.s, line2.s);
}

static double row_px(const struct chart *chart, size_t row)
{
    double pitch = fmin(34, (ROWS_TOP_PX - ROWS_BOTTOM_PX) / (double)chart->count);

    return ROWS_TOP_PX - pitch * ((double)row + 0.5);
}

/* What ticks of an axis are whole numbers of: of durations the unit that people would use. */
static double tick_unit(const struct chart *chart, double span)
{
    static const double units_s[] = {86400, 3600, 60, 1};
    size_t i = 0;

    while (mx_metric_text_is_duration(chart->metric) &&
           i + 1 < sizeof units_s / sizeof units_s[0] && span < 3 * units_s[i]) {
        i++;
    }
    return mx_metric_text_is_duration(chart->metric) ? units_s[i] : 1;
}

/* A step of 1, 2 or 5 times a power of ten with up to six ticks. */
static void draw_axis(struct chart *chart, const char *title)
{
    double unit = tick_unit(chart, chart->high - chart->low);
    double span = (chart->high - chart->low) / unit, step = pow(10, floor(log10(span / 3)));
    double bottom = row_px(chart, chart->count) + 8;

    step *= span / step > 14 ? 5 : span / step > 6 ? 2 : 1;
    step *= unit;
    for (int i = 0; i < TICKS_MAX && (ceil(chart->low / step) + i) * step <= chart->high; i++) {
        double at = (ceil(chart->low / step) + i) * step;
        double x_px = place_px(chart, at);
        double value = fabs(at) < 1e-9 * step ? 0 : at;

        mx_plot_canvas_box(&chart->picture->canvas, /* strokes would lie over the bars */
                           &(struct mx_plot_box){x_px, bottom, x_px + 1, ROWS_TOP_PX, GRID_COLOUR});
        note(chart, value_text(chart, value), x_px, bottom - 12, 12, MX_PLOT_GREY, MX_PLOT_CENTRE);
    }
    note(chart, mx_plot_text_clean(title), (AXIS_LEFT_PX + AXIS_RIGHT_PX) / 2, bottom - 32, 13,
         MX_PLOT_GREY, MX_PLOT_CENTRE);
}

static void draw_names(struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i++) {
        const struct row *row = &chart->rows[i];
        double y_px = row_px(chart, i);
        bool has_note = row->note.s[0] != '\0';

        note(chart, mx_plot_text_fit(row->name.s, 12.5, false, AXIS_LEFT_PX - LEFT_PX - 14),
             AXIS_LEFT_PX - 14, y_px + (has_note ? 6 : 0), 12.5,
             row->is_strong ? MX_PLOT_INK : MX_PLOT_GREY, MX_PLOT_RIGHT);
        if (has_note) {
            note(chart, mx_plot_text_fit(row->note.s, 10.5, false, AXIS_LEFT_PX - LEFT_PX - 14),
                 AXIS_LEFT_PX - 14, y_px - 7, 10.5, 0x8A8A8A, MX_PLOT_RIGHT);
        }
    }
}

/* ---- tornado ---- */

static bool fill_tornado(struct chart *chart)
{
    const json_t *factors = json_object_get(chart->root, "factors");
    double base = number_of(chart->results, "base");
    const char *path;
    json_t *swing;

    chart->low = chart->high = base;
    json_object_foreach(json_object_get(chart->results, "one_at_a_time"), path, swing)
    {
        const json_t *factor = json_object_get(factors, path);
        double low = number_of(swing, "low"), high = number_of(swing, "high");
        struct row *row = &chart->rows[chart->count];

        if (!(fmax(fabs(low), fabs(high)) > 0)) {
            continue;
        }
        if (chart->count == ROWS_MAX) {
            chart->left_out++;
            continue;
        }
        row->name = short_path(path);
        row->note = mx_plot_text_format("%.60s (%s .. %s)", text_of(factor, "value"),
                                        short_value(text_of(factor, "low")).s,
                                        short_value(text_of(factor, "high")).s);
        row->from = low;
        row->to = high;
        row->is_strong = true;
        widen(chart, base + low);
        widen(chart, base + high);
        chart->count++;
    }
    finish_range(chart, false);
    return isfinite(base);
}

static void draw_bar(struct chart *chart, double y_px, double half_px, double base, double change,
                     mx_plot_colour colour)
{
    double from_px = place_px(chart, base), to_px = place_px(chart, base + change);

    if (!isfinite(change) || !(fabs(to_px - from_px) > 0)) {
        return;
    }
    mx_plot_canvas_box(&chart->picture->canvas,
                       &(struct mx_plot_box){fmin(from_px, to_px), y_px - half_px,
                                             fmax(from_px, to_px), y_px + half_px, colour});
    note(chart, change_text(chart, change), to_px + (change > 0 ? 5 : -5), y_px, 11, colour,
         change > 0 ? MX_PLOT_LEFT : MX_PLOT_RIGHT);
}

static void draw_tornado(struct chart *chart)
{
    double base = number_of(chart->results, "base"), x_px = place_px(chart, base);
    double pitch = row_px(chart, 0) - row_px(chart, 1);

    draw_axis(chart, chart->metric);
    draw_names(chart);
    for (size_t i = 0; i < chart->count; i++) {
        const struct row *row = &chart->rows[i];
        double y_px = row_px(chart, i), half = fmin(8, 0.36 * pitch);
        bool same_side = row->from * row->to > 0;

        /* both ends on one side of the middle: one above the other */
        draw_bar(chart, y_px + (same_side ? half / 2 : 0), same_side ? half / 2 : half, base,
                 row->from, LOW_COLOUR);
        draw_bar(chart, y_px - (same_side ? half / 2 : 0), same_side ? half / 2 : half, base,
                 row->to, HIGH_COLOUR);
    }
    stroke(chart, x_px, row_px(chart, chart->count) + 8, x_px, ROWS_TOP_PX, 1.5, MX_PLOT_INK);
    note(chart, mx_plot_text_format("as written: %s", value_text(chart, base).s), x_px,
         ROWS_TOP_PX + 10, 12, MX_PLOT_INK, MX_PLOT_CENTRE);
    draw_head(
        chart, mx_plot_text_format("%s hangs most on %s", chart->metric, chart->rows[0].name.s),
        mx_plot_text_format("Each ASSUMED value or parameter alone at the low (blue) and the "
                            "high (orange) end of its stated range,"),
        mx_plot_text_format("all else as written, with the same random draws.%s",
                            chart->left_out > 0
                                ? mx_plot_text_format(" %zu more move it less.", chart->left_out).s
                                : ""));
}

/* ---- influence ---- */

static bool fill_influence(struct chart *chart)
{
    const char *value = is_sobol(chart) ? "total" : is_alone(chart) ? "swing" : "mu_star";
    const char *interval = is_sobol(chart) ? "total_interval" : "mu_star_interval";
    const char *name;
    json_t *group;

    json_object_foreach(json_object_get(chart->results, "groups"), name, group)
    {
        const json_t *ends = json_object_get(group, interval);
        struct row *row = &chart->rows[chart->count];
        double at = number_of(group, value);

        if (!(at > 0) || chart->count == ROWS_MAX) {
            chart->left_out++;
            continue;
        }
        row->name = short_path(name);
        row->note = mx_plot_text_clean("");
        row->at = at;
        row->from = json_is_number(json_array_get(ends, 0))
                        ? json_number_value(json_array_get(ends, 0))
                        : NAN;
        row->to = json_is_number(json_array_get(ends, 1))
                      ? json_number_value(json_array_get(ends, 1))
                      : NAN;
        row->is_strong = json_is_true(json_object_get(group, "hangs"));
        widen(chart, row->at);
        widen(chart, row->to);
        chart->count++;
    }
    finish_range(chart, true);
    return true;
}

/* strong: on how many the answer hangs; first: the first of them. */
static void draw_influence_head(struct chart *chart, size_t strong, const char *first)
{
    const char *largest = chart->rows[0].name.s;
    bool is_first = strcmp(first, largest) == 0;
    const char *clear = is_alone(chart) ? "" : ", with an interval clear of 0";
    struct mx_plot_text more =
        chart->left_out > 0 ? mx_plot_text_format(" %zu more hardly move it.", chart->left_out)
                            : mx_plot_text_clean("");
    struct mx_plot_text what,
        interval = mx_plot_text_format(
            "%.4g %% interval, of %s. ", 100 * number_of(chart->root, "confidence"),
            text_of(json_object_get(chart->root, "interval_of"), "groups"));

    if (is_sobol(chart)) {
        what = mx_plot_text_clean("Share of the variance that would be left if all else were known "
                                  "(Sobol' total index), with its");
    } else if (is_alone(chart)) {
        what = mx_plot_text_clean("The larger change when a value alone goes to either end of its "
                                  "range, all else as written.");
        interval = mx_plot_text_clean("");
    } else {
        what = mx_plot_text_clean("Mean absolute change over steps of two thirds of the range, "
                                  "scaled to all of it (Morris' mu*), with its");
    }
    draw_head(
        chart,
        strong == 0 ? mx_plot_text_format("%s may hang on %s: its interval reaches 0",
                                          chart->metric, largest)
        : strong == 1
            ? mx_plot_text_format("%s hangs on %s%s%s", chart->metric, first,
                                  is_first ? "" : ", perhaps more on ", is_first ? "" : largest)
            : mx_plot_text_format("%s hangs on %zu of what was varied, %s first%s%s", chart->metric,
                                  strong, first, is_first ? "" : ", perhaps more on ",
                                  is_first ? "" : largest),
        what,
        mx_plot_text_format("%sOrange: the answer hangs on it%s.%s", interval.s, clear, more.s));
}

/* A line with a cap at either end. */
static void draw_interval(struct chart *chart, const struct row *row, double y_px,
                          mx_plot_colour colour)
{
    const double ends_px[] = {place_px(chart, fmax(row->from, 0)), place_px(chart, row->to)};

    stroke(chart, ends_px[0], y_px, ends_px[1], y_px, 1.5, colour);
    for (size_t i = 0; i < 2 && ends_px[1] - ends_px[0] > 8; i++) { /* else under the mark */
        stroke(chart, ends_px[i], y_px - 4, ends_px[i], y_px + 4, 1.5, colour);
    }
}

static void draw_influence(struct chart *chart)
{
    const char *first = "";
    size_t strong = 0;

    draw_axis(chart, is_sobol(chart)
                         ? mx_plot_text_format("share of the variance of %s", chart->metric).s
                         : mx_plot_text_format("moves %s by", chart->metric).s);
    draw_names(chart);
    for (size_t i = 0; i < chart->count; i++) {
        const struct row *row = &chart->rows[i];
        mx_plot_colour colour = row->is_strong ? HIGH_COLOUR : MX_PLOT_PALE;
        double y_px = row_px(chart, i), x_px = place_px(chart, row->at);

        first = row->is_strong && strong == 0 ? row->name.s : first;
        strong += row->is_strong;
        if (isfinite(row->from) && isfinite(row->to)) {
            draw_interval(chart, row, y_px, colour);
        }
        mx_plot_canvas_box(&chart->picture->canvas,
                           &(struct mx_plot_box){x_px - 4, y_px - 4, x_px + 4, y_px + 4, colour});
    }
    stroke(chart, AXIS_LEFT_PX, row_px(chart, chart->count) + 8, AXIS_LEFT_PX, ROWS_TOP_PX, 1,
           MX_PLOT_GREY);
    draw_influence_head(chart, strong, first);
}

/* ---- the picture ---- */

/* In the terminal an influence is a bar from nothing, a swing one between its two ends. */
static void write_data(struct chart *chart, bool is_tornado)
{
    FILE *script = chart->picture->script;
    struct mx_plot_ticks ticks = {.count = 0};
    double base = is_tornado ? number_of(chart->results, "base") : 0;

    mx_plot_table_head(chart->picture->table, is_tornado
                                                  ? "metric,value,as_written,at_low_end,at_high_end"
                                                  : "metric,group,hangs,influence,low,high");
    (void)fputs("$d1 << EOD\n", script);
    for (size_t i = 0; i < chart->count; i++) {
        const struct row *row = &chart->rows[i];
        const char *texts[] = {chart->metric, row->name.s, row->is_strong ? "yes" : "no"};
        const double ends[] = {base, base + row->from, base + row->to};
        const double influence[] = {row->at, row->from, row->to};
        double low = is_tornado ? base + fmin(fmin(row->from, row->to), 0) : 0;
        double high = is_tornado ? base + fmax(fmax(row->from, row->to), 0) : row->at;

        mx_plot_table_row(chart->picture->table, texts, is_tornado ? 2 : 3,
                          is_tornado ? ends : influence, 3);
        (void)fprintf(script, "%.10g %zu %.10g\n", high, chart->count - i, low);
        mx_plot_ticks_add(&ticks, (double)(chart->count - i),
                          mx_plot_text_fit(row->name.s, 13.0, false, 190.0));
    }
    (void)fputs(chart->count == 0 ? "0 0 0\nEOD\n" : "EOD\n", script);
    mx_plot_script_ticks(script, "y_tick", &ticks);
    mx_plot_script_number(script, "x_min", chart->low);
    mx_plot_script_number(script, "x_max", chart->high);
    mx_plot_script_number(script, "y_max", (double)chart->count + 1.0);
    mx_plot_script_number(script, "terminal_has_from", 1);
    mx_plot_script_text(script, "terminal_unit", chart->metric);
    mx_plot_frame_form(chart->picture, MX_PLOT_BARS, 1);
}

static void draw(struct chart *chart, bool is_tornado)
{
    if (chart->count == 0) {
        draw_head(chart, mx_plot_text_format("Nothing that was varied moves %s", chart->metric),
                  mx_plot_text_clean(""), mx_plot_text_clean(""));
        chart->picture->is_empty = true;
    } else {
        if (is_tornado) {
            draw_tornado(chart);
        } else {
            draw_influence(chart);
        }
        chart->picture->blank_px = fmax(row_px(chart, chart->count) - 36.0, 0.0);
    }
    write_data(chart, is_tornado);
}

static int draw_file(struct mx_plot_picture *picture, const char *file, bool is_tornado)
{
    json_error_t why;
    struct chart *chart = calloc(1, sizeof *chart);
    json_t *root = json_load_file(file, 0, &why);
    int code = 0;

    if (chart == NULL) {
        code = mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    } else if (root == NULL) {
        code = mx_plot_fail(picture->error, MX_EXIT_INVALID, "%s:%d: %s", file, why.line, why.text);
    } else if (strcmp(text_of(root, "kind"), "sensitivity") != 0) {
        code = mx_plot_fail(picture->error, MX_EXIT_INVALID,
                            "%s: it holds no results of `mxsim sensitivity`", file);
    } else {
        void *first = json_object_iter(json_object_get(root, "metrics"));

        chart->root = root;
        chart->picture = picture;
        chart->metric = first != NULL ? json_object_iter_key(first) : "";
        chart->results = first != NULL ? json_object_iter_value(first) : NULL;
        picture->name =
            mx_plot_text_format("study %s", text_of(json_object_get(root, "study"), "name"));
        if (first != NULL && (is_tornado ? fill_tornado(chart) : fill_influence(chart))) {
            draw(chart, is_tornado);
        } else {
            code = mx_plot_fail(picture->error, MX_EXIT_INVALID, "%s: nothing in it can be drawn",
                                file);
        }
    }
    json_decref(root);
    free(chart);
    return code;
}

int mx_plot_influence(struct mx_plot_picture *picture, const char *file,
                      const struct mx_plot_request *request)
{
    (void)request; /* nothing to choose */
    return draw_file(picture, file, false);
}

int mx_plot_tornado(struct mx_plot_picture *picture, const char *file,
                    const struct mx_plot_request *request)
{
    (void)request;
    return draw_file(picture, file, true);
}
