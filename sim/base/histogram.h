// SPDX-License-Identifier: GPL-3.0-or-later
/* histogram.h - counts of durations in log-linear buckets.
 *
 * Values in us, 0 .. 2^46; below 128 exact, above 64 buckets an octave: a bucket's middle is
 * within 0.8 % of every value in it. Nothing is dropped: larger values go to the last bucket,
 * negative ones (a caller's mistake) stop the program. */
#ifndef MX_HISTOGRAM_H
#define MX_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/check.h"

#define MX_HISTOGRAM_SUB 64
#define MX_HISTOGRAM_SIZE ((46 - 6 + 1) * MX_HISTOGRAM_SUB + MX_HISTOGRAM_SUB)

struct mx_histogram {
    uint32_t bucket[MX_HISTOGRAM_SIZE]; /* of up to 2^32 - 1 each, saturating */
};

/* Index of the bucket of a value >= 0. */
static inline size_t mx_histogram_index(int64_t value_us)
{
    uint64_t value = (uint64_t)value_us;
    unsigned shift;
    size_t index;

    MX_CHECK(value_us >= 0);
    /* The octave of 64 .. 127 and all below it have buckets of width 1. */
    shift = 63U - (unsigned)__builtin_clzll(value | MX_HISTOGRAM_SUB) - 6U;
    index = (size_t)shift * MX_HISTOGRAM_SUB + (size_t)(value >> shift);
    return index < MX_HISTOGRAM_SIZE ? index : MX_HISTOGRAM_SIZE - 1;
}

/* One more in the bucket of this index: for a value that several histograms count. */
static inline void mx_histogram_bump(struct mx_histogram *histogram, size_t index)
{
    histogram->bucket[index] += histogram->bucket[index] < UINT32_MAX;
}

static inline void mx_histogram_add(struct mx_histogram *histogram, int64_t value_us)
{
    mx_histogram_bump(histogram, mx_histogram_index(value_us));
}

/* into += from, saturating. */
void mx_histogram_merge(struct mx_histogram *into, const struct mx_histogram *from);
uint64_t mx_histogram_count(const struct mx_histogram *histogram);
/* Whether a bucket has reached its limit, so that the count is too small. */
bool mx_histogram_is_saturated(const struct mx_histogram *histogram);
/* The value of this rank (1-based) in increasing order: the middle of its bucket, in us; -1 when
 * rank is larger than the count (or 0). */
int64_t mx_histogram_at_rank(const struct mx_histogram *histogram, uint64_t rank);
/* How many values lie at or below value_us (its whole bucket counted). */
uint64_t mx_histogram_rank_of(const struct mx_histogram *histogram, int64_t value_us);
/* Inclusive upper edge of a bucket; of the last one in form only, since it holds all above. */
int64_t mx_histogram_edge_us(size_t index);

#endif
