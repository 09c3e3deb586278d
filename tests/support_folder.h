// SPDX-License-Identifier: GPL-3.0-or-later
/* support_folder.h - a result folder, looked at as a reader of its files would: is every number
 * one, and do the files tell the same? */
#ifndef MX_SUPPORT_FOLDER_H
#define MX_SUPPORT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The file, owned, ending in NUL; NULL where there is none. */
char *mx_test_file_text(const char *folder, const char *name);

/* NULL, or what is wrong in text[size]: a number that is none, is negative or out of bounds, counts
 * that do not add up, percentiles out of order, a sum of timeseries.csv that is not summary.json's
 * (smaller, where a warm-up is cut off). */
const char *mx_test_folder_fault(const char *folder, bool has_warmup, char *text, size_t size);

/* NULL, or the name of a file that differs between the two folders; of summary.json all that comes
 * before "performance". */
const char *mx_test_folder_difference(const char *a, const char *b);

#endif
