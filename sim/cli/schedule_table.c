// SPDX-License-Identifier: GPL-3.0-or-later
/* schedule_table.c - schedules in the terminal: one in full, several side by side, all of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "models/units.h"
#include "sim/cli/command.h"
#include "sim/cli/schedule.h"
#include "sim/result/human_text.h"
#include "sim/result/table.h"

#define BESIDE_COUNT 4 /* columns of policies that fit a line of 100 */
#define BESIDE_ROWS 30 /* attempts shown before the last */
#define OVERVIEW_GAPS 4

/* What a line of 100 columns leaves beside its words, and of one that has none. */
#define ASSUMED_ROOM 54
#define LINE_ROOM 91

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

        const char *before_range =
            strlen(assumed->value) + strlen(assumed->range) > LINE_ROOM ? "\n    " : "   ";

        (void)printf("ASSUMED, no public source states it: %s =%s%s%s[%s]\n", assumed->key,
                     separator, assumed->value, before_range, assumed->range);
    }
}

static const struct mx_table_column single_columns[] = {
    {NULL, "", "attempt", MX_CELL_TEXT, false, 7, 0, 0},
    {NULL, "", "gap", MX_CELL_TEXT, false, 18, 0, 2},
    {NULL, "", "since creation", MX_CELL_TEXT, false, 22, 0, 2},
    {NULL, "", "seconds", MX_CELL_WHOLE, false, 14, 0, 2},
    {NULL, "", "drawn", MX_CELL_TEXT, false, 10, 0, 2},
};

static void add_single_rows(struct mx_table *table, const struct mx_schedule *schedule,
                            bool is_drawn)
{
    char text[32];

    for (size_t i = 0; i < schedule->attempt_count; i++) {
        int64_t at_us = schedule->attempt_us[i];

        (void)snprintf(text, sizeof text, "%lu", (unsigned long)i + 1);
        mx_table_text(table, text);
        mx_table_text(table, i > 0 ? mx_human_exact(at_us - schedule->attempt_us[i - 1]).s : "-");
        mx_table_text(table, mx_human_exact(at_us).s);
        mx_table_number(table, (double)at_us / 1e6);
        if (is_drawn && i > 0) {
            (void)snprintf(text, sizeof text, "%+.3f s", (double)schedule->gap_drawn_us[i] / 1e6);
            mx_table_text(table, text);
        }
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
    if (schedule->expires_us != MX_NEVER) {
        mx_table_text(table, "expiry");
        mx_table_text(table, "");
        mx_table_text(table, mx_human_exact(schedule->expires_us).s);
        mx_table_number(table, (double)schedule->expires_us / 1e6);
        mx_table_end_row(table, MX_ROW_AFTER);
    }
}

bool mx_schedule_print(const struct mx_schedule *schedule, const struct mx_options *options)
{
    const bool is_drawn = schedule->is_random && options->has_seed;
    const bool is_text = options->format == MX_FORMAT_TABLE;
    struct mx_table *table = mx_table_create(
        single_columns, sizeof single_columns / sizeof single_columns[0] - (is_drawn ? 0U : 1U));
    bool is_good = table != NULL;

    if (is_good) {
        add_single_rows(table, schedule, is_drawn);
    }
    if (is_good && is_text) {
        (void)printf("Retry policy %s: a message whose every attempt is refused at once\n\n",
                     schedule->name);
    }
    is_good = is_good && mx_table_print(table, stdout, options->format, mx_color_allowed(1));
    mx_table_destroy(table);
    if (!is_good || !is_text) {
        return is_good;
    }
    if (schedule->expires_us != MX_NEVER) {
        (void)printf("\nIt expires %s: one soft bounce.\n", expiry_words(schedule));
    } else {
        (void)printf("\nCut after %lu attempts: no expiry within %d attempts or 400 days.\n",
                     (unsigned long)schedule->attempt_count, MX_SCHEDULE_ATTEMPTS_MAX);
    }
    print_draws(schedule->is_random, options);
    if (schedule->info.source[0] != '\0') {
        (void)printf("Source: %s; more in the preset's file.\n", schedule->info.source);
    }
    print_assumed(schedule);
    return true;
}

/* --- side by side ---------------------------------------------------------------------------- */

/* To whole seconds from a minute on: what is finer is in the table of one policy. */
static struct mx_human_text rounded(int64_t time_us)
{
    const int64_t step_us = time_us >= MX_MINUTE_US ? MX_SECOND_US : 1000;

    return mx_human_exact((time_us + step_us / 2) / step_us * step_us);
}

static void add_row(struct mx_table *table, const struct mx_schedule *schedules, size_t count,
                    size_t row)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%lu", (unsigned long)row + 1);
    mx_table_text(table, text);
    for (size_t c = 0; c < count; c++) {
        const struct mx_schedule *schedule = &schedules[c];

        if (row >= schedule->attempt_count) {
            mx_table_text(table, "");
            mx_table_text(table, "");
        } else {
            int64_t at_us = schedule->attempt_us[row];
            int64_t gap_us = row == 0 ? 0 : at_us - schedule->attempt_us[row - 1];

            mx_table_text(table, rounded(at_us).s);
            mx_table_text(table,
                          row == 0 ? "-" : mx_human_duration((double)gap_us / MX_SECOND_US).s);
        }
    }
    mx_table_end_row(table, MX_ROW_PLAIN);
}

