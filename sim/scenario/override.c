// SPDX-License-Identifier: GPL-3.0-or-later
/* override.c - see override.h. */
#include "sim/scenario/override.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"

#define NAMES_MAX 200

struct step {
    const char *name; /* NULL: an index */
    size_t index;
};

enum outcome { PLACED, REPORTED, NOT_YET };

#define STEPS_MAX 20

static void __attribute__((format(printf, 3, 4)))
complain(struct mx_build *build, const char *path, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    mx_mistakes_add_list(build->source.mistakes, "--set", 0, path, format, values);
    va_end(values);
}

/* Number of steps, 0 when the path is not one. */
static size_t split(struct mx_build *build, const char *path, struct step steps[STEPS_MAX])
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t count = 0;
    const char *c = path;
    while (*c != '\0') {
        if (count == STEPS_MAX) {
            return 0;
        }
        if (*c == '[' && count > 0) {
            size_t digits = strspn(c + 1, "0123456789");
            if (digits == 0 || digits > 9 || c[digits + 1] != ']') {
                return 0;
            }
            steps[count++] = (struct step){NULL, strtoul(c + 1, NULL, 10)};
            c += digits + 2;
        } else {
            size_t size = strspn(c, allowed);
            if (size == 0) {
                return 0;
            }
            steps[count++] = (struct step){mx_arena_copy_part(&build->scratch, c, size), 0};
            c += size;
        }
        if (*c == '.' && c[1] != '\0' && c[1] != '[') {
            c++;
        } else if (*c != '[' && *c != '\0') {
            return 0;
        }
    }
    return count;
}

/* Named by the user: --set must not make new ones by a slip of the finger. */
static bool is_collection(const struct mx_node *node)
{
    static const char *const names[] = {"lists", "pools", "campaigns", "providers"};
    if (node->parent == NULL || node->parent->parent != NULL || node->name == NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(node->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum outcome complain_missing(struct mx_build *build, const char *path,
                                     const struct mx_node *node, const char *name)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (; count < node->child_count && count < NAMES_MAX; count++) {
        names[count] = node->child[count]->name;
    }
    complain(build, path, "there is no %s.%s%s; known: %s", mx_node_path(&build->scratch, node),
             name, mx_did_you_mean(build, name, names, count), mx_list_names(build, names, count));
    return REPORTED;
}

/* The group that a step into `node` needs: "none" and the like give way to an empty one. */
static bool make_group(struct mx_node *node)
{
    if (node->kind == MX_NODE_LIST) {
        return false;
    }
    if (node->kind != MX_NODE_GROUP) {
        node->kind = MX_NODE_GROUP;
        node->text = NULL;
        node->file = "--set";
        node->line = 0;
        node->origin = MX_ORIGIN_OVERRIDE;
    }
    return true;
}

/* An element of a list that is not there cannot be put; the whole list can. */
static enum outcome complain_no_list(struct mx_build *build, const struct mx_override *override,
                                     const struct mx_node *group, const char *name)
{
    const char *path = mx_node_path_of(&build->scratch, group, name);
    complain(build, override->path,
             "there is no list %s to take an element of; set it whole: %s=(...)", path, path);
    return REPORTED;
}

/* `expect.METRIC=VALUE` and `expect.METRIC>=VALUE`, whose path ends at the equals sign: conditions
 * are texts of a list. */
static bool complain_expect(struct mx_build *build, const struct mx_override *override)
{
    static const char head[] = "expect.";
    const char *metric = override->path + strlen(head);
    if (strncmp(override->path, head, strlen(head)) != 0 || *metric == '\0') {
        return false;
    }
    const size_t size = strcspn(metric, "<>");
    complain(
        build, override->path,
        "conditions are texts in a list; write --set 'expect=(\"%.*s %s= %.40s\")' or the like",
        (int)size, metric, metric[size] == '<' ? "<" : ">", override->value);
    return true;
}

static enum outcome place(struct mx_build *build, const struct mx_override *override,
                          const struct step *steps, size_t count, bool last)
{
    struct mx_arena *arena = &build->scratch;
    struct mx_node *node = build->root;
    for (size_t i = 0; i < count; i++) {
        bool end = i + 1 == count;
        const struct step *step = &steps[i];
        if (step->name == NULL) {
            if (node->kind != MX_NODE_LIST || step->index >= node->child_count) {
                if (last) {
                    complain(build, override->path, "%s has no element %zu (it is %s of %zu)",
                             mx_node_path(arena, node), step->index, mx_node_kind_text(node->kind),
                             node->child_count);
                }
                return last ? REPORTED : NOT_YET;
            }
            if (end) {
                struct mx_node *value = mx_document_value(&build->source, NULL, override->value);
                value->parent = node;
                node->child[step->index] = value;
            }
            node = node->child[step->index];
            continue;
        }
        if (!make_group(node)) {
            complain(build, override->path, "%s is %s; its elements are reached as %s[0]",
                     mx_node_path(arena, node), mx_node_kind_text(node->kind),
                     mx_node_path(arena, node));
            return REPORTED;
        }
        struct mx_node *child = mx_node_find(node, step->name);
        if (child == NULL && is_collection(node)) {
            return complain_missing(build, override->path, node, step->name);
        }
        if (end) {
            mx_node_put(arena, node,
                        mx_document_value(&build->source, step->name, override->value));
        } else if (child == NULL) {
            if (steps[i + 1].name == NULL) {
                return last ? complain_no_list(build, override, node, step->name) : NOT_YET;
            }
            child = mx_node_create(arena, MX_NODE_GROUP, step->name);
            child->file = "--set";
            child->origin = MX_ORIGIN_OVERRIDE;
            mx_node_add(arena, node, child);
        }
        node = child;
    }
    return PLACED;
}

/* A list that only a preset has? Then nothing may be put on the way to it yet. */
static bool reaches(const struct mx_node *node, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].name != NULL) {
            node = mx_node_find(node, steps[i].name);
        } else if (node->kind != MX_NODE_LIST || steps[i].index >= node->child_count) {
            return false;
        } else {
            node = node->child[steps[i].index];
        }
        if (node == NULL) {
            for (; i < count; i++) {
                if (steps[i].name == NULL) {
                    return false;
                }
            }
            return true;
        }
    }
    return true;
}

void mx_overrides_apply(struct mx_build *build, bool last, bool *done)
{
    for (size_t i = 0; i < build->options->override_count; i++) {
        const struct mx_override *override = &build->options->overrides[i];
        struct step steps[STEPS_MAX];
        if (done[i]) {
            continue;
        }
        if (complain_expect(build, override)) {
            done[i] = true;
            continue;
        }
        size_t count = split(build, override->path, steps);
        if (count == 0) {
            complain(build, override->path,
                     "not a path of keys such as mta.retry.lifetime or "
                     "pools.main.ips[0].count");
            done[i] = true;
        } else if (last || reaches(build->root, steps, count)) {
            done[i] = place(build, override, steps, count, last) != NOT_YET;
        }
    }
}
