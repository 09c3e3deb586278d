// SPDX-License-Identifier: GPL-3.0-or-later
/* support_files.h - files that exist in memory alone, for tests of the scenario reader. */
#ifndef MX_SUPPORT_FILES_H
#define MX_SUPPORT_FILES_H

#include <stddef.h>

#include "sim/scenario/reader.h"

/* size 0: of the text up to its NUL. */
struct mx_memory_file {
    const char *path;
    const char *text;
    size_t size;
};

/* read_count: files handed out so far. fail_at: the how-manieth read fails with EIO; 0 = none. */
struct mx_memory_files {
    const struct mx_memory_file *file;
    size_t count;
    size_t read_count, fail_at;
};

/* Access to these files and no others; borrows the table. */
struct mx_file_access mx_memory_access(struct mx_memory_files *files);

#endif
