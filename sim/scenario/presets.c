// SPDX-License-Identifier: GPL-3.0-or-later
/* presets.c - see presets.h. */
#include "sim/scenario/presets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/mistakes.h"

#define CHAIN_MAX 10
#define KNOWN_MAX 400

static const struct {
    const char *folder, *name, *text;
} built_in[] = {
    {"mtas", "bluecore",
     "kind = \"list\"; gaps = [ \"2m\", \"5m\" ]; then = 2.0; max_gap = \"none\";\n"
     "lifetime = \"72h\"; clock = \"creation\"; expiry = \"deadline\"; unit = \"message\";\n"},
    {"throttles", "esp-default",
     "rules = (\n"
     "  { on = [ \"blocked\" ]; count = 5; within = \"1h\"; action = \"pause\"; for = \"2h\";\n"
     "    recovery = { steps = 4; every = \"5m\"; }; },\n"
     "  { on = [ \"rate\", \"spike\" ]; count = 2; within = \"1h\"; action = \"rate\";\n"
     "    value = \"10/m\"; for = \"30m\"; recovery = { steps = 4; every = \"5m\"; }; },\n"
     "  { on = [ \"connections\" ]; count = 2; within = \"1h\"; action = \"connections\";\n"
     "    value = 1; for = \"1h\"; recovery = { steps = 4; every = \"5m\"; }; },\n"
     "  { on = [ \"reputation\" ]; count = 500; within = \"1h\"; action = \"pause\"; for = "
     "\"30m\";\n"
     "    recovery = { steps = 4; every = \"5m\"; }; } );\n"
     "assumed = (\n"
     "  { key = \"rules[0].recovery\"; range = \"steps 0 .. 8\"; },\n"
     "  { key = \"rules[1].recovery\"; range = \"steps 0 .. 8\"; },\n"
     "  { key = \"rules[2].recovery\"; range = \"steps 0 .. 8\"; },\n"
     "  { key = \"rules[3]\"; range = \"count 100 .. 5000, for 10m .. 2h\"; } );\n"},
};

#define BUILT_IN_COUNT (sizeof built_in / sizeof built_in[0])

/* Names on the way to the one being read: a preset of a preset of … */
struct chain {
    const struct chain *before;
    const char *file;
    int depth;
};

static struct mx_node *merge_preset(struct mx_build *build, struct mx_node *group,
                                    const char *folder, const char *path,
                                    const struct chain *chain);

const char *mx_presets_built_in(const char *folder, const char *name)
{
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        if (strcmp(built_in[i].folder, folder) == 0 && strcmp(built_in[i].name, name) == 0) {
            return built_in[i].text;
        }
    }
    return NULL;
}

static const char *join(struct mx_build *build, const char *dir, const char *rest)
{
    size_t size = strlen(dir);
    const char *slash = size == 0 || dir[size - 1] == '/' ? "" : "/";
    return mx_arena_format(&build->scratch, "%s%s%s", dir, slash, rest);
}

static bool can_read(struct mx_build *build, const char *file)
{
    const struct mx_file_access *access = build->source.access;
    size_t size;
    char **text = (char **)mx_arena_owner(&build->scratch);
    int error = access->read(access->context, file, text, &size);
    free(error == 0 ? *text : NULL);
    *text = NULL;
    return error != ENOENT && error != ENOTDIR;
}

/* The i-th folder that presets are looked for in, or NULL. */
static const char *preset_dir(struct mx_build *build, size_t i)
{
    if (i == 0) {
        return mx_path_folder(&build->scratch, build->file);
    }
    return i <= build->options->preset_dir_count ? build->options->preset_dirs[i - 1] : NULL;
}

static const char *find_file(struct mx_build *build, const struct mx_node *node, const char *folder)
{
    const char *name = node->text, *dir;
    size_t size = strlen(name);
    if (size > 4 && strcmp(name + size - 4, ".cfg") == 0) {
        const char *beside = node->line > 0 ? node->file : build->file;
        return mx_path_beside(&build->scratch, beside, name);
    }
    const char *rest = mx_arena_format(&build->scratch, "%s/%s.cfg", folder, name);
    for (size_t i = 0; (dir = preset_dir(build, i)) != NULL; i++) {
        const char *file = join(build, dir, rest);
        if (can_read(build, file)) {
            return file;
        }
    }
    return NULL;
}

