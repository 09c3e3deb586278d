// SPDX-License-Identifier: GPL-3.0-or-later
/* mxtest: full no-check timeout=300
 * test_generated.c - a thousand random scenarios: each loads, runs, conserves its messages (the
 * engine checks that itself) and gives the same observation from the window loop and from the exact
 * reference loop. Of every tenth (of all in the long run) both loops' result files are written: the
 * same bytes, and each number one. MX_GENERATED=N runs the first N only,
 * MX_GENERATED_FIRST=N begins with number N. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/engine/engine.h"
#include "sim/result/result_folder.h"
#include "sim/scenario/reader.h"
#include "tests/support_folder.h"
#include "tests/support_generator.h"
#include "tests/support_mxsim.h"

#if defined(__has_feature)
#define HAS_SANITIZER (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif
#if HAS_SANITIZER
#define SCENARIOS 100 /* a tenth under sanitizers */
#else
#define SCENARIOS 1000
#endif
#define ATTEMPTS_MAX 5000000           /* the bound on events of one scenario */
#define CPU_US_MAX (60 * MX_SECOND_US) /* and on its processor time: they take milliseconds */
#define HANG_CPU_S 30 /* of a hang that is not ended: the test of the watch fails then */
#define FILES_EVERY (mx_test_full() ? 1 : 10)

static char text_of_scenario[MX_GENERATED_SIZE];

/* A failed check of the program aborts, one that hangs is ended: show the scenario it was in. */
static void on_end(int signal_number)
{
    static const char before[] = "\naborted, or without an end, in scenario:\n";
    (void)!write(STDERR_FILENO, before, sizeof before - 1);
    (void)!write(STDERR_FILENO, text_of_scenario, strlen(text_of_scenario));
    if (signal_number == SIGVTALRM)
        _exit(1);
}

/* End this process once it has used so much more processor time; 0: never. */
static void watch(int64_t us)
{
    const struct itimerval timer = {
        .it_value = {.tv_sec = us / MX_SECOND_US, .tv_usec = us % MX_SECOND_US}};
    assert_int_equal(setitimer(ITIMER_VIRTUAL, &timer, NULL), 0);
}

/* The scenario is in memory; presets are read from the tree. */
static int read_memory(void *context, const char *path, char **text, size_t *size)
{
    if (strcmp(path, "generated.cfg") != 0)
        return mx_file_access_disk.read(context, path, text, size);
    *size = strlen(text_of_scenario);
    *text = malloc(*size + 1);
    if (!*text)
        return -1;
    memcpy(*text, text_of_scenario, *size + 1);
    return 0;
}

static struct mx_plan *load(uint64_t number)
{
    static const char *const dirs[] = {"scenarios"};
    struct mx_file_access access = mx_file_access_disk;
    access.read = read_memory;
    struct mx_reader_options options = {
        .preset_dirs = dirs, .preset_dir_count = 1, .access = &access};
    struct mx_mistakes mistakes = {0};
    mx_generate_scenario(number, text_of_scenario);
    struct mx_plan *plan = mx_reader_load("generated.cfg", &options, &mistakes);
    if (!plan) {
        for (size_t i = 0; i < mistakes.count; i++)
            print_message("%d: %s: %s\n", mistakes.item[i].line, mistakes.item[i].key,
                          mistakes.item[i].text);
        fprintf(stderr, "scenario %llu:\n%s", (unsigned long long)number, text_of_scenario);
    }
    mx_mistakes_fini(&mistakes);
    assert_non_null(plan);
    return plan;
}

static struct mx_observation *run(const struct mx_plan *plan, enum mx_engine_loop loop)
{
    struct mx_engine_options options = {.seed = plan->seed, .loop = loop};
    struct mx_observation *observation = NULL;
    assert_int_equal(mx_engine_run(plan, &options, &observation), MX_ENGINE_OK);
    assert_true(observation->attempt_total < ATTEMPTS_MAX);
    return observation;
}

static bool same_samples(const struct mx_observation *a, const struct mx_observation *b)
{
    size_t count = a->sample_count * a->provider_count * a->ip_count;
    for (size_t i = 0; i < count; i++) {
        const struct mx_ip_sample *x = &a->samples[i], *y = &b->samples[i];
        if (x->score != y->score || x->allowance_per_day != y->allowance_per_day ||
            x->volume_today != y->volume_today || x->band != y->band || x->blocked != y->blocked)
            return false;
    }
    return true;
}

