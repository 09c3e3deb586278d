// SPDX-License-Identifier: GPL-3.0-or-later
/* csv_text.h - numbers and names as every CSV file of the program writes them.
 *
 * No locale, no printf: the trace writes millions of rows. Each function writes at `to`, without a
 * closing NUL, and returns where the text ends. */
#ifndef MX_CSV_TEXT_H
#define MX_CSV_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define MX_CSV_NUMBER_SIZE 32 /* room that any number needs */

char *mx_csv_count(char *to, uint64_t count);

/* Microseconds as seconds with six decimals: "-1.500000". */
char *mx_csv_time_s(char *to, int64_t time_us);

/* The name; in quotes, its own doubled, where it holds a comma, a quote or a line end (RFC 4180).
 * Needs up to 2 x strlen(name) + 2 bytes. */
char *mx_csv_name(char *to, const char *name);

/* A double to 12 significant digits, the same on every machine; empty for NaN and infinities.
 * Whole numbers below 1e15 stand without a fraction or exponent. */
char *mx_csv_number(char *to, double value);

#endif
