// SPDX-License-Identifier: GPL-3.0-or-later
/* database.c - see database.h. */
#include "sim/base/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool mx_database_damaged(struct mx_database *database, const char *what)
{
    if (database->status == MX_DATABASE_OK) {
        database->status = MX_DATABASE_DAMAGED;
        (void)snprintf(database->error, sizeof database->error, "%s", what);
    }
    return false;
}

bool mx_database_fail(struct mx_database *database)
{
    int code = sqlite3_extended_errcode(database->handle), kind = code & 0xff;

    if (database->status != MX_DATABASE_OK) {
        return false;
    }
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR ||
        kind == SQLITE_MISMATCH || kind == SQLITE_CONSTRAINT) {
        (void)snprintf(database->error, sizeof database->error, "it is damaged (%s)",
                       sqlite3_errmsg(database->handle));
        database->status = MX_DATABASE_DAMAGED;
        return false;
    }
    database->status = MX_DATABASE_FAILED;
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) {
        (void)snprintf(database->error, sizeof database->error, "another process is using it");
    } else {
        int error_number = sqlite3_system_errno(database->handle);

        (void)snprintf(database->error, sizeof database->error, "%s%s%s",
                       sqlite3_errmsg(database->handle), error_number != 0 ? ": " : "",
                       error_number != 0 ? strerror(error_number) : "");
    }
    return false;
}

bool mx_database_execute(struct mx_database *database, const char *text)
{
    if (database->status != MX_DATABASE_OK) {
        return false;
    }
    return sqlite3_exec(database->handle, text, NULL, NULL, NULL) == SQLITE_OK ||
           mx_database_fail(database);
}

sqlite3_stmt *mx_database_prepare(struct mx_database *database, sqlite3_stmt **statement,
                                  const char *text)
{
    if (database->status != MX_DATABASE_OK) {
        return NULL;
    }
    if (*statement == NULL &&
        sqlite3_prepare_v3(database->handle, text, -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK) {
        (void)mx_database_fail(database);
        return NULL;
    }
    return *statement;
}

bool mx_database_run(struct mx_database *database, sqlite3_stmt *statement)
{
    int code;

    if (statement == NULL || database->status != MX_DATABASE_OK) {
        return false;
    }
    code = sqlite3_step(statement);
    if (code != SQLITE_DONE) {
        (void)mx_database_fail(database);
    }
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE;
}

bool mx_database_step(struct mx_database *database, sqlite3_stmt *statement)
{
    int code = database->status == MX_DATABASE_OK ? sqlite3_step(statement) : SQLITE_DONE;

    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        (void)mx_database_fail(database);
    }
    (void)sqlite3_reset(statement);
    return false;
}

void mx_database_bind_text(struct mx_database *database, sqlite3_stmt *statement, int place,
                           const char *text)
{
    if (statement != NULL &&
        sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT) != SQLITE_OK) {
        (void)mx_database_fail(database);
    }
}

const char *mx_database_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text != NULL ? text : "";
}

