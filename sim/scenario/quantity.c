// SPDX-License-Identifier: GPL-3.0-or-later
/* quantity.c - see quantity.h. */
#include "sim/scenario/quantity.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

#define EXPONENT_MAX 400
#define UINT128_MAX (~(unsigned __int128)0)

/* (negative ? -1 : 1) x digits x 10^exponent */
struct decimal {
    bool negative;
    uint64_t digits;
    int exponent;
};

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit time_units[] = {
    {"us", 1},           {"ms", 1000},      {"s", MX_SECOND_US},
    {"m", MX_MINUTE_US}, {"h", MX_HOUR_US}, {"d", MX_DAY_US},
};

static const struct unit rate_units[] = {
    {"us", 1},           {"ms", 1000},          {"s", MX_SECOND_US},
    {"m", MX_MINUTE_US}, {"min", MX_MINUTE_US}, {"h", MX_HOUR_US},
    {"d", MX_DAY_US},    {"day", MX_DAY_US},
};

static const struct unit count_units[] = {
    {"", 1},
    {"k", 1000},
    {"M", 1000000},
    {"G", 1000000000},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Append one digit. Zeros at the end are kept as an exponent, so that "1000…0" always fits. */
struct digits {
    uint64_t value;
    int zeros; /* seen since the last digit that is not 0 */
    bool too_many;
};

static void add_digit(struct digits *digits, int digit)
{
    if (digits->too_many) {
        return;
    }
    if (digit == 0) {
        digits->zeros += digits->value > 0 && digits->zeros < 100000;
        return;
    }
    bool over = false;
    for (int i = 0; i <= digits->zeros && !over; i++) {
        over = __builtin_mul_overflow(digits->value, 10, &digits->value);
    }
    if (over || __builtin_add_overflow(digits->value, (uint64_t)digit, &digits->value)) {
        digits->too_many = true;
    }
    digits->zeros = 0;
}

/* The e+10 of a number at *at, where there is one. */
static void read_exponent(const char **at, int *exponent)
{
    const char *c = *at;
    if (*c != 'e' && *c != 'E') {
        return;
    }
    c++;
    bool negative = *c == '-';
    c += *c == '-' || *c == '+';
    if (!is_digit(*c)) {
        return;
    }
    int value = 0;
    for (; is_digit(*c); c++) {
        value = value < 100000 ? value * 10 + (*c - '0') : value;
    }
    *exponent += negative ? -value : value;
    *at = c;
}

/* The number at the start of text; *rest is what follows it. */
static enum mx_quantity_status read_decimal(const char *text, struct decimal *decimal,
                                            const char **rest)
{
    const char *c = text;
    struct digits digits = {0, 0, false};
    int count = 0, exponent = 0;
    decimal->negative = *c == '-';
    c += *c == '-' || *c == '+';
    for (; is_digit(*c); c++, count++) {
        add_digit(&digits, *c - '0');
    }
    if (*c == '.') {
        for (c++; is_digit(*c); c++, count++) {
            add_digit(&digits, *c - '0');
            exponent -= exponent > -100000;
        }
    }
    if (count == 0) {
        return MX_QUANTITY_NOT_A_NUMBER;
    }
    exponent += digits.zeros;
    read_exponent(&c, &exponent);
    *rest = c;
    if (digits.too_many) {
        return MX_QUANTITY_DIGITS;
    }
    decimal->digits = digits.value;
    decimal->exponent = digits.value == 0 ? 0 : exponent;
    if (decimal->exponent > EXPONENT_MAX || decimal->exponent < -EXPONENT_MAX) {
        return MX_QUANTITY_RANGE;
    }
    if (decimal->negative && decimal->digits == 0) {
        decimal->negative = false;
    }
    return MX_QUANTITY_OK;
}

/* digits x 10^exponent x factor as a whole number. */
static enum mx_quantity_status to_whole(const struct decimal *decimal, uint64_t factor,
                                        unsigned __int128 max, unsigned __int128 *out)
{
    unsigned __int128 value = (unsigned __int128)decimal->digits * factor;
    if (decimal->negative) {
        return MX_QUANTITY_NEGATIVE;
    }
    for (int i = 0; i < decimal->exponent; i++) {
        if (value > UINT128_MAX / 10) {
            return MX_QUANTITY_RANGE;
        }
        value *= 10;
    }
    for (int i = 0; i < -decimal->exponent; i++) {
        if (value % 10 != 0) {
            return MX_QUANTITY_FRACTION;
        }
        value /= 10;
    }
    if (value > max) {
        return MX_QUANTITY_RANGE;
    }
    *out = value;
    return MX_QUANTITY_OK;
}

/* digits x 10^(exponent + shift), rounded once. */
static enum mx_quantity_status to_double(const struct decimal *decimal, int shift, double *out)
{
    char text[64];
    snprintf(text, sizeof text, "%s%llue%d", decimal->negative ? "-" : "",
             (unsigned long long)decimal->digits, decimal->exponent + shift);
    double value = strtod(text, NULL);
    if (!isfinite(value) || (value == 0 && decimal->digits != 0)) {
        return MX_QUANTITY_RANGE;
    }
    *out = value;
    return MX_QUANTITY_OK;
}

/* A whole number of a table's base unit. */
static enum mx_quantity_status read_whole(const char *text, const struct unit *units, size_t count,
                                          uint64_t max, uint64_t *out)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    if (status != MX_QUANTITY_OK) {
        return status;
    }
    const struct unit *unit = find_unit(units, count, rest);
    if (unit == NULL) {
        return MX_QUANTITY_UNIT;
    }
    unsigned __int128 value = 0;
    status = to_whole(&decimal, unit->factor, max, &value);
    if (status == MX_QUANTITY_OK) {
        *out = (uint64_t)value;
    }
    return status;
}

