// SPDX-License-Identifier: GPL-3.0-or-later
/* report_run.h - a run's result folder as a report needs it: summary.json whole, plan.cfg as text
 * and what it assumes. */
#ifndef MX_REPORT_RUN_H
#define MX_REPORT_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_error.h"
#include "sim/result/plot_text.h"

struct mx_report_assumption {
    char *key, *value, *range;
};

/* name: of the scenario; label: that tells runs of one report apart. Owned. */
struct mx_report_run {
    char *dir, *name, *label;
    json_t *summary;
    double replications;
    char *plan; /* text of plan.cfg; NULL when there is none, as after `mxsim send` */
    char *start, *zone;
    struct mx_plot_text lifetime; /* "72 h"; "" when there is none or it is not known */
    struct mx_report_assumption *assumptions;
    size_t assumption_count;
};

/* Read and check: every metric of every scope is there. Returns 0 or an exit code; on success
 * mx_report_run_fini must follow. */
int mx_report_run_init(struct mx_report_run *run, const char *dir,
                       const struct mx_plot_error *error);
void mx_report_run_fini(struct mx_report_run *run);

/* A metric of a scope (an object of summary.json). mean: NaN when it is undefined in some
 * replication; `reached`: in how many it was defined. */
struct mx_report_metric {
    double mean, low, high, reached;
    bool has_interval;
};
struct mx_report_metric mx_report_metric(const json_t *scope, const char *name);
double mx_report_mean(const json_t *scope, const char *name);

/* What `mxsim send` wrote, of mail that was sent: nothing was simulated. */
bool mx_report_is_live(const struct mx_report_run *run);

/* A run with --uncertain, which holds ranges of what is not known. */
bool mx_report_is_uncertain(const struct mx_report_run *run);

/* The command that gives a run with --uncertain again; NULL of others, which their plan gives. */
const char *mx_report_command(const struct mx_report_run *run);

/* "total" of the run. */
const json_t *mx_report_total(const struct mx_report_run *run);

#endif
