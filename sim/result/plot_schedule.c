// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_schedule.c - see plot_schedule.h: what the picture says, as a canvas. */
#include "sim/result/plot_schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/units.h"
#include "sim/base/check.h"
#include "sim/result/plot_canvas.h"
#include "sim/result/plot_script.h"

#define EDGE_PX 30.0
#define TOP_PX 490.0
#define BOTTOM_PX 46.0
#define BREAK_PX 26.0  /* between attempt 1, at age 0, and the beginning of the logarithmic axis */
#define COLUMN_PX 64.0 /* of each number at the right */
#define FONT_PX_MAX 13.0
#define MARK_PX 1.7
#define HALF_PX_MAX 11.0 /* half the height of a mark */
#define MERGE_PX 3.0     /* marks nearer than this grow together */
#define GRID_COLOUR 0xE4E4E4
#define DAY_COLOUR 0xB8B8B8

static const struct {
    mx_plot_colour colour;
    const char *text;
} ends[MX_PLOT_END_KIND_COUNT] = {
    [MX_PLOT_END_DEADLINE] = {0x0072B2, "its lifetime over, unattempted"},
    [MX_PLOT_END_FAILURE] = {0x009E73, "first refusal past its lifetime"},
    [MX_PLOT_END_EARLY] = {0xD55E00, "early: no retry fits in"},
    [MX_PLOT_END_COUNT] = {0xAA4499, "after so many attempts"},
};

/* What the picture is laid out by. */
struct layout {
    const struct mx_plot_policy *policies;
    size_t count;
    double left_px, right_px, pitch_px, font_px;
    double low_s, high_s; /* of the logarithmic axis */
    struct mx_plot_canvas canvas;
};

static double seconds(int64_t time_us)
{
    return (double)time_us / MX_SECOND_US;
}

static void note(struct layout *layout, const struct mx_plot_note *text)
{
    mx_plot_canvas_note(&layout->canvas, text);
}

static void stroke(struct layout *layout, double x1_px, double y1_px, double x2_px, double y2_px,
                   double width_pt, mx_plot_colour colour, int dash)
{
    const struct mx_plot_stroke line = {x1_px, y1_px, x2_px, y2_px, width_pt, colour, dash};
    mx_plot_canvas_stroke(&layout->canvas, &line);
}

/* Place of an age on the axis. */
static double place_px(const struct layout *layout, double age_s)
{
    const double from_px = layout->left_px + BREAK_PX;
    if (age_s <= 0) {
        return layout->left_px;
    }
    const double share = log(age_s / layout->low_s) / log(layout->high_s / layout->low_s);
    return from_px + fmin(fmax(share, 0), 1) * (layout->right_px - from_px);
}

static double row_px(const struct layout *layout, size_t row)
{
    return TOP_PX - ((double)row + 0.5) * layout->pitch_px;
}

static void find_range(struct layout *layout)
{
    double low_s = INFINITY, high_s = 0;
    for (size_t p = 0; p < layout->count; p++) {
        const struct mx_plot_policy *policy = &layout->policies[p];
        const int64_t last_us = policy->attempt_us[policy->attempt_count - 1];
        if (policy->attempt_count > 1) {
            low_s = fmin(low_s, seconds(policy->attempt_us[1]));
        }
        high_s = fmax(high_s, seconds(last_us));
        if (policy->expires_us != MX_NEVER) {
            high_s = fmax(high_s, seconds(policy->expires_us));
        }
    }
    layout->high_s = high_s > 0 ? high_s * 1.12 : 60;
    layout->low_s = fmax(fmin(low_s, layout->high_s / 4) / 1.3, 1e-6);
}

static void lay_out(struct layout *layout)
{
    double names_px = 0;
    layout->pitch_px = (TOP_PX - BOTTOM_PX) / (double)layout->count;
    layout->font_px = fmin(FONT_PX_MAX, layout->pitch_px * 0.82);
    for (size_t p = 0; p < layout->count; p++) {
        const struct mx_plot_text name = mx_plot_text_clean(layout->policies[p].name);
        names_px = fmax(names_px, mx_plot_text_width(name.s, layout->font_px, true));
    }
    layout->left_px = EDGE_PX + fmin(names_px, 230.0) + 24.0;
    layout->right_px = MX_PLOT_WIDTH_PX - EDGE_PX - 3 * COLUMN_PX;
    find_range(layout);
}

