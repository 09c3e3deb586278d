// SPDX-License-Identifier: GPL-3.0-or-later
/* study.c - see study.h. Parameters themselves: study_parameters.c. */
#include "sim/scenario/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/fields.h"
#include "sim/scenario/study_parts.h"

#define LATIN_POINTS 64 /* of a design that says no number */
#define REFINE_DEFAULT 5
#define POINTS_MAX 100000
#define CONFIDENCE 0.95
#define REPLICATIONS_MAX 200
#define REPLICATIONS_MAX_LEAST 30 /* of auto: as many are simulated before the first look */

struct mx_study_text mx_study_text_of(struct mx_build *build, const struct mx_node *node)
{
    struct mx_arena *memory = build->memory;
    return (struct mx_study_text){mx_arena_copy(memory, node->text),
                                  mx_arena_copy(memory, node->file), node->line,
                                  mx_arena_copy(memory, mx_node_path(&build->scratch, node))};
}

/* A list of texts; a text alone is a list of one. */
static void read_texts(struct mx_fields *fields, const char *key, struct mx_study_texts *texts)
{
    struct mx_build *build = fields->build;
    struct mx_node *node = mx_field(fields, key);
    if (node == NULL) {
        return;
    }
    bool is_alone = node->kind == MX_NODE_TEXT;
    if (!is_alone && !mx_node_expect(build, node, MX_NODE_LIST, "a list of texts ( \"...\" )")) {
        return;
    }
    size_t count = is_alone ? 1 : node->child_count;
    if (count > MX_STUDY_TEXTS_MAX) {
        mx_complain(build, node, "%zu of them; allowed: up to %u", count, MX_STUDY_TEXTS_MAX);
        return;
    }
    texts->item = mx_arena_take(build->memory, count, sizeof texts->item[0]);
    for (size_t i = 0; i < count; i++) {
        struct mx_node *item = is_alone ? node : node->child[i];
        if (mx_node_expect(build, item, MX_NODE_TEXT, "text in quotes")) {
            texts->item[texts->count++] = mx_study_text_of(build, item);
        }
    }
}

/* ( "PATH=VALUE", ... ) */
static void read_set(struct mx_fields *fields, struct mx_study *study)
{
    struct mx_build *build = fields->build;
    const struct mx_reader_options *options = build->options;
    struct mx_study_texts texts = {0, NULL};
    read_texts(fields, "set", &texts);
    study->overrides = mx_arena_take(build->memory, texts.count + options->override_count,
                                     sizeof study->overrides[0]);
    for (uint32_t i = 0; i < texts.count; i++) {
        const struct mx_study_text *text = &texts.item[i];
        char *path = mx_arena_copy(build->memory, text->text), *equals = strchr(path, '=');
        if (equals == NULL || equals == path) {
            mx_mistakes_add(build->source.mistakes, text->file, text->line, text->key,
                            "\"%.100s\" is not PATH=VALUE, such as \"campaigns.news.window=2h\"",
                            text->text);
            continue;
        }
        *equals = '\0';
        study->overrides[study->override_count++] = (struct mx_override){path, equals + 1};
    }
    for (size_t i = 0; i < options->override_count; i++) {
        const struct mx_override *override = &options->overrides[i];
        study->overrides[study->override_count++] =
            (struct mx_override){mx_arena_copy(build->memory, override->path),
                                 mx_arena_copy(build->memory, override->value)};
        mx_digest_add(build->source.digest, override->path, strlen(override->path));
        mx_digest_add(build->source.digest, override->value, strlen(override->value));
    }
}

static void read_replications(struct mx_fields *fields, struct mx_study *study)
{
    struct mx_build *build = fields->build;
    const struct mx_node *node = mx_field(fields, "replications");
    read_texts(fields, "precision", &study->precision);
    (void)mx_field_count32(fields, "replications_max", REPLICATIONS_MAX_LEAST, MX_REPLICATIONS_MAX,
                           &study->replications_max);
    if (node != NULL && node->kind == MX_NODE_TEXT && strcmp(node->text, "auto") == 0) {
        study->has_replications = study->replications_auto = true;
        if (study->precision.count == 0) {
            mx_complain(build, node, "\"auto\" needs precision = ( \"METRIC:HALF-WIDTH\" )");
        }
        return;
    }
    uint64_t count = 0;
    if (mx_node_count(build, node, 1, MX_REPLICATIONS_MAX, &count)) {
        study->has_replications = true;
        study->replications = (uint32_t)count;
    }
    if (study->precision.count > 0) {
        mx_mistakes_add(build->source.mistakes, study->precision.item[0].file,
                        study->precision.item[0].line, "precision",
                        "goes with replications = \"auto\"");
    }
    if (study->replications_max > 0) {
        mx_complain_key(build, fields->group, "replications_max",
                        "goes with replications = \"auto\"");
    }
}

