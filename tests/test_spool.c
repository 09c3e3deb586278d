// SPDX-License-Identifier: GPL-3.0-or-later
/* mxtest: full
 * test_spool.c - a spool keeps what it was told, and says so when it cannot. */
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
#include <unistd.h>

#include <sqlite3.h>

#include "sim/cli/send_results.h"
#include "sim/live/spool.h"
#include "tests/support_mxsim.h"

static char folder[64], path[128];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/mx-spool.XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/x.spool", folder);
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[160];

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    return rmdir(folder);
}

static struct mx_spool *open_good(void)
{
    struct mx_spool *spool = mx_spool_open(path);

    assert_non_null(spool);
    if (mx_spool_status(spool) != MX_SPOOL_OK) {
        fail_msg("%s", mx_spool_error(spool));
    }
    return spool;
}

static void fill(struct mx_spool *spool, unsigned count)
{
    int64_t message;
    uint32_t destination;

    assert_true(mx_spool_begin(spool));
    for (unsigned i = 0; i < count; i++) {
        assert_true(
            mx_spool_destination(spool, i % 2 == 0 ? "a.example" : "b.example", &destination));
        assert_int_equal(destination, i % 2);
        assert_true(
            mx_spool_add_message(spool, "m", "a@b", "From: a@b\r\n\r\nx\r\n", 16, &message));
        assert_true(mx_spool_add_recipient(spool, message, "c@d", destination));
    }
    assert_true(mx_spool_commit(spool));
}

static bool keep_entry(void *context, const struct mx_entry *entry)
{
    *(struct mx_entry *)context = *entry;
    return true;
}

static bool keep_event(void *context, const struct mx_spool_event *event)
{
    *(struct mx_spool_event *)context = *event;
    return true;
}

/* field by field: the padding of a structure is nobody's */
static void assert_same_entry(const struct mx_entry *a, const struct mx_entry *b)
{
    assert_int_equal(a->due_us, b->due_us);
    assert_int_equal(a->created_us, b->created_us);
    assert_int_equal(a->first_deferral_us, b->first_deferral_us);
    assert_int_equal(a->message, b->message);
    assert_int_equal(a->note, b->note);
    assert_int_equal(a->gap_ms, b->gap_ms);
    assert_int_equal(a->destination, b->destination);
    assert_int_equal(a->attempt_count, b->attempt_count);
    assert_int_equal(a->kind, b->kind);
}

