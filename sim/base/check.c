// SPDX-License-Identifier: GPL-3.0-or-later
/* check.c - the end of a run that broke an assertion. */
#include "sim/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

_Thread_local struct mx_check_context mx_check_context;

void mx_check_context_text(char *text, int size)
{
    const struct mx_check_context *at = &mx_check_context;

    if (size <= 0) {
        return;
    }
    if (!at->is_set) {
        text[0] = '\0';
        return;
    }
    (void)snprintf(text, (size_t)size,
                   "seed %" PRIu64 ", replication %" PRIu32 ", simulated time %" PRId64 " us%s%s",
                   at->seed, at->replication, at->now_us, at->event != NULL ? ", during " : "",
                   at->event != NULL ? at->event : "");
}

_Noreturn void mx_check_failed(const char *file, int line, const char *expression)
{
    char context[256];

    mx_check_context_text(context, (int)sizeof context);
    (void)fprintf(stderr,
                  "%s:%d: check failed: %s%s%s%s\n"
                  "This is a bug of the program, not of its input. Please report these lines.\n",
                  file, line, expression, context[0] != '\0' ? " (" : "", context,
                  context[0] != '\0' ? ")" : "");
    (void)fflush(stderr);
    abort();
}
