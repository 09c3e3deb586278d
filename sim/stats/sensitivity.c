// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity.c - see sensitivity.h. */
#include "sim/stats/sensitivity.h"

#include <math.h>
#include <stdlib.h>

static void destroy_metrics(struct mx_sensitivity *sensitivity)
{
    for (uint32_t m = 0; sensitivity->metrics != NULL && m < sensitivity->metric_count; m++) {
        free(sensitivity->metrics[m].name);
        free(sensitivity->metrics[m].influence);
        free(sensitivity->metrics[m].swing);
    }
    free(sensitivity->metrics);
}

void mx_sensitivity_destroy(struct mx_sensitivity *sensitivity)
{
    if (sensitivity == NULL) {
        return;
    }
    for (uint32_t f = 0; sensitivity->factors != NULL && f < sensitivity->factor_count; f++) {
        free(sensitivity->factors[f].path);
        free(sensitivity->factors[f].value);
        free(sensitivity->factors[f].low);
        free(sensitivity->factors[f].high);
    }
    for (uint32_t g = 0; sensitivity->groups != NULL && g < sensitivity->group_count; g++) {
        free(sensitivity->groups[g].name);
    }
    destroy_metrics(sensitivity);
    free(sensitivity->factors);
    free(sensitivity->groups);
    free(sensitivity->name);
    free(sensitivity->title);
    free(sensitivity->scenario);
    free(sensitivity->sha256);
    free(sensitivity);
}

double mx_sensitivity_swing(const struct mx_sensitivity *sensitivity, uint32_t metric,
                            uint32_t factor)
{
    const struct mx_swing *swing = &sensitivity->metrics[metric].swing[factor];

    return fmax(fabs(swing->low), fabs(swing->high));
}

double mx_sensitivity_influence(const struct mx_sensitivity *sensitivity, uint32_t metric,
                                uint32_t group)
{
    const struct mx_influence *influence = sensitivity->metrics[metric].influence;
    double largest = NAN;

    switch (sensitivity->kind) {
    case MX_SENSITIVITY_MORRIS:
        return influence[group].morris.mu_star;
    case MX_SENSITIVITY_SOBOL:
        return influence[group].sobol.total;
    case MX_SENSITIVITY_ALONE:
        break;
    }
    for (uint32_t f = 0; f < sensitivity->factor_count; f++) {
        if (sensitivity->factors[f].group == group) {
            largest = fmax(largest, mx_sensitivity_swing(sensitivity, metric, f));
        }
    }
    return largest;
}

/* By insertion: stable, and there are hundreds at most. */
static void put_in_order(uint32_t *order, uint32_t count, uint32_t item, const double *value)
{
    uint32_t at = count;

    while (at > 0 && (isnan(value[order[at - 1]]) ? !isnan(value[item])
                                                  : value[order[at - 1]] < value[item])) {
        order[at] = order[at - 1];
        at--;
    }
    order[at] = item;
}

uint32_t mx_sensitivity_order(const struct mx_sensitivity *sensitivity, uint32_t metric,
                              uint32_t *order)
{
    double *value = calloc(sensitivity->group_count + 1, sizeof *value), from;
    uint32_t count = 0;

    if (value == NULL) {
        for (uint32_t g = 0; g < sensitivity->group_count; g++) {
            order[g] = g;
        }
        return 0;
    }
    for (uint32_t g = 0; g < sensitivity->group_count; g++) {
        value[g] = mx_sensitivity_influence(sensitivity, metric, g);
        put_in_order(order, g, g, value);
    }
    from = sensitivity->kind == MX_SENSITIVITY_SOBOL ? MX_HANGS_FROM_VARIANCE
                                                     : MX_HANGS_FROM_LARGEST * value[order[0]];
    while (count < sensitivity->group_count && value[order[count]] > 0 &&
           value[order[count]] >= from) {
        count++;
    }
    free(value);
    return count;
}

bool mx_sensitivity_is_told(const struct mx_sensitivity *sensitivity, uint32_t metric,
                            uint32_t group)
{
    const struct mx_influence *influence = &sensitivity->metrics[metric].influence[group];

    return sensitivity->kind == MX_SENSITIVITY_ALONE ||
           (sensitivity->kind == MX_SENSITIVITY_MORRIS ? influence->morris.low
                                                       : influence->sobol.total_low) > 0;
}

uint32_t mx_sensitivity_order_factors(const struct mx_sensitivity *sensitivity, uint32_t metric,
                                      uint32_t *order)
{
    double *value = calloc(sensitivity->factor_count + 1, sizeof *value);
    uint32_t count = 0;

    for (uint32_t f = 0; value != NULL && f < sensitivity->factor_count; f++) {
        value[f] = mx_sensitivity_swing(sensitivity, metric, f);
        if (sensitivity->factors[f].is_tried) {
            put_in_order(order, count, f, value);
            count++;
        }
    }
    free(value);
    return count;
}
