// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_summary.h - what pictures need of summary.json and plan.cfg. Called by plot_data alone. */
#ifndef MX_PLOT_SUMMARY_H
#define MX_PLOT_SUMMARY_H

#include "sim/result/plot_data.h"

/* Fill everything of data that does not come from a CSV file; data->dir is set. Returns 0 or an
 * exit code; data can be ended by mx_plot_data_fini either way. */
int mx_plot_summary_read(struct mx_plot_data *data, const struct mx_plot_error *error);

#endif
