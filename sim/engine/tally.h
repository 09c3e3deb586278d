// SPDX-License-Identifier: GPL-3.0-or-later
/* tally.h - the engine's pen: counts what happened into an observation.
 *
 * Write-only; one function a happening. Keeps apart what is counted often and cheaply (cells,
 * series, net changes for the peaks) and folds it together at the end. */
#ifndef MX_TALLY_H
#define MX_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/receiver.h"
#include "sim/observe/observe.h"
#include "sim/scenario/plan.h"

struct mx_tally;
struct mx_work;

/* Where a message is counted. ip: of its home IP, ip_count for drops. */
struct mx_tally_place {
    uint32_t campaign, provider, ip;
};

/* observation is borrowed. Returns owned, or NULL. */
struct mx_tally *mx_tally_create(struct mx_observation *observation, const struct mx_plan *plan);
void mx_tally_destroy(struct mx_tally *tally);

/* Where the observation has batches: the first begins here, each is this long. */
void mx_tally_set_batches(struct mx_tally *tally, int64_t from_us, int64_t batch_us);
/* What follows is about a message created then: its batch counts it. Nothing without batches. */
void mx_tally_pick(struct mx_tally *tally, int64_t created_us);

/* Messages created before the plan's warmup are left out by the caller (mx_tally_counts). */
void mx_tally_dropped(struct mx_tally *tally, uint32_t campaign, uint32_t provider, uint64_t count);
/* So many that the horizon left uncreated: recipients, pending, without an IP. */
void mx_tally_unsent(struct mx_tally *tally, uint32_t campaign, uint32_t provider, uint64_t count);
void mx_tally_sent(struct mx_tally *tally, const struct mx_tally_place *place, int64_t created_us);

/* Until when what is created from at_us on is counted at the same places: of time series and peaks,
 * and in the same batch. */
int64_t mx_tally_change_us(struct mx_tally *tally, int64_t at_us);
/* As _sent for each of the home IPs: created from created_us on and before _change_us of that. */
void mx_tally_sent_many(struct mx_tally *tally, uint32_t campaign, uint32_t provider,
                        int64_t created_us, const uint16_t *ips, size_t count);

/* attempt_count: before this one. due_us: since when it waited to start. */
struct mx_tally_attempt {
    struct mx_tally_place place;
    int64_t created_us, due_us, start_us, reply_us;
    uint32_t attempt_count;
    enum mx_verdict verdict;
    enum mx_reason reason;
};
void mx_tally_attempt(struct mx_tally *tally, const struct mx_tally_attempt *attempt);
/* The same of the engine's own records. */
void mx_tally_work(struct mx_tally *tally, const struct mx_tally_place *place,
                   const struct mx_work *work, const struct mx_answer *answer);
/* The same of works that were accepted, works[which[i]] of i < count: they were created at or after
 * the warmup, and replied to when their transaction ended. */
void mx_tally_accepted(struct mx_tally *tally, const struct mx_tally_place *place,
                       const struct mx_work *works, const uint32_t *which, size_t count);
void mx_tally_non_attempt(struct mx_tally *tally, const struct mx_tally_place *place,
                          int64_t at_us);
void mx_tally_expired(struct mx_tally *tally, const struct mx_tally_place *place, int64_t at_us,
                      bool attempted);

/* Peaks from net changes, zero waits into the histograms. False when out of memory. */
bool mx_tally_finish(struct mx_tally *tally);

#endif
