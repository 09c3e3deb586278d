// SPDX-License-Identifier: GPL-3.0-or-later
/* part_notes.c - where each value comes from, for a plan that is shown to people. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/parts.h"

struct notes {
    struct mx_build *build;
    size_t count, size;
    struct mx_plan_note *note;
};

/* The last two parts of a path: "providers/gmail.cfg". */
static const char *short_path(const char *file)
{
    const char *at = file + strlen(file);
    int slashes = 0;
    while (at > file && (at[-1] != '/' || ++slashes < 2)) {
        at--;
    }
    return at;
}

static void add_note(struct notes *notes, const char *path, const struct mx_node *node)
{
    struct mx_arena *memory = notes->build->memory;
    if (notes->count == notes->size) {
        notes->size = notes->size == 0 ? 256 : 2 * notes->size;
        notes->note = mx_arena_grow(&notes->build->scratch, notes->note, notes->count, notes->size,
                                    sizeof notes->note[0]);
    }
    struct mx_plan_note *note = &notes->note[notes->count++];
    note->path = mx_arena_copy(memory, path);
    if (node->line == 0) {
        note->text = mx_arena_copy(memory, short_path(node->file));
    } else {
        note->text = mx_arena_format(memory, "%s:%d%s%s", short_path(node->file), node->line,
                                     node->comment != NULL ? ": " : "",
                                     node->comment != NULL ? node->comment : "");
    }
}

static void walk(struct notes *notes, const char *path, const struct mx_node *group)
{
    for (size_t i = 0; i < group->child_count; i++) {
        const struct mx_node *child = group->child[i];
        const char *name =
            *path == '\0' ? child->name
                          : mx_arena_format(&notes->build->scratch, "%s.%s", path, child->name);
        if (child->kind == MX_NODE_GROUP) {
            walk(notes, name, child);
        } else {
            add_note(notes, name, child);
        }
    }
}

static int compare_notes(const void *a, const void *b)
{
    return strcmp(((const struct mx_plan_note *)a)->path, ((const struct mx_plan_note *)b)->path);
}

void mx_build_notes(struct mx_build *build)
{
    struct notes notes = {build, 0, 0, NULL};
    walk(&notes, "", build->root);
    if (notes.count == 0) {
        return;
    }
    qsort(notes.note, notes.count, sizeof *notes.note, compare_notes);
    build->plan->notes =
        mx_arena_grow(build->memory, notes.note, notes.count, notes.count, sizeof *notes.note);
    build->plan->note_count = notes.count;
}
