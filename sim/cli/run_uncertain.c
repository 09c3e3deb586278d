// SPDX-License-Identifier: GPL-3.0-or-later
/* run_uncertain.c - see run_uncertain.h. */
#include "sim/cli/run_uncertain.h"

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/running.h"
#include "sim/cli/study_setup.h"
#include "sim/stats/outcome_range.h"
#include "sim/study/uncertain.h"

int mx_run_uncertain_prepare(struct mx_plan *plan, const struct mx_options *options)
{
    if (!options->uncertain) {
        return MX_EXIT_SUCCESS;
    }
    if (plan->steady_state) {
        mx_say("a steady_state is one long run: --uncertain does not go with it");
        return MX_EXIT_USAGE;
    }
    if (plan->factor_count == 0) {
        mx_say("--uncertain changes nothing: no value of this scenario is ASSUMED with a range");
    } else if (!options->replications_auto && !options->has_replications &&
               plan->replications < MX_OUTCOME_COUNT_FULL) {
        plan->replications = MX_OUTCOME_COUNT_FULL;
    } else if (!options->replications_auto && plan->replications < 2) {
        mx_say("--uncertain needs at least 2 replications; %u give the range of 90 %% of outcomes",
               MX_OUTCOME_COUNT_FULL);
        return MX_EXIT_USAGE;
    }
    return MX_EXIT_SUCCESS;
}

static int simulate(const struct mx_plan *plan, const struct mx_options *options,
                    struct mx_uncertain *uncertain, const struct mx_replicate_options *how,
                    struct mx_results *results)
{
    const struct mx_replicate_plans plans = mx_uncertain_plans(uncertain);
    struct mx_replicate_options again = *how;
    enum mx_replicate_status status;
    int error_number;

    again.replication_count = results->replication_count;
    again.more = NULL;
    again.trace_path = NULL;
    again.plans = &plans;
    results->factor_count = plan->factor_count;
    results->command =
        mx_study_command_line(options, "run", how->seed, results->replication_count, true);
    if (results->command == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    status = mx_replicate_run(plan, &again, &results->uncertain, &error_number);
    if (status == MX_REPLICATE_OK) {
        results->performance.wall_s += results->uncertain->performance.wall_s;
        results->performance.attempt_total += results->uncertain->performance.attempt_total;
        results->performance.message_total += results->uncertain->performance.message_total;
    }
    return mx_explain_replicate(status, error_number, NULL);
}

int mx_run_uncertain(const struct mx_plan *plan, const struct mx_options *options,
                     const struct mx_replicate_options *how, struct mx_results *results)
{
    struct mx_preset_dirs dirs;
    struct mx_mistakes mistakes = {.item = NULL};
    struct mx_uncertain *uncertain;
    int code = MX_EXIT_INVALID;
    uint32_t bad;

    if (!options->uncertain || plan->factor_count == 0) {
        return MX_EXIT_SUCCESS;
    }
    mx_preset_dirs_init(&dirs);
    uncertain =
        mx_uncertain_create(plan,
                            &(struct mx_point_options){.scenario = options->operands[0],
                                                       .overrides = options->overrides,
                                                       .override_count = options->override_count,
                                                       .preset_dirs = dirs.names,
                                                       .preset_dir_count = dirs.count},
                            how->seed, &mistakes);
    if (uncertain != NULL) {
        bad = mx_uncertain_check(uncertain, results->replication_count, &mistakes);
        if (bad < results->replication_count) {
            mx_say("--uncertain: values drawn for replication %u give no valid scenario",
                   (unsigned)bad);
        } else {
            code = simulate(plan, options, uncertain, how, results);
        }
    } else if (mistakes.count == 0) {
        mx_say("out of memory");
        code = MX_EXIT_FAILURE;
    }
    mx_mistakes_print(&mistakes);
    mx_mistakes_fini(&mistakes);
    mx_uncertain_destroy(uncertain);
    mx_preset_dirs_fini(&dirs);
    return code;
}
