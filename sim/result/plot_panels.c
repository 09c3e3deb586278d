// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_panels.c - small multiples. */
#include "sim/result/plot_panels.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/result/plot_table.h"

#define PAGE_LEFT_PX 78.0
#define PAGE_RIGHT_PX 908.0
#define PAGE_BOTTOM_PX 78.0
#define PAGE_TOP_PX 506.0
#define GAP_PX 16.0
#define TITLE_PX 20.0
#define ROW_GAP_PX 12.0
#define SHARE_ALL_COLUMNS 240
#define LINE_COLOUR 0x0072B2
#define WORST_COLOUR 0xD55E00
#define WORST_TEXT 0xC35400
#define GROUND_COLOUR 0xD9D9D9
#define RANGE_COLOUR 0xB5D3E7

/* --- collecting ------------------------------------------------------------------------------- */

/* Panels for the providers with rows, largest first. Returns false when out of memory. */
static bool choose_providers(struct mx_plot_panels *panels, const struct mx_plot_data *data)
{
    size_t *order = mx_plot_frame_by_size(data);
    bool *has_rows = calloc(data->provider_count + 1, sizeof *has_rows);

    if (order == NULL || has_rows == NULL) {
        free(order);
        free(has_rows);
        return false;
    }
    for (size_t i = 0; i < data->state_count; i++) {
        has_rows[data->states[i].provider] = true;
    }
    for (size_t i = 0; i < data->provider_count; i++) {
        if (has_rows[order[i]] && panels->count < MX_PLOT_PANEL_COUNT_MAX) {
            panels->panel[panels->count++].provider = order[i];
        } else if (has_rows[order[i]]) {
            panels->left_out++;
        }
    }
    free(order);
    free(has_rows);
    return true;
}

/* The addresses of a panel; place_of[ip]: where each stands in it. */
static bool list_addresses(struct mx_plot_panel *panel, const struct mx_plot_data *data,
                           size_t *place_of)
{
    panel->ip = calloc(data->ip_count + 1, sizeof *panel->ip);
    if (panel->ip == NULL) {
        return false;
    }
    for (size_t i = 0; i < data->ip_count; i++) {
        place_of[i] = SIZE_MAX;
    }
    for (size_t i = 0; i < data->state_count; i++) {
        const struct mx_plot_state *state = &data->states[i];
        if (state->provider == panel->provider && place_of[state->ip] == SIZE_MAX) {
            place_of[state->ip] = panel->ip_count;
            panel->ip[panel->ip_count++] = state->ip;
        }
    }
    return true;
}

/* A sample holds until the next: columns without one repeat the one before. */
static void hold_values(struct mx_plot_panel *panel, const bool *is_set, size_t columns)
{
    for (size_t a = 0; a < panel->ip_count; a++) {
        for (size_t c = 1; c < columns; c++) {
            if (!is_set[a * columns + c]) {
                panel->value[a * columns + c] = panel->value[a * columns + c - 1];
            }
        }
    }
}

static void take_state(struct mx_plot_panel *panel, const struct mx_plot_state *state,
                       const struct mx_plot_panel_view *view, size_t at, size_t column)
{
    panel->value[at] = fmin(panel->value[at], view->value(state));
    panel->blocked[column] |= state->blocked;
    if (view->ground != NULL) {
        panel->ground[column] = fmax(panel->ground[column], view->ground(state));
    }
}

