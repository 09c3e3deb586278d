// SPDX-License-Identifier: GPL-3.0-or-later
/* study_parameters.c - the section `parameters` of a study: keys, and the values they take. */
#include <math.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/study_parts.h"

#define PATHS_MAX 16
#define RANGE_COUNT_MAX 10000
#define NUMBER_MAX 1e15

static const char value_form[] = "a number, or a text such as \"2h\", \"50k\", \"0.3%\", \"500/s\"";

static void read_paths(struct mx_fields *fields, struct mx_parameter *parameter)
{
    struct mx_build *build = fields->build;
    struct mx_node *node = mx_field_need(fields, "path",
                                         "the key it sets, such as "
                                         "\"campaigns.news.window\"");
    if (node == NULL) {
        return;
    }
    bool is_alone = node->kind == MX_NODE_TEXT;
    if (!is_alone && !mx_node_expect(build, node, MX_NODE_LIST, "a key, or a list of keys")) {
        return;
    }
    size_t count = is_alone ? 1 : node->child_count;
    if (count == 0 || count > PATHS_MAX) {
        mx_complain(build, node, "%zu keys; allowed: 1 to %d", count, PATHS_MAX);
        return;
    }
    parameter->paths = mx_arena_take(build->memory, count, sizeof parameter->paths[0]);
    for (size_t i = 0; i < count; i++) {
        const struct mx_node *item = is_alone ? node : node->child[i];
        if (mx_node_expect(build, item, MX_NODE_TEXT, "a key in quotes")) {
            parameter->paths[parameter->path_count++] = mx_arena_copy(build->memory, item->text);
        }
    }
}

static bool is_quantity(const struct mx_node *node)
{
    return node->kind == MX_NODE_TEXT || node->kind == MX_NODE_NUMBER;
}

static void read_values(struct mx_build *build, const struct mx_node *list,
                        struct mx_parameter *parameter)
{
    if (list->child_count == 0) {
        mx_complain(build, list, "no value; needs at least one");
        return;
    }
    parameter->values =
        mx_arena_take(build->memory, list->child_count, sizeof parameter->values[0]);
    parameter->numbers =
        mx_arena_take(build->memory, list->child_count, sizeof parameter->numbers[0]);
    for (size_t i = 0; i < list->child_count; i++) {
        const struct mx_node *item = list->child[i];
        const char *unit = "", *text = item->kind == MX_NODE_TRUTH ? item->truth ? "true" : "false"
                                                                   : item->text;
        if (text == NULL) {
            mx_complain(build, item, "%s is %s; allowed: %s, true or false",
                        mx_node_text(&build->scratch, item), mx_node_kind_text(item->kind),
                        value_form);
            continue;
        }
        enum mx_unit_kind kind = mx_parameter_number(text, &parameter->numbers[i], &unit);
        parameter->values[i] = mx_arena_copy(build->memory, text);
        if (i == 0) {
            parameter->unit_kind = kind;
            parameter->unit = mx_arena_copy(build->memory, unit);
        }
        if (kind != parameter->unit_kind) {
            parameter->unit_kind = MX_UNIT_NONE;
        }
        for (size_t before = 0; before < i; before++) {
            if (parameter->values[before] != NULL && strcmp(parameter->values[before], text) == 0) {
                mx_complain(build, item, "\"%.60s\" is in the list twice", text);
            }
        }
    }
    parameter->value_count = (uint32_t)list->child_count;
    parameter->factor = 1;
}

/* An end of a range. false: it is none. */
static bool read_end(struct mx_fields *fields, const char *key, double *number,
                     enum mx_unit_kind *kind, const char **unit)
{
    struct mx_build *build = fields->build;
    const struct mx_node *node = mx_field(fields, key);
    if (node == NULL) {
        return false;
    }
    *kind = is_quantity(node) ? mx_parameter_number(node->text, number, unit) : MX_UNIT_NONE;
    if (*kind == MX_UNIT_NONE || !(fabs(*number) <= NUMBER_MAX)) {
        mx_complain(build, node, "%s is no end of a range; allowed: %s, up to 1e15",
                    mx_node_text(&build->scratch, node), value_form);
        return false;
    }
    return true;
}

/* Written as a whole number: no point, no exponent. */
static bool is_whole_text(const struct mx_node *node)
{
    const char *rest = node->text + strspn(node->text, "0123456789");
    return *rest == '\0' || (strchr("kMG", *rest) != NULL && rest[1] == '\0');
}