/* --- texts around the rows ------------------------------------------------------------------- */

static size_t count_before(const struct mx_plot_policy *policy, int64_t end_us)
{
    size_t count = 0;
    while (count < policy->attempt_count && policy->attempt_us[count] < end_us) {
        count++;
    }
    return count;
}

static struct mx_plot_text headline(const struct layout *layout)
{
    const int64_t days_us = 72 * MX_HOUR_US;
    size_t least = SIZE_MAX, most = 0;
    for (size_t p = 0; p < layout->count; p++) {
        const size_t count = count_before(&layout->policies[p], days_us);
        least = count < least ? count : least;
        most = count > most ? count : most;
    }
    if (layout->count == 1) {
        const struct mx_plot_policy *policy = &layout->policies[0];
        return policy->expires_us == MX_NEVER
                   ? mx_plot_text_format("%s tries a refused message %zu times in 72 hours",
                                         policy->name, most)
                   : mx_plot_text_format("%s tries a refused message %zu times in %s", policy->name,
                                         policy->attempt_count,
                                         mx_plot_duration(seconds(policy->expires_us)).s);
    }
    if (least == most) {
        return mx_plot_text_format("Each of %zu policies makes %zu attempts in 72 hours",
                                   layout->count, most);
    }
    return mx_plot_text_format("The same refusals, %zu policies: from %zu to %zu attempts in 72 "
                               "hours",
                               layout->count, least, most);
}

static void draw_head(struct layout *layout)
{
    bool is_assumed = false;
    for (size_t p = 0; p < layout->count; p++) {
        is_assumed = is_assumed || layout->policies[p].is_assumed;
    }
    note(layout, &(struct mx_plot_note){.text = mx_plot_text_fit(headline(layout).s, 18, true,
                                                                 MX_PLOT_WIDTH_PX - 2 * EDGE_PX),
                                        .x_px = EDGE_PX,
                                        .y_px = 570,
                                        .font_px = 18,
                                        .bold = true});
    note(layout,
         &(struct mx_plot_note){
             .text = mx_plot_text_format(
                 "Attempts by the age of one message whose every attempt is refused at "
                 "once.%s",
                 is_assumed ? "  * partly assumed: no public source states all of it." : ""),
             .x_px = EDGE_PX,
             .y_px = 545,
             .font_px = 13,
             .colour = MX_PLOT_GREY});
}

/* What the colours mean, of those that are there. */
static void draw_key(struct layout *layout)
{
    double x_px = EDGE_PX;
    const double y_px = 523;
    bool is_there[MX_PLOT_END_KIND_COUNT] = {false};
    for (size_t p = 0; p < layout->count; p++) {
        is_there[layout->policies[p].end] |= layout->policies[p].expires_us != MX_NEVER;
    }
    const struct mx_plot_text lead = mx_plot_text_clean("Given up (\u00D7)");
    note(layout,
         &(struct mx_plot_note){
             .text = lead, .x_px = x_px, .y_px = y_px, .font_px = 12, .colour = MX_PLOT_GREY});
    x_px += mx_plot_text_width(lead.s, 12, false) + 10;
    for (int e = 0; e < MX_PLOT_END_KIND_COUNT; e++) {
        if (is_there[e]) {
            const struct mx_plot_text text = mx_plot_text_clean(ends[e].text);
            stroke(layout, x_px, y_px, x_px + 14, y_px, 4, ends[e].colour, 1);
            note(layout, &(struct mx_plot_note){.text = text,
                                                .x_px = x_px + 19,
                                                .y_px = y_px,
                                                .font_px = 12,
                                                .colour = MX_PLOT_GREY});
            x_px += 19 + mx_plot_text_width(text.s, 12, false) + 16;
        }
    }
}

static void draw_axis_text(struct layout *layout, double x_px, const char *text)
{
    note(layout, &(struct mx_plot_note){.text = mx_plot_text_clean(text),
                                        .x_px = x_px,
                                        .y_px = BOTTOM_PX - 13,
                                        .font_px = 12,
                                        .colour = MX_PLOT_GREY,
                                        .align = MX_PLOT_CENTRE});
}

