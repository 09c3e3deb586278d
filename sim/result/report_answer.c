// SPDX-License-Identifier: GPL-3.0-or-later
/* report_answer.c - the answer first: a sentence, then the numbers that people ask for. */
#include <math.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/result/plot_data.h"
#include "sim/result/report_html.h"
#include "sim/result/report_parts.h"

/* --- sentences ------------------------------------------------------------------------------- */

/* ", 99 % of all sent within 1 d 18 h", of the largest share that is reached. */
static struct mx_plot_text how_fast(const json_t *total)
{
    static const struct {
        const char *metric, *share;
    } shares[] = {{"time_until_99pct_s", "99 %"},
                  {"time_until_95pct_s", "95 %"},
                  {"time_until_90pct_s", "90 %"},
                  {"time_until_50pct_s", "half"}};

    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        double time_s = mx_report_mean(total, shares[i].metric);
        if (!isnan(time_s)) {
            return mx_plot_text_format(", %s of all sent within %s", shares[i].share,
                                       mx_plot_duration(time_s).s);
        }
    }
    return mx_plot_text_clean("");
}

static size_t best_run(const struct mx_report_runs *runs)
{
    size_t best = 0;

    for (size_t r = 1; r < runs->count; r++) {
        double rate = mx_report_mean(mx_report_total(&runs->run[r]), "delivered_rate");
        if (rate > mx_report_mean(mx_report_total(&runs->run[best]), "delivered_rate")) {
            best = r;
        }
    }
    return best;
}

static size_t worst_run(const struct mx_report_runs *runs)
{
    size_t worst = 0;

    for (size_t r = 1; r < runs->count; r++) {
        double rate = mx_report_mean(mx_report_total(&runs->run[r]), "delivered_rate");
        if (rate < mx_report_mean(mx_report_total(&runs->run[worst]), "delivered_rate")) {
            worst = r;
        }
    }
    return worst;
}

struct mx_plot_text mx_report_headline(const struct mx_report_runs *runs)
{
    const json_t *total = mx_report_total(&runs->run[0]);
    double sent = mx_report_mean(total, "sent");

    if (runs->count > 1) {
        const struct mx_report_run *best = &runs->run[best_run(runs)],
                                   *worst = &runs->run[worst_run(runs)];
        if (best == worst) {
            return mx_plot_text_format("All %zu runs deliver the same share of their mail",
                                       runs->count);
        }
        return mx_plot_text_format(
            "\xE2\x80\x9C%s\xE2\x80\x9D delivers most: %s of what it sends, "
            "\xE2\x80\x9C%s\xE2\x80\x9D least: %s",
            mx_plot_text_fit(best->label, 14.0, false, 240.0).s,
            mx_plot_share(mx_report_mean(mx_report_total(best), "delivered_rate")).s,
            mx_plot_text_fit(worst->label, 14.0, false, 240.0).s,
            mx_plot_share(mx_report_mean(mx_report_total(worst), "delivered_rate")).s);
    }
    if (!(sent > 0.0)) {
        return mx_plot_text_clean("No mail was sent");
    }
    return mx_plot_text_format("%s of %s messages are delivered%s",
                               mx_plot_share(mx_report_mean(total, "delivered_rate")).s,
                               mx_plot_count(sent).s, how_fast(total).s);
}

struct mx_plot_text mx_report_interval_of(const struct mx_report_run *run)
{
    const json_t *steady = json_object_get(run->summary, "steady_state");

    if (json_is_object(steady)) {
        return mx_plot_text_format(
            "One long run in its steady state, the first %s of it cut off. In brackets: 95 %% "
            "intervals from %.0f batches of it; chance alone, not what is unknown about providers.",
            mx_plot_duration(json_number_value(json_object_get(steady, "cut_s"))).s,
            json_number_value(json_object_get(steady, "batches")));
    }
    if (mx_report_is_live(run)) {
        return mx_plot_text_clean("Measured on mail that was sent: what happened, no estimate, "
                                  "so without intervals.");
    }
    if (run->replications < 2.0) {
        return mx_plot_text_clean("One replication: no intervals. More replications give "
                                  "each number its 95 % interval.");
    }
    return mx_plot_text_format("Means over %s replications. In brackets: 95 %% interval of that "
                               "mean. It covers chance alone, not what is unknown about "
                               "providers.",
                               mx_plot_count(run->replications).s);
}

