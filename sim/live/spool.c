// SPDX-License-Identifier: GPL-3.0-or-later
/* spool.c - see spool.h. */
#include "sim/live/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/database.h"

#define APPLICATION_ID 0x6d787370 /* "mxsp" */
#define SPOOL_VERSION 2

enum statement {
    BEGIN,
    COMMIT,
    PUT_SETTING,
    GET_SETTING,
    GET_DESTINATION,
    ADD_DESTINATION,
    ADD_MESSAGE,
    ADD_RECIPIENT,
    COUNT,
    EACH_DESTINATION,
    EACH_PENDING,
    LOAD,
    DECIDE,
    DEFER,
    ADD_EVENT,
    EACH_EVENT,
    STATEMENT_COUNT
};

static const char *const texts[STATEMENT_COUNT] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [PUT_SETTING] = "INSERT OR REPLACE INTO setting(name, value) VALUES (?, ?)",
    [GET_SETTING] = "SELECT value FROM setting WHERE name = ?",
    [GET_DESTINATION] = "SELECT id FROM destination WHERE domain = ?",
    [ADD_DESTINATION] = "INSERT INTO destination(id, domain) "
                        "SELECT coalesce(max(id) + 1, 0), ? FROM destination",
    [ADD_MESSAGE] = "INSERT INTO message(name, sender, content) VALUES (?, ?, ?)",
    [ADD_RECIPIENT] = "INSERT INTO recipient(message, address, destination) VALUES (?, ?, ?)",
    [COUNT] = "SELECT count(*), coalesce(sum(decided = 0), 0), "
              "(SELECT count(*) FROM destination) FROM recipient",
    [EACH_DESTINATION] = "SELECT d.id, d.domain, count(r.id) FROM destination d "
                         "LEFT JOIN recipient r ON r.destination = d.id GROUP BY d.id ORDER BY 1",
    [EACH_PENDING] = "SELECT id, destination, due_us, first_deferral_us, gap_ms, attempt_count, "
                     "kind FROM recipient WHERE decided = 0 ORDER BY id",
    [LOAD] = "SELECT m.sender, r.address, m.content FROM recipient r "
             "JOIN message m ON m.id = r.message WHERE r.id = ?",
    [DECIDE] = "UPDATE recipient SET decided = 1 WHERE id = ? AND decided = 0",
    [DEFER] = "UPDATE recipient SET due_us = ?2, first_deferral_us = ?3, gap_ms = ?4, "
              "attempt_count = ?5, kind = ?6 WHERE id = ?1 AND decided = 0",
    [ADD_EVENT] = "INSERT INTO event(recipient, attempt, kind, verdict, reason, code, enhanced, "
                  "due_us, start_us, reply_us, next_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [EACH_EVENT] = "SELECT e.recipient, r.destination, e.attempt, e.kind, e.verdict, e.reason, "
                   "e.code, e.enhanced, e.due_us, e.start_us, e.reply_us, e.next_us FROM event e "
                   "JOIN recipient r ON r.id = e.recipient ORDER BY e.id",
};

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE destination(id INTEGER PRIMARY KEY, domain TEXT UNIQUE NOT NULL);"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, name TEXT NOT NULL, sender TEXT NOT NULL,"
    " content BLOB NOT NULL);"
    "CREATE TABLE recipient(id INTEGER PRIMARY KEY, message INTEGER NOT NULL,"
    " address TEXT NOT NULL, destination INTEGER NOT NULL, decided INTEGER NOT NULL DEFAULT 0,"
    " due_us INTEGER NOT NULL DEFAULT 0, first_deferral_us INTEGER NOT NULL DEFAULT 0,"
    " gap_ms INTEGER NOT NULL DEFAULT 0, attempt_count INTEGER NOT NULL DEFAULT 0,"
    " kind INTEGER NOT NULL DEFAULT 1);"
    "CREATE TABLE event(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, kind INTEGER NOT NULL, verdict INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, code INTEGER NOT NULL, enhanced TEXT NOT NULL,"
    " due_us INTEGER NOT NULL, start_us INTEGER NOT NULL, reply_us INTEGER NOT NULL,"
    " next_us INTEGER NOT NULL);"
    "PRAGMA application_id = 1836610416;"
    "PRAGMA user_version = 2;"
    "COMMIT;";

static const struct mx_database_form form = {.application_id = APPLICATION_ID,
                                             .version = SPOOL_VERSION,
                                             .what = "spool",
                                             .is_durable = true,
                                             .is_private = true,
                                             .schema = schema};

struct mx_spool {
    struct mx_database database;
    sqlite3_stmt *statement[STATEMENT_COUNT];
};

static bool damaged(struct mx_spool *spool, const char *what)
{
    return mx_database_damaged(&spool->database, what);
}

