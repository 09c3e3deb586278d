// SPDX-License-Identifier: GPL-3.0-or-later
/* point.c - see point.h.
 *
 * One lock guards the cache and the files read; loading itself is done without it, and others that
 * want the same point wait for it. */
#include "sim/study/point.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/digest.h"
#include "sim/scenario/mistakes.h"
#include "sim/stats/summary.h"

/* Plans kept though nobody uses them; those in use are kept as well. */
#define IDLE_MAX 8

const char *const mx_point_default_metrics[] = {
    "sent",
    "delivered_rate",
    "deferrals_per_message",
    "hard_bounced",
    "soft_bounced",
    "soft_bounced_expired",
    "pending",
    "time_to_deliver_p50_s",
    "time_to_deliver_p99_s",
    "time_until_99pct_s",
    "queue_peak",
};
const uint32_t mx_point_default_metric_count =
    sizeof mx_point_default_metrics / sizeof mx_point_default_metrics[0];

enum entry_state { ENTRY_LOADING, ENTRY_READY };

/* A point with what made it: "path\0value\0..." */
struct entry {
    struct mx_point point; /* first: a point is its entry */
    char *key;
    size_t key_size;
    enum entry_state state;
    uint32_t users;
    uint64_t used_at; /* larger: later */
    struct entry *next;
};

struct file {
    char *path;
    int error_number;
    char *text;
    size_t size;
    struct file *next;
};

struct mx_point_source {
    struct mx_point_options options;
    struct mx_file_access access; /* through the files read so far */
    pthread_mutex_t lock;
    pthread_cond_t was_loaded;
    struct entry *entries;
    struct file *files, **files_end; /* in the order of reading */
    uint64_t clock;
};

/* ---- files, each read once ---- */

static struct file *find_file(struct mx_point_source *source, const char *path)
{
    struct file *file = source->files;

    while (file != NULL && strcmp(file->path, path) != 0) {
        file = file->next;
    }
    return file;
}

/* Under the lock. NULL: out of memory. */
static struct file *keep_file(struct mx_point_source *source, const char *path)
{
    const struct mx_file_access *below = source->options.access;
    struct file *file = calloc(1, sizeof *file);

    if (file == NULL || (file->path = strdup(path)) == NULL) {
        free(file);
        return NULL;
    }
    file->error_number = below->read(below->context, path, &file->text, &file->size);
    *source->files_end = file;
    source->files_end = &file->next;
    return file;
}

static int read_file(void *context, const char *path, char **text, size_t *size)
{
    struct mx_point_source *source = context;
    struct file *file;
    int error_number = ENOMEM;

    (void)pthread_mutex_lock(&source->lock);
    file = find_file(source, path);
    file = file != NULL ? file : keep_file(source, path);
    if (file != NULL && file->error_number != 0) {
        error_number = file->error_number;
    } else if (file != NULL && (*text = malloc(file->size + 1)) != NULL) {
        memcpy(*text, file->text, file->size + 1);
        *size = file->size;
        error_number = 0;
    }
    (void)pthread_mutex_unlock(&source->lock);
    return error_number;
}

bool mx_point_source_file(struct mx_point_source *source, size_t index, const char **path,
                          char sha256[65])
{
    const struct file *file;

    (void)pthread_mutex_lock(&source->lock);
    for (file = source->files; file != NULL; file = file->next) {
        if (file->error_number == 0 && index-- == 0) {
            break;
        }
    }
    (void)pthread_mutex_unlock(&source->lock);
    if (file == NULL) {
        return false;
    }
    *path = file->path; /* neither changes any more */
    return mx_digest_of(file->text, file->size, sha256);
}

int mx_point_source_digest(struct mx_point_source *source, const char *path, char sha256[65])
{
    const struct file *file;

    (void)pthread_mutex_lock(&source->lock);
    file = find_file(source, path);
    file = file != NULL ? file : keep_file(source, path);
    (void)pthread_mutex_unlock(&source->lock);
    if (file == NULL ||
        (file->error_number == 0 && !mx_digest_of(file->text, file->size, sha256))) {
        return ENOMEM;
    }
    return file->error_number;
}

static int list_folder(void *context, const char *folder, char ***names, size_t *count)
{
    const struct mx_point_source *source = context;
    const struct mx_file_access *below = source->options.access;

    return below->list(below->context, folder, names, count);
}

/* ---- the source ---- */