/* Returns false when out of memory. */
static bool fill_panel(struct mx_plot_panel *panel, const struct mx_plot_panels *panels,
                       const struct mx_plot_data *data, const struct mx_plot_panel_view *view)
{
    size_t columns = panels->grid.count;
    bool is_absent = view->is_absent != NULL && view->is_absent(data, panel->provider);
    size_t *place_of = calloc(data->ip_count + 1, sizeof *place_of);
    bool ok = place_of != NULL && list_addresses(panel, data, place_of);
    bool *is_set = ok ? calloc(panel->ip_count * columns + 1, sizeof *is_set) : NULL;
    bool *ever = ok ? calloc(panel->ip_count + 1, sizeof *ever) : NULL;

    panel->value = calloc(panel->ip_count * columns + 1, sizeof *panel->value);
    panel->ground = calloc(columns, sizeof *panel->ground);
    panel->blocked = calloc(columns, sizeof *panel->blocked);
    ok = ok && is_set != NULL && ever != NULL && panel->value != NULL && panel->ground != NULL &&
         panel->blocked != NULL;
    for (size_t i = 0; ok && i < panel->ip_count * columns; i++) {
        panel->value[i] = INFINITY;
    }
    for (size_t i = 0; ok && i < data->state_count; i++) {
        const struct mx_plot_state *state = &data->states[i];
        if (state->provider == panel->provider && !is_absent) {
            size_t column = mx_plot_grid_column(&panels->grid, state->time_s);
            size_t place = place_of[state->ip];
            take_state(panel, state, view, place * columns + column, column);
            is_set[place * columns + column] = true;
            panel->blocked_ips += state->blocked && !ever[place] ? 1 : 0;
            ever[place] |= state->blocked;
        }
    }
    if (ok) {
        hold_values(panel, is_set, columns);
    }
    free(place_of);
    free(is_set);
    free(ever);
    return ok;
}

/* Time between two samples, and the end of the run. */
static void find_grid(struct mx_plot_panels *panels, const struct mx_plot_data *data)
{
    double sample_s = 60.0, last_s = 0.0, step_s = INFINITY;

    for (size_t i = 0; i < data->state_count; i++) {
        double apart_s = data->states[i].time_s - last_s; /* times never decrease */
        if (apart_s > 0.0) {
            step_s = fmin(step_s, apart_s);
        }
        last_s = data->states[i].time_s;
    }
    if (isfinite(step_s)) {
        sample_s = step_s;
    }
    panels->end_s = fmax(fmax(data->horizon_s, last_s), sample_s);
    while (panels->end_s / sample_s > SHARE_ALL_COLUMNS) {
        sample_s *= 2.0;
    }
    panels->grid = mx_plot_grid_over(sample_s, panels->end_s);
}

void mx_plot_panels_lay_out(struct mx_plot_panels *panels, double key_px)
{
    static const struct {
        size_t count, columns;
    } shapes[] = {{1, 1}, {2, 2}, {4, 2}, {9, 3}, {12, 4}, {20, 5}, {30, 6}};
    double width_px, height_px;

    panels->columns = panels->rows = 1;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (panels->count <= shapes[i].count) {
            panels->columns = shapes[i].columns;
            break;
        }
    }
    panels->rows = panels->count == 0 ? 1 : (panels->count - 1) / panels->columns + 1;
    width_px = (PAGE_RIGHT_PX - PAGE_LEFT_PX + GAP_PX) / (double)panels->columns - GAP_PX;
    height_px = (PAGE_TOP_PX - key_px - PAGE_BOTTOM_PX + ROW_GAP_PX) / (double)panels->rows -
                TITLE_PX - ROW_GAP_PX;
    for (size_t i = 0; i < panels->count; i++) {
        struct mx_plot_area *area = &panels->panel[i].area;
        size_t row_index = i / panels->columns;
        double column = (double)(i % panels->columns), row = (double)row_index;

        area->left_px = PAGE_LEFT_PX + column * (width_px + GAP_PX);
        area->right_px = area->left_px + width_px;
        area->top_px = PAGE_TOP_PX - key_px - TITLE_PX - row * (height_px + TITLE_PX + ROW_GAP_PX);
        area->bottom_px = area->top_px - height_px;
    }
}

int mx_plot_panels_init(struct mx_plot_panels *panels, struct mx_plot_picture *picture,
                        const struct mx_plot_panel_view *view)
{
    const struct mx_plot_data *data = picture->data;
    bool ok;

    *panels = (struct mx_plot_panels){.end_s = 0.0};
    find_grid(panels, data);
    ok = choose_providers(panels, data);
    for (size_t i = 0; ok && i < panels->count; i++) {
        ok = fill_panel(&panels->panel[i], panels, data, view);
    }
    mx_plot_panels_lay_out(panels, 0.0);
    return ok ? 0 : mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
}

