// SPDX-License-Identifier: GPL-3.0-or-later
/* tree.h - settings as a tree of our own: what documents are read into, merged and checked as.
 *
 * Nodes live in an arena. Numbers and strings keep their text as written; what they mean is decided
 * by whoever asks for them (fields.h). */
#ifndef MX_TREE_H
#define MX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/arena.h"

enum mx_node_kind {
    MX_NODE_GROUP,  /* { name = value; … } */
    MX_NODE_LIST,   /* ( … ) or [ … ] */
    MX_NODE_TEXT,   /* "…" */
    MX_NODE_NUMBER, /* literal, as written */
    MX_NODE_TRUTH,
    MX_NODE_KIND_COUNT
};

#define MX_ORIGIN_OVERRIDE UINT32_MAX

/* name: NULL for elements of lists. file, line: where it was written (line 0: --set). origin:
 * number of the document (scenario, a preset) that it came from. */
struct mx_node {
    enum mx_node_kind kind;
    const char *name;
    const char *written; /* the user's own word for `name`, or NULL: the same */
    const char *file;
    int line;
    uint32_t origin;
    const char *comment; /* at the end of its line, or NULL */
    struct mx_node *parent;
    const char *text; /* TEXT: the value; NUMBER: the literal */
    bool truth;
    bool is_partial; /* its preset could not be read: what is missing is no second mistake */
    size_t child_count, child_size;
    struct mx_node **child;
};

struct mx_node *mx_node_create(struct mx_arena *arena, enum mx_node_kind kind, const char *name);
/* Put child at the end of a group or list. */
void mx_node_add(struct mx_arena *arena, struct mx_node *parent, struct mx_node *child);
/* Put child in the place of the one with its name, or at the end. */
void mx_node_put(struct mx_arena *arena, struct mx_node *group, struct mx_node *child);
/* Take a child out. */
void mx_node_remove(struct mx_node *group, const struct mx_node *child);

/* The child of a group with this name, or NULL. */
struct mx_node *mx_node_find(const struct mx_node *group, const char *name);
/* The node at a dotted path such as "reputation.bands.low" or "ips[0].count", or NULL. */
struct mx_node *mx_node_at(const struct mx_node *node, const char *path);

struct mx_node *mx_node_copy(struct mx_arena *arena, const struct mx_node *node);
/* base with `over` on top, a new tree: groups merge key by key (but a group whose kind, law, form
 * or shape differs replaces the other whole); everything else is replaced. */
struct mx_node *mx_node_merge(struct mx_arena *arena, const struct mx_node *base,
                              const struct mx_node *over);

/* "providers.gmail.reputation"; "" for the root. */
const char *mx_node_path(struct mx_arena *arena, const struct mx_node *node);
/* Path of a key of this group that may not exist. */
const char *mx_node_path_of(struct mx_arena *arena, const struct mx_node *group, const char *key);
/* The path in the words of the user, for messages. */
const char *mx_node_path_written(struct mx_arena *arena, const struct mx_node *node);
/* On one line, as written; long ones are cut short with "…". */
const char *mx_node_text(struct mx_arena *arena, const struct mx_node *node);
/* It, or a group around it, is_partial. */
bool mx_node_is_partial(const struct mx_node *node);
bool mx_node_is_none(const struct mx_node *node);
/* "a group", "a list", … for messages. */
const char *mx_node_kind_text(enum mx_node_kind kind);

#endif
