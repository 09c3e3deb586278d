// SPDX-License-Identifier: GPL-3.0-or-later
/* expect.c - see expect.h. */
#include "sim/stats/expect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

static const char blanks[] = " \t";

/* Longer ones first: ">" begins ">=" too. */
static const struct {
    const char *text;
    enum mx_comparison comparison;
} comparisons[MX_COMPARISON_COUNT] = {
    {">=", MX_AT_LEAST}, {"<=", MX_AT_MOST}, {">", MX_MORE_THAN}, {"<", MX_LESS_THAN}};

/* ">= 99%" and no more. */
static bool parse_bound(const char *at, struct mx_expectation *expectation, char *error,
                        size_t error_size)
{
    size_t c = 0;
    char *end;

    while (c < MX_COMPARISON_COUNT &&
           strncmp(at, comparisons[c].text, strlen(comparisons[c].text)) != 0)
        c++;
    if (c == MX_COMPARISON_COUNT) {
        (void)snprintf(error, error_size,
                       "allowed: a metric, then >=, <=, > or <, then a number; such as "
                       "\"delivered_rate >= 0.99\"");
        return false;
    }
    expectation->comparison = comparisons[c].comparison;
    at += strlen(comparisons[c].text);
    expectation->bound = strtod(at, &end);
    if (end != at && *end == '%') {
        expectation->bound /= 100;
        end++;
    }
    if (end == at || end[strspn(end, blanks)] != '\0' || !isfinite(expectation->bound)) {
        (void)snprintf(error, error_size, "\"%.60s\" is not a number", at + strspn(at, blanks));
        return false;
    }
    return true;
}

size_t mx_expectation_metric_text(const char *text, const char **start)
{
    *start = text + strspn(text, blanks);
    return strcspn(*start, " \t<>=");
}

bool mx_expectation_parse(const struct mx_plan *plan, const char *text,
                          struct mx_expectation *expectation, char *error, size_t size)
{
    const char *at = text + strspn(text, blanks);
    const char *end = at + strcspn(at, " \t<>=");

    return mx_metric_parse(plan, at, (size_t)(end - at), &expectation->of, error, size) &&
           parse_bound(end + strspn(end, blanks), expectation, error, size);
}

static const char *const outcome_names[MX_EXPECT_OUTCOME_COUNT] = {
    [MX_EXPECT_PASS] = "pass", [MX_EXPECT_FAIL] = "fail", [MX_EXPECT_UNDECIDED] = "undecided"};

const char *mx_expect_outcome_name(enum mx_expect_outcome outcome)
{
    MX_CHECK(outcome < MX_EXPECT_OUTCOME_COUNT);
    return outcome_names[outcome];
}

bool mx_expectation_meets(const struct mx_expectation *expectation, double value)
{
    switch (expectation->comparison) {
    case MX_AT_LEAST:
        return value >= expectation->bound;
    case MX_AT_MOST:
        return value <= expectation->bound;
    case MX_MORE_THAN:
        return value > expectation->bound;
    case MX_LESS_THAN:
        return value < expectation->bound;
    case MX_COMPARISON_COUNT:
        break;
    }
    MX_CHECK(false);
    return false;
}

enum mx_expect_outcome mx_expectation_judge(const struct mx_expectation *expectation,
                                            const struct mx_summary *summary,
                                            struct mx_estimate *estimate)
{
    bool low, high;

    *estimate = mx_summary_estimate(summary, expectation->of.group, expectation->of.index,
                                    expectation->of.metric);
    if (!estimate->is_known) {
        return MX_EXPECT_FAIL;
    }
    low = mx_expectation_meets(expectation,
                               estimate->has_spread ? estimate->ci95[0] : estimate->mean);
    high = mx_expectation_meets(expectation,
                                estimate->has_spread ? estimate->ci95[1] : estimate->mean);
    if (low != high) {
        return MX_EXPECT_UNDECIDED;
    }
    return low ? MX_EXPECT_PASS : MX_EXPECT_FAIL;
}
