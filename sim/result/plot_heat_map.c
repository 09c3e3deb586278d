// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_heat_map.c - deferrals of each provider in each hour, as coloured cells. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_series.h"
#include "sim/result/plot_table.h"

#define ROW_COUNT_MAX 24
#define COLUMN_COUNT_MAX 168
#define LEVEL_COUNT 9
#define ROW_PX_MAX 66.0
#define KEY_PX 502.0
#define HOUR_S 3600.0

/* viridis, from few (light) to many (dark). */
static const mx_plot_colour level_colour[LEVEL_COUNT] = {
    0xFDE725, 0xADDC30, 0x5EC962, 0x28AE80, 0x21918C, 0x2C728E, 0x3B528B, 0x472D7B, 0x440154};

struct map {
    size_t row_count, columns, others; /* others: providers in the last row; 0 = none */
    size_t provider[ROW_COUNT_MAX];
    double width_s, end_s, highest, highest_at_s, late;
    size_t highest_row;
    double total[ROW_COUNT_MAX];
    double *cell;                 /* [row][column] */
    double from[LEVEL_COUNT + 1]; /* a level holds from[l] <= count < from[l + 1] */
    size_t level_count;
};

/* Whole hours to a column, so many that they fit. */
static double column_width(double end_s)
{
    static const double hours[] = {1, 2, 3, 6, 12, 24};

    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        if (end_s / (hours[i] * HOUR_S) <= COLUMN_COUNT_MAX) {
            return hours[i] * HOUR_S;
        }
    }
    return 24.0 * HOUR_S * ceil(end_s / (24.0 * HOUR_S * COLUMN_COUNT_MAX));
}

/* Where 98 % of the deferrals have happened. */
static double find_end(const struct mx_plot_data *data)
{
    double total = 0.0, so_far = 0.0, last_s = HOUR_S, data_end_s = data->horizon_s;

    for (size_t i = 0; i < data->bin_count; i++) {
        if (data->bins[i].provider < data->provider_count) {
            total += data->bins[i].deferrals;
        }
        data_end_s = fmax(data_end_s, data->bins[i].time_s + data->bin_s);
    }
    for (size_t i = 0; i < data->bin_count; i++) {
        if (data->bins[i].provider < data->provider_count && data->bins[i].deferrals > 0.0 &&
            so_far < 0.98 * total) {
            last_s = data->bins[i].time_s + data->bin_s;
        }
        so_far += data->bins[i].provider < data->provider_count ? data->bins[i].deferrals : 0.0;
    }
    return total > 0.0 ? mx_plot_shown_end(last_s, data_end_s, data->bin_s)
                       : fmax(data_end_s, data->bin_s);
}

/* Rows by size of the provider; row_of by provider. */
static void choose_rows(const struct mx_plot_data *data, const size_t *order, struct map *map,
                        size_t *row_of)
{
    size_t apart = data->provider_count <= ROW_COUNT_MAX ? data->provider_count : ROW_COUNT_MAX - 1;

    for (size_t i = 0; i < data->provider_count; i++) {
        size_t row = i < apart ? i : apart;
        row_of[order[i]] = row;
        map->provider[row] = order[i];
    }
    map->others = data->provider_count - apart;
    map->row_count = apart + (map->others > 0 ? 1 : 0);
}

/* Levels in steps of about 3 (1, 3, 10, 30 ...), the topmost nine up to the highest count. */
static void choose_levels(struct map *map)
{
    double edges[64];
    size_t count = 0, first;

    for (double decade = 1.0; decade <= map->highest && count + 2 < 64; decade *= 10.0) {
        edges[count++] = decade;
        if (3.0 * decade <= map->highest) {
            edges[count++] = 3.0 * decade;
        }
    }
    if (count == 0) {
        edges[count++] = 1.0;
    }
    first = count > LEVEL_COUNT ? count - LEVEL_COUNT : 0;
    map->level_count = count - first;
    for (size_t l = 0; l < map->level_count; l++) {
        map->from[l] = edges[first + l];
    }
    map->from[0] = 0.0; /* whatever is less, too */
    map->from[map->level_count] = INFINITY;
}

/* The colour of level l: the darkest for the topmost, however many there are. */
static size_t colour_of(const struct map *map, size_t level)
{
    return map->level_count == 1 ? LEVEL_COUNT / 2
                                 : level * (LEVEL_COUNT - 1) / (map->level_count - 1);
}

static size_t level_of(const struct map *map, double count)
{
    size_t level = 0;

    while (count >= map->from[level + 1]) {
        level++;
    }
    return level;
}

