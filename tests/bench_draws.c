// SPDX-License-Identifier: GPL-3.0-or-later
/* bench_draws.c - what a keyed draw and a histogram's entry cost alone. One JSON line a case. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/base/histogram.h"
#include "sim/base/random.h"

#define OPERATIONS UINT64_C(100000000)

/* Processor time, which what else runs on the machine moves least. */
static double now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* check: printed, so that no compiler drops the work. */
static void say(const char *bench, double seconds, uint64_t check)
{
    (void)printf("{\"bench\":\"%s\",\"operations\":%llu,\"ns_per_operation\":%.2f,"
                 "\"check\":\"%016llx\"}\n",
                 bench, (unsigned long long)OPERATIONS, 1e9 * seconds / (double)OPERATIONS,
                 (unsigned long long)check);
    (void)fflush(stdout);
}

int main(void)
{
    struct mx_stream stream = mx_stream_make(1, 0, mx_key_of_name("gmail"));
    struct mx_histogram *histogram = calloc(1, sizeof *histogram);
    uint64_t check = 0;
    double start_s = now_s();

    if (histogram == NULL) {
        return 1;
    }
    for (uint64_t i = 0; i < OPERATIONS; i++) {
        check ^= mx_draw(&stream, i, 1, MX_DRAW_ATTEMPT).word[0];
    }
    say("draw", now_s() - start_s, check);

    start_s = now_s(); /* each draw waits for the one before: its latency */
    for (uint64_t i = 0; i < OPERATIONS; i++) {
        check = mx_draw(&stream, check, 1, MX_DRAW_ATTEMPT).word[0];
    }
    say("draw_chained", now_s() - start_s, check);

    start_s = now_s();
    for (uint64_t i = 0; i < OPERATIONS; i++) {
        mx_histogram_add(histogram, (int64_t)((i * UINT64_C(0x9E3779B97F4A7C15)) >> 28));
    }
    say("histogram_add", now_s() - start_s, mx_histogram_count(histogram));
    free(histogram);
    return 0;
}
