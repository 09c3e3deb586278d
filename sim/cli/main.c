// SPDX-License-Identifier: GPL-3.0-or-later
/* main.c - mxsim COMMAND [options] FILE: find the command, parse its options, run it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "sim/base/error.h"
#include "sim/base/version.h"
#include "sim/cli/command.h"

static void print_version(void)
{
    (void)printf("mxsim %s (%s)\n", mx_version(), mx_commit());
}

/* What is not about any command: `mxsim`, `mxsim --help`, `mxsim --version`. */
static int run_without_command(int count, char *const *arguments)
{
    struct mx_options options;
    char error[MX_OPTIONS_ERROR_SIZE];
    int code = mx_options_parse(&options, MX_COMMAND_COUNT, count, arguments, error);

    if (code != MX_EXIT_SUCCESS) {
        mx_say("%s; see mxsim --help", error);
    } else if (options.version) {
        print_version();
    } else if (options.help) {
        mx_help_print(NULL);
    } else {
        mx_say("which command? See mxsim --help");
        code = MX_EXIT_USAGE;
    }
    mx_options_fini(&options);
    return code;
}

static int check_operands(const struct mx_command *command, const struct mx_options *options)
{
    if (options->operand_count < command->operand_count_min) {
        mx_say("%s lacks its %s; see mxsim help %s", command->name, command->operands,
               command->name);
        return MX_EXIT_USAGE;
    }
    if (options->operand_count > command->operand_count_max) {
        mx_say("%s does not take \"%s\" as well; see mxsim help %s", command->name,
               options->operands[command->operand_count_max], command->name);
        return MX_EXIT_USAGE;
    }
    return MX_EXIT_SUCCESS;
}

static int run_command(const struct mx_command *command, int count, char *const *arguments)
{
    struct mx_options options;
    char error[MX_OPTIONS_ERROR_SIZE];
    int code = mx_options_parse(&options, command->id, count, arguments, error);

    if (code != MX_EXIT_SUCCESS) {
        mx_say("%s; see mxsim help %s", error, command->name);
    } else if (options.help) {
        mx_help_print(command);
    } else if (options.version) {
        print_version();
    } else {
        code = check_operands(command, &options);
        if (code == MX_EXIT_SUCCESS) {
            code = command->run(&options);
        }
    }
    mx_options_fini(&options);
    return code;
}

/* Failed writes are errors to be reported, not signals to die of. */
static void set_up(void)
{
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)gsl_set_error_handler_off();
}

int main(int argc, char *argv[])
{
    const struct mx_command *command;
    const char *nearest = NULL;
    int code;

    set_up();
    if (argc < 2 || argv[1][0] == '-') {
        return mx_finish_output(run_without_command(argc - (argc > 0), argv + (argc > 0)));
    }
    command = mx_command_find(argv[1], &nearest);
    if (command == NULL) {
        mx_say("there is no command \"%s\"%s%s%s; see mxsim --help", argv[1],
               nearest != NULL ? ", did you mean " : "", nearest != NULL ? nearest : "",
               nearest != NULL ? "?" : "");
        return MX_EXIT_USAGE;
    }
    code = run_command(command, argc - 2, argv + 2);
    return mx_finish_output(code);
}
