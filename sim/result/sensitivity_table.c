// SPDX-License-Identifier: GPL-3.0-or-later
/* sensitivity_table.c - see sensitivity_table.h. */
#include "sim/result/sensitivity_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/stats/metric_name.h"

#define NAME_WIDTH 50
#define ALONE_SHOWN_MAX 12U
#define MAY_HANG "It may hang on these, whose intervals reach 0: more points would tell\n"

struct table {
    FILE *stream;
    const struct mx_sensitivity *found;
    const char *bold, *dim, *plain;
    uint32_t *order;
};

/* A value of a metric, or a change of one with its sign. */
static struct mx_human_text value_text(const char *metric, double value, bool is_change)
{
    struct mx_human_text text, size = mx_metric_text_is_duration(metric)
                                          ? mx_human_duration(fabs(value))
                                      : fabs(value) >= 1e5 ? mx_human_count_short(fabs(value))
                                                           : (struct mx_human_text){""};

    if (size.s[0] == '\0') {
        (void)snprintf(size.s, sizeof size.s, is_change ? "%.3g" : "%.6g", fabs(value));
    }
    (void)snprintf(text.s, sizeof text.s, "%s%.40s",
                   isnan(value) || value == 0 ? ""
                   : value < 0                ? "-"
                   : is_change                ? "+"
                                              : "",
                   size.s);
    return text;
}

static struct mx_human_text size_text(const char *metric, double value)
{
    struct mx_human_text text = value_text(metric, value, true);

    if (text.s[0] == '+') {
        memmove(text.s, text.s + 1, strlen(text.s));
    }
    return text;
}

/* Long paths lose their middle. */
static void short_name(const char *name, char out[NAME_WIDTH + 4])
{
    size_t size = strlen(name);

    if (size <= NAME_WIDTH) {
        (void)snprintf(out, NAME_WIDTH + 4, "%s", name);
    } else {
        (void)snprintf(out, NAME_WIDTH + 4, "%.16s...%s", name, name + size - (NAME_WIDTH - 19));
    }
}

static void print_title(const struct table *table)
{
    const struct mx_sensitivity *found = table->found;
    static const char *const methods[] = {[MX_SENSITIVITY_ALONE] = "each alone",
                                          [MX_SENSITIVITY_MORRIS] = "Morris screening",
                                          [MX_SENSITIVITY_SOBOL] = "Sobol' indices"};

    (void)fprintf(table->stream, "%s%s%s: %s\n", table->bold, found->name, table->plain,
                  found->title[0] != '\0' ? found->title : found->scenario);
    (void)fprintf(table->stream, "%u factor%s", (unsigned)found->factor_count,
                  found->factor_count == 1 ? "" : "s");
    if (found->group_count < found->factor_count) {
        (void)fprintf(table->stream, " in %u groups", (unsigned)found->group_count);
    }
    (void)fprintf(table->stream, ", %s", methods[found->kind]);
    if (found->kind == MX_SENSITIVITY_MORRIS) {
        (void)fprintf(table->stream, " with %u trajectories", (unsigned)found->size);
    } else if (found->kind == MX_SENSITIVITY_SOBOL) {
        (void)fprintf(table->stream, " with %u rows (%s)", (unsigned)found->size,
                      found->is_quasi ? "Sobol' sequence" : "pseudo-random: more than 20 factors");
    }
    (void)fprintf(table->stream, "; %llu points x %u replication%s, seed %llu\n",
                  (unsigned long long)found->point_count, (unsigned)found->replications,
                  found->replications == 1 ? "" : "s", (unsigned long long)found->seed);
}

static void print_group_name(const struct table *table, uint32_t group)
{
    const struct mx_sensitivity_group *of = &table->found->groups[group];
    char name[NAME_WIDTH + 4], text[NAME_WIDTH + 24];

    short_name(of->name, name);
    if (of->factor_count > 1) {
        (void)snprintf(text, sizeof text, "%s (%u)", name, (unsigned)of->factor_count);
    } else {
        (void)snprintf(text, sizeof text, "%s", name);
    }
    (void)fprintf(table->stream, "  %-*s", NAME_WIDTH + 5, text);
}

