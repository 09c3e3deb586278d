// SPDX-License-Identifier: GPL-3.0-or-later
/* store_schema.c - a new database of a sweep: its tables and views, and what the study says. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/version.h"
#include "sim/stats/interval.h"
#include "sim/study/store_parts.h"

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
            mx_store_bind_number(statement, i + 1, cells[i].number);
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
            mx_store_bind_number(setting, 4, design->number[cell]);
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

bool mx_store_put_study(struct mx_store *store)
{
    return put_facts(store) && put_parameters(store) && put_metrics(store) &&
           put_precisions(store) && put_points(store) && put_wide_view(store);
}
