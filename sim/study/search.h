// SPDX-License-Identifier: GPL-3.0-or-later
/* search.h - the smallest or largest value of a parameter that meets targets, with confidence.
 *
 * The candidates are numbered from the one wished for most. If the last one does and the first one
 * does not, the border between is found by bisection, which presumes that doing is monotone: from
 * some candidate on, all do. The evidence is checked for it: where a target gets worse, beyond
 * chance and by half of its distance from the bound or more, towards the candidates that should do
 * better, every candidate is tried (of more than MX_SCAN_MAX, so many evenly spaced, and the
 * border between two of them by bisection). Every value sees the same draws. An undecided value
 * gets twice its replications, until decided or replications_max; what is undecided then counts
 * as not met. */
#ifndef MX_SEARCH_H
#define MX_SEARCH_H

#include "sim/engine/engine.h"
#include "sim/stats/solution.h"

#define MX_SCAN_MAX 64U
#define MX_SEARCH_REPLICATIONS 10U /* of each value at first, where nothing was said */
#define MX_REAL_CANDIDATES 256U    /* of a range of real numbers without a step */

struct mx_search_view {
    size_t value_count; /* tried so far */
    const char *text;   /* being tried */
    uint32_t done_count, replication_count;
    double elapsed_s;
};

/* All borrowed. replications, seed: where said on the command line. */
struct mx_search_options {
    const struct mx_study *study;
    const char *const *preset_dirs;
    size_t preset_dir_count;
    bool has_seed, has_replications;
    bool is_uncertain; /* what is ASSUMED is drawn for each replication, the same at all values */
    uint64_t seed;
    uint32_t replications, jobs;
    enum mx_engine_loop loop;
    bool (*look)(void *context, const struct mx_search_view *view); /* or NULL; false: stop */
    void *context;
};

enum mx_search_status {
    MX_SEARCH_OK, /* an answer, "infeasible" included */
    MX_SEARCH_STOPPED,
    MX_SEARCH_NO_MEMORY,
    MX_SEARCH_THREADS, /* *error_number */
    MX_SEARCH_INVALID, /* mistakes */
    MX_SEARCH_STATUS_COUNT
};

/* *solution is owned; it borrows the study. */
enum mx_search_status mx_search_run(const struct mx_search_options *options,
                                    struct mx_solution **solution, struct mx_mistakes *mistakes,
                                    int *error_number);

#endif
