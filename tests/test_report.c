// SPDX-License-Identifier: GPL-3.0-or-later
/* test_report.c - pages of result folders: whole or not at all, every name text, what is missing
 * named. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/result/report.h"
#include "sim/result/report_html.h"
#include "sim/result/report_svg.h"
#include "tests/support_plots.h"

static char error[1024];

static const struct mx_made_up small = {.provider_count = 2,
                                        .ip_count = 1,
                                        .scenario = "small",
                                        .hours = 4,
                                        .warm_up_days = 3,
                                        .replications = 1};

/* The page of the folder, owned; fails the test when there is none. */
static char *make_page(size_t times, const char *pictures)
{
    const char *dirs[] = {mx_plot_folder, mx_plot_folder};
    const struct mx_report_request request = {.dirs = dirs,
                                              .dir_count = times,
                                              .plots_dir = "plots",
                                              .out = mx_plot_path("page.html"),
                                              .pictures_dir = pictures};
    int code = mx_report_write(&request, error, sizeof error);
    size_t size = 0;
    char *page;

    assert_string_equal(error, "");
    assert_int_equal(code, 0);
    page = mx_plot_read(mx_plot_path("page.html"), &size);
    assert_non_null(page);
    assert_int_equal(strlen(page), size);
    return page;
}

static void assert_has(const char *page, const char *text)
{
    if (strstr(page, text) == NULL) {
        fail_msg("the page lacks \"%s\"", text);
    }
}

static size_t count_of(const char *page, const char *text)
{
    size_t count = 0;

    while ((page = strstr(page, text)) != NULL) {
        count++;
        page += strlen(text);
    }
    return count;
}

static void test_page(void **state)
{
    char *page;
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &small));
    page = make_page(1, NULL);
    assert_has(page, "<h1>99.57&nbsp;% of 1.5&nbsp;M messages are delivered");
    assert_has(page, "One replication: no intervals.");
    assert_has(page, "<th scope=\"row\">provider-2</th>");
    assert_has(page, "<td data-v=\"1010000\">1,010,000</td>");
    assert_has(page, "<code>mxsim run ");
    assert_has(page, " --seed 7 --replications 1 ");
    assert_has(page, "mxsim 1.2.3, commit abc");
    assert_has(page, "providers = {"); /* the plan */
    /* a campaign opened shows its providers */
    assert_has(
        page, "<summary><strong>receipts</strong>: 50.000 % of 1,234 sent are delivered</summary>");
    assert_has(page, "<caption>Deliverability of receipts by provider</caption>");
    assert_has(page, "<table id=\"table-campaign-2\" class=\"data\"");
    assert_has(page, "data-filter=\"campaign-1\"");
    assert_int_equal(count_of(page, ">provider-2</th>"), 2);
    assert_int_equal(count_of(page, ">provider-1</th>"), 3);
    assert_int_equal(count_of(page, "<svg "), 11);
    assert_int_equal(count_of(page, "role=\"img\""), 11);
    assert_int_equal(count_of(page, "</html>"), 1);
    /* nothing is fetched: no address but names of namespaces */
    assert_int_equal(count_of(page, "http"), /* links are text until a reader follows them */
                     count_of(page, "http-equiv") + count_of(page, "<a href=\"https://"));
    assert_int_equal(count_of(page, "<a href=\"https://"), 8);
    assert_int_equal(count_of(page, "src="), 0);
    assert_int_equal(count_of(page, "url("), 0);
    assert_int_equal(count_of(page, "rgb("), 0);
    free(page);
}

static void test_two_runs(void **state)
{
    char *page;
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &small));
    page = make_page(2, mx_plot_path("pictures"));
    assert_has(page, "All 2 runs deliver the same share of their mail");
    assert_int_equal(count_of(page, "<svg "), 22);
    assert_has(page, mx_plot_folder);
    free(page);
    assert_true(mx_plot_exists(mx_plot_path("pictures/1-queue-length.png")));
    assert_true(mx_plot_exists(mx_plot_path("pictures/2-warm-up.pdf")));
}

/* What cannot be shown is left out, or said. */
static void test_without_plan_or_mail(void **state)
{
    struct mx_made_up made_up = small;
    char *page;
    (void)state;

    made_up.without_plan = made_up.all_zero = true;
    made_up.warm_up_days = 0;
    assert_true(mx_made_up_write(mx_plot_folder, &made_up));
    page = make_page(1, NULL);
    assert_has(page, "<h1>No mail was sent</h1>");
    assert_has(page, "There is no plan.cfg in the folder.");
    assert_int_equal(count_of(page, "id=\"warm-up\""), 0);
    assert_int_equal(count_of(page, "id=\"retry-age\""), 0);
    assert_int_equal(count_of(page, "nan"), 0);
    free(page);
}

