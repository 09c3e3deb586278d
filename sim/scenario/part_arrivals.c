// SPDX-License-Identifier: GPL-3.0-or-later
/* part_arrivals.c - the shape of a campaign as pieces of constant intensity. */
#include <errno.h>
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

#define RAMP_PIECES 100
#define SPIKES_MAX 50
#define HOURS 24
#define WINDOW_US_MIN 1000

struct pieces {
    uint32_t count;
    bool too_many;
    int64_t edge_us[MX_ARRIVAL_PIECES_MAX + 1];
    double weight[MX_ARRIVAL_PIECES_MAX];
};

enum shape { STEADY, POISSON, RAMP, DIURNAL, FROM_FILE, PIECES, SHAPE_COUNT };

static const char *const shape_words[SHAPE_COUNT] = {"steady",  "poisson", "ramp",
                                                     "diurnal", "file",    "pieces"};

/* One more piece, up to end_us. */
static void add_piece(struct pieces *pieces, int64_t end_us, double weight)
{
    if (pieces->count == MX_ARRIVAL_PIECES_MAX) {
        pieces->too_many = true;
        return;
    }
    pieces->weight[pieces->count++] = weight;
    pieces->edge_us[pieces->count] = end_us;
}

static void fill_ramp(struct pieces *pieces, int64_t window_us)
{
    for (int i = 0; i < RAMP_PIECES; i++) {
        /* window x (i+1) / 100 without overflow */
        int64_t end_us =
            window_us / RAMP_PIECES * (i + 1) + window_us % RAMP_PIECES * (i + 1) / RAMP_PIECES;
        add_piece(pieces, end_us, 2 * i + 1);
    }
}

/* Hours of the local day that the window covers; an hour is a 24th of the scenario's day. */
static void fill_diurnal(struct mx_build *build, struct mx_fields *fields, struct pieces *pieces,
                         const struct mx_plan_campaign *campaign, int64_t window_us)
{
    const struct mx_plan *plan = build->plan;
    struct mx_node *list = mx_field_need(fields, "hourly", "a list of 24 weights");
    double hourly[HOURS] = {0};
    if (!mx_node_expect(build, list, MX_NODE_LIST, "a list of 24 weights")) {
        return;
    }
    if (list->child_count != HOURS) {
        mx_complain(build, list, "%zu weights; allowed: 24, one for each hour of the day",
                    list->child_count);
        return;
    }
    for (size_t i = 0; i < HOURS; i++) {
        mx_node_number(build, list->child[i], 0, 1e9, &hourly[i]);
    }
    int64_t hour_us = plan->day.day_us / HOURS, start_us = campaign->occurrence_start_us[0];
    int64_t start_s = start_us / MX_SECOND_US;
    /* the clock at the first occurrence may differ from the one at the start by an hour */
    int64_t shift_s =
        mx_zone_offset_s(build->zone, plan->start_unix_s + start_s) - plan->utc_offset_s;
    int64_t local_us = mx_day_time_us(&plan->day, start_us + plan->day.day_us +
                                                      shift_s * (plan->day.day_us / 86400));
    int64_t at_us = 0;
    while (at_us < window_us && !pieces->too_many) {
        int64_t hour = (local_us + at_us) / hour_us;
        int64_t end_us = (hour + 1) * hour_us - local_us;
        end_us = end_us < window_us ? end_us : window_us;
        add_piece(pieces, end_us,
                  hourly[hour % HOURS] * ((double)(end_us - at_us) / (double)hour_us));
        at_us = end_us;
    }
}

/* ---- shape = "file": seconds since the campaign's start, count ---- */

struct row {
    int64_t at_us;
    double count;
};

