// SPDX-License-Identifier: GPL-3.0-or-later
/* schedule_table.c - schedules in the terminal: one in full, several side by side, all of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/units.h"
#include "sim/cli/command.h"
#include "sim/cli/schedule.h"
#include "sim/result/human_text.h"

#define BESIDE_COUNT 4 /* columns of policies that fit a line of 100 */
#define BESIDE_ROWS 30 /* attempts shown before the last */
#define OVERVIEW_GAPS 4

/* What a line of 100 columns leaves beside its words. */
#define ASSUMED_ROOM 54

static const char *bold(void)
{
    return mx_color_allowed(1) ? "\033[1m" : "";
}

static const char *plain(void)
{
    return mx_color_allowed(1) ? "\033[0m" : "";
}

static const char *expiry_words(const struct mx_schedule *schedule)
{
    const struct mx_retry_policy *policy = &schedule->info.policy;

    if (policy->attempts_max > 0 && schedule->attempt_count >= policy->attempts_max &&
        policy->expiry != MX_EXPIRE_ATTEMPTS_DUE) {
        return "after its last attempt";
    }
    switch (policy->expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        return "at the end of its lifetime, without another attempt";
    case MX_EXPIRE_AFTER_FAILURE:
        return "at the first refused attempt past its lifetime";
    case MX_EXPIRE_EARLY:
        return "early: the next attempt would be past its lifetime";
    case MX_EXPIRE_ATTEMPTS:
        return "after its last attempt";
    case MX_EXPIRE_ATTEMPTS_DUE:
        return "when the next attempt would be due, without it";
    case MX_EXPIRE_COUNT:
        break;
    }
    return "";
}

/* What was drawn, and by which seed. */
static void print_draws(bool is_random, const struct mx_options *options)
{
    if (is_random && options->has_seed) {
        (void)printf("Drawn with seed %" PRIu64 "; another seed gives other times.\n",
                     options->seed);
    } else if (is_random) {
        (void)printf(
            "What the policy draws at random is shown at the middle of its range; --seed N "
            "draws it.\n");
    }
}

static void print_assumed(const struct mx_schedule *schedule)
{
    for (size_t i = 0; i < schedule->info.assumed_count; i++) {
        const struct mx_policy_assumed *assumed = &schedule->info.assumed[i];

        const char *separator =
            strlen(assumed->key) + strlen(assumed->value) + strlen(assumed->range) > ASSUMED_ROOM
                ? "\n    "
                : " ";

        (void)printf("ASSUMED, no public source states it: %s =%s%s   [%s]\n", assumed->key,
                     separator, assumed->value, assumed->range);
    }
}

void mx_schedule_print(const struct mx_schedule *schedule, const struct mx_options *options)
{
    const bool is_drawn = schedule->is_random && options->has_seed;

    (void)printf("Retry policy %s: a message whose every attempt is refused at once\n\n",
                 schedule->name);
    (void)printf("%sattempt  %18s  %22s  %14s%s%s\n", bold(), "gap", "since creation", "seconds",
                 is_drawn ? "      drawn" : "", plain());
    for (size_t i = 0; i < schedule->attempt_count; i++) {
        int64_t at_us = schedule->attempt_us[i];

        (void)printf("%7lu  %18s  %22s  %14.12g", (unsigned long)i + 1,
                     i > 0 ? mx_human_exact(at_us - schedule->attempt_us[i - 1]).s : "-",
                     mx_human_exact(at_us).s, (double)at_us / 1e6);
        if (is_drawn && i > 0) {
            (void)printf("  %+8.3f s", (double)schedule->gap_drawn_us[i] / 1e6);
        }
        (void)putchar('\n');
    }
    if (schedule->expires_us != MX_NEVER) {
        (void)printf("%7s  %18s  %22s  %14.12g\n\nIt expires %s: one soft bounce.\n", "expiry", "",
                     mx_human_exact(schedule->expires_us).s, (double)schedule->expires_us / 1e6,
                     expiry_words(schedule));
    } else {
        (void)printf("\nCut after %lu attempts: no expiry within %d attempts or 400 days.\n",
                     (unsigned long)schedule->attempt_count, MX_SCHEDULE_ATTEMPTS_MAX);
    }
    print_draws(schedule->is_random, options);
    if (schedule->info.source[0] != '\0') {
        (void)printf("Source: %s; more in the preset's file.\n", schedule->info.source);
    }
    print_assumed(schedule);
}

