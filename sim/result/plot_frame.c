// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_frame.c - head, axes, colours and labels of every picture. */
#include "sim/result/plot_frame.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/base/check.h"

#define HEAD_LEFT_PX 30.0
#define SUBTITLE_PX 13.0
#define TAG_PX 13.5
#define TAG_GAP_PX 18.0 /* from the area's edge to the text */

static void add_text(struct mx_plot_picture *picture, struct mx_plot_text text, double x_px,
                     double y_px, double font_px, mx_plot_colour colour)
{
    struct mx_plot_note note = {
        .text = text, .x_px = x_px, .y_px = y_px, .font_px = font_px, .colour = colour};

    mx_plot_canvas_note(&picture->canvas, &note);
}

void mx_plot_frame_head(struct mx_plot_picture *picture, const char *headline, const char *line1,
                        const char *line2)
{
    const double width_px = MX_PLOT_WIDTH_PX - 2.0 * HEAD_LEFT_PX;
    const double font_px = mx_plot_text_headline_px(headline, width_px);
    struct mx_plot_note note = {
        .x_px = HEAD_LEFT_PX, .y_px = 570.0, .colour = 0x000000, .bold = true};

    picture->headline = mx_plot_text_clean(headline);
    picture->line1 = mx_plot_text_clean(line1);
    picture->line2 = mx_plot_text_clean(line2);
    if (picture->is_bare) {
        return;
    }
    note.font_px = font_px;
    note.text = mx_plot_text_fit(headline, font_px, true, width_px);
    mx_plot_canvas_note(&picture->canvas, &note);
    note = (struct mx_plot_note){.text = mx_plot_text_fit(picture->name.s, 11.0, false, 300.0),
                                 .x_px = MX_PLOT_WIDTH_PX - HEAD_LEFT_PX + 8.0,
                                 .y_px = 14.0,
                                 .font_px = 11.0,
                                 .colour = 0x8A8A8A,
                                 .align = MX_PLOT_RIGHT};
    mx_plot_canvas_note(&picture->canvas, &note);
    if (line1[0] != '\0') {
        add_text(picture, mx_plot_text_fit(line1, SUBTITLE_PX, false, width_px), HEAD_LEFT_PX,
                 544.0, SUBTITLE_PX, MX_PLOT_GREY);
    }
    if (line2[0] != '\0') {
        add_text(picture, mx_plot_text_fit(line2, SUBTITLE_PX, false, width_px), HEAD_LEFT_PX,
                 526.0, SUBTITLE_PX, MX_PLOT_GREY);
    }
}

void mx_plot_frame_area(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const char *x_title)
{
    struct mx_plot_note note = {.text = mx_plot_text_clean(x_title),
                                .x_px = 0.5 * (area->left_px + area->right_px),
                                .y_px = fmax(18.0, area->bottom_px - 68.0),
                                .font_px = 13.0,
                                .colour = MX_PLOT_GREY,
                                .align = MX_PLOT_CENTRE};

    mx_plot_script_number(picture->script, "area_left", area->left_px);
    mx_plot_script_number(picture->script, "area_right", area->right_px);
    mx_plot_script_number(picture->script, "area_bottom", area->bottom_px);
    mx_plot_script_number(picture->script, "area_top", area->top_px);
    mx_plot_canvas_note(&picture->canvas, &note);
}

void mx_plot_frame_unit(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const char *unit)
{
    add_text(picture, mx_plot_text_clean(unit), HEAD_LEFT_PX, area->top_px + 17.0, 11.5,
             MX_PLOT_GREY);
}

void mx_plot_frame_note(struct mx_plot_picture *picture, struct mx_plot_text text, double x_px,
                        double y_px, double font_px, mx_plot_colour colour,
                        enum mx_plot_align align, bool bold)
{
    struct mx_plot_note note = {.text = text,
                                .x_px = x_px,
                                .y_px = y_px,
                                .font_px = font_px,
                                .colour = colour,
                                .align = align,
                                .bold = bold};

    mx_plot_canvas_note(&picture->canvas, &note);
}

double mx_plot_frame_row_px(size_t row_count, double height_px, double row_px_max)
{
    return fmin(height_px / (double)row_count, row_px_max);
}

double mx_plot_frame_row_font_px(double row_px)
{
    return fmin(fmax(0.74 * row_px, 8.5), 13.5);
}

void mx_plot_frame_row(struct mx_plot_picture *picture, const char *name, double count,
                       double middle_px, double font_px, bool is_total)
{
    mx_plot_frame_note(
        picture, mx_plot_text_fit(name, font_px, is_total, MX_PLOT_NAME_RIGHT_PX - 26.0),
        MX_PLOT_NAME_RIGHT_PX, middle_px, font_px, MX_PLOT_INK, MX_PLOT_RIGHT, is_total);
    mx_plot_frame_note(picture, mx_plot_count(count), MX_PLOT_COUNT_RIGHT_PX, middle_px, font_px,
                       MX_PLOT_GREY, MX_PLOT_RIGHT, is_total);
}