/* "12.5,300" */
static const char *read_row(struct mx_build *build, char *line, struct row *row)
{
    char *comma = strchr(line, ',');
    if (comma == NULL) {
        return "not two columns: seconds,count";
    }
    *comma = '\0';
    const char *seconds = line + strspn(line, " \t"), *count = comma + 1;
    count += strspn(count, " \t");
    const char *text = mx_arena_format(&build->scratch, "%ss", seconds);
    if (mx_quantity_duration(text, &row->at_us) != MX_QUANTITY_OK ||
        row->at_us > MX_HORIZON_US_MAX) {
        return "the first column is not a number of seconds, 0 to 34560000, in whole us";
    }
    uint64_t whole;
    if (mx_quantity_count(count, &whole) != MX_QUANTITY_OK || whole > MX_MESSAGES_MAX) {
        return "the second column is not a whole count of messages";
    }
    row->count = (double)whole;
    return NULL;
}

static void cut_line(char *line)
{
    size_t size = strlen(line);
    while (size > 0 && strchr(" \t\r", line[size - 1]) != NULL) {
        line[--size] = '\0';
    }
}

/* A file of rows under way. */
struct rows {
    struct mx_build *build;
    const char *file;
    struct pieces *pieces;
    int line_number, count, last_line;
    bool failed;
    struct row last;
    double sum;
};

static void complain_row(struct rows *rows, int line_number, const char *text)
{
    mx_mistakes_add(rows->build->source.mistakes, rows->file, line_number, "", "%s", text);
    rows->failed = true;
}

/* One line: a row, a comment, nothing, or (the first) names of the columns. */
static void take_line(struct rows *rows, char *line)
{
    struct row row;
    rows->line_number++;
    cut_line(line);
    bool header = rows->line_number == 1 && strpbrk(line, "0123456789") == NULL;
    if (*line == '\0' || *line == '#' || header) {
        return;
    }
    const char *wrong = read_row(rows->build, line, &row);
    if (wrong == NULL && rows->count > 0 && row.at_us <= rows->last.at_us) {
        wrong = "times must increase from line to line";
    }
    if (wrong != NULL) {
        complain_row(rows, rows->line_number, wrong);
        return;
    }
    if (rows->count++ == 0) {
        rows->pieces->edge_us[0] = row.at_us;
    } else {
        add_piece(rows->pieces, row.at_us, rows->last.count);
    }
    rows->sum += row.count;
    rows->last = row;
    rows->last_line = rows->line_number;
}

/* Rows into pieces; a row's count spreads to the next row, the last one's to the window's end.
 * Returns the sum of the counts. */
static double read_rows(struct mx_build *build, const char *file, char *text, struct pieces *pieces,
                        int64_t window_us)
{
    struct rows rows = {.build = build, .file = file, .pieces = pieces};
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        take_line(&rows, line);
        line = end != NULL ? end + 1 : NULL;
    }
    if (rows.failed) {
        return 0;
    }
    if (rows.count == 0) {
        complain_row(&rows, 0, "no rows seconds,count");
    } else if (window_us > rows.last.at_us) {
        add_piece(pieces, window_us, rows.last.count);
    } else if (rows.last.count > 0) {
        complain_row(&rows, rows.last_line,
                     "the last row's count has no end to spread to: end with a row of count 0, or "
                     "give a window that ends after it");
    } else if (rows.count == 1) {
        complain_row(&rows, rows.last_line, "a single row, of count 0: no messages");
    }
    return rows.sum;
}

static uint64_t fill_file(struct mx_build *build, struct mx_fields *fields, struct pieces *pieces,
                          int64_t window_us)
{
    const char *name;
    mx_field_require(fields, "file", "the name of a CSV file");
    if (!mx_field_text(fields, "file", &name)) {
        return 0;
    }
    const struct mx_node *node = mx_node_find(fields->group, "file");
    const char *beside = node->line > 0 ? node->file : build->file;
    const char *file = mx_path_beside(&build->scratch, beside, name);
    size_t size = 0;
    char **text = (char **)mx_arena_owner(&build->scratch);
    int error = build->source.access->read(build->source.access->context, file, text, &size);
    if (error == ENOMEM) {
        mx_arena_out(&build->scratch);
    }
    if (error != 0) {
        mx_complain(build, node, "cannot read %.300s: %s", file, strerror(error));
        return 0;
    }
    if (build->source.digest != NULL) {
        mx_digest_add(build->source.digest, *text, size);
    }
    if (memchr(*text, '\0', size) != NULL) {
        mx_complain(build, node, "%.300s holds a NUL byte: not a text file", file);
        return 0;
    }
    return (uint64_t)read_rows(build, file, *text, pieces, window_us);
}

