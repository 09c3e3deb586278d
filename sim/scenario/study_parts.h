// SPDX-License-Identifier: GPL-3.0-or-later
/* study_parts.h - what the files that read a study share. */
#ifndef MX_STUDY_PARTS_H
#define MX_STUDY_PARTS_H

#include "sim/scenario/fields.h"
#include "sim/scenario/mistakes.h"
#include "sim/scenario/study.h"

/* In the study's memory. node: a text. */
struct mx_study_text mx_study_text_of(struct mx_build *build, const struct mx_node *node);

/* The section `parameters`. */
void mx_study_read_parameters(struct mx_fields *top, struct mx_study *study);

/* Whether its parameters fit the design of a sweep. */
void mx_study_check_design(struct mx_build *build, const struct mx_study *study);

#endif
