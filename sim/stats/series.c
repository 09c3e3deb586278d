// SPDX-License-Identifier: GPL-3.0-or-later
/* series.c - see series.h. */
#include "sim/stats/series.h"

#include <stdlib.h>

#include "sim/base/check.h"

struct mx_series *mx_series_create(void)
{
    return calloc(1, sizeof(struct mx_series));
}

void mx_series_destroy(struct mx_series *series)
{
    if (series != NULL) {
        free(series->bins);
        free(series);
    }
}

void mx_series_bin_add(struct mx_series_bin *into, const struct mx_series_bin *from)
{
    into->created += from->created;
    into->attempts += from->attempts;
    into->delivered += from->delivered;
    into->hard_bounced += from->hard_bounced;
    into->soft_rejected += from->soft_rejected;
    into->expired += from->expired;
    into->non_attempts += from->non_attempts;
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        into->deferrals[r] += from->deferrals[r];
    }
}

bool mx_series_bin_is_idle(const struct mx_series_bin *bin)
{
    /* Each attempt ends in one of the counts of replies, deferrals included. */
    return (bin->created | bin->attempts | bin->expired | bin->non_attempts) == 0;
}

int64_t mx_series_bin_net(const struct mx_series_bin *bin)
{
    return (int64_t)(bin->created - bin->delivered - bin->hard_bounced - bin->soft_rejected -
                     bin->expired);
}

bool mx_series_add(struct mx_series *series, const struct mx_observation *o)
{
    size_t cells = o->series_count * o->provider_count;

    if (series->bins == NULL) {
        series->bins = calloc(cells > 0 ? cells : 1U, sizeof *series->bins);
        if (series->bins == NULL) {
            return false;
        }
        series->provider_count = o->provider_count;
        series->every_us = o->series_every_us;
        series->bin_count = o->series_count;
    }
    MX_CHECK(series->bin_count == o->series_count && series->every_us == o->series_every_us);
    MX_CHECK(series->provider_count == o->provider_count);
    for (size_t i = 0; i < cells; i++) {
        mx_series_bin_add(&series->bins[i], &o->series[i]);
    }
    series->replication_count++;
    return true;
}