static sqlite3_stmt *prepare(struct mx_spool *spool, enum statement which)
{
    return mx_database_prepare(&spool->database, &spool->statement[which], texts[which]);
}

static bool run(struct mx_spool *spool, sqlite3_stmt *statement)
{
    return mx_database_run(&spool->database, statement);
}

static bool step(struct mx_spool *spool, sqlite3_stmt *statement)
{
    return mx_database_step(&spool->database, statement);
}

static bool is_fine(const struct mx_spool *spool)
{
    return spool->database.status == MX_DATABASE_OK;
}

struct mx_spool *mx_spool_open(const char *path)
{
    struct mx_spool *spool = calloc(1, sizeof *spool);

    if (spool != NULL) {
        mx_database_open(&spool->database, path, &form);
    }
    return spool;
}

void mx_spool_close(struct mx_spool *spool)
{
    if (spool == NULL) {
        return;
    }
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(spool->statement[i]);
    }
    mx_database_close(&spool->database);
    free(spool);
}

enum mx_spool_status mx_spool_status(const struct mx_spool *spool)
{
    switch (spool->database.status) {
    case MX_DATABASE_OK:
        return MX_SPOOL_OK;
    case MX_DATABASE_DAMAGED:
        return MX_SPOOL_DAMAGED;
    case MX_DATABASE_FAILED:
        break;
    }
    return MX_SPOOL_FAILED;
}

const char *mx_spool_error(const struct mx_spool *spool)
{
    return spool->database.error;
}

void mx_spool_note_damage(struct mx_spool *spool)
{
    (void)damaged(spool, "it is damaged (what it says does not fit together)");
}

bool mx_spool_begin(struct mx_spool *spool)
{
    return run(spool, prepare(spool, BEGIN));
}

bool mx_spool_commit(struct mx_spool *spool)
{
    return run(spool, prepare(spool, COMMIT));
}

/* --- settings --- */

bool mx_spool_put_text(struct mx_spool *spool, const char *name, const char *value)
{
    sqlite3_stmt *statement = prepare(spool, PUT_SETTING);

    if (statement == NULL) {
        return false;
    }
    mx_database_bind_text(&spool->database, statement, 1, name);
    mx_database_bind_text(&spool->database, statement, 2, value);
    return run(spool, statement);
}

bool mx_spool_put_number(struct mx_spool *spool, const char *name, int64_t value)
{
    sqlite3_stmt *statement = prepare(spool, PUT_SETTING);

    if (statement == NULL) {
        return false;
    }
    mx_database_bind_text(&spool->database, statement, 1, name);
    (void)sqlite3_bind_int64(statement, 2, value);
    return run(spool, statement);
}

/* The statement at the setting's row, to be reset; NULL when there is none, or on failure. */
static sqlite3_stmt *find_setting(struct mx_spool *spool, const char *name)
{
    sqlite3_stmt *statement = prepare(spool, GET_SETTING);

    if (statement == NULL) {
        return NULL;
    }
    mx_database_bind_text(&spool->database, statement, 1, name);
    return step(spool, statement) ? statement : NULL;
}

bool mx_spool_get_text(struct mx_spool *spool, const char *name, char *value, size_t size,
                       bool *found)
{
    sqlite3_stmt *statement = find_setting(spool, name);

    value[0] = '\0';
    *found = statement != NULL;
    if (statement != NULL) {
        (void)snprintf(value, size, "%s", mx_database_text(statement, 0));
        (void)sqlite3_reset(statement);
    }
    return is_fine(spool);
}

bool mx_spool_get_number(struct mx_spool *spool, const char *name, int64_t *value, bool *found)
{
    sqlite3_stmt *statement = find_setting(spool, name);

    *value = 0;
    *found = statement != NULL;
    if (statement != NULL) {
        *value = sqlite3_column_int64(statement, 0);
        (void)sqlite3_reset(statement);
    }
    return is_fine(spool);
}

/* --- taking in --- */

bool mx_spool_destination(struct mx_spool *spool, const char *domain, uint32_t *destination)
{
    sqlite3_stmt *statement = prepare(spool, GET_DESTINATION);
    int64_t id;

    if (statement == NULL) {
        return false;
    }
    mx_database_bind_text(&spool->database, statement, 1, domain);
    if (step(spool, statement)) {
        *destination = (uint32_t)sqlite3_column_int64(statement, 0);
        (void)sqlite3_reset(statement);
        return true;
    }
    statement = prepare(spool, ADD_DESTINATION);
    if (statement == NULL) {
        return false;
    }
    mx_database_bind_text(&spool->database, statement, 1, domain);
    if (!run(spool, statement)) {
        return false;
    }
    id = sqlite3_last_insert_rowid(spool->database.handle);
    if (id > (int64_t)MX_DESTINATION_MAX) {
        spool->database.status = MX_DATABASE_FAILED;
        (void)snprintf(spool->database.error, sizeof spool->database.error,
                       "more than 65,536 domains in a mailing");
        return false;
    }
    *destination = (uint32_t)id;
    return true;
}

