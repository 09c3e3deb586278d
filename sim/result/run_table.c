// SPDX-License-Identifier: GPL-3.0-or-later
/* run_table.c - see run_table.h. Two tables of one row per provider, each with its definitions. */
#include "sim/result/run_table.h"

#include <math.h>
#include <string.h>

#include "sim/result/checks_data.h"
#include "sim/result/human_text.h"
#include "sim/result/table.h"
#include "sim/result/uncertain_table.h"
#include "sim/stats/outcome_range.h"

#define WIDTH 100
#define NAME_WIDTH 13
#define NAME_WIDTH_MAX 25
#define NAME_WIDTH_MAX_BESIDE_HALF 17 /* where intervals take room */
#define REASONS_WIDTH 39              /* beside names of NAME_WIDTH, without intervals */
#define COLUMNS_MAX 16
#define POOR_RATE 0.95 /* below it a delivered rate is marked */

struct table {
    FILE *stream;
    const struct mx_plan *plan;
    const struct mx_results *results;
    enum mx_format format;
    bool color, has_spread;
    int name_width;
    size_t reasons_room;
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

    return e.is_known ? e.mean : NAN;
}

/* The wider side of an interval as "+-0.012", beside what it belongs to. */
static void add_half(struct mx_table *rows, const struct mx_estimate *e, double unit)
{
    char text[32];
    double below = e->mean - e->ci95[0], above = e->ci95[1] - e->mean;
    double half = (below > above ? below : above) * unit;

    if (!e->has_spread) {
        mx_table_text(rows, "");
        return;
    }
    (void)snprintf(text, sizeof text, "+-%.*f", half < 9.9995 ? 3 : half < 99.995 ? 2 : 1, half);
    mx_table_text(rows, text);
}

/* --- what became of them --- */

static void add_outcome(const struct table *table, struct mx_table *rows, const struct scope *scope)
{
    struct mx_estimate rate = get(table, scope, MX_METRIC_DELIVERED_RATE);
    double full = mean(table, scope, MX_METRIC_SOFT_BOUNCED_FULL);
    double blocked = mean(table, scope, MX_METRIC_SOFT_BOUNCED_BLOCKED);
    double rejected = mean(table, scope, MX_METRIC_SOFT_BOUNCED_REJECTED);

    mx_table_text(rows, scope->name);
    mx_table_number(rows, mean(table, scope, MX_METRIC_SENT));
    mx_table_number(rows, mean(table, scope, MX_METRIC_DELIVERED));
    mx_table_number(rows, rate.is_known ? rate.mean : NAN);
    if (rate.is_known && rate.mean < POOR_RATE) {
        mx_table_mark(rows);
    }
    add_half(rows, &rate, 100.0);
    mx_table_number(rows, mean(table, scope, MX_METRIC_HARD_BOUNCED));
    mx_table_number(rows, full);
    mx_table_number(rows, blocked);
    mx_table_number(rows, rejected - full - blocked);
    mx_table_number(rows, mean(table, scope, MX_METRIC_SOFT_BOUNCED_EXPIRED));
    mx_table_number(rows, mean(table, scope, MX_METRIC_PENDING));
}

/* --- how late, and why --- */

struct reason {
    const char *name;
    double count;
};

/* The first `count` reasons, and "other 12%" where they leave out more than 1 %. Returns its
 * columns. */
static size_t print_reasons(char *line, size_t size, const struct reason *reasons, int count,
                            double sum)
{
    double left = sum;
    size_t used = 0;

    for (int r = 0; r < count; r++) {
        double percent = 100 * reasons[r].count / sum;

        used +=
            (size_t)snprintf(line + used, size - used, percent < 1 ? "%s%s <1%%" : "%s%s %.0f%%",
                             r > 0 ? ", " : "", reasons[r].name, percent);
        left -= reasons[r].count;
    }
    if (left > 0.01 * sum) {
        used += (size_t)snprintf(line + used, size - used, "%sother %.0f%%", count > 0 ? ", " : "",
                                 100 * left / sum);
    }
    return used;
}

/* The largest first, as many as find room together with what they leave: "rate 62%, spike 30%". */
static void add_reasons(const struct table *table, struct mx_table *rows, const struct scope *scope)
{
    struct reason reasons[MX_DEFERRAL_REASON_COUNT] = {{0}};
    double sum = mean(table, scope, MX_METRIC_DEFERRALS);
    char line[32 * (MX_DEFERRAL_REASON_COUNT + 1)] = "";
    int count = 0;

    for (int r = 0; r < MX_DEFERRAL_REASON_COUNT; r++) {
        struct reason reason = {
            mx_reason_name((enum mx_reason)r),
            mean(table, scope, (enum mx_metric)(MX_METRIC_DEFERRALS_REASON_FIRST + r))};
        int at = r;

        for (; at > 0 && reasons[at - 1].count < reason.count; at--) {
            reasons[at] = reasons[at - 1];
        }
        reasons[at] = reason;
        count += reason.count > 0 ? 1 : 0;
    }
    while (count > 0 &&
           print_reasons(line, sizeof line, reasons, count, sum) > table->reasons_room) {
        count--;
    }
    mx_table_text(rows, count > 0 ? line : "");
}

