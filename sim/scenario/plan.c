// SPDX-License-Identifier: GPL-3.0-or-later
/* plan.c - see plan.h. */
#include "sim/scenario/plan.h"

#include <stdlib.h>

#include "sim/scenario/arena.h"

static unsigned bits_for(uint64_t count)
{
    unsigned bits = 0;
    while (bits < MX_PLAN_MESSAGE_BITS && (UINT64_C(1) << bits) < count) {
        bits++;
    }
    return bits;
}

struct mx_plan_message_bits mx_plan_message_bits(const struct mx_plan *plan)
{
    uint64_t parts = 0, largest = 1;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        const struct mx_plan_campaign *campaign = &plan->campaigns[c];
        parts += (uint64_t)campaign->occurrence_count * plan->provider_count;
        for (uint32_t p = 0; p < plan->provider_count && campaign->counts != NULL; p++) {
            largest = campaign->counts[p] > largest ? campaign->counts[p] : largest;
        }
    }
    return (struct mx_plan_message_bits){.part = bits_for(parts), .place = bits_for(largest)};
}

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
