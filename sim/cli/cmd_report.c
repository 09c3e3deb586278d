// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_report.c - a page of result folders. The writing is sim/result/report.h's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/cli/running.h"
#include "sim/result/plot_gnuplot.h"
#include "sim/result/report.h"

int mx_cmd_report(const struct mx_options *options)
{
    struct mx_report_request request = {.dirs = options->operands,
                                        .dir_count = options->operand_count,
                                        .out = options->out,
                                        .pictures_dir = options->pictures};
    size_t size = strlen(options->operands[0]) + sizeof "/report.html";
    char *scripts = mx_find_plot_scripts(), *out = malloc(size);
    char error[1024] = "";
    int code;

    if (scripts == NULL || out == NULL) {
        mx_say("out of memory");
        free(scripts);
        free(out);
        return MX_EXIT_FAILURE;
    }
    (void)snprintf(out, size, "%s/report.html", options->operands[0]);
    request.plots_dir = scripts;
    if (request.out == NULL) {
        request.out = out;
    }
    mx_catch_interrupts();
    mx_gnuplot_stop_when(mx_was_interrupted);
    code = mx_report_write(&request, error, sizeof error);
    if (code == MX_EXIT_INTERRUPTED) {
        mx_say("interrupted: no page was written");
    } else if (code != MX_EXIT_SUCCESS) {
        mx_say("%s", error);
    }
    free(scripts);
    free(out);
    return code;
}
