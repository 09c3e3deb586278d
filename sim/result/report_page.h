// SPDX-License-Identifier: GPL-3.0-or-later
/* report_page.h - the frame of every report: head with style, contents, foot with script. */
#ifndef MX_REPORT_PAGE_H
#define MX_REPORT_PAGE_H

#include <stddef.h>
#include <stdio.h>

/* Texts are not yet escaped. */
void mx_report_begin(FILE *out, const char *title, const char *kind, const char *subtitle);

/* Links to sections: pairs of id and name. Opens <main>. */
struct mx_report_entry {
    const char *id, *name;
};
void mx_report_contents(FILE *out, const struct mx_report_entry *entries, size_t count);
void mx_report_end(FILE *out, const char *of); /* of: a sentence, or "" */

/* A text as one word of a shell, for a person to copy. */
void mx_report_word(FILE *out, const char *text);

#endif
