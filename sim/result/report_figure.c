// SPDX-License-Identifier: GPL-3.0-or-later
/* report_figure.c - see report_figure.h. */
#include "sim/result/report_figure.h"

#include "sim/result/report_html.h"
#include "sim/result/report_svg.h"

void mx_report_figure(FILE *out, const struct mx_report_figure *figure)
{
    const struct mx_plot_story *story = figure->story;
    const char *separator = figure->label[0] != '\0' ? ": " : "";
    struct mx_plot_text says =
        mx_plot_text_format("%s. %s. %s", figure->title, story->headline.s, story->line1.s);

    (void)fputs("<figure>\n<figcaption>", out);
    if (!figure->is_named) {
        mx_html_printf(out, "<h4>%s%s", figure->label, separator);
        mx_html_unbroken(out, story->headline.s);
        (void)fputs("</h4>\n", out);
    }
    (void)fputs("<p class=\"note\">", out);
    mx_html_unbroken(out, story->line1.s);
    (void)fputc(' ', out);
    mx_html_unbroken(out, story->line2.s);
    (void)fputs("</p></figcaption>\n", out);
    mx_html_printf(out,
                   "<div class=\"picture\" role=\"region\" tabindex=\"0\" "
                   "aria-label=\"Picture: %s%s%s\">",
                   figure->title, separator[0] != '\0' ? ", " : "", figure->label);
    mx_report_svg(out, figure->svg, figure->number, story->blank_px, says.s);
    (void)fputs("</div>\n</figure>\n", out);
}

void mx_report_gallery_begin(FILE *out, const char *kind, const char *title)
{
    mx_html_printf(out,
                   "<section class=\"gallery\" id=\"%s\" aria-labelledby=\"%s-title\">\n"
                   "<h3 id=\"%s-title\">%s</h3>\n<div class=\"side-by-side\">\n",
                   kind, kind, kind, title);
}

void mx_report_gallery_end(FILE *out, const char *kind)
{
    mx_html_printf(out,
                   "</div>\n<p class=\"how\">As a file, or its data: <code>mxsim plot DIR %s "
                   "--format svg,png,pdf,csv</code></p>\n</section>\n",
                   kind);
}
