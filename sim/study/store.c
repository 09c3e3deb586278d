// SPDX-License-Identifier: GPL-3.0-or-later
/* store.c - see store.h. */
#include "sim/study/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/base/version.h"
#include "sim/stats/interval.h"
#include "sim/study/store_parts.h"

static const char *const texts[MX_STORE_STATEMENT_COUNT] = {
    [MX_STORE_ADD_RESULT] =
        "INSERT INTO results(point, replication, metric, value) VALUES (?1, ?2, ?3, ?4)",
    [MX_STORE_SET_SHA256] = "UPDATE points SET scenario_sha256 = ?2 WHERE point = ?1",
    [MX_STORE_SET_ERROR] = "UPDATE points SET error = ?2, failed_replication = ?3 WHERE point = ?1",
    [MX_STORE_DROP_RESULTS] = "DELETE FROM results WHERE point = ?1 AND replication > ?2",
    [MX_STORE_ADD_FILE] = "INSERT INTO files VALUES (?1, ?2)",
    [MX_STORE_SET_STOP] = "UPDATE points SET replications = ?2, stopped_by = ?3 WHERE point = ?1",
    [MX_STORE_ADD_WIDTH] = "INSERT OR REPLACE INTO widths VALUES (?1, ?2, ?3, ?4)",
    [MX_STORE_EACH_RESULT] =
        ("SELECT p.point, p.error, p.stopped_by, r.replication, r.metric, r.value "
         "FROM points p LEFT JOIN results r ON r.point = p.point "
         "WHERE p.point BETWEEN ?1 AND ?2 ORDER BY 1, 4, 5"),
};

static bool invalid(struct mx_store *store, const char *text)
{
    if (!store->is_invalid && store->database.status == MX_DATABASE_OK) {
        store->is_invalid = true;
        (void)snprintf(store->error, sizeof store->error, "%s", text);
    }
    return false;
}

static bool is_fine(const struct mx_store *store)
{
    return store->database.status == MX_DATABASE_OK && !store->is_invalid;
}

enum mx_store_status mx_store_status(const struct mx_store *store)
{
    if (store->is_invalid || store->database.status == MX_DATABASE_DAMAGED) {
        return MX_STORE_INVALID;
    }
    return store->database.status == MX_DATABASE_OK ? MX_STORE_OK : MX_STORE_FAILED;
}

const char *mx_store_error(const struct mx_store *store)
{
    return store->is_invalid ? store->error : store->database.error;
}

bool mx_store_out_of_memory(struct mx_store *store)
{
    if (is_fine(store)) {
        store->database.status = MX_DATABASE_FAILED;
        (void)snprintf(store->database.error, sizeof store->database.error, "out of memory");
    }
    return false;
}

sqlite3_stmt *mx_store_prepare(struct mx_store *store, enum mx_store_statement which)
{
    return is_fine(store)
               ? mx_database_prepare(&store->database, &store->statement[which], texts[which])
               : NULL;
}

void mx_store_bind_number(sqlite3_stmt *statement, int place, double number)
{
    if (isnan(number)) {
        (void)sqlite3_bind_null(statement, place);
    } else {
        (void)sqlite3_bind_double(statement, place, number);
    }
}

/* ---- one that is there ---- */

static bool get_fact(struct mx_store *store, const char *name, char value[128])
{
    sqlite3_stmt *statement = NULL;
    bool found = false;

    value[0] = '\0';
    if (mx_database_prepare(&store->database, &statement,
                            "SELECT value FROM study WHERE name = ?") != NULL) {
        mx_database_bind_text(&store->database, statement, 1, name);
        found = mx_database_step(&store->database, statement);
        if (found) {
            (void)snprintf(value, 128, "%s", mx_database_text(statement, 0));
        }
    }
    (void)sqlite3_finalize(statement);
    return found;
}

