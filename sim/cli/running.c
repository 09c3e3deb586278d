// SPDX-License-Identifier: GPL-3.0-or-later
/* running.c - see running.h. */
#include "sim/cli/running.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"

static volatile sig_atomic_t was_interrupted;

static void note_interrupt(int number)
{
    (void)number;
    was_interrupted = 1;
}

void mx_catch_interrupts(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note_interrupt, .sa_flags = (int)SA_RESETHAND};

    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;

        /* What nohup and the like have switched off stays so. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

bool mx_was_interrupted(void)
{
    return was_interrupted != 0;
}

uint32_t mx_choose_jobs(const struct mx_options *options)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->has_jobs) {
        return options->jobs;
    }
    if (processors < 1) {
        return 1;
    }
    return processors < (long)MX_JOBS_MAX ? (uint32_t)processors : MX_JOBS_MAX;
}

uint32_t mx_replications_max(const struct mx_options *options)
{
    return options->replications_max > 0 ? options->replications_max : MX_AUTO_REPLICATIONS_MAX;
}

bool mx_check_auto(const struct mx_options *options, bool can_stop)
{
    if (options->replications_auto && !can_stop) {
        mx_say("--replications auto needs a --precision to stop at, such as "
               "--precision delivered_rate:0.001");
        return false;
    }
    if (options->precision.count > 0 && !options->replications_auto) {
        mx_say("--precision goes with --replications auto");
        return false;
    }
    if (options->precision.count > MX_PRECISION_COUNT_MAX) {
        mx_say("at most %u of --precision", MX_PRECISION_COUNT_MAX);
        return false;
    }
    if (options->replications_max > 0 && !options->replications_auto) {
        mx_say("--replications-max goes with --replications auto");
        return false;
    }
    if (options->replications_max > 0 && options->replications_max < MX_FIRST_SAMPLE) {
        mx_say("--replications-max takes %u or more: fewer tell nothing of their own spread",
               MX_FIRST_SAMPLE);
        return false;
    }
    return true;
}

int mx_cannot_write(const char *path, int error_number)
{
    mx_say("cannot write %s: %s", path, strerror(error_number));
    return MX_EXIT_FAILURE;
}

int mx_explain_replicate(enum mx_replicate_status status, int error_number, const char *trace)
{
    switch (status) {
    case MX_REPLICATE_OK:
        return MX_EXIT_SUCCESS;
    case MX_REPLICATE_NO_MEMORY:
        mx_say("out of memory; fewer recipients or --jobs 1 need less");
        return MX_EXIT_FAILURE;
    case MX_REPLICATE_STOPPED:
        mx_say("interrupted: no results were written");
        return MX_EXIT_INTERRUPTED;
    case MX_REPLICATE_TRACE:
        return mx_cannot_write(trace, error_number);
    case MX_REPLICATE_THREADS:
        mx_say("cannot start a thread: %s", strerror(error_number));
        return MX_EXIT_FAILURE;
    case MX_REPLICATE_STATUS_COUNT:
        break;
    }
    return MX_EXIT_FAILURE;
}
