// SPDX-License-Identifier: GPL-3.0-or-later
/* run_table.c - see run_table.h. Two tables of one row per provider, each with its definitions. */
#include "sim/result/run_table.h"

#include <string.h>

#include "sim/result/human_text.h"

#define WIDTH 100
#define NAME_WIDTH 13
#define REASONS_WIDTH 31 /* and HALF_WIDTH more where there is no interval */
#define HALF_WIDTH 8
#define POOR_RATE 0.95 /* below it a delivered rate is marked */

struct table {
    FILE *stream;
    const struct mx_plan *plan;
    const struct mx_results *results;
    bool color, has_spread;
};

/* One row: a provider, or the total. */
struct scope {
    enum mx_group group;
    uint32_t index;
    const char *name;
};

static const char *bold(const struct table *table)
{
    return table->color ? "\033[1m" : "";
}

static const char *dim(const struct table *table)
{
    return table->color ? "\033[2m" : "";
}

static const char *plain(const struct table *table)
{
    return table->color ? "\033[0m" : "";
}

static struct mx_estimate get(const struct table *table, const struct scope *scope,
                              enum mx_metric metric)
{
    return mx_summary_estimate(table->results->summary, scope->group, scope->index, metric);
}

/* NaN where it is not defined, which prints as "-". */
static double mean(const struct table *table, const struct scope *scope, enum mx_metric metric)
{
    struct mx_estimate e = get(table, scope, metric);

    return e.is_known ? e.mean : (double)__builtin_nanf("");
}

static void print_count(const struct table *table, const struct scope *scope, enum mx_metric metric,
                        int width)
{
    (void)fprintf(table->stream, "%*s", width, mx_human_count_short(mean(table, scope, metric)).s);
}

static void print_time(const struct table *table, const struct scope *scope, enum mx_metric metric)
{
    (void)fprintf(table->stream, "%7s", mx_human_duration(mean(table, scope, metric)).s);
}

/* Cut at a whole UTF-8 character; the width counts characters. */
static void print_name(const struct table *table, const char *name)
{
    size_t size = 0;
    int columns = 0;

    while (name[size] != '\0' && columns < NAME_WIDTH) {
        size++;
        while (((unsigned char)name[size] & 0xC0U) == 0x80U) {
            size++;
        }
        columns++;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)name[i];

        (void)fputc(c < 0x20 || c == 0x7F ? '?' : c, table->stream);
    }
    (void)fprintf(table->stream, "%*s", NAME_WIDTH - columns, "");
}

static void print_rule(const struct table *table)
{
    char line[WIDTH + 1];

    memset(line, '-', WIDTH);
    line[WIDTH] = '\0';
    (void)fprintf(table->stream, "%s%s%s\n", dim(table), line, plain(table));
}

/* Half of an interval as "+-0.012"; no column for a single replication. */
static void print_half(const struct table *table, const struct mx_estimate *e, double unit)
{
    char text[32] = "";

    if (!table->has_spread) {
        return;
    }
    if (e->has_spread) {
        double half = (e->ci95[1] - e->ci95[0]) / 2.0 * unit;
        (void)snprintf(text, sizeof text, "+-%.*f",
                       half < 9.9995   ? 3
                       : half < 99.995 ? 2
                                       : 1,
                       half);
    }
    (void)fprintf(table->stream, "%*s", HALF_WIDTH, text);
}

/* Two halves of a heading, with room for the interval between them. */
static void print_heading(const struct table *table, const char *before, const char *after)
{
    (void)fprintf(table->stream, "%s%s%*s%s%s\n", bold(table), before,
                  table->has_spread ? HALF_WIDTH : 0, "", after, plain(table));
}

/* --- what became of them --- */

static void print_outcome(const struct table *table, const struct scope *scope)
{
    struct mx_estimate rate = get(table, scope, MX_METRIC_DELIVERED_RATE);
    bool is_poor = rate.is_known && rate.mean < POOR_RATE;
    double share = rate.is_known ? rate.mean : -1.0;

    print_name(table, scope->name);
    print_count(table, scope, MX_METRIC_SENT, 9);
    print_count(table, scope, MX_METRIC_DELIVERED, 10);
    if (is_poor && table->color) {
        (void)fprintf(table->stream, "\033[33m%9s\033[39m", mx_human_percent(share).s);
    } else {
        (void)fprintf(table->stream, "%9s", mx_human_percent(share).s);
    }
    print_half(table, &rate, 100.0);
    print_count(table, scope, MX_METRIC_HARD_BOUNCED, 10);
    print_count(table, scope, MX_METRIC_SOFT_BOUNCED_REJECTED, 10);
    print_count(table, scope, MX_METRIC_SOFT_BOUNCED_BLOCKED, 9);
    print_count(table, scope, MX_METRIC_SOFT_BOUNCED_EXPIRED, 9);
    print_count(table, scope, MX_METRIC_PENDING, 9);
    (void)fputc('\n', table->stream);
}

