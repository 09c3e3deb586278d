// SPDX-License-Identifier: GPL-3.0-or-later
/* test_options.c - what command lines say by the table of options. */
/* mxtest: valgrind */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/base/error.h"
#include "sim/cli/options.h"

#define ARGUMENTS_MAX 16

static struct mx_options options;
static char error[MX_OPTIONS_ERROR_SIZE];

/* Parse words separated by "|". */
static int parse(enum mx_command_id command, const char *line)
{
    static char text[1024];
    char *arguments[ARGUMENTS_MAX];
    int count = 0;

    (void)strncpy(text, line, sizeof text - 1);
    for (char *at = text; at != NULL && line[0] != '\0';) {
        char *end = strchr(at, '|');

        assert_true(count < ARGUMENTS_MAX);
        arguments[count++] = at;
        if (end != NULL) {
            *end++ = '\0';
        }
        at = end;
    }
    mx_options_fini(&options);
    return mx_options_parse(&options, command, count, arguments, error);
}

static void refuses(enum mx_command_id command, const char *line, const char *part)
{
    assert_int_equal(parse(command, line), MX_EXIT_USAGE);
    if (strstr(error, part) == NULL) {
        print_error("\"%s\" does not say \"%s\"\n", error, part);
        fail();
    }
}

static void test_forms(void **state)
{
    (void)state;
    assert_int_equal(parse(MX_COMMAND_RUN, "a.cfg|--out|dir|--seed=12|-j3|-qn|5|--json"), 0);
    assert_string_equal(options.out, "dir");
    assert_true(options.has_seed && options.seed == 12);
    assert_true(options.has_jobs && options.jobs == 3);
    assert_true(options.quiet && options.json && !options.exact);
    assert_true(options.has_replications && options.replications == 5);
    assert_int_equal(options.operand_count, 1);
    assert_string_equal(options.operands[0], "a.cfg");
    assert_int_equal(parse(MX_COMMAND_RUN, "--|--out|-x"), 0);
    assert_int_equal(options.operand_count, 2);
    assert_null(options.out);
    assert_int_equal(parse(MX_COMMAND_RUN, "--seed|1|--seed|2|-o|x|-"), 0);
    assert_true(options.seed == 2);
    assert_string_equal(options.operands[0], "-");
    assert_int_equal(parse(MX_COMMAND_CHECK, ""), 0);
    assert_int_equal(options.operand_count, 0);
}

static void test_overrides(void **state)
{
    (void)state;
    assert_int_equal(parse(MX_COMMAND_RUN, "--set|a.b=1|x|--set=c=d=e|-sf="), 0);
    assert_int_equal(options.override_count, 3);
    assert_string_equal(options.overrides[0].path, "a.b");
    assert_string_equal(options.overrides[0].value, "1");
    assert_string_equal(options.overrides[1].path, "c");
    assert_string_equal(options.overrides[1].value, "d=e");
    assert_string_equal(options.overrides[2].path, "f");
    assert_string_equal(options.overrides[2].value, "");
    refuses(MX_COMMAND_RUN, "--set|a.b", "PATH=VALUE");
    refuses(MX_COMMAND_SCHEDULE, "--set|=3", "KEY=VALUE");
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(parse(MX_COMMAND_RUN, "--seed=9223372036854775807"), 0);
    assert_true(options.seed == INT64_MAX);
    refuses(MX_COMMAND_RUN, "--seed=9223372036854775808", "whole number");
    refuses(MX_COMMAND_RUN, "--seed=99999999999999999999999", "whole number");
    refuses(MX_COMMAND_RUN, "--seed=-1", "whole number");
    refuses(MX_COMMAND_RUN, "--seed= 1", "whole number");
    refuses(MX_COMMAND_RUN, "--seed=1e3", "whole number");
    refuses(MX_COMMAND_RUN, "--seed=", "whole number");
    refuses(MX_COMMAND_RUN, "--jobs|0", "from 1 to");
    refuses(MX_COMMAND_RUN, "--jobs|1025", "from 1 to 1024");
    refuses(MX_COMMAND_RUN, "--replications|often", "whole number");
    refuses(MX_COMMAND_RUN, "--replications|100001", "100000");
}

