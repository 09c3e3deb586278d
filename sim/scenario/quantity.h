// SPDX-License-Identifier: GPL-3.0-or-later
/* quantity.h - numbers with units, from text and back, exactly.
 *
 * Everything is read as a decimal number first (digits x 10^exponent), scaled in whole numbers and
 * only then rounded to a double, once, where a double is wanted. So "0.3%" is the double nearest
 * to 0.003, and what mx_quantity_put_* writes reads back to the same bits. */
#ifndef MX_QUANTITY_H
#define MX_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/receiver_params.h"

enum mx_quantity_status {
    MX_QUANTITY_OK,
    MX_QUANTITY_NOT_A_NUMBER, /* no number in front, or nan, inf */
    MX_QUANTITY_UNIT,         /* no unit, or not one of this kind */
    MX_QUANTITY_NEGATIVE,
    MX_QUANTITY_RANGE,    /* too large or too small for the type */
    MX_QUANTITY_FRACTION, /* not a whole number of the base unit */
    MX_QUANTITY_DIGITS,   /* more digits than can be kept */
    MX_QUANTITY_STATUS_COUNT
};

/* "90s" "1.5h" "7d"; units us, ms, s, m, h, d; whole microseconds; up to INT64_MAX / 2. */
enum mx_quantity_status mx_quantity_duration(const char *text, int64_t *us);
/* "50k" "12M" "1.5G" "800": whole. */
enum mx_quantity_status mx_quantity_count(const char *text, uint64_t *count);
/* The same, with a fraction: "2.5". */
enum mx_quantity_status mx_quantity_amount(const char *text, double *amount);
/* "-0.5" "1e-3": no suffix, may be negative. */
enum mx_quantity_status mx_quantity_number(const char *text, double *number);
/* "0.001", or "2%", which is 0.02 and is_percent: what may be given either way. */
enum mx_quantity_status mx_quantity_number_or_percent(const char *text, double *number,
                                                      bool *is_percent);
/* "0.3%": a share, 0.003. May exceed 1; not negative. */
enum mx_quantity_status mx_quantity_share(const char *text, double *share);
/* The same in units of 10^-18, exact: for sums. At most 10^20 (10,000 %). */
enum mx_quantity_status mx_quantity_share_exact(const char *text, unsigned __int128 *share);
/* "20/h" "50k/day" "500/s" "3/90s": an amount per unit of time, or per duration. */
enum mx_quantity_status mx_quantity_rate(const char *text, struct mx_rate *rate);

/* What was wrong, as part of a sentence: "has no unit". */
const char *mx_quantity_status_text(enum mx_quantity_status status);

#define MX_QUANTITY_TEXT_SIZE 400

/* Text that the functions above read back to the same value. Return `text`. */
char *mx_quantity_put_duration(char text[MX_QUANTITY_TEXT_SIZE], int64_t us);
char *mx_quantity_put_number(char text[MX_QUANTITY_TEXT_SIZE], double number);
char *mx_quantity_put_share(char text[MX_QUANTITY_TEXT_SIZE], double share);
char *mx_quantity_put_rate(char text[MX_QUANTITY_TEXT_SIZE], const struct mx_rate *rate);

#endif
