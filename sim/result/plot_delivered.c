// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_delivered.c - delivered share by age, a line per provider, from seconds to days. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_table.h"

#define LOW_S 1.0
#define HIGH_S_MIN 60.0
#define USUAL_LIFETIME_S (72.0 * 3600.0)
#define LINE_PT 2.2
#define HEADLINE_LAG 0.01   /* a provider this much below all mail is the finding */
#define HEADLINE_SIZE 0.005 /* unless less than this share of the mail goes there */

/* The rows of one provider (or the total). */
struct curve {
    const struct mx_plot_age *rows;
    size_t count;
};

static struct curve find_curve(const struct mx_plot_data *data, size_t provider)
{
    struct curve curve = {NULL, 0};
    size_t low = 0, high = data->age_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (data->ages[middle].provider < provider) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (low + curve.count < data->age_count &&
           data->ages[low + curve.count].provider == provider) {
        curve.count++;
    }
    curve.rows = curve.count > 0 ? &data->ages[low] : NULL;
    return curve;
}

static double final_share(const struct curve *curve)
{
    return curve->count > 0 ? curve->rows[curve->count - 1].share : NAN;
}

static void write_point(FILE *script, double age_s, const struct mx_plot_age *row)
{
    (void)fprintf(script, "%.10g %.10g %.10g %.10g", age_s, row->share, row->low, row->high);
    if (!isnan(row->drawn_low)) {
        (void)fprintf(script, " %.10g %.10g", row->drawn_low, row->drawn_high);
    }
    (void)fputc('\n', script);
}

/* One data block: age, share, low, high, and the range with what is not known, if any. What lies
 * before LOW_S comes in at the left edge. */
static void write_curve(FILE *script, const struct curve *curve, size_t number)
{
    size_t first = 0;

    (void)fprintf(script, "$d%zu << EOD\n", number);
    while (first + 1 < curve->count && curve->rows[first + 1].age_s <= LOW_S) {
        first++;
    }
    for (size_t i = first; i < curve->count; i++) {
        const struct mx_plot_age *row = &curve->rows[i];
        write_point(script, fmax(row->age_s, LOW_S), row);
    }
    if (curve->count - first == 1) { /* a single point: a line of 2 % of its age */
        const struct mx_plot_age *row = &curve->rows[first];
        write_point(script, fmax(row->age_s, LOW_S) * 1.05, row);
    }
    (void)fputs("EOD\n", script);
}

/* What is drawn: pale lines first, the chosen on top. */
struct drawing {
    size_t count;
    double *colour, *dash, *width;
    struct mx_plot_text *title;
};

static void add_series(struct drawing *drawing, const char *title, mx_plot_colour colour, int dash,
                       double width)
{
    drawing->title[drawing->count] = mx_plot_text_clean(title);
    drawing->colour[drawing->count] = colour;
    drawing->dash[drawing->count] = dash;
    drawing->width[drawing->count++] = width;
}

static void write_series(struct mx_plot_picture *picture, const struct mx_plot_shown *shown,
                         struct drawing *drawing)
{
    const struct mx_plot_data *data = picture->data;

