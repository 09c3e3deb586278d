// SPDX-License-Identifier: GPL-3.0-or-later
/* report_parts.h - the sections of a report on runs; each writes its part of the page. */
#ifndef MX_REPORT_PARTS_H
#define MX_REPORT_PARTS_H

#include <stdio.h>

#include "sim/result/plot_error.h"
#include "sim/result/report_run.h"

/* Runs side by side, at least one. */
struct mx_report_runs {
    struct mx_report_run *run; /* [count] */
    size_t count;
};

/* How many of them are of mail that was sent, not simulated. */
size_t mx_report_live_count(const struct mx_report_runs *runs);

/* The finding in one sentence. */
struct mx_plot_text mx_report_headline(const struct mx_report_runs *runs);

/* "95 % interval of the mean over 20 runs (chance alone: ...)", or why there is none. */
struct mx_plot_text mx_report_interval_of(const struct mx_report_run *run);

void mx_report_answer(FILE *out, const struct mx_report_runs *runs);
void mx_report_deliverability(FILE *out, const struct mx_report_runs *runs);
/* What was assumed, the plan; words; how to get it again. */
void mx_report_assumed(FILE *out, const struct mx_report_runs *runs);
void mx_report_words(FILE *out);
void mx_report_again(FILE *out, const struct mx_report_runs *runs, const char *out_name);

/* Pictures of every run. pictures_dir: where PNG and PDF go as well, or NULL. Returns 0 or an exit
 * code. */
int mx_report_pictures(FILE *out, const struct mx_report_runs *runs, const char *plots_dir,
                       const char *pictures_dir, const struct mx_plot_error *error);

#endif
