// SPDX-License-Identifier: GPL-3.0-or-later
/* histogram.c - merging and reading of histograms; filling stands inline in histogram.h. */
#include "sim/base/histogram.h"

void mx_histogram_merge(struct mx_histogram *into, const struct mx_histogram *from)
{
    for (size_t i = 0; i < MX_HISTOGRAM_SIZE; i++) {
        uint64_t sum = (uint64_t)into->bucket[i] + from->bucket[i];

        into->bucket[i] = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
    }
}

uint64_t mx_histogram_count(const struct mx_histogram *histogram)
{
    uint64_t count = 0;

    for (size_t i = 0; i < MX_HISTOGRAM_SIZE; i++) {
        count += histogram->bucket[i];
    }
    return count;
}

bool mx_histogram_is_saturated(const struct mx_histogram *histogram)
{
    for (size_t i = 0; i < MX_HISTOGRAM_SIZE; i++) {
        if (histogram->bucket[i] == UINT32_MAX) {
            return true;
        }
    }
    return false;
}

/* Smallest value of a bucket. */
static int64_t bucket_start_us(size_t index)
{
    size_t shift;

    if (index < 2U * MX_HISTOGRAM_SUB) {
        return (int64_t)index;
    }
    shift = index / MX_HISTOGRAM_SUB - 1U;
    return (int64_t)(index - shift * MX_HISTOGRAM_SUB) << shift;
}

int64_t mx_histogram_edge_us(size_t index)
{
    MX_CHECK(index < MX_HISTOGRAM_SIZE);
    return bucket_start_us(index + 1U) - 1;
}

int64_t mx_histogram_at_rank(const struct mx_histogram *histogram, uint64_t rank)
{
    uint64_t count = 0;

    for (size_t i = 0; rank > 0 && i < MX_HISTOGRAM_SIZE; i++) {
        count += histogram->bucket[i];
        if (count >= rank) {
            int64_t start_us = bucket_start_us(i);

            return start_us + (mx_histogram_edge_us(i) - start_us) / 2;
        }
    }
    return -1;
}

uint64_t mx_histogram_rank_of(const struct mx_histogram *histogram, int64_t value_us)
{
    uint64_t count = 0;
    size_t last;

    if (value_us < 0) {
        return 0;
    }
    last = mx_histogram_index(value_us);
    for (size_t i = 0; i <= last; i++) {
        count += histogram->bucket[i];
    }
    return count;
}
