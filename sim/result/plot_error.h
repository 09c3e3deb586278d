// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_error.h - a sentence that says why there is no picture. */
#ifndef MX_PLOT_ERROR_H
#define MX_PLOT_ERROR_H

#include <stddef.h>

#include "sim/base/error.h"

/* Where the sentence goes: the caller's memory, size > 0. */
struct mx_plot_error {
    char *text;
    size_t size;
};

/* Store the sentence (its control characters as '?') and return the code. */
int mx_plot_fail(const struct mx_plot_error *error, enum mx_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