static void draw_axis(struct layout *layout)
{
    struct mx_plot_ticks ticks;
    const double from_px = layout->left_px + BREAK_PX;
    mx_plot_ticks_age(layout->low_s, layout->high_s, layout->right_px - from_px, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        const double x_px = place_px(layout, ticks.tick[i].at);
        const bool line = ticks.tick[i].line;
        stroke(layout, x_px, BOTTOM_PX, x_px, TOP_PX, line ? 1.2 : 1,
               line ? DAY_COLOUR : GRID_COLOUR, line ? 3 : 1);
        stroke(layout, x_px, BOTTOM_PX, x_px, BOTTOM_PX - 4, 1, DAY_COLOUR, 1);
        draw_axis_text(layout, x_px, ticks.tick[i].text);
    }
    draw_axis_text(layout, layout->left_px, "0");
    stroke(layout, layout->left_px - 8, BOTTOM_PX, layout->left_px + 9, BOTTOM_PX, 1.2, DAY_COLOUR,
           1);
    stroke(layout, from_px - 6, BOTTOM_PX, layout->right_px, BOTTOM_PX, 1.2, DAY_COLOUR, 1);
    stroke(layout, layout->left_px + 7, BOTTOM_PX - 4, layout->left_px + 12, BOTTOM_PX + 4, 1.2,
           DAY_COLOUR, 1); /* the break */
    stroke(layout, from_px - 9, BOTTOM_PX - 4, from_px - 4, BOTTOM_PX + 4, 1.2, DAY_COLOUR, 1);
    note(layout, &(struct mx_plot_note){
                     .text = mx_plot_text_clean("Age of the message (logarithmic after the break)"),
                     .x_px = 0.5 * (layout->left_px + layout->right_px),
                     .y_px = 14,
                     .font_px = 12.5,
                     .colour = MX_PLOT_GREY,
                     .align = MX_PLOT_CENTRE});
}

/* --- rows ------------------------------------------------------------------------------------ */

static void column(struct layout *layout, size_t place, double y_px, const char *text,
                   double font_px, mx_plot_colour colour)
{
    note(layout, &(struct mx_plot_note){.text = mx_plot_text_clean(text),
                                        .x_px = layout->right_px + ((double)place + 1) * COLUMN_PX,
                                        .y_px = y_px,
                                        .font_px = font_px,
                                        .colour = colour,
                                        .align = MX_PLOT_RIGHT});
}

static void draw_column_heads(struct layout *layout)
{
    static const char *const heads[] = {"in 72 h", "attempts", "given up"};
    for (size_t i = 0; i < 3; i++) {
        column(layout, i, TOP_PX + 9, heads[i], 11.5, MX_PLOT_GREY);
    }
}

static void draw_numbers(struct layout *layout, const struct mx_plot_policy *policy, double y_px)
{
    const double font_px = layout->font_px;
    column(layout, 0, y_px, mx_plot_text_format("%zu", count_before(policy, 72 * MX_HOUR_US)).s,
           font_px, MX_PLOT_INK);
    column(layout, 1, y_px,
           policy->expires_us == MX_NEVER ? "no end"
                                          : mx_plot_text_format("%zu", policy->attempt_count).s,
           font_px, MX_PLOT_INK);
    column(layout, 2, y_px,
           policy->expires_us == MX_NEVER ? "never"
                                          : mx_plot_duration(seconds(policy->expires_us)).s,
           font_px, MX_PLOT_INK);
}

/* Attempts as upright marks; those that stand too near for that become a bar. */
static void draw_marks(struct layout *layout, const struct mx_plot_policy *policy, double y_px)
{
    const double half_px = fmin(0.33 * layout->pitch_px, HALF_PX_MAX);
    const mx_plot_colour colour = ends[policy->end].colour;
    for (size_t i = 0; i < policy->attempt_count;) {
        const double from_px = place_px(layout, seconds(policy->attempt_us[i]));
        double to_px = from_px;
        size_t next = i + 1;
        while (next < policy->attempt_count) {
            const double next_px = place_px(layout, seconds(policy->attempt_us[next]));
            if (next_px - to_px >= MERGE_PX) {
                break;
            }
            to_px = next_px;
            next++;
        }
        if (to_px > from_px) {
            stroke(layout, from_px - MARK_PX / 2, y_px, to_px + MARK_PX / 2, y_px, 2 * half_px,
                   colour, 1);
        } else {
            stroke(layout, from_px, y_px - half_px, from_px, y_px + half_px, MARK_PX, colour, 1);
        }
        i = next;
    }
}