static void print_influence(const struct table *table, uint32_t m, uint32_t group)
{
    const struct mx_sensitivity_metric *metric = &table->found->metrics[m];
    const struct mx_influence *influence = &metric->influence[group];

    print_group_name(table, group);
    switch (table->found->kind) {
    case MX_SENSITIVITY_MORRIS:
        (void)fprintf(table->stream, "%10s%12s ..%10s",
                      size_text(metric->name, influence->morris.mu_star).s,
                      size_text(metric->name, influence->morris.low).s,
                      size_text(metric->name, influence->morris.high).s);
        break;
    case MX_SENSITIVITY_SOBOL:
        (void)fprintf(table->stream, "%9.2f%9.2f .. %.2f%8.2f", influence->sobol.total,
                      influence->sobol.total_low, influence->sobol.total_high,
                      influence->sobol.first);
        break;
    case MX_SENSITIVITY_ALONE:
        (void)fprintf(table->stream, "%10s",
                      size_text(metric->name, mx_sensitivity_influence(table->found, m, group)).s);
        break;
    }
    (void)fputc('\n', table->stream);
}

/* Of the first `hangs` those whose interval is clear of 0, or those whose is not. */
static void print_told(const struct table *table, uint32_t m, uint32_t hangs, bool is_told)
{
    for (uint32_t i = 0; i < hangs; i++) {
        if (mx_sensitivity_is_told(table->found, m, table->order[i]) == is_told) {
            print_influence(table, m, table->order[i]);
        }
    }
}

static void print_rest(const struct table *table, uint32_t m, uint32_t hangs)
{
    const struct mx_sensitivity *found = table->found;
    uint32_t left = found->group_count - hangs;
    double largest;

    if (left == 0) {
        return;
    }
    largest = mx_sensitivity_influence(found, m, table->order[hangs]);
    (void)fprintf(table->stream, "It does not hang on the other %u", (unsigned)left);
    if (found->kind != MX_SENSITIVITY_SOBOL && largest > 0) {
        (void)fprintf(table->stream, ", each of which moves it by %s or less",
                      size_text(found->metrics[m].name, largest).s);
    }
    (void)fprintf(table->stream, ".%s", largest > 0 ? " Next:\n" : "\n");
    for (uint32_t i = hangs; largest > 0 && i < found->group_count && i < hangs + 3; i++) {
        if (mx_sensitivity_influence(found, m, table->order[i]) > 0) {
            print_influence(table, m, table->order[i]);
        }
    }
}

static struct mx_human_text change_text(const struct mx_sensitivity_metric *metric, double change,
                                        double half)
{
    struct mx_human_text text = value_text(metric->name, change, true);

    if (!isnan(half) && fabs(change) <= half) {
        (void)snprintf(text.s, sizeof text.s, "(noise)");
    }
    return text;
}

static void print_alone(const struct table *table, uint32_t m)
{
    const struct mx_sensitivity *found = table->found;
    const struct mx_sensitivity_metric *metric = &found->metrics[m];
    uint32_t count = mx_sensitivity_order_factors(found, m, table->order), shown = 0;

    if (count == 0) {
        return;
    }
    (void)fprintf(table->stream, "%s  %-*s%14s%14s%s\n", table->bold, NAME_WIDTH + 5,
                  "one at a time, all else as written", "at low end", "at high end", table->plain);
    for (; shown < count && shown < ALONE_SHOWN_MAX; shown++) {
        const struct mx_swing *swing = &metric->swing[table->order[shown]];
        char name[NAME_WIDTH + 4];

        if (!(mx_sensitivity_swing(found, m, table->order[shown]) > 0)) {
            break;
        }
        short_name(found->factors[table->order[shown]].path, name);
        (void)fprintf(table->stream, "  %-*s%14s%14s\n", NAME_WIDTH + 5, name,
                      change_text(metric, swing->low, swing->low_half).s,
                      change_text(metric, swing->high, swing->high_half).s);
    }
    if (shown < count) {
        (void)fprintf(table->stream, "  %sand %u more that move it less%s\n", table->dim,
                      (unsigned)(count - shown), table->plain);
    }
}

