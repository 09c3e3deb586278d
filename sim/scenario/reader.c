// SPDX-License-Identifier: GPL-3.0-or-later
/* reader.c - see reader.h: the steps of a load in their order. */
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/override.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/presets.h"

/* A group that is there even where the file has none, so that --set and defaults have a place. */
static struct mx_node *ensure_group(struct mx_build *build, struct mx_node *parent,
                                    const char *name)
{
    struct mx_node *group = mx_node_find(parent, name);
    if (group == NULL) {
        group = mx_node_create(&build->scratch, MX_NODE_GROUP, name);
        group->file = parent->file;
        group->line = parent->line;
        mx_node_add(&build->scratch, parent, group);
    }
    return group;
}

static void add_text(struct mx_build *build, struct mx_node *group, const char *name,
                     const char *text)
{
    struct mx_node *node = mx_node_create(&build->scratch, MX_NODE_TEXT, name);
    node->text = text;
    node->file = group->file;
    node->line = group->line;
    mx_node_add(&build->scratch, group, node);
}

/* throttle and retry start from presets even where they are not mentioned. */
static void add_defaults(struct mx_build *build)
{
    struct mx_node *mta = ensure_group(build, build->root, "mta");
    if (mta->kind != MX_NODE_GROUP) {
        return;
    }
    if (mx_node_find(mta, "throttle") == NULL) {
        add_text(build, ensure_group(build, mta, "throttle"), "preset", "esp-default");
    }
    struct mx_node *retry = ensure_group(build, mta, "retry");
    if (retry->kind == MX_NODE_GROUP && mx_node_find(retry, "preset") == NULL &&
        mx_node_find(retry, "kind") == NULL) {
        add_text(build, retry, "preset", "bluecore");
    }
}

/* What results call the policy. */
static void note_retry_preset(struct mx_build *build)
{
    const struct mx_node *retry = mx_node_at(build->root, "mta.retry");
    const struct mx_node *preset = mx_node_find(retry, "preset");
    const struct mx_node *kind = mx_node_find(retry, "kind");
    build->retry_preset = "unnamed";
    if (preset != NULL && preset->kind == MX_NODE_TEXT) {
        build->retry_preset = mx_arena_format(&build->scratch, "%.100s%s", preset->text,
                                              retry->child_count > 1 ? " (changed)" : "");
    } else if (kind != NULL && kind->kind == MX_NODE_TEXT) {
        build->retry_preset = mx_arena_format(&build->scratch, "%.100s", kind->text);
    }
}

static void add_to_digest(struct mx_build *build)
{
    for (size_t i = 0; i < build->options->override_count; i++) {
        const struct mx_override *override = &build->options->overrides[i];
        mx_digest_add(build->source.digest, override->path, strlen(override->path));
        mx_digest_add(build->source.digest, override->value, strlen(override->value));
    }
}

/* The tree that the plan is made of; false: it could not be read. */
static bool read_tree(struct mx_build *build)
{
    bool *done = mx_arena_take(&build->scratch, build->options->override_count, sizeof *done);
    build->root = mx_document_read(&build->source, build->file, 0);
    if (build->root == NULL) {
        return false;
    }
    if (build->root->child_count == 0) {
        mx_complain(build, build->root,
                    "an empty scenario: it needs pools, campaigns and providers");
        return false;
    }
    add_to_digest(build);
    mx_overrides_apply(build, false, done);
    struct mx_node *assumed = mx_node_find(build->root, "assumed");
    if (assumed != NULL) {
        mx_presets_assumed(build, assumed, "");
    }
    add_defaults(build);
    note_retry_preset(build);
    mx_presets_expand(build);
    mx_overrides_apply(build, true, done);
    return true;
}

static struct mx_node *need_section(struct mx_fields *top, const char *key)
{
    return mx_field_need(top, key, "a group of at least one named group");
}

static void build_plan(struct mx_build *build)
{
    struct mx_fields top;
    struct mx_plan *plan = build->plan;
    mx_fields_begin(&top, build, build->root);
    mx_build_start(build, &top);
    mx_build_lists(build, mx_field(&top, "lists"));
    mx_build_pools(build, need_section(&top, "pools"));
    mx_build_providers(build, need_section(&top, "providers"));
    mx_build_mta(build, mx_field(&top, "mta"));
    mx_build_campaigns(build, need_section(&top, "campaigns"));
    mx_build_domains(build, mx_field(&top, "domains"));
    mx_build_end(build, &top);
    mx_field(&top, "assumed");
    mx_build_assumed(build, mx_field(&top, "sources"));
    mx_fields_end(&top);
    if (build->source.mistakes->count == 0 &&
        (plan->pool_count == 0 || plan->campaign_count == 0 || plan->provider_count == 0)) {
        mx_complain(build, build->root, "needs at least one pool, campaign and provider");
    }
    mx_build_notes(build);
    mx_digest_put(build->source.digest, plan->sha256);
}

static void load_inside(struct mx_build *build)
{
    if (read_tree(build)) {
        build_plan(build);
    }
}

