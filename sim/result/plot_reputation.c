// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_reputation.c - score of each address at each provider, with the bands behind it. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_panels.h"

static const char *const band_name[4] = {"bad", "low", "medium", "high"};
/* light, and darker the worse, so that the order shows without colour */
static const mx_plot_colour band_colour[4] = {0xF5D9C8, 0xFBEBD0, 0xF3F6F8, 0xFFFFFF};

static double score_of(const struct mx_plot_state *state)
{
    return state->score;
}

/* A resolved plan gives the bands of every provider that keeps a reputation. */
static bool keeps_none(const struct mx_plot_data *data, size_t provider)
{
    return data->has_plan && isnan(data->providers[provider].band_below[0]);
}

static struct mx_plot_text score_text(double score)
{
    return mx_plot_text_format("%.2f", score);
}

/* Shade a panel between its band edges; the names of bands that have room stand right of it. */
static void shade(struct mx_plot_picture *picture, const struct mx_plot_panel *panel,
                  const struct mx_plot_panel_view *view, bool with_names)
{
    const double *below = picture->data->providers[panel->provider].band_below;
    const struct mx_plot_area *area = &panel->area;
    double from = 0.0;

    for (int band = 0; band < 4; band++) {
        double to = band < MX_PLOT_BAND_EDGE_COUNT ? below[band] : 1.0;
        struct mx_plot_box box = {area->left_px, mx_plot_panel_y_px(panel, view, from),
                                  area->right_px, 0.0, band_colour[band]};

        if (isnan(to) || to < from) {
            return; /* no edges known: no shading */
        }
        box.y2_px = mx_plot_panel_y_px(panel, view, to);
        if (box.y2_px > box.y1_px) {
            mx_plot_canvas_box(&picture->canvas, &box);
        }
        if (with_names && box.y2_px - box.y1_px >= 11.0) {
            struct mx_plot_note note = {.text = mx_plot_text_clean(band_name[band]),
                                        .x_px = area->right_px + 4.0,
                                        .y_px = 0.5 * (box.y1_px + box.y2_px),
                                        .font_px = 9.5,
                                        .colour = 0x777777,
                                        .align = MX_PLOT_LEFT};
            mx_plot_canvas_note(&picture->canvas, &note);
        }
        from = to;
    }
}

/* What the headline tells of the whole file. */
struct story {
    size_t pairs;   /* (provider, address) */
    size_t blocked; /* pairs that ever are */
    size_t worst_blocker, most_blocked;
    uint8_t first_low, lowest;        /* lowest band at the start; at any time */
    const struct mx_plot_state *fall; /* the first row in the lowest band */
    size_t at_worst, low_there;       /* provider with most addresses not high at the end */
    size_t ips_there;
    bool keeps_none; /* some provider has no reputation */
};

/* One pair's way through the file. */
struct course {
    bool seen, blocked;
    uint8_t last;
};

static void add_state(struct story *story, struct course *course, const struct mx_plot_state *state)
{
    if (!course->seen) {
        story->pairs++;
        story->first_low = state->band < story->first_low ? state->band : story->first_low;
    }
    if (state->band < story->lowest || story->fall == NULL) {
        story->lowest = state->band;
        story->fall = state;
    }
    story->blocked += state->blocked && !course->blocked ? 1 : 0;
    course->seen = true;
    course->blocked |= state->blocked;
    course->last = state->band;
}

/* Sums over the addresses of each provider. */
static void sum_courses(const struct mx_plot_data *data, struct story *story,
                        const struct course *courses)
{
    for (size_t p = 0; p < data->provider_count; p++) {
        size_t blocked = 0, low = 0, ips = 0;
        for (size_t ip = 0; ip < data->ip_count; ip++) {
            const struct course *course = &courses[p * data->ip_count + ip];
            if (course->seen) {
                blocked += course->blocked ? 1 : 0;
                low += course->last < 3 ? 1 : 0;
                ips++;
            }
        }
        if (blocked > story->most_blocked) {
            story->most_blocked = blocked;
            story->worst_blocker = p;
        }
        if (low > story->low_there) {
            story->low_there = low;
            story->ips_there = ips;
            story->at_worst = p;
        }
    }
}

static bool tell(const struct mx_plot_data *data, struct story *story)
{
    struct course *courses = calloc(data->provider_count * data->ip_count + 1, sizeof *courses);

    *story = (struct story){.first_low = 3, .lowest = 3};
    if (courses == NULL) {
        return false;
    }
    for (size_t i = 0; i < data->state_count; i++) {
        const struct mx_plot_state *state = &data->states[i];
        if (!keeps_none(data, state->provider)) {
            add_state(story, &courses[state->provider * data->ip_count + state->ip], state);
        } else {
            story->keeps_none = true;
        }
    }
    sum_courses(data, story, courses);
    free(courses);
    return true;
}

