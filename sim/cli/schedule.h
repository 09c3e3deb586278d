// SPDX-License-Identifier: GPL-3.0-or-later
/* schedule.h - private to cmd_schedule.c and its parts: when a policy tries a message whose every
 * attempt is refused at once. */
#ifndef MX_SCHEDULE_H
#define MX_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/cli/options.h"
#include "sim/scenario/reader.h"

#define MX_SCHEDULE_ATTEMPTS_MAX 1000
#define MX_SCHEDULES_MAX 100 /* named at once */

/* gap_drawn_us[i]: what chance added to the gap that led to attempt i. */
struct mx_schedule {
    const char *name; /* borrowed */
    struct mx_policy_info info;
    bool is_random;
    int64_t attempt_us[MX_SCHEDULE_ATTEMPTS_MAX];
    int64_t gap_drawn_us[MX_SCHEDULE_ATTEMPTS_MAX];
    size_t attempt_count;
    int64_t expires_us; /* MX_NEVER: cut before that */
};

/* Several of them, in the order to be shown. names: owned where --all found them. */
struct mx_schedules {
    size_t count;
    struct mx_schedule *item;
    char **names;
    size_t name_count;
};

/* Load every policy that the options ask for and follow it. Returns an exit code, with all mistakes
 * printed; mx_schedules_fini must follow in any case. */
int mx_schedules_make(struct mx_schedules *schedules, const struct mx_options *options);
void mx_schedules_fini(struct mx_schedules *schedules);

/* Attempts that start before an age. */
size_t mx_schedule_count_before(const struct mx_schedule *schedule, int64_t age_us);

/* As in the scenario: "deadline" ...; "none" when it was cut. */
const char *mx_schedule_expiry_name(const struct mx_schedule *schedule);

/* One in full; several side by side; all of them, a line each; for programs: a row an attempt. On
 * standard output; false as mx_table_print. */
bool mx_schedule_print(const struct mx_schedule *schedule, const struct mx_options *options);
bool mx_schedules_print_beside(const struct mx_schedules *schedules,
                               const struct mx_options *options);
bool mx_schedules_print_overview(const struct mx_schedules *schedules,
                                 const struct mx_options *options);
bool mx_schedules_print_data(const struct mx_schedules *schedules,
                             const struct mx_options *options);

#endif
