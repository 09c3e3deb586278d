// SPDX-License-Identifier: GPL-3.0-or-later
/* solution_table.c - see solution_table.h. */
#include "sim/result/solution_table.h"

#include <math.h>
#include <stdlib.h>

#include "sim/result/human_text.h"
#include "sim/result/solution_json.h"
#include "sim/stats/interval.h"

#define WIDTH_MAX 100
#define FIRST_COLUMNS_MAX 3

/* ---- the answer in words ---- */

static void print_margin(const struct mx_solution *solution, const struct mx_solution_row *row,
                         FILE *stream)
{
    const struct mx_solution_point *best = &solution->points[row->best];

    for (size_t t = 0; t < solution->target_count; t++) {
        (void)fprintf(stream, "  margin        %s beyond %s%s\n",
                      mx_human_metric(mx_solution_unit(solution, t), best->targets[t].margin).s,
                      solution->assurance > 0 ? "the share wanted of " : "",
                      solution->targets[t].text);
    }
    if (row->next >= 0 && row->binding >= 0) {
        (void)fprintf(stream, "  next          %s %s %s\n", solution->points[row->next].text,
                      solution->points[row->next].outcome == MX_EXPECT_UNDECIDED
                          ? "is not shown to meet"
                          : "does not meet",
                      solution->targets[row->binding].text);
    }
}

static void print_search(const struct mx_solution *solution, const struct mx_solution_row *row,
                         FILE *stream)
{
    if (!row->is_scanned) {
        (void)fprintf(stream, "  assumed       that it is monotone between the values tried; they "
                              "do not contradict it\n");
    } else if (row->spacing == 1) {
        (void)fprintf(stream, "  assumed       nothing: every value was tried, since more is not "
                              "always better here\n");
    } else {
        (void)fprintf(stream,
                      "  assumed       that nothing happens between values tried: one in %llu of "
                      "%llu,\n                since more is not always better here\n",
                      (unsigned long long)row->spacing,
                      (unsigned long long)solution->candidate_count);
    }
}

static void print_answer(const struct mx_solution *solution, FILE *stream, bool color)
{
    char sentence[MX_SOLUTION_TEXT_SIZE], promise[MX_SOLUTION_PROMISE_SIZE];

    mx_solution_promise(solution, promise);
    (void)fprintf(stream, "%s\n\n", solution->study->title);
    for (size_t r = 0; r < solution->row_count; r++) {
        const struct mx_solution_row *row = &solution->rows[r];
        bool is_best = (int32_t)r == solution->best_row && solution->row_count > 1;

        mx_solution_sentence(solution, r, sentence);
        (void)fprintf(stream, "%s%s%s%s\n", color ? "\033[1m" : "", sentence,
                      color ? "\033[0m" : "", is_best ? "  <- best" : "");
        if (row->best >= 0) {
            (void)fprintf(stream, "  promise       %s\n", promise);
            print_margin(solution, row, stream);
        }
        if (!isnan(row->cost)) {
            (void)fprintf(stream, "  cost          %s\n", mx_human_number(row->cost).s);
        }
        print_search(solution, row, stream);
    }
    (void)fputc('\n', stream);
}

static void print_notes(const struct mx_solution *solution, FILE *stream)
{
    if (solution->assurance > 0) {
        (void)fprintf(
            stream,
            "\nShare of outcomes, one a replication, that meet the target (interval), and "
            "whether it\nis shown to be at least %.4g %%; each target by itself.\n",
            100 * solution->assurance);
    } else {
        (void)fprintf(stream, "\nMean (interval), and whether it is shown to meet the target.\n");
    }
    (void)fprintf(stream,
                  "Intervals are of %s, %.4g %% each, so that all of them hold\ntogether at %.4g "
                  "%%. Seed %llu, the "
                  "same draws for every value.\n",
                  mx_interval_of(solution->is_uncertain), 100 * solution->confidence_each,
                  100 * solution->confidence, (unsigned long long)solution->seed);
}

/* ---- the evidence ---- */

