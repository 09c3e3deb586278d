// SPDX-License-Identifier: GPL-3.0-or-later
/* checks_data.h - what was asked of a run (precision, expectations) as rows of a table: scope
 * ("precision" or "expected"), name (the metric, or the text of the expectation), and the rest of
 * mx_check_columns. */
#ifndef MX_CHECKS_DATA_H
#define MX_CHECKS_DATA_H

#include "sim/result/table.h"
#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

/* scope, name; then outcome, value, its interval, and of a precision half of that, what was wanted
 * of it, and whether both are relative to the value. */
#define MX_CHECK_COLUMN_COUNT 9
extern const struct mx_table_column mx_check_columns[MX_CHECK_COLUMN_COUNT];

size_t mx_check_count(const struct mx_plan *plan, const struct mx_results *results);
/* A row a check, with `skipped` empty cells between its name and its outcome. */
void mx_checks_add_rows(struct mx_table *table, size_t skipped, const struct mx_plan *plan,
                        const struct mx_results *results);
/* The rows alone; nothing where nothing was asked. False as mx_table_print. */
bool mx_checks_data_print(FILE *stream, const struct mx_plan *plan,
                          const struct mx_results *results, enum mx_format format);

#endif