/* The largest reason of deferrals, with its share. */
static struct mx_plot_text main_reason(const json_t *total)
{
    double deferrals = mx_report_mean(total, "deferrals"), most = 0.0;
    size_t reason = 0;

    for (size_t r = 0; r < MX_PLOT_REASON_COUNT; r++) {
        double count = mx_report_mean(total, mx_plot_reason_column[r]);
        if (count > most) {
            most = count;
            reason = r;
        }
    }
    return most > 0.0
               ? mx_plot_text_format(", %s of them because of: %s",
                                     mx_plot_share(most / deferrals).s, mx_plot_reason_name[reason])
               : mx_plot_text_clean("");
}

static void write_summary(FILE *out, const struct mx_report_run *run)
{
    const json_t *total = mx_report_total(run);
    double deferrals = mx_report_mean(total, "deferrals");
    double pending = mx_report_mean(total, "pending");

    (void)fputs("<p class=\"lead\">", out);
    if (deferrals > 0.0) {
        mx_html_printf(out, "On the way, %s of %s attempts are deferred%s. ",
                       mx_plot_count(deferrals).s,
                       mx_plot_count(mx_report_mean(total, "attempts")).s, main_reason(total).s);
    } else {
        (void)fputs("No attempt is deferred. ", out);
    }
    mx_html_printf(out, "%s messages bounce softly and %s hard",
                   mx_plot_count(mx_report_mean(total, "soft_bounced")).s,
                   mx_plot_count(mx_report_mean(total, "hard_bounced")).s);
    if (pending > 0.0) {
        mx_html_printf(out, "; %s are undecided at the end", mx_plot_count(pending).s);
    }
    mx_html_printf(out, ". %s of %s recipients on the lists are dropped before sending.</p>\n",
                   mx_plot_count(mx_report_mean(total, "dropped")).s,
                   mx_plot_count(mx_report_mean(total, "recipients")).s);
}

/* --- cards ----------------------------------------------------------------------------------- */

/* A number that people ask for: its name, its metric, how it is written, what it is of. */
struct card {
    const char *name, *metric, *what;
    struct mx_plot_text (*text)(double value);
};

static struct mx_plot_text whole(double value)
{
    return mx_plot_text_clean(mx_human_count(value).s);
}

static const struct card cards[] = {
    {"Delivered rate", "delivered_rate", "delivered \xC3\xB7 sent", mx_plot_share},
    {"Deferrals in all", "deferrals",
     "a deferral: an attempt answered \xE2\x80\x9C"
     "busy\xE2\x80\x9D (4xx)",
     whole},
    {"Soft bounces", "soft_bounced", "rejected for a reason other than the address, or expired",
     whole},
    {"Time until 99 % delivered", "time_until_99pct_s",
     "age at which 99 % of all sent is delivered", mx_plot_duration},
};
#define CARD_COUNT (sizeof cards / sizeof cards[0])

/* "Soft bounces at 72 h" */
static struct mx_plot_text name_of(const struct card *card, const struct mx_report_run *run)
{
    return strcmp(card->metric, "soft_bounced") == 0 && run->lifetime.s[0] != '\0'
               ? mx_plot_text_format("%s at %s", card->name, run->lifetime.s)
               : mx_plot_text_clean(card->name);
}

/* Numerator and denominator in numbers. */
static struct mx_plot_text made_of(const struct card *card, const json_t *total)
{
    double sent = mx_report_mean(total, "sent");

