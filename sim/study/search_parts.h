// SPDX-License-Identifier: GPL-3.0-or-later
/* search_parts.h - a search under way, as search.c and search_value.c share it. */
#ifndef MX_SEARCH_PARTS_H
#define MX_SEARCH_PARTS_H

#include "sim/stats/interval.h"
#include "sim/study/crew.h"
#include "sim/study/search.h"

struct mx_listed {
    const char *text;
    double number;
};

/* metrics: one a target, and behind them `sent` of the same scope for those that are shares.
 * samples[point]: [metric][replications_max] values. */
struct mx_search {
    const struct mx_search_options *options;
    struct mx_solution *solution;
    struct mx_listed *listed;                                  /* candidates that are a list */
    struct mx_study_text metrics[2 * MX_SOLUTION_TARGETS_MAX]; /* texts owned */
    uint32_t metric_count;
    uint32_t sent_metric[MX_SOLUTION_TARGETS_MAX]; /* UINT32_MAX: the target is no share */
    struct mx_point_source *source;
    struct mx_crew *crew;
    double **samples;
    size_t point_size; /* room for points and samples */
    double started_s;
    enum mx_search_status status;
    int error_number;
};

/* Parses the targets by the first valid candidate, starts threads. False: status. */
bool mx_search_start(struct mx_search *search, struct mx_mistakes *mistakes);
void mx_search_fini(struct mx_search *search);

/* Text and number of a candidate. */
double mx_search_candidate(const struct mx_search *search, uint64_t candidate,
                           char text[MX_PARAMETER_TEXT_SIZE]);

/* Simulate a candidate until it is decided by the present confidence_each. *point: its index.
 * False: status. */
bool mx_search_try(struct mx_search *search, uint32_t row, uint64_t candidate, size_t *point);

/* All points again, by the present confidence_each. */
void mx_search_judge_all(struct mx_search *search);

#endif
