// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_kinds.h - the kinds of pictures: each turns data into variables for the script of its name.
 *
 * A kind writes its script variables to picture->script, its texts to picture->canvas, and returns
 * 0 or an exit code. It decides what the picture says: headline, what is shown, how ranges end. */
#ifndef MX_PLOT_KINDS_H
#define MX_PLOT_KINDS_H

#include "sim/result/plot_frame.h"

int mx_plot_delivered(struct mx_plot_picture *picture);  /* delivered-over-time */
int mx_plot_attempts(struct mx_plot_picture *picture);   /* attempts-per-minute */
int mx_plot_heat_map(struct mx_plot_picture *picture);   /* deferral-heat-map */
int mx_plot_first_try(struct mx_plot_picture *picture);  /* first-attempt */
int mx_plot_retry_age(struct mx_plot_picture *picture);  /* retry-age */
int mx_plot_warm_up(struct mx_plot_picture *picture);    /* warm-up */
int mx_plot_deferrals(struct mx_plot_picture *picture);  /* deferrals-by-reason */
int mx_plot_queue(struct mx_plot_picture *picture);      /* queue-length */
int mx_plot_reputation(struct mx_plot_picture *picture); /* reputation */
int mx_plot_allowance(struct mx_plot_picture *picture);  /* allowance */
int mx_plot_outcomes(struct mx_plot_picture *picture);   /* outcomes */

#endif