bool mx_database_ask(struct mx_database *database, const char *text, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool is_good = database->status == MX_DATABASE_OK &&
                   sqlite3_prepare_v2(database->handle, text, -1, &statement, NULL) == SQLITE_OK &&
                   sqlite3_step(statement) == SQLITE_ROW;

    if (is_good) {
        *number = sqlite3_column_int64(statement, 0);
    } else {
        (void)mx_database_fail(database);
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

static bool check_pages(struct mx_database *database)
{
    sqlite3_stmt *statement = NULL;
    bool is_good = sqlite3_prepare_v2(database->handle, "PRAGMA quick_check(1)", -1, &statement,
                                      NULL) == SQLITE_OK &&
                   sqlite3_step(statement) == SQLITE_ROW;

    if (!is_good) {
        (void)mx_database_fail(database);
    } else if (strcmp(mx_database_text(statement, 0), "ok") != 0) {
        is_good = mx_database_damaged(database, "it is damaged");
    }
    (void)sqlite3_finalize(statement);
    return is_good;
}

static bool check_form(struct mx_database *database, const struct mx_database_form *form,
                       bool *is_new)
{
    int64_t application = 0, version = 0, tables = 0;
    char text[120];

    if (!mx_database_ask(database, "SELECT count(*) FROM sqlite_master", &tables) ||
        !mx_database_ask(database, "PRAGMA application_id", &application) ||
        !mx_database_ask(database, "PRAGMA user_version", &version)) {
        return false;
    }
    *is_new = tables == 0 && application == 0 && version == 0;
    if (*is_new) {
        return true;
    }
    if (application != form->application_id) {
        (void)snprintf(text, sizeof text, "it is a database, but no %s of mxsim", form->what);
        return mx_database_damaged(database, text);
    }
    if (version != form->version) {
        return mx_database_damaged(database, "it was made by another version of mxsim");
    }
    return check_pages(database);
}

static bool set_up(struct mx_database *database, const struct mx_database_form *form)
{
    bool is_new = false;

    /* Exclusive before the first access: then WAL needs no shared memory, and a second process
     * finds it in use. Looked at before anything is changed: a database of others stays as it
     * is. */
    if (!mx_database_execute(database, "PRAGMA locking_mode = EXCLUSIVE;"
                                       "PRAGMA trusted_schema = OFF;"
                                       "BEGIN EXCLUSIVE; COMMIT;") ||
        !check_form(database, form, &is_new) ||
        !mx_database_execute(database, "PRAGMA journal_mode = WAL;") ||
        !mx_database_execute(database, form->is_durable ? "PRAGMA synchronous = FULL;"
                                                        : "PRAGMA synchronous = NORMAL;")) {
        return false;
    }
    return !is_new || mx_database_execute(database, form->schema);
}

/* So that SQLite, which would let everybody read a private one, finds it made. */
static int make_file(const char *path, bool is_private)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, is_private ? 0600 : 0666);

    if (descriptor < 0) {
        return errno;
    }
    return close(descriptor) == 0 ? 0 : errno;
}

static void open_file(struct mx_database *database, const char *path, int flags)
{
    size_t size = strlen(path) + 3;
    char *name = malloc(size);

    if (name == NULL) {
        database->status = MX_DATABASE_FAILED;
        (void)snprintf(database->error, sizeof database->error, "out of memory");
        return;
    }
    /* ":memory:" and the like are names of files too. */
    (void)snprintf(name, size, "%s%s", path[0] == '/' ? "" : "./", path);
    if (sqlite3_open_v2(name, &database->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        (void)mx_database_fail(database);
    } else {
        (void)sqlite3_extended_result_codes(database->handle, 1);
    }
    free(name);
}

void mx_database_open(struct mx_database *database, const char *path,
                      const struct mx_database_form *form)
{
    int error_number = make_file(path, form->is_private);

    *database = (struct mx_database){.status = MX_DATABASE_OK};
    if (error_number != 0) {
        database->status = MX_DATABASE_FAILED;
        (void)snprintf(database->error, sizeof database->error, "%s", strerror(error_number));
        return;
    }
    open_file(database, path, SQLITE_OPEN_READWRITE);
    (void)(database->status == MX_DATABASE_OK && set_up(database, form));
}

void mx_database_open_to_read(struct mx_database *database, const char *path,
                              const struct mx_database_form *form)
{
    bool is_new = false;

    *database = (struct mx_database){.status = MX_DATABASE_OK};
    if (access(path, R_OK) != 0) {
        database->status = MX_DATABASE_FAILED;
        (void)snprintf(database->error, sizeof database->error, "%s", strerror(errno));
        return;
    }
    open_file(database, path, SQLITE_OPEN_READONLY);
    if (database->status == MX_DATABASE_OK &&
        mx_database_execute(database, "PRAGMA trusted_schema = OFF;") &&
        check_form(database, form, &is_new) && is_new) {
        (void)mx_database_damaged(database, "it is empty");
    }
}

void mx_database_close(struct mx_database *database)
{
    (void)sqlite3_close(database->handle);
    database->handle = NULL;
}
