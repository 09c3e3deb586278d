// SPDX-License-Identifier: GPL-3.0-or-later
/* run_table.h - what a person reads in the terminal after a run: what became of the messages, per
 * provider and in total, how late, and why. At most 100 columns. */
#ifndef MX_RUN_TABLE_H
#define MX_RUN_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/result/table.h"
#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

/* CSV and JSON: one table of all metrics, a row a provider, campaign, address and the total; and
 * what was asked of the run, in rows of scopes "precision" and "expected" and columns of their own.
 * Markdown: the tables alone. color: with escape sequences of a terminal, in text. False when
 * out of memory, or when a name is no UTF-8. */
bool mx_run_table_print(FILE *stream, const struct mx_plan *plan, const struct mx_results *results,
                        enum mx_format format, bool color);

#endif
