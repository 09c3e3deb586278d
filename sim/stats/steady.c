// SPDX-License-Identifier: GPL-3.0-or-later
/* steady.c - see steady.h. */
#include "sim/stats/steady.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

#define BATCH 5U
#define LEAST 20U          /* values for a cut */
#define VALUES_WANTED 2000 /* a series, at most about this many */

static double batch_mean(const double *values, size_t batch)
{
    double sum = 0;

    for (size_t i = 0; i < BATCH; i++) {
        sum += values[batch * BATCH + i];
    }
    return sum / BATCH;
}

size_t mx_mser5(const double *values, size_t count, bool *is_found)
{
    size_t n = count / BATCH, half = n / 2, best = half;
    double mean = 0, squares = 0, least = 0;

    *is_found = false;
    if (count < LEAST) {
        return 0;
    }
    /* From the end, adding one batch mean after the other to their mean and sum of squares. */
    for (size_t d = n; d-- > 0;) {
        double kept = (double)(n - d), z = batch_mean(values, d), step = z - mean, error;

        mean += step / kept;
        squares += step * (z - mean);
        error = squares / (kept * kept);
        if (d == half || (d < half && error <= least)) {
            least = error;
            best = d;
        }
    }
    *is_found = best < half;
    return best * BATCH;
}

/* Bins first..first+group of a scope. */
static struct mx_creation_bin sum_bins(const struct mx_observation *o, size_t first, size_t group,
                                       uint32_t provider)
{
    struct mx_creation_bin sum = {0};
    uint32_t p_first = provider < o->provider_count ? provider : 0;
    uint32_t p_end = provider < o->provider_count ? provider + 1U : o->provider_count;

    for (size_t b = first; b < first + group && b < o->creation_count; b++) {
        for (uint32_t p = p_first; p < p_end; p++) {
            const struct mx_creation_bin *bin = &o->creations[b * o->provider_count + p];

            sum.sent += bin->sent;
            sum.delivered += bin->delivered;
            sum.attempts += bin->attempts;
            sum.deferrals += bin->deferrals;
            sum.ttd_us_sum += bin->ttd_us_sum;
            sum.wait_us_sum += bin->wait_us_sum;
        }
    }
    return sum;
}

static const enum mx_metric series_metrics[] = {
    MX_METRIC_DELIVERED_RATE, MX_METRIC_DEFERRALS_PER_MESSAGE, MX_METRIC_TIME_TO_DELIVER_MEAN_S,
    MX_METRIC_WAIT_MEAN_S};
#define SERIES_COUNT (sizeof series_metrics / sizeof series_metrics[0])

/* False where there is nothing to take a mean of. */
static bool mean_of(const struct mx_creation_bin *bin, enum mx_metric metric, double *mean)
{
    uint64_t above = metric == MX_METRIC_DELIVERED_RATE           ? bin->delivered
                     : metric == MX_METRIC_DEFERRALS_PER_MESSAGE  ? bin->deferrals
                     : metric == MX_METRIC_TIME_TO_DELIVER_MEAN_S ? bin->ttd_us_sum
                                                                  : bin->wait_us_sum;
    uint64_t below = metric == MX_METRIC_TIME_TO_DELIVER_MEAN_S ? bin->delivered
                     : metric == MX_METRIC_WAIT_MEAN_S          ? bin->attempts
                                                                : bin->sent;

    *mean = below > 0 ? (double)above / (double)below : 0;
    return below > 0;
}

/* Bins up to the last one with messages, which is not whole and left out. */
static size_t bins_in_use(const struct mx_observation *o)
{
    size_t end = o->creation_count;

    while (end > 0 && sum_bins(o, end - 1, 1, o->provider_count).sent == 0) {
        end--;
    }
    return end > 0 ? end - 1 : 0;
}

static double covariance(const double *values, size_t count, double mean, size_t lag)
{
    double sum = 0;

    for (size_t i = lag; i < count; i++) {
        sum += (values[i] - mean) * (values[i - lag] - mean);
    }
    return sum / (double)count;
}