/* --- side by side ---------------------------------------------------------------------------- */

/* To whole seconds from a minute on: what is finer is in the table of one policy. */
static struct mx_human_text rounded(int64_t time_us)
{
    const int64_t step_us = time_us >= MX_MINUTE_US ? MX_SECOND_US : 1000;

    return mx_human_exact((time_us + step_us / 2) / step_us * step_us);
}

static void print_row(const struct mx_schedule *schedules, size_t count, size_t row)
{
    (void)printf("%7lu", (unsigned long)row + 1);
    for (size_t c = 0; c < count; c++) {
        const struct mx_schedule *schedule = &schedules[c];

        if (row >= schedule->attempt_count) {
            (void)printf("  %14s %6s", "", "");
        } else {
            int64_t at_us = schedule->attempt_us[row];

            (void)printf("  %14s %6s", rounded(at_us).s,
                         row == 0
                             ? "-"
                             : mx_human_duration((double)(at_us - schedule->attempt_us[row - 1]) /
                                                 MX_SECOND_US)
                                   .s);
        }
    }
    (void)putchar('\n');
}

static void print_ends(const struct mx_schedule *schedules, size_t count)
{
    (void)printf("%7s", "last");
    for (size_t c = 0; c < count; c++) {
        const struct mx_schedule *schedule = &schedules[c];

        (void)printf("  %14s %6s", rounded(schedule->attempt_us[schedule->attempt_count - 1]).s,
                     "");
    }
    (void)printf("\n%7s", "expiry");
    for (size_t c = 0; c < count; c++) {
        (void)printf("  %14s %6s",
                     schedules[c].expires_us == MX_NEVER ? "-" : rounded(schedules[c].expires_us).s,
                     "");
    }
    (void)printf("\n%7s", "number");
    for (size_t c = 0; c < count; c++) {
        (void)printf("  %14lu %6s", (unsigned long)schedules[c].attempt_count, "");
    }
    (void)printf("\n%7s", "by");
    for (size_t c = 0; c < count; c++) {
        (void)printf("  %21s", mx_schedule_expiry_name(&schedules[c]));
    }
    (void)printf("\n");
}

static void print_block(const struct mx_schedule *schedules, size_t count)
{
    size_t rows = 0;

    (void)printf("%s%7s", bold(), "attempt");
    for (size_t c = 0; c < count; c++) {
        (void)printf("  %21.21s", schedules[c].name);
        rows = schedules[c].attempt_count > rows ? schedules[c].attempt_count : rows;
    }
    (void)printf("%s\n%7s", plain(), "");
    for (size_t c = 0; c < count; c++) {
        (void)printf("  %14s %6s", "since creation", "gap");
    }
    (void)putchar('\n');
    for (size_t row = 0; row < rows && row < BESIDE_ROWS; row++) {
        print_row(schedules, count, row);
    }
    if (rows > BESIDE_ROWS) {
        (void)printf("%7s\n", "...");
    }
    print_ends(schedules, count);
}

void mx_schedules_print_beside(const struct mx_schedules *schedules,
                               const struct mx_options *options)
{
    bool is_random = false;

    (void)printf("A message whose every attempt is refused at once, under %lu retry policies\n",
                 (unsigned long)schedules->count);
    for (size_t i = 0; i < schedules->count; i += BESIDE_COUNT) {
        const size_t left = schedules->count - i;

        (void)putchar('\n');
        print_block(&schedules->item[i], left < BESIDE_COUNT ? left : BESIDE_COUNT);
    }
    for (size_t i = 0; i < schedules->count; i++) {
        is_random = is_random || schedules->item[i].is_random;
    }
    (void)putchar('\n');
    print_draws(is_random, options);
    for (size_t i = 0; i < schedules->count; i++) {
        if (schedules->item[i].info.assumed_count > 0) {
            (void)printf("%s:\n", schedules->item[i].name);
            print_assumed(&schedules->item[i]);
        }
    }
}

/* --- all of them ----------------------------------------------------------------------------- */

/* Two digits and a unit: "64s", "2.1m", "1.3h", "3d". */
static struct mx_human_text short_span(int64_t span_us)
{
    static const struct {
        int64_t from_us, unit_us;
        char letter;
    } units[] = {{48 * MX_HOUR_US, MX_DAY_US, 'd'},
                 {MX_HOUR_US, MX_HOUR_US, 'h'},
                 {100 * MX_SECOND_US, MX_MINUTE_US, 'm'},
                 {0, MX_SECOND_US, 's'}};
    struct mx_human_text text;
    size_t u = 0;

