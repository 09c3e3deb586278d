// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_data.c - the CSV files of a result folder, checked row by row. */
#include "sim/result/plot_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/result/plot_rows.h"
#include "sim/result/plot_summary.h"

#define COUNT_MAX 1e18
#define TIME_S_MAX (400.0 * 86400.0 * 2.0)
#define IP_COUNT_MAX 65535
#define DEFAULT_BIN_S 60.0

const char *const mx_plot_reason_column[MX_PLOT_REASON_COUNT] = {
    "deferrals_outage",   "deferrals_connections", "deferrals_rate",
    "deferrals_spike",    "deferrals_reputation",  "deferrals_capacity",
    "deferrals_greylist", "deferrals_content",     "deferrals_mailbox_full"};
const char *const mx_plot_reason_name[MX_PLOT_REASON_COUNT] = {
    "outage",   "connection limit", "rate limit", "volume spike", "reputation",
    "capacity", "greylisting",      "content",    "mailbox full"};

uint32_t mx_plot_data_find(const struct mx_plot_data *data, const char *name)
{
    size_t low = 0, high = data->provider_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, data->providers[data->by_name[middle]].name);
        if (order == 0) {
            return data->by_name[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return strcmp(name, "total") == 0 ? (uint32_t)data->provider_count : UINT32_MAX;
}

/* Each provider's rows must come in order, without doubles. last: per provider, -1 at first. */
static int check_order(const struct mx_plot_csv *csv, double *last, uint32_t provider, double value)
{
    MX_CHECK(last != NULL);
    if (value < last[provider]) {
        return mx_plot_csv_mistake(csv, "%s %g after %g; rows must be in order", csv->columns[0],
                                   value, last[provider]);
    }
    if (value == last[provider]) {
        return mx_plot_csv_mistake(csv, "a second row of \"%s\" at %s %g", mx_plot_csv_text(csv, 1),
                                   csv->columns[0], value);
    }
    last[provider] = value;
    return 0;
}

static double *new_lasts(size_t count)
{
    double *last = malloc((count + 1) * sizeof *last);

    for (size_t i = 0; last != NULL && i <= count; i++) {
        last[i] = -1.0;
    }
    return last;
}

/* --- timeseries.csv --------------------------------------------------------------------------- */

enum {
    BIN_TIME,
    BIN_PROVIDER,
    BIN_CREATED,
    BIN_ATTEMPTS,
    BIN_DELIVERED,
    BIN_HARD,
    BIN_REJECTED,
    BIN_EXPIRED,
    BIN_DEFERRALS,
    BIN_PENDING,
    BIN_REASONS,
    BIN_COLUMNS = BIN_REASONS + MX_PLOT_REASON_COUNT
};

struct bin_reading {
    struct mx_plot_csv csv;
    struct mx_plot_rows bins, reasons;
    double *last;
    double time_s; /* of the row before */
};

static int read_bin(struct bin_reading *reading, const struct mx_plot_data *data)
{
    const struct mx_plot_csv *csv = &reading->csv;
    double value[BIN_COLUMNS] = {0};
    uint32_t provider;
    struct mx_plot_bin *bin;
    int code = mx_plot_rows_provider(csv, BIN_PROVIDER, data, &provider);

    for (size_t c = 0; code == 0 && c < BIN_COLUMNS; c++) {
        if (c != BIN_PROVIDER) {
            code =
                mx_plot_csv_number(csv, c, 0.0, c == BIN_TIME ? TIME_S_MAX : COUNT_MAX, &value[c]);
        }
    }
    if (code == 0) {
        code = check_order(csv, reading->last, provider, value[BIN_TIME]);
    }
    if (code == 0 && value[BIN_TIME] < reading->time_s) {
        code = mx_plot_csv_mistake(csv, "time_s %g after %g; rows must be in order",
                                   value[BIN_TIME], reading->time_s);
    }
    if (code != 0) {
        return code;
    }
    reading->time_s = value[BIN_TIME];
    bin = mx_plot_rows_add(&reading->bins);
    if (bin == NULL) {
        return mx_plot_rows_no_memory(csv);
    }
    *bin = (struct mx_plot_bin){.time_s = value[BIN_TIME],
                                .provider = provider,
                                .created = value[BIN_CREATED],
                                .attempts = value[BIN_ATTEMPTS],
                                .hard_bounced = value[BIN_HARD],
                                .soft_rejected = value[BIN_REJECTED],
                                .delivered = value[BIN_DELIVERED],
                                .deferrals = value[BIN_DEFERRALS],
                                .pending = value[BIN_PENDING]};
    if (provider == data->provider_count) {
        struct mx_plot_reasons *reasons = mx_plot_rows_add(&reading->reasons);
        if (reasons == NULL) {
            return mx_plot_rows_no_memory(csv);
        }
        reasons->time_s = value[BIN_TIME];
        memcpy(reasons->count, value + BIN_REASONS, sizeof reasons->count);
    }
    return 0;
}

/* The widest width of which all times are multiples, in whole microseconds. */
static double common_width(const struct mx_plot_bin *bins, size_t count)
{
    int64_t width = 0;

    for (size_t i = 1; i < count; i++) {
        int64_t a = llround((bins[i].time_s - bins[i - 1].time_s) * 1e6), b = width;
        while (a != 0) {
            int64_t rest = b % a;
            b = a;
            a = rest;
        }
        width = b;
    }
    return width > 0 ? (double)width / 1e6 : DEFAULT_BIN_S;
}

static int read_bins(struct mx_plot_data *data, const char *path, const struct mx_plot_error *error)
{
    const char *columns[BIN_COLUMNS] = {"time_s",
                                        "provider",
                                        "created",
                                        "attempts",
                                        "delivered",
                                        "hard_bounced",
                                        "soft_bounced_rejected",
                                        "soft_bounced_expired",
                                        "deferrals",
                                        "pending"};
    struct bin_reading reading = {.bins = {.item_size = sizeof(struct mx_plot_bin)},
                                  .reasons = {.item_size = sizeof(struct mx_plot_reasons)},
                                  .time_s = -1.0};
    int code, got = 0;

    for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
        columns[BIN_REASONS + r] = mx_plot_reason_column[r];
    }
    code = mx_plot_csv_open(&reading.csv, path, columns, BIN_COLUMNS, error);
    if (code != 0) {
        return code;
    }
    reading.last = new_lasts(data->provider_count);
    if (reading.last == NULL) {
        code = mx_plot_rows_no_memory(&reading.csv);
    }
    while (code == 0 && (got = mx_plot_csv_next(&reading.csv)) == 1) {
        code = read_bin(&reading, data);
    }
    mx_plot_csv_close(&reading.csv);
    free(reading.last);
    data->bins = reading.bins.items;
    data->bin_count = reading.bins.count;
    data->reasons = reading.reasons.items;
    data->reasons_count = reading.reasons.count;
    data->bin_s = common_width(data->bins, data->bin_count);
    return code != 0 ? code : got < 0 ? MX_EXIT_INVALID : 0;
}

