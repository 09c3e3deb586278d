// SPDX-License-Identifier: GPL-3.0-or-later
/* report_study.h - the page of a study's folder: comparison, sweep, plan, sensitivity. */
#ifndef MX_REPORT_STUDY_H
#define MX_REPORT_STUDY_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/result/plot_error.h"
#include "sim/result/report.h"

/* Whether the folder holds a study's result file. */
bool mx_report_is_study(const char *dir);

/* Write the page of the one folder of the request. Returns 0 or an exit code. */
int mx_report_study(FILE *out, const struct mx_report_request *request,
                    const struct mx_plot_error *error);

#endif
