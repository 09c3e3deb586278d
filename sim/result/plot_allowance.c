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

/* Attempts that a provider's allowance turned away. */
static double deferred_by(const struct mx_plot_data *data, const struct mx_plot_panel *panel)
{
    const double *metric = data->providers[panel->provider].scope.metric;

    return metric[MX_PLOT_DEFERRALS_RATE] + metric[MX_PLOT_DEFERRALS_SPIKE];
}

/* The panel whose allowance turned most away; where none did, that of the lowest one. NULL where
 * there is no allowance. */
static const struct mx_plot_panel *tightest(const struct mx_plot_data *data,
                                            const struct mx_plot_panels *panels,
                                            const struct mx_plot_panel_view *view,
                                            struct mx_plot_extremes *extremes)
{
    const struct mx_plot_panel *panel = NULL;

    for (size_t i = 0; i < panels->count; i++) {
        const struct mx_plot_panel *other = &panels->panel[i];
        struct mx_plot_extremes found = mx_plot_panel_extremes(other, panels->grid.count, view);
        double more = panel != NULL ? deferred_by(data, other) - deferred_by(data, panel) : 1.0;
        if (isfinite(found.worst_first) &&
            (more > 0.0 || (more == 0.0 && found.worst_first < extremes->worst_first))) {
            *extremes = found;
            panel = other;
        }
    }
    return panel;
}

/* "30 k a day for an address at first, 160 k at the end" */
static struct mx_plot_text course(const struct mx_plot_extremes *least, const char *ip)
{
    if (least->worst_least < fmin(least->worst_first, least->worst_last) / 1.5) {
        return mx_plot_text_format(
            "%s a day for %s at first, then %s, %s at the end", mx_plot_count(least->worst_first).s,
            ip, mx_plot_count(least->worst_least).s, mx_plot_count(least->worst_last).s);
    }
    if (least->worst_last > 1.5 * least->worst_first ||
        least->worst_last < least->worst_first / 1.5) {
        return mx_plot_text_format("%s a day for %s at first, %s at the end",
                                   mx_plot_count(least->worst_first).s, ip,
                                   mx_plot_count(least->worst_last).s);
    }
    return mx_plot_text_format("about %s a day for %s", mx_plot_count(least->worst_last).s, ip);
}

static struct mx_plot_text headline(const struct mx_plot_data *data,
                                    const struct mx_plot_panels *panels,
                                    const struct mx_plot_panel_view *view)
{
    struct mx_plot_extremes least = {.worst_first = INFINITY};
    const struct mx_plot_panel *panel = tightest(data, panels, view, &least);
    const char *name, *ip;

    if (panels->count == 0) {
        return mx_plot_text_clean("No provider met an address of this sender");
    }
    if (panel == NULL) {
        return mx_plot_text_clean("No provider limits what an address may send in a day");
    }
    name = data->providers[panel->provider].shown.s;
    ip = least.are_alike ? "an address" : data->ip_names[panel->ip[least.worst]].s;
    return deferred_by(data, panel) > 0.0
               ? mx_plot_text_format("%s's allowance binds most: %s", name, course(&least, ip).s)
               : mx_plot_text_format("No allowance is reached; %s has the lowest: %s", name,
                                     course(&least, ip).s);
}

static void write_head(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                       const struct mx_plot_panel_view *view)
{
    const struct mx_plot_data *data = picture->data;
    bool many = false, is_blocked = false;
    struct mx_plot_text left_out = mx_plot_text_clean("");

    for (size_t i = 0; i < panels->count; i++) {
        many |= panels->panel[i].ip_count > MX_PLOT_PANEL_LINES_MAX;
        is_blocked |= panels->panel[i].blocked_ips > 0;
    }
    if (panels->left_out > 0) {
        left_out = mx_plot_text_format(" %zu smaller providers are not shown.", panels->left_out);
    }
    mx_plot_frame_head(
        picture, headline(data, panels, view).s,
        mx_plot_text_format("Messages a day that each provider accepts from one address (log "
                            "scale); %s.%s",
                            many ? "line: median, blue area: all addresses" : "a line per address",
                            mx_plot_panels_orange(panels, view))
            .s,
        mx_plot_text_format("Grey: the day's volume so far of the busiest address. %s%s%s",
                            is_blocked ? "Black bar: blocked. " : "", mx_plot_frame_runs(data).s,
                            left_out.s)
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
    mx_plot_panels_x_title(picture, mx_plot_frame_time_title(&picture->data->clock).s);
    write_head(picture, panels, view);
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
