// SPDX-License-Identifier: GPL-3.0-or-later
// mxtest: valgrind
/* test_plot_text.c - texts, numbers, labels, ticks and the walk over plan.cfg, without gnuplot. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/result/plot_labels.h"
#include "sim/result/plot_plan.h"
#include "sim/result/plot_script.h"
#include "sim/result/plot_series.h"
#include "tests/support_plots.h"

static void test_clean(void **state)
{
    char longest[1000];
    (void)state;

    assert_string_equal(mx_plot_text_clean("plain").s, "plain");
    assert_string_equal(mx_plot_text_clean("a\tb\nc\x1B\x7F").s, "a b c  ");
    assert_string_equal(mx_plot_text_clean("b\xC3\xA4r \xE6\x97\xA5").s, "b\xC3\xA4r \xE6\x97\xA5");
    /* broken UTF-8: a lone byte, an overlong form, a surrogate, an end too early */
    assert_string_equal(mx_plot_text_clean("\xFF").s, "\xEF\xBF\xBD");
    assert_string_equal(mx_plot_text_clean("\xC0\xAF").s, "\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_string_equal(mx_plot_text_clean("\xED\xA0\x80x").s,
                        "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx");
    assert_string_equal(mx_plot_text_clean("a\xE6\x97").s, "a\xEF\xBF\xBD\xEF\xBF\xBD");
    /* what turns the direction of text, and what XML forbids */
    assert_string_equal(mx_plot_text_clean("a\xE2\x80\xAE"
                                           "b")
                            .s,
                        "a b");
    assert_string_equal(mx_plot_text_clean("a\xEF\xBF\xBF"
                                           "b")
                            .s,
                        "a b");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(strlen(mx_plot_text_clean(longest).s), MX_PLOT_TEXT_SIZE - 1);
    assert_non_null(strstr(mx_plot_text_clean(longest).s, "x\xE2\x80\xA6"));
}

static void test_drawable(void **state)
{
    char *text =
        mx_plot_text_drawable("a'b\n\xC3\xA4 \xCE\xA9 \xD0\x96 \xE6\x97\xA5 \xFF \xE2\x80\xA6");
    (void)state;

    assert_string_equal(text,
                        "a'b\n\xC3\xA4 \xCE\xA9 \xD0\x96 \xEF\xBF\xBD \xEF\xBF\xBD \xE2\x80\xA6");
    free(text);
}

static void test_fit(void **state)
{
    const char *text = "a text that is rather long, b\xC3\xA4r";
    double width = mx_plot_text_width(text, 13.0, false);
    (void)state;

    assert_string_equal(mx_plot_text_fit(text, 13.0, false, width).s, text);
    for (double room = 20.0; room < width; room += 7.0) {
        struct mx_plot_text fit = mx_plot_text_fit(text, 13.0, false, room);
        assert_true(mx_plot_text_width(fit.s, 13.0, false) <= room + 0.5);
        assert_non_null(strstr(fit.s, "\xE2\x80\xA6"));
    }
    /* 'i' 278, 'm' 974 thousandths of the size; bold is wider */
    assert_true(fabs(mx_plot_text_width("im", 10.0, false) - 12.52) < 1e-9);
    assert_true(mx_plot_text_width("im", 10.0, true) > 12.52);
}

static void test_numbers(void **state)
{
    static const struct {
        double value;
        const char *count;
    } counts[] = {{0, "0"},          {0.0825, "0.083"}, {1, "1"},         {2.333333, "2.33"},
                  {38.66, "38.7"},   {999, "999"},      {999.6, "1,000"}, {9999, "9,999"},
                  {12345, "12.3 k"}, {999499, "999 k"}, {999600, "1 M"},  {1234567, "1.23 M"},
                  {12e6, "12 M"},    {3e9, "3 G"},      {NAN, "-"}};
    static const struct {
        double value;
        const char *share;
    } shares[] = {
        {0, "0 %"},         {1, "100 %"},    {0.9999999, ">99.99 %"}, {0.99853, "99.85 %"},
        {0.987, "98.7 %"},  {0.5, "50.0 %"}, {0.00123, "0.12 %"},     {0.00004, "0.004 %"},
        {1e-9, "<0.001 %"}, {NAN, "-"}};
    (void)state;

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        assert_string_equal(mx_plot_count(counts[i].value).s, counts[i].count);
    }
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        assert_string_equal(mx_plot_share(shares[i].value).s, shares[i].share);
    }
    assert_string_equal(mx_plot_duration(259200.0).s, "72 h");
    assert_string_equal(mx_plot_duration(1.04).s, "1 s");
    assert_string_equal(mx_plot_duration(59.0 * 60.0 + 12.0).s, "59 min");
    assert_string_equal(mx_plot_each(60.0).s, "minute");
    assert_string_equal(mx_plot_each(600.0).s, "10 min");
}

