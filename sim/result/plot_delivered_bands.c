// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_delivered_bands.c - delivered share by age with what is not known: a panel per provider, in
 * which a dark band is of chance alone and a light one of chance and what is not known. */
#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_delivered.h"
#include "sim/result/plot_panels.h"
#include "sim/stats/interval.h"
#include "sim/stats/outcome_range.h"

#define LIGHT_COLOUR 0xB5D3E7
#define DARK_COLOUR 0x56B4E9
#define LINE_COLOUR 0x0072B2
#define KEY_PX 11.5
#define KEY_Y_PX 508.0
#define KEY_HEIGHT_PX 14.0

static const struct mx_plot_panel_view view = {.low = 0.0, .high = 1.0};

static void add_note(struct mx_plot_picture *picture, const char *text, double x_px, double y_px,
                     enum mx_plot_align align)
{
    struct mx_plot_note note = {.text = mx_plot_text_clean(text),
                                .x_px = x_px,
                                .y_px = y_px,
                                .font_px = KEY_PX,
                                .colour = MX_PLOT_GREY,
                                .align = align};

    mx_plot_canvas_note(&picture->canvas, &note);
}

/* All mail, then providers with mail, largest first. False when out of memory. */
static bool choose(struct mx_plot_panels *panels, const struct mx_plot_data *data)
{
    size_t *order = mx_plot_frame_by_size(data);

    if (order == NULL) {
        return false;
    }
    if (data->provider_count > 1) {
        panels->panel[panels->count++].provider = data->provider_count;
    }
    for (size_t i = 0; i < data->provider_count; i++) {
        if (mx_plot_curve_find(data, order[i]).count == 0) {
            continue;
        }
        if (panels->count < MX_PLOT_PANEL_COUNT_MAX) {
            panels->panel[panels->count++].provider = order[i];
        } else {
            panels->left_out++;
        }
    }
    free(order);
    return true;
}

/* Lines $d<i>: logarithm of the age, share; areas $a<2i - 1> and $a<2i>: light and dark. */
static void write_curve(FILE *script, const struct mx_plot_curve *curve, size_t number)
{
    for (int block = 0; block < 3; block++) {
        (void)fprintf(script, "$%c%zu << EOD\n", block == 0 ? 'd' : 'a',
                      block == 0 ? number : 2 * number - (block == 1 ? 1 : 0));
        for (size_t i = mx_plot_curve_first(curve); i < curve->count; i++) {
            const struct mx_plot_age *row = &curve->rows[i];
            double x = log10(fmax(row->age_s, MX_PLOT_AGE_LOW_S));

            if (block == 0) {
                (void)fprintf(script, "%.10g %.10g\n", x, row->share);
            } else {
                (void)fprintf(script, "%.10g %.10g %.10g\n", x,
                              block == 1 ? row->drawn_low : row->low,
                              block == 1 ? row->drawn_high : row->high);
            }
        }
        (void)fputs("EOD\n", script);
    }
}

/* What the script draws: two areas and a line in each panel. */
static void write_curves(struct mx_plot_picture *picture, const struct mx_plot_panels *panels)
{
    double number[MX_PLOT_PANEL_COUNT_MAX], colour[MX_PLOT_PANEL_COUNT_MAX],
        width[MX_PLOT_PANEL_COUNT_MAX], area_panel[2 * MX_PLOT_PANEL_COUNT_MAX],
        area_colour[2 * MX_PLOT_PANEL_COUNT_MAX];
    FILE *script = picture->script;

    for (size_t i = 0; i < panels->count; i++) {
        struct mx_plot_curve curve = mx_plot_curve_find(picture->data, panels->panel[i].provider);

        number[i] = area_panel[2 * i] = area_panel[2 * i + 1] = (double)(i + 1);
        colour[i] = LINE_COLOUR;
        width[i] = 1.6;
        area_colour[2 * i] = LIGHT_COLOUR;
        area_colour[2 * i + 1] = DARK_COLOUR;
        write_curve(script, &curve, i + 1);
    }
    mx_plot_panels_places(panels, picture);
    mx_plot_script_numbers(script, "panel_first", number, panels->count);
    mx_plot_script_numbers(script, "panel_last", number, panels->count);
    mx_plot_script_numbers(script, "series_colour", colour, panels->count);
    mx_plot_script_numbers(script, "series_width", width, panels->count);
    mx_plot_script_number(script, "area_count", (double)(2 * panels->count));
    mx_plot_script_numbers(script, "area_panel", area_panel, 2 * panels->count);
    mx_plot_script_numbers(script, "area_colour", area_colour, 2 * panels->count);
}

