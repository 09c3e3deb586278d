// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study.h - pictures of what studies left: comparison.json of `mxsim compare`, sweep.db of
 * `mxsim sweep` (sweep, tradeoff), answer.json of `mxsim plan`, sensitivity.json of `mxsim
 * sensitivity` (influence, tornado). */
#ifndef MX_PLOT_STUDY_H
#define MX_PLOT_STUDY_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/result/plot_story.h"

#define MX_PLOT_STUDY_KIND_COUNT 6

/* The i-th kind: "comparison", "sweep", "tradeoff", "plan", "influence", "tornado"; past them NULL.
 * Static. */
const char *mx_plot_study_kind(size_t i);
/* Whether it is one of them. */
bool mx_plot_is_study_kind(const char *kind);

/* Whether the folder holds what a kind, or with "all" any kind, draws. */
bool mx_plot_study_has(const char *dir, const char *kind);

/* Whether it is a folder with the results that a kind, of runs or of studies, is drawn of; or with
 * "all" any kind. Returns 0, or an exit code with what is missing. */
int mx_plot_folder_check(const char *dir, const char *kind, const struct mx_plot_error *error);

/* Work out one kind, request->kind of request->dir. A sweep is drawn over its first parameter: as
 * curves, one a value of the second, of its first metrics or those asked for; or, where both have
 * four values or more that are numbers, as a map of one metric. is_bare, errors: as
 * mx_plot_story_make. */
int mx_plot_study_make(const struct mx_plot_request *request, bool is_bare,
                       struct mx_plot_story *story, const struct mx_plot_error *error);

/* Draw it. columns, rows: for MX_PLOT_TEXT alone. Returns 0 with the picture in *bytes, owned. */
int mx_plot_study_draw(const char *kind, const struct mx_plot_story *story, const char *plots_dir,
                       enum mx_plot_format format, unsigned columns, unsigned rows, char **bytes,
                       size_t *size, const struct mx_plot_error *error);

/* The formats that are asked for, of a story that was worked out, as OUT/NAME.FORMAT. */
int mx_plot_study_deliver(const struct mx_plot_request *request, const char *name,
                          const struct mx_plot_story *story, const struct mx_plot_error *error);

/* As mx_plot_write, of kind or "all" that the folder holds; of "all", what has nothing to show is
 * left out. The data of "sweep" is called sweep-picture.csv: sweep.csv is a result. */
int mx_plot_study_write(const struct mx_plot_request *request, const struct mx_plot_error *error);

#endif
