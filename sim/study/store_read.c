// SPDX-License-Identifier: GPL-3.0-or-later
/* store_read.c - what the replications of points gave, out of the database. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/study/store_parts.h"

struct reading {
    const struct mx_store_identity *identity;
    struct mx_store_row row;
    double *values;
    char *error, *stopped_by;
    bool is_open, is_memory_out;
};

static char *copy_text(struct reading *reading, sqlite3_stmt *statement, int column)
{
    char *text = NULL;

    if (sqlite3_column_type(statement, column) != SQLITE_NULL) {
        text = strdup(mx_database_text(statement, column));
        reading->is_memory_out = reading->is_memory_out || text == NULL;
    }
    return text;
}

static void begin_row(struct reading *reading, sqlite3_stmt *statement)
{
    free(reading->error);
    free(reading->stopped_by);
    reading->error = copy_text(reading, statement, 1);
    reading->stopped_by = copy_text(reading, statement, 2);
    reading->is_open = true;
    reading->row = (struct mx_store_row){.point = (uint32_t)sqlite3_column_int64(statement, 0),
                                         .error = reading->error,
                                         .stopped_by = reading->stopped_by,
                                         .values = reading->values};
}

/* Rows come by replication, then by metric. */
static void take_value(struct reading *reading, sqlite3_stmt *statement)
{
    const struct mx_store_identity *identity = reading->identity;
    size_t replication = (size_t)sqlite3_column_int64(statement, 3);
    size_t metric = (size_t)sqlite3_column_int64(statement, 4);

    if (metric >= identity->metric_count || replication >= identity->replications) {
        return;
    }
    for (; reading->row.replications <= replication; reading->row.replications++) {
        for (size_t m = 0; m < identity->metric_count; m++) {
            reading->values[m * identity->replications + reading->row.replications] = NAN;
        }
    }
    if (sqlite3_column_type(statement, 5) != SQLITE_NULL) {
        reading->values[metric * identity->replications + replication] =
            sqlite3_column_double(statement, 5);
    }
}

bool mx_store_each(struct mx_store *store, uint32_t first_point, uint32_t last_point,
                   bool (*see)(void *context, const struct mx_store_row *row), void *context)
{
    const struct mx_store_identity *identity = store->identity;
    struct reading reading = {.identity = identity};
    sqlite3_stmt *statement = mx_store_prepare(store, MX_STORE_EACH_RESULT);
    bool goes_on = statement != NULL;

    reading.values =
        calloc((size_t)identity->metric_count * identity->replications + 1, sizeof(double));
    if (reading.values == NULL) {
        return mx_store_out_of_memory(store);
    }
    if (goes_on) {
        (void)sqlite3_bind_int64(statement, 1, first_point);
        (void)sqlite3_bind_int64(statement, 2, last_point);
    }
    while (goes_on && mx_database_step(&store->database, statement)) {
        if (!reading.is_open || reading.row.point != sqlite3_column_int64(statement, 0)) {
            goes_on = !reading.is_open || see(context, &reading.row);
            begin_row(&reading, statement);
        }
        if (sqlite3_column_type(statement, 3) != SQLITE_NULL) {
            take_value(&reading, statement);
        }
    }
    if (goes_on && reading.is_open) {
        (void)see(context, &reading.row);
    }
    (void)sqlite3_reset(statement);
    free(reading.error);
    free(reading.stopped_by);
    free(reading.values);
    return reading.is_memory_out ? mx_store_out_of_memory(store)
                                 : mx_store_status(store) == MX_STORE_OK;
}

struct mx_estimate mx_store_estimate(const struct mx_store_identity *identity,
                                     const struct mx_store_row *row, uint32_t metric)
{
    const double *values = &row->values[(size_t)metric * identity->replications];
    uint32_t sent = identity->sent_metric[metric];
    struct mx_estimate estimate = {0};
    double sent_total = 0;

    for (uint32_t r = 0; r < row->replications; r++) {
        estimate.reached += isnan(values[r]) ? 0 : 1;
        if (sent != UINT32_MAX) {
            sent_total += row->values[(size_t)sent * identity->replications + r];
        }
    }
    if (estimate.reached < row->replications || row->replications == 0) {
        return estimate;
    }
    return sent_total > 0 ? mx_estimate_of_shares(values, row->replications, sent_total)
                          : mx_estimate_of(values, row->replications,
                                           mx_metric_range(identity->metrics[metric].text));
}