    for (size_t p = 0; p < data->provider_count; p++) {
        struct curve curve = find_curve(data, p);
        if (curve.count > 0 && mx_plot_shown_place(shown, p) == SIZE_MAX) {
            add_series(drawing, data->providers[p].shown.s, 0xC4C4C4, 1, 1.0);
            write_curve(picture->script, &curve, drawing->count);
        }
    }
    for (size_t i = shown->count; i-- > 0;) {
        struct curve curve = find_curve(data, shown->provider[i]);
        if (curve.count > 0) {
            add_series(drawing, data->providers[shown->provider[i]].shown.s, mx_plot_style(i)->line,
                       mx_plot_style(i)->dash, LINE_PT);
            write_curve(picture->script, &curve, drawing->count);
        }
    }
    if (drawing->count == 0) { /* nothing at all: a pale line at 0 */
        struct mx_plot_age rows[2] = {{.age_s = LOW_S, .drawn_low = NAN},
                                      {.age_s = HIGH_S_MIN, .drawn_low = NAN}};
        struct curve nothing = {rows, 2};
        add_series(drawing, "nothing", MX_PLOT_PALE, 1, 1.0);
        write_curve(picture->script, &nothing, 1);
    }
    mx_plot_script_number(picture->script, "series_count", (double)drawing->count);
    mx_plot_script_numbers(picture->script, "series_colour", drawing->colour, drawing->count);
    mx_plot_script_numbers(picture->script, "series_dash", drawing->dash, drawing->count);
    mx_plot_script_numbers(picture->script, "series_width", drawing->width, drawing->count);
    mx_plot_script_texts(picture->script, "series_title", drawing->title, drawing->count);
}

/* Every provider and the total, also those that the picture sums up. */
static void write_table(FILE *table, const struct mx_plot_data *data)
{
    const size_t count = data->has_drawn ? 6 : 4;

    mx_plot_table_head(table, data->has_drawn
                                  ? "provider,age_s,delivered_share,lo,hi,drawn_lo,drawn_hi"
                                  : "provider,age_s,delivered_share,lo,hi");
    for (size_t i = 0; i < data->age_count; i++) {
        const struct mx_plot_age *row = &data->ages[i];
        const char *name =
            row->provider < data->provider_count ? data->providers[row->provider].name : "total";
        const double numbers[] = {row->age_s, row->share,     row->low,
                                  row->high,  row->drawn_low, row->drawn_high};
        mx_plot_table_row(table, &name, 1, numbers, count);
    }
}

/* "23 others 97.1 % - 99.2 %", at the middle of their ends. Returns whether there are any. */
static bool others_tag(const struct mx_plot_data *data, const struct mx_plot_shown *shown,
                       struct mx_plot_tag *tag)
{
    double low = INFINITY, high = -INFINITY;
    size_t count = 0;

    for (size_t p = 0; p < data->provider_count; p++) {
        struct curve curve = find_curve(data, p);
        if (curve.count > 0 && mx_plot_shown_place(shown, p) == SIZE_MAX) {
            low = fmin(low, final_share(&curve));
            high = fmax(high, final_share(&curve));
            count++;
        }
    }
    if (count == 0) {
        return false;
    }
    *tag = (struct mx_plot_tag){.y_px = 0.5 * (low + high), .colour = 0x777777, .line = 0xC4C4C4};
    tag->text = mx_plot_text_format("%zu other%s %s%s%s", count, count == 1 ? "" : "s",
                                    mx_plot_share(low).s, high > low ? " to " : "",
                                    high > low ? mx_plot_share(high).s : "");
    return true;
}

/* Labels with the share at the right end; y_px holds the share until the area is known. */
static size_t collect_tags(const struct mx_plot_data *data, const struct mx_plot_shown *shown,
                           struct mx_plot_tag *tags)
{
    size_t count = 0;

    for (size_t i = 0; i < shown->count; i++) {
        const struct mx_plot_provider *provider = &data->providers[shown->provider[i]];
        struct curve curve = find_curve(data, shown->provider[i]);
        struct mx_plot_tag *tag = &tags[count];

        if (curve.count == 0) {
            continue;
        }
        *tag = (struct mx_plot_tag){.y_px = final_share(&curve),
                                    .colour = mx_plot_style(i)->text,
                                    .line = mx_plot_style(i)->line};
        tag->text =
            mx_plot_text_format("%s %s", provider->shown.s, mx_plot_share(final_share(&curve)).s);
        count++;
    }
    return count + (others_tag(data, shown, &tags[count]) ? 1 : 0);
}

/* What find_least looks for, of provider p. The times are the summary's own, not read off the
 * curve, whose lines between two ages say more than is known. */