/* --- delivered_by_age.csv --------------------------------------------------------------------- */

enum {
    AGE_AGE,
    AGE_PROVIDER,
    AGE_SHARE,
    AGE_LOW,
    AGE_HIGH,
    AGE_COLUMNS,
    AGE_DRAWN_LOW = AGE_COLUMNS,
    AGE_DRAWN_HIGH,
    AGE_COLUMNS_DRAWN
};

/* The range with what is not known, where the run has one; empty where nothing was sent. */
static int read_drawn(const struct mx_plot_csv *csv, const struct mx_plot_data *data,
                      struct mx_plot_age *row)
{
    int code = 0;

    row->drawn_low = row->drawn_high = NAN;
    if (data->has_drawn && mx_plot_csv_text(csv, AGE_DRAWN_LOW)[0] != '\0') {
        code = mx_plot_csv_number(csv, AGE_DRAWN_LOW, 0.0, 1.0, &row->drawn_low);
        if (code == 0) {
            code = mx_plot_csv_number(csv, AGE_DRAWN_HIGH, row->drawn_low, 1.0, &row->drawn_high);
        }
    }
    return code;
}

static int read_age(const struct mx_plot_csv *csv, struct mx_plot_rows *rows, double *last,
                    const struct mx_plot_data *data)
{
    struct mx_plot_age row = {0};
    struct mx_plot_age *stored;
    int code = mx_plot_rows_provider(csv, AGE_PROVIDER, data, &row.provider);

    if (code == 0) {
        code = mx_plot_csv_number(csv, AGE_AGE, 0.0, TIME_S_MAX, &row.age_s);
    }
    if (mx_plot_csv_text(csv, AGE_SHARE)[0] == '\0') {
        return code; /* nothing was sent there: a share of nothing */
    }
    if (code == 0) {
        code = mx_plot_csv_number(csv, AGE_SHARE, 0.0, 1.0, &row.share);
    }
    row.low = row.high = row.share;
    if (code == 0 && mx_plot_csv_text(csv, AGE_LOW)[0] != '\0') {
        code = mx_plot_csv_number(csv, AGE_LOW, -1.0, row.share, &row.low);
    }
    if (code == 0 && mx_plot_csv_text(csv, AGE_HIGH)[0] != '\0') {
        code = mx_plot_csv_number(csv, AGE_HIGH, row.share, 2.0, &row.high);
    }
    if (code == 0) {
        code = read_drawn(csv, data, &row);
    }
    if (code == 0) {
        code = check_order(csv, last, row.provider, row.age_s);
    }
    if (code != 0) {
        return code;
    }
    stored = mx_plot_rows_add(rows);
    if (stored == NULL) {
        return mx_plot_rows_no_memory(csv);
    }
    row.low = fmax(row.low, 0.0); /* a normal interval may reach past the possible */
    row.high = fmin(row.high, 1.0);
    *stored = row;
    return 0;
}