void mx_plot_frame_bars(struct mx_plot_picture *picture, const struct mx_plot_bar *bars,
                        size_t count, const char *unit)
{
    struct mx_plot_ticks ticks = {.count = 0};

    (void)fputs("$d1 << EOD\n", picture->script);
    for (size_t i = 0; i < count; i++) {
        struct mx_plot_text name = mx_plot_text_fit(bars[i].name, 13.0, false, 120.0);

        (void)fprintf(picture->script, "%.10g %zu\n",
                      isnan(bars[i].share) ? 0.0 : 100.0 * bars[i].share, count - i);
        mx_plot_ticks_add(&ticks, (double)(count - i),
                          mx_plot_text_format("%s %s", name.s, mx_plot_share(bars[i].share).s));
    }
    (void)fputs("EOD\n", picture->script);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "x_max", 100.0);
    mx_plot_script_number(picture->script, "y_max", (double)count + 1.0);
    mx_plot_script_text(picture->script, "terminal_unit", unit);
    mx_plot_frame_form(picture, MX_PLOT_BARS, 1);
}

void mx_plot_frame_empty(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                         const char *sentence)
{
    struct mx_plot_note note = {.text = mx_plot_text_clean(sentence),
                                .x_px = 0.5 * (area->left_px + area->right_px),
                                .y_px = 0.5 * (area->bottom_px + area->top_px),
                                .font_px = 15.0,
                                .colour = 0x777777,
                                .align = MX_PLOT_CENTRE};

    picture->is_empty = true;
    mx_plot_canvas_note(&picture->canvas, &note);
}

void mx_plot_frame_form(struct mx_plot_picture *picture, enum mx_plot_form form, int column)
{
    static const char *const names[] = {"lines", "bars", "cells", "panels", "points"};

    mx_plot_script_text(picture->script, "terminal_form", names[form]);
    mx_plot_script_number(picture->script, "terminal_column", column);
}

struct mx_plot_text mx_plot_frame_time_title(const struct mx_plot_clock *clock)
{
    if (!clock->is_known) {
        return mx_plot_text_clean("Time since the start");
    }
    return mx_plot_text_format("Local time%s%s%s", clock->zone[0] != '\0' ? " (" : "", clock->zone,
                               clock->zone[0] != '\0' ? ")" : "");
}

void mx_plot_frame_time_axis(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                             double from_s, double to_s)
{
    const struct mx_plot_clock *clock = &picture->data->clock;
    double width_px = area->right_px - area->left_px;
    struct mx_plot_ticks ticks;

    mx_plot_ticks_clock(clock, from_s, to_s, width_px, &ticks);
    mx_plot_script_ticks(picture->script, "x_tick", &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        const struct mx_plot_tick *tick = &ticks.tick[i];
        if (tick->below[0] != '\0') {
            struct mx_plot_note note = {.text = mx_plot_text_clean(tick->below),
                                        .x_px = area->left_px +
                                                (tick->at - from_s) / (to_s - from_s) * width_px,
                                        .y_px = area->bottom_px - 38.0,
                                        .font_px = 12.0,
                                        .colour = MX_PLOT_GREY,
                                        .align = MX_PLOT_CENTRE};
            mx_plot_canvas_note(&picture->canvas, &note);
        }
    }
}

struct mx_plot_text mx_plot_frame_runs(const struct mx_plot_data *data)
{
    return data->replications > 1.5
               ? mx_plot_text_format("Mean of %s runs.", mx_plot_count(data->replications).s)
               : mx_plot_text_clean("One run.");
}

const struct mx_plot_style *mx_plot_style(size_t index)
{
    static const struct mx_plot_style styles[MX_PLOT_SHOWN_COUNT_MAX] = {
        {0x0072B2, 0x0072B2, 1}, {0x009E73, 0x007F5C, 1}, {0xD55E00, 0xC35400, 1},
        {0xAA4499, 0xAA4499, 1}, {0xE69F00, 0x946600, 2}, {0x56B4E9, 0x2480B8, 2},
        {0x882255, 0x882255, 2}, {0x555555, 0x555555, 2}};

    return &styles[index % MX_PLOT_SHOWN_COUNT_MAX];
}

/* For qsort, which hands no context on. */
struct sized {
    double sent;
    size_t provider;
};

static int larger_first(const void *a, const void *b)
{
    const struct sized *left = a, *right = b;

    if (left->sent != right->sent) {
        return left->sent > right->sent ? -1 : 1;
    }
    return left->provider < right->provider ? -1 : left->provider > right->provider;
}

