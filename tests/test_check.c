// SPDX-License-Identifier: GPL-3.0-or-later
/* test_check.c - a broken assertion says where, and stops the program; exit codes have names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/check.h"
#include "sim/base/error.h"
#include "sim/base/version.h"

static void fail_in_child(int descriptor)
{
    static const struct rlimit no_core = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGABRT, SIG_DFL); /* cmocka catches it */
    (void)dup2(descriptor, STDERR_FILENO);
    mx_check_context.is_set = true;
    mx_check_context.seed = 77;
    mx_check_context.now_us = 120000000;
    mx_check_context.event = "report";
    MX_CHECK(1 + 1 == 3);
    _exit(0);
}

static void test_failure_says_where(void **state)
{
    char text[1024];
    size_t size = 0;
    int ends[2];
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fail_in_child(ends[1]);
    }
    (void)close(ends[1]);
    for (ssize_t got = 1; got > 0 && size < sizeof text - 1; size += (size_t)got) {
        got = read(ends[0], text + size, sizeof text - 1 - size);
        if (got < 0) {
            break;
        }
    }
    text[size] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(text, "tests/test_check.c:"));
    assert_non_null(strstr(text, "1 + 1 == 3"));
    assert_non_null(strstr(text, "seed 77"));
    assert_non_null(strstr(text, "120000000 us, during report"));
}

static void test_context_text(void **state)
{
    char text[64] = "x";

    (void)state;
    mx_check_context_text(text, (int)sizeof text);
    assert_string_equal(text, "");
    mx_check_context = (struct mx_check_context){.is_set = true, .seed = 1, .replication = 2};
    mx_check_context_text(text, (int)sizeof text);
    assert_string_equal(text, "seed 1, replication 2, simulated time 0 us");
    mx_check_context_text(text, 5);
    assert_string_equal(text, "seed");
    mx_check_context.is_set = false;
    MX_CHECK(text[0] == 's');
}

static void test_exit_names(void **state)
{
    (void)state;
    assert_string_equal(mx_exit_name(0), "success");
    assert_string_equal(mx_exit_name(3), "invalid input");
    assert_string_equal(mx_exit_name(130), "interrupted");
    assert_string_equal(mx_exit_name(6), "unknown");
}

static void test_version(void **state)
{
    (void)state;
    assert_true(mx_version()[0] >= '0' && mx_version()[0] <= '9');
    assert_true(mx_commit()[0] != '\0');
    assert_non_null(strstr(mx_share_dir(), "/share/mxsim"));
    assert_int_equal(mx_source_dir()[0], '/');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure_says_where),
        cmocka_unit_test(test_context_text),
        cmocka_unit_test(test_exit_names),
        cmocka_unit_test(test_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
