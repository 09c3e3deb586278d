// SPDX-License-Identifier: GPL-3.0-or-later
/* comparison_table.c - see comparison_table.h. */
#include "sim/result/comparison_table.h"

#include <math.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/result/human_text.h"
#include "sim/stats/best.h"
#include "sim/stats/metric_name.h"

#define GAIN_SHOWN_MAX 9999.0

struct table {
    FILE *stream;
    const struct mx_comparison *comparison;
    bool color;
};

struct mx_label mx_system_label(size_t system)
{
    struct mx_label label = {""};

    MX_CHECK(system < 26 * 27);
    if (system >= 26) {
        label.s[0] = (char)('A' + system / 26 - 1);
        label.s[1] = (char)('A' + system % 26);
    } else {
        label.s[0] = (char)('A' + system);
    }
    return label;
}

static const char *style(const struct table *table, const char *sequence)
{
    return table->color ? sequence : "";
}

/* As many digits as make `step` visible, in two of its own. */
static int decimals_for(double step)
{
    int decimals = 0;

    while (decimals < 12 && step > 0 && step < 9.95) {
        step *= 10;
        decimals++;
    }
    return decimals;
}

/* A value; signed_: with + or -. step: what the last digits have to show, 0: nothing does. */
static struct mx_human_text value_text(enum mx_metric metric, double value, double step,
                                       bool is_signed)
{
    struct mx_human_text text, digits;
    double magnitude = fabs(value);
    const char *sign = value < 0 ? "-" : is_signed ? "+" : "";

    if (mx_metric_text_is_duration(mx_metric_name(metric))) {
        digits = mx_human_duration(magnitude);
        if (magnitude > 0 && magnitude < 0.01) {
            (void)snprintf(digits.s, sizeof digits.s, "%.4fs", magnitude);
        }
    } else if (step > 0 && magnitude < 1e9) {
        if (step >= 9.95) {
            digits = mx_human_count(magnitude);
        } else {
            (void)snprintf(digits.s, sizeof digits.s, "%.*f", decimals_for(step), magnitude);
        }
    } else {
        digits = mx_human_number(magnitude);
    }
    if (strspn(digits.s, "0.s") == strlen(digits.s)) {
        sign = ""; /* what rounds to nothing has none */
    }
    (void)snprintf(text.s, sizeof text.s, "%s%.40s", sign, digits.s);
    return text;
}

static void print_gain(const struct table *table, double gain)
{
    char text[32] = "-";

    if (gain > GAIN_SHOWN_MAX) {
        (void)snprintf(text, sizeof text, ">%.0fx", GAIN_SHOWN_MAX);
    } else if (gain > 0) {
        (void)snprintf(text, sizeof text, gain < 9.95 ? "%.1fx" : "%.0fx", gain);
    }
    (void)fprintf(table->stream, "%8s", text);
}

static void print_outcome(const struct table *table, const struct mx_difference *difference)
{
    static const struct {
        const char *words, *sequence;
    } shown[MX_DIFFERENCE_OUTCOME_COUNT] = {
        [MX_DIFFERENCE_HIGHER] = {"higher", "\033[36m"},
        [MX_DIFFERENCE_LOWER] = {"lower", "\033[35m"},
        [MX_DIFFERENCE_NOT_TOLD] = {"not told apart", "\033[2m"},
        [MX_DIFFERENCE_NEVER] = {"equal", "\033[2m"},
        [MX_DIFFERENCE_UNDEFINED] = {"undefined", "\033[33m"},
    };

    (void)fprintf(table->stream, "  %s%s%s\n", style(table, shown[difference->outcome].sequence),
                  shown[difference->outcome].words, style(table, "\033[0m"));
}

static void print_system(const struct table *table, size_t metric, size_t system, double step)
{
    const struct mx_comparison *comparison = table->comparison;
    enum mx_metric of = comparison->scoped[metric * comparison->system_count].metric;
    const struct mx_difference *d =
        &comparison->differences[metric * comparison->system_count + system];
    double half = (d->interval.high - d->interval.low) / 2.0;

    (void)fprintf(table->stream, "  %-3s%13s", mx_system_label(system).s,
                  d->own.is_known ? value_text(of, d->own.mean, step, false).s : "-");
    if (system == 0) {
        (void)fputc('\n', table->stream);
        return;
    }
    if (d->outcome == MX_DIFFERENCE_UNDEFINED) {
        (void)fprintf(table->stream, "%46s", "");
    } else {
        char interval[64];

        (void)snprintf(interval, sizeof interval, "%.24s .. %.24s",
                       value_text(of, d->interval.low, half, true).s,
                       value_text(of, d->interval.high, half, true).s);
        (void)fprintf(table->stream, "%12s%26s", value_text(of, d->mean, half, true).s, interval);
        print_gain(table, d->gain);
    }
    print_outcome(table, d);
}

