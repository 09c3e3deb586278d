// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison_data.c - see comparison_data.h. */
#include "sim/result/comparison_data.h"

#include "sim/result/comparison_table.h"
#include "sim/result/human_text.h"

static const struct mx_table_column difference_columns[] = {
    {"metric", "", "metric", MX_CELL_TEXT, true, 0, 0, 0},
    {"system", "", "system", MX_CELL_TEXT, true, 0, 0, 0},
    {"name", "", "name", MX_CELL_TEXT, true, 0, 0, 0},
    {"mean", "", "mean", MX_CELL_WHOLE, false, 0, 0, 0},
    {"difference", "", "minus A", MX_CELL_WHOLE, false, 0, 0, 0},
    {"low", "interval", "from", MX_CELL_WHOLE, false, 0, 0, 0},
    {"high", "interval", "to", MX_CELL_WHOLE, false, 0, 0, 0},
    {"gain", "", "gain", MX_CELL_WHOLE, false, 0, 0, 0},
    {"outcome", "", "outcome", MX_CELL_TEXT, true, 0, 0, 0},
    {"interval_of", "", "interval of", MX_CELL_TEXT, true, 0, 0, 0},
};

static const struct mx_table_column selection_columns[] = {
    {"system", "", "system", MX_CELL_TEXT, true, 0, 0, 0},
    {"name", "", "name", MX_CELL_TEXT, true, 0, 0, 0},
    {"mean", "", "mean", MX_CELL_WHOLE, false, 0, 0, 0},
    {"replications", "", "replications", MX_CELL_WHOLE, false, 0, 0, 0},
    {"out_after", "", "out after", MX_CELL_WHOLE, false, 0, 0, 0},
    {"out_by", "", "by", MX_CELL_TEXT, true, 0, 0, 0},
    {"selected", "", "selected", MX_CELL_TEXT, true, 0, 0, 0},
};

/* What a person reads has six digits. */
static void add_number(struct mx_table *table, bool is_known, double value)
{
    mx_table_number(table, is_known ? value : (double)__builtin_nanf(""));
    if (is_known) {
        mx_table_show(table, mx_human_number(value).s);
    }
}

static void add_differences(struct mx_table *table, const struct mx_comparison *comparison,
                            size_t metric)
{
    static const char *const outcomes[MX_DIFFERENCE_OUTCOME_COUNT] = {
        [MX_DIFFERENCE_HIGHER] = "higher",           [MX_DIFFERENCE_LOWER] = "lower",
        [MX_DIFFERENCE_NOT_TOLD] = "not told apart", [MX_DIFFERENCE_NEVER] = "equal",
        [MX_DIFFERENCE_UNDEFINED] = "undefined",
    };
    const size_t first = metric * comparison->system_count;
    char text[MX_METRIC_TEXT_SIZE];

    mx_metric_print(comparison->systems[0].plan, &comparison->scoped[first], text, sizeof text);
    for (size_t s = 0; s < comparison->system_count; s++) {
        const struct mx_difference *d = &comparison->differences[first + s];
        const bool is_known = s > 0 && d->outcome != MX_DIFFERENCE_UNDEFINED;

        mx_table_text(table, text);
        mx_table_text(table, mx_system_label(s).s);
        mx_table_text(table, comparison->systems[s].name);
        add_number(table, d->own.is_known, d->own.mean);
        add_number(table, is_known, d->mean);
        add_number(table, is_known, d->interval.low);
        add_number(table, is_known, d->interval.high);
        add_number(table, is_known && d->gain > 0, d->gain);
        mx_table_text(table, s > 0 ? outcomes[d->outcome] : NULL);
        mx_table_text(table, is_known ? mx_interval_of(comparison->is_uncertain) : NULL);
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
}

static void add_selection(struct mx_table *table, const struct mx_comparison *comparison)
{
    const struct mx_selection *selection = comparison->selection;

    for (uint32_t s = 0; s < selection->options.system_count; s++) {
        const struct mx_selection_system *state = &selection->systems[s];
        const struct mx_estimate *own = &comparison->differences[s].own;

        mx_table_text(table, mx_system_label(s).s);
        mx_table_text(table, comparison->systems[s].name);
        add_number(table, own->is_known, own->mean);
        mx_table_whole(table, mx_summary_count(comparison->systems[s].summary));
        mx_table_number(table,
                        state->out_after > 0 ? state->out_after : (double)__builtin_nanf(""));
        mx_table_text(table, state->out_after > 0 ? mx_system_label(state->out_by).s : NULL);
        mx_table_truth(table, selection->is_decided && s == selection->best);
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
}

bool mx_comparison_data_print(FILE *stream, const struct mx_comparison *comparison,
                              enum mx_format format)
{
    const bool is_selection = comparison->selection != NULL;
    struct mx_table *table =
        is_selection ? mx_table_create(selection_columns,
                                       sizeof selection_columns / sizeof selection_columns[0])
                     : mx_table_create(difference_columns,
                                       sizeof difference_columns / sizeof difference_columns[0]);
    bool is_good;

    if (table == NULL) {
        return false;
    }
    if (is_selection) {
        add_selection(table, comparison);
    } else {
        for (size_t m = 0; m < comparison->metric_count; m++) {
            add_differences(table, comparison, m);
        }
    }
    is_good = mx_table_print(table, stream, format, false);
    mx_table_destroy(table);
    return is_good;
}
