// SPDX-License-Identifier: GPL-3.0-or-later
/* progress.h - how far a run is, in the live view. */
#ifndef MX_PROGRESS_LINE_H
#define MX_PROGRESS_LINE_H

#include <stdbool.h>

#include "sim/cli/live_view.h"
#include "sim/scenario/plan.h"
#include "sim/study/replicate.h"

struct mx_progress_line {
    const struct mx_plan *plan; /* borrowed */
    double message_total;       /* of one replication */
    struct mx_live_view live;
};

void mx_progress_line_init(struct mx_progress_line *line, const struct mx_plan *plan, bool wanted);
void mx_progress_line_show(struct mx_progress_line *line, const struct mx_replicate_view *view);
/* Take it away. */
void mx_progress_line_clear(struct mx_progress_line *line);

#endif
