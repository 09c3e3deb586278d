// SPDX-License-Identifier: GPL-3.0-or-later
/* completions.c - see completions.h. The name of an argument tells what it is: DIR a folder, FILE
 * and SCENARIO files, POLICY a preset, "a|b|c" one of these words; others are for the user. */
#include "sim/cli/completions.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/cli/command.h"

enum kind {
    KIND_OTHER,
    KIND_WORDS,
    KIND_FILE,
    KIND_SCENARIO,
    KIND_FOLDER,
    KIND_POLICY,
    KIND_COMMAND
};

static enum kind kind_of(const char *argument)
{
    static const struct {
        const char *name;
        enum kind kind;
    } kinds[] = {{"FILE", KIND_FILE},        {"SCENARIO", KIND_SCENARIO},
                 {"DIR", KIND_FOLDER},       {"RESULTS", KIND_FOLDER},
                 {"POLICY", KIND_POLICY},    {"COMMAND", KIND_COMMAND},
                 {"[POLICY", KIND_POLICY},   {"[DIR", KIND_FOLDER},
                 {"[COMMAND", KIND_COMMAND}, {"[SCENARIO", KIND_SCENARIO}};
    size_t size = strcspn(argument, " .]");

    if (strchr(argument, '|') != NULL && argument[0] >= 'a' && argument[0] <= 'z') {
        return KIND_WORDS;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strlen(kinds[i].name) == size && strncmp(kinds[i].name, argument, size) == 0) {
            return kinds[i].kind;
        }
    }
    return KIND_OTHER;
}

static bool applies(const struct mx_option *option, int command)
{
    return (option->commands & (1U << command)) != 0;
}

/* "a|b|c" as "a b c". */
static void print_words(const char *words)
{
    for (; *words != '\0'; words++) {
        (void)putchar(*words == '|' ? ' ' : *words);
    }
}

/* The first clause of an option's text, with `escape` before each of `special`. */
static void print_clause(const char *text, const char *special, const char *escape)
{
    for (; *text != '\0' && *text != ';' && strncmp(text, " (", 2) != 0; text++) {
        if (strchr(special, *text) != NULL) {
            (void)fputs(escape, stdout);
        }
        (void)putchar(*text);
    }
}

static void print_command_names(void)
{
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        (void)printf("%s%s", c > 0 ? " " : "", mx_command_table[c].name);
    }
}

#define POLICIES "mxsim schedule --all --format csv 2>/dev/null | sed '1d;s/,.*//'"

/* --- bash --- */

static void bash_candidates(enum kind kind, const char *words)
{
    switch (kind) {
    case KIND_WORDS:
        (void)printf("words='");
        print_words(words);
        (void)printf("'");
        return;
    case KIND_FILE:
    case KIND_SCENARIO:
        (void)printf("files=f");
        return;
    case KIND_FOLDER:
        (void)printf("files=d");
        return;
    case KIND_POLICY:
        (void)printf("files=f words=$(" POLICIES ")");
        return;
    case KIND_COMMAND:
        (void)printf("words='");
        print_command_names();
        (void)printf("'");
        return;
    case KIND_OTHER:
        break;
    }
    (void)printf(":");
}

static void bash_options(int command)
{
    (void)printf("        %s)\n            options='", mx_command_table[command].name);
    for (size_t i = 0; i < mx_option_count; i++) {
        if (applies(&mx_option_table[i], command)) {
            (void)printf("--%s ", mx_option_table[i].name);
        }
    }
    (void)printf("'\n            ");
    bash_candidates(kind_of(mx_command_table[command].operands), "");
    (void)printf("\n            case $previous in\n");
    for (size_t i = 0; i < mx_option_count; i++) {
        const struct mx_option *option = &mx_option_table[i];

        if (!applies(option, command) || option->argument == NULL) {
            continue;
        }
        (void)printf("                --%s", option->name);
        if (option->letter != 0) {
            (void)printf(" | -%c", option->letter);
        }
        (void)printf(") options= files= words=; ");
        bash_candidates(kind_of(option->argument), option->argument);
        (void)printf(" ;;\n");
    }
    (void)printf("            esac\n            ;;\n");
}

