// SPDX-License-Identifier: GPL-3.0-or-later
/* expression.h - arithmetic over the parameters of a study: "ips * 2 <= window / 1h".
 *
 *   sum [ <= | < | >= | > | == | != sum ]       + - * / ( ), unary minus
 *
 * Operands are parameters' names and numbers, which may carry a unit: 2h, 0.5%, 12M. Values are in
 * base units: seconds, shares, messages per second, plain numbers. */
#ifndef MX_EXPRESSION_H
#define MX_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#define MX_EXPRESSION_STEPS_MAX 64

enum mx_step_kind {
    MX_STEP_NUMBER,
    MX_STEP_NAME, /* index of the parameter */
    MX_STEP_NEGATE,
    MX_STEP_ADD,
    MX_STEP_SUBTRACT,
    MX_STEP_MULTIPLY,
    MX_STEP_DIVIDE,
    MX_STEP_AT_MOST,
    MX_STEP_LESS,
    MX_STEP_AT_LEAST,
    MX_STEP_MORE,
    MX_STEP_EQUAL,
    MX_STEP_UNEQUAL,
    MX_STEP_KIND_COUNT
};

struct mx_step {
    enum mx_step_kind kind;
    size_t index;
    double number;
};

/* In postfix order. is_comparison: its value is 1 or 0. */
struct mx_expression {
    bool is_comparison;
    size_t step_count;
    struct mx_step steps[MX_EXPRESSION_STEPS_MAX];
};

/* False with what is wrong, cut to size, in error. */
bool mx_expression_parse(struct mx_expression *expression, const char *text,
                         const char *const *names, size_t name_count, char *error, size_t size);

/* values: one a name. NaN where an operand is NaN; a comparison with NaN is false. */
double mx_expression_value(const struct mx_expression *expression, const double *values);

#endif
