// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_first_try.c - how the first attempts ended, a bar per provider. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_numbers.h"
#include "sim/result/plot_table.h"

#define ROW_COUNT_MAX 30
#define BAR_LEFT_PX 244.0
#define BAR_RIGHT_PX 764.0
#define ROWS_TOP_PX 462.0
#define ROWS_BOTTOM_PX 66.0
#define ROW_PX_MAX 58.0

enum { ACCEPTED, DEFERRED, REJECTED, PART_COUNT };

static const struct {
    const char *name;
    mx_plot_colour colour;
} parts[PART_COUNT] = {
    {"accepted", 0x009E73}, {"deferred", 0xE69F00}, {"rejected for good", 0xD55E00}};

struct row {
    struct mx_plot_text name;
    double attempts, part[PART_COUNT];
    bool is_total;
};

struct table {
    struct row row[ROW_COUNT_MAX + 1];
    size_t count, left_out;
    double row_px, font_px;
    size_t worst; /* row with the smallest accepted share, of some size */
};

void mx_plot_by_number(const struct mx_plot_data *data, size_t provider,
                       struct mx_plot_by_number *by_number)
{
    memset(by_number, 0, sizeof *by_number);
    for (size_t i = 0; i < data->number_count; i++) {
        const struct mx_plot_number *from = &data->numbers[i];
        struct mx_plot_number *into = &by_number->at[from->number - 1];
        if (provider == data->provider_count || from->provider == provider) {
            into->attempts += from->attempts;
            into->delivered += from->delivered;
            into->deferrals += from->deferrals;
            into->hard_bounced += from->hard_bounced;
            into->soft_rejected += from->soft_rejected;
        }
    }
}

static struct row row_of(const struct mx_plot_data *data, size_t provider)
{
    struct mx_plot_by_number by_number;
    struct row row = {.is_total = provider == data->provider_count};

    mx_plot_by_number(data, provider, &by_number);
    row.name = mx_plot_text_clean(row.is_total ? "all providers" : data->providers[provider].name);
    row.attempts = by_number.at[0].attempts;
    row.part[ACCEPTED] = by_number.at[0].delivered;
    row.part[DEFERRED] = by_number.at[0].deferrals;
    row.part[REJECTED] = by_number.at[0].hard_bounced + by_number.at[0].soft_rejected;
    return row;
}

static double accepted_share(const struct row *row)
{
    return row->attempts > 0.0 ? row->part[ACCEPTED] / row->attempts : NAN;
}

static void fill(struct table *table, const struct mx_plot_data *data, const size_t *order)
{
    double least;

    if (data->provider_count != 1) {
        table->row[table->count++] = row_of(data, data->provider_count);
    }
    for (size_t i = 0; i < data->provider_count; i++) {
        if (table->count <= ROW_COUNT_MAX) {
            table->row[table->count++] = row_of(data, order[i]);
        } else {
            table->left_out++;
        }
    }
    least = 0.005 * table->row[0].attempts;
    for (size_t i = 1; i < table->count; i++) {
        const struct row *row = &table->row[i];
        if (row->attempts > least &&
            (table->worst == 0 ||
             accepted_share(row) < accepted_share(&table->row[table->worst]))) {
            table->worst = i;
        }
    }
    table->row_px = mx_plot_frame_row_px(table->count, ROWS_TOP_PX - ROWS_BOTTOM_PX, ROW_PX_MAX);
    table->font_px = mx_plot_frame_row_font_px(table->row_px);
}

/* The parts side by side; each that happens at all is at least a hair wide. */
static void draw_bar(struct mx_plot_picture *picture, const struct row *row, double middle_px,
                     double row_px)
{
    double left_px = BAR_LEFT_PX, half_px = 0.34 * row_px;

    for (int p = 0; p < PART_COUNT && row->attempts > 0.0; p++) {
        double width_px = row->part[p] / row->attempts * (BAR_RIGHT_PX - BAR_LEFT_PX);
        struct mx_plot_box box = {left_px, middle_px - half_px, left_px + width_px,
                                  middle_px + half_px, parts[p].colour};
        if (width_px > 0.0) {
            mx_plot_canvas_box(&picture->canvas, &box);
        }
        left_px += width_px;
    }
}

static void draw_rows(struct mx_plot_picture *picture, const struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->row[i];
        double middle_px = ROWS_TOP_PX - ((double)i + 0.5) * table->row_px;

        mx_plot_frame_row(picture, row->name.s, row->attempts, middle_px, table->font_px,
                          row->is_total);
        draw_bar(picture, row, middle_px, table->row_px);
        mx_plot_frame_note(
            picture,
            row->attempts > 0.0
                ? mx_plot_text_format("%s accepted", mx_plot_share(accepted_share(row)).s)
                : mx_plot_text_clean("no attempt"),
            BAR_RIGHT_PX + 10.0, middle_px, table->font_px, MX_PLOT_INK, MX_PLOT_LEFT,
            row->is_total);
    }
}

