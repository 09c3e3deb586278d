// SPDX-License-Identifier: GPL-3.0-or-later
/* test_store.c - the database of a sweep when the disk stops at any write, and when memory runs out
 * at any moment: nothing half, nothing lost that was committed, nothing called damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "sim/scenario/mistakes.h"
#include "sim/study/store.h"
#include "tests/support_folder.h"

#define REPLICATIONS 2
#define METRICS 3
#define DENSE 700 /* the first allocations, each of which fails once */

/* ---- a disk that stops ---- */

static sqlite3_vfs *disk, stopping_disk;
/* SQLite has one kind of methods for databases, another for journals. */
static struct {
    const sqlite3_io_methods *own;
    sqlite3_io_methods stopping;
} kinds[4];
static long writes_left = -1; /* -1: as many as wanted */

/* After the last write nothing reaches the disk any more, as when the process was killed. */
static bool may_write(void)
{
    if (writes_left > 0) {
        writes_left--;
    }
    return writes_left != 0;
}

static const sqlite3_io_methods *own_methods(const sqlite3_file *file)
{
    size_t kind = 0;

    while (file->pMethods != &kinds[kind].stopping) {
        kind++;
    }
    return kinds[kind].own;
}

static int write_bytes(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    return may_write() ? own_methods(file)->xWrite(file, bytes, size, offset) : SQLITE_IOERR_WRITE;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    return may_write() ? own_methods(file)->xTruncate(file, size) : SQLITE_IOERR_TRUNCATE;
}

/* What was written is there for whoever looks, and that is enough here. */
static int sync_nothing(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    int code = disk->xOpen(vfs, name, file, flags, out);
    size_t kind = 0;

    if (code == SQLITE_OK && file->pMethods != NULL) {
        while (kinds[kind].own != NULL && kinds[kind].own != file->pMethods) {
            kind++;
        }
        assert_in_range(kind, 0, 3);
        kinds[kind].own = file->pMethods;
        kinds[kind].stopping = *file->pMethods;
        kinds[kind].stopping.xWrite = write_bytes;
        kinds[kind].stopping.xTruncate = truncate_file;
        kinds[kind].stopping.xSync = sync_nothing;
        file->pMethods = &kinds[kind].stopping;
    }
    return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int is_synced)
{
    return may_write() ? disk->xDelete(vfs, name, is_synced) : SQLITE_IOERR_DELETE;
}

/* ---- a memory that has none, once ---- */

static sqlite3_mem_methods memory, ending_memory;
static long
    allocations_left; /* up to the one that fails, which is the last counted; 0: none does */

static bool may_allocate(void)
{
    return allocations_left == 0 || --allocations_left > 0;
}

static void *allocate(int size)
{
    return may_allocate() ? memory.xMalloc(size) : NULL;
}

static void *reallocate(void *bytes, int size)
{
    return may_allocate() ? memory.xRealloc(bytes, size) : NULL;
}

/* ---- a sweep of four points ---- */

static char folder[200], database[300];
static struct mx_study *study;
static struct mx_design *design;
static struct mx_store_identity identity;
static uint32_t sent_metric[METRICS] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
static struct mx_study_text metrics[METRICS] = {
    {.text = (char *)(uintptr_t) "sent"},
    {.text = (char *)(uintptr_t) "delivered"},
    {.text = (char *)(uintptr_t) "deferrals"},
};

static int digest(void *context, const char *name, char path[MX_STORE_PATH_SIZE], char sha256[65])
{
    (void)context;
    (void)snprintf(path, MX_STORE_PATH_SIZE, "%s", name);
    (void)snprintf(sha256, 65, "%064d", 7);
    return 0;
}