    while (span_us < units[u].from_us) {
        u++;
    }
    u -= span_us == MX_MINUTE_US;
    const double count = (double)span_us / (double)units[u].unit_us;

    (void)snprintf(text.s, sizeof text.s, count < 10 ? "%.2g%c" : "%.0f%c", count, units[u].letter);
    return text;
}

static void print_gaps(const struct mx_schedule *schedule)
{
    char text[128] = "";
    size_t at = 0;

    for (size_t i = 1; i <= OVERVIEW_GAPS && i < schedule->attempt_count; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i > 1 ? " " : "",
                               short_span(schedule->attempt_us[i] - schedule->attempt_us[i - 1]).s);
    }
    (void)printf("  %-19s", text);
}

static char end_letter(const struct mx_schedule *schedule)
{
    switch (schedule->info.policy.expiry) {
    case MX_EXPIRE_AT_DEADLINE:
        return 'D';
    case MX_EXPIRE_AFTER_FAILURE:
        return 'F';
    case MX_EXPIRE_EARLY:
        return 'E';
    case MX_EXPIRE_ATTEMPTS:
        return 'N';
    case MX_EXPIRE_ATTEMPTS_DUE:
        return 'W';
    case MX_EXPIRE_COUNT:
        break;
    }
    return ' ';
}

static void print_overview_row(const struct mx_schedule *schedule)
{
    const int64_t last_us = schedule->attempt_us[schedule->attempt_count - 1];

    (void)printf("%-22.22s %4lu %5lu %5lu", schedule->name,
                 (unsigned long)mx_schedule_count_before(schedule, MX_HOUR_US),
                 (unsigned long)mx_schedule_count_before(schedule, 24 * MX_HOUR_US),
                 (unsigned long)mx_schedule_count_before(schedule, 72 * MX_HOUR_US));
    print_gaps(schedule);
    (void)printf(" %6s", short_span(last_us).s);
    if (schedule->expires_us == MX_NEVER) {
        (void)printf(" %6s  ", "never");
    } else {
        (void)printf(" %6s %c", short_span(schedule->expires_us).s, end_letter(schedule));
    }
    (void)printf(" %c %.20s\n", schedule->info.assumed_count > 0 ? '*' : ' ',
                 schedule->info.source);
}

/* "momentum: expiry, jitter; sparkpost: ..." in lines of 100. */
static void print_overview_assumed(const struct mx_schedules *schedules)
{
    int column = printf("* ASSUMED, no public source states it:");

    for (size_t i = 0; i < schedules->count; i++) {
        const struct mx_schedule *schedule = &schedules->item[i];

        for (size_t a = 0; a < schedule->info.assumed_count; a++) {
            char text[3 * MX_POLICY_TEXT_SIZE];
            const bool is_last = a + 1 == schedule->info.assumed_count;
            const int size =
                snprintf(text, sizeof text, " %s%s%s%s", a == 0 ? schedule->name : "",
                         a == 0 ? ": " : "", schedule->info.assumed[a].key, is_last ? ";" : ",");

            if (column + size > 100) {
                (void)printf("\n ");
                column = 1;
            }
            (void)fputs(text, stdout);
            column += size;
        }
    }
    (void)putchar('\n');
}

void mx_schedules_print_overview(const struct mx_schedules *schedules,
                                 const struct mx_options *options)
{
    bool is_random = false, is_assumed = false;

    (void)printf("Attempts of a message whose every attempt is refused at once, before it is 1, 24 "
                 "and 72 h old\n\n%s%-22s %4s %5s %5s  %-19s %6s %6s %-3s %s%s\n",
                 bold(), "policy", "1 h", "24 h", "72 h", "first gaps", "last", "ends", "by",
                 "source", plain());
    for (size_t i = 0; i < schedules->count; i++) {
        print_overview_row(&schedules->item[i]);
        is_random = is_random || schedules->item[i].is_random;
        is_assumed = is_assumed || schedules->item[i].info.assumed_count > 0;
    }
    (void)printf(
        "\nby: D the end of its lifetime, without an attempt; F the first failed attempt past "
        "it;\n    E early, as no retry fits into it; N a number of attempts; W such a "
        "number, at the next due time\n");
    if (is_assumed) {
        print_overview_assumed(schedules);
    }
    print_draws(is_random, options);
}
