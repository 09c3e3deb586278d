// SPDX-License-Identifier: GPL-3.0-or-later
/* support_plots.h - result folders made up for tests of pictures. */
#ifndef MX_SUPPORT_PLOTS_H
#define MX_SUPPORT_PLOTS_H

#include <stdbool.h>
#include <stddef.h>

/* names: NULL for "provider-1" ... hours: length of the time series; 0 = a single bin, age and
 * sample. all_zero: nothing was sent. ips: addresses. */
struct mx_made_up {
    size_t provider_count, ip_count;
    const char *const *names;
    const char *scenario;
    unsigned hours, replications;
    bool all_zero, without_plan, unnamed_plan; /* unnamed: its provider is "somebody" */
};

/* Write summary.json, the CSV files and plan.cfg to a folder that exists. Returns false when a file
 * could not be written. */
bool mx_made_up_write(const char *folder, const struct mx_made_up *made_up);

#endif