/* --- how late, and why --- */

struct reason {
    const char *name;
    double count;
};

/* The largest first, as many as find room: "rate 62 %, spike 30 %". */
static void print_reasons(const struct table *table, const struct scope *scope)
{
    struct reason reasons[MX_DEFERRAL_REASON_COUNT] = {{0}};
    double sum = mean(table, scope, MX_METRIC_DEFERRALS);
    size_t used = 0, room = REASONS_WIDTH + (table->has_spread ? 0U : HALF_WIDTH);

    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        struct reason reason = {
            mx_reason_name((enum mx_reason)r),
            mean(table, scope, (enum mx_metric)(MX_METRIC_DEFERRALS_REASON_FIRST + r))};
        int at = r;

        for (; at > 0 && reasons[at - 1].count < reason.count; at--) {
            reasons[at] = reasons[at - 1];
        }
        reasons[at] = reason;
    }
    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT && reasons[r].count > 0; r++) {
        double percent = 100.0 * reasons[r].count / sum;
        char text[64];
        int size = snprintf(text, sizeof text, percent < 1 ? "%s%s <1%%" : "%s%s %.0f%%",
                            used > 0 ? ", " : "", reasons[r].name, percent);

        if (used + (size_t)size > room) {
            break;
        }
        (void)fputs(text, table->stream);
        used += (size_t)size;
    }
}

static void print_delay(const struct table *table, const struct scope *scope)
{
    struct mx_estimate per_message = get(table, scope, MX_METRIC_DEFERRALS_PER_MESSAGE);

    print_name(table, scope->name);
    print_count(table, scope, MX_METRIC_DEFERRALS, 10);
    if (per_message.is_known) {
        (void)fprintf(table->stream, "%8.3f", per_message.mean);
    } else {
        (void)fprintf(table->stream, "%8s", "-");
    }
    print_half(table, &per_message, 1.0);
    print_time(table, scope, MX_METRIC_WAIT_MEAN_S);
    print_time(table, scope, MX_METRIC_TIME_TO_DELIVER_P50_S);
    print_time(table, scope, MX_METRIC_TIME_TO_DELIVER_P90_S);
    print_time(table, scope, MX_METRIC_TIME_TO_DELIVER_P99_S);
    (void)fputs("  ", table->stream);
    print_reasons(table, scope);
    (void)fputc('\n', table->stream);
}

/* --- the whole --- */

static void print_rows(const struct table *table,
                       void (*print)(const struct table *table, const struct scope *scope))
{
    const struct mx_plan *plan = table->plan;
    const struct scope total = {MX_GROUP_TOTAL, 0, "total"};

    print_rule(table);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];
        const struct scope scope = {MX_GROUP_PROVIDER, p, plan->providers[p].name};

        print(table, &scope);
    }
    if (plan->provider_count > 1) {
        print_rule(table);
        (void)fputs(bold(table), table->stream);
        print(table, &total);
        (void)fputs(plain(table), table->stream);
    }
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static void print_title(const struct table *table)
{
    const struct mx_plan *plan = table->plan;
    const struct scope total = {MX_GROUP_TOTAL, 0, "total"};
    uint32_t count = table->results->replication_count;

    (void)fprintf(table->stream, "%s%s%s: %s recipients", bold(table), plan->name, plain(table),
                  mx_human_count(mean(table, &total, MX_METRIC_RECIPIENTS)).s);
    (void)fprintf(table->stream, " - %s dropped",
                  mx_human_count(mean(table, &total, MX_METRIC_DROPPED)).s);
    (void)fprintf(table->stream, " = %s sent\n",
                  mx_human_count(mean(table, &total, MX_METRIC_SENT)).s);
    (void)fprintf(table->stream,
                  "%u campaign%s, %u address%s, %u provider%s; %s simulated, %u replication%s, "
                  "seed %llu\n\n",
                  (unsigned)plan->campaign_count, plural(plan->campaign_count),
                  (unsigned)plan->ip_count, plan->ip_count == 1 ? "" : "es",
                  (unsigned)plan->provider_count, plural(plan->provider_count),
                  mx_human_span((double)plan->horizon_us / 1e6).s, (unsigned)count, plural(count),
                  (unsigned long long)table->results->seed);
}

