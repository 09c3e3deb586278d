// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_text.h - text of pictures: made safe, measured in DejaVu Sans, numbers as people say them.
 *
 * Pure: no files, no locale. Lengths are pixels of a picture of 960 x 600. */
#ifndef MX_PLOT_TEXT_H
#define MX_PLOT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_PLOT_TEXT_SIZE 256

/* Returned by value, so that several can stand in one call of printf. */
struct mx_plot_text {
    char s[MX_PLOT_TEXT_SIZE];
};

/* Bytes of the UTF-8 character at s and its code point; 0 when it is not one. */
size_t mx_plot_utf8_next(const char *s, uint32_t *code);

/* Not printable, or able to reorder or break the line around it; XML forbids U+FFFE and U+FFFF. */
bool mx_plot_is_control(uint32_t code);

/* The text as valid UTF-8 without control characters: what is not gets U+FFFD or a space. Cut with
 * an ellipsis at MX_PLOT_TEXT_SIZE - 1 bytes. */
struct mx_plot_text mx_plot_text_clean(const char *raw);

/* The text with U+FFFD for every character that DejaVu Sans lacks (line ends are kept):
 * gnuplot's PNG driver draws such a character hundreds of times too large. Owned, NULL when
 * out of memory. */
char *mx_plot_text_drawable(const char *text);

/* printf into a clean text. */
struct mx_plot_text mx_plot_text_format(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Width of clean text. Characters past ASCII are taken as wide as the widest of their kind. */
double mx_plot_text_width(const char *text, double font_px, bool bold);

/* Size of a bold headline that is no wider than width_px: 18 px or less, but not below 14. */
double mx_plot_text_headline_px(const char *text, double width_px);

/* The text, or its beginning and an ellipsis, so that it is no wider than width_px. */
struct mx_plot_text mx_plot_text_fit(const char *text, double font_px, bool bold, double width_px);

/* "0", "0.25", "7", "1,234", "12.3 k", "1.23 M", "-" for NaN. */
struct mx_plot_text mx_plot_count(double count);

/* A share of 1 as "98.7 %", "99.85 %", "0.004 %", "0 %", "100 %": never rounded up to all or down
 * to none, "-" for NaN. */
struct mx_plot_text mx_plot_share(double share);

/* A duration in two or three digits: "1.5 s", "2 min 5 s", "72 h", "3 d 4 h", "-" for NaN. */
struct mx_plot_text mx_plot_duration(double duration_s);

/* The same after "per" or "each": "minute", "hour", "day", "10 min". */
struct mx_plot_text mx_plot_each(double duration_s);

#endif
