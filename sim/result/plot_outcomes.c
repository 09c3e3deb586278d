// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_outcomes.c - what became of the sent messages, per provider, in numbers and bars.
 *
 * Nearly all mail is delivered, so a common scale would leave nothing of the rest to see: delivered
 * has a scale of its own from 0 to 100 %, and the other outcomes share a second, wider one. */
#include <math.h>
#include <stdlib.h>

#include "sim/result/plot_kinds.h"
#include "sim/result/plot_table.h"

#define ROW_COUNT_MAX 30
#define DELIVERED_LEFT_PX 244.0
#define DELIVERED_WIDTH_PX 70.0
#define LOST_LEFT_PX 392.0
#define LOST_RIGHT_PX 936.0
#define HEADER_PX 494.0
#define ROWS_TOP_PX 462.0
#define ROWS_BOTTOM_PX 44.0

enum outcome { HARD, REJECTED, EXPIRED, PENDING, OUTCOME_COUNT };

static const struct {
    enum mx_plot_metric metric;
    const char *name, *meaning, *lack; /* lack: in a list of what did not happen */
    mx_plot_colour colour;
} outcomes[OUTCOME_COUNT] = {
    {MX_PLOT_HARD_BOUNCED, "hard bounced", "no such address", "hard bounces", 0xD55E00},
    {MX_PLOT_SOFT_REJECTED, "soft: rejected", "blocked, full, other: ever paler", "rejections",
     0xE6CDE0},
    {MX_PLOT_SOFT_EXPIRED, "soft: expired", "undelivered in time", "expiries", 0x0072B2},
    {MX_PLOT_PENDING, "pending", "undecided at the end", "pending mail", 0x999999},
};
#define BLOCKED_COLOUR 0x882255
#define FULL_COLOUR 0xBD74AC
#define DELIVERED_COLOUR 0x009E73

/* One line of the table: the total, a provider, or the sum of the smaller ones. */
struct row {
    struct mx_plot_text name;
    struct mx_plot_scope scope;
    bool is_total;
};

struct table {
    struct row row[ROW_COUNT_MAX + 2];
    size_t count;
    bool is_shown[OUTCOME_COUNT];
    size_t shown_count;
    double top; /* share at the full width of the second scale */
    double row_px, font_px;
};

static double share_of(const struct mx_plot_scope *scope, enum mx_plot_metric metric)
{
    double sent = scope->metric[MX_PLOT_SENT];

    return sent > 0.0 ? scope->metric[metric] / sent : NAN;
}

static void add_provider(struct table *table, const struct mx_plot_provider *provider)
{
    struct row *row = &table->row[table->count++];

    row->name = mx_plot_text_clean(provider->name);
    row->scope = provider->scope;
}

/* Providers from `from` on in one row. */
static void add_others(struct table *table, const struct mx_plot_data *data, const size_t *order,
                       size_t from)
{
    struct row *row = &table->row[table->count++];

    row->name = mx_plot_text_format("%zu others", data->provider_count - from);
    for (size_t i = from; i < data->provider_count; i++) {
        for (int m = 0; m < MX_PLOT_METRIC_COUNT; m++) {
            row->scope.metric[m] += data->providers[order[i]].scope.metric[m];
        }
    }
}

static void fill_table(struct table *table, const struct mx_plot_data *data, const size_t *order)
{
    size_t shown = data->provider_count <= ROW_COUNT_MAX ? data->provider_count : ROW_COUNT_MAX - 1;
    double most = 0.0;

    if (data->provider_count != 1) {
        struct row *row = &table->row[table->count++];
        row->name = mx_plot_text_clean("all providers");
        row->scope = data->total;
        row->is_total = true;
    }
    for (size_t i = 0; i < shown; i++) {
        add_provider(table, &data->providers[order[i]]);
    }
    if (shown < data->provider_count) {
        add_others(table, data, order, shown);
    }
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        for (size_t i = 0; i < table->count; i++) {
            double share = share_of(&table->row[i].scope, outcomes[o].metric);
            if (share > 0.0) {
                table->is_shown[o] = true;
                most = fmax(most, share);
            }
        }
        table->shown_count += table->is_shown[o] ? 1 : 0;
    }
    {
        struct mx_plot_ticks ticks;
        mx_plot_ticks_share(most, 4, &table->top, &ticks);
    }
    table->row_px = mx_plot_frame_row_px(table->count, ROWS_TOP_PX - ROWS_BOTTOM_PX, 44.0);
    table->font_px = mx_plot_frame_row_font_px(table->row_px);
}

/* A bar from left_px, and its track of full width behind it. */
static void add_bar(struct mx_plot_picture *picture, const struct table *table, double left_px,
                    double middle_px, double width_px, mx_plot_colour colour)
{
    double half_px = 0.34 * table->row_px;
    struct mx_plot_box box = {left_px, middle_px - half_px, left_px + width_px, middle_px + half_px,
                              colour};

    if (width_px > 0.0) {
        mx_plot_canvas_box(&picture->canvas, &box);
    }
}

