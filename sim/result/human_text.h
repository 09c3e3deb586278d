// SPDX-License-Identifier: GPL-3.0-or-later
/* human_text.h - numbers as a person reads them in a terminal. ASCII, no locale.
 *
 * Returned by value, so that several can stand in one call of printf. */
#ifndef MX_HUMAN_TEXT_H
#define MX_HUMAN_TEXT_H

#include <stdint.h>

#define MX_HUMAN_TEXT_SIZE 48

struct mx_human_text {
    char s[MX_HUMAN_TEXT_SIZE];
};

/* All digits: "12,000,000". Rounded to whole numbers; "-" for NaN. */
struct mx_human_text mx_human_count(double count);

/* Up to seven characters: "0.35", "7", "99,999", "123.4k", "12.00M", "1.20G". */
struct mx_human_text mx_human_count_short(double count);

/* Six significant digits, or all digits of what is larger, or three of what is small: "0.998321",
 * "12.5", "12,000,000", "0.0000857"; "-" for NaN. */
struct mx_human_text mx_human_number(double value);

/* A share of 1 in percent with three decimals, never rounded up to all or down to none: "99.999",
 * "0.001", "100", "0", "-" for NaN. Without the sign. */
struct mx_human_text mx_human_percent(double share);

/* A duration in up to six characters: "0s", "<0.01s", "0.35s", "12.3s", "2m05s", "10h24m",
 * "72h00m", "12.5d" (from 100 h). "-" for NaN. */
struct mx_human_text mx_human_duration(double duration_s);

/* In words for a sentence: "72 h", "3 d 4 h", "1 h 5 min", "2.5 s". */
struct mx_human_text mx_human_span(double duration_s);

/* Exact: "2m", "1h 17m", "2m 0.5s", "3d", "0s". */
struct mx_human_text mx_human_exact(int64_t duration_us);

/* A metric's value, by the metric's name: durations, shares in percent, counts. */
struct mx_human_text mx_human_metric(const char *metric, double value);

#endif
