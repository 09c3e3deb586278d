// SPDX-License-Identifier: GPL-3.0-or-later
/* document.c - see document.h.
 *
 * libconfig gets one word per line, and in place of each string or number a string that holds the
 * word's index: "17,". So its line numbers are indexes of words too, which know their file. */
#include "sim/scenario/document.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/grammar.h"
#include "sim/scenario/mistakes.h"

#define INDEX_SIZE 12 /* of a word's index with its quotes and comma */

struct reading {
    struct mx_source *source;
    const struct mx_tokens *tokens;
    uint32_t origin;
    bool failed;
};

static void complain_at(const struct mx_source *source, const struct mx_token *token,
                        const char *text, const char *word)
{
    if (source->mistakes != NULL) {
        mx_mistakes_add(source->mistakes, token->file, token->line, "", "%s '%.60s'", text, word);
    }
}

static char *structure_of(struct mx_arena *arena, const struct mx_tokens *tokens)
{
    size_t size = 1;
    for (size_t i = 0; i < tokens->count; i++) {
        size += INDEX_SIZE + strlen(tokens->token[i].text);
    }
    char *text = mx_arena_take(arena, size, 1), *at = text;
    for (size_t i = 0; i < tokens->count; i++) {
        const struct mx_token *token = &tokens->token[i];
        bool literal = token->kind == MX_TOKEN_TEXT || token->kind == MX_TOKEN_NUMBER;
        int written = literal ? snprintf(at, INDEX_SIZE, "\"%zu,\"\n", i)
                              : snprintf(at, strlen(token->text) + 2, "%s\n", token->text);
        at += written;
    }
    return text;
}

/* The word that libconfig's line number stands for. */
static const struct mx_token *token_at(const struct mx_tokens *tokens, unsigned line)
{
    static const struct mx_token nowhere = {MX_TOKEN_MARK, "", 0, "", NULL};
    if (tokens->count == 0) {
        return &nowhere;
    }
    size_t index = line == 0 ? 0 : line - 1;
    return &tokens->token[index < tokens->count ? index : tokens->count - 1];
}

/* A literal: one word, or several strings in a row, which libconfig joins. */
static struct mx_node *literal_of(struct reading *reading, const config_setting_t *setting)
{
    struct mx_arena *arena = reading->source->arena;
    const char *at = config_setting_get_string(setting);
    char *end;
    const struct mx_token *token = &reading->tokens->token[strtoull(at, &end, 10)];
    struct mx_node *node =
        mx_node_create(arena, token->kind == MX_TOKEN_NUMBER ? MX_NODE_NUMBER : MX_NODE_TEXT,
                       config_setting_name(setting));
    node->text = token->text;
    node->file = token->file;
    node->line = token->line;
    node->comment = token->comment;
    for (at = end + 1; *at != '\0'; at = end + 1) {
        const struct mx_token *next = &reading->tokens->token[strtoull(at, &end, 10)];
        if (node->kind == MX_NODE_NUMBER || next->kind == MX_TOKEN_NUMBER) {
            complain_at(reading->source, next, "syntax error near", next->text);
            reading->failed = true;
            break;
        }
        node->text = mx_arena_format(arena, "%s%s", node->text, next->text);
    }
    return node;
}

static struct mx_node *node_of(struct reading *reading, const config_setting_t *setting)
{
    struct mx_node *node;
    int type = config_setting_type(setting);
    if (type == CONFIG_TYPE_STRING) {
        node = literal_of(reading, setting);
    } else {
        const struct mx_token *token =
            token_at(reading->tokens, config_setting_source_line(setting));
        node = mx_node_create(reading->source->arena,
                              type == CONFIG_TYPE_GROUP  ? MX_NODE_GROUP
                              : type == CONFIG_TYPE_BOOL ? MX_NODE_TRUTH
                                                         : MX_NODE_LIST,
                              config_setting_name(setting));
        node->file = token->file;
        node->line = token->line;
        node->comment = token->comment;
        node->truth = type == CONFIG_TYPE_BOOL && config_setting_get_bool(setting);
    }
    node->origin = reading->origin;
    if (config_setting_is_aggregate(setting)) {
        int count = config_setting_length(setting);
        for (int i = 0; i < count; i++) {
            mx_node_add(reading->source->arena, node,
                        node_of(reading, config_setting_get_elem(setting, (unsigned)i)));
        }
    }
    return node;
}

/* What is left to libconfig: double names, and arrays of mixed types. */
static void complain_structure(const struct mx_source *source, const struct mx_tokens *tokens,
                               const config_t *config)
{
    const struct mx_token *token = token_at(tokens, (unsigned)config_error_line(config));
    const char *text = config_error_text(config);
    complain_at(source, token, text != NULL ? text : "syntax error near", token->text);
}

static struct mx_node *tree_of(struct mx_source *source, const struct mx_tokens *tokens,
                               uint32_t origin)
{
    if (!mx_grammar_check(source, tokens)) {
        return NULL;
    }
    const char *text = structure_of(source->arena, tokens);
    struct reading reading = {source, tokens, origin, false};
    struct mx_node *volatile root = NULL;
    config_t config;
    jmp_buf *outer = source->arena->no_memory, here;
    config_init(&config);
    config_set_include_dir(&config, "/dev/null/none"); /* it shall open no file, whatever comes */
    if (setjmp(here) != 0) {
        config_destroy(&config);
        source->arena->no_memory = outer;
        longjmp(*outer, 1);
    }
    source->arena->no_memory = &here;
    if (config_read_string(&config, text) == CONFIG_TRUE) {
        root = node_of(&reading, config_root_setting(&config));
    } else {
        complain_structure(source, tokens, &config);
    }
    source->arena->no_memory = outer;
    config_destroy(&config);
    return reading.failed ? NULL : root;
}

struct mx_node *mx_document_read(struct mx_source *source, const char *file, uint32_t origin)
{
    struct mx_tokens tokens = {0, 0, NULL};
    if (!mx_tokens_read_file(source, file, &tokens)) {
        return NULL;
    }
    struct mx_node *root = tree_of(source, &tokens, origin);
    if (root != NULL) {
        root->file = mx_arena_copy(source->arena, file);
        root->line = 0;
    }
    return root;
}

struct mx_node *mx_document_read_text(struct mx_source *source, const char *name, const char *text,
                                      uint32_t origin)
{
    struct mx_tokens tokens = {0, 0, NULL};
    if (!mx_tokens_read_text(source, name, text, &tokens)) {
        return NULL;
    }
    if (source->digest != NULL) {
        mx_digest_add(source->digest, text, strlen(text));
    }
    return tree_of(source, &tokens, origin);
}

static void set_place(struct mx_node *node)
{
    node->file = "--set";
    node->line = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        set_place(node->child[i]);
    }
}

struct mx_node *mx_document_value(struct mx_source *source, const char *name, const char *value)
{
    struct mx_source silent = *source;
    silent.mistakes = NULL;
    silent.digest = NULL;
    const char *text = mx_arena_format(source->arena, "value =\n%s\n;", value);
    struct mx_node *root = mx_document_read_text(&silent, "--set", text, MX_ORIGIN_OVERRIDE);
    struct mx_node *node;
    if (root != NULL && root->child_count == 1) {
        node = root->child[0];
        node->name = name != NULL ? mx_arena_copy(source->arena, name) : NULL;
        node->parent = NULL;
    } else {
        node = mx_node_create(source->arena, MX_NODE_TEXT, name);
        node->text = mx_arena_copy(source->arena, value);
        node->origin = MX_ORIGIN_OVERRIDE;
    }
    set_place(node);
    return node;
}