static void draw_x_axis(struct mx_plot_picture *picture, const struct mx_plot_area *area,
                        const struct mx_plot_ticks *ticks, double high, bool with_text)
{
    for (size_t i = 0; i < ticks->count; i++) {
        double share = ticks->tick[i].at / high;
        double x_px = area->left_px + share * (area->right_px - area->left_px);
        struct mx_plot_stroke stroke = {x_px, area->bottom_px, x_px, area->bottom_px - 3.0,
                                        1.0,  MX_PLOT_PALE,    1};

        mx_plot_canvas_stroke(&picture->canvas, &stroke);
        if (with_text) { /* ends stay clear of the next panel's */
            add_note(picture, ticks->tick[i].text, x_px, area->bottom_px - 12.0,
                     share > 0.97   ? MX_PLOT_RIGHT
                     : share < 0.03 ? MX_PLOT_LEFT
                                    : MX_PLOT_CENTRE);
        }
    }
}

/* "97.1 % to 99.90 %": the light band at the last age. */
static struct mx_plot_text unknown_range(const struct mx_plot_data *data, size_t provider)
{
    struct mx_plot_curve curve = mx_plot_curve_find(data, provider);
    const struct mx_plot_age *last = &curve.rows[curve.count - 1];

    return mx_plot_text_format("%s to %s", mx_plot_share(last->drawn_low).s,
                               mx_plot_share(last->drawn_high).s);
}

static void draw_title(struct mx_plot_picture *picture, const struct mx_plot_panel *panel)
{
    const struct mx_plot_data *data = picture->data;
    const struct mx_plot_area *area = &panel->area;
    double width_px = area->right_px - area->left_px;
    bool is_wide = width_px >= 200.0;
    struct mx_plot_note note = {.text = mx_plot_text_fit(panel->provider < data->provider_count
                                                             ? data->providers[panel->provider].name
                                                             : MX_PLOT_ALL_PROVIDERS,
                                                         12.5, true,
                                                         is_wide ? 0.46 * width_px : width_px),
                                .x_px = area->left_px,
                                .y_px = area->top_px + 10.0,
                                .font_px = 12.5,
                                .colour = MX_PLOT_INK,
                                .bold = true};

    mx_plot_canvas_note(&picture->canvas, &note);
    if (is_wide) {
        add_note(picture, unknown_range(data, panel->provider).s, area->right_px,
                 area->top_px + 9.0, MX_PLOT_RIGHT);
    }
}

static void draw_panels(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                        double high_s)
{
    const struct mx_plot_area *first = &panels->panel[0].area;
    struct mx_plot_ticks x_ticks, y_ticks;
    double high = log10(high_s), top;

    mx_plot_ticks_age(MX_PLOT_AGE_LOW_S, high_s, first->right_px - first->left_px, &x_ticks);
    for (size_t i = 0; i < x_ticks.count; i++) {
        x_ticks.tick[i].at = log10(x_ticks.tick[i].at);
    }
    mx_plot_ticks_share(1.0, panels->rows > 2 ? 2 : 5, &top, &y_ticks);
    for (size_t i = 0; i < panels->count; i++) {
        const struct mx_plot_panel *panel = &panels->panel[i];

        mx_plot_panel_y_axis(picture, panel, &view, &y_ticks, i % panels->columns == 0);
        draw_x_axis(picture, &panel->area, &x_ticks, high, i + panels->columns >= panels->count);
        draw_title(picture, panel);
    }
    mx_plot_script_number(picture->script, "x_min", 0.0);
    mx_plot_script_number(picture->script, "x_max", high);
    mx_plot_script_number(picture->script, "y_min", view.low);
    mx_plot_script_number(picture->script, "y_max", view.high);
    mx_plot_script_number(picture->script, "y_is_log", 0.0);
    mx_plot_script_ticks(picture->script, "x_tick", &x_ticks);
    mx_plot_panels_x_title(picture, "Time since creation (log scale)");
}

