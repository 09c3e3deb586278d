// SPDX-License-Identifier: GPL-3.0-or-later
/* fuzz_study.c - any bytes as a study file, of each kind: a study or a mistake, never a crash, and
 * no file opened. What a parameter takes is a text that says its number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/study.h"
#include "tests/support_files.h"

#define SIZE_MAX_BYTES 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mx_study *load(const char *text, size_t size, enum mx_study_kind kind)
{
    struct mx_memory_file file[] = {
        {"f/s.cfg", text, size},
        {"f/inc.cfg", "seed = 7;\n", 0},
    };
    static const struct mx_override overrides[] = {{"campaigns.c.window", "2h"}};
    struct mx_memory_files files = {file, sizeof file / sizeof file[0], 0, 0};
    struct mx_file_access access = mx_memory_access(&files);
    struct mx_reader_options options = {
        .overrides = overrides, .override_count = 1, .access = &access};
    struct mx_mistakes mistakes = {0};
    struct mx_study *study = mx_study_load("f/s.cfg", &options, kind, &mistakes);
    if ((study == NULL) == (mistakes.count == 0)) {
        abort(); /* a study or a mistake */
    }
    if (getenv("MX_FUZZ_SHOW") != NULL) {
        for (size_t i = 0; i < mistakes.count; i++) {
            const struct mx_mistake *item = &mistakes.item[i];
            (void)printf("%d: %s:%d: %s: %s\n", (int)kind, item->file, item->line, item->key,
                         item->text);
        }
    }
    mx_mistakes_fini(&mistakes);
    return study;
}

/* A range's values are numbers, and each text says its own. */
static void check_parameter(const struct mx_parameter *parameter)
{
    char buffer[MX_PARAMETER_TEXT_SIZE];
    if (parameter->value_count == 0 && !parameter->is_range) {
        abort();
    }
    for (double u = 0; u < 1; u += 0.124) {
        const char *text = NULL, *unit = NULL;
        const double number = mx_parameter_at(parameter, u, buffer, &text);
        double said = NAN;
        const double slack = 1e-5 * fmax(fabs(parameter->from), fabs(parameter->to)); /* rounded */
        if (text == NULL || (parameter->is_range && !(number >= parameter->from - slack &&
                                                      number <= parameter->to + slack))) {
            abort();
        }
        const enum mx_unit_kind kind = mx_parameter_number(text, &said, &unit);
        if (!isnan(number) && said != number) {
            abort();
        }
        if (parameter->is_range && kind != parameter->unit_kind) {
            abort();
        }
    }
}

static void check_study(const struct mx_study *study)
{
    double values[MX_STUDY_PARAMETERS_MAX] = {0};
    if (study->parameter_count > MX_STUDY_PARAMETERS_MAX || study->scenario == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < study->parameter_count; i++) {
        check_parameter(&study->parameters[i]);
    }
    for (uint32_t i = 0; i < study->constraint_count; i++) {
        const double value = mx_expression_value(&study->constraints[i].expression, values);
        if (value != 0 && value != 1) {
            abort(); /* a constraint compares */
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > SIZE_MAX_BYTES) {
        return 0;
    }
    for (int kind = 0; kind < MX_STUDY_KIND_COUNT; kind++) {
        struct mx_study *study = load((const char *)data, size, (enum mx_study_kind)kind);
        if (study != NULL) {
            check_study(study);
        }
        mx_study_destroy(study);
    }
    return 0;
}
