// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_stack.c - see plot_stack.h. */
#include "sim/result/plot_stack.h"

#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_table.h"

#define LATE_SHARE 0.02 /* of the counts may come after the end of the picture */
#define IN_AREA_PX 12.0

static double row_sum(const struct mx_plot_stack_rows *rows, size_t row)
{
    double sum = 0.0;

    for (size_t l = 0; l < rows->layer_count; l++) {
        sum += rows->value[row * rows->layer_count + l];
    }
    return sum;
}

/* Largest layer at the bottom, where it is easiest to read. */
static void order_layers(struct mx_plot_stack *stack)
{
    for (size_t l = 0; l < stack->rows->layer_count; l++) {
        size_t at = stack->count;

        if (stack->sum[l] <= 0.0) {
            continue;
        }
        stack->count++;
        while (at > 0 && stack->sum[stack->layer[at - 1]] < stack->sum[l]) {
            stack->layer[at] = stack->layer[at - 1];
            at--;
        }
        stack->layer[at] = l;
    }
}

/* Totals, and where the picture ends: when all but LATE_SHARE has happened. */
static void sum_up(struct mx_plot_stack *stack)
{
    const struct mx_plot_stack_rows *rows = stack->rows;
    double so_far = 0.0, last_s = 0.0, data_end_s = rows->horizon_s;

    for (size_t i = 0; i < rows->count; i++) {
        stack->total += row_sum(rows, i);
        data_end_s = fmax(data_end_s, rows->time_s[i] + rows->bin_s);
        for (size_t l = 0; l < rows->layer_count; l++) {
            stack->sum[l] += rows->value[i * rows->layer_count + l];
        }
    }
    for (size_t i = 0; i < rows->count; i++) {
        double here = row_sum(rows, i);
        if (here > 0.0 && so_far < (1.0 - LATE_SHARE) * stack->total) {
            last_s = rows->time_s[i] + rows->bin_s;
        }
        so_far += here;
    }
    stack->end_s = stack->total > 0.0 ? mx_plot_shown_end(last_s, data_end_s, rows->bin_s)
                                      : fmax(data_end_s, rows->bin_s);
    order_layers(stack);
}

static size_t leading_layer(const double *column, size_t count)
{
    size_t leading = 0;

    for (size_t l = 1; l < count; l++) {
        leading = column[l] > column[leading] ? l : leading;
    }
    return leading;
}

static void find_highest(struct mx_plot_stack *stack)
{
    size_t layers = stack->rows->layer_count;

    for (size_t c = 0; c < stack->grid.count; c++) {
        double sum = 0.0;
        for (size_t l = 0; l < layers; l++) {
            sum += stack->column[c * layers + l];
        }
        if (sum > stack->highest) {
            stack->highest = sum;
            stack->highest_at_s = ((double)c + 0.5) * stack->grid.width_s;
            stack->highest_layer = leading_layer(&stack->column[c * layers], layers);
        }
    }
}

bool mx_plot_stack_init(struct mx_plot_stack *stack, const struct mx_plot_stack_rows *rows)
{
    size_t layers = rows->layer_count;

    *stack = (struct mx_plot_stack){.rows = rows};
    sum_up(stack);
    stack->grid = mx_plot_grid_over(rows->bin_s, stack->end_s);
    stack->column = calloc(stack->grid.count * layers, sizeof *stack->column);
    if (stack->column == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->time_s[i] >= stack->end_s) {
            stack->late += row_sum(rows, i);
            continue;
        }
        double *column =
            &stack->column[mx_plot_grid_column(&stack->grid, rows->time_s[i]) * layers];
        for (size_t l = 0; l < layers; l++) {
            column[l] += rows->value[i * layers + l];
        }
    }
    find_highest(stack);
    return true;
}

void mx_plot_stack_fini(struct mx_plot_stack *stack)
{
    free(stack->column);
    stack->column = NULL;
}

/* Height of the stack in column c below its layer number k. */
static double height_below(const struct mx_plot_stack *stack, size_t c, size_t k)
{
    double sum = 0.0;

    for (size_t i = 0; i < k; i++) {
        sum += stack->column[c * stack->rows->layer_count + stack->layer[i]];
    }
    return sum;
}

static void write_blocks(FILE *script, const struct mx_plot_stack *stack, double scale)
{
    double colours[MX_PLOT_LAYER_COUNT_MAX];
    struct mx_plot_text titles[MX_PLOT_LAYER_COUNT_MAX];

    for (size_t k = 0; k < stack->count; k++) {
        const struct mx_plot_layer *layer = &stack->rows->layers[stack->layer[k]];
        colours[k] = layer->colour;
        titles[k] = mx_plot_text_clean(layer->name);
        (void)fprintf(script, "$d%zu << EOD\n", k + 1);
        for (size_t c = 0; c < stack->grid.count; c++) {
            double low = scale * height_below(stack, c, k);
            double high = scale * height_below(stack, c, k + 1);
            double end_s = fmin(((double)c + 1.0) * stack->grid.width_s, stack->end_s);
            (void)fprintf(script, "%.10g %.10g %.10g\n%.10g %.10g %.10g\n",
                          (double)c * stack->grid.width_s, low, high, end_s, low, high);
        }
        (void)fputs("EOD\n", script);
    }
    if (stack->count == 0) {
        colours[0] = MX_PLOT_PALE;
        titles[0] = mx_plot_text_clean("none");
        (void)fprintf(script, "$d1 << EOD\n0 0 0\n%.10g 0 0\nEOD\n", stack->end_s);
    }
    mx_plot_script_number(script, "series_count", stack->count > 0 ? (double)stack->count : 1.0);
    mx_plot_script_numbers(script, "series_colour", colours, stack->count > 0 ? stack->count : 1);
    mx_plot_script_texts(script, "series_title", titles, stack->count > 0 ? stack->count : 1);
}

