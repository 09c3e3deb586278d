// SPDX-License-Identifier: GPL-3.0-or-later
/* outfile.c - write beside, flush, rename. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "sim/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/check.h"

#define NAME_TRIES_MAX 1000

struct mx_outfile {
    FILE *stream;
    char *path;      /* the wanted name, links resolved */
    char *temporary; /* NULL when written directly */
    int error_number;
};

static void keep_error(struct mx_outfile *out, int error_number)
{
    if (out->error_number == 0) {
        out->error_number = error_number != 0 ? error_number : EIO;
    }
}

static void free_outfile(struct mx_outfile *out)
{
    free(out->path);
    free(out->temporary);
    free(out);
}

/* Open a new file beside out->path. Returns a descriptor, or -1 with errno set. */
static int open_beside(struct mx_outfile *out, mode_t mode)
{
    static atomic_uint serial;
    size_t size = strlen(out->path) + 64;

    out->temporary = malloc(size);
    if (out->temporary == NULL) {
        return -1;
    }
    for (int try = 0; try < NAME_TRIES_MAX; try++) {
        int descriptor;

        (void)snprintf(out->temporary, size, "%s.tmp-%ld-%u", out->path, (long)getpid(),
                       atomic_fetch_add(&serial, 1U));
        descriptor = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0 || errno != EEXIST) {
            return descriptor; /* EEXIST: left by a killed process of the same number */
        }
    }
    return -1;
}

/* Give a new file the permissions of the one that it will replace; umask must not narrow them. */
static int open_replacement(struct mx_outfile *out, const struct stat *old)
{
    int descriptor = open_beside(out, old->st_mode & 0777);

    if (descriptor >= 0) {
        (void)fchmod(descriptor, old->st_mode & 0777);
    }
    return descriptor;
}

/* Returns a descriptor, or -1 with errno set. */
static int open_target(struct mx_outfile *out, const char *path)
{
    struct stat status;
    bool exists = stat(path, &status) == 0;

    if (!exists && (errno != ENOENT || path[0] == '\0')) {
        return -1;
    }
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    out->path = exists && S_ISREG(status.st_mode) ? realpath(path, NULL) : strdup(path);
    if (out->path == NULL) {
        return -1;
    }
    if (!exists) {
        return open_beside(out, 0666);
    }
    if (!S_ISREG(status.st_mode)) {
        return open(path, O_WRONLY | O_CLOEXEC);
    }
    if (access(path, W_OK) != 0) {
        return -1; /* a write-protected file is meant to stay, though its folder would allow it */
    }
    return open_replacement(out, &status);
}

struct mx_outfile *mx_outfile_open(const char *path, int *error_number)
{
    struct mx_outfile *out = calloc(1, sizeof *out);
    int descriptor;

    if (out == NULL) {
        *error_number = ENOMEM;
        return NULL;
    }
    descriptor = open_target(out, path);
    if (descriptor >= 0) {
        out->stream = fdopen(descriptor, "w");
    }
    if (out->stream == NULL) {
        *error_number = errno;
        if (descriptor >= 0) {
            (void)close(descriptor);
            if (out->temporary != NULL) {
                (void)unlink(out->temporary);
            }
        }
        free_outfile(out);
        return NULL;
    }
    return out;
}

void mx_outfile_printf(struct mx_outfile *out, const char *format, ...)
{
    va_list arguments;

    if (out->error_number != 0) {
        return;
    }
    va_start(arguments, format);
    errno = 0;
    if (vfprintf(out->stream, format, arguments) < 0) {
        keep_error(out, errno);
    }
    va_end(arguments);
}

void mx_outfile_write(struct mx_outfile *out, const void *bytes, size_t size)
{
    if (out->error_number != 0 || size == 0) {
        return;
    }
    errno = 0;
    if (fwrite(bytes, 1, size, out->stream) != size) {
        keep_error(out, errno);
    }
}

FILE *mx_outfile_stream(struct mx_outfile *out)
{
    return out->stream;
}

int mx_outfile_error(const struct mx_outfile *out)
{
    if (out->error_number == 0 && ferror(out->stream)) {
        return EIO; /* by whoever printed to the stream itself */
    }
    return out->error_number;
}

/* So that the rename itself outlives a power cut. A file system that cannot is no failure. */
static void sync_folder_of(const char *path)
{
    char *copy = strdup(path);
    int descriptor;

    if (copy == NULL) {
        return;
    }
    descriptor = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        (void)close(descriptor);
    }
    free(copy);
}

int mx_outfile_commit(struct mx_outfile *out)
{
    int error_number;

    MX_CHECK(out != NULL);
    errno = 0;
    if (fflush(out->stream) != 0) {
        keep_error(out, errno);
    }
    if (ferror(out->stream)) {
        keep_error(out, EIO);
    }
    if (out->error_number == 0 && out->temporary != NULL && fsync(fileno(out->stream)) != 0) {
        keep_error(out, errno);
    }
    errno = 0;
    if (fclose(out->stream) != 0) {
        keep_error(out, errno);
    }
    if (out->temporary != NULL) {
        if (out->error_number == 0 && rename(out->temporary, out->path) != 0) {
            keep_error(out, errno);
        }
        if (out->error_number != 0) {
            (void)unlink(out->temporary);
        } else {
            sync_folder_of(out->path);
        }
    }
    error_number = out->error_number;
    free_outfile(out);
    return error_number;
}

void mx_outfile_abort(struct mx_outfile *out)
{
    if (out == NULL) {
        return;
    }
    (void)fclose(out->stream);
    if (out->temporary != NULL) {
        (void)unlink(out->temporary);
    }
    free_outfile(out);
}

static int make_dir(const char *path)
{
    struct stat status;

    if (mkdir(path, 0777) == 0) {
        return 0;
    }
    if (errno != EEXIST && errno != EISDIR) {
        return errno;
    }
    if (stat(path, &status) != 0) {
        return errno;
    }
    return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
}

int mx_make_dirs(const char *path)
{
    char *copy = strdup(path);
    int error_number = copy == NULL ? ENOMEM : 0;

    if (path[0] == '\0') {
        error_number = ENOENT;
    }
    for (char *at = copy; error_number == 0 && *at != '\0'; at++) {
        if (*at == '/' && at != copy && at[-1] != '/') {
            *at = '\0';
            error_number = make_dir(copy);
            *at = '/';
        }
    }
    if (error_number == 0) {
        error_number = make_dir(copy);
    }
    free(copy);
    return error_number;
}
