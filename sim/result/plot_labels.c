// SPDX-License-Identifier: GPL-3.0-or-later
/* plot_labels.c - labels pushed apart, ticks that people read. */
#include "sim/result/plot_labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"

#define DAY_S 86400

static int by_wish_downwards(const void *a, const void *b)
{
    const struct mx_plot_label *left = a, *right = b;

    if (left->wanted_px != right->wanted_px) {
        return left->wanted_px > right->wanted_px ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

static void space_evenly(struct mx_plot_label *labels, size_t count, double low_px, double high_px)
{
    double step = (high_px - low_px) / (double)count;

    for (size_t i = 0; i < count; i++) {
        labels[i].at_px = high_px - ((double)i + 0.5) * step;
    }
}

static double between(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Labels that touch form blocks, and a block sits where the mean of its members' wishes puts it
 * (pool adjacent violators: Ayer and others, Ann. Math. Statist. 26 (1955) 641-647). `shift` is how
 * far a label's middle lies below the first one's if all touch: wanted + shift must not rise. */
bool mx_plot_labels_spread(struct mx_plot_label *labels, size_t count, double low_px,
                           double high_px)
{
    double mean[MX_PLOT_LABEL_COUNT_MAX], shift[MX_PLOT_LABEL_COUNT_MAX];
    size_t size[MX_PLOT_LABEL_COUNT_MAX];
    size_t blocks = 0, next = 0;
    double total = 0.0;

    MX_CHECK(count <= MX_PLOT_LABEL_COUNT_MAX);
    qsort(labels, count, sizeof *labels, by_wish_downwards);
    for (size_t i = 0; i < count; i++) {
        shift[i] =
            i == 0 ? 0.0 : shift[i - 1] + 0.5 * (labels[i - 1].height_px + labels[i].height_px);
        total += labels[i].height_px;
    }
    if (count == 0 || total > high_px - low_px) {
        space_evenly(labels, count, low_px, high_px);
        return count == 0;
    }
    for (size_t i = 0; i < count; i++) {
        mean[blocks] = labels[i].wanted_px + shift[i];
        size[blocks++] = 1;
        while (blocks > 1 && mean[blocks - 1] > mean[blocks - 2]) {
            double left = (double)size[blocks - 2], right = (double)size[blocks - 1];
            mean[blocks - 2] =
                (mean[blocks - 2] * left + mean[blocks - 1] * right) / (left + right);
            size[blocks - 2] += size[blocks - 1];
            blocks--;
        }
    }
    for (size_t b = 0; b < blocks; b++) {
        double top = high_px - 0.5 * labels[0].height_px;
        double bottom = low_px + shift[count - 1] + 0.5 * labels[count - 1].height_px;
        for (size_t k = 0; k < size[b]; k++, next++) {
            labels[next].at_px = between(mean[b], bottom, top) - shift[next];
        }
    }
    return true;
}

static struct mx_plot_tick *add_tick(struct mx_plot_ticks *ticks, double at)
{
    struct mx_plot_tick *tick;

    if (ticks->count == MX_PLOT_TICK_COUNT_MAX) {
        return NULL;
    }
    tick = &ticks->tick[ticks->count++];
    memset(tick, 0, sizeof *tick);
    tick->at = at;
    return tick;
}

static void set_text(struct mx_plot_tick *tick, const char *text)
{
    if (tick != NULL) {
        (void)snprintf(tick->text, sizeof tick->text, "%.31s", text);
    }
}

void mx_plot_ticks_add(struct mx_plot_ticks *ticks, double at, struct mx_plot_text text)
{
    struct mx_plot_tick *tick = &ticks->tick[ticks->count];
    size_t size = strlen(text.s);

    if (ticks->count == MX_PLOT_TICK_COUNT_MAX) {
        return;
    }
    if (size >= sizeof tick->text) {
        size = sizeof tick->text - 1;
        while (size > 0 && ((unsigned char)text.s[size] & 0xC0) == 0x80) {
            size--; /* not within a character */
        }
    }
    *tick = (struct mx_plot_tick){.at = at};
    memcpy(tick->text, text.s, size);
    ticks->count++;
}

double mx_plot_round_up(double value)
{
    double power = pow(10.0, floor(log10(value)));

    for (int i = 0; i < 2; i++, power *= 10.0) {
        static const double steps[] = {1.0, 2.0, 5.0};
        for (size_t k = 0; k < 3; k++) {
            if (steps[k] * power >= value * (1.0 - 1e-9)) {
                return steps[k] * power;
            }
        }
    }
    return power;
}

/* Step and number of steps that reach max. */
static double linear_steps(double max, int wanted, double least_step, int *steps)
{
    double step = max > 0.0 ? mx_plot_round_up(max / wanted) : 1.0;

    if (step < least_step) {
        step = least_step;
    }
    *steps = (int)ceil(max / step * (1.0 - 1e-9));
    if (*steps < 1) {
        *steps = 1;
    }
    return step;
}

void mx_plot_ticks_count(double max, int wanted, double least_step, double *top,
                         struct mx_plot_ticks *ticks)
{
    int steps;
    double step = linear_steps(max, wanted, least_step, &steps);

    ticks->count = 0;
    for (int i = 0; i <= steps; i++) {
        set_text(add_tick(ticks, i * step), mx_plot_count(i * step).s);
    }
    *top = steps * step;
}

void mx_plot_ticks_share(double max, int wanted, double *top, struct mx_plot_ticks *ticks)
{
    int steps;
    double step = linear_steps(100.0 * (max < 1.0 ? max : 1.0), wanted, 0.0, &steps);

    ticks->count = 0;
    for (int i = 0; i <= steps; i++) {
        set_text(add_tick(ticks, i * step / 100.0), mx_plot_text_format("%g %%", i * step).s);
    }
    *top = steps * step / 100.0;
}

void mx_plot_ticks_log_count(double low, double high, struct mx_plot_ticks *ticks)
{
    double decades = log10(high / low);
    static const double fine[] = {1.0, 2.0, 5.0};
    size_t per_decade = decades < 2.2 ? 3 : 1;
    int every = decades > 7.0 ? 2 : 1;

    ticks->count = 0;
    for (int e = (int)floor(log10(low)); e <= (int)ceil(log10(high)); e++) {
        for (size_t k = 0; k < per_decade; k++) {
            double at = fine[k] * pow(10.0, e);
            if (e % every == 0 && at >= low * (1.0 - 1e-9) && at <= high * (1.0 + 1e-9)) {
                set_text(add_tick(ticks, at), mx_plot_count(at).s);
            }
        }
    }
}

void mx_plot_ticks_age(double low_s, double high_s, double width_px, struct mx_plot_ticks *ticks)
{
    /* by precedence: the first to claim a place has it */
    static const struct {
        double at_s;
        const char *text;
        bool line;
    } ages[] = {
        {259200.0, "72 h", true},  {86400.0, "24 h", true},     {1.0, "1 s", false},
        {60.0, "1 min", false},    {3600.0, "1 h", false},      {21600.0, "6 h", false},
        {600.0, "10 min", false},  {2592000.0, "30 d", false},  {604800.0, "7 d", false},
        {10.0, "10 s", false},     {0.1, "0.1 s", false},       {0.01, "0.01 s", false},
        {432000.0, "5 d", false},  {8640000.0, "100 d", false}, {120.0, "2 min", false},
        {1800.0, "30 min", false}, {0.001, "1 ms", false},
    };
    double scale = width_px / log(high_s / low_s);

    ticks->count = 0;
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        double at_px = scale * log(ages[i].at_s / low_s);
        bool has_room = at_px > -0.5 && at_px < width_px + 0.5;

        for (size_t k = 0; k < ticks->count && has_room; k++) {
            double other_px = scale * log(ticks->tick[k].at / low_s);
            double widths = mx_plot_text_width(ages[i].text, 13.0, false) +
                            mx_plot_text_width(ticks->tick[k].text, 13.0, false);
            has_room = fabs(at_px - other_px) > 0.5 * widths + 14.0;
        }
        if (has_room) {
            struct mx_plot_tick *tick = add_tick(ticks, ages[i].at_s);
            set_text(tick, ages[i].text);
            tick->line = ages[i].line;
        }
    }
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back. March is a year's first
 * month here, so that the leap day is its last. */
static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void date_from_days(int64_t days, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t in_era = z % 146097;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t m = (5 * in_year + 2) / 153;

    *day = (int)(in_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
}

/* Digits of a pattern such as "####-##-## ##:##" into fields; other characters must be the same.
 * Returns what follows the pattern, or NULL when the text is not like it. */
static const char *match_digits(const char *text, const char *pattern, int *fields)
{
    int field = 0;

    for (; *pattern != '\0'; pattern++, text++) {
        if (*pattern == '#') {
            if (*text < '0' || *text > '9') {
                return NULL;
            }
            fields[field] = 10 * fields[field] + (*text - '0');
        } else {
            if (*text != *pattern) {
                return NULL;
            }
            field++;
        }
    }
    return text;
}

bool mx_plot_clock_parse(const char *text, struct mx_plot_clock *clock)
{
    static const int month_days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int date[5] = {0}, seconds[2] = {0};
    const char *rest = match_digits(text, "####-##-## ##:##", date);

    if (rest != NULL && *rest == ':') {
        rest = match_digits(rest, ":##", seconds);
    }
    if (rest == NULL || *rest != '\0' || date[0] < 1970 || date[1] < 1 || date[1] > 12 ||
        date[2] < 1 || date[2] > month_days[date[1] - 1] || date[3] > 23 || date[4] > 59 ||
        seconds[1] > 60) {
        return false;
    }
    clock->is_known = true;
    clock->start_local_s = days_from_date(date[0], date[1], date[2]) * DAY_S + date[3] * 3600 +
                           date[4] * 60 + seconds[1];
    return true;
}

static const char *month_name(int month)
{
    static const char *const names[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[month - 1];
}

static struct mx_plot_text day_text(int64_t local_s, bool with_weekday)
{
    static const char *const week[7] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    int64_t days = local_s / DAY_S;
    int month, day;

    date_from_days(days, &month, &day);
    return mx_plot_text_format("%s%s%d %s", with_weekday ? week[days % 7] : "",
                               with_weekday ? " " : "", day, month_name(month));
}

static void clock_tick(struct mx_plot_ticks *ticks, double at_s, int64_t local_s, int64_t step_s)
{
    struct mx_plot_tick *tick = add_tick(ticks, at_s);

    if (tick == NULL) {
        return;
    }
    if (step_s >= DAY_S) {
        set_text(tick, day_text(local_s, false).s);
        return;
    }
    (void)snprintf(tick->text, sizeof tick->text, "%02d:%02d", (int)(local_s % DAY_S / 3600),
                   (int)(local_s % 3600 / 60));
    if (ticks->count == 1 || local_s % DAY_S == 0) {
        (void)snprintf(tick->below, sizeof tick->below, "%.31s", day_text(local_s, true).s);
    }
}

/* A date below two neighbouring ticks would run into the other: the midnight's stays. */
static void thin_dates(struct mx_plot_ticks *ticks, double px_per_s)
{
    size_t last = SIZE_MAX;

    for (size_t i = 0; i < ticks->count; i++) {
        if (ticks->tick[i].below[0] == '\0') {
            continue;
        }
        if (last != SIZE_MAX && (ticks->tick[i].at - ticks->tick[last].at) * px_per_s < 84.0) {
            ticks->tick[last == 0 ? 0 : i].below[0] = '\0';
            last = last == 0 ? i : last;
        } else {
            last = i;
        }
    }
}

static void elapsed_tick(struct mx_plot_ticks *ticks, double at_s, int64_t step_s)
{
    const char *unit = step_s >= DAY_S ? "d" : step_s >= 3600 ? "h" : "min";
    double unit_s = step_s >= DAY_S ? DAY_S : step_s >= 3600 ? 3600.0 : 60.0;

    set_text(add_tick(ticks, at_s), mx_plot_text_format("%g %s", at_s / unit_s, unit).s);
}

void mx_plot_ticks_clock(const struct mx_plot_clock *clock, double from_s, double to_s,
                         double width_px, struct mx_plot_ticks *ticks)
{
    static const int64_t steps_s[] = {
        60,    120,   300,   600,       900,       1800,       3600,       7200,       10800,
        21600, 43200, DAY_S, 2 * DAY_S, 5 * DAY_S, 10 * DAY_S, 20 * DAY_S, 50 * DAY_S, 100 * DAY_S};
    const size_t step_count = sizeof steps_s / sizeof steps_s[0];
    double px_per_s = width_px / (to_s - from_s);
    int64_t local = clock->is_known ? clock->start_local_s : 0;
    int64_t step_s = steps_s[step_count - 1];
    int64_t at;

    ticks->count = 0;
    for (size_t i = 0; i < step_count; i++) {
        if ((double)steps_s[i] * px_per_s >= 62.0) {
            step_s = steps_s[i];
            break;
        }
    }
    /* whole steps of the local clock; of days, counted from the first midnight */
    at = (int64_t)ceil(from_s) + local;
    if (clock->is_known && step_s > DAY_S) {
        at = (at + DAY_S - 1) / DAY_S * DAY_S;
    } else {
        at = (at + step_s - 1) / step_s * step_s;
    }
    for (; (double)(at - local) <= to_s + 1e-6; at += step_s) {
        if (clock->is_known) {
            clock_tick(ticks, (double)(at - local), at, step_s);
        } else {
            elapsed_tick(ticks, (double)at, step_s);
        }
    }
    thin_dates(ticks, px_per_s);
}

struct mx_plot_text mx_plot_moment(const struct mx_plot_clock *clock, double time_s)
{
    int64_t local_s;

    if (!clock->is_known) {
        return mx_plot_text_format("%s after the start", mx_plot_duration(time_s).s);
    }
    local_s = clock->start_local_s + (int64_t)(time_s + 0.5);
    if (local_s / DAY_S == clock->start_local_s / DAY_S) {
        return mx_plot_text_format("%02d:%02d", (int)(local_s % DAY_S / 3600),
                                   (int)(local_s % 3600 / 60));
    }
    return mx_plot_text_format("%s %02d:%02d", day_text(local_s, true).s,
                               (int)(local_s % DAY_S / 3600), (int)(local_s % 3600 / 60));
}
