// SPDX-License-Identifier: GPL-3.0-or-later
/* expect.h - what a scenario expects of its results: "delivered_rate >= 0.99".
 *
 *   [total. | providers.NAME. | campaigns.NAME. | ips.NAME.] METRIC  >= | <= | > | <  NUMBER[%]
 *
 * METRIC is a name of summary.json, in its unit; compared is the interval of its mean. */
#ifndef MX_EXPECT_H
#define MX_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/plan.h"
#include "sim/stats/metric_name.h"
#include "sim/stats/summary.h"

enum mx_comparison { MX_AT_LEAST, MX_AT_MOST, MX_MORE_THAN, MX_LESS_THAN, MX_COMPARISON_COUNT };

/* bound: finite. */
struct mx_expectation {
    struct mx_scoped_metric of;
    enum mx_comparison comparison;
    double bound;
};

/* False with what is wrong, cut to size, in error. */
bool mx_expectation_parse(const struct mx_plan *plan, const char *text,
                          struct mx_expectation *expectation, char *error, size_t size);

/* The part of a text that names the metric, without what is wrong with it: where it begins, and its
 * size. */
size_t mx_expectation_metric_text(const char *text, const char **start);

/* Whether a number meets the bound. */
bool mx_expectation_meets(const struct mx_expectation *expectation, double value);

/* With several replications the whole 95 % interval decides: all of it meets the bound, none of it
 * does, or it holds the bound and more replications are needed. A single one has no interval: its
 * value decides. What is undefined in any replication meets no expectation. */
enum mx_expect_outcome {
    MX_EXPECT_PASS,
    MX_EXPECT_FAIL,
    MX_EXPECT_UNDECIDED,
    MX_EXPECT_OUTCOME_COUNT
};

/* "pass", "fail", "undecided". */
const char *mx_expect_outcome_name(enum mx_expect_outcome outcome);

/* *estimate: what was compared. */
enum mx_expect_outcome mx_expectation_judge(const struct mx_expectation *expectation,
                                            const struct mx_summary *summary,
                                            struct mx_estimate *estimate);

#endif
