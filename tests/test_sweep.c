// SPDX-License-Identifier: GPL-3.0-or-later
/* test_sweep.c - a sweep's rows depend on the study alone: not on threads, processes, or how often
 * it was killed; and what goes wrong is said. */
/* mxtest: no-check full timeout=600 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/support_mxsim.h"

#define KILLS 10
#define KILLS_FULL 100
#define KILL_WITHIN_US 700000U

static char folder[200], study[256], scenario[256];

static const char scenario_text[] =
    "pools = { p = { ips = ( { name = \"ip\"; daily_volume = \"1M\"; age = \"400d\"; } ); }; };\n"
    "mta = { throttle = \"none\"; };\n"
    "campaigns = { c = { pool = \"p\"; recipients = 3000; window = \"1h\"; poisson = true;\n"
    "  mix = { x = \"100%\"; }; }; };\n"
    "providers = { x = { capacity = { kind = \"rate\"; rate = \"1/s\"; backlog = 20; }; }; };\n"
    "sources = { assumed = \"silent\"; };\n";

static const char study_text[] =
    "scenario = \"s.cfg\"; replications = 3; seed = 4;\n"
    "parameters = {\n"
    "  rate = { path = \"providers.x.capacity.rate\"; values = ( \"1/s\", \"2/s\", \"bad\", "
    "\"9/s\" ); };\n"
    "  n = { path = \"campaigns.c.recipients\"; from = 3000; to = 12000; count = 5; }; };\n"
    "metrics = ( \"delivered_rate\", \"deferrals\", \"time_until_99pct_s\", \"ips.ip.sent\" );\n"
    "expect = ( \"sent >= 1\" );\n";

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static const char *in_folder(const char *name)
{
    static char paths[8][300];
    static unsigned next;
    char *path = paths[next++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int set_up(void **state)
{
    const char *temporary = getenv("TMPDIR");

    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/mxsim-sweep-XXXXXX",
                   temporary != NULL ? temporary : "/tmp");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(scenario, sizeof scenario, "%s/s.cfg", folder);
    (void)snprintf(study, sizeof study, "%s/study.cfg", folder);
    write_text(scenario, scenario_text);
    write_text(study, study_text);
    return 0;
}

static int tear_down(void **state)
{
    char command[300];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : -1;
}

/* --- running --- */

static const char *program(void)
{
    const char *path = getenv("MXSIM");

    return path != NULL ? path : "build/mxsim";
}

/* Start `command` (arguments, NULL at the end) with its messages in the file "messages". size_max:
 * of files it writes, 0: no limit. */
static pid_t start(const char *const *command, rlim_t size_max)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        int messages = open(in_folder("messages"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

        (void)dup2(messages, STDOUT_FILENO);
        (void)dup2(messages, STDERR_FILENO);
        if (size_max > 0) {
            const struct rlimit limit = {size_max, size_max};

            (void)setrlimit(RLIMIT_FSIZE, &limit);
        }
        (void)execvp(command[0], (char *const *)(uintptr_t)command);
        _exit(127);
    }
    return child;
}