static void set_unit(struct mx_build *build, struct mx_parameter *parameter,
                     const struct mx_node *from, const struct mx_node *to, const char *unit)
{
    double one = 1;
    const char *ignored;
    parameter->unit = mx_arena_copy(build->memory, unit);
    (void)mx_parameter_number(mx_arena_format(&build->scratch, "1%s", unit), &one, &ignored);
    parameter->factor = one;
    parameter->is_whole =
        parameter->unit_kind == MX_UNIT_PLAIN && is_whole_text(from) && is_whole_text(to);
}

static bool check_range(struct mx_fields *fields, struct mx_parameter *parameter, bool has_step)
{
    struct mx_build *build = fields->build;
    const struct mx_node *group = fields->group;
    if (!(parameter->from < parameter->to)) {
        mx_complain_key(build, group, "from", "must lie below `to`");
        return false;
    }
    if (parameter->scale == MX_SCALE_LOG && !(parameter->from > 0)) {
        mx_complain_key(build, group, "scale", "\"log\" needs a `from` above 0");
        return false;
    }
    if (has_step && !(parameter->step > 0 && parameter->step <= parameter->to - parameter->from)) {
        mx_complain_key(build, group, "step", "must be larger than 0 and no larger than the range");
        return false;
    }
    if (has_step && parameter->is_whole &&
        fabs(parameter->step - floor(parameter->step + 0.5)) > 0) {
        parameter->is_whole = false;
    }
    return true;
}

/* The values of a range at `count` places, or a step apart. Equal ones, after rounding, are one. */
static void spread_range(struct mx_fields *fields, struct mx_parameter *parameter, uint32_t count)
{
    struct mx_build *build = fields->build;
    double from = parameter->from, to = parameter->to;
    if (count == 0 && parameter->step > 0 && parameter->scale == MX_SCALE_LINEAR) {
        double steps = floor((to - from) / parameter->step + 1e-9);
        if (steps >= RANGE_COUNT_MAX) {
            return; /* a range to search in; no list for a grid */
        }
        count = (uint32_t)steps + 1;
        to = from + steps * parameter->step;
    }
    if (count == 0) {
        return;
    }
    parameter->values = mx_arena_take(build->memory, count, sizeof parameter->values[0]);
    parameter->numbers = mx_arena_take(build->memory, count, sizeof parameter->numbers[0]);
    for (uint32_t i = 0; i < count; i++) {
        char text[MX_PARAMETER_TEXT_SIZE];
        double share = count > 1 ? (double)i / (count - 1) : 0;
        double at = parameter->scale == MX_SCALE_LOG ? from * pow(to / from, share)
                                                     : from + (to - from) * share;
        double number = mx_parameter_round(parameter, at, text);
        uint32_t n = parameter->value_count;
        if (n == 0 || strcmp(parameter->values[n - 1], text) != 0) {
            parameter->numbers[n] = number;
            parameter->values[n] = mx_arena_copy(build->memory, text);
            parameter->value_count++;
        }
    }
}

static void read_range(struct mx_fields *fields, struct mx_parameter *parameter)
{
    static const char *const scales[] = {"linear", "log"};
    struct mx_build *build = fields->build;
    enum mx_unit_kind kind_from = MX_UNIT_NONE, kind_to = MX_UNIT_NONE, kind_step = MX_UNIT_NONE;
    const char *unit = "", *ignored;
    int scale = MX_SCALE_LINEAR;
    uint32_t count = 0;
    mx_field_require(fields, "from", "one end of a range (or `values`, a list)");
    mx_field_require(fields, "to", "the other end of the range");
    bool good = read_end(fields, "from", &parameter->from, &kind_from, &unit);
    good &= read_end(fields, "to", &parameter->to, &kind_to, &ignored);
    bool has_step = read_end(fields, "step", &parameter->step, &kind_step, &ignored);
    (void)mx_field_count32(fields, "count", 2, RANGE_COUNT_MAX, &count);
    (void)mx_field_choice(fields, "scale", scales, MX_SCALE_COUNT, &scale);
    if (good && (kind_from != kind_to || (has_step && kind_step != kind_from))) {
        mx_complain_key(build, fields->group, "to",
                        "from, to and step must be quantities of one kind");
        good = false;
    }
    if (!good) {
        return;
    }
    parameter->unit_kind = kind_from;
    parameter->scale = (enum mx_scale)scale;
    set_unit(build, parameter, mx_node_find(fields->group, "from"),
             mx_node_find(fields->group, "to"), unit);
    if (check_range(fields, parameter, has_step)) {
        parameter->is_range = true;
        spread_range(fields, parameter, count);
    }
}

