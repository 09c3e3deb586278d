// SPDX-License-Identifier: GPL-3.0-or-later
/* sobol_indices.c - see sobol_indices.h. */
#include "sim/stats/sobol_indices.h"

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/base/random.h"

#define KEY_OF_SHIFT UINT64_C(3)
#define KEY_OF_PLACE UINT64_C(4)
#define KEY_OF_BOOTSTRAP UINT64_C(5)

struct mx_sobol_places {
    struct mx_sobol_design design;
    double *place; /* [row][A or B][factor] */
};

bool mx_sobol_is_quasi(const struct mx_sobol_design *design)
{
    return design->factor_count <= MX_SOBOL_FACTORS_QUASI;
}

uint64_t mx_sobol_point_count(const struct mx_sobol_design *design)
{
    return (uint64_t)design->row_count * (design->group_count + 2);
}

static double uniform(uint64_t seed, uint64_t replication, uint64_t key, uint64_t index)
{
    const struct mx_stream stream = mx_stream_make(seed, replication, key);

    return mx_uniform(mx_draw(&stream, index, 0, MX_DRAW_ASSUMED).word[0]);
}

/* The sequence's first point is 0 everywhere; the shift (R. Cranley, T. Patterson, SIAM J. Numer.
 * Anal. 13 (1976)) takes care of that. */
static bool fill_quasi(struct mx_sobol_places *places)
{
    const struct mx_sobol_design *design = &places->design;
    uint32_t dimensions = 2 * design->factor_count;
    gsl_qrng *sequence = gsl_qrng_alloc(gsl_qrng_sobol, dimensions);

    if (sequence == NULL) {
        return false;
    }
    for (uint32_t row = 0; row < design->row_count; row++) {
        double *place = places->place + (size_t)row * dimensions;

        (void)gsl_qrng_get(sequence, place);
        for (uint32_t d = 0; d < dimensions; d++) {
            place[d] += uniform(design->seed, 0, KEY_OF_SHIFT, d);
            place[d] -= place[d] >= 1 ? 1 : 0;
        }
    }
    gsl_qrng_free(sequence);
    return true;
}

struct mx_sobol_places *mx_sobol_places_create(const struct mx_sobol_design *design)
{
    struct mx_sobol_places *places = calloc(1, sizeof *places);
    size_t dimensions = 2 * (size_t)design->factor_count;

    MX_CHECK(design->factor_count >= 1 && design->row_count >= 1);
    if (places == NULL) {
        return NULL;
    }
    places->design = *design;
    places->place = calloc(design->row_count * dimensions, sizeof *places->place);
    if (places->place == NULL || (mx_sobol_is_quasi(design) && !fill_quasi(places))) {
        mx_sobol_places_destroy(places);
        return NULL;
    }
    for (uint32_t row = 0; !mx_sobol_is_quasi(design) && row < design->row_count; row++) {
        for (size_t d = 0; d < dimensions; d++) {
            places->place[row * dimensions + d] = uniform(design->seed, row, KEY_OF_PLACE, d);
        }
    }
    return places;
}

void mx_sobol_places_destroy(struct mx_sobol_places *places)
{
    if (places != NULL) {
        free(places->place);
        free(places);
    }
}

void mx_sobol_point(const struct mx_sobol_places *places, uint64_t point, double *place)
{
    const struct mx_sobol_design *design = &places->design;
    uint64_t row = point / (design->group_count + 2), which = point % (design->group_count + 2);
    const double *a = places->place + row * 2 * design->factor_count, *b = a + design->factor_count;

    MX_CHECK(point < mx_sobol_point_count(design));
    for (uint32_t f = 0; f < design->factor_count; f++) {
        bool from_b = which == 1 || (which >= 2 && design->group_of[f] == which - 2);

        place[f] = from_b ? b[f] : a[f];
    }
}

/* Rows that are defined at all their points, centred by the mean over A and B. */
struct rows {
    uint32_t count, width; /* width: group_count + 2 */
    double *y;             /* [row][A, B, AB_g ...] */
};

static bool collect(const struct mx_sobol_design *design, const double *values, struct rows *rows)
{
    uint32_t width = design->group_count + 2;
    double sum = 0;

    rows->count = 0;
    rows->width = width;
    rows->y = calloc((size_t)design->row_count * width, sizeof *rows->y);
    if (rows->y == NULL) {
        return false;
    }
    for (uint32_t r = 0; r < design->row_count; r++) {
        const double *row = values + (size_t)r * width;
        double probe = 0;

        for (uint32_t i = 0; i < width; i++) {
            probe += row[i];
        }
        if (isfinite(probe)) {
            memcpy(rows->y + (size_t)rows->count * width, row, width * sizeof *row);
            sum += row[0] + row[1];
            rows->count++;
        }
    }
    for (size_t i = 0; i < (size_t)rows->count * width; i++) {
        rows->y[i] -= sum / (2.0 * rows->count);
    }
    return true;
}

