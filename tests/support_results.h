// SPDX-License-Identifier: GPL-3.0-or-later
/* support_results.h - a small plan and observations made by hand, for tests of statistics and
 * results: two providers, two campaigns, two addresses. */
#ifndef MX_SUPPORT_RESULTS_H
#define MX_SUPPORT_RESULTS_H

#include "sim/observe/observe.h"
#include "sim/scenario/plan.h"

/* Static storage; provider "alpha" is index 1 but shown first, "beta, inc" index 0. Horizon 1 h. */
const struct mx_plan *mx_test_plan(void);

/* Empty, of the plan's sizes: bins of 1 min, samples of 10 min. */
struct mx_observation *mx_test_observation(void);

/* Messages of campaign 0 at a provider from IP 0 that are delivered after ttd_us, all in the bin of
 * that time. */
void mx_test_deliver(struct mx_observation *observation, uint32_t provider, uint32_t count,
                     int64_t ttd_us);

/* The same that stay undecided after one deferral each. */
void mx_test_defer(struct mx_observation *observation, uint32_t provider, uint32_t count,
                   enum mx_reason reason);

#endif
