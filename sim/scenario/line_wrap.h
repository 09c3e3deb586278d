// SPDX-License-Identifier: GPL-3.0-or-later
/* line_wrap.h - a scenario's text within the width that people read, and that a pipe is given. */
#ifndef MX_LINE_WRAP_H
#define MX_LINE_WRAP_H

#define MX_LINE_COLUMNS 100

/* The text with its longer lines broken, which reads back to the same settings: a comment behind a
 * setting goes to lines below it; what is left is broken behind a sign, else at a blank, a string
 * into two that libconfig joins. A word that is too long by itself stays. Returns owned, or NULL
 * when out of memory. */
char *mx_line_wrap(const char *text);

#endif