/* A script is a sequence of single-quoted pieces; an apostrophe is never within one. */
static void test_quoted(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *script = open_memstream(&text, &size);
    (void)state;

    assert_non_null(script);
    mx_plot_script_quoted(script, "''; x' `y` \"$(z)\"");
    assert_int_equal(fclose(script), 0);
    assert_string_equal(text, "''.apostrophe.''.apostrophe.'; x'.apostrophe.' `y` \"$(z)\"'");
    free(text);
}

/* --- labels ----------------------------------------------------------------------------------- */

/* A small generator of our own: the same on every machine. */
static double next_uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void assert_apart(const struct mx_plot_label *labels, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++) {
        double half = 0.5 * labels[i].height_px;
        assert_true(labels[i].at_px + half <= high + 1e-9);
        assert_true(labels[i].at_px - half >= low - 1e-9);
        if (i > 0) {
            assert_true(labels[i - 1].wanted_px >= labels[i].wanted_px);
            assert_true(labels[i - 1].at_px - labels[i].at_px >=
                        half + 0.5 * labels[i - 1].height_px - 1e-9);
        }
    }
}

static void test_spread_never_overlaps(void **state)
{
    struct mx_plot_label labels[20];
    uint64_t seed = 1;
    (void)state;

    for (int round = 0; round < 20000; round++) {
        size_t count = 1 + (size_t)(20.0 * next_uniform(&seed));
        double crowd = next_uniform(&seed);
        for (size_t i = 0; i < count; i++) {
            labels[i] =
                (struct mx_plot_label){.wanted_px = -50.0 + 600.0 * crowd * next_uniform(&seed),
                                       .height_px = 10.0 + 8.0 * next_uniform(&seed),
                                       .index = i};
        }
        assert_true(mx_plot_labels_spread(labels, count, 0.0, 400.0));
        assert_apart(labels, count, 0.0, 400.0);
    }
}

static void test_spread_moves_little(void **state)
{
    struct mx_plot_label two[] = {{.wanted_px = 100.0, .height_px = 20.0, .index = 0},
                                  {.wanted_px = 100.0, .height_px = 20.0, .index = 1}};
    struct mx_plot_label free_ones[] = {{.wanted_px = 50.0, .height_px = 20.0, .index = 0},
                                        {.wanted_px = 300.0, .height_px = 20.0, .index = 1}};
    struct mx_plot_label crowd[30];
    (void)state;

    assert_true(mx_plot_labels_spread(two, 2, 0.0, 400.0));
    assert_int_equal(two[0].index, 0);
    assert_true(fabs(two[0].at_px - 110.0) < 1e-9 && fabs(two[1].at_px - 90.0) < 1e-9);
    assert_true(mx_plot_labels_spread(free_ones, 2, 0.0, 400.0));
    assert_true(free_ones[0].at_px == 300.0 && free_ones[1].at_px == 50.0);
    for (size_t i = 0; i < 30; i++) {
        crowd[i] = (struct mx_plot_label){.wanted_px = 1.0, .height_px = 20.0, .index = i};
    }
    assert_false(mx_plot_labels_spread(crowd, 30, 0.0, 400.0));
    assert_true(mx_plot_labels_spread(crowd, 0, 0.0, 400.0));
}

/* --- ticks ------------------------------------------------------------------------------------ */

static void assert_ticks(const struct mx_plot_ticks *ticks, const char *expected)
{
    char text[1024] = "";

    for (size_t i = 0; i < ticks->count; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s%s%s", i > 0 ? "|" : "",
                       ticks->tick[i].text, ticks->tick[i].below[0] != '\0' ? "/" : "",
                       ticks->tick[i].below);
    }
    assert_string_equal(text, expected);
}

static void test_count_ticks(void **state)
{
    struct mx_plot_ticks ticks;
    double top;
    (void)state;

    mx_plot_ticks_count(4.65e6, 5, 0.0, &top, &ticks);
    assert_ticks(&ticks, "0|1 M|2 M|3 M|4 M|5 M");
    assert_true(fabs(top - 5e6) < 1.0);
    mx_plot_ticks_count(0.0, 5, 0.0, &top, &ticks);
    assert_ticks(&ticks, "0|1");
    mx_plot_ticks_share(1.0, 5, &top, &ticks);
    assert_ticks(&ticks, "0 %|20 %|40 %|60 %|80 %|100 %");
    mx_plot_ticks_log_count(100.0, 1e6, &ticks);
    assert_ticks(&ticks, "100|1,000|10 k|100 k|1 M");
    for (double max = 1e-6; max < 1e16; max *= 1.7) {
        mx_plot_ticks_count(max, 5, 0.0, &top, &ticks);
        assert_true(top >= max * (1.0 - 1e-9) && top <= 3.0 * max);
        assert_true(ticks.count >= 2 && ticks.count <= 7);
    }
}

static void test_age_ticks(void **state)
{
    struct mx_plot_ticks ticks;
    double step = 735.0 / log(259200.0);
    (void)state;

    mx_plot_ticks_age(1.0, 259200.0, 735.0, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        for (size_t k = 0; k < i; k++) {
            double apart = step * fabs(log(ticks.tick[i].at / ticks.tick[k].at));
            double widths = mx_plot_text_width(ticks.tick[i].text, 13.0, false) +
                            mx_plot_text_width(ticks.tick[k].text, 13.0, false);
            assert_true(apart > 0.5 * widths);
        }
    }
    assert_ticks(&ticks, "72 h|24 h|1 s|1 min|1 h|6 h|10 min|10 s");
    assert_true(ticks.tick[0].line && ticks.tick[1].line && !ticks.tick[2].line);
}