/* The best place for a name of `columns` columns within layer k: where its area is thickest over
 * that width. Returns the thickness left there; *at and *middle say where. */
static double thickest(const struct mx_plot_stack *stack, size_t k, size_t columns, double *at,
                       double *middle)
{
    double best = 0.0;

    for (size_t c = 0; c + columns <= stack->grid.count; c++) {
        double low = 0.0, high = INFINITY;
        for (size_t i = c; i < c + columns && high - low > best; i++) {
            low = fmax(low, height_below(stack, i, k));
            high = fmin(high, height_below(stack, i, k + 1));
        }
        if (high - low > best) {
            best = high - low;
            *at = ((double)c + 0.5 * (double)columns) * stack->grid.width_s;
            *middle = 0.5 * (low + high);
        }
    }
    return best;
}

/* Names within the areas that have room for one. top: of the axis, as a count of a column. */
static void name_areas(struct mx_plot_picture *picture, const struct mx_plot_stack *stack,
                       const struct mx_plot_area *area, double top)
{
    double px_per_s = (area->right_px - area->left_px) / stack->end_s;
    double px_per_count = (area->top_px - area->bottom_px) / top;

    for (size_t k = 0; k < stack->count; k++) {
        const struct mx_plot_layer *layer = &stack->rows->layers[stack->layer[k]];
        double need_px = mx_plot_text_width(layer->name, IN_AREA_PX, false) + 8.0;
        size_t columns = (size_t)ceil(need_px / (px_per_s * stack->grid.width_s));
        double at_s = 0.0, middle = 0.0;

        if (thickest(stack, k, columns, &at_s, &middle) * px_per_count >= IN_AREA_PX + 5.0) {
            struct mx_plot_note note = {.text = mx_plot_text_clean(layer->name),
                                        .x_px = area->left_px + at_s * px_per_s,
                                        .y_px = area->bottom_px + middle * px_per_count,
                                        .font_px = IN_AREA_PX,
                                        .colour = layer->dark ? MX_PLOT_ON_DARK : MX_PLOT_ON_LIGHT,
                                        .align = MX_PLOT_CENTRE};
            mx_plot_canvas_note(&picture->canvas, &note);
        }
    }
}

/* One label per layer, in the order of the stack, at the height of its middle in the mean. */
static size_t collect_tags(const struct mx_plot_stack *stack, struct mx_plot_tag *tags)
{
    for (size_t k = 0; k < stack->count; k++) {
        const struct mx_plot_layer *layer = &stack->rows->layers[stack->layer[k]];
        double sum = stack->sum[stack->layer[k]];
        tags[k] = (struct mx_plot_tag){
            .y_px = (double)k, .colour = MX_PLOT_INK, .line = layer->colour, .swatch = true};
        tags[k].text = mx_plot_text_format(
            "%s %s (%s)", layer->name, mx_plot_share(sum / stack->total).s, mx_plot_count(sum).s);
    }
    return stack->count;
}

static void write_table(FILE *table, const struct mx_plot_stack *stack,
                        const struct mx_plot_stack_look *look, double scale)
{
    mx_plot_table_head(table, mx_plot_text_format("%s,from_s,to_s,%s", look->sort, look->what).s);
    for (size_t c = 0; c < stack->grid.count; c++) {
        for (size_t k = 0; k < stack->count; k++) {
            const char *name = stack->rows->layers[stack->layer[k]].name;
            const double numbers[] = {
                (double)c * stack->grid.width_s,
                fmin(((double)c + 1.0) * stack->grid.width_s, stack->end_s),
                scale * stack->column[c * stack->rows->layer_count + stack->layer[k]]};
            mx_plot_table_row(table, &name, 1, numbers, 3);
        }
    }
}

void mx_plot_stack_draw(struct mx_plot_picture *picture, const struct mx_plot_stack *stack,
                        const struct mx_plot_stack_look *look)
{
    struct mx_plot_area area = {.left_px = 76.0, .bottom_px = 86.0, .top_px = 488.0};
    struct mx_plot_tag tags[MX_PLOT_TAG_COUNT_MAX];
    struct mx_plot_ticks ticks;
    double scale = look->per_s > 0.0 ? look->per_s / stack->grid.width_s : 1.0;
    size_t tag_count = collect_tags(stack, tags);
    double top;

    area.right_px = MX_PLOT_WIDTH_PX - fmax(mx_plot_frame_tag_width(tags, tag_count), 60.0);
    mx_plot_ticks_count(scale * stack->highest, 5, 0.0, &top, &ticks);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "y_min", 0.0);
    mx_plot_script_number(picture->script, "y_max", top);
    mx_plot_script_number(picture->script, "x_min", 0.0);
    mx_plot_script_number(picture->script, "x_max", stack->end_s);
    mx_plot_frame_time_axis(picture, &area, 0.0, stack->end_s);
    mx_plot_frame_area(picture, &area, mx_plot_frame_time_title(&picture->data->clock).s);
    mx_plot_frame_form(picture, MX_PLOT_LINES, 3);
    write_blocks(picture->script, stack, scale);
    write_table(picture->table, stack, look, scale);
    name_areas(picture, stack, &area, top / scale);
    mx_plot_frame_unit(picture, &area, look->unit.s);
    /* the column starts at the middle of the picture and keeps the order of the stack */
    for (size_t i = 0; i < tag_count; i++) {
        tags[i].y_px = area.bottom_px + 0.55 * (area.top_px - area.bottom_px) + tags[i].y_px;
    }
    mx_plot_frame_tags(picture, &area, tags, tag_count);
    if (stack->count == 0) {
        mx_plot_frame_empty(picture, &area, look->empty);
    }
}
