// SPDX-License-Identifier: GPL-3.0-or-later
/* allowance.h - stage 2 of a provider, second part: how much an IP, a netblock or a sending
 * domain may send in a day (growth rule) and at what rate (cap).
 *
 * One rule per scope, one key per IP, netblock or domain. Equations: models/README.md. */
#ifndef MX_ALLOWANCE_H
#define MX_ALLOWANCE_H

#include "models/token_bucket.h"

#define MX_REFERENCE_DAYS_MAX 30
#define MX_HOURS_A_DAY 24

/* The local day and hour; an hour is a 24th of the provider's day. Zero-time is day 0. */
struct mx_allowance_calendar {
    struct mx_day day;
    int64_t day_number, hour_number; /* hours count on over the days */
    int64_t hour_end_us;
};

void mx_allowance_calendar_init(struct mx_allowance_calendar *calendar, const struct mx_day *day);
void mx_allowance_calendar_turn(struct mx_allowance_calendar *calendar, int64_t now_us);

static inline void mx_allowance_calendar_at(struct mx_allowance_calendar *calendar, int64_t now_us)
{
    if (now_us >= calendar->hour_end_us)
        mx_allowance_calendar_turn(calendar, now_us);
}

/* One scope. cap_per_day: per local day, 0 = no cap. */
struct mx_allowance_rule {
    const struct mx_allowance_params *params;
    bool is_on;
    struct mx_bucket_rule cap[MX_BAND_COUNT];
    double cap_per_day[MX_BAND_COUNT];
};

/* bands: caps for a scope without one of its own; NULL: none. params and bands are borrowed. */
void mx_allowance_prepare(struct mx_allowance_rule *rule, const struct mx_allowance_params *params,
                          const struct mx_band_params *bands, const struct mx_day *day);

/* One IP, netblock or domain. Since nearly all attempts pass, what they change is one number, room:
 * how many more the growth rule lets through in this hour. From room_start, its value when it was
 * last worked out, follows what passed since; the sums of the day and of the hour leave that out.
 * volume: of the day, refused attempts included where they count; limit: the most it may be;
 * passed: of the day; ring: passed on each of the last 30 days, by day number modulo 30. */
struct mx_allowance_key {
    struct mx_bucket bucket;
    const struct mx_bucket_rule *cap; /* of the band */
    uint64_t room, room_start;
    int64_t hour_number, day_number;
    uint64_t volume, limit;
    uint64_t hour_volume, hour_limit;
    uint64_t passed;
    double per_day; /* of the growth rule; 0 = no rule */
    double *ring;
    enum mx_band band;
};

/* Volume of the day up to now. */
static inline uint64_t mx_allowance_volume(const struct mx_allowance_key *key)
{
    return key->volume + (key->room_start - key->room);
}

/* ring: MX_REFERENCE_DAYS_MAX doubles, borrowed. history: NULL = cold. Starts with a full bucket
 * at time 0. */
void mx_allowance_key_init(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                           double *ring, enum mx_band band, double daily_volume, double days);

/* The band of the key moves at now_us: the cap changes, tokens are clipped to the new depth. */
void mx_allowance_set_band(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                           enum mx_band band, int64_t now_us);

/* Largest volume that passed in one of the last reference_days days before day_number. */
double mx_allowance_reference(const struct mx_allowance_rule *rule,
                              const struct mx_allowance_key *key, int64_t day_number);

/* max(floor, growth x reference); 0 where there is no growth rule. */
double mx_allowance_growth_per_day(const struct mx_allowance_params *params, double reference);

/* What binds, as of day_number: the smaller of growth rule and cap per day; 0 = neither. */
double mx_allowance_per_day(const struct mx_allowance_rule *rule,
                            const struct mx_allowance_key *key, int64_t day_number);

/* A new hour of the key, perhaps of a new day. */
void mx_allowance_roll(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                       const struct mx_allowance_calendar *calendar);

/* Which of the rules that refuse an attempt allows least, and what the refusal itself costs. */
enum mx_reason mx_allowance_refuse(const struct mx_allowance_rule rules[MX_SCOPE_COUNT],
                                   struct mx_allowance_key *const keys[MX_SCOPE_COUNT]);

/* Bring the key up to now_us; true: it lets one more through. */
static inline bool mx_allowance_has(const struct mx_allowance_rule *rule,
                                    struct mx_allowance_key *key,
                                    const struct mx_allowance_calendar *calendar, int64_t now_us)
{
    if (!rule->is_on)
        return true;
    if (key->hour_number != calendar->hour_number)
        mx_allowance_roll(rule, key, calendar);
    mx_bucket_fill(key->cap, &key->bucket, now_us);
    return key->room > 0 && mx_bucket_has(key->cap, &key->bucket);
}

static inline void mx_allowance_pass(const struct mx_allowance_rule *rule,
                                     struct mx_allowance_key *key)
{
    if (!rule->is_on)
        return;
    key->room--;
    mx_bucket_take(key->cap, &key->bucket);
}

/* One attempt under all scopes that are on: keys[s] is of rules[s]. The message takes from all of
 * them, or is refused: MX_REASON_SPIKE (growth) or MX_REASON_RATE (cap), whichever of those that
 * refuse allows less a day. MX_REASON_NONE: passed. The calendar must stand at now_us. */
static inline enum mx_reason mx_allowance_take(const struct mx_allowance_rule rules[MX_SCOPE_COUNT],
                                               struct mx_allowance_key *const keys[MX_SCOPE_COUNT],
                                               const struct mx_allowance_calendar *calendar,
                                               int64_t now_us)
{
    const bool ip = mx_allowance_has(&rules[MX_SCOPE_IP], keys[MX_SCOPE_IP], calendar, now_us);
    const bool netblock =
        mx_allowance_has(&rules[MX_SCOPE_NETBLOCK], keys[MX_SCOPE_NETBLOCK], calendar, now_us);
    const bool domain =
        mx_allowance_has(&rules[MX_SCOPE_DOMAIN], keys[MX_SCOPE_DOMAIN], calendar, now_us);

    if (!ip || !netblock || !domain)
        return mx_allowance_refuse(rules, keys);
    mx_allowance_pass(&rules[MX_SCOPE_IP], keys[MX_SCOPE_IP]);
    mx_allowance_pass(&rules[MX_SCOPE_NETBLOCK], keys[MX_SCOPE_NETBLOCK]);
    mx_allowance_pass(&rules[MX_SCOPE_DOMAIN], keys[MX_SCOPE_DOMAIN]);
    return MX_REASON_NONE;
}

#endif
