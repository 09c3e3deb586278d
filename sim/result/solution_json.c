// SPDX-License-Identifier: GPL-3.0-or-later
/* solution_json.c - see solution_json.h. */
#include "sim/stats/interval.h"
#include "sim/result/solution_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/version.h"
#include "sim/result/json_text.h"

static const char *const find_names[MX_FIND_COUNT] = {"smallest", "largest"};
static const char *const comparison_texts[MX_COMPARISON_COUNT] = {
    [MX_AT_LEAST] = ">=", [MX_AT_MOST] = "<=", [MX_MORE_THAN] = ">", [MX_LESS_THAN] = "<"};

static void ends_of(const struct mx_parameter *parameter, const char **from, const char **to,
                    char buffers[2][MX_PARAMETER_TEXT_SIZE])
{
    if (parameter->is_range) {
        (void)mx_parameter_round(parameter, parameter->from, buffers[0]);
        (void)mx_parameter_round(parameter, parameter->to, buffers[1]);
        *from = buffers[0];
        *to = buffers[1];
    } else {
        *from = parameter->values[0];
        *to = parameter->values[parameter->value_count - 1];
    }
}

void mx_solution_promise(const struct mx_solution *solution, char text[MX_SOLUTION_PROMISE_SIZE])
{
    const char *of = mx_interval_of(solution->is_uncertain);

    if (solution->assurance > 0) {
        (void)snprintf(text, MX_SOLUTION_PROMISE_SIZE,
                       "each target is met in at least %.4g %% of the outcomes of %s",
                       100 * solution->assurance, of);
    } else {
        (void)snprintf(text, MX_SOLUTION_PROMISE_SIZE,
                       "each target is met on average over %s, not in each outcome", of);
    }
}

void mx_solution_sentence(const struct mx_solution *solution, size_t number,
                          char text[MX_SOLUTION_TEXT_SIZE])
{
    const struct mx_solution_row *row = &solution->rows[number];
    const char *label = solution->parameter->label, *from, *to;
    const char *targets = solution->target_count == 1 ? "the target" : "all targets";
    char buffers[2][MX_PARAMETER_TEXT_SIZE], along[200] = "";

    ends_of(solution->parameter, &from, &to, buffers);
    if (row->along_text != NULL) {
        (void)snprintf(along, sizeof along, "%.80s %.60s: ", solution->along->label,
                       row->along_text);
    }
    if (row->status == MX_SOLUTION_FOUND) {
        (void)snprintf(text, MX_SOLUTION_TEXT_SIZE,
                       "%s%.80s: %s is the %s of %.60s to %.60s that "
                       "meets %s",
                       along, label, solution->points[row->best].text, find_names[solution->find],
                       from, to, targets);
    } else if (row->binding >= 0) {
        (void)snprintf(text, MX_SOLUTION_TEXT_SIZE,
                       "%s%.80s: no value from %.60s to %.60s meets %s; in the way: %.150s", along,
                       label, from, to, targets, solution->targets[row->binding].text);
    } else {
        (void)snprintf(text, MX_SOLUTION_TEXT_SIZE,
                       "%s%.80s: no value from %.60s to %.60s is a valid scenario", along, label,
                       from, to);
    }
}

static json_t *parameter_json(const struct mx_parameter *parameter)
{
    json_t *paths = json_array();

    if (parameter == NULL) {
        json_decref(paths);
        return json_null();
    }
    for (uint32_t i = 0; paths != NULL && i < parameter->path_count; i++) {
        (void)json_array_append_new(paths, mx_json_text(parameter->paths[i]));
    }
    return json_pack("{s:o, s:o, s:o, s:s, s:o}", "name", mx_json_text(parameter->name), "label",
                     mx_json_text(parameter->label), "unit", mx_json_text(parameter->unit), "scale",
                     parameter->scale == MX_SCALE_LOG ? "log" : "linear", "paths", paths);
}

static json_t *targets_json(const struct mx_solution *solution)
{
    json_t *list = json_array();

    for (size_t t = 0; list != NULL && t < solution->target_count; t++) {
        const struct mx_solution_target *target = &solution->targets[t];

        (void)json_array_append_new(
            list, json_pack("{s:o, s:o, s:s, s:f}", "text", mx_json_text(target->text), "metric",
                            mx_json_text(target->metric), "comparison",
                            comparison_texts[target->expectation.comparison], "bound",
                            target->expectation.bound));
    }
    return list;
}

static json_t *values_json(const struct mx_solution *solution,
                           const struct mx_solution_point *point)
{
    json_t *list = json_array();

    for (size_t t = 0; list != NULL && point->error == NULL && t < solution->target_count; t++) {
        const struct mx_solution_value *value = &point->targets[t];

        (void)json_array_append_new(
            list, json_pack("{s:o, s:[o, o], s:o, s:s}", "mean", mx_json_finite(value->mean),
                            "interval", mx_json_finite(value->low), mx_json_finite(value->high),
                            "margin", mx_json_finite(value->margin), "outcome",
                            mx_expect_outcome_name(value->outcome)));
    }
    return list;
}

