// SPDX-License-Identifier: GPL-3.0-or-later
/* expression.c - see expression.h: recursive descent into postfix steps. */
#include "sim/scenario/expression.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/mistakes.h"
#include "sim/scenario/quantity.h"

#define DEPTH_MAX 16

struct parser {
    struct mx_expression *expression;
    const char *at;
    const char *const *names;
    size_t name_count;
    char *error;
    size_t error_size;
    int depth;
};

static const char name_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

static bool __attribute__((format(printf, 2, 3)))
refuse(struct parser *parser, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(parser->error, parser->error_size, format, values);
    va_end(values);
    return false;
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\n");
}

static bool add_step(struct parser *parser, struct mx_step step)
{
    struct mx_expression *expression = parser->expression;
    if (expression->step_count == MX_EXPRESSION_STEPS_MAX) {
        return refuse(parser, "too long: more than %d operands and signs", MX_EXPRESSION_STEPS_MAX);
    }
    expression->steps[expression->step_count++] = step;
    return true;
}

static bool parse_number(struct parser *parser)
{
    char text[64];
    struct mx_step step = {MX_STEP_NUMBER, 0, 0};
    size_t digits = strspn(parser->at, "0123456789.");
    size_t unit = strspn(parser->at + digits, name_letters);
    int64_t us;

    unit = unit == 0 && parser->at[digits] == '%' ? 1 : unit;
    (void)snprintf(text, sizeof text, "%.*s", (int)(digits + unit < 60 ? digits + unit : 60),
                   parser->at);
    parser->at += digits + unit;
    if (mx_quantity_duration(text, &us) == MX_QUANTITY_OK) {
        step.number = (double)us / (double)MX_SECOND_US;
    } else if (mx_quantity_share(text, &step.number) != MX_QUANTITY_OK &&
               mx_quantity_amount(text, &step.number) != MX_QUANTITY_OK) {
        return refuse(parser, "\"%s\" is no number such as 0.5, 12M, 2h or 3%%", text);
    }
    return add_step(parser, step);
}

static bool parse_name(struct parser *parser)
{
    char text[80];
    size_t size = strspn(parser->at, name_letters);

    (void)snprintf(text, sizeof text, "%.*s", (int)(size < 70 ? size : 70), parser->at);
    for (size_t i = 0; i < parser->name_count; i++) {
        if (strcmp(parser->names[i], text) == 0) {
            parser->at += size;
            return add_step(parser, (struct mx_step){MX_STEP_NAME, i, 0});
        }
    }
    if (size == 0) {
        return refuse(parser, "a parameter or a number is expected before \"%.20s\"", parser->at);
    }
    const char *nearest = mx_nearest_name(text, parser->names, parser->name_count);
    return refuse(parser, "there is no parameter \"%s\"%s%s%s", text,
                  nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "\"?" : "");
}

static bool parse_sum(struct parser *parser);

static bool parse_operand(struct parser *parser)
{
    skip_blanks(parser);
    if (*parser->at == '-') {
        parser->at++;
        return parse_operand(parser) && add_step(parser, (struct mx_step){MX_STEP_NEGATE, 0, 0});
    }
    if (*parser->at == '(') {
        parser->at++;
        if (++parser->depth > DEPTH_MAX) {
            return refuse(parser, "more than %d brackets deep", DEPTH_MAX);
        }
        if (!parse_sum(parser)) {
            return false;
        }
        parser->depth--;
        skip_blanks(parser);
        if (*parser->at != ')') {
            return refuse(parser, "a ) is missing");
        }
        parser->at++;
        return true;
    }
    return strchr("0123456789.", *parser->at) != NULL && *parser->at != '\0' ? parse_number(parser)
                                                                             : parse_name(parser);
}

static bool parse_product(struct parser *parser)
{
    if (!parse_operand(parser)) {
        return false;
    }
    for (skip_blanks(parser); *parser->at == '*' || *parser->at == '/'; skip_blanks(parser)) {
        enum mx_step_kind kind = *parser->at == '*' ? MX_STEP_MULTIPLY : MX_STEP_DIVIDE;
        parser->at++;
        if (!parse_operand(parser) || !add_step(parser, (struct mx_step){kind, 0, 0})) {
            return false;
        }
    }
    return true;
}

