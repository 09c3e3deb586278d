// SPDX-License-Identifier: GPL-3.0-or-later
/* test_plot.c - what stands in the way of a picture is told, and leaves no half one. */
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
#include "sim/result/plot.h"
#include "sim/result/plot_gnuplot.h"
#include "tests/support_plots.h"

static char error[1024];

static const struct mx_made_up small = {
    .provider_count = 2, .ip_count = 1, .scenario = "small", .hours = 4, .replications = 1};

/* Drawing the kind ends with this code and an error that holds this text; no picture is left. */
static void assert_refused(const char *kind, int code, const char *text)
{
    char path[512];

    assert_int_equal(
        mx_plot(mx_plot_folder, kind, "plots", mx_plot_path("out"), error, sizeof error), code);
    if (strstr(error, text) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error, text);
    }
    (void)snprintf(path, sizeof path, "%s/out/%s.svg", mx_plot_folder, kind);
    assert_false(mx_plot_exists(path));
    (void)snprintf(path, sizeof path, "%s/out/%s.png", mx_plot_folder, kind);
    assert_false(mx_plot_exists(path));
}

static void test_unknown_kind(void **state)
{
    (void)state;
    assert_refused("pie-chart", MX_EXIT_USAGE, "no kind of picture \"pie-chart\"");
}

static void test_missing_files(void **state)
{
    static const struct {
        const char *file, *kind;
    } cases[] = {{"summary.json", "outcomes"},
                 {"timeseries.csv", "queue-length"},
                 {"timeseries.csv", "deferrals-by-reason"},
                 {"delivered_by_age.csv", "delivered-over-time"},
                 {"summary.json", "delivered-over-time"},
                 {"reputation.csv", "reputation"},
                 {"reputation.csv", "allowance"},
                 {"timeseries.csv", "attempts-per-minute"},
                 {"timeseries.csv", "deferral-heat-map"},
                 {"attempts_by_number.csv", "first-attempt"},
                 {"attempts_by_number.csv", "retry-age"},
                 {"warm_up.csv", "warm-up"}};
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(mx_made_up_write(mx_plot_folder, &small));
        assert_int_equal(unlink(mx_plot_path(cases[i].file)), 0);
        assert_refused(cases[i].kind, MX_EXIT_INVALID, cases[i].file);
        assert_non_null(strstr(error, "No such file"));
    }
    /* of "all", the others are drawn; the mistake is told */
    assert_true(mx_made_up_write(mx_plot_folder, &small));
    assert_int_equal(unlink(mx_plot_path("reputation.csv")), 0);
    assert_int_equal(
        mx_plot(mx_plot_folder, "all", "plots", mx_plot_path("out"), error, sizeof error),
        MX_EXIT_INVALID);
    assert_non_null(strstr(error, "reputation.csv"));
    mx_plot_assert_picture("outcomes");
    mx_plot_assert_picture("queue-length");
    assert_false(mx_plot_exists(mx_plot_path("out/allowance.png")));
}

#define SERIES_HEAD \
    "time_s,provider,created,attempts,delivered,hard_bounced,soft_bounced_rejected," \
    "soft_bounced_expired,deferrals,deferrals_outage,deferrals_connections,deferrals_rate," \
    "deferrals_spike,deferrals_reputation,deferrals_capacity,deferrals_greylist," \
    "deferrals_content,deferrals_mailbox_full,pending\n"
#define ZEROS ",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"

static void test_damaged_timeseries(void **state)
{
    static const struct {
        const char *text, *mistake;
    } cases[] = {
        {"", "timeseries.csv:1: the file is empty"},
        {"time_s,provider\n", "timeseries.csv:1: no column \"created\""},
        {SERIES_HEAD "0,total,1\n", "timeseries.csv:2: 3 fields where the header has 19"},
        {SERIES_HEAD "0,total" ZEROS "60,tot", "timeseries.csv:3: the file ends within this line"},
        {SERIES_HEAD "0,nobody" ZEROS, "timeseries.csv:2: provider \"nobody\" is not in"},
        {SERIES_HEAD "nan,total" ZEROS, "timeseries.csv:2: time_s is \"nan\", not a number"},
        {SERIES_HEAD "-1,total" ZEROS, "timeseries.csv:2: time_s is -1, outside 0 to"},
        {SERIES_HEAD "1e999,total" ZEROS, "timeseries.csv:2: time_s is \"1e999\""},
        {SERIES_HEAD "60,total" ZEROS "0,total" ZEROS, "timeseries.csv:3: time_s 0 after 60"},
        {SERIES_HEAD "0,total" ZEROS "0,total" ZEROS, "timeseries.csv:3: a second row of"},
        {SERIES_HEAD "0,\"total" ZEROS, "timeseries.csv:2: a quotation mark out of place"},
        {SERIES_HEAD "0,to\"tal" ZEROS, "timeseries.csv:2: a quotation mark out of place"},
    };
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &small));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mx_plot_put("timeseries.csv", cases[i].text);
        assert_refused("queue-length", MX_EXIT_INVALID, cases[i].mistake);
    }
}

