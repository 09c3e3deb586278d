// SPDX-License-Identifier: GPL-3.0-or-later
/* allowance.c - the growth rule by counting days and hours, the cap by a token bucket. */
#include "models/allowance.h"

#include <string.h>

void mx_allowance_calendar_init(struct mx_allowance_calendar *calendar, const struct mx_day *day)
{
    *calendar = (struct mx_allowance_calendar){.day = *day};
    mx_allowance_calendar_turn(calendar, 0);
}

void mx_allowance_calendar_turn(struct mx_allowance_calendar *calendar, int64_t now_us)
{
    int64_t day_us = calendar->day.day_us;
    int64_t time_us = mx_day_time_us(&calendar->day, now_us);
    int64_t hour = time_us * MX_HOURS_A_DAY / day_us;
    int64_t hour_end_us = ((hour + 1) * day_us + MX_HOURS_A_DAY - 1) / MX_HOURS_A_DAY;

    calendar->day_number = mx_day_number(&calendar->day, now_us);
    calendar->hour_number = calendar->day_number * MX_HOURS_A_DAY + hour;
    calendar->hour_end_us = now_us - time_us + hour_end_us;
}

void mx_allowance_prepare(struct mx_allowance_rule *rule, const struct mx_allowance_params *params,
                          const struct mx_band_params *bands, const struct mx_day *day)
{
    *rule = (struct mx_allowance_rule){.params = params, .is_on = params->growth > 0.0};
    for (int band = 0; band < MX_BAND_COUNT; band++) {
        const struct mx_rate *cap = &params->cap;

        if (!(cap->count > 0.0) && bands != NULL)
            cap = &bands[band].cap;
        mx_bucket_prepare(&rule->cap[band], cap, params->depth, params->bucket);
        if (cap->count > 0.0) {
            rule->is_on = true;
            rule->cap_per_day[band] = cap->count * (double)day->day_us / (double)cap->period_us;
        }
    }
}

static size_t ring_place(int64_t day_number)
{
    int64_t place = day_number % MX_REFERENCE_DAYS_MAX;

    return (size_t)(place < 0 ? place + MX_REFERENCE_DAYS_MAX : place);
}

double mx_allowance_reference(const struct mx_allowance_rule *rule,
                              const struct mx_allowance_key *key, int64_t day_number)
{
    double reference = 0.0;
    int64_t first = day_number - (int64_t)rule->params->reference_days;

    for (int64_t day = first < day_number - MX_REFERENCE_DAYS_MAX
                           ? day_number - MX_REFERENCE_DAYS_MAX
                           : first;
         day < day_number && day <= key->day_number; day++) {
        double volume = day == key->day_number
                            ? (double)(key->passed + (key->room_start - key->room))
                            : key->ring[ring_place(day)];

        if (volume > reference)
            reference = volume;
    }
    return reference;
}

double mx_allowance_growth_per_day(const struct mx_allowance_params *params, double reference)
{
    double per_day = params->growth * reference;

    if (!(params->growth > 0.0))
        return 0.0;
    return per_day > params->floor_per_day ? per_day : params->floor_per_day;
}

/* Messages that an allowance lets through: 1.15 x 100 are 115, whatever binary fractions say. */
static uint64_t whole(double allowance)
{
    allowance = allowance * (1.0 + 1e-12);
    return allowance < 0x1p62 ? (uint64_t)allowance : UINT64_MAX;
}

static void set_limits(const struct mx_allowance_rule *rule, struct mx_allowance_key *key)
{
    const struct mx_allowance_params *params = rule->params;
    double share = params->hourly_share;

    key->limit = UINT64_MAX;
    key->hour_limit = UINT64_MAX;
    key->per_day = 0.0;
    if (!(params->growth > 0.0))
        return;
    key->per_day =
        mx_allowance_growth_per_day(params, mx_allowance_reference(rule, key, key->day_number));
    key->limit = whole(key->per_day);
    if (share > 0.0 && share < 1.0) {
        key->hour_limit = whole(share * key->per_day);
        if (key->hour_limit == 0) /* an hour may take one message where the day may */
            key->hour_limit = 1;
    }
}

