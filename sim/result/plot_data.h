// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_data.h - a result folder, read and checked, as pictures need it.
 *
 * Each file is read when a picture first asks for it. What is missing, cut short or contradicts
 * another file is an error that names file and line, never a picture with a hole in it. */
#ifndef MX_PLOT_DATA_H
#define MX_PLOT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/result/plot_error.h"
#include "sim/result/plot_labels.h"
#include "sim/result/plot_text.h"

#define MX_PLOT_PROVIDER_COUNT_MAX 65535
#define MX_PLOT_BAND_EDGE_COUNT 3
#define MX_PLOT_REASON_COUNT 9

/* Of summary.json, means over the replications; NaN where it says null. */
enum mx_plot_metric {
    MX_PLOT_SENT,
    MX_PLOT_ATTEMPTS,
    MX_PLOT_DELIVERED,
    MX_PLOT_HARD_BOUNCED,
    MX_PLOT_SOFT_REJECTED,
    MX_PLOT_SOFT_FULL,
    MX_PLOT_SOFT_BLOCKED,
    MX_PLOT_SOFT_EXPIRED,
    MX_PLOT_PENDING,
    MX_PLOT_DEFERRALS,
    MX_PLOT_DEFERRALS_RATE, /* with the next: by the allowance */
    MX_PLOT_DEFERRALS_SPIKE,
    MX_PLOT_DROPPED,
    MX_PLOT_DELIVERED_RATE,
    MX_PLOT_UNTIL_50_S,
    MX_PLOT_UNTIL_90_S,
    MX_PLOT_METRIC_COUNT
};

struct mx_plot_scope {
    double metric[MX_PLOT_METRIC_COUNT];
};

/* In the order of summary.json. `shown` is clean and short enough for a label. */
struct mx_plot_provider {
    char *name;
    struct mx_plot_text shown;
    struct mx_plot_scope scope;
    double band_below[MX_PLOT_BAND_EDGE_COUNT]; /* bad, low, medium; NaN where not known */
};

/* A row of timeseries.csv. provider == provider count: the total. */
struct mx_plot_bin {
    double time_s;
    uint32_t provider;
    double created, attempts, delivered, hard_bounced, soft_rejected, deferrals, pending;
};

/* Deferrals by reason of the total's rows. */
struct mx_plot_reasons {
    double time_s;
    double count[MX_PLOT_REASON_COUNT];
};

/* A row of delivered_by_age.csv; shares of 1. Sorted by provider, then age. */
struct mx_plot_age {
    double age_s;
    uint32_t provider;
    double share, low, high;
};

/* A row of reputation.csv. `ip` is an index into ip_names. allowance: INFINITY = no limit. */
struct mx_plot_state {
    double time_s;
    uint32_t provider, ip;
    double score, allowance_per_day, volume_today;
    uint8_t band; /* 0 bad .. 3 high */
    bool blocked;
};

/* Numbers of attempts that attempts_by_number.csv tells apart; the last stands for later ones. */
#define MX_PLOT_NUMBER_MAX 32

/* A row of attempts_by_number.csv. */
struct mx_plot_number {
    uint32_t number, provider; /* number: from 1 */
    double attempts, delivered, deferrals, hard_bounced, soft_rejected;
};

/* A row of warm_up.csv: one address on one day, from 1. planned: INFINITY = no limit any more. */
struct mx_plot_warm_up_day {
    uint32_t day;
    double planned, started;
};

enum mx_plot_file {
    MX_PLOT_TIMESERIES,
    MX_PLOT_AGES,
    MX_PLOT_STATES,
    MX_PLOT_NUMBERS,
    MX_PLOT_DAYS,
    MX_PLOT_FILE_COUNT
};

struct mx_plot_data {
    char *dir;
    struct mx_plot_text scenario;
    double replications, horizon_s;
    double cut_s;  /* of a steady state's run; NaN for others */
    bool has_plan; /* plan.cfg was there */
    struct mx_plot_clock clock;
    struct mx_plot_scope total;
    size_t provider_count;
    struct mx_plot_provider *providers;
    uint32_t *by_name; /* provider indices sorted by name */
    bool is_read[MX_PLOT_FILE_COUNT];
    /* timeseries.csv, in the order of the file: times never decrease */
    double bin_s; /* width of a bin */
    size_t bin_count, reasons_count;
    struct mx_plot_bin *bins;
    struct mx_plot_reasons *reasons;
    size_t age_count;
    struct mx_plot_age *ages;
    size_t state_count, ip_count;
    struct mx_plot_state *states;
    struct mx_plot_text *ip_names;
    size_t number_count, day_count;
    struct mx_plot_number *numbers;
    struct mx_plot_warm_up_day *days;
};

/* Read summary.json and, when it is there, plan.cfg. Returns 0 or an exit code. On success
 * mx_plot_data_fini must follow. */
int mx_plot_data_init(struct mx_plot_data *data, const char *dir,
                      const struct mx_plot_error *error);
void mx_plot_data_fini(struct mx_plot_data *data);

/* Read one of the CSV files, once. Returns 0 or an exit code. */
int mx_plot_data_need(struct mx_plot_data *data, enum mx_plot_file file,
                      const struct mx_plot_error *error);

/* Index of a provider, provider_count for "total", or UINT32_MAX when summary.json has no such. */
uint32_t mx_plot_data_find(const struct mx_plot_data *data, const char *name);

/* Column of timeseries.csv and name in pictures of each reason. */
extern const char *const mx_plot_reason_column[MX_PLOT_REASON_COUNT];
extern const char *const mx_plot_reason_name[MX_PLOT_REASON_COUNT];

#endif
