// SPDX-License-Identifier: GPL-3.0-or-later
/* csv_text.c - see csv_text.h. */
#include "sim/observe/csv_text.h"

#include <stdio.h>
#include <string.h>

char *mx_csv_count(char *to, uint64_t count)
{
    char digits[20];
    size_t size = 0;

    do {
        digits[size++] = (char)('0' + count % 10U);
        count /= 10U;
    } while (count > 0);
    while (size > 0) {
        *to++ = digits[--size];
    }
    return to;
}

char *mx_csv_time_s(char *to, int64_t time_us)
{
    uint64_t size_us = time_us < 0 ? 0U - (uint64_t)time_us : (uint64_t)time_us;
    uint64_t fraction = size_us % 1000000U;

    if (time_us < 0) {
        *to++ = '-';
    }
    to = mx_csv_count(to, size_us / 1000000U);
    *to++ = '.';
    for (uint64_t unit = 100000; unit > 0; unit /= 10U) {
        *to++ = (char)('0' + fraction / unit % 10U);
    }
    return to;
}

char *mx_csv_name(char *to, const char *name)
{
    size_t size = strlen(name);

    if (strcspn(name, ",\"\r\n") == size) {
        memcpy(to, name, size);
        return to + size;
    }
    *to++ = '"';
    for (; *name != '\0'; name++) {
        if (*name == '"') {
            *to++ = '"';
        }
        *to++ = *name;
    }
    *to++ = '"';
    return to;
}

char *mx_csv_number(char *to, double value)
{
    char text[MX_CSV_NUMBER_SIZE];
    int size;

    if (!(value - value == 0.0)) {
        return to; /* NaN or infinite */
    }
    if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value) {
        int64_t whole = (int64_t)value;

        if (whole < 0) {
            *to++ = '-';
        }
        return mx_csv_count(to, whole < 0 ? 0U - (uint64_t)whole : (uint64_t)whole);
    }
    size = snprintf(text, sizeof text, "%.12g", value);
    memcpy(to, text, (size_t)size);
    return to + size;
}