static int by_provider_and_age(const void *a, const void *b)
{
    const struct mx_plot_age *left = a, *right = b;

    if (left->provider != right->provider) {
        return left->provider < right->provider ? -1 : 1;
    }
    return left->age_s < right->age_s ? -1 : left->age_s > right->age_s;
}

static int read_ages(struct mx_plot_data *data, const char *path, const struct mx_plot_error *error)
{
    static const char *const columns[AGE_COLUMNS_DRAWN] = {
        "age_s", "provider", "delivered_share", "lo", "hi", "drawn_lo", "drawn_hi"};
    struct mx_plot_rows rows = {.item_size = sizeof(struct mx_plot_age)};
    struct mx_plot_csv csv;
    double *last;
    int code = mx_plot_csv_open(&csv, path, columns,
                                data->has_drawn ? AGE_COLUMNS_DRAWN : AGE_COLUMNS, error);
    int got = 0;

    if (code != 0) {
        return code;
    }
    last = new_lasts(data->provider_count);
    if (last == NULL) {
        code = mx_plot_rows_no_memory(&csv);
    }
    while (code == 0 && (got = mx_plot_csv_next(&csv)) == 1) {
        code = read_age(&csv, &rows, last, data);
    }
    mx_plot_csv_close(&csv);
    free(last);
    data->ages = rows.items;
    data->age_count = rows.count;
    if (rows.count > 0) {
        qsort(rows.items, rows.count, rows.item_size, by_provider_and_age);
    }
    return code != 0 ? code : got < 0 ? MX_EXIT_INVALID : 0;
}

/* --- reputation.csv --------------------------------------------------------------------------- */

enum {
    STATE_TIME,
    STATE_PROVIDER,
    STATE_IP,
    STATE_SCORE,
    STATE_BAND,
    STATE_ALLOWANCE,
    STATE_VOLUME,
    STATE_BLOCKED,
    STATE_COLUMNS
};

struct state_reading {
    struct mx_plot_csv csv;
    struct mx_plot_rows states, ips; /* ips: of char *, raw names */
    double time_s;
    uint32_t ip; /* of the row before: the next one is looked for from there */
};

