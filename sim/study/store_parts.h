// SPDX-License-Identifier: GPL-3.0-or-later
/* store_parts.h - the store as its files share it: store.c, store_schema.c (a new file),
 * store_read.c (reading it back). */
#ifndef MX_STORE_PARTS_H
#define MX_STORE_PARTS_H

#include "sim/study/store.h"

enum mx_store_statement {
    MX_STORE_ADD_RESULT,
    MX_STORE_SET_SHA256,
    MX_STORE_SET_ERROR,
    MX_STORE_DROP_RESULTS,
    MX_STORE_ADD_FILE,
    MX_STORE_SET_STOP,
    MX_STORE_ADD_WIDTH,
    MX_STORE_EACH_RESULT,
    MX_STORE_STATEMENT_COUNT
};

struct mx_store {
    struct mx_database database;
    sqlite3_stmt *statement[MX_STORE_STATEMENT_COUNT];
    const struct mx_store_identity *identity;
    bool is_invalid;
    char error[700];
    uint64_t *done; /* a bit each: point * replications + replication */
    uint32_t *failed_at, *finished_at;
    char (*sha256)[65];
    uint32_t failed_count;
    bool is_writing; /* a transaction is open */
    struct mx_stored_file {
        char *name, sha256[65];
    } * files;
    size_t file_count;
};

/* NULL after a failure. */
sqlite3_stmt *mx_store_prepare(struct mx_store *store, enum mx_store_statement which);
/* NaN: null. */
void mx_store_bind_number(sqlite3_stmt *statement, int place, double number);
/* Kept as the failure. Returns false. */
bool mx_store_out_of_memory(struct mx_store *store);
/* All that is known before the first result, within a transaction. */
bool mx_store_put_study(struct mx_store *store);

#endif
