// SPDX-License-Identifier: GPL-3.0-or-later
/* support_mxsim.c - run the program as a user would and read what it wrote. See support_mxsim.h. */
#include "tests/support_mxsim.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGUMENTS_MAX 64
#define LINE_MAX_BYTES 1024

bool mx_test_full(void)
{
    const char *full = getenv("MX_FULL");
    return full != NULL && strcmp(full, "1") == 0;
}

static const char *program(void)
{
    const char *path = getenv("MXSIM");
    return path != NULL && path[0] != '\0' ? path : "build/mxsim";
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t size = 0, room = 0;
    do {
        room = room == 0 ? 4096 : room * 2;
        text = realloc(text, room + 1);
        assert_non_null(text);
        size += fread(text + size, 1, room - size, file);
    } while (size == room);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* Runs the program with both outputs in files; its exit status, or -1. */
static int execute(char *const *arguments, const char *output, const char *errors)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int err = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (out >= 0 && err >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0)
            execvp(arguments[0], arguments);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_folder(char *folder, size_t size)
{
    const char *root = getenv("TMPDIR");
    snprintf(folder, size, "%s/mxsim-test-XXXXXX", root != NULL && root[0] != '\0' ? root : "/tmp");
    assert_non_null(mkdtemp(folder));
}

static void remove_folder(const char *folder)
{
    char *arguments[] = {"rm", "-rf", "--", (char *)folder, NULL};
    execute(arguments, "/dev/null", "/dev/null");
}

static void show(const char *path)
{
    char *text = read_file(path);
    print_error("%s", text == NULL ? "" : text);
    free(text);
}

void mx_test_run_open(struct mx_test_run *run, const char *scenario, uint64_t seed, bool trace,
                      const char *const *sets)
{
    memset(run, 0, sizeof *run);
    make_folder(run->folder, sizeof run->folder);
    char path[300], seed_text[32], errors[300], output[300];
    snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)seed);
    snprintf(errors, sizeof errors, "%s/errors", run->folder);
    snprintf(output, sizeof output, "%s/output", run->folder);
    snprintf(path, sizeof path, "%s/out", run->folder);
    char *arguments[ARGUMENTS_MAX] = {(char *)program(), "run",    (char *)scenario, "--out", path,
                                      "--seed",          seed_text};
    size_t count = 7;
    if (trace) {
        snprintf(run->trace, sizeof run->trace, "%s/trace.csv", run->folder);
        arguments[count++] = "--trace";
        arguments[count++] = run->trace;
    }
    for (size_t i = 0; sets != NULL && sets[i] != NULL; i++) {
        assert_true(count + 3 < ARGUMENTS_MAX);
        arguments[count++] = "--set";
        arguments[count++] = (char *)sets[i];
    }
    run->status = execute(arguments, output, errors);
    if (run->status != 0) {
        print_error("%s run %s ended with %d:\n", program(), scenario, run->status);
        show(errors);
        fail();
    }
    snprintf(path, sizeof path, "%s/out/summary.json", run->folder);
    json_error_t error;
    run->summary = json_load_file(path, 0, &error);
    if (run->summary == NULL)
        fail_msg("%s: %s", path, error.text);
}

void mx_test_run_close(struct mx_test_run *run)
{
    json_decref(run->summary);
    run->summary = NULL;
    if (run->folder[0] != '\0')
        remove_folder(run->folder);
    run->folder[0] = '\0';
}

char *mx_test_output(const char *const *arguments, int *status)
{
    char folder[256], errors[300], output[300];
    make_folder(folder, sizeof folder);
    snprintf(errors, sizeof errors, "%s/errors", folder);
    snprintf(output, sizeof output, "%s/output", folder);
    char *argv[ARGUMENTS_MAX] = {(char *)program()};
    size_t count = 1;
    for (; arguments[count - 1] != NULL; count++) {
        assert_true(count + 1 < ARGUMENTS_MAX);
        argv[count] = (char *)arguments[count - 1];
    }
    *status = execute(argv, output, errors);
    if (*status != 0)
        show(errors);
    char *text = read_file(output);
    assert_non_null(text);
    remove_folder(folder);
    return text;
}

const json_t *mx_test_group(const struct mx_test_run *run, const char *group)
{
    char name[128];
    snprintf(name, sizeof name, "%s", group);
    char *dot = strchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    const json_t *found = json_object_get(run->summary, name);
    if (dot != NULL)
        found = json_object_get(found, dot + 1);
    if (found == NULL)
        fail_msg("summary.json has no %s", group);
    return found;
}

double mx_test_metric(const struct mx_test_run *run, const char *group, const char *name,
                      const char *field)
{
    const json_t *metric = json_object_get(mx_test_group(run, group), name);
    const json_t *value = json_object_get(metric, field);
    if (!json_is_number(value))
        fail_msg("summary.json: %s.%s.%s is no number", group, name, field);
    return json_number_value(value);
}

double mx_test_value(const struct mx_test_run *run, const char *group, const char *name)
{
    return mx_test_metric(run, group, name, "mean");
}

/* --- the trace -------------------------------------------------------------------------------- */

/* "12.345678" -> 12345678; -1 where empty. */
static int64_t microseconds(const char *text)
{
    if (text[0] == '\0')
        return -1;
    char *end;
    long long whole = strtoll(text, &end, 10);
    int64_t value = (int64_t)whole * 1000000;
    if (*end == '.') {
        int64_t unit = 100000;
        for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
            value += unit * (*end - '0');
    }
    return value;
}

static void copy(char *into, size_t size, const char *from)
{
    snprintf(into, size, "%s", from);
}

/* Cuts a line at its commas; the number of fields. No field of a trace is quoted. */
static size_t cut(char *line, char **field, size_t field_max)
{
    size_t count = 0;
    for (char *at = line; count < field_max;) {
        field[count++] = at;
        char *comma = strchr(at, ',');
        if (comma == NULL)
            break;
        *comma = '\0';
        at = comma + 1;
    }
    return count;
}

void mx_test_trace_read(const struct mx_test_run *run,
                        void (*see)(void *context, const struct mx_test_attempt *row),
                        void *context)
{
    static const char columns[] = "replication,time_s,message,campaign,provider,ip,attempt,start_s,"
                                  "code,enhanced,reason,verdict,next_due_s";
    FILE *file = fopen(run->trace, "r");
    assert_non_null(file);
    char line[LINE_MAX_BYTES];
    assert_non_null(fgets(line, sizeof line, file));
    line[strcspn(line, "\r\n")] = '\0';
    assert_string_equal(line, columns);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        char *field[13] = {NULL};
        assert_int_equal(cut(line, field, 13), 13);
        struct mx_test_attempt row;
        row.replication = (unsigned)strtoul(field[0], NULL, 10);
        row.time_us = microseconds(field[1]);
        copy(row.message, sizeof row.message, field[2]);
        copy(row.provider, sizeof row.provider, field[4]);
        copy(row.ip, sizeof row.ip, field[5]);
        row.attempt = (unsigned)strtoul(field[6], NULL, 10);
        row.start_us = microseconds(field[7]);
        copy(row.reason, sizeof row.reason, field[10]);
        copy(row.verdict, sizeof row.verdict, field[11]);
        row.next_us = microseconds(field[12]);
        see(context, &row);
    }
    fclose(file);
}
