// SPDX-License-Identifier: GPL-3.0-or-later
/* test_replicate.c - replications on threads, with an engine made for the purpose: how many
 * threads there are changes nothing; what goes wrong leaves nothing behind. */
/* mxtest: valgrind tsan */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/random.h"
#include "sim/study/replicate.h"
#include "tests/support_results.h"

#define NEVER_FAILS UINT32_MAX

/* What this engine does besides; set before a run, read by all threads. */
static uint32_t fails_at = NEVER_FAILS;
static bool runs_until_stopped;
static atomic_int alive, alive_most;

static void nap_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void write_row(const struct mx_engine_options *options)
{
    if (options->trace != NULL) {
        mx_trace_write(options->trace, &(struct mx_trace_row){.replication = options->replication,
                                                              .next_due_us = MX_NEVER,
                                                              .campaign = "c",
                                                              .provider = "p",
                                                              .ip = "i",
                                                              .verdict = MX_ACCEPT,
                                                              .reason = MX_REASON_NONE});
    }
}

/* Stands in for the real one, which the linker then leaves in its library. */
enum mx_engine_status mx_engine_run(const struct mx_plan *plan,
                                    const struct mx_engine_options *options,
                                    struct mx_observation **observation)
{
    const struct mx_stream stream = mx_stream_make(options->seed, options->replication, 1);
    uint64_t word = mx_draw(&stream, 0, 0, MX_DRAW_NOISE).word[0];
    int now_alive = atomic_fetch_add(&alive, 1) + 1;

    if (now_alive > atomic_load(&alive_most)) {
        atomic_store(&alive_most, now_alive);
    }
    assert_ptr_equal(plan, mx_test_plan());
    write_row(options);
    nap_ms((long)(word % 7));
    while (runs_until_stopped && atomic_load(&options->progress->stop) == 0) {
        atomic_fetch_add(&options->progress->now_us, MX_SECOND_US);
        nap_ms(1);
    }
    atomic_fetch_sub(&alive, 1);
    if (runs_until_stopped) {
        return MX_ENGINE_STOPPED;
    }
    if (options->replication == fails_at) {
        return MX_ENGINE_NO_MEMORY;
    }
    *observation = mx_test_observation();
    mx_test_deliver(*observation, 0, 1 + (uint32_t)(word % 1000), MX_SECOND_US);
    atomic_store(&options->progress->created, word % 1000);
    return MX_ENGINE_OK;
}

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int count_files(void)
{
    DIR *dir = opendir(folder);
    int count = -2; /* . and .. */

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    (void)closedir(dir);
    return count;
}

static size_t read_trace(const char *name, char *text, size_t size)
{
    FILE *file = fopen(in_folder(name), "r");
    size_t held;

    assert_non_null(file);
    held = fread(text, 1, size - 1, file);
    text[held] = '\0';
    (void)fclose(file);
    return held;
}

static struct mx_results *run(uint32_t jobs, const char *trace)
{
    struct mx_results *results = NULL;
    int error_number = 0;
    const struct mx_replicate_options options = {
        .seed = 11, .replication_count = 20, .jobs = jobs, .trace_path = trace};

    assert_int_equal(mx_replicate_run(mx_test_plan(), &options, &results, &error_number),
                     MX_REPLICATE_OK);
    assert_non_null(results);
    assert_int_equal(mx_summary_count(results->summary), 20);
    return results;
}

static void test_jobs_change_nothing(void **state)
{
    static const uint32_t jobs[] = {1, 2, 7, 64};
    static char first[8192], other[8192];
    struct mx_results *one = run(1, in_folder("1.csv"));
    size_t size = read_trace("1.csv", first, sizeof first);

    (void)state;
    assert_true(size > 20 * 20);
    assert_non_null(strstr(first, "next_due_s\n0,"));
    assert_null(strstr(first, "next_due_s\n1,"));
    assert_non_null(strstr(strstr(first, "\n2,"), "\n19,"));
    assert_null(strstr(first + 1, "replication"));
    for (size_t j = 1; j < sizeof jobs / sizeof jobs[0]; j++) {
        struct mx_results *many = run(jobs[j], in_folder("n.csv"));

        assert_int_equal(many->performance.jobs, jobs[j] < 20 ? jobs[j] : 20);
        for (uint32_t r = 0; r < 20; r++) {
            double a, b;

            assert_true(
                mx_summary_value(one->summary, r, MX_GROUP_TOTAL, 0, MX_METRIC_DELIVERED, &a));
            assert_true(
                mx_summary_value(many->summary, r, MX_GROUP_TOTAL, 0, MX_METRIC_DELIVERED, &b));
            assert_true(a == b && a > 0);
        }
        assert_memory_equal(one->series->bins, many->series->bins,
                            one->series->bin_count * 2 * sizeof *one->series->bins);
        assert_int_equal(read_trace("n.csv", other, sizeof other), size);
        assert_string_equal(other, first);
        mx_results_destroy(many);
    }
    assert_int_equal(count_files(), 2);
    (void)unlink(in_folder("1.csv"));
    (void)unlink(in_folder("n.csv"));
    mx_results_destroy(one);
}

/* Two more than so far until the sum passes a bound: how many that are depends on the results. */
static uint32_t want_more(void *context, const struct mx_results *results, uint32_t count)
{
    unsigned *looks = context;
    double sum = 0, value;

    assert_int_equal(mx_summary_count(results->summary), count);
    for (uint32_t r = 0; r < count; r++) {
        (void)mx_summary_value(results->summary, r, MX_GROUP_TOTAL, 0, MX_METRIC_DELIVERED, &value);
        sum += value;
    }
    (*looks)++;
    return sum > 8000 ? count : count + 2;
}

