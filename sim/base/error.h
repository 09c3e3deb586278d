// SPDX-License-Identifier: GPL-3.0-or-later
/* error.h - how the program ends: the exit codes that scripts rely on.
 *
 * Functions below main never exit. They return 0 or an errno value where a system call is behind
 * the failure, a status enum of their own elsewhere; main turns it into one of these. */
#ifndef MX_ERROR_H
#define MX_ERROR_H

enum mx_exit {
    MX_EXIT_SUCCESS = 0,
    MX_EXIT_FAILURE = 1,      /* at run time: a full disk, no memory */
    MX_EXIT_USAGE = 2,        /* options and arguments */
    MX_EXIT_INVALID = 3,      /* a scenario or another input file */
    MX_EXIT_THRESHOLD = 4,    /* an expectation failed, or a plan is infeasible */
    MX_EXIT_PRECISION = 5,    /* the wanted precision was not reached */
    MX_EXIT_INTERRUPTED = 130 /* Ctrl-C */
};

/* The word of the manual for a code: "success", "failure" ...; "unknown" for any other number. */
const char *mx_exit_name(int code);

#endif
