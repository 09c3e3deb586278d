// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_table.c - see sweep_table.h. */
#include "sim/cli/sweep_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/cli/command.h"
#include "sim/result/human_text.h"
#include "sim/stats/interval.h"

#define ROWS_SHOWN_MAX 40
#define WIDTH_MAX 100
#define FAILURES_SHOWN_MAX 5
#define KEY_SIZE (MX_METRIC_TEXT_SIZE + 4)

/* columns: point, parameters, replications, what stopped them, three a metric, what the
 * intervals are of, error. */
struct sheet {
    const struct mx_store_identity *identity;
    struct mx_table *table;
    struct mx_table_column *columns;
    char (*keys)[KEY_SIZE]; /* "METRIC_lo", "METRIC_hi" of each metric */
    size_t column_count;
    uint32_t rows_max;
};

/* ---- columns ---- */

static void add_column(struct sheet *sheet, struct mx_table_column column)
{
    column.group = "";
    column.gap = sheet->column_count > 0 ? 2 : 0;
    sheet->columns[sheet->column_count++] = column;
}

static void add_columns(struct sheet *sheet)
{
    const struct mx_store_identity *identity = sheet->identity;

    add_column(sheet,
               (struct mx_table_column){.key = "point", .title = "point", .kind = MX_CELL_WHOLE});
    for (uint32_t p = 0; p < identity->study->parameter_count; p++) {
        const struct mx_parameter *parameter = &identity->study->parameters[p];

        add_column(sheet,
                   (struct mx_table_column){.key = parameter->name,
                                            .title = parameter->name,
                                            .kind = MX_CELL_TEXT,
                                            .is_left = parameter->unit_kind == MX_UNIT_NONE});
    }
    add_column(sheet, (struct mx_table_column){.key = "replications",
                                               .title = identity->is_auto ? "runs" : NULL,
                                               .kind = MX_CELL_WHOLE});
    if (identity->is_auto) {
        add_column(sheet, (struct mx_table_column){.key = "stopped_by",
                                                   .title = "stopped by",
                                                   .kind = MX_CELL_TEXT,
                                                   .is_left = true});
    }
    for (uint32_t m = 0; m < identity->shown_count; m++) {
        const char *name = identity->metrics[m].text;
        char *low = sheet->keys[2 * m], *high = sheet->keys[2 * m + 1];

        (void)snprintf(low, KEY_SIZE, "%s_lo", name);
        (void)snprintf(high, KEY_SIZE, "%s_hi", name);
        add_column(sheet,
                   (struct mx_table_column){.key = name, .title = name, .kind = MX_CELL_WHOLE});
        add_column(sheet, (struct mx_table_column){.key = low, .kind = MX_CELL_WHOLE});
        add_column(sheet, (struct mx_table_column){.key = high, .kind = MX_CELL_WHOLE});
    }
    add_column(sheet, (struct mx_table_column){.key = "interval_of", .kind = MX_CELL_TEXT});
    add_column(sheet, (struct mx_table_column){.key = "error", .kind = MX_CELL_TEXT});
}

static bool begin(struct sheet *sheet, struct mx_sweep *sweep)
{
    const struct mx_store_identity *identity = mx_sweep_identity(sweep);
    size_t most = 5 + identity->study->parameter_count + 3 * (size_t)identity->shown_count;

    *sheet = (struct sheet){.identity = identity, .rows_max = UINT32_MAX};
    sheet->columns = calloc(most, sizeof *sheet->columns);
    sheet->keys = calloc(2 * (size_t)identity->shown_count + 1, sizeof *sheet->keys);
    if (sheet->columns == NULL || sheet->keys == NULL) {
        return false;
    }
    add_columns(sheet);
    sheet->table = mx_table_create(sheet->columns, sheet->column_count);
    return sheet->table != NULL;
}

static void end(struct sheet *sheet)
{
    mx_table_destroy(sheet->table);
    free(sheet->columns);
    free(sheet->keys);
}

/* ---- rows ---- */

static void add_metric(const struct sheet *sheet, const struct mx_store_row *row, uint32_t metric)
{
    struct mx_estimate estimate = {0};
    bool has_interval;

    if (row->error == NULL) {
        estimate = mx_store_estimate(sheet->identity, row, metric);
    }
    has_interval = estimate.is_known && estimate.has_spread;
    mx_table_number(sheet->table, estimate.is_known ? estimate.mean : (double)NAN);
    if (estimate.is_known) {
        mx_table_show(sheet->table,
                      mx_human_metric(sheet->identity->metrics[metric].text, estimate.mean).s);
    } else if (row->error != NULL && metric == 0) {
        mx_table_show(sheet->table, "failed");
        mx_table_mark(sheet->table);
    }
    mx_table_number(sheet->table, has_interval ? estimate.ci95[0] : (double)NAN);
    mx_table_number(sheet->table, has_interval ? estimate.ci95[1] : (double)NAN);
}

