// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_schedule.h - a picture of retry policies: when each tries a message whose every attempt is
 * refused, and when it gives it up. A row per policy on a common logarithmic time axis. */
#ifndef MX_PLOT_SCHEDULE_H
#define MX_PLOT_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_PLOT_POLICY_COUNT_MAX 48

/* How a message ends; each has a colour and a name in the picture. */
enum mx_plot_end {
    MX_PLOT_END_DEADLINE,
    MX_PLOT_END_FAILURE,
    MX_PLOT_END_EARLY,
    MX_PLOT_END_COUNT,
    MX_PLOT_END_KIND_COUNT
};

/* attempt_us: borrowed, increasing, the first is 0. expires_us: MX_NEVER when it does not. */
struct mx_plot_policy {
    const char *name;
    const int64_t *attempt_us;
    size_t attempt_count;
    int64_t expires_us;
    enum mx_plot_end end;
    bool is_assumed; /* some of its values have no public source */
};

/* Draw `count` (1 .. MX_PLOT_POLICY_COUNT_MAX) policies in the order given as `file`, an SVG or PNG
 * by the end of its name. plots_dir: the folder of the gnuplot scripts. Returns 0 or an exit code,
 * with a sentence in error. A picture that could not be made leaves an older one as it was. */
int mx_plot_schedule(const struct mx_plot_policy *policies, size_t count, const char *plots_dir,
                     const char *file, char *error, size_t error_size);

#endif
