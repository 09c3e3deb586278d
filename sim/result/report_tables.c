// SPDX-License-Identifier: GPL-3.0-or-later
/* report_tables.c - deliverability as email analytics show it: per campaign, provider, address. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/result/report_html.h"
#include "sim/result/report_parts.h"

enum form { COUNT, SHARE, RATIO, TIME };

static const char *const told_apart[] = {"soft_bounced_full", "soft_bounced_blocked", NULL};

/* A column: a metric, less such parts of it as have columns; or with `of` its ratio to another. */
static const struct column {
    const char *name, *metric;
    const char *const *less;
    const char *of, *meaning;
    enum form form;
} columns[] = {
    {"Recipients", "recipients", NULL, NULL, "all of the lists", COUNT},
    {"Drops", "dropped", NULL, NULL, "stopped by the pre-send check; never attempted", COUNT},
    {"Sent", "sent", NULL, NULL, "recipients less drops", COUNT},
    {"Delivered", "delivered", NULL, NULL, "accepted by the provider, in the inbox or not", COUNT},
    {"Delivered rate", "delivered_rate", NULL, NULL, "delivered \xC3\xB7 sent", SHARE},
    {"Hard bounces", "hard_bounced", NULL, NULL, "the address is unknown or closed", COUNT},
    {"Hard rate", "hard_bounced", NULL, "sent", "hard bounces \xC3\xB7 sent", SHARE},
    {"Soft: full", "soft_bounced_full", NULL, NULL, "5xx for a full mailbox (552)", COUNT},
    {"Soft: blocked", "soft_bounced_blocked", NULL, NULL, "5xx by policy or reputation", COUNT},
    {"Soft: other", "soft_bounced_rejected", told_apart, NULL, "5xx for the content or unexplained",
     COUNT},
    {"Soft: expired", "soft_bounced_expired", NULL, NULL, "undelivered at the end of the lifetime",
     COUNT},
    {"Soft rate", "soft_bounced", NULL, "sent", "all soft bounces \xC3\xB7 sent", SHARE},
    {"Pending", "pending", NULL, NULL, "undecided at the end", COUNT},
    {"Deferrals", "deferrals", NULL, NULL, "attempts answered busy; one message can have several",
     COUNT},
    {"Deferred recipients", "deferred_messages", NULL, NULL, "with at least one deferral", COUNT},
    {"Deferred rate", "deferred_messages", NULL, "sent", "deferred recipients \xC3\xB7 sent",
     SHARE},
    {"Deferrals per message", "deferrals_per_message", NULL, NULL, "deferrals \xC3\xB7 sent",
     RATIO},
    {"Attempts", "attempts", NULL, NULL, "counted when the reply comes", COUNT},
    {"Median time", "time_until_50pct_s", NULL, NULL, "until half of all sent is delivered", TIME},
    {"Time to 99 %", "time_until_99pct_s", NULL, NULL, "until 99 % of all sent is delivered", TIME},
};
#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

static double value_of(const struct column *column, const json_t *scope)
{
    double value = mx_report_mean(scope, column->metric);

    for (size_t i = 0; column->less != NULL && column->less[i] != NULL; i++) {
        value -= mx_report_mean(scope, column->less[i]);
    }
    if (column->of != NULL) {
        double of = mx_report_mean(scope, column->of);
        value = of > 0.0 ? value / of : NAN;
    }
    return value;
}

/* What is written where there is no number: of a time, whether that share was ever reached. */
static struct mx_plot_text undefined_of(const struct column *column, const json_t *scope)
{
    if (column->form != TIME || !(mx_report_mean(scope, "sent") > 0.0)) {
        return mx_plot_text_clean("\xE2\x80\x93");
    }
    return mx_plot_text_clean(mx_report_metric(scope, column->metric).reached > 0.0 ? "not always"
                                                                                    : "never");
}