/* Put what has passed since room was worked out into the sums. */
static void settle(struct mx_allowance_key *key)
{
    uint64_t taken = key->room_start - key->room;

    key->volume += taken;
    key->hour_volume += taken;
    key->passed += taken;
    key->room_start = key->room;
}

/* Work room out of the sums. */
static void set_room(struct mx_allowance_key *key)
{
    uint64_t day = key->limit > key->volume ? key->limit - key->volume : 0;
    uint64_t hour = key->hour_limit > key->hour_volume ? key->hour_limit - key->hour_volume : 0;

    key->room = day < hour ? day : hour;
    key->room_start = key->room;
}

void mx_allowance_roll(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                       const struct mx_allowance_calendar *calendar)
{
    int64_t gone = calendar->day_number - key->day_number;

    settle(key);
    key->hour_number = calendar->hour_number;
    key->hour_volume = 0;
    if (gone != 0) {
        key->ring[ring_place(key->day_number)] = (double)key->passed;
        for (int64_t i = 1; i < gone && i <= MX_REFERENCE_DAYS_MAX; i++)
            key->ring[ring_place(key->day_number + i)] = 0.0;
        key->day_number = calendar->day_number;
        key->volume = 0;
        key->passed = 0;
        set_limits(rule, key);
    }
    set_room(key);
}

/* A history of n and a half days is n whole ones and half a day's volume before them. */
void mx_allowance_key_init(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                           double *ring, enum mx_band band, double daily_volume, double days)
{
    *key = (struct mx_allowance_key){.band = band, .ring = ring, .cap = &rule->cap[band]};
    for (int i = 1; i <= MX_REFERENCE_DAYS_MAX; i++) {
        double part = days - (i - 1);

        part = part < 0.0 ? 0.0 : part < 1.0 ? part : 1.0;
        ring[ring_place(-i)] = daily_volume * part;
    }
    mx_bucket_init(&rule->cap[band], &key->bucket);
    set_limits(rule, key);
    set_room(key);
}

void mx_allowance_set_band(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                           enum mx_band band, int64_t now_us)
{
    if (band == key->band)
        return;
    mx_bucket_change(&rule->cap[key->band], &rule->cap[band], &key->bucket, now_us);
    key->band = band;
    key->cap = &rule->cap[band];
}

double mx_allowance_per_day(const struct mx_allowance_rule *rule,
                            const struct mx_allowance_key *key, int64_t day_number)
{
    double cap = rule->cap_per_day[key->band];
    double growth =
        mx_allowance_growth_per_day(rule->params, mx_allowance_reference(rule, key, day_number));

    if (!(rule->params->growth > 0.0))
        return cap;
    return cap > 0.0 && cap < growth ? cap : growth;
}

/* Refused: it may count all the same. */
static void count_refused(struct mx_allowance_key *key, bool token)
{
    settle(key);
    key->volume++;
    key->hour_volume++;
    set_room(key);
    if (token)
        mx_bucket_take(key->cap, &key->bucket);
}

enum mx_reason mx_allowance_refuse(const struct mx_allowance_rule rules[MX_SCOPE_COUNT],
                                   struct mx_allowance_key *const keys[MX_SCOPE_COUNT])
{
    enum mx_reason reason = MX_REASON_NONE;
    double least = 0.0;

    for (int s = 0; s < MX_SCOPE_COUNT; s++) {
        const struct mx_allowance_rule *rule = &rules[s];
        struct mx_allowance_key *key = keys[s];
        bool token;

        if (!rule->is_on)
            continue;
        token = mx_bucket_has(key->cap, &key->bucket);
        if (key->room == 0 && (reason == MX_REASON_NONE || key->per_day < least)) {
            reason = MX_REASON_SPIKE;
            least = key->per_day;
        }
        if (!token && (reason == MX_REASON_NONE || rule->cap_per_day[key->band] < least)) {
            reason = MX_REASON_RATE;
            least = rule->cap_per_day[key->band];
        }
        if (rule->params->refused_count)
            count_refused(key, token);
    }
    return reason;
}
