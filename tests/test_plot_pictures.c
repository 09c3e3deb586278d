// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: no-check long-asan timeout=300
/* test_plot_pictures.c - result folders of all sorts to pictures: whole, named right, labelled,
 * nothing executed.
 *
 * With MX_KEEP_PLOTS=FOLDER the pictures stay there, to be looked at. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot.h"
#include "tests/support_plots.h"

static char error[1024];

static void keep_pictures(const char *name)
{
    const char *where = getenv("MX_KEEP_PLOTS");
    char command[1024];

    if (where != NULL) {
        (void)snprintf(command, sizeof command, "mkdir -p '%s/%s' && cp %s/out/* '%s/%s'", where,
                       name, mx_plot_folder, where, name);
        assert_int_equal(system(command), 0);
    }
}

/* Make the folder and all pictures of it. */
static void draw_all(const struct mx_made_up *made_up, const char *name)
{
    size_t count;
    const char *const *kinds = mx_plot_kind_names(&count);

    assert_true(mx_made_up_write(mx_plot_folder, made_up));
    for (size_t k = 0; k < count; k++) {
        int code =
            mx_plot(mx_plot_folder, kinds[k], "plots", mx_plot_path("out"), error, sizeof error);

        assert_string_equal(error, "");
        assert_int_equal(code, 0);
        mx_plot_assert_picture(kinds[k]);
    }
    keep_pictures(name);
}

/* Lines of a table have as many fields as its header; none is empty of numbers. */
static void assert_table(const char *table)
{
    size_t commas = 0, lines = 0;

    for (const char *at = table; *at != '\n'; at++) {
        commas += *at == ',' ? 1 : 0;
    }
    for (const char *at = table; *at != '\0'; lines++) {
        size_t here = 0;
        bool is_quoted = false;

        for (; *at != '\n'; at++) {
            assert_true(*at != '\0');
            is_quoted ^= *at == '"';
            here += *at == ',' && !is_quoted ? 1 : 0;
        }
        at++;
        assert_int_equal(here, commas);
    }
    assert_true(lines >= 1);
}

/* All kinds of the folder as PDF, as characters, and as a table. */
static void draw_otherwise(const char *name)
{
    struct mx_plot_request request = {.dir = mx_plot_folder,
                                      .plots_dir = "plots",
                                      .out = mx_plot_path("out"),
                                      .formats = MX_PLOT_AS(MX_PLOT_PDF) | MX_PLOT_AS_CSV};
    struct mx_plot_session *session = NULL;
    size_t count;
    const char *const *kinds = mx_plot_kind_names(&count);

    for (size_t kind = 0; kind < count; kind++) {
        request.kind = kinds[kind];
        assert_int_equal(mx_plot_write(&request, error, sizeof error), 0);
    }
    assert_int_equal(mx_plot_session_open(&session, mx_plot_folder, "plots", error, sizeof error),
                     0);
    for (size_t kind = 0; kind < count; kind++) {
        struct mx_plot_story story;
        char path[64], *bytes = NULL;
        size_t size = 0;

        assert_int_equal(mx_plot_story_make(session, kind, true, &story, error, sizeof error), 0);
        assert_true(story.headline.s[0] != '\0' && story.line1.s[0] != '\0');
        assert_table(story.table);
        if (mx_plot_story_draw(session, kind, &story, MX_PLOT_TEXT, 80, 24, &bytes, &size, error,
                               sizeof error) != 0) {
            fail_msg("%s in characters: %s", kinds[kind], error);
        }
        free(bytes);
        (void)snprintf(path, sizeof path, "out/%s.csv", kinds[kind]);
        bytes = mx_plot_read(mx_plot_path(path), &size);
        assert_non_null(bytes);
        assert_string_equal(bytes, story.table);
        free(bytes);
        (void)snprintf(path, sizeof path, "out/%s.pdf", kinds[kind]);
        bytes = mx_plot_read(mx_plot_path(path), &size);
        assert_non_null(bytes);
        assert_null(mx_plot_file_flaw(bytes, size, MX_PLOT_PDF));
        free(bytes);
        mx_plot_story_fini(&story);
    }
    mx_plot_session_close(session);
    keep_pictures(name);
}

