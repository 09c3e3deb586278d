// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_schedule.c - when a policy tries again, found by asking the scheduler itself: one message
 * under a virtual clock, whose every attempt is refused at once. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/result/human_text.h"
#include "sim/scheduler/scheduler.h"

#define ATTEMPTS_SHOWN_MAX 1000
#define TURNS_MAX 1000000 /* of asking a queue that has nothing yet */

struct schedule {
    const char *name;
    struct mx_retry_policy policy;
    int64_t attempt_us[ATTEMPTS_SHOWN_MAX];
    size_t attempt_count;
    int64_t expires_us; /* MX_NEVER: cut before that */
};

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

/* Returns false when out of memory. */
static bool follow(struct schedule *schedule, struct mx_scheduler *scheduler)
{
    struct mx_outcome refused = {.u = 0.5, .result = MX_RESULT_REFUSED};
    struct mx_entry *entry = &refused.entry;

    if (mx_scheduler_submit(scheduler, 0, 0, 0, 0, 0) != MX_SCHEDULER_OK) {
        return false;
    }
    while (take_next(scheduler, entry) && entry->due_us <= MX_HORIZON_US_MAX) {
        if (entry->kind == MX_DUE_EXPIRE) {
            schedule->expires_us = entry->due_us;
            return true;
        }
        if (schedule->attempt_count == ATTEMPTS_SHOWN_MAX) {
            return true;
        }
        schedule->attempt_us[schedule->attempt_count++] = entry->due_us;
        refused.reply_us = entry->due_us;
        if (mx_scheduler_report(scheduler, &refused, 1) != MX_SCHEDULER_OK) {
            return false;
        }
    }
    return true;
}

static const char *expiry_name(const struct schedule *schedule)
{
    if (schedule->expires_us == MX_NEVER) {
        return "none";
    }
    switch (schedule->policy.expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        return "deadline";
    case MX_EXPIRE_AFTER_FAILURE:
        return "after_failure";
    case MX_EXPIRE_EARLY:
        return "early";
    case MX_EXPIRE_ATTEMPTS:
    case MX_EXPIRE_ATTEMPTS_DUE:
        return "attempts";
    case MX_EXPIRE_COUNT:
        break;
    }
    return "none";
}

static const char *expiry_words(const struct schedule *schedule)
{
    switch (schedule->policy.expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        return "at the end of its lifetime, without another attempt";
    case MX_EXPIRE_AFTER_FAILURE:
        return "at the first refused attempt past its lifetime";
    case MX_EXPIRE_EARLY:
        return "early: the next attempt would be past its lifetime";
    case MX_EXPIRE_ATTEMPTS:
    case MX_EXPIRE_ATTEMPTS_DUE:
        return "after its last attempt";
    case MX_EXPIRE_COUNT:
        break;
    }
    return "";
}

static void print_table(const struct schedule *schedule)
{
    const char *bold = mx_color_allowed(1) ? "\033[1m" : "";
    const char *plain = bold[0] != '\0' ? "\033[0m" : "";

    (void)printf("Retry policy %s: a message whose every attempt is refused at once\n\n",
                 schedule->name);
    (void)printf("%sattempt  %18s  %22s  %14s%s\n", bold, "gap", "since creation", "seconds",
                 plain);
    for (size_t i = 0; i < schedule->attempt_count; i++) {
        int64_t at_us = schedule->attempt_us[i];

        (void)printf("%7lu  %18s  %22s  %14.12g\n", (unsigned long)i + 1,
                     i > 0 ? mx_human_exact(at_us - schedule->attempt_us[i - 1]).s : "-",
                     mx_human_exact(at_us).s, (double)at_us / 1e6);
    }
    if (schedule->expires_us != MX_NEVER) {
        (void)printf("%7s  %18s  %22s  %14.12g\n\nIt expires %s: one soft bounce.\n", "expiry", "",
                     mx_human_exact(schedule->expires_us).s, (double)schedule->expires_us / 1e6,
                     expiry_words(schedule));
    } else {
        (void)printf("\nCut after %lu attempts: no expiry within %d attempts or 400 days.\n",
                     (unsigned long)schedule->attempt_count, ATTEMPTS_SHOWN_MAX);
    }
    if (mx_retry_is_random(&schedule->policy)) {
        (void)printf("What the policy draws at random is shown at its median.\n");
    }
}

static json_t *seconds_json(int64_t time_us)
{
    if (time_us == MX_NEVER) {
        return json_null();
    }
    return time_us % MX_SECOND_US == 0 ? json_integer(time_us / MX_SECOND_US)
                                       : json_real((double)time_us / 1e6);
}

/* Returns an exit code. */
static int print_json(const struct schedule *schedule)
{
    json_t *attempts = json_array();
    json_t *root;
    int status;

    for (size_t i = 0; i < schedule->attempt_count; i++) {
        (void)json_array_append_new(attempts, seconds_json(schedule->attempt_us[i]));
    }
    root =
        json_pack("{s:s, s:o, s:o, s:s}", "policy", schedule->name, "attempts_s", attempts,
                  "expires_s", seconds_json(schedule->expires_us), "expiry", expiry_name(schedule));
    if (root == NULL) {
        mx_say("out of memory, or the policy's name is no valid UTF-8");
        return MX_EXIT_FAILURE;
    }
    status = json_dumpf(root, stdout, JSON_REAL_PRECISION(12));
    (void)putchar('\n');
    json_decref(root);
    return status == 0 ? MX_EXIT_SUCCESS : MX_EXIT_FAILURE;
}

/* Returns an exit code, with the mistakes printed. */
static int load(const struct mx_options *options, struct mx_retry_policy *policy)
{
    struct mx_preset_dirs dirs;
    struct mx_mistakes mistakes = {0};
    int status;

    mx_preset_dirs_init(&dirs);
    status =
        mx_reader_load_policy(options->operands[0],
                              &(struct mx_reader_options){.overrides = options->overrides,
                                                          .override_count = options->override_count,
                                                          .preset_dirs = dirs.names,
                                                          .preset_dir_count = dirs.count,
                                                          .access = &mx_file_access_disk},
                              policy, &mistakes);
    mx_preset_dirs_fini(&dirs);
    if (status != 0) {
        mx_mistakes_print(&mistakes);
    }
    mx_mistakes_fini(&mistakes);
    return status == 0 ? MX_EXIT_SUCCESS : MX_EXIT_INVALID;
}

int mx_cmd_schedule(const struct mx_options *options)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);
    struct mx_scheduler *scheduler = NULL;
    int code = MX_EXIT_FAILURE;
    bool is_done = false;

    if (schedule != NULL) {
        schedule->name = options->operands[0];
        schedule->expires_us = MX_NEVER;
        code = load(options, &schedule->policy);
        if (code != MX_EXIT_SUCCESS) {
            free(schedule);
            return code;
        }
        scheduler = mx_scheduler_create(&schedule->policy, MX_QUEUE_CALENDAR);
        is_done = scheduler != NULL && follow(schedule, scheduler);
    }
    if (!is_done) {
        mx_say("out of memory");
        code = MX_EXIT_FAILURE;
    } else if (options->json) {
        code = print_json(schedule);
    } else {
        print_table(schedule);
    }
    mx_scheduler_destroy(scheduler);
    free(schedule);
    return code;
}
