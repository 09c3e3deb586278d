// SPDX-License-Identifier: GPL-3.0-or-later
/* presets.h - what groups of a scenario start from.
 *
 * Looked for as FOLDER/NAME.cfg beside the scenario, then in each of preset_dirs; `esp-default` and
 * `bluecore` are also built in. A name that ends in .cfg is a file, seen from the file that names
 * it. A preset may start from another one. */
#ifndef MX_PRESETS_H
#define MX_PRESETS_H

#include "sim/scenario/build.h"

/* Replace every group of build->root that names a preset by the preset with the group on top;
 * collects the presets' assumed keys. */
void mx_presets_expand(struct mx_build *build);
/* The same for one group that stands at no known place; returns the merged one. */
struct mx_node *mx_presets_merge(struct mx_build *build, struct mx_node *group, const char *folder);
/* An `assumed` list of a document: keys relative to `path`. */
void mx_presets_assumed(struct mx_build *build, struct mx_node *list, const char *path);

/* Names of all presets of a kind, sorted, in the scratch arena. */
const char **mx_presets_known(struct mx_build *build, const char *folder, size_t *count);

/* The text of a built-in preset, or NULL. */
const char *mx_presets_built_in(const char *folder, const char *name);

#endif