static void read_confidence(struct mx_fields *fields, double *confidence)
{
    const struct mx_node *node = mx_field(fields, "confidence");
    double share = CONFIDENCE;
    if (mx_field_share(fields, "confidence", &share)) {
        if (share < 0.5 || share > 0.9999) {
            mx_complain(fields->build, node, "%s is out of range; allowed: 50%% to 99.99%%",
                        mx_node_text(&fields->build->scratch, node));
            share = CONFIDENCE;
        }
    }
    *confidence = share;
}

static void read_design(struct mx_fields *top, struct mx_study *study)
{
    static const char *const kinds[] = {"grid", "zip", "latin_hypercube", "sobol"};
    struct mx_fields fields;
    struct mx_node *node = mx_field(top, "design");
    int kind = MX_DESIGN_GRID;
    uint64_t points = LATIN_POINTS;
    if (node != NULL && node->kind == MX_NODE_TEXT) { /* design = "zip" */
        mx_fields_begin(&fields, top->build, NULL);
        (void)mx_node_choice(top->build, node, kinds, MX_DESIGN_KIND_COUNT, &kind);
    } else {
        mx_fields_begin(&fields, top->build, node);
        (void)mx_field_choice(&fields, "kind", kinds, MX_DESIGN_KIND_COUNT, &kind);
        if (mx_field_count(&fields, "points", 1, MX_STUDY_POINTS_MAX, &points) &&
            (kind == MX_DESIGN_GRID || kind == MX_DESIGN_ZIP)) {
            mx_complain_key(top->build, fields.group, "points",
                            "belongs to latin_hypercube and sobol; a %s has as many points as its "
                            "parameters have values",
                            kinds[kind]);
        }
        mx_fields_end(&fields);
    }
    study->design = (enum mx_design_kind)kind;
    study->design_points = (uint32_t)points;
}

static const char **parameter_names(struct mx_build *build, const struct mx_study *study)
{
    const char **names = mx_arena_take(&build->scratch, study->parameter_count, sizeof *names);
    for (uint32_t i = 0; i < study->parameter_count; i++) {
        names[i] = study->parameters[i].name;
    }
    return names;
}

/* Every operand must be a number at every value of it. */
static bool check_operands(struct mx_build *build, const struct mx_study *study,
                           const struct mx_study_constraint *constraint)
{
    for (size_t i = 0; i < constraint->expression.step_count; i++) {
        const struct mx_step *step = &constraint->expression.steps[i];
        const struct mx_parameter *parameter = &study->parameters[step->index];
        if (step->kind == MX_STEP_NAME && parameter->unit_kind == MX_UNIT_NONE) {
            mx_mistakes_add(build->source.mistakes, constraint->text.file, constraint->text.line,
                            constraint->text.key, "the values of %s are not all numbers",
                            parameter->name);
            return false;
        }
    }
    return true;
}

static bool read_expression(struct mx_build *build, const struct mx_study *study,
                            const struct mx_study_text *text, bool is_comparison,
                            struct mx_study_constraint *constraint)
{
    char error[300];
    constraint->text = *text;
    bool good =
        mx_expression_parse(&constraint->expression, text->text, parameter_names(build, study),
                            study->parameter_count, error, sizeof error);
    if (good && constraint->expression.is_comparison != is_comparison) {
        good = false;
        (void)snprintf(error, sizeof error, "%s",
                       is_comparison ? "compares nothing; allowed: such as \"ips * 2 <= window\""
                                     : "a comparison is no cost; allowed: such as \"ips * 40\"");
    }
    if (!good) {
        mx_mistakes_add(build->source.mistakes, text->file, text->line, text->key, "%s", error);
    }
    return good && check_operands(build, study, constraint);
}

static void read_constraints(struct mx_fields *top, struct mx_study *study)
{
    struct mx_study_texts texts = {0, NULL};
    read_texts(top, "constraints", &texts);
    study->constraints =
        mx_arena_take(top->build->memory, texts.count, sizeof study->constraints[0]);
    for (uint32_t i = 0; i < texts.count; i++) {
        study->constraint_count += read_expression(top->build, study, &texts.item[i], true,
                                                   &study->constraints[study->constraint_count]);
    }
}