static void print_bash(void)
{
    (void)printf(
        "# bash completion for mxsim, made by: mxsim help --completions bash\n"
        "_mxsim() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
        "    local command=${COMP_WORDS[1]} options= words= files=\n"
        "    COMPREPLY=()\n"
        "    if [ \"$current\" = = ]; then # --option= is three words to bash\n"
        "        current=\n"
        "    elif [ \"$previous\" = = ]; then\n"
        "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
        "    fi\n"
        "    if [ \"$COMP_CWORD\" -le 1 ]; then\n"
        "        command= options='--help --version' words='");
    print_command_names();
    (void)printf("'\n    fi\n    case $command in\n");
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        bash_options(c);
    }
    (void)printf("    esac\n"
                 "    if [[ $current == -* ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
                 "        return\n"
                 "    fi\n"
                 "    mapfile -t COMPREPLY < <(\n"
                 "        compgen -W \"$words\" -- \"$current\"\n"
                 "        [ -z \"$files\" ] || compgen -\"$files\" -- \"$current\"\n"
                 "    )\n"
                 "    [ -z \"$files\" ] || compopt -o filenames 2>/dev/null\n"
                 "}\n"
                 "complete -F _mxsim mxsim\n");
}

/* --- zsh --- */

#define ZSH_SPECIAL "[]:\\"

static void zsh_action(const char *argument)
{
    (void)printf(":%.*s:", (int)strcspn(argument, "|=:. "), argument);
    switch (kind_of(argument)) {
    case KIND_WORDS:
        (void)printf("(");
        print_words(argument);
        (void)printf(")");
        return;
    case KIND_FILE:
        (void)printf("_files");
        return;
    case KIND_SCENARIO:
        (void)printf("_files -g \"*.cfg\"");
        return;
    case KIND_FOLDER:
        (void)printf("_files -/");
        return;
    case KIND_POLICY:
        (void)printf("_mxsim_policies");
        return;
    case KIND_COMMAND:
        (void)printf("(");
        print_command_names();
        (void)printf(")");
        return;
    case KIND_OTHER:
        break;
    }
}

/* Quotes within quotes: '\'' ends them, puts one, starts them again. */
static void zsh_text(const char *text)
{
    char piece[2] = "";

    for (; *text != '\0' && *text != ';' && strncmp(text, " (", 2) != 0; text++) {
        piece[0] = *text;
        if (*text == '\'') {
            (void)printf("'\\''");
        } else {
            print_clause(piece, ZSH_SPECIAL, "\\");
        }
    }
}

static void zsh_option(const struct mx_option *option)
{
    bool repeats = option->id == MX_OPTION_SET || option->id == MX_OPTION_TO ||
                   option->id == MX_OPTION_WITH || option->id == MX_OPTION_METRIC ||
                   option->id == MX_OPTION_PRECISION;

    (void)printf(" \\\n                '%s", repeats ? "*" : "");
    if (option->letter != 0) {
        (void)printf("'{-%c%s,--%s%s}'", option->letter, option->argument != NULL ? "+" : "",
                     option->name, option->argument != NULL ? "=" : "");
    } else {
        (void)printf("--%s%s", option->name, option->argument != NULL ? "=" : "");
    }
    (void)printf("[");
    zsh_text(option->text);
    (void)printf("]");
    if (option->argument != NULL) {
        zsh_action(option->argument);
    }
    (void)printf("'");
}

static void zsh_command(int command)
{
    const char *operands = mx_command_table[command].operands;

    (void)printf("        %s)\n            _arguments -s -S", mx_command_table[command].name);
    for (size_t i = 0; i < mx_option_count; i++) {
        if (applies(&mx_option_table[i], command)) {
            zsh_option(&mx_option_table[i]);
        }
    }
    (void)printf(" \\\n                '%s", strstr(operands, "...") != NULL ? "*" : "");
    zsh_action(operands[0] == '[' ? operands + 1 : operands);
    (void)printf("'\n            ;;\n");
}