static void test_some_providers(void **state)
{
    const char *const names[] = {"gmail", "yahoo", "microsoft", "comcast"};
    const struct mx_made_up made_up = {.provider_count = 4,
                                       .ip_count = 3,
                                       .names = names,
                                       .scenario = "four",
                                       .hours = 96,
                                       .warm_up_days = 9,
                                       .replications = 20};
    (void)state;
    draw_all(&made_up, "four");
    draw_otherwise("four");
    for (int i = 0; i < 4; i++) {
        mx_plot_assert_says("delivered-over-time", names[i]);
        mx_plot_assert_says("queue-length", names[i]);
        mx_plot_assert_says("reputation", names[i]);
        mx_plot_assert_says("outcomes", names[i]);
    }
    mx_plot_assert_says("delivered-over-time",
                        "Mean of 20 runs. Band: chance alone, where the next run lies with 90 %");
    mx_plot_assert_says("delivered-over-time", "(recipients less drops; 2.08 M in all)");
    mx_plot_assert_says("delivered-over-time", ">72 h<");
    mx_plot_assert_says("delivered-over-time", ">gmail 99.90 %<");
    mx_plot_assert_says("deferrals-by-reason", "Rate limits cause 60.0 %");
    mx_plot_assert_says("deferrals-by-reason", ">rate limit 60.0 % (");
    mx_plot_assert_says("deferrals-by-reason", "Local time (America/New_York)");
    mx_plot_assert_says("deferrals-by-reason", ">Fri 27 Nov<");
    mx_plot_assert_says("queue-length", ">gmail 100 k<");
    mx_plot_assert_says("attempts-per-minute", ">deferred 16.7 % (");
    mx_plot_assert_says("deferral-heat-map", ">gmail defers most, ");
    mx_plot_assert_says("deferral-heat-map", "deferrals per hour, from");
    mx_plot_assert_says("first-attempt", "50.0 % of first attempts are accepted");
    mx_plot_assert_says("retry-age", "get through, half of those by attempt 2<");
    mx_plot_assert_says("retry-age", ">gmail 99.95 %<");
    mx_plot_assert_says("warm-up", "The warm-up plan is used up on 1 of its 9 days");
    mx_plot_assert_says("outcomes", ">hard bounced<");
    mx_plot_assert_says("outcomes", "scenario four");
    mx_plot_assert_says("reputation", ">medium<");
    mx_plot_assert_says("allowance", ">no limit<");
}

static void test_one_provider(void **state)
{
    const struct mx_made_up made_up = {.provider_count = 1,
                                       .ip_count = 1,
                                       .scenario = "one",
                                       .hours = 12,
                                       .replications = 1,
                                       .without_plan = true,
                                       .dips = true};
    (void)state;
    draw_all(&made_up, "one");
    mx_plot_assert_says("allowance",
                        "provider-1's allowance binds most: 5,000 a day for an address at "
                        "first, then 500, 5,000 at the end");
    mx_plot_assert_says("delivered-over-time", "One run.");
    mx_plot_assert_says("queue-length", "Time since the start");
    mx_plot_assert_says("queue-length", ">6 h<");
}

static void test_thirty_providers(void **state)
{
    const struct mx_made_up made_up = {.provider_count = 30,
                                       .ip_count = 20,
                                       .scenario = "thirty",
                                       .hours = 720,
                                       .replications = 5};
    (void)state;
    draw_all(&made_up, "thirty");
    mx_plot_assert_says("delivered-over-time", ">22 others ");
    mx_plot_assert_says("queue-length", ">22 others ");
    mx_plot_assert_says("outcomes", ">provider-30<");
    mx_plot_assert_says("reputation", ">provider-30<");
}

static void test_seventy_providers(void **state)
{
    const struct mx_made_up made_up = {
        .provider_count = 70, .ip_count = 1, .scenario = "seventy", .hours = 5, .replications = 1};
    (void)state;
    draw_all(&made_up, "seventy");
    mx_plot_assert_says("outcomes", ">41 others<");
    mx_plot_assert_says("reputation", "40 smaller providers are not shown");
}

static void test_all_zero(void **state)
{
    const struct mx_made_up made_up = {.provider_count = 3,
                                       .ip_count = 2,
                                       .scenario = "zero",
                                       .hours = 24,
                                       .replications = 3,
                                       .all_zero = true};
    (void)state;
    draw_all(&made_up, "zero");
    draw_otherwise("zero");
    mx_plot_assert_says("delivered-over-time", "No mail was sent");
    mx_plot_assert_says("deferrals-by-reason", "No attempt is deferred");
    mx_plot_assert_says("queue-length", "No message is ever left waiting");
    mx_plot_assert_says("outcomes", "No mail was sent");
}

static void test_single_point(void **state)
{
    const struct mx_made_up made_up = {
        .provider_count = 2, .ip_count = 2, .scenario = "point", .hours = 0, .replications = 1};
    (void)state;
    draw_all(&made_up, "point");
}

