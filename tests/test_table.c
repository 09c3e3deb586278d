// SPDX-License-Identifier: GPL-3.0-or-later
/* test_table.c - one table in its four formats: alignment, cuts, groups, escapes, empty cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "sim/result/table.h"

static const struct mx_table_column columns[] = {
    {"name", "", "name", MX_CELL_TEXT, true, 4, 8, 0},
    {"sent", "", "sent", MX_CELL_COUNT, false, 6, 0, 1},
    {"rate", "of all", "rate %", MX_CELL_PERCENT, false, 6, 0, 2},
    {"wait_s", "of all", "wait", MX_CELL_DURATION, false, 6, 0, 1},
    {"only_data", "", NULL, MX_CELL_WHOLE, false, 0, 0, 0},
    {NULL, "", "note", MX_CELL_TEXT, true, 0, 0, 2},
};

static struct mx_table *make(void)
{
    struct mx_table *table = mx_table_create(columns, sizeof columns / sizeof columns[0]);

    assert_non_null(table);
    mx_table_text(table, "a, \"b\" | <c> and more");
    mx_table_number(table, 1234567.25);
    mx_table_number(table, 0.123456789012);
    mx_table_seconds(table, 125000001);
    mx_table_whole(table, 7);
    mx_table_text(table, "x");
    mx_table_end_row(table, MX_ROW_PLAIN);
    mx_table_text(table, "\xC3\xA4\xC3\xB6\n");
    mx_table_number(table, 12);
    mx_table_number(table, (double)__builtin_nanf(""));
    mx_table_end_row(table, MX_ROW_TOTAL);
    return table;
}

static char *print(const struct mx_table *table, enum mx_format format, bool color)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    assert_true(mx_table_print(table, stream, format, color));
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void expect(enum mx_format format, const char *wanted)
{
    struct mx_table *table = make();
    char *text = print(table, format, false);

    assert_string_equal(text, wanted);
    free(text);
    mx_table_destroy(table);
}

static void test_text(void **state)
{
    (void)state;
    expect(MX_FORMAT_TABLE, "                 -- of all ---\n"
                            "name       sent  rate %   wait  note\n"
                            "------------------------------------\n"
                            "a, \"b\" ~  1.23M  12.346  2m05s  x\n"
                            "------------------------------------\n"
                            "\xC3\xA4\xC3\xB6?          12       -      -\n");
}

/* The dashes of a heading reach over its columns, however wide they are. */
static void test_wide_group(void **state)
{
    static const struct mx_table_column wide[] = {
        {"a", "both", "a", MX_CELL_COUNT, false, 80, 0, 0},
        {"b", "both", "b", MX_CELL_COUNT, false, 80, 0, 2},
    };
    struct mx_table *table = mx_table_create(wide, 2);
    char *text;

    (void)state;
    assert_non_null(table);
    mx_table_number(table, 1);
    mx_table_number(table, 2);
    mx_table_end_row(table, MX_ROW_PLAIN);
    text = print(table, MX_FORMAT_TABLE, false);
    assert_int_equal(strcspn(text, "\n"), 162);
    free(text);
    mx_table_destroy(table);
}

/* Cells that are too long go on below, broken at blanks and at the dots of paths. */
static void test_wrapped(void **state)
{
    static const struct mx_table_column wrapped[] = {
        {"key", "", "key", MX_CELL_TEXT, true, 0, 12, 0},
        {"value", "", "value", MX_CELL_TEXT, true, 0, 9, 2},
        {"count", "", "n", MX_CELL_WHOLE, false, 0, 0, 2},
    };
    struct mx_table *table = mx_table_create(wrapped, 3);
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    (void)state;
    mx_table_set_wrapped(table);
    mx_table_text(table, "some.long.path.of");
    mx_table_text(table, "one and a half of two");
    mx_table_whole(table, 7);
    mx_table_end_row(table, MX_ROW_PLAIN);
    mx_table_text(table, "0123456789abcdef");
    mx_table_text(table, "0.5 0.25");
    mx_table_whole(table, 8);
    mx_table_end_row(table, MX_ROW_PLAIN);
    assert_true(mx_table_print(table, stream, MX_FORMAT_TABLE, false));
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, "key           value      n\n"
                              "--------------------------\n"
                              "some.long     one and a  7\n"
                              ".path.of      half of\n"
                              "              two\n"
                              "0123456789ab  0.5 0.25   8\n"
                              "cdef\n");
    free(text);
    mx_table_destroy(table);
}

