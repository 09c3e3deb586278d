// SPDX-License-Identifier: GPL-3.0-or-later
/* grammar.c - see grammar.h.
 *
 *   settings: { NAME ("=" | ":") value [";" | ","] }
 *   value:    scalar | "{" settings "}" | "[" [scalar {"," scalar}] "]"
 *             | "(" [value {"," value}] ")"
 *   scalar:   NUMBER | TEXT {TEXT} | true | false */
#include "sim/scenario/grammar.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/scenario/mistakes.h"

struct parser {
    const struct mx_source *source;
    const struct mx_tokens *tokens;
    size_t at;
    int depth;
};

static bool parse_value(struct parser *parser);

static const struct mx_token *now(const struct parser *parser)
{
    return parser->at < parser->tokens->count ? &parser->tokens->token[parser->at] : NULL;
}

static bool is_mark(const struct parser *parser, char mark)
{
    const struct mx_token *token = now(parser);
    return token != NULL && token->kind == MX_TOKEN_MARK && token->text[0] == mark;
}

static bool is_kind(const struct parser *parser, enum mx_token_kind kind)
{
    const struct mx_token *token = now(parser);
    return token != NULL && token->kind == kind;
}

static bool is_truth(const struct parser *parser)
{
    return is_kind(parser, MX_TOKEN_NAME) && (strcasecmp(now(parser)->text, "true") == 0 ||
                                              strcasecmp(now(parser)->text, "false") == 0);
}

/* "syntax error at 'x': `what`", at the word that does not fit or at the end. */
static bool refuse(const struct parser *parser, const char *what)
{
    const struct mx_token *token = now(parser);
    struct mx_mistakes *mistakes = parser->source->mistakes;
    if (mistakes == NULL) {
        return false;
    }
    if (token != NULL) {
        const char *quote = token->kind == MX_TOKEN_TEXT ? "\"" : "'";
        mx_mistakes_add(mistakes, token->file, token->line, "", "syntax error at %s%.60s%s: %s",
                        quote, token->text, quote, what);
    } else if (parser->tokens->count > 0) {
        const struct mx_token *last = &parser->tokens->token[parser->tokens->count - 1];
        mx_mistakes_add(mistakes, last->file, last->line, "", "syntax error at the end: %s", what);
    }
    return false;
}

static bool parse_settings(struct parser *parser)
{
    for (size_t count = 0; now(parser) != NULL && !is_mark(parser, '}'); count++) {
        if (count == MX_SETTINGS_IN_GROUP_MAX) {
            return refuse(parser, "too many settings in one group, 4096 are allowed");
        }
        if (!is_kind(parser, MX_TOKEN_NAME) || is_truth(parser)) {
            return refuse(parser, "a key is expected here");
        }
        parser->at++;
        if (!is_mark(parser, '=') && !is_mark(parser, ':')) {
            return refuse(parser, "an = is expected here");
        }
        parser->at++;
        if (!parse_value(parser)) {
            return false;
        }
        parser->at += is_mark(parser, ';') || is_mark(parser, ',');
    }
    return true;
}

static bool parse_scalar(struct parser *parser)
{
    if (is_kind(parser, MX_TOKEN_NUMBER) || is_truth(parser)) {
        parser->at++;
        return true;
    }
    if (!is_kind(parser, MX_TOKEN_TEXT)) {
        return refuse(parser, is_kind(parser, MX_TOKEN_NAME) ? "a text value needs quotes"
                                                             : "a value is expected here");
    }
    while (is_kind(parser, MX_TOKEN_TEXT)) {
        parser->at++;
    }
    return true;
}

/* Behind an opening bracket, up to its closing one. */
static bool parse_elements(struct parser *parser, char closing, bool (*parse)(struct parser *))
{
    if (is_mark(parser, closing)) {
        return true;
    }
    for (;;) {
        if (!parse(parser)) {
            return false;
        }
        if (!is_mark(parser, ',')) {
            return true;
        }
        parser->at++;
    }
}

static bool parse_value(struct parser *parser)
{
    static const char opening[] = "{[(", closing[] = "}])";
    const struct mx_token *token = now(parser);
    const char *open =
        token != NULL && token->kind == MX_TOKEN_MARK ? strchr(opening, token->text[0]) : NULL;
    if (open == NULL) {
        return parse_scalar(parser);
    }
    if (parser->depth == MX_NESTING_MAX) {
        return refuse(parser, "nested too deeply");
    }
    parser->depth++;
    parser->at++;
    char end = closing[open - opening];
    bool good = end == '}'   ? parse_settings(parser)
                : end == ']' ? parse_elements(parser, end, parse_scalar)
                             : parse_elements(parser, end, parse_value);
    if (!good) {
        return false;
    }
    if (!is_mark(parser, end)) {
        char what[100];
        snprintf(what, sizeof what, "expected '%c' for the '%c' of line %d", end, *open,
                 token->line);
        return refuse(parser, what);
    }
    parser->at++;
    parser->depth--;
    return true;
}

bool mx_grammar_check(const struct mx_source *source, const struct mx_tokens *tokens)
{
    struct parser parser = {.source = source, .tokens = tokens};
    if (!parse_settings(&parser)) {
        return false;
    }
    return now(&parser) == NULL || refuse(&parser, "a key is expected here");
}
