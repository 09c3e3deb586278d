// SPDX-License-Identifier: GPL-3.0-or-later
/* report_assumed.c - what a report rests on: assumed values, the plan, words, how to repeat it. */
#include <math.h>
#include <string.h>

#include "sim/base/version.h"
#include "sim/result/report_html.h"
#include "sim/result/report_page.h"
#include "sim/result/report_parts.h"

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void write_assumptions(FILE *out, const struct mx_report_run *run, size_t index)
{
    if (run->assumption_count == 0) {
        (void)fputs("<p>Every value has a source or was set in the scenario.</p>\n", out);
        return;
    }
    mx_html_printf(out,
                   "<p>%zu values have no public source: they are assumed, with the range in which "
                   "they are thought to lie. The rest was set in the scenario or has its source in "
                   "the plan below.</p>\n"
                   "<div class=\"tools\"><label>Filter <input type=\"search\" "
                   "data-filter=\"assumed-%zu\" autocomplete=\"off\" placeholder=\"part of a key\">"
                   "</label><button type=\"button\" data-copy=\"assumed-%zu\">Copy as CSV</button>"
                   "<button type=\"button\" data-save=\"assumed-%zu\">Save as CSV</button>"
                   "<span class=\"said\" role=\"status\"></span></div>\n",
                   run->assumption_count, index, index, index);
    mx_html_printf(
        out,
        "<div class=\"scroll tall\" role=\"region\" tabindex=\"0\" aria-label=\"Assumed "
        "values of %s\"><table id=\"table-assumed-%zu\" class=\"data text\" "
        "data-name=\"assumed\">\n<caption>Assumed values of %s</caption>\n"
        "<thead><tr><th scope=\"col\" class=\"name\">Key</th><th scope=\"col\">Value</th>"
        "<th scope=\"col\">Range</th></tr></thead>\n<tbody>\n",
        run->label, index, run->label);
    for (size_t i = 0; i < run->assumption_count; i++) {
        const struct mx_report_assumption *assumption = &run->assumptions[i];
        mx_html_printf(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>\n",
                       or_empty(assumption->key), or_empty(assumption->value),
                       or_empty(assumption->range));
    }
    (void)fputs("</tbody></table></div>\n", out);
}

static size_t line_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += *text == '\n' ? 1 : 0;
    }
    return count;
}

static void write_plan(FILE *out, const struct mx_report_run *run)
{
    if (run->plan == NULL) {
        (void)fputs("<p>There is no plan.cfg in the folder.</p>\n", out);
        return;
    }
    mx_html_printf(
        out,
        "<details class=\"long\"><summary>The complete plan, with sources (%zu lines)</summary>\n"
        "<p class=\"note\">Every value that the run used, in the keys of a scenario; a "
        "comment names where it comes from. Saved as a file it can be run%s.</p>\n"
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"Plan of %s\">",
        line_count(run->plan),
        mx_report_is_uncertain(run) ? ", with the values as they are written" : "", run->label);
    mx_html_text(out, run->plan);
    (void)fputs("</pre>\n</details>\n", out);
}

void mx_report_assumed(FILE *out, const struct mx_report_runs *runs)
{
    (void)fputs("<section id=\"assumed\" aria-labelledby=\"assumed-title\">\n"
                "<h2 id=\"assumed-title\">What was assumed</h2>\n",
                out);
    for (size_t r = 0; r < runs->count; r++) {
        if (runs->count > 1) {
            mx_html_printf(out, "<h3>%s</h3>\n", runs->run[r].label);
        }
        if (mx_report_is_live(&runs->run[r])) {
            (void)fputs("<p>Nothing: the mail was sent.</p>\n", out);
            continue;
        }
        write_assumptions(out, &runs->run[r], r);
        write_plan(out, &runs->run[r]);
    }
    (void)fputs("</section>\n", out);
}

/* --- words ----------------------------------------------------------------------------------- */