/* The smallest half of an interval among a metric's differences. */
static double step_of(const struct mx_comparison *comparison, size_t metric)
{
    double least = 0;

    for (size_t s = 1; s < comparison->system_count; s++) {
        const struct mx_difference *d =
            &comparison->differences[metric * comparison->system_count + s];
        double half = (d->interval.high - d->interval.low) / 2.0;

        if (half > 0 && (!(least > 0) || half < least)) {
            least = half;
        }
    }
    return least;
}

static void print_metric(const struct table *table, size_t metric)
{
    const struct mx_comparison *comparison = table->comparison;
    double step = step_of(comparison, metric);
    char text[MX_METRIC_TEXT_SIZE];

    mx_metric_print(comparison->systems[0].plan,
                    &comparison->scoped[metric * comparison->system_count], text, sizeof text);
    (void)fprintf(table->stream, "\n%s%s%s\n", style(table, "\033[1m"), text,
                  style(table, "\033[0m"));
    for (size_t s = 0; s < comparison->system_count; s++) {
        print_system(table, metric, s, step);
    }
}

static void print_systems(const struct table *table)
{
    const struct mx_comparison *comparison = table->comparison;

    for (size_t s = 0; s < comparison->system_count; s++) {
        (void)fprintf(table->stream, "  %s%-3s%s%s\n", style(table, "\033[1m"),
                      mx_system_label(s).s, style(table, "\033[0m"), comparison->systems[s].name);
    }
}

struct part {
    int outcome;
    const char *one, *several;
};

static int difference_of(const struct mx_comparison *comparison, size_t metric, size_t system)
{
    return (int)comparison->differences[metric * comparison->system_count + system].outcome;
}

static int best_of(const struct mx_comparison *comparison, size_t metric, size_t system)
{
    return (int)mx_comparison_best(comparison, metric, system).outcome;
}

/* A sentence a metric: of each part the systems from `first` on that have its outcome. */
static void print_sentence(const struct table *table, size_t metric, size_t first,
                           int (*outcome_of)(const struct mx_comparison *, size_t, size_t),
                           const struct part *parts, size_t part_count)
{
    const struct mx_comparison *comparison = table->comparison;
    const char *before = ": ";
    char text[MX_METRIC_TEXT_SIZE];

    mx_metric_print(comparison->systems[0].plan,
                    &comparison->scoped[metric * comparison->system_count], text, sizeof text);
    (void)fprintf(table->stream, "  %s", text);
    for (size_t i = 0; i < part_count; i++) {
        size_t count = 0;

        for (size_t s = first; s < comparison->system_count; s++) {
            if (outcome_of(comparison, metric, s) == parts[i].outcome) {
                (void)fprintf(table->stream, "%s%s", count > 0 ? ", " : before,
                              mx_system_label(s).s);
                count++;
            }
        }
        if (count > 0) {
            (void)fputs(count == 1 ? parts[i].one : parts[i].several, table->stream);
            before = "; ";
        }
    }
    (void)fputs(".\n", table->stream);
}

/* What differs and what cannot be told apart. */
static void print_words(const struct table *table, size_t metric)
{
    static const struct part parts[] = {
        {MX_DIFFERENCE_HIGHER, " is higher than A", " are higher than A"},
        {MX_DIFFERENCE_LOWER, " is lower than A", " are lower than A"},
        {MX_DIFFERENCE_NOT_TOLD, " cannot be told apart from A", " cannot be told apart from A"},
        {MX_DIFFERENCE_NEVER, " equals A in every replication", " equal A in every replication"},
        {MX_DIFFERENCE_UNDEFINED, " or A has no such number", " or A have no such number"},
    };

    print_sentence(table, metric, 1, difference_of, parts, sizeof parts / sizeof parts[0]);
}

/* "delivered_rate: B may be the best, or C; A is not." */
static void print_best(const struct table *table, size_t metric)
{
    static const struct part parts[] = {
        {MX_BEST_IS, " is the best", " are the best"},
        {MX_BEST_MAY_BE, " may be the best", " may be the best"},
        {MX_BEST_IS_NOT, " is not", " are not"},
        {MX_BEST_UNDEFINED, " cannot be judged", " cannot be judged"},
    };

    print_sentence(table, metric, 0, best_of, parts, sizeof parts / sizeof parts[0]);
}

/* Each against all others, where there is more than one other. */
static void print_bests(const struct table *table)
{
    const struct mx_comparison *comparison = table->comparison;

    if (comparison->system_count < 3) {
        return;
    }
    (void)fputs("\nWhich is the best (most delivered, least of all else)\n", table->stream);
    for (size_t m = 0; m < comparison->metric_count; m++) {
        print_best(table, m);
    }
    (void)fprintf(
        table->stream,
        "%s  Each against the best of the others (Hsu 1984); all hold together in %g %% of\n"
        "  all luck.%s\n",
        style(table, "\033[2m"), 100.0 * comparison->confidence, style(table, "\033[0m"));
}

