// SPDX-License-Identifier: GPL-3.0-or-later
/* interval.c - see interval.h. */
#include "sim/stats/interval.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

#define HALVINGS 100 /* of [0, 1]: more than a double tells apart */

static double nine_digits(double value)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%.8e", value);
    return strtod(text, NULL);
}

static double upper_tail(double confidence)
{
    MX_CHECK(confidence > 0 && confidence < 1);
    return (1.0 - confidence) / 2.0;
}

const char *mx_interval_of(bool is_uncertain)
{
    return is_uncertain ? "chance and what is not known" : "chance alone";
}

struct mx_interval mx_interval_clip(struct mx_interval interval, struct mx_interval range)
{
    return (struct mx_interval){interval.low > range.low ? interval.low : range.low,
                                interval.high < range.high ? interval.high : range.high};
}

double mx_student_t(double confidence, uint32_t freedom)
{
    MX_CHECK(freedom >= 1);
    return nine_digits(gsl_cdf_tdist_Qinv(upper_tail(confidence), (double)freedom));
}

double mx_normal_z(double confidence)
{
    return nine_digits(gsl_cdf_ugaussian_Qinv(upper_tail(confidence)));
}

/* Two passes, in the order of the values. The mean is kept between least and largest, which
 * rounding could cross: equal values have that value as mean, and a variance of 0. */
void mx_moments_of(const double *values, uint32_t count, double *mean, double *variance)
{
    double sum = 0, squares = 0, least = values[0], largest = values[0];

    MX_CHECK(count >= 1);
    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
        least = values[i] < least ? values[i] : least;
        largest = values[i] > largest ? values[i] : largest;
    }
    *mean = sum / count;
    *mean = *mean < least ? least : *mean > largest ? largest : *mean;
    for (uint32_t i = 0; i < count; i++) {
        squares += (values[i] - *mean) * (values[i] - *mean);
    }
    *variance = count > 1 ? squares / (count - 1U) : 0;
}

double mx_lag1(const double *values, uint32_t count)
{
    double mean, variance, products = 0;

    MX_CHECK(count >= 2);
    mx_moments_of(values, count, &mean, &variance);
    for (uint32_t i = 1; i < count; i++) {
        products += (values[i - 1] - mean) * (values[i] - mean);
    }
    return variance > 0 ? products / ((count - 1U) * variance) : 0;
}

struct mx_interval mx_interval_mean(const double *values, uint32_t count, double confidence)
{
    double mean, variance, half;

    MX_CHECK(count >= 2);
    mx_moments_of(values, count, &mean, &variance);
    half = mx_student_t(confidence, count - 1U) * sqrt(variance / count);
    return (struct mx_interval){mean - half, mean + half};
}

/* P(X > cases) + P(X = cases) / 2 for a share p: an incomplete beta function, which is defined
 * for fractions of cases as well. */
static double mid_p_above(double cases, double count, double p)
{
    double at_least = cases > 0 ? gsl_cdf_beta_P(p, cases, count - cases + 1.0) : 1.0;
    double above = cases < count ? gsl_cdf_beta_P(p, cases + 1.0, count - cases) : 0.0;

    return (at_least + above) / 2.0;
}

/* The share at which mid_p_above, which grows with it, is `target`. */
static double share_at(double cases, double count, double target)
{
    double low = 0, high = 1;

    for (int i = 0; i < HALVINGS && high - low > 1e-12 * high; i++) {
        double middle = low + (high - low) / 2.0;

        if (mid_p_above(cases, count, middle) < target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2.0;
}

/* Of a share of at most a half. */
static struct mx_interval small_share(double cases, double count, double confidence)
{
    double tail = upper_tail(confidence);

    return (struct mx_interval){cases > 0 ? nine_digits(share_at(cases, count, tail)) : 0.0,
                                nine_digits(share_at(cases, count, 1.0 - tail))};
}

/* The larger half by the share of those that were not so, so that the small number keeps its
 * digits. */
struct mx_interval mx_interval_share(double cases, double count, double confidence)
{
    struct mx_interval interval;

    MX_CHECK(count > 0 && cases >= 0 && cases <= count);
    if (2.0 * cases <= count) {
        return small_share(cases, count, confidence);
    }
    interval = small_share(count - cases, count, confidence);
    return (struct mx_interval){1.0 - interval.high, 1.0 - interval.low};
}

struct mx_interval mx_interval_mean_share(const double *shares, uint32_t replication_count,
                                          double cases_total, double confidence)
{
    double mean, variance, widening, effective;

    MX_CHECK(replication_count >= 2 && cases_total > 0);
    mx_moments_of(shares, replication_count, &mean, &variance);
    mean = mean < 0 ? 0 : mean > 1 ? 1 : mean;
    if (!(variance > 0)) {
        if (mean > 0 && mean < 1) {
            return (struct mx_interval){mean, mean};
        }
        return mx_interval_share(mean * cases_total, cases_total, confidence);
    }
    widening = mx_student_t(confidence, replication_count - 1U) / mx_normal_z(confidence);
    effective = mean * (1.0 - mean) / (variance / replication_count) / (widening * widening);
    return mx_interval_share(mean * effective, effective, confidence);
}

void mx_interval_quantile_ranks(uint32_t count, double p, double confidence, uint32_t *low,
                                uint32_t *high)
{
    double tail = upper_tail(confidence);

    MX_CHECK(count >= 1 && p > 0 && p < 1);
    /* low: the largest rank r with P(fewer than r values below) <= tail; high by symmetry. */
    *low = 0;
    while (*low < count && gsl_cdf_binomial_P(*low, p, count) <= tail) {
        (*low)++;
    }
    *high = count + 1U;
    while (*high > 1U && gsl_cdf_binomial_Q(*high - 2U, p, count) <= tail) {
        (*high)--;
    }
}

double mx_bonferroni(double confidence, uint32_t count)
{
    MX_CHECK(count >= 1);
    return 1.0 - (1.0 - confidence) / count;
}

double mx_student_p(double mean, double standard_error, uint32_t freedom)
{
    MX_CHECK(freedom >= 1);
    if (!(standard_error > 0)) {
        return mean < 0 || mean > 0 ? 0.0 : 1.0;
    }
    return nine_digits(2.0 * gsl_cdf_tdist_Q(fabs(mean / standard_error), (double)freedom));
}

void mx_holm_adjust(double *p_values, size_t count)
{
    bool is_done[MX_HOLM_MAX] = {false};
    double floor_at = 0;

    MX_CHECK(count <= MX_HOLM_MAX);
    for (size_t step = 0; step < count; step++) {
        size_t least = count;
        double adjusted;

        for (size_t i = 0; i < count; i++) {
            if (!is_done[i] && (least == count || p_values[i] < p_values[least])) {
                least = i;
            }
        }
        adjusted = p_values[least] * (double)(count - step);
        floor_at = adjusted > floor_at ? adjusted : floor_at;
        p_values[least] = floor_at < 1.0 ? floor_at : 1.0;
        is_done[least] = true;
    }
}
