// SPDX-License-Identifier: GPL-3.0-or-later
/* trace_parts.h - one trace out of the parts that replications write at the same time.
 *
 * Each replication writes a part file of its own; parts are joined in the order of the
 * replications, and removed. A part of zstd is a frame, and frames joined end to end are a whole
 * zstd file. The joined file appears under its name when all is well. */
#ifndef MX_TRACE_PARTS_H
#define MX_TRACE_PARTS_H

#include <stdint.h>

#include "sim/observe/trace.h"

struct mx_trace_parts;

/* Parts lie beside path, or in $TMPDIR (/tmp) when path is no regular file. Returns owned, or NULL
 * with *error_number set. */
struct mx_trace_parts *mx_trace_parts_create(const char *path, const struct mx_trace_style *style,
                                             int *error_number);

/* Open the part of a replication; the first of them writes the column line. Any thread. NULL with
 * *error_number set. */
struct mx_trace *mx_trace_parts_open(const struct mx_trace_parts *parts, uint32_t replication,
                                     int *error_number);

/* Append a closed part, and remove it. In the order of the replications, one at a time. Returns 0
 * or an errno value. */
int mx_trace_parts_join(struct mx_trace_parts *parts, uint32_t replication);

/* Remove a part, joined or not. */
void mx_trace_parts_drop(const struct mx_trace_parts *parts, uint32_t replication);

/* Finish the file under its name, or leave no trace of it. Frees parts; NULL is fine for abort. */
int mx_trace_parts_commit(struct mx_trace_parts *parts);
void mx_trace_parts_abort(struct mx_trace_parts *parts);

#endif