static void read_parameter_name(struct mx_fields *fields, const struct mx_study *study,
                                const char *key, int32_t *index)
{
    int choice = 0;
    if (mx_field_choice(fields, key, parameter_names(fields->build, study), study->parameter_count,
                        &choice)) {
        *index = choice;
    }
}

static void check_plan(struct mx_fields *fields, const struct mx_study *study)
{
    struct mx_build *build = fields->build;
    const struct mx_study_plan *plan = &study->plan;
    const struct mx_parameter *sought = &study->parameters[plan->parameter];
    if (plan->targets.count == 0 && mx_node_find(fields->group, "targets") != NULL) {
        mx_complain_key(build, fields->group, "targets", "needs at least one");
    }
    if (sought->unit_kind == MX_UNIT_NONE) {
        mx_complain_key(build, fields->group, "parameter",
                        "the values of %s are not all numbers: there is no smallest or largest",
                        sought->name);
    }
    if (plan->along == (int32_t)plan->parameter) {
        mx_complain_key(build, fields->group, "along", "is the parameter sought itself");
    } else if (plan->along >= 0 && study->parameters[plan->along].value_count == 0) {
        mx_complain_key(build, fields->group, "along", "%s needs values, or a range with count",
                        study->parameters[plan->along].name);
    }
    for (uint32_t i = 0; i < study->parameter_count; i++) {
        if (i != plan->parameter && (int32_t)i != plan->along) {
            mx_complain_key(build, fields->group, "parameter",
                            "%s is a parameter too: a plan seeks one, along at most one other "
                            "(along = \"%s\"); fixed values go to `set`",
                            study->parameters[i].name, study->parameters[i].name);
        }
    }
}

static void read_plan(struct mx_fields *top, struct mx_study *study)
{
    static const char *const finds[] = {"smallest", "largest"};
    struct mx_study_plan *plan = &study->plan;
    struct mx_fields fields;
    struct mx_node *node = mx_field(top, "plan");
    int find = MX_FIND_SMALLEST;
    int32_t parameter = 0;
    const char *cost = NULL;
    *plan = (struct mx_study_plan){.along = -1, .confidence = CONFIDENCE};
    if (node == NULL) {
        return;
    }
    plan->is_given = true;
    plan->replications_max = REPLICATIONS_MAX;
    mx_fields_begin(&fields, top->build, node);
    mx_field_require(&fields, "find", "\"smallest\" or \"largest\"");
    (void)mx_field_choice(&fields, "find", finds, MX_FIND_COUNT, &find);
    plan->find = (enum mx_find)find;
    read_parameter_name(&fields, study, "parameter", &parameter);
    plan->parameter = (uint32_t)parameter;
    read_parameter_name(&fields, study, "along", &plan->along);
    mx_field_require(&fields, "targets", "a list of texts such as \"delivered_rate >= 0.99\"");
    read_texts(&fields, "targets", &plan->targets);
    read_confidence(&fields, &plan->confidence);
    (void)mx_field_count32(&fields, "replications_max", 2, MX_REPLICATIONS_MAX,
                           &plan->replications_max);
    if (mx_field_text(&fields, "cost", &cost)) {
        struct mx_study_text text =
            mx_study_text_of(top->build, mx_node_find(fields.group, "cost"));
        plan->has_cost = read_expression(top->build, study, &text, false, &plan->cost);
    }
    mx_fields_end(&fields);
    if (study->parameter_count > 0) {
        check_plan(&fields, study);
    }
}

static void read_sensitivity(struct mx_fields *top, struct mx_study *study)
{
    static const char *const methods[] = {"one_at_a_time", "morris", "sobol"};
    struct mx_study_sensitivity *sensitivity = &study->sensitivity;
    struct mx_fields fields;
    struct mx_node *node = mx_field(top, "sensitivity");
    int method = MX_METHOD_MORRIS;
    *sensitivity = (struct mx_study_sensitivity){.method = MX_METHOD_MORRIS,
                                                 .assumed = study->parameter_count == 0,
                                                 .group_by = MX_GROUP_BY_AUTO,
                                                 .refine = REFINE_DEFAULT,
                                                 .confidence = CONFIDENCE};
    if (node == NULL) {
        return;
    }
    sensitivity->is_given = true;
    mx_fields_begin(&fields, top->build, node);
    (void)mx_field_choice(&fields, "method", methods, MX_SENSITIVITY_METHOD_COUNT, &method);
    (void)mx_field_truth(&fields, "assumed", &sensitivity->assumed);
    (void)mx_field_count32(&fields, "points", 2, POINTS_MAX, &sensitivity->points);
    (void)mx_field_count32(&fields, "group_by", 0, 20, &sensitivity->group_by);
    (void)mx_field_count32(&fields, "refine", 0, 1000, &sensitivity->refine);
    read_texts(&fields, "only", &sensitivity->only);
    if (!sensitivity->assumed && study->parameter_count == 0) {
        mx_complain_key(top->build, node, "assumed",
                        "false, and there are no parameters: nothing is left to vary");
    }
    read_confidence(&fields, &sensitivity->confidence);
    mx_fields_end(&fields);
    sensitivity->method = (enum mx_sensitivity_method)method;
}