/* What was cut off the start of a steady state's run, and whose mean said so. */
static void print_steady(const struct table *table)
{
    const struct mx_steady *steady = &table->results->steady;
    const struct mx_plan *plan = table->plan;

    (void)fprintf(table->stream, "%ssteady state%s: ", bold(table), plain(table));
    if (steady->cut_us > 0) {
        (void)fprintf(
            table->stream, "messages of the first %s are not counted (MSER-5, by %s%s%s)",
            mx_human_span((double)steady->cut_us / 1e6).s, mx_metric_name(steady->metric),
            steady->provider < plan->provider_count ? " of " : "",
            steady->provider < plan->provider_count ? plan->providers[steady->provider].name : "");
    } else {
        (void)fputs("nothing of the start is cut off (MSER-5)", table->stream);
    }
    (void)fprintf(table->stream, ";\n%u batches of ", MX_STEADY_BATCHES);
    (void)fprintf(table->stream, "%s give the intervals; correlation of neighbours %.2f\n\n",
                  mx_human_span((double)steady->batch_us / 1e6).s,
                  mx_steady_lag1(table->results->summary));
}

static void print_definitions(const struct table *table)
{
    const struct scope total = {MX_GROUP_TOTAL, 0, "total"};
    int64_t lifetime_us = table->plan->retry.lifetime_us;
    double skips = mean(table, &total, MX_METRIC_NON_ATTEMPTS);

    (void)fprintf(table->stream, "\n%s", dim(table));
    (void)fprintf(
        table->stream,
        "rate %%       delivered / sent. Delivered: accepted by the provider, into inbox or "
        "spam folder.\n"
        "hard bounced address unknown or closed.\n"
        "soft bounces rejected for another reason (blocked: by policy or reputation), or expired");
    if (lifetime_us != MX_NEVER) {
        (void)fprintf(table->stream, " after %s", mx_human_span((double)lifetime_us / 1e6).s);
    }
    (void)fprintf(
        table->stream,
        ".\n"
        "deferrals    attempts answered \"busy\". Per message: deferrals / sent. Why: "
        "shares of all deferrals.\n"
        "held         by the sender before an attempt: connections, rates, warm-up, pauses; "
        "not a deferral.\n"
        "p50 p90 p99  time from creation to acceptance, of the delivered; held time "
        "included.\n");
    if (skips > 0) {
        (void)fprintf(
            table->stream,
            "non-attempts %s skips of the sending server, without a try: neither attempts "
            "nor deferrals.\n",
            mx_human_count_short(skips).s);
    }
    if (table->results->is_steady) {
        (void)fputs(
            "             Times: means over the batches. +-: half of the 95 % interval of the "
            "mean, of chance alone.\n",
            table->stream);
    } else if (table->has_spread) {
        (void)fprintf(
            table->stream,
            "             Means over %u replications. +-: half of the 95 %% interval of the "
            "mean, of chance alone.\n",
            (unsigned)table->results->replication_count);
    }
    (void)fputs(plain(table), table->stream);
}

static void print_assumed(const struct table *table)
{
    size_t count = table->plan->assumed_count;

    if (count > 0) {
        (void)fprintf(
            table->stream,
            "\n%sASSUMED%s: %lu value%s of this scenario %s no public source. To list %s:\n"
            "  mxsim check %s\n",
            bold(table), plain(table), (unsigned long)count, count == 1 ? "" : "s",
            count == 1 ? "has" : "have", count == 1 ? "it" : "them", table->plan->file);
    }
}

void mx_run_table_print(FILE *stream, const struct mx_plan *plan, const struct mx_results *results,
                        bool color)
{
    const struct table table = {stream, plan, results, color,
                                results->replication_count > 1 || results->is_steady};

    print_title(&table);
    if (results->is_steady) {
        print_steady(&table);
    }
    print_heading(&table, "                                         ",
                  "      hard  ------ soft bounces ------");
    print_heading(&table, "provider          sent delivered   rate %",
                  "   bounced  rejected  blocked  expired  pending");
    print_rows(&table, print_outcome);
    (void)fputc('\n', stream);
    print_heading(&table, "                            per", "   held  -- time to deliver --");
    print_heading(&table, "provider      deferrals message",
                  "   mean    p50    p90    p99  why deferred");
    print_rows(&table, print_delay);
    print_definitions(&table);
    print_assumed(&table);
}
