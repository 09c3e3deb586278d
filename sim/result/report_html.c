// SPDX-License-Identifier: GPL-3.0-or-later
/* report_html.c - see report_html.h. */
#include "sim/result/report_html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/result/plot_text.h"

#define CONVERSION_SIZE 16

static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void mx_html_text_n(FILE *out, const char *text, size_t size)
{
    const char *end = text + size;

    while (text < end) {
        const char *escape = escape_of(*text);
        uint32_t code;
        size_t bytes = mx_plot_utf8_next(text, &code);

        if (escape != NULL) {
            (void)fputs(escape, out);
        } else if (bytes == 0 || (mx_plot_is_control(code) && code != '\n' && code != '\t')) {
            (void)fputs("&#xFFFD;", out);
        } else {
            (void)fwrite(text, 1, bytes, out);
        }
        text += bytes == 0 ? 1 : bytes;
    }
}

void mx_html_text(FILE *out, const char *text)
{
    mx_html_text_n(out, text, strlen(text));
}

/* A unit of up to three letters, or a per cent sign, follows the digit before this blank. */
static bool is_before_unit(const char *text, const char *blank)
{
    size_t size = strcspn(blank + 1, " ,.;:)]");

    return blank > text && blank[-1] >= '0' && blank[-1] <= '9' && size > 0 && size <= 3 &&
           !(blank[1] >= '0' && blank[1] <= '9');
}

void mx_html_unbroken(FILE *out, const char *text)
{
    const char *from = text;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at == ' ' && is_before_unit(text, at)) {
            mx_html_text_n(out, from, (size_t)(at - from));
            (void)fputs("&nbsp;", out);
            from = at + 1;
        }
    }
    mx_html_text(out, from);
}

/* One conversion of its argument. Returns what follows it in the format. */
static const char *convert(FILE *out, const char *format, va_list *arguments)
{
    char conversion[CONVERSION_SIZE];
    size_t size = strcspn(format + 1, "sudgfz%") + 2;

    MX_CHECK(size + 1 < sizeof conversion);
    if (format[size - 1] == 'z') {
        size++; /* zu */
    }
    memcpy(conversion, format, size);
    conversion[size] = '\0';
    switch (format[size - 1]) {
    case 's':
        mx_html_text(out, va_arg(*arguments, const char *));
        break;
    case 'd':
        (void)fprintf(out, "%d", va_arg(*arguments, int));
        break;
    case 'u':
        if (format[size - 2] == 'z') {
            (void)fprintf(out, "%zu", va_arg(*arguments, size_t));
        } else {
            (void)fprintf(out, "%u", va_arg(*arguments, unsigned));
        }
        break;
    case '%':
        (void)fputc('%', out);
        break;
    default: { /* a number of the form that the caller's literal says */
        const double value = va_arg(*arguments, double);
        const char *dot = strchr(conversion, '.');
        (void)fprintf(out, format[size - 1] == 'f' ? "%.*f" : "%.*g",
                      dot != NULL ? (int)strtol(dot + 1, NULL, 10) : 6, value);
    }
    }
    return format + size;
}

void mx_html_printf(FILE *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");

        (void)fwrite(format, 1, plain, out);
        format += plain;
        if (*format == '%') {
            format = convert(out, format, &arguments);
        }
    }
    va_end(arguments);
}
