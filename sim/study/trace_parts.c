// SPDX-License-Identifier: GPL-3.0-or-later
/* trace_parts.c - see trace_parts.h. */
#include "sim/study/trace_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/outfile.h"

#define COPY_SIZE ((size_t)1 << 16)

struct mx_trace_parts {
    struct mx_outfile *out;
    struct mx_trace_style style;
    char *stem;         /* of the parts' names */
    const char *ending; /* ".zst" or "" */
};

/* Part names are those of this process: two runs may write to the same name at once. */
static char *make_stem(const char *path)
{
    struct stat status;
    const char *folder = getenv("TMPDIR");
    size_t size;
    char *stem;

    if (folder == NULL || folder[0] == '\0') {
        folder = "/tmp";
    }
    size = strlen(path) + strlen(folder) + 64;
    stem = malloc(size);
    if (stem == NULL) {
        return NULL;
    }
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        (void)snprintf(stem, size, "%s/mxsim-trace.part-%ld", folder, (long)getpid());
    } else {
        (void)snprintf(stem, size, "%s.part-%ld", path, (long)getpid());
    }
    return stem;
}

static char *part_name(const struct mx_trace_parts *parts, uint32_t replication)
{
    size_t size = strlen(parts->stem) + 32;
    char *name = malloc(size);

    if (name != NULL) {
        (void)snprintf(name, size, "%s-%lu%s", parts->stem, (unsigned long)replication,
                       parts->ending);
    }
    return name;
}

struct mx_trace_parts *mx_trace_parts_create(const char *path, const struct mx_trace_style *style,
                                             int *error_number)
{
    struct mx_trace_parts *parts = calloc(1, sizeof *parts);
    size_t size = strlen(path);

    if (parts == NULL) {
        *error_number = ENOMEM;
        return NULL;
    }
    parts->style = *style;
    parts->ending = size >= 4 && strcmp(path + size - 4, ".zst") == 0 ? ".zst" : "";
    parts->stem = make_stem(path);
    *error_number = ENOMEM;
    if (parts->stem != NULL) {
        parts->out = mx_outfile_open(path, error_number);
    }
    if (parts->out == NULL) {
        free(parts->stem);
        free(parts);
        return NULL;
    }
    return parts;
}

struct mx_trace *mx_trace_parts_open(const struct mx_trace_parts *parts, uint32_t replication,
                                     int *error_number)
{
    char *name = part_name(parts, replication);
    struct mx_trace *trace = NULL;

    *error_number = ENOMEM;
    if (name != NULL) {
        trace = mx_trace_open(name, replication == 0, &parts->style, error_number);
    }
    free(name);
    return trace;
}

static int copy_part(struct mx_outfile *out, int descriptor)
{
    char *bytes = malloc(COPY_SIZE);
    ssize_t size = 0;

    if (bytes == NULL) {
        return ENOMEM;
    }
    while (mx_outfile_error(out) == 0) {
        size = read(descriptor, bytes, COPY_SIZE);
        if (size == 0 || (size < 0 && errno != EINTR)) {
            break;
        }
        if (size > 0) {
            mx_outfile_write(out, bytes, (size_t)size);
        }
    }
    free(bytes);
    return size < 0 ? errno : mx_outfile_error(out);
}

int mx_trace_parts_join(struct mx_trace_parts *parts, uint32_t replication)
{
    char *name = part_name(parts, replication);
    int error_number = ENOMEM, descriptor;

    if (name != NULL) {
        descriptor = open(name, O_RDONLY | O_CLOEXEC);
        error_number = descriptor < 0 ? errno : copy_part(parts->out, descriptor);
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        (void)unlink(name);
    }
    free(name);
    return error_number;
}

void mx_trace_parts_drop(const struct mx_trace_parts *parts, uint32_t replication)
{
    char *name = part_name(parts, replication);

    if (name != NULL) {
        (void)unlink(name);
    }
    free(name);
}

static void free_parts(struct mx_trace_parts *parts)
{
    free(parts->stem);
    free(parts);
}

int mx_trace_parts_commit(struct mx_trace_parts *parts)
{
    int error_number = mx_outfile_commit(parts->out);

    free_parts(parts);
    return error_number;
}

void mx_trace_parts_abort(struct mx_trace_parts *parts)
{
    if (parts != NULL) {
        mx_outfile_abort(parts->out);
        free_parts(parts);
    }
}
