// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_error.c - the sentence, safe to print on a terminal. */
#include "sim/result/plot_error.h"

#include <stdarg.h>
#include <stdio.h>

int mx_plot_fail(const struct mx_plot_error *error, enum mx_exit code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(error->text, error->size, format, arguments);
    va_end(arguments);
    for (char *c = error->text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F) {
            *c = '?';
        }
    }
    return (int)code;
}
