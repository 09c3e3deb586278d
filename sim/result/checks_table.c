// SPDX-License-Identifier: GPL-3.0-or-later
/* checks_table.c - see checks_table.h. */
#include "sim/result/checks_table.h"

#include <math.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/stats/expect.h"

#define TEXT_WIDTH 44

struct table {
    FILE *stream;
    const struct mx_plan *plan;
    const struct mx_results *results;
    bool color;
};

static const char *style(const struct table *table, const char *sequence)
{
    return table->color ? sequence : "";
}

/* The state in its colour, and what it is about. */
static void print_state(const struct table *table, const char *state, const char *sequence,
                        const char *text)
{
    (void)fprintf(table->stream, "  %s%-11s%s %-*s", style(table, sequence), state,
                  style(table, "\033[0m"), TEXT_WIDTH, text);
}

static void print_width(const struct table *table, double width, bool is_relative)
{
    (void)fprintf(table->stream, "%s%s", mx_human_number(is_relative ? 100.0 * width : width).s,
                  is_relative ? " %" : "");
}

static void print_precision(const struct table *table, const struct mx_precision *precision)
{
    const struct mx_scoped_metric *of = &precision->of;
    struct mx_estimate estimate =
        mx_summary_estimate(table->results->summary, of->group, of->index, of->metric);
    char text[MX_METRIC_TEXT_SIZE];
    double half;

    mx_metric_print(table->plan, of, text, sizeof text);
    switch (mx_precision_state_of(precision, &estimate, &half)) {
    case MX_PRECISION_MET:
        print_state(table, "reached", "\033[32m", text);
        break;
    case MX_PRECISION_WIDE:
        print_state(table, "NOT REACHED", "\033[31m", text);
        break;
    case MX_PRECISION_UNDEFINED:
        print_state(table, "UNDEFINED", "\033[31m", text);
        (void)fprintf(table->stream, " in %u of %u replications\n",
                      (unsigned)(table->results->replication_count - estimate.reached),
                      (unsigned)table->results->replication_count);
        return;
    }
    if (isfinite(half)) {
        (void)fputs(" +-", table->stream);
        print_width(table, half, precision->is_relative);
    }
    (void)fputs(", wanted ", table->stream);
    print_width(table, precision->width, precision->is_relative);
    (void)fputc('\n', table->stream);
}

static void print_expectation(const struct table *table, const char *text)
{
    static const struct {
        const char *state, *sequence;
    } shown[MX_EXPECT_OUTCOME_COUNT] = {[MX_EXPECT_PASS] = {"pass", "\033[32m"},
                                        [MX_EXPECT_FAIL] = {"FAIL", "\033[31m"},
                                        [MX_EXPECT_UNDECIDED] = {"undecided", "\033[33m"}};
    struct mx_expectation expectation;
    struct mx_estimate estimate;
    enum mx_expect_outcome outcome;
    char error[128];

    if (!mx_expectation_parse(table->plan, text, &expectation, error, sizeof error)) {
        return; /* said when the scenario was loaded */
    }
    outcome = mx_expectation_judge(&expectation, table->results->summary, &estimate);
    print_state(table, shown[outcome].state, shown[outcome].sequence, text);
    if (!estimate.is_known) {
        (void)fputs(" undefined", table->stream);
    } else if (estimate.has_spread) {
        (void)fprintf(table->stream, " %s .. %s", mx_human_number(estimate.ci95[0]).s,
                      mx_human_number(estimate.ci95[1]).s);
    } else {
        (void)fprintf(table->stream, " %s", mx_human_number(estimate.mean).s);
    }
    (void)fputc('\n', table->stream);
}

static bool is_any_undecided(const struct table *table)
{
    for (size_t i = 0; i < table->plan->expect_count; i++) {
        struct mx_expectation expectation;
        struct mx_estimate estimate;
        char error[128];

        if (mx_expectation_parse(table->plan, table->plan->expect[i], &expectation, error,
                                 sizeof error) &&
            mx_expectation_judge(&expectation, table->results->summary, &estimate) ==
                MX_EXPECT_UNDECIDED) {
            return true;
        }
    }
    return false;
}

void mx_checks_table_print(FILE *stream, const struct mx_plan *plan,
                           const struct mx_results *results, bool color)
{
    const struct table table = {stream, plan, results, color};

    if (results->precision_count > 0) {
        (void)fprintf(stream,
                      "\n%sprecision%s: half of the 95 %% interval of the mean, %u "
                      "replications\n",
                      style(&table, "\033[1m"), style(&table, "\033[0m"),
                      (unsigned)results->replication_count);
        for (size_t i = 0; i < results->precision_count; i++) {
            print_precision(&table, &results->precisions[i]);
        }
    }
    if (plan->expect_count > 0) {
        (void)fprintf(stream, "\n%sexpected%s: %s\n", style(&table, "\033[1m"),
                      style(&table, "\033[0m"),
                      results->replication_count > 1
                          ? "by the 95 % interval of the mean, of chance alone"
                          : "by the value of one replication, which says nothing of chance");
        for (size_t i = 0; i < plan->expect_count; i++) {
            print_expectation(&table, plan->expect[i]);
        }
        if (is_any_undecided(&table)) {
            (void)fprintf(stream, "  undecided: the interval holds the bound; more replications "
                                  "make it narrower.\n");
        }
    }
}
