// SPDX-License-Identifier: GPL-3.0-or-later
/* counters.c - see counters.h. */
#include "sim/stats/counters.h"

#include <stdlib.h>

#include "sim/base/check.h"

struct mx_counters *mx_counters_create(void)
{
    return calloc(1, sizeof(struct mx_counters));
}

void mx_counters_destroy(struct mx_counters *counters)
{
    if (counters != NULL) {
        free(counters->by_number);
        free(counters->warm_up_starts);
        free(counters);
    }
}

static size_t number_cells(const struct mx_observation *o)
{
    return (size_t)o->provider_count * MX_ATTEMPT_NUMBER_COUNT * MX_VERDICT_COUNT;
}

static bool allocate(struct mx_counters *counters, const struct mx_observation *o)
{
    counters->provider_count = o->provider_count;
    counters->ip_count = o->ip_count;
    counters->day_count = o->day_count;
    counters->by_number = calloc(number_cells(o) + 1U, sizeof *counters->by_number);
    counters->warm_up_starts =
        calloc(o->day_count * o->ip_count + 1U, sizeof *counters->warm_up_starts);
    return counters->by_number != NULL && counters->warm_up_starts != NULL;
}

bool mx_counters_add(struct mx_counters *counters, const struct mx_observation *o)
{
    if (counters->replication_count == 0 && !allocate(counters, o)) {
        return false;
    }
    MX_CHECK(counters->provider_count == o->provider_count && counters->ip_count == o->ip_count);
    MX_CHECK(counters->day_count == o->day_count);
    for (size_t i = 0; i < number_cells(o); i++) {
        counters->by_number[i] += o->by_number[i];
    }
    for (size_t i = 0; i < o->day_count * o->ip_count; i++) {
        counters->warm_up_starts[i] += o->warm_up_starts[i];
    }
    counters->replication_count++;
    return true;
}