static double share_of(const struct mx_plot_data *data, size_t p)
{
    struct curve curve = find_curve(data, p);
    return final_share(&curve);
}

static double speed_to_90(const struct mx_plot_data *data, size_t p)
{
    return -data->providers[p].scope.metric[MX_PLOT_UNTIL_90_S];
}

static double slowness_to_90(const struct mx_plot_data *data, size_t p)
{
    return data->providers[p].scope.metric[MX_PLOT_UNTIL_90_S];
}

/* The provider of some size with the least of a measure; SIZE_MAX for none. */
static size_t find_least(const struct mx_plot_data *data,
                         double (*measure)(const struct mx_plot_data *data, size_t provider),
                         double *value)
{
    double least = HEADLINE_SIZE * data->total.metric[MX_PLOT_SENT];
    size_t found = SIZE_MAX;

    for (size_t p = 0; p < data->provider_count; p++) {
        double x = measure(data, p);
        if (data->providers[p].scope.metric[MX_PLOT_SENT] >= least && !isnan(x) &&
            (found == SIZE_MAX || x < *value)) {
            found = p;
            *value = x;
        }
    }
    return found;
}

static struct mx_plot_text headline(const struct mx_plot_data *data, double high_s)
{
    struct curve total = find_curve(data, data->provider_count);
    double end = total.count > 0 ? final_share(&total) : data->total.metric[MX_PLOT_DELIVERED_RATE];
    double least = 0.0, most = 0.0, t50 = data->total.metric[MX_PLOT_UNTIL_50_S];
    size_t worst, best;

    if (data->age_count == 0 || isnan(end) || data->total.metric[MX_PLOT_SENT] <= 0.0) {
        return mx_plot_text_clean("No mail was sent, so none could be delivered");
    }
    if (end <= 0.0) {
        return mx_plot_text_format("Nothing is delivered within %s", mx_plot_duration(high_s).s);
    }
    worst = find_least(data, share_of, &least);
    if (data->has_drawn) {
        const struct mx_plot_age *last = &total.rows[total.count - 1];

        return mx_plot_text_format("%s to %s of the mail is delivered once what is not known "
                                   "counts; by chance alone %s to %s",
                                   mx_plot_share(last->drawn_low).s,
                                   mx_plot_share(last->drawn_high).s, mx_plot_share(last->low).s,
                                   mx_plot_share(last->high).s);
    }
    if (data->provider_count > 1 && worst != SIZE_MAX && least < end - HEADLINE_LAG) {
        return mx_plot_text_format("%s ends at %s delivered, all mail together at %s",
                                   data->providers[worst].shown.s, mx_plot_share(least).s,
                                   mx_plot_share(end).s);
    }
    worst = find_least(data, speed_to_90, &least);
    best = find_least(data, slowness_to_90, &most);
    if (best != SIZE_MAX && worst != SIZE_MAX && -least > 60.0 && -least > 4.0 * most) {
        return mx_plot_text_format("%s needs %s for 90 %% of its mail, %s only %s",
                                   data->providers[worst].shown.s, mx_plot_duration(-least).s,
                                   data->providers[best].shown.s, mx_plot_duration(most).s);
    }
    if (isnan(t50)) {
        return mx_plot_text_format("Only %s of the mail is delivered within %s",
                                   mx_plot_share(end).s, mx_plot_duration(high_s).s);
    }
    return mx_plot_text_format("%s of the mail is delivered, half of all within %s",
                               mx_plot_share(end).s, mx_plot_duration(t50).s);
}

static bool has_bands(const struct mx_plot_data *data)
{
    for (size_t i = 0; i < data->age_count; i++) {
        if (data->ages[i].high > data->ages[i].low) {
            return true;
        }
    }
    return false;
}

