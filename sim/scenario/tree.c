// SPDX-License-Identifier: GPL-3.0-or-later
/* tree.c - see tree.h. */
#include "sim/scenario/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

struct mx_node *mx_node_create(struct mx_arena *arena, enum mx_node_kind kind, const char *name)
{
    struct mx_node *node = mx_arena_take(arena, 1, sizeof *node);
    node->kind = kind;
    node->name = name != NULL ? mx_arena_copy(arena, name) : NULL;
    node->file = "";
    return node;
}

void mx_node_add(struct mx_arena *arena, struct mx_node *parent, struct mx_node *child)
{
    MX_CHECK(parent->kind == MX_NODE_GROUP || parent->kind == MX_NODE_LIST);
    MX_CHECK((child->name != NULL) == (parent->kind == MX_NODE_GROUP));
    if (parent->child_count == parent->child_size) {
        parent->child_size = parent->child_size == 0 ? 8 : 2 * parent->child_size;
        parent->child = mx_arena_grow(arena, parent->child, parent->child_count, parent->child_size,
                                      sizeof(struct mx_node *));
    }
    parent->child[parent->child_count++] = child;
    child->parent = parent;
}

void mx_node_put(struct mx_arena *arena, struct mx_node *group, struct mx_node *child)
{
    MX_CHECK(group->kind == MX_NODE_GROUP);
    for (size_t i = 0; i < group->child_count; i++) {
        if (strcmp(group->child[i]->name, child->name) == 0) {
            group->child[i] = child;
            child->parent = group;
            return;
        }
    }
    mx_node_add(arena, group, child);
}

void mx_node_remove(struct mx_node *group, const struct mx_node *child)
{
    size_t kept = 0;
    for (size_t i = 0; i < group->child_count; i++) {
        if (group->child[i] != child) {
            group->child[kept++] = group->child[i];
        }
    }
    group->child_count = kept;
}

static struct mx_node *find_part(const struct mx_node *group, const char *name, size_t size)
{
    if (group == NULL || group->kind != MX_NODE_GROUP) {
        return NULL;
    }
    for (size_t i = 0; i < group->child_count; i++) {
        struct mx_node *child = group->child[i];
        if (strncmp(child->name, name, size) == 0 && child->name[size] == '\0') {
            return child;
        }
    }
    return NULL;
}

struct mx_node *mx_node_find(const struct mx_node *group, const char *name)
{
    return find_part(group, name, strlen(name));
}

struct mx_node *mx_node_at(const struct mx_node *node, const char *path)
{
    struct mx_node *found = NULL;
    while (*path != '\0') {
        if (*path == '[') {
            char *end;
            unsigned long index = strtoul(path + 1, &end, 10);
            if (node->kind != MX_NODE_LIST || *end != ']' || index >= node->child_count) {
                return NULL;
            }
            found = node->child[index];
            path = end + 1;
        } else {
            size_t size = strcspn(path, ".[");
            found = find_part(node, path, size);
            path += size;
        }
        if (found == NULL) {
            return NULL;
        }
        node = found;
        path += *path == '.';
    }
    return found;
}

/* Everything but parent and children. */
static struct mx_node *copy_alone(struct mx_arena *arena, const struct mx_node *node)
{
    struct mx_node *copy = mx_arena_take(arena, 1, sizeof *copy);
    *copy = *node;
    copy->parent = NULL;
    copy->child = NULL;
    copy->child_count = copy->child_size = 0;
    return copy;
}

struct mx_node *mx_node_copy(struct mx_arena *arena, const struct mx_node *node)
{
    struct mx_node *copy = copy_alone(arena, node);
    for (size_t i = 0; i < node->child_count; i++) {
        mx_node_add(arena, copy, mx_node_copy(arena, node->child[i]));
    }
    return copy;
}

/* Groups of another kind have other keys: the lower one's would only be in the way. */
static bool is_other_kind(const struct mx_node *base, const struct mx_node *over)
{
    static const char *const names[] = {"kind", "law", "form", "shape"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct mx_node *a = mx_node_find(base, names[i]);
        const struct mx_node *b = mx_node_find(over, names[i]);
        if (a != NULL && b != NULL && a->text != NULL && b->text != NULL &&
            strcmp(a->text, b->text) != 0) {
            return true;
        }
    }
    return false;
}

