// SPDX-License-Identifier: GPL-3.0-or-later
/* report_svg.h - gnuplot's SVG made fit for a page: colours that follow light and dark. */
#ifndef MX_REPORT_SVG_H
#define MX_REPORT_SVG_H

#include <stddef.h>
#include <stdio.h>

/* Write the picture as an <svg> element. number: of the picture within the page, so that its ids
 * stay its own. label: what it says, as text. Colours of the pictures' palette become CSS variables
 * of the page (plots/report.css), the ground is left out, and so are the room of the head above the
 * picture and blank_px below it. */
void mx_report_svg(FILE *out, const char *svg, size_t number, double blank_px, const char *label);

#endif
