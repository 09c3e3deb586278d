// SPDX-License-Identifier: GPL-3.0-or-later
/* search.c - see search.h: where to look next. Simulating and judging a value: search_value.c. */
#include "sim/study/search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/study/search_parts.h"

#define MATERIAL 0.5

/* ---- candidates ---- */

static int compare_numbers(const void *a, const void *b)
{
    const struct mx_listed *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

static uint64_t steps_of(const struct mx_parameter *parameter)
{
    double step = parameter->step > 0 ? parameter->step : parameter->is_whole ? 1 : 0;

    if (step > 0) {
        return (uint64_t)floor((parameter->to - parameter->from) / step + 1e-9) + 1;
    }
    return MX_REAL_CANDIDATES + 1;
}

/* Listed values in the order of their numbers. */
static bool make_candidates(struct mx_search *search)
{
    const struct mx_parameter *parameter = search->solution->parameter;

    if (parameter->is_range) {
        search->solution->candidate_count = steps_of(parameter);
        return true;
    }
    search->listed = calloc(parameter->value_count, sizeof *search->listed);
    if (search->listed == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < parameter->value_count; i++) {
        search->listed[i] = (struct mx_listed){parameter->values[i], parameter->numbers[i]};
    }
    qsort(search->listed, parameter->value_count, sizeof *search->listed, compare_numbers);
    search->solution->candidate_count = parameter->value_count;
    return true;
}

double mx_search_candidate(const struct mx_search *search, uint64_t candidate,
                           char text[MX_PARAMETER_TEXT_SIZE])
{
    const struct mx_parameter *parameter = search->solution->parameter;
    uint64_t count = search->solution->candidate_count;
    uint64_t place = search->solution->find == MX_FIND_SMALLEST ? candidate : count - 1 - candidate;
    double step = parameter->step > 0 ? parameter->step : parameter->is_whole ? 1 : 0, at;

    if (!parameter->is_range) {
        (void)snprintf(text, MX_PARAMETER_TEXT_SIZE, "%s", search->listed[place].text);
        return search->listed[place].number;
    }
    at = (double)place / (double)(count - 1);
    if (step > 0) {
        at = parameter->from + (double)place * step;
    } else if (parameter->scale == MX_SCALE_LOG) {
        at = parameter->from * pow(parameter->to / parameter->from, at);
    } else {
        at = parameter->from + at * (parameter->to - parameter->from);
    }
    return mx_parameter_round(parameter, at, text);
}

/* ---- a row ---- */

static bool passes(const struct mx_search *search, size_t point)
{
    return search->solution->points[point].outcome == MX_EXPECT_PASS;
}

/* Whether a target gets worse from the early to the late candidate, beyond chance, and by at least
 * MATERIAL of how far the early one is from the bound: a ripple far away says nothing of the
 * border. */
static bool is_worse(const struct mx_claim *claim, const struct mx_solution_value *early,
                     const struct mx_solution_value *late)
{
    bool is_floor = claim->comparison == MX_AT_LEAST || claim->comparison == MX_MORE_THAN;

    if (!early->is_known || !late->is_known) {
        return early->is_known; /* it was reached, and is no more */
    }
    return (is_floor ? late->high < early->low : late->low > early->high) &&
           fabs(late->mean - early->mean) >= MATERIAL * fabs(early->mean - claim->bound);
}

/* A value that is no valid scenario says nothing. */
static bool gets_worse(const struct mx_solution *solution, const struct mx_solution_point *early,
                       const struct mx_solution_point *late)
{
    for (size_t t = 0; t < solution->target_count; t++) {
        const struct mx_claim claim = mx_solution_claim(solution, t);

        if (early->error == NULL && late->error == NULL &&
            is_worse(&claim, &early->targets[t], &late->targets[t])) {
            return true;
        }
    }
    return false;
}

static bool is_contradicted(const struct mx_solution *solution, uint32_t row)
{
    for (size_t i = 0; i < solution->point_count; i++) {
        for (size_t j = 0; j < solution->point_count; j++) {
            const struct mx_solution_point *a = &solution->points[i], *b = &solution->points[j];

            if (a->row == row && b->row == row && a->candidate < b->candidate &&
                ((a->outcome == MX_EXPECT_PASS && b->outcome != MX_EXPECT_PASS) ||
                 gets_worse(solution, a, b))) {
                return true;
            }
        }
    }
    return false;
}

/* low does not do and high does: the border between. False: stopped or failed. */
static bool bisect(struct mx_search *search, uint32_t row, uint64_t low, uint64_t high)
{
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        size_t point;

        if (!mx_search_try(search, row, middle, &point)) {
            return false;
        }
        if (passes(search, point)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return true;
}

static uint32_t bits_of(uint64_t count)
{
    uint32_t bits = 0;

    while (count > 1) {
        count = (count + 1) / 2;
        bits++;
    }
    return bits;
}

/* Looks that the intervals must allow for: values of a bisection, times doublings of each. A scan
 * tries more; then all is judged anew. */
static void set_confidence(struct mx_search *search, uint64_t values)
{
    struct mx_solution *solution = search->solution;
    uint32_t looks = 1;

    for (uint32_t n = solution->replications_first; n < solution->replications_max; n *= 2) {
        looks++;
    }
    values *= solution->row_count * looks;
    solution->confidence_each =
        mx_bonferroni(solution->confidence, values < 1000000 ? (uint32_t)values : 1000000U);
}

/* Every candidate, or MX_SCAN_MAX of them and the border before the first that does. */
static bool scan(struct mx_search *search, uint32_t row)
{
    struct mx_solution *solution = search->solution;
    uint64_t count = solution->candidate_count;
    uint64_t spacing = count <= MX_SCAN_MAX ? 1 : (count + MX_SCAN_MAX - 2) / (MX_SCAN_MAX - 1);
    uint64_t before = 0;
    bool is_found = false;

    solution->rows[row].is_scanned = true;
    solution->rows[row].spacing = spacing;
    set_confidence(search, MX_SCAN_MAX + bits_of(count) + 3U);
    mx_search_judge_all(search);
    for (uint64_t candidate = 0; candidate < count; candidate += spacing) {
        size_t point;

        if (!mx_search_try(search, row, candidate, &point)) {
            return false;
        }
        if (!is_found && passes(search, point)) {
            is_found = true;
            if (candidate > 0 && spacing > 1 && !bisect(search, row, before, candidate)) {
                return false;
            }
        }
        before = candidate;
    }
    return true;
}

static bool search_row(struct mx_search *search, uint32_t row)
{
    struct mx_solution *solution = search->solution;
    uint64_t last = solution->candidate_count - 1;
    size_t first_point, last_point, middle_point;

    solution->rows[row].spacing = 1;
    if (!mx_search_try(search, row, last, &last_point) ||
        !mx_search_try(search, row, 0, &first_point)) {
        return false;
    }
    if (passes(search, last_point) && !passes(search, first_point)) {
        if (!bisect(search, row, 0, last)) {
            return false;
        }
    } else if (!passes(search, last_point) && last > 1 &&
               !mx_search_try(search, row, last / 2, &middle_point)) {
        return false;
    }
    return !is_contradicted(solution, row) || scan(search, row);
}

/* ---- what it came to ---- */

/* The target that a value misses by most, in units of its bound (or its own size). */
static int32_t worst_target(const struct mx_solution *solution,
                            const struct mx_solution_point *point)
{
    int32_t worst = -1;
    double worst_by = INFINITY;

    for (size_t t = 0; t < solution->target_count; t++) {
        const struct mx_solution_value *value = &point->targets[t];
        double size = fabs(mx_solution_claim(solution, t).bound);
        double by = value->is_known ? value->margin / (size > 0 ? size : 1) : -INFINITY;

        if (value->outcome != MX_EXPECT_PASS && (worst < 0 || by < worst_by)) {
            worst = (int32_t)t;
            worst_by = by;
        }
    }
    return worst;
}

static double cost_of(const struct mx_search *search, const struct mx_solution_row *row)
{
    const struct mx_study_plan *plan = &search->solution->study->plan;
    double values[MX_STUDY_PARAMETERS_MAX] = {0};

    if (!plan->has_cost || row->best < 0) {
        return NAN;
    }
    values[plan->parameter] = search->solution->points[row->best].number;
    if (plan->along >= 0) {
        values[plan->along] = row->along_number;
    }
    return mx_expression_value(&plan->cost.expression, values);
}

static void conclude_row(struct mx_search *search, uint32_t number)
{
    struct mx_solution *solution = search->solution;
    struct mx_solution_row *row = &solution->rows[number];
    int64_t nearest = -1;

    row->best = row->next = -1;
    for (size_t i = 0; i < solution->point_count; i++) {
        const struct mx_solution_point *point = &solution->points[i];

        if (point->row == number && point->outcome == MX_EXPECT_PASS &&
            (row->best < 0 || point->candidate < solution->points[row->best].candidate)) {
            row->best = (int64_t)i;
        }
    }
    for (size_t i = 0; i < solution->point_count; i++) {
        const struct mx_solution_point *point = &solution->points[i];
        bool is_before = row->best < 0 || point->candidate < solution->points[row->best].candidate;

        if (point->row == number && is_before && point->outcome != MX_EXPECT_PASS &&
            (nearest < 0 || point->candidate > solution->points[nearest].candidate)) {
            nearest = (int64_t)i;
        }
    }
    row->next = nearest;
    row->status = row->best >= 0 ? MX_SOLUTION_FOUND : MX_SOLUTION_INFEASIBLE;
    row->binding = nearest >= 0 ? worst_target(solution, &solution->points[nearest]) : -1;
    row->cost = cost_of(search, row);
}

/* The cheapest row; without costs the row whose answer is wished for most. */
static void choose_row(struct mx_solution *solution)
{
    solution->best_row = -1;
    for (size_t r = 0; r < solution->row_count; r++) {
        const struct mx_solution_row *row = &solution->rows[r], *best;

        if (row->status != MX_SOLUTION_FOUND) {
            continue;
        }
        if (solution->best_row < 0) {
            solution->best_row = (int32_t)r;
            continue;
        }
        best = &solution->rows[solution->best_row];
        if (isnan(row->cost)
                ? solution->points[row->best].candidate < solution->points[best->best].candidate
                : row->cost < best->cost) {
            solution->best_row = (int32_t)r;
        }
    }
}

/* ---- all of it ---- */

static bool search_rows(struct mx_search *search)
{
    struct mx_solution *solution = search->solution;

    set_confidence(search, bits_of(solution->candidate_count) + 3U);
    for (uint32_t r = 0; r < solution->row_count; r++) {
        if (!search_row(search, r)) {
            return false;
        }
    }
    for (size_t i = 0, point; i < solution->point_count; i++) { /* wider since a scan began */
        if (!mx_search_try(search, solution->points[i].row, solution->points[i].candidate,
                           &point)) {
            return false;
        }
    }
    for (uint32_t r = 0; r < solution->row_count; r++) {
        conclude_row(search, r);
    }
    choose_row(solution);
    return true;
}

static bool make_rows(struct mx_solution *solution)
{
    const struct mx_parameter *along = solution->along;

    solution->row_count = along != NULL ? along->value_count : 1;
    solution->rows = calloc(solution->row_count, sizeof *solution->rows);
    for (size_t r = 0; solution->rows != NULL && along != NULL && r < solution->row_count; r++) {
        solution->rows[r].along_text = along->values[r];
        solution->rows[r].along_number = along->numbers[r];
    }
    return solution->rows != NULL;
}

static struct mx_solution *make_solution(const struct mx_search_options *options)
{
    const struct mx_study *study = options->study;
    struct mx_solution *solution = calloc(1, sizeof *solution);
    uint32_t first = options->has_replications ? options->replications : study->replications;

    if (solution == NULL) {
        return NULL;
    }
    solution->study = study;
    solution->is_uncertain = options->is_uncertain;
    solution->parameter = &study->parameters[study->plan.parameter];
    solution->along = study->plan.along >= 0 ? &study->parameters[study->plan.along] : NULL;
    solution->find = study->plan.find;
    solution->confidence = study->plan.confidence;
    solution->assurance = study->plan.assurance;
    solution->seed = options->has_seed ? options->seed : study->has_seed ? study->seed : 1;
    solution->replications_first = first > 0 ? first : MX_SEARCH_REPLICATIONS;
    solution->replications_first =
        solution->replications_first > 1 ? solution->replications_first : 2;
    solution->replications_max = study->plan.replications_max > solution->replications_first
                                     ? study->plan.replications_max
                                     : solution->replications_first;
    solution->best_row = -1;
    if (!make_rows(solution)) {
        mx_solution_destroy(solution);
        return NULL;
    }
    return solution;
}

enum mx_search_status mx_search_run(const struct mx_search_options *options,
                                    struct mx_solution **solution, struct mx_mistakes *mistakes,
                                    int *error_number)
{
    struct mx_search search = {.options = options, .status = MX_SEARCH_OK};

    *error_number = 0;
    *solution = search.solution = make_solution(options);
    if (search.solution == NULL || !make_candidates(&search)) {
        search.status = MX_SEARCH_NO_MEMORY;
    } else if (mx_search_start(&search, mistakes)) {
        (void)search_rows(&search);
    }
    *error_number = search.error_number;
    mx_search_fini(&search);
    if (search.status != MX_SEARCH_OK) {
        mx_solution_destroy(*solution);
        *solution = NULL;
    }
    return search.status;
}
