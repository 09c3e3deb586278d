// SPDX-License-Identifier: GPL-3.0-or-later
/* conserve.c - the accounting identities, checked on every scope of every run. See observe.h.
 *
 * Messages: recipients = dropped + delivered + hard + soft + pending, pending >= 0.
 * Attempts: attempts = delivered + hard + soft_rejected + deferrals.
 * Queue:    the time series, added up, gives the same counts as the cells. */
#include "sim/observe/observe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static char *sentence(const char *scope, uint32_t index, const char *identity, uint64_t left,
                      uint64_t right)
{
    char *text = malloc(256);
    if (text)
        snprintf(text, 256, "%s %" PRIu32 ": %s: %" PRIu64 " against %" PRIu64, scope, index,
                 identity, left, right);
    return text;
}

static char *check_counts(const char *scope, uint32_t index, const struct mx_counts *c)
{
    uint64_t decided = c->delivered + c->hard_bounced + c->soft_rejected + c->expired;
    uint64_t deferrals = mx_counts_deferrals(c);
    if (c->dropped > c->recipients)
        return sentence(scope, index, "dropped <= recipients", c->dropped, c->recipients);
    if (decided > mx_counts_sent(c))
        return sentence(scope, index, "delivered + bounced <= sent", decided, mx_counts_sent(c));
    uint64_t replies = c->delivered + c->hard_bounced + c->soft_rejected + deferrals;
    if (c->attempts != replies)
        return sentence(scope, index, "attempts = delivered + rejected + deferrals", c->attempts,
                        replies);
    if (c->soft_blocked > c->soft_rejected)
        return sentence(scope, index, "soft_blocked <= soft_rejected", c->soft_blocked,
                        c->soft_rejected);
    if (c->expired_unattempted > c->expired)
        return sentence(scope, index, "expired_unattempted <= expired", c->expired_unattempted,
                        c->expired);
    if (c->deferred_messages > deferrals)
        return sentence(scope, index, "deferred_messages <= deferrals", c->deferred_messages,
                        deferrals);
    return NULL;
}

/* Sums of the cells: the total, then each provider, campaign and IP. */
struct scopes {
    struct mx_counts *total, *provider, *campaign, *ip;
};

/* All sums in one pass over the cells. False when out of memory; free total. */
static bool sum_scopes(const struct mx_observation *o, struct scopes *scopes)
{
    size_t count = 1 + (size_t)o->provider_count + o->campaign_count + o->ip_count;
    scopes->total = calloc(count, sizeof *scopes->total);
    if (!scopes->total)
        return false;
    scopes->provider = scopes->total + 1;
    scopes->campaign = scopes->provider + o->provider_count;
    scopes->ip = scopes->campaign + o->campaign_count;
    for (uint32_t c = 0; c < o->campaign_count; c++) {
        for (uint32_t p = 0; p < o->provider_count; p++) {
            for (uint32_t i = 0; i <= o->ip_count; i++) {
                const struct mx_counts *cell = mx_observation_cell(o, c, p, i);
                mx_counts_add(scopes->total, cell);
                mx_counts_add(&scopes->provider[p], cell);
                mx_counts_add(&scopes->campaign[c], cell);
                if (i < o->ip_count)
                    mx_counts_add(&scopes->ip[i], cell);
            }
        }
    }
    return true;
}

static char *check_series(const struct mx_observation *o, const struct mx_counts *provider)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        struct mx_counts c = provider[p];
        uint64_t created = 0, delivered = 0, deferrals = 0, expired = 0;
        for (size_t b = 0; b < o->series_count; b++) {
            const struct mx_series_bin *bin = &o->series[b * o->provider_count + p];
            created += bin->created;
            delivered += bin->delivered;
            expired += bin->expired;
            for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++)
                deferrals += bin->deferrals[r];
        }
        if (created > mx_counts_sent(&c)) /* less where the horizon left some unsent */
            return sentence("provider", p, "series created <= sent", created, mx_counts_sent(&c));
        if (delivered != c.delivered)
            return sentence("provider", p, "series delivered", delivered, c.delivered);
        if (expired != c.expired)
            return sentence("provider", p, "series expired", expired, c.expired);
        if (deferrals != mx_counts_deferrals(&c))
            return sentence("provider", p, "series deferrals", deferrals, mx_counts_deferrals(&c));
    }
    return NULL;
}

static char *check_histograms(const struct mx_observation *o, const struct mx_counts *provider)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        struct mx_counts c = provider[p];
        uint64_t count = mx_histogram_count(&o->ttd_by_provider[p]);
        if (count != c.delivered)
            return sentence("provider", p, "time-to-deliver samples = delivered", count,
                            c.delivered);
        count = mx_histogram_count(&o->wait_by_provider[p]);
        if (count != c.attempts)
            return sentence("provider", p, "wait samples = attempts", count, c.attempts);
    }
    return NULL;
}

static char *check_scopes(const struct mx_observation *o, const struct scopes *scopes)
{
    const struct {
        const char *name;
        const struct mx_counts *counts;
        uint32_t count;
    } kind[] = {{"total", scopes->total, 1},
                {"provider", scopes->provider, o->provider_count},
                {"campaign", scopes->campaign, o->campaign_count},
                {"ip", scopes->ip, o->ip_count}};
    for (size_t k = 0; k < sizeof kind / sizeof *kind; k++) {
        for (uint32_t i = 0; i < kind[k].count; i++) {
            char *failed = check_counts(kind[k].name, i, &kind[k].counts[i]);
            if (failed)
                return failed;
        }
    }
    return NULL;
}

char *mx_observation_conserved(const struct mx_observation *observation)
{
    struct scopes scopes;
    if (!sum_scopes(observation, &scopes))
        return NULL; /* nothing was found to be wrong */
    char *failed = check_scopes(observation, &scopes);
    if (!failed)
        failed = check_series(observation, scopes.provider);
    if (!failed)
        failed = check_histograms(observation, scopes.provider);
    free(scopes.total);
    return failed;
}