static void test_incomplete_folders(void **state)
{
    static const char *const files[] = {"summary.json",           "timeseries.csv",
                                        "reputation.csv",         "warm_up.csv",
                                        "attempts_by_number.csv", "delivered_by_age.csv"};
    const char *dirs[] = {mx_plot_folder};
    const struct mx_report_request request = {
        .dirs = dirs, .dir_count = 1, .plots_dir = "plots", .out = mx_plot_path("page.html")};
    (void)state;

    mx_plot_put("page.html", "the old one");
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        size_t size = 0;
        char *page;

        assert_true(mx_made_up_write(mx_plot_folder, &small));
        assert_int_equal(unlink(mx_plot_path(files[i])), 0);
        assert_int_equal(mx_report_write(&request, error, sizeof error), MX_EXIT_INVALID);
        assert_has(error, files[i]);
        page = mx_plot_read(mx_plot_path("page.html"), &size);
        assert_string_equal(page, "the old one");
        free(page);
    }
}

static void test_damaged_folders(void **state)
{
    static const struct {
        const char *file, *text, *mistake;
    } cases[] = {
        {"summary.json", "{", "summary.json:1: "},
        {"summary.json", "{}", "summary.json: scenario.name is missing"},
        {"summary.json", "{\"scenario\":{\"name\":\"x\"}}",
         "summary.json: replications is missing"},
        {"summary.json", "{\"scenario\":{\"name\":\"x\"},\"replications\":1,\"total\":{}}",
         "summary.json: total.recipients is missing"},
        {"plan.cfg", "a = {", "plan.cfg:1: the file ends within a group"},
        {"warm_up.csv", "day,ip,planned,started\n1,a,x,1\n", "warm_up.csv:2: planned is \"x\""},
        {"attempts_by_number.csv",
         "attempt,provider,attempts,delivered,deferrals,hard_bounced,soft_bounced_rejected\n"
         "1,provider-1,10,5,4,0,0\n",
         "attempts_by_number.csv:2: the outcomes do not add up"},
        {"attempts_by_number.csv",
         "attempt,provider,attempts,delivered,deferrals,hard_bounced,soft_bounced_rejected\n"
         "33,provider-1,1,1,0,0,0\n",
         "attempts_by_number.csv:2: attempt is 33, outside 1 to 32"},
    };
    const char *dirs[] = {mx_plot_folder};
    const struct mx_report_request request = {
        .dirs = dirs, .dir_count = 1, .plots_dir = "plots", .out = mx_plot_path("page.html")};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(mx_made_up_write(mx_plot_folder, &small));
        mx_plot_put(cases[i].file, cases[i].text);
        assert_int_equal(mx_report_write(&request, error, sizeof error), MX_EXIT_INVALID);
        assert_has(error, cases[i].mistake);
        assert_false(mx_plot_exists(mx_plot_path("page.html")));
    }
}

static void test_without_gnuplot(void **state)
{
    const char *dirs[] = {mx_plot_folder};
    const struct mx_report_request request = {
        .dirs = dirs, .dir_count = 1, .plots_dir = "plots", .out = mx_plot_path("page.html")};
    char old[4096];
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &small));
    (void)snprintf(old, sizeof old, "%s", getenv("PATH"));
    assert_int_equal(setenv("PATH", "/no/such", 1), 0);
    assert_int_equal(mx_report_write(&request, error, sizeof error), MX_EXIT_FAILURE);
    assert_int_equal(setenv("PATH", old, 1), 0);
    assert_has(error, "gnuplot is not installed (package gnuplot-nox)");
    assert_false(mx_plot_exists(mx_plot_path("page.html")));
}