static struct mx_plot_text text_of(const struct column *column, double value)
{
    switch (column->form) {
    case COUNT:
        return mx_plot_text_clean(mx_human_count(value).s);
    case SHARE:
        return mx_plot_text_format("%s %%", mx_human_percent(value).s);
    case RATIO:
        return mx_plot_text_format("%.3f", value);
    case TIME:
        return mx_plot_duration(value);
    }
    return mx_plot_text_clean("");
}

/* data-v: the number as it is, for sorting and copying. */
static void write_cell(FILE *out, const struct column *column, const json_t *scope)
{
    double value = value_of(column, scope);

    (void)fputs("<td", out);
    if (!isnan(value)) {
        (void)fprintf(out, " data-v=\"%.10g\"", value);
    } else {
        (void)fputs(" data-v=\"\"", out);
    }
    mx_html_printf(out, ">%s</td>",
                   isnan(value) ? undefined_of(column, scope).s : text_of(column, value).s);
}

static void write_row(FILE *out, const struct mx_report_runs *runs, size_t r, const char *name,
                      const json_t *scope)
{
    (void)fputs("<tr>", out);
    if (runs->count > 1) {
        mx_html_printf(out, "<td class=\"name\">%s</td>", runs->run[r].label);
    }
    mx_html_printf(out, "<th scope=\"row\">%s</th>", name);
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        write_cell(out, &columns[c], scope);
    }
    (void)fputs("</tr>\n", out);
}

static void write_tools(FILE *out, const char *id, const char *what)
{
    mx_html_printf(out,
                   "<div class=\"tools\"><label>Filter <input type=\"search\" data-filter=\"%s\" "
                   "autocomplete=\"off\" placeholder=\"%s\"></label>"
                   "<button type=\"button\" data-copy=\"%s\">Copy as CSV</button>"
                   "<button type=\"button\" data-save=\"%s\">Save as CSV</button>"
                   "<span class=\"said\" role=\"status\"></span></div>\n",
                   id, what, id, id);
}

static void write_head(FILE *out, const struct mx_report_runs *runs, const char *what)
{
    (void)fputs("<thead><tr>", out);
    if (runs->count > 1) {
        (void)fputs("<th scope=\"col\" class=\"name\">Run</th>", out);
    }
    mx_html_printf(out, "<th scope=\"col\" class=\"name\">%s</th>", what);
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        mx_html_printf(out, "<th scope=\"col\" title=\"%s\">%s</th>", columns[c].meaning,
                       columns[c].name);
    }
    (void)fputs("</tr></thead>\n", out);
}

/* A group of summary.json; with `campaign` the providers of that one alone. */
struct part {
    const char *id, *what, *caption;
    const char *campaign;
};

static const json_t *group_of(const struct mx_report_run *run, const struct part *part)
{
    const json_t *pairs = json_object_get(run->summary, "campaigns_providers");

    return part->campaign != NULL ? json_object_get(pairs, part->campaign)
                                  : json_object_get(run->summary, part->id);
}

/* What the rows are parts of; NULL where the run has no such campaign. */
static const json_t *sum_of(const struct mx_report_run *run, const struct part *part)
{
    const json_t *campaigns = json_object_get(run->summary, "campaigns");

    return part->campaign != NULL ? json_object_get(campaigns, part->campaign)
                                  : mx_report_total(run);
}

static void write_table(FILE *out, const struct mx_report_runs *runs, const struct part *part)
{
    write_tools(out, part->id, "part of a name");
    mx_html_printf(
        out,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">"
        "<table id=\"table-%s\" class=\"data\" data-name=\"%s\">\n<caption>%s</caption>\n",
        part->caption, part->id, part->id, part->caption);
    write_head(out, runs, part->what);
    (void)fputs("<tbody>\n", out);
    for (size_t r = 0; r < runs->count; r++) {
        json_t *group = (json_t *)(uintptr_t)group_of(&runs->run[r], part), *scope;
        const char *name;

        json_object_foreach(group, name, scope)
        {
            write_row(out, runs, r, name, scope);
        }
    }
    (void)fputs("</tbody>\n<tfoot>\n", out);
    for (size_t r = 0; r < runs->count; r++) {
        const json_t *sum = sum_of(&runs->run[r], part);

        if (sum != NULL) {
            write_row(out, runs, r, "total", sum);
        }
    }
    (void)fputs("</tfoot>\n</table></div>\n", out);
}