static bool add_row(void *context, const struct mx_store_row *row)
{
    struct sheet *sheet = context;
    const struct mx_store_identity *identity = sheet->identity;
    const struct mx_design *design = identity->design;

    if (row->point >= sheet->rows_max) {
        return false;
    }
    mx_table_whole(sheet->table, row->point);
    for (uint32_t p = 0; p < design->parameter_count; p++) {
        mx_table_text(sheet->table, design->text[(size_t)row->point * design->parameter_count + p]);
    }
    mx_table_whole(sheet->table, row->error == NULL ? row->replications : 0);
    if (identity->is_auto) {
        mx_table_text(sheet->table, row->stopped_by);
    }
    for (uint32_t m = 0; m < identity->shown_count; m++) {
        add_metric(sheet, row, m);
    }
    mx_table_text(sheet->table, mx_interval_of(identity->is_uncertain));
    mx_table_text(sheet->table, row->error);
    mx_table_end_row(sheet->table, MX_ROW_PLAIN);
    return true;
}

/* ---- printing ---- */

static void print_head(const struct mx_store_identity *identity, FILE *stream)
{
    const char *plural = identity->replications == 1 ? "" : "s";

    (void)fprintf(stream, "%s: %u points, ", identity->study->name,
                  (unsigned)identity->design->point_count);
    if (identity->is_auto) {
        (void)fprintf(stream, "each with as many replications as it takes");
    } else {
        (void)fprintf(stream, "%u replication%s each", (unsigned)identity->replications, plural);
    }
    (void)fprintf(stream, ", seed %llu\n\n", (unsigned long long)identity->seed);
}

static void print_foot(const struct sheet *sheet, FILE *stream)
{
    const struct mx_store_identity *identity = sheet->identity;

    if (identity->design->point_count > sheet->rows_max) {
        (void)fprintf(stream, "... and %u more points: --format csv has all\n",
                      (unsigned)(identity->design->point_count - sheet->rows_max));
    }
    if (identity->replications > 1) {
        (void)fprintf(stream,
                      "\nMeans over the replications, which differ by %s;\n\"-\": undefined in one "
                      "of them.\n",
                      mx_interval_of(identity->is_uncertain));
    }
    for (uint32_t p = 0; p < identity->precision_count; p++) {
        (void)fprintf(stream, "%s%s%s", p == 0 ? "Wanted half widths: " : ", ",
                      identity->precision_texts[p].text,
                      p + 1 == identity->precision_count ? ".\n" : "");
    }
}

bool mx_sweep_table_print(struct mx_sweep *sweep, FILE *stream, enum mx_format format, bool color)
{
    struct sheet sheet;
    bool is_good = begin(&sheet, sweep), is_data = mx_format_is_data(format);

    if (is_good && format == MX_FORMAT_TABLE) {
        sheet.rows_max = ROWS_SHOWN_MAX;
        mx_table_set_width_max(sheet.table, WIDTH_MAX);
    }
    is_good = is_good && mx_store_each(mx_sweep_store(sweep), 0, UINT32_MAX, add_row, &sheet);
    if (is_good && !is_data) {
        print_head(sheet.identity, stream);
    }
    is_good = is_good && mx_table_print(sheet.table, stream, format, color);
    if (is_good && !is_data) {
        print_foot(&sheet, stream);
    }
    end(&sheet);
    return is_good;
}

static bool say_failure(void *context, const struct mx_store_row *row)
{
    uint32_t *failures = context;

    if (row->error != NULL && ++*failures <= FAILURES_SHOWN_MAX) {
        mx_say("point %u failed: %s", (unsigned)row->point, row->error);
    }
    return true;
}

bool mx_sweep_say_failures(struct mx_sweep *sweep)
{
    uint32_t failures = 0;
    bool is_good = mx_store_failed_count(mx_sweep_store(sweep)) == 0 ||
                   mx_store_each(mx_sweep_store(sweep), 0, UINT32_MAX, say_failure, &failures);

    if (failures > FAILURES_SHOWN_MAX) {
        mx_say("... and %u more points failed; see the view `failures` of the database",
               (unsigned)(failures - FAILURES_SHOWN_MAX));
    }
    return is_good;
}
