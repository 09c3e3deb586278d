// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study.h - pictures of what studies left: answer.json of `mxsim plan`, sweep.db of
 * `mxsim sweep`, sensitivity.json of `mxsim sensitivity` (influence and tornado). */
#ifndef MX_PLOT_STUDY_H
#define MX_PLOT_STUDY_H

#include <stdbool.h>
#include <stddef.h>

/* The i-th kind: "comparison", "sweep", "plan", "influence", "tornado"; then NULL. Static. */
const char *mx_plot_study_kind(size_t i);

/* Whether the folder holds what a kind draws. */
bool mx_plot_study_has(const char *dir, const char *kind);

/* The kind's picture as SVG for a page, owned. Returns 0 or an exit code. */
int mx_plot_study_svg(const char *dir, const char *kind, const char *plots_dir, char **svg,
                      char *error, size_t error_size);

/* Draws the kind as OUT_DIR/KIND.svg and .png. A sweep is drawn over its first parameter: as
 * curves, one a value of the second, of its first three metrics; or, where both have four values
 * or more that are numbers, as a map of its first metric. Returns 0 or an exit code with a
 * sentence in error. */
int mx_plot_study(const char *dir, const char *kind, const char *plots_dir, const char *out_dir,
                  char *error, size_t error_size);

#endif
