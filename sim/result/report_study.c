// SPDX-License-Identifier: GPL-3.0-or-later
/* report_study.c - pages of studies. What a study's file holds is shown as it is: its settings as a
 * list, its tables as tables; what it says in short stands over its picture. */
#include "sim/result/report_study.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/human_text.h"
#include "sim/result/plot_study.h"
#include "sim/result/plot_text.h"
#include "sim/result/report_figure.h"
#include "sim/result/report_html.h"
#include "sim/result/report_page.h"
#include "sim/result/study_figure.h"
#include "sim/stats/metric_name.h"

#define ROW_COUNT_MAX 20000
#define PICTURE_COUNT_MAX 2
#define DIGEST_SIZE 64 /* of SHA-256 in characters; shown is the beginning */
#define DIGEST_SHOWN 12

/* How many runs points of a sweep took, as text: "30", "30 to 60"; what was asked for where none is
 * noted. */
#define RUNS_SQL \
    "SELECT coalesce(CASE WHEN min(replications) < max(replications) THEN min(replications) || " \
    "' to ' || max(replications) ELSE max(replications) END, (SELECT value FROM study WHERE " \
    "name = 'replications')) || '' FROM points"
#define OPEN_COUNT_MAX 2500 /* points of a table that is not folded away */

static const struct study {
    const char *file, *name;
    struct {
        const char *kind, *title;
    } pictures[PICTURE_COUNT_MAX];
} studies[] = {
    {"comparison.json", "Comparison", {{"comparison", "Paired differences"}}},
    {"answer.json", "Plan", {{"plan", "What each value tried gave"}}},
    {"sensitivity.json",
     "Sensitivity",
     {{"influence", "What it hangs on"}, {"tornado", "Each value alone"}}},
    {"sweep.db", "Sweep", {{"sweep", "Over the parameters"}, {"tradeoff", "Trade-off"}}},
};
#define STUDY_COUNT (sizeof studies / sizeof studies[0])

/* What is worked out before the page is begun, for its headline. */
struct figures {
    struct mx_plot_story story[PICTURE_COUNT_MAX];
    char *svg[PICTURE_COUNT_MAX]; /* NULL: not shown */
};

static const struct study *find_study(const char *dir)
{
    for (size_t i = 0; i < STUDY_COUNT; i++) {
        if (mx_plot_study_has(dir, studies[i].pictures[0].kind)) {
            return &studies[i];
        }
    }
    return NULL;
}

static bool is_json(const struct study *study)
{
    return strstr(study->file, ".json") != NULL;
}

bool mx_report_is_study(const char *dir)
{
    return find_study(dir) != NULL;
}

/* --- tables ---------------------------------------------------------------------------------- */

static void begin_table(FILE *out, const char *id, const char *caption)
{
    mx_html_printf(out,
                   "<p class=\"name\"><strong>%s</strong></p>\n"
                   "<div class=\"tools\"><label>Filter <input type=\"search\" data-filter=\"%s\" "
                   "autocomplete=\"off\" placeholder=\"part of a name\"></label>"
                   "<button type=\"button\" data-copy=\"%s\">Copy as CSV</button>"
                   "<button type=\"button\" data-save=\"%s\">Save as CSV</button>"
                   "<span class=\"said\" role=\"status\"></span></div>\n"
                   "<div class=\"scroll tall\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">"
                   "<table id=\"table-%s\" class=\"data\" data-name=\"%s\">\n"
                   "<caption>%s</caption>\n<thead><tr>",
                   caption, id, id, id, caption, id, id, caption);
}

static void write_heading(FILE *out, const char *name, bool is_word)
{
    const char *pct = strstr(name, "pct_s");
    struct mx_plot_text shown = mx_plot_text_clean(name);

    if (mx_metric_text_is_duration(name)) { /* what is copied keeps the name, with its unit */
        mx_html_printf(out, "<th scope=\"col\" data-v=\"%s\">", name);
        shown = mx_plot_text_format("%.*s%s",
                                    (int)(pct != NULL ? (size_t)(pct - name) : strlen(name) - 2),
                                    name, pct != NULL ? " %" : "");
    } else {
        (void)fputs(is_word ? "<th scope=\"col\" class=\"word\">" : "<th scope=\"col\">", out);
    }
    for (const char *at = shown.s; *at != '\0'; at++) {
        mx_html_text_n(out, *at == '_' ? " " : at, 1);
    }
    (void)fputs("</th>", out);
}

