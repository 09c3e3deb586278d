// SPDX-License-Identifier: GPL-3.0-or-later
/* command.c - what commands share: messages, presets, loading a scenario. See command.h. */
#include "sim/cli/command.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/version.h"
#include "sim/scenario/mistakes.h"
#include "sim/stats/expect.h"

void mx_say(const char *format, ...)
{
    va_list arguments;

    (void)fflush(stdout);
    (void)fputs("mxsim: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

void mx_preset_dirs_init(struct mx_preset_dirs *dirs)
{
    const char *path = getenv("MXSIM_PATH");
    size_t size, count = 4;
    char *save = NULL;

    *dirs = (struct mx_preset_dirs){0};
    if (path == NULL) {
        path = "";
    }
    size = strlen(path) + strlen(mx_source_dir()) + 32;
    for (const char *at = path; *at != '\0'; at++) {
        count += *at == ':';
    }
    dirs->text = malloc(size);
    dirs->names = calloc(count, sizeof *dirs->names);
    if (dirs->text == NULL || dirs->names == NULL) {
        return;
    }
    memcpy(dirs->text, path, strlen(path) + 1);
    for (char *at = strtok_r(dirs->text, ":", &save); at != NULL; at = strtok_r(NULL, ":", &save)) {
        dirs->names[dirs->count++] = at;
    }
    dirs->names[dirs->count++] = mx_share_dir();
    (void)snprintf(dirs->text + strlen(path) + 1, size - strlen(path) - 1, "%s/scenarios",
                   mx_source_dir());
    dirs->names[dirs->count++] = dirs->text + strlen(path) + 1;
}

void mx_preset_dirs_fini(struct mx_preset_dirs *dirs)
{
    free(dirs->names);
    free(dirs->text);
    *dirs = (struct mx_preset_dirs){0};
}

int mx_mistakes_print(const struct mx_mistakes *mistakes)
{
    (void)fflush(stdout);
    if (mistakes->is_memory_out) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mx_mistake *mistake = &mistakes->item[i];

        (void)fputs(mistake->file, stderr);
        if (mistake->line > 0) {
            (void)fprintf(stderr, ":%d", mistake->line);
        }
        if (mistake->key[0] != '\0') {
            (void)fprintf(stderr, ": %s", mistake->key);
        }
        (void)fprintf(stderr, ": %s\n", mistake->text);
    }
    return MX_EXIT_INVALID;
}

/* Adds a mistake for each expectation that says nothing that can be checked. */
static void check_expectations(const struct mx_plan *plan, struct mx_mistakes *mistakes)
{
    for (size_t i = 0; i < plan->expect_count; i++) {
        struct mx_expectation expectation;
        char error[256], key[32];

        if (!mx_expectation_parse(plan, plan->expect[i], &expectation, error, sizeof error)) {
            (void)snprintf(key, sizeof key, "expect[%lu]", (unsigned long)i);
            mx_mistakes_add(mistakes, plan->file, 0, key, "%s", error);
        }
    }
}

struct mx_plan *mx_load_scenario(const char *file, const struct mx_options *options, int *code)
{
    struct mx_preset_dirs dirs;
    struct mx_mistakes mistakes = {0};
    struct mx_plan *plan;

    mx_preset_dirs_init(&dirs);
    plan = mx_reader_load(file,
                          &(struct mx_reader_options){.overrides = options->overrides,
                                                      .override_count = options->override_count,
                                                      .preset_dirs = dirs.names,
                                                      .preset_dir_count = dirs.count,
                                                      .access = &mx_file_access_disk},
                          &mistakes);
    mx_preset_dirs_fini(&dirs);
    *code = MX_EXIT_SUCCESS;
    if (plan != NULL) {
        check_expectations(plan, &mistakes);
    }
    if (plan == NULL || mistakes.count > 0) {
        mx_plan_destroy(plan);
        plan = NULL;
        *code = mx_mistakes_print(&mistakes);
        if (*code == MX_EXIT_INVALID) {
            mx_say("%s: %lu mistake%s", file, (unsigned long)mistakes.count,
                   mistakes.count == 1 ? "" : "s");
        }
    }
    mx_mistakes_fini(&mistakes);
    return plan;
}

char *mx_find_plot_scripts(void)
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

int mx_table_failed(void)
{
    mx_say("out of memory, or a name is no valid UTF-8");
    return MX_EXIT_FAILURE;
}

bool mx_color_allowed(int descriptor)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    return isatty(descriptor) && (no_color == NULL || no_color[0] == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

int mx_finish_output(int code)
{
    int error_number;

    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return code;
    }
    error_number = errno;
    /* An earlier write failed, and nobody kept why: a last one tells. */
    if (error_number == 0 && write(STDOUT_FILENO, "\n", 1) < 0) {
        error_number = errno;
    }
    clearerr(stdout);
    if (error_number == EPIPE) { /* whoever read it has had enough, as head does */
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE);
    }
    mx_say("cannot write to standard output: %s", strerror(error_number != 0 ? error_number : EIO));
    return code == MX_EXIT_SUCCESS ? MX_EXIT_FAILURE : code;
}
