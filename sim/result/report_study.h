// SPDX-License-Identifier: GPL-3.0-or-later
/* report_study.h - the page of a study's folder: comparison, sweep, plan, sensitivity. */
#ifndef MX_REPORT_STUDY_H
#define MX_REPORT_STUDY_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/result/plot_error.h"

/* Whether the folder holds a study's result file. */
bool mx_report_is_study(const char *dir);

/* Write the page. out_name: for the command that makes it again. Returns 0 or an exit code. */
int mx_report_study(FILE *out, const char *dir, const char *plots_dir, const char *out_name,
                    const struct mx_plot_error *error);

#endif