/* Index of an address by its raw name, added when new. */
static int take_ip(struct state_reading *reading, uint32_t *ip)
{
    const char *name = mx_plot_csv_text(&reading->csv, STATE_IP);
    char **names = reading->ips.items;
    char **stored;

    for (size_t i = 0; i < reading->ips.count; i++) {
        size_t at = (reading->ip + 1 + i) % reading->ips.count;
        if (strcmp(names[at], name) == 0) {
            *ip = reading->ip = (uint32_t)at;
            return 0;
        }
    }
    if (reading->ips.count == IP_COUNT_MAX) {
        return mx_plot_csv_mistake(&reading->csv, "more than %d addresses", IP_COUNT_MAX);
    }
    stored = mx_plot_rows_add(&reading->ips);
    if (stored == NULL || (*stored = strdup(name)) == NULL) {
        return mx_plot_rows_no_memory(&reading->csv);
    }
    *ip = reading->ip = (uint32_t)(reading->ips.count - 1);
    return 0;
}

static int take_band(const struct mx_plot_csv *csv, uint8_t *band)
{
    static const char *const names[4] = {"bad", "low", "medium", "high"};
    const char *text = mx_plot_csv_text(csv, STATE_BAND);

    for (uint8_t b = 0; b < 4; b++) {
        if (strcmp(text, names[b]) == 0) {
            *band = b;
            return 0;
        }
    }
    return mx_plot_csv_mistake(csv, "band is \"%.60s\", not bad, low, medium or high", text);
}

static int take_allowance(const struct mx_plot_csv *csv, double *allowance)
{
    const char *text = mx_plot_csv_text(csv, STATE_ALLOWANCE);

    if (text[0] == '\0' || strcmp(text, "none") == 0 || strcmp(text, "inf") == 0) {
        *allowance = INFINITY;
        return 0;
    }
    return mx_plot_csv_number(csv, STATE_ALLOWANCE, 0.0, COUNT_MAX, allowance);
}

static int take_flag(const struct mx_plot_csv *csv, bool *flag)
{
    double value;
    const char *text = mx_plot_csv_text(csv, STATE_BLOCKED);
    int code;

    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        *flag = text[0] == 't';
        return 0;
    }
    code = mx_plot_csv_number(csv, STATE_BLOCKED, 0.0, 1.0, &value);
    *flag = code == 0 && value > 0.0;
    return code;
}

static int read_state(struct state_reading *reading, const struct mx_plot_data *data)
{
    const struct mx_plot_csv *csv = &reading->csv;
    struct mx_plot_state row = {0};
    struct mx_plot_state *stored;
    int code = mx_plot_rows_provider(csv, STATE_PROVIDER, data, &row.provider);

    if (code == 0 && row.provider == data->provider_count) {
        code = mx_plot_csv_mistake(csv, "a row of the total, which has no reputation");
    }
    if (code == 0) {
        code = mx_plot_csv_number(csv, STATE_TIME, 0.0, TIME_S_MAX, &row.time_s);
    }
    if (code == 0 && row.time_s < reading->time_s) {
        code = mx_plot_csv_mistake(csv, "time_s %g after %g; rows must be in order", row.time_s,
                                   reading->time_s);
    }
    if (code == 0) {
        code = take_ip(reading, &row.ip);
    }
    if (code == 0) {
        code = mx_plot_csv_number(csv, STATE_SCORE, 0.0, 1.0, &row.score);
    }
    if (code == 0) {
        code = take_band(csv, &row.band);
    }
    if (code == 0) {
        code = take_allowance(csv, &row.allowance_per_day);
    }
    if (code == 0) {
        code = mx_plot_csv_number(csv, STATE_VOLUME, 0.0, COUNT_MAX, &row.volume_today);
    }
    if (code == 0) {
        code = take_flag(csv, &row.blocked);
    }
    if (code != 0) {
        return code;
    }
    reading->time_s = row.time_s;
    stored = mx_plot_rows_add(&reading->states);
    if (stored == NULL) {
        return mx_plot_rows_no_memory(csv);
    }
    *stored = row;
    return 0;
}

/* Shown names of the addresses; frees the raw ones. */
static int keep_ips(struct mx_plot_data *data, struct mx_plot_rows *ips)
{
    char **names = ips->items;

    data->ip_count = ips->count;
    data->ip_names = calloc(ips->count + 1, sizeof *data->ip_names);
    for (size_t i = 0; i < ips->count; i++) {
        if (data->ip_names != NULL && names[i] != NULL) {
            data->ip_names[i] = mx_plot_text_fit(names[i], 11.0, false, 90.0);
        }
        free(names[i]);
    }
    free(names);
    return data->ip_names == NULL ? -1 : 0;
}

