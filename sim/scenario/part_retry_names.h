// SPDX-License-Identifier: GPL-3.0-or-later
/* part_retry_names.h - the names that real servers have for the keys of a retry policy. */
#ifndef MX_PART_RETRY_NAMES_H
#define MX_PART_RETRY_NAMES_H

#include "sim/scenario/fields.h"

/* Take `server` of a policy's group, and give every key that carries that server's own name the
 * general one, in the group and in the list of assumed keys. Where both stand, the later layer
 * (--set over the scenario over its preset) wins; both in the same layer is a mistake. */
void mx_retry_names_settle(struct mx_fields *fields);

/* A message about the policy of `group` with every key in the word that the user wrote. */
const char *mx_retry_names_in(struct mx_build *build, const struct mx_node *group,
                              const char *text);

#endif