static void add_delay(const struct table *table, struct mx_table *rows, const struct scope *scope)
{
    static const enum mx_metric times[] = {MX_METRIC_WAIT_MEAN_S, MX_METRIC_TIME_TO_DELIVER_P50_S,
                                           MX_METRIC_TIME_TO_DELIVER_P90_S,
                                           MX_METRIC_TIME_TO_DELIVER_P99_S};
    struct mx_estimate per_message = get(table, scope, MX_METRIC_DEFERRALS_PER_MESSAGE);

    mx_table_text(rows, scope->name);
    mx_table_number(rows, mean(table, scope, MX_METRIC_DEFERRALS));
    mx_table_number(rows, per_message.is_known ? per_message.mean : NAN);
    add_half(rows, &per_message, 1.0);
    for (size_t m = 0; m < sizeof times / sizeof times[0]; m++) {
        mx_table_number(rows, mean(table, scope, times[m]));
    }
    add_reasons(table, rows, scope);
}

/* --- the whole --- */

#define NAME \
    { \
        NULL, "", "provider", MX_CELL_TEXT, true, NAME_WIDTH, 0, 0 \
    }
#define HALF \
    { \
        NULL, "", "+-", MX_CELL_TEXT, false, 7, 0, 1 \
    }

static const struct mx_table_column outcome_columns[] = {
    NAME,
    {NULL, "", "sent", MX_CELL_COUNT, false, 7, 0, 1},
    {NULL, "", "delivered", MX_CELL_COUNT, false, 9, 0, 1},
    {NULL, "", "rate %", MX_CELL_PERCENT, false, 7, 0, 1},
    HALF,
    {NULL, "hard", "bounced", MX_CELL_COUNT, false, 8, 0, 2},
    {NULL, "soft bounces", "full", MX_CELL_COUNT, false, 6, 0, 2},
    {NULL, "soft bounces", "blocked", MX_CELL_COUNT, false, 7, 0, 1},
    {NULL, "soft bounces", "other", MX_CELL_COUNT, false, 6, 0, 1},
    {NULL, "soft bounces", "expired", MX_CELL_COUNT, false, 7, 0, 1},
    {NULL, "", "pending", MX_CELL_COUNT, false, 7, 0, 1},
};

static const struct mx_table_column delay_columns[] = {
    NAME,
    {NULL, "", "deferrals", MX_CELL_COUNT, false, 9, 0, 1},
    {NULL, "per", "message", MX_CELL_RATIO, false, 7, 0, 1},
    HALF,
    {NULL, "held", "mean", MX_CELL_DURATION, false, 6, 0, 1},
    {NULL, "time to deliver", "p50", MX_CELL_DURATION, false, 6, 0, 1},
    {NULL, "time to deliver", "p90", MX_CELL_DURATION, false, 6, 0, 1},
    {NULL, "time to deliver", "p99", MX_CELL_DURATION, false, 6, 0, 1},
    {NULL, "", "why deferred", MX_CELL_TEXT, true, 0, 0, 2},
};

/* Columns of names as wide as the longest, up to a limit. */
static int name_width(const struct mx_plan *plan, bool has_spread)
{
    int width = NAME_WIDTH, most = has_spread ? NAME_WIDTH_MAX_BESIDE_HALF : NAME_WIDTH_MAX;

    for (uint32_t p = 0; p < plan->provider_count; p++) {
        int columns = mx_text_columns(plan->providers[p].name);

        width = columns > width ? columns : width;
    }
    return width < most ? width : most;
}

