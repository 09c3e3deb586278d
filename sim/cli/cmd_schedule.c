// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_schedule.c - when policies try again and give up: tables, JSON, a picture. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/units.h"
#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/schedule.h"
#include "sim/result/plot_schedule.h"

static json_t *seconds_json(int64_t time_us)
{
    if (time_us == MX_NEVER) {
        return json_null();
    }
    return time_us % MX_SECOND_US == 0 ? json_integer(time_us / MX_SECOND_US)
                                       : json_real((double)time_us / 1e6);
}

/* NULL when out of memory, or when the name is no UTF-8. */
static json_t *schedule_json(const struct mx_schedule *schedule, const struct mx_options *options)
{
    json_t *attempts = json_array(), *root;

    for (size_t i = 0; i < schedule->attempt_count; i++) {
        (void)json_array_append_new(attempts, seconds_json(schedule->attempt_us[i]));
    }
    root = json_pack("{s:s, s:o, s:o, s:s}", "policy", schedule->name, "attempts_s", attempts,
                     "expires_s", seconds_json(schedule->expires_us), "expiry",
                     mx_schedule_expiry_name(schedule));
    if (root != NULL && schedule->is_random && options->has_seed &&
        json_object_set_new(root, "seed", json_integer((json_int_t)options->seed)) != 0) {
        json_decref(root);
        root = NULL;
    }
    return root;
}

/* An object for one policy, an array of them for several. Returns an exit code. */
static int print_json(const struct mx_schedules *schedules, const struct mx_options *options)
{
    const bool is_one = schedules->count == 1 && !options->all;
    json_t *list = json_array(), *shown;
    int status = 0;

    for (size_t i = 0; status == 0 && i < schedules->count; i++) {
        status = json_array_append_new(list, schedule_json(&schedules->item[i], options));
    }
    if (status != 0 || list == NULL) {
        mx_say("out of memory, or a policy's name is no valid UTF-8");
        json_decref(list);
        return MX_EXIT_FAILURE;
    }
    shown = is_one ? json_array_get(list, 0) : list;
    status = json_dumpf(shown, stdout, JSON_REAL_PRECISION(12));
    (void)putchar('\n');
    json_decref(list);
    return status == 0 ? MX_EXIT_SUCCESS : MX_EXIT_FAILURE;
}

static enum mx_plot_end end_of(const struct mx_schedule *schedule)
{
    const struct mx_retry_policy *policy = &schedule->info.policy;

    if (policy->attempts_max > 0 && schedule->attempt_count >= policy->attempts_max) {
        return MX_PLOT_END_COUNT;
    }
    switch (policy->expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        return MX_PLOT_END_DEADLINE;
    case MX_EXPIRE_AFTER_FAILURE:
        return MX_PLOT_END_FAILURE;
    case MX_EXPIRE_EARLY:
        return MX_PLOT_END_EARLY;
    case MX_EXPIRE_ATTEMPTS:
    case MX_EXPIRE_ATTEMPTS_DUE:
    case MX_EXPIRE_COUNT:
        break;
    }
    return MX_PLOT_END_COUNT;
}

/* Most attempts in 72 h first. */
static int compare_policies(const void *a, const void *b)
{
    const struct mx_schedule *const *left = a, *const *right = b;
    const size_t left_count = mx_schedule_count_before(*left, 72 * MX_HOUR_US);
    const size_t right_count = mx_schedule_count_before(*right, 72 * MX_HOUR_US);

    if (left_count != right_count) {
        return left_count > right_count ? -1 : 1;
    }
    return *left < *right ? -1 : *left > *right;
}

/* Named policies as they were named, all of them in order of their attempts. */
static int draw(const struct mx_schedules *schedules, const struct mx_options *options)
{
    const struct mx_schedule **order = calloc(schedules->count, sizeof *order);
    struct mx_plot_policy *policies = calloc(schedules->count, sizeof *policies);
    char *scripts = mx_find_plot_scripts();
    char error[1024] = "out of memory";
    int code = MX_EXIT_FAILURE;

    if (order != NULL && policies != NULL && scripts != NULL) {
        for (size_t i = 0; i < schedules->count; i++) {
            order[i] = &schedules->item[i];
        }
        if (options->all) {
            qsort(order, schedules->count, sizeof *order, compare_policies);
        }
        for (size_t i = 0; i < schedules->count; i++) {
            policies[i] = (struct mx_plot_policy){
                order[i]->name,       order[i]->attempt_us, order[i]->attempt_count,
                order[i]->expires_us, end_of(order[i]),     order[i]->info.assumed_count > 0};
        }
        code = mx_plot_schedule(policies, schedules->count, scripts, options->plot, error,
                                sizeof error);
    }
    if (code != MX_EXIT_SUCCESS) {
        mx_say("%s", error);
    }
    free(order);
    free(policies);
    free(scripts);
    return code;
}

/* Returns an exit code. */
static int print_table(const struct mx_schedules *schedules, const struct mx_options *options)
{
    bool is_good;

    if (options->all) {
        is_good = mx_schedules_print_overview(schedules, options);
    } else if (mx_format_is_data(options->format)) {
        is_good = mx_schedules_print_data(schedules, options);
    } else if (schedules->count == 1) {
        is_good = mx_schedule_print(&schedules->item[0], options);
    } else {
        is_good = mx_schedules_print_beside(schedules, options);
    }
    return is_good ? MX_EXIT_SUCCESS : mx_table_failed();
}

/* Returns an exit code. */
static int check_usage(const struct mx_options *options)
{
    if (options->all && options->operand_count > 0) {
        mx_say("--all shows every policy; it takes no \"%s\" as well", options->operands[0]);
        return MX_EXIT_USAGE;
    }
    if (!options->all && options->operand_count == 0) {
        mx_say("schedule lacks its POLICY; mxsim schedule --all shows every one");
        return MX_EXIT_USAGE;
    }
    return MX_EXIT_SUCCESS;
}

int mx_cmd_schedule(const struct mx_options *options)
{
    struct mx_schedules schedules = {0};
    int code = check_usage(options);

    if (code == MX_EXIT_SUCCESS) {
        code = mx_schedules_make(&schedules, options);
    }
    if (code == MX_EXIT_SUCCESS && options->plot != NULL) {
        code = draw(&schedules, options);
    }
    if (code != MX_EXIT_SUCCESS) {
        mx_schedules_fini(&schedules);
        return code;
    }
    code = options->json ? print_json(&schedules, options) : print_table(&schedules, options);
    mx_schedules_fini(&schedules);
    return code;
}
