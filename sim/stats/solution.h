// SPDX-License-Identifier: GPL-3.0-or-later
/* solution.h - what `mxsim plan` found: the value sought, the evidence, the margin.
 *
 * Intervals are of chance alone (is_uncertain: of chance and what is not known), and so wide that
 * all looks at all values tried hold together with `confidence` (Bonferroni): confidence_each is
 * that of one. Every target has to be met by its own interval; no correction for their number is
 * due, since the claim is that all are met (R. Berger, Technometrics 24 (1982), intersection-union
 * tests). */
#ifndef MX_SOLUTION_H
#define MX_SOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/study.h"
#include "sim/stats/expect.h"

#define MX_SOLUTION_TARGETS_MAX 16U

/* metric: its text in the target. */
struct mx_solution_target {
    const char *text;
    char metric[MX_METRIC_TEXT_SIZE];
    struct mx_expectation expectation;
};

/* What a value's interval is held against: the target itself; with an assurance, that its share of
 * outcomes is at least that. */
struct mx_claim {
    enum mx_comparison comparison;
    double bound;
};

/* Of one target at one value. margin: how far the interval's nearer end is on the good side of the
 * bound, in the metric's unit; negative where it is not. With an assurance all are of the share of
 * outcomes that meet the target; one that never gets there does not meet it. */
struct mx_solution_value {
    bool is_known; /* defined in every replication */
    double mean, low, high, margin;
    enum mx_expect_outcome outcome;
};

/* A value tried. candidate: its number, 0 the one wished for most. row: which of the rows it
 * belongs to. error: the scenario is not valid there (owned). */
struct mx_solution_point {
    uint32_t row;
    uint64_t candidate;
    char text[MX_PARAMETER_TEXT_SIZE];
    double number;
    uint32_t replications;
    enum mx_expect_outcome outcome; /* of all targets */
    char *error; /* of the first replication that is not valid, error_replication; owned, or NULL */
    uint32_t error_replication;
    struct mx_solution_value targets[MX_SOLUTION_TARGETS_MAX];
};

enum mx_solution_status {
    MX_SOLUTION_FOUND,
    MX_SOLUTION_INFEASIBLE, /* no value tried meets the targets */
    MX_SOLUTION_STATUS_COUNT
};

/* For one value of the other parameter, or the only row. best, next: indices of points, or -1: the
 * solution; the nearest value beyond it that was tried and does not do. binding: the target in the
 * way: missed at `next`, or anywhere when infeasible. is_scanned: the evidence contradicted that
 * more is better, and every candidate, or as many as spacing tells, were tried. */
struct mx_solution_row {
    const char *along_text; /* borrowed; NULL: the only row */
    double along_number;
    enum mx_solution_status status;
    int64_t best, next;
    int32_t binding;
    bool is_scanned;
    uint64_t spacing; /* candidates from one tried to the next, 1: all of them */
    double cost;      /* NaN: none */
};

/* candidate_count: values that the parameter may have. best_row: -1 when none has an answer. */
struct mx_solution {
    const struct mx_study *study; /* borrowed */
    const struct mx_parameter *parameter, *along;
    enum mx_find find;
    uint64_t seed, candidate_count;
    double confidence, confidence_each;
    double assurance; /* as the study's plan */
    uint32_t replications_first, replications_max;
    bool is_uncertain; /* each replication drew what is ASSUMED */
    char scenario_sha256[65];
    size_t target_count, point_count, row_count;
    struct mx_solution_target *targets;
    struct mx_solution_point *points; /* in the order in which they were tried */
    struct mx_solution_row *rows;
    int32_t best_row;
};

/* Of target t. */
struct mx_claim mx_solution_claim(const struct mx_solution *solution, size_t target);

/* What its values are in: the target's metric, or, with an assurance, a share's name. */
const char *mx_solution_unit(const struct mx_solution *solution, size_t target);

void mx_solution_destroy(struct mx_solution *solution);

#endif
