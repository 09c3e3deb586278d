// SPDX-License-Identifier: GPL-3.0-or-later
/* factors.c - see factors.h. */
#include "sim/scenario/factors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

/* Which of a pair gives way to the other. */
static bool gives_way(const struct mx_plan_factor *factor)
{
    const char *dot = strrchr(factor->path, '.');
    return factor->partner == SIZE_MAX || (dot != NULL && strcmp(dot, ".block") == 0);
}

/* Rounded down to four digits, so that the sum stays below. */
static double share_below(double share)
{
    return share > 0 ? floor(share * 1e4) / 1e4 : 0;
}

/* Values of a point, and which of them have to be set. */
static void resolve(const struct mx_plan *plan, const double *place, double *value, bool *is_set)
{
    for (size_t i = 0; i < plan->factor_count; i++) {
        const struct mx_plan_factor *factor = &plan->factors[i];
        is_set[i] = place[i] >= 0;
        MX_CHECK(!is_set[i] || factor->is_settable);
        value[i] = is_set[i] ? mx_range_at(&factor->range, place[i]) : factor->range.nominal;
    }
    for (size_t i = 0; i < plan->factor_count; i++) {
        const struct mx_plan_factor *factor = &plan->factors[i];
        bool is_pair = factor->partner != SIZE_MAX;
        double left = is_pair ? 1 - value[factor->partner] : factor->sum_max;
        bool is_moved = is_set[i] || (is_pair && is_set[factor->partner]);
        if (factor->range.kind == MX_RANGE_SHARE && is_moved && gives_way(factor) &&
            value[i] > left) {
            value[i] = share_below(left);
            is_set[i] = true;
        }
    }
}

bool mx_factors_set(const struct mx_plan *plan, const double *place, struct mx_factor_set *set)
{
    double *value = calloc(plan->factor_count + 1, sizeof *value);
    bool *is_set = calloc(plan->factor_count + 1, sizeof *is_set);
    bool is_made = value != NULL && is_set != NULL;
    set->count = 0;
    set->item = calloc(plan->factor_count + 1, sizeof *set->item);
    is_made = is_made && set->item != NULL;
    if (is_made) {
        resolve(plan, place, value, is_set);
    }
    for (size_t i = 0; is_made && i < plan->factor_count; i++) {
        char text[MX_RANGE_TEXT_SIZE];
        if (is_set[i]) {
            char *path = strdup(plan->factors[i].path);
            char *copy = strdup(mx_range_put(&plan->factors[i].range, value[i], text));
            set->item[set->count++] = (struct mx_override){path, copy};
            is_made = path != NULL && copy != NULL;
        }
    }
    free(value);
    free(is_set);
    if (!is_made) {
        mx_factor_set_fini(set);
    }
    return is_made;
}

void mx_factor_set_fini(struct mx_factor_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free((char *)set->item[i].path);
        free((char *)set->item[i].value);
    }
    free(set->item);
    *set = (struct mx_factor_set){0};
}