void mx_plot_panels_fini(struct mx_plot_panels *panels)
{
    for (size_t i = 0; i < panels->count; i++) {
        free(panels->panel[i].ip);
        free(panels->panel[i].value);
        free(panels->panel[i].ground);
        free(panels->panel[i].blocked);
    }
    panels->count = 0;
}

/* --- drawing ---------------------------------------------------------------------------------- */

double mx_plot_panel_y_px(const struct mx_plot_panel *panel, const struct mx_plot_panel_view *view,
                          double value)
{
    double share = view->is_log
                       ? log(fmax(value, view->low) / view->low) / log(view->high / view->low)
                       : (value - view->low) / (view->high - view->low);

    share = fmin(fmax(share, 0.0), 1.0);
    return panel->area.bottom_px + share * (panel->area.top_px - panel->area.bottom_px);
}

static void add_stroke(struct mx_plot_picture *picture, double x1_px, double y1_px, double x2_px,
                       double y2_px, mx_plot_colour colour)
{
    struct mx_plot_stroke stroke = {x1_px, y1_px, x2_px, y2_px, 1.0, colour, 1};

    mx_plot_canvas_stroke(&picture->canvas, &stroke);
}

void mx_plot_panel_y_axis(struct mx_plot_picture *picture, const struct mx_plot_panel *panel,
                          const struct mx_plot_panel_view *view, const struct mx_plot_ticks *ticks,
                          bool with_text)
{
    const struct mx_plot_area *area = &panel->area;
    double last_px = -INFINITY;

    for (size_t i = 0; i < ticks->count; i++) {
        double y_px = mx_plot_panel_y_px(panel, view, ticks->tick[i].at);
        add_stroke(picture, area->left_px, y_px, area->right_px, y_px, 0xE4E4E4);
        if (with_text && y_px - last_px >= 15.0) {
            mx_plot_frame_note(picture, mx_plot_text_clean(ticks->tick[i].text),
                               area->left_px - 7.0, y_px, 11.0, MX_PLOT_GREY, MX_PLOT_RIGHT, false);
            last_px = y_px;
        }
    }
    add_stroke(picture, area->left_px, area->bottom_px, area->right_px, area->bottom_px,
               MX_PLOT_PALE);
}

static void draw_x_axis(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                        const struct mx_plot_panel *panel, bool with_text)
{
    const struct mx_plot_area *area = &panel->area;
    double width_px = area->right_px - area->left_px;
    bool is_last = area->right_px > PAGE_RIGHT_PX - 1.0;
    double last_text_px = area->right_px - (is_last ? 0.0 : 18.0); /* clear of the next panel */
    struct mx_plot_ticks ticks;

    mx_plot_ticks_clock(&picture->data->clock, 0.0, panels->end_s, width_px, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        double x_px = area->left_px + ticks.tick[i].at / panels->end_s * width_px;
        add_stroke(picture, x_px, area->bottom_px, x_px, area->bottom_px - 3.0, MX_PLOT_PALE);
        if (with_text && x_px <= last_text_px) {
            mx_plot_frame_note(picture, mx_plot_text_clean(ticks.tick[i].text), x_px,
                               area->bottom_px - 12.0, 11.0, MX_PLOT_GREY, MX_PLOT_CENTRE, false);
            mx_plot_frame_note(picture, mx_plot_text_clean(ticks.tick[i].below), x_px,
                               area->bottom_px - 27.0, 11.0, MX_PLOT_GREY, MX_PLOT_CENTRE, false);
        }
    }
}

/* A bar along the base line while some address is blocked. */
static void draw_blocks(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                        const struct mx_plot_panel *panel)
{
    double px = (panel->area.right_px - panel->area.left_px) * panels->grid.width_s / panels->end_s;

    for (size_t c = 0; c < panels->grid.count; c++) {
        size_t from = c;
        while (c < panels->grid.count && panel->blocked[c]) {
            c++;
        }
        if (c > from) {
            struct mx_plot_box box = {
                panel->area.left_px + px * (double)from, panel->area.bottom_px,
                fmin(panel->area.left_px + px * (double)c, panel->area.right_px),
                panel->area.bottom_px + 4.0, 0x000000};
            mx_plot_canvas_box(&picture->canvas, &box);
        }
    }
}