/* What the numbers of a table are of: a metric (NULL: not known), or changes of one. */
struct unit {
    const char *metric;
    bool is_change;
    const json_t *targets; /* of a plan: a list of estimates is one a target */
    bool is_met;           /* of them: shares of replications that meet the target */
};

/* A duration as a person reads it; a share in percent, but not a change of one. */
static struct mx_plot_text number_text(struct unit unit, double value)
{
    if (unit.metric != NULL && mx_metric_text_is_duration(unit.metric)) {
        return mx_plot_text_format("%s%s", value < 0 ? "\xE2\x88\x92" : "",
                                   mx_human_duration(fabs(value)).s);
    }
    return unit.metric != NULL && mx_metric_text_is_share(unit.metric) && !unit.is_change
               ? mx_plot_text_clean(mx_figure_amount(unit.metric, value).s)
               : mx_plot_text_format("%.5g", value);
}

/* Numbers keep all digits for sorting and copying. */
static void write_number(FILE *out, double value, struct unit unit)
{
    mx_html_printf(out, "<td data-v=\"%.10g\">%s</td>", value, number_text(unit, value).s);
}

/* The unit of a column: some of a metric's tables have other numbers among theirs. */
static struct unit unit_of(struct unit unit, const char *key)
{
    static const char *const others[] = {"p_holm", "variance_reduction", "total", "total_interval",
                                         "first",  "first_interval"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(key, others[i]) == 0) {
            unit.metric = NULL;
        }
    }
    return unit;
}

/* A list of numbers as an interval. */
static void write_list(FILE *out, json_t *list, struct unit unit)
{
    const char *separator = "[";
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        (void)fputs(separator, out);
        if (json_is_number(item)) {
            mx_html_text(out, number_text(unit, json_number_value(item)).s);
        } else if (json_is_string(item)) {
            mx_html_text(out, json_string_value(item));
        } else {
            (void)fputs("\xE2\x80\x93", out);
        }
        separator = ", ";
    }
    (void)fputs(json_array_size(list) > 0 ? "]" : "", out);
}

/* "0.97 [0.95, 0.99]" */
static void write_estimate(FILE *out, json_t *estimate, struct unit unit)
{
    const json_t *mean = json_object_get(estimate, "mean");

    if (json_is_number(mean)) {
        mx_html_printf(out, "%s ", number_text(unit, json_number_value(mean)).s);
        write_list(out, json_object_get(estimate, "interval"), unit);
    } else {
        (void)fputs("\xE2\x80\x93", out);
    }
}

static void write_estimates(FILE *out, json_t *list, struct unit unit)
{
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item)
    {
        (void)fputs(i > 0 ? "; " : "", out);
        unit.metric =
            unit.is_met
                ? MX_SHARE_MET
                : json_string_value(json_object_get(json_array_get(unit.targets, i), "metric"));
        write_estimate(out, item, unit);
    }
}

/* Whether anything in a row is an interval, or half of one. */
static bool has_interval(json_t *row)
{
    const char *key;
    json_t *value;

    json_object_foreach(row, key, value)
    {
        if (strstr(key, "interval") != NULL || strstr(key, "_half") != NULL ||
            strcmp(key, "ci95") == 0 || json_is_object(json_array_get(value, 0))) {
            return true;
        }
    }
    return false;
}

static void write_value(FILE *out, json_t *value, struct unit unit)
{
    if (json_is_number(value)) {
        write_number(out, json_number_value(value), unit);
    } else if (json_is_array(value) || json_is_object(value)) {
        (void)fputs("<td class=\"list\">", out);
        if (json_is_object(value)) {
            write_estimate(out, value, unit);
        } else if (json_is_object(json_array_get(value, 0))) {
            write_estimates(out, value, unit);
        } else {
            write_list(out, value, unit);
        }
        (void)fputs("</td>", out);
    } else if (json_is_string(value) && json_string_length(value) == DIGEST_SIZE) {
        mx_html_printf(out, "<td class=\"word\" data-v=\"%s\">", json_string_value(value));
        mx_html_text_n(out, json_string_value(value), DIGEST_SHOWN);
        (void)fputs("\xE2\x80\xA6</td>", out);
    } else {
        mx_html_printf(out, "<td class=\"word\">%s</td>",
                       json_is_string(value)  ? json_string_value(value)
                       : json_is_true(value)  ? "yes"
                       : json_is_false(value) ? "no"
                                              : "\xE2\x80\x93");
    }
}