/* What the bands are, for the head. */
static const char *bands_text(const struct mx_plot_data *data)
{
    if (data->has_drawn) {
        return " Dark band: chance alone; light band: chance and what is not known (5th to 95th "
               "percentile).";
    }
    return has_bands(data) ? " Band: chance alone, 5th to 95th percentile of the runs." : "";
}

static void write_head(struct mx_plot_picture *picture, double high_s)
{
    const struct mx_plot_data *data = picture->data;

    mx_plot_frame_head(
        picture, headline(data, high_s).s,
        mx_plot_text_format("Delivered messages as %% of sent (recipients less drops; %s in all), "
                            "by time since creation. Label: share at %s.",
                            mx_plot_count(data->total.metric[MX_PLOT_SENT]).s,
                            mx_plot_duration(high_s).s)
            .s,
        mx_plot_text_format("%s%s%s", mx_plot_frame_runs(data).s, bands_text(data),
                            data->has_drawn ? ""
                                            : " Delivered = accepted by the provider, in the inbox "
                                              "or not.")
            .s);
}

/* Ages with a dashed line: those among the ticks that deserve one. */
static void write_marks(FILE *script, const struct mx_plot_ticks *ticks)
{
    double marks[MX_PLOT_TICK_COUNT_MAX];
    size_t count = 0;

    for (size_t i = 0; i < ticks->count; i++) {
        if (ticks->tick[i].line) {
            marks[count++] = ticks->tick[i].at;
        }
    }
    mx_plot_script_number(script, "mark_count", (double)count);
    mx_plot_script_numbers(script, "mark_at", marks, count);
}

/* Of all that is drawn of a point; fmin passes over a range that is not there. */
static double lowest_of(const struct mx_plot_age *row)
{
    return fmin(row->share, fmin(row->low, row->drawn_low));
}

/* Where the axis of shares begins: 0, or where all lines run near the top 80 or 90 %. */
static double lowest_share(const struct mx_plot_data *data)
{
    double lowest = 1.0;

    for (size_t p = 0; p < data->provider_count; p++) {
        struct curve curve = find_curve(data, p);
        for (size_t i = 0; i < curve.count;
             i++) { /* the last before the axis comes in at its end */
            if (i + 1 == curve.count || curve.rows[i + 1].age_s > LOW_S) {
                lowest = fmin(lowest, lowest_of(&curve.rows[i]));
            }
        }
    }
    return data->age_count == 0 || !(lowest >= 0.8) ? 0.0 : lowest >= 0.9 ? 0.9 : 0.8;
}

static void write_axes(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                       double high_s, double low)
{
    FILE *script = picture->script;
    struct mx_plot_ticks ticks;

    mx_plot_script_number(script, "x_min", LOW_S);
    mx_plot_script_number(script, "x_max", high_s);
    mx_plot_ticks_age(LOW_S, high_s, area->right_px - area->left_px, &ticks);
    mx_plot_script_ticks(script, "x_tick", &ticks);
    write_marks(script, &ticks);
    ticks.count = 0;
    for (int i = 0; i <= 5; i++) {
        double at = low + i * (1.0 - low) / 5.0;
        mx_plot_ticks_add(&ticks, at, mx_plot_text_format("%g %%", 100.0 * at));
    }
    mx_plot_script_number(script, "y_min", low);
    mx_plot_script_number(script, "y_max", 1.0);
    mx_plot_script_ticks(script, "y_tick", &ticks);
    mx_plot_frame_area(picture, area, "Time since creation (log scale)");
    mx_plot_frame_unit(picture, area,
                       low > 0.0 ? mx_plot_text_format("delivered, from %g %%", 100.0 * low).s
                                 : "delivered");
}