bool mx_spool_add_message(struct mx_spool *spool, const char *name, const char *sender,
                          const char *text, size_t size, int64_t *message)
{
    sqlite3_stmt *statement = prepare(spool, ADD_MESSAGE);

    if (statement == NULL) {
        return false;
    }
    mx_database_bind_text(&spool->database, statement, 1, name);
    mx_database_bind_text(&spool->database, statement, 2, sender);
    (void)sqlite3_bind_blob64(statement, 3, text, size, SQLITE_STATIC);
    if (!run(spool, statement)) {
        return false;
    }
    *message = sqlite3_last_insert_rowid(spool->database.handle);
    return true;
}

bool mx_spool_add_recipient(struct mx_spool *spool, int64_t message, const char *address,
                            uint32_t destination)
{
    sqlite3_stmt *statement = prepare(spool, ADD_RECIPIENT);

    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, message);
    mx_database_bind_text(&spool->database, statement, 2, address);
    (void)sqlite3_bind_int64(statement, 3, destination);
    return run(spool, statement);
}

/* --- reading --- */

bool mx_spool_count(struct mx_spool *spool, uint64_t *recipients, uint64_t *pending,
                    uint32_t *destinations)
{
    sqlite3_stmt *statement = prepare(spool, COUNT);

    if (statement == NULL || !step(spool, statement)) {
        return false;
    }
    *recipients = (uint64_t)sqlite3_column_int64(statement, 0);
    *pending = (uint64_t)sqlite3_column_int64(statement, 1);
    *destinations = (uint32_t)sqlite3_column_int64(statement, 2);
    (void)sqlite3_reset(statement);
    return true;
}

bool mx_spool_each_destination(struct mx_spool *spool,
                               bool (*see)(void *context, uint32_t destination, const char *domain,
                                           uint64_t recipient_count),
                               void *context)
{
    sqlite3_stmt *statement = prepare(spool, EACH_DESTINATION);
    bool goes_on = true;

    while (statement != NULL && goes_on && step(spool, statement)) {
        goes_on = see(context, (uint32_t)sqlite3_column_int64(statement, 0),
                      mx_database_text(statement, 1), (uint64_t)sqlite3_column_int64(statement, 2));
    }
    (void)sqlite3_reset(statement);
    return is_fine(spool);
}

/* A number that must lie in [0, most]. */
static bool number_at(struct mx_spool *spool, sqlite3_stmt *statement, int column, int64_t most,
                      int64_t *number)
{
    *number = sqlite3_column_int64(statement, column);
    return (*number >= 0 && *number <= most) ||
           damaged(spool, "it is damaged (a number out of its range)");
}

static bool read_entry(struct mx_spool *spool, sqlite3_stmt *statement, struct mx_entry *entry)
{
    int64_t number[7];
    static const int64_t most[7] = {(int64_t)MX_MESSAGE_MAX, MX_DESTINATION_MAX, MX_DUE_US_MAX,
                                    MX_CREATED_US_MAX,       UINT32_MAX,         MX_ATTEMPTS_MAX,
                                    MX_DUE_KIND_COUNT - 1};

    for (int i = 0; i < 7; i++) {
        if (!number_at(spool, statement, i, most[i], &number[i])) {
            return false;
        }
    }
    *entry = (struct mx_entry){
        .message = (uint64_t)number[0],
        .destination = (uint16_t)number[1],
        .due_us = number[2],
        .first_deferral_us = number[3],
        .gap_ms = (uint32_t)number[4],
        .attempt_count = (uint16_t)number[5],
        .kind = (uint8_t)number[6],
    };
    return true;
}

bool mx_spool_each_pending(struct mx_spool *spool,
                           bool (*see)(void *context, const struct mx_entry *entry), void *context)
{
    sqlite3_stmt *statement = prepare(spool, EACH_PENDING);
    bool goes_on = true;

    while (statement != NULL && goes_on && step(spool, statement)) {
        struct mx_entry entry;

        goes_on = read_entry(spool, statement, &entry) && see(context, &entry);
    }
    (void)sqlite3_reset(statement);
    return is_fine(spool);
}

