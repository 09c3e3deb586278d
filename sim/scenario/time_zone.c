// SPDX-License-Identifier: GPL-3.0-or-later
/* time_zone.c - see time_zone.h. */
#include "sim/scenario/time_zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define DAY_S 86400
#define TYPES_MAX 256
#define TIMES_MAX 100000

/* One end of daylight saving of the footer's rule. */
struct change {
    char kind; /* 'M' month.week.day, 'J' day 1-365 without 29 February, 'D' day 0-365 */
    int month, week, day;
    int32_t time_s; /* local time of day, may be negative or more than a day */
};

struct rule {
    bool is_set, has_summer;
    int32_t standard_s, summer_s;
    struct change start, end;
};

struct mx_zone {
    int32_t first_s; /* before the first transition */
    uint32_t count;
    int64_t *at;       /* moments from which on … */
    int32_t *offset_s; /* … this holds */
    struct rule rule;  /* after the last one */
};

int64_t mx_days_of_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t year_of_day(int64_t day)
{
    int64_t year = 1970 + day / 366;
    while (mx_days_of_date(year + 1, 1, 1) <= day) {
        year++;
    }
    return year;
}

/* `count` digits. */
static bool take_number(const char **at, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool take(const char **at, char c)
{
    bool is = **at == c;
    *at += is;
    return is;
}

bool mx_local_of_text(const char *text, int64_t *local_s)
{
    int year, month, day, hour = 0, minute = 0, second = 0;
    bool good = take_number(&text, 4, &year) && take(&text, '-') && take_number(&text, 2, &month) &&
                take(&text, '-') && take_number(&text, 2, &day);
    if (good && *text != '\0') {
        good = take(&text, ' ') && take_number(&text, 2, &hour) && take(&text, ':') &&
               take_number(&text, 2, &minute);
        if (good && *text != '\0') {
            good = take(&text, ':') && take_number(&text, 2, &second);
        }
    }
    if (!good || *text != '\0' || year < 1970 || year > 2200 || month < 1 || month > 12 ||
        day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *local_s = mx_days_of_date(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
    return true;
}

struct mx_zone *mx_zone_fixed(struct mx_arena *arena, int32_t offset_s)
{
    struct mx_zone *zone = mx_arena_take(arena, 1, sizeof *zone);
    zone->first_s = offset_s;
    return zone;
}

/* ---- the rule in the footer: "EST5EDT,M3.2.0,M11.1.0" ---- */

static bool take_name(const char **at)
{
    const char *start = *at;
    if (take(at, '<')) {
        *at += strcspn(*at, ">");
        return take(at, '>');
    }
    while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z')) {
        ++*at;
    }
    return *at - start >= 3;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds. */
static bool take_time(const char **at, int32_t *value_s)
{
    int sign = 1, count = 0, part[3] = {0, 0, 0};
    if (**at == '+' || **at == '-') {
        sign = **at == '-' ? -1 : 1;
        ++*at;
    }
    do {
        int digits = 0;
        for (; **at >= '0' && **at <= '9' && digits < 3; ++*at, digits++) {
            part[count] = part[count] * 10 + (**at - '0');
        }
        if (digits == 0) {
            return false;
        }
        count++;
    } while (count < 3 && take(at, ':'));
    *value_s = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return true;
}

static int take_int(const char **at)
{
    int value = 0;
    for (int digits = 0; **at >= '0' && **at <= '9' && digits < 4; ++*at, digits++) {
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool take_change(const char **at, struct change *change)
{
    if (!take(at, ',')) {
        return false;
    }
    if (take(at, 'M')) {
        change->kind = 'M';
        change->month = take_int(at);
        bool dots = take(at, '.');
        change->week = take_int(at);
        dots = dots && take(at, '.');
        change->day = take_int(at);
        if (!dots || change->month < 1 || change->month > 12 || change->week < 1 ||
            change->week > 5 || change->day > 6) {
            return false;
        }
    } else {
        change->kind = take(at, 'J') ? 'J' : 'D';
        change->day = take_int(at);
        if (change->day > 365) {
            return false;
        }
    }
    change->time_s = 2 * 3600;
    return !take(at, '/') || take_time(at, &change->time_s);
}

static void read_rule(const char *text, struct rule *rule)
{
    struct rule read = {.is_set = true};
    if (!take_name(&text) || !take_time(&text, &read.standard_s)) {
        return;
    }
    read.standard_s = -read.standard_s; /* the file counts west */
    if (*text != '\0') {
        read.has_summer = true;
        if (!take_name(&text)) {
            return;
        }
        read.summer_s = read.standard_s + 3600;
        if (*text != ',' && *text != '\0') {
            if (!take_time(&text, &read.summer_s)) {
                return;
            }
            read.summer_s = -read.summer_s;
        }
        if (!take_change(&text, &read.start) || !take_change(&text, &read.end)) {
            return;
        }
    }
    if (*text == '\0') {
        *rule = read;
    }
}

/* Local seconds, on the clock before it, at which a change happens in a year. */
static int64_t change_local_s(const struct change *change, int64_t year)
{
    int64_t day = mx_days_of_date(year, 1, 1);
    if (change->kind == 'M') {
        day = mx_days_of_date(year, change->month, 1);
        int64_t weekday = ((day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        int64_t in_month = (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
        while (in_month >= days_in_month(year, change->month)) {
            in_month -= 7;
        }
        day += in_month;
    } else if (change->kind == 'J') {
        day += change->day - 1 + (is_leap(year) && change->day >= 60);
    } else {
        day += change->day;
    }
    return day * DAY_S + change->time_s;
}

static int32_t rule_offset_s(const struct rule *rule, int64_t unix_s)
{
    if (!rule->has_summer) {
        return rule->standard_s;
    }
    int64_t local_s = unix_s + rule->standard_s;
    int64_t year = year_of_day((local_s >= 0 ? local_s : 0) / DAY_S);
    int64_t start_s = change_local_s(&rule->start, year) - rule->standard_s;
    int64_t end_s = change_local_s(&rule->end, year) - rule->summer_s;
    bool summer =
        start_s < end_s ? unix_s >= start_s && unix_s < end_s : unix_s >= start_s || unix_s < end_s;
    return summer ? rule->summer_s : rule->standard_s;
}

int32_t mx_zone_offset_s(const struct mx_zone *zone, int64_t unix_s)
{
    if (zone->count == 0 || unix_s < zone->at[0]) {
        return zone->count == 0 && zone->rule.is_set ? rule_offset_s(&zone->rule, unix_s)
                                                     : zone->first_s;
    }
    if (unix_s >= zone->at[zone->count - 1] && zone->rule.is_set) {
        return rule_offset_s(&zone->rule, unix_s);
    }
    uint32_t low = 0, high = zone->count; /* at[low] <= unix_s < at[high] */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= unix_s) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return zone->offset_s[low];
}

int64_t mx_zone_unix_s(const struct mx_zone *zone, int64_t local_s, bool *exists)
{
    int32_t before_s = mx_zone_offset_s(zone, local_s - DAY_S);
    int32_t after_s = mx_zone_offset_s(zone, local_s + DAY_S);
    int64_t first = local_s - before_s, second = local_s - after_s;
    *exists = true;
    if (mx_zone_offset_s(zone, first) == before_s) {
        return first;
    }
    if (mx_zone_offset_s(zone, second) == after_s) {
        return second;
    }
    *exists = false;
    return first;
}

/* ---- the file ---- */

struct file {
    const unsigned char *bytes;
    size_t size, at;
};

static uint32_t read_be32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t read_be64(const unsigned char *bytes)
{
    return (int64_t)((uint64_t)read_be32(bytes) << 32 | read_be32(bytes + 4));
}

struct header {
    unsigned char version;
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
};

static bool read_header(struct file *file, struct header *header)
{
    const unsigned char *bytes = file->bytes + file->at;
    if (file->size - file->at < 44 || memcmp(bytes, "TZif", 4) != 0) {
        return false;
    }
    *header = (struct header){bytes[4],
                              read_be32(bytes + 20),
                              read_be32(bytes + 24),
                              read_be32(bytes + 28),
                              read_be32(bytes + 32),
                              read_be32(bytes + 36),
                              read_be32(bytes + 40)};
    file->at += 44;
    return header->time_count <= TIMES_MAX && header->type_count >= 1 &&
           header->type_count <= TYPES_MAX && header->leap_count <= TIMES_MAX &&
           header->char_count <= TIMES_MAX && header->utc_count <= TYPES_MAX &&
           header->standard_count <= TYPES_MAX;
}

static size_t block_size(const struct header *header, size_t time_size)
{
    return header->time_count * (time_size + 1) + header->type_count * 6 + header->char_count +
           header->leap_count * (time_size + 4) + header->standard_count + header->utc_count;
}

static bool read_block(struct mx_arena *arena, const struct file *file, const struct header *header,
                       struct mx_zone *zone)
{
    const unsigned char *times = file->bytes + file->at;
    const unsigned char *indexes = times + header->time_count * 8;
    const unsigned char *types = indexes + header->time_count;
    int32_t offset_s[TYPES_MAX] = {0};
    for (uint32_t i = 0; i < header->type_count; i++) {
        offset_s[i] = (int32_t)read_be32(types + 6 * i);
        if (offset_s[i] < -2 * DAY_S || offset_s[i] > 2 * DAY_S) {
            return false;
        }
    }
    zone->first_s = offset_s[0];
    zone->count = header->time_count;
    zone->at = mx_arena_take(arena, zone->count, sizeof *zone->at);
    zone->offset_s = mx_arena_take(arena, zone->count, sizeof *zone->offset_s);
    for (uint32_t i = 0; i < zone->count; i++) {
        zone->at[i] = read_be64(times + 8 * i);
        if (indexes[i] >= header->type_count || (i > 0 && zone->at[i] <= zone->at[i - 1])) {
            return false;
        }
        zone->offset_s[i] = offset_s[indexes[i]];
    }
    return true;
}

static struct mx_zone *read_zone(struct mx_arena *arena, const char *text, size_t size)
{
    struct file file = {(const unsigned char *)text, size, 0};
    struct header header;
    struct mx_zone *zone = mx_arena_take(arena, 1, sizeof *zone);
    if (!read_header(&file, &header) || header.version < '2' ||
        file.size - file.at < block_size(&header, 4)) {
        return NULL;
    }
    file.at += block_size(&header, 4);
    if (!read_header(&file, &header) || file.size - file.at < block_size(&header, 8) ||
        !read_block(arena, &file, &header, zone)) {
        return NULL;
    }
    file.at += block_size(&header, 8);
    const char *footer = text + file.at;
    if (file.at < size && *footer == '\n') {
        const char *end = memchr(footer + 1, '\n', size - file.at - 1);
        if (end != NULL) {
            read_rule(mx_arena_copy_part(arena, footer + 1, (size_t)(end - footer - 1)),
                      &zone->rule);
        }
    }
    return zone;
}

static bool is_zone_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/";
    size_t size = strlen(name);
    return size > 0 && size < 100 && strspn(name, allowed) == size && name[0] != '/' &&
           strstr(name, "//") == NULL;
}

/* "Europe/Paris" in the arena, when the folder of that area has a name nearest to it, or NULL. */
static const char *nearest_in(struct mx_arena *arena, const struct mx_file_access *access,
                              const char *area, const char *name)
{
    char **names = NULL;
    size_t count = 0;
    const char *nearest;
    if (access->list == NULL ||
        access->list(access->context, mx_arena_format(arena, ZONE_FOLDER "%s", area), &names,
                     &count) != 0) {
        return NULL;
    }
    nearest = mx_nearest_name(name, (const char *const *)names, count);
    nearest = nearest != NULL ? mx_arena_format(arena, "%s/%s", area, nearest) : NULL;
    for (size_t i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    return nearest;
}

const char *mx_zone_nearest(struct mx_arena *arena, const struct mx_file_access *access,
                            const char *name)
{
    static const char *const areas[] = {"Africa", "America", "Asia",     "Atlantic",
                                        "Europe", "Pacific", "Australia"};
    size_t area_count = sizeof areas / sizeof areas[0];
    const char *slash = strchr(name, '/'), *found = NULL, *area;
    if (!is_zone_name(name)) {
        return NULL;
    }
    if (slash != NULL) {
        area = mx_arena_format(arena, "%.*s", (int)(slash - name), name);
        area = mx_nearest_name(area, areas, area_count);
        return area != NULL ? nearest_in(arena, access, area, slash + 1) : NULL;
    }
    for (size_t i = 0; i < area_count && found == NULL; i++) {
        found = nearest_in(arena, access, areas[i], name);
    }
    return found;
}

struct mx_zone *mx_zone_load(struct mx_arena *arena, const struct mx_file_access *access,
                             const char *name, const char **error)
{
    size_t size = 0;
    if (strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0) {
        return mx_zone_fixed(arena, 0);
    }
    if (!is_zone_name(name)) {
        *error = "not a name such as Europe/Berlin";
        return NULL;
    }
    char **text = (char **)mx_arena_owner(arena);
    const char *path = mx_arena_format(arena, ZONE_FOLDER "%s", name);
    int status = access->read(access->context, path, text, &size);
    if (status == ENOMEM) {
        mx_arena_out(arena);
    }
    if (status != 0) {
        *error = status == ENOENT || status == ENOTDIR || status == EISDIR
                     ? "no such zone in " ZONE_FOLDER " (package tzdata)"
                     : strerror(status);
        return NULL;
    }
    struct mx_zone *zone = read_zone(arena, *text, size);
    if (zone == NULL) {
        *error = "its file in " ZONE_FOLDER " cannot be understood";
    }
    return zone;
}
