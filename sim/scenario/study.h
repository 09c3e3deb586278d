// SPDX-License-Identifier: GPL-3.0-or-later
/* study.h - a study file: a scenario, what of it is varied, and what is asked of the results.
 *
 * Read as strictly as a scenario, by the same machinery; its keys are in scenarios/README.md. What
 * needs the scenario itself (whether a path or a metric exists) is checked by who loads it, with
 * the place that mx_study_text keeps. */
#ifndef MX_STUDY_H
#define MX_STUDY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/scenario/expression.h"
#include "sim/scenario/parameter.h"
#include "sim/scenario/reader.h"

/* What a command does with the file: which sections it must have. */
enum mx_study_kind { MX_STUDY_SWEEP, MX_STUDY_PLAN, MX_STUDY_SENSITIVITY, MX_STUDY_KIND_COUNT };

enum mx_design_kind {
    MX_DESIGN_GRID,
    MX_DESIGN_ZIP,
    MX_DESIGN_LATIN_HYPERCUBE,
    MX_DESIGN_SOBOL,
    MX_DESIGN_KIND_COUNT
};

enum mx_find { MX_FIND_SMALLEST, MX_FIND_LARGEST, MX_FIND_COUNT };

enum mx_sensitivity_method {
    MX_METHOD_ONE_AT_A_TIME, /* each factor at both its ends, nothing else */
    MX_METHOD_MORRIS,
    MX_METHOD_SOBOL,
    MX_SENSITIVITY_METHOD_COUNT
};

#define MX_STUDY_PARAMETERS_MAX 32U
#define MX_STUDY_TEXTS_MAX 64U
#define MX_STUDY_POINTS_MAX 1000000U

/* A text with its place, for mistakes that show later. key: "metrics[1]". */
struct mx_study_text {
    char *text;
    char *file;
    int line;
    char *key;
};

struct mx_study_texts {
    uint32_t count;
    struct mx_study_text *item;
};

struct mx_study_constraint {
    struct mx_study_text text;
    struct mx_expression expression; /* over parameters, by their index */
};

/* parameter: sought; along: another one, at each of whose values the answer is sought, or -1.
 * cost: of (parameter, along), the least of which is the best answer; has_cost. */
struct mx_study_plan {
    bool is_given;
    enum mx_find find;
    uint32_t parameter;
    int32_t along;
    struct mx_study_texts targets; /* as `expect` */
    double confidence;
    uint32_t replications_max; /* of one point, where it is undecided */
    bool has_cost;
    struct mx_study_constraint cost;
};

#define MX_GROUP_BY_AUTO UINT32_MAX

/* only: paths, or what stands above them; count 0: all. points: trajectories of Morris, rows of
 * Sobol'; 0: the method's own. group_by: factors whose paths agree in so many names move together;
 * 0: each alone. refine: of the so many most influential groups, each factor is moved alone. */
struct mx_study_sensitivity {
    bool is_given;
    enum mx_sensitivity_method method;
    bool assumed; /* all ASSUMED values of the scenario are factors too */
    struct mx_study_texts only;
    uint32_t points, group_by, refine;
    double confidence;
};

struct mx_arena;

/* overrides: the study's own `set`, then those of the command line. scenario: its path. */
struct mx_study {
    char *name; /* the file's, without folder and .cfg */
    char *file;
    char *title;
    char sha256[65]; /* of the study file with its includes and the overrides */
    char *scenario;
    size_t override_count;
    struct mx_override *overrides;
    bool has_replications, replications_auto, has_seed;
    uint32_t replications;     /* 0: auto, or as the scenario says */
    uint32_t replications_max; /* of auto; 0: nothing was said */
    uint64_t seed;
    struct mx_study_texts precision; /* "delivered_rate:0.001" */
    uint32_t parameter_count;
    struct mx_parameter *parameters; /* in the order of the file */
    enum mx_design_kind design;
    uint32_t design_points; /* latin_hypercube, sobol */
    uint32_t constraint_count;
    struct mx_study_constraint *constraints;
    struct mx_study_texts metrics; /* count 0: the default ones */
    struct mx_study_texts expect;
    struct mx_study_plan plan;
    struct mx_study_sensitivity sensitivity;
    struct mx_arena *memory;
};

/* options: overrides of the command line for the scenario, and how files are read. Owned, or NULL
 * with at least one mistake. */
struct mx_study *mx_study_load(const char *file, const struct mx_reader_options *options,
                               enum mx_study_kind kind, struct mx_mistakes *mistakes);
void mx_study_destroy(struct mx_study *study);

#endif
