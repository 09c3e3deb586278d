// SPDX-License-Identifier: GPL-3.0-or-later
/* reader.h - scenario file -> plan, with every mistake reported at once.
 *
 * All file access goes through mx_file_access, so that tests and fuzzing open no file. */
#ifndef MX_READER_H
#define MX_READER_H

#include <stddef.h>

#include "sim/scenario/plan.h"

/* Read a whole file. Returns 0 and an owned, NUL-terminated text and its size, or an errno value.
 * A directory gives EISDIR; more than 16 MiB gives EFBIG. list: names of the files in a folder
 * (owned array of owned texts), for messages that list known presets; may be NULL. */
struct mx_file_access {
    int (*read)(void *context, const char *path, char **text, size_t *size);
    void *context;
    int (*list)(void *context, const char *folder, char ***names, size_t *count);
};
extern const struct mx_file_access mx_file_access_disk;

/* One mistake. file, key, text are owned by the list. line 0 = unknown (e.g. from --set). */
struct mx_mistake {
    char *file;
    int line;
    char *key;  /* full path, "" where there is none */
    char *text; /* what is wrong, what is allowed, "did you mean ..." */
};

/* is_memory_out: nothing is known of the rest, and no mistake of the user's is to blame. */
struct mx_mistakes {
    size_t count;
    struct mx_mistake *item;
    bool is_memory_out;
};
void mx_mistakes_fini(struct mx_mistakes *mistakes);

struct mx_override {
    const char *path;  /* "mta.retry.lifetime" */
    const char *value; /* "24h" */
};

struct mx_reader_options {
    const struct mx_override *overrides;
    size_t override_count;
    const char *const *preset_dirs; /* searched after the scenario's own folder */
    size_t preset_dir_count;
    const struct mx_file_access *access;
};

/* The plan, owned, or NULL with at least one mistake. Mistakes that are only warnings (ASSUMED
 * values under sources.assumed = "warn") are in plan->assumed, not here. */
struct mx_plan *mx_reader_load(const char *file, const struct mx_reader_options *options,
                               struct mx_mistakes *mistakes);

/* A retry policy alone: `name` is a preset or a file; keys are those of mta.retry. Returns 0 or
 * -1 with mistakes. */
int mx_reader_load_policy(const char *name, const struct mx_reader_options *options,
                          struct mx_retry_policy *policy, struct mx_mistakes *mistakes);

#define MX_POLICY_TEXT_SIZE 120
#define MX_POLICY_ASSUMED_MAX 16

/* A key of a policy whose value no public source states; long texts are cut. */
struct mx_policy_assumed {
    char key[MX_POLICY_TEXT_SIZE], value[MX_POLICY_TEXT_SIZE], range[MX_POLICY_TEXT_SIZE];
};

/* A policy with what its preset says of its origin. source: short, "" where it says nothing. */
struct mx_policy_info {
    struct mx_retry_policy policy;
    struct mx_destination_params destination;
    char source[MX_POLICY_TEXT_SIZE];
    size_t assumed_count;
    struct mx_policy_assumed assumed[MX_POLICY_ASSUMED_MAX];
};

/* As mx_reader_load_policy. An assumed value that an override replaced is not assumed. */
int mx_reader_load_policy_info(const char *name, const struct mx_reader_options *options,
                               struct mx_policy_info *info, struct mx_mistakes *mistakes);

/* Names of all presets of retry policies that options can find, sorted; owned array of owned
 * texts. Returns 0, or -1 when out of memory. */
int mx_reader_policy_names(const struct mx_reader_options *options, char ***names, size_t *count);
void mx_reader_policy_names_free(char **names, size_t count);

/* The resolved plan as a scenario file that loads back to the same plan, owned text. with_notes:
 * each value is followed by its source or ASSUMED as a comment. NULL when out of memory. */
char *mx_plan_print(const struct mx_plan *plan, bool with_notes);

#endif