    if (strcmp(card->metric, "delivered_rate") == 0) {
        return mx_plot_text_format("%s of %s sent",
                                   mx_human_count(mx_report_mean(total, "delivered")).s,
                                   mx_human_count(sent).s);
    }
    if (strcmp(card->metric, "deferrals") == 0) {
        return mx_plot_text_format(
            "%s per message sent; %s recipients (%s of sent) have at least "
            "one deferral",
            mx_plot_count(mx_report_mean(total, "deferrals_per_message")).s,
            mx_human_count(mx_report_mean(total, "deferred_messages")).s,
            mx_plot_share(mx_report_mean(total, "deferred_messages") / sent).s);
    }
    if (strcmp(card->metric, "soft_bounced") == 0) {
        return mx_plot_text_format(
            "%s of %s sent; %s of them expired, %s rejected",
            mx_plot_share(mx_report_mean(total, "soft_bounced") / sent).s, mx_human_count(sent).s,
            mx_human_count(mx_report_mean(total, "soft_bounced_expired")).s,
            mx_human_count(mx_report_mean(total, "soft_bounced_rejected")).s);
    }
    return mx_plot_text_format("of %s sent, the undelivered counting as never",
                               mx_human_count(sent).s);
}

static struct mx_plot_text value_of(const struct card *card, const struct mx_report_metric *metric)
{
    if (isnan(metric->mean)) {
        return mx_plot_text_clean(strncmp(card->metric, "time_until", 10) != 0 ? "\xE2\x80\x93"
                                  : metric->reached > 0.0                      ? "not always"
                                                                               : "never");
    }
    return card->text(metric->mean);
}

static struct mx_plot_text interval_of(const struct card *card,
                                       const struct mx_report_metric *metric,
                                       const struct mx_report_run *run)
{
    bool is_time = strncmp(card->metric, "time_until", 10) == 0;

    if (metric->has_interval) {
        return mx_plot_text_format("[%s, %s]", card->text(metric->low).s,
                                   card->text(metric->high).s);
    }
    if (isnan(metric->mean) && is_time && run->replications >= 2.0) {
        return mx_plot_text_format("reached in %.0f of %.0f replications", metric->reached,
                                   run->replications);
    }
    return mx_plot_text_clean(mx_report_is_live(run)    ? "measured"
                              : run->replications < 2.0 ? "one replication, no interval"
                                                        : "no interval");
}

/* The next outcome, chance and what is not known; "" where that was not asked. */
static struct mx_plot_text unknown_of(const struct card *card, const struct mx_report_run *run)
{
    const json_t *uncertain = json_object_get(run->summary, "uncertain");
    const json_t *metric = json_object_get(json_object_get(uncertain, "total"), card->metric);
    const json_t *range = json_object_get(metric, "chance_and_unknown");
    const json_t *from = json_array_get(range, 0), *to = json_array_get(range, 2);

    if (range == NULL) {
        return mx_plot_text_clean("");
    }
    return mx_plot_text_format(
        "next outcome, once what is not known is drawn: %s to %s (%.0f %%)",
        json_is_number(from) ? card->text(json_number_value(from)).s : "never",
        json_is_number(to) ? card->text(json_number_value(to)).s : "never",
        100.0 * json_number_value(json_object_get(uncertain, "probability")));
}

/* The numbers are of one state of what is not known, which need not be a likely one. */
static void write_of_drawn(FILE *out, const struct mx_report_run *run)
{
    if (mx_report_is_uncertain(run)) {
        (void)fputs("<p>The numbers are means with the values as they are written. Below each: "
                    "where the next outcome lies once what is not known is drawn from its ranges. "
                    "A number can lie outside of that range: other values are as likely as "
                    "those written.</p>\n",
                    out);
    }
}

static void write_cards(FILE *out, const struct mx_report_run *run)
{
    const json_t *total = mx_report_total(run);

    (void)fputs("<dl class=\"cards\">\n", out);
    for (size_t c = 0; c < CARD_COUNT; c++) {
        struct mx_report_metric metric = mx_report_metric(total, cards[c].metric);
        struct mx_plot_text unknown = unknown_of(&cards[c], run);

        mx_html_printf(out,
                       "<div><dt>%s</dt><dd><strong>%s</strong><span class=\"interval\">%s</span>",
                       name_of(&cards[c], run).s, value_of(&cards[c], &metric).s,
                       interval_of(&cards[c], &metric, run).s);
        if (unknown.s[0] != '\0') {
            mx_html_printf(out, "<span class=\"of\">%s</span>", unknown.s);
        }
        mx_html_printf(out, "<span class=\"of\">%s</span><span class=\"of\">%s</span></dd></div>\n",
                       made_of(&cards[c], total).s, cards[c].what);
    }
    (void)fputs("</dl>\n", out);
}

