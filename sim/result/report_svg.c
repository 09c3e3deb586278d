// SPDX-License-Identifier: GPL-3.0-or-later
/* report_svg.c - see report_svg.h.
 *
 * A walk over the text that gnuplot writes, not over XML in general: what is not known passes
 * through as it is. gnuplot has escaped all texts. */
#include "sim/result/report_svg.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/report_html.h"

#define HEAD_PX 78 /* above it there is the head alone */

/* The palette of the pictures, and the variables of plots/report.css. */
static const struct {
    uint32_t colour;
    const char *name;
} palette[] = {{0x000000, "ink"},      {0x1A1A1A, "ink"},        {0x555555, "grey"},
               {0x777777, "mute"},     {0x8A8A8A, "mute"},       {0x999999, "mute"},
               {0xB8B8B8, "pale"},     {0xC4C4C4, "pale"},       {0xE4E4E4, "grid"},
               {0xE9EDEB, "grid"},     {0xD9D9D9, "ground"},     {0xFEFEFE, "on-dark"},
               {0x010101, "on-light"}, {0xFFFFFF, "band-high"},  {0xF3F6F8, "band-medium"},
               {0xFBEBD0, "band-low"}, {0xF5D9C8, "band-bad"},   {0xB5D3E7, "range"},
               {0x0072B2, "blue"},     {0x009E73, "green"},      {0x007F5C, "green-text"},
               {0xD55E00, "red"},      {0xC35400, "red-text"},   {0xAA4499, "purple"},
               {0xE69F00, "amber"},    {0x946600, "amber-text"}, {0x56B4E9, "sky"},
               {0x2480B8, "sky-text"}, {0x882255, "wine"},       {0xCC8FC0, "pink"},
               {0xBBBBBB, "silver"},   {0xFDE725, "heat-1"},     {0xADDC30, "heat-2"},
               {0x5EC962, "heat-3"},   {0x28AE80, "heat-4"},     {0x21918C, "heat-5"},
               {0x2C728E, "heat-6"},   {0x3B528B, "heat-7"},     {0x472D7B, "heat-8"},
               {0x440154, "heat-9"}};

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void write_colour(FILE *out, uint32_t colour)
{
    for (size_t i = 0; i < sizeof palette / sizeof palette[0]; i++) {
        if (palette[i].colour == colour) {
            (void)fprintf(out, "var(--%s)", palette[i].name);
            return;
        }
    }
    (void)fprintf(out, "#%06x", (unsigned)colour);
}

/* "rgb( 85,  85,  85)": returns what follows, or NULL when it is none. */
static const char *read_rgb(const char *at, uint32_t *colour)
{
    const char *next = at + 4;

    *colour = 0;
    for (int part = 0; part < 3; part++) {
        char *end;
        unsigned long value = strtoul(next, &end, 10);
        if (end == next || value > 255 || *end != (part < 2 ? ',' : ')')) {
            return NULL;
        }
        *colour = *colour << 8 | (uint32_t)value;
        next = end + 1;
    }
    return next;
}

/* What a page does not need: past it, or at itself. */
static const char *skip_needless(const char *at)
{
    static const char *const needless[] = {
        " stroke-linecap=\"butt\" stroke-linejoin=\"miter\"", " class=\"gridline\"",
        " font-family=\"DejaVu Sans, Verdana, sans-serif\"", "\t"};

    for (size_t i = 0; i < sizeof needless / sizeof needless[0]; i++) {
        if (starts(at, needless[i])) {
            return at + strlen(needless[i]);
        }
    }
    if (starts(at, "<title>") && strstr(at, "</title>") != NULL) {
        return strstr(at, "</title>") + strlen("</title>");
    }
    if (starts(at, "<filter ") && strstr(at, "</filter>") != NULL) {
        return strstr(at, "</filter>") + strlen("</filter>");
    }
    if (starts(at, " id=\"gnuplot_")) {
        return at + 5 + strcspn(at + 5, "\"") + 1;
    }
    if (starts(at, "<g ")) { /* an empty group */
        const char *end = at + strcspn(at, ">");
        const char *next = *end == '>' ? end + 1 + strspn(end + 1, " \t\r\n") : end;
        if (*end == '>' && starts(next, "</g>")) {
            return next + strlen("</g>");
        }
    }
    return at;
}

/* Write what stands at `at` in another form; returns past it, or at itself. */
static const char *replace(FILE *out, const char *at, size_t number)
{
    uint32_t colour;
    const char *next;

    if (starts(at, "rgb(") && (next = read_rgb(at, &colour)) != NULL) {
        write_colour(out, colour);
        return next;
    }
    if (starts(at, "color=\"black\"")) {
        (void)fputs("color=\"var(--ink)\"", out);
        return at + strlen("color=\"black\"");
    }
    if (starts(at, " id='gp")) {
        (void)fprintf(out, " id='p%zu-", number);
        return at + strlen(" id='");
    }
    if (starts(at, "xlink:href='#")) {
        (void)fprintf(out, "href='#p%zu-", number);
        return at + strlen("xlink:href='#");
    }
    return at;
}

static void write_svg(FILE *out, const char *svg, size_t number, int head_px, int height_px,
                      const char *label)
{
    const char *at = strstr(svg, "<g id=\"gnuplot_canvas\">");
    const char *end = strstr(svg, "</svg>"), *ground;

    mx_html_printf(out,
                   "<svg role=\"img\" viewBox=\"0 %d 960 %d\" width=\"960\" height=\"%d\" "
                   "aria-label=\"%s\">\n<g>",
                   head_px, height_px, height_px, label);
    at = at == NULL ? end : at + strlen("<g id=\"gnuplot_canvas\">");
    ground = at == NULL ? NULL : strstr(at, "fill=\"#ffffff\"/>");
    if (ground != NULL && ground < end && ground - at < 100) {
        at = ground + strlen("fill=\"#ffffff\"/>");
    }
    while (at != NULL && at < end) {
        const char *next = skip_needless(at);

        if (next == at) {
            next = replace(out, at, number);
        }
        if (next == at) {
            (void)fputc(*at, out);
            next++;
        }
        at = next;
    }
    (void)fputs("</svg>\n", out);
}

void mx_report_svg(FILE *out, const char *svg, size_t number, double blank_px, const char *label)
{
    write_svg(out, svg, number, HEAD_PX, 600 - HEAD_PX - (int)blank_px, label);
}
