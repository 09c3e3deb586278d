// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_retry_age.c - at which attempt deferred messages get through, a line per provider. */
#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_numbers.h"
#include "sim/result/plot_table.h"

/* Of the messages whose first attempt was deferred, the share delivered by attempt n. */
struct course {
    double deferred; /* at the first attempt */
    double share[MX_PLOT_NUMBER_MAX];
    size_t last; /* number of the last attempt that delivered any; 1 = none did */
};

static struct course course_of(const struct mx_plot_data *data, size_t provider)
{
    struct mx_plot_by_number by_number;
    struct course course = {.last = 1};
    double delivered = 0.0;

    mx_plot_by_number(data, provider, &by_number);
    course.deferred = by_number.at[0].deferrals;
    for (size_t n = 1; n < MX_PLOT_NUMBER_MAX && course.deferred > 0.0; n++) {
        delivered += by_number.at[n].delivered;
        course.share[n] = fmin(delivered / course.deferred, 1.0);
        course.last = by_number.at[n].delivered > 0.0 ? n + 1 : course.last;
    }
    return course;
}

static void write_lines(struct mx_plot_picture *picture, const struct mx_plot_shown *shown,
                        size_t last)
{
    double colour[MX_PLOT_SHOWN_COUNT_MAX + 1], dash[MX_PLOT_SHOWN_COUNT_MAX + 1];
    struct mx_plot_text title[MX_PLOT_SHOWN_COUNT_MAX + 1];
    size_t count = 0;

    for (size_t i = shown->count; i-- > 0;) {
        struct course course = course_of(picture->data, shown->provider[i]);
        if (!(course.deferred > 0.0)) {
            continue;
        }
        colour[count] = mx_plot_style(i)->line;
        dash[count] = mx_plot_style(i)->dash;
        title[count++] = picture->data->providers[shown->provider[i]].shown;
        (void)fprintf(picture->script, "$d%zu << EOD\n", count);
        for (size_t n = 1; n <= last; n++) {
            (void)fprintf(picture->script, "%zu %.10g\n", n, course.share[n - 1]);
        }
        (void)fputs("EOD\n", picture->script);
    }
    if (count == 0) {
        colour[0] = MX_PLOT_PALE;
        dash[0] = 1;
        title[count++] = mx_plot_text_clean("nothing");
        (void)fputs("$d1 << EOD\n1 0\n2 0\nEOD\n", picture->script);
    }
    mx_plot_script_number(picture->script, "series_count", (double)count);
    mx_plot_script_numbers(picture->script, "series_colour", colour, count);
    mx_plot_script_numbers(picture->script, "series_dash", dash, count);
    mx_plot_script_texts(picture->script, "series_title", title, count);
}

static void write_table(struct mx_plot_picture *picture)
{
    const struct mx_plot_data *data = picture->data;

    mx_plot_table_head(picture->table, "provider,attempt,attempts,delivered,"
                                       "delivered_share_of_deferred");
    for (size_t p = 0; p <= data->provider_count; p++) {
        const char *name = p < data->provider_count ? data->providers[p].name : "total";
        struct course course = course_of(data, p);
        struct mx_plot_by_number by_number;

        mx_plot_by_number(data, p, &by_number);
        for (size_t n = 0; n < MX_PLOT_NUMBER_MAX; n++) {
            const double numbers[] = {(double)(n + 1), by_number.at[n].attempts,
                                      by_number.at[n].delivered,
                                      course.deferred > 0.0 ? course.share[n] : NAN};
            if (by_number.at[n].attempts > 0.0) {
                mx_plot_table_row(picture->table, &name, 1, numbers, 4);
            }
        }
    }
}

static size_t collect_tags(const struct mx_plot_data *data, const struct mx_plot_shown *shown,
                           struct mx_plot_tag *tags)
{
    size_t count = 0;

    for (size_t i = 0; i < shown->count; i++) {
        struct course course = course_of(data, shown->provider[i]);
        double end = course.share[MX_PLOT_NUMBER_MAX - 1];
        if (course.deferred > 0.0) {
            tags[count] = (struct mx_plot_tag){
                .y_px = end, .colour = mx_plot_style(i)->text, .line = mx_plot_style(i)->line};
            tags[count++].text = mx_plot_text_format(
                "%s %s", data->providers[shown->provider[i]].shown.s, mx_plot_share(end).s);
        }
    }
    return count;
}