/* Whether a row of a sensitivity study says anything but that its value moves nothing. */
static bool moves(const json_t *row)
{
    const char *key;
    json_t *value;

    if (!json_is_number(json_object_get(row, "low")) &&
        !json_is_number(json_object_get(row, "mu_star")) &&
        !json_is_number(json_object_get(row, "swing"))) {
        return true;
    }
    json_object_foreach((json_t *)row, key, value)
    {
        if (json_is_number(value) && fabs(json_number_value(value)) > 0) {
            return true;
        }
    }
    return false;
}

/* An object of objects, a row each; columns as in the first. of: what intervals among them are of,
 * or NULL where the file does not say. */
static void write_objects(FILE *out, json_t *objects, const char *id, const char *first,
                          const char *caption, const char *of, struct unit unit)
{
    json_t *model = json_object_iter_value(json_object_iter(objects)), *row, *value;
    const char *name, *key;
    size_t left_out = 0;

    if (!json_is_object(model)) {
        return;
    }
    begin_table(out, id,
                of != NULL && has_interval(model)
                    ? mx_plot_text_format("%s; intervals of %s", caption, of).s
                    : caption);
    write_heading(out, first, false);
    json_object_foreach(model, key, value)
    {
        write_heading(out, key, !json_is_number(value) && !json_is_null(value));
    }
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    json_object_foreach(objects, name, row)
    {
        if (!moves(row)) {
            left_out++;
            continue;
        }
        mx_html_printf(out, "<tr><th scope=\"row\">%s</th>", name);
        json_object_foreach(model, key, value)
        {
            write_value(out, json_object_get(row, key), unit_of(unit, key));
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
    if (left_out > 0) {
        mx_html_printf(out, "<p class=\"note\">%zu more move it by nothing.</p>\n", left_out);
    }
}

/* A list of objects, numbered. */
static void write_rows(FILE *out, json_t *list, const char *id, const char *first,
                       const char *caption, const char *of, struct unit unit)
{
    json_t *objects = json_object(), *row;
    size_t i;

    json_array_foreach(list, i, row)
    {
        (void)json_object_set(objects, mx_plot_text_format("%zu", i + 1).s, row);
    }
    write_objects(out, objects, id, first, caption, of, unit);
    json_decref(objects);
}

/* --- files ----------------------------------------------------------------------------------- */

static void write_facts(FILE *out, const json_t *root)
{
    const char *key;
    json_t *value;

    (void)fputs("<dl class=\"facts\">\n", out);
    json_object_foreach((json_t *)root, key, value)
    {
        if (strcmp(key, "command") == 0 || json_is_object(value) || json_is_array(value) ||
            json_is_null(value)) {
            continue;
        }
        (void)fputs("<div><dt>", out);
        for (const char *at = key; *at != '\0'; at++) {
            mx_html_text_n(out, *at == '_' ? " " : at, 1);
        }
        (void)fputs("</dt><dd>", out);
        if (json_is_number(value)) {
            mx_html_printf(out, "%.10g", json_number_value(value));
        } else {
            mx_html_text(out, json_is_string(value) ? json_string_value(value)
                              : json_is_true(value) ? "yes"
                                                    : "no");
        }
        (void)fputs("</dd></div>\n", out);
    }
    (void)fputs("</dl>\n", out);
}

/* What intervals of a table are of; NULL where the file does not say. */
static const char *interval_of(const json_t *root, const char *table)
{
    const json_t *of = json_object_get(root, "interval_of");

    return json_string_value(json_is_object(of) ? json_object_get(of, table) : of);
}

/* Tables of each metric: what is told of systems, differences, groups, factors. */
static void write_metrics(FILE *out, const json_t *root)
{
    static const struct {
        const char *key, *first, *caption;
    } tables[] = {{"differences", "System", "difference from A"},
                  {"systems", "System", "each system"},
                  {"groups", "Group", "what it hangs on, the most influential first"},
                  {"one_at_a_time", "Value", "changes with one value at either end of its range"}};
    json_t *metrics = json_object_get(root, "metrics"), *metric;
    const char *name;
    size_t number = 0;

    json_object_foreach(metrics, name, metric)
    {
        mx_html_printf(out, "<h3>%s</h3>\n", name);
        for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
            write_objects(
                out, json_object_get(metric, tables[t].key),
                mx_plot_text_format("%s-%zu", tables[t].key, ++number).s, tables[t].first,
                mx_plot_text_format("%s: %s", name, tables[t].caption).s,
                interval_of(root, tables[t].key),
                (struct unit){.metric = name, .is_change = strcmp(tables[t].key, "systems") != 0});
        }
    }
}

static void write_json(FILE *out, const json_t *root)
{
    bool is_share = json_is_number(json_object_get(root, "assurance"));

    write_objects(out, json_object_get(root, "systems"), "systems", "System", "What is compared",
                  NULL, (struct unit){.metric = NULL});
    write_metrics(out, root);
    write_rows(out, json_object_get(root, "targets"), "targets", "Target", "Targets", NULL,
               (struct unit){.metric = NULL});
    write_rows(out, json_object_get(root, "rows"), "rows", "Row", "The answer, row by row", NULL,
               (struct unit){.metric = NULL});
    write_rows(out, json_object_get(root, "points"), "points", "Point",
               mx_plot_text_format("Points that were tried; of each target the %s",
                                   is_share ? "share of replications that meet it"
                                            : "mean over replications")
                   .s,
               interval_of(root, "points"),
               (struct unit){.targets = json_object_get(root, "targets"), .is_met = is_share});
    if (json_is_object(json_object_get(root, "factors"))) {
        mx_html_printf(out,
                       "<details class=\"long\"><summary>What was varied, and how far (%zu "
                       "values)</summary>\n",
                       json_object_size(json_object_get(root, "factors")));
        write_objects(out, json_object_get(root, "factors"), "factors", "Value",
                      "What was varied, and how far", NULL, (struct unit){.metric = NULL});
        (void)fputs("</details>\n", out);
    }
}

/* "the mean of each metric over 20 replications, which differ by chance alone" */
static struct mx_plot_text means_of(sqlite3 *db)
{
    sqlite3_stmt *row = NULL;
    struct mx_plot_text text = mx_plot_text_clean("the mean of each metric");

    if (sqlite3_prepare_v2(db,
                           "SELECT n.value, i.value, (" RUNS_SQL ") FROM study n, study i WHERE "
                           "n.name = 'replications' AND i.name = 'interval_of'",
                           -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW && sqlite3_column_int(row, 0) > 1) {
        text = mx_plot_text_format("%s over %s replications, which differ by %s", text.s,
                                   (const char *)sqlite3_column_text(row, 2),
                                   (const char *)sqlite3_column_text(row, 1));
    }
    (void)sqlite3_finalize(row);
    return text;
}

/* The sweep's own facts, as the other studies have them in JSON. */
static json_t *read_sweep_facts(const char *path, const struct mx_plot_error *error, int *code)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    json_t *facts = json_object();
    int status = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);

    if (status == SQLITE_OK) {
        status = sqlite3_prepare_v2(
            db,
            "SELECT name, value FROM study WHERE name <> 'replications' UNION ALL "
            "SELECT 'replications', (" RUNS_SQL ") ORDER BY name",
            -1, &rows, NULL);
    }
    while (status == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(rows, 0);
        bool is_whole = sqlite3_column_type(rows, 1) == SQLITE_INTEGER; /* before it is converted */
        int64_t whole = sqlite3_column_int64(rows, 1);
        const char *text = (const char *)sqlite3_column_text(rows, 1);
        json_t *value = is_whole ? json_integer(whole) : json_string(text != NULL ? text : "");

        (void)json_object_set_new(facts, name != NULL ? name : "", value);
    }
    *code = status == SQLITE_OK
                ? 0
                : mx_plot_fail(error, MX_EXIT_INVALID, "%s: %s", path, sqlite3_errmsg(db));
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    return facts;
}

