// SPDX-License-Identifier: GPL-3.0-or-later
/* json_text.h - what all writers of JSON share. jansson holds the tree; it is printed here, one
 * innermost object a line, since a reader looks for lines.
 *
 * NULL, for out of memory, passes through: a value that is NULL makes putting it fail. */
#ifndef MX_JSON_TEXT_H
#define MX_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>

/* Takes value. */
bool mx_json_put(json_t *object, const char *key, json_t *value);
/* The same under a name of a user's, which need not be valid UTF-8: what is not becomes "?". */
bool mx_json_put_named(json_t *object, const char *name, json_t *value);

/* A user's text, NULL: "". */
json_t *mx_json_text(const char *text);
/* Whole numbers as such: 12 digits would cut a count of 10^13. */
json_t *mx_json_count(double value);
/* null where it is not finite. */
json_t *mx_json_finite(double value);

/* An object, at most five levels deep, with 12 significant digits. Borrows root. Returns owned
 * text, ending in a newline, or NULL. */
char *mx_json_print(json_t *root);

#endif