double mx_memory_of(const double *values, size_t count)
{
    double mean = 0, variance, sum = -1;
    bool varies = false;

    for (size_t i = 0; i < count; i++) {
        mean += values[i] / (double)count;
        varies = varies || values[i] < values[0] || values[i] > values[0];
    }
    variance = covariance(values, count, mean, 0);
    if (!varies || variance <= 0) {
        return 0;
    }
    for (size_t lag = 0; lag + 1 < count / 2; lag += 2) {
        double pair =
            (covariance(values, count, mean, lag) + covariance(values, count, mean, lag + 1)) /
            variance;

        if (pair <= 0) {
            break;
        }
        sum += 2 * pair;
    }
    return sum > 1 ? sum : 1;
}

bool mx_steady_is_short(const struct mx_steady *steady)
{
    return steady->batch_us < MX_STEADY_MEMORIES_MIN * steady->memory_us;
}

/* One series of one scope: moves the cut where its own is later. */
static void cut_series(const struct mx_observation *o, uint32_t provider, enum mx_metric metric,
                       size_t bins, double *values, size_t *places, struct mx_steady *steady)
{
    size_t group = bins / VALUES_WANTED + 1, count = 0, cut;
    int64_t cut_us;
    bool is_found;

    for (size_t b = 0; b + group <= bins; b += group) {
        struct mx_creation_bin sum = sum_bins(o, b, group, provider);

        places[count] = b;
        count += mean_of(&sum, metric, &values[count]);
    }
    if (count < LEAST) {
        return;
    }
    cut = mx_mser5(values, count, &is_found);
    cut_us = (int64_t)places[cut] * o->creation_every_us;
    steady->is_found = steady->is_found && is_found;
    if (provider == o->provider_count) {
        double memory = mx_memory_of(&values[cut], count - cut);
        int64_t memory_us = (int64_t)(memory * (double)(group * (size_t)o->creation_every_us));

        /* One value has no correlation to show: what is forgotten within it has no length. */
        memory_us = memory > 1 ? memory_us : 0;
        steady->memory_us = memory_us > steady->memory_us ? memory_us : steady->memory_us;
    }
    if (cut_us > steady->cut_us) {
        steady->cut_us = cut_us;
        steady->metric = metric;
        steady->provider = provider;
    }
}

bool mx_steady_find(const struct mx_observation *o, struct mx_steady *steady)
{
    size_t bins = bins_in_use(o);
    double *values = calloc(bins + 1U, sizeof *values);
    size_t *places = calloc(bins + 1U, sizeof *places);
    int64_t rest_us;

    MX_CHECK(o->creations != NULL);
    *steady = (struct mx_steady){.is_found = bins >= LEAST,
                                 .end_us = (int64_t)bins * o->creation_every_us,
                                 .metric = series_metrics[0],
                                 .provider = o->provider_count};
    for (uint32_t p = 0; values != NULL && places != NULL && p <= o->provider_count; p++) {
        for (size_t m = 0; m < SERIES_COUNT; m++) {
            cut_series(o, p, series_metrics[m], bins, values, places, steady);
        }
    }
    rest_us = steady->end_us - steady->cut_us;
    steady->batch_us = rest_us > MX_STEADY_BATCHES ? rest_us / MX_STEADY_BATCHES : 1;
    free(places);
    free(values);
    return values != NULL && places != NULL;
}

double mx_steady_lag1(const struct mx_summary *summary)
{
    uint32_t count = mx_summary_count(summary);
    double values[MX_STEADY_BATCHES], largest = 0;

    MX_CHECK(count == MX_STEADY_BATCHES);
    for (size_t m = 0; m < SERIES_COUNT; m++) {
        bool is_known = true;

        for (uint32_t b = 0; b < count; b++) {
            is_known =
                mx_summary_value(summary, b, MX_GROUP_TOTAL, 0, series_metrics[m], &values[b]) &&
                is_known;
        }
        if (is_known) {
            double lag1 = mx_lag1(values, count);

            largest = lag1 > largest ? lag1 : largest;
        }
    }
    return largest;
}

const char *mx_steady_flaw(const struct mx_steady *steady, const struct mx_summary *summary)
{
    if (!steady->is_found) {
        return "no steady state: means still drift when half of the run is over, or there are too "
               "few messages; a longer run may find one";
    }
    if (mx_steady_is_short(steady)) {
        return "the run is too short: its batches are less than 20 times as long as its means take "
               "to forget, and intervals may be too narrow; make it longer";
    }
    if (mx_steady_lag1(summary) > MX_STEADY_LAG1_MAX) {
        return "batches depend on each other: intervals may be too narrow; a longer run makes "
               "longer batches";
    }
    return NULL;
}