#define BLUECORE "https://help.bluecore.com/en/articles/8593878-understanding-bounces-deferrals"
#define SPARKPOST "https://support.sparkpost.com/docs/reporting/metrics-definitions/"

/* sources: where a vendor says so, and its address; a page only names it. */
#define SOURCE_COUNT_MAX 2
static const struct {
    const char *metric, *definition, *before;
    struct {
        const char *name, *address;
    } sources[SOURCE_COUNT_MAX];
} words[] = {
    {"Delivered rate (this report)",
     "accepted \xC3\xB7 sent, where sent = recipients less drops",
     "as ",
     {{"Bluecore, \xE2\x80\x9CUnderstanding Bounces & Deferrals\xE2\x80\x9D", BLUECORE}}},
    {"Accepted rate",
     "accepted and not bounced later \xC3\xB7 attempted",
     "",
     {{"SparkPost, metrics definitions", SPARKPOST}}},
    {"Delayed rate",
     "delayed at the first attempt \xC3\xB7 accepted",
     "",
     {{"SparkPost, metrics definitions", SPARKPOST}}},
    {"Deferred rate (this report)",
     "recipients with at least one deferral \xC3\xB7 sent",
     "",
     {{NULL, NULL}}},
    {"Deferred rate",
     "deferred recipients \xC3\xB7 queued recipients",
     "",
     {{"Telnyx, email event statistics",
       "https://developers.telnyx.com/api-reference/email-events/get-email-event-statistics"}}},
    {"Hard bounce (this report)",
     "rejected because the address is invalid, unknown or closed",
     "as Bluecore, Enhanced Analytics",
     {{NULL, NULL}}},
    {"Hard bounce",
     "blocked by an ISP, or deferred longer than 72 hours",
     "Bluecore, an older page; SendGrid calls the same a block",
     {{NULL, NULL}}},
    {"Spam rate",
     "reports \xC3\xB7 mail delivered to the inbox",
     "",
     {{"Google Postmaster Tools", "https://support.google.com/a/answer/14289100"},
      {"Yahoo Sender Hub", "https://senders.yahooinc.com/best-practices/"}}},
    {"RCPT and DATA commands",
     "retries count again in RCPT, so their ratio is no share of messages; filter results green, "
     "yellow, red",
     "",
     {{"Microsoft, Smart Network Data Services", "https://postmaster.live.com/snds/FAQ.aspx"}}},
    {"Transfail, TransientFailure",
     "counts attempts, as deferrals do here, not messages",
     "",
     {{"KumoMTA, log records", "https://docs.kumomta.com/reference/log_record/"}}},
    {"Time to deliver",
     "no vendor publishes a definition of its percentiles; here: age of a "
     "message, from creation, when that share of all sent is delivered",
     "",
     {{NULL, NULL}}},
};

void mx_report_words(FILE *out)
{
    (void)fputs("<section id=\"words\" aria-labelledby=\"words-title\">\n"
                "<h2 id=\"words-title\">The same word, other numbers</h2>\n"
                "<p>Vendors use one name for different ratios. Before comparing this report with a "
                "dashboard:</p>\n"
                "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Definitions\">"
                "<table class=\"words\">\n<caption>Definitions of metrics, with who uses them"
                "</caption>\n<thead><tr><th scope=\"col\">Metric</th>"
                "<th scope=\"col\">Numerator \xC3\xB7 denominator</th><th scope=\"col\">Where</th>"
                "</tr></thead>\n<tbody>\n",
                out);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        mx_html_printf(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s", words[i].metric,
                       words[i].definition, words[i].before);
        for (size_t k = 0; k < SOURCE_COUNT_MAX && words[i].sources[k].name != NULL; k++) {
            mx_html_printf(out, "%s<a href=\"%s\" rel=\"noreferrer\">%s</a>", k > 0 ? "; " : "",
                           words[i].sources[k].address, words[i].sources[k].name);
        }
        (void)fputs("</td></tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n</section>\n", out);
}

