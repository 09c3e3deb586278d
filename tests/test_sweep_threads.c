// SPDX-License-Identifier: GPL-3.0-or-later
/* test_sweep_threads.c - a sweep within this process, small enough for the thread sanitizer: one
 * thread and four give the same values, with a point that fails and one that takes more runs. */
/* mxtest: tsan */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scenario/mistakes.h"
#include "sim/study/sweep.h"

#define VALUES_MAX 4096

static const char scenario_text[] =
    "pools = { p = { ips = ( { name = \"ip\"; daily_volume = \"1M\"; age = \"400d\"; } ); }; };\n"
    "mta = { throttle = \"none\"; };\n"
    "campaigns = { c = { pool = \"p\"; recipients = 60; window = \"30s\"; poisson = true;\n"
    "  mix = { x = \"100%\"; }; }; };\n"
    "providers = { x = { capacity = { kind = \"rate\"; rate = \"1/s\"; backlog = 20; }; }; };\n"
    "sources = { assumed = \"silent\"; };\n";
static const char study_text[] =
    "scenario = \"s.cfg\"; replications = \"auto\"; replications_max = 50; seed = 4;\n"
    "precision = ( \"deferrals:10%\" );\n"
    "parameters = { rate = { path = \"providers.x.capacity.rate\";\n"
    "  values = ( \"0.5/s\", \"1/s\", \"bad\", \"1.2/s\" ); }; };\n";

static char folder[200], path[256];

static const char *write_text(const char *name, const char *text)
{
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

struct seen {
    double values[VALUES_MAX];
    size_t count;
};

static bool see(void *context, const struct mx_store_row *row)
{
    struct seen *seen = context;

    assert_in_range(seen->count, 0, VALUES_MAX - 60);
    seen->values[seen->count++] = row->replications;
    for (uint32_t r = 0; r < row->replications; r++) {
        seen->values[seen->count++] = row->values[r];
    }
    return true;
}

static void sweep_with(uint32_t jobs, struct seen *seen)
{
    struct mx_mistakes mistakes = {0};
    struct mx_study *study = mx_study_load(
        write_text("study.cfg", study_text),
        &(struct mx_reader_options){.access = &mx_file_access_disk}, MX_STUDY_SWEEP, &mistakes);
    struct mx_sweep *sweep;

    assert_non_null(study);
    sweep = mx_sweep_create(
        &(struct mx_sweep_options){.study = study, .jobs = jobs, .is_auto = true}, &mistakes);
    assert_non_null(sweep);
    (void)snprintf(path, sizeof path, "%s/%u.db", folder, jobs);
    assert_int_equal(mx_sweep_run(sweep, path), MX_SWEEP_OK);
    assert_true(mx_store_each(mx_sweep_store(sweep), 0, UINT32_MAX, see, seen));
    assert_int_equal(mx_store_failed_count(mx_sweep_store(sweep)), 1);
    mx_sweep_destroy(sweep);
    mx_study_destroy(study);
}

static void test_threads(void **state)
{
    static struct seen alone, together;
    const char *temporary = getenv("TMPDIR");
    char command[300];

    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/mxsim-threads-XXXXXX",
                   temporary != NULL ? temporary : "/tmp");
    assert_non_null(mkdtemp(folder));
    (void)write_text("s.cfg", scenario_text);
    sweep_with(1, &alone);
    sweep_with(4, &together);
    assert_in_range(alone.count, 4 + 3 * 30 + 1, 4 + 3 * 50); /* one took more than the first 30 */
    assert_int_equal(together.count, alone.count);
    assert_memory_equal(together.values, alone.values, alone.count * sizeof alone.values[0]);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
