// SPDX-License-Identifier: GPL-3.0-or-later
/* error.c - names of the exit codes. */
#include "sim/base/error.h"

const char *mx_exit_name(int code)
{
    static const struct {
        enum mx_exit code;
        const char *name;
    } names[] = {
        {MX_EXIT_SUCCESS, "success"},
        {MX_EXIT_FAILURE, "failure"},
        {MX_EXIT_USAGE, "usage"},
        {MX_EXIT_INVALID, "invalid input"},
        {MX_EXIT_THRESHOLD, "threshold"},
        {MX_EXIT_PRECISION, "precision"},
        {MX_EXIT_INTERRUPTED, "interrupted"},
    };

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((int)names[i].code == code) {
            return names[i].name;
        }
    }
    return "unknown";
}