static void test_damaged_others(void **state)
{
    static const struct {
        const char *file, *kind, *text, *mistake;
    } cases[] = {
        {"summary.json", "outcomes", "{\"total\":", "summary.json:1: "},
        {"summary.json", "outcomes", "[]", "summary.json: scenario.name is missing"},
        {"summary.json", "outcomes", "{\"scenario\":{\"name\":\"x\"},\"replications\":1}",
         "summary.json: horizon_s is missing"},
        {"summary.json", "outcomes",
         "{\"scenario\":{\"name\":\"x\"},\"replications\":1,\"horizon_s\":1,\"total\":{}}",
         "summary.json: total.sent is missing"},
        {"plan.cfg", "outcomes", "start = \"yesterday\";", "plan.cfg: start = \"yesterday\""},
        {"plan.cfg", "outcomes", "a = {\n b = {", "plan.cfg:2: the file ends within a group"},
        {"plan.cfg", "outcomes", "a = 1;\n}", "plan.cfg:2: a closing bracket"},
        {"delivered_by_age.csv", "delivered-over-time",
         "age_s,provider,delivered_share,lo,hi\n1,total,1.5,0,2\n",
         "delivered_by_age.csv:2: delivered_share is 1.5, outside 0 to 1"},
        {"delivered_by_age.csv", "delivered-over-time",
         "age_s,provider,delivered_share,lo,hi\n1,total,0.5,0.6,0.7\n",
         "delivered_by_age.csv:2: lo is 0.6"},
        {"reputation.csv", "reputation",
         "time_s,provider,ip,score,band,allowance_per_day,volume_today,blocked\n"
         "0,provider-1,a,0.5,superb,1,1,0\n",
         "reputation.csv:2: band is \"superb\""},
        {"reputation.csv", "allowance",
         "time_s,provider,ip,score,band,allowance_per_day,volume_today,blocked\n"
         "0,total,a,0.5,high,1,1,0\n",
         "reputation.csv:2: a row of the total"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(mx_made_up_write(mx_plot_folder, &small));
        mx_plot_put(cases[i].file, cases[i].text);
        assert_refused(cases[i].kind, MX_EXIT_INVALID, cases[i].mistake);
    }
}

/* A script folder with one script replaced; returns its path. */
static const char *scripts_with(const char *name, const char *text)
{
    static char path[512];
    char command[1200];

    (void)snprintf(path, sizeof path, "%s/scripts", mx_plot_folder);
    (void)snprintf(command, sizeof command, "rm -rf %s && cp -r plots %s", path, path);
    assert_int_equal(system(command), 0);
    (void)snprintf(command, sizeof command, "scripts/%s", name);
    mx_plot_put(command, text);
    return path;
}

/* gnuplot's exit status alone proves nothing: what it warns of, and what it leaves, count too. */
static void test_gnuplot_is_not_trusted(void **state)
{
    static const struct {
        const char *text, *mistake;
    } cases[] = {
        {"no such command\n", "outcomes: gnuplot ended with status"},
        {"set print '-'\nwarn 'careful'\n", "outcomes: gnuplot"},
        {"load plots.'/style.gp'\nplot '/no/such/file' notitle, 0 notitle\nunset output\n",
         "outcomes: gnuplot"},
        {"exit\n", "outcomes: the svg that gnuplot made is missing"},
        {"set print picture_file\nprint '<?xml half a picture'\n",
         "outcomes: the svg that gnuplot made is no SVG file"},
    };
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &small));
    assert_int_equal(mkdir(mx_plot_path("out"), 0700), 0);
    mx_plot_put("out/outcomes.svg", "the old one");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *scripts = scripts_with("outcomes.gp", cases[i].text);
        size_t size = 0;
        char *old;

        assert_int_equal(
            mx_plot(mx_plot_folder, "outcomes", scripts, mx_plot_path("out"), error, sizeof error),
            MX_EXIT_FAILURE);
        if (strstr(error, cases[i].mistake) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", error, cases[i].mistake);
        }
        old = mx_plot_read(mx_plot_path("out/outcomes.svg"), &size);
        assert_non_null(old);
        assert_string_equal(old, "the old one");
        free(old);
    }
}