enum end { END_LAST, END_EXPIRY, END_NUMBER, END_BY, END_COUNT };

static void add_ends(struct mx_table *table, const struct mx_schedule *schedules, size_t count)
{
    static const char *const names[END_COUNT] = {"last", "expiry", "number", "by"};
    char text[32];

    for (int end = 0; end < END_COUNT; end++) {
        mx_table_text(table, names[end]);
        for (size_t c = 0; c < count; c++) {
            const struct mx_schedule *schedule = &schedules[c];
            const int64_t last_us = schedule->attempt_us[schedule->attempt_count - 1];

            (void)snprintf(text, sizeof text, "%lu", (unsigned long)schedule->attempt_count);
            if (end == END_LAST) {
                mx_table_text(table, rounded(last_us).s);
            } else if (end == END_EXPIRY) {
                mx_table_text(table, schedule->expires_us == MX_NEVER
                                         ? "-"
                                         : rounded(schedule->expires_us).s);
            } else {
                mx_table_text(table, end == END_NUMBER ? text : mx_schedule_expiry_name(schedule));
            }
            mx_table_text(table, "");
        }
        mx_table_end_row(table, end == 0 ? MX_ROW_AFTER : MX_ROW_PLAIN);
    }
}

/* count: up to MX_SCHEDULES_MAX. */
static bool print_block(const struct mx_schedule *schedules, size_t count, enum mx_format format)
{
    struct mx_table_column columns[1 + 2 * MX_SCHEDULES_MAX] = {
        {NULL, "", "attempt", MX_CELL_TEXT, false, 7, 0, 0}};
    struct mx_table *table;
    size_t rows = 0;
    bool is_good;

    for (size_t c = 0; c < count; c++) {
        const char *name = schedules[c].name;

        columns[1 + 2 * c] =
            (struct mx_table_column){NULL, name, "since creation", MX_CELL_TEXT, false, 14, 0, 2};
        columns[2 + 2 * c] =
            (struct mx_table_column){NULL, name, "gap", MX_CELL_TEXT, false, 6, 0, 1};
        rows = schedules[c].attempt_count > rows ? schedules[c].attempt_count : rows;
    }
    table = mx_table_create(columns, 1 + 2 * count);
    if (table == NULL) {
        return false;
    }
    for (size_t row = 0; row < rows && row < BESIDE_ROWS; row++) {
        add_row(table, schedules, count, row);
    }
    if (rows > BESIDE_ROWS) {
        mx_table_text(table, "...");
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
    add_ends(table, schedules, count);
    is_good = mx_table_print(table, stdout, format, mx_color_allowed(1));
    mx_table_destroy(table);
    return is_good;
}

bool mx_schedules_print_beside(const struct mx_schedules *schedules,
                               const struct mx_options *options)
{
    bool is_random = false;

    if (options->format == MX_FORMAT_MARKDOWN) {
        return print_block(schedules->item, schedules->count, options->format);
    }
    (void)printf("A message whose every attempt is refused at once, under %lu retry policies\n",
                 (unsigned long)schedules->count);
    for (size_t i = 0; i < schedules->count; i += BESIDE_COUNT) {
        const size_t left = schedules->count - i;

        (void)putchar('\n');
        if (!print_block(&schedules->item[i], left < BESIDE_COUNT ? left : BESIDE_COUNT,
                         options->format)) {
            return false;
        }
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
    return true;
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

static void add_gaps(struct mx_table *table, const struct mx_schedule *schedule)
{
    char text[128] = "";
    size_t at = 0;

    for (size_t i = 1; i <= OVERVIEW_GAPS && i < schedule->attempt_count; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i > 1 ? " " : "",
                               short_span(schedule->attempt_us[i] - schedule->attempt_us[i - 1]).s);
    }
    mx_table_text(table, text);
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

static const struct mx_table_column overview_columns[] = {
    {"policy", "", "policy", MX_CELL_TEXT, true, 22, 24, 0},
    {"attempts_1h", "", "1 h", MX_CELL_WHOLE, false, 4, 0, 1},
    {"attempts_24h", "", "24 h", MX_CELL_WHOLE, false, 5, 0, 1},
    {"attempts_72h", "", "72 h", MX_CELL_WHOLE, false, 5, 0, 1},
    {"attempts", "", NULL, MX_CELL_WHOLE, false, 0, 0, 0},
    {NULL, "", "first gaps", MX_CELL_TEXT, true, 19, 0, 2},
    {"last_s", "", "last", MX_CELL_DURATION, false, 6, 0, 1},
    {"expires_s", "", "ends", MX_CELL_DURATION, false, 6, 0, 1},
    {"expiry", "", NULL, MX_CELL_TEXT, false, 0, 0, 0},
    {NULL, "", "by", MX_CELL_TEXT, true, 2, 0, 1},
    {"assumed_count", "", "*", MX_CELL_TEXT, true, 1, 0, 1},
    {"source", "", "source", MX_CELL_TEXT, true, 0, 22, 1},
};

static void add_overview_row(struct mx_table *table, const struct mx_schedule *schedule)
{
    const int64_t last_us = schedule->attempt_us[schedule->attempt_count - 1];
    const char letter[2] = {end_letter(schedule), '\0'};

    mx_table_text(table, schedule->name);
    mx_table_whole(table, mx_schedule_count_before(schedule, MX_HOUR_US));
    mx_table_whole(table, mx_schedule_count_before(schedule, 24 * MX_HOUR_US));
    mx_table_whole(table, mx_schedule_count_before(schedule, 72 * MX_HOUR_US));
    mx_table_whole(table, schedule->attempt_count);
    add_gaps(table, schedule);
    mx_table_seconds(table, last_us);
    mx_table_show(table, short_span(last_us).s);
    if (schedule->expires_us == MX_NEVER) {
        mx_table_number(table, (double)__builtin_nanf(""));
        mx_table_show(table, "never");
    } else {
        mx_table_seconds(table, schedule->expires_us);
        mx_table_show(table, short_span(schedule->expires_us).s);
    }
    mx_table_text(table, mx_schedule_expiry_name(schedule));
    mx_table_text(table, schedule->expires_us == MX_NEVER ? "" : letter);
    mx_table_whole(table, schedule->info.assumed_count);
    mx_table_show(table, schedule->info.assumed_count > 0 ? "*" : "");
    mx_table_text(table, schedule->info.source);
    mx_table_end_row(table, MX_ROW_PLAIN);
}

/* "momentum: expiry, jitter; sparkpost: ..." in lines of 100. */
static void print_overview_assumed(const struct mx_schedules *schedules)
{
    int column = printf("* ASSUMED, no public source states it:");
    size_t shown = 0, total = 0;

    for (size_t i = 0; i < schedules->count; i++) {
        total += schedules->item[i].info.assumed_count > 0;
    }

    for (size_t i = 0; i < schedules->count; i++) {
        const struct mx_schedule *schedule = &schedules->item[i];

        for (size_t a = 0; a < schedule->info.assumed_count; a++) {
            char text[3 * MX_POLICY_TEXT_SIZE];
            const bool is_last = a + 1 == schedule->info.assumed_count;
            const char *end = !is_last ? "," : ++shown < total ? ";" : "";
            const int size = snprintf(text, sizeof text, " %s%s%s%s", a == 0 ? schedule->name : "",
                                      a == 0 ? ": " : "", schedule->info.assumed[a].key, end);

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

bool mx_schedules_print_overview(const struct mx_schedules *schedules,
                                 const struct mx_options *options)
{
    const bool is_text = options->format == MX_FORMAT_TABLE;
    bool is_random = false, is_assumed = false, is_good;
    struct mx_table *table =
        mx_table_create(overview_columns, sizeof overview_columns / sizeof overview_columns[0]);

    for (size_t i = 0; table != NULL && i < schedules->count; i++) {
        add_overview_row(table, &schedules->item[i]);
        is_random = is_random || schedules->item[i].is_random;
        is_assumed = is_assumed || schedules->item[i].info.assumed_count > 0;
    }
    if (is_text) {
        (void)printf("Attempts of a message whose every attempt is refused at once, before it is "
                     "1, 24 and 72 h old\n\n");
    }
    is_good = table != NULL && mx_table_print(table, stdout, options->format, mx_color_allowed(1));
    mx_table_destroy(table);
    if (!is_good || !is_text) {
        return is_good;
    }
    (void)printf(
        "\nby: D the end of its lifetime, without an attempt; F the first failed attempt past "
        "it;\n    E early, as no retry fits into it; N a number of attempts; W such a "
        "number, at the next due time\n");
    if (is_assumed) {
        print_overview_assumed(schedules);
    }
    print_draws(is_random, options);
    return true;
}

/* --- for programs: a row an attempt, and one for the expiry ---------------------------------- */

static const struct mx_table_column data_columns[] = {
    {"policy", "", NULL, MX_CELL_TEXT, true, 0, 0, 0},
    {"event", "", NULL, MX_CELL_TEXT, true, 0, 0, 0},
    {"attempt", "", NULL, MX_CELL_WHOLE, true, 0, 0, 0},
    {"at_s", "", NULL, MX_CELL_DURATION, true, 0, 0, 0},
    {"gap_s", "", NULL, MX_CELL_DURATION, true, 0, 0, 0},
    {"gap_drawn_s", "", NULL, MX_CELL_DURATION, true, 0, 0, 0},
};

static void add_data(struct mx_table *table, const struct mx_schedule *schedule, bool has_seed)
{
    for (size_t i = 0; i < schedule->attempt_count; i++) {
        mx_table_text(table, schedule->name);
        mx_table_text(table, "attempt");
        mx_table_whole(table, i + 1);
        mx_table_seconds(table, schedule->attempt_us[i]);
        if (i > 0) {
            mx_table_seconds(table, schedule->attempt_us[i] - schedule->attempt_us[i - 1]);
            if (schedule->is_random && has_seed) {
                mx_table_seconds(table, schedule->gap_drawn_us[i]);
            }
        }
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
    if (schedule->expires_us != MX_NEVER) {
        mx_table_text(table, schedule->name);
        mx_table_text(table, "expiry");
        mx_table_text(table, NULL);
        mx_table_seconds(table, schedule->expires_us);
        mx_table_end_row(table, MX_ROW_PLAIN);
    }
}

bool mx_schedules_print_data(const struct mx_schedules *schedules, const struct mx_options *options)
{
    struct mx_table *table =
        mx_table_create(data_columns, sizeof data_columns / sizeof data_columns[0]);
    bool is_good = table != NULL;

    for (size_t i = 0; is_good && i < schedules->count; i++) {
        add_data(table, &schedules->item[i], options->has_seed);
    }
    is_good = is_good && mx_table_print(table, stdout, options->format, false);
    mx_table_destroy(table);
    return is_good;
}