static bool is_alike(double low, double high, const struct mx_plot_panel_view *view)
{
    return view->is_log ? high <= low * view->alike : high - low <= view->alike;
}

/* Mean, first and last of the finite values of one address; false when it has none. */
static bool describe(const double *value, size_t columns, double *mean,
                     struct mx_plot_extremes *line)
{
    double sum = 0.0;
    size_t count = 0;

    line->worst_first = line->worst_least = line->worst_last = INFINITY;
    for (size_t c = 0; c < columns; c++) {
        if (isfinite(value[c])) {
            sum += value[c];
            line->worst_last = value[c];
            line->worst_least = fmin(line->worst_least, value[c]);
            line->worst_first = count == 0 ? value[c] : line->worst_first;
            count++;
        }
    }
    *mean = count > 0 ? sum / (double)count : INFINITY;
    return count > 0;
}

struct mx_plot_extremes mx_plot_panel_extremes(const struct mx_plot_panel *panel, size_t columns,
                                               const struct mx_plot_panel_view *view)
{
    struct mx_plot_extremes found = {.worst_first = INFINITY,
                                     .worst_least = INFINITY,
                                     .worst_last = INFINITY,
                                     .are_alike = true};
    struct mx_plot_extremes line;
    double least = INFINITY, mean;

    for (size_t a = 0; a < panel->ip_count; a++) {
        if (describe(panel->value + a * columns, columns, &mean, &line) && mean < least) {
            least = mean;
            found.worst = a;
            found.worst_first = line.worst_first;
            found.worst_least = line.worst_least;
            found.worst_last = line.worst_last;
            found.has_values = true;
        }
    }
    for (size_t c = 0; c < columns && found.are_alike; c++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t a = 0; a < panel->ip_count; a++) {
            double value = panel->value[a * columns + c];
            low = isfinite(value) ? fmin(low, value) : low;
            high = isfinite(value) ? fmax(high, value) : high;
        }
        found.are_alike = low > high || is_alike(low, high, view);
    }
    return found;
}

static bool has_orange(const struct mx_plot_extremes *found)
{
    return found->has_values && !found->are_alike;
}

const char *mx_plot_panels_orange(const struct mx_plot_panels *panels,
                                  const struct mx_plot_panel_view *view)
{
    for (size_t i = 0; i < panels->count; i++) {
        struct mx_plot_extremes found =
            mx_plot_panel_extremes(&panels->panel[i], panels->grid.count, view);
        if (has_orange(&found)) {
            return " Orange: the lowest.";
        }
    }
    return "";
}

static void draw_title(struct mx_plot_picture *picture, const struct mx_plot_panel *panel,
                       const struct mx_plot_panel_view *view, const struct mx_plot_extremes *found,
                       struct mx_plot_text (*number)(double value))
{
    const struct mx_plot_data *data = picture->data;
    const struct mx_plot_area *area = &panel->area;
    double width_px = area->right_px - area->left_px;
    bool is_wide = width_px >= 200.0;
    const char *name = data->providers[panel->provider].name;
    struct mx_plot_text title =
        mx_plot_text_fit(name, 12.5, true, is_wide ? 0.42 * width_px : width_px);
    struct mx_plot_text more;
    bool highlight = has_orange(found);

    mx_plot_frame_note(picture, title, area->left_px, area->top_px + 10.0, 12.5, MX_PLOT_INK,
                       MX_PLOT_LEFT, true);
    if (!is_wide) {
        return;
    }
    if (panel->blocked_ips > 0) {
        more = mx_plot_text_format("%zu of %zu blocked", panel->blocked_ips, panel->ip_count);
        if (found->has_values) {
            more = mx_plot_text_format("%s, %s %s", more.s, highlight ? "lowest" : "all at",
                                       number(found->worst_last).s);
        }
    } else if (!found->has_values) {
        more = mx_plot_text_clean(view->absent);
    } else if (highlight) {
        more =
            mx_plot_text_format("%s lowest, ends at %s", data->ip_names[panel->ip[found->worst]].s,
                                number(found->worst_last).s);
    } else {
        more = mx_plot_text_format("%s, at the end %s",
                                   panel->ip_count == 1
                                       ? data->ip_names[panel->ip[0]].s
                                       : mx_plot_text_format("%zu addresses", panel->ip_count).s,
                                   number(found->worst_last).s);
    }
    mx_plot_frame_note(picture,
                       mx_plot_text_fit(more.s, 11.0, false,
                                        width_px - mx_plot_text_width(title.s, 12.5, true) - 10.0),
                       area->right_px, area->top_px + 9.0, 11.0,
                       highlight ? WORST_TEXT : MX_PLOT_GREY, MX_PLOT_RIGHT, false);
}