static void test_what_is_recorded_stays(void **state)
{
    const struct mx_entry next = {.due_us = 77,
                                  .first_deferral_us = 5,
                                  .gap_ms = 9,
                                  .message = 2,
                                  .destination = 1,
                                  .attempt_count = 3,
                                  .kind = MX_DUE_EXPIRE};
    const struct mx_spool_event event = {.recipient = 2,
                                         .destination = 1,
                                         .attempt = 3,
                                         .verdict = MX_BUSY,
                                         .reason = MX_REASON_GREYLIST,
                                         .code = 451,
                                         .enhanced = "4.7.1",
                                         .due_us = 10,
                                         .start_us = 20,
                                         .reply_us = 30,
                                         .next_us = MX_NEVER};
    struct mx_spool_event kept_event = {.recipient = 0};
    struct mx_entry kept = {.message = 0};
    struct mx_spool *spool = open_good();
    struct mx_spool_mail mail;
    uint64_t recipients, pending;
    uint32_t destinations;
    struct stat status;

    (void)state;
    fill(spool, 2);
    assert_true(mx_spool_begin(spool));
    assert_true(mx_spool_record(spool, &event, &next));
    assert_true(
        mx_spool_record(spool, &(struct mx_spool_event){.recipient = 1, .attempt = 1}, NULL));
    assert_true(mx_spool_commit(spool));
    /* what was begun and not committed is gone */
    assert_true(mx_spool_begin(spool));
    assert_true(mx_spool_record(spool, &event, NULL));
    mx_spool_close(spool);

    spool = open_good();
    assert_true(mx_spool_count(spool, &recipients, &pending, &destinations));
    assert_int_equal(recipients, 2);
    assert_int_equal(pending, 1);
    assert_int_equal(destinations, 2);
    assert_true(mx_spool_each_pending(spool, keep_entry, &kept));
    assert_same_entry(&kept, &next);
    assert_true(mx_spool_load(spool, 2, &mail));
    assert_string_equal(mail.address, "c@d");
    assert_int_equal(mail.size, 16);
    mx_spool_release(spool);
    /* a decided one is not decided again */
    assert_true(mx_spool_each_event(spool, keep_event, &kept_event));
    assert_int_equal(kept_event.recipient, 1);
    assert_false(mx_spool_record(spool, &(struct mx_spool_event){.recipient = 1}, NULL));
    assert_int_equal(mx_spool_status(spool), MX_SPOOL_DAMAGED);
    mx_spool_close(spool);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void test_settings(void **state)
{
    struct mx_spool *spool = open_good();
    char text[32];
    int64_t number;
    bool found;

    (void)state;
    assert_true(mx_spool_put_text(spool, "a", "one"));
    assert_true(mx_spool_put_text(spool, "a", "two"));
    assert_true(mx_spool_put_number(spool, "n", -5));
    assert_true(mx_spool_get_text(spool, "a", text, sizeof text, &found));
    assert_true(found);
    assert_string_equal(text, "two");
    assert_true(mx_spool_get_number(spool, "n", &number, &found));
    assert_int_equal(number, -5);
    assert_true(mx_spool_get_number(spool, "none", &number, &found));
    assert_false(found);
    mx_spool_close(spool);
}

static void write_file(const void *bytes, size_t size, off_t at)
{
    int file = open(path, O_WRONLY | O_CREAT, 0600);

    assert_true(file >= 0);
    assert_int_equal(pwrite(file, bytes, size, at), size);
    assert_int_equal(close(file), 0);
}

static void expect_damaged(void)
{
    struct mx_spool *spool = mx_spool_open(path);

    assert_non_null(spool);
    assert_int_equal(mx_spool_status(spool), MX_SPOOL_DAMAGED);
    assert_true(strlen(mx_spool_error(spool)) > 0);
    mx_spool_close(spool);
}

static void test_a_damaged_spool_is_an_error(void **state)
{
    char junk[6000];
    struct stat status;

    (void)state;
    memset(junk, 'j', sizeof junk);
    write_file(junk, sizeof junk, 0); /* no database at all */
    expect_damaged();
    assert_int_equal(unlink(path), 0);

    struct mx_spool *spool = open_good();
    fill(spool, 500);
    mx_spool_close(spool);
    assert_int_equal(stat(path, &status), 0);
    write_file(junk, sizeof junk, status.st_size / 2); /* pages overwritten */
    expect_damaged();
    assert_int_equal(truncate(path, status.st_size / 2), 0);
    expect_damaged();
    assert_int_equal(unlink(path), 0);
}

static size_t read_bytes(unsigned char *bytes, size_t size)
{
    int file = open(path, O_RDONLY);
    ssize_t got = read(file, bytes, size);

    assert_true(file >= 0 && got > 0 && (size_t)got < size);
    assert_int_equal(close(file), 0);
    return (size_t)got;
}

/* Named by mistake, it is refused without a byte of it being changed. */
static void test_a_database_of_others_stays_as_it_is(void **state)
{
    static unsigned char before[65536], after[65536];
    sqlite3 *others = NULL;
    size_t size;

    (void)state;
    assert_int_equal(sqlite3_open(path, &others), SQLITE_OK);
    assert_int_equal(sqlite3_exec(others,
                                  "CREATE TABLE precious(a); INSERT INTO precious VALUES(1)", NULL,
                                  NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(others), SQLITE_OK);
    size = read_bytes(before, sizeof before);
    expect_damaged();
    assert_int_equal(read_bytes(after, sizeof after), size);
    assert_memory_equal(before, after, size);
    assert_int_equal(unlink(path), 0);
}

static bool see_entry(void *context, const struct mx_entry *entry)
{
    struct mx_spool_mail mail;
    struct mx_spool *spool = context;

    if (mx_spool_load(spool, entry->message, &mail)) {
        mx_spool_release(spool);
    }
    return mx_spool_status(spool) == MX_SPOOL_OK;
}

/* Everything that is ever read of a spool: good, or an error with a reason; no crash. */
static bool read_all(void)
{
    struct mx_spool *spool = mx_spool_open(path);
    struct mx_send_results made;
    char *conflict;
    bool spool_failed, is_good;

    assert_non_null(spool);
    is_good = mx_spool_status(spool) == MX_SPOOL_OK &&
              mx_spool_each_pending(spool, see_entry, spool) &&
              mx_send_results_make(&made, spool, path, "r:25", 1, NULL, &spool_failed, &conflict);
    if (is_good) {
        mx_send_results_fini(&made);
    } else if (mx_spool_status(spool) == MX_SPOOL_OK) {
        assert_non_null(conflict); /* counts that do not add up */
        free(conflict);
    } else {
        assert_true(strlen(mx_spool_error(spool)) > 0);
    }
    mx_spool_close(spool);
    return is_good;
}

/* One byte after the other, at places drawn at random, each put right again. */
static void test_a_byte_of_a_spool_is_wrong(void **state)
{
    const unsigned rounds = mx_test_full() ? 20000 : 500;
    struct mx_spool *spool = open_good();
    struct stat status;
    unsigned draw = 1, noticed = 0;

    (void)state;
    fill(spool, 20);
    assert_true(mx_spool_begin(spool));
    for (unsigned n = 1; n <= 12; n++) {
        const struct mx_spool_event event = {.recipient = n,
                                             .destination = (n + 1) % 2,
                                             .attempt = 1,
                                             .verdict = n % 3 == 0 ? MX_BUSY : MX_ACCEPT,
                                             .reason = n % 3 == 0 ? MX_REASON_RATE : MX_REASON_NONE,
                                             .code = 250,
                                             .reply_us = n,
                                             .next_us = 1000};
        const struct mx_entry next = {.due_us = 1000, .attempt_count = 1, .kind = MX_DUE_ATTEMPT};

        assert_true(mx_spool_record(spool, &event, n % 3 == 0 ? &next : NULL));
    }
    assert_true(mx_spool_commit(spool));
    mx_spool_close(spool);
    assert_true(read_all());
    assert_int_equal(stat(path, &status), 0);
    for (unsigned i = 0; i < rounds; i++) {
        int file = open(path, O_RDWR);
        unsigned char was, is;
        off_t at;

        draw = draw * 1103515245U + 12345U;
        /* half of them within the cells, which stand at the ends of pages */
        at = (off_t)(draw >> 4) % status.st_size;
        at = i % 2 == 0 ? at : at / 4096 * 4096 + 3400 + at % 696;
        assert_true(file >= 0);
        assert_int_equal(pread(file, &was, 1, at), 1);
        is = (unsigned char)(was ^ (1U << (draw >> 28) % 8));
        assert_int_equal(pwrite(file, &is, 1, at), 1);
        noticed += !read_all();
        assert_int_equal(pwrite(file, &was, 1, at), 1);
        assert_int_equal(close(file), 0);
    }
    assert_true(read_all());
    assert_true(noticed > rounds / 20);
}

static void test_one_process_at_a_time(void **state)
{
    struct mx_spool *spool = open_good(), *second = mx_spool_open(path);

    (void)state;
    assert_non_null(second);
    assert_int_equal(mx_spool_status(second), MX_SPOOL_FAILED);
    assert_non_null(strstr(mx_spool_error(second), "another process"));
    mx_spool_close(second);
    mx_spool_close(spool);
}

/* A limit on file sizes stands for a full disk. In a child, since it holds for a whole process. */
static void test_a_full_disk_is_an_error(void **state)
{
    int status;
    pid_t child;

    (void)state;
    mx_spool_close(open_good());
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit limit = {200000, 200000};
        struct mx_spool *spool;
        int64_t message;
        bool is_good = true;
        static char text[50000];

        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        spool = mx_spool_open(path);
        for (int i = 0; i < 100 && is_good; i++) {
            is_good = mx_spool_begin(spool) &&
                      mx_spool_add_message(spool, "m", "a@b", text, sizeof text, &message) &&
                      mx_spool_commit(spool);
        }
        _exit(!is_good && mx_spool_status(spool) == MX_SPOOL_FAILED ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    mx_spool_close(open_good()); /* what was committed is still whole */
}

static void test_no_place_for_it(void **state)
{
    struct mx_spool *spool = mx_spool_open("/nowhere/at/all.spool");

    (void)state;
    assert_non_null(spool);
    assert_int_equal(mx_spool_status(spool), MX_SPOOL_FAILED);
    assert_non_null(strstr(mx_spool_error(spool), "No such file"));
    mx_spool_close(spool);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    static const struct CMUnitTest tests[] = {
        TEST(test_what_is_recorded_stays),
        TEST(test_settings),
        TEST(test_a_database_of_others_stays_as_it_is),
        TEST(test_a_damaged_spool_is_an_error),
        TEST(test_one_process_at_a_time),
        TEST(test_a_full_disk_is_an_error),
        TEST(test_no_place_for_it),
        TEST(test_a_byte_of_a_spool_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
