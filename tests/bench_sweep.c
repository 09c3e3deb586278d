// SPDX-License-Identifier: GPL-3.0-or-later
/* bench_sweep.c - what a sweep costs besides the runs: processor time of a sweep of 1,000 points
 * on one thread, less that of loading and simulating the same points one after the other.
 *
 * Both keep the files that they read: against runs that each read them anew, a sweep would save
 * more than it costs. The first round of each only warms up; then the least of ROUNDS counts, of
 * both in turn. BENCH_POINTS=N: fewer points, to see that it works. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/scenario/mistakes.h"
#include "sim/study/point.h"
#include "sim/study/sweep.h"

#define POINTS_MAX 1000
#define ROUNDS 3

static int points = POINTS_MAX;

static const char scenario[] =
    "pools = { p = { ips = ( { name = \"ip\"; age = \"400d\"; daily_volume = \"1M\"; } ); }; };\n"
    "campaigns = { c = { pool = \"p\"; recipients = 10; window = \"10m\"; mix = { x = \"100%\"; "
    "}; "
    "}; };\nproviders = { x = { }; };\nsources = { assumed = \"silent\"; };\n";
static const char study_text[] =
    "scenario = \"s.cfg\"; replications = 1;\nparameters = { window = { path = "
    "\"campaigns.c.window\"; from = \"1s\"; to = \"%ds\"; count = %d; }; };\n";

static double processor_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

/* Each point as `mxsim run --set` would: load, simulate, summarise. */
static double bare_s(const char *path)
{
    double started = processor_s(), values[MX_POINT_METRICS_MAX];
    struct mx_study_text metrics[MX_POINT_METRICS_MAX] = {{NULL, NULL, 0, NULL}};
    struct mx_point_source *source;

    for (uint32_t m = 0; m < mx_point_default_metric_count; m++) {
        metrics[m].text = (char *)(uintptr_t)mx_point_default_metrics[m];
    }
    source = mx_point_source_create(&(struct mx_point_options){
        .scenario = path, .metrics = metrics, .metric_count = mx_point_default_metric_count});
    for (int n = 1; n <= points; n++) {
        char value[16];
        const struct mx_override override = {"campaigns.c.window", value};
        struct mx_mistakes mistakes = {0};
        const struct mx_point *point;

        (void)snprintf(value, sizeof value, "%ds", n);
        point = mx_point_take(source, &override, 1, &mistakes);
        if (point == NULL || mx_point_run(source, point, 1, 0, NULL, values) != MX_ENGINE_OK) {
            exit(1);
        }
        mx_point_release(source, point);
    }
    mx_point_source_destroy(source);
    return processor_s() - started;
}

static double sweep_s(const char *path, const char *database)
{
    double started = processor_s(), took_s;
    struct mx_mistakes mistakes = {0};
    struct mx_study *study =
        mx_study_load(path, &(struct mx_reader_options){.access = &mx_file_access_disk},
                      MX_STUDY_SWEEP, &mistakes);
    struct mx_sweep *sweep =
        mx_sweep_create(&(struct mx_sweep_options){.study = study, .jobs = 1}, &mistakes);

    if (sweep == NULL || mx_sweep_run(sweep, database) != MX_SWEEP_OK) {
        (void)fprintf(stderr, "%s\n", sweep != NULL ? mx_sweep_error(sweep) : "no sweep");
        exit(1);
    }
    mx_sweep_destroy(sweep);
    mx_study_destroy(study);
    took_s = processor_s() - started;
    (void)unlink(database);
    return took_s;
}

/* In a thread, as a sweep's runs are: memory that the main thread frees goes back to the system,
 * that of others is kept, which saves them more than a sweep costs. */
static void *run_bare(void *path)
{
    static double took_s;

    took_s = bare_s(path);
    return &took_s;
}

static double bare_in_thread_s(char *path)
{
    pthread_t thread;
    void *took_s;

    if (pthread_create(&thread, NULL, run_bare, path) != 0 || pthread_join(thread, &took_s) != 0) {
        exit(1);
    }
    return *(double *)took_s;
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

int main(void)
{
    char folder[] = "/tmp/mxsim-bench-XXXXXX", path[64], study[64], database[64];
    char text[sizeof study_text + 20];
    double bare = 1e9, whole = 1e9;

    if (getenv("BENCH_POINTS") != NULL) {
        points = (int)strtol(getenv("BENCH_POINTS"), NULL, 10);
        points = points < 2 ? 2 : points < POINTS_MAX ? points : POINTS_MAX;
    }
    (void)snprintf(text, sizeof text, study_text, points, points);
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    (void)snprintf(path, sizeof path, "%s/s.cfg", folder);
    (void)snprintf(study, sizeof study, "%s/study.cfg", folder);
    (void)snprintf(database, sizeof database, "%s/sweep.db", folder);
    write_file(path, scenario);
    write_file(study, text);
    for (int round = 0; round <= ROUNDS; round++) {
        double runs_s = bare_in_thread_s(path), sweep = sweep_s(study, database);

        bare = round > 0 ? lesser(bare, runs_s) : bare;
        whole = round > 0 ? lesser(whole, sweep) : whole;
    }
    (void)printf("{\"bench\": \"sweep, a point over the bare run\", \"ns_per_operation\": %.1f, "
                 "\"bare_ns\": %.1f}\n",
                 (whole - bare) / points * 1e9, bare / points * 1e9);
    (void)unlink(study);
    (void)unlink(path);
    return rmdir(folder) == 0 ? 0 : 1;
}