/* --- runs side by side ----------------------------------------------------------------------- */

static void write_difference(FILE *out, const struct card *card, double mean, double first)
{
    double difference = mean - first;
    bool is_rate = card->text == mx_plot_share;

    if (isnan(difference)) {
        return;
    }
    mx_html_printf(out, "<span class=\"of\">%s%s%s</span>",
                   difference > 0.0   ? "+"
                   : difference < 0.0 ? "\xE2\x88\x92"
                                      : "\xC2\xB1",
                   is_rate ? mx_plot_text_format("%.3g", 100.0 * fabs(difference)).s
                           : card->text(fabs(difference)).s,
                   is_rate ? " points" : "");
}

static void write_comparison(FILE *out, const struct mx_report_runs *runs)
{
    (void)fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Runs side by "
                "side\"><table class=\"side\">\n<caption>Runs side by side; in grey the difference "
                "to the first. <code>mxsim compare</code> tells whether it is more than chance."
                "</caption>\n<thead><tr><th scope=\"col\">Number</th>",
                out);
    for (size_t r = 0; r < runs->count; r++) {
        mx_html_printf(out, "<th scope=\"col\">%s</th>", runs->run[r].label);
    }
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t c = 0; c < CARD_COUNT; c++) {
        double first = mx_report_mean(mx_report_total(&runs->run[0]), cards[c].metric);

        mx_html_printf(out, "<tr><th scope=\"row\">%s<span class=\"of\">%s</span></th>",
                       name_of(&cards[c], &runs->run[0]).s, cards[c].what);
        for (size_t r = 0; r < runs->count; r++) {
            struct mx_report_metric metric =
                mx_report_metric(mx_report_total(&runs->run[r]), cards[c].metric);
            mx_html_printf(out, "<td><strong>%s</strong> <span class=\"interval\">%s</span>",
                           value_of(&cards[c], &metric).s,
                           interval_of(&cards[c], &metric, &runs->run[r]).s);
            if (r > 0) {
                write_difference(out, &cards[c], metric.mean, first);
            }
            mx_html_printf(out, "<span class=\"of\">%s</span></td>",
                           made_of(&cards[c], mx_report_total(&runs->run[r])).s);
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

/* Why the intervals of a steady state are not to be trusted. */
static void write_warnings(FILE *out, const struct mx_report_runs *runs)
{
    for (size_t r = 0; r < runs->count; r++) {
        const json_t *steady = json_object_get(runs->run[r].summary, "steady_state");
        const char *warning = json_string_value(json_object_get(steady, "warning"));

        if (warning != NULL) {
            mx_html_printf(out, "<p class=\"note\"><strong>%s%sWarning: %s.</strong></p>\n",
                           runs->count > 1 ? runs->run[r].label : "", runs->count > 1 ? ": " : "",
                           warning);
        }
    }
}

void mx_report_answer(FILE *out, const struct mx_report_runs *runs)
{
    size_t simulated = 0;

    while (simulated < runs->count && mx_report_is_live(&runs->run[simulated])) {
        simulated++;
    }
    (void)fputs("<section id=\"answer\" aria-labelledby=\"answer-title\">\n"
                "<h2 id=\"answer-title\">The answer</h2>\n",
                out);
    if (runs->count == 1) {
        write_summary(out, &runs->run[0]);
        write_of_drawn(out, &runs->run[0]);
        write_cards(out, &runs->run[0]);
    } else {
        write_comparison(out, runs);
    }
    write_warnings(out, runs);
    mx_html_printf(out,
                   "<p class=\"note\">%s Delivered means accepted by the provider, in the "
                   "inbox or not; sent is recipients less drops.</p>\n</section>\n",
                   mx_report_interval_of(&runs->run[simulated < runs->count ? simulated : 0]).s);
}