static struct mx_results *run_until(uint32_t jobs, uint32_t count_max, unsigned *looks)
{
    struct mx_results *results = NULL;
    int error_number = 0;
    const struct mx_replicate_options options = {.seed = 11,
                                                 .replication_count = 5,
                                                 .jobs = jobs,
                                                 .more = want_more,
                                                 .replication_count_max = count_max,
                                                 .context = looks};

    *looks = 0;
    assert_int_equal(mx_replicate_run(mx_test_plan(), &options, &results, &error_number),
                     MX_REPLICATE_OK);
    return results;
}

static void test_as_many_as_wanted(void **state)
{
    static const uint32_t jobs[] = {2, 7, 64};
    unsigned looks, looks_of_one;
    struct mx_results *one = run_until(1, 100, &looks_of_one), *capped;
    uint32_t count = one->replication_count;

    (void)state;
    assert_true(count > 7 && count < 60 && count % 2 == 1);
    assert_int_equal(looks_of_one, (count - 5) / 2 + 1);
    assert_int_equal(count, mx_summary_count(one->summary));
    for (size_t j = 0; j < sizeof jobs / sizeof jobs[0]; j++) {
        struct mx_results *many = run_until(jobs[j], 100, &looks);

        assert_int_equal(many->replication_count, count);
        assert_int_equal(looks, looks_of_one);
        assert_memory_equal(one->series->bins, many->series->bins,
                            one->series->bin_count * 2 * sizeof *one->series->bins);
        mx_results_destroy(many);
    }
    capped = run_until(3, 8, &looks);
    assert_int_equal(capped->replication_count, 8);
    mx_results_destroy(capped);
    mx_results_destroy(one);
}

static void test_threads_are_used_and_limited(void **state)
{
    (void)state;
    atomic_store(&alive_most, 0);
    mx_results_destroy(run(4, NULL));
    assert_in_range(atomic_load(&alive_most), 2, 4);
    atomic_store(&alive_most, 0);
    mx_results_destroy(run(1, NULL));
    assert_int_equal(atomic_load(&alive_most), 1);
}

static enum mx_replicate_status run_badly(const char *trace,
                                          bool (*look)(void *, const struct mx_replicate_view *),
                                          int *error_number)
{
    struct mx_results *results = (struct mx_results *)&folder; /* must be cleared */
    const struct mx_replicate_options options = {
        .seed = 1, .replication_count = 9, .jobs = 3, .trace_path = trace, .look = look};
    enum mx_replicate_status status =
        mx_replicate_run(mx_test_plan(), &options, &results, error_number);

    assert_null(results);
    assert_int_equal(count_files(), 0);
    return status;
}

static void test_no_memory(void **state)
{
    int error_number;

    (void)state;
    for (fails_at = 0; fails_at < 9; fails_at += 4) {
        assert_int_equal(run_badly(in_folder("t.csv"), NULL, &error_number),
                         MX_REPLICATE_NO_MEMORY);
    }
    fails_at = NEVER_FAILS;
}

static bool stop_at_second_look(void *context, const struct mx_replicate_view *view)
{
    static int looks;

    (void)context;
    assert_int_equal(view->replication_count, 9);
    assert_int_equal(view->done, 0);
    assert_true(view->running == 3 && view->now_us > 0 && view->share > 0 && view->share < 1);
    return ++looks < 2;
}

static void test_stop(void **state)
{
    int error_number;

    (void)state;
    runs_until_stopped = true;
    assert_int_equal(run_badly(in_folder("t.csv.zst"), stop_at_second_look, &error_number),
                     MX_REPLICATE_STOPPED);
    runs_until_stopped = false;
}

static void test_unwritable_trace(void **state)
{
    int error_number;

    (void)state;
    assert_int_equal(run_badly(in_folder("missing/t.csv"), NULL, &error_number),
                     MX_REPLICATE_TRACE);
    assert_int_equal(error_number, ENOENT);
    (void)setenv("TMPDIR", folder, 1);
    assert_int_equal(run_badly("/dev/full", NULL, &error_number), MX_REPLICATE_TRACE);
    assert_int_equal(error_number, ENOSPC);
    (void)setenv("TMPDIR", "/nonexistent", 1);
    assert_int_equal(run_badly("/dev/null", NULL, &error_number), MX_REPLICATE_TRACE);
    assert_int_equal(error_number, ENOENT);
    (void)unsetenv("TMPDIR");
}

/* What stood under the name before stays there whole. */
static void test_older_trace_survives_failure(void **state)
{
    struct mx_results *results = NULL;
    const struct mx_replicate_options options = {
        .replication_count = 3, .jobs = 1, .trace_path = in_folder("old.csv")};
    char text[16];
    FILE *file = fopen(in_folder("old.csv"), "w");
    int error_number;

    (void)state;
    assert_non_null(file);
    (void)fputs("old", file);
    (void)fclose(file);
    fails_at = 2;
    assert_int_equal(mx_replicate_run(mx_test_plan(), &options, &results, &error_number),
                     MX_REPLICATE_NO_MEMORY);
    fails_at = NEVER_FAILS;
    assert_int_equal(read_trace("old.csv", text, sizeof text), 3);
    assert_int_equal(count_files(), 1);
    (void)unlink(in_folder("old.csv"));
}

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/mxsim-replicate-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs_change_nothing),
        cmocka_unit_test(test_as_many_as_wanted),
        cmocka_unit_test(test_threads_are_used_and_limited),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_unwritable_trace),
        cmocka_unit_test(test_older_trace_survives_failure),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
