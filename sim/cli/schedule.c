// SPDX-License-Identifier: GPL-3.0-or-later
/* schedule.c - see schedule.h. Times are found by asking the scheduler itself: one message under a
 * virtual clock. */
#include "sim/cli/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/random.h"
#include "sim/cli/command.h"
#include "sim/scheduler/scheduler.h"

#define TURNS_MAX 1000000 /* of asking a queue that has nothing yet */

/* Take what is due next, moving the clock to it. Returns false when the queue stays empty. */
static bool take_next(struct mx_scheduler *scheduler, struct mx_entry *entry)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        int64_t due_us = mx_scheduler_next_due(scheduler);

        if (due_us == MX_NEVER) {
            return false;
        }
        if (mx_scheduler_take_due(scheduler, due_us + 1, entry, 1) == 1) {
            return true;
        }
    }
    return false;
}

/* The next gap as it would be in the middle of what can be drawn. */
static int64_t middle_gap_us(const struct mx_schedule *schedule, const struct mx_entry *entry)
{
    const struct mx_retry_state state = {
        .first_deferral_us = entry->attempt_count == 0 ? entry->due_us : entry->first_deferral_us,
        .attempt_count = entry->attempt_count + 1U,
        .due_us = entry->due_us,
        .gap_us = (int64_t)entry->gap_ms * 1000};

    return mx_retry_decide(&schedule->info.policy, &state, entry->due_us, 0.5).gap_us;
}

static double uniform_of(const struct mx_schedule *schedule, const struct mx_options *options)
{
    const struct mx_stream stream =
        mx_stream_make(options->seed, 0, mx_key_of_name(schedule->name));

    return options->has_seed
               ? mx_uniform(mx_draw(&stream, 0, schedule->attempt_count, MX_DRAW_RETRY).word[0])
               : 0.5;
}

/* Returns false when out of memory. */
static bool follow(struct mx_schedule *schedule, struct mx_scheduler *scheduler,
                   const struct mx_options *options)
{
    struct mx_outcome refused = {.result = MX_RESULT_REFUSED};
    struct mx_entry *entry = &refused.entry;
    int64_t drawn_us = 0;

    if (mx_scheduler_submit(scheduler, 0, 0, 0, 0, 0) != MX_SCHEDULER_OK) {
        return false;
    }
    while (take_next(scheduler, entry) && entry->due_us <= MX_HORIZON_US_MAX) {
        if (entry->kind == MX_DUE_EXPIRE) {
            schedule->expires_us = entry->due_us;
            return true;
        }
        if (schedule->attempt_count == MX_SCHEDULE_ATTEMPTS_MAX) {
            return true;
        }
        schedule->gap_drawn_us[schedule->attempt_count] = drawn_us;
        schedule->attempt_us[schedule->attempt_count++] = entry->due_us;
        refused.reply_us = entry->due_us;
        refused.u = uniform_of(schedule, options);
        drawn_us = middle_gap_us(schedule, entry);
        if (mx_scheduler_report(scheduler, &refused, 1) != MX_SCHEDULER_OK) {
            return false;
        }
        drawn_us = refused.decision.gap_us - drawn_us;
    }
    return true;
}

static int make_one(struct mx_schedule *schedule, const char *name,
                    const struct mx_reader_options *reader, const struct mx_options *options)
{
    struct mx_mistakes mistakes = {0};
    struct mx_scheduler *scheduler;
    int code = MX_EXIT_SUCCESS;

    schedule->name = name;
    schedule->expires_us = MX_NEVER;
    if (mx_reader_load_policy_info(name, reader, &schedule->info, &mistakes) != 0) {
        code = mx_mistakes_print(&mistakes);
        mx_mistakes_fini(&mistakes);
        return code;
    }
    mx_mistakes_fini(&mistakes);
    schedule->is_random = mx_retry_is_random(&schedule->info.policy);
    scheduler = mx_scheduler_create(&schedule->info.policy, MX_QUEUE_CALENDAR);
    if (scheduler == NULL || !follow(schedule, scheduler, options)) {
        mx_say("out of memory");
        code = MX_EXIT_FAILURE;
    }
    mx_scheduler_destroy(scheduler);
    return code;
}

/* All presets, the default first. */
static int find_names(struct mx_schedules *schedules, const struct mx_reader_options *reader)
{
    if (mx_reader_policy_names(reader, &schedules->names, &schedules->name_count) != 0) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    for (size_t i = 0; i < schedules->name_count; i++) {
        char *name = schedules->names[i];

        if (strcmp(name, "bluecore") == 0) {
            memmove(&schedules->names[1], schedules->names, i * sizeof *schedules->names);
            schedules->names[0] = name;
        }
    }
    return MX_EXIT_SUCCESS;
}

int mx_schedules_make(struct mx_schedules *schedules, const struct mx_options *options)
{
    struct mx_preset_dirs dirs;
    int code = MX_EXIT_SUCCESS;

    *schedules = (struct mx_schedules){0};
    mx_preset_dirs_init(&dirs);
    const struct mx_reader_options reader = {.overrides = options->overrides,
                                             .override_count = options->override_count,
                                             .preset_dirs = dirs.names,
                                             .preset_dir_count = dirs.count,
                                             .access = &mx_file_access_disk};
    if (options->all) {
        code = find_names(schedules, &reader);
    }
    schedules->count = options->all ? schedules->name_count : options->operand_count;
    schedules->item = calloc(schedules->count + 1, sizeof *schedules->item);
    if (code == MX_EXIT_SUCCESS && schedules->item == NULL) {
        mx_say("out of memory");
        code = MX_EXIT_FAILURE;
    }
    for (size_t i = 0; code != MX_EXIT_FAILURE && i < schedules->count; i++) {
        const char *name = options->all ? schedules->names[i] : options->operands[i];
        const int own = make_one(&schedules->item[i], name, &reader, options);

        code = own != MX_EXIT_SUCCESS ? own : code;
    }
    mx_preset_dirs_fini(&dirs);
    return code;
}

void mx_schedules_fini(struct mx_schedules *schedules)
{
    mx_reader_policy_names_free(schedules->names, schedules->name_count);
    free(schedules->item);
    *schedules = (struct mx_schedules){0};
}

size_t mx_schedule_count_before(const struct mx_schedule *schedule, int64_t age_us)
{
    size_t count = 0;

    while (count < schedule->attempt_count && schedule->attempt_us[count] < age_us) {
        count++;
    }
    return count;
}

const char *mx_schedule_expiry_name(const struct mx_schedule *schedule)
{
    if (schedule->expires_us == MX_NEVER) {
        return "none";
    }
    switch (schedule->info.policy.expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        return "deadline";
    case MX_EXPIRE_AFTER_FAILURE:
        return "after_failure";
    case MX_EXPIRE_EARLY:
        return "early";
    case MX_EXPIRE_ATTEMPTS:
        return "attempts";
    case MX_EXPIRE_ATTEMPTS_DUE:
        return "attempts_due";
    case MX_EXPIRE_COUNT:
        break;
    }
    return "none";
}
