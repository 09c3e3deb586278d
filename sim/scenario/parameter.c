// SPDX-License-Identifier: GPL-3.0-or-later
/* parameter.c - see parameter.h. */
#include "sim/scenario/parameter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/quantity.h"

#define DIGITS 6 /* significant, of a value between two ends */
#define DECIMALS_MAX 30

enum mx_unit_kind mx_parameter_number(const char *text, double *number, const char **unit)
{
    struct mx_rate rate;
    int64_t us;
    uint64_t count;
    size_t size = strspn(text, "+-0123456789.");

    /* An exponent belongs to the number. */
    if ((text[size] == 'e' || text[size] == 'E') && strpbrk(text + size, "0123456789") != NULL) {
        size++;
        size += strspn(text + size, "+-0123456789");
    }
    *unit = text + size;
    if (mx_quantity_duration(text, &us) == MX_QUANTITY_OK) {
        *number = (double)us / (double)MX_SECOND_US;
        return MX_UNIT_DURATION;
    }
    if (mx_quantity_share(text, number) == MX_QUANTITY_OK) {
        return MX_UNIT_SHARE;
    }
    if (mx_quantity_rate(text, &rate) == MX_QUANTITY_OK) {
        *number = rate.count * (double)MX_SECOND_US / (double)rate.period_us;
        return MX_UNIT_RATE;
    }
    if (mx_quantity_count(text, &count) == MX_QUANTITY_OK) {
        *number = (double)count;
        return MX_UNIT_PLAIN;
    }
    if (mx_quantity_number(text, number) == MX_QUANTITY_OK ||
        mx_quantity_amount(text, number) == MX_QUANTITY_OK) {
        return MX_UNIT_PLAIN;
    }
    *number = NAN;
    *unit = "";
    return MX_UNIT_NONE;
}

/* number in the parameter's unit, six significant digits, no exponent, no zeros at the end. */
static void put_number(const struct mx_parameter *parameter, double number,
                       char text[MX_PARAMETER_TEXT_SIZE])
{
    double in_unit = number / parameter->factor, size = fabs(in_unit);
    int decimals = size > 0 ? DIGITS - 1 - (int)floor(log10(size)) : 0;
    char digits[40];

    decimals = decimals < 0 ? 0 : decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, in_unit);
    if (strchr(digits, '.') != NULL) {
        size_t end = strlen(digits);
        while (digits[end - 1] == '0') {
            digits[--end] = '\0';
        }
        if (digits[end - 1] == '.') {
            digits[--end] = '\0';
        }
    }
    (void)snprintf(text, MX_PARAMETER_TEXT_SIZE, "%s%.20s", digits, parameter->unit);
}

double mx_parameter_round(const struct mx_parameter *parameter, double number,
                          char text[MX_PARAMETER_TEXT_SIZE])
{
    const char *unit;
    double exact;

    MX_CHECK(parameter->is_range);
    if (parameter->step > 0) {
        double steps = floor((number - parameter->from) / parameter->step + 0.5);
        number = parameter->from + steps * parameter->step;
    }
    number = number < parameter->from ? parameter->from : number;
    number = number > parameter->to ? parameter->to : number;
    if (parameter->is_whole) {
        number = floor(number + 0.5);
        if (parameter->factor > 1 && fmod(number, parameter->factor) < 0.5) {
            (void)snprintf(text, MX_PARAMETER_TEXT_SIZE, "%.0f%.20s", number / parameter->factor,
                           parameter->unit);
        } else {
            (void)snprintf(text, MX_PARAMETER_TEXT_SIZE, "%.0f", number);
        }
        return number;
    }
    put_number(parameter, number, text);
    if (mx_parameter_number(text, &exact, &unit) == parameter->unit_kind) {
        return exact;
    }
    MX_CHECK(parameter->unit_kind == MX_UNIT_DURATION); /* no whole microseconds */
    (void)snprintf(text, MX_PARAMETER_TEXT_SIZE, "%.0fus", floor(number * 1e6 + 0.5));
    (void)mx_parameter_number(text, &exact, &unit);
    return exact;
}

double mx_parameter_at(const struct mx_parameter *parameter, double u,
                       char buffer[MX_PARAMETER_TEXT_SIZE], const char **text)
{
    MX_CHECK(u >= 0 && u < 1);
    if (!parameter->is_range) {
        uint32_t index = (uint32_t)(u * parameter->value_count);
        index = index < parameter->value_count ? index : parameter->value_count - 1;
        *text = parameter->values[index];
        return parameter->numbers[index];
    }
    double from = parameter->from, to = parameter->to, step = parameter->step;
    step = step > 0 ? step : parameter->is_whole ? 1 : 0;
    *text = buffer;
    if (parameter->scale == MX_SCALE_LOG) {
        return mx_parameter_round(parameter, from * pow(to / from, u), buffer);
    }
    if (step > 0) {
        double count = floor((to - from) / step + 1e-9) + 1;
        return mx_parameter_round(parameter, from + floor(u * count) * step, buffer);
    }
    return mx_parameter_round(parameter, from + u * (to - from), buffer);
}