static bool fill(const struct mx_plot_data *data, struct map *map)
{
    size_t *order = mx_plot_frame_by_size(data);
    size_t *row_of = calloc(data->provider_count + 1, sizeof *row_of);

    map->end_s = find_end(data);
    map->width_s = column_width(map->end_s);
    map->columns = (size_t)ceil(map->end_s / map->width_s);
    map->cell = calloc(ROW_COUNT_MAX * map->columns, sizeof *map->cell);
    if (order == NULL || row_of == NULL || map->cell == NULL) {
        free(order);
        free(row_of);
        return false;
    }
    choose_rows(data, order, map, row_of);
    for (size_t i = 0; i < data->bin_count; i++) {
        const struct mx_plot_bin *bin = &data->bins[i];
        size_t column = (size_t)(bin->time_s / map->width_s);
        if (bin->provider == data->provider_count) {
            continue;
        }
        if (column >= map->columns) {
            map->late += bin->deferrals;
            continue;
        }
        map->total[row_of[bin->provider]] += bin->deferrals;
        double *cell = &map->cell[row_of[bin->provider] * map->columns + column];
        *cell += bin->deferrals;
        if (*cell > map->highest) {
            map->highest = *cell;
            map->highest_at_s = ((double)column + 0.5) * map->width_s;
            map->highest_row = row_of[bin->provider];
        }
    }
    choose_levels(map);
    free(order);
    free(row_of);
    return true;
}

static struct mx_plot_text row_name(const struct mx_plot_data *data, const struct map *map,
                                    size_t row)
{
    return map->others > 0 && row + 1 == map->row_count
               ? mx_plot_text_format("%zu others", map->others)
               : data->providers[map->provider[row]].shown;
}

/* Cells side by side of one level become one. */
static void write_cells(struct mx_plot_picture *picture, const struct map *map)
{
    FILE *script = picture->script;
    double colour[LEVEL_COUNT];
    size_t count = 0;

    (void)fputs("$d1 << EOD\n", script);
    for (size_t row = 0; row < map->row_count; row++) {
        const double *cell = &map->cell[row * map->columns];
        for (size_t c = 0; c < map->columns;) {
            size_t end = c + 1, level = level_of(map, cell[c]);
            bool is_none = !(cell[c] > 0.0);
            while (end < map->columns && is_none == !(cell[end] > 0.0) &&
                   level == level_of(map, cell[end])) {
                end++;
            }
            if (!is_none) {
                (void)fprintf(script, "%.10g %.10g %zu %zu\n", (double)c * map->width_s,
                              fmin((double)end * map->width_s, map->end_s), map->row_count - row,
                              colour_of(map, level) + 1);
                count++;
            }
            c = end;
        }
    }
    (void)fputs(count == 0 ? "0 1 1 1\nEOD\n" : "EOD\n", script);
    for (size_t l = 0; l < LEVEL_COUNT; l++) {
        colour[l] = level_colour[l];
    }
    mx_plot_script_number(script, "cell_count", (double)count);
    mx_plot_script_numbers(script, "level_colour", colour, LEVEL_COUNT);
}

static void write_table(struct mx_plot_picture *picture, const struct map *map)
{
    mx_plot_table_head(picture->table, "provider,from_s,to_s,deferrals");
    for (size_t row = 0; row < map->row_count; row++) {
        bool is_others = map->others > 0 && row + 1 == map->row_count;
        const char *name = is_others ? "others" : picture->data->providers[map->provider[row]].name;
        for (size_t c = 0; c < map->columns; c++) {
            const double numbers[] = {(double)c * map->width_s,
                                      fmin((double)(c + 1) * map->width_s, map->end_s),
                                      map->cell[row * map->columns + c]};
            mx_plot_table_row(picture->table, &name, 1, numbers, 3);
        }
    }
}

/* Little boxes with the count that each begins at, in a line above the map. */
static void draw_key(struct mx_plot_picture *picture, const struct map *map, double left_px)
{
    struct mx_plot_note note = {
        .text = mx_plot_text_format("deferrals per %s, from", mx_plot_each(map->width_s).s),
        .x_px = left_px,
        .y_px = KEY_PX,
        .font_px = 11.5,
        .colour = MX_PLOT_GREY};
    double x_px = left_px + mx_plot_text_width(note.text.s, note.font_px, false) + 12.0;

    mx_plot_canvas_note(&picture->canvas, &note);
    for (size_t l = 0; l < map->level_count; l++) {
        struct mx_plot_box box = {x_px, KEY_PX - 6.0, x_px + 14.0, KEY_PX + 6.0,
                                  level_colour[colour_of(map, l)]};
        mx_plot_canvas_box(&picture->canvas, &box);
        note.text = mx_plot_count(l == 0 ? fmin(1.0, map->highest) : map->from[l]);
        if (l == 0 && map->level_count > 1 && map->from[1] > 3.5) {
            note.text = mx_plot_text_format("below %s", mx_plot_count(map->from[1]).s);
        }
        note.x_px = x_px + 19.0;
        note.colour = MX_PLOT_INK;
        mx_plot_canvas_note(&picture->canvas, &note);
        x_px += 19.0 + mx_plot_text_width(note.text.s, note.font_px, false) + 14.0;
    }
}

