// SPDX-License-Identifier: GPL-3.0-or-later
/* conserve.c - the accounting identities, checked on every scope of every run. See observe.h.
 *
 * Messages: recipients = dropped + delivered + hard + soft + pending, pending >= 0.
 * Attempts: attempts = delivered + hard + soft_rejected + deferrals.
 * Rejected: soft_rejected = soft_full + soft_blocked + others (by content), others >= 0.
 * Number:   counted by the number of the attempt, the same attempts, deliveries, first deferrals.
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
    if (c->soft_full + c->soft_blocked > c->soft_rejected)
        return sentence(scope, index, "soft_full + soft_blocked <= soft_rejected",
                        c->soft_full + c->soft_blocked, c->soft_rejected);
    if (c->expired_unattempted > c->expired)
        return sentence(scope, index, "expired_unattempted <= expired", c->expired_unattempted,
                        c->expired);
    if (c->deferred_messages > deferrals)
        return sentence(scope, index, "deferred_messages <= deferrals", c->deferred_messages,
                        deferrals);
    if (c->deferred_first_attempt > c->deferred_messages)
        return sentence(scope, index, "deferred_first_attempt <= deferred_messages",
                        c->deferred_first_attempt, c->deferred_messages);
    return NULL;
}

/* Sums of the cells: the total, then each provider, campaign, IP, and campaign at a provider. */
struct scopes {
    struct mx_counts *total, *provider, *campaign, *ip, *pair;
};

/* All sums in one pass over the cells. False when out of memory; free total. */
static bool sum_scopes(const struct mx_observation *o, struct scopes *scopes)
{
    size_t pairs = (size_t)o->campaign_count * o->provider_count;
    size_t count = 1 + (size_t)o->provider_count + o->campaign_count + o->ip_count + pairs;
    scopes->total = calloc(count, sizeof *scopes->total);
    if (!scopes->total)
        return false;
    scopes->provider = scopes->total + 1;
    scopes->campaign = scopes->provider + o->provider_count;
    scopes->ip = scopes->campaign + o->campaign_count;
    scopes->pair = scopes->ip + o->ip_count;
    for (uint32_t c = 0; c < o->campaign_count; c++) {
        for (uint32_t p = 0; p < o->provider_count; p++) {
            for (uint32_t i = 0; i <= o->ip_count; i++) {
                const struct mx_counts *cell = mx_observation_cell(o, c, p, i);
                mx_counts_add(scopes->total, cell);
                mx_counts_add(&scopes->provider[p], cell);
                mx_counts_add(&scopes->campaign[c], cell);
                mx_counts_add(&scopes->pair[mx_observation_pair(o, c, p)], cell);
                if (i < o->ip_count)
                    mx_counts_add(&scopes->ip[i], cell);
            }
        }
    }
    return true;
}

static struct mx_series_bin sum_of_bins(const struct mx_observation *o, uint32_t provider)
{
    struct mx_series_bin sum = {0};
    for (size_t b = 0; b < o->series_count; b++) {
        const struct mx_series_bin *bin = &o->series[b * o->provider_count + provider];
        sum.created += bin->created;
        sum.attempts += bin->attempts;
        sum.delivered += bin->delivered;
        sum.hard_bounced += bin->hard_bounced;
        sum.soft_rejected += bin->soft_rejected;
        sum.expired += bin->expired;
        sum.non_attempts += bin->non_attempts;
        for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++)
            sum.deferrals[r] += bin->deferrals[r];
    }
    return sum;
}

