// SPDX-License-Identifier: GPL-3.0-or-later
/* progress.h - one line on a terminal that says how far a run is. Nothing where there is none. */
#ifndef MX_PROGRESS_LINE_H
#define MX_PROGRESS_LINE_H

#include <stdbool.h>

#include "sim/scenario/plan.h"
#include "sim/study/replicate.h"

struct mx_progress_line {
    const struct mx_plan *plan; /* borrowed */
    double message_total;       /* of one replication */
    bool is_on, is_shown;
};

/* On standard error; on only when wanted and that is a terminal. */
void mx_progress_line_init(struct mx_progress_line *line, const struct mx_plan *plan, bool wanted);
void mx_progress_line_show(struct mx_progress_line *line, const struct mx_replicate_view *view);
/* Take it away. */
void mx_progress_line_clear(struct mx_progress_line *line);

#endif
