// SPDX-License-Identifier: GPL-3.0-or-later
/* selection.c - see selection.h; symbols are those of the paper. */
#include "sim/stats/selection.h"

#include <math.h>
#include <stdlib.h>

#include "models/exact_math.h"
#include "sim/base/check.h"

struct mx_selection *mx_selection_create(const struct mx_selection_options *options)
{
    struct mx_selection *selection = calloc(1, sizeof *selection);
    size_t k = options->system_count;
    double alpha = 1.0 - options->confidence, freedom = options->first_count - 1.0, eta;

    MX_CHECK(k >= 2 && k <= MX_SYSTEMS_MAX && options->first_count >= 2);
    MX_CHECK(options->indifference > 0 && alpha > 0 && options->confidence * (double)k > 1.0);
    if (selection == NULL) {
        return NULL;
    }
    /* eta = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2, h^2 = 2 eta (n0 - 1) */
    eta = (mx_exp(-2.0 / freedom * mx_log(2.0 * alpha / ((double)k - 1.0))) - 1.0) / 2.0;
    selection->h_square = 2.0 * eta * freedom;
    selection->options = *options;
    selection->left_count = options->system_count;
    selection->systems = calloc(k, sizeof *selection->systems);
    selection->firsts = calloc(k * options->first_count, sizeof *selection->firsts);
    selection->variances = calloc(k * k, sizeof *selection->variances);
    if (selection->systems == NULL || selection->firsts == NULL || selection->variances == NULL) {
        mx_selection_destroy(selection);
        return NULL;
    }
    return selection;
}

void mx_selection_destroy(struct mx_selection *selection)
{
    if (selection != NULL) {
        free(selection->systems);
        free(selection->firsts);
        free(selection->variances);
        free(selection);
    }
}

/* Sample variance of X_i - X_l over the first stage. */
static double first_variance(const struct mx_selection *selection, uint32_t i, uint32_t l)
{
    uint32_t k = selection->options.system_count, n = selection->options.first_count;
    double mean = 0, squares = 0;

    for (size_t r = 0; r < n; r++) {
        mean += selection->firsts[r * k + i] - selection->firsts[r * k + l];
    }
    mean /= n;
    for (size_t r = 0; r < n; r++) {
        double d = selection->firsts[r * k + i] - selection->firsts[r * k + l] - mean;

        squares += d * d;
    }
    return squares / (n - 1U);
}

static void fill_variances(struct mx_selection *selection)
{
    uint32_t k = selection->options.system_count;

    for (uint32_t i = 0; i < k; i++) {
        for (uint32_t l = 0; l < k; l++) {
            selection->variances[(size_t)i * k + l] = first_variance(selection, i, l);
        }
    }
}

static bool is_left(const struct mx_selection *selection, uint32_t system)
{
    return selection->systems[system].out_after == 0;
}

/* The larger, the better. */
static double goodness(const struct mx_selection *selection, uint32_t system)
{
    double mean = selection->systems[system].sum / selection->replication_count;

    return selection->options.is_larger_better ? mean : -mean;
}

/* W_il(r) = max(0, delta / (2 r) (h^2 S_il^2 / delta^2 - r)) */
static double slack(const struct mx_selection *selection, uint32_t i, uint32_t l)
{
    double delta = selection->options.indifference, r = selection->replication_count;
    double variance = selection->variances[(size_t)i * selection->options.system_count + l];
    double w = delta / (2.0 * r) * (selection->h_square * variance / (delta * delta) - r);

    return w > 0 ? w : 0;
}

/* Those too far behind another of those left before are out, all at once; equally good ones with
 * no slack between them are kept, to be told apart by their order. */
static void screen(struct mx_selection *selection)
{
    uint32_t k = selection->options.system_count;
    bool was_left[MX_SYSTEMS_MAX];

    for (uint32_t i = 0; i < k; i++) {
        was_left[i] = is_left(selection, i);
    }
    for (uint32_t i = 0; i < k; i++) {
        double furthest = 0;

        for (uint32_t l = 0; was_left[i] && l < k; l++) {
            double ahead = was_left[l] && l != i ? goodness(selection, l) - goodness(selection, i) -
                                                       slack(selection, i, l)
                                                 : 0;

            if (ahead > furthest) {
                furthest = ahead;
                selection->systems[i].out_after = selection->replication_count;
                selection->systems[i].out_by = l;
            }
        }
        selection->left_count -= furthest > 0;
    }
}

/* r = max N_il + 1, with N_il = floor(h^2 S_il^2 / delta^2): none has any slack left. */
static bool is_last(const struct mx_selection *selection)
{
    uint32_t k = selection->options.system_count;

    for (uint32_t i = 0; i < k; i++) {
        for (uint32_t l = 0; l < k; l++) {
            if (i != l && is_left(selection, i) && is_left(selection, l) &&
                slack(selection, i, l) > 0) {
                return false;
            }
        }
    }
    return true;
}

static void find_best(struct mx_selection *selection)
{
    uint32_t k = selection->options.system_count;
    bool is_found = false;

    for (uint32_t i = 0; i < k; i++) {
        if (is_left(selection, i) &&
            (!is_found || goodness(selection, i) > goodness(selection, selection->best))) {
            selection->best = i;
            is_found = true;
        }
    }
    MX_CHECK(is_found);
}

void mx_selection_add(struct mx_selection *selection, const double *values)
{
    uint32_t k = selection->options.system_count, n = selection->options.first_count;

    MX_CHECK(!selection->is_decided);
    for (uint32_t i = 0; i < k; i++) {
        if (is_left(selection, i)) {
            MX_CHECK(isfinite(values[i]));
            selection->systems[i].sum += values[i];
            if (selection->replication_count < n) {
                selection->firsts[(size_t)selection->replication_count * k + i] = values[i];
            }
        }
    }
    selection->replication_count++;
    if (selection->replication_count == n) {
        fill_variances(selection);
    }
    if (selection->replication_count >= n) {
        screen(selection);
        selection->is_decided = selection->left_count == 1 || is_last(selection);
    }
    find_best(selection);
}