static int read_states(struct mx_plot_data *data, const char *path,
                       const struct mx_plot_error *error)
{
    static const char *const columns[STATE_COLUMNS] = {
        "time_s", "provider",          "ip",           "score",
        "band",   "allowance_per_day", "volume_today", "blocked"};
    struct state_reading reading = {.states = {.item_size = sizeof(struct mx_plot_state)},
                                    .ips = {.item_size = sizeof(char *)},
                                    .time_s = -1.0};
    int code = mx_plot_csv_open(&reading.csv, path, columns, STATE_COLUMNS, error);
    int got = 0;

    if (code != 0) {
        return code;
    }
    while (code == 0 && (got = mx_plot_csv_next(&reading.csv)) == 1) {
        code = read_state(&reading, data);
    }
    if (keep_ips(data, &reading.ips) != 0 && code == 0) {
        code = mx_plot_rows_no_memory(&reading.csv);
    }
    mx_plot_csv_close(&reading.csv);
    data->states = reading.states.items;
    data->state_count = reading.states.count;
    return code != 0 ? code : got < 0 ? MX_EXIT_INVALID : 0;
}

/* --- the folder ------------------------------------------------------------------------------- */

int mx_plot_data_init(struct mx_plot_data *data, const char *dir, const struct mx_plot_error *error)
{
    int code;

    memset(data, 0, sizeof *data);
    data->dir = strdup(dir);
    if (data->dir == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    code = mx_plot_summary_read(data, error);
    if (code != 0) {
        mx_plot_data_fini(data);
    }
    return code;
}

/* Give up the rows of one file. */
static void forget(struct mx_plot_data *data, enum mx_plot_file file)
{
    switch (file) {
    case MX_PLOT_TIMESERIES:
        free(data->bins);
        free(data->reasons);
        data->bins = NULL;
        data->reasons = NULL;
        break;
    case MX_PLOT_AGES:
        free(data->ages);
        data->ages = NULL;
        break;
    case MX_PLOT_STATES:
        free(data->states);
        free(data->ip_names);
        data->states = NULL;
        data->ip_names = NULL;
        break;
    case MX_PLOT_NUMBERS:
        free(data->numbers);
        data->numbers = NULL;
        break;
    case MX_PLOT_DAYS:
        free(data->days);
        data->days = NULL;
        break;
    case MX_PLOT_FILE_COUNT:
        break;
    }
    data->is_read[file] = false;
}

void mx_plot_data_fini(struct mx_plot_data *data)
{
    for (size_t i = 0; i < data->provider_count; i++) {
        free(data->providers[i].name);
    }
    for (int file = 0; file < MX_PLOT_FILE_COUNT; file++) {
        forget(data, (enum mx_plot_file)file);
    }
    free(data->dir);
    free(data->providers);
    free(data->by_name);
    memset(data, 0, sizeof *data);
}

int mx_plot_data_need(struct mx_plot_data *data, enum mx_plot_file file,
                      const struct mx_plot_error *error)
{
    static const struct {
        const char *name;
        int (*read)(struct mx_plot_data *, const char *, const struct mx_plot_error *);
    } files[MX_PLOT_FILE_COUNT] = {
        [MX_PLOT_TIMESERIES] = {"timeseries.csv", read_bins},
        [MX_PLOT_AGES] = {"delivered_by_age.csv", read_ages},
        [MX_PLOT_STATES] = {"reputation.csv", read_states},
        [MX_PLOT_NUMBERS] = {"attempts_by_number.csv", mx_plot_numbers_read},
        [MX_PLOT_DAYS] = {"warm_up.csv", mx_plot_warm_up_read},
    };
    size_t size = strlen(data->dir) + 32;
    char *path;
    int code;

    if (data->is_read[file]) {
        return 0;
    }
    path = malloc(size);
    if (path == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    (void)snprintf(path, size, "%s/%s", data->dir, files[file].name);
    code = files[file].read(data, path, error);
    data->is_read[file] = true;
    if (code != 0) {
        forget(data, file);
    }
    free(path);
    return code;
}
