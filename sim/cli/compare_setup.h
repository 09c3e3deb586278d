// SPDX-License-Identifier: GPL-3.0-or-later
/* compare_setup.h - what a command line of `mxsim compare` asks for: systems, metrics, precisions.
 *
 * A part of cmd_compare.c. Mistakes are said here. */
#ifndef MX_COMPARE_SETUP_H
#define MX_COMPARE_SETUP_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/cli/options.h"
#include <stdio.h>

#include "sim/stats/comparison.h"

/* The systems of a command line: each SCENARIO, then the first one with each --with. */
struct mx_compare_setup {
    struct mx_system systems[MX_SYSTEMS_MAX];
    struct mx_plan *plans[MX_SYSTEMS_MAX]; /* owned, as are the texts */
    char *names[MX_SYSTEMS_MAX], *settings[MX_SYSTEMS_MAX];
    size_t system_count;
    double indifference;
};

/* Loads all. Returns an exit code; mx_compare_setup_fini must follow in any case. */
int mx_compare_setup_load(struct mx_compare_setup *setup, const struct mx_options *options);
void mx_compare_setup_fini(struct mx_compare_setup *setup);

/* The comparison with its metrics and precisions, or NULL with the exit code in *code. */
struct mx_comparison *mx_compare_setup_make(struct mx_compare_setup *setup,
                                            const struct mx_options *options, int *code);

/* The command line that gives the same again, quoted for a shell; owned, NULL: out of memory. */
char *mx_compare_command(const struct mx_options *options, const struct mx_comparison *comparison);

/* A text as one word of a shell's command line. */
void mx_print_shell_quoted(FILE *stream, const char *text);

#endif
