// SPDX-License-Identifier: GPL-3.0-or-later
/* send_results.h - what a spool recorded, as the results of a run: counted by the engine's own
 * pen, with destinations for providers. */
#ifndef MX_SEND_RESULTS_H
#define MX_SEND_RESULTS_H

#include <stdbool.h>

#include "sim/live/sender.h"
#include "sim/live/spool.h"
#include "sim/observe/trace.h"
#include "sim/stats/results.h"

#define MX_SEND_CAMPAIGN "send"
#define MX_SEND_START "start_us"   /* setting of the spool: real time of its time 0 */
#define MX_SEND_PROVIDERS_MAX 200U /* named; the others count together, as "(other)" */

/* plan: names and sizes alone, no scenario. */
struct mx_send_results {
    struct mx_plan *plan;
    struct mx_results *results;
};

/* relay: named as the one address. file: the spool's name. totals: of this run, may be NULL.
 * False with a failure of the spool in *spool_failed, else out of memory or counts that do not
 * agree, in *conflict (owned) when that is what it is. */
bool mx_send_results_make(struct mx_send_results *made, struct mx_spool *spool, const char *file,
                          const char *relay, uint64_t seed, const struct mx_send_totals *totals,
                          bool *spool_failed, char **conflict);
void mx_send_results_fini(struct mx_send_results *made);

/* Every event as a row of the trace; a mail server's log holds the envelopes' addresses. Returns 0
 * or an errno value; *spool_failed as above. */
int mx_send_trace_write(const char *path, enum mx_trace_format format, struct mx_spool *spool,
                        const char *relay, bool *spool_failed);

#endif
