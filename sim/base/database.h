// SPDX-License-Identifier: GPL-3.0-or-later
/* database.h - an SQLite file of our own: opened by one process at a time, never half written.
 *
 * WAL mode; everything between begin and commit happens or does not, whatever kills the process.
 * The first failure is kept in status and error, and everything after it is skipped, so that
 * callers check once. Not thread-safe. */
#ifndef MX_DATABASE_H
#define MX_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

enum mx_database_status {
    MX_DATABASE_OK,
    MX_DATABASE_FAILED,  /* disk full, no permission, in use ... */
    MX_DATABASE_DAMAGED, /* corrupt, or none of ours */
};

#define MX_DATABASE_ERROR_SIZE 512

struct mx_database {
    sqlite3 *handle;
    enum mx_database_status status;
    char error[MX_DATABASE_ERROR_SIZE];
};

/* What kind of database it is. is_durable: a commit survives a power cut too (it costs a flush).
 * is_private: made readable by its owner alone. schema: SQL for a new file, with its own BEGIN and
 * COMMIT; it must set application_id and user_version to those given here. */
struct mx_database_form {
    int32_t application_id, version;
    const char *what; /* "spool", for messages */
    bool is_durable, is_private;
    const char *schema;
};

/* Makes the file when there is none. database->status tells whether it can be used;
 * mx_database_close must follow in any case. */
void mx_database_open(struct mx_database *database, const char *path,
                      const struct mx_database_form *form);
/* Only to be read, by any number of processes. The file must be there. */
void mx_database_open_to_read(struct mx_database *database, const char *path,
                              const struct mx_database_form *form);
void mx_database_close(struct mx_database *database);

/* Keep what SQLite says as the failure, or what the caller found damaged. Return false. */
bool mx_database_fail(struct mx_database *database);
bool mx_database_damaged(struct mx_database *database, const char *what);

/* Statements without rows, in one text. */
bool mx_database_execute(struct mx_database *database, const char *text);
/* *statement is prepared where it is NULL; NULL is returned after a failure. To be finalised. */
sqlite3_stmt *mx_database_prepare(struct mx_database *database, sqlite3_stmt **statement,
                                  const char *text);
/* Run a statement that gives no rows, and reset it. NULL, or after a failure: false. */
bool mx_database_run(struct mx_database *database, sqlite3_stmt *statement);
/* The next row; false when there is none, or on failure. Resets the statement then. */
bool mx_database_step(struct mx_database *database, sqlite3_stmt *statement);
/* The first number that a statement gives. */
bool mx_database_ask(struct mx_database *database, const char *text, int64_t *number);

/* Out of memory is kept as the failure; statement NULL: nothing. */
void mx_database_bind_text(struct mx_database *database, sqlite3_stmt *statement, int place,
                           const char *text);
/* "" for NULL; borrowed until the next step. */
const char *mx_database_text(sqlite3_stmt *statement, int column);

#endif