static void test_missing_script(void **state)
{
    char path[512];
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &small));
    (void)snprintf(path, sizeof path, "%s", scripts_with("style.gp", ""));
    assert_int_equal(unlink(mx_plot_path("scripts/canvas.gp")), 0);
    assert_int_equal(
        mx_plot(mx_plot_folder, "outcomes", path, mx_plot_path("out"), error, sizeof error),
        MX_EXIT_FAILURE);
    assert_non_null(strstr(error, "canvas.gp"));
    assert_int_equal(
        mx_plot(mx_plot_folder, "outcomes", "/no/such", mx_plot_path("out"), error, sizeof error),
        MX_EXIT_FAILURE);
    assert_non_null(strstr(error, "/no/such"));
}

static void test_missing_programs(void **state)
{
    char old[4096];
    (void)state;

    (void)snprintf(old, sizeof old, "%s", getenv("PATH"));
    assert_true(mx_made_up_write(mx_plot_folder, &small));
    assert_int_equal(mkdir(mx_plot_path("bin"), 0700), 0);
    assert_int_equal(setenv("PATH", mx_plot_path("bin"), 1), 0);
    assert_refused("outcomes", MX_EXIT_FAILURE, "gnuplot is not installed (package gnuplot-nox)");
    /* a gnuplot without the font: fc-match names another */
    mx_plot_put("bin/gnuplot", "#!/bin/sh\nexit 0\n");
    mx_plot_put("bin/fc-match", "#!/bin/sh\necho Other Sans\n");
    assert_int_equal(chmod(mx_plot_path("bin/gnuplot"), 0700), 0);
    assert_int_equal(chmod(mx_plot_path("bin/fc-match"), 0700), 0);
    assert_refused("outcomes", MX_EXIT_FAILURE, "the font \"DejaVu Sans\" is not installed");
    assert_int_equal(setenv("PATH", old, 1), 0);
}

static void test_unwritable_out(void **state)
{
    (void)state;
    assert_true(mx_made_up_write(mx_plot_folder, &small));
    mx_plot_put("out", "a file in the way");
    assert_int_equal(
        mx_plot(mx_plot_folder, "outcomes", "plots", mx_plot_path("out"), error, sizeof error),
        MX_EXIT_FAILURE);
    assert_non_null(strstr(error, "cannot make the folder"));
}

static void test_flaws(void **state)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x07\x80\0\0\x04\xB0 and much more"
                              " of it here\0\0\0\0IEND\xAE\x42\x60\x82";
    char svg[400];
    char wrong[sizeof png];
    (void)state;

    assert_null(mx_plot_file_flaw(png, sizeof png - 1, MX_PLOT_PNG));
    assert_non_null(mx_plot_file_flaw(png, sizeof png - 2, MX_PLOT_PNG));
    assert_non_null(mx_plot_file_flaw(png, 0, MX_PLOT_PNG));
    memcpy(wrong, png, sizeof png);
    wrong[19] = '\x7F';
    assert_string_equal(mx_plot_file_flaw(wrong, sizeof png - 1, MX_PLOT_PNG),
                        "is not 1920 x 1200 pixels");
    (void)snprintf(svg, sizeof svg, "<?xml %300s</svg>\n", "");
    assert_null(mx_plot_file_flaw(svg, strlen(svg), MX_PLOT_SVG));
    assert_non_null(mx_plot_file_flaw(svg, strlen(svg) - 3, MX_PLOT_SVG));
    assert_non_null(mx_plot_file_flaw("", 0, MX_PLOT_SVG));
    (void)snprintf(svg, sizeof svg, "%%PDF-1.5 %300s%%%%EOF\n", "");
    assert_null(mx_plot_file_flaw(svg, strlen(svg), MX_PLOT_PDF));
    assert_non_null(mx_plot_file_flaw(svg, strlen(svg) - 2, MX_PLOT_PDF));
    assert_non_null(mx_plot_file_flaw("x", 1, MX_PLOT_PDF));
    assert_null(mx_plot_file_flaw("x", 1, MX_PLOT_TEXT));
    assert_non_null(mx_plot_file_flaw("", 0, MX_PLOT_TEXT));
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, mx_plot_make_folder, mx_plot_remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_unknown_kind),           IN_FOLDER(test_missing_files),
        IN_FOLDER(test_damaged_timeseries),     IN_FOLDER(test_damaged_others),
        IN_FOLDER(test_gnuplot_is_not_trusted), IN_FOLDER(test_missing_script),
        IN_FOLDER(test_missing_programs),       IN_FOLDER(test_unwritable_out),
        cmocka_unit_test(test_flaws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
