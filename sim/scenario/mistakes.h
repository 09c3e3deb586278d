// SPDX-License-Identifier: GPL-3.0-or-later
/* mistakes.h - collecting what is wrong with a scenario. */
#ifndef MX_MISTAKES_H
#define MX_MISTAKES_H

#include <stdarg.h>
#include <stdbool.h>

#include "sim/scenario/reader.h"

#define MX_MISTAKES_MAX 100

/* Add one, or nothing when MX_MISTAKES_MAX are there. An equal one is not added twice. */
void mx_mistakes_add(struct mx_mistakes *mistakes, const char *file, int line, const char *key,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
void mx_mistakes_add_list(struct mx_mistakes *mistakes, const char *file, int line, const char *key,
                          const char *format, va_list values);

/* The name nearest to `name` (edit distance, up to a third of its length; of several as near the
 * one with most letters in common at both ends), or NULL. */
const char *mx_nearest_name(const char *name, const char *const *names, size_t count);

#endif
