// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_parts.h - the kinds of pictures of studies, each from its result file.
 *
 * As in plot_kinds.h, with the file and what was asked for beside the picture. Return 0 or an exit
 * code with an error stored. */
#ifndef MX_PLOT_STUDY_PARTS_H
#define MX_PLOT_STUDY_PARTS_H

#include "sim/result/plot_frame.h"
#include "sim/result/plot_story.h"

int mx_plot_plan(struct mx_plot_picture *picture, const char *file,
                 const struct mx_plot_request *request); /* answer.json */
int mx_plot_sweep(struct mx_plot_picture *picture, const char *file,
                  const struct mx_plot_request *request); /* sweep.db */
int mx_plot_tradeoff(struct mx_plot_picture *picture, const char *file,
                     const struct mx_plot_request *request); /* sweep.db */
int mx_plot_comparison(struct mx_plot_picture *picture, const char *file,
                       const struct mx_plot_request *request); /* comparison.json */
int mx_plot_influence(struct mx_plot_picture *picture, const char *file,
                      const struct mx_plot_request *request); /* sensitivity.json */
int mx_plot_tornado(struct mx_plot_picture *picture, const char *file,
                    const struct mx_plot_request *request); /* sensitivity.json */

#endif