/* is_folded: the table is folded away, so that the page opens at once. */
static int write_database(FILE *out, const char *path, bool is_folded,
                          const struct mx_plot_error *error)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    int status = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), count = 0, code = 0;

    if (status == SQLITE_OK) {
        status = sqlite3_prepare_v2(db, "SELECT * FROM wide ORDER BY point", -1, &rows, NULL);
    }
    if (status == SQLITE_OK) {
        (void)fputs(is_folded ? "<details class=\"long\"><summary>All points</summary>\n" : "",
                    out);
        begin_table(out, "points",
                    mx_plot_text_format("Points: parameters, and %s", means_of(db).s).s);
        for (int c = 0; c < sqlite3_column_count(rows); c++) {
            write_heading(out, sqlite3_column_name(rows, c), false);
        }
        (void)fputs("</tr></thead>\n<tbody>\n", out);
        while (count < ROW_COUNT_MAX && (status = sqlite3_step(rows)) == SQLITE_ROW) {
            mx_html_printf(out, "<tr><th scope=\"row\">%d</th>", sqlite3_column_int(rows, 0));
            for (int c = 1; c < sqlite3_column_count(rows); c++) {
                bool is_number = sqlite3_column_type(rows, c) == SQLITE_FLOAT;
                double number = sqlite3_column_double(rows, c);
                const char *text = (const char *)sqlite3_column_text(rows, c);

                if (is_number) {
                    write_number(out, number,
                                 (struct unit){.metric = sqlite3_column_name(rows, c)});
                } else {
                    mx_html_printf(out, "<td>%s</td>", text != NULL ? text : "\xE2\x80\x93");
                }
            }
            (void)fputs("</tr>\n", out);
            count++;
        }
        (void)fputs("</tbody></table></div>\n", out);
        (void)fputs(is_folded ? "</details>\n" : "", out);
    }
    if (status != SQLITE_DONE && status != SQLITE_ROW) {
        code = mx_plot_fail(error, MX_EXIT_INVALID, "%s: %s", path, sqlite3_errmsg(db));
    } else if (status == SQLITE_ROW) {
        mx_html_printf(out, "<p class=\"note\">The first %d points; all are in sweep.db.</p>\n",
                       ROW_COUNT_MAX);
    }
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    return code;
}

