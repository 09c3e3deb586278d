// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_help.c - what the program and each command say about themselves: examples first. */
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/version.h"
#include "sim/cli/command.h"
#include "sim/cli/completions.h"

#define TEXT_WIDTH 78
#define OPTION_WIDTH 26
#define COMMAND_WIDTH 86

/* Words of text, wrapped; the cursor stands at column `column`, further lines start at `indent`. */
static void print_wrapped(const char *text, int column, int indent)
{
    const char *blank = "";

    while (*text != '\0') {
        size_t size = strcspn(text, " ");

        if (column + (int)size > TEXT_WIDTH && column > indent) {
            (void)printf("\n%*s", indent, "");
            column = indent;
            blank = "";
        }
        (void)printf("%s%.*s", blank, (int)size, text);
        column += (int)size + 1;
        blank = " ";
        text += size;
        text += *text == ' ';
    }
    (void)putchar('\n');
}

static void print_options(enum mx_command_id command)
{
    for (size_t i = 0; i < mx_option_count; i++) {
        const struct mx_option *option = &mx_option_table[i];
        char name[96], letter[8] = "    ";
        int size;

        if ((option->commands & (1U << command)) == 0) {
            continue;
        }
        if (option->letter != 0) {
            (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
        }
        size = snprintf(name, sizeof name, "  %s--%s%s%s", letter, option->name,
                        option->argument != NULL ? " " : "",
                        option->argument != NULL ? option->argument : "");
        if (size > OPTION_WIDTH) {
            (void)printf("%s\n%*s", name, OPTION_WIDTH + 1, "");
        } else {
            (void)printf("%-*s ", OPTION_WIDTH, name);
        }
        print_wrapped(option->text, OPTION_WIDTH + 1, OPTION_WIDTH + 1);
    }
}

/* A command that is longer than a line goes on in the next, as a shell takes it. */
static void print_command(const char *text, size_t size)
{
    while (size > COMMAND_WIDTH) {
        size_t cut = COMMAND_WIDTH;

        while (cut > 0 && text[cut] != ' ') {
            cut--;
        }
        if (cut == 0) {
            break;
        }
        (void)printf("  %.*s \\\n  ", (int)cut, text);
        text += cut + 1;
        size -= cut + 1;
    }
    (void)printf("  %.*s\n", (int)size, text);
}

/* "command<TAB>what it does" lines. */
static void print_examples(const char *examples)
{
    while (*examples != '\0') {
        size_t command_size = strcspn(examples, "\t"), size = strcspn(examples, "\n");

        print_command(examples, command_size);
        (void)printf("      %.*s\n", (int)(size - command_size - 1), examples + command_size + 1);
        examples += size;
        examples += *examples == '\n';
    }
}

static void print_program(void)
{
    (void)printf("mxsim predicts what mailbox providers do with a mailing: accepted, deferred, "
                 "bounced.\n\nExamples:\n");
    print_examples("mxsim run scenarios/black-friday.cfg --out out/black-friday\tsimulate it, "
                   "print tables, write the results\n"
                   "mxsim check scenarios/black-friday.cfg\tfind every mistake, or show the "
                   "complete plan\n"
                   "mxsim schedule bluecore\twhen a message is tried again, and when it is given "
                   "up\n");
    (void)printf("\nUsage: mxsim COMMAND [options] [FILE]\n\nCommands:\n");
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        (void)printf("  %-10s %s\n", mx_command_table[c].name, mx_command_table[c].summary);
    }
    (void)printf(
        "\n`mxsim help COMMAND` shows the options of a command; mxsim(1) is the manual.\n");
}

void mx_help_print(const struct mx_command *command)
{
    if (command == NULL) {
        print_program();
        return;
    }
    (void)printf("mxsim %s - %s\n\nExamples:\n", command->name, command->summary);
    print_examples(command->examples);
    (void)printf("\nUsage: mxsim %s [options]%s%s\n\n", command->name,
                 command->operands[0] != '\0' ? " " : "", command->operands);
    print_wrapped(command->description, 0, 0);
    (void)printf("\nOptions:\n");
    print_options(command->id);
}

int mx_cmd_help(const struct mx_options *options)
{
    const struct mx_command *command = NULL;
    const char *nearest = NULL;

    if (options->completions != NULL) {
        mx_completions_print(options->completions);
        return MX_EXIT_SUCCESS;
    }
    if (options->operand_count > 0) {
        command = mx_command_find(options->operands[0], &nearest);
        if (command == NULL) {
            mx_say("there is no command \"%s\"%s%s%s", options->operands[0],
                   nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "?" : "");
            return MX_EXIT_USAGE;
        }
    }
    mx_help_print(command);
    return MX_EXIT_SUCCESS;
}
