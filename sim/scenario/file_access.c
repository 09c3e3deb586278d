// SPDX-License-Identifier: GPL-3.0-or-later
/* file_access.c - the reader's files on disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/reader.h"
#include "sim/scenario/tokens.h"

#define NAMES_MAX 10000

/* Reads to the end rather than to st_size: pipes and /dev/stdin are fine. */
static int read_all(int file, char **text, size_t *size)
{
    size_t room = 0, used = 0;
    char *buffer = NULL;
    for (;;) {
        if (used + 1 >= room) {
            room = room == 0 ? 65536 : 2 * room;
            char *larger = realloc(buffer, room);
            if (larger == NULL) {
                free(buffer);
                return ENOMEM;
            }
            buffer = larger;
        }
        ssize_t count = read(file, buffer + used, room - used - 1);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 || used + (size_t)count > MX_TEXT_SIZE_MAX) {
            int error = count < 0 ? errno : EFBIG;
            free(buffer);
            return error;
        }
        if (count == 0) {
            break;
        }
        used += (size_t)count;
    }
    buffer[used] = '\0';
    *text = buffer;
    *size = used;
    return 0;
}

static int disk_read(void *context, const char *path, char **text, size_t *size)
{
    (void)context;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno;
    }
    struct stat status;
    int error = fstat(file, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
    if (error == 0) {
        error = read_all(file, text, size);
    }
    close(file);
    return error;
}

static int add_name(char ***names, size_t *count, const char *name)
{
    if (*count % 64 == 0) {
        char **larger = realloc(*names, (*count + 64) * sizeof **names);
        if (larger == NULL) {
            return ENOMEM;
        }
        *names = larger;
    }
    (*names)[*count] = strdup(name);
    if ((*names)[*count] == NULL) {
        return ENOMEM;
    }
    ++*count;
    return 0;
}

static int disk_list(void *context, const char *folder, char ***names, size_t *count)
{
    (void)context;
    int error = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return errno;
    }
    *names = NULL;
    *count = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL && *count < NAMES_MAX;
         entry = readdir(dir)) {
        error = add_name(names, count, entry->d_name);
        if (error != 0) {
            break;
        }
    }
    closedir(dir);
    while (error != 0 && *count > 0) {
        free((*names)[--*count]);
    }
    if (error != 0) {
        free(*names);
    }
    return error;
}

const struct mx_file_access mx_file_access_disk = {
    .read = disk_read,
    .list = disk_list,
};
