// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_study_plan.c - the picture of an answer: what each value tried gave, target by target. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim/result/plot_study_parts.h"
#include "sim/result/study_figure.h"
#include "sim/stats/metric_name.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

static double number_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static enum mx_figure_mark mark_of(const char *outcome)
{
    return strcmp(outcome, "pass") == 0   ? MX_MARK_MET
           : strcmp(outcome, "fail") == 0 ? MX_MARK_MISSED
                                          : MX_MARK_UNSURE;
}

static int compare_points(const void *a, const void *b)
{
    const struct mx_figure_point *x = a, *y = b;

    return (x->x > y->x) - (x->x < y->x);
}

/* Points of one row at one target, sorted. */
static bool fill_series(const json_t *root, size_t row, size_t target,
                        struct mx_figure_series *series)
{
    const json_t *points = json_object_get(root, "points");

    series->points = calloc(json_array_size(points) + 1, sizeof *series->points);
    for (size_t i = 0; series->points != NULL && i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        const json_t *value = json_array_get(json_object_get(point, "targets"), target);
        const json_t *interval = json_object_get(value, "interval");

        if ((size_t)json_integer_value(json_object_get(point, "row")) == row) {
            series->points[series->point_count++] = (struct mx_figure_point){
                .x = number_of(json_object_get(point, "number")),
                .y = number_of(json_object_get(value, "mean")),
                .low = number_of(json_array_get(interval, 0)),
                .high = number_of(json_array_get(interval, 1)),
                .mark = mark_of(value != NULL ? text_of(value, "outcome") : "fail")};
        }
    }
    if (series->points != NULL) {
        qsort(series->points, series->point_count, sizeof *series->points, compare_points);
    }
    return series->points != NULL;
}

static bool fill_panel(const json_t *root, size_t target, struct mx_figure_panel *panel)
{
    const json_t *item = json_array_get(json_object_get(root, "targets"), target);
    const json_t *rows = json_object_get(root, "rows");
    const json_t *assurance = json_object_get(root, "assurance");
    bool good = true;

    if (json_is_number(assurance)) {
        (void)snprintf(panel->title, sizeof panel->title, "share of outcomes with %s",
                       text_of(item, "text"));
        (void)snprintf(panel->metric, sizeof panel->metric, MX_SHARE_MET);
        (void)snprintf(panel->comparison, sizeof panel->comparison, ">=");
        panel->threshold = json_number_value(assurance);
    } else {
        (void)snprintf(panel->metric, sizeof panel->metric, "%s", text_of(item, "metric"));
        (void)snprintf(panel->comparison, sizeof panel->comparison, "%.3s",
                       text_of(item, "comparison"));
        panel->threshold = number_of(json_object_get(item, "bound"));
    }
    for (size_t r = 0; good && r < json_array_size(rows) && r < MX_FIGURE_SERIES_MAX; r++) {
        struct mx_figure_series *series = &panel->series[panel->series_count++];

        if (json_array_size(rows) > 1) {
            series->label =
                mx_plot_text_format("%s %s", text_of(json_object_get(root, "along"), "name"),
                                    text_of(json_array_get(rows, r), "along"));
        }
        good = fill_series(root, r, target, series);
    }
    return good;
}

/* A tick a value tried, each once. */
static bool fill_axis(const json_t *root, struct mx_figure_axis *axis)
{
    const json_t *points = json_object_get(root, "points");
    const json_t *parameter = json_object_get(root, "parameter");
    size_t count = json_array_size(points);

    axis->title = mx_plot_text_clean(text_of(parameter, "label"));
    axis->is_log = strcmp(text_of(parameter, "scale"), "log") == 0;
    axis->at = calloc(count + 1, sizeof *axis->at);
    axis->texts = calloc(count + 1, sizeof *axis->texts);
    for (size_t i = 0; axis->at != NULL && axis->texts != NULL && i < count; i++) {
        const json_t *point = json_array_get(points, i);
        double number = number_of(json_object_get(point, "number"));
        size_t place = axis->tick_count;

        while (place > 0 && axis->at[place - 1] > number) {
            place--;
        }
        if (place > 0 && !(axis->at[place - 1] < number)) {
            continue;
        }
        for (size_t k = axis->tick_count; k > place; k--) {
            axis->at[k] = axis->at[k - 1];
            axis->texts[k] = axis->texts[k - 1];
        }
        axis->at[place] = number;
        axis->texts[place] = mx_plot_text_clean(text_of(point, "value"));
        axis->tick_count++;
    }
    return axis->at != NULL && axis->texts != NULL && axis->tick_count > 0;
}