struct mx_node *mx_node_merge(struct mx_arena *arena, const struct mx_node *base,
                              const struct mx_node *over)
{
    if (base == NULL || base->kind != MX_NODE_GROUP || over->kind != MX_NODE_GROUP ||
        is_other_kind(base, over)) {
        return mx_node_copy(arena, over);
    }
    struct mx_node *merged = copy_alone(arena, over);
    for (size_t i = 0; i < base->child_count; i++) {
        const struct mx_node *below = base->child[i];
        const struct mx_node *above = mx_node_find(over, below->name);
        mx_node_add(arena, merged,
                    above != NULL ? mx_node_merge(arena, below, above)
                                  : mx_node_copy(arena, below));
    }
    for (size_t i = 0; i < over->child_count; i++) {
        if (mx_node_find(base, over->child[i]->name) == NULL) {
            mx_node_add(arena, merged, mx_node_copy(arena, over->child[i]));
        }
    }
    return merged;
}

static size_t index_of(const struct mx_node *node)
{
    for (size_t i = 0; i < node->parent->child_count; i++) {
        if (node->parent->child[i] == node) {
            return i;
        }
    }
    return 0;
}

const char *mx_node_path(struct mx_arena *arena, const struct mx_node *node)
{
    if (node == NULL || node->parent == NULL) {
        return "";
    }
    if (node->name != NULL) {
        return mx_node_path_of(arena, node->parent, node->name);
    }
    return mx_arena_format(arena, "%s[%zu]", mx_node_path(arena, node->parent), index_of(node));
}

const char *mx_node_path_of(struct mx_arena *arena, const struct mx_node *group, const char *key)
{
    const char *path = mx_node_path(arena, group);
    return *path == '\0' ? key : mx_arena_format(arena, "%s.%s", path, key);
}

const char *mx_node_path_written(struct mx_arena *arena, const struct mx_node *node)
{
    if (node == NULL || node->parent == NULL) {
        return "";
    }
    const char *path = mx_node_path_written(arena, node->parent);
    if (node->name == NULL) {
        return mx_arena_format(arena, "%s[%zu]", path, index_of(node));
    }
    const char *name = node->written != NULL ? node->written : node->name;
    return *path == '\0' ? name : mx_arena_format(arena, "%s.%s", path, name);
}

#define TEXT_SIZE 120

struct writer {
    char text[TEXT_SIZE + 8];
    size_t size;
};

static void write_text(struct writer *writer, const char *text)
{
    for (; *text != '\0' && writer->size < TEXT_SIZE; text++) {
        unsigned char c = (unsigned char)*text;
        writer->text[writer->size++] = c < ' ' || c == 127 ? ' ' : *text;
    }
}

static void write_node(struct writer *writer, const struct mx_node *node)
{
    bool group = node->kind == MX_NODE_GROUP;
    switch (node->kind) {
    case MX_NODE_TEXT:
        write_text(writer, "\"");
        write_text(writer, node->text);
        write_text(writer, "\"");
        return;
    case MX_NODE_NUMBER:
        write_text(writer, node->text);
        return;
    case MX_NODE_TRUTH:
        write_text(writer, node->truth ? "true" : "false");
        return;
    case MX_NODE_GROUP:
    case MX_NODE_LIST:
    case MX_NODE_KIND_COUNT:
        break;
    }
    write_text(writer, group ? "{" : "[");
    for (size_t i = 0; i < node->child_count && writer->size < TEXT_SIZE; i++) {
        write_text(writer, group ? " " : i > 0 ? ", " : "");
        if (group) {
            write_text(writer, node->child[i]->name);
            write_text(writer, " = ");
        }
        write_node(writer, node->child[i]);
        write_text(writer, group ? ";" : "");
    }
    write_text(writer, group ? " }" : "]");
}

const char *mx_node_text(struct mx_arena *arena, const struct mx_node *node)
{
    struct writer writer = {.size = 0};
    write_node(&writer, node);
    bool cut = writer.size == TEXT_SIZE;
    if (cut) { /* no half character */
        while (((unsigned char)writer.text[writer.size - 1] & 0xC0) == 0x80 && writer.size > 1) {
            writer.size--;
        }
        writer.size -= ((unsigned char)writer.text[writer.size - 1] & 0xC0) == 0xC0;
    }
    writer.text[writer.size] = '\0';
    return mx_arena_format(arena, "%s%s", writer.text, cut ? "..." : "");
}

bool mx_node_is_partial(const struct mx_node *node)
{
    while (node != NULL && !node->is_partial) {
        node = node->parent;
    }
    return node != NULL;
}

bool mx_node_is_none(const struct mx_node *node)
{
    return node != NULL && node->kind == MX_NODE_TEXT && strcmp(node->text, "none") == 0;
}

const char *mx_node_kind_text(enum mx_node_kind kind)
{
    switch (kind) {
    case MX_NODE_GROUP:
        return "a group";
    case MX_NODE_LIST:
        return "a list";
    case MX_NODE_TEXT:
        return "text";
    case MX_NODE_NUMBER:
        return "a bare number";
    case MX_NODE_TRUTH:
        return "true or false";
    case MX_NODE_KIND_COUNT:
        break;
    }
    MX_CHECK(false);
    return "";
}
