// SPDX-License-Identifier: GPL-3.0-or-later
/* document.h - one libconfig file as a tree. document.c is the only place that sees libconfig. */
#ifndef MX_DOCUMENT_H
#define MX_DOCUMENT_H

#include "sim/scenario/tokens.h"
#include "sim/scenario/tree.h"

/* The root group of a file, every node with this origin; NULL when there was a mistake. */
struct mx_node *mx_document_read(struct mx_source *source, const char *file, uint32_t origin);
/* The same of a text, called `name` in messages. */
struct mx_node *mx_document_read_text(struct mx_source *source, const char *name, const char *text,
                                      uint32_t origin);
/* A value as it may stand behind an equals sign, else the text itself as a string; never NULL.
 * line 0, file "--set". */
struct mx_node *mx_document_value(struct mx_source *source, const char *name, const char *value);

#endif