static void test_no_rows(void **state)
{
    const struct mx_made_up made_up = {
        .scenario = "none", .hours = 1, .replications = 1, .all_zero = true};
    (void)state;
    draw_all(&made_up, "none");
    draw_otherwise("none");
}

/* Names stay text: nothing of them is a command, a format or markup. */
static void test_hostile_names(void **state)
{
    char longest[201];
    const char *const names[] = {
        "it's \"quoted\" ''",
        "`touch executed-1`",
        "$(touch executed-2)",
        "a_b^c@d{e}/:Bold~&%d %s \\n",
        "<script>&lt;&#65;</script>",
        "b\xC3\xA4r \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x93\xA8",
        "'; system('touch executed-3'); '",
        "< touch executed-4",
        "tab\there \x1B[31m \x7F \xE2\x80\xAE reversed",
        "a,comma,and more",
        longest,
        "\" . system('touch executed-5') . \"",
        "''''; system('touch executed-3')''",
    };
    const struct mx_made_up made_up = {.provider_count = sizeof names / sizeof names[0],
                                       .ip_count = 2,
                                       .names = names,
                                       .scenario = "`touch executed-6` $(touch executed-7) 'x",
                                       .hours = 48,
                                       .replications = 2,
                                       .unnamed_plan = true};
    (void)state;

    for (size_t i = 0; i < 200; i++) {
        longest[i] = (char)('0' + i % 10);
    }
    longest[200] = '\0';
    draw_all(&made_up, "hostile");
    draw_otherwise("hostile");
    for (int i = 1; i <= 7; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "executed-%d", i);
        assert_false(mx_plot_exists(name));
        assert_false(mx_plot_exists(mx_plot_path(name)));
        (void)snprintf(name, sizeof name, "out/executed-%d", i);
        assert_false(mx_plot_exists(mx_plot_path(name)));
    }
    mx_plot_assert_says("outcomes", ">it's \"quoted\" ''<");
    mx_plot_assert_says("outcomes", ">`touch executed-1`<");
    mx_plot_assert_says("outcomes", ">$(touch executed-2)<");
    mx_plot_assert_says("outcomes", ">a_b^c@d{e}/:B"); /* too long for its column */
    mx_plot_assert_says("outcomes", ">b\xC3\xA4r \xE6\x97\xA5\xE6\x9C\xAC");
    mx_plot_assert_says("outcomes", "&lt;script>&amp;lt;");
    mx_plot_assert_says("outcomes", "\xE2\x80\xA6<"); /* the long one */
}

/* Of all kinds, those that have something to show; where every line runs high, the axis begins
 * there. */
static void test_all_that_show(void **state)
{
    const struct mx_made_up made_up = {
        .provider_count = 1, .ip_count = 1, .scenario = "x", .hours = 2, .replications = 1};
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &made_up));
    (void)remove(mx_plot_path("out/warm-up.svg"));
    mx_plot_put("delivered_by_age.csv",
                "age_s,provider,delivered_share,lo,hi,sent\n"
                "0.5,provider-1,0.1,0.1,0.1,9\n1,provider-1,0.92,0.92,0.92,9\n"
                "90000,provider-1,0.99,0.99,0.99,9\n");
    assert_int_equal(
        mx_plot(mx_plot_folder, "all", "plots", mx_plot_path("out"), error, sizeof error), 0);
    assert_false(mx_plot_exists(mx_plot_path("out/warm-up.svg")));
    mx_plot_assert_picture("queue-length");
    mx_plot_assert_says("delivered-over-time", ">delivered, from 90 %<");
}

/* The names of folders are hostile as well. */
static void test_hostile_folder(void **state)
{
    const struct mx_made_up made_up = {
        .provider_count = 1, .ip_count = 1, .scenario = "x", .hours = 2, .replications = 1};
    const char *out = mx_plot_path("out `touch executed-8` $(touch executed-9) 'q\" < x");
    (void)state;

    assert_true(mx_made_up_write(mx_plot_folder, &made_up));
    assert_int_equal(mx_plot(mx_plot_folder, "outcomes", "plots", out, error, sizeof error), 0);
    assert_string_equal(error, "");
    assert_false(mx_plot_exists("executed-8") || mx_plot_exists("executed-9"));
}

#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, mx_plot_make_folder, mx_plot_remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_some_providers),   IN_FOLDER(test_one_provider),
        IN_FOLDER(test_thirty_providers), IN_FOLDER(test_seventy_providers),
        IN_FOLDER(test_all_zero),         IN_FOLDER(test_single_point),
        IN_FOLDER(test_no_rows),          IN_FOLDER(test_hostile_names),
        IN_FOLDER(test_hostile_folder),   IN_FOLDER(test_all_that_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
