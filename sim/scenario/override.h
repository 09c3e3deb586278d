// SPDX-License-Identifier: GPL-3.0-or-later
/* override.h - --set PATH=VALUE: single keys of the tree replaced.
 *
 * Before presets are merged, so that a key written by --set counts as the scenario's own and that
 * --set may choose a preset; those that reach into a list which only a preset has come after. */
#ifndef MX_OVERRIDE_H
#define MX_OVERRIDE_H

#include "sim/scenario/build.h"

/* last: presets are merged; what cannot be placed now is a mistake. done[i] is set for each
 * override placed (or reported), and those set are skipped. */
void mx_overrides_apply(struct mx_build *build, bool last, bool *done);

#endif
