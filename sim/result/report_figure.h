// SPDX-License-Identifier: GPL-3.0-or-later
/* report_figure.h - a picture in a page: what it says as text, then the picture. */
#ifndef MX_REPORT_FIGURE_H
#define MX_REPORT_FIGURE_H

#include <stdio.h>

#include "sim/result/plot_story.h"

/* title: of the kind; label: of the run among several, or ""; number: of the picture within the
 * page; is_named: the page has its headline already; story: worked out bare; svg: what it drew. */
struct mx_report_figure {
    const char *title, *label;
    size_t number;
    bool is_named;
    const struct mx_plot_story *story;
    const char *svg;
};

void mx_report_figure(FILE *out, const struct mx_report_figure *figure);

/* Opens and ends the section of one kind; between them its figures. */
void mx_report_gallery_begin(FILE *out, const char *kind, const char *title);
void mx_report_gallery_end(FILE *out, const char *kind);

#endif