/* The attempt by which this share of the deferred is delivered; 0 when it never is. */
static size_t attempt_until(const struct course *course, double share)
{
    for (size_t n = 0; n < MX_PLOT_NUMBER_MAX; n++) {
        if (course->share[n] >= share) {
            return n + 1;
        }
    }
    return 0;
}

static void write_head(struct mx_plot_picture *picture, const struct course *total)
{
    const struct mx_plot_data *data = picture->data;
    double end = total->share[MX_PLOT_NUMBER_MAX - 1], sent = data->total.metric[MX_PLOT_SENT];
    struct mx_plot_text headline = mx_plot_text_clean("No first attempt is deferred");

    if (total->deferred > 0.0 && end <= 0.0) {
        headline = mx_plot_text_format("None of the %s messages deferred at first gets through",
                                       mx_plot_count(total->deferred).s);
    } else if (total->deferred > 0.0) {
        headline = mx_plot_text_format(
            "%s of %s deferred messages get through, half of those by attempt %zu",
            mx_plot_share(end).s, mx_plot_count(total->deferred).s,
            attempt_until(total, 0.5 * end));
    }
    mx_plot_frame_head(
        picture, headline.s,
        "Share delivered by each attempt, of the messages whose first attempt was deferred. Label: "
        "share in the end.",
        mx_plot_text_format("%s messages deferred at the first attempt, of %s sent. %s%s",
                            mx_plot_count(total->deferred).s, mx_plot_count(sent).s,
                            mx_plot_frame_runs(data).s,
                            total->last == MX_PLOT_NUMBER_MAX
                                ? " The last attempt shown stands for all later ones too."
                                : "")
            .s);
}

static void whole_ticks(size_t last, struct mx_plot_ticks *ticks)
{
    size_t step = last > 20 ? 5 : last > 12 ? 2 : 1;

    ticks->count = 0;
    for (size_t n = 1; n <= last; n = step > 2 && n == 1 ? step : n + step) {
        mx_plot_ticks_add(ticks, (double)n, mx_plot_text_format("%zu", n));
    }
}

int mx_plot_retry_age(struct mx_plot_picture *picture)
{
    struct mx_plot_area area = {.left_px = 76.0, .bottom_px = 74.0, .top_px = 488.0};
    struct mx_plot_tag tags[MX_PLOT_TAG_COUNT_MAX];
    struct mx_plot_shown shown;
    struct mx_plot_ticks ticks;
    struct course total;
    size_t tag_count, last;
    double top;
    int code = mx_plot_data_need(picture->data, MX_PLOT_NUMBERS, picture->error);

    if (code != 0) {
        return code;
    }
    total = course_of(picture->data, picture->data->provider_count);
    last = total.last < 2 ? 2 : total.last;
    mx_plot_frame_choose(picture->data, &shown);
    tag_count = collect_tags(picture->data, &shown, tags);
    area.right_px = MX_PLOT_WIDTH_PX - fmax(mx_plot_frame_tag_width(tags, tag_count), 60.0);
    for (size_t i = 0; i < tag_count; i++) {
        tags[i].y_px = area.bottom_px + tags[i].y_px * (area.top_px - area.bottom_px);
    }
    whole_ticks(last, &ticks);
    mx_plot_script_ticks(picture->script, "x_tick", &ticks);
    mx_plot_script_number(picture->script, "x_min", 1.0);
    mx_plot_script_number(picture->script, "x_max", (double)last);
    mx_plot_ticks_share(1.0, 5, &top, &ticks);
    mx_plot_script_ticks(picture->script, "y_tick", &ticks);
    mx_plot_script_number(picture->script, "y_min", 0.0);
    mx_plot_script_number(picture->script, "y_max", 1.0);
    mx_plot_frame_area(picture, &area, "Number of the attempt");
    mx_plot_frame_unit(picture, &area, "delivered, of the messages deferred at first");
    mx_plot_frame_form(picture, MX_PLOT_LINES, 2);
    write_lines(picture, &shown, last);
    write_table(picture);
    mx_plot_frame_tags(picture, &area, tags, tag_count);
    if (!(total.deferred > 0.0)) {
        mx_plot_frame_empty(picture, &area, "No message was deferred");
    }
    write_head(picture, &total);
    return 0;
}