static double kept_in(const struct mx_plot_panel_view *view, double value)
{
    return fmin(fmax(value, view->low), view->high);
}

/* One line as a data block: a step per column. Returns whether it has a point. */
static bool write_line(FILE *script, const struct mx_plot_panels *panels,
                       const struct mx_plot_panel_view *view, const double *value, size_t number)
{
    bool any = false;

    for (size_t c = 0; c < panels->grid.count && !any; c++) {
        any = isfinite(value[c]);
    }
    if (!any) {
        return false;
    }
    (void)fprintf(script, "$d%zu << EOD\n", number);
    for (size_t c = 0; c < panels->grid.count; c++) {
        double end_s = fmin((double)(c + 1) * panels->grid.width_s, panels->end_s);
        if (isfinite(value[c])) {
            double y = kept_in(view, value[c]);
            (void)fprintf(script, "%.10g %.10g\n%.10g %.10g\n", (double)c * panels->grid.width_s, y,
                          end_s, y);
        } else {
            (void)fputc('\n', script); /* a gap */
        }
    }
    (void)fputs("EOD\n", script);
    return true;
}

/* An area between two rows of values; gaps where low is not finite. */
static void write_area(FILE *script, const struct mx_plot_panels *panels,
                       const struct mx_plot_panel_view *view, const double *low, const double *high,
                       size_t number)
{
    (void)fprintf(script, "$a%zu << EOD\n", number);
    for (size_t c = 0; c < panels->grid.count; c++) {
        double end_s = fmin((double)(c + 1) * panels->grid.width_s, panels->end_s);
        bool is_gap = !isfinite(low[c]) || !isfinite(high[c]);
        double from = is_gap ? view->low : kept_in(view, low[c]);
        double to = is_gap ? view->low : kept_in(view, high[c]);
        (void)fprintf(script, "%.10g %.10g %.10g\n%.10g %.10g %.10g\n",
                      (double)c * panels->grid.width_s, from, to, end_s, from, to);
    }
    (void)fputs("EOD\n", script);
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return left < right ? -1 : left > right;
}

/* Lowest, median and highest of the addresses in each column, into out[3][columns]. */
static void rank_values(const struct mx_plot_panel *panel, size_t columns, double *sorted,
                        double *out)
{
    for (size_t c = 0; c < columns; c++) {
        size_t count = 0;
        for (size_t a = 0; a < panel->ip_count; a++) {
            if (isfinite(panel->value[a * columns + c])) {
                sorted[count++] = panel->value[a * columns + c];
            }
        }
        qsort(sorted, count, sizeof *sorted, ascending);
        out[c] = count > 0 ? sorted[0] : INFINITY;
        out[columns + c] = count > 0 ? sorted[count / 2] : INFINITY;
        out[2 * columns + c] = count > 0 ? sorted[count - 1] : INFINITY;
    }
}

/* What the script draws, in order: areas with their panels, lines with theirs. */
struct listing {
    double area_panel[2 * MX_PLOT_PANEL_COUNT_MAX], area_colour[2 * MX_PLOT_PANEL_COUNT_MAX];
    double first[MX_PLOT_PANEL_COUNT_MAX], last[MX_PLOT_PANEL_COUNT_MAX];
    double colour[MX_PLOT_PANEL_COUNT_MAX * (MX_PLOT_PANEL_LINES_MAX + 2)];
    double width[MX_PLOT_PANEL_COUNT_MAX * (MX_PLOT_PANEL_LINES_MAX + 2)];
    size_t area_count, line_count;
};