static void put_band_label(struct mx_plot_picture *picture, const char *text, mx_plot_colour colour,
                           double right_px, double y_px)
{
    mx_plot_canvas_stroke(&picture->canvas, &(struct mx_plot_stroke){.x1_px = right_px - 34.0,
                                                                     .y1_px = y_px,
                                                                     .x2_px = right_px - 10.0,
                                                                     .y2_px = y_px,
                                                                     .width_pt = 9.0,
                                                                     .colour = colour,
                                                                     .dash = 1});
    mx_plot_canvas_note(&picture->canvas, &(struct mx_plot_note){.text = mx_plot_text_clean(text),
                                                                 .x_px = right_px - 42.0,
                                                                 .y_px = y_px,
                                                                 .font_px = 13.0,
                                                                 .colour = MX_PLOT_INK,
                                                                 .align = MX_PLOT_RIGHT});
}

/* What the bands are, where curves that rise leave room: the lower right corner. */
static void write_band_labels(struct mx_plot_picture *picture, const struct mx_plot_area *area)
{
    put_band_label(picture, "chance alone", 0x80555555, area->right_px, area->bottom_px + 36.0);
    put_band_label(picture, "chance and what is not known", 0xD0555555, area->right_px,
                   area->bottom_px + 16.0);
}

/* The last age of the file, or 72 h if nothing is delivered later. */
static double latest_age(const struct mx_plot_data *data)
{
    double last_s = HIGH_S_MIN, still_s = 0.0;

    for (size_t i = 0; i < data->age_count; i++) {
        const struct mx_plot_age *row = &data->ages[i];
        last_s = fmax(last_s, row->age_s);
        if (i > 0 && row[-1].provider == row->provider && row->share > row[-1].share) {
            still_s = fmax(still_s, row->age_s);
        }
    }
    return still_s <= USUAL_LIFETIME_S ? fmin(last_s, USUAL_LIFETIME_S) : last_s;
}

int mx_plot_delivered(struct mx_plot_picture *picture)
{
    struct mx_plot_tag tags[MX_PLOT_TAG_COUNT_MAX];
    struct mx_plot_area area = {.left_px = 76.0, .bottom_px = 74.0, .top_px = 488.0};
    struct mx_plot_shown shown;
    struct drawing drawing = {0};
    double *numbers, high_s, low;
    size_t tag_count, room;
    int code = mx_plot_data_need(picture->data, MX_PLOT_AGES, picture->error);

    if (code != 0) {
        return code;
    }
    room = picture->data->provider_count + 1;
    numbers = calloc(3 * room, sizeof *numbers);
    drawing.title = calloc(room, sizeof *drawing.title);
    if (numbers == NULL || drawing.title == NULL) {
        free(numbers);
        free(drawing.title);
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    drawing.colour = numbers;
    drawing.dash = numbers + room;
    drawing.width = numbers + 2 * room;
    high_s = latest_age(picture->data);
    low = lowest_share(picture->data);
    mx_plot_frame_choose(picture->data, &shown);
    tag_count = collect_tags(picture->data, &shown, tags);
    area.right_px = MX_PLOT_WIDTH_PX - fmax(mx_plot_frame_tag_width(tags, tag_count), 60.0);
    for (size_t i = 0; i < tag_count; i++) {
        double share = (tags[i].y_px - low) / (1.0 - low);
        tags[i].y_px = area.bottom_px + share * (area.top_px - area.bottom_px);
    }
    write_head(picture, high_s);
    write_axes(picture, &area, high_s, low);
    write_series(picture, &shown, &drawing);
    write_table(picture->table, picture->data);
    mx_plot_frame_form(picture, MX_PLOT_LINES, 2);
    mx_plot_script_number(picture->script, "x_is_log", 1.0);
    if (picture->data->has_drawn) {
        mx_plot_script_number(picture->script, "has_drawn", 1.0);
        write_band_labels(picture, &area);
    }
    mx_plot_frame_tags(picture, &area, tags, tag_count);
    if (picture->data->age_count == 0) {
        mx_plot_frame_empty(picture, &area, "No mail was sent");
    }
    free(numbers);
    free(drawing.title);
    return 0;
}