static json_t *points_json(const struct mx_solution *solution)
{
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < solution->point_count; i++) {
        const struct mx_solution_point *point = &solution->points[i];

        (void)json_array_append_new(
            list, json_pack("{s:I, s:o, s:f, s:I, s:s, s:o, s:o}", "row", (json_int_t)point->row,
                            "value", mx_json_text(point->text), "number", point->number,
                            "replications", (json_int_t)point->replications, "outcome",
                            mx_expect_outcome_name(point->outcome), "error",
                            point->error != NULL ? mx_json_text(point->error) : json_null(),
                            "targets", values_json(solution, point)));
    }
    return list;
}

static json_t *point_text(const struct mx_solution *solution, int64_t point)
{
    return point >= 0 ? mx_json_text(solution->points[point].text) : json_null();
}

static json_t *row_json(const struct mx_solution *solution, size_t number)
{
    const struct mx_solution_row *row = &solution->rows[number];
    char sentence[MX_SOLUTION_TEXT_SIZE];

    mx_solution_sentence(solution, number, sentence);
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o}", "along",
        row->along_text != NULL ? mx_json_text(row->along_text) : json_null(), "along_number",
        row->along_text != NULL ? mx_json_finite(row->along_number) : json_null(), "status",
        row->status == MX_SOLUTION_FOUND ? "found" : "infeasible", "value",
        point_text(solution, row->best), "number",
        row->best >= 0 ? json_real(solution->points[row->best].number) : json_null(), "next",
        point_text(solution, row->next), "binding",
        row->binding >= 0 ? mx_json_text(solution->targets[row->binding].text) : json_null(),
        "search", row->is_scanned ? "scan" : "bisection", "spacing", (json_int_t)row->spacing,
        "cost", mx_json_finite(row->cost), "text", mx_json_text(sentence));
}

static json_t *rows_json(const struct mx_solution *solution)
{
    json_t *list = json_array();

    for (size_t r = 0; list != NULL && r < solution->row_count; r++) {
        (void)json_array_append_new(list, row_json(solution, r));
    }
    return list;
}

static json_t *tree_of(const struct mx_solution *solution, const char *command)
{
    const struct mx_study *study = solution->study;
    json_t *root = json_object();
    size_t best = solution->best_row >= 0 ? (size_t)solution->best_row : 0;
    char promise[MX_SOLUTION_PROMISE_SIZE];
    bool is_made;

    mx_solution_promise(solution, promise);
    is_made =
        root != NULL &&
        mx_json_put(root, "mxsim",
                    json_pack("{s:s, s:s}", "version", mx_version(), "commit", mx_commit())) &&
        mx_json_put(root, "kind", json_string("plan")) &&
        mx_json_put(root, "command", mx_json_text(command)) &&
        mx_json_put(root, "study",
                    json_pack("{s:o, s:o, s:o, s:s}", "name", mx_json_text(study->name), "title",
                              mx_json_text(study->title), "file", mx_json_text(study->file),
                              "sha256", study->sha256)) &&
        mx_json_put(root, "scenario",
                    json_pack("{s:o, s:s}", "file", mx_json_text(study->scenario), "sha256",
                              solution->scenario_sha256)) &&
        mx_json_put(root, "seed", json_integer((json_int_t)solution->seed)) &&
        mx_json_put(root, "find", json_string(find_names[solution->find])) &&
        mx_json_put(root, "parameter", parameter_json(solution->parameter)) &&
        mx_json_put(root, "along", parameter_json(solution->along)) &&
        mx_json_put(root, "candidates", json_integer((json_int_t)solution->candidate_count)) &&
        mx_json_put(root, "confidence", json_real(solution->confidence)) &&
        mx_json_put(root, "confidence_each", json_real(solution->confidence_each)) &&
        mx_json_put(root, "assurance",
                    solution->assurance > 0 ? json_real(solution->assurance) : json_null()) &&
        mx_json_put(root, "promise", json_string(promise)) &&
        mx_json_put(root, "interval_of", json_string(mx_interval_of(solution->is_uncertain))) &&
        mx_json_put(root, "replications_first", json_integer(solution->replications_first)) &&
        mx_json_put(root, "replications_max", json_integer(solution->replications_max)) &&
        mx_json_put(root, "targets", targets_json(solution)) &&
        mx_json_put(root, "points", points_json(solution)) &&
        mx_json_put(root, "rows", rows_json(solution)) &&
        mx_json_put(root, "answer", row_json(solution, best));

    if (!is_made) {
        json_decref(root);
        return NULL;
    }
    return root;
}

char *mx_solution_json(const struct mx_solution *solution, const char *command)
{
    json_t *root = tree_of(solution, command);
    char *text = mx_json_print(root);

    json_decref(root);
    return text;
}
