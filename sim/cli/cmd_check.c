// SPDX-License-Identifier: GPL-3.0-or-later
/* cmd_check.c - all mistakes, or the whole plan and what in it is assumed. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/base/error.h"
#include "sim/cli/command.h"
#include "sim/result/table.h"
#include "sim/scenario/line_wrap.h"

/* As comments, so that the output is still a scenario. */
static void put_assumed(const struct mx_plan *plan, FILE *stream)
{
    size_t width = 0;

    if (plan->assumed_count == 0) {
        (void)fprintf(stream,
                      "\n# ASSUMED: nothing; every value has a public source or was written in the "
                      "scenario.\n");
        return;
    }
    for (size_t i = 0; i < plan->assumed_count; i++) {
        size_t size =
            (size_t)snprintf(NULL, 0, "%s = %s", plan->assumed[i].path, plan->assumed[i].value);

        width = size > width && size <= 64 ? size : width;
    }
    (void)fprintf(stream,
                  "\n# ASSUMED: %lu value%s that no public source states, with the range to try:\n",
                  (unsigned long)plan->assumed_count, plan->assumed_count == 1 ? "" : "s");
    for (size_t i = 0; i < plan->assumed_count; i++) {
        const struct mx_plan_assumed *assumed = &plan->assumed[i];
        int size = fprintf(stream, "#   %s = %s", assumed->path, assumed->value) - 4;

        if (assumed->range[0] != '\0') {
            int pad = (int)width - size;

            (void)fprintf(stream, "%*s   [%s]", pad > 0 ? pad : 0, "", assumed->range);
        }
        (void)fputc('\n', stream);
    }
}

/* The plan and the list. False: out of memory. */
static bool print_plan(const struct mx_plan *plan)
{
    char *text = mx_plan_print(plan, true), *list = NULL, *wrapped = NULL;
    size_t size;
    FILE *stream = text != NULL ? open_memstream(&list, &size) : NULL;

    if (stream != NULL) {
        put_assumed(plan, stream);
        wrapped = fclose(stream) == 0 ? mx_line_wrap(list) : NULL;
    }
    const bool is_good = wrapped != NULL;
    if (is_good) {
        (void)fputs(text, stdout);
        (void)fputs(wrapped, stdout);
    }
    free(text);
    free(list);
    free(wrapped);
    return is_good;
}

/* The list alone. Returns an exit code. */
static int print_list(const struct mx_plan *plan, enum mx_format format)
{
    static const struct mx_table_column columns[] = {
        {"key", "", "key", MX_CELL_TEXT, true, 0, 53, 0},
        {"value", "", "value", MX_CELL_TEXT, true, 0, 25, 2},
        {"range", "", "range to try", MX_CELL_TEXT, true, 0, 18, 2},
    };
    struct mx_table *table = mx_table_create(columns, sizeof columns / sizeof columns[0]);
    bool is_good = table != NULL;

    if (is_good) {
        mx_table_set_wrapped(table);
    }
    for (size_t i = 0; is_good && i < plan->assumed_count; i++) {
        mx_table_text(table, plan->assumed[i].path);
        mx_table_text(table, plan->assumed[i].value);
        mx_table_text(table, plan->assumed[i].range);
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
    is_good = is_good && mx_table_print(table, stdout, format, mx_color_allowed(1));
    mx_table_destroy(table);
    return is_good ? MX_EXIT_SUCCESS : mx_table_failed();
}

int mx_cmd_check(const struct mx_options *options)
{
    int code;
    struct mx_plan *plan = mx_load_scenario(options->operands[0], options, &code);

    if (plan == NULL) {
        return code;
    }
    if (options->has_format) {
        code = print_list(plan, options->format);
    } else if (!options->quiet) {
        if (!print_plan(plan)) {
            mx_say("out of memory");
            code = MX_EXIT_FAILURE;
        }
    }
    mx_plan_destroy(plan);
    return code;
}