/* Which targets are drawn: the first ones, and in place of the last of them the one in the way. */
static size_t choose_targets(const json_t *root, size_t chosen[MX_FIGURE_PANELS_MAX])
{
    const json_t *targets = json_object_get(root, "targets");
    const char *binding = text_of(json_object_get(root, "answer"), "binding");
    size_t count = json_array_size(targets), shown;

    shown = count < MX_FIGURE_PANELS_MAX ? count : MX_FIGURE_PANELS_MAX;
    for (size_t t = 0; t < shown; t++) {
        chosen[t] = t;
    }
    for (size_t t = shown; t < count; t++) {
        if (strcmp(text_of(json_array_get(targets, t), "text"), binding) == 0) {
            chosen[shown - 1] = t;
        }
    }
    return shown;
}

/* " Not drawn: pending <= 5, ..." or "". */
static struct mx_plot_text name_hidden(const json_t *root, const size_t *chosen, size_t shown)
{
    const json_t *targets = json_object_get(root, "targets");
    struct mx_plot_text text = mx_plot_text_clean("");

    for (size_t t = 0, hidden = 0; t < json_array_size(targets); t++) {
        bool is_drawn = false;

        for (size_t i = 0; i < shown; i++) {
            is_drawn = is_drawn || chosen[i] == t;
        }
        if (!is_drawn) {
            text = mx_plot_text_format("%s%s%.60s", text.s, hidden++ > 0 ? ", " : "  Not drawn: ",
                                       text_of(json_array_get(targets, t), "text"));
        }
    }
    return text;
}

static void fill_head(const json_t *root, struct mx_figure *figure, const char *hidden)
{
    const json_t *answer = json_object_get(root, "answer"), *study = json_object_get(root, "study");
    double each = 100 * number_of(json_object_get(root, "confidence_each"));

    figure->headline = mx_plot_text_clean(text_of(answer, "text"));
    figure->line1 = mx_plot_text_format("%.120s%s", text_of(study, "title"), hidden);
    if (json_is_number(json_object_get(root, "assurance"))) {
        figure->line1 = mx_plot_text_format(
            "%.120s In at least %.4g %% of outcomes.%s", text_of(study, "title"),
            100 * json_number_value(json_object_get(root, "assurance")), hidden);
    }
    figure->line2 = mx_plot_text_format(
        "%s and %.4g %% interval (%.60s; all together %.4g %%). Green: shown to meet the "
        "target, orange: does not.",
        json_is_number(json_object_get(root, "assurance")) ? "Share" : "Mean", each,
        text_of(root, "interval_of"), 100 * number_of(json_object_get(root, "confidence")));
    figure->x_marked = number_of(json_object_get(answer, "number"));
}

static int compose(struct mx_plot_picture *picture, const char *file, const json_t *root)
{
    struct mx_figure figure = {.x_marked = NAN, .has_outcomes = true};
    size_t chosen[MX_FIGURE_PANELS_MAX], shown = choose_targets(root, chosen);
    bool good = fill_axis(root, &figure.x);

    fill_head(root, &figure, name_hidden(root, chosen, shown).s);
    for (size_t t = 0; good && t < shown; t++) {
        good = fill_panel(root, chosen[t], &figure.panels[figure.panel_count++]);
    }
    good = good && figure.panel_count > 0;
    if (good) {
        picture->name =
            mx_plot_text_format("study %s", text_of(json_object_get(root, "study"), "name"));
        mx_figure_draw(picture, &figure);
    }
    mx_figure_fini(&figure);
    return good ? 0
                : mx_plot_fail(picture->error, MX_EXIT_INVALID, "%s: nothing in it can be drawn",
                               file);
}

int mx_plot_plan(struct mx_plot_picture *picture, const char *file,
                 const struct mx_plot_request *request)
{
    json_error_t why;
    json_t *root = json_load_file(file, 0, &why);
    int code;

    (void)request; /* nothing to choose */
    if (root == NULL) {
        return mx_plot_fail(picture->error, MX_EXIT_INVALID, "%s:%d: %s", file, why.line, why.text);
    }
    code = strcmp(text_of(root, "kind"), "plan") == 0
               ? compose(picture, file, root)
               : mx_plot_fail(picture->error, MX_EXIT_INVALID,
                              "%s: it holds no answer of `mxsim plan`", file);
    json_decref(root);
    return code;
}
