// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_tradeoff.c - two metrics of a sweep against each other: every point, and those that
 * no other beats in both (the Pareto set), numbered and named. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_study_parts.h"
#include "sim/result/plot_sweep.h"
#include "sim/result/plot_table.h"
#include "sim/stats/metric_name.h"

#define LEFT_PX 108.0
#define RIGHT_PX 590.0
#define TOP_PX 476.0
#define BOTTOM_PX 66.0
#define INSET_PX 22.0 /* from the edge to the scales' ends: room for marks and their numbers */
#define LIST_PX 622.0
#define LIST_RIGHT_PX 936.0
#define LIST_ROW_PX 31.0
#define LISTED_MAX 12
#define TICKS 5
#define DOTS_MAX 1200 /* more points are shown as squares, the darker the more there are */
#define SQUARE_COLUMNS 60
#define SQUARE_ROWS 50
#define DOT_COLOUR 0x999999
#define FRONT_COLOUR 0xD55E00
#define GRID_COLOUR 0xE4E4E4

/* By which a point is judged. */
struct side {
    size_t metric;
    const char *name;
    bool is_larger_better;
    double low, high, step; /* of the axis */
};

/* kept: points where both are known, best x first; front: of these, in the same order. */
struct scatter {
    const struct mx_plot_sweep *sweep;
    struct side x, y;
    size_t *kept, *front;
    size_t kept_count, front_count, left_out;
};

/* The larger the better, for either way round. */
static double merit(const struct scatter *scatter, const struct side *side, size_t point)
{
    double value = scatter->sweep->means[side->metric][point].y;

    return side->is_larger_better ? value : -value;
}