static void test_clock(void **state)
{
    struct mx_plot_clock clock = {.is_known = false};
    struct mx_plot_ticks ticks;
    (void)state;

    mx_plot_ticks_clock(&clock, 0.0, 72.0 * 3600.0, 735.0, &ticks);
    assert_ticks(&ticks, "0 h|12 h|24 h|36 h|48 h|60 h|72 h");
    assert_false(mx_plot_clock_parse("2026-13-01 00:00", &clock));
    assert_false(mx_plot_clock_parse("2026-11-27", &clock));
    assert_false(mx_plot_clock_parse("2026-11-27 09:00 x", &clock));
    assert_false(mx_plot_clock_parse("2026-11-27 24:00", &clock));
    assert_true(mx_plot_clock_parse("2026-11-27 09:00", &clock));
    assert_int_equal(clock.start_local_s, INT64_C(1795770000)); /* date -ud ... +%s */
    mx_plot_ticks_clock(&clock, 0.0, 24.0 * 3600.0, 735.0, &ticks);
    assert_ticks(&ticks, "09:00/Fri 27 Nov|12:00|15:00|18:00|21:00|00:00/Sat 28 Nov|03:00|06:00|"
                         "09:00");
    mx_plot_ticks_clock(&clock, 0.0, 10.0 * 86400.0, 735.0, &ticks);
    assert_ticks(&ticks, "28 Nov|29 Nov|30 Nov|1 Dec|2 Dec|3 Dec|4 Dec|5 Dec|6 Dec|7 Dec");
    assert_string_equal(mx_plot_moment(&clock, 3500.0).s, "09:58");
    assert_string_equal(mx_plot_moment(&clock, 86400.0 + 60.0).s, "Sat 28 Nov 09:01");
    assert_true(mx_plot_clock_parse("2028-02-28 23:30:00", &clock));
    assert_string_equal(mx_plot_moment(&clock, 86400.0).s, "Tue 29 Feb 23:30");
}

static void test_grid(void **state)
{
    struct mx_plot_grid grid = mx_plot_grid_over(60.0, 72.0 * 3600.0);
    (void)state;

    assert_true(grid.width_s == 600.0);
    assert_int_equal(grid.count, 432);
    assert_int_equal(mx_plot_grid_column(&grid, 600.0), 1);
    assert_int_equal(mx_plot_grid_column(&grid, 599.9), 0);
    assert_int_equal(mx_plot_grid_column(&grid, 1e9), 431);
    for (double end_s = 1.0; end_s < 4e7; end_s *= 1.9) {
        for (double bin_s = 0.5; bin_s < 1e5; bin_s *= 3.3) {
            grid = mx_plot_grid_over(bin_s, end_s);
            assert_true(grid.count >= 1 && grid.count <= MX_PLOT_DRAWN_BINS_MAX);
            assert_true(grid.width_s * (double)grid.count >= end_s * (1.0 - 1e-9));
        }
    }
    assert_true(mx_plot_shown_end(1000.0, 1e6, 60.0) >= 1000.0);
    assert_true(mx_plot_shown_end(9e5, 1e6, 60.0) == 1e6);
}

/* --- plan.cfg --------------------------------------------------------------------------------- */

static int collect(void *context, const char *path, const char *value)
{
    char *text = context;
    size_t used = strlen(text);

    (void)snprintf(text + used, 1024 - used, "%s=%s\n", path, value);
    return 0;
}

static void test_plan_walk(void **state)
{
    char text[1024] = "", message[256] = "";
    const struct mx_plot_error error = {message, sizeof message};
    const struct mx_plot_plan_visitor visitor = {.value = collect, .context = text};
    (void)state;

    mx_plot_put("plan.cfg", "start = \"2026 {\"; # { \" not this\n"
                            "a : { b = 1.5; c = ( { d = \"x\\\"y\"; }, [ 1, 2 ] ); /* } */ }\n"
                            "// e = 5\nf = -3\n");
    assert_int_equal(mx_plot_plan_read(mx_plot_path("plan.cfg"), &visitor, &error), 0);
    assert_string_equal(text, "start=2026 {\na.b=1.5\na.c.d=x\"y\na.c=1\na.c=2\nf=-3\n");
    assert_int_equal(mx_plot_plan_read(mx_plot_path("none.cfg"), &visitor, &error), 3);
    assert_non_null(strstr(message, "none.cfg"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_drawable),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_spread_never_overlaps),
        cmocka_unit_test(test_spread_moves_little),
        cmocka_unit_test(test_count_ticks),
        cmocka_unit_test(test_age_ticks),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_grid),
        cmocka_unit_test_setup_teardown(test_plan_walk, mx_plot_make_folder, mx_plot_remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
