// SPDX-License-Identifier: GPL-3.0-or-later
/* tally.c - counting. See tally.h.
 *
 * The peak of undecided messages is taken at the ends of intervals: of one window, doubled until
 * there are at most 65,536 of them (4 s at 72 h and windows of 1 s) or, for many addresses, until
 * they fit PEAK_CELLS_MAX. Net changes are booked at their own time, in any order, and added up at
 * the end. */
#include "sim/engine/tally.h"

#include "sim/engine/world.h"

#include <stdlib.h>

#define PEAK_INTERVALS_MAX 65536
#define PEAK_CELLS_MAX 4194304 /* intervals x scopes */

struct mx_tally {
    struct mx_observation *observation;
    struct mx_observation *into; /* cells and histograms: its batch's, or the same */
    int64_t batch_from_us, batch_us;
    int64_t horizon_us;
    int64_t peak_every_us;
    size_t peak_count;
    /* net change [interval][scope]: providers, campaigns, addresses. The scopes of an interval lie
     * together, since almost all that is booked belongs to the present one. */
    int64_t *changes;
    size_t scope_count, first_campaign, first_ip;
    /* the interval and the bin last used, so that a division is rare */
    int64_t peak_from_us;
    int64_t *peak_changes;
    int64_t bin_from_us;
    size_t bin_index;
};

struct mx_tally *mx_tally_create(struct mx_observation *observation, const struct mx_plan *plan)
{
    struct mx_tally *tally = calloc(1, sizeof *tally);
    if (!tally)
        return NULL;
    tally->observation = observation;
    tally->into = observation;
    tally->horizon_us = plan->horizon_us;
    tally->first_campaign = plan->provider_count;
    tally->first_ip = tally->first_campaign + plan->campaign_count;
    tally->scope_count = tally->first_ip + plan->ip_count;
    int64_t most = PEAK_CELLS_MAX / (int64_t)tally->scope_count;
    if (most > PEAK_INTERVALS_MAX)
        most = PEAK_INTERVALS_MAX;
    tally->peak_every_us = plan->window_us;
    while (plan->horizon_us / tally->peak_every_us >= most)
        tally->peak_every_us *= 2;
    tally->peak_count = (size_t)(plan->horizon_us / tally->peak_every_us) + 1;
    tally->changes = calloc(tally->peak_count * tally->scope_count, sizeof *tally->changes);
    if (!tally->changes) {
        free(tally);
        return NULL;
    }
    tally->peak_changes = tally->changes;
    return tally;
}

void mx_tally_destroy(struct mx_tally *tally)
{
    if (!tally)
        return;
    free(tally->changes);
    free(tally);
}

void mx_tally_set_batches(struct mx_tally *tally, int64_t from_us, int64_t batch_us)
{
    tally->batch_from_us = from_us;
    tally->batch_us = batch_us;
}

static void pick(struct mx_tally *tally, size_t batch)
{
    struct mx_observation *o = tally->observation;
    tally->into = o->batches[batch < o->batch_count ? batch : o->batch_count - 1U];
}

void mx_tally_pick(struct mx_tally *tally, int64_t created_us)
{
    if (tally->observation->batch_count > 0)
        pick(tally, (size_t)((created_us - tally->batch_from_us) / tally->batch_us));
}

/* The net changes of the interval of at_us. */
static inline int64_t *changes_at(struct mx_tally *tally, int64_t at_us)
{
    int64_t since = at_us - tally->peak_from_us;
    if (since < 0 || since >= tally->peak_every_us) {
        size_t index = (size_t)(at_us / tally->peak_every_us);
        tally->peak_from_us = (int64_t)index * tally->peak_every_us;
        tally->peak_changes = &tally->changes[index * tally->scope_count];
    }
    return tally->peak_changes;
}

static inline void book(struct mx_tally *tally, const struct mx_tally_place *place, int64_t at_us,
                        int64_t change)
{
    int64_t *changes = changes_at(tally, at_us);
    changes[place->provider] += change;
    changes[tally->first_campaign + place->campaign] += change;
    changes[tally->first_ip + place->ip] += change;
}

static inline struct mx_series_bin *bin_at(struct mx_tally *tally, uint32_t provider, int64_t at_us)
{
    struct mx_observation *o = tally->observation;
    int64_t since = at_us - tally->bin_from_us;
    if (since < 0 || since >= o->series_every_us) {
        tally->bin_index = (size_t)(at_us / o->series_every_us);
        tally->bin_from_us = (int64_t)tally->bin_index * o->series_every_us;
    }
    return &o->series[tally->bin_index * o->provider_count + provider];
}

