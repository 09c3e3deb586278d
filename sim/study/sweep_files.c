// SPDX-License-Identifier: GPL-3.0-or-later
/* sweep_files.c - the files that points are read from, under names that do not depend on where the
 * study lies: seen from the study's folder, or "<presets>/..." of those found where presets are
 * looked for. Any other path stays as it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/study/sweep_parts.h"

#define PRESETS "<presets>/"

static size_t folder_size(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash != NULL ? (size_t)(slash - file) + 1 : 0;
}

/* Whether the path lies in the folder, whose name may end in a slash or not. */
static bool lies_in(const char *path, const char *dir)
{
    size_t size = strlen(dir);

    return size > 0 && strncmp(path, dir, size) == 0 && (dir[size - 1] == '/' || path[size] == '/');
}

static void name_file(const struct mx_sweep *sweep, const char *path, char name[MX_STORE_PATH_SIZE])
{
    const struct mx_sweep_options *options = &sweep->options;
    size_t size = folder_size(options->study->file);

    if (size == 0 ? path[0] != '/' : strncmp(path, options->study->file, size) == 0) {
        (void)snprintf(name, MX_STORE_PATH_SIZE, "%s", path + size);
        return;
    }
    for (size_t i = 0; i < options->preset_dir_count; i++) {
        if (lies_in(path, options->preset_dirs[i])) {
            path += strlen(options->preset_dirs[i]);
            path += *path == '/';
            (void)snprintf(name, MX_STORE_PATH_SIZE, PRESETS "%s", path);
            return;
        }
    }
    (void)snprintf(name, MX_STORE_PATH_SIZE, "%s", path);
}

int mx_sweep_digest_file(void *context, const char *name, char path[MX_STORE_PATH_SIZE],
                         char sha256[65])
{
    const struct mx_sweep *sweep = context;
    const struct mx_sweep_options *options = &sweep->options;
    const char *study = options->study->file, *rest = name + sizeof PRESETS - 1;
    int error_number = ENOENT;

    if (strncmp(name, PRESETS, sizeof PRESETS - 1) != 0) {
        (void)snprintf(path, MX_STORE_PATH_SIZE, "%.*s%s",
                       name[0] == '/' ? 0 : (int)folder_size(study), study, name);
        return mx_point_source_digest(sweep->source, path, sha256);
    }
    for (size_t i = 0; i < options->preset_dir_count && error_number == ENOENT; i++) {
        (void)snprintf(path, MX_STORE_PATH_SIZE, "%s/%s", options->preset_dirs[i], rest);
        error_number = mx_point_source_digest(sweep->source, path, sha256);
        error_number = error_number == ENOTDIR ? ENOENT : error_number;
    }
    if (options->preset_dir_count == 0 || error_number == ENOENT) {
        (void)snprintf(path, MX_STORE_PATH_SIZE, "%s", rest);
    }
    return error_number;
}

bool mx_sweep_next_file(struct mx_sweep *sweep, char name[MX_STORE_PATH_SIZE], char sha256[65])
{
    const char *path;

    if (!mx_point_source_file(sweep->source, sweep->files_told, &path, sha256)) {
        return false;
    }
    sweep->files_told++;
    name_file(sweep, path, name);
    return true;
}
