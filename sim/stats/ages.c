// SPDX-License-Identifier: GPL-3.0-or-later
/* ages.c - see ages.h. */
#include "sim/stats/ages.h"

#include <stdlib.h>
#include <string.h>

#include "models/exact_math.h"
#include "models/units.h"
#include "sim/base/check.h"
#include "sim/stats/outcome_range.h"

#define STEP_COUNT 200

struct mx_ages {
    uint32_t provider_count, replication_count, count;
    size_t age_count;
    int64_t age_us[MX_AGES_MAX];
    uint64_t *sent;      /* [replication][provider or total] */
    uint64_t *delivered; /* [replication][provider or total][age] */
    double *column;      /* for the work of one call */
};

static int compare_ages(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* Powers of exact functions, so that the ages are the same on every machine. */
static void fill_ages(struct mx_ages *ages, int64_t last_us)
{
    static const int64_t asked_us[] = {MX_MINUTE_US,      2 * MX_MINUTE_US,  5 * MX_MINUTE_US,
                                       10 * MX_MINUTE_US, 30 * MX_MINUTE_US, MX_HOUR_US,
                                       2 * MX_HOUR_US,    6 * MX_HOUR_US,    12 * MX_HOUR_US,
                                       24 * MX_HOUR_US,   48 * MX_HOUR_US,   72 * MX_HOUR_US};
    double span = mx_log((double)last_us / (double)MX_SECOND_US);
    size_t count = 0, kept = 0;

    for (int i = 0; i < STEP_COUNT; i++) {
        /* To the millisecond: short text, and no step is that small. */
        double age_ms = 1000.0 * mx_exp(span * i / (STEP_COUNT - 1));

        ages->age_us[count++] = (int64_t)(age_ms + 0.5) * 1000;
    }
    ages->age_us[count - 1] = last_us;
    for (size_t i = 0; i < sizeof asked_us / sizeof asked_us[0]; i++) {
        ages->age_us[count++] = asked_us[i];
    }
    qsort(ages->age_us, count, sizeof ages->age_us[0], compare_ages);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || ages->age_us[i] > ages->age_us[kept - 1]) {
            ages->age_us[kept++] = ages->age_us[i];
        }
    }
    ages->age_count = kept;
}

struct mx_ages *mx_ages_create(uint32_t provider_count, uint32_t replication_count,
                               int64_t horizon_us)
{
    struct mx_ages *ages = calloc(1, sizeof *ages);
    size_t rows = ((size_t)provider_count + 1U) * replication_count;

    if (ages == NULL) {
        return NULL;
    }
    ages->provider_count = provider_count;
    ages->replication_count = replication_count;
    fill_ages(ages, horizon_us > 72 * MX_HOUR_US ? horizon_us : 72 * MX_HOUR_US);
    ages->sent = calloc(rows + 1U, sizeof *ages->sent);
    ages->delivered = calloc(rows + 1U, ages->age_count * sizeof *ages->delivered);
    ages->column = calloc(replication_count + 1U, sizeof *ages->column);
    if (ages->sent == NULL || ages->delivered == NULL || ages->column == NULL) {
        mx_ages_destroy(ages);
        return NULL;
    }
    return ages;
}

void mx_ages_destroy(struct mx_ages *ages)
{
    if (ages != NULL) {
        free(ages->sent);
        free(ages->delivered);
        free(ages->column);
        free(ages);
    }
}

static size_t row_of(const struct mx_ages *ages, uint32_t replication, uint32_t provider)
{
    return (size_t)replication * (ages->provider_count + 1U) + provider;
}

/* One pass over the buckets for all ages, which come in increasing order. */
static void fill_delivered(const struct mx_ages *ages, const struct mx_histogram *ttd,
                           uint64_t *delivered)
{
    uint64_t count = 0;
    size_t bucket = 0;

    for (size_t a = 0; a < ages->age_count; a++) {
        size_t last = mx_histogram_index(ages->age_us[a]);

        for (; bucket <= last; bucket++) {
            count += ttd->bucket[bucket];
        }
        delivered[a] = count;
    }
}

void mx_ages_add(struct mx_ages *ages, const struct mx_observation *o)
{
    size_t total = row_of(ages, ages->count, ages->provider_count);

    MX_CHECK(ages->count < ages->replication_count);
    MX_CHECK(ages->provider_count == o->provider_count);
    for (uint32_t p = 0; p < o->provider_count; p++) {
        size_t row = row_of(ages, ages->count, p);
        struct mx_counts counts = {0};

        for (uint32_t c = 0; c < o->campaign_count; c++) {
            for (uint32_t ip = 0; ip <= o->ip_count; ip++) {
                mx_counts_add(&counts, mx_observation_cell(o, c, p, ip));
            }
        }
        ages->sent[row] = mx_counts_sent(&counts);
        ages->sent[total] += ages->sent[row];
        fill_delivered(ages, &o->ttd_by_provider[p], &ages->delivered[row * ages->age_count]);
        for (size_t a = 0; a < ages->age_count; a++) {
            ages->delivered[total * ages->age_count + a] +=
                ages->delivered[row * ages->age_count + a];
        }
    }
    ages->count++;
}

size_t mx_ages_count(const struct mx_ages *ages)
{
    return ages->age_count;
}

int64_t mx_ages_us(const struct mx_ages *ages, size_t age)
{
    MX_CHECK(age < ages->age_count);
    return ages->age_us[age];
}

bool mx_ages_share(const struct mx_ages *ages, uint32_t provider, size_t age,
                   struct mx_age_share *share)
{
    uint32_t count = 0;
    uint64_t sent = 0;
    double sum = 0;
    struct mx_outcome_range range;

    MX_CHECK(provider <= ages->provider_count && age < ages->age_count);
    for (uint32_t r = 0; r < ages->count; r++) {
        size_t row = row_of(ages, r, provider);

        sent += ages->sent[row];
        if (ages->sent[row] > 0) {
            double value =
                (double)ages->delivered[row * ages->age_count + age] / (double)ages->sent[row];

            ages->column[count++] = value;
            sum += value;
        }
    }
    if (count == 0) {
        return false;
    }
    range = mx_outcome_range_of(ages->column, count, MX_OUTCOME_PROBABILITY);
    share->share = sum / count;
    share->low = range.low < share->share ? range.low : share->share;
    share->high = range.high > share->share ? range.high : share->share;
    share->sent = (double)sent / ages->count;
    return true;
}
