// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_text.c - safe text, its width, and numbers for people. */
#include "sim/result/plot_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/human_text.h"

#define ELLIPSIS "\xE2\x80\xA6"
#define REPLACEMENT "\xEF\xBF\xBD"

/* Advance widths of DejaVu Sans and DejaVu Sans Bold, in thousandths of the font size, ' '..'~'. */
static const uint16_t width_regular[95] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};
static const uint16_t width_bold[95] = {
    348,  456, 521, 838, 696, 1002, 872, 306,  457, 457, 523, 838, 380, 415,  380, 365,
    696,  696, 696, 696, 696, 696,  696, 696,  696, 696, 400, 400, 838, 838,  838, 580,
    1000, 774, 762, 734, 830, 683,  683, 821,  837, 372, 372, 775, 637, 995,  837, 850,
    733,  850, 770, 720, 682, 812,  774, 1103, 771, 724, 725, 457, 365, 457,  838, 500,
    500,  675, 716, 593, 716, 678,  435, 716,  712, 343, 343, 665, 343, 1042, 712, 687,
    716,  716, 493, 595, 478, 712,  652, 924,  645, 652, 582, 712, 365, 712,  838};

size_t mx_plot_utf8_next(const char *s, uint32_t *code)
{
    const unsigned char *b = (const unsigned char *)s;
    size_t size = b[0] < 0x80   ? 1
                  : b[0] < 0xC2 ? 0
                  : b[0] < 0xE0 ? 2
                  : b[0] < 0xF0 ? 3
                  : b[0] < 0xF5 ? 4
                                : 0;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};

    if (size < 2) {
        *code = b[0];
        return size;
    }
    *code = b[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xC0U) != 0x80U) {
            return 0;
        }
        *code = *code << 6 | (b[i] & 0x3FU);
    }
    if (*code < least[size] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) {
        return 0;
    }
    return size;
}

bool mx_plot_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code & 0xFFFEU) == 0xFFFE;
}

struct mx_plot_text mx_plot_text_clean(const char *raw)
{
    struct mx_plot_text text;
    size_t used = 0;
    const size_t room = sizeof text.s - sizeof ELLIPSIS; /* so that the ellipsis always fits */

    while (*raw != '\0') {
        uint32_t code;
        size_t size = mx_plot_utf8_next(raw, &code);
        const char *from = size == 0 ? REPLACEMENT : mx_plot_is_control(code) ? " " : raw;
        size_t add = size == 0 ? strlen(REPLACEMENT) : mx_plot_is_control(code) ? 1 : size;

        if (used + add > room) {
            memcpy(text.s + used, ELLIPSIS, strlen(ELLIPSIS));
            used += strlen(ELLIPSIS);
            break;
        }
        memcpy(text.s + used, from, add);
        used += add;
        raw += size == 0 ? 1 : size;
    }
    text.s[used] = '\0';
    return text;
}

struct mx_plot_text mx_plot_text_format(const char *format, ...)
{
    char raw[1024];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    return mx_plot_text_clean(raw);
}

/* Blocks that DejaVu Sans and its bold cut cover whole. */
static bool has_glyph(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } blocks[] = {{0x0A, 0x0A},     {0x20, 0x7E},     {0xA0, 0x2E9},    {0x300, 0x34F},
                  {0x388, 0x38A},   {0x38E, 0x3A1},   {0x3A3, 0x525},   {0x1E00, 0x1EFB},
                  {0x2010, 0x2027}, {0x2030, 0x205E}, {0x2190, 0x2311}, {0x2500, 0x269C},
                  {0xFFFD, 0xFFFD}};

    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if (code >= blocks[i].first && code <= blocks[i].last) {
            return true;
        }
    }
    return false;
}

char *mx_plot_text_drawable(const char *text)
{
    char *out = malloc(3 * strlen(text) + 1); /* at worst each byte becomes a replacement */
    char *to = out;

    while (out != NULL && *text != '\0') {
        uint32_t code;
        size_t size = mx_plot_utf8_next(text, &code);
        bool keep = size > 0 && has_glyph(code);
        size_t add = keep ? size : strlen(REPLACEMENT);

        memcpy(to, keep ? text : REPLACEMENT, add);
        to += add;
        text += size == 0 ? 1 : size;
    }
    if (out != NULL) {
        *to = '\0';
    }
    return out;
}

static double character_width(uint32_t code, bool bold)
{
    if (code >= 32 && code < 127) {
        return (bold ? width_bold : width_regular)[code - 32] / 1000.0;
    }
    if (code == 0x2013 || code == 0xB7) {
        return 0.5;
    }
    if (code >= 0x300 && code < 0x370) {
        return 0.0; /* combining marks */
    }
    return code < 0x250 ? 0.8 : 1.1;
}