/* Pixels for a share of the second scale: any loss at all shows. */
static double bar_px(const struct table *table, double share, double full_px)
{
    if (!(share > 0.0)) {
        return 0.0;
    }
    return fmax(share / table->top * full_px, 0.8);
}

static void draw_lost(struct mx_plot_picture *picture, const struct table *table,
                      const struct row *row, double middle_px, int o, double left_px,
                      double full_px)
{
    double count = row->scope.metric[outcomes[o].metric];
    double share = share_of(&row->scope, outcomes[o].metric);
    double width_px = bar_px(table, share, full_px);
    struct mx_plot_text text = mx_plot_share(share);

    add_bar(picture, table, left_px, middle_px, width_px, outcomes[o].colour);
    if (o == REJECTED) {
        double blocked = share_of(&row->scope, MX_PLOT_SOFT_BLOCKED);
        double full = share_of(&row->scope, MX_PLOT_SOFT_FULL);

        if (full > 0.0) {
            add_bar(picture, table, left_px, middle_px, bar_px(table, blocked + full, full_px),
                    FULL_COLOUR);
        }
        add_bar(picture, table, left_px, middle_px, bar_px(table, blocked, full_px),
                BLOCKED_COLOUR);
    }
    if (share > 0.0) {
        text = mx_plot_text_format("%s (%s)", text.s, mx_plot_count(count).s);
    }
    mx_plot_frame_note(picture, text, left_px + width_px + 5.0, middle_px,
                       fmin(table->font_px, 11.5), share > 0.0 ? MX_PLOT_INK : 0x999999,
                       MX_PLOT_LEFT, row->is_total);
}

static void draw_row(struct mx_plot_picture *picture, const struct table *table, size_t index)
{
    const struct row *row = &table->row[index];
    double middle_px = ROWS_TOP_PX - ((double)index + 0.5) * table->row_px;
    double delivered = share_of(&row->scope, MX_PLOT_DELIVERED);
    double delivered_px = DELIVERED_WIDTH_PX * (isnan(delivered) ? 0.0 : delivered);
    double step_px =
        (LOST_RIGHT_PX - LOST_LEFT_PX) / (double)(table->shown_count > 0 ? table->shown_count : 1);
    double left_px = LOST_LEFT_PX;

    mx_plot_frame_row(picture, row->name.s, row->scope.metric[MX_PLOT_SENT], middle_px,
                      table->font_px, row->is_total);
    add_bar(picture, table, DELIVERED_LEFT_PX, middle_px, DELIVERED_WIDTH_PX, 0xE9EDEB);
    add_bar(picture, table, DELIVERED_LEFT_PX, middle_px, delivered_px, DELIVERED_COLOUR);
    mx_plot_frame_note(picture, mx_plot_share(delivered),
                       DELIVERED_LEFT_PX + DELIVERED_WIDTH_PX + 6.0, middle_px, table->font_px,
                       MX_PLOT_INK, MX_PLOT_LEFT, row->is_total);
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        if (table->is_shown[o]) {
            draw_lost(picture, table, row, middle_px, o, left_px, fmin(step_px - 104.0, 220.0));
            left_px += step_px;
        }
    }
    if (row->is_total) {
        double y_px = middle_px - 0.5 * table->row_px;
        struct mx_plot_stroke line = {30.0, y_px, LOST_RIGHT_PX, y_px, 1.0, MX_PLOT_PALE, 1};
        mx_plot_canvas_stroke(&picture->canvas, &line);
    }
}

static void add_header(struct mx_plot_picture *picture, const char *name, const char *meaning,
                       double x_px, enum mx_plot_align align)
{
    mx_plot_frame_note(picture, mx_plot_text_clean(name), x_px, HEADER_PX, 12.5, MX_PLOT_INK, align,
                       true);
    mx_plot_frame_note(picture, mx_plot_text_clean(meaning), x_px, HEADER_PX - 16.0, 10.5,
                       MX_PLOT_GREY, align, false);
}

/* Names of the columns, and a line under each set that has a scale of its own. */
static void draw_header(struct mx_plot_picture *picture, const struct table *table)
{
    double step_px =
        (LOST_RIGHT_PX - LOST_LEFT_PX) / (double)(table->shown_count > 0 ? table->shown_count : 1);
    double left_px = LOST_LEFT_PX, bottom_px = ROWS_TOP_PX - table->row_px * (double)table->count;

    add_header(picture, "provider", "", MX_PLOT_NAME_RIGHT_PX, MX_PLOT_RIGHT);
    add_header(picture, "sent", "= 100 %", MX_PLOT_COUNT_RIGHT_PX, MX_PLOT_RIGHT);
    add_header(picture, "delivered", "bar: 0 to 100 %", DELIVERED_LEFT_PX, MX_PLOT_LEFT);
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        if (table->is_shown[o]) {
            struct mx_plot_stroke line = {left_px, ROWS_TOP_PX + 2.0, left_px, bottom_px,
                                          1.0,     MX_PLOT_PALE,      1};
            add_header(picture, outcomes[o].name, outcomes[o].meaning, left_px, MX_PLOT_LEFT);
            mx_plot_canvas_stroke(&picture->canvas, &line);
            left_px += step_px;
        }
    }
}

