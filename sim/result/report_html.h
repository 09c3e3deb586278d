// SPDX-License-Identifier: GPL-3.0-or-later
/* report_html.h - text that becomes part of a page: escaped here, and nowhere else. */
#ifndef MX_REPORT_HTML_H
#define MX_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Text as HTML, within elements and within quoted attributes. What is no UTF-8, or a control
 * character but a line end or tabulator, becomes U+FFFD; what could reorder text, too. */
void mx_html_text(FILE *out, const char *text);
void mx_html_text_n(FILE *out, const char *text, size_t size);

/* The same, with numbers kept together with their units: "11.9 M", "99 %", "43 h". */
void mx_html_unbroken(FILE *out, const char *text);

/* printf whose every %s is escaped. Other conversions: %zu %u %d %g %.Nf and %%. */
void mx_html_printf(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
