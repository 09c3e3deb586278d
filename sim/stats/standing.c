// SPDX-License-Identifier: GPL-3.0-or-later
/* standing.c - see standing.h. */
#include "sim/stats/standing.h"

#include <stdlib.h>

#include "sim/base/check.h"

struct mx_standing *mx_standing_create(void)
{
    return calloc(1, sizeof(struct mx_standing));
}

void mx_standing_destroy(struct mx_standing *standing)
{
    if (standing != NULL) {
        free(standing->samples);
        free(standing);
    }
}

static void add_sample(struct mx_standing_sample *into, const struct mx_ip_sample *from,
                       bool is_first)
{
    into->score += (double)from->score;
    into->volume_today += (double)from->volume_today;
    /* 0 and infinity both say that there is none. */
    if (from->allowance_per_day > 0 && from->allowance_per_day < 1e30F) {
        into->allowance_per_day += (double)from->allowance_per_day;
        into->allowance_count++;
    }
    if (is_first) {
        into->band = from->band;
        into->blocked = from->blocked;
    }
}

bool mx_standing_add(struct mx_standing *standing, const struct mx_observation *o)
{
    size_t cells = o->sample_count * o->provider_count * o->ip_count;

    if (standing->samples == NULL) {
        standing->samples = calloc(cells > 0 ? cells : 1U, sizeof *standing->samples);
        if (standing->samples == NULL) {
            return false;
        }
        standing->provider_count = o->provider_count;
        standing->ip_count = o->ip_count;
        standing->every_us = o->sample_every_us;
        standing->sample_count = o->sample_count;
    }
    MX_CHECK(standing->sample_count == o->sample_count && standing->ip_count == o->ip_count);
    MX_CHECK(standing->provider_count == o->provider_count);
    for (size_t i = 0; i < cells; i++) {
        add_sample(&standing->samples[i], &o->samples[i], standing->replication_count == 0);
    }
    standing->replication_count++;
    return true;
}

bool mx_standing_is_used(const struct mx_standing *standing, uint32_t provider, uint32_t ip)
{
    for (size_t s = 0; s < standing->sample_count; s++) {
        const struct mx_standing_sample *at = mx_standing_at(standing, s, provider, ip);

        if (at->volume_today > 0 || at->blocked) {
            return true;
        }
    }
    return false;
}