/* "sale: 99.8 % of 12 M delivered", of the first run that has it. */
static void write_campaign(FILE *out, const struct mx_report_runs *runs, size_t number,
                           const char *name, const json_t *campaign)
{
    struct mx_plot_text id = mx_plot_text_format("campaign-%zu", number);
    char caption[512];
    const struct part part = {.id = id.s, .what = "Provider", .caption = caption, .campaign = name};
    double rate = mx_report_mean(campaign, "delivered_rate");

    (void)snprintf(caption, sizeof caption, "Deliverability of %.400s by provider", name);
    mx_html_printf(out, "<details><summary><strong>%s</strong>", name);
    if (runs->count == 1 && !isnan(rate)) {
        mx_html_printf(out, ": %s %% of %s sent are delivered", mx_human_percent(rate).s,
                       mx_human_count(mx_report_mean(campaign, "sent")).s);
    }
    (void)fputs("</summary>\n", out);
    write_table(out, runs, &part);
    (void)fputs("</details>\n", out);
}

/* A campaign opened shows its providers. With a single campaign that is the table by provider. */
static void write_campaigns(FILE *out, const struct mx_report_runs *runs)
{
    size_t number = 0;
    bool several = false;

    for (size_t r = 0; r < runs->count; r++) {
        const json_t *pairs = json_object_get(runs->run[r].summary, "campaigns_providers");
        several |= json_object_size(pairs) > 1;
    }
    for (size_t r = 0; several && r < runs->count; r++) {
        json_t *campaigns = json_object_get(runs->run[r].summary, "campaigns"), *campaign;
        const char *name;

        json_object_foreach(campaigns, name, campaign)
        {
            bool is_known = false;
            for (size_t before = 0; before < r; before++) {
                is_known |= json_object_get(json_object_get(runs->run[before].summary, "campaigns"),
                                            name) != NULL;
            }
            if (!is_known) {
                write_campaign(out, runs, ++number, name, campaign);
            }
        }
    }
}

static void write_definitions(FILE *out)
{
    (void)fputs("<details><summary>What the columns count</summary>\n<dl class=\"columns\">\n",
                out);
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        mx_html_printf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", columns[c].name,
                       columns[c].meaning);
    }
    (void)fputs("</dl>\n<p class=\"note\">recipients = drops + delivered + hard + soft + pending; "
                "attempts = delivered + hard + soft (full, blocked, other) + deferrals. An address "
                "counts the "
                "outcomes of messages whose home it is and the attempts it made itself; drops "
                "belong to none.</p>\n</details>\n",
                out);
}

void mx_report_deliverability(FILE *out, const struct mx_report_runs *runs)
{
    static const struct part parts[] = {
        {"providers", "Provider", "Deliverability by provider", NULL},
        {"campaigns", "Campaign", "Deliverability by campaign", NULL},
        {"ips", "Address", "Deliverability by sending address", NULL}};

    (void)fputs("<section id=\"deliverability\" aria-labelledby=\"deliverability-title\">\n"
                "<h2 id=\"deliverability-title\">Deliverability</h2>\n"
                "<p class=\"note js-only\">A click on a column\xE2\x80\x99s name sorts by it.</p>\n"
                "<h3>By provider</h3>\n",
                out);
    write_table(out, runs, &parts[0]);
    (void)fputs("<h3>By campaign</h3>\n", out);
    write_table(out, runs, &parts[1]);
    write_campaigns(out, runs);
    (void)fputs("<h3>By sending address</h3>\n<details><summary>Show the addresses</summary>\n",
                out);
    write_table(out, runs, &parts[2]);
    (void)fputs("</details>\n", out);
    write_definitions(out);
    (void)fputs("</section>\n", out);
}