static void test_studies(void **state)
{
    (void)state;
    assert_int_equal(parse(MX_COMMAND_RUN, "-nauto|--precision|sent:1|--precision=dropped:2%"), 0);
    assert_true(options.replications_auto && !options.has_replications);
    assert_int_equal(options.precision.count, 2);
    assert_string_equal(options.precision.items[1], "dropped:2%");
    assert_int_equal(parse(MX_COMMAND_RUN, "-n|auto|-n|7"), 0);
    assert_true(!options.replications_auto && options.replications == 7);
    assert_int_equal(parse(MX_COMMAND_COMPARE, "--confidence=99%|-wa.b=c|-m|sent|--select|best"),
                     0);
    assert_true(options.confidence > 0.9899 && options.confidence < 0.9901);
    assert_true(options.select_best);
    assert_string_equal(options.with.items[0], "a.b=c");
    assert_string_equal(options.metric.items[0], "sent");
    assert_int_equal(parse(MX_COMMAND_COMPARE, "--confidence=0.9"), 0);
    assert_true(options.confidence > 0.8999 && options.confidence < 0.9001);
    refuses(MX_COMMAND_COMPARE, "--confidence=", "50% to 99.99%");
    refuses(MX_COMMAND_COMPARE, "--confidence=%", "50% to 99.99%");
    refuses(MX_COMMAND_COMPARE, "--confidence=nan", "50% to 99.99%");
    refuses(MX_COMMAND_COMPARE, "--confidence=95", "50% to 99.99%");
    refuses(MX_COMMAND_COMPARE, "--select=", "takes best");
    refuses(MX_COMMAND_COMPARE, "--metric=", "lacks its METRIC");
    refuses(MX_COMMAND_COMPARE, "--replications-max|0", "whole number");
    refuses(MX_COMMAND_RUN, "--metric=sent", "others do");
}

/* Whatever the table has is known to what takes it: a value as its argument says is no mistake. */
static void test_every_option(void **state)
{
    (void)state;
    for (size_t i = 0; i < mx_option_count; i++) {
        const struct mx_option *option = &mx_option_table[i];
        const char *argument = option->argument != NULL ? option->argument : "";
        char text[200];
        snprintf(text, sizeof text, "--%s%s%.*s", option->name, argument[0] != '\0' ? "=" : "",
                 (int)strcspn(argument, "|"), argument);
        if (argument[0] == 'N' && (argument[1] == '\0' || argument[1] == '|')) {
            snprintf(text, sizeof text, "--%s=2", option->name);
        } else if (strcmp(argument, "PERCENT") == 0) {
            snprintf(text, sizeof text, "--%s=90%%", option->name);
        }
        for (int command = 0; command < MX_COMMAND_COUNT; command++) {
            if ((option->commands >> command & 1U) != 0) {
                const int status = parse((enum mx_command_id)command, text);
                /* one that needs another says so */
                assert_true(status == 0 || strstr(error, " needs ") != NULL);
            }
        }
    }
}

static void test_mistakes(void **state)
{
    (void)state;
    refuses(MX_COMMAND_RUN, "--sed|1", "did you mean --seed");
    refuses(MX_COMMAND_RUN, "--replication=4", "did you mean --replications");
    refuses(MX_COMMAND_RUN, "--frobnicate", "no option --frobnicate");
    refuses(MX_COMMAND_CHECK, "--trace|x", "others do");
    refuses(MX_COMMAND_COUNT, "--jobs", "others do");
    refuses(MX_COMMAND_RUN, "-z", "-z");
    refuses(MX_COMMAND_RUN, "--out", "lacks its DIR");
    refuses(MX_COMMAND_RUN, "-o", "lacks its DIR");
    refuses(MX_COMMAND_RUN, "--out=", "takes a name");
    refuses(MX_COMMAND_RUN, "--json=yes", "takes no value");
    refuses(MX_COMMAND_RUN, "--=x", "no option");
    for (int c = 0; c <= MX_COMMAND_COUNT; c++) {
        assert_int_equal(parse((enum mx_command_id)c, "--help"), 0);
        assert_true(options.help);
        assert_int_equal(parse((enum mx_command_id)c, "-V"), 0);
        assert_true(options.version);
    }
}

/* Each command finds one meaning at most for a name and for a letter. */
static void test_table(void **state)
{
    (void)state;
    for (size_t a = 0; a < mx_option_count; a++) {
        const struct mx_option *x = &mx_option_table[a];

        assert_true(x->commands != 0);
        assert_true(strlen(x->name) > 1 && strlen(x->text) > 5);
        for (size_t b = 0; b < a; b++) {
            const struct mx_option *y = &mx_option_table[b];

            if ((x->commands & y->commands) != 0) {
                assert_string_not_equal(x->name, y->name);
                assert_true(x->letter == 0 || x->letter != y->letter);
            }
        }
    }
}

static int forget(void **state)
{
    (void)state;
    mx_options_fini(&options);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_studies),
        cmocka_unit_test(test_every_option), cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_table),
    };

    return cmocka_run_group_tests(tests, NULL, forget);
}