static void test_csv(void **state)
{
    (void)state;
    expect(MX_FORMAT_CSV, "name,sent,rate,wait_s,only_data\n"
                          "\"a, \"\"b\"\" | <c> and more\",1234567.25,0.123456789012,125.000001,7\n"
                          "\"\xC3\xA4\xC3\xB6\n\",12,,,\n");
}

static void test_markdown(void **state)
{
    (void)state;
    expect(MX_FORMAT_MARKDOWN, "| name | sent | of all rate % | of all wait | note |\n"
                               "|---|--:|--:|--:|---|\n"
                               "| a, \"b\" \\| \\<c\\> and more | 1.23M | 12.346 | 2m05s | x |\n"
                               "| \xC3\xA4\xC3\xB6? | 12 | - | - |  |\n");
}

static void test_json(void **state)
{
    struct mx_table *table = make();
    char *text = print(table, MX_FORMAT_JSON, false);
    json_t *rows = json_loads(text, 0, NULL);
    json_t *row = json_array_get(rows, 0);

    (void)state;
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(json_string_value(json_object_get(row, "name")), "a, \"b\" | <c> and more");
    assert_true(json_real_value(json_object_get(row, "sent")) == 1234567.25);
    assert_non_null(strstr(text, "\"wait_s\": 125.000001,"));
    assert_int_equal(json_integer_value(json_object_get(row, "only_data")), 7);
    row = json_array_get(rows, 1);
    assert_int_equal(json_integer_value(json_object_get(row, "sent")), 12);
    assert_true(json_is_null(json_object_get(row, "rate")));
    assert_int_equal(json_object_size(row), 5);
    json_decref(rows);
    free(text);
    mx_table_destroy(table);
}

/* Exact times of 400 days keep their microseconds. */
static void test_exact(void **state)
{
    struct mx_table *table = mx_table_create(&columns[3], 1);
    char *text;

    (void)state;
    mx_table_seconds(table, INT64_C(34559999999999));
    mx_table_end_row(table, MX_ROW_PLAIN);
    text = print(table, MX_FORMAT_JSON, false);
    assert_string_equal(text, "[{\"wait_s\": 34559999.999999}]\n");
    free(text);
    text = print(table, MX_FORMAT_CSV, false);
    assert_string_equal(text, "wait_s\n34559999.999999\n");
    free(text);
    mx_table_destroy(table);
}

static void test_no_utf8(void **state)
{
    struct mx_table *table = mx_table_create(columns, 1);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    (void)state;
    mx_table_text(table, "\xFF");
    mx_table_end_row(table, MX_ROW_PLAIN);
    assert_false(mx_table_print(table, stream, MX_FORMAT_JSON, false));
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(size, 0);
    free(text);
    mx_table_destroy(table);
}

static void test_color(void **state)
{
    struct mx_table *table = mx_table_create(columns, 2);
    char *text;

    (void)state;
    mx_table_text(table, "n");
    mx_table_number(table, 5);
    mx_table_mark(table);
    mx_table_end_row(table, MX_ROW_TOTAL);
    text = print(table, MX_FORMAT_TABLE, true);
    assert_non_null(strstr(text, "\033[33m5\033[39m\033[0m\n"));
    free(text);
    text = print(table, MX_FORMAT_CSV, true);
    assert_null(strchr(text, '\033'));
    free(text);
    mx_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),     cmocka_unit_test(test_csv),
        cmocka_unit_test(test_markdown), cmocka_unit_test(test_json),
        cmocka_unit_test(test_exact),    cmocka_unit_test(test_no_utf8),
        cmocka_unit_test(test_color),    cmocka_unit_test(test_wide_group),
        cmocka_unit_test(test_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
