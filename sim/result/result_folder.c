// SPDX-License-Identifier: GPL-3.0-or-later
/* result_folder.c - see result_folder.h. */
#include "sim/result/result_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sim/base/outfile.h"
#include "sim/result/csv_files.h"
#include "sim/result/summary_json.h"

/* In the order in which they get their names: summary.json, which tools look for, last. */
enum part { PLAN, TIMESERIES, AGES, REPUTATION, NUMBERS, WARM_UP, SUMMARY, PART_COUNT };

static const char *const names[PART_COUNT] = {
    [PLAN] = "plan.cfg",
    [TIMESERIES] = "timeseries.csv",
    [AGES] = "delivered_by_age.csv",
    [REPUTATION] = "reputation.csv",
    [NUMBERS] = "attempts_by_number.csv",
    [WARM_UP] = "warm_up.csv",
    [SUMMARY] = "summary.json",
};

struct content {
    const struct mx_plan *plan;
    const char *plan_text;
    const struct mx_results *results;
};

static void make_path(const char *folder, const char *name, char *path, size_t size)
{
    size_t length = strlen(folder);

    (void)snprintf(path, size, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/",
                   name);
}

static char *path_of(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);

    if (path != NULL) {
        make_path(folder, name, path, size);
    }
    return path;
}

static struct mx_outfile *open_in(const char *folder, const char *name, int *error_number)
{
    char *path = path_of(folder, name);
    struct mx_outfile *out = NULL;

    *error_number = ENOMEM;
    if (path != NULL) {
        out = mx_outfile_open(path, error_number);
    }
    free(path);
    return out;
}

int mx_result_folder_prepare(const char *folder)
{
    int error_number = mx_make_dirs(folder);

    for (int p = 0; p < PART_COUNT && error_number == 0; p++) {
        struct mx_outfile *out = open_in(folder, names[p], &error_number);

        if (out != NULL) {
            error_number = 0;
            mx_outfile_abort(out);
        }
    }
    return error_number;
}

static int write_summary(struct mx_outfile *out, const struct content *content)
{
    char *text = mx_summary_json(content->plan, content->results);

    if (text == NULL) {
        return ENOMEM;
    }
    mx_outfile_write(out, text, strlen(text));
    free(text);
    return 0;
}

static int write_part(struct mx_outfile *out, enum part part, const struct content *content)
{
    const struct mx_results *results = content->results;

    switch (part) {
    case PLAN:
        mx_outfile_write(out, content->plan_text, strlen(content->plan_text));
        return 0;
    case TIMESERIES:
        return mx_timeseries_csv_write(out, content->plan, results->series);
    case AGES:
        mx_delivered_by_age_csv_write(out, content->plan, results->ages,
                                      results->uncertain != NULL ? results->uncertain->ages : NULL);
        return 0;
    case REPUTATION:
        return mx_reputation_csv_write(out, content->plan, results->standing);
    case NUMBERS:
        mx_attempts_by_number_csv_write(out, content->plan, results->counters);
        return 0;
    case WARM_UP:
        mx_warm_up_csv_write(out, content->plan, results->counters);
        return 0;
    case SUMMARY:
        return write_summary(out, content);
    case PART_COUNT:
        break;
    }
    return EINVAL;
}

/* Open, fill and flush one. Returns 0 or an errno value; *out is the caller's then too. */
static int make_part(const char *folder, enum part part, const struct content *content,
                     struct mx_outfile **out)
{
    int error_number = 0;

    *out = open_in(folder, names[part], &error_number);
    if (*out == NULL) {
        return error_number;
    }
    error_number = write_part(*out, part, content);
    if (error_number == 0) {
        error_number = mx_outfile_error(*out);
    }
    errno = 0;
    if (error_number == 0 && fflush(mx_outfile_stream(*out)) != 0) {
        error_number = errno != 0 ? errno : EIO;
    }
    return error_number;
}

/* Give the files their names, as one of possibly several runs into the folder: all are of one run.
 * Where the folder cannot be locked it goes on without. */
static int commit_all(const char *folder, struct mx_outfile **out, int first, char *failed,
                      size_t size)
{
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error_number = 0;

    if (lock >= 0) {
        (void)flock(lock, LOCK_EX);
    }
    for (int part = first; part < PART_COUNT && error_number == 0; part++) {
        make_path(folder, names[part], failed, size);
        error_number = mx_outfile_commit(out[part]);
        out[part] = NULL;
    }
    if (lock >= 0) {
        close(lock);
    }
    return error_number;
}

int mx_result_folder_write(const char *folder, const struct mx_plan *plan, const char *plan_text,
                           const struct mx_results *results, char *failed, size_t size)
{
    const struct content content = {plan, plan_text, results};
    struct mx_outfile *out[PART_COUNT] = {NULL};
    const int first = plan_text != NULL ? PLAN : PLAN + 1;
    int error_number = mx_make_dirs(folder);
    int part;

    (void)snprintf(failed, size, "%s", folder);
    for (part = first; part < PART_COUNT && error_number == 0; part++) {
        make_path(folder, names[part], failed, size);
        error_number = make_part(folder, (enum part)part, &content, &out[part]);
    }
    if (error_number == 0) {
        error_number = commit_all(folder, out, first, failed, size);
    }
    for (part = 0; part < PART_COUNT; part++) {
        mx_outfile_abort(out[part]);
    }
    return error_number;
}

int mx_result_file_write(const char *folder, const char *name, const char *text, char *failed,
                         size_t size)
{
    int error_number = mx_make_dirs(folder);
    struct mx_outfile *out = NULL;

    (void)snprintf(failed, size, "%s", folder);
    if (error_number == 0) {
        make_path(folder, name, failed, size);
        out = open_in(folder, name, &error_number);
    }
    if (out == NULL) {
        return error_number;
    }
    mx_outfile_write(out, text, strlen(text));
    return mx_outfile_commit(out);
}