double mx_plot_text_width(const char *text, double font_px, bool bold)
{
    double width = 0.0;

    while (*text != '\0') {
        uint32_t code;
        size_t size = mx_plot_utf8_next(text, &code);

        width += character_width(size == 0 ? 0xFFFD : code, bold);
        text += size == 0 ? 1 : size;
    }
    return width * font_px;
}

double mx_plot_text_headline_px(const char *text, double width_px)
{
    double font_px = 18.0;

    while (font_px > 14.0 && mx_plot_text_width(text, font_px, true) > width_px) {
        font_px -= 0.5;
    }
    return font_px;
}

struct mx_plot_text mx_plot_text_fit(const char *text, double font_px, bool bold, double width_px)
{
    struct mx_plot_text fit = mx_plot_text_clean(text);
    double room = width_px - 1.1 * font_px;
    double width = 0.0;
    size_t used = 0;

    if (mx_plot_text_width(fit.s, font_px, bold) <= width_px) {
        return fit;
    }
    while (fit.s[used] != '\0') {
        uint32_t code;
        size_t size = mx_plot_utf8_next(fit.s + used, &code);
        double add = character_width(code, bold) * font_px;

        if (width + add > room || used + size + sizeof ELLIPSIS > sizeof fit.s) {
            break;
        }
        width += add;
        used += size;
    }
    while (used > 0 && fit.s[used - 1] == ' ') {
        used--;
    }
    memcpy(fit.s + used, ELLIPSIS, sizeof ELLIPSIS);
    return fit;
}

/* value with three significant digits, or more before the point, trailing zeros dropped. */
static void three_digits(double value, char *out, size_t size)
{
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    char *end;

    (void)snprintf(out, size, "%.*f", decimals, value);
    if (decimals == 0) {
        return;
    }
    end = out + strlen(out) - 1;
    while (*end == '0') {
        *end-- = '\0';
    }
    if (*end == '.') {
        *end = '\0';
    }
}

struct mx_plot_text mx_plot_count(double count)
{
    static const struct {
        double from, unit;
        const char *name;
    } scales[] = {
        {999.5e9, 1e12, " T"}, {999.5e6, 1e9, " G"}, {999.5e3, 1e6, " M"}, {9999.5, 1e3, " k"}};
    struct mx_plot_text text;

    if (isnan(count)) {
        return mx_plot_text_clean("-");
    }
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        if (count >= scales[i].from) {
            char digits[32];
            three_digits(count / scales[i].unit, digits, sizeof digits);
            return mx_plot_text_format("%s%s", digits, scales[i].name);
        }
    }
    if (count >= 999.5) {
        return mx_plot_text_format("%d,%03d", (int)(count + 0.5) / 1000, (int)(count + 0.5) % 1000);
    }
    if (count > 0.0 && count < 1e-6) {
        return mx_plot_text_clean("<0.000001");
    }
    if (count < 0.995) {
        (void)snprintf(text.s, sizeof text.s, "%.2g", count);
    } else {
        three_digits(count, text.s, sizeof text.s);
    }
    return text;
}

struct mx_plot_text mx_plot_share(double share)
{
    double percent = 100.0 * share;
    char digits[32];

    if (isnan(share)) {
        return mx_plot_text_clean("-");
    }
    if (percent <= 0.0) {
        return mx_plot_text_clean("0 %");
    }
    if (percent >= 100.0) {
        return mx_plot_text_clean("100 %");
    }
    if (percent < 0.001) {
        return mx_plot_text_clean("<0.001 %");
    }
    if (percent > 99.99) {
        return mx_plot_text_clean(">99.99 %");
    }
    if (percent >= 1.0) {
        (void)snprintf(digits, sizeof digits, "%.*f", percent >= 99.0 ? 2 : 1, percent);
    } else {
        (void)snprintf(digits, sizeof digits, "%.*f", percent >= 0.1 ? 2 : 3, percent);
    }
    return mx_plot_text_format("%s %%", digits);
}

struct mx_plot_text mx_plot_duration(double duration_s)
{
    /* no more digits than a glance takes in */
    double unit_s = duration_s < 10.0    ? 0.1
                    : duration_s < 600.0 ? 1.0
                    : duration_s < 36e3  ? 60.0
                    : duration_s < 864e3 ? 3600.0
                                         : 86400.0;

    return mx_plot_text_clean(mx_human_span(floor(duration_s / unit_s + 0.5) * unit_s).s);
}

struct mx_plot_text mx_plot_each(double duration_s)
{
    return duration_s == 1.0       ? mx_plot_text_clean("second")
           : duration_s == 60.0    ? mx_plot_text_clean("minute")
           : duration_s == 3600.0  ? mx_plot_text_clean("hour")
           : duration_s == 86400.0 ? mx_plot_text_clean("day")
                                   : mx_plot_duration(duration_s);
}