static bool check_fact(struct mx_store *store, const char *name, const char *wanted,
                       const char *what)
{
    char value[128], text[500];

    if (!get_fact(store, name, value)) {
        return invalid(store, "it is damaged (a fact about the sweep is missing)");
    }
    if (strcmp(value, wanted) != 0) {
        int shown = strlen(value) < 64 ? 63 : 12; /* of a SHA-256 a part */
        const char *rest = shown < 63 ? "..." : "";

        (void)snprintf(text, sizeof text,
                       "it holds a sweep of %s (%.*s%s there, %.*s%s now); restore it to go on, "
                       "or begin a new sweep elsewhere",
                       what, shown, value, rest, shown, wanted, rest);
        return invalid(store, text);
    }
    return true;
}

static bool check_precisions(struct mx_store *store)
{
    const struct mx_store_identity *identity = store->identity;
    sqlite3_stmt *statement = NULL;
    uint32_t count = 0;
    bool is_same = true;

    if (mx_database_prepare(&store->database, &statement,
                            "SELECT text FROM precisions ORDER BY precision") == NULL) {
        return false;
    }
    while (mx_database_step(&store->database, statement)) {
        is_same =
            is_same && count < identity->precision_count &&
            strcmp(identity->precision_texts[count].text, mx_database_text(statement, 0)) == 0;
        count++;
    }
    (void)sqlite3_finalize(statement);
    if (is_fine(store) && (!is_same || count != identity->precision_count)) {
        return invalid(store, "it holds a sweep with another --precision; give that to go on, or "
                              "begin a new sweep elsewhere");
    }
    return is_fine(store);
}

static bool keep_file(struct mx_store *store, const char *name, const char *sha256)
{
    struct mx_stored_file *files =
        realloc(store->files, (store->file_count + 1) * sizeof *store->files);
    struct mx_stored_file *file;

    if (files == NULL) {
        return mx_store_out_of_memory(store);
    }
    store->files = files;
    file = &files[store->file_count];
    file->name = strdup(name);
    if (file->name == NULL) {
        return mx_store_out_of_memory(store);
    }
    (void)snprintf(file->sha256, sizeof file->sha256, "%s", sha256);
    store->file_count++;
    return true;
}

static bool check_file(struct mx_store *store, const char *name, const char *stored)
{
    const struct mx_store_identity *identity = store->identity;
    char path[MX_STORE_PATH_SIZE], now[65], text[sizeof store->error];
    int error_number = identity->digest(identity->context, name, path, now);

    if (error_number != 0) {
        (void)snprintf(text, sizeof text,
                       "it holds a sweep that read %.400s, which cannot be read now: %s", path,
                       strerror(error_number));
        return invalid(store, text);
    }
    if (strcmp(now, stored) != 0) {
        (void)snprintf(text, sizeof text,
                       "it holds a sweep of another state of %.400s, which was changed since "
                       "(SHA-256 %.12s... there, %.12s... now); restore it to go on, or begin a "
                       "new sweep elsewhere",
                       path, stored, now);
        return invalid(store, text);
    }
    return true;
}

/* Files of all points so far are still as they were. */
static bool check_files(struct mx_store *store)
{
    sqlite3_stmt *statement = NULL;

    if (mx_database_prepare(&store->database, &statement, "SELECT name, sha256 FROM files") ==
        NULL) {
        return false;
    }
    while (is_fine(store) && mx_database_step(&store->database, statement)) {
        const char *name = mx_database_text(statement, 0), *sha256 = mx_database_text(statement, 1);

        (void)(keep_file(store, name, sha256) && check_file(store, name, sha256));
    }
    (void)sqlite3_finalize(statement);
    return is_fine(store);
}