/* False when out of memory. */
static bool print_rows(const struct table *table, const struct mx_table_column *source,
                       size_t count,
                       void (*add)(const struct table *table, struct mx_table *rows,
                                   const struct scope *scope))
{
    const struct mx_plan *plan = table->plan;
    const struct scope total = {MX_GROUP_TOTAL, 0, "total"};
    struct mx_table_column columns[COLUMNS_MAX];
    struct mx_table *rows;
    bool is_good;

    for (size_t c = 0; c < count; c++) {
        columns[c] = source[c];
        if (strcmp(source[c].title, "+-") == 0 && !table->has_spread) {
            columns[c].title = NULL;
        }
    }
    columns[0].width_max = table->name_width;
    rows = mx_table_create(columns, count);
    if (rows == NULL) {
        return false;
    }
    mx_table_set_width(rows, WIDTH);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];
        const struct scope scope = {MX_GROUP_PROVIDER, p, plan->providers[p].name};

        add(table, rows, &scope);
        mx_table_end_row(rows, MX_ROW_PLAIN);
    }
    if (plan->provider_count > 1) {
        add(table, rows, &total);
        mx_table_end_row(rows, MX_ROW_TOTAL);
    }
    is_good = mx_table_print(rows, table->stream, table->format, table->color);
    mx_table_destroy(rows);
    return is_good;
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
    (void)fprintf(table->stream, "%u campaign%s, %u address%s, %u provider%s; %s %s",
                  (unsigned)plan->campaign_count, plural(plan->campaign_count),
                  (unsigned)plan->ip_count, plan->ip_count == 1 ? "" : "es",
                  (unsigned)plan->provider_count, plural(plan->provider_count),
                  mx_human_span((double)plan->horizon_us / 1e6).s,
                  table->results->is_live ? "passed" : "simulated");
    if (!table->results->is_live) {
        (void)fprintf(table->stream, ", %u replication%s, seed %llu", (unsigned)count,
                      plural(count), (unsigned long long)table->results->seed);
    }
    (void)fprintf(table->stream, "\n\n");
}

/* What was cut off the start of a steady state's run, and whose mean said so. */
static void print_steady(const struct table *table)
{
    const struct mx_steady *steady = &table->results->steady;
    const struct mx_plan *plan = table->plan;
    const char *flaw = mx_steady_flaw(steady, table->results->summary);

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
    (void)fprintf(table->stream, "%s give the intervals; correlation of neighbours %.2f\n",
                  mx_human_span((double)steady->batch_us / 1e6).s,
                  mx_steady_lag1(table->results->summary));
    if (flaw != NULL) {
        (void)fprintf(table->stream, "%swarning%s: %s\n", bold(table), plain(table), flaw);
    }
    (void)fputc('\n', table->stream);
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
        "soft bounces mailbox full; blocked by policy, reputation; other (content); expired");
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

static bool print_tables(const struct table *table)
{
    if (!print_rows(table, outcome_columns, sizeof outcome_columns / sizeof outcome_columns[0],
                    add_outcome)) {
        return false;
    }
    (void)fputc('\n', table->stream);
    return print_rows(table, delay_columns, sizeof delay_columns / sizeof delay_columns[0],
                      add_delay);
}

/* --- all of it, for programs --- */

#define KEY_SIZE 64

/* After a metric's name: its mean; its interval; the ranges of run --uncertain, as summary.json has
 * them. */
static const char *const endings[] = {"",           "_ci95_lo",       "_ci95_hi",
                                      "_chance_lo", "_chance_middle", "_chance_hi",
                                      "_drawn_lo",  "_drawn_middle",  "_drawn_hi"};
#define ENDING_COUNT (sizeof endings / sizeof endings[0])

/* Ranges need two replications at least, so that intervals are there as well. */
static size_t ending_count(const struct table *table)
{
    return table->results->uncertain != NULL ? ENDING_COUNT : table->has_spread ? 3 : 1;
}

/* Every metric with its endings; then what was asked, where something was. */
static size_t data_columns(struct mx_table_column *columns, char (*keys)[KEY_SIZE],
                           size_t ending_total, bool has_checks)
{
    size_t count = 0;

    columns[count++] = (struct mx_table_column){.key = "scope", .group = ""};
    columns[count++] = (struct mx_table_column){.key = "name", .group = ""};
    for (int m = 0; m < MX_METRIC_COUNT; m++) {
        for (size_t e = 0; e < ending_total; e++) {
            (void)snprintf(keys[count], KEY_SIZE, "%s%s", mx_metric_name((enum mx_metric)m),
                           endings[e]);
            columns[count] = (struct mx_table_column){.key = keys[count], .group = ""};
            count++;
        }
    }
    for (size_t i = 2; has_checks && i < MX_CHECK_COLUMN_COUNT; i++) {
        columns[count++] = mx_check_columns[i];
    }
    return count;
}

/* What is never reached has no number. False when out of memory. */
static bool add_range(struct mx_table *rows, const struct mx_summary *summary,
                      const struct scope *scope, enum mx_metric metric)
{
    struct mx_outcome_range range;

    if (!mx_summary_outcome_range(summary, scope->group, scope->index, metric, &range)) {
        return false;
    }
    mx_table_number(rows, isfinite(range.low) ? range.low : NAN);
    mx_table_number(rows, isfinite(range.middle) ? range.middle : NAN);
    mx_table_number(rows, isfinite(range.high) ? range.high : NAN);
    return true;
}