static int compare_points(const void *a, const void *b)
{
    const struct mx_solution_point *const *x = a, *const *y = b;

    if ((*x)->row != (*y)->row) {
        return (*x)->row < (*y)->row ? -1 : 1;
    }
    return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

/* Every value tried, in the order of its number; owned, NULL when out of memory. */
static const struct mx_solution_point **sorted(const struct mx_solution *solution)
{
    const struct mx_solution_point **order = calloc(solution->point_count + 1, sizeof *order);

    for (size_t i = 0; order != NULL && i < solution->point_count; i++) {
        order[i] = &solution->points[i];
    }
    if (order != NULL) {
        qsort(order, solution->point_count, sizeof *order, compare_points);
    }
    return order;
}

/* "99.91% (99.87% .. 99.95%) yes" */
static void add_shown(struct mx_table *table, const struct mx_solution *solution, size_t target,
                      const struct mx_solution_point *point)
{
    static const char *const marks[MX_EXPECT_OUTCOME_COUNT] = {
        [MX_EXPECT_PASS] = "yes", [MX_EXPECT_FAIL] = "no", [MX_EXPECT_UNDECIDED] = "unsure"};
    const struct mx_solution_value *value = &point->targets[target];
    const char *metric = mx_solution_unit(solution, target);
    char text[200];

    if (point->error != NULL) {
        mx_table_text(table, "not valid");
    } else if (!value->is_known) {
        mx_table_text(table, "never reached no");
    } else {
        (void)snprintf(text, sizeof text, "%s (%s .. %s) %s",
                       mx_human_metric(metric, value->mean).s,
                       mx_human_metric(metric, value->low).s,
                       mx_human_metric(metric, value->high).s, marks[value->outcome]);
        mx_table_text(table, text);
    }
    if (point->error != NULL || value->outcome != MX_EXPECT_PASS) {
        mx_table_mark(table);
    }
}

static bool print_shown(const struct mx_solution *solution,
                        const struct mx_solution_point *const *order, FILE *stream,
                        enum mx_format format, bool color)
{
    struct mx_table_column columns[FIRST_COLUMNS_MAX + MX_SOLUTION_TARGETS_MAX];
    struct mx_table *table;
    size_t count = 0;
    bool is_good;

    if (solution->along != NULL) {
        columns[count++] = (struct mx_table_column){"along",
                                                    "",
                                                    solution->along->name,
                                                    MX_CELL_TEXT,
                                                    solution->along->unit_kind == MX_UNIT_NONE,
                                                    0,
                                                    0,
                                                    0};
    }
    columns[count] = (struct mx_table_column){
        "value", "", solution->parameter->name, MX_CELL_TEXT, false, 0, 0, count > 0 ? 2 : 0};
    count++;
    columns[count++] =
        (struct mx_table_column){"replications", "", "runs", MX_CELL_WHOLE, false, 0, 0, 2};
    for (size_t t = 0; t < solution->target_count; t++) {
        columns[count++] = (struct mx_table_column){
            "target", "", solution->targets[t].text, MX_CELL_TEXT, true, 0, 0, 2};
    }
    table = mx_table_create(columns, count);
    if (table == NULL) {
        return false;
    }
    mx_table_set_width_max(table, WIDTH_MAX);
    for (size_t i = 0; i < solution->point_count; i++) {
        if (solution->along != NULL) {
            mx_table_text(table, solution->rows[order[i]->row].along_text);
        }
        mx_table_text(table, order[i]->text);
        mx_table_whole(table, order[i]->replications);
        for (size_t t = 0; t < solution->target_count; t++) {
            add_shown(table, solution, t, order[i]);
        }
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
    is_good = mx_table_print(table, stream, format, color);
    mx_table_destroy(table);
    return is_good;
}

/* ---- for programs ---- */

static const struct mx_table_column data_columns[] = {
    {"along", "", "along", MX_CELL_TEXT, true, 0, 0, 0},
    {"value", "", "value", MX_CELL_TEXT, true, 0, 0, 0},
    {"number", "", "number", MX_CELL_WHOLE, false, 0, 0, 0},
    {"replications", "", "replications", MX_CELL_WHOLE, false, 0, 0, 0},
    {"value_outcome", "", "outcome", MX_CELL_TEXT, true, 0, 0, 0},
    {"error", "", "error", MX_CELL_TEXT, true, 0, 0, 0},
    {"target", "", "target", MX_CELL_TEXT, true, 0, 0, 0},
    {"mean", "", "mean", MX_CELL_WHOLE, false, 0, 0, 0},
    {"low", "", "from", MX_CELL_WHOLE, false, 0, 0, 0},
    {"high", "", "to", MX_CELL_WHOLE, false, 0, 0, 0},
    {"margin", "", "margin", MX_CELL_WHOLE, false, 0, 0, 0},
    {"outcome", "", "outcome", MX_CELL_TEXT, true, 0, 0, 0},
    {"interval_of", "", "interval of", MX_CELL_TEXT, true, 0, 0, 0},
    {"is_answer", "", "answer", MX_CELL_TEXT, true, 0, 0, 0},
};

static void add_data(struct mx_table *table, const struct mx_solution *solution,
                     const struct mx_solution_point *point, size_t target)
{
    const struct mx_solution_row *row = &solution->rows[point->row];
    const struct mx_solution_value *value = &point->targets[target];
    bool is_known = point->error == NULL && value->is_known;

    mx_table_text(table, row->along_text);
    mx_table_text(table, point->text);
    mx_table_number(table, point->number);
    mx_table_whole(table, point->replications);
    mx_table_text(table, mx_expect_outcome_name(point->outcome));
    mx_table_text(table, point->error);
    mx_table_text(table, solution->targets[target].text);
    mx_table_number(table, is_known ? value->mean : (double)NAN);
    mx_table_number(table, is_known ? value->low : (double)NAN);
    mx_table_number(table, is_known ? value->high : (double)NAN);
    mx_table_number(table, is_known ? value->margin : (double)NAN);
    mx_table_text(table,
                  mx_expect_outcome_name(point->error == NULL ? value->outcome : MX_EXPECT_FAIL));
    mx_table_text(table, mx_interval_of(solution->is_uncertain));
    mx_table_truth(table, row->best >= 0 && point == &solution->points[row->best]);
    mx_table_end_row(table, MX_ROW_PLAIN);
}

static bool print_data(const struct mx_solution *solution,
                       const struct mx_solution_point *const *order, FILE *stream,
                       enum mx_format format)
{
    struct mx_table *table =
        mx_table_create(data_columns, sizeof data_columns / sizeof data_columns[0]);
    bool is_good;

    if (table == NULL) {
        return false;
    }
    for (size_t i = 0; i < solution->point_count; i++) {
        for (size_t t = 0; t < solution->target_count; t++) {
            add_data(table, solution, order[i], t);
        }
    }
    is_good = mx_table_print(table, stream, format, false);
    mx_table_destroy(table);
    return is_good;
}

bool mx_solution_table_print(const struct mx_solution *solution, FILE *stream,
                             enum mx_format format, bool color)
{
    const struct mx_solution_point **order = sorted(solution);
    bool is_good = order != NULL;

    if (is_good && mx_format_is_data(format)) {
        is_good = print_data(solution, order, stream, format);
    } else if (is_good) {
        print_answer(solution, stream, color);
        is_good = print_shown(solution, order, stream, format, color);
        print_notes(solution, stream);
    }
    free(order);
    return is_good;
}
