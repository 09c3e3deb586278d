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

static uint64_t row_of(const struct mx_observation *o, size_t cell)
{
    return cell / (o->ip_count + 1U);
}

/* Sums over one dimension of the cells; which: 0 total, 1 provider, 2 campaign, 3 IP. */
static struct mx_counts sum_scope(const struct mx_observation *o, int which, uint32_t index)
{
    struct mx_counts sum = {0};
    size_t cells = (size_t)o->campaign_count * o->provider_count * (o->ip_count + 1U);
    for (size_t i = 0; i < cells; i++) {
        uint64_t row = row_of(o, i);
        bool in = which == 0 || (which == 1 && row % o->provider_count == index) ||
                  (which == 2 && row / o->provider_count == index) ||
                  (which == 3 && i % (o->ip_count + 1U) == index);
        if (in)
            mx_counts_add(&sum, &o->cells[i]);
    }
    return sum;
}

static char *check_series(const struct mx_observation *o)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        struct mx_counts c = sum_scope(o, 1, p);
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

static char *check_histograms(const struct mx_observation *o)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        struct mx_counts c = sum_scope(o, 1, p);
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

char *mx_observation_conserved(const struct mx_observation *observation)
{
    static const char *const name[] = {"total", "provider", "campaign", "ip"};
    const uint32_t count[] = {1, observation->provider_count, observation->campaign_count,
                              observation->ip_count};
    for (int which = 0; which < 4; which++) {
        for (uint32_t i = 0; i < count[which]; i++) {
            struct mx_counts sum = sum_scope(observation, which, i);
            char *failed = check_counts(name[which], i, &sum);
            if (failed)
                return failed;
        }
    }
    char *failed = check_series(observation);
    return failed ? failed : check_histograms(observation);
}