struct mx_plan *mx_reader_load(const char *file, const struct mx_reader_options *options,
                               struct mx_mistakes *mistakes)
{
    size_t before = mistakes->count;
    struct mx_build *build = mx_build_create(file, options, mistakes);
    if (build == NULL || setjmp(build->no_memory) != 0) {
        mistakes->is_memory_out = true;
    } else {
        load_inside(build);
    }
    if (build == NULL) {
        return NULL;
    }
    struct mx_plan *plan = build->plan;
    mx_build_destroy(build);
    if (mistakes->count > before || mistakes->is_memory_out) {
        mx_plan_destroy(plan);
        return NULL;
    }
    return plan;
}

/* ---- a policy alone ---- */

/* Whether a name is a file: it ends in .cfg, or has a folder in it. */
static bool is_file(const char *name)
{
    size_t size = strlen(name);
    return strchr(name, '/') != NULL || (size > 4 && strcmp(name + size - 4, ".cfg") == 0);
}

static void put_text(char text[MX_POLICY_TEXT_SIZE], const char *from)
{
    size_t size = strnlen(from, MX_POLICY_TEXT_SIZE - 1);
    memcpy(text, from, size);
    text[size] = '\0';
}

/* What the tree says of the policy's origin: its source, and what is still assumed of it. */
static void fill_info(struct mx_build *build, struct mx_policy_info *info)
{
    const struct mx_node *source = mx_node_find(build->root, "source");
    put_text(info->source, source != NULL && source->kind == MX_NODE_TEXT ? source->text : "");
    info->assumed_count = 0;
    for (size_t i = 0; i < build->assumed_count; i++) {
        const struct mx_assumed_key *key = &build->assumed[i];
        const struct mx_node *node = mx_node_at(build->root, key->path);
        if (node == NULL || node->origin != key->origin ||
            info->assumed_count == MX_POLICY_ASSUMED_MAX) {
            continue;
        }
        struct mx_policy_assumed *assumed = &info->assumed[info->assumed_count++];
        put_text(assumed->key, key->path);
        put_text(assumed->value,
                 node->kind == MX_NODE_TEXT ? node->text : mx_node_text(&build->scratch, node));
        put_text(assumed->range, key->range);
    }
}

static void load_policy_inside(struct mx_build *build, const char *name,
                               struct mx_policy_info *info)
{
    bool *done = mx_arena_take(&build->scratch, build->options->override_count, sizeof *done);
    build->root = mx_node_create(&build->scratch, MX_NODE_GROUP, NULL);
    build->root->file = name;
    if (is_file(name)) {
        build->root = mx_document_read(&build->source, name, 0);
        if (build->root == NULL) {
            return;
        }
        struct mx_node *assumed = mx_node_find(build->root, "assumed");
        if (assumed != NULL) {
            mx_presets_assumed(build, assumed, "");
            mx_node_remove(build->root, assumed);
        }
    } else {
        add_text(build, build->root, "preset", name);
    }
    mx_overrides_apply(build, false, done);
    build->root = mx_presets_merge(build, build->root, "mtas");
    mx_overrides_apply(build, true, done);
    const char *ignored = "";
    struct mx_sending_params sending = {.connections = 1}; /* the caller's business */
    mx_build_retry(build, build->root, &info->policy, &info->destination, &sending, &ignored);
    fill_info(build, info);
}

int mx_reader_load_policy_info(const char *name, const struct mx_reader_options *options,
                               struct mx_policy_info *info, struct mx_mistakes *mistakes)
{
    size_t before = mistakes->count;
    struct mx_build *build = mx_build_create(is_file(name) ? name : "", options, mistakes);
    *info = (struct mx_policy_info){.source = ""};
    if (build == NULL || setjmp(build->no_memory) != 0) {
        mistakes->is_memory_out = true;
    } else {
        load_policy_inside(build, name, info);
    }
    if (build != NULL) {
        struct mx_plan *plan = build->plan;
        mx_build_destroy(build);
        mx_plan_destroy(plan);
    }
    return mistakes->count > before || mistakes->is_memory_out ? -1 : 0;
}

int mx_reader_load_policy(const char *name, const struct mx_reader_options *options,
                          struct mx_retry_policy *policy, struct mx_mistakes *mistakes)
{
    struct mx_policy_info info;
    int status = mx_reader_load_policy_info(name, options, &info, mistakes);
    *policy = info.policy;
    return status;
}

static char **copy_names(const char *const *names, size_t count)
{
    char **copy = calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = strdup(names[i]);
        if (copy[i] == NULL) {
            mx_reader_policy_names_free(copy, i);
            return NULL;
        }
    }
    return copy;
}

int mx_reader_policy_names(const struct mx_reader_options *options, char ***names, size_t *count)
{
    struct mx_mistakes mistakes = {0};
    struct mx_build *build = mx_build_create("", options, &mistakes);
    *names = NULL;
    *count = 0;
    if (build != NULL && setjmp(build->no_memory) == 0) {
        const char **known = mx_presets_known(build, "mtas", count);
        *names = copy_names(known, *count);
    }
    if (build != NULL) {
        struct mx_plan *plan = build->plan;
        mx_build_destroy(build);
        mx_plan_destroy(plan);
    }
    mx_mistakes_fini(&mistakes);
    return *names == NULL ? -1 : 0;
}

void mx_reader_policy_names_free(char **names, size_t count)
{
    for (size_t i = 0; names != NULL && i < count; i++) {
        free(names[i]);
    }
    free(names);
}