static void check_needs(struct mx_build *build, const struct mx_study *study,
                        enum mx_study_kind kind)
{
    if (kind != MX_STUDY_SENSITIVITY && mx_node_find(build->root, "parameters") == NULL) {
        mx_complain_key(build, build->root, "parameters",
                        "missing: needs a group of at least one parameter");
    }
    if (kind == MX_STUDY_PLAN && !study->plan.is_given) {
        mx_complain_key(build, build->root, "plan",
                        "missing: needs a group { find = \"smallest\"; targets = ( ... ); }");
    }
    if (kind != MX_STUDY_SWEEP && study->replications_auto) {
        mx_complain_key(build, build->root, "replications",
                        kind == MX_STUDY_PLAN
                            ? "a plan adds replications by itself, until its targets are decided: "
                              "allowed is the number to begin with"
                            : "a sensitivity study takes a number, the same at every point");
    }
    if (kind == MX_STUDY_SWEEP) {
        mx_study_check_design(build, study);
    }
}

/* "ips-needed" of "scenarios/studies/ips-needed.cfg" */
static char *name_of(struct mx_build *build, const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash != NULL ? slash + 1 : file;
    size_t size = strlen(name);
    size -= size > 4 && strcmp(name + size - 4, ".cfg") == 0 ? 4 : 0;
    return mx_arena_copy_part(build->memory, name, size);
}

static void load_inside(struct mx_build *build, struct mx_study *study, enum mx_study_kind kind)
{
    struct mx_fields top;
    const char *scenario = "", *title;
    build->root = mx_document_read(&build->source, build->file, 0);
    if (build->root == NULL) {
        return;
    }
    study->file = mx_arena_copy(build->memory, build->file);
    study->name = name_of(build, build->file);
    title = study->name;
    mx_fields_begin(&top, build, build->root);
    mx_field_require(&top, "scenario", "the scenario's file, seen from here");
    (void)mx_field_text(&top, "scenario", &scenario);
    study->scenario =
        mx_arena_copy(build->memory, mx_path_beside(&build->scratch, build->file, scenario));
    (void)mx_field_text(&top, "title", &title);
    study->title = mx_arena_copy(build->memory, title);
    read_set(&top, study);
    read_replications(&top, study);
    study->has_seed = mx_field_count(&top, "seed", 0, MX_SEED_MAX, &study->seed);
    mx_study_read_parameters(&top, study);
    read_design(&top, study);
    read_constraints(&top, study);
    read_texts(&top, "metrics", &study->metrics);
    read_texts(&top, "expect", &study->expect);
    read_plan(&top, study);
    read_sensitivity(&top, study);
    mx_fields_end(&top);
    check_needs(build, study, kind);
    mx_digest_put(build->source.digest, study->sha256);
}

struct mx_study *mx_study_load(const char *file, const struct mx_reader_options *options,
                               enum mx_study_kind kind, struct mx_mistakes *mistakes)
{
    size_t before = mistakes->count;
    struct mx_build *build = mx_build_create(file, options, mistakes);
    struct mx_study *study = calloc(1, sizeof *study);
    if (build == NULL || study == NULL || setjmp(build->no_memory) != 0) {
        mx_mistakes_add(mistakes, file, 0, "", "out of memory");
    } else {
        load_inside(build, study, kind);
    }
    if (build != NULL) {
        struct mx_plan *plan = build->plan;
        if (study != NULL) {
            study->memory = build->memory; /* the plan keeps nothing */
            plan->memory = NULL;
        }
        mx_build_destroy(build);
        mx_plan_destroy(plan);
    }
    if (mistakes->count > before || mistakes->is_memory_out || build == NULL) {
        mx_study_destroy(study);
        return NULL;
    }
    return study;
}

void mx_study_destroy(struct mx_study *study)
{
    if (study != NULL) {
        if (study->memory != NULL) {
            mx_arena_fini(study->memory);
            free(study->memory);
        }
        free(study);
    }
}