static bool check_identity(struct mx_store *store)
{
    const struct mx_store_identity *identity = store->identity;
    char seed[32], replications[32], is_auto[2] = {identity->is_auto ? '1' : '0', '\0'};
    int64_t points = 0;

    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)identity->seed);
    (void)snprintf(replications, sizeof replications, "%u", identity->replications);
    if (!check_fact(store, "version", mx_version(), "another version of mxsim") ||
        !check_fact(store, "commit", mx_commit(), "another build of mxsim") ||
        !check_fact(store, "study_sha256", identity->study->sha256,
                    "another study, or this study file (or --set) was changed since") ||
        !check_files(store) ||
        !check_fact(
            store, "scenario_sha256", identity->scenario_sha256,
            "another state of the scenario: it, or a file it includes, was changed since") ||
        !check_fact(store, "seed", seed, "another seed") ||
        !check_fact(store, "replications_auto", is_auto,
                    "another kind: --replications was auto once and once a number") ||
        !check_fact(store, "replications", replications,
                    identity->is_auto ? "another --replications-max"
                                      : "another number of replications") ||
        !check_precisions(store) ||
        !check_fact(store, "interval_of", mx_interval_of(identity->is_uncertain),
                    "another kind: --uncertain was given once and once not") ||
        !mx_database_ask(&store->database, "SELECT count(*) FROM points", &points)) {
        return false;
    }
    return points == identity->design->point_count ||
           invalid(store, "it is damaged (points are missing)");
}

static size_t task_index(const struct mx_store *store, uint32_t point, uint32_t replication)
{
    MX_CHECK(point < store->identity->design->point_count);
    MX_CHECK(replication < store->identity->replications);
    return (size_t)point * store->identity->replications + replication;
}

static bool read_points(struct mx_store *store)
{
    sqlite3_stmt *statement = NULL;

    if (mx_database_prepare(&store->database, &statement,
                            "SELECT point, scenario_sha256, error IS NOT NULL, failed_replication, "
                            "replications FROM points") == NULL) {
        return false;
    }
    while (mx_database_step(&store->database, statement)) {
        uint32_t point = (uint32_t)sqlite3_column_int64(statement, 0);

        if (point >= store->identity->design->point_count) {
            (void)invalid(store, "it is damaged (a point too many)");
            break;
        }
        (void)snprintf(store->sha256[point], sizeof store->sha256[point], "%s",
                       mx_database_text(statement, 1));
        if (sqlite3_column_int64(statement, 2) != 0) {
            store->failed_at[point] = (uint32_t)sqlite3_column_int64(statement, 3);
            store->failed_count++;
        }
        store->finished_at[point] = (uint32_t)sqlite3_column_int64(statement, 4);
        if (store->finished_at[point] > store->identity->replications) {
            (void)invalid(store, "it is damaged (replications that cannot be)");
            break;
        }
    }
    (void)sqlite3_finalize(statement);
    return is_fine(store);
}

static void set_done(struct mx_store *store, uint32_t point, uint32_t replication)
{
    size_t task = task_index(store, point, replication);

    store->done[task / 64] |= UINT64_C(1) << (task % 64);
}

/* A replication's rows are committed together: that of metric 0 stands for all. */
static bool read_done(struct mx_store *store)
{
    sqlite3_stmt *statement = NULL;

    if (mx_database_prepare(&store->database, &statement,
                            "SELECT point, replication FROM results WHERE metric = 0") == NULL) {
        return false;
    }
    while (is_fine(store) && mx_database_step(&store->database, statement)) {
        int64_t point = sqlite3_column_int64(statement, 0);
        int64_t replication = sqlite3_column_int64(statement, 1);

        if (point < 0 || point >= store->identity->design->point_count || replication < 0 ||
            replication >= store->identity->replications) {
            (void)invalid(store, "it is damaged (a result that cannot be)");
            break;
        }
        set_done(store, (uint32_t)point, (uint32_t)replication);
    }
    (void)sqlite3_finalize(statement);
    return is_fine(store);
}

static bool begin_sweep(struct mx_store *store)
{
    int64_t facts = 0;

    if (!mx_database_ask(&store->database, "SELECT count(*) FROM study", &facts)) {
        return false;
    }
    if (facts > 0) {
        return check_identity(store) && read_points(store) && read_done(store);
    }
    return mx_database_execute(&store->database, "BEGIN IMMEDIATE") && mx_store_put_study(store) &&
           mx_database_execute(&store->database, "COMMIT");
}

struct mx_store *mx_store_open(const char *path, const struct mx_store_identity *identity)
{
    struct mx_store *store = calloc(1, sizeof *store);
    size_t points = identity->design->point_count;

