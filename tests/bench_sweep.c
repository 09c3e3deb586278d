// SPDX-License-Identifier: GPL-3.0-or-later
/* bench_sweep.c - what a sweep costs besides the runs: processor time of a sweep of 1,000 points
 * on one thread, less that of loading and simulating the same points one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/scenario/mistakes.h"
#include "sim/stats/summary.h"
#include "sim/study/sweep.h"

#define POINTS 1000

static const char scenario[] =
    "pools = { p = { ips = ( { name = \"ip\"; age = \"400d\"; daily_volume = \"1M\"; } ); }; };\n"
    "campaigns = { c = { pool = \"p\"; recipients = 100; window = \"10m\"; mix = { x = \"100%\"; "
    "}; "
    "}; };\nproviders = { x = { }; };\nsources = { assumed = \"silent\"; };\n";
static const char study_text[] = "scenario = \"s.cfg\"; replications = 1;\n"
                                 "parameters = { n = { path = \"campaigns.c.recipients\"; from = "
                                 "1; to = 1000; count = 1000; }; };\n";

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
    double started = processor_s();

    for (int n = 1; n <= POINTS; n++) {
        char value[16];
        const struct mx_override override = {"campaigns.c.recipients", value};
        struct mx_mistakes mistakes = {0};
        struct mx_observation *observation = NULL;
        struct mx_summary *summary;
        struct mx_plan *plan;

        (void)snprintf(value, sizeof value, "%d", n);
        plan = mx_reader_load(path,
                              &(struct mx_reader_options){.overrides = &override,
                                                          .override_count = 1,
                                                          .access = &mx_file_access_disk},
                              &mistakes);
        summary = mx_summary_create(&(struct mx_summary_sizes){
            plan->campaign_count, plan->provider_count, plan->ip_count, 1});
        if (mx_engine_run(plan, &(struct mx_engine_options){.seed = 1}, &observation) !=
            MX_ENGINE_OK) {
            exit(1);
        }
        mx_summary_add(summary, observation);
        mx_observation_destroy(observation);
        mx_summary_destroy(summary);
        mx_plan_destroy(plan);
    }
    return processor_s() - started;
}

static double sweep_s(const char *path, const char *database)
{
    double started = processor_s();
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
    return processor_s() - started;
}

int main(void)
{
    char folder[] = "/tmp/mxsim-bench-XXXXXX", path[64], study[64], database[64];
    double bare, whole;

    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    (void)snprintf(path, sizeof path, "%s/s.cfg", folder);
    (void)snprintf(study, sizeof study, "%s/study.cfg", folder);
    (void)snprintf(database, sizeof database, "%s/sweep.db", folder);
    write_file(path, scenario);
    write_file(study, study_text);
    bare = bare_s(path);
    whole = sweep_s(study, database);
    (void)printf("{\"bench\": \"sweep, a point over the bare run\", \"ns_per_operation\": %.1f, "
                 "\"bare_ns\": %.1f}\n",
                 (whole - bare) / POINTS * 1e9, bare / POINTS * 1e9);
    (void)unlink(database);
    (void)unlink(study);
    (void)unlink(path);
    return rmdir(folder) == 0 ? 0 : 1;
}
