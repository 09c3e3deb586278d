// SPDX-License-Identifier: GPL-3.0-or-later
/* collect.c - named groups in canonical order: by key, so that the order of the file changes
 * nothing. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/random.h"
#include "sim/scenario/parts.h"

static int compare_entries(const void *a, const void *b)
{
    const struct mx_entry *left = a, *right = b;
    if (left->key != right->key) {
        return left->key < right->key ? -1 : 1;
    }
    return left->position < right->position ? -1 : left->position > right->position;
}

static const char *key_text(struct mx_build *build, const struct mx_node *group)
{
    const struct mx_node *key = mx_node_find(group, "key");
    if (key == NULL || key->kind != MX_NODE_TEXT || strcmp(key->text, group->name) == 0) {
        return "";
    }
    if (*key->text == '\0' || strlen(key->text) > MX_NAME_SIZE_MAX ||
        strpbrk(key->text, "\n\r\"\\") != NULL) {
        mx_complain(build, key, "a key is a text of 1 to %d characters", MX_NAME_SIZE_MAX);
    }
    return key->text;
}

struct mx_entry *mx_collect(struct mx_build *build, struct mx_node *section, const char *what,
                            uint32_t *count)
{
    *count = 0;
    if (!mx_node_expect(build, section, MX_NODE_GROUP, "a group of named groups")) {
        return NULL;
    }
    struct mx_entry *entries =
        mx_arena_take(&build->scratch, section->child_count, sizeof *entries);
    for (size_t i = 0; i < section->child_count; i++) {
        struct mx_node *node = section->child[i];
        if (!mx_node_expect(build, node, MX_NODE_GROUP, "a group { ... }") ||
            !mx_name_check(build, node, node->name)) {
            continue;
        }
        const char *key = key_text(build, node);
        entries[*count] = (struct mx_entry){
            .node = node,
            .name = mx_arena_copy(build->memory, node->name),
            .key_name = mx_arena_copy(build->memory, key),
            .key = mx_key_of_name(*key != '\0' ? key : node->name),
            .position = *count,
        };
        ++*count;
    }
    qsort(entries, *count, sizeof *entries, compare_entries);
    for (uint32_t i = 1; i < *count; i++) {
        if (entries[i].key == entries[i - 1].key) {
            mx_complain(build, entries[i].node, "has the same key as %s of the name %s", what,
                        entries[i - 1].name);
        }
    }
    return entries;
}

uint32_t *mx_collect_shown(struct mx_build *build, const struct mx_entry *entries, uint32_t count)
{
    uint32_t *shown = mx_arena_take(build->memory, count, sizeof *shown);
    for (uint32_t i = 0; i < count; i++) {
        shown[entries[i].position] = i;
    }
    return shown;
}

uint32_t mx_refer(struct mx_build *build, const struct mx_node *node, const char *name,
                  const char *what, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    mx_complain(build, node, "there is no %s \"%.100s\"%s; known: %s", what, name,
                mx_did_you_mean(build, name, names, count), mx_list_names(build, names, count));
    return MX_NO_INDEX;
}

bool mx_label_check(struct mx_build *build, const struct mx_node *node, const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:";
    size_t size = strlen(name);
    if (size == 0 || size > 253 || strspn(name, allowed) != size) {
        mx_complain(build, node,
                    "\"%.100s\" is not a name: 1 to 253 letters, digits and . - _ / : "
                    "are allowed",
                    name);
        return false;
    }
    return true;
}