/* Sums over chosen rows of what the estimators need: pick NULL is every row once. */
static void estimate(const struct rows *rows, const uint32_t *pick, double *first, double *total)
{
    uint32_t groups = rows->width - 2;
    double sum = 0, squares = 0, variance;

    for (uint32_t g = 0; g < groups; g++) {
        first[g] = total[g] = 0;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        const double *y = rows->y + (size_t)(pick != NULL ? pick[i] : i) * rows->width;

        sum += y[0] + y[1];
        squares += y[0] * y[0] + y[1] * y[1];
        for (uint32_t g = 0; g < groups; g++) {
            double moved = y[2 + g] - y[0];

            first[g] += y[1] * moved;
            total[g] += moved * moved;
        }
    }
    variance = squares / (2.0 * rows->count) - pow(sum / (2.0 * rows->count), 2);
    for (uint32_t g = 0; g < groups; g++) {
        first[g] = variance > 0 ? first[g] / rows->count / variance : NAN;
        total[g] = variance > 0 ? total[g] / rows->count / (2 * variance) : NAN;
    }
}

static int compare_values(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;

    return (first > second) - (first < second);
}

/* Percentiles of one column of [resample][group]. */
static void percentiles(const double *column, uint32_t groups, uint32_t resamples,
                        double confidence, double *sorted, double *low, double *high)
{
    uint32_t count = 0, cut;

    for (uint32_t i = 0; i < resamples; i++) {
        double value = column[(size_t)i * groups];

        if (!isnan(value)) {
            sorted[count++] = value;
        }
    }
    *low = *high = NAN;
    if (count > 0) {
        qsort(sorted, count, sizeof *sorted, compare_values);
        cut = (uint32_t)((1 - confidence) / 2 * count);
        *low = sorted[cut];
        *high = sorted[count - 1 - cut];
    }
}

/* first and total of each resample, in memory of 2 x resamples x groups. */
static void resample(const struct rows *rows, uint64_t seed, uint32_t resamples, uint32_t *pick,
                     double *first, double *total)
{
    uint32_t groups = rows->width - 2;

    for (uint32_t b = 0; b < resamples; b++) {
        for (uint32_t i = 0; i < rows->count; i++) {
            uint32_t at = (uint32_t)(uniform(seed, b, KEY_OF_BOOTSTRAP, i) * rows->count);

            pick[i] = at < rows->count ? at : rows->count - 1;
        }
        estimate(rows, pick, first + (size_t)b * groups, total + (size_t)b * groups);
    }
}

uint32_t mx_sobol_indices(const struct mx_sobol_design *design, const double *values,
                          double confidence, uint32_t resamples, struct mx_sobol_index *indices)
{
    uint32_t groups = design->group_count;
    size_t cells = (size_t)resamples * groups;
    struct rows rows;
    double *memory = calloc(2 * cells + 2 * (size_t)groups + resamples, sizeof *memory);
    uint32_t *pick = calloc(design->row_count, sizeof *pick), used = UINT32_MAX;

    MX_CHECK(resamples >= 100 && confidence > 0 && confidence < 1);
    if (memory != NULL && pick != NULL && collect(design, values, &rows)) {
        double *first = memory, *total = first + cells, *point = total + cells;
        double *sorted = point + 2 * (size_t)groups;

        used = rows.count;
        if (used >= 2) {
            estimate(&rows, NULL, point, point + groups);
            resample(&rows, design->seed, resamples, pick, first, total);
        }
        for (uint32_t g = 0; g < groups; g++) {
            struct mx_sobol_index *index = &indices[g];

            *index = (struct mx_sobol_index){NAN, NAN, NAN, NAN, NAN, NAN};
            if (used < 2) {
                continue;
            }
            index->first = point[g];
            index->total = point[groups + g];
            percentiles(first + g, groups, resamples, confidence, sorted, &index->first_low,
                        &index->first_high);
            percentiles(total + g, groups, resamples, confidence, sorted, &index->total_low,
                        &index->total_high);
        }
        free(rows.y);
    }
    free(memory);
    free(pick);
    return used;
}
