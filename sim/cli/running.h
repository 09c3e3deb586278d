// SPDX-License-Identifier: GPL-3.0-or-later
/* running.h - what commands share that simulate: Ctrl-C, threads, what went wrong. */
#ifndef MX_RUNNING_H
#define MX_RUNNING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/cli/options.h"
#include "sim/study/replicate.h"

/* From now on the first Ctrl-C is noted, so that what was begun can be cleared away; a second one
 * ends the program as usual. */
void mx_catch_interrupts(void);
bool mx_was_interrupted(void);

/* --jobs, or the number of processors. */
uint32_t mx_choose_jobs(const struct mx_options *options);

/* What belongs to --replications auto goes together; says what does not. can_stop: something tells
 * when it is enough. */
bool mx_check_auto(const struct mx_options *options, bool can_stop);

/* Where auto stops in any case. */
uint32_t mx_replications_max(const struct mx_options *options);

/* Says why a file could not be written. Returns the exit code. */
int mx_cannot_write(const char *path, int error_number);

/* The exit code for a run, with a message where it gave no results. trace: its name, or NULL. */
int mx_explain_replicate(enum mx_replicate_status status, int error_number, const char *trace);

#endif
