// SPDX-License-Identifier: GPL-3.0-or-later
/* steady.h - one long run of a steady state: how much of its start to cut off, and batches of the
 * rest.
 *
 * The cut is MSER-5's: K. P. White, "An effective truncation heuristic for bias reduction in
 * simulation output", Simulation 69 (1997); K. P. White, M. J. Cobb, S. C. Spratt, WSC 2000. It is
 * applied to means over the messages created in each interval, of several metrics, in total and at
 * each provider; the latest of their cuts counts. Intervals come from the means of batches of
 * equal duration (B. Schmeiser, Operations Research 30 (1982): 10 to 30 of them).
 *
 * The cut is found in a pilot run of other draws: one found in the run that is counted ends where a
 * lump ends, and a mean of what lies behind lumps is too small. */
#ifndef MX_STEADY_H
#define MX_STEADY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/observe/observe.h"
#include "sim/stats/summary.h"

#define MX_STEADY_BATCHES 20U
#define MX_STEADY_BINS_MAX 20000 /* of creation time up to the horizon */

/* The first of count values to keep, a multiple of 5 below count / 2. *is_found: false when the
 * values still drift at their middle, or are fewer than 20. */
size_t mx_mser5(const double *values, size_t count, bool *is_found);

/* metric, provider (or provider_count, the total): whose cut it is. */
struct mx_steady {
    bool is_found;
    int64_t cut_us, end_us, batch_us;
    int64_t memory_us; /* how long the total's means take to forget: mx_memory_of, the largest */
    enum mx_metric metric;
    uint32_t provider;
};

/* How many of count values count as one: 1 + 2 (sum of their correlations), by C. Geyer's initial
 * positive sequence (Statistical Science 7, 1992). At least 1; 0 where nothing varies. */
double mx_memory_of(const double *values, size_t count);

/* Batches shorter than so many times the memory: neighbours correlate by about 1 / (2 x 20), and
 * the run is too short for its interval. */
#define MX_STEADY_MEMORIES_MIN 20
bool mx_steady_is_short(const struct mx_steady *steady);

/* From the bins by creation time. False when out of memory. */
bool mx_steady_find(const struct mx_observation *observation, struct mx_steady *steady);

/* Correlation of neighbouring batches, the largest of the total's means; 0 where nothing varies.
 * Above 0.45 in fewer than 1 of 40 samples of independent batches: then they are too short. */
#define MX_STEADY_LAG1_MAX 0.45
double mx_steady_lag1(const struct mx_summary *summary);

/* Why intervals of the run are not to be trusted, a sentence without a full stop; NULL: nothing
 * speaks against them. Static storage. */
const char *mx_steady_flaw(const struct mx_steady *steady, const struct mx_summary *summary);

#endif
