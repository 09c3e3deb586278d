// SPDX-License-Identifier: GPL-3.0-or-later
/* build.c - see build.h. */
#include "sim/scenario/build.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/mistakes.h"

static const struct mx_reader_options no_options = {.access = NULL};

/* Memory of the plan; its arena jumps to the build's place. false: no memory. */
static bool create_plan(struct mx_build *build)
{
    build->plan = calloc(1, sizeof *build->plan);
    build->memory = calloc(1, sizeof *build->memory);
    if (build->plan == NULL || build->memory == NULL) {
        free(build->plan);
        free(build->memory);
        return false;
    }
    build->plan->memory = build->memory;
    build->memory->no_memory = &build->no_memory;
    return true;
}

struct mx_build *mx_build_create(const char *file, const struct mx_reader_options *options,
                                 struct mx_mistakes *mistakes)
{
    struct mx_build *build = calloc(1, sizeof *build);
    if (build == NULL || !create_plan(build)) {
        free(build);
        return NULL;
    }
    build->options = options != NULL ? options : &no_options;
    build->file = file;
    build->scratch.no_memory = &build->no_memory;
    build->source.arena = &build->scratch;
    build->source.access =
        build->options->access != NULL ? build->options->access : &mx_file_access_disk;
    build->source.mistakes = mistakes;
    build->source.digest = mx_digest_create();
    if (build->source.digest == NULL) {
        mx_plan_destroy(build->plan);
        free(build);
        return NULL;
    }
    return build;
}

void mx_build_destroy(struct mx_build *build)
{
    build->memory->no_memory = NULL;
    mx_digest_destroy(build->source.digest);
    mx_arena_fini(&build->scratch);
    free(build);
}

void mx_complain(struct mx_build *build, const struct mx_node *node, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    mx_mistakes_add_list(build->source.mistakes, node->file, node->line,
                         mx_node_path_written(&build->scratch, node), format, values);
    va_end(values);
}

void mx_complain_key(struct mx_build *build, const struct mx_node *group, const char *key,
                     const char *format, ...)
{
    va_list values;
    va_start(values, format);
    mx_mistakes_add_list(build->source.mistakes, group->file, group->line,
                         mx_node_path_of(&build->scratch, group, key), format, values);
    va_end(values);
}

const char *mx_did_you_mean(struct mx_build *build, const char *name, const char *const *names,
                            size_t count)
{
    const char *nearest = mx_nearest_name(name, names, count);
    return nearest == NULL ? ""
                           : mx_arena_format(&build->scratch, "; did you mean \"%s\"?", nearest);
}

const char *mx_list_names(struct mx_build *build, const char *const *names, size_t count)
{
    const char *text = count == 0 ? "(none)" : "";
    for (size_t i = 0; i < count && i < 20; i++) {
        text = mx_arena_format(&build->scratch, "%s%s%s", text, i > 0 ? ", " : "", names[i]);
    }
    return count > 20 ? mx_arena_format(&build->scratch, "%s, ...", text) : text;
}

void mx_assume(struct mx_build *build, const struct mx_assumed_key *assumed)
{
    if (build->assumed_count == build->assumed_size) {
        build->assumed_size = build->assumed_size == 0 ? 64 : 2 * build->assumed_size;
        build->assumed = mx_arena_grow(&build->scratch, build->assumed, build->assumed_count,
                                       build->assumed_size, sizeof build->assumed[0]);
    }
    build->assumed[build->assumed_count++] = *assumed;
}

bool mx_name_check(struct mx_build *build, const struct mx_node *node, const char *name)
{
    static const char *const reserved[] = {"none", "auto", "total", "preset", "assumed", "all"};
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t size = strlen(name);
    if (size == 0 || size > MX_NAME_SIZE_MAX || strspn(name, allowed) != size) {
        mx_complain(build, node,
                    "\"%.100s\" is not a name: 1 to %d letters, digits, - and _ are allowed", name,
                    MX_NAME_SIZE_MAX);
        return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (strcmp(name, reserved[i]) == 0) {
            mx_complain(build, node, "\"%s\" is a reserved word and cannot be a name", name);
            return false;
        }
    }
    return true;
}