/* Which colour is what, over the panels. */
static void draw_key(struct mx_plot_picture *picture, double left_px)
{
    const struct {
        mx_plot_colour colour;
        double half_px; /* of its height */
        const char *text;
    } keys[] = {{LINE_COLOUR, 1.0, "mean, with values as written"},
                {DARK_COLOUR, 5.0, mx_interval_of(false)},
                {LIGHT_COLOUR, 5.0, mx_interval_of(true)}};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct mx_plot_box box = {left_px, KEY_Y_PX - keys[i].half_px, left_px + 18.0,
                                  KEY_Y_PX + keys[i].half_px, keys[i].colour};

        mx_plot_canvas_box(&picture->canvas, &box);
        add_note(picture, keys[i].text, left_px + 24.0, KEY_Y_PX, MX_PLOT_LEFT);
        left_px += 24.0 + mx_plot_text_width(keys[i].text, KEY_PX, false) + 26.0;
    }
}

/* "0.4", in percentage points: how wide a band gets, of any age. */
static struct mx_plot_text widest(const struct mx_plot_curve *curve, bool is_unknown)
{
    double points = 0.0;

    for (size_t i = 0; i < curve->count; i++) {
        const struct mx_plot_age *row = &curve->rows[i];

        points = fmax(
            points, 100.0 * (is_unknown ? row->drawn_high - row->drawn_low : row->high - row->low));
    }
    return mx_plot_text_format("%.2g", points);
}

static void write_head(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                       double high_s)
{
    const struct mx_plot_data *data = picture->data;
    struct mx_plot_curve all = mx_plot_curve_find(data, panels->panel[0].provider);
    struct mx_plot_text end = mx_plot_duration(high_s);
    struct mx_plot_text left_out = mx_plot_text_clean("");

    if (panels->left_out > 0) {
        left_out = mx_plot_text_format(" %zu smaller ones are left out.", panels->left_out);
    }
    mx_plot_frame_head(
        picture,
        mx_plot_text_format("%s delivered after %s with values as written; %s with what is "
                            "not known",
                            mx_plot_share(all.rows[all.count - 1].share).s, end.s,
                            unknown_range(data, panels->panel[0].provider).s)
            .s,
        mx_plot_text_format("Delivered (accepted by the provider) as %% of sent (%s in all), by "
                            "time since creation. Numbers: light band at %s.",
                            mx_plot_count(data->total.metric[MX_PLOT_SENT]).s, end.s)
            .s,
        mx_plot_text_format("%s Bands: where the next run lies with %.0f %%; %sat most %s points "
                            "wide by chance, %s with what is not known.%s",
                            mx_plot_frame_runs(data).s,
                            100.0 * mx_outcome_probability((uint32_t)data->replications),
                            data->provider_count > 1 ? "of all mail, " : "", widest(&all, false).s,
                            widest(&all, true).s, left_out.s)
            .s);
}

int mx_plot_delivered_bands(struct mx_plot_picture *picture)
{
    struct mx_plot_panels panels = {.count = 0};
    double high_s = mx_plot_delivered_latest_s(picture->data);

    if (!choose(&panels, picture->data)) {
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    mx_plot_panels_lay_out(&panels, KEY_HEIGHT_PX);
    write_head(picture, &panels, high_s);
    draw_key(picture, panels.panel[0].area.left_px);
    draw_panels(picture, &panels, high_s);
    write_curves(picture, &panels);
    return 0;
}
