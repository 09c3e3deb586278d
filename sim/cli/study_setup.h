// SPDX-License-Identifier: GPL-3.0-or-later
/* study_setup.h - what the commands share that read a study file. */
#ifndef MX_STUDY_SETUP_H
#define MX_STUDY_SETUP_H

#include <stdio.h>

#include "sim/cli/command.h"
#include "sim/result/human_text.h"
#include "sim/scenario/study.h"

/* The study of the first operand with the options' --set, and where its scenario's presets are. */
struct mx_study_setup {
    struct mx_study *study;
    struct mx_preset_dirs dirs;
    struct mx_mistakes mistakes;
};

/* False: mistakes, not said yet. mx_study_setup_fini must follow in any case. */
bool mx_study_setup_load(struct mx_study_setup *setup, const struct mx_options *options,
                         enum mx_study_kind kind);
void mx_study_setup_fini(struct mx_study_setup *setup);

/* All mistakes and their number. Returns the exit code. */
int mx_study_setup_explain(const struct mx_study_setup *setup, const char *file);

/* The command line that gives the same again, but for where it is put; owned, NULL when out of
 * memory. */
char *mx_study_command(const char *command, const struct mx_options *options, uint64_t seed,
                       uint32_t replications, bool is_uncertain);

/* A metric's value as people read it, by its name: durations, counts, shares. */
struct mx_human_text mx_metric_value_text(const char *metric, double value);

/* Rows of cells under heads, each column as wide as it needs, numbers to the right; at most 100
 * columns of text: what does not fit is left out, and how many is said. */
#define MX_GRID_CELL_SIZE 48
struct mx_grid;
struct mx_grid *mx_grid_create(size_t column_count); /* owned, or NULL when out of memory */
void mx_grid_destroy(struct mx_grid *grid);
/* The next cell, row by row; the first row is the heads. False when out of memory. */
bool mx_grid_put(struct mx_grid *grid, const char *text);
void mx_grid_print(const struct mx_grid *grid, FILE *stream);

#endif
