// SPDX-License-Identifier: GPL-3.0-or-later
/* report_page.c - see report_page.h. */
#include "sim/result/report_page.h"

#include <string.h>

#include "sim/base/version.h"
#include "sim/result/report_assets.h"
#include "sim/result/report_html.h"

/* A page asks nobody for anything: the policy says so, and a browser holds it to that. */
void mx_report_begin(FILE *out, const char *title, const char *kind, const char *subtitle)
{
    mx_html_printf(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
        "'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"generator\" content=\"mxsim %s\">\n<title>%s</title>\n<style>\n",
        mx_version(), title);
    (void)fputs(mx_report_css(), out);
    (void)fputs("</style>\n<script>document.documentElement.className = 'js';</script>\n</head>\n"
                "<body>\n<a class=\"skip\" href=\"#answer\">To the answer</a>\n<header>\n",
                out);
    mx_html_printf(out, "<p class=\"kind\">%s</p>\n<h1>", kind);
    mx_html_unbroken(out, title);
    mx_html_printf(out, "</h1>\n<p class=\"sub\">%s</p>\n", subtitle);
    (void)fputs("</header>\n", out);
}

void mx_report_contents(FILE *out, const struct mx_report_entry *entries, size_t count)
{
    (void)fputs("<nav aria-label=\"Sections\"><ul>\n", out);
    for (size_t i = 0; i < count; i++) {
        mx_html_printf(out, "<li><a href=\"#%s\">%s</a></li>\n", entries[i].id, entries[i].name);
    }
    (void)fputs("</ul></nav>\n<main>\n", out);
}

void mx_report_end(FILE *out, const char *of)
{
    mx_html_printf(out, "</main>\n<footer><p>Made by mxsim %s (%s). %s</p></footer>\n<script>\n",
                   mx_version(), mx_commit(), of);
    (void)fputs(mx_report_js(), out);
    (void)fputs("</script>\n</body>\n</html>\n", out);
}

void mx_report_word(FILE *out, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=:,@%";

    if (text[0] != '\0' && strspn(text, plain) == strlen(text)) {
        mx_html_text(out, text);
        return;
    }
    mx_html_text(out, "'");
    for (const char *at = text; *at != '\0';) {
        size_t size = strcspn(at, "'");
        mx_html_text_n(out, at, size);
        at += size;
        if (*at == '\'') {
            mx_html_text(out, "'\\''");
            at++;
        }
    }
    mx_html_text(out, "'");
}
