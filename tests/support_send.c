// SPDX-License-Identifier: GPL-3.0-or-later
/* support_send.c - see support_send.h. */
#include "tests/support_send.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 48
#define SECONDS_MAX 200 /* it hangs; not how fast it is */

void mx_test_send_open(struct mx_test_send *send)
{
    *send = (struct mx_test_send){.seconds = 0};
    (void)snprintf(send->folder, sizeof send->folder, "/tmp/mx-send.XXXXXX");
    assert_non_null(mkdtemp(send->folder));
    (void)snprintf(send->spool, sizeof send->spool, "%s/spool", send->folder);
    (void)snprintf(send->trace, sizeof send->trace, "%s/trace.csv", send->folder);
    (void)snprintf(send->out, sizeof send->out, "%s/out", send->folder);
    (void)snprintf(send->mail, sizeof send->mail, "%s/mail", send->folder);
}

static void run_and_wait(const char *const *words)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
}

void mx_test_send_close(struct mx_test_send *send)
{
    const char *const words[] = {"rm", "-rf", send->folder, NULL};

    assert_true(strncmp(send->folder, "/tmp/mx-send.", 13) == 0);
    run_and_wait(words);
}

struct mx_test_send mx_test_sending;
struct mx_receiver mx_test_receiver;

int mx_test_send_set_up(void **state)
{
    (void)state;
    mx_test_send_open(&mx_test_sending);
    return 0;
}

int mx_test_send_tear_down(void **state)
{
    (void)state;
    mx_receiver_stop(&mx_test_receiver);
    mx_test_send_close(&mx_test_sending);
    return 0;
}

void mx_test_send_write(struct mx_test_send *send, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    (void)mkdir(send->mail, 0777);
    (void)snprintf(path, sizeof path, "%s/%s", send->mail, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

pid_t mx_test_send_start(const struct mx_test_send *send, const char *const *words)
{
    const char *program = getenv("MXSIM") != NULL ? getenv("MXSIM") : "build/mxsim";
    const char *all[WORDS_MAX] = {program,     "send",  "--spool", send->spool, "--trace",
                                  send->trace, "--out", send->out, "--quiet"};
    size_t count = 9;
    char errors[128];
    pid_t child, parent = getpid();

    for (; *words != NULL; words++) {
        assert_true(count + 1 < WORDS_MAX);
        all[count++] = *words;
    }
    (void)snprintf(errors, sizeof errors, "%s/errors", send->folder);
    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int file = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0666);

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (file < 0 || dup2(file, 2) < 0 || getppid() != parent) {
            _exit(126);
        }
        (void)execv(program, (char *const *)(uintptr_t)all);
        _exit(127);
    }
    return child;
}

static double now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int mx_test_send_run(struct mx_test_send *send, const char *const *words)
{
    double started_s = now_s();
    pid_t child = mx_test_send_start(send, words);
    int status = 0;

    while (waitpid(child, &status, WNOHANG) == 0) {
        const struct timespec pause = {0, 2000000};

        (void)nanosleep(&pause, NULL);
        if (now_s() - started_s > SECONDS_MAX) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, NULL, 0);
            fail_msg("mxsim send did not end in %d s", SECONDS_MAX);
        }
    }
    send->seconds = now_s() - started_s;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool mx_test_send_said(const struct mx_test_send *send, const char *text)
{
    char path[128], line[1024];
    bool is_found = false;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/errors", send->folder);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        is_found = is_found || strstr(line, text) != NULL;
    }
    (void)fclose(file);
    return is_found;
}

double mx_test_send_total(const struct mx_test_send *send, const char *metric)
{
    char path[128];
    json_t *summary, *value;
    double mean;

    (void)snprintf(path, sizeof path, "%s/summary.json", send->out);
    summary = json_load_file(path, 0, NULL);
    assert_non_null(summary);
    value = json_object_get(json_object_get(json_object_get(summary, "total"), metric), "mean");
    assert_true(json_is_number(value));
    mean = json_number_value(value);
    json_decref(summary);
    return mean;
}