static inline struct mx_counts *cell_at(struct mx_tally *tally, const struct mx_tally_place *place)
{
    return mx_observation_cell(tally->into, place->campaign, place->provider, place->ip);
}

void mx_tally_dropped(struct mx_tally *tally, uint32_t campaign, uint32_t provider, uint64_t count)
{
    struct mx_counts *cell =
        mx_observation_cell(tally->into, campaign, provider, tally->observation->ip_count);
    cell->recipients += count;
    cell->dropped += count;
}

void mx_tally_unsent(struct mx_tally *tally, uint32_t campaign, uint32_t provider, uint64_t count)
{
    if (tally->observation->batch_count > 0)
        pick(tally, SIZE_MAX);
    mx_observation_cell(tally->into, campaign, provider, tally->observation->ip_count)
        ->recipients += count;
}

/* NULL where there are none. */
static struct mx_creation_bin *creation_at(struct mx_tally *tally, uint32_t provider,
                                           int64_t created_us)
{
    struct mx_observation *o = tally->observation;
    if (!o->creations)
        return NULL;
    size_t bin = (size_t)(created_us / o->creation_every_us);
    return &o->creations[bin * o->provider_count + provider];
}

static void count_by_creation(struct mx_tally *tally, const struct mx_tally_attempt *attempt)
{
    struct mx_creation_bin *bin = creation_at(tally, attempt->place.provider, attempt->created_us);
    if (!bin)
        return;
    bin->attempts++;
    bin->wait_us_sum += (uint64_t)(attempt->start_us - attempt->due_us);
    bin->deferrals += attempt->verdict == MX_BUSY;
    if (attempt->verdict == MX_ACCEPT) {
        bin->delivered++;
        bin->ttd_us_sum += (uint64_t)(attempt->reply_us - attempt->created_us);
    }
}

