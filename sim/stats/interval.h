// SPDX-License-Identifier: GPL-3.0-or-later
/* interval.h - intervals at any confidence, and corrections for several of them at once.
 *
 * Every interval here is of what varies in its sample: of chance alone, what other luck would have
 * given in the same model; or, where what is assumed was drawn afresh for each replication
 * (sim/study/uncertain.h), of chance and what is not known.
 * confidence: two-sided, in (0, 1). Results are cut to nine significant digits where they come from
 * a function of the library, whose last bits may differ between processors. */
#ifndef MX_INTERVAL_H
#define MX_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_CONFIDENCE_DEFAULT 0.95

/* What an interval is of, in words: "chance alone" or "chance and what is not known". */
const char *mx_interval_of(bool is_uncertain);

struct mx_interval {
    double low, high;
};

/* What of an interval lies within a range: a count is not below 0, a share not above 1. */
struct mx_interval mx_interval_clip(struct mx_interval interval, struct mx_interval range);

/* Half-width of the interval of a mean, in standard errors, freedom >= 1. */
double mx_student_t(double confidence, uint32_t freedom);

/* The same for a known deviation. */
double mx_normal_z(double confidence);

/* Mean of count >= 1 values and the variance of one (0 for one). Same bits on every machine. */
void mx_moments_of(const double *values, uint32_t count, double *mean, double *variance);

/* Correlation of neighbours among count >= 2 values, in [-1, 1]; 0 where nothing varies. */
double mx_lag1(const double *values, uint32_t count);

/* Of the mean of count >= 2 values. */
struct mx_interval mx_interval_mean(const double *values, uint32_t count, double confidence);

/* Of a share, of `count` > 0 independent cases of which `cases` in [0, count] were so; either may
 * be a fraction (an effective number of cases). Always within [0, 1], and of some width at 0 and
 * 1. The mid-P interval: H. Lancaster, J. Am. Stat. Assoc. 56 (1961); G. Berry, P. Armitage,
 * The Statistician 44 (1995). */
struct mx_interval mx_interval_share(double cases, double count, double confidence);

/* Of the mean of replication_count >= 2 shares, each of about cases_total / replication_count
 * cases which may depend on each other within a replication: mx_interval_share for as many
 * independent cases as would scatter as the shares do (E. Korn, B. Graubard, Survey Methodology 24
 * (1998)). Where all shares are 0 or all are 1, nothing tells how cases depend on each other: they
 * count as independent. */
struct mx_interval mx_interval_mean_share(const double *shares, uint32_t replication_count,
                                          double cases_total, double confidence);

/* Ranks, 1-based, of the sorted values between which the quantile p in (0, 1) of the law that
 * count independent values come from lies with at least this confidence, whatever the law. rank 0
 * and count + 1: there is no such bound among so few values. H. David, H. Nagaraja, Order
 * Statistics (2003), 7.1. */
void mx_interval_quantile_ranks(uint32_t count, double p, double confidence, uint32_t *low,
                                uint32_t *high);

/* Confidence of each of `count` >= 1 intervals so that all hold together with `confidence`, by
 * Bonferroni's inequality. */
double mx_bonferroni(double confidence, uint32_t count);

/* Two-sided p-value of Student's t: the chance of a mean as far from 0 as this. */
double mx_student_p(double mean, double standard_error, uint32_t freedom);

/* p-values adjusted for their number, in their places: S. Holm, Scand. J. Stat. 6 (1979). Below
 * 1 - confidence: differs, with all such statements true together at that confidence. At most
 * MX_HOLM_MAX of them. */
#define MX_HOLM_MAX 4096U
void mx_holm_adjust(double *p_values, size_t count);

#endif
