// SPDX-License-Identifier: GPL-3.0-or-later
/* build.h - one load under way: what all steps from tree to plan share. */
#ifndef MX_BUILD_H
#define MX_BUILD_H

#include "sim/scenario/document.h"
#include "sim/scenario/plan.h"
#include "sim/scenario/time_zone.h"

/* A key whose value no public source states: from a preset's list, or a default of the reader's
 * own (then value is given and origin does not matter). */
struct mx_assumed_key {
    const char *path;
    const char *range;
    const char *value; /* NULL: as the tree has it */
    uint32_t origin;
    bool built_in;
    const struct mx_node *place; /* of the entry, or NULL */
};

struct mx_build {
    jmp_buf no_memory;
    struct mx_arena scratch;
    struct mx_source source; /* its arena is scratch */
    const struct mx_reader_options *options;
    const char *file;
    uint32_t origin_count;
    struct mx_plan *plan;    /* takes from plan->memory */
    struct mx_arena *memory; /* the plan's */
    struct mx_node *root;    /* presets merged, overrides applied */
    size_t assumed_count, assumed_size;
    struct mx_assumed_key *assumed;
    const char *retry_preset;   /* named by mta.retry, with " (changed)" where it adds keys */
    const struct mx_zone *zone; /* a fixed one where the scenario states its offset */
};

/* Owned, or NULL when out of memory. options may be NULL. Its arenas jump to build->no_memory,
 * which the caller has to set at once. */
struct mx_build *mx_build_create(const char *file, const struct mx_reader_options *options,
                                 struct mx_mistakes *mistakes);
/* Frees all but the plan. */
void mx_build_destroy(struct mx_build *build);

/* A mistake at a node (file and line from it). */
void mx_complain(struct mx_build *build, const struct mx_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A mistake about a key of a group that is missing or unknown: place of the group. */
void mx_complain_key(struct mx_build *build, const struct mx_node *group, const char *key,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* " (did you mean "x"?)" or "". */
const char *mx_did_you_mean(struct mx_build *build, const char *name, const char *const *names,
                            size_t count);
/* "a, b, c" of up to 20 names. */
const char *mx_list_names(struct mx_build *build, const char *const *names, size_t count);

void mx_assume(struct mx_build *build, const struct mx_assumed_key *assumed);

/* Letters, digits, - and _, at most 63, not one of the words that mean something else. */
bool mx_name_check(struct mx_build *build, const struct mx_node *node, const char *name);

#define MX_NAME_SIZE_MAX 63

#endif
