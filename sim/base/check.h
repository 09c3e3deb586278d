// SPDX-License-Identifier: GPL-3.0-or-later
/* check.h - assertions that stay switched on, and say where in simulated time they broke.
 *
 * For a programmer's mistakes alone; what a user or a machine can cause is returned as an error.
 * A failed MX_CHECK prints file, line, expression and this thread's context, then aborts. */
#ifndef MX_CHECK_H
#define MX_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* What a failed check prints besides its place. Of this thread; written by the engine, which sets
 * plain fields instead of a text because that costs a store, not a format. */
struct mx_check_context {
    bool is_set;
    uint32_t replication;
    uint64_t seed;
    int64_t now_us;    /* simulated time */
    const char *event; /* what was being done, e.g. "window", "report"; NULL = not known */
};
extern _Thread_local struct mx_check_context mx_check_context;

/* The context as one line of text without a line end, "" when it is not set. */
void mx_check_context_text(char *text, int size);

_Noreturn void mx_check_failed(const char *file, int line, const char *expression);

/* expression must have no side effect that is relied upon elsewhere. */
#define MX_CHECK(expression) \
    (__builtin_expect(!!(expression), 1) ? (void)0 \
                                         : mx_check_failed(__FILE__, __LINE__, #expression))

#endif