/* Names of the columns, the key of the parts, and shares below the bars. */
static void draw_frame(struct mx_plot_picture *picture, const struct table *table)
{
    double bottom_px = ROWS_TOP_PX - table->row_px * (double)table->count, left_px = BAR_LEFT_PX;

    mx_plot_frame_note(picture, mx_plot_text_clean("provider"), MX_PLOT_NAME_RIGHT_PX, 488.0, 12.5,
                       MX_PLOT_INK, MX_PLOT_RIGHT, true);
    mx_plot_frame_note(picture, mx_plot_text_clean("first"), MX_PLOT_COUNT_RIGHT_PX, 494.0, 12.0,
                       MX_PLOT_GREY, MX_PLOT_RIGHT, false);
    mx_plot_frame_note(picture, mx_plot_text_clean("attempts"), MX_PLOT_COUNT_RIGHT_PX, 479.0, 12.0,
                       MX_PLOT_GREY, MX_PLOT_RIGHT, false);
    for (int p = 0; p < PART_COUNT; p++) {
        struct mx_plot_box box = {left_px, 482.0, left_px + 11.0, 493.0, parts[p].colour};
        mx_plot_canvas_box(&picture->canvas, &box);
        mx_plot_frame_note(picture, mx_plot_text_clean(parts[p].name), left_px + 17.0, 488.0, 12.5,
                           MX_PLOT_INK, MX_PLOT_LEFT, true);
        left_px += mx_plot_text_width(parts[p].name, 12.5, true) + 42.0;
    }
    for (int quarter = 0; quarter <= 4; quarter++) {
        double x_px = BAR_LEFT_PX + 0.25 * quarter * (BAR_RIGHT_PX - BAR_LEFT_PX);
        struct mx_plot_stroke line = {x_px, bottom_px, x_px, bottom_px - 5.0, 1.0, MX_PLOT_PALE, 1};
        mx_plot_canvas_stroke(&picture->canvas, &line);
        mx_plot_frame_note(picture, mx_plot_text_format("%d %%", 25 * quarter), x_px,
                           bottom_px - 14.0, 12.0, MX_PLOT_GREY, MX_PLOT_CENTRE, false);
    }
}

static struct mx_plot_text headline(const struct table *table)
{
    const struct row *total = &table->row[0], *worst = &table->row[table->worst];

    if (!(total->attempts > 0.0)) {
        return mx_plot_text_clean("No first attempt was made");
    }
    if (table->worst == 0 || table->count < 3 ||
        accepted_share(worst) > accepted_share(total) - 0.005) {
        return mx_plot_text_format("%s of first attempts are accepted",
                                   mx_plot_share(accepted_share(total)).s);
    }
    return mx_plot_text_format("%s of first attempts are accepted; at %s only %s",
                               mx_plot_share(accepted_share(total)).s, worst->name.s,
                               mx_plot_share(accepted_share(worst)).s);
}

static void write_data(struct mx_plot_picture *picture, const struct table *table)
{
    struct mx_plot_bar bars[ROW_COUNT_MAX + 1];

    mx_plot_table_head(picture->table, "provider,first_attempts,accepted,deferred,rejected");
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->row[i];
        const char *name = row->is_total ? "total" : row->name.s;
        const double numbers[] = {row->attempts, row->part[ACCEPTED], row->part[DEFERRED],
                                  row->part[REJECTED]};

        mx_plot_table_row(picture->table, &name, 1, numbers, 4);
        bars[i] = (struct mx_plot_bar){row->name.s, accepted_share(row)};
    }
    mx_plot_frame_bars(picture, bars, table->count, "% of first attempts accepted");
}

int mx_plot_first_try(struct mx_plot_picture *picture)
{
    int code = mx_plot_data_need(picture->data, MX_PLOT_NUMBERS, picture->error);
    size_t *order = code == 0 ? mx_plot_frame_by_size(picture->data) : NULL;
    struct table *table = calloc(1, sizeof *table);

    if (code != 0 || order == NULL || table == NULL) {
        free(order);
        free(table);
        return code != 0 ? code : mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    fill(table, picture->data, order);
    draw_frame(picture, table);
    draw_rows(picture, table);
    write_data(picture, table);
    picture->blank_px = ROWS_TOP_PX - table->row_px * (double)table->count - 28.0;
    picture->is_empty = !(table->row[0].attempts > 0.0);
    mx_plot_frame_head(
        picture, headline(table).s,
        "What the first attempt of each message met, as share of the first attempts. Deferred "
        "messages are tried again.",
        mx_plot_text_format("%s Rejected for good: hard bounces and soft bounces with a 5xx reply.",
                            mx_plot_frame_runs(picture->data).s)
            .s);
    free(order);
    free(table);
    return 0;
}
