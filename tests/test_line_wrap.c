// SPDX-License-Identifier: GPL-3.0-or-later
/* test_line_wrap.c - a scenario's text within 100 columns, saying the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/line_wrap.h"

#define X10 "xxxxxxxxx "
#define X50 X10 X10 X10 X10 X10
#define DIGITS50 "1234567890123456789012345678901234567890123456789-"

static void is_wrapped(const char *text, const char *wanted)
{
    char *wrapped = mx_line_wrap(text);
    assert_non_null(wrapped);
    assert_string_equal(wrapped, wanted);
    free(wrapped);
}

static void short_lines_stay(void **state)
{
    (void)state;
    is_wrapped("", "");
    is_wrapped("\n\n  a = 1;  # note\n", "\n\n  a = 1;  # note\n");
    is_wrapped("a = \"" DIGITS50 DIGITS50 "\";", "a = \"" DIGITS50 DIGITS50 "\";"); /* a word */
    /* 100 columns, of which one takes three bytes */
    is_wrapped("# \xe2\x80\x93 " DIGITS50 "12345678901234567891234567890123456789012345 x\n",
               "# \xe2\x80\x93 " DIGITS50 "12345678901234567891234567890123456789012345 x\n");
}

static void notes_go_below(void **state)
{
    (void)state;
    is_wrapped("  a = \"b\\\" # c\";  # " X50 X50 "end\nb = 2;\n",
               "  a = \"b\\\" # c\";\n      # " X50 X10 X10 X10 "xxxxxxxxx\n"
               "      #     xxxxxxxxx end\nb = 2;\n");
}

static void settings_break_behind_signs(void **state)
{
    (void)state;
    is_wrapped("  { a = \"" DIGITS50 "\"; inner = { b = 2; c = 3; }; d = [ 1 ]; e = 12345678; };\n",
               "  { a = \"" DIGITS50 "\"; inner = { b = 2; c = 3; }; d = [ 1 ];\n"
               "      e = 12345678; };\n");
    is_wrapped("{ a = \"" DIGITS50
               "123456789012345678901\"; inner = { b = 2; cccccccc = 3; }; };\n",
               "{ a = \"" DIGITS50 "123456789012345678901\";\n"
               "    inner = { b = 2; cccccccc = 3; }; };\n");
}

/* libconfig joins strings that follow each other. */
static void strings_break_at_blanks(void **state)
{
    (void)state;
    is_wrapped("  a = \"\\\\ " X50 X50 "end\";\n", "  a = \"\\\\ " X50 X10 X10 X10 "xxxxxxxxx\"\n"
                                                   "      \" xxxxxxxxx end\";\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_lines_stay),
        cmocka_unit_test(notes_go_below),
        cmocka_unit_test(settings_break_behind_signs),
        cmocka_unit_test(strings_break_at_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
