// SPDX-License-Identifier: GPL-3.0-or-later
/* support_files.c - see support_files.h. */
#include "tests/support_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int memory_read(void *context, const char *path, char **text, size_t *size)
{
    struct mx_memory_files *files = context;
    if (++files->read_count == files->fail_at) {
        return EIO;
    }
    for (size_t i = 0; i < files->count; i++) {
        const struct mx_memory_file *file = &files->file[i];
        if (strcmp(file->path, path) != 0) {
            continue;
        }
        *size = file->size > 0 ? file->size : strlen(file->text);
        *text = malloc(*size + 1);
        if (*text == NULL) {
            return ENOMEM;
        }
        memcpy(*text, file->text, *size);
        (*text)[*size] = '\0';
        return 0;
    }
    return ENOENT;
}

/* Names of the files directly in a folder. */
static int memory_list(void *context, const char *folder, char ***names, size_t *count)
{
    const struct mx_memory_files *files = context;
    size_t head = strlen(folder);
    *count = 0;
    *names = calloc(files->count + 1, sizeof **names);
    if (*names == NULL) {
        return ENOMEM;
    }
    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->file[i].path;
        if (strncmp(path, folder, head) == 0 && path[head] == '/' &&
            strchr(path + head + 1, '/') == NULL) {
            (*names)[(*count)++] = strdup(path + head + 1);
        }
    }
    return 0;
}

struct mx_file_access mx_memory_access(struct mx_memory_files *files)
{
    return (struct mx_file_access){.read = memory_read, .list = memory_list, .context = files};
}
