// SPDX-License-Identifier: GPL-3.0-or-later
/* uncertain_table.c - see uncertain_table.h. */
#include "sim/result/uncertain_table.h"

#include <math.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/result/table.h"
#include "sim/stats/outcome_range.h"

#define RULE \
    "----------------------------------------------------------------------------------------"

struct row {
    enum mx_metric metric;
    const char *name;
    enum { AS_PERCENT, AS_RATIO, AS_COUNT, AS_TIME } form;
};

static const struct row rows[] = {
    {MX_METRIC_DELIVERED_RATE, "delivered rate %", AS_PERCENT},
    {MX_METRIC_DEFERRALS_PER_MESSAGE, "deferrals per message", AS_RATIO},
    {MX_METRIC_SOFT_BOUNCED, "soft bounces", AS_COUNT},
    {MX_METRIC_TIME_UNTIL_99PCT_S, "99 % delivered after", AS_TIME},
};

/* As people read it. */
static void print_value(char *text, size_t size, const struct row *row, double value)
{
    (void)snprintf(text, size, "-");
    if (isinf(value)) {
        (void)snprintf(text, size, "never");
    } else if (!isnan(value)) {
        switch (row->form) {
        case AS_PERCENT:
            (void)snprintf(text, size, "%s", mx_human_percent(value).s);
            break;
        case AS_RATIO:
            (void)snprintf(text, size, "%.3f", value);
            break;
        case AS_COUNT:
            (void)snprintf(text, size, "%s", mx_human_count_short(value).s);
            break;
        case AS_TIME:
            (void)snprintf(text, size, "%s", mx_human_duration(value).s);
            break;
        }
    }
}

static void put_value(FILE *stream, const struct row *row, double value)
{
    char text[64];

    print_value(text, sizeof text, row, value);
    (void)fprintf(stream, "%9s", text);
}

static void put_range(FILE *stream, const struct row *row, const struct mx_outcome_range *range)
{
    put_value(stream, row, range->low);
    put_value(stream, row, range->middle);
    put_value(stream, row, range->high);
}

/* False when out of memory. */
static bool get_ranges(const struct mx_results *results, enum mx_group group, uint32_t index,
                       enum mx_metric metric, struct mx_outcome_range *chance,
                       struct mx_outcome_range *both)
{
    return mx_summary_outcome_range(results->summary, group, index, metric, chance) &&
           mx_summary_outcome_range(results->uncertain->summary, group, index, metric, both);
}

static void put_scope(FILE *stream, const struct mx_results *results, enum mx_group group,
                      uint32_t index, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mx_outcome_range chance, both;

        if (!get_ranges(results, group, index, rows[i].metric, &chance, &both)) {
            return;
        }
        (void)fprintf(stream, "%-13.13s %-21s", i == 0 ? name : "", rows[i].name);
        put_range(stream, &rows[i], &chance);
        put_range(stream, &rows[i], &both);
        (void)fputc('\n', stream);
    }
}

void mx_uncertain_table_print(FILE *stream, const struct mx_plan *plan,
                              const struct mx_results *results, bool color)
{
    const char *bold = color ? "\033[1m" : "", *dim = color ? "\033[2m" : "";
    const char *plain = color ? "\033[0m" : "";
    uint32_t count = results->replication_count;
    double percent = 100 * (count < MX_OUTCOME_COUNT_FULL ? (count - 1.0) / (count + 1.0)
                                                          : MX_OUTCOME_PROBABILITY);

    if (results->uncertain == NULL) {
        return;
    }
    (void)fprintf(stream, "\n%sHow far off can it be?%s\n", bold, plain);
    (void)fprintf(stream, "%s%35s------- chance alone -------  chance and what is not known%s\n",
                  bold, "", plain);
    (void)fprintf(stream, "%s%-35s%9s%9s%9s%9s%9s%9s%s\n", bold, "provider", "from", "middle", "to",
                  "from", "middle", "to", plain);
    (void)fprintf(stream, "%s%s%s\n", dim, RULE, plain);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];

        put_scope(stream, results, MX_GROUP_PROVIDER, p, plan->providers[p].name);
    }
    if (plan->provider_count > 1) {
        (void)fprintf(stream, "%s%s%s\n", dim, RULE, plain);
        put_scope(stream, results, MX_GROUP_TOTAL, 0, "total");
    }
    (void)fprintf(
        stream,
        "\n%sfrom .. to   holds what one such mailing will see with a probability of %.0f %%; half "
        "of them\n"
        "             lie below the middle. By %u replications with the values as they are written "
        "(chance\n"
        "             alone), and %u with all that is ASSUMED (%lu numbers) drawn afresh for each, "
        "evenly\n"
        "             over their stated ranges. Not an interval of a mean: more replications do "
        "not "
        "narrow\n"
        "             it.%s\n",
        dim, percent, (unsigned)count, (unsigned)count, (unsigned long)results->factor_count,
        plain);
}

/* --- Markdown --- */

#define CHANCE "chance alone"
#define BOTH "chance and what is not known"

static const struct mx_table_column columns[] = {
    {NULL, "", "provider", MX_CELL_TEXT, true, 0, 0, 0},
    {NULL, "", "metric", MX_CELL_TEXT, true, 0, 0, 1},
    {NULL, CHANCE, "from", MX_CELL_TEXT, false, 0, 0, 1},
    {NULL, CHANCE, "middle", MX_CELL_TEXT, false, 0, 0, 1},
    {NULL, CHANCE, "to", MX_CELL_TEXT, false, 0, 0, 1},
    {NULL, BOTH, "from", MX_CELL_TEXT, false, 0, 0, 1},
    {NULL, BOTH, "middle", MX_CELL_TEXT, false, 0, 0, 1},
    {NULL, BOTH, "to", MX_CELL_TEXT, false, 0, 0, 1},
};

static void add_range(struct mx_table *table, const struct row *row,
                      const struct mx_outcome_range *range)
{
    const double values[] = {range->low, range->middle, range->high};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[64];

        print_value(text, sizeof text, row, values[i]);
        mx_table_text(table, text);
    }
}

/* False when out of memory. */
static bool add_scope(struct mx_table *table, const struct mx_results *results, enum mx_group group,
                      uint32_t index, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mx_outcome_range chance, both;

        if (!get_ranges(results, group, index, rows[i].metric, &chance, &both)) {
            return false;
        }
        mx_table_text(table, name);
        mx_table_text(table, rows[i].name);
        add_range(table, &rows[i], &chance);
        add_range(table, &rows[i], &both);
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
    return true;
}

bool mx_uncertain_markdown_print(FILE *stream, const struct mx_plan *plan,
                                 const struct mx_results *results)
{
    struct mx_table *table;
    bool is_good = true;

    if (results->uncertain == NULL) {
        return true;
    }
    table = mx_table_create(columns, sizeof columns / sizeof columns[0]);
    if (table == NULL) {
        return false;
    }
    for (uint32_t i = 0; is_good && i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];

        is_good = add_scope(table, results, MX_GROUP_PROVIDER, p, plan->providers[p].name);
    }
    if (is_good && plan->provider_count > 1) {
        is_good = add_scope(table, results, MX_GROUP_TOTAL, 0, "total");
    }
    if (is_good) {
        (void)fputc('\n', stream);
        is_good = mx_table_print(table, stream, MX_FORMAT_MARKDOWN, false);
    }
    mx_table_destroy(table);
    return is_good;
}
