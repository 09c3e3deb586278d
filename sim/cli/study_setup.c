// SPDX-License-Identifier: GPL-3.0-or-later
/* study_setup.c - see study_setup.h. */
#include "sim/cli/study_setup.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/error.h"
#include "sim/cli/compare_setup.h"
#include "sim/cli/running.h"
#include "sim/result/result_folder.h"

bool mx_study_setup_load(struct mx_study_setup *setup, const struct mx_options *options,
                         enum mx_study_kind kind)
{
    *setup = (struct mx_study_setup){.study = NULL};
    mx_preset_dirs_init(&setup->dirs);
    setup->study =
        mx_study_load(options->operands[0],
                      &(struct mx_reader_options){.overrides = options->overrides,
                                                  .override_count = options->override_count,
                                                  .access = &mx_file_access_disk},
                      kind, &setup->mistakes);
    return setup->study != NULL;
}

void mx_study_setup_fini(struct mx_study_setup *setup)
{
    mx_study_destroy(setup->study);
    mx_preset_dirs_fini(&setup->dirs);
    mx_mistakes_fini(&setup->mistakes);
}

int mx_study_setup_explain(const struct mx_study_setup *setup, const char *file)
{
    unsigned long count = (unsigned long)setup->mistakes.count;

    mx_mistakes_print(&setup->mistakes);
    mx_say("%s: %lu mistake%s", file, count, count == 1 ? "" : "s");
    return MX_EXIT_INVALID;
}

int mx_study_command(const struct mx_options *options, enum mx_study_kind kind,
                     int (*run)(struct mx_study_setup *setup, const struct mx_options *options))
{
    struct mx_study_setup setup;
    int code = mx_study_setup_load(&setup, options, kind)
                   ? run(&setup, options)
                   : mx_study_setup_explain(&setup, options->operands[0]);

    mx_study_setup_fini(&setup);
    return code;
}

/* count: text of --replications. precision: those of the command line, or NULL. */
static char *command_line(const struct mx_options *options, const char *command, uint64_t seed,
                          const char *count, bool is_uncertain,
                          const struct mx_text_list *precision)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (stream == NULL) {
        return NULL;
    }
    (void)fprintf(stream, "mxsim %s ", command);
    mx_print_shell_quoted(stream, options->operands[0]);
    for (size_t i = 0; i < options->override_count; i++) {
        (void)fputs(" --set ", stream);
        mx_print_shell_quoted(stream, options->overrides[i].path);
        (void)fputc('=', stream);
        mx_print_shell_quoted(stream, options->overrides[i].value);
    }
    (void)fprintf(stream, " --seed %llu --replications %s%s", (unsigned long long)seed, count,
                  is_uncertain ? " --uncertain" : "");
    for (size_t i = 0; precision != NULL && i < precision->count; i++) {
        (void)fputs(" --precision ", stream);
        mx_print_shell_quoted(stream, precision->items[i]);
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

char *mx_study_command_line(const struct mx_options *options, const char *command, uint64_t seed,
                            uint32_t replications, bool is_uncertain)
{
    char count[32];

    (void)snprintf(count, sizeof count, "%u", (unsigned)replications);
    return command_line(options, command, seed, count, is_uncertain, NULL);
}

char *mx_study_command_line_auto(const struct mx_options *options, const char *command,
                                 uint64_t seed, uint32_t replications_max, bool is_uncertain)
{
    char count[64];

    (void)snprintf(count, sizeof count, "auto --replications-max %u", (unsigned)replications_max);
    return command_line(options, command, seed, count, is_uncertain, &options->precision);
}

int mx_study_write_json(const struct mx_options *options, const char *name, const char *text)
{
    char failed[4096];
    int error_number;

    if (text == NULL) {
        mx_say("out of memory");
        return MX_EXIT_FAILURE;
    }
    if (options->out != NULL) {
        error_number = mx_result_file_write(options->out, name, text, failed, sizeof failed);
        if (error_number != 0) {
            return mx_cannot_write(failed, error_number);
        }
    }
    if (options->json) {
        (void)fputs(text, stdout);
    }
    return MX_EXIT_SUCCESS;
}
