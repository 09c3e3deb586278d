// SPDX-License-Identifier: GPL-3.0-or-later
/* result_folder.h - the folder that a run leaves: summary.json, timeseries.csv,
 * delivered_by_age.csv, reputation.csv, plan.cfg.
 *
 * All files are written under temporary names before the first gets its own: when the disk is
 * full, what the folder held before is still there. */
#ifndef MX_RESULT_FOLDER_H
#define MX_RESULT_FOLDER_H

#include <stddef.h>

#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

/* Make the folder where it is missing, and see that files can be made in it. Returns 0 or an errno
 * value. */
int mx_result_folder_prepare(const char *folder);

/* Returns 0, or an errno value with the path that failed in failed[size]. plan_text: of plan.cfg,
 * or NULL: without it. */
int mx_result_folder_write(const char *folder, const struct mx_plan *plan, const char *plan_text,
                           const struct mx_results *results, char *failed, size_t size);

/* One file of that name in the folder, made when it is missing, whole or not at all. Returns 0, or
 * an errno value with the path that failed in failed[size]. */
int mx_result_file_write(const char *folder, const char *name, const char *text, char *failed,
                         size_t size);

#endif
