// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/base/error.h"
#include "sim/cli/command.h"
int mx_cmd_plan(const struct mx_options *options)
{
    (void)options;
    return MX_EXIT_FAILURE;
}