static void draw_row(struct layout *layout, size_t row)
{
    const struct mx_plot_policy *policy = &layout->policies[row];
    const double y_px = row_px(layout, row);
    const bool ends_there = policy->expires_us != MX_NEVER;
    const double end_px =
        ends_there ? place_px(layout, seconds(policy->expires_us)) : layout->right_px;
    const struct mx_plot_text name =
        mx_plot_text_format("%s%s", policy->name, policy->is_assumed ? " *" : "");
    const double cross_px = fmin(4.0, 0.26 * layout->pitch_px);
    if (row % 2 == 1 && layout->count > 4) {
        const struct mx_plot_box band = {EDGE_PX - 8, y_px - layout->pitch_px / 2,
                                         MX_PLOT_WIDTH_PX - EDGE_PX + 8,
                                         y_px + layout->pitch_px / 2, 0xF5F5F5};
        mx_plot_canvas_box(&layout->canvas, &band);
    }
    note(layout,
         &(struct mx_plot_note){.text = mx_plot_text_fit(name.s, layout->font_px, false, 240),
                                .x_px = layout->left_px - 14,
                                .y_px = y_px,
                                .font_px = layout->font_px,
                                .align = MX_PLOT_RIGHT});
    stroke(layout, layout->left_px, y_px, end_px, y_px, 1, DAY_COLOUR, policy->is_assumed ? 3 : 1);
    draw_marks(layout, policy, y_px);
    if (ends_there) {
        stroke(layout, end_px - cross_px, y_px - cross_px, end_px + cross_px, y_px + cross_px, 2,
               MX_PLOT_INK, 1);
        stroke(layout, end_px - cross_px, y_px + cross_px, end_px + cross_px, y_px - cross_px, 2,
               MX_PLOT_INK, 1);
    }
    draw_numbers(layout, policy, y_px);
}

/* The canvas as script text, owned; NULL when out of memory. */
static char *compose(const struct mx_plot_policy *policies, size_t count)
{
    struct layout layout = {.policies = policies, .count = count};
    char *text = NULL;
    size_t size = 0;
    FILE *script = open_memstream(&text, &size);
    if (script == NULL) {
        return NULL;
    }
    lay_out(&layout);
    draw_head(&layout);
    draw_key(&layout);
    draw_axis(&layout); /* under the rows */
    for (size_t row = 0; row < count; row++) {
        draw_row(&layout, row);
    }
    draw_column_heads(&layout);
    mx_plot_canvas_write(&layout.canvas, script);
    bool failed = layout.canvas.has_failed || ferror(script) != 0;
    mx_plot_canvas_fini(&layout.canvas);
    failed |= fclose(script) != 0;
    if (failed) {
        free(text);
        text = NULL;
    }
    return text;
}

int mx_plot_schedule(const struct mx_plot_policy *policies, size_t count, const char *plots_dir,
                     const char *file, char *error, size_t error_size)
{
    const struct mx_plot_error keep = {error, error_size};
    const size_t size = strlen(file);
    const char *ending = size > 4 ? file + size - 4 : "";
    const enum mx_plot_format format = strcmp(ending, ".svg") == 0   ? MX_PLOT_SVG
                                       : strcmp(ending, ".png") == 0 ? MX_PLOT_PNG
                                                                     : MX_PLOT_FORMAT_COUNT;
    int code;
    error[0] = '\0';
    MX_CHECK(count > 0);
    if (format == MX_PLOT_FORMAT_COUNT) {
        return mx_plot_fail(&keep, MX_EXIT_USAGE,
                            "a picture's name ends in .svg or .png, not \"%s\"", file);
    }
    if (count > MX_PLOT_POLICY_COUNT_MAX) {
        return mx_plot_fail(&keep, MX_EXIT_USAGE, "a picture holds up to %d policies, not %zu",
                            MX_PLOT_POLICY_COUNT_MAX, count);
    }
    char *canvas = compose(policies, count);
    if (canvas == NULL) {
        return mx_plot_fail(&keep, MX_EXIT_FAILURE, "out of memory or too much to draw");
    }
    code = mx_plot_canvas_draw(
        &(struct mx_plot_drawing){
            .canvas = canvas, .kind = "schedule", .plots_dir = plots_dir, .format = format},
        file, &keep);
    free(canvas);
    return code;
}
