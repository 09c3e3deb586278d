// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison_table.h - what a person reads of a comparison: each metric's means, the differences
 * from the first system with their intervals, and in words what differs. At most 80 columns where
 * names are short. */
#ifndef MX_COMPARISON_TABLE_H
#define MX_COMPARISON_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/stats/comparison.h"

/* A, B ... Z, AA, AB ...: how tables and files call the systems. */
struct mx_label {
    char s[4];
};
struct mx_label mx_system_label(size_t system);

void mx_comparison_table_print(FILE *stream, const struct mx_comparison *comparison, bool color);

/* Of a comparison with a selection: who is left, who went when, and what that promises. */
void mx_selection_table_print(FILE *stream, const struct mx_comparison *comparison, bool color);

#endif