static int set_up(void **state)
{
    char path[300];
    struct mx_mistakes mistakes = {0};
    FILE *file;

    (void)state;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory), SQLITE_OK);
    ending_memory = memory;
    ending_memory.xMalloc = allocate;
    ending_memory.xRealloc = reallocate;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &ending_memory), SQLITE_OK);
    /* Every text asks for memory of its own. */
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
    disk = sqlite3_vfs_find(NULL);
    stopping_disk = *disk;
    stopping_disk.zName = "stopping";
    stopping_disk.xOpen = open_file;
    stopping_disk.xDelete = delete_file;
    assert_int_equal(sqlite3_vfs_register(&stopping_disk, 1), SQLITE_OK);

    (void)snprintf(folder, sizeof folder, "%s/mxsim-store-XXXXXX",
                   getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(database, sizeof database, "%s/sweep.db", folder);
    (void)snprintf(path, sizeof path, "%s/study.cfg", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("scenario = \"s.cfg\"; parameters = { n = { path = \"a\"; values = ( \"1\", \"2\", "
                "\"3\", \"4\" ); }; };\n",
                file);
    assert_int_equal(fclose(file), 0);
    study = mx_study_load(path, &(struct mx_reader_options){.access = &mx_file_access_disk},
                          MX_STUDY_SWEEP, &mistakes);
    assert_non_null(study);
    design = mx_design_create(study, 1);
    assert_non_null(design);
    identity = (struct mx_store_identity){.study = study,
                                          .design = design,
                                          .seed = 1,
                                          .replications = REPLICATIONS,
                                          .scenario_sha256 = "s",
                                          .metrics = metrics,
                                          .sent_metric = sent_metric,
                                          .metric_count = METRICS,
                                          .shown_count = METRICS,
                                          .digest = digest};
    return 0;
}

static int tear_down(void **state)
{
    char command[300];

    (void)state;
    mx_design_destroy(design);
    mx_study_destroy(study);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void forget(void)
{
    static const char *const ends[] = {"", "-wal", "-journal", "-shm"};
    char path[320];

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", database, ends[i]);
        (void)unlink(path);
    }
}

/* All that is not there yet; committed every third replication. Point 2 fails in replication 1. */
static void fill(struct mx_store *store)
{
    char sha256[65], text[20];
    uint32_t since = 0;

    for (uint32_t point = 0; point < design->point_count; point++) {
        for (uint32_t r = 0; r < REPLICATIONS; r++) {
            const double values[METRICS] = {point, r, 0.5};

            if (mx_store_is_done(store, point, r) || r >= mx_store_failed_at(store, point)) {
                continue;
            }
            (void)snprintf(sha256, sizeof sha256, "%064u", point);
            (void)snprintf(text, sizeof text, "file%u", point);
            (void)mx_store_add_file(store, text,
                                    "0000000000000000000000000000000000000000000000"
                                    "000000000000000007");
            (void)(point == 2 && r == 1 ? mx_store_add_failure(store, point, r, "not valid")
                                        : mx_store_add(store, point, r, sha256, values));
            if (++since % 3 == 0) {
                (void)mx_store_flush(store);
            }
        }
    }
    (void)mx_store_finish(store);
}

static char *dump(void)
{
    static const char *const texts[] = {
        "SELECT point, scenario_sha256, error, failed_replication FROM points ORDER BY 1",
        "SELECT point, replication, metric, value FROM results ORDER BY 1, 2, 3",
        "SELECT name, sha256, 0, 0 FROM files ORDER BY 1"};
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        sqlite3_stmt *statement = NULL;

        assert_int_equal(sqlite3_prepare_v2(db, texts[t], -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            for (int c = 0; c < 4; c++) {
                const char *cell = (const char *)sqlite3_column_text(statement, c);

                (void)fprintf(stream, "|%s", cell != NULL ? cell : "null");
            }
            (void)fputc('\n', stream);
        }
        (void)sqlite3_finalize(statement);
    }
    (void)sqlite3_close(db);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static int64_t ask(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t number;

    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return number;
}

static char *reference_rows(void)
{
    struct mx_store *store;

    forget();
    store = mx_store_open(database, &identity);
    assert_non_null(store);
    fill(store);
    assert_int_equal(mx_store_status(store), MX_STORE_OK);
    mx_store_close(store);
    assert_int_equal(ask("SELECT count(*) FROM results"), 7 * METRICS);
    return dump();
}

/* What is there belongs together: the rows of a replication, its point's scenario, its files. */
static void expect_whole(void)
{
    if (ask("SELECT count(*) FROM sqlite_master WHERE name = 'results'") == 0) {
        return;
    }
    assert_int_equal(ask("SELECT count(*) FROM (SELECT count(*) AS n FROM results GROUP BY point, "
                         "replication) WHERE n <> 3"),
                     0);
    assert_int_equal(ask("SELECT count(*) FROM results JOIN points USING (point) WHERE "
                         "scenario_sha256 IS NULL OR replication >= failed_replication"),
                     0);
    assert_int_equal(ask("SELECT count(*) FROM results WHERE NOT EXISTS (SELECT 1 FROM files "
                         "WHERE name = 'file' || point)"),
                     0);
}

static void test_killed_at_each_write(void **state)
{
    char *reference = reference_rows();
    bool is_through = false;
    long at = 0;

    (void)state;
    while (!is_through) {
        struct mx_store *store;
        char *rows;

        forget();
        writes_left = ++at;
        store = mx_store_open(database, &identity);
        assert_non_null(store);
        fill(store);
        is_through = mx_store_status(store) == MX_STORE_OK;
        assert_int_not_equal(mx_store_status(store), MX_STORE_INVALID);
        mx_store_close(store);
        writes_left = -1;
        expect_whole();
        store = mx_store_open(database, &identity);
        assert_non_null(store);
        assert_int_equal(mx_store_status(store), MX_STORE_OK);
        fill(store);
        assert_int_equal(mx_store_status(store), MX_STORE_OK);
        mx_store_close(store);
        rows = dump();
        assert_string_equal(rows, reference);
        free(rows);
    }
    assert_in_range(at, 20, 2000); /* it did write */
    free(reference);
}

static void test_no_memory_at_each_moment(void **state)
{
    char *reference = reference_rows();
    bool is_through = false;
    long at = 0;

    (void)state;
    while (!is_through) {
        struct mx_store *store;

        forget();
        at += at < DENSE ? 1 : 7;
        allocations_left = at;
        store = mx_store_open(database, &identity);
        assert_non_null(store);
        fill(store);
        is_through = allocations_left > 0;
        allocations_left = 0;
        if (mx_store_status(store) == MX_STORE_OK) { /* SQLite can do without some */
            char *rows;

            mx_store_close(store);
            rows = dump();
            assert_string_equal(rows, reference);
            free(rows);
            continue;
        }
        if (mx_store_status(store) != MX_STORE_FAILED ||
            strstr(mx_store_error(store), "memory") == NULL) {
            print_error("allocation %ld: %s\n", at, mx_store_error(store));
            fail();
        }
        mx_store_close(store);
        expect_whole();
    }
    assert_in_range(at, DENSE, 100000);
    free(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_at_each_write),
        cmocka_unit_test(test_no_memory_at_each_moment),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
