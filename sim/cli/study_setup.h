// SPDX-License-Identifier: GPL-3.0-or-later
/* study_setup.h - what the commands share that read a study file. */
#ifndef MX_STUDY_SETUP_H
#define MX_STUDY_SETUP_H

#include "sim/cli/command.h"
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

/* Load the study, run it, and clear up; or say its mistakes. Returns the exit code. */
int mx_study_command(const struct mx_options *options, enum mx_study_kind kind,
                     int (*run)(struct mx_study_setup *setup, const struct mx_options *options));

/* The command line that gives the same results again; owned, NULL when out of memory. */
char *mx_study_command_line(const struct mx_options *options, const char *command, uint64_t seed,
                            uint32_t replications, bool is_uncertain);

/* The same of one that decides itself how many replications: up to so many, to the precision that
 * the options ask for beside the study. */
char *mx_study_command_line_auto(const struct mx_options *options, const char *command,
                                 uint64_t seed, uint32_t replications_max, bool is_uncertain);

/* The result as it was asked for: with --out as the file `name` there, with --json printed. text
 * NULL: out of memory. Returns the exit code. */
int mx_study_write_json(const struct mx_options *options, const char *name, const char *text);

#endif