size_t *mx_plot_frame_by_size(const struct mx_plot_data *data)
{
    size_t count = data->provider_count;
    struct sized *sorted = calloc(count + 1, sizeof *sorted);
    size_t *order = calloc(count + 1, sizeof *order);

    if (sorted == NULL || order == NULL) {
        free(sorted);
        free(order);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (struct sized){data->providers[i].scope.metric[MX_PLOT_SENT], i};
    }
    qsort(sorted, count, sizeof *sorted, larger_first);
    for (size_t i = 0; i < count; i++) {
        order[i] = sorted[i].provider;
    }
    free(sorted);
    return order;
}

size_t mx_plot_shown_place(const struct mx_plot_shown *shown, size_t provider)
{
    for (size_t i = 0; i < shown->count; i++) {
        if (shown->provider[i] == provider) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Of the providers not yet shown the one that is largest by a measure; SIZE_MAX when there is
 * none. */
static size_t largest_other(const struct mx_plot_data *data, const struct mx_plot_shown *shown,
                            double (*measure)(const struct mx_plot_scope *scope))
{
    size_t best = SIZE_MAX;
    double best_value = -INFINITY;

    for (size_t p = 0; p < data->provider_count; p++) {
        double value = measure(&data->providers[p].scope);
        if (value > best_value && mx_plot_shown_place(shown, p) == SIZE_MAX) {
            best = p;
            best_value = value;
        }
    }
    return best;
}

static double measure_sent(const struct mx_plot_scope *scope)
{
    return scope->metric[MX_PLOT_SENT];
}

static double measure_lost(const struct mx_plot_scope *scope)
{
    double rate = scope->metric[MX_PLOT_DELIVERED_RATE];

    return isnan(rate) ? -1.0 : 1.0 - rate;
}

static double measure_deferrals(const struct mx_plot_scope *scope)
{
    return scope->metric[MX_PLOT_DEFERRALS];
}

void mx_plot_frame_choose(const struct mx_plot_data *data, struct mx_plot_shown *shown)
{
    shown->count = 0;
    while (shown->count < MX_PLOT_SHOWN_COUNT_MAX && shown->count < data->provider_count) {
        bool all = data->provider_count <= MX_PLOT_SHOWN_COUNT_MAX;
        size_t left = MX_PLOT_SHOWN_COUNT_MAX - shown->count;
        size_t next = largest_other(data, shown,
                                    all || left > 2 ? measure_sent
                                    : left == 2     ? measure_lost
                                                    : measure_deferrals);
        MX_CHECK(next != SIZE_MAX);
        shown->provider[shown->count++] = next;
    }
}

double mx_plot_frame_tag_width(const struct mx_plot_tag *tags, size_t count)
{
    double width_px = 0.0;

    for (size_t i = 0; i < count; i++) {
        width_px = fmax(width_px, mx_plot_text_width(tags[i].text.s, TAG_PX, false));
    }
    return TAG_GAP_PX + width_px + 14.0;
}

static void add_leader(struct mx_plot_picture *picture, const struct mx_plot_tag *tag,
                       double from_px, double at_px)
{
    struct mx_plot_stroke stroke = {.x1_px = from_px + 2.0,
                                    .y1_px = tag->y_px,
                                    .x2_px = from_px + TAG_GAP_PX - 4.0,
                                    .y2_px = at_px,
                                    .width_pt = 1.0,
                                    .colour = tag->line,
                                    .dash = 1};

    mx_plot_canvas_stroke(&picture->canvas, &stroke);
}

static void add_swatch(struct mx_plot_picture *picture, const struct mx_plot_tag *tag,
                       double from_px, double at_px)
{
    struct mx_plot_box box = {.x1_px = from_px + 6.0,
                              .y1_px = at_px - 5.0,
                              .x2_px = from_px + 16.0,
                              .y2_px = at_px + 5.0,
                              .colour = tag->line};

    mx_plot_canvas_box(&picture->canvas, &box);
}

void mx_plot_frame_tags(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const struct mx_plot_tag *tags, size_t count)
{
    struct mx_plot_label labels[MX_PLOT_TAG_COUNT_MAX];

    MX_CHECK(count <= MX_PLOT_TAG_COUNT_MAX);
    for (size_t i = 0; i < count; i++) {
        labels[i] = (struct mx_plot_label){
            .wanted_px = tags[i].y_px, .height_px = TAG_PX + 6.5, .index = i};
    }
    (void)mx_plot_labels_spread(labels, count, area->bottom_px - 10.0, area->top_px + 12.0);
    for (size_t i = 0; i < count; i++) {
        const struct mx_plot_tag *tag = &tags[labels[i].index];

        if (tag->swatch) {
            add_swatch(picture, tag, area->right_px, labels[i].at_px);
        } else {
            add_leader(picture, tag, area->right_px, labels[i].at_px);
        }
        add_text(picture, tag->text, area->right_px + TAG_GAP_PX + (tag->swatch ? 4.0 : 0.0),
                 labels[i].at_px, TAG_PX, tag->colour);
    }
}