bool mx_spool_load(struct mx_spool *spool, uint64_t recipient, struct mx_spool_mail *mail)
{
    sqlite3_stmt *statement = prepare(spool, LOAD);

    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, (int64_t)recipient);
    if (!step(spool, statement)) {
        return damaged(spool, "it is damaged (a message is missing)");
    }
    *mail = (struct mx_spool_mail){
        .sender = mx_database_text(statement, 0),
        .address = mx_database_text(statement, 1),
        .text = sqlite3_column_blob(statement, 2),
        .size = (size_t)sqlite3_column_bytes(statement, 2),
    };
    return (mail->text != NULL && mail->size > 0 && mx_address_is_valid(mail->sender) &&
            mx_address_is_valid(mail->address)) ||
           damaged(spool, "it is damaged (a message is not as it was)");
}

void mx_spool_release(struct mx_spool *spool)
{
    (void)sqlite3_reset(spool->statement[LOAD]);
}

/* --- what happened --- */

static bool add_event(struct mx_spool *spool, const struct mx_spool_event *event)
{
    sqlite3_stmt *statement = prepare(spool, ADD_EVENT);
    const int64_t numbers[] = {(int64_t)event->recipient,
                               event->attempt,
                               event->kind,
                               event->verdict,
                               event->reason,
                               event->code};
    const int64_t times[] = {event->due_us, event->start_us, event->reply_us, event->next_us};

    if (statement == NULL) {
        return false;
    }
    for (int i = 0; i < 6; i++) {
        (void)sqlite3_bind_int64(statement, i + 1, numbers[i]);
    }
    mx_database_bind_text(&spool->database, statement, 7, event->enhanced);
    for (int i = 0; i < 4; i++) {
        (void)sqlite3_bind_int64(statement, i + 8, times[i]);
    }
    return run(spool, statement);
}

bool mx_spool_record(struct mx_spool *spool, const struct mx_spool_event *event,
                     const struct mx_entry *next)
{
    sqlite3_stmt *statement = prepare(spool, next != NULL ? DEFER : DECIDE);

    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, (int64_t)event->recipient);
    if (next != NULL) {
        (void)sqlite3_bind_int64(statement, 2, next->due_us);
        (void)sqlite3_bind_int64(statement, 3, next->first_deferral_us);
        (void)sqlite3_bind_int64(statement, 4, next->gap_ms);
        (void)sqlite3_bind_int64(statement, 5, next->attempt_count);
        (void)sqlite3_bind_int64(statement, 6, next->kind);
    }
    if (!run(spool, statement)) {
        return false;
    }
    if (sqlite3_changes(spool->database.handle) != 1) {
        return damaged(spool, "it is damaged (a recipient is missing, or was decided twice)");
    }
    return add_event(spool, event);
}

static bool read_event(struct mx_spool *spool, sqlite3_stmt *statement,
                       struct mx_spool_event *event)
{
    int64_t number[12];
    static const int64_t most[12] = {
        (int64_t)MX_MESSAGE_MAX, MX_DESTINATION_MAX,  UINT32_MAX,    MX_SPOOL_EVENT_KIND_COUNT - 1,
        MX_VERDICT_COUNT - 1,    MX_REASON_COUNT - 1, 999,           INT64_MAX, /* a text */
        MX_DUE_US_MAX,           MX_DUE_US_MAX,       MX_DUE_US_MAX, INT64_MAX};

    for (int i = 0; i < 12; i++) {
        if (!number_at(spool, statement, i, most[i], &number[i])) {
            return false;
        }
    }
    *event = (struct mx_spool_event){
        .recipient = (uint64_t)number[0],
        .destination = (uint32_t)number[1],
        .attempt = (uint32_t)number[2],
        .kind = (enum mx_spool_event_kind)number[3],
        .verdict = (enum mx_verdict)number[4],
        .reason = (enum mx_reason)number[5],
        .code = (int)number[6],
        .due_us = number[8],
        .start_us = number[9],
        .reply_us = number[10],
        .next_us = number[11],
    };
    (void)snprintf(event->enhanced, sizeof event->enhanced, "%s", mx_database_text(statement, 7));
    if (event->kind != MX_SPOOL_ATTEMPT
            ? event->verdict != MX_REJECT_SOFT
            : event->attempt == 0 ||
                  (event->verdict == MX_BUSY && event->reason >= MX_DEFERRAL_REASON_COUNT)) {
        return damaged(spool, "it is damaged (an event that cannot be)");
    }
    return true;
}

bool mx_spool_each_event(struct mx_spool *spool,
                         bool (*see)(void *context, const struct mx_spool_event *event),
                         void *context)
{
    sqlite3_stmt *statement = prepare(spool, EACH_EVENT);
    bool goes_on = true;

    while (statement != NULL && goes_on && step(spool, statement)) {
        struct mx_spool_event event;

        goes_on = read_event(spool, statement, &event) && see(context, &event);
    }
    (void)sqlite3_reset(statement);
    return is_fine(spool);
}
