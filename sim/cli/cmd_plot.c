// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_plot.c - pictures of a result folder. The drawing is sim/result/plot.h's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/error.h"
#include "sim/base/version.h"
#include "sim/cli/command.h"
#include "sim/result/plot.h"

/* The installed scripts, or those of the source tree. Owned, or NULL when out of memory. */
static char *find_scripts(void)
{
    const char *const roots[] = {mx_share_dir(), mx_source_dir()};
    char *path = NULL;

    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        size_t size = strlen(roots[i]) + sizeof "/plots";
        struct stat status;

        free(path);
        path = malloc(size);
        if (path == NULL) {
            return NULL;
        }
        (void)snprintf(path, size, "%s/plots", roots[i]);
        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            break;
        }
    }
    return path;
}

int mx_cmd_plot(const struct mx_options *options)
{
    const char *kind = options->operand_count > 1 ? options->operands[1] : "all";
    char error[1024] = "";
    char *scripts = find_scripts();
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
