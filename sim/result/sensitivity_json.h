// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity_json.h - sensitivity.json; its fields are in README.md. */
#ifndef MX_SENSITIVITY_JSON_H
#define MX_SENSITIVITY_JSON_H

#include "sim/stats/sensitivity.h"

/* command: the command line that gives the same again. Owned text, or NULL when out of memory. */
char *mx_sensitivity_json(const struct mx_sensitivity *sensitivity, const char *command);

#endif
