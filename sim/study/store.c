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

enum statement {
    ADD_RESULT,
    SET_SHA256,
    SET_ERROR,
    DROP_RESULTS,
    ADD_FILE,
    SET_STOP,
    ADD_WIDTH,
    EACH_RESULT,
    STATEMENT_COUNT
};

static const char *const texts[STATEMENT_COUNT] = {
    [ADD_RESULT] = "INSERT INTO results(point, replication, metric, value) VALUES (?1, ?2, ?3, ?4)",
    [SET_SHA256] = "UPDATE points SET scenario_sha256 = ?2 WHERE point = ?1",
    [SET_ERROR] = "UPDATE points SET error = ?2, failed_replication = ?3 WHERE point = ?1",
    [DROP_RESULTS] = "DELETE FROM results WHERE point = ?1 AND replication > ?2",
    [ADD_FILE] = "INSERT INTO files VALUES (?1, ?2)",
    [SET_STOP] = "UPDATE points SET replications = ?2, stopped_by = ?3 WHERE point = ?1",
    [ADD_WIDTH] = "INSERT OR REPLACE INTO widths VALUES (?1, ?2, ?3, ?4)",
    [EACH_RESULT] = ("SELECT p.point, p.error, p.stopped_by, r.replication, r.metric, r.value "
                     "FROM points p LEFT JOIN results r ON r.point = p.point "
                     "WHERE p.point BETWEEN ?1 AND ?2 ORDER BY 1, 4, 5"),
};