static void read_parameter(struct mx_build *build, struct mx_node *node,
                           struct mx_parameter *parameter)
{
    struct mx_fields fields;
    const char *label = node->name;
    parameter->name = mx_arena_copy(build->memory, node->name);
    parameter->unit = mx_arena_copy(build->memory, "");
    mx_fields_begin(&fields, build, node);
    if (strspn(node->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") !=
            strlen(node->name) ||
        strchr("0123456789", node->name[0]) != NULL) {
        mx_complain(build, node, "a parameter's name has letters, digits and _, a letter first");
    }
    (void)mx_name_check(build, node, node->name);
    read_paths(&fields, parameter);
    (void)mx_field_text(&fields, "label", &label);
    parameter->label = mx_arena_copy(build->memory, label);
    struct mx_node *values = mx_field(&fields, "values");
    if (values == NULL) {
        read_range(&fields, parameter);
    } else {
        static const char *const others[] = {"from", "to", "step", "count"};
        static const char *const scales[] = {"linear", "log"};
        int scale = MX_SCALE_LINEAR;
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
            if (mx_field(&fields, others[i]) != NULL) {
                mx_complain_key(build, node, others[i], "belongs to a range; `values` is a list");
            }
        }
        (void)mx_field_choice(&fields, "scale", scales, MX_SCALE_COUNT, &scale); /* of pictures */
        parameter->scale = (enum mx_scale)scale;
        if (mx_node_expect(build, values, MX_NODE_LIST, "a list of values ( 1, 2 )")) {
            read_values(build, values, parameter);
        }
    }
    mx_fields_end(&fields);
}

void mx_study_read_parameters(struct mx_fields *top, struct mx_study *study)
{
    struct mx_build *build = top->build;
    const struct mx_node *section = mx_field(top, "parameters");
    if (!mx_node_expect(build, section, MX_NODE_GROUP, "a group of named parameters")) {
        return;
    }
    if (section->child_count == 0 || section->child_count > MX_STUDY_PARAMETERS_MAX) {
        mx_complain(build, section, "%zu parameters; allowed: 1 to %u", section->child_count,
                    MX_STUDY_PARAMETERS_MAX);
        return;
    }
    study->parameters =
        mx_arena_take(build->memory, section->child_count, sizeof study->parameters[0]);
    for (size_t i = 0; i < section->child_count; i++) {
        struct mx_node *node = section->child[i];
        if (mx_node_expect(build, node, MX_NODE_GROUP, "a group { path; values; }")) {
            read_parameter(build, node, &study->parameters[study->parameter_count++]);
        }
    }
}

void mx_study_check_design(struct mx_build *build, const struct mx_study *study)
{
    const struct mx_node *section = mx_node_find(build->root, "parameters");
    bool needs_values = study->design == MX_DESIGN_GRID || study->design == MX_DESIGN_ZIP;
    uint64_t points = 1;
    if (build->source.mistakes->count > 0) {
        return; /* a parameter that could not be read has no values */
    }
    for (uint32_t i = 0; i < study->parameter_count && needs_values; i++) {
        const struct mx_parameter *parameter = &study->parameters[i];
        const struct mx_node *node = mx_node_find(section, parameter->name);
        if (parameter->value_count == 0) {
            mx_complain(build, node, "a %s needs `values`, or a range with `count` or `step`",
                        study->design == MX_DESIGN_GRID ? "grid" : "zip");
        } else if (study->design == MX_DESIGN_ZIP &&
                   parameter->value_count != study->parameters[0].value_count) {
            mx_complain(build, node, "%u values, but %s has %u: a zip takes them in step",
                        parameter->value_count, study->parameters[0].name,
                        study->parameters[0].value_count);
        } else if (study->design == MX_DESIGN_GRID) {
            points *= parameter->value_count;
        }
        if (points > MX_STUDY_POINTS_MAX) {
            mx_complain(build, section, "more than %u points; fewer values, or a latin_hypercube",
                        MX_STUDY_POINTS_MAX);
            return;
        }
    }
}
