// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_plot.c - pictures of a result folder. The drawing is sim/result/plot.h's. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/result/plot.h"
#include "sim/result/plot_study.h"

static const char *const study_kinds[] = {"sweep", "plan"};
#define STUDY_KIND_COUNT (sizeof study_kinds / sizeof study_kinds[0])

/* The studies' pictures among what is asked for; *is_all: there is no other. */
static int draw_studies(const struct mx_options *options, const char *kind, const char *scripts,
                        bool *is_all, char *error, size_t error_size)
{
    const char *dir = options->operands[0];
    bool wants_all = strcmp(kind, "all") == 0;
    int code = MX_EXIT_SUCCESS;

    *is_all = false;
    for (size_t i = 0; i < STUDY_KIND_COUNT && code == MX_EXIT_SUCCESS; i++) {
        if (strcmp(kind, study_kinds[i]) == 0 ||
            (wants_all && mx_plot_study_has(dir, study_kinds[i]))) {
            code = mx_plot_study(dir, study_kinds[i], scripts, options->out, error, error_size);
            *is_all = true;
        }
    }
    return code;
}

int mx_cmd_plot(const struct mx_options *options)
{
    const char *kind = options->operand_count > 1 ? options->operands[1] : "all";
    char error[1024] = "";
    char *scripts = mx_find_plot_scripts();
    bool is_all = false;
    int code;

    if (scripts == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    code = draw_studies(options, kind, scripts, &is_all, error, sizeof error);
    if (!is_all) {
        code = mx_plot(options->operands[0], kind, scripts, options->out, error, sizeof error);
    }
    if (code != MX_EXIT_SUCCESS) {
        mx_say("%s", error);
    }
    free(scripts);
    return code;
}
