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