void mx_tally_sent(struct mx_tally *tally, const struct mx_tally_place *place, int64_t created_us)
{
    cell_at(tally, place)->recipients++;
    bin_at(tally, place->provider, created_us)->created++;
    struct mx_creation_bin *bin = creation_at(tally, place->provider, created_us);
    if (bin)
        bin->sent++;
    book(tally, place, created_us, 1);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t mx_tally_change_us(struct mx_tally *tally, int64_t at_us)
{
    const struct mx_observation *o = tally->observation;
    (void)bin_at(tally, 0, at_us);
    (void)changes_at(tally, at_us);
    int64_t end_us =
        least(tally->bin_from_us + o->series_every_us, tally->peak_from_us + tally->peak_every_us);
    if (o->creations)
        end_us = least(end_us, (at_us / o->creation_every_us + 1) * o->creation_every_us);
    if (o->batch_count > 0) {
        const int64_t since_us = at_us - tally->batch_from_us;
        const int64_t batch = since_us < 0 ? -1 : since_us / tally->batch_us;
        end_us = least(end_us, tally->batch_from_us + (batch + 1) * tally->batch_us);
    }
    return end_us;
}

void mx_tally_sent_many(struct mx_tally *tally, uint32_t campaign, uint32_t provider,
                        int64_t created_us, const uint16_t *ips, size_t count)
{
    struct mx_counts *cells = mx_observation_cell(tally->into, campaign, provider, 0);
    struct mx_creation_bin *bin = creation_at(tally, provider, created_us);
    int64_t *changes = changes_at(tally, created_us);
    bin_at(tally, provider, created_us)->created += count;
    if (bin)
        bin->sent += count;
    changes[provider] += (int64_t)count;
    changes[tally->first_campaign + campaign] += (int64_t)count;
    changes += tally->first_ip;
    for (size_t i = 0; i < count; i++) {
        cells[ips[i]].recipients++;
        changes[ips[i]]++;
    }
}

static inline void count_delivered(struct mx_observation *o, const struct mx_tally_place *place,
                                   struct mx_counts *cell, int64_t ttd_us)
{
    cell->delivered++;
    cell->ttd_us_sum += (uint64_t)ttd_us;
    if ((uint64_t)ttd_us > cell->ttd_us_max)
        cell->ttd_us_max = (uint64_t)ttd_us;
    size_t bucket = mx_histogram_index(ttd_us);
    mx_histogram_bump(&o->ttd_by_pair[mx_observation_pair(o, place->campaign, place->provider)],
                      bucket);
    mx_histogram_bump(&o->ttd_by_ip[place->ip], bucket);
}

/* The zeros are filled in at the end. */
static inline void count_wait(struct mx_observation *o, const struct mx_tally_place *place,
                              struct mx_counts *cell, int64_t wait_us)
{
    cell->wait_us_sum += (uint64_t)wait_us;
    size_t bucket = mx_histogram_index(wait_us);
    mx_histogram_bump(&o->wait_by_pair[mx_observation_pair(o, place->campaign, place->provider)],
                      bucket);
    mx_histogram_bump(&o->wait_by_ip[place->ip], bucket);
}

static void count_busy(struct mx_counts *cell, struct mx_series_bin *bin, enum mx_reason reason,
                       bool is_first)
{
    cell->deferrals[reason]++;
    bin->deferrals[reason]++;
    /* whatever is tried again was deferred before: the first refusal is the first try */
    cell->deferred_messages += is_first;
    cell->deferred_first_attempt += is_first;
}

static void count_rejected(struct mx_counts *cell, struct mx_series_bin *bin,
                           enum mx_verdict verdict, enum mx_reason reason)
{
    if (verdict == MX_REJECT_HARD) {
        cell->hard_bounced++;
        bin->hard_bounced++;
        return;
    }
    cell->soft_rejected++;
    cell->soft_full += reason == MX_REASON_MAILBOX_FULL;
    cell->soft_blocked += reason == MX_REASON_BLOCKED;
    bin->soft_rejected++;
}

static inline __attribute__((always_inline)) void count_attempt(
    struct mx_tally *tally, const struct mx_tally_attempt *attempt)
{
    const struct mx_tally_place *place = &attempt->place;
    struct mx_counts *cell = cell_at(tally, place);
    struct mx_series_bin *bin = bin_at(tally, place->provider, attempt->reply_us);
    cell->attempts++;
    bin->attempts++;
    mx_observation_count_number(tally->into, place->provider, attempt->attempt_count,
                                attempt->verdict);
    if (attempt->start_us != attempt->due_us)
        count_wait(tally->into, place, cell, attempt->start_us - attempt->due_us);
    if (tally->observation->creations)
        count_by_creation(tally, attempt);
    if (attempt->verdict == MX_BUSY) {
        count_busy(cell, bin, attempt->reason, attempt->attempt_count == 0);
        return;
    }
    if (attempt->verdict == MX_ACCEPT) {
        bin->delivered++;
        count_delivered(tally->into, place, cell, attempt->reply_us - attempt->created_us);
    } else {
        count_rejected(cell, bin, attempt->verdict, attempt->reason);
    }
    book(tally, place, attempt->reply_us, -1);
}

void mx_tally_attempt(struct mx_tally *tally, const struct mx_tally_attempt *attempt)
{
    count_attempt(tally, attempt);
}

void mx_tally_work(struct mx_tally *tally, const struct mx_tally_place *place,
                   const struct mx_work *work, const struct mx_answer *answer)
{
    const struct mx_entry *entry = &work->entry;
    const struct mx_tally_attempt attempt = {
        .place = *place,
        .created_us = entry->created_us,
        .due_us = entry->attempt_count == 0 ? entry->created_us : entry->due_us,
        .start_us = work->start_us,
        .reply_us = answer->reply_us,
        .attempt_count = entry->attempt_count,
        .verdict = answer->verdict,
        .reason = answer->reason,
    };
    count_attempt(tally, &attempt); /* inlined: no such record is ever written */
}

/* Where accepted attempts of one place are counted: what they share is looked up once. */
struct pen {
    uint32_t *ttd[2], *wait[2]; /* buckets: of the pair, of the address */
    uint64_t *by_number;
    struct mx_series_bin *bin;
    int64_t bin_from_us;
    int64_t *changes[3];
    int64_t peak_from_us;
    uint64_t ttd_us_sum, ttd_us_max, wait_us_sum;
};

/* No bucket can be full: there were not so many attempts. */
static inline void bump_both(uint32_t *const bucket[2], size_t index)
{
    bucket[0][index]++;
    bucket[1][index]++;
}

static struct pen pen_at(struct mx_tally *tally, const struct mx_tally_place *place)
{
    struct mx_observation *o = tally->observation;
    const size_t pair = mx_observation_pair(o, place->campaign, place->provider);
    return (struct pen){
        .ttd = {o->ttd_by_pair[pair].bucket, o->ttd_by_ip[place->ip].bucket},
        .wait = {o->wait_by_pair[pair].bucket, o->wait_by_ip[place->ip].bucket},
        .by_number = mx_observation_numbers(o, place->provider) + MX_ACCEPT,
    };
}

/* The pen stands at the bin and at the net changes of at_us. */
static void move_pen(struct mx_tally *tally, const struct mx_tally_place *place, int64_t at_us,
                     struct pen *pen)
{
    int64_t *changes = changes_at(tally, at_us);
    pen->bin = bin_at(tally, place->provider, at_us);
    pen->bin_from_us = tally->bin_from_us;
    pen->changes[0] = &changes[place->provider];
    pen->changes[1] = &changes[tally->first_campaign + place->campaign];
    pen->changes[2] = &changes[tally->first_ip + place->ip];
    pen->peak_from_us = tally->peak_from_us;
}

static inline void count_accepted(const struct mx_work *work, struct pen *pen)
{
    const struct mx_entry *entry = &work->entry;
    const int64_t due_us = entry->attempt_count == 0 ? entry->created_us : entry->due_us;
    const int64_t ttd_us = work->until_us - entry->created_us, wait_us = work->start_us - due_us;
    pen->bin->attempts++;
    pen->bin->delivered++;
    pen->changes[0][0]--;
    pen->changes[1][0]--;
    pen->changes[2][0]--;
    pen->by_number[mx_observation_number(entry->attempt_count) * MX_VERDICT_COUNT]++;
    pen->ttd_us_sum += (uint64_t)ttd_us;
    if ((uint64_t)ttd_us > pen->ttd_us_max)
        pen->ttd_us_max = (uint64_t)ttd_us;
    bump_both(pen->ttd, mx_histogram_index(ttd_us));
    if (wait_us != 0) {
        pen->wait_us_sum += (uint64_t)wait_us;
        bump_both(pen->wait, mx_histogram_index(wait_us));
    }
}

/* count > 0. */
static void accept_plainly(struct mx_tally *tally, const struct mx_tally_place *place,
                           const struct mx_work *works, const uint32_t *which, size_t count)
{
    const uint64_t bin_us = (uint64_t)tally->observation->series_every_us;
    const uint64_t peak_us = (uint64_t)tally->peak_every_us;
    struct mx_counts *cell = cell_at(tally, place);
    struct pen pen = pen_at(tally, place);
    move_pen(tally, place, works[which[0]].until_us, &pen);
    for (size_t i = 0; i < count; i++) {
        const struct mx_work *work = &works[which[i]];
        if ((uint64_t)(work->until_us - pen.bin_from_us) >= bin_us ||
            (uint64_t)(work->until_us - pen.peak_from_us) >= peak_us)
            move_pen(tally, place, work->until_us, &pen);
        count_accepted(work, &pen);
    }
    cell->attempts += count;
    cell->delivered += count;
    cell->ttd_us_sum += pen.ttd_us_sum;
    cell->wait_us_sum += pen.wait_us_sum;
    if (pen.ttd_us_max > cell->ttd_us_max)
        cell->ttd_us_max = pen.ttd_us_max;
}

void mx_tally_accepted(struct mx_tally *tally, const struct mx_tally_place *place,
                       const struct mx_work *works, const uint32_t *which, size_t count)
{
    if (count == 0)
        return;
    const struct mx_observation *o = tally->observation;
    if (o->batch_count == 0 && !o->creations && o->attempt_total < UINT32_MAX) {
        accept_plainly(tally, place, works, which, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct mx_work *work = &works[which[i]];
        const struct mx_answer answer = {
            .verdict = MX_ACCEPT, .reason = MX_REASON_NONE, .reply_us = work->until_us};
        mx_tally_pick(tally, work->entry.created_us);
        mx_tally_work(tally, place, work, &answer);
    }
}

void mx_tally_non_attempt(struct mx_tally *tally, const struct mx_tally_place *place, int64_t at_us)
{
    cell_at(tally, place)->non_attempts++;
    bin_at(tally, place->provider, at_us)->non_attempts++;
}

void mx_tally_expired(struct mx_tally *tally, const struct mx_tally_place *place, int64_t at_us,
                      bool attempted)
{
    struct mx_counts *cell = cell_at(tally, place);
    cell->expired++;
    cell->expired_unattempted += !attempted;
    bin_at(tally, place->provider, at_us)->expired++;
    book(tally, place, at_us, -1);
}

/* The highest level that a scope's net changes reach, or those of several scopes together. */
static uint64_t peak_of(const struct mx_tally *tally, size_t scope, size_t scope_count)
{
    const int64_t *changes = tally->changes + scope;
    int64_t level = 0, peak = 0;
    for (size_t i = 0; i < tally->peak_count; i++, changes += tally->scope_count) {
        for (size_t s = 0; s < scope_count; s++)
            level += changes[s];
        if (level > peak)
            peak = level;
    }
    return (uint64_t)peak;
}

/* Attempts that did not wait: all that are not in the histogram yet. */
static void fill_zero(struct mx_histogram *histogram, uint64_t attempts)
{
    uint64_t zeros = histogram->bucket[0] + (attempts - mx_histogram_count(histogram));
    histogram->bucket[0] = zeros < UINT32_MAX ? (uint32_t)zeros : UINT32_MAX;
}

/* Of every pair and address; and what the pairs give for providers and campaigns. */
static bool finish_histograms(struct mx_observation *o)
{
    uint64_t *of_ip = calloc((size_t)o->ip_count + 1, sizeof *of_ip);
    if (!of_ip)
        return false;
    for (uint32_t c = 0; c < o->campaign_count; c++) {
        for (uint32_t p = 0; p < o->provider_count; p++) {
            size_t pair = mx_observation_pair(o, c, p);
            uint64_t of_pair = 0;
            for (uint32_t i = 0; i < o->ip_count; i++) {
                uint64_t count = mx_observation_cell(o, c, p, i)->attempts;
                of_pair += count;
                of_ip[i] += count;
            }
            if (of_pair == 0)
                continue; /* both are empty */
            fill_zero(&o->wait_by_pair[pair], of_pair);
            mx_histogram_merge(&o->wait_by_provider[p], &o->wait_by_pair[pair]);
            mx_histogram_merge(&o->wait_by_campaign[c], &o->wait_by_pair[pair]);
            mx_histogram_merge(&o->ttd_by_provider[p], &o->ttd_by_pair[pair]);
            mx_histogram_merge(&o->ttd_by_campaign[c], &o->ttd_by_pair[pair]);
        }
    }
    for (uint32_t i = 0; i < o->ip_count; i++)
        fill_zero(&o->wait_by_ip[i], of_ip[i]);
    free(of_ip);
    return true;
}

static void merge_histograms(struct mx_histogram *into, const struct mx_histogram *from,
                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        mx_histogram_merge(&into[i], &from[i]);
}

static void merge_batch(struct mx_observation *into, const struct mx_observation *from)
{
    size_t cells = (size_t)into->campaign_count * into->provider_count * (into->ip_count + 1U);
    for (size_t i = 0; i < cells; i++)
        mx_counts_add(&into->cells[i], &from->cells[i]);
    size_t numbers = (size_t)into->provider_count * MX_ATTEMPT_NUMBER_COUNT * MX_VERDICT_COUNT;
    for (size_t i = 0; i < numbers; i++)
        into->by_number[i] += from->by_number[i];
    size_t pairs = (size_t)into->campaign_count * into->provider_count;
    merge_histograms(into->ttd_by_pair, from->ttd_by_pair, pairs);
    merge_histograms(into->wait_by_pair, from->wait_by_pair, pairs);
    merge_histograms(into->ttd_by_ip, from->ttd_by_ip, into->ip_count);
    merge_histograms(into->wait_by_ip, from->wait_by_ip, into->ip_count);
}

/* A batch's peaks are those of all: undecided messages of other batches are in the way, too. */
static void copy_peaks(struct mx_observation *into, const struct mx_observation *from)
{
    into->peak_total = from->peak_total;
    for (uint32_t p = 0; p < into->provider_count; p++)
        into->peak_by_provider[p] = from->peak_by_provider[p];
    for (uint32_t c = 0; c < into->campaign_count; c++)
        into->peak_by_campaign[c] = from->peak_by_campaign[c];
    for (uint32_t i = 0; i < into->ip_count; i++)
        into->peak_by_ip[i] = from->peak_by_ip[i];
}

bool mx_tally_finish(struct mx_tally *tally)
{
    struct mx_observation *o = tally->observation;
    for (uint32_t p = 0; p < o->provider_count; p++)
        o->peak_by_provider[p] = peak_of(tally, p, 1);
    for (uint32_t c = 0; c < o->campaign_count; c++)
        o->peak_by_campaign[c] = peak_of(tally, tally->first_campaign + c, 1);
    for (uint32_t i = 0; i < o->ip_count; i++)
        o->peak_by_ip[i] = peak_of(tally, tally->first_ip + i, 1);
    o->peak_total = peak_of(tally, 0, o->provider_count);
    for (uint32_t b = 0; b < o->batch_count; b++) {
        if (!finish_histograms(o->batches[b]))
            return false;
        merge_batch(o, o->batches[b]);
        copy_peaks(o->batches[b], o);
    }
    return finish_histograms(o);
}
