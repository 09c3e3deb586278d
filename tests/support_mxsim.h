// SPDX-License-Identifier: GPL-3.0-or-later
/* support_mxsim.h - run the program as a user would and read what it wrote.
 *
 * For tests of the whole program from a scenario file: mxsim is found in $MXSIM (else build/mxsim)
 * and writes into a folder of its own under $TMPDIR (else /tmp), which goes when the result is
 * closed. */
#ifndef MX_SUPPORT_MXSIM_H
#define MX_SUPPORT_MXSIM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* One run: its summary.json, and where its trace is ("" without one). */
struct mx_test_run {
    char folder[256];
    char trace[300];
    int status; /* exit status of the program */
    json_t *summary;
};

/* True when tests are to run at full counts ($MX_FULL=1). */
bool mx_test_full(void);

/* mxsim run SCENARIO --out FOLDER --seed SEED [--trace FILE] [--set ...]. sets: NULL-terminated
 * list of "path=value", or NULL. Ends the test, showing what the program printed, when it did not
 * exit with 0. */
void mx_test_run_open(struct mx_test_run *run, const char *scenario, uint64_t seed, bool trace,
                      const char *const *sets);
void mx_test_run_close(struct mx_test_run *run);

/* mxsim ARGUMENTS..., NULL-terminated: its standard output, owned. status: its exit status. */
char *mx_test_output(const char *const *arguments, int *status);

/* group: "total", "providers.gmail", "ips.new-1" ... field: "mean" or "sd". Ends the test where
 * there is no such number. */
double mx_test_metric(const struct mx_test_run *run, const char *group, const char *name,
                      const char *field);
/* The mean of a metric: the value itself with one replication. */
double mx_test_value(const struct mx_test_run *run, const char *group, const char *name);
/* Names of a group's members ("ips"), for loops: the JSON object, borrowed. */
const json_t *mx_test_group(const struct mx_test_run *run, const char *group);

/* A row of a trace, in the order of the file; times in microseconds, -1 where empty. message,
 * reason and verdict are cut to the sizes here. */
struct mx_test_attempt {
    char message[48];
    char provider[24], ip[16];
    char reason[16], verdict[16];
    int64_t time_us, start_us, next_us;
    unsigned replication, attempt;
};

/* Calls see(context, row) for each row of the run's trace, which must be a plain file. */
void mx_test_trace_read(const struct mx_test_run *run,
                        void (*see)(void *context, const struct mx_test_attempt *row),
                        void *context);

#endif
