// SPDX-License-Identifier: GPL-3.0-or-later
/* support_plots.h - result folders made up for tests of pictures, and looks at what came out. */
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
    unsigned hours, replications, warm_up_days;
    bool all_zero, without_plan, unnamed_plan; /* unnamed: its provider is "somebody" */
    bool dips; /* what an address may send falls to a tenth in the third quarter */
};

/* Half of the n-th attempts is deferred; on day 2 the warm-up plan is used up, else to 60 %.
 *
 * Write summary.json, the CSV files and plan.cfg to a folder that exists. Returns false when a file
 * could not be written. */
bool mx_made_up_write(const char *folder, const struct mx_made_up *made_up);

/* --- a temporary folder per test; these fail the test when something is wrong ---------------- */

extern char mx_plot_folder[64];

/* For cmocka_unit_test_setup_teardown. */
int mx_plot_make_folder(void **state);
int mx_plot_remove_folder(void **state);

/* Path of a file in the folder; overwritten by the fourth call from here. */
const char *mx_plot_path(const char *name);

/* A whole file, owned, NUL behind it; NULL when there is none. */
char *mx_plot_read(const char *path, size_t *size);
bool mx_plot_exists(const char *path);
void mx_plot_put(const char *name, const char *text);

/* Both files of a kind are there below out/, whole, of the right size, and the SVG is good XML. */
void mx_plot_assert_picture(const char *kind);

/* The text stands in the SVG file of a kind (as XML). */
void mx_plot_assert_says(const char *kind, const char *text);

#endif
