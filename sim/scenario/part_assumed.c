// SPDX-License-Identifier: GPL-3.0-or-later
/* part_assumed.c - what of a scenario no public source states: a list to be read, and factors that
 * a study can vary. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

/* Some value at or below a node that comes from this document? */
static bool has_origin(const struct mx_node *node, uint32_t origin)
{
    if (node->kind != MX_NODE_GROUP) {
        return node->origin == origin;
    }
    for (size_t i = 0; i < node->child_count; i++) {
        if (has_origin(node->child[i], origin)) {
            return true;
        }
    }
    return false;
}

/* Whether an assumed key still holds: its value comes from the document that called it so. A plan
 * written out lists keys that are spelt differently there (of mta, of the reader's own defaults):
 * those hold unless --set has replaced what stands above them. */
static bool is_assumed(struct mx_build *build, const struct mx_assumed_key *key)
{
    const struct mx_node *node = mx_node_at(build->root, key->path);
    if (key->built_in) {
        return true;
    }
    if (node != NULL || key->value == NULL) {
        return node != NULL && has_origin(node, key->origin);
    }
    char *path = mx_arena_copy(&build->scratch, key->path);
    while (node == NULL && strpbrk(path, ".[") != NULL) {
        size_t size = strlen(path);
        while (path[size - 1] != '.' && path[size - 1] != '[') {
            size--;
        }
        path[size - 1] = '\0';
        node = mx_node_at(build->root, path);
    }
    return node == NULL || node->origin != MX_ORIGIN_OVERRIDE;
}

/* In the order of their paths; of one path the first that was announced. */
static int compare_keys(const void *a, const void *b)
{
    const struct mx_assumed_key *const *first = a, *const *second = b;
    int order = strcmp((*first)->path, (*second)->path);
    return order != 0 ? order : (*first > *second) - (*first < *second);
}

static const struct mx_assumed_key **sort_keys(struct mx_build *build, size_t *count)
{
    const struct mx_assumed_key **keys =
        mx_arena_take(&build->scratch, build->assumed_count, sizeof *keys);
    size_t found = 0;
    *count = 0;
    for (size_t i = 0; i < build->assumed_count; i++) {
        if (is_assumed(build, &build->assumed[i])) {
            keys[found++] = &build->assumed[i];
        }
    }
    qsort(keys, found, sizeof *keys, compare_keys);
    for (size_t i = 0; i < found; i++) {
        if (*count == 0 || strcmp(keys[*count - 1]->path, keys[i]->path) != 0) {
            keys[(*count)++] = keys[i];
        }
    }
    return keys;
}

static void add_factor(struct mx_build *build, const struct mx_assumed_key *key, const char *path,
                       const struct mx_node *node, const char *value, const char *range)
{
    struct mx_plan *plan = build->plan;
    struct mx_plan_factor *factor = &plan->factors[plan->factor_count];
    const char *wrong;
    *factor = (struct mx_plan_factor){.path = mx_arena_copy(build->memory, path),
                                      .value = mx_arena_copy(build->memory, value),
                                      .is_settable = node != NULL || key->built_in,
                                      .partner = SIZE_MAX,
                                      .sum_max = 1};
    if (factor->is_settable) {
        wrong = mx_range_parse(build->memory, range, node, value, &factor->range);
        if (wrong != NULL) {
            mx_mistakes_add(build->source.mistakes,
                            key->place != NULL ? key->place->file : build->file,
                            key->place != NULL ? key->place->line : 0, path, "%s", wrong);
            return;
        }
    }
    plan->factor_count++;
}

static const char *value_text(struct mx_build *build, const struct mx_node *node)
{
    if (node == NULL) {
        return "";
    }
    return node->kind == MX_NODE_TEXT ? node->text : mx_node_text(&build->scratch, node);
}

#define MEMBERS_MAX 8

