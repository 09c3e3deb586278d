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

enum statement { ADD_RESULT, SET_SHA256, SET_ERROR, EACH_RESULT, STATEMENT_COUNT };

static const char *const texts[STATEMENT_COUNT] = {
    [ADD_RESULT] = "INSERT INTO results(point, replication, metric, value) VALUES (?1, ?2, ?3, ?4)",
    [SET_SHA256] = "UPDATE points SET scenario_sha256 = ?2 WHERE point = ?1",
    [SET_ERROR] = "UPDATE points SET error = ?2 WHERE point = ?1",
    [EACH_RESULT] = ("SELECT p.point, p.error, r.replication, r.metric, r.value FROM points p "
                     "LEFT JOIN results r ON r.point = p.point ORDER BY 1, 3, 4"),
};

#define APPLICATION_ID 1836610423 /* "mxsw" */
#define STORE_VERSION 1

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE study(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE parameters(parameter INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL,"
    " label TEXT NOT NULL, unit TEXT NOT NULL, scale TEXT NOT NULL);"
    "CREATE TABLE paths(parameter INTEGER NOT NULL, path TEXT NOT NULL,"
    " PRIMARY KEY(parameter, path)) WITHOUT ROWID;"
    "CREATE TABLE metrics(metric INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);"
    "CREATE TABLE expectations(expectation INTEGER PRIMARY KEY, text TEXT NOT NULL,"
    " metric INTEGER NOT NULL, comparison TEXT NOT NULL, bound REAL NOT NULL);"
    "CREATE TABLE points(point INTEGER PRIMARY KEY, scenario_sha256 TEXT, error TEXT);"
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
    " FROM results r JOIN metrics m USING (metric) GROUP BY r.point, r.metric;"
    "CREATE VIEW named AS SELECT r.point, r.replication, m.name AS metric, r.value"
    " FROM results r JOIN metrics m USING (metric);"
    "CREATE VIEW verdicts AS SELECT e.expectation, e.text, a.point, a.mean,"
    " coalesce(CASE e.comparison WHEN '>=' THEN a.mean >= e.bound WHEN '<=' THEN a.mean <= e.bound"
    "  WHEN '>' THEN a.mean > e.bound ELSE a.mean < e.bound END, 0) AS holds"
    " FROM expectations e JOIN metrics m USING (metric) JOIN means a ON a.metric = m.name;"
    "CREATE VIEW failures AS SELECT point, error FROM points WHERE error IS NOT NULL;"
    "CREATE VIEW progress AS SELECT (SELECT count(*) FROM points) AS points,"
    " (SELECT count(*) FROM failures) AS failed,"
    " (SELECT count(*) FROM results WHERE metric = 0) AS replications_done,"
    " (SELECT value FROM study WHERE name = 'replications') * ((SELECT count(*) FROM points)"
    "  - (SELECT count(*) FROM failures)) AS replications_all;"
    "PRAGMA application_id = 1836610423;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

const struct mx_database_form mx_store_form = {
    .application_id = APPLICATION_ID, .version = STORE_VERSION, .what = "sweep", .schema = schema};

struct mx_store {
    struct mx_database database;
    sqlite3_stmt *statement[STATEMENT_COUNT];
    const struct mx_store_identity *identity;
    bool is_invalid;
    char error[700];
    bool *done; /* [point * replications + replication] */
    bool *failed;
    char (*sha256)[65];
    uint64_t done_count;
    uint32_t failed_count;
    bool is_writing; /* a transaction is open */
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
            mx_database_bind_text(statement, i + 1, cells[i].text);
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
           insert(store, sql,
                  ROW(TEXT("command"), TEXT(identity->command != NULL ? identity->command : "")),
                  2) &&
           insert(store, sql, ROW(TEXT("dropped"), WHOLE(identity->design->dropped_count)), 2) &&
           insert(store, sql, ROW(TEXT("seed"), WHOLE(identity->seed)), 2) &&
           insert(store, sql, ROW(TEXT("replications"), WHOLE(identity->replications)), 2) &&
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
        good = insert(store, "INSERT INTO metrics VALUES (?, ?)",
                      ROW(WHOLE(m), TEXT(identity->metrics[m].text)), 2);
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
            mx_database_bind_text(setting, 3, design->text[cell]);
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
    for (uint32_t m = 0; m < identity->metric_count; m++) {
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
        mx_database_bind_text(statement, 1, name);
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

static bool check_identity(struct mx_store *store)
{
    const struct mx_store_identity *identity = store->identity;
    char seed[32], replications[32];
    int64_t points = 0;

    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)identity->seed);
    (void)snprintf(replications, sizeof replications, "%u", identity->replications);
    if (!check_fact(store, "version", mx_version(), "another version of mxsim") ||
        !check_fact(store, "commit", mx_commit(), "another build of mxsim") ||
        !check_fact(store, "study_sha256", identity->study->sha256,
                    "another study, or this study file (or --set) was changed since") ||
        !check_fact(
            store, "scenario_sha256", identity->scenario_sha256,
            "another state of the scenario: it, or a file it includes, was changed since") ||
        !check_fact(store, "seed", seed, "another seed") ||
        !check_fact(store, "replications", replications, "another number of replications") ||
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

static bool read_failures(struct mx_store *store)
{
    sqlite3_stmt *statement = NULL;

    if (mx_database_prepare(&store->database, &statement,
                            "SELECT point, scenario_sha256, error IS NOT NULL FROM points") ==
        NULL) {
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
            store->failed[point] = true;
            store->failed_count++;
            store->done_count += store->identity->replications;
        }
    }
    (void)sqlite3_finalize(statement);
    return is_fine(store);
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
        store->done[task_index(store, (uint32_t)point, (uint32_t)replication)] = true;
        store->done_count++;
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
        return check_identity(store) && read_failures(store) && read_done(store);
    }
    return mx_database_execute(&store->database, "BEGIN IMMEDIATE") && put_facts(store) &&
           put_parameters(store) && put_metrics(store) && put_points(store) &&
           put_wide_view(store) && mx_database_execute(&store->database, "COMMIT");
}

struct mx_store *mx_store_open(const char *path, const struct mx_store_identity *identity)
{
    struct mx_store *store = calloc(1, sizeof *store);
    size_t points = identity->design->point_count;

    if (store == NULL) {
        return NULL;
    }
    store->identity = identity;
    store->done = calloc(points * identity->replications + 1, sizeof *store->done);
    store->failed = calloc(points + 1, sizeof *store->failed);
    store->sha256 = calloc(points + 1, sizeof *store->sha256);
    if (store->done == NULL || store->failed == NULL || store->sha256 == NULL) {
        mx_store_close(store);
        return NULL;
    }
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
        free(store->done);
        free(store->failed);
        free(store->sha256);
        free(store);
    }
}

bool mx_store_is_done(const struct mx_store *store, uint32_t point, uint32_t replication)
{
    return store->done[task_index(store, point, replication)] || store->failed[point];
}

bool mx_store_is_failed(const struct mx_store *store, uint32_t point)
{
    return store->failed[point];
}

uint64_t mx_store_done_count(const struct mx_store *store)
{
    return store->done_count;
}

uint64_t mx_store_task_count(const struct mx_store *store)
{
    return (uint64_t)store->identity->design->point_count * store->identity->replications;
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
    mx_database_bind_text(statement, 2, sha256);
    (void)snprintf(store->sha256[point], sizeof store->sha256[point], "%s", sha256);
    return mx_database_run(&store->database, statement);
}

bool mx_store_add(struct mx_store *store, uint32_t point, uint32_t replication, const char *sha256,
                  const double *values)
{
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
    store->done[task_index(store, point, replication)] = true;
    store->done_count++;
    return true;
}

bool mx_store_add_failure(struct mx_store *store, uint32_t point, const char *text)
{
    sqlite3_stmt *statement;

    if (store->failed[point]) {
        return is_fine(store);
    }
    statement = begin_writing(store) ? prepare(store, SET_ERROR) : NULL;
    if (statement == NULL) {
        return false;
    }
    (void)sqlite3_bind_int64(statement, 1, point);
    mx_database_bind_text(statement, 2, text);
    store->failed[point] = true;
    store->failed_count++;
    store->done_count += store->identity->replications;
    return mx_database_run(&store->database, statement);
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

bool mx_store_each(struct mx_store *store,
                   bool (*see)(void *context, const struct mx_store_row *row), void *context)
{
    const struct mx_store_identity *identity = store->identity;
    size_t count = (size_t)identity->metric_count * identity->replications;
    double *values = calloc(count + 1, sizeof *values);
    char *error = NULL;
    sqlite3_stmt *statement = values != NULL ? prepare(store, EACH_RESULT) : NULL;
    bool goes_on = statement != NULL;
    int64_t point = -1;

    while (goes_on && mx_database_step(&store->database, statement)) {
        int64_t next = sqlite3_column_int64(statement, 0);

        if (next != point) {
            goes_on =
                point < 0 || see(context, &(struct mx_store_row){(uint32_t)point, error, values});
            free(error);
            error = sqlite3_column_type(statement, 1) == SQLITE_NULL
                        ? NULL
                        : strdup(mx_database_text(statement, 1));
            point = next;
            for (size_t i = 0; i < count; i++) {
                values[i] = NAN;
            }
        }
        if (sqlite3_column_type(statement, 4) != SQLITE_NULL) {
            size_t metric = (size_t)sqlite3_column_int64(statement, 3);
            size_t replication = (size_t)sqlite3_column_int64(statement, 2);

            if (metric < identity->metric_count && replication < identity->replications) {
                values[metric * identity->replications + replication] =
                    sqlite3_column_double(statement, 4);
            }
        }
    }
    if (goes_on && point >= 0) {
        (void)see(context, &(struct mx_store_row){(uint32_t)point, error, values});
    }
    (void)(statement != NULL && sqlite3_reset(statement));
    free(error);
    free(values);
    return is_fine(store);
}