/* --- the page -------------------------------------------------------------------------------- */

/* A table that would keep a page from opening at once. */
static bool is_large(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *count = NULL;
    bool is_so = false;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM points", -1, &count, NULL) == SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW) {
        is_so = sqlite3_column_int(count, 0) > OPEN_COUNT_MAX;
    }
    (void)sqlite3_finalize(count);
    (void)sqlite3_close(db);
    return is_so;
}

static void write_pictures(FILE *out, const struct study *study, const struct figures *figures)
{
    size_t number = 1;

    (void)fputs("<section id=\"answer\" aria-labelledby=\"answer-title\">\n"
                "<h2 id=\"answer-title\">The answer</h2>\n",
                out);
    for (size_t p = 0; p < PICTURE_COUNT_MAX; p++) {
        const struct mx_report_figure figure = {.title = study->pictures[p].title,
                                                .label = "",
                                                .number = number,
                                                .is_named = p == 0 && is_json(study),
                                                .story = &figures->story[p],
                                                .svg = figures->svg[p]};

        if (figure.svg != NULL) {
            mx_report_gallery_begin(out, study->pictures[p].kind, figure.title);
            mx_report_figure(out, &figure);
            mx_report_gallery_end(out, study->pictures[p].kind);
            number++;
        }
    }
    (void)fputs("</section>\n", out);
}

static void write_again(FILE *out, const char *command, const char *dir, const char *out_name)
{
    (void)fputs("<section id=\"again\" aria-labelledby=\"again-title\">\n"
                "<h2 id=\"again-title\">To get this again</h2>\n",
                out);
    if (command != NULL && command[0] != '\0') {
        (void)fputs(
            "<p>The same files, seed and version give the same numbers, to the byte, on any "
            "machine and with any number of threads.</p>\n",
            out);
        mx_html_printf(out,
                       "<pre tabindex=\"0\" role=\"region\" aria-label=\"Command\"><code>%s --out "
                       "again</code></pre>\n",
                       command);
    }
    (void)fputs("<p>And this page:</p>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Command "
                "for this page\"><code>mxsim report ",
                out);
    mx_report_word(out, dir);
    (void)fputs(" --out ", out);
    mx_report_word(out, out_name);
    (void)fputs("</code></pre>\n</section>\n", out);
}

static const char *string_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));

    return text != NULL ? text : "";
}

static long long integer_of(const json_t *root, const char *key)
{
    return json_integer_value(json_object_get(root, key));
}

/* What the study asked; of a comparison what is compared, of a sweep how large it is. */
static struct mx_plot_text subtitle(const struct study *study, const json_t *root)
{
    const char *title = json_string_value(json_object_get(json_object_get(root, "study"), "title"));
    struct mx_plot_text text = mx_plot_text_clean(title != NULL ? title : "");
    json_t *system;
    const char *letter;

    if (!is_json(study)) {
        return mx_plot_text_format(
            "Sweep %.100s: design %.30s, %s replication%s of each point, seed %lld",
            string_of(root, "study"), string_of(root, "design"), string_of(root, "replications"),
            strcmp(string_of(root, "replications"), "1") == 0 ? "" : "s", integer_of(root, "seed"));
    }
    json_object_foreach(json_object_get(root, "systems"), letter, system)
    {
        const char *name = json_string_value(json_object_get(system, "name"));

        text = mx_plot_text_format("%.180s%s%.8s: %.100s", text.s, text.s[0] != '\0' ? "; " : "",
                                   letter, name != NULL ? name : "");
    }
    return text;
}