/* ---- shape = "pieces": as plan.cfg writes it ---- */

static void fill_pieces(struct mx_build *build, struct mx_fields *fields, struct pieces *pieces)
{
    struct mx_node *edges = mx_field_need(fields, "edges", "a list of durations");
    struct mx_node *weights = mx_field_need(fields, "weights", "a list of numbers");
    if (!mx_node_expect(build, edges, MX_NODE_LIST, "a list of durations") ||
        !mx_node_expect(build, weights, MX_NODE_LIST, "a list of numbers")) {
        return;
    }
    if (weights->child_count < 1 || weights->child_count > MX_ARRIVAL_PIECES_MAX ||
        edges->child_count != weights->child_count + 1) {
        mx_complain(build, edges, "needs one edge more than there are weights (1 to %d)",
                    MX_ARRIVAL_PIECES_MAX);
        return;
    }
    for (size_t i = 0; i < edges->child_count; i++) {
        int64_t edge_us = 0;
        double weight = 0;
        bool good = mx_node_duration(build, edges->child[i], 0, MX_HORIZON_US_MAX, &edge_us);
        if (i == 0) {
            pieces->edge_us[0] = edge_us;
            continue;
        }
        good &= mx_node_number(build, weights->child[i - 1], 0, 1e18, &weight);
        if (good && edge_us <= pieces->edge_us[pieces->count]) {
            mx_complain(build, edges->child[i], "edges must increase");
            good = false;
        }
        if (!good) {
            pieces->count = 0;
            return;
        }
        add_piece(pieces, edge_us, weight);
    }
}

/* ---- spikes ---- */

/* An edge at at_us, where there is none. */
static void split(struct pieces *pieces, int64_t at_us)
{
    for (uint32_t i = 0; i < pieces->count; i++) {
        int64_t from_us = pieces->edge_us[i], to_us = pieces->edge_us[i + 1];
        if (at_us <= from_us || at_us >= to_us) {
            continue;
        }
        if (pieces->count == MX_ARRIVAL_PIECES_MAX) {
            pieces->too_many = true;
            return;
        }
        memmove(&pieces->edge_us[i + 2], &pieces->edge_us[i + 1],
                (pieces->count - i) * sizeof pieces->edge_us[0]);
        memmove(&pieces->weight[i + 1], &pieces->weight[i],
                (pieces->count - i) * sizeof pieces->weight[0]);
        pieces->count++;
        pieces->edge_us[i + 1] = at_us;
        double part = (double)(at_us - from_us) / (double)(to_us - from_us),
               all = pieces->weight[i];
        pieces->weight[i] = all * part;
        pieces->weight[i + 1] = all - all * part;
        return;
    }
}

static void apply_spike(struct mx_build *build, struct mx_node *node, struct pieces *pieces)
{
    struct mx_fields fields;
    int64_t from_us = 0, to_us = 0;
    double factor = 1;
    mx_fields_begin(&fields, build, node);
    bool good = mx_node_duration(build, mx_field_need(&fields, "from", "a duration"), 0,
                                 MX_HORIZON_US_MAX, &from_us);
    good &= mx_node_duration(build, mx_field_need(&fields, "to", "a duration"), 0,
                             MX_HORIZON_US_MAX, &to_us);
    good &= mx_node_number(build, mx_field_need(&fields, "factor", "a number"), 0, 1000, &factor);
    mx_fields_end(&fields);
    if (!good || pieces->count == 0) {
        return;
    }
    if (from_us >= to_us || to_us > pieces->edge_us[pieces->count]) {
        mx_complain(build, node, "`from` must be before `to`, and `to` not after the window's end");
        return;
    }
    split(pieces, from_us);
    split(pieces, to_us);
    for (uint32_t i = 0; i < pieces->count; i++) {
        if (pieces->edge_us[i] >= from_us && pieces->edge_us[i + 1] <= to_us) {
            pieces->weight[i] *= factor;
        }
    }
}

