// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity_study.h - which of what is not known moves the answer: a study from its file to
 * mx_sensitivity.
 *
 * Factors are the study's parameters and, where it says `assumed`, everything ASSUMED that has a
 * range. All points are simulated with the same seed and replications, so that two of them differ
 * by the values alone (common random numbers). First the method's points, by groups; then each
 * factor of the most influential groups goes to both ends of its range, alone. */
#ifndef MX_SENSITIVITY_STUDY_H
#define MX_SENSITIVITY_STUDY_H

#include "sim/scenario/study.h"
#include "sim/stats/sensitivity.h"
#include "sim/study/workers.h"

/* Factors moved alone at most: the rest of a refinement is left out. */
#define MX_REFINE_FACTORS_MAX 150U

struct mx_sensitivity_options {
    const struct mx_study *study;
    const char *const *preset_dirs;
    size_t preset_dir_count;
    bool has_seed, has_replications; /* instead of the study's */
    uint64_t seed;
    uint32_t replications, jobs;
    /* As in workers.h; phase: 0 the method's points, 1 factors alone. */
    bool (*look)(void *context, int phase, const struct mx_replicate_view *view);
    void *context;
};

enum mx_sensitivity_status {
    MX_SENSITIVITY_OK,
    MX_SENSITIVITY_INVALID, /* mistakes say what: of the study, or of a point of it */
    MX_SENSITIVITY_NO_MEMORY,
    MX_SENSITIVITY_STOPPED,
    MX_SENSITIVITY_THREADS
};

/* On OK *found is returned owned. */
enum mx_sensitivity_status mx_sensitivity_run(const struct mx_sensitivity_options *options,
                                              struct mx_mistakes *mistakes,
                                              struct mx_sensitivity **found);

#endif
