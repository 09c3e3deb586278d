// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_allowance.c - what each provider lets an address send, beside what it has sent. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_panels.h"

static double allowance_of(const struct mx_plot_state *state)
{
    return state->allowance_per_day;
}

static double volume_of(const struct mx_plot_state *state)
{
    return state->volume_today;
}

/* Ends of the log axis: whole powers of ten around all that is drawn. */
static void find_range(const struct mx_plot_data *data, struct mx_plot_panel_view *view)
{
    double low = INFINITY, high = 1.0;

    for (size_t i = 0; i < data->state_count; i++) {
        double allowance = data->states[i].allowance_per_day;
        if (isfinite(allowance)) {
            high = fmax(high, allowance);
            if (allowance >= 1.0) {
                low = fmin(low, allowance);
            }
        }
        high = fmax(high, data->states[i].volume_today);
    }
    low = fmin(low, high / 100.0);
    view->low = pow(10.0, floor(log10(fmax(low, 1.0))));
    view->high = mx_plot_round_up(1.3 * high);
    if (view->high < 10.0 * view->low) {
        view->high = 10.0 * view->low;
    }
}

/* Mean allowance of a provider's addresses at its first and last sample; INFINITY for no limit. */
struct change {
    double first, last;
};

static struct change find_change(const struct mx_plot_panel *panel, size_t columns)
{
    struct change change = {INFINITY, INFINITY};

    for (size_t c = 0; c < columns; c++) {
        double sum = 0.0;
        size_t count = 0;
        for (size_t a = 0; a < panel->ip_count; a++) {
            if (isfinite(panel->value[a * columns + c])) {
                sum += panel->value[a * columns + c];
                count++;
            }
        }
        if (count > 0) {
            change.last = sum / (double)count;
            change.first = isfinite(change.first) ? change.first : change.last;
        }
    }
    return change;
}

static struct mx_plot_text headline(const struct mx_plot_data *data,
                                    const struct mx_plot_panels *panels)
{
    struct change least = {INFINITY, INFINITY};
    size_t provider = 0;
    const char *name;

    for (size_t i = 0; i < panels->count; i++) {
        struct change change = find_change(&panels->panel[i], panels->grid.count);
        if (change.first < least.first) {
            least = change;
            provider = panels->panel[i].provider;
        }
    }
    if (panels->count == 0) {
        return mx_plot_text_clean("No provider met an address of this sender");
    }
    if (!isfinite(least.first)) {
        return mx_plot_text_clean("No provider limits what an address may send in a day");
    }
    name = data->providers[provider].shown.s;
    if (least.last > 1.5 * least.first || least.last < least.first / 1.5) {
        return mx_plot_text_format("%s lets an address send %s a day at first, %s at the end", name,
                                   mx_plot_count(least.first).s, mx_plot_count(least.last).s);
    }
    return mx_plot_text_format("%s allows least: about %s messages a day from each address", name,
                               mx_plot_count(least.last).s);
}

static void write_head(struct mx_plot_picture *picture, const struct mx_plot_panels *panels)
{
    const struct mx_plot_data *data = picture->data;
    bool many = false;
    struct mx_plot_text left_out = mx_plot_text_clean("");

    for (size_t i = 0; i < panels->count; i++) {
        many |= panels->panel[i].ip_count > MX_PLOT_PANEL_LINES_MAX;
    }
    if (panels->left_out > 0) {
        left_out = mx_plot_text_format(" %zu smaller providers are not shown.", panels->left_out);
    }
    mx_plot_frame_head(
        picture, headline(data, panels).s,
        mx_plot_text_format("Messages a day that each provider accepts from one address (log "
                            "scale); %s. Orange: the lowest.",
                            many ? "line: median, blue area: all addresses" : "a line per address")
            .s,
        mx_plot_text_format("Grey: the day's volume so far of the busiest address. Black bar: "
                            "blocked. %s%s",
                            mx_plot_frame_runs(data).s, left_out.s)
            .s);
}

static void draw(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                 const struct mx_plot_panel_view *view)
{
    struct mx_plot_area page = {78.0, 938.0, 78.0, 486.0};
    struct mx_plot_ticks ticks;

    mx_plot_ticks_log_count(view->low, view->high, &ticks);
    mx_plot_panels_draw(panels, picture, view, &ticks, mx_plot_count);
    mx_plot_panels_table(panels, picture, view);
    if (panels->count == 0) {
        mx_plot_frame_empty(picture, &page, "No address was used at any provider");
    }
    mx_plot_panels_x_title(picture);
    write_head(picture, panels);
}

int mx_plot_allowance(struct mx_plot_picture *picture)
{
    struct mx_plot_panel_view view = {.value = allowance_of,
                                      .name = "allowance_per_day",
                                      .ground = volume_of,
                                      .absent = "no limit",
                                      .is_log = true,
                                      .alike = 1.2};
    struct mx_plot_panels *panels;
    int code = mx_plot_data_need(picture->data, MX_PLOT_STATES, picture->error);

    if (code != 0) {
        return code;
    }
    panels = calloc(1, sizeof *panels);
    if (panels == NULL) {
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    find_range(picture->data, &view);
    code = mx_plot_panels_init(panels, picture, &view);
    if (code == 0) {
        draw(picture, panels, &view);
    }
    mx_plot_panels_fini(panels);
    free(panels);
    return code;
}
