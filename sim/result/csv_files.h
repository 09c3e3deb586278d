// SPDX-License-Identifier: GPL-3.0-or-later
/* csv_files.h - the CSV files of a result folder. Their columns stand in README.md.
 *
 * Numbers are means over the replications, to 12 significant digits. Errors are kept by the
 * outfile. Providers come in the order of the scenario, "total" last. */
#ifndef MX_CSV_FILES_H
#define MX_CSV_FILES_H

#include "sim/base/outfile.h"
#include "sim/scenario/plan.h"
#include "sim/stats/results.h"

/* timeseries.csv: what happened in each interval (time_s: its start), per provider and in total;
 * pending: undecided at its end. Rows in which nothing happens and nothing is pending are left
 * out. Returns 0 or ENOMEM. */
int mx_timeseries_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                            const struct mx_series *series);

/* delivered_by_age.csv: share of what was sent that is delivered by an age, with the range that
 * holds the next outcome with 90 % (sim/stats/outcome_range.h), widened to hold the mean. drawn:
 * the same of the replications with what is assumed drawn, three columns more; or NULL. */
void mx_delivered_by_age_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                                   const struct mx_ages *ages, const struct mx_ages *drawn);

/* reputation.csv: how each address stood at each provider that it sent to. An empty allowance
 * means none. band and blocked are those of the first replication. Returns 0 or ENOMEM. */
int mx_reputation_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                            const struct mx_standing *standing);

/* attempts_by_number.csv: how the first, second ... attempt of messages ended, per provider; the
 * last number stands for itself and all later. Rows without attempts are left out. */
void mx_attempts_by_number_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                                     const struct mx_counters *counters);

/* warm_up.csv: what the warm-up plan of an address allows on each local day (empty: no limit any
 * more) and how many messages it let start; without a plan only the header. */
void mx_warm_up_csv_write(struct mx_outfile *out, const struct mx_plan *plan,
                          const struct mx_counters *counters);

#endif