static void list_line(FILE *script, const struct mx_plot_panels *panels,
                      const struct mx_plot_panel_view *view, const double *value,
                      struct listing *listing, mx_plot_colour colour, double width)
{
    if (write_line(script, panels, view, value, listing->line_count + 1)) {
        listing->colour[listing->line_count] = colour;
        listing->width[listing->line_count++] = width;
    }
}

static void list_area(FILE *script, const struct mx_plot_panels *panels,
                      const struct mx_plot_panel_view *view, const double *low, const double *high,
                      struct listing *listing, size_t panel, mx_plot_colour colour)
{
    write_area(script, panels, view, low, high, listing->area_count + 1);
    listing->area_panel[listing->area_count] = (double)(panel + 1);
    listing->area_colour[listing->area_count++] = colour;
}

/* Many addresses: their range as an area and the median as a line. False when out of memory. */
static bool list_range(FILE *script, const struct mx_plot_panels *panels, size_t index,
                       const struct mx_plot_panel_view *view, struct listing *listing)
{
    const struct mx_plot_panel *panel = &panels->panel[index];
    size_t columns = panels->grid.count;
    double *sorted = calloc(panel->ip_count + 1, sizeof *sorted);
    double *ranks = calloc(3 * columns, sizeof *ranks);
    bool ok = sorted != NULL && ranks != NULL;

    if (ok) {
        rank_values(panel, columns, sorted, ranks);
        list_area(script, panels, view, ranks, ranks + 2 * columns, listing, index, RANGE_COLOUR);
        list_line(script, panels, view, ranks + columns, listing, LINE_COLOUR, 1.8);
    }
    free(sorted);
    free(ranks);
    return ok;
}

static bool list_panel(FILE *script, const struct mx_plot_panels *panels, size_t index,
                       const struct mx_plot_panel_view *view, const struct mx_plot_extremes *found,
                       struct listing *listing)
{
    const struct mx_plot_panel *panel = &panels->panel[index];
    size_t columns = panels->grid.count;
    bool highlight = has_orange(found);
    bool ok = true;

    listing->first[index] = (double)(listing->line_count + 1);
    if (view->ground != NULL) {
        double *floor_value = calloc(columns, sizeof *floor_value);
        ok = floor_value != NULL;
        if (ok) {
            list_area(script, panels, view, floor_value, panel->ground, listing, index,
                      GROUND_COLOUR);
        }
        free(floor_value);
    }
    if (panel->ip_count > MX_PLOT_PANEL_LINES_MAX) {
        ok = ok && list_range(script, panels, index, view, listing);
    } else {
        for (size_t a = 0; a < panel->ip_count; a++) {
            if (!highlight || a != found->worst) {
                list_line(script, panels, view, panel->value + a * columns, listing,
                          0x40000000 | LINE_COLOUR, 1.4);
            }
        }
    }
    if (highlight) {
        list_line(script, panels, view, panel->value + found->worst * columns, listing,
                  WORST_COLOUR, 1.8);
    }
    listing->last[index] = (double)listing->line_count;
    return ok;
}

void mx_plot_panels_places(const struct mx_plot_panels *panels, struct mx_plot_picture *picture)
{
    const struct mx_plot_data *data = picture->data;
    FILE *script = picture->script;
    struct mx_plot_text titles[MX_PLOT_PANEL_COUNT_MAX];
    double side[4][MX_PLOT_PANEL_COUNT_MAX];

    for (size_t i = 0; i < panels->count; i++) {
        size_t provider = panels->panel[i].provider;

        titles[i] = provider < data->provider_count ? data->providers[provider].shown
                                                    : mx_plot_text_clean(MX_PLOT_ALL_PROVIDERS);
        side[0][i] = panels->panel[i].area.left_px;
        side[1][i] = panels->panel[i].area.right_px;
        side[2][i] = panels->panel[i].area.bottom_px;
        side[3][i] = panels->panel[i].area.top_px;
    }
    mx_plot_script_number(script, "panel_count", (double)panels->count);
    mx_plot_script_numbers(script, "panel_left", side[0], panels->count);
    mx_plot_script_numbers(script, "panel_right", side[1], panels->count);
    mx_plot_script_numbers(script, "panel_bottom", side[2], panels->count);
    mx_plot_script_numbers(script, "panel_top", side[3], panels->count);
    mx_plot_script_texts(script, "panel_title", titles, panels->count);
    mx_plot_frame_form(picture, MX_PLOT_PANELS, 2);
}