enum mx_quantity_status mx_quantity_duration(const char *text, int64_t *us)
{
    uint64_t whole;
    const enum mx_quantity_status status =
        read_whole(text, time_units, COUNT_OF(time_units), INT64_MAX / 2, &whole);
    if (status == MX_QUANTITY_OK) {
        *us = (int64_t)whole;
    }
    return status;
}

enum mx_quantity_status mx_quantity_count(const char *text, uint64_t *count)
{
    return read_whole(text, count_units, COUNT_OF(count_units), UINT64_MAX, count);
}

/* An amount with a suffix as a double; `rest` must name one of the count units. */
static enum mx_quantity_status to_amount(const struct decimal *decimal, const char *rest,
                                         double *amount)
{
    const struct unit *unit = find_unit(count_units, COUNT_OF(count_units), rest);
    if (unit == NULL) {
        return MX_QUANTITY_UNIT;
    }
    if (decimal->negative) {
        return MX_QUANTITY_NEGATIVE;
    }
    int shift = unit->factor == 1 ? 0 : unit->factor == 1000 ? 3 : unit->factor == 1000000 ? 6 : 9;
    return to_double(decimal, shift, amount);
}

enum mx_quantity_status mx_quantity_amount(const char *text, double *amount)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    return status != MX_QUANTITY_OK ? status : to_amount(&decimal, rest, amount);
}

enum mx_quantity_status mx_quantity_number(const char *text, double *number)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    if (status != MX_QUANTITY_OK) {
        return status;
    }
    return *rest != '\0' ? MX_QUANTITY_UNIT : to_double(&decimal, 0, number);
}

enum mx_quantity_status mx_quantity_number_or_percent(const char *text, double *number,
                                                      bool *is_percent)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    if (status != MX_QUANTITY_OK) {
        return status;
    }
    *is_percent = strcmp(rest, "%") == 0;
    return *rest != '\0' && !*is_percent ? MX_QUANTITY_UNIT
                                         : to_double(&decimal, *is_percent ? -2 : 0, number);
}

enum mx_quantity_status mx_quantity_share(const char *text, double *share)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    if (status != MX_QUANTITY_OK) {
        return status;
    }
    if (strcmp(rest, "%") != 0) {
        return MX_QUANTITY_UNIT;
    }
    return decimal.negative ? MX_QUANTITY_NEGATIVE : to_double(&decimal, -2, share);
}

enum mx_quantity_status mx_quantity_share_exact(const char *text, unsigned __int128 *share)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    if (status != MX_QUANTITY_OK) {
        return status;
    }
    if (strcmp(rest, "%") != 0) {
        return MX_QUANTITY_UNIT;
    }
    decimal.exponent += 16;
    status = to_whole(&decimal, 1, (unsigned __int128)UINT64_MAX * 5, share);
    return status == MX_QUANTITY_FRACTION ? MX_QUANTITY_DIGITS : status;
}

/* "h", or "90s", after the slash of a rate. */
static enum mx_quantity_status read_period(const char *text, int64_t *us)
{
    const struct unit *unit = find_unit(rate_units, COUNT_OF(rate_units), text);
    if (unit != NULL) {
        *us = (int64_t)unit->factor;
        return MX_QUANTITY_OK;
    }
    if (mx_quantity_duration(text, us) != MX_QUANTITY_OK) {
        return MX_QUANTITY_UNIT;
    }
    return *us > 0 ? MX_QUANTITY_OK : MX_QUANTITY_RANGE;
}