static void print_zsh(void)
{
    (void)printf("#compdef mxsim\n"
                 "# zsh completion for mxsim, made by: mxsim help --completions zsh\n"
                 "_mxsim_policies() {\n"
                 "    local -a policies\n"
                 "    policies=(${(f)\"$(" POLICIES ")\"})\n"
                 "    compadd -a policies\n"
                 "    _files -g \"*.cfg\"\n"
                 "}\n"
                 "_mxsim() {\n"
                 "    local curcontext=$curcontext state line\n"
                 "    typeset -A opt_args\n"
                 "    local -a commands\n"
                 "    commands=(\n");
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        (void)printf("        '%s:", mx_command_table[c].name);
        zsh_text(mx_command_table[c].summary);
        (void)printf("'\n");
    }
    (void)printf(
        "    )\n"
        "    _arguments -C '(- *)--help[show this help]' '(- *)--version[show version]' \\\n"
        "        '1:command:->command' '*::argument:->argument'\n"
        "    case $state in\n"
        "        command) _describe command commands; return ;;\n"
        "    esac\n"
        "    case $line[1] in\n");
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        zsh_command(c);
    }
    (void)printf("    esac\n}\n"
                 "if [ \"$funcstack[1]\" = _mxsim ]; then\n    _mxsim \"$@\"\nelse\n"
                 "    compdef _mxsim mxsim\nfi\n");
}

/* --- fish --- */

static void fish_candidates(const char *argument)
{
    switch (kind_of(argument)) {
    case KIND_WORDS:
        (void)printf(" -a '");
        print_words(argument);
        (void)printf("'");
        return;
    case KIND_FILE:
    case KIND_SCENARIO:
        (void)printf(" -F");
        return;
    case KIND_FOLDER:
        (void)printf(" -a '(__fish_complete_directories)'");
        return;
    case KIND_POLICY:
        (void)printf(" -F -a \"(" POLICIES ")\"");
        return;
    case KIND_COMMAND:
        (void)printf(" -a '");
        print_command_names();
        (void)printf("'");
        return;
    case KIND_OTHER:
        break;
    }
}

static void fish_option(const struct mx_option *option, const char *command)
{
    (void)printf("complete -c mxsim -n '__fish_seen_subcommand_from %s' -l %s", command,
                 option->name);
    if (option->letter != 0) {
        (void)printf(" -s %c", option->letter);
    }
    if (option->argument != NULL) { /* -x: no files besides */
        enum kind kind = kind_of(option->argument);
        bool is_file = kind == KIND_FILE || kind == KIND_SCENARIO || kind == KIND_POLICY;

        (void)printf(is_file ? " -r" : " -x");
        fish_candidates(option->argument);
    }
    (void)printf(" -d '");
    print_clause(option->text, "'\\", "\\");
    (void)printf("'\n");
}

static void print_fish(void)
{
    (void)printf("# fish completion for mxsim, made by: mxsim help --completions fish\n"
                 "complete -c mxsim -f\n");
    for (int c = 0; c < MX_COMMAND_COUNT; c++) {
        const struct mx_command *command = &mx_command_table[c];

        (void)printf("complete -c mxsim -n __fish_use_subcommand -a %s -d '", command->name);
        print_clause(command->summary, "'\\", "\\");
        (void)printf("'\ncomplete -c mxsim -n '__fish_seen_subcommand_from %s'", command->name);
        fish_candidates(command->operands);
        (void)printf("\n");
        for (size_t i = 0; i < mx_option_count; i++) {
            if (applies(&mx_option_table[i], c)) {
                fish_option(&mx_option_table[i], command->name);
            }
        }
    }
}

void mx_completions_print(const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        print_bash();
    } else if (strcmp(shell, "zsh") == 0) {
        print_zsh();
    } else {
        print_fish();
    }
}
