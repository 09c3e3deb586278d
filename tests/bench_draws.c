// SPDX-License-Identifier: GPL-3.0-or-later
/* bench_draws.c - what keyed draws, logarithms and a histogram's entry cost alone: one by one, and
 * many at a time in each form that the processor has. One JSON line a case. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "models/exact_math.h"
#include "sim/base/draw_many.h"
#include "sim/base/histogram.h"

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

#define BLOCK 1024

static void many_draws(unsigned lanes)
{
    static uint64_t key[BLOCK], index_of[BLOCK], step[BLOCK], word0[BLOCK], word1[BLOCK];
    const struct mx_draw_arrays arrays = {key, index_of, step, word0, word1};
    uint64_t check = 0;
    char name[32];
    double start_s;

    if (!mx_draw_many_with(lanes, 1, &arrays, BLOCK)) {
        return; /* not on this processor */
    }
    for (uint64_t i = 0; i < BLOCK; i++) {
        index_of[i] = i;
        step[i] = mx_draw_step(1, MX_DRAW_ATTEMPT);
    }
    start_s = now_s();
    for (uint64_t done = 0; done < OPERATIONS; done += BLOCK) {
        index_of[done / BLOCK % BLOCK] += BLOCK;
        (void)mx_draw_many_with(lanes, 1, &arrays, BLOCK);
        check ^= word0[done / BLOCK % BLOCK];
    }
    (void)snprintf(name, sizeof name, "draw_many_%u_lanes", lanes);
    say(name, now_s() - start_s, check);
}

static void many_logs(void)
{
    static double u[BLOCK], x[BLOCK];
    double sum = 0;
    double start_s = now_s();

    for (uint64_t i = 0; i < BLOCK; i++) {
        u[i] = mx_uniform(i * UINT64_C(0x9E3779B97F4A7C15));
    }
    for (uint64_t done = 0; done < OPERATIONS; done += BLOCK) {
        memcpy(x, u, sizeof x);
        mx_log_many(x, BLOCK);
        sum += x[done / BLOCK % BLOCK];
    }
    say("log_many", now_s() - start_s, (uint64_t)-sum);
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
    for (unsigned lanes = 2; lanes <= 8; lanes *= 2) {
        many_draws(lanes);
    }
    many_logs();

    start_s = now_s();
    for (uint64_t i = 0; i < OPERATIONS; i++) {
        mx_histogram_add(histogram, (int64_t)((i * UINT64_C(0x9E3779B97F4A7C15)) >> 28));
    }
    say("histogram_add", now_s() - start_s, mx_histogram_count(histogram));
    free(histogram);
    return 0;
}