static struct mx_plot_text headline(const struct mx_plot_data *data, const struct story *story)
{
    struct mx_plot_text moment;

    if (story->pairs == 0) {
        return mx_plot_text_clean(data->state_count > 0
                                      ? "No provider keeps a reputation of this sender"
                                      : "No provider met an address of this sender");
    }
    moment = mx_plot_moment(&data->clock, story->fall->time_s);
    if (story->blocked > 0) {
        return mx_plot_text_format(
            "%s blocks %zu of %zu addresses%s", data->providers[story->worst_blocker].shown.s,
            story->most_blocked, data->ip_count,
            story->blocked > story->most_blocked ? ", and it is not the only provider that blocks"
                                                 : "");
    }
    if (story->lowest == 3) {
        return mx_plot_text_format("%s in the high band at every provider%s",
                                   data->ip_count == 1 ? "The address stays" : "All addresses stay",
                                   story->keeps_none ? " that keeps a reputation" : "");
    }
    if (story->lowest < story->first_low) {
        return mx_plot_text_format("%s falls to the %s band at %s, %s",
                                   data->ip_names[story->fall->ip].s, band_name[story->lowest],
                                   data->providers[story->fall->provider].shown.s, moment.s);
    }
    if (story->low_there == 0) {
        return mx_plot_text_format(
            "Addresses start as low as the %s band and all reach the high one",
            band_name[story->first_low]);
    }
    return mx_plot_text_format(
        "Addresses start as low as the %s band; at %s, %zu of %zu end%s below the "
        "high one",
        band_name[story->first_low], data->providers[story->at_worst].shown.s, story->low_there,
        story->ips_there, story->low_there == 1 ? "s" : "");
}

static void write_head(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                       const struct mx_plot_panel_view *view, const struct story *story)
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
        picture, headline(data, story).s,
        mx_plot_text_format("Reputation score (0 to 1) of each sending address; %s.%s%s",
                            many ? "line: median, blue area: all addresses" : "a line per address",
                            mx_plot_panels_orange(panels, view),
                            story->blocked > 0 ? " Black bar: blocked." : "")
            .s,
        mx_plot_text_format(
            "Shading: the bands bad, low, medium, high. %s%s%s", mx_plot_frame_runs(data).s,
            data->replications > 1.5 ? " Bands and blocks named above: first run." : "", left_out.s)
            .s);
}

static void draw(struct mx_plot_picture *picture, const struct mx_plot_panels *panels,
                 const struct mx_plot_panel_view *view, const struct story *story)
{
    struct mx_plot_area page = {78.0, 938.0, 78.0, 486.0};
    struct mx_plot_ticks ticks;
    double top;

    mx_plot_ticks_count(1.0, 5, 0.0, &top, &ticks);
    for (size_t i = 0; i < panels->count; i++) {
        bool is_last = i % panels->columns == panels->columns - 1 || i + 1 == panels->count;
        shade(picture, &panels->panel[i], view, is_last);
    }
    mx_plot_panels_draw(panels, picture, view, &ticks, score_text);
    mx_plot_panels_table(panels, picture, view);
    if (panels->count == 0) {
        mx_plot_frame_empty(picture, &page, "No address was used at any provider");
    }
    picture->is_empty |= story->pairs == 0;
    mx_plot_panels_x_title(picture, mx_plot_frame_time_title(&picture->data->clock).s);
    write_head(picture, panels, view, story);
}

int mx_plot_reputation(struct mx_plot_picture *picture)
{
    static const struct mx_plot_panel_view view = {.value = score_of,
                                                   .name = "score",
                                                   .is_absent = keeps_none,
                                                   .absent = "keeps no reputation",
                                                   .low = 0.0,
                                                   .high = 1.0,
                                                   .alike = 0.01};
    struct mx_plot_panels *panels;
    struct story story;
    int code = mx_plot_data_need(picture->data, MX_PLOT_STATES, picture->error);

    if (code != 0) {
        return code;
    }
    panels = calloc(1, sizeof *panels);
    if (panels == NULL || !tell(picture->data, &story)) {
        free(panels);
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    code = mx_plot_panels_init(panels, picture, &view);
    if (code == 0) {
        draw(picture, panels, &view, &story);
    }
    mx_plot_panels_fini(panels);
    free(panels);
    return code;
}
