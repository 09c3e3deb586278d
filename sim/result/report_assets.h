// SPDX-License-Identifier: GPL-3.0-or-later
/* report_assets.h - style and script of a report, built into the program from plots/report.css and
 * plots/report.js. */
#ifndef MX_REPORT_ASSETS_H
#define MX_REPORT_ASSETS_H

const char *mx_report_css(void);
const char *mx_report_js(void);

#endif