void mx_comparison_table_print(FILE *stream, const struct mx_comparison *comparison, bool color)
{
    const struct table table = {stream, comparison, color};
    size_t count = comparison->metric_count * (comparison->system_count - 1U);

    (void)fprintf(stream, "%zu scenarios, %u replications each with the same draws, seed %llu\n",
                  comparison->system_count, (unsigned)comparison->replication_count,
                  (unsigned long long)comparison->seed);
    print_systems(&table);
    (void)fprintf(stream, "\n%s  %-3s%13s%12s%26s%8s%s\n", style(&table, "\033[1m"), "", "mean",
                  "minus A", "interval", "gain", style(&table, "\033[0m"));
    (void)fprintf(stream, "%.*s\n", 80,
                  "----------------------------------------------------------------------------"
                  "----");
    for (size_t m = 0; m < comparison->metric_count; m++) {
        print_metric(&table, m);
    }
    (void)fputs("\nIn words\n", stream);
    for (size_t m = 0; m < comparison->metric_count; m++) {
        print_words(&table, m);
    }
    print_bests(&table);
    (void)fprintf(stream,
                  "\n%sinterval of the mean difference, of %s;\n"
                  "         %s %g %% of all luck%s\n"
                  "gain     variance that the difference of independent runs would have, over "
                  "that\n         of these, which have the same draws.%s\n",
                  style(&table, "\033[2m"), mx_interval_of(comparison->is_uncertain),
                  count > 1 ? "all hold together in" : "it holds in",
                  100.0 * comparison->confidence, count > 1 ? " (Bonferroni)." : ".",
                  style(&table, "\033[0m"));
}

/* The system, its mean, and what became of it. */
static void print_selected(const struct table *table, uint32_t system)
{
    const struct mx_comparison *comparison = table->comparison;
    const struct mx_selection *selection = comparison->selection;
    const struct mx_selection_system *state = &selection->systems[system];
    const struct mx_estimate *own = &comparison->differences[system].own;

    (void)fprintf(table->stream, "  %-3s%14s%14u  ", mx_system_label(system).s,
                  own->is_known ? value_text(comparison->scoped[0].metric, own->mean,
                                             selection->options.indifference / 10.0, false)
                                      .s
                                : "-",
                  (unsigned)mx_summary_count(comparison->systems[system].summary));
    if (state->out_after > 0) {
        (void)fprintf(table->stream, "out after %u, %s was too far ahead\n",
                      (unsigned)state->out_after, mx_system_label(state->out_by).s);
    } else if (selection->is_decided && system == selection->best) {
        (void)fprintf(table->stream, "%sselected%s\n", style(table, "\033[32m"),
                      style(table, "\033[0m"));
    } else {
        (void)fputs(selection->is_decided ? "within the indifference of the best\n" : "still in\n",
                    table->stream);
    }
}

void mx_selection_table_print(FILE *stream, const struct mx_comparison *comparison, bool color)
{
    const struct table table = {stream, comparison, color};
    const struct mx_selection *selection = comparison->selection;
    const struct mx_selection_options *options = &selection->options;
    struct mx_human_text width = mx_human_number(options->indifference);
    char text[MX_METRIC_TEXT_SIZE];

    mx_metric_print(comparison->systems[0].plan, &comparison->scoped[0], text, sizeof text);
    (void)fprintf(stream, "%zu scenarios, the %s %s is best; seed %llu\n", comparison->system_count,
                  options->is_larger_better ? "largest" : "smallest", text,
                  (unsigned long long)comparison->seed);
    print_systems(&table);
    (void)fprintf(stream, "\n%s  %-3s%14s%14s%s\n", style(&table, "\033[1m"), "", "mean",
                  "replications", style(&table, "\033[0m"));
    for (uint32_t s = 0; s < options->system_count; s++) {
        print_selected(&table, s);
    }
    if (selection->is_decided) {
        (void)fprintf(stream, "\n%s%s is selected%s: %s\n", style(&table, "\033[1m"),
                      mx_system_label(selection->best).s, style(&table, "\033[0m"),
                      comparison->systems[selection->best].name);
    } else {
        (void)fputs("\nNone is selected yet.\n", stream);
    }
    (void)fprintf(stream,
                  "%sThe promise: with probability %g %% or more the best is selected where it "
                  "is better than\nevery other by %s or more (KN: Kim, Nelson 2001; %u first "
                  "replications). Of those closer to\nit than that, one may be selected.%s\n",
                  style(&table, "\033[2m"), 100.0 * options->confidence, width.s,
                  (unsigned)options->first_count, style(&table, "\033[0m"));
}