static int wait_for(pid_t child)
{
    int status = 0;

    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int sweep(const char *database, const char *jobs)
{
    return wait_for(start((const char *const[]){program(), "sweep", study, "-q", "--db", database,
                                                "--jobs", jobs, NULL},
                          0));
}

static void expect_message(const char *part)
{
    char text[4000] = "";
    FILE *file = fopen(in_folder("messages"), "r");
    size_t size = fread(text, 1, sizeof text - 1, file);

    (void)fclose(file);
    text[size] = '\0';
    if (strstr(text, part) == NULL) {
        print_error("not in the messages: %s\n%s\n", part, text);
        fail();
    }
}

/* --- comparing --- */

static const char *const tables[] = {"study",        "parameters", "paths",    "metrics",
                                     "expectations", "points",     "settings", "results",
                                     "precisions",   "widths",     "files"};

/* All rows of all tables as one text. */
static char *dump(const char *database)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        sqlite3_stmt *statement = NULL;
        char sql[100];

        (void)snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1, 2, 3", tables[t]);
        if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
            (void)snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1, 2", tables[t]);
            assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
        }
        (void)fprintf(stream, "%s\n", tables[t]);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            for (int c = 0; c < sqlite3_column_count(statement); c++) {
                if (sqlite3_column_type(statement, c) == SQLITE_FLOAT) {
                    (void)fprintf(stream, "|%a", sqlite3_column_double(statement, c));
                } else {
                    const char *cell = (const char *)sqlite3_column_text(statement, c);

                    (void)fprintf(stream, "|%s", cell != NULL ? cell : "(null)");
                }
            }
            (void)fputc('\n', stream);
        }
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static int64_t ask(const char *database, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t number;

    assert_int_equal(sqlite3_open_v2(database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return number;
}

static void expect_same(const char *database, const char *reference)
{
    char *text = dump(database);

    assert_string_equal(text, reference);
    free(text);
}

/* The rows of an uninterrupted sweep on one thread. */
static char *reference_rows(void)
{
    const char *database = in_folder("reference.db");

    if (access(database, F_OK) != 0) {
        assert_int_equal(sweep(database, "1"), 0);
    }
    return dump(database);
}

/* --- tests --- */

static void test_rows(void **state)
{
    const char *database = in_folder("reference.db");
    char *reference = reference_rows();

    (void)state;
    assert_int_equal(ask(database, "SELECT count(*) FROM points"), 20);
    assert_int_equal(ask(database, "SELECT count(*) FROM failures"), 5);
    assert_int_equal(ask(database, "SELECT count(*) FROM results"), 15 * 3 * 5);
    assert_int_equal(ask(database, "SELECT replications_done = replications_all FROM progress"), 1);
    assert_int_equal(ask(database, "SELECT \"ips.ip.sent\" FROM wide WHERE point = 0"), 3000);
    assert_int_equal(ask(database, "SELECT count(*) FROM wide WHERE delivered_rate IS NULL"), 5);
    assert_int_equal(ask(database, "SELECT count(*) FROM verdicts WHERE holds"), 15);
    assert_int_equal(
        ask(database, "SELECT count(*) FROM results WHERE typeof(value) NOT IN ('real')"), 0);
    free(reference);
}

static void test_threads(void **state)
{
    char *reference = reference_rows();

    (void)state;
    assert_int_equal(sweep(in_folder("two.db"), "2"), 0);
    expect_same(in_folder("two.db"), reference);
    assert_int_equal(sweep(in_folder("seven.db"), "7"), 0);
    expect_same(in_folder("seven.db"), reference);
    free(reference);
}

/* Whether there is MPI, and the program was built with it. */
static bool has_mpi(void)
{
    static int answer = -1;

    if (answer < 0) {
        answer = system("command -v mpirun >/dev/null 2>&1") == 0 &&
                 wait_for(start((const char *const[]){"mpirun", "-n", "1", program(), "sweep",
                                                      study, "-q", "--db", in_folder("1"), NULL},
                                0)) == 0;
    }
    return answer > 0;
}

static void test_processes(void **state)
{
    static const char *const counts[] = {"1", "3"};
    char *reference;

    (void)state;
    if (!has_mpi()) {
        skip();
    }
    reference = reference_rows();
    for (size_t i = 0; i < 2; i++) {
        const char *database = in_folder(counts[i]);

        assert_int_equal(
            wait_for(start((const char *const[]){"mpirun", "-n", counts[i], program(), "sweep",
                                                 study, "-q", "--db", database, NULL},
                           0)),
            0);
        expect_same(database, reference);
    }
    free(reference);
}

static pid_t start_long(const char *database)
{
    return start((const char *const[]){program(), "sweep", study, "-q", "--db", database, "--jobs",
                                       "2", "-n", "20", NULL},
                 0);
}

/* Killed at random moments, again and again, going on each time; long enough for some commits. */
static void test_killed(void **state)
{
    const char *database = in_folder("killed.db"), *whole = in_folder("whole.db");
    unsigned kills = 0, wanted = mx_test_full() ? KILLS_FULL : KILLS, random = 12345;
    char *reference;

    (void)state;
    assert_int_equal(wait_for(start_long(whole)), 0);
    reference = dump(whole);
    while (kills < wanted) {
        struct timespec moment = {0, 0};
        pid_t child = start_long(database);
        int status;

        random = random * 1103515245U + 12345U;
        moment.tv_nsec = (long)(random / 7U % KILL_WITHIN_US) * 1000L;
        (void)nanosleep(&moment, NULL);
        (void)kill(child, SIGKILL);
        status = wait_for(child);
        assert_true(status == 0 || status == 1000 + SIGKILL);
        kills++;
        if (status == 0 && kills < wanted) { /* begin again */
            expect_same(database, reference);
            assert_int_equal(unlink(database), 0);
        }
    }
    assert_int_equal(wait_for(start_long(database)), 0);
    expect_same(database, reference);
    free(reference);
}

/* A part of the rows is there: only the others are simulated, and a changed scenario is refused. */
static void test_changed(void **state)
{
    char *reference = reference_rows();
    const char *database = in_folder("half.db");
    char text[1200];
    sqlite3 *db = NULL;

    (void)state;
    assert_int_equal(sweep(database, "1"), 0);
    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "DELETE FROM results WHERE point > 7 OR (point = 3 AND replication > 0)",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    (void)snprintf(text, sizeof text, "%s\n# a remark\n", scenario_text);
    write_text(scenario, text);
    assert_int_equal(sweep(database, "1"), 3);
    expect_message("another state of ");
    expect_message("/s.cfg");
    write_text(scenario, scenario_text);
    (void)snprintf(text, sizeof text, "%s\n# a remark\n", study_text);
    write_text(study, text);
    assert_int_equal(sweep(database, "1"), 3);
    expect_message("another study");
    write_text(study, study_text);
    assert_int_equal(wait_for(start((const char *const[]){program(), "sweep", study, "-q", "--db",
                                                          database, "--seed", "9", NULL},
                                    0)),
                     3);
    expect_message("another seed");
    assert_int_equal(sweep(database, "1"), 0);
    expect_same(database, reference);
    free(reference);
}

/* A retry policy that only finished points use changes under a half-done sweep. */
static void test_changed_preset(void **state)
{
    static const char policies_text[] =
        "scenario = \"s.cfg\"; replications = 1;\n"
        "set = ( \"campaigns.c.recipients=50\" );\n"
        "parameters = { policy = { path = \"mta.retry.preset\";\n"
        "  values = ( \"bluecore\", \"late\", \"postfix\" ); }; };\n";
    static const char policy[] = "kind = \"list\"; gaps = [ \"5m\" ]; lifetime = \"24h\";\n";
    const char *database = in_folder("presets.db"), *preset = in_folder("mtas/late.cfg");
    char text[300], *reference;
    sqlite3 *db = NULL;

    (void)state;
    write_text(study, policies_text);
    (void)mkdir(in_folder("mtas"), 0700);
    write_text(preset, policy);
    assert_int_equal(sweep(database, "1"), 0);
    reference = dump(database);
    assert_int_equal(ask(database, "SELECT count(*) FROM files WHERE name = 'mtas/late.cfg'"), 1);
    assert_int_equal(
        ask(database, "SELECT count(*) FROM files WHERE name = '<presets>/mtas/postfix.cfg'"), 1);
    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM results WHERE point = 2", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    (void)snprintf(text, sizeof text, "%s# a remark\n", policy);
    write_text(preset, text);
    assert_int_equal(sweep(database, "1"), 3);
    expect_message("another state of ");
    expect_message("/mtas/late.cfg, which was changed since");
    assert_int_equal(unlink(preset), 0);
    assert_int_equal(sweep(database, "1"), 3);
    expect_message("/mtas/late.cfg, which cannot be read now");
    write_text(preset, policy);
    assert_int_equal(sweep(database, "1"), 0);
    expect_same(database, reference);
    write_text(study, study_text);
    free(reference);
}

static const char auto_text[] =
    "scenario = \"s.cfg\"; replications = \"auto\"; replications_max = 80; seed = 4;\n"
    "precision = ( \"deferrals:5%\", \"delivered_rate:0.01\" );\n"
    "set = ( \"campaigns.c.window=2m\" );\n"
    "parameters = {\n"
    "  rate = { path = \"providers.x.capacity.rate\"; values = ( \"1/s\", \"2/s\", \"bad\" ); };\n"
    "  n = { path = \"campaigns.c.recipients\"; values = ( \"100\", \"200\", \"300\" ); }; };\n"
    "metrics = ( \"time_until_99pct_s\" );\n";

/* How many replications `mxsim run` takes at a point. */
static int64_t replications_of_run(const char *rate, const char *n)
{
    char rates[64], counts[64], *text;
    const char *const arguments[] = {"run",
                                     scenario,
                                     "--seed",
                                     "4",
                                     "--set",
                                     "campaigns.c.window=2m",
                                     "--set",
                                     rates,
                                     "--set",
                                     counts,
                                     "--replications",
                                     "auto",
                                     "--replications-max",
                                     "80",
                                     "--precision",
                                     "deferrals:5%",
                                     "--precision",
                                     "delivered_rate:0.01",
                                     "--json",
                                     NULL};
    int status = 0;
    json_t *summary;
    int64_t count;

    (void)snprintf(rates, sizeof rates, "providers.x.capacity.rate=%s", rate);
    (void)snprintf(counts, sizeof counts, "campaigns.c.recipients=%s", n);
    text = mx_test_output(arguments, &status);
    assert_true(status == 0 || status == 5);
    summary = json_loads(text, 0, NULL);
    assert_non_null(summary);
    count = json_integer_value(json_object_get(summary, "replications"));
    json_decref(summary);
    free(text);
    return count;
}

static void expect_auto(const char *const *command, const char *database, const char *reference)
{
    assert_int_equal(wait_for(start(command, 0)), 5);
    expect_message("1 of 9 points are not as precise as wanted: stopped by the cap of 80");
    if (reference != NULL) {
        expect_same(database, reference);
    }
}

/* Each point stops by itself, as `mxsim run` would, whoever simulates it. */
static void test_auto(void **state)
{
    const char *database = in_folder("auto.db");
    const char *const alone[] = {program(), "sweep",  study, "-q", "--db",
                                 database,  "--jobs", "7",   NULL};
    const char *const shared[] = {"mpirun", "-n", "3",    program(), "sweep",
                                  study,    "-q", "--db", database,  NULL};
    char *reference;
    sqlite3 *db = NULL;

    (void)state;
    write_text(study, auto_text);
    assert_int_equal(sweep(database, "1"), 5);
    reference = dump(database);
    assert_int_equal(ask(database, "SELECT replications FROM points WHERE point = 1"),
                     replications_of_run("1/s", "200"));
    assert_in_range(ask(database, "SELECT replications FROM points WHERE point = 1"), 31, 79);
    assert_int_equal(ask(database, "SELECT replications FROM points WHERE point = 5"),
                     replications_of_run("2/s", "300"));
    assert_int_equal(ask(database, "SELECT replications FROM wide WHERE stopped_by = 'cap'"), 80);
    assert_int_equal(ask(database, "SELECT count(*) FROM precision WHERE reached"), 11);
    assert_int_equal(ask(database, "SELECT replications_done = replications_all FROM progress"), 1);
    assert_int_equal(unlink(database), 0);
    expect_auto(alone, database, reference);
    /* As a killed sweep may leave it: decided anew. */
    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "UPDATE points SET replications = NULL, stopped_by = NULL WHERE point < 6;"
                     "DELETE FROM widths; DELETE FROM results WHERE replication > 31 - point OR "
                     "(point = 0 AND replication = 17);",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    expect_auto(alone, database, reference);
    if (has_mpi()) {
        assert_int_equal(unlink(database), 0);
        expect_auto(shared, database, reference);
    }
    write_text(study, study_text);
    free(reference);
}

/* Processes that were started with different options are told so, and nothing is hurt. */
static void test_disagreement(void **state)
{
    const char *database = in_folder("disagree.db");

    (void)state;
    if (!has_mpi()) {
        skip();
    }
    assert_int_equal(
        wait_for(
            start((const char *const[]){"mpirun", "-n",     "1",       program(), "sweep", study,
                                        "-q",     "--db",   database,  "--seed",  "7",     ":",
                                        "-n",     "1",      program(), "sweep",   study,   "-q",
                                        "--db",   database, "--seed",  "8",       NULL},
                  0)),
        3);
    expect_message("process 1 was started with other options (seed 8, 3 replications; here seed 7");
    /* mpirun may have killed the writer at its end: whatever is there, it goes on. */
    assert_int_equal(wait_for(start((const char *const[]){program(), "sweep", study, "-q", "--db",
                                                          database, "--seed", "7", NULL},
                                    0)),
                     0);
    assert_int_equal(ask(database, "SELECT count(*) FROM results"), 15 * 3 * 5);
}

static void test_two_writers(void **state)
{
    const char *database = in_folder("writers.db");
    sqlite3 *db = NULL;
    char *reference = reference_rows();

    (void)state;
    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sweep(database, "1"), 1);
    expect_message("another process is using it");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(sweep(database, "1"), 0);
    expect_same(database, reference);
    free(reference);
}

/* A limit on files' sizes stands in for a full disk; what is there is kept, and goes on. */
static void test_full_disk(void **state)
{
    const char *database = in_folder("full.db");
    char *reference = reference_rows();

    (void)state;
    for (rlim_t size = 4096; size <= 81920; size += 16384) {
        int status = wait_for(start((const char *const[]){program(), "sweep", study, "-q", "--db",
                                                          database, "--jobs", "1", NULL},
                                    size));

        assert_true(status == 1 || (status == 0 && size > 32768));
        if (status == 1) {
            expect_message("full.db: ");
        }
    }
    assert_int_equal(sweep(database, "1"), 0);
    expect_same(database, reference);
    free(reference);
}

static void test_other_files(void **state)
{
    const char *database = in_folder("other.db");
    sqlite3 *db = NULL;

    (void)state;
    write_text(database, "not a database at all, but long enough to be looked at as one ........");
    assert_int_equal(sweep(database, "1"), 3);
    expect_message("damaged");
    assert_int_equal(unlink(database), 0);
    assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(sweep(database, "1"), 3);
    expect_message("no sweep of mxsim");
    assert_int_equal(sweep(in_folder("no/such/folder.db"), "1"), 1);
    expect_message("No such file");
}

static void test_csv(void **state)
{
    char line[4000], *reference = reference_rows();
    const char *out = in_folder("out");
    FILE *file;
    size_t rows = 0;

    (void)state;
    assert_int_equal(
        wait_for(start((const char *const[]){program(), "sweep", study, "--out", out, NULL}, 0)),
        0);
    expect_message("failed");
    expect_same(in_folder("out/sweep.db"), reference);
    file = fopen(in_folder("out/sweep.csv"), "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(strncmp(line, "point,rate,n,replications,delivered_rate,delive", 46), 0);
    while (fgets(line, sizeof line, file) != NULL) {
        rows++;
    }
    assert_int_equal(rows, 20);
    (void)fclose(file);
    free(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_threads),
        cmocka_unit_test(test_processes),      cmocka_unit_test(test_killed),
        cmocka_unit_test(test_changed),        cmocka_unit_test(test_two_writers),
        cmocka_unit_test(test_changed_preset), cmocka_unit_test(test_auto),
        cmocka_unit_test(test_disagreement),   cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_other_files),    cmocka_unit_test(test_csv),
    };
    (void)setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    (void)setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    (void)setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", 1);
    (void)setenv("OMPI_MCA_btl", "self,vader", 1);
    (void)setenv("OMPI_MCA_plm_rsh_agent", "false", 1); /* no other machine is asked */
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
