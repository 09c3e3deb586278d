// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_sweep.h - a sweep's database as its pictures need it. */
#ifndef MX_PLOT_SWEEP_H
#define MX_PLOT_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/database.h"
#include "sim/result/plot_error.h"
#include "sim/result/plot_story.h"
#include "sim/result/study_figure.h"

struct mx_plot_sweep_parameter {
    char name[128], label[128];
    bool is_log, is_number;
    size_t value_count; /* different ones */
};

struct mx_plot_sweep_cell {
    struct mx_plot_text text;
    double number; /* where the parameter is no number: 0, 1, 2 ... by first appearance */
};

/* cells[point * parameter_count + parameter]; means[metric][point], NULL until they are asked for,
 * x and mark unused. */
struct mx_plot_sweep {
    struct mx_database database;
    size_t parameter_count, point_count, metric_count;
    struct mx_plot_sweep_parameter *parameters;
    struct mx_plot_sweep_cell *cells;
    char (*metrics)[256];
    struct mx_figure_point **means;
    bool *failed;
    size_t failed_count;
    double replications;           /* is_auto: at most */
    int64_t runs_least, runs_most; /* is_auto: that points took; 0: none has yet */
    bool is_auto;
    char title[256], name[128], design[32], interval_of[64];
};

/* Read the file, without the results. Returns 0 or an exit code; mx_plot_sweep_fini must follow
 * either way. */
int mx_plot_sweep_init(struct mx_plot_sweep *sweep, const char *file,
                       const struct mx_plot_error *error);
void mx_plot_sweep_fini(struct mx_plot_sweep *sweep);

/* Read the results of one metric into means[metric]. Returns 0 or an exit code. */
int mx_plot_sweep_need(struct mx_plot_sweep *sweep, const char *file, size_t metric,
                       const struct mx_plot_error *error);

/* The metrics of the request by their places, metrics[0 .. metric_count - 1]. Returns 0, or invalid
 * with which there are. */
int mx_plot_sweep_find(const struct mx_plot_sweep *sweep, const struct mx_plot_request *request,
                       size_t *metrics, const struct mx_plot_error *error);

const struct mx_plot_sweep_cell *mx_plot_sweep_cell(const struct mx_plot_sweep *sweep, size_t point,
                                                    size_t parameter);

/* "ips 8, policy exim": the settings of a point in words. */
struct mx_plot_text mx_plot_sweep_settings(const struct mx_plot_sweep *sweep, size_t point);

/* "30 runs", "30 to 60 runs", "up to 60 runs": of a point. */
struct mx_plot_text mx_plot_sweep_run_count(const struct mx_plot_sweep *sweep);

/* "96 points, 2 runs each; mean with its 95 % interval, of chance alone." */
struct mx_plot_text mx_plot_sweep_runs(const struct mx_plot_sweep *sweep);

#endif