static char *check_series(const struct mx_observation *o, const struct mx_counts *provider)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        const struct mx_counts *c = &provider[p];
        const struct mx_series_bin sum = sum_of_bins(o, p);
        const struct {
            const char *name;
            uint64_t in_series, counted;
        } pair[] = {{"series attempts", sum.attempts, c->attempts},
                    {"series delivered", sum.delivered, c->delivered},
                    {"series hard_bounced", sum.hard_bounced, c->hard_bounced},
                    {"series soft_bounced_rejected", sum.soft_rejected, c->soft_rejected},
                    {"series expired", sum.expired, c->expired},
                    {"series non_attempts", sum.non_attempts, c->non_attempts}};
        for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
            if (pair[i].in_series != pair[i].counted)
                return sentence("provider", p, pair[i].name, pair[i].in_series, pair[i].counted);
        }
        for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
            if (sum.deferrals[r] != c->deferrals[r])
                return sentence("provider", p, "series deferrals", sum.deferrals[r],
                                c->deferrals[r]);
        }
        if (sum.created > mx_counts_sent(c)) /* less where the horizon left some unsent */
            return sentence("provider", p, "series created <= sent", sum.created,
                            mx_counts_sent(c));
    }
    return NULL;
}

static char *check_numbers(const struct mx_observation *o, const struct mx_counts *provider)
{
    for (uint32_t p = 0; p < o->provider_count; p++) {
        const uint64_t *row = &o->by_number[(size_t)p * MX_ATTEMPT_NUMBER_COUNT * MX_VERDICT_COUNT];
        uint64_t all = 0, accepted = 0;
        for (size_t n = 0; n < MX_ATTEMPT_NUMBER_COUNT; n++) {
            for (size_t v = 0; v < MX_VERDICT_COUNT; v++)
                all += row[n * MX_VERDICT_COUNT + v];
            accepted += row[n * MX_VERDICT_COUNT + MX_ACCEPT];
        }
        if (all != provider[p].attempts)
            return sentence("provider", p, "attempts by number", all, provider[p].attempts);
        if (accepted != provider[p].delivered)
            return sentence("provider", p, "delivered by number", accepted, provider[p].delivered);
        if (row[MX_BUSY] != provider[p].deferred_first_attempt)
            return sentence("provider", p, "deferred at number 1", row[MX_BUSY],
                            provider[p].deferred_first_attempt);
    }
    return NULL;
}

static bool has_all(const struct mx_histogram *histogram, uint64_t expected, uint64_t *count)
{
    *count = mx_histogram_count(histogram);
    return *count == expected || (*count < expected && mx_histogram_is_saturated(histogram));
}

static char *check_histograms(const char *kind, uint32_t scope_count,
                              const struct mx_counts *counts, const struct mx_histogram *ttd,
                              const struct mx_histogram *wait)
{
    for (uint32_t i = 0; i < scope_count; i++) {
        uint64_t count;
        if (!has_all(&ttd[i], counts[i].delivered, &count))
            return sentence(kind, i, "time-to-deliver samples = delivered", count,
                            counts[i].delivered);
        if (!has_all(&wait[i], counts[i].attempts, &count))
            return sentence(kind, i, "wait samples = attempts", count, counts[i].attempts);
    }
    return NULL;
}

static char *check_all_histograms(const struct mx_observation *o, const struct scopes *scopes)
{
    char *failed = check_histograms("provider", o->provider_count, scopes->provider,
                                    o->ttd_by_provider, o->wait_by_provider);
    if (!failed)
        failed = check_histograms("campaign", o->campaign_count, scopes->campaign,
                                  o->ttd_by_campaign, o->wait_by_campaign);
    if (!failed)
        failed = check_histograms("ip", o->ip_count, scopes->ip, o->ttd_by_ip, o->wait_by_ip);
    if (!failed)
        failed = check_histograms("pair", o->campaign_count * o->provider_count, scopes->pair,
                                  o->ttd_by_pair, o->wait_by_pair);
    return failed;
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
                {"ip", scopes->ip, o->ip_count},
                {"pair", scopes->pair, o->campaign_count * o->provider_count}};
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
        failed = check_numbers(observation, scopes.provider);
    if (!failed)
        failed = check_all_histograms(observation, &scopes);
    free(scopes.total);
    return failed;
}