static bool parse_sum(struct parser *parser)
{
    if (!parse_product(parser)) {
        return false;
    }
    for (skip_blanks(parser); *parser->at == '+' || *parser->at == '-'; skip_blanks(parser)) {
        enum mx_step_kind kind = *parser->at == '+' ? MX_STEP_ADD : MX_STEP_SUBTRACT;
        parser->at++;
        if (!parse_product(parser) || !add_step(parser, (struct mx_step){kind, 0, 0})) {
            return false;
        }
    }
    return true;
}

static bool parse_comparison(struct parser *parser)
{
    /* Longer ones first. */
    static const struct {
        const char *text;
        enum mx_step_kind kind;
    } signs[] = {{"<=", MX_STEP_AT_MOST}, {">=", MX_STEP_AT_LEAST}, {"==", MX_STEP_EQUAL},
                 {"!=", MX_STEP_UNEQUAL}, {"<", MX_STEP_LESS},      {">", MX_STEP_MORE}};
    if (!parse_sum(parser)) {
        return false;
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strncmp(parser->at, signs[i].text, strlen(signs[i].text)) == 0) {
            parser->at += strlen(signs[i].text);
            parser->expression->is_comparison = true;
            return parse_sum(parser) && add_step(parser, (struct mx_step){signs[i].kind, 0, 0});
        }
    }
    return true;
}

bool mx_expression_parse(struct mx_expression *expression, const char *text,
                         const char *const *names, size_t name_count, char *error, size_t size)
{
    struct parser parser = {expression, text, names, name_count, error, size, 0};

    *expression = (struct mx_expression){.step_count = 0};
    if (!parse_comparison(&parser)) {
        return false;
    }
    skip_blanks(&parser);
    return *parser.at == '\0' ||
           refuse(&parser,
                  "\"%.20s\" is not expected here; known: + - * / ( ) and one of "
                  "<= >= < > == !=",
                  parser.at);
}

static double apply(enum mx_step_kind kind, double a, double b)
{
    switch (kind) {
    case MX_STEP_ADD:
        return a + b;
    case MX_STEP_SUBTRACT:
        return a - b;
    case MX_STEP_MULTIPLY:
        return a * b;
    case MX_STEP_DIVIDE:
        return a / b;
    case MX_STEP_AT_MOST:
        return a <= b;
    case MX_STEP_LESS:
        return a < b;
    case MX_STEP_AT_LEAST:
        return a >= b;
    case MX_STEP_MORE:
        return a > b;
    case MX_STEP_EQUAL:
        return !(a < b) && !(a > b) && a == a && b == b;
    case MX_STEP_UNEQUAL:
        return a < b || a > b;
    case MX_STEP_NUMBER:
    case MX_STEP_NAME:
    case MX_STEP_NEGATE:
    case MX_STEP_KIND_COUNT:
        break;
    }
    MX_CHECK(false);
    return 0;
}

double mx_expression_value(const struct mx_expression *expression, const double *values)
{
    double stack[MX_EXPRESSION_STEPS_MAX] = {0};
    size_t top = 0;

    for (size_t i = 0; i < expression->step_count; i++) {
        const struct mx_step *step = &expression->steps[i];
        if (step->kind == MX_STEP_NUMBER) {
            stack[top++] = step->number;
        } else if (step->kind == MX_STEP_NAME) {
            stack[top++] = values[step->index];
        } else if (step->kind == MX_STEP_NEGATE) {
            MX_CHECK(top >= 1);
            stack[top - 1] = -stack[top - 1];
        } else {
            MX_CHECK(top >= 2);
            stack[top - 2] = apply(step->kind, stack[top - 2], stack[top - 1]);
            top--;
        }
    }
    MX_CHECK(top == 1);
    return stack[0];
}
