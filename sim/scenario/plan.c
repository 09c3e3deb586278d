// SPDX-License-Identifier: GPL-3.0-or-later
/* plan.c - see plan.h. */
#include "sim/scenario/plan.h"

#include <stdlib.h>

#include "sim/scenario/arena.h"

void mx_plan_destroy(struct mx_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    for (uint32_t i = 0; i < plan->campaign_count && plan->campaigns != NULL; i++) {
        mx_arrival_shape_destroy(plan->campaigns[i].arrivals);
    }
    if (plan->memory != NULL) {
        mx_arena_fini(plan->memory);
        free(plan->memory);
    }
    free(plan);
}