struct mx_point_source *mx_point_source_create(const struct mx_point_options *options)
{
    struct mx_point_source *source = calloc(1, sizeof *source);

    MX_CHECK(options->metric_count <= MX_POINT_METRICS_MAX);
    if (source == NULL) {
        return NULL;
    }
    source->options = *options;
    source->files_end = &source->files;
    if (source->options.access == NULL) {
        source->options.access = &mx_file_access_disk;
    }
    source->access.read = read_file;
    source->access.context = source;
    source->access.list = source->options.access->list != NULL ? list_folder : NULL;
    (void)pthread_mutex_init(&source->lock, NULL);
    (void)pthread_cond_init(&source->was_loaded, NULL);
    return source;
}

static void destroy_entry(struct entry *entry)
{
    if (entry != NULL) {
        mx_plan_destroy((struct mx_plan *)(uintptr_t)entry->point.plan);
        free(entry->key);
        free(entry);
    }
}

void mx_point_source_destroy(struct mx_point_source *source)
{
    if (source == NULL) {
        return;
    }
    while (source->entries != NULL) {
        struct entry *entry = source->entries;

        MX_CHECK(entry->users == 0);
        source->entries = entry->next;
        destroy_entry(entry);
    }
    while (source->files != NULL) {
        struct file *file = source->files;

        source->files = file->next;
        free(file->path);
        free(file->text);
        free(file);
    }
    (void)pthread_cond_destroy(&source->was_loaded);
    (void)pthread_mutex_destroy(&source->lock);
    free(source);
}

/* ---- the cache, all under the lock ---- */

static char *make_key(const struct mx_override *overrides, size_t count, size_t *size)
{
    char *key, *at;

    *size = 0;
    for (size_t i = 0; i < count; i++) {
        *size += strlen(overrides[i].path) + strlen(overrides[i].value) + 2;
    }
    key = at = malloc(*size + 1);
    for (size_t i = 0; key != NULL && i < count; i++) {
        size_t path_size = strlen(overrides[i].path) + 1;
        size_t value_size = strlen(overrides[i].value) + 1;

        memcpy(at, overrides[i].path, path_size);
        memcpy(at + path_size, overrides[i].value, value_size);
        at += path_size + value_size;
    }
    return key;
}

static struct entry *find_entry(struct mx_point_source *source, const char *key, size_t size)
{
    struct entry *entry = source->entries;

    while (entry != NULL && (entry->key_size != size || memcmp(entry->key, key, size) != 0)) {
        entry = entry->next;
    }
    return entry;
}

static void remove_entry(struct mx_point_source *source, struct entry *entry)
{
    struct entry **at = &source->entries;

    while (*at != entry) {
        at = &(*at)->next;
    }
    *at = entry->next;
    destroy_entry(entry);
}

/* Forget the idle plan used longest ago while there are too many. */
static void drop_idle(struct mx_point_source *source)
{
    for (;;) {
        struct entry *oldest = NULL;
        uint32_t idle = 0;

        for (struct entry *entry = source->entries; entry != NULL; entry = entry->next) {
            if (entry->users == 0) {
                idle++;
                oldest = oldest == NULL || entry->used_at < oldest->used_at ? entry : oldest;
            }
        }
        if (idle <= IDLE_MAX) {
            return;
        }
        remove_entry(source, oldest);
    }
}

/* The entry of this key with one more user; *is_new: the caller has to load it. Takes key. NULL:
 * out of memory. */
static struct entry *join_entry(struct mx_point_source *source, char *key, size_t size,
                                bool *is_new)
{
    struct entry *entry = find_entry(source, key, size);

    *is_new = false;
    while (entry != NULL && entry->state == ENTRY_LOADING) {
        (void)pthread_cond_wait(&source->was_loaded, &source->lock);
        entry = find_entry(source, key, size);
    }
    if (entry != NULL) {
        free(key);
    } else if ((entry = calloc(1, sizeof *entry)) != NULL) {
        entry->key = key;
        entry->key_size = size;
        entry->next = source->entries;
        source->entries = entry;
        *is_new = true;
    } else {
        free(key);
        return NULL;
    }
    entry->users++;
    entry->used_at = ++source->clock;
    return entry;
}

/* ---- a point ---- */

static bool parse_metrics(struct mx_point_source *source, struct mx_point *point,
                          struct mx_mistakes *mistakes)
{
    const struct mx_point_options *options = &source->options;
    size_t before = mistakes->count;