    if (store == NULL) {
        return NULL;
    }
    store->identity = identity;
    store->done = calloc(points * identity->replications / 64 + 1, sizeof *store->done);
    store->failed_at = calloc(points + 1, sizeof *store->failed_at);
    store->finished_at = calloc(points + 1, sizeof *store->finished_at);
    store->sha256 = calloc(points + 1, sizeof *store->sha256);
    if (store->done == NULL || store->failed_at == NULL || store->finished_at == NULL ||
        store->sha256 == NULL) {
        mx_store_close(store);
        return NULL;
    }
    memset(store->failed_at, 0xff, points * sizeof *store->failed_at); /* UINT32_MAX: not */
    mx_database_open(&store->database, path, &mx_store_form);
    (void)(is_fine(store) && begin_sweep(store));
    return store;
}

void mx_store_close(struct mx_store *store)
{
    if (store != NULL) {
        for (int i = 0; i < MX_STORE_STATEMENT_COUNT; i++) {
            (void)sqlite3_finalize(store->statement[i]);
        }
        mx_database_close(&store->database);
        for (size_t i = 0; i < store->file_count; i++) {
            free(store->files[i].name);
        }
        free(store->files);
        free(store->done);
        free(store->failed_at);
        free(store->finished_at);
        free(store->sha256);
        free(store);
    }
}

bool mx_store_is_done(const struct mx_store *store, uint32_t point, uint32_t replication)
{
    size_t task = task_index(store, point, replication);

    return (store->done[task / 64] >> (task % 64) & 1U) != 0;
}

uint32_t mx_store_failed_at(const struct mx_store *store, uint32_t point)
{
    return store->failed_at[point];
}

uint32_t mx_store_finished_at(const struct mx_store *store, uint32_t point)
{
    return store->finished_at[point];
}

uint32_t mx_store_failed_count(const struct mx_store *store)
{
    return store->failed_count;
}

static bool begin_writing(struct mx_store *store)
{
    if (is_fine(store) && !store->is_writing) {
        store->is_writing = mx_database_execute(&store->database, "BEGIN IMMEDIATE");
    }
    return is_fine(store);
}

static bool check_sha256(struct mx_store *store, uint32_t point, const char *sha256)
{
    sqlite3_stmt *statement;

    if (store->sha256[point][0] != '\0') {
        return strcmp(store->sha256[point], sha256) == 0 ||
               invalid(store, "the scenario, or a file it names, was changed since a part of a "
                              "point was simulated; restore it to go on");
    }
    statement = mx_store_prepare(store, MX_STORE_SET_SHA256);
    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, point);
    mx_database_bind_text(&store->database, statement, 2, sha256);
    (void)snprintf(store->sha256[point], sizeof store->sha256[point], "%s", sha256);
    return mx_database_run(&store->database, statement);
}

bool mx_store_add(struct mx_store *store, uint32_t point, uint32_t replication, const char *sha256,
                  const double *values)
{
    if (replication > store->failed_at[point]) {
        return is_fine(store);
    }
    if (!begin_writing(store) || !check_sha256(store, point, sha256)) {
        return false;
    }
    for (uint32_t m = 0; m < store->identity->metric_count; m++) {
        sqlite3_stmt *statement = mx_store_prepare(store, MX_STORE_ADD_RESULT);

        if (statement == NULL) {
            return false;
        }
        (void)sqlite3_bind_int64(statement, 1, point);
        (void)sqlite3_bind_int64(statement, 2, replication);
        (void)sqlite3_bind_int64(statement, 3, m);
        mx_store_bind_number(statement, 4, values[m]);
        if (!mx_database_run(&store->database, statement)) {
            return false;
        }
    }
    set_done(store, point, replication);
    return true;
}

