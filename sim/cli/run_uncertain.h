// SPDX-License-Identifier: GPL-3.0-or-later
/* run_uncertain.h - part of cmd_run.c: --uncertain, the replications once more with what is
 * assumed drawn afresh for each. */
#ifndef MX_RUN_UNCERTAIN_H
#define MX_RUN_UNCERTAIN_H

#include "sim/cli/options.h"
#include "sim/study/replicate.h"

/* Before anything is simulated: --uncertain alone wants as many replications as a 90 % range needs,
 * and no steady state. Says what is wrong; an exit code. */
int mx_run_uncertain_prepare(struct mx_plan *plan, const struct mx_options *options);

/* After the plain replications: fills results->uncertain. how: as they were made. Nothing to do
 * where nothing is assumed. An exit code, with a message. */
int mx_run_uncertain(const struct mx_plan *plan, const struct mx_options *options,
                     const struct mx_replicate_options *how, struct mx_results *results);

#endif
