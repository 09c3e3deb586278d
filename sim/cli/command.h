// SPDX-License-Identifier: GPL-3.0-or-later
/* command.h - the commands of mxsim, one cmd_NAME.c each, and what they share. */
#ifndef MX_COMMAND_H
#define MX_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/cli/options.h"
#include "sim/scenario/reader.h"

/* operands: as in help, "SCENARIO". examples: lines of "command<TAB>what it does". */
struct mx_command {
    enum mx_command_id id;
    const char *name, *operands, *summary, *description, *examples;
    size_t operand_count_min, operand_count_max;
    int (*run)(const struct mx_options *options); /* returns an exit code */
};
extern const struct mx_command mx_command_table[MX_COMMAND_COUNT];

int mx_cmd_run(const struct mx_options *options);
int mx_cmd_compare(const struct mx_options *options);
int mx_cmd_sweep(const struct mx_options *options);
int mx_cmd_plan(const struct mx_options *options);
int mx_cmd_sensitivity(const struct mx_options *options);
int mx_cmd_check(const struct mx_options *options);
int mx_cmd_schedule(const struct mx_options *options);
int mx_cmd_plot(const struct mx_options *options);
int mx_cmd_report(const struct mx_options *options);
int mx_cmd_send(const struct mx_options *options);
int mx_cmd_help(const struct mx_options *options);

/* NULL when there is none of that name; *nearest: what may have been meant, or NULL. */
const struct mx_command *mx_command_find(const char *name, const char **nearest);

/* Help of one command, or of the program (NULL), on standard output. */
void mx_help_print(const struct mx_command *command);

/* "mxsim: ..." and a line end, on standard error. */
void mx_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where presets are looked for after the scenario's folder: $MXSIM_PATH, the installed ones, the
 * source tree's. Owned texts, or count 0 when out of memory. */
struct mx_preset_dirs {
    const char **names;
    size_t count;
    char *text;
};
void mx_preset_dirs_init(struct mx_preset_dirs *dirs);
void mx_preset_dirs_fini(struct mx_preset_dirs *dirs);

/* Load a scenario with the options' --set; says all mistakes. NULL: exit code in *code. */
struct mx_plan *mx_load_scenario(const char *file, const struct mx_options *options, int *code);

/* One line a mistake on standard error, or that memory is out. Returns the exit code for it. */
int mx_mistakes_print(const struct mx_mistakes *mistakes);

/* The folder of gnuplot scripts: the installed one, or the source tree's. Owned, or NULL when out
 * of memory. */
char *mx_find_plot_scripts(void);

/* Whether colour may be used on a stream: a terminal, NO_COLOR unset or empty, TERM not "dumb". */
bool mx_color_allowed(int descriptor);

/* Says why mx_table_print and the like returned false. Returns an exit code. */
int mx_table_failed(void);

/* Flush standard output. code, or MX_EXIT_FAILURE with a message when it could not be written;
 * where its reader has gone, as head does, the program ends by SIGPIPE as others do. */
int mx_finish_output(int code);

#endif