bool mx_store_add_failure(struct mx_store *store, uint32_t point, uint32_t replication,
                          const char *text)
{
    sqlite3_stmt *statement;

    if (replication >= store->failed_at[point]) {
        return is_fine(store);
    }
    statement = begin_writing(store) ? mx_store_prepare(store, MX_STORE_SET_ERROR) : NULL;
    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, point);
    mx_database_bind_text(&store->database, statement, 2, text);
    (void)sqlite3_bind_int64(statement, 3, replication);
    if (!mx_database_run(&store->database, statement)) {
        return false;
    }
    /* Which of those behind it were there would depend on who was quick. */
    statement = mx_store_prepare(store, MX_STORE_DROP_RESULTS);
    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, point);
    (void)sqlite3_bind_int64(statement, 2, replication);
    store->failed_count += store->failed_at[point] == UINT32_MAX;
    store->failed_at[point] = replication;
    return mx_database_run(&store->database, statement);
}

bool mx_store_add_file(struct mx_store *store, const char *name, const char *sha256)
{
    sqlite3_stmt *statement;

    for (size_t i = 0; i < store->file_count; i++) {
        if (strcmp(store->files[i].name, name) == 0) {
            char text[sizeof store->error];

            (void)snprintf(text, sizeof text,
                           "%.400s was changed since a part was simulated, or is another file for "
                           "another process",
                           name);
            return strcmp(store->files[i].sha256, sha256) == 0 || invalid(store, text);
        }
    }
    statement = begin_writing(store) ? mx_store_prepare(store, MX_STORE_ADD_FILE) : NULL;
    if (statement == NULL) {
        return false;
    }
    mx_database_bind_text(&store->database, statement, 1, name);
    mx_database_bind_text(&store->database, statement, 2, sha256);
    return mx_database_run(&store->database, statement) && keep_file(store, name, sha256);
}

static const char *const stop_names[MX_STOP_COUNT] = {"precision", "cap", "undefined"};

bool mx_store_finish_point(struct mx_store *store, uint32_t point, uint32_t count,
                           enum mx_store_stop stop, const double *half)
{
    const struct mx_store_identity *identity = store->identity;
    sqlite3_stmt *statement =
        begin_writing(store) ? mx_store_prepare(store, MX_STORE_SET_STOP) : NULL;

    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, point);
    (void)sqlite3_bind_int64(statement, 2, count);
    mx_database_bind_text(&store->database, statement, 3, stop_names[stop]);
    if (!mx_database_run(&store->database, statement)) {
        return false;
    }
    for (uint32_t p = 0; p < identity->precision_count; p++) {
        statement = mx_store_prepare(store, MX_STORE_ADD_WIDTH);
        if (statement == NULL) {
            return false;
        }
        (void)sqlite3_bind_int64(statement, 1, point);
        (void)sqlite3_bind_int64(statement, 2, p);
        mx_store_bind_number(statement, 3, isfinite(half[p]) ? half[p] : (double)NAN);
        (void)sqlite3_bind_int64(statement, 4, half[p] <= identity->precisions[p].width);
        if (!mx_database_run(&store->database, statement)) {
            return false;
        }
    }
    store->finished_at[point] = count;
    return true;
}

bool mx_store_flush(struct mx_store *store)
{
    if (is_fine(store) && store->is_writing) {
        store->is_writing = false;
        return mx_database_execute(&store->database, "COMMIT");
    }
    return is_fine(store);
}

bool mx_store_finish(struct mx_store *store)
{
    for (int i = 0; i < MX_STORE_STATEMENT_COUNT; i++) {
        (void)sqlite3_finalize(store->statement[i]);
        store->statement[i] = NULL;
    }
    return mx_store_flush(store) &&
           mx_database_execute(&store->database, "PRAGMA journal_mode = DELETE");
}

bool mx_store_unmet(struct mx_store *store, int64_t *count)
{
    *count = 0;
    return is_fine(store) &&
           mx_database_ask(&store->database, "SELECT count(*) FROM verdicts WHERE NOT holds",
                           count);
}

bool mx_store_stopped(struct mx_store *store, enum mx_store_stop stop, int64_t *count)
{
    char sql[100];

    *count = 0;
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM points WHERE stopped_by = '%s'",
                   stop_names[stop]);
    return is_fine(store) && mx_database_ask(&store->database, sql, count);
}