/* False when out of memory. */
static bool add_metrics(const struct table *table, struct mx_table *rows, const char *scope_name,
                        enum mx_group group, uint32_t index, const char *name)
{
    const struct scope scope = {group, index, name};
    const struct mx_results *results = table->results;
    bool is_good = true;

    mx_table_text(rows, scope_name);
    mx_table_text(rows, name);
    for (int m = 0; is_good && m < MX_METRIC_COUNT; m++) {
        enum mx_metric metric = (enum mx_metric)m;
        struct mx_estimate e = get(table, &scope, metric);

        mx_table_number(rows, mean(table, &scope, metric));
        for (int side = 0; table->has_spread && side < 2; side++) {
            mx_table_number(rows, e.has_spread ? e.ci95[side] : NAN);
        }
        if (results->uncertain != NULL) {
            is_good = add_range(rows, results->summary, &scope, metric) &&
                      add_range(rows, results->uncertain->summary, &scope, metric);
        }
    }
    mx_table_end_row(rows, MX_ROW_PLAIN);
    return is_good;
}

/* Every scope. False when out of memory. */
static bool add_scopes(const struct table *table, struct mx_table *rows)
{
    const struct mx_plan *plan = table->plan;
    bool is_good = add_metrics(table, rows, "total", MX_GROUP_TOTAL, 0, "");

    for (uint32_t i = 0; is_good && i < plan->provider_count; i++) {
        uint32_t p = plan->providers_shown[i];

        is_good =
            add_metrics(table, rows, "provider", MX_GROUP_PROVIDER, p, plan->providers[p].name);
    }
    for (uint32_t i = 0; is_good && i < plan->campaign_count; i++) {
        uint32_t c = plan->campaigns_shown[i];

        is_good =
            add_metrics(table, rows, "campaign", MX_GROUP_CAMPAIGN, c, plan->campaigns[c].name);
    }
    for (uint32_t i = 0; is_good && i < plan->ip_count; i++) {
        uint32_t ip = plan->ips_shown[i];

        is_good = add_metrics(table, rows, "ip", MX_GROUP_IP, ip, plan->ips[ip].name);
    }
    return is_good && add_metrics(table, rows, "ip", MX_GROUP_IP, plan->ip_count, "(none)");
}

static bool print_data(const struct table *table)
{
    const struct mx_plan *plan = table->plan;
    struct mx_table_column columns[2 + ENDING_COUNT * MX_METRIC_COUNT + MX_CHECK_COLUMN_COUNT];
    char keys[2 + ENDING_COUNT * MX_METRIC_COUNT][KEY_SIZE];
    const bool has_checks = mx_check_count(plan, table->results) > 0;
    const size_t count = ending_count(table);
    struct mx_table *rows =
        mx_table_create(columns, data_columns(columns, keys, count, has_checks));
    bool is_good;

    if (rows == NULL) {
        return false;
    }
    is_good = add_scopes(table, rows);
    mx_checks_add_rows(rows, (size_t)MX_METRIC_COUNT * count, plan, table->results);
    is_good = is_good && mx_table_print(rows, table->stream, table->format, false);
    mx_table_destroy(rows);
    return is_good;
}

bool mx_run_table_print(FILE *stream, const struct mx_plan *plan, const struct mx_results *results,
                        enum mx_format format, bool color)
{
    struct table table = {.stream = stream,
                          .plan = plan,
                          .results = results,
                          .format = format,
                          .color = color && format == MX_FORMAT_TABLE,
                          .has_spread = results->replication_count > 1 || results->is_steady};

    table.name_width = name_width(plan, table.has_spread);
    table.reasons_room =
        format == MX_FORMAT_TABLE
            ? (size_t)(REASONS_WIDTH - (table.name_width - NAME_WIDTH) - (table.has_spread ? 8 : 0))
            : SIZE_MAX;
    if (mx_format_is_data(format)) {
        return print_data(&table);
    }
    if (format == MX_FORMAT_MARKDOWN) {
        if (!print_tables(&table)) {
            return false;
        }
        if (!mx_uncertain_markdown_print(stream, plan, results)) {
            return false;
        }
        (void)fputs(mx_check_count(plan, results) > 0 ? "\n" : "", stream);
        return mx_checks_data_print(stream, plan, results, format);
    }
    print_title(&table);
    if (results->is_steady) {
        print_steady(&table);
    }
    if (!print_tables(&table)) {
        return false;
    }
    print_definitions(&table);
    print_assumed(&table);
    return true;
}
