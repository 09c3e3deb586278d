// SPDX-License-Identifier: GPL-3.0-or-later
/* design.c - see design.h. */
#include "sim/study/design.h"

#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_qrng.h>

#include "sim/base/check.h"
#include "sim/base/random.h"

double *mx_latin_hypercube(uint32_t point_count, uint32_t dimension, const char *const *names,
                           uint64_t seed)
{
    double *places = calloc((size_t)point_count * dimension + 1, sizeof *places);
    uint32_t *order = calloc((size_t)point_count + 1, sizeof *order);

    for (uint32_t d = 0; places != NULL && order != NULL && d < dimension; d++) {
        uint64_t key = mx_key_combine(mx_key_of_name("latin hypercube"), mx_key_of_name(names[d]));
        struct mx_stream stream = mx_stream_make(seed, 0, key);

        for (uint32_t i = 0; i < point_count; i++) { /* a shuffle from the inside out */
            struct mx_draw draw = mx_draw(&stream, i, 0, MX_DRAW_MEMBER);
            uint32_t j = (uint32_t)(mx_uniform(draw.word[0]) * (i + 1));

            order[i] = order[j];
            order[j] = i;
        }
        for (uint32_t i = 0; i < point_count; i++) {
            struct mx_draw draw = mx_draw(&stream, i, 1, MX_DRAW_MEMBER);
            double place = (order[i] + mx_uniform(draw.word[0])) / point_count;

            places[(size_t)i * dimension + d] = place < 1 ? place : 0x1.fffffffffffffp-1;
        }
    }
    if (order == NULL) {
        free(places);
        places = NULL;
    }
    free(order);
    return places;
}

double *mx_sobol_sequence(uint32_t point_count, uint32_t dimension)
{
    double *places = calloc((size_t)point_count * dimension + 1, sizeof *places);
    gsl_qrng *sequence;

    MX_CHECK(dimension >= 1 && dimension <= MX_SOBOL_DIMENSION_MAX);
    sequence = places != NULL ? gsl_qrng_alloc(gsl_qrng_sobol, dimension) : NULL;
    if (sequence == NULL) {
        free(places);
        return NULL;
    }
    for (uint32_t i = 0; i < point_count; i++) {
        MX_CHECK(gsl_qrng_get(sequence, &places[(size_t)i * dimension]) == 0);
    }
    gsl_qrng_free(sequence);
    return places;
}

static uint64_t count_places(const struct mx_study *study)
{
    uint64_t count = 1;

    switch (study->design) {
    case MX_DESIGN_GRID:
        for (uint32_t p = 0; p < study->parameter_count; p++) {
            count *= study->parameters[p].value_count;
        }
        return count;
    case MX_DESIGN_ZIP:
        return study->parameter_count > 0 ? study->parameters[0].value_count : 0;
    case MX_DESIGN_LATIN_HYPERCUBE:
    case MX_DESIGN_SOBOL:
    case MX_DESIGN_KIND_COUNT:
        break;
    }
    return study->design_points;
}

/* Index of a listed value at a place of a grid or zip. */
static uint32_t value_index(const struct mx_study *study, uint64_t place, uint32_t parameter)
{
    if (study->design == MX_DESIGN_ZIP) {
        return (uint32_t)place;
    }
    for (uint32_t p = study->parameter_count - 1; p > parameter; p--) {
        place /= study->parameters[p].value_count;
    }
    return (uint32_t)(place % study->parameters[parameter].value_count);
}

/* The row after the last one, for the place; unit: its place in the unit cube, or NULL. */
static void fill_row(struct mx_design *design, uint64_t place, const double *unit)
{
    const struct mx_study *study = design->study;
    size_t row = (size_t)design->point_count * design->parameter_count;

    for (uint32_t p = 0; p < design->parameter_count; p++) {
        const struct mx_parameter *parameter = &study->parameters[p];

        if (unit != NULL) {
            design->number[row + p] = mx_parameter_at(parameter, unit[p], design->own_text[row + p],
                                                      &design->text[row + p]);
        } else {
            uint32_t index = value_index(study, place, p);

            design->number[row + p] = parameter->numbers[index];
            design->text[row + p] = parameter->values[index];
        }
    }
}

static bool is_allowed(const struct mx_design *design)
{
    const struct mx_study *study = design->study;
    const double *row = &design->number[(size_t)design->point_count * design->parameter_count];

    for (uint32_t c = 0; c < study->constraint_count; c++) {
        if (!(mx_expression_value(&study->constraints[c].expression, row) > 0)) {
            return false;
        }
    }
    return true;
}

static double *make_places(const struct mx_study *study, uint64_t seed)
{
    const char *names[MX_STUDY_PARAMETERS_MAX];

    if (study->design == MX_DESIGN_SOBOL) {
        return mx_sobol_sequence(study->design_points, study->parameter_count);
    }
    for (uint32_t p = 0; p < study->parameter_count; p++) {
        names[p] = study->parameters[p].name;
    }
    return mx_latin_hypercube(study->design_points, study->parameter_count, names, seed);
}

struct mx_design *mx_design_create(const struct mx_study *study, uint64_t seed)
{
    struct mx_design *design = calloc(1, sizeof *design);
    bool is_drawn = study->design == MX_DESIGN_LATIN_HYPERCUBE || study->design == MX_DESIGN_SOBOL;
    uint64_t place_count = count_places(study);
    size_t cells = (size_t)place_count * study->parameter_count + 1;
    double *places = is_drawn ? make_places(study, seed) : NULL;

    if (design != NULL) {
        design->study = study;
        design->parameter_count = study->parameter_count;
        design->text = calloc(cells, sizeof *design->text);
        design->number = calloc(cells, sizeof *design->number);
        design->own_text = calloc(is_drawn ? cells : 1, sizeof *design->own_text);
    }
    if (design == NULL || design->text == NULL || design->number == NULL ||
        design->own_text == NULL || (is_drawn && places == NULL)) {
        mx_design_destroy(design);
        free(places);
        return NULL;
    }
    for (uint64_t place = 0; place < place_count; place++) {
        fill_row(design, place,
                 places != NULL ? &places[(size_t)place * design->parameter_count] : NULL);
        if (is_allowed(design)) {
            design->point_count++;
        } else {
            design->dropped_count++;
        }
    }
    free(places);
    return design;
}

void mx_design_destroy(struct mx_design *design)
{
    if (design != NULL) {
        free(design->text);
        free(design->number);
        free(design->own_text);
        free(design);
    }
}

size_t mx_design_override_count(const struct mx_study *study)
{
    size_t count = 0;

    for (uint32_t p = 0; p < study->parameter_count; p++) {
        count += study->parameters[p].path_count;
    }
    return count;
}

void mx_study_overrides(const struct mx_study *study, const char *const *texts,
                        struct mx_override *overrides)
{
    size_t count = 0;

    for (uint32_t p = 0; p < study->parameter_count; p++) {
        const struct mx_parameter *parameter = &study->parameters[p];

        for (uint32_t i = 0; i < parameter->path_count; i++) {
            overrides[count++] = (struct mx_override){parameter->paths[i], texts[p]};
        }
    }
}

void mx_design_overrides(const struct mx_design *design, uint32_t point,
                         struct mx_override *overrides)
{
    mx_study_overrides(design->study, &design->text[(size_t)point * design->parameter_count],
                       overrides);
}