/* "No expiries, no pending mail." */
static struct mx_plot_text lacking(const struct table *table)
{
    struct mx_plot_text text = mx_plot_text_clean("");
    bool first = true;

    for (int o = 0; o < OUTCOME_COUNT; o++) {
        if (!table->is_shown[o]) {
            text =
                mx_plot_text_format("%s%s%s", text.s, first ? " No " : ", no ", outcomes[o].lack);
            first = false;
        }
    }
    return first ? text : mx_plot_text_format("%s.", text.s);
}

static struct mx_plot_text headline(const struct mx_plot_data *data)
{
    static const char *const loss[OUTCOME_COUNT] = {"bounces hard", "is rejected (soft bounce)",
                                                    "expires undelivered (soft bounce)",
                                                    "is still pending"};
    double sent = data->total.metric[MX_PLOT_SENT];
    int most = 0;

    if (!(sent > 0.0)) {
        return mx_plot_text_clean("No mail was sent");
    }
    for (int o = 1; o < OUTCOME_COUNT; o++) {
        if (data->total.metric[outcomes[o].metric] > data->total.metric[outcomes[most].metric]) {
            most = o;
        }
    }
    if (data->total.metric[outcomes[most].metric] <= 0.0) {
        return mx_plot_text_format("All %s messages are delivered", mx_plot_count(sent).s);
    }
    return mx_plot_text_format("%s of %s messages are delivered; most of the rest %s: %s",
                               mx_plot_share(share_of(&data->total, MX_PLOT_DELIVERED)).s,
                               mx_plot_count(sent).s, loss[most],
                               mx_plot_share(share_of(&data->total, outcomes[most].metric)).s);
}

static void write_head(struct mx_plot_picture *picture, const struct table *table)
{
    const struct mx_plot_data *data = picture->data;
    struct mx_plot_text scale = mx_plot_text_clean("");

    if (table->shown_count > 0) {
        scale = mx_plot_text_format(" The undelivered share one scale, full length = %g %%.",
                                    100.0 * table->top);
    }
    mx_plot_frame_head(
        picture, headline(data).s,
        mx_plot_text_format("Share of the messages sent (recipients less %s drops). In brackets: "
                            "messages.",
                            mx_plot_count(data->total.metric[MX_PLOT_DROPPED]).s)
            .s,
        mx_plot_text_format("%s%s%s", mx_plot_frame_runs(data).s, scale.s, lacking(table).s).s);
}

/* Every provider, also those that the picture sums up; and delivered shares for a terminal. */
static void write_data(struct mx_plot_picture *picture, const struct table *table)
{
    static const enum mx_plot_metric metrics[] = {
        MX_PLOT_SENT,      MX_PLOT_DELIVERED,    MX_PLOT_HARD_BOUNCED, MX_PLOT_SOFT_REJECTED,
        MX_PLOT_SOFT_FULL, MX_PLOT_SOFT_BLOCKED, MX_PLOT_SOFT_EXPIRED, MX_PLOT_PENDING};
    enum { METRIC_COUNT = sizeof metrics / sizeof metrics[0] };
    const struct mx_plot_data *data = picture->data;
    struct mx_plot_bar bars[ROW_COUNT_MAX + 2];

    mx_plot_table_head(picture->table, "provider,sent,delivered,hard_bounced,soft_bounced_rejected,"
                                       "soft_bounced_full,soft_bounced_blocked,"
                                       "soft_bounced_expired,pending");
    for (size_t p = 0; p <= data->provider_count; p++) {
        bool is_total = p == data->provider_count;
        const struct mx_plot_scope *scope = is_total ? &data->total : &data->providers[p].scope;
        const char *name = is_total ? "total" : data->providers[p].name;
        double numbers[METRIC_COUNT];
        for (size_t m = 0; m < METRIC_COUNT; m++) {
            numbers[m] = scope->metric[metrics[m]];
        }
        mx_plot_table_row(picture->table, &name, 1, numbers, METRIC_COUNT);
    }
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->row[i];

        bars[i] = (struct mx_plot_bar){row->name.s, share_of(&row->scope, MX_PLOT_DELIVERED)};
    }
    mx_plot_frame_bars(picture, bars, table->count, "% of sent delivered");
}

int mx_plot_outcomes(struct mx_plot_picture *picture)
{
    size_t *order = mx_plot_frame_by_size(picture->data);
    struct table *table = calloc(1, sizeof *table);

    if (order == NULL || table == NULL) {
        free(order);
        free(table);
        return mx_plot_fail(picture->error, MX_EXIT_FAILURE, "out of memory");
    }
    fill_table(table, picture->data, order);
    draw_header(picture, table);
    for (size_t i = 0; i < table->count; i++) {
        draw_row(picture, table, i);
    }
    picture->blank_px = ROWS_TOP_PX - table->row_px * (double)table->count - 12.0;
    write_head(picture, table);
    write_data(picture, table);
    free(order);
    free(table);
    return 0;
}