/* Names are text in markup, attributes, script, commands and pictures. */
static void test_hostile_names(void **state)
{
    static const char *const names[] = {
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>",
        "</title></style></svg><b>", "'; touch executed-a; '",
        "`touch executed-b`",        "a\x1B[31m\xE2\x80\xAE b"};
    const struct mx_made_up made_up = {.provider_count = sizeof names / sizeof names[0],
                                       .ip_count = 1,
                                       .names = names,
                                       .scenario = "</title><script>alert(3)</script>",
                                       .hours = 4,
                                       .replications = 2,
                                       .unnamed_plan = true};
    char *page;
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &made_up));
    page = make_page(1, NULL);
    assert_int_equal(count_of(page, "<script>"), 2); /* ours */
    assert_int_equal(count_of(page, "</script>"), 2);
    assert_int_equal(count_of(page, "<img"), 0);
    assert_int_equal(count_of(page, "<b>"), 0);
    assert_int_equal(count_of(page, "</title>"), 1);
    assert_int_equal(count_of(page, "</style>"), 1);
    assert_int_equal(count_of(page, "\x1B"), 0);
    assert_int_equal(count_of(page, "\xE2\x80\xAE"), 0);
    assert_has(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
    free(page);
    assert_false(mx_plot_exists("executed-a") || mx_plot_exists("executed-b"));
}

/* --- parts ----------------------------------------------------------------------------------- */

static char *written(void (*write)(FILE *out, const char *text), const char *text)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);

    assert_non_null(out);
    write(out, text);
    assert_int_equal(fclose(out), 0);
    return bytes;
}

static void test_html(void **state)
{
    static const struct {
        const char *text, *html, *unbroken;
    } cases[] = {
        {"", "", ""},
        {"a & b", "a &amp; b", "a &amp; b"},
        {"<\"'>", "&lt;&quot;&#39;&gt;", "&lt;&quot;&#39;&gt;"},
        {"b\xC3\xA4r \xF0\x9F\x93\xA8", "b\xC3\xA4r \xF0\x9F\x93\xA8",
         "b\xC3\xA4r \xF0\x9F\x93\xA8"},
        {"\xFF\xC3\x01\n", "&#xFFFD;&#xFFFD;&#xFFFD;\n", "&#xFFFD;&#xFFFD;&#xFFFD;\n"},
        {"11.9 M in 43 h, 5 providers", "11.9 M in 43 h, 5 providers",
         "11.9&nbsp;M in 43&nbsp;h, 5 providers"},
        {" 1 2 3 ", " 1 2 3 ", " 1 2 3 "},
    };
    char *bytes = NULL;
    size_t size = 0;
    FILE *out;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *html = written(mx_html_text, cases[i].text);
        char *unbroken = written(mx_html_unbroken, cases[i].text);
        assert_string_equal(html, cases[i].html);
        assert_string_equal(unbroken, cases[i].unbroken);
        free(html);
        free(unbroken);
    }
    out = open_memstream(&bytes, &size);
    assert_non_null(out);
    mx_html_printf(out, "<i>%s</i> 100 %% %zu %u %d %.2f %g", "<&>", (size_t)7, 8U, -9, 1.005, 0.5);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(bytes, "<i>&lt;&amp;&gt;</i> 100 % 7 8 -9 1.00 0.5");
    free(bytes);
}

static void test_svg(void **state)
{
    static const char svg[] =
        "<?xml version=\"1.0\"?>\n<svg \n xmlns=\"x\">\n<title>Gnuplot</title>\n"
        "<g id=\"gnuplot_canvas\">\n<rect x=\"0\" y=\"0\" fill=\"#ffffff\"/>\n<defs>"
        "<circle id='gpDot'/><filter id='textbox'></filter></defs>\n"
        "<g fill=\"none\" color=\"black\">\n</g>\n"
        "<g id=\"gnuplot_plot_1\" ><title>gnuplot_plot_1</title>\n"
        "<path stroke='rgb(  0, 114, 178)' fill='rgb(1,2,3)'/><use xlink:href='#gpDot'/>"
        "<text>rgb( a &lt;b></text></g>\n</g>\n</svg>\n";
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    (void)state;

    assert_non_null(out);
    mx_report_svg(out, svg, 3, 20.0, "says \"this\"");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(bytes,
                        "<svg role=\"img\" viewBox=\"0 78 960 502\" width=\"960\" height=\"502\""
                        " aria-label=\"says &quot;this&quot;\">\n<g>\n<defs>"
                        "<circle id='p3-gpDot'/></defs>\n\n<g >\n"
                        "<path stroke='var(--blue)' fill='#010203'/><use href='#p3-gpDot'/>"
                        "<text>rgb( a &lt;b></text></g>\n</g>\n</svg>\n");
    free(bytes);
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, mx_plot_make_folder, mx_plot_remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_page),
        IN_FOLDER(test_two_runs),
        IN_FOLDER(test_without_plan_or_mail),
        IN_FOLDER(test_incomplete_folders),
        IN_FOLDER(test_damaged_folders),
        IN_FOLDER(test_without_gnuplot),
        IN_FOLDER(test_hostile_names),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_svg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
