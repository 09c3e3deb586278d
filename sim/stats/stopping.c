// SPDX-License-Identifier: GPL-3.0-or-later
/* stopping.c - see stopping.h. */
#include "sim/stats/stopping.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/quantity.h"

bool mx_precision_parse(const struct mx_plan *plan, const char *text,
                        struct mx_precision *precision, char *error, size_t size)
{
    const char *colon = strrchr(text, ':');

    if (colon == NULL) {
        (void)snprintf(error, size,
                       "allowed: a metric, \":\" and half the width of its interval, such as "
                       "\"delivered_rate:0.001\" or \"deferrals:2%%\"");
        return false;
    }
    *precision = (struct mx_precision){.width = 0};
    if (mx_quantity_number_or_percent(colon + 1, &precision->width, &precision->is_relative) !=
            MX_QUANTITY_OK ||
        !(precision->width > 0)) {
        (void)snprintf(error, size, "\"%.60s\" is not a width: a number above 0, or one with %%",
                       colon + 1);
        return false;
    }
    return mx_metric_parse(plan, text, (size_t)(colon - text), &precision->of, error, size);
}

enum mx_precision_state mx_precision_state_of(const struct mx_precision *precision,
                                              const struct mx_estimate *estimate, double *half)
{
    double below = estimate->mean - estimate->ci95[0], above = estimate->ci95[1] - estimate->mean;
    double magnitude = fabs(estimate->mean);

    if (!estimate->has_spread) {
        *half = (double)INFINITY;
        return estimate->is_known ? MX_PRECISION_WIDE : MX_PRECISION_UNDEFINED;
    }
    *half = below > above ? below : above;
    if (precision->is_relative && *half > 0) {
        *half = magnitude > 0 ? *half / magnitude : (double)INFINITY;
    }
    return *half <= precision->width ? MX_PRECISION_MET : MX_PRECISION_WIDE;
}

uint32_t mx_stopping_next(uint32_t count, double wide)
{
    double wanted = ceil(count * wide * wide);
    double least = count + ceil(count / 10.0), most = 2.0 * count;

    if (wide <= 1.0) {
        return count;
    }
    wanted = wanted < least ? least : wanted > most ? most : wanted;
    return wanted < (double)MX_REPLICATIONS_MAX ? (uint32_t)wanted : MX_REPLICATIONS_MAX;
}

uint32_t mx_precision_next_of(const struct mx_precision *precisions,
                              const struct mx_estimate *estimates, size_t precision_count,
                              uint32_t count)
{
    double widest = 0;

    for (size_t i = 0; i < precision_count; i++) {
        double half;

        if (mx_precision_state_of(&precisions[i], &estimates[i], &half) == MX_PRECISION_UNDEFINED) {
            return count;
        }
        widest = half / precisions[i].width > widest ? half / precisions[i].width : widest;
    }
    return mx_stopping_next(count, widest);
}

uint32_t mx_precision_next(const struct mx_precision *precisions, size_t precision_count,
                           const struct mx_summary *summary)
{
    struct mx_estimate estimates[MX_PRECISION_COUNT_MAX];

    MX_CHECK(precision_count <= MX_PRECISION_COUNT_MAX);
    for (size_t i = 0; i < precision_count; i++) {
        const struct mx_scoped_metric *of = &precisions[i].of;

        estimates[i] = mx_summary_estimate(summary, of->group, of->index, of->metric);
    }
    return mx_precision_next_of(precisions, estimates, precision_count, mx_summary_count(summary));
}