enum mx_quantity_status mx_quantity_rate(const char *text, struct mx_rate *rate)
{
    struct decimal decimal;
    const char *rest;
    enum mx_quantity_status status = read_decimal(text, &decimal, &rest);
    if (status != MX_QUANTITY_OK) {
        return status;
    }
    const char *slash = strchr(rest, '/');
    char suffix[2] = "";
    if (slash == NULL || slash - rest > 1) {
        return MX_QUANTITY_UNIT;
    }
    memcpy(suffix, rest, (size_t)(slash - rest));
    struct mx_rate read = {0, 0};
    status = to_amount(&decimal, suffix, &read.count);
    if (status == MX_QUANTITY_OK) {
        status = read_period(slash + 1, &read.period_us);
    }
    if (status == MX_QUANTITY_OK) {
        *rate = read;
    }
    return status;
}

const char *mx_quantity_status_text(enum mx_quantity_status status)
{
    switch (status) {
    case MX_QUANTITY_OK:
        return "is fine";
    case MX_QUANTITY_NOT_A_NUMBER:
        return "does not start with a finite number";
    case MX_QUANTITY_UNIT:
        return "has no unit";
    case MX_QUANTITY_NEGATIVE:
        return "is negative";
    case MX_QUANTITY_RANGE:
        return "is out of range";
    case MX_QUANTITY_FRACTION:
        return "is not a whole number of its smallest unit";
    case MX_QUANTITY_DIGITS:
        return "has too many digits";
    case MX_QUANTITY_STATUS_COUNT:
        break;
    }
    MX_CHECK(false);
    return "";
}

char *mx_quantity_put_duration(char text[MX_QUANTITY_TEXT_SIZE], int64_t us)
{
    MX_CHECK(us >= 0);
    size_t i = COUNT_OF(time_units) - 1;
    while (i > 0 && (us == 0 || us % (int64_t)time_units[i].factor != 0)) {
        i--;
    }
    i = us == 0 ? 2 : i;
    snprintf(text, MX_QUANTITY_TEXT_SIZE, "%lld%s", (long long)(us / (int64_t)time_units[i].factor),
             time_units[i].name);
    return text;
}

/* Fewest digits of a finite number that read back to it: as many as needed of 17. */
static void shortest(double number, char digits[32], int *exponent)
{
    char text[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    size_t count = 0;
    const char *c = text;
    for (; *c != 'e'; c++) {
        if (is_digit(*c)) {
            digits[count++] = *c;
        }
    }
    digits[count] = '\0';
    *exponent = (int)strtol(c + 1, NULL, 10);
}

/* number x 10^shift in plain decimals where that is short, else with an exponent. */
static char *put_shifted(char *text, double number, int shift)
{
    char digits[32];
    int exponent;
    MX_CHECK(isfinite(number));
    shortest(number < 0 ? -number : number, digits, &exponent);
    const char *sign = number < 0 ? "-" : "";
    exponent += shift;
    int count = (int)strlen(digits);
    if (number == 0) {
        snprintf(text, MX_QUANTITY_TEXT_SIZE, "0");
    } else if (exponent < -7 || exponent > 20) {
        snprintf(text, MX_QUANTITY_TEXT_SIZE, "%s%c.%se%d", sign, digits[0],
                 count > 1 ? digits + 1 : "0", exponent);
    } else if (exponent < 0) {
        snprintf(text, MX_QUANTITY_TEXT_SIZE, "%s0.%.*s%s", sign, -exponent - 1, "0000000", digits);
    } else if (count <= exponent + 1) {
        snprintf(text, MX_QUANTITY_TEXT_SIZE, "%s%s%.*s", sign, digits, exponent + 1 - count,
                 "000000000000000000000");
    } else {
        snprintf(text, MX_QUANTITY_TEXT_SIZE, "%s%.*s.%s", sign, exponent + 1, digits,
                 digits + exponent + 1);
    }
    return text;
}

char *mx_quantity_put_number(char text[MX_QUANTITY_TEXT_SIZE], double number)
{
    return put_shifted(text, number, 0);
}

char *mx_quantity_put_share(char text[MX_QUANTITY_TEXT_SIZE], double share)
{
    put_shifted(text, share, 2);
    size_t size = strlen(text);
    snprintf(text + size, MX_QUANTITY_TEXT_SIZE - size, "%%");
    return text;
}

char *mx_quantity_put_rate(char text[MX_QUANTITY_TEXT_SIZE], const struct mx_rate *rate)
{
    char period[MX_QUANTITY_TEXT_SIZE];
    put_shifted(text, rate->count, 0);
    mx_quantity_put_duration(period, rate->period_us);
    bool unit = period[0] == '1' && !is_digit(period[1]);
    size_t size = strlen(text);
    snprintf(text + size, MX_QUANTITY_TEXT_SIZE - size, "/%s", unit ? period + 1 : period);
    return text;
}
