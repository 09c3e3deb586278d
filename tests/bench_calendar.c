// SPDX-License-Identifier: GPL-3.0-or-later
/* bench_calendar.c - what an attempt costs in the queue alone: one entry taken and put back, at a
 * steady number of pending ones. One JSON line a case.
 *
 * The queue is filled as if messages had been refused for ever under the reference policy: the
 * gaps of its ten retries, each equally often. Processor time, the best of five rounds: other work
 * on the machine costs less of it than it costs time. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/scheduler/scheduler.h"

#define BATCH 1024
#define ROUNDS 5

static uint64_t random_state = 88172645463325252U;

static uint64_t random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % n;
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int64_t gap_us(void)
{
    const uint64_t n = random_below(10);
    return n == 0 ? 2 * MX_MINUTE_US : (5 * MX_MINUTE_US) << (n - 1);
}

/* In a steady state what is left of a gap is uniform, and longer gaps are met more often. */
static int64_t left_us(void)
{
    const int64_t total_us = 2 * MX_MINUTE_US + 5 * MX_MINUTE_US * 511;
    int64_t at_us = (int64_t)random_below((uint64_t)total_us);
    int64_t gap = 2 * MX_MINUTE_US;
    for (int n = 0; at_us >= gap; n++) {
        at_us -= gap;
        gap = (5 * MX_MINUTE_US) << n;
    }
    return at_us;
}

static void put(struct mx_scheduler *scheduler, const struct mx_entry *entry)
{
    if (mx_scheduler_put(scheduler, entry) != MX_SCHEDULER_OK) {
        fprintf(stderr, "bench_calendar: out of memory\n");
        exit(1);
    }
}

/* Seconds that `operations` entries take. */
static double round_s(struct mx_scheduler *scheduler, uint64_t operations)
{
    static struct mx_entry out[BATCH];
    const double start_s = cpu_s();
    for (uint64_t done = 0; done < operations;) {
        const size_t count = mx_scheduler_take_due(scheduler, MX_NEVER, out, BATCH);
        for (size_t i = 0; i < count; i++) {
            out[i].due_us += gap_us();
            put(scheduler, &out[i]);
        }
        done += count;
    }
    return cpu_s() - start_s;
}

static void measure(const char *name, enum mx_queue_kind queue, uint64_t pending,
                    uint64_t operations)
{
    struct mx_retry_policy policy;
    mx_retry_bluecore(&policy);
    struct mx_scheduler *scheduler = mx_scheduler_create(&policy, queue);
    if (scheduler == NULL) {
        exit(1);
    }
    struct mx_entry entry = {.kind = MX_DUE_ATTEMPT};
    const double start_s = cpu_s();
    for (uint64_t i = 0; i < pending; i++) {
        entry.message = i;
        entry.due_us = left_us();
        put(scheduler, &entry);
    }
    const double fill_s = cpu_s() - start_s;
    double best_s = round_s(scheduler, operations);
    for (int round = 1; round < ROUNDS; round++) {
        const double s = round_s(scheduler, operations);
        best_s = s < best_s ? s : best_s;
    }
    printf("{\"bench\":\"queue\",\"queue\":\"%s\",\"pending\":%llu,\"operations\":%llu,"
           "\"ns_per_operation\":%.1f,\"fill_ns\":%.1f,\"bytes_per_pending\":%.2f}\n",
           name, (unsigned long long)pending, (unsigned long long)operations,
           1e9 * best_s / (double)operations, 1e9 * fill_s / (double)pending,
           (double)mx_scheduler_bytes(scheduler) / (double)pending);
    fflush(stdout);
    mx_scheduler_destroy(scheduler);
}

/* 100 million take 2.1 GB: not where that would push other memory out. */
static bool has_room(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_size = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_size > 0 && (double)pages * (double)page_size > 6e9;
}

int main(void)
{
    measure("calendar", MX_QUEUE_CALENDAR, 1000000, 2000000);
    measure("calendar", MX_QUEUE_CALENDAR, 10000000, 5000000);
    if (has_room()) {
        measure("calendar", MX_QUEUE_CALENDAR, 100000000, 20000000);
    }
    measure("heap", MX_QUEUE_HEAP, 1000000, 400000);
    measure("heap", MX_QUEUE_HEAP, 10000000, 400000);
    return 0;
}
