// SPDX-License-Identifier: GPL-3.0-or-later
/* checks_data.c - see checks_data.h. */
#include "sim/result/checks_data.h"

#include "sim/result/human_text.h"
#include "sim/stats/expect.h"

const struct mx_table_column mx_check_columns[MX_CHECK_COLUMN_COUNT] = {
    {"scope", "", "asked", MX_CELL_TEXT, true, 0, 0, 0},
    {"name", "", "of", MX_CELL_TEXT, true, 0, 0, 0},
    {"outcome", "", "outcome", MX_CELL_TEXT, true, 0, 0, 0},
    {"value", "", "value", MX_CELL_WHOLE, false, 0, 0, 0},
    {"value_ci95_lo", "95 % interval", "from", MX_CELL_WHOLE, false, 0, 0, 0},
    {"value_ci95_hi", "95 % interval", "to", MX_CELL_WHOLE, false, 0, 0, 0},
    {"half_width", "half width", "reached", MX_CELL_WHOLE, false, 0, 0, 0},
    {"half_width_wanted", "half width", "wanted", MX_CELL_WHOLE, false, 0, 0, 0},
    {"half_width_is_relative", "half width", "relative", MX_CELL_TEXT, true, 0, 0, 0},
};

/* What a person reads has six digits. */
static void add_number(struct mx_table *table, bool is_known, double value)
{
    mx_table_number(table, is_known ? value : (double)__builtin_nanf(""));
    if (is_known) {
        mx_table_show(table, mx_human_number(value).s);
    }
}

static void add_start(struct mx_table *table, size_t skipped, const char *scope, const char *name,
                      const char *outcome)
{
    mx_table_text(table, scope);
    mx_table_text(table, name);
    for (size_t i = 0; i < skipped; i++) {
        mx_table_text(table, NULL);
    }
    mx_table_text(table, outcome);
}

static void add_estimate(struct mx_table *table, const struct mx_estimate *estimate)
{
    const bool has_interval = estimate->is_known && estimate->has_spread;

    add_number(table, estimate->is_known, estimate->mean);
    add_number(table, has_interval, estimate->ci95[0]);
    add_number(table, has_interval, estimate->ci95[1]);
}

static void add_precision(struct mx_table *table, size_t skipped, const struct mx_plan *plan,
                          const struct mx_results *results, const struct mx_precision *precision)
{
    static const char *const outcomes[] = {
        [MX_PRECISION_MET] = "reached",
        [MX_PRECISION_WIDE] = "not reached",
        [MX_PRECISION_UNDEFINED] = "undefined",
    };
    const struct mx_scoped_metric *of = &precision->of;
    struct mx_estimate estimate =
        mx_summary_estimate(results->summary, of->group, of->index, of->metric);
    double half;
    enum mx_precision_state state = mx_precision_state_of(precision, &estimate, &half);
    char text[MX_METRIC_TEXT_SIZE];

    mx_metric_print(plan, of, text, sizeof text);
    add_start(table, skipped, "precision", text, outcomes[state]);
    add_estimate(table, &estimate);
    add_number(table, state != MX_PRECISION_UNDEFINED, half);
    add_number(table, true, precision->width);
    mx_table_truth(table, precision->is_relative);
    mx_table_end_row(table, MX_ROW_PLAIN);
}

static void add_expectation(struct mx_table *table, size_t skipped, const struct mx_plan *plan,
                            const struct mx_results *results, const char *text)
{
    struct mx_expectation expectation;
    struct mx_estimate estimate;
    enum mx_expect_outcome outcome;
    char error[128];

    if (!mx_expectation_parse(plan, text, &expectation, error, sizeof error)) {
        return; /* said when the scenario was loaded */
    }
    outcome = mx_expectation_judge(&expectation, results->summary, &estimate);
    add_start(table, skipped, "expected", text, mx_expect_outcome_name(outcome));
    add_estimate(table, &estimate);
    mx_table_end_row(table, MX_ROW_PLAIN);
}

size_t mx_check_count(const struct mx_plan *plan, const struct mx_results *results)
{
    return results->precision_count + plan->expect_count;
}

void mx_checks_add_rows(struct mx_table *table, size_t skipped, const struct mx_plan *plan,
                        const struct mx_results *results)
{
    for (size_t i = 0; i < results->precision_count; i++) {
        add_precision(table, skipped, plan, results, &results->precisions[i]);
    }
    for (size_t i = 0; i < plan->expect_count; i++) {
        add_expectation(table, skipped, plan, results, plan->expect[i]);
    }
}

bool mx_checks_data_print(FILE *stream, const struct mx_plan *plan,
                          const struct mx_results *results, enum mx_format format)
{
    struct mx_table *table;
    bool is_good;

    if (mx_check_count(plan, results) == 0) {
        return true;
    }
    table = mx_table_create(mx_check_columns, MX_CHECK_COLUMN_COUNT);
    if (table == NULL) {
        return false;
    }
    mx_checks_add_rows(table, 0, plan, results);
    is_good = mx_table_print(table, stream, format, false);
    mx_table_destroy(table);
    return is_good;
}
