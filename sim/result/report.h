// SPDX-License-Identifier: GPL-3.0-or-later
/* report.h - a result folder, or several, as one page that needs nothing else.
 *
 * HTML with its style, script and pictures inside: no network, no other file. It reads result files
 * alone. */
#ifndef MX_REPORT_H
#define MX_REPORT_H

#include <stddef.h>

/* dirs: result folders, at least one; of several the page sets the runs side by side. plots_dir:
 * the folder of gnuplot scripts. out: the page's file. pictures_dir: NULL, or where each picture
 * goes as PNG and PDF as well. */
struct mx_report_request {
    const char *const *dirs;
    size_t dir_count;
    const char *plots_dir, *out, *pictures_dir;
};

/* Returns 0, or an exit code with a sentence in error: invalid (a folder is incomplete or damaged),
 * failure (gnuplot, a font or disk space is missing). The file appears whole or not at all. */
int mx_report_write(const struct mx_report_request *request, char *error, size_t error_size);

#endif