static bool same_histograms(const struct mx_histogram *a, const struct mx_histogram *b,
                            uint32_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

static const char *difference(const struct mx_observation *a, const struct mx_observation *b)
{
    size_t cells = (size_t)a->campaign_count * a->provider_count * (a->ip_count + 1U);
    if (memcmp(a->cells, b->cells, cells * sizeof *a->cells) != 0)
        return "counts";
    if (memcmp(a->series, b->series, a->series_count * a->provider_count * sizeof *a->series) != 0)
        return "time series";
    if (!same_histograms(a->ttd_by_provider, b->ttd_by_provider, a->provider_count) ||
        !same_histograms(a->ttd_by_ip, b->ttd_by_ip, a->ip_count) ||
        !same_histograms(a->ttd_by_campaign, b->ttd_by_campaign, a->campaign_count))
        return "times to deliver";
    if (!same_histograms(a->wait_by_provider, b->wait_by_provider, a->provider_count) ||
        !same_histograms(a->wait_by_ip, b->wait_by_ip, a->ip_count))
        return "waits";
    if (a->peak_total != b->peak_total)
        return "peak";
    return same_samples(a, b) ? NULL : "samples";
}

/* --- files ------------------------------------------------------------------------------------ */

static char folder[] = "/tmp/mxsim-generated-XXXXXX", window_folder[64], exact_folder[64];

static int make_folders(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(window_folder, sizeof window_folder, "%s/window", folder);
    snprintf(exact_folder, sizeof exact_folder, "%s/exact", folder);
    return mkdir(window_folder, 0700) == 0 && mkdir(exact_folder, 0700) == 0 ? 0 : -1;
}

static int remove_folders(void **state)
{
    char command[96];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void write_files(const char *into, const struct mx_plan *plan,
                        const struct mx_observation *observation)
{
    char failed[256];
    struct mx_results *results = mx_results_create(plan, plan->seed, 1);
    assert_non_null(results);
    assert_true(mx_results_add(results, observation));
    assert_int_equal(
        mx_result_folder_write(into, plan, "# not of interest\n", results, failed, sizeof failed),
        0);
    mx_results_destroy(results);
}

/* False, and says why, when the files of the two loops differ or one holds what is no number. */
static bool files_are_good(uint64_t number, const struct mx_plan *plan,
                           const struct mx_observation *window, const struct mx_observation *exact)
{
    char text[256];
    write_files(window_folder, plan, window);
    write_files(exact_folder, plan, exact);
    const char *different = mx_test_folder_difference(window_folder, exact_folder);
    const char *fault = mx_test_folder_fault(window_folder, plan->warmup_us > 0, text, sizeof text);
    if (different)
        print_message("scenario %llu: %s differs between the loops\n", (unsigned long long)number,
                      different);
    if (fault)
        print_message("scenario %llu: %s\n", (unsigned long long)number, fault);
    return !different && !fault;
}

static void test_loops_agree(void **state)
{
    (void)state;
    const char *limit = getenv("MX_GENERATED");
    uint64_t count = limit ? strtoull(limit, NULL, 10) : SCENARIOS;
    const char *first = getenv("MX_GENERATED_FIRST");
    uint64_t exact_only = 0, attempts = 0, failed = 0, eventful = 0;
    for (uint64_t number = first ? strtoull(first, NULL, 10) : 0; number < count; number++) {
        watch(CPU_US_MAX);
        struct mx_plan *plan = load(number);
        struct mx_observation *window = run(plan, MX_LOOP_AUTO);
        struct mx_observation *exact = run(plan, MX_LOOP_EXACT);
        const char *what = difference(window, exact);
        if (what) {
            print_message("scenario %llu: the loops differ in %s\n", (unsigned long long)number,
                          what);
            failed++;
        }
        if (number % (unsigned)FILES_EVERY == 0)
            failed += !files_are_good(number, plan, window, exact);
        exact_only += plan->exact_required;
        attempts += window->attempt_total;
        eventful += window->attempt_total > 100;
        mx_observation_destroy(window);
        mx_observation_destroy(exact);
        mx_plan_destroy(plan);
    }
    watch(0);
    print_message("%llu scenarios, %llu attempts, %llu with exact order only\n",
                  (unsigned long long)count, (unsigned long long)attempts,
                  (unsigned long long)exact_only);
    assert_int_equal(failed, 0);
    /* the comparison is worth something: most have much to compare, by both loops */
    assert_true(eventful > count / 2);
    assert_true(exact_only < count * 3 / 5);
}

/* --- the watch itself ------------------------------------------------------------------------- */

static void hang(void)
{
    watch(20000);
    while (clock() < HANG_CPU_S * CLOCKS_PER_SEC) {
    }
    _exit(0);
}

/* What `end` brings its process to: a wait status, and the start of what it says. */
static int end_of(void (*end)(void), char *said, size_t size)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        end();
        _exit(0);
    }
    close(ends[1]);
    size_t got = 0;
    for (ssize_t more = 1; more > 0 && got + 1 < size; got += (size_t)(more > 0 ? more : 0))
        more = read(ends[0], said + got, size - 1 - got);
    said[got] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

/* A scenario without an end, and one whose checks fail: ended, and shown. */
static void test_watch(void **state)
{
    static const char shown[] = "name = \"without an end\";\n";
    char said[400];
    (void)state;
    memcpy(text_of_scenario, shown, sizeof shown);
    int status = end_of(hang, said, sizeof said);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_non_null(strstr(said, shown));
    status = end_of(abort, said, sizeof said);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(said, shown));
}

int main(void)
{
    signal(SIGABRT, on_end);
    signal(SIGVTALRM, on_end);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_watch),
                                       cmocka_unit_test(test_loops_agree)};
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
