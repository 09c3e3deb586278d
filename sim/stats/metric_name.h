// SPDX-License-Identifier: GPL-3.0-or-later
/* metric_name.h - a metric of a scope as people write it: "providers.gmail.time_to_deliver_p99_s".
 *
 *   [total. | providers.NAME. | campaigns.NAME. | ips.NAME.] METRIC
 *
 * METRIC is a name of summary.json. The one place where such text is read and written. */
#ifndef MX_METRIC_NAME_H
#define MX_METRIC_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/plan.h"
#include "sim/stats/summary.h"

#define MX_METRIC_TEXT_SIZE 256

/* index: of the plan, as mx_summary_estimate takes it; 0 for the total. */
struct mx_scoped_metric {
    enum mx_group group;
    uint32_t index;
    enum mx_metric metric;
};

/* The first `size` bytes of text. False with what is wrong, cut to error_size, in error. */
bool mx_metric_parse(const struct mx_plan *plan, const char *text, size_t size,
                     struct mx_scoped_metric *scoped, char *error, size_t error_size);

/* As it is read, the total without a prefix; cut to size. */
void mx_metric_print(const struct mx_plan *plan, const struct mx_scoped_metric *scoped, char *text,
                     size_t size);

/* "providers.gmail.sent" of a text that names a share of what is sent there; false for any other
 * metric. */
bool mx_metric_sent_text(const char *metric, char text[MX_METRIC_TEXT_SIZE]);

/* "providers" for MX_GROUP_PROVIDER and so on, as in summary.json; static storage. */
const char *mx_group_name(enum mx_group group);

/* Name of the index-th member of a group, "(none)" past the last address; NULL when there is
 * none, and of MX_GROUP_PAIR, which has two names. Borrowed from the plan. */
const char *mx_group_member(const struct mx_plan *plan, enum mx_group group, uint32_t index);

#endif
