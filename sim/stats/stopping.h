// SPDX-License-Identifier: GPL-3.0-or-later
/* stopping.h - replications until intervals are as narrow as wanted.
 *
 * "delivered_rate:0.001": half of the 95 % interval of the mean at most 0.001; "deferrals:2%": at
 * most 2 % of the mean. A sequential procedure, whose looks depend on the results alone: README.md.
 */
#ifndef MX_STOPPING_H
#define MX_STOPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/plan.h"
#include "sim/stats/metric_name.h"
#include "sim/stats/summary.h"

#define MX_FIRST_SAMPLE 30U            /* replications before the first look */
#define MX_AUTO_REPLICATIONS_MAX 1000U /* default cap */
#define MX_PRECISION_COUNT_MAX 64U

/* width: > 0, in the metric's unit or, relative, as a share of the mean. */
struct mx_precision {
    struct mx_scoped_metric of;
    bool is_relative;
    double width;
};

/* False with what is wrong, cut to size, in error. */
bool mx_precision_parse(const struct mx_plan *plan, const char *text,
                        struct mx_precision *precision, char *error, size_t size);

/* How far one is. half: the larger side of the interval, as width counts it. */
enum mx_precision_state { MX_PRECISION_MET, MX_PRECISION_WIDE, MX_PRECISION_UNDEFINED };
enum mx_precision_state mx_precision_state_of(const struct mx_precision *precision,
                                              const struct mx_estimate *estimate, double *half);

/* Replications wanted after `count` >= MX_FIRST_SAMPLE of them: `count` when one can stop, since
 * all are met or one is undefined and stays so. wide: halves over widths, the largest. */
uint32_t mx_stopping_next(uint32_t count, double wide);

/* All precisions at once, by an estimate each of the `count` replications so far; or by their
 * summary. */
uint32_t mx_precision_next_of(const struct mx_precision *precisions,
                              const struct mx_estimate *estimates, size_t precision_count,
                              uint32_t count);
uint32_t mx_precision_next(const struct mx_precision *precisions, size_t precision_count,
                           const struct mx_summary *summary);

#endif