/* "count 100 .. 5000, for 10m .. 2h": of a group that is assumed as a whole, what of it varies. */
static void add_members(struct mx_build *build, const struct mx_assumed_key *key,
                        const struct mx_node *node)
{
    const char *at = key->range;
    for (int i = 0; i < MEMBERS_MAX && *at != '\0'; i++) {
        const char *part = mx_take_part(build, &at, ",");
        size_t size = strcspn(part, " ");
        const char *name = mx_arena_copy_part(&build->scratch, part, size);
        const struct mx_node *member = mx_node_at(node, name);
        at += *at == ',';
        if (member == NULL) {
            mx_mistakes_add(build->source.mistakes,
                            key->place != NULL ? key->place->file : build->file,
                            key->place != NULL ? key->place->line : 0, key->path,
                            "\"%.100s\" does not say which key of the group varies, as in "
                            "\"steps 0 .. 8\"",
                            part);
            continue;
        }
        add_factor(build, key, mx_arena_format(&build->scratch, "%s.%s", key->path, name), member,
                   value_text(build, member), part + size + strspn(part + size, " "));
    }
}

static void fill_assumed(struct mx_build *build)
{
    struct mx_plan *plan = build->plan;
    const struct mx_assumed_key **keys = sort_keys(build, &plan->assumed_count);
    plan->assumed = mx_arena_take(build->memory, plan->assumed_count, sizeof *plan->assumed);
    plan->factors =
        mx_arena_take(build->memory, MEMBERS_MAX * plan->assumed_count, sizeof *plan->factors);
    for (size_t i = 0; i < plan->assumed_count; i++) {
        const struct mx_assumed_key *key = keys[i];
        const struct mx_node *node = mx_node_at(build->root, key->path);
        const char *value = key->value != NULL ? key->value : value_text(build, node);
        plan->assumed[i] = (struct mx_plan_assumed){mx_arena_copy(build->memory, key->path),
                                                    mx_arena_copy(build->memory, value),
                                                    mx_arena_copy(build->memory, key->range)};
        if (*key->range == '\0') {
            continue;
        }
        if (node != NULL && node->kind == MX_NODE_GROUP && mx_node_find(node, "law") == NULL) {
            add_members(build, key, node);
        } else {
            add_factor(build, key, key->path, node, value, key->range);
        }
    }
}

static size_t find_factor(const struct mx_plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->factor_count; i++) {
        if (strcmp(plan->factors[i].path, path) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* busy and block of a band are shares of the same attempts: what they may add up to. */
static void pair_shares(struct mx_build *build)
{
    static const char *const names[] = {"busy", "block"};
    struct mx_plan *plan = build->plan;
    for (size_t i = 0; i < plan->factor_count; i++) {
        struct mx_plan_factor *factor = &plan->factors[i];
        const char *dot = strrchr(factor->path, '.');
        for (size_t n = 0; n < 2 && dot != NULL && strstr(factor->path, ".bands.") != NULL; n++) {
            if (strcmp(dot + 1, names[n]) != 0) {
                continue;
            }
            const char *other = mx_arena_format(
                &build->scratch, "%.*s.%s", (int)(dot - factor->path), factor->path, names[1 - n]);
            const struct mx_node *node = mx_node_at(build->root, other);
            double share = 0;
            factor->partner = find_factor(plan, other);
            if (factor->partner == SIZE_MAX && node != NULL && node->kind == MX_NODE_TEXT &&
                mx_quantity_share(node->text, &share) == MX_QUANTITY_OK) {
                factor->sum_max = 1 - share;
            }
        }
    }
}

void mx_build_assumed(struct mx_build *build, struct mx_node *sources)
{
    static const char *const words[] = {"silent", "warn", "error"};
    struct mx_fields fields;
    int word = 1;
    mx_fields_begin(&fields, build, sources);
    mx_field_choice(&fields, "assumed", words, 3, &word);
    mx_fields_end(&fields);
    fill_assumed(build);
    pair_shares(build);
    build->plan->assumed_silent = word == 0;
    for (size_t i = 0; word == 2 && i < build->plan->assumed_count; i++) {
        const struct mx_plan_assumed *assumed = &build->plan->assumed[i];
        const struct mx_node *node = mx_node_at(build->root, assumed->path);
        mx_mistakes_add(build->source.mistakes, node != NULL ? node->file : build->file,
                        node != NULL ? node->line : 0, assumed->path,
                        "%s is ASSUMED (range %s), and sources.assumed is \"error\": write the "
                        "key yourself",
                        assumed->value, *assumed->range != '\0' ? assumed->range : "unknown");
    }
}