/* path: of the study's file. */
static int write_page(FILE *out, const struct study *study, const struct figures *figures,
                      const json_t *root, const char *path, const struct mx_report_request *request,
                      const struct mx_plot_error *error)
{
    static const struct mx_report_entry entries[] = {
        {"answer", "Answer"}, {"numbers", "Numbers"}, {"again", "Reproduce"}};
    const char *title = json_string_value(json_object_get(root, "title"));
    int code = 0;

    mx_report_begin(out, title != NULL && title[0] != '\0' ? title : figures->story[0].headline.s,
                    mx_plot_text_format("mxsim report: %s", study->name).s,
                    subtitle(study, root).s);
    mx_report_contents(out, entries, sizeof entries / sizeof entries[0]);
    write_pictures(out, study, figures);
    (void)fputs("<section id=\"numbers\" aria-labelledby=\"numbers-title\">\n"
                "<h2 id=\"numbers-title\">Numbers</h2>\n",
                out);
    write_facts(out, root);
    if (is_json(study)) {
        write_json(out, root);
    } else {
        code = write_database(out, path, is_large(path), error);
    }
    (void)fputs("</section>\n", out);
    write_again(out, json_string_value(json_object_get(root, "command")), request->dirs[0],
                request->out);
    mx_report_end(out, "Simulated, not measured.");
    return code;
}

/* Work the pictures out and draw them; with --pictures also as files. */
static int draw_figures(const struct study *study, const struct mx_report_request *request,
                        struct figures *figures, const struct mx_plot_error *error)
{
    struct mx_plot_request plot = {.dir = request->dirs[0],
                                   .plots_dir = request->plots_dir,
                                   .out = request->pictures_dir,
                                   .formats = MX_PLOT_AS(MX_PLOT_PNG) | MX_PLOT_AS(MX_PLOT_PDF)};
    int code =
        request->pictures_dir != NULL ? mx_plot_prepare_folder(request->pictures_dir, error) : 0;

    for (size_t p = 0; p < PICTURE_COUNT_MAX && study->pictures[p].kind != NULL && code == 0; p++) {
        struct mx_plot_story whole;
        size_t size;

        plot.kind = study->pictures[p].kind;
        code = mx_plot_study_make(&plot, true, &figures->story[p], error);
        if (code != 0 || (p > 0 && figures->story[p].is_empty)) {
            continue;
        }
        code = mx_plot_study_draw(plot.kind, &figures->story[p], plot.plots_dir, MX_PLOT_SVG, 0, 0,
                                  &figures->svg[p], &size, error);
        if (code == 0 && request->pictures_dir != NULL) {
            code = mx_plot_study_make(&plot, false, &whole, error);
            if (code == 0) {
                code = mx_plot_study_deliver(&plot, plot.kind, &whole, error);
            }
            mx_plot_story_fini(&whole);
        }
    }
    return code;
}

int mx_report_study(FILE *out, const struct mx_report_request *request,
                    const struct mx_plot_error *error)
{
    const char *dir = request->dirs[0];
    const struct study *study = find_study(dir);
    size_t size = strlen(dir) + 32;
    char *path = malloc(size);
    struct figures figures = {.svg = {NULL}};
    json_error_t where;
    json_t *root = NULL;
    int code = 0;

    if (path == NULL) {
        return mx_plot_fail(error, MX_EXIT_FAILURE, "out of memory");
    }
    (void)snprintf(path, size, "%s/%s", dir, study->file);
    if (is_json(study)) {
        root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
        code = root != NULL ? 0
                            : mx_plot_fail(error, MX_EXIT_INVALID, "%s:%d: %s", path, where.line,
                                           where.text);
    } else {
        root = read_sweep_facts(path, error, &code);
    }
    if (code == 0) {
        code = draw_figures(study, request, &figures, error);
    }
    if (code == 0) {
        code = write_page(out, study, &figures, root, path, request, error);
    }
    for (size_t p = 0; p < PICTURE_COUNT_MAX; p++) {
        mx_plot_story_fini(&figures.story[p]);
        free(figures.svg[p]);
    }
    json_decref(root);
    free(path);
    return code;
}