    for (uint32_t m = 0; m < options->metric_count; m++) {
        const struct mx_study_text *text = &options->metrics[m];
        char error[300];

        if (!mx_metric_parse(point->plan, text->text, strlen(text->text), &point->metrics[m], error,
                             sizeof error)) {
            mx_mistakes_add(mistakes, text->file, text->line, text->key, "%s", error);
        }
    }
    point->metric_count = options->metric_count;
    return mistakes->count == before;
}

/* Without the lock. False: mistakes. */
static bool load(struct mx_point_source *source, struct entry *entry,
                 const struct mx_override *overrides, size_t count, struct mx_mistakes *mistakes)
{
    const struct mx_point_options *options = &source->options;
    struct mx_override *all = calloc(options->override_count + count + 1, sizeof *all);

    if (all == NULL) {
        mx_mistakes_add(mistakes, options->scenario, 0, "", "out of memory");
        return false;
    }
    for (size_t i = 0; i < options->override_count; i++) {
        all[i] = options->overrides[i];
    }
    for (size_t i = 0; i < count; i++) {
        all[options->override_count + i] = overrides[i];
    }
    entry->point.plan = mx_reader_load(
        options->scenario,
        &(struct mx_reader_options){.overrides = all,
                                    .override_count = options->override_count + count,
                                    .preset_dirs = options->preset_dirs,
                                    .preset_dir_count = options->preset_dir_count,
                                    .access = &source->access},
        mistakes);
    free(all);
    return entry->point.plan != NULL && parse_metrics(source, &entry->point, mistakes);
}

const struct mx_point *mx_point_take(struct mx_point_source *source,
                                     const struct mx_override *overrides, size_t override_count,
                                     struct mx_mistakes *mistakes)
{
    size_t size;
    char *key = make_key(overrides, override_count, &size);
    struct entry *entry = NULL;
    bool is_new = false;

    if (key != NULL) {
        (void)pthread_mutex_lock(&source->lock);
        entry = join_entry(source, key, size, &is_new);
        (void)pthread_mutex_unlock(&source->lock);
    }
    if (entry == NULL) {
        mx_mistakes_add(mistakes, source->options.scenario, 0, "", "out of memory");
        return NULL;
    }
    if (is_new) {
        bool good = load(source, entry, overrides, override_count, mistakes);

        (void)pthread_mutex_lock(&source->lock);
        if (good) {
            entry->state = ENTRY_READY;
            drop_idle(source);
        } else { /* whoever waits for it loads it again, for the mistakes */
            remove_entry(source, entry);
            entry = NULL;
        }
        (void)pthread_cond_broadcast(&source->was_loaded);
        (void)pthread_mutex_unlock(&source->lock);
    }
    return entry != NULL ? &entry->point : NULL;
}

void mx_point_release(struct mx_point_source *source, const struct mx_point *point)
{
    (void)pthread_mutex_lock(&source->lock);
    for (struct entry *entry = source->entries; entry != NULL; entry = entry->next) {
        if (&entry->point == point) {
            MX_CHECK(entry->users > 0);
            entry->users--;
        }
    }
    drop_idle(source);
    (void)pthread_mutex_unlock(&source->lock);
}

enum mx_engine_status mx_point_run(const struct mx_point_source *source,
                                   const struct mx_point *point, uint64_t seed,
                                   uint32_t replication, struct mx_progress *progress,
                                   double *values)
{
    const struct mx_engine_options options = {.seed = seed,
                                              .replication = replication,
                                              .loop = source->options.loop,
                                              .progress = progress};
    const struct mx_summary_sizes sizes = {.campaign_count = point->plan->campaign_count,
                                           .provider_count = point->plan->provider_count,
                                           .ip_count = point->plan->ip_count,
                                           .replication_count = 1};
    struct mx_summary *summary = mx_summary_create(&sizes);
    struct mx_observation *observation = NULL;
    enum mx_engine_status status = MX_ENGINE_NO_MEMORY;

    if (summary != NULL) {
        status = mx_engine_run(point->plan, &options, &observation);
    }
    if (status == MX_ENGINE_OK) {
        mx_summary_add(summary, observation);
        for (uint32_t m = 0; m < point->metric_count; m++) {
            const struct mx_scoped_metric *metric = &point->metrics[m];

            if (!mx_summary_value(summary, 0, metric->group, metric->index, metric->metric,
                                  &values[m])) {
                values[m] = NAN;
            }
        }
    }
    mx_observation_destroy(observation);
    mx_summary_destroy(summary);
    return status;
}