static void print_metric(const struct table *table, uint32_t m)
{
    const struct mx_sensitivity *found = table->found;
    const struct mx_sensitivity_metric *metric = &found->metrics[m];
    uint32_t hangs = mx_sensitivity_order(found, m, table->order), told = 0;

    (void)fprintf(table->stream, "\n%s%s%s: %s with all values as written.", table->bold,
                  metric->name, table->plain, value_text(metric->name, metric->base, false).s);
    if (hangs == 0) {
        (void)fprintf(table->stream, " Nothing that was varied moves it.\n");
        return;
    }
    for (uint32_t i = 0; i < hangs; i++) {
        told += mx_sensitivity_is_told(found, m, table->order[i]);
    }
    (void)fputs(told > 0 ? " It hangs on\n" : " " MAY_HANG, table->stream);
    if (found->kind != MX_SENSITIVITY_ALONE) {
        (void)fprintf(table->stream, "%s  %-*s%s%s\n", table->bold, NAME_WIDTH + 5, "",
                      found->kind == MX_SENSITIVITY_MORRIS ? "  moves by   interval of it"
                                                           : "    total    interval    alone",
                      table->plain);
    }
    print_told(table, m, hangs, true);
    if (told > 0 && told < hangs) {
        (void)fputs(MAY_HANG, table->stream);
    }
    print_told(table, m, hangs, false);
    print_rest(table, m, hangs);
    print_alone(table, m);
    if (metric->never_count > 0) {
        (void)fprintf(table->stream, "  In %llu runs it was never reached, and counts as %s.\n",
                      (unsigned long long)metric->never_count,
                      mx_human_duration(found->horizon_s).s);
    }
}

static void print_definitions(const struct table *table)
{
    const struct mx_sensitivity *found = table->found;

    (void)fprintf(table->stream, "\n%s", table->dim);
    if (found->kind == MX_SENSITIVITY_MORRIS) {
        (void)fprintf(
            table->stream,
            "moves by  mean absolute change over steps of two thirds of its range, wherever the "
            "others\n"
            "          stand, scaled to the whole range (times 3/2; Morris' mu*): more than it can "
            "move,\n"
            "          where most of it happens within a step. Interval: %.0f %%, of the choice "
            "of\n"
            "          trajectories. It hangs on what moves it by a tenth of the largest or more, "
            "with an\n"
            "          interval clear of 0.\n",
            100 * found->confidence);
    } else if (found->kind == MX_SENSITIVITY_SOBOL) {
        (void)fprintf(table->stream,
                      "total     share of the variance that would be left if all else were known; "
                      "alone: that would go\n"
                      "          if it were known. Interval: %.0f %%, of the choice of points, by "
                      "bootstrap. It hangs on\n"
                      "          totals of 0.05 or more with an interval clear of 0.\n",
                      100 * found->confidence);
    } else {
        (void)fprintf(table->stream,
                      "It hangs on what moves it by a tenth of the largest or more.\n");
    }
    if (found->replications > 1) {
        (void)fprintf(table->stream,
                      "(noise)   the change is within its %.0f %% interval, of chance alone.\n",
                      100 * found->confidence);
    }
    if (found->group_count < found->factor_count) {
        (void)fprintf(table->stream, "(n)       so many values that move together.\n");
    }
    (void)fputs(table->plain, table->stream);
}

bool mx_sensitivity_table_print(FILE *stream, const struct mx_sensitivity *sensitivity, bool color)
{
    struct table table = {.stream = stream,
                          .found = sensitivity,
                          .bold = color ? "\033[1m" : "",
                          .dim = color ? "\033[2m" : "",
                          .plain = color ? "\033[0m" : ""};

    table.order = calloc(sensitivity->factor_count + 1U, sizeof *table.order);
    if (table.order == NULL) {
        return false;
    }
    print_title(&table);
    for (uint32_t m = 0; m < sensitivity->metric_count; m++) {
        print_metric(&table, m);
    }
    print_definitions(&table);
    free(table.order);
    return true;
}
