// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_plot.c - pictures of a result folder. The drawing is sim/result/plot.h's. */
#include <stdlib.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/result/plot.h"

int mx_cmd_plot(const struct mx_options *options)
{
    const char *kind = options->operand_count > 1 ? options->operands[1] : "all";
    char error[1024] = "";
    char *scripts = mx_find_plot_scripts();
    int code;

    if (scripts == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    code = mx_plot(options->operands[0], kind, scripts, options->out, error, sizeof error);
    if (code != MX_EXIT_SUCCESS) {
        mx_say("%s", error);
    }
    free(scripts);
    return code;
}
