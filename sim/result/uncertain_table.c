// SPDX-License-Identifier: GPL-3.0-or-later
/* uncertain_table.c - see uncertain_table.h. */
#include "sim/result/uncertain_table.h"

#include <math.h>
#include <string.h>

#include "sim/result/human_text.h"
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

static void put_value(FILE *stream, const struct row *row, double value)
{
    char text[64] = "-";

    if (isinf(value)) {
        (void)snprintf(text, sizeof text, "never");
    } else if (!isnan(value)) {
        switch (row->form) {
        case AS_PERCENT:
            (void)snprintf(text, sizeof text, "%s", mx_human_percent(value).s);
            break;
        case AS_RATIO:
            (void)snprintf(text, sizeof text, "%.3f", value);
            break;
        case AS_COUNT:
            (void)snprintf(text, sizeof text, "%s", mx_human_count_short(value).s);
            break;
        case AS_TIME:
            (void)snprintf(text, sizeof text, "%s", mx_human_duration(value).s);
            break;
        }
    }
    (void)fprintf(stream, "%9s", text);
}

static void put_range(FILE *stream, const struct row *row, const struct mx_outcome_range *range)
{
    put_value(stream, row, range->low);
    put_value(stream, row, range->middle);
    put_value(stream, row, range->high);
}

static void put_scope(FILE *stream, const struct mx_results *results, enum mx_group group,
                      uint32_t index, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mx_outcome_range chance, both;

        if (!mx_summary_outcome_range(results->summary, group, index, rows[i].metric, &chance) ||
            !mx_summary_outcome_range(results->uncertain->summary, group, index, rows[i].metric,
                                      &both)) {
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
        "evenly over "
        "their\n"
        "             stated ranges. Not an interval of a mean: more replications do not narrow "
        "it.%s\n",
        dim, percent, (unsigned)count, (unsigned)count, (unsigned long)results->factor_count,
        plain);
}