static size_t add_known(const char **known, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(known[i], name) == 0) {
            return count;
        }
    }
    if (count < KNOWN_MAX) {
        known[count++] = name;
    }
    return count;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* NAME.cfg in one folder -> NAME. */
static size_t list_folder(struct mx_build *build, const char *folder, const char **known,
                          size_t count)
{
    const struct mx_file_access *access = build->source.access;
    char **names = NULL;
    size_t name_count = 0;
    if (access->list == NULL || access->list(access->context, folder, &names, &name_count) != 0) {
        return count;
    }
    for (size_t i = 0; i < name_count; i++) {
        size_t size = strlen(names[i]);
        if (size > 4 && strcmp(names[i] + size - 4, ".cfg") == 0) {
            count =
                add_known(known, count, mx_arena_copy_part(&build->scratch, names[i], size - 4));
        }
        free(names[i]);
    }
    free(names);
    return count;
}

const char **mx_presets_known(struct mx_build *build, const char *folder, size_t *count)
{
    const char **known = mx_arena_take(&build->scratch, KNOWN_MAX, sizeof *known);
    const char *dir;
    *count = 0;
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        if (strcmp(built_in[i].folder, folder) == 0) {
            *count = add_known(known, *count, built_in[i].name);
        }
    }
    for (size_t i = 0; (dir = preset_dir(build, i)) != NULL; i++) {
        *count = list_folder(build, join(build, dir, folder), known, *count);
    }
    qsort(known, *count, sizeof *known, compare_names);
    return known;
}

static void complain_unknown(struct mx_build *build, const struct mx_node *node, const char *folder)
{
    size_t count;
    const char **known = mx_presets_known(build, folder, &count);
    mx_complain(build, node, "unknown preset \"%.100s\"%s; known in %s/: %s", node->text,
                mx_did_you_mean(build, node->text, known, count), folder,
                mx_list_names(build, known, count));
}

static struct mx_node *read_preset(struct mx_build *build, const struct mx_node *node,
                                   const char *folder, const char **file)
{
    *file = find_file(build, node, folder);
    if (*file != NULL) {
        return mx_document_read(&build->source, *file, ++build->origin_count);
    }
    const char *text = mx_presets_built_in(folder, node->text);
    if (text == NULL) {
        complain_unknown(build, node, folder);
        return NULL;
    }
    *file = mx_arena_format(&build->scratch, "built-in %s/%s", folder, node->text);
    return mx_document_read_text(&build->source, *file, text, ++build->origin_count);
}

void mx_presets_assumed(struct mx_build *build, struct mx_node *list, const char *path)
{
    if (!mx_node_expect(build, list, MX_NODE_LIST, "a list of { key; range; }")) {
        return;
    }
    for (size_t i = 0; i < list->child_count; i++) {
        struct mx_fields fields;
        const char *key = "", *range = "", *value = NULL;
        mx_fields_begin(&fields, build, list->child[i]);
        if (mx_node_expect(build, mx_field_need(&fields, "key", "the path of a key"), MX_NODE_TEXT,
                           "text in quotes")) {
            key = mx_node_find(fields.group, "key")->text;
        }
        mx_field_text(&fields, "range", &range);
        mx_field_text(&fields, "value", &value);
        mx_fields_end(&fields);
        struct mx_assumed_key assumed = {
            *path == '\0' ? key : mx_arena_format(&build->scratch, "%s.%s", path, key),
            range,
            value,
            list->origin,
            false,
            list->child[i]};
        mx_assume(build, &assumed);
    }
}

