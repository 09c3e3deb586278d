// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_counts.c - rows of CSV files in general; attempts_by_number.csv and warm_up.csv. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_rows.h"

#define COUNT_MAX 1e18
#define DAY_MAX 800.0

void *mx_plot_rows_add(struct mx_plot_rows *rows)
{
    char *row;

    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 1024 : 2 * rows->capacity;
        void *items = realloc(rows->items, capacity * rows->item_size);
        if (items == NULL) {
            return NULL;
        }
        rows->items = items;
        rows->capacity = capacity;
    }
    row = (char *)rows->items + rows->count++ * rows->item_size;
    memset(row, 0, rows->item_size);
    return row;
}

int mx_plot_rows_no_memory(const struct mx_plot_csv *csv)
{
    return mx_plot_fail(csv->error, MX_EXIT_FAILURE, "out of memory while reading %s", csv->path);
}

int mx_plot_rows_provider(const struct mx_plot_csv *csv, size_t column,
                          const struct mx_plot_data *data, uint32_t *provider)
{
    *provider = mx_plot_data_find(data, mx_plot_csv_text(csv, column));
    if (*provider == UINT32_MAX) {
        return mx_plot_csv_mistake(csv, "provider \"%.60s\" is not in summary.json",
                                   mx_plot_csv_text(csv, column));
    }
    return 0;
}

/* --- attempts_by_number.csv ------------------------------------------------------------------ */

enum { NUMBER, NUMBER_PROVIDER, ATTEMPTS, DELIVERED, DEFERRALS, HARD, REJECTED, NUMBER_COLUMNS };

static int read_number(const struct mx_plot_csv *csv, struct mx_plot_rows *rows,
                       const struct mx_plot_data *data)
{
    double value[NUMBER_COLUMNS] = {0};
    struct mx_plot_number *row;
    uint32_t provider;
    int code = mx_plot_rows_provider(csv, NUMBER_PROVIDER, data, &provider);

    for (size_t c = 0; code == 0 && c < NUMBER_COLUMNS; c++) {
        if (c != NUMBER_PROVIDER) {
            code = mx_plot_csv_number(csv, c, c == NUMBER ? 1.0 : 0.0,
                                      c == NUMBER ? MX_PLOT_NUMBER_MAX : COUNT_MAX, &value[c]);
        }
    }
    if (code != 0) {
        return code;
    }
    if (provider == data->provider_count || value[NUMBER] != floor(value[NUMBER])) {
        return mx_plot_csv_mistake(csv, "no attempt of a provider");
    }
    if (fabs(value[DELIVERED] + value[DEFERRALS] + value[HARD] + value[REJECTED] -
             value[ATTEMPTS]) > 1e-6 * value[ATTEMPTS]) {
        return mx_plot_csv_mistake(csv, "the outcomes do not add up to the attempts");
    }
    row = mx_plot_rows_add(rows);
    if (row == NULL) {
        return mx_plot_rows_no_memory(csv);
    }
    *row = (struct mx_plot_number){.number = (uint32_t)value[NUMBER],
                                   .provider = provider,
                                   .attempts = value[ATTEMPTS],
                                   .delivered = value[DELIVERED],
                                   .deferrals = value[DEFERRALS],
                                   .hard_bounced = value[HARD],
                                   .soft_rejected = value[REJECTED]};
    return 0;
}

int mx_plot_numbers_read(struct mx_plot_data *data, const char *path,
                         const struct mx_plot_error *error)
{
    static const char *const columns[NUMBER_COLUMNS] = {"attempt",
                                                        "provider",
                                                        "attempts",
                                                        "delivered",
                                                        "deferrals",
                                                        "hard_bounced",
                                                        "soft_bounced_rejected"};
    struct mx_plot_rows rows = {.item_size = sizeof(struct mx_plot_number)};
    struct mx_plot_csv csv;
    int got = 0, code = mx_plot_csv_open(&csv, path, columns, NUMBER_COLUMNS, error);

    if (code != 0) {
        return code;
    }
    while (code == 0 && (got = mx_plot_csv_next(&csv)) == 1) {
        code = read_number(&csv, &rows, data);
    }
    mx_plot_csv_close(&csv);
    data->numbers = rows.items;
    data->number_count = rows.count;
    return code != 0 ? code : got < 0 ? MX_EXIT_INVALID : 0;
}

/* --- warm_up.csv ----------------------------------------------------------------------------- */

enum { DAY, DAY_IP, PLANNED, STARTED, DAY_COLUMNS };

static int read_day(const struct mx_plot_csv *csv, struct mx_plot_rows *rows)
{
    bool is_limited = mx_plot_csv_text(csv, PLANNED)[0] != '\0';
    double day = 0.0, planned = INFINITY, started = 0.0;
    struct mx_plot_warm_up_day *row;
    int code = mx_plot_csv_number(csv, DAY, 1.0, DAY_MAX, &day);

    if (code == 0 && is_limited) {
        code = mx_plot_csv_number(csv, PLANNED, 0.0, COUNT_MAX, &planned);
    }
    if (code == 0) {
        code = mx_plot_csv_number(csv, STARTED, 0.0, COUNT_MAX, &started);
    }
    if (code != 0) {
        return code;
    }
    row = mx_plot_rows_add(rows);
    if (row == NULL) {
        return mx_plot_rows_no_memory(csv);
    }
    *row =
        (struct mx_plot_warm_up_day){.day = (uint32_t)day, .planned = planned, .started = started};
    return 0;
}

int mx_plot_warm_up_read(struct mx_plot_data *data, const char *path,
                         const struct mx_plot_error *error)
{
    static const char *const columns[DAY_COLUMNS] = {"day", "ip", "planned", "started"};
    struct mx_plot_rows rows = {.item_size = sizeof(struct mx_plot_warm_up_day)};
    struct mx_plot_csv csv;
    int got = 0, code = mx_plot_csv_open(&csv, path, columns, DAY_COLUMNS, error);

    if (code != 0) {
        return code;
    }
    while (code == 0 && (got = mx_plot_csv_next(&csv)) == 1) {
        code = read_day(&csv, &rows);
    }
    mx_plot_csv_close(&csv);
    data->days = rows.items;
    data->day_count = rows.count;
    return code != 0 ? code : got < 0 ? MX_EXIT_INVALID : 0;
}