static void draw_rows(struct mx_plot_picture *picture, const struct map *map,
                      const struct mx_plot_area *area)
{
    struct mx_plot_ticks ticks = {.count = 0};
    double step_px = (area->top_px - area->bottom_px) / fmax((double)map->row_count, 1.0);

    for (size_t row = 0; row < map->row_count; row++) {
        struct mx_plot_note note = {.text = mx_plot_count(map->total[row]),
                                    .x_px = area->right_px + 12.0,
                                    .y_px = area->top_px - ((double)row + 0.5) * step_px,
                                    .font_px = 13.0,
                                    .colour = MX_PLOT_INK};
        mx_plot_ticks_add(
            &ticks, (double)(map->row_count - row),
            mx_plot_text_fit(row_name(picture->data, map, row).s, 13.0, false, 120.0));
        mx_plot_canvas_note(&picture->canvas, &note);
    }
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
}

static void write_head(struct mx_plot_picture *picture, const struct map *map)
{
    const struct mx_plot_data *data = picture->data;
    struct mx_plot_text headline = mx_plot_text_clean("No attempt is deferred"),
                        late = mx_plot_text_clean("");

    if (map->highest > 0.0) {
        size_t most = 0;
        for (size_t row = 1; row < map->row_count; row++) {
            most = map->total[row] > map->total[most] ? row : most;
        }
        headline = mx_plot_text_format(
            "%s defers %s%s in the %s around %s", row_name(data, map, map->highest_row).s,
            most == map->highest_row ? "most, " : "", mx_plot_count(map->highest).s,
            mx_plot_each(map->width_s).s, mx_plot_moment(&data->clock, map->highest_at_s).s);
        if (most != map->highest_row) {
            headline =
                mx_plot_text_format("%s; %s most in all, %s", headline.s,
                                    row_name(data, map, most).s, mx_plot_count(map->total[most]).s);
        }
    }
    if (map->late > 0.0) {
        late =
            mx_plot_text_format(" %s deferrals come later than shown.", mx_plot_count(map->late).s);
    }
    mx_plot_frame_head(picture, headline.s,
                       mx_plot_text_format("Attempts answered busy, by provider and %s. Blank: "
                                           "none. Right: sum of the row.",
                                           mx_plot_each(map->width_s).s)
                           .s,
                       mx_plot_text_format("One message can be deferred several times. %s%s",
                                           mx_plot_frame_runs(data).s, late.s)
                           .s);
}

static void draw(struct mx_plot_picture *picture, const struct map *map)
{
    struct mx_plot_area area = {
        .left_px = 150.0, .right_px = 872.0, .bottom_px = 86.0, .top_px = 486.0};

    area.bottom_px =
        fmax(area.bottom_px, area.top_px - ROW_PX_MAX * fmax((double)map->row_count, 1.0));
    picture->blank_px = fmax(area.bottom_px - 84.0, 0.0);
    mx_plot_script_number(picture->script, "x_min", 0.0);
    mx_plot_script_number(picture->script, "x_max", map->end_s);
    mx_plot_script_number(picture->script, "y_min", 0.5);
    mx_plot_script_number(picture->script, "y_max", fmax((double)map->row_count, 1.0) + 0.5);
    mx_plot_frame_time_axis(picture, &area, 0.0, map->end_s);
    mx_plot_frame_area(picture, &area, mx_plot_frame_time_title(&picture->data->clock).s);
    mx_plot_frame_form(picture, MX_PLOT_CELLS, 4);
    write_cells(picture, map);
    write_table(picture, map);
    draw_rows(picture, map, &area);
    if (map->highest > 0.0) {
        draw_key(picture, map, area.left_px);
    } else {
        mx_plot_frame_empty(picture, &area, "No attempt was answered busy");
    }
    write_head(picture, map);
}

int mx_plot_heat_map(struct mx_plot_picture *picture)
{
    struct map *map = calloc(1, sizeof *map);
    int code = mx_plot_data_need(picture->data, MX_PLOT_TIMESERIES, picture->error);

    if (map == NULL) {
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    if (code == 0 && !fill(picture->data, map)) {
        code = mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    if (code == 0) {
        draw(picture, map);
    }
    free(map->cell);
    free(map);
    return code;
}