/* --- again ----------------------------------------------------------------------------------- */

static void write_fact(FILE *out, const char *name, const char *text)
{
    mx_html_printf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, text);
}

/* What is not known is drawn from the scenario alone: the plan has lost what was assumed. */
static void write_command(FILE *out, const struct mx_report_run *run, long long seed)
{
    const char *command = mx_report_command(run);

    if (command == NULL && (run->plan == NULL || mx_report_is_uncertain(run))) {
        return;
    }
    mx_html_printf(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"Command of %s\"><code>",
                   run->label);
    if (command != NULL) {
        mx_html_text(out, command);
    } else {
        (void)fputs("mxsim run ", out);
        mx_report_word(out, mx_plot_text_format("%s/plan.cfg", run->dir).s);
        (void)fprintf(out, " --seed %lld --replications %.0f", seed, run->replications);
    }
    (void)fputs(" --out again</code></pre>\n", out);
}

static void write_facts(FILE *out, const struct mx_report_run *run)
{
    json_t *summary = run->summary, *made = json_object_get(summary, "mxsim");
    json_t *scenario = json_object_get(summary, "scenario");
    const char *file = or_empty(json_string_value(json_object_get(scenario, "file")));
    double horizon_s = json_number_value(json_object_get(summary, "horizon_s"));
    long long seed = json_integer_value(json_object_get(summary, "seed"));

    (void)fputs("<dl class=\"facts\">\n", out);
    if (mx_report_is_live(run)) {
        write_fact(out, "Spool", file);
        write_fact(out, "Time passed", mx_plot_duration(horizon_s).s);
    } else {
        write_fact(out, "Scenario", file);
        write_fact(out, "SHA-256 of it with all it includes",
                   or_empty(json_string_value(json_object_get(scenario, "sha256"))));
        write_fact(out, "Starts",
                   mx_plot_text_format("%s %s", or_empty(run->start), or_empty(run->zone)).s);
        write_fact(out, "Simulated time", mx_plot_duration(horizon_s).s);
        write_fact(out, "Seed", mx_plot_text_format("%lld", seed).s);
        write_fact(out, "Replications", mx_plot_count(run->replications).s);
    }
    write_fact(out, "Made by",
               mx_plot_text_format("mxsim %s, commit %s",
                                   or_empty(json_string_value(json_object_get(made, "version"))),
                                   or_empty(json_string_value(json_object_get(made, "commit"))))
                   .s);
    (void)fputs("</dl>\n", out);
    write_command(out, run, seed);
}

void mx_report_again(FILE *out, const struct mx_report_runs *runs, const char *out_name)
{
    const size_t live = mx_report_live_count(runs);

    mx_html_printf(out,
                   "<section id=\"again\" aria-labelledby=\"again-title\">\n"
                   "<h2 id=\"again-title\">%s</h2>\n",
                   live < runs->count ? "To get this again" : "Where this is from");
    if (live < runs->count) {
        mx_html_printf(out,
                       "<p>The same scenario, seed and version give the same numbers, to the byte, "
                       "on any machine and with any number of threads%s.</p>\n",
                       live > 0 ? "; mail that was sent cannot be sent the same way again" : "");
    }
    for (size_t r = 0; r < runs->count; r++) {
        if (runs->count > 1) {
            mx_html_printf(out, "<h3>%s</h3>\n", runs->run[r].label);
        }
        write_facts(out, &runs->run[r]);
    }
    mx_html_printf(out,
                   "<p>%s:</p>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Command "
                   "for this page\"><code>mxsim report",
                   live < runs->count ? "And this page" : "This page again");
    for (size_t r = 0; r < runs->count; r++) {
        (void)fputc(' ', out);
        mx_report_word(out, runs->run[r].dir);
    }
    (void)fputs(" --out ", out);
    mx_report_word(out, out_name);
    (void)fputs("</code></pre>\n</section>\n", out);
}
