// SPDX-License-Identifier: GPL-3.0-or-later
/* test_outfile.c - files appear whole or not at all, whatever goes wrong on the way. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/outfile.h"

static char folder[64];

/* Path of a file in this test's own folder; overwritten by the fourth call from here. */
static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4U];

    (void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
    char held[256];
    FILE *file = fopen(path, "r");
    size_t size;

    assert_non_null(file);
    size = fread(held, 1, sizeof held - 1, file);
    held[size] = '\0';
    (void)fclose(file);
    assert_string_equal(held, text);
}

static unsigned count_files(void)
{
    DIR *dir = opendir(folder);
    unsigned count = 0;

    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(dir);
    return count;
}

static struct mx_outfile *open_or_fail(const char *path)
{
    int error_number = 0;
    struct mx_outfile *out = mx_outfile_open(path, &error_number);

    assert_int_equal(error_number, 0);
    assert_non_null(out);
    return out;
}

static int open_error(const char *path)
{
    int error_number = 0;

    assert_null(mx_outfile_open(path, &error_number));
    return error_number;
}

static void test_commit(void **state)
{
    struct mx_outfile *out = open_or_fail(in_folder("a.txt"));

    (void)state;
    mx_outfile_printf(out, "%d-%s\n", 7, "x");
    mx_outfile_write(out, "end\n", 4);
    assert_int_equal(access(in_folder("a.txt"), F_OK), -1);
    assert_int_equal(mx_outfile_error(out), 0);
    assert_int_equal(mx_outfile_commit(out), 0);
    assert_holds(in_folder("a.txt"), "7-x\nend\n");
    assert_int_equal(count_files(), 1);
}

static void test_abort_leaves_the_old_file(void **state)
{
    struct mx_outfile *out;

    (void)state;
    put_text(in_folder("a.txt"), "old");
    out = open_or_fail(in_folder("a.txt"));
    mx_outfile_printf(out, "new");
    assert_holds(in_folder("a.txt"), "old");
    mx_outfile_abort(out);
    mx_outfile_abort(NULL);
    assert_holds(in_folder("a.txt"), "old");
    assert_int_equal(count_files(), 1);
}

static void test_replacing_keeps_mode_and_links(void **state)
{
    struct mx_outfile *out;
    struct stat status;

    (void)state;
    put_text(in_folder("real.txt"), "old");
    assert_int_equal(chmod(in_folder("real.txt"), 0664), 0);
    assert_int_equal(symlink("real.txt", in_folder("link.txt")), 0);
    out = open_or_fail(in_folder("link.txt"));
    mx_outfile_printf(out, "new");
    assert_int_equal(mx_outfile_commit(out), 0);
    assert_holds(in_folder("real.txt"), "new");
    assert_int_equal(lstat(in_folder("link.txt"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat(in_folder("real.txt"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0664);
}

/* The buffer of the stream hides the failure from small writes: commit must still see it. */
static void test_full_device(void **state)
{
    struct mx_outfile *out = open_or_fail("/dev/full");
    char block[4096] = {0};

    (void)state;
    mx_outfile_printf(out, "x");
    assert_int_equal(mx_outfile_commit(out), ENOSPC);

    out = open_or_fail("/dev/full");
    for (int i = 0; i < 1000; i++) {
        mx_outfile_write(out, block, sizeof block);
    }
    assert_int_equal(mx_outfile_error(out), ENOSPC);
    assert_int_equal(mx_outfile_commit(out), ENOSPC);

    out = open_or_fail("/dev/full");
    (void)fputs("past the functions", mx_outfile_stream(out));
    assert_int_equal(mx_outfile_commit(out), ENOSPC);
}

static void test_size_limit(void **state)
{
    struct rlimit before;
    struct rlimit limit;
    struct mx_outfile *out;
    int error_number;

    (void)state;
    put_text(in_folder("a.txt"), "old");
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 10000;
    out = open_or_fail(in_folder("a.txt"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (int i = 0; i < 2000; i++) {
        mx_outfile_printf(out, "row %d\n", i);
    }
    error_number = mx_outfile_commit(out);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(error_number, EFBIG);
    assert_holds(in_folder("a.txt"), "old");
    assert_int_equal(count_files(), 1);
}

static void test_bad_targets(void **state)
{
    (void)state;
    put_text(in_folder("file"), "");
    assert_int_equal(open_error(folder), EISDIR);
    assert_int_equal(open_error(in_folder("none/a.txt")), ENOENT);
    assert_int_equal(open_error(in_folder("file/a.txt")), ENOTDIR);
    assert_int_equal(open_error(""), ENOENT);
    assert_int_equal(count_files(), 1);
}

static void test_two_writers_of_one_name(void **state)
{
    struct mx_outfile *one = open_or_fail(in_folder("a.txt"));
    struct mx_outfile *two = open_or_fail(in_folder("a.txt"));

    (void)state;
    mx_outfile_printf(one, "one");
    mx_outfile_printf(two, "two");
    assert_int_equal(mx_outfile_commit(two), 0);
    assert_int_equal(mx_outfile_commit(one), 0);
    assert_holds(in_folder("a.txt"), "one");
    assert_int_equal(count_files(), 1);
}

static void test_folder_gone_before_commit(void **state)
{
    struct mx_outfile *out;

    (void)state;
    assert_int_equal(mx_make_dirs(in_folder("sub")), 0);
    out = open_or_fail(in_folder("sub/a.txt"));
    mx_outfile_printf(out, "x");
    assert_int_equal(rename(in_folder("sub"), in_folder("gone")), 0);
    assert_int_equal(mx_outfile_commit(out), ENOENT);
}

static void test_make_dirs(void **state)
{
    (void)state;
    put_text(in_folder("file"), "");
    assert_int_equal(mx_make_dirs(in_folder("d//e/f/")), 0);
    assert_int_equal(access(in_folder("d/e/f"), X_OK), 0);
    assert_int_equal(mx_make_dirs(in_folder("d/e/f")), 0);
    assert_int_equal(mx_make_dirs("/"), 0);
    assert_int_equal(mx_make_dirs("."), 0);
    assert_int_equal(mx_make_dirs(in_folder("file")), ENOTDIR);
    assert_int_equal(mx_make_dirs(in_folder("file/x")), ENOTDIR);
    assert_int_equal(mx_make_dirs(""), ENOENT);
}

static int make_folder(void **state)
{
    const char *root = getenv("TMPDIR");

    (void)state;
    if (snprintf(folder, sizeof folder, "%.30s/mxsim-test-XXXXXX",
                 root != NULL && strlen(root) <= 30 ? root : "/tmp") < 0) {
        return -1;
    }
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command); // NOLINT(cert-env33-c): the name is our own
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commit, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_abort_leaves_the_old_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_replacing_keeps_mode_and_links, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_full_device, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_size_limit, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_bad_targets, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_two_writers_of_one_name, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_folder_gone_before_commit, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_make_dirs, make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
