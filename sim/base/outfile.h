// SPDX-License-Identifier: GPL-3.0-or-later
/* outfile.h - files that appear whole or not at all.
 *
 * What is written goes to a temporary name beside the wanted one; commit flushes it to the disk
 * and renames it, abort removes it. A name that exists and is no regular file (/dev/stdout, a
 * pipe) is written directly. The first error is kept, later writes are then skipped, and commit
 * returns it, so that callers check once. The program ignores SIGXFSZ, so that a file-size limit
 * arrives here as EFBIG. Not thread-safe; different files may be written by different threads. */
#ifndef MX_OUTFILE_H
#define MX_OUTFILE_H

#include <stddef.h>
#include <stdio.h>

struct mx_outfile;

/* Returns owned, ended by commit or abort; or NULL with *error_number set to an errno value. A
 * file that exists keeps its contents and mode until commit; a symbolic link is followed. */
struct mx_outfile *mx_outfile_open(const char *path, int *error_number);

void mx_outfile_printf(struct mx_outfile *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void mx_outfile_write(struct mx_outfile *out, const void *bytes, size_t size);

/* The stream behind it, borrowed, for libraries that print to one; its errors are seen too. */
FILE *mx_outfile_stream(struct mx_outfile *out);

/* 0, or the errno value of the first failure so far. */
int mx_outfile_error(const struct mx_outfile *out);

/* Finish the file under its wanted name. Frees out. Returns 0, or the errno value of the first
 * failure; then the file of that name is as it was before, and the temporary one is gone. */
int mx_outfile_commit(struct mx_outfile *out);

/* Leave no trace of it. Frees out. NULL is fine. */
void mx_outfile_abort(struct mx_outfile *out);

/* Make a folder and those above it where they are missing. Returns 0 or an errno value: ENOTDIR
 * when a file stands in the way. */
int mx_make_dirs(const char *path);

#endif