static void write_listing(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                          const struct mx_plot_panel_view *view, const struct listing *listing)
{
    FILE *script = picture->script;
    struct mx_plot_ticks ticks;

    mx_plot_panels_places(panels, picture);
    mx_plot_script_numbers(script, "panel_first", listing->first, panels->count);
    mx_plot_script_numbers(script, "panel_last", listing->last, panels->count);
    mx_plot_script_numbers(script, "series_colour", listing->colour, listing->line_count);
    mx_plot_script_numbers(script, "series_width", listing->width, listing->line_count);
    mx_plot_script_number(script, "area_count", (double)listing->area_count);
    mx_plot_script_numbers(script, "area_panel", listing->area_panel, listing->area_count);
    mx_plot_script_numbers(script, "area_colour", listing->area_colour, listing->area_count);
    mx_plot_script_number(script, "x_min", 0.0);
    mx_plot_script_number(script, "x_max", panels->end_s);
    mx_plot_script_number(script, "y_min", view->low);
    mx_plot_script_number(script, "y_max", view->high);
    mx_plot_script_number(script, "y_is_log", view->is_log ? 1.0 : 0.0);
    mx_plot_ticks_clock(&picture->data->clock, 0.0, panels->end_s, PAGE_RIGHT_PX - PAGE_LEFT_PX,
                        &ticks); /* terminal.gp's; panels have their own */
    mx_plot_script_ticks(script, "x_tick", &ticks);
}

void mx_plot_panels_draw(const struct mx_plot_panels *panels, struct mx_plot_picture *picture,
                         const struct mx_plot_panel_view *view, const struct mx_plot_ticks *y_ticks,
                         struct mx_plot_text (*number)(double value))
{
    struct listing *listing = calloc(1, sizeof *listing);

    for (size_t i = 0; listing != NULL && i < panels->count; i++) {
        const struct mx_plot_panel *panel = &panels->panel[i];
        struct mx_plot_extremes found = mx_plot_panel_extremes(panel, panels->grid.count, view);

        mx_plot_panel_y_axis(picture, panel, view, y_ticks, i % panels->columns == 0);
        draw_x_axis(picture, panels, panel, i + panels->columns >= panels->count);
        draw_blocks(picture, panels, panel);
        draw_title(picture, panel, view, &found, number);
        if (!list_panel(picture->script, panels, i, view, &found, listing)) {
            picture->canvas.has_failed = true;
        }
    }
    if (listing == NULL) {
        picture->canvas.has_failed = true;
        return;
    }
    write_listing(picture, panels, view, listing);
    free(listing);
}

void mx_plot_panels_table(const struct mx_plot_panels *panels, struct mx_plot_picture *picture,
                          const struct mx_plot_panel_view *view)
{
    const struct mx_plot_data *data = picture->data;
    size_t columns = panels->grid.count;

    mx_plot_table_head(picture->table,
                       mx_plot_text_format("provider,ip,from_s,to_s,%s", view->name).s);
    for (size_t i = 0; i < panels->count; i++) {
        const struct mx_plot_panel *panel = &panels->panel[i];
        for (size_t a = 0; a < panel->ip_count; a++) {
            const char *texts[] = {data->providers[panel->provider].name,
                                   data->ip_names[panel->ip[a]].s};
            for (size_t c = 0; c < columns; c++) {
                const double numbers[] = {
                    (double)c * panels->grid.width_s,
                    fmin((double)(c + 1) * panels->grid.width_s, panels->end_s),
                    panel->value[a * columns + c]};
                if (isfinite(numbers[2])) {
                    mx_plot_table_row(picture->table, texts, 2, numbers, 3);
                }
            }
        }
    }
}

void mx_plot_panels_x_title(struct mx_plot_picture *picture, const char *title)
{
    mx_plot_frame_note(picture, mx_plot_text_clean(title), 0.5 * (PAGE_LEFT_PX + PAGE_RIGHT_PX),
                       18.0, 13.0, MX_PLOT_GREY, MX_PLOT_CENTRE, false);
}