/* An assumed key has to exist in its own document: else its value would be called sourced. */
static void check_assumed(struct mx_build *build, const struct mx_node *root)
{
    const struct mx_node *list = mx_node_find(root, "assumed");
    for (size_t i = 0; list != NULL && i < list->child_count; i++) {
        const struct mx_node *key = mx_node_find(list->child[i], "key");
        if (key != NULL && key->text != NULL && mx_node_at(root, key->text) == NULL) {
            mx_complain(build, key, "\"%.200s\" is not a key of this file", key->text);
        }
    }
}

/* The preset that `node` names, with its own presets below it; NULL when there was a mistake. */
static struct mx_node *load_preset(struct mx_build *build, const struct mx_node *node,
                                   const char *folder, const char *path, const struct chain *chain)
{
    const char *file;
    struct mx_node *root = read_preset(build, node, folder, &file);
    if (root == NULL) {
        return NULL;
    }
    for (const struct chain *link = chain; link != NULL; link = link->before) {
        if (strcmp(link->file, file) == 0) {
            mx_complain(build, node, "a preset loop: %.200s is being read already", file);
            return NULL;
        }
    }
    struct chain link = {chain, file, chain == NULL ? 1 : chain->depth + 1};
    if (link.depth > CHAIN_MAX) {
        mx_complain(build, node, "presets of presets, more than %d deep", CHAIN_MAX);
        return NULL;
    }
    check_assumed(build, root);
    struct mx_node *assumed = mx_node_find(root, "assumed");
    if (assumed != NULL) {
        mx_presets_assumed(build, assumed, path);
        mx_node_remove(root, assumed);
    }
    return merge_preset(build, root, folder, path, &link);
}

/* A group with its preset below it. A copy, or the group itself where it names none. */
static struct mx_node *merge_preset(struct mx_build *build, struct mx_node *group,
                                    const char *folder, const char *path, const struct chain *chain)
{
    struct mx_node *name = mx_node_find(group, "preset");
    if (name == NULL) {
        return group;
    }
    mx_node_remove(group, name);
    if (!mx_node_expect(build, name, MX_NODE_TEXT, "the name of a preset in quotes")) {
        group->is_partial = true;
        return group;
    }
    struct mx_node *preset = load_preset(build, name, folder, path, chain);
    if (preset == NULL) {
        group->is_partial = true;
        return group;
    }
    struct mx_node *merged = mx_node_merge(&build->scratch, preset, group);
    merged->is_partial = preset->is_partial;
    return merged;
}

struct mx_node *mx_presets_merge(struct mx_build *build, struct mx_node *group, const char *folder)
{
    return merge_preset(build, group, folder, "", NULL);
}

static void expand(struct mx_build *build, struct mx_node *parent, const char *key,
                   const char *folder)
{
    struct mx_node *group = mx_node_find(parent, key);
    if (group == NULL || group->kind != MX_NODE_GROUP) {
        return;
    }
    struct mx_node *merged =
        merge_preset(build, group, folder, mx_node_path(&build->scratch, group), NULL);
    if (merged != group) {
        merged->name = group->name;
        merged->file = group->file;
        merged->line = group->line;
        mx_node_put(&build->scratch, parent, merged);
    }
}

/* `key` in every group of a section: pools.*.warm_up. key NULL: the groups themselves. */
static void expand_each(struct mx_build *build, struct mx_node *section, const char *key,
                        const char *folder)
{
    if (section == NULL || section->kind != MX_NODE_GROUP) {
        return;
    }
    for (size_t i = 0; i < section->child_count; i++) {
        if (key == NULL) {
            expand(build, section, section->child[i]->name, folder);
        } else {
            expand(build, section->child[i], key, folder);
        }
    }
}

void mx_presets_expand(struct mx_build *build)
{
    struct mx_node *mta = mx_node_find(build->root, "mta");
    expand_each(build, mx_node_find(build->root, "providers"), NULL, "providers");
    expand_each(build, mx_node_find(build->root, "campaigns"), "mix", "mixes");
    expand_each(build, mx_node_find(build->root, "pools"), "warm_up", "warm-ups");
    expand(build, mta, "throttle", "throttles");
    expand(build, mta, "retry", "mtas");
    expand_each(build, mx_node_find(mta, "destinations"), "throttle", "throttles");
}