#define APPLICATION_ID 1836610423 /* "mxsw" */
#define STORE_VERSION 2

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE study(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE parameters(parameter INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL,"
    " label TEXT NOT NULL, unit TEXT NOT NULL, scale TEXT NOT NULL);"
    "CREATE TABLE paths(parameter INTEGER NOT NULL, path TEXT NOT NULL,"
    " PRIMARY KEY(parameter, path)) WITHOUT ROWID;"
    "CREATE TABLE metrics(metric INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL,"
    " is_shown INTEGER NOT NULL);"
    "CREATE TABLE expectations(expectation INTEGER PRIMARY KEY, text TEXT NOT NULL,"
    " metric INTEGER NOT NULL, comparison TEXT NOT NULL, bound REAL NOT NULL);"
    "CREATE TABLE precisions(precision INTEGER PRIMARY KEY, text TEXT NOT NULL,"
    " metric INTEGER NOT NULL, width REAL NOT NULL, is_relative INTEGER NOT NULL);"
    "CREATE TABLE points(point INTEGER PRIMARY KEY, scenario_sha256 TEXT, error TEXT,"
    " failed_replication INTEGER, replications INTEGER, stopped_by TEXT);"
    "CREATE TABLE files(name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE widths(point INTEGER NOT NULL, precision INTEGER NOT NULL, half_width REAL,"
    " reached INTEGER NOT NULL, PRIMARY KEY(point, precision)) WITHOUT ROWID;"
    "CREATE TABLE settings(point INTEGER NOT NULL, parameter INTEGER NOT NULL, text TEXT NOT NULL,"
    " number REAL, PRIMARY KEY(point, parameter)) WITHOUT ROWID;"
    "CREATE TABLE results(point INTEGER NOT NULL, replication INTEGER NOT NULL,"
    " metric INTEGER NOT NULL, value REAL, PRIMARY KEY(point, replication, metric)) WITHOUT ROWID;"
    /* A null in any replication makes the mean null: a mean of those that had it would flatter. */
    "CREATE VIEW means AS SELECT r.point, m.name AS metric, count(*) AS replications,"
    " count(r.value) AS reached,"
    " CASE WHEN count(r.value) = count(*) THEN avg(r.value) END AS mean,"
    " CASE WHEN count(r.value) = count(*) AND count(*) > 1 THEN"
    "  sqrt(max(0, (sum(r.value * r.value) - sum(r.value) * avg(r.value)) / (count(*) - 1)))"
    "  END AS sd, min(r.value) AS min, max(r.value) AS max"
    " FROM results r JOIN metrics m USING (metric) JOIN points p USING (point)"
    " WHERE p.error IS NULL GROUP BY r.point, r.metric;"
    "CREATE VIEW named AS SELECT r.point, r.replication, m.name AS metric, r.value"
    " FROM results r JOIN metrics m USING (metric);"
    "CREATE VIEW verdicts AS SELECT e.expectation, e.text, a.point, a.mean,"
    " coalesce(CASE e.comparison WHEN '>=' THEN a.mean >= e.bound WHEN '<=' THEN a.mean <= e.bound"
    "  WHEN '>' THEN a.mean > e.bound ELSE a.mean < e.bound END, 0) AS holds"
    " FROM expectations e JOIN metrics m USING (metric) JOIN means a ON a.metric = m.name;"
    "CREATE VIEW failures AS SELECT point, error FROM points WHERE error IS NOT NULL;"
    "CREATE VIEW precision AS SELECT w.point, c.text, w.half_width, c.width AS wanted,"
    " c.is_relative, w.reached, p.replications, p.stopped_by FROM widths w"
    " JOIN precisions c USING (precision) JOIN points p USING (point);"
    /* With "auto" nobody knows yet how many there will be. */
    "CREATE VIEW progress AS SELECT (SELECT count(*) FROM points) AS points,"
    " (SELECT count(*) FROM failures) AS failed,"
    " (SELECT count(*) FROM results JOIN points USING (point) WHERE metric = 0 AND error IS NULL)"
    "  AS replications_done,"
    " CASE WHEN EXISTS (SELECT 1 FROM precisions) THEN"
    "  CASE WHEN NOT EXISTS (SELECT 1 FROM points WHERE stopped_by IS NULL AND error IS NULL)"
    "   THEN (SELECT total(replications) FROM points WHERE error IS NULL) END"
    " ELSE (SELECT value FROM study WHERE name = 'replications') * ((SELECT count(*) FROM points)"
    "  - (SELECT count(*) FROM failures)) END AS replications_all;"
    "PRAGMA application_id = 1836610423;"
    "PRAGMA user_version = 2;"
    "COMMIT;";

const struct mx_database_form mx_store_form = {
    .application_id = APPLICATION_ID, .version = STORE_VERSION, .what = "sweep", .schema = schema};

struct mx_store {
    struct mx_database database;
    sqlite3_stmt *statement[STATEMENT_COUNT];
    const struct mx_store_identity *identity;
    bool is_invalid;
    char error[700];
    uint64_t *done; /* a bit each: point * replications + replication */
    uint32_t *failed_at, *finished_at;
    char (*sha256)[65];
    uint32_t failed_count;
    bool is_writing; /* a transaction is open */
    struct stored_file {
        char *name, sha256[65];
    } * files;
    size_t file_count;
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

static bool out_of_memory(struct mx_store *store)
{
    if (is_fine(store)) {
        store->database.status = MX_DATABASE_FAILED;
        (void)snprintf(store->database.error, sizeof store->database.error, "out of memory");
    }
    return false;
}

static sqlite3_stmt *prepare(struct mx_store *store, enum statement which)
{
    return is_fine(store)
               ? mx_database_prepare(&store->database, &store->statement[which], texts[which])
               : NULL;
}

static void bind_number(sqlite3_stmt *statement, int place, double number)
{
    if (isnan(number)) {
        (void)sqlite3_bind_null(statement, place);
    } else {
        (void)sqlite3_bind_double(statement, place, number);
    }
}

/* One row; each cell: 't' text, 'n' number (NaN: null), 'i' whole number. */
struct cell {
    char kind;
    const char *text;
    double number;
    int64_t whole;
};

static bool insert(struct mx_store *store, const char *sql, const struct cell *cells, int count)
{
    sqlite3_stmt *statement = NULL;
    bool good = mx_database_prepare(&store->database, &statement, sql) != NULL;

    for (int i = 0; good && i < count; i++) {
        if (cells[i].kind == 't') {
            mx_database_bind_text(&store->database, statement, i + 1, cells[i].text);
        } else if (cells[i].kind == 'n') {
            bind_number(statement, i + 1, cells[i].number);
        } else {
            (void)sqlite3_bind_int64(statement, i + 1, cells[i].whole);
        }
    }
    good = good && mx_database_run(&store->database, statement);
    (void)sqlite3_finalize(statement);
    return good;
}

#define TEXT(t) ((struct cell){'t', (t), 0, 0})
#define NUMBER(n) ((struct cell){'n', NULL, (n), 0})
#define WHOLE(w) ((struct cell){'i', NULL, 0, (int64_t)(w)})
#define ROW(...) ((const struct cell[]){__VA_ARGS__})

/* ---- a new file ---- */

static const char *const design_names[MX_DESIGN_KIND_COUNT] = {"grid", "zip", "latin_hypercube",
                                                               "sobol"};

static bool put_facts(struct mx_store *store)
{
    static const char sql[] = "INSERT INTO study(name, value) VALUES (?, ?)";
    const struct mx_store_identity *identity = store->identity;
    const struct mx_study *study = identity->study;

    return insert(store, sql, ROW(TEXT("version"), TEXT(mx_version())), 2) &&
           insert(store, sql, ROW(TEXT("commit"), TEXT(mx_commit())), 2) &&
           insert(store, sql, ROW(TEXT("study"), TEXT(study->name)), 2) &&
           insert(store, sql, ROW(TEXT("title"), TEXT(study->title)), 2) &&
           insert(store, sql, ROW(TEXT("study_sha256"), TEXT(study->sha256)), 2) &&
           insert(store, sql, ROW(TEXT("scenario_sha256"), TEXT(identity->scenario_sha256)), 2) &&
           insert(store, sql, ROW(TEXT("design"), TEXT(design_names[study->design])), 2) &&
           insert(store, sql, ROW(TEXT("dropped"), WHOLE(identity->design->dropped_count)), 2) &&
           insert(store, sql, ROW(TEXT("seed"), WHOLE(identity->seed)), 2) &&
           insert(store, sql, ROW(TEXT("replications"), WHOLE(identity->replications)), 2) &&
           insert(store, sql, ROW(TEXT("replications_auto"), WHOLE(identity->is_auto)), 2) &&
           insert(store, sql,
                  ROW(TEXT("interval_of"), TEXT(mx_interval_of(identity->is_uncertain))), 2);
}

static bool put_parameters(struct mx_store *store)
{
    const struct mx_study *study = store->identity->study;

    for (uint32_t p = 0; p < study->parameter_count; p++) {
        const struct mx_parameter *parameter = &study->parameters[p];

        if (!insert(store, "INSERT INTO parameters VALUES (?, ?, ?, ?, ?)",
                    ROW(WHOLE(p), TEXT(parameter->name), TEXT(parameter->label),
                        TEXT(parameter->unit),
                        TEXT(parameter->scale == MX_SCALE_LOG ? "log" : "linear")),
                    5)) {
            return false;
        }
        for (uint32_t i = 0; i < parameter->path_count; i++) {
            if (!insert(store, "INSERT OR IGNORE INTO paths VALUES (?, ?)",
                        ROW(WHOLE(p), TEXT(parameter->paths[i])), 2)) {
                return false;
            }
        }
    }
    return true;
}

static const char *const comparison_texts[MX_COMPARISON_COUNT] = {
    [MX_AT_LEAST] = ">=", [MX_AT_MOST] = "<=", [MX_MORE_THAN] = ">", [MX_LESS_THAN] = "<"};

static bool put_metrics(struct mx_store *store)
{
    const struct mx_store_identity *identity = store->identity;
    bool good = true;

    for (uint32_t m = 0; good && m < identity->metric_count; m++) {
        good = insert(
            store, "INSERT INTO metrics VALUES (?, ?, ?)",
            ROW(WHOLE(m), TEXT(identity->metrics[m].text), WHOLE(m < identity->shown_count)), 3);
    }
    for (uint32_t e = 0; good && e < identity->study->expect.count; e++) {
        const struct mx_expectation *expectation = &identity->expectations[e];

        good =
            insert(store, "INSERT INTO expectations VALUES (?, ?, ?, ?, ?)",
                   ROW(WHOLE(e), TEXT(identity->study->expect.item[e].text),
                       WHOLE(identity->expectation_metric[e]),
                       TEXT(comparison_texts[expectation->comparison]), NUMBER(expectation->bound)),
                   5);
    }
    return good;
}

static bool put_precisions(struct mx_store *store)
{
    const struct mx_store_identity *identity = store->identity;
    bool good = true;

    for (uint32_t p = 0; good && p < identity->precision_count; p++) {
        const struct mx_precision *precision = &identity->precisions[p];

        good = insert(store, "INSERT INTO precisions VALUES (?, ?, ?, ?, ?)",
                      ROW(WHOLE(p), TEXT(identity->precision_texts[p].text),
                          WHOLE(identity->precision_metric[p]), NUMBER(precision->width),
                          WHOLE(precision->is_relative)),
                      5);
    }
    return good;
}

static bool put_points(struct mx_store *store)
{
    const struct mx_design *design = store->identity->design;
    sqlite3_stmt *point = NULL, *setting = NULL;
    bool good = mx_database_prepare(&store->database, &point,
                                    "INSERT INTO points(point) VALUES (?)") != NULL &&
                mx_database_prepare(&store->database, &setting,
                                    "INSERT INTO settings VALUES (?, ?, ?, ?)") != NULL;

    for (uint32_t i = 0; good && i < design->point_count; i++) {
        (void)sqlite3_bind_int64(point, 1, i);
        good = mx_database_run(&store->database, point);
        for (uint32_t p = 0; good && p < design->parameter_count; p++) {
            size_t cell = (size_t)i * design->parameter_count + p;

            (void)sqlite3_bind_int64(setting, 1, i);
            (void)sqlite3_bind_int64(setting, 2, p);
            mx_database_bind_text(&store->database, setting, 3, design->text[cell]);
            bind_number(setting, 4, design->number[cell]);
            good = mx_database_run(&store->database, setting);
        }
    }
    (void)sqlite3_finalize(point);
    (void)sqlite3_finalize(setting);
    return good;
}

/* "wide": a row a point, a column a parameter (as set) and metric (mean). */
static bool put_wide_view(struct mx_store *store)
{
    const struct mx_store_identity *identity = store->identity;
    char *sql = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&sql, &size);
    bool good;

    if (stream == NULL) {
        return false;
    }
    (void)fputs("CREATE VIEW wide AS SELECT p.point", stream);
    for (uint32_t p = 0; p < identity->study->parameter_count; p++) {
        (void)fprintf(stream,
                      ", (SELECT text FROM settings s WHERE s.point = p.point AND s.parameter = "
                      "%u) AS \"%s\"",
                      p, identity->study->parameters[p].name);
    }
    if (identity->is_auto) {
        (void)fputs(", p.replications, p.stopped_by", stream);
    }
    for (uint32_t m = 0; m < identity->shown_count; m++) {
        (void)fprintf(stream, ", max(CASE a.metric WHEN '%s' THEN a.mean END) AS \"%s\"",
                      identity->metrics[m].text, identity->metrics[m].text);
    }
    (void)fputs(" FROM points p LEFT JOIN means a ON a.point = p.point GROUP BY p.point", stream);
    good = fclose(stream) == 0 && mx_database_execute(&store->database, sql);
    free(sql);
    return good;
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
    struct stored_file *files =
        realloc(store->files, (store->file_count + 1) * sizeof *store->files);

    store->files = files != NULL ? files : store->files;
    if (files == NULL || (files[store->file_count].name = strdup(name)) == NULL) {
        return out_of_memory(store);
    }
    (void)snprintf(files[store->file_count++].sha256, sizeof files->sha256, "%s", sha256);
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
    return mx_database_execute(&store->database, "BEGIN IMMEDIATE") && put_facts(store) &&
           put_parameters(store) && put_metrics(store) && put_precisions(store) &&
           put_points(store) && put_wide_view(store) &&
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
        for (int i = 0; i < STATEMENT_COUNT; i++) {
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
    statement = prepare(store, SET_SHA256);
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
        sqlite3_stmt *statement = prepare(store, ADD_RESULT);

        if (statement == NULL) {
            return false;
        }
        (void)sqlite3_bind_int64(statement, 1, point);
        (void)sqlite3_bind_int64(statement, 2, replication);
        (void)sqlite3_bind_int64(statement, 3, m);
        bind_number(statement, 4, values[m]);
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
    statement = begin_writing(store) ? prepare(store, SET_ERROR) : NULL;
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
    statement = prepare(store, DROP_RESULTS);
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
    statement = begin_writing(store) ? prepare(store, ADD_FILE) : NULL;
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
    sqlite3_stmt *statement = begin_writing(store) ? prepare(store, SET_STOP) : NULL;

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
        statement = prepare(store, ADD_WIDTH);
        if (statement == NULL) {
            return false;
        }
        (void)sqlite3_bind_int64(statement, 1, point);
        (void)sqlite3_bind_int64(statement, 2, p);
        bind_number(statement, 3, isfinite(half[p]) ? half[p] : (double)NAN);
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
    for (int i = 0; i < STATEMENT_COUNT; i++) {
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

/* ---- reading it back ---- */

struct reading {
    const struct mx_store_identity *identity;
    struct mx_store_row row;
    double *values;
    char *error, *stopped_by;
    bool is_open, is_memory_out;
};

static char *copy_text(struct reading *reading, sqlite3_stmt *statement, int column)
{
    char *text = NULL;

    if (sqlite3_column_type(statement, column) != SQLITE_NULL) {
        text = strdup(mx_database_text(statement, column));
        reading->is_memory_out = reading->is_memory_out || text == NULL;
    }
    return text;
}

static void begin_row(struct reading *reading, sqlite3_stmt *statement)
{
    free(reading->error);
    free(reading->stopped_by);
    reading->error = copy_text(reading, statement, 1);
    reading->stopped_by = copy_text(reading, statement, 2);
    reading->is_open = true;
    reading->row = (struct mx_store_row){.point = (uint32_t)sqlite3_column_int64(statement, 0),
                                         .error = reading->error,
                                         .stopped_by = reading->stopped_by,
                                         .values = reading->values};
}

/* Rows come by replication, then by metric. */
static void take_value(struct reading *reading, sqlite3_stmt *statement)
{
    const struct mx_store_identity *identity = reading->identity;
    size_t replication = (size_t)sqlite3_column_int64(statement, 3);
    size_t metric = (size_t)sqlite3_column_int64(statement, 4);

    if (metric >= identity->metric_count || replication >= identity->replications) {
        return;
    }
    for (; reading->row.replications <= replication; reading->row.replications++) {
        for (size_t m = 0; m < identity->metric_count; m++) {
            reading->values[m * identity->replications + reading->row.replications] = NAN;
        }
    }
    if (sqlite3_column_type(statement, 5) != SQLITE_NULL) {
        reading->values[metric * identity->replications + replication] =
            sqlite3_column_double(statement, 5);
    }
}

bool mx_store_each(struct mx_store *store, uint32_t first_point, uint32_t last_point,
                   bool (*see)(void *context, const struct mx_store_row *row), void *context)
{
    const struct mx_store_identity *identity = store->identity;
    struct reading reading = {.identity = identity};
    sqlite3_stmt *statement = prepare(store, EACH_RESULT);
    bool goes_on = statement != NULL;

    reading.values =
        calloc((size_t)identity->metric_count * identity->replications + 1, sizeof(double));
    if (reading.values == NULL) {
        return out_of_memory(store);
    }
    if (goes_on) {
        (void)sqlite3_bind_int64(statement, 1, first_point);
        (void)sqlite3_bind_int64(statement, 2, last_point);
    }
    while (goes_on && mx_database_step(&store->database, statement)) {
        if (!reading.is_open || reading.row.point != sqlite3_column_int64(statement, 0)) {
            goes_on = !reading.is_open || see(context, &reading.row);
            begin_row(&reading, statement);
        }
        if (sqlite3_column_type(statement, 3) != SQLITE_NULL) {
            take_value(&reading, statement);
        }
    }
    if (goes_on && reading.is_open) {
        (void)see(context, &reading.row);
    }
    (void)sqlite3_reset(statement);
    free(reading.error);
    free(reading.stopped_by);
    free(reading.values);
    return reading.is_memory_out ? out_of_memory(store) : is_fine(store);
}

struct mx_estimate mx_store_estimate(const struct mx_store_identity *identity,
                                     const struct mx_store_row *row, uint32_t metric)
{
    const double *values = &row->values[(size_t)metric * identity->replications];
    uint32_t sent = identity->sent_metric[metric];
    struct mx_estimate estimate = {0};
    double sent_total = 0;

    for (uint32_t r = 0; r < row->replications; r++) {
        estimate.reached += isnan(values[r]) ? 0 : 1;
        if (sent != UINT32_MAX) {
            sent_total += row->values[(size_t)sent * identity->replications + r];
        }
    }
    if (estimate.reached < row->replications || row->replications == 0) {
        return estimate;
    }
    return sent_total > 0 ? mx_estimate_of_shares(values, row->replications, sent_total)
                          : mx_estimate_of(values, row->replications);
}