static bool ends_with(const char *name, const char *end)
{
    size_t size = strlen(name), end_size = strlen(end);

    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

/* Delivered against the time it takes, where the sweep has both; else its first two. */
static void choose_metrics(const struct mx_plot_sweep *sweep, size_t metrics[2])
{
    size_t rate = sweep->metric_count, time = sweep->metric_count;

    for (size_t m = sweep->metric_count; m-- > 0;) {
        rate = ends_with(sweep->metrics[m], "delivered_rate") ? m : rate;
        time = ends_with(sweep->metrics[m], "time_until_99pct_s") ? m : time;
    }
    metrics[0] = rate < sweep->metric_count && time < sweep->metric_count ? time : 0;
    metrics[1] = rate < sweep->metric_count && time < sweep->metric_count ? rate : 1;
}

struct place {
    double x, y; /* merits */
    size_t point;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *p = a, *q = b;

    return p->x != q->x   ? (p->x < q->x) - (p->x > q->x)
           : p->y != q->y ? (p->y < q->y) - (p->y > q->y)
                          : (p->point > q->point) - (p->point < q->point);
}

/* Best x first, then best y: what is better in y than all before it is beaten by none. Of points
 * that are equal in both the first stands for all. */
static bool find_front(struct scatter *scatter)
{
    const struct mx_plot_sweep *sweep = scatter->sweep;
    struct place *places = calloc(sweep->point_count, sizeof *places);
    double best = -INFINITY;

    scatter->kept = calloc(sweep->point_count, sizeof *scatter->kept);
    scatter->front = calloc(sweep->point_count, sizeof *scatter->front);
    if (places == NULL || scatter->kept == NULL || scatter->front == NULL) {
        free(places);
        return false;
    }
    for (size_t i = 0; i < sweep->point_count; i++) {
        struct place place = {merit(scatter, &scatter->x, i), merit(scatter, &scatter->y, i), i};

        if (sweep->failed[i] || isnan(place.x) || isnan(place.y)) {
            scatter->left_out++;
        } else {
            places[scatter->kept_count++] = place;
        }
    }
    qsort(places, scatter->kept_count, sizeof *places, compare_places);
    for (size_t i = 0; i < scatter->kept_count; i++) {
        scatter->kept[i] = places[i].point;
        if (places[i].y > best) {
            best = places[i].y;
            scatter->front[scatter->front_count++] = places[i].point;
        }
    }
    free(places);
    return true;
}

/* ---- the area ---- */

static void find_range(const struct scatter *scatter, struct side *side)
{
    double low = INFINITY, high = -INFINITY, room;

    for (size_t i = 0; i < scatter->kept_count; i++) {
        double value = scatter->sweep->means[side->metric][scatter->kept[i]].y;

        low = fmin(low, value);
        high = fmax(high, value);
    }
    room = high > low ? 0 : fmax(0.05 * fabs(high), 1e-6);
    side->step = mx_figure_step(side->name, (high - low + 2 * room) / TICKS);
    side->low = floor((low - room) / side->step) * side->step;
    side->high = ceil((high + room) / side->step - 1e-9) * side->step;
    if (high <= 1 && mx_metric_text_is_share(side->name)) { /* no share is larger */
        side->high = fmin(side->high, 1);
        side->low = fmin(side->low, 1 - side->step);
    }
}

static double value_of(const struct scatter *scatter, const struct side *side, size_t point)
{
    return scatter->sweep->means[side->metric][point].y;
}

static double x_px(const struct scatter *scatter, double value)
{
    const struct side *x = &scatter->x;

    return LEFT_PX + INSET_PX +
           (RIGHT_PX - LEFT_PX - 2 * INSET_PX) * (value - x->low) / (x->high - x->low);
}

static double y_px(const struct scatter *scatter, double value)
{
    const struct side *y = &scatter->y;

    return BOTTOM_PX + INSET_PX +
           (TOP_PX - BOTTOM_PX - 2 * INSET_PX) * (value - y->low) / (y->high - y->low);
}

static struct mx_plot_text side_title(const struct side *side, bool is_upright)
{
    return mx_plot_text_format("%s (better: %s)", side->name,
                               is_upright               ? side->is_larger_better ? "up" : "down"
                               : side->is_larger_better ? "right"
                                                        : "left");
}

static void draw_axes(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    struct mx_plot_canvas *canvas = &picture->canvas;
    const struct side *sides[] = {&scatter->x, &scatter->y};

    for (size_t s = 0; s < 2; s++) {
        const struct side *side = sides[s];
        int count = (int)round((side->high - side->low) / side->step);

        for (int i = 0; i <= count; i++) {
            double value = side->low + i * side->step;
            double at = s == 0 ? x_px(scatter, value) : y_px(scatter, value);
            struct mx_plot_text text =
                mx_figure_value(side->name, fabs(value) < 1e-9 * side->step ? 0 : value);

            mx_plot_canvas_box(/* strokes would lie over the points */
                               canvas, s == 0 ? &(struct mx_plot_box){at, BOTTOM_PX, at + 1, TOP_PX,
                                                                      GRID_COLOUR}
                                              : &(struct mx_plot_box){LEFT_PX, at, RIGHT_PX, at + 1,
                                                                      GRID_COLOUR});
            mx_plot_canvas_text(canvas, text, s == 0 ? at : LEFT_PX - 10,
                                s == 0 ? BOTTOM_PX - 14 : at, 12, MX_PLOT_GREY,
                                s == 0 ? MX_PLOT_CENTRE : MX_PLOT_RIGHT);
        }
    }
    mx_plot_canvas_text(canvas, side_title(&scatter->x, false), (LEFT_PX + RIGHT_PX) / 2,
                        BOTTOM_PX - 36, 12.5, MX_PLOT_GREY, MX_PLOT_CENTRE);
    mx_plot_canvas_text(canvas, side_title(&scatter->y, true), 30, TOP_PX + 19, 12.5, MX_PLOT_GREY,
                        MX_PLOT_LEFT);
}

static void square(struct mx_plot_canvas *canvas, double x, double y, double half,
                   mx_plot_colour colour)
{
    mx_plot_canvas_box(canvas,
                       &(struct mx_plot_box){x - half, y - half, x + half, y + half, colour});
}

/* Points as squares of a raster, in five greys by the logarithm of how many there are. */
static bool draw_raster(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    static const mx_plot_colour greys[] = {0xD9D9D9, 0xC4C4C4, 0xB8B8B8, 0x999999, 0x777777};
    const double width = (RIGHT_PX - LEFT_PX) / SQUARE_COLUMNS;
    const double height = (TOP_PX - BOTTOM_PX) / SQUARE_ROWS;
    size_t *counts = calloc((size_t)SQUARE_COLUMNS * SQUARE_ROWS, sizeof *counts), most = 1;

    for (size_t i = 0; counts != NULL && i < scatter->kept_count; i++) {
        double x = x_px(scatter, value_of(scatter, &scatter->x, scatter->kept[i])) - LEFT_PX;
        double y = y_px(scatter, value_of(scatter, &scatter->y, scatter->kept[i])) - BOTTOM_PX;
        size_t column = (size_t)fmin(x / width, SQUARE_COLUMNS - 1);
        size_t row = (size_t)fmin(y / height, SQUARE_ROWS - 1), *count;

        count = &counts[row * SQUARE_COLUMNS + column];
        *count += 1;
        most = *count > most ? *count : most;
    }
    for (size_t i = 0; counts != NULL && i < (size_t)SQUARE_COLUMNS * SQUARE_ROWS; i++) {
        size_t column = i % SQUARE_COLUMNS, row = i / SQUARE_COLUMNS;
        double x = LEFT_PX + (double)column * width, y = BOTTOM_PX + (double)row * height;

        if (counts[i] > 0) {
            double share = log((double)counts[i]) / fmax(log((double)most), 1e-9);

            mx_plot_canvas_box(&picture->canvas,
                               &(struct mx_plot_box){x, y, x + width, y + height,
                                                     greys[(size_t)fmin(share * 5, 4)]});
        }
    }
    free(counts);
    return counts != NULL;
}

static bool draw_points(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    if (scatter->kept_count > DOTS_MAX) {
        return draw_raster(picture, scatter);
    }
    for (size_t i = 0; i < scatter->kept_count; i++) {
        square(&picture->canvas, x_px(scatter, value_of(scatter, &scatter->x, scatter->kept[i])),
               y_px(scatter, value_of(scatter, &scatter->y, scatter->kept[i])), 2.5, DOT_COLOUR);
    }
    return true;
}

/* ---- the points that none beats ---- */

/* The i-th that is listed: all of them, or of more evenly many with both ends. */
static size_t listed(const struct scatter *scatter, size_t i)
{
    size_t count = scatter->front_count;

    return count <= LISTED_MAX ? i : i * (count - 1) / (LISTED_MAX - 1);
}

/* A line of steps through them, and a mark on each. */
static void draw_front(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    struct mx_plot_canvas *canvas = &picture->canvas;

    for (size_t i = 0; i < scatter->front_count; i++) {
        double x = x_px(scatter, value_of(scatter, &scatter->x, scatter->front[i]));
        double y = y_px(scatter, value_of(scatter, &scatter->y, scatter->front[i]));

        if (i > 0) {
            double x0 = x_px(scatter, value_of(scatter, &scatter->x, scatter->front[i - 1]));
            double y0 = y_px(scatter, value_of(scatter, &scatter->y, scatter->front[i - 1]));

            mx_plot_canvas_stroke(canvas,
                                  &(struct mx_plot_stroke){x0, y0, x, y0, 1.2, FRONT_COLOUR, 1});
            mx_plot_canvas_stroke(canvas,
                                  &(struct mx_plot_stroke){x, y0, x, y, 1.2, FRONT_COLOUR, 1});
        }
        square(canvas, x, y, 4, FRONT_COLOUR);
    }
}

/* Numbers at the marks; one that has no room beside the last goes without. */
static void draw_numbers(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    size_t count = scatter->front_count < LISTED_MAX ? scatter->front_count : LISTED_MAX;
    double side = scatter->y.is_larger_better ? 12 : -12, last_x = -1e9, last_y = -1e9;

    for (size_t i = 0; i < count; i++) {
        size_t point = scatter->front[listed(scatter, i)];
        double x = x_px(scatter, value_of(scatter, &scatter->x, point));
        double y = y_px(scatter, value_of(scatter, &scatter->y, point)) + side;

        if (fabs(x - last_x) < 16 && fabs(y - last_y) < 13) {
            continue;
        }
        mx_plot_canvas_text(&picture->canvas, mx_plot_text_format("%zu", i + 1), x, y, 12, 0xC35400,
                            MX_PLOT_CENTRE);
        last_x = x;
        last_y = y;
    }
}

static struct mx_plot_text values_text(const struct scatter *scatter, size_t point)
{
    return mx_plot_text_format(
        "%s, %s", mx_figure_amount(scatter->x.name, value_of(scatter, &scatter->x, point)).s,
        mx_figure_amount(scatter->y.name, value_of(scatter, &scatter->y, point)).s);
}

static void draw_list(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    struct mx_plot_canvas *canvas = &picture->canvas;
    size_t count = scatter->front_count < LISTED_MAX ? scatter->front_count : LISTED_MAX;
    const double width = LIST_RIGHT_PX - LIST_PX - 26;

    mx_plot_canvas_note(canvas, &(struct mx_plot_note){.text = mx_plot_text_clean("Beaten by none"),
                                                       .x_px = LIST_PX,
                                                       .y_px = TOP_PX + 19,
                                                       .font_px = 12.5,
                                                       .colour = MX_PLOT_INK,
                                                       .bold = true});
    for (size_t i = 0; i < count; i++) {
        size_t point = scatter->front[listed(scatter, i)];
        double y = TOP_PX - 6 - LIST_ROW_PX * (double)i;

        mx_plot_canvas_text(canvas, mx_plot_text_format("%zu", i + 1), LIST_PX + 14, y, 12.5,
                            0xC35400, MX_PLOT_RIGHT);
        mx_plot_canvas_text(
            canvas,
            mx_plot_text_fit(mx_plot_sweep_settings(scatter->sweep, point).s, 12.5, false, width),
            LIST_PX + 26, y, 12.5, MX_PLOT_INK, MX_PLOT_LEFT);
        mx_plot_canvas_text(canvas,
                            mx_plot_text_fit(values_text(scatter, point).s, 11, false, width),
                            LIST_PX + 26, y - 14, 11, 0x777777, MX_PLOT_LEFT);
    }
    if (count < scatter->front_count) {
        mx_plot_canvas_text(canvas,
                            mx_plot_text_format("%zu of %zu; all in the picture's data", count,
                                                scatter->front_count),
                            LIST_PX, TOP_PX - 6 - LIST_ROW_PX * (double)count, 12, MX_PLOT_GREY,
                            MX_PLOT_LEFT);
    }
}

/* ---- what it says, and its data ---- */

static void draw_head(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    struct mx_plot_text headline, more = mx_plot_text_clean("");

    headline =
        scatter->front_count == 1
            ? mx_plot_text_format("By the means of %s, %.160s is best in both",
                                  mx_plot_sweep_run_count(scatter->sweep).s,
                                  mx_plot_sweep_settings(scatter->sweep, scatter->front[0]).s)
            : mx_plot_text_format(
                  "%zu of %s settings are worth a choice: by the means of %s none beats them",
                  scatter->front_count, mx_plot_count((double)scatter->sweep->point_count).s,
                  mx_plot_sweep_run_count(scatter->sweep).s);
    if (scatter->left_out > 0) {
        more = mx_plot_text_format(" %s without both values not shown.",
                                   mx_plot_count((double)scatter->left_out).s);
    }
    if (scatter->kept_count > DOTS_MAX) {
        more = mx_plot_text_format("%s Grey: the darker, the more points.", more.s);
    }
    mx_plot_frame_head(
        picture, headline.s,
        mx_plot_text_format("Every point by two metrics, means of %s. Points nearer than their "
                            "intervals cannot be told apart.",
                            mx_plot_sweep_run_count(scatter->sweep).s)
            .s,
        mx_plot_text_format("Orange: no other point beats them in both.%s", more.s).s);
}

static bool is_equal(const struct scatter *scatter, size_t a, size_t b)
{
    return !(fabs(merit(scatter, &scatter->x, a) - merit(scatter, &scatter->x, b)) > 0) &&
           !(fabs(merit(scatter, &scatter->y, a) - merit(scatter, &scatter->y, b)) > 0);
}

static void write_table(FILE *table, const struct scatter *scatter)
{
    const struct mx_plot_sweep *sweep = scatter->sweep;
    const char **texts = calloc(sweep->parameter_count + 3, sizeof *texts);
    size_t next = 0; /* of the front; kept holds it in the same order */

    for (size_t p = 0; texts != NULL && p < sweep->parameter_count; p++) {
        texts[p] = sweep->parameters[p].name;
    }
    if (texts != NULL) {
        texts[sweep->parameter_count] = scatter->x.name;
        texts[sweep->parameter_count + 1] = scatter->y.name;
        texts[sweep->parameter_count + 2] = "beaten_by_none";
        (void)fputs("point,", table);
        mx_plot_table_row(table, texts, sweep->parameter_count + 3, NULL, 0);
    }
    for (size_t i = 0; texts != NULL && i < scatter->kept_count; i++) {
        size_t point = scatter->kept[i];
        bool is_next = next < scatter->front_count && scatter->front[next] == point;
        bool is_front =
            is_next || is_equal(scatter, point, scatter->front[next > 0 ? next - 1 : 0]);
        const double numbers[] = {value_of(scatter, &scatter->x, point),
                                  value_of(scatter, &scatter->y, point), is_front ? 1 : 0};

        next += is_next ? 1 : 0;
        for (size_t p = 0; p < sweep->parameter_count; p++) {
            texts[p] = mx_plot_sweep_cell(sweep, point, p)->text.s;
        }
        (void)fprintf(table, "%zu,", point);
        mx_plot_table_row(table, texts, sweep->parameter_count, numbers, 3);
    }
    free(texts);
}

static void write_terminal(struct mx_plot_picture *picture, const struct scatter *scatter)
{
    const struct side *sides[] = {&scatter->x, &scatter->y};
    const size_t *const lists[] = {scatter->kept, scatter->front};
    const size_t counts[] = {scatter->kept_count, scatter->front_count};

    for (size_t l = 0; l < 2; l++) {
        (void)fprintf(picture->script, "$d%zu << EOD\n", l + 1);
        for (size_t i = 0; i < counts[l]; i++) {
            (void)fprintf(picture->script, "%.10g %.10g\n",
                          value_of(scatter, &scatter->x, lists[l][i]),
                          value_of(scatter, &scatter->y, lists[l][i]));
        }
        (void)fputs("EOD\n", picture->script);
    }
    for (size_t s = 0; s < 2; s++) {
        struct mx_plot_ticks ticks = {.count = 0};

        for (int i = 0; i <= (int)round((sides[s]->high - sides[s]->low) / sides[s]->step); i++) {
            double value = sides[s]->low + i * sides[s]->step;

            mx_plot_ticks_add(&ticks, value, mx_figure_value(sides[s]->name, value));
        }
        mx_plot_script_ticks(picture->script, s == 0 ? "x_tick" : "y_tick", &ticks);
        mx_plot_script_number(picture->script, s == 0 ? "x_min" : "y_min", sides[s]->low);
        mx_plot_script_number(picture->script, s == 0 ? "x_max" : "y_max", sides[s]->high);
        mx_plot_script_text(picture->script, s == 0 ? "x_title" : "y_title",
                            side_title(sides[s], s == 1).s);
    }
    mx_plot_frame_form(picture, MX_PLOT_POINTS, 2);
}

static void draw_nothing(struct mx_plot_picture *picture, const char *why)
{
    const struct mx_plot_area area = {LEFT_PX, LIST_RIGHT_PX, BOTTOM_PX, TOP_PX};

    mx_plot_frame_head(picture, "No trade-off to show", "", "");
    mx_plot_frame_empty(picture, &area, why);
    mx_plot_table_head(picture->table, "point");
    (void)fputs("$d1 << EOD\n0 0\nEOD\n$d2 << EOD\n0 0\nEOD\n", picture->script);
    mx_plot_script_number(picture->script, "x_max", 1);
    mx_plot_script_number(picture->script, "y_max", 1);
    mx_plot_script_text(picture->script, "x_title", why);
    mx_plot_script_text(picture->script, "y_title", "");
    mx_plot_frame_form(picture, MX_PLOT_POINTS, 2);
}

static int draw(struct mx_plot_picture *picture, struct scatter *scatter)
{
    int code =
        find_front(scatter) ? 0 : mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");

    if (code == 0 && scatter->kept_count == 0) {
        draw_nothing(picture, "At no point are both metrics defined");
    } else if (code == 0) {
        find_range(scatter, &scatter->x);
        find_range(scatter, &scatter->y);
        draw_axes(picture, scatter);
        if (!draw_points(picture, scatter)) {
            code = mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
        }
        draw_front(picture, scatter);
        draw_numbers(picture, scatter);
        draw_list(picture, scatter);
        draw_head(picture, scatter);
        write_table(picture->table, scatter);
        write_terminal(picture, scatter);
    }
    free(scatter->kept);
    free(scatter->front);
    return code;
}

int mx_plot_tradeoff(struct mx_plot_picture *picture, const char *file,
                     const struct mx_plot_request *request)
{
    size_t metrics[MX_PLOT_WISH_COUNT_MAX];
    struct mx_plot_sweep sweep;
    struct scatter scatter = {.sweep = &sweep};
    int code = mx_plot_sweep_init(&sweep, file, picture->error);

    if (code == 0 && request->metric_count != 0 && request->metric_count != 2) {
        code = mx_plot_fail(picture->error, MX_EXIT_USAGE,
                            "tradeoff takes two --metric, the first along x, not %zu",
                            request->metric_count);
    }
    if (code == 0) {
        choose_metrics(&sweep, metrics);
        code = mx_plot_sweep_find(&sweep, request, metrics, picture->error);
    }
    picture->name = mx_plot_text_format("study %s", sweep.name);
    if (code == 0 && sweep.metric_count < 2) {
        draw_nothing(picture, "The sweep has one metric; a trade-off needs two");
    } else if (code == 0) {
        for (size_t m = 0; m < 2 && code == 0; m++) {
            code = mx_plot_sweep_need(&sweep, file, metrics[m], picture->error);
        }
        scatter.x = (struct side){.metric = metrics[0], .name = sweep.metrics[metrics[0]]};
        scatter.y = (struct side){.metric = metrics[1], .name = sweep.metrics[metrics[1]]};
        scatter.x.is_larger_better = mx_plot_sweep_larger_is_better(scatter.x.name);
        scatter.y.is_larger_better = mx_plot_sweep_larger_is_better(scatter.y.name);
        code = code == 0 ? draw(picture, &scatter) : code;
    }
    mx_plot_sweep_fini(&sweep);
    return code;
}
