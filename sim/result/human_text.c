// SPDX-License-Identifier: GPL-3.0-or-later
/* human_text.c - see human_text.h. */
#include "sim/result/human_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "models/units.h"

static struct mx_human_text text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct mx_human_text text_of(const char *format, ...)
{
    struct mx_human_text text;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text.s, sizeof text.s, format, arguments);
    va_end(arguments);
    return text;
}

struct mx_human_text mx_human_count(double count)
{
    struct mx_human_text text;
    char digits[MX_HUMAN_TEXT_SIZE];
    int size, at = 0;

    if (!(count >= 0 && count < 1e18)) {
        return text_of(isnan(count) ? "-" : "%.6g", count);
    }
    size = snprintf(digits, sizeof digits, "%.0f", count);
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            text.s[at++] = ',';
        }
        text.s[at++] = digits[i];
    }
    text.s[at] = '\0';
    return text;
}

struct mx_human_text mx_human_count_short(double count)
{
    static const struct {
        double size;
        char letter;
    } units[] = {{1e3, 'k'}, {1e6, 'M'}, {1e9, 'G'}, {1e12, 'T'}};

    if (!(count >= 0)) {
        return text_of("-");
    }
    if (count < 99.95 && count != floor(count)) {
        return text_of(count < 0.01 ? "<0.01" : count < 9.995 ? "%.2f" : "%.1f", count);
    }
    if (count < 99999.5) {
        return mx_human_count(count);
    }
    for (int u = 0; u < 4; u++) {
        double scaled = count / units[u].size;

        if (scaled < 99.995) {
            return text_of("%.2f%c", scaled, units[u].letter);
        }
        if (scaled < 999.95) {
            return text_of("%.1f%c", scaled, units[u].letter);
        }
    }
    return text_of("%.1e", count);
}

struct mx_human_text mx_human_number(double value)
{
    struct mx_human_text text;

    if (isnan(value) || value >= 999999.5 || value <= -999999.5) {
        return mx_human_count(value);
    }
    if (fabs(value) > 0 && fabs(value) < 1e-3) {
        int decimals = 2 - (int)floor(log10(fabs(value)));

        (void)snprintf(text.s, sizeof text.s, "%.*f", decimals < 20 ? decimals : 20, value);
        return text;
    }
    (void)snprintf(text.s, sizeof text.s, "%.6g", value);
    return text;
}

struct mx_human_text mx_human_percent(double share)
{
    double percent = share * 100.0, shown;

    if (!(share >= 0 && share <= 1)) {
        return text_of("-");
    }
    if (share == 0.0 || share == 1.0) {
        return text_of(share == 1.0 ? "100" : "0");
    }
    shown = floor(percent * 1000.0 + 0.5) / 1000.0;
    shown = shown > 99.999 ? 99.999 : shown < 0.001 ? 0.001 : shown;
    return text_of("%.3f", shown);
}

struct mx_human_text mx_human_duration(double duration_s)
{
    int64_t whole_s;

    if (!(duration_s >= 0 && duration_s < 1e12)) {
        return text_of("-");
    }
    if (duration_s < 0.005) {
        return text_of(duration_s == 0.0 ? "0s" : "<0.01s");
    }
    if (duration_s < 9.995) {
        return text_of("%.2fs", duration_s);
    }
    if (duration_s < 59.95) {
        return text_of("%.1fs", duration_s);
    }
    whole_s = (int64_t)(duration_s + 0.5);
    if (whole_s < 3600) {
        return text_of("%dm%02ds", (int)(whole_s / 60), (int)(whole_s % 60));
    }
    whole_s = (int64_t)(duration_s / 60 + 0.5);
    if (whole_s < 6000) {
        return text_of("%dh%02dm", (int)(whole_s / 60), (int)(whole_s % 60));
    }
    return text_of("%.1fd", duration_s / 86400);
}

struct mx_human_text mx_human_span(double duration_s)
{
    static const struct {
        double size_s;
        const char *name;
        double smaller_s;
        const char *smaller;
    } units[] = {{86400, "d", 3600, "h"}, {3600, "h", 60, "min"}, {60, "min", 1, "s"}};

    if (!(duration_s >= 0 && duration_s < 1e12)) {
        return text_of("-");
    }
    for (int u = 0; u < 3; u++) {
        /* Days only past 72 h, the measure of mail. */
        double least_s = u == 0 ? 72 * 3600.0 + 1800 : units[u].size_s;
        double smaller = floor(duration_s / units[u].smaller_s + 0.5);
        double ratio = units[u].size_s / units[u].smaller_s;
        double whole = floor(smaller / ratio), rest = smaller - whole * ratio;

        if (duration_s >= least_s && rest > 0) {
            return text_of("%.0f %s %.0f %s", whole, units[u].name, rest, units[u].smaller);
        }
        if (duration_s >= least_s) {
            return text_of("%.0f %s", whole, units[u].name);
        }
    }
    return text_of("%.3g s", duration_s);
}

struct mx_human_text mx_human_exact(int64_t duration_us)
{
    static const struct {
        int64_t size_us;
        char letter;
    } units[] = {{MX_DAY_US, 'd'}, {MX_HOUR_US, 'h'}, {MX_MINUTE_US, 'm'}};
    struct mx_human_text text = text_of("%s", duration_us == 0 ? "0s" : "");
    size_t at = strlen(text.s);

    if (duration_us < 0) {
        return text_of("-");
    }
    for (int u = 0; u < 3; u++) {
        int64_t count = duration_us / units[u].size_us;

        if (count > 0) {
            at += (size_t)snprintf(text.s + at, sizeof text.s - at, "%s%lld%c", at > 0 ? " " : "",
                                   (long long)count, units[u].letter);
            duration_us %= units[u].size_us;
        }
    }
    if (duration_us > 0) {
        (void)snprintf(text.s + at, sizeof text.s - at, "%s%.9gs", at > 0 ? " " : "",
                       (double)duration_us / 1e6);
    }
    return text;
}

struct mx_human_text mx_human_metric(const char *metric, double value)
{
    size_t size = strlen(metric);
    struct mx_human_text text;

    if (size > 5 && strcmp(metric + size - 5, "_rate") == 0 && !isnan(value)) {
        (void)snprintf(text.s, sizeof text.s, "%.6g%%", round(value * 1e7) / 1e5);
        return text;
    }
    return size > 2 && strcmp(metric + size - 2, "_s") == 0 ? mx_human_duration(value)
                                                            : mx_human_number(value);
}
