// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_csv.c - sweep.csv: a row a point, for spreadsheets. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/outfile.h"
#include "sim/observe/csv_text.h"
#include "sim/stats/interval.h"
#include "sim/stats/summary.h"
#include "sim/study/sweep_parts.h"

struct writing {
    const struct mx_store_identity *identity;
    struct mx_outfile *out;
};

static void put_text(const struct writing *writing, const char *text)
{
    char *quoted = malloc(2 * strlen(text) + 3);

    if (quoted != NULL) {
        mx_outfile_write(writing->out, quoted, (size_t)(mx_csv_name(quoted, text) - quoted));
    }
    free(quoted);
}

static void put_number(const struct writing *writing, double number)
{
    char text[MX_CSV_NUMBER_SIZE + 1];

    text[0] = ',';
    mx_outfile_write(writing->out, text, (size_t)(mx_csv_number(text + 1, number) - text));
}

static void write_head(const struct writing *writing)
{
    const struct mx_store_identity *identity = writing->identity;

    mx_outfile_printf(writing->out, "point");
    for (uint32_t p = 0; p < identity->study->parameter_count; p++) {
        mx_outfile_printf(writing->out, ",%s", identity->study->parameters[p].name);
    }
    mx_outfile_printf(writing->out, ",replications%s", identity->is_auto ? ",stopped_by" : "");
    for (uint32_t m = 0; m < identity->shown_count; m++) {
        const char *name = identity->metrics[m].text;

        mx_outfile_printf(writing->out, ",%s,%s_lo,%s_hi", name, name, name);
    }
    mx_outfile_printf(writing->out, ",interval_of,error\n");
}

static void write_metric(const struct writing *writing, const struct mx_store_row *row,
                         uint32_t metric)
{
    struct mx_estimate estimate = mx_store_estimate(writing->identity, row, metric);
    bool has_interval = row->error == NULL && estimate.has_spread;

    put_number(writing, row->error == NULL && estimate.is_known ? estimate.mean : (double)NAN);
    put_number(writing, has_interval ? estimate.ci95[0] : (double)NAN);
    put_number(writing, has_interval ? estimate.ci95[1] : (double)NAN);
}

static bool write_row(void *context, const struct mx_store_row *row)
{
    const struct writing *writing = context;
    const struct mx_store_identity *identity = writing->identity;
    const struct mx_design *design = identity->design;

    mx_outfile_printf(writing->out, "%u", row->point);
    for (uint32_t p = 0; p < design->parameter_count; p++) {
        mx_outfile_printf(writing->out, ",");
        put_text(writing, design->text[(size_t)row->point * design->parameter_count + p]);
    }
    mx_outfile_printf(writing->out, ",%u", row->error == NULL ? row->replications : 0);
    if (identity->is_auto) {
        mx_outfile_printf(writing->out, ",%s", row->stopped_by != NULL ? row->stopped_by : "");
    }
    for (uint32_t m = 0; m < identity->shown_count; m++) {
        write_metric(writing, row, m);
    }
    mx_outfile_printf(writing->out, ",%s,", mx_interval_of(identity->is_uncertain));
    put_text(writing, row->error != NULL ? row->error : "");
    mx_outfile_printf(writing->out, "\n");
    return true;
}

int mx_sweep_write_csv(struct mx_sweep *sweep, const char *path)
{
    struct writing writing = {.identity = &sweep->identity};
    int error_number = 0;

    writing.out = mx_outfile_open(path, &error_number);
    if (writing.out == NULL) {
        return error_number;
    }
    write_head(&writing);
    if (!mx_store_each(sweep->store, 0, UINT32_MAX, write_row, &writing)) {
        mx_outfile_abort(writing.out);
        return EIO;
    }
    return mx_outfile_commit(writing.out);
}