static void apply_spikes(struct mx_build *build, struct mx_fields *fields, struct pieces *pieces)
{
    struct mx_node *list = mx_field(fields, "spikes");
    if (mx_node_is_none(list) ||
        !mx_node_expect(build, list, MX_NODE_LIST, "a list ( { from; to; factor; } … )")) {
        return;
    }
    if (list->child_count > SPIKES_MAX) {
        mx_complain(build, list, "more than %d spikes", SPIKES_MAX);
        return;
    }
    for (size_t i = 0; i < list->child_count; i++) {
        apply_spike(build, list->child[i], pieces);
    }
}

static int64_t read_window(struct mx_build *build, struct mx_fields *fields, enum shape shape)
{
    int64_t window_us = 0;
    bool needed = shape != FROM_FILE && shape != PIECES;
    if (needed) {
        mx_field_require(fields, "window", "a duration");
        window_us = MX_HOUR_US;
    }
    (void)build;
    mx_field_duration(fields, "window", WINDOW_US_MIN, MX_HORIZON_US_MAX, &window_us);
    return window_us;
}

static void store(struct mx_build *build, const struct mx_node *node, struct pieces *pieces,
                  struct mx_plan_campaign *campaign)
{
    double sum = 0;
    for (uint32_t i = 0; i < pieces->count; i++) {
        sum += pieces->weight[i];
    }
    bool fits = sum <= 1e200;
    for (uint32_t i = 0; i < pieces->count; i++) {
        fits = fits && (pieces->weight[i] == 0 || pieces->weight[i] >= sum * 1e-15);
    }
    if (!fits) {
        mx_complain(build, node, "the weights of the shape are further apart than 1e15 to 1");
        return;
    }
    if (pieces->too_many) {
        mx_complain(build, node, "the shape has more than %d pieces", MX_ARRIVAL_PIECES_MAX);
        return;
    }
    if (!(sum > 0)) {
        if (pieces->count > 0) {
            mx_complain(build, node, "the shape sends nothing: all its weights are 0");
        }
        return;
    }
    campaign->piece_count = pieces->count;
    campaign->piece_edge_us = mx_arena_grow(build->memory, pieces->edge_us, pieces->count + 1U,
                                            pieces->count + 1U, sizeof pieces->edge_us[0]);
    campaign->piece_weight = mx_arena_grow(build->memory, pieces->weight, pieces->count,
                                           pieces->count, sizeof pieces->weight[0]);
    campaign->arrivals =
        mx_arrival_shape_create(pieces->count, pieces->edge_us, pieces->weight, campaign->poisson);
    if (campaign->arrivals == NULL) {
        longjmp(build->no_memory, 1);
    }
}

void mx_build_arrivals(struct mx_build *build, struct mx_fields *fields,
                       struct mx_plan_campaign *campaign, uint64_t *file_count)
{
    struct pieces *pieces = mx_arena_take(&build->scratch, 1, sizeof *pieces);
    int shape = STEADY;
    mx_field_choice(fields, "shape", shape_words, SHAPE_COUNT, &shape);
    campaign->poisson = shape == POISSON;
    mx_field_truth(fields, "poisson", &campaign->poisson);
    int64_t window_us = read_window(build, fields, (enum shape)shape);
    *file_count = 0;
    switch ((enum shape)shape) {
    case STEADY:
    case POISSON:
        add_piece(pieces, window_us, 1);
        break;
    case RAMP:
        fill_ramp(pieces, window_us);
        break;
    case DIURNAL:
        fill_diurnal(build, fields, pieces, campaign, window_us);
        break;
    case FROM_FILE:
        *file_count = fill_file(build, fields, pieces, window_us);
        break;
    case PIECES:
        fill_pieces(build, fields, pieces);
        break;
    case SHAPE_COUNT:
        break;
    }
    apply_spikes(build, fields, pieces);
    store(build, fields->group, pieces, campaign);
}
