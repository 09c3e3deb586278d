// SPDX-License-Identifier: GPL-3.0-or-later
/* part_policy.c - a provider's allowance, reputation, block and capacity. */
#include <string.h>

#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

#define HISTORY_DAYS_MAX 30

/* growth … cap of one scope. */
static void read_scope(struct mx_build *build, struct mx_fields *fields,
                       struct mx_allowance_params *allowance)
{
    static const char *const buckets[] = {"continuous", "periodic"};
    int64_t day_us = build->plan->day.day_us, reference_us = 0;
    int bucket = (int)allowance->bucket;
    struct mx_rate floor = {5000, MX_DAY_US};
    mx_field_number_none(fields, "growth", 0, 1, 1000, &allowance->growth);
    if (mx_field_rate(fields, "floor", &floor) || allowance->growth > 0) {
        allowance->floor_per_day = mx_rate_per_day(&floor, day_us);
    }
    if (allowance->growth > 0) {
        mx_field_assume(fields, "floor", "5k/day", "1k/day .. 20k/day");
    }
    if (mx_field_duration(fields, "reference", 1, HISTORY_DAYS_MAX * day_us, &reference_us)) {
        allowance->reference_days = (uint32_t)(reference_us / day_us);
        if (reference_us % day_us != 0) {
            mx_complain(build, mx_node_find(fields->group, "reference"),
                        "not a whole number of days");
        }
    }
    if (mx_field_share(fields, "hourly_share", &allowance->hourly_share) &&
        !(allowance->hourly_share > 0)) {
        mx_complain(build, mx_node_find(fields->group, "hourly_share"),
                    "a share of 0 lets nothing pass; 100%% switches the hourly rule off");
    }
    mx_field_truth(fields, "refused_count", &allowance->refused_count);
    mx_field_amount(fields, "depth", 1, 1e12, &allowance->depth);
    mx_field_choice(fields, "bucket", buckets, MX_BUCKET_KIND_COUNT, &bucket);
    allowance->bucket = (enum mx_bucket_kind)bucket;
    mx_field_rate_none(fields, "cap", &allowance->cap);
}

static const struct mx_allowance_params allowance_off = {
    .reference_days = HISTORY_DAYS_MAX,
    .hourly_share = 1,
    .cap = {0, MX_HOUR_US},
    .bucket = MX_BUCKET_CONTINUOUS,
};

void mx_build_allowance(struct mx_build *build, struct mx_fields *provider,
                        struct mx_receiver_params *receiver)
{
    static const char *const keys[] = {
        [MX_SCOPE_NETBLOCK] = "netblock", [MX_SCOPE_DOMAIN] = "domain"};
    struct mx_fields fields, inner;
    bool none = false;
    for (int scope = 0; scope < MX_SCOPE_COUNT; scope++) {
        receiver->allowance[scope] = allowance_off;
    }
    struct mx_node *node = mx_field_group(provider, "allowance", &none);
    if (node == NULL) {
        return;
    }
    mx_fields_begin(&fields, build, node);
    read_scope(build, &fields, &receiver->allowance[MX_SCOPE_IP]);
    for (int scope = MX_SCOPE_NETBLOCK; scope < MX_SCOPE_COUNT; scope++) {
        struct mx_node *group = mx_field_group(&fields, keys[scope], &none);
        mx_fields_begin(&inner, build, group);
        read_scope(build, &inner, &receiver->allowance[scope]);
        mx_fields_end(&inner);
    }
    mx_fields_end(&fields);
}

static void read_band(struct mx_build *build, struct mx_fields *bands, const char *key,
                      enum mx_band index, struct mx_band_params *band)
{
    struct mx_fields fields;
    struct mx_node *node = mx_field_need(bands, key, "a group { below; cap; busy; block; spam; }");
    mx_fields_begin(&fields, build, node);
    if (index == MX_BAND_HIGH) {
        double ignored;
        mx_field_number(&fields, "below", 0, 2, &ignored);
    } else {
        mx_node_number(build, mx_field_need(&fields, "below", "a score, 0 to 1"), 0, 1,
                       &band->below);
    }
    mx_field_rate_none(&fields, "cap", &band->cap);
    mx_field_share(&fields, "busy", &band->busy);
    mx_field_share(&fields, "block", &band->block);
    mx_field_share(&fields, "spam", &band->spam);
    mx_fields_end(&fields);
    if (fields.group != NULL && band->busy + band->block > 1 + 1e-9) {
        mx_complain(build, node, "busy + block are more than 100 %%");
    }
}

static void read_bands(struct mx_build *build, struct mx_fields *reputation_fields,
                       struct mx_reputation_params *reputation)
{
    static const char *const keys[] = {"bad", "low", "medium", "high"};
    struct mx_fields fields;
    struct mx_node *node =
        mx_field_need(reputation_fields, "bands", "a group of the bands bad, low, medium and high");
    mx_fields_begin(&fields, build, node);
    for (int band = 0; band < MX_BAND_COUNT; band++) {
        read_band(build, &fields, keys[band], (enum mx_band)band, &reputation->band[band]);
        if (band > 0 && band < MX_BAND_HIGH &&
            reputation->band[band].below < reputation->band[band - 1].below) {
            mx_complain(build, node, "the edges (below) of bad, low and medium must not fall");
        }
    }
    mx_fields_end(&fields);
}

static void read_prior(struct mx_build *build, struct mx_fields *reputation_fields,
                       struct mx_reputation_params *reputation)
{
    struct mx_fields fields;
    mx_fields_begin(&fields, build,
                    mx_field_need(reputation_fields, "prior", "a group { score; weight; }"));
    mx_node_number(build, mx_field_need(&fields, "score", "a score, 0 to 1"), 0, 1,
                   &reputation->prior_score);
    mx_node_number(build, mx_field_need(&fields, "weight", "a number of messages"), 0, 1e12,
                   &reputation->prior_weight);
    mx_fields_end(&fields);
    mx_fields_begin(&fields, build,
                    mx_field_need(reputation_fields, "weights",
                                  "a group { complaint; unknown; trap; engagement; }"));
    mx_node_number(build, mx_field_need(&fields, "complaint", "a weight"), 0, 1e9,
                   &reputation->complaint_weight);
    mx_node_number(build, mx_field_need(&fields, "unknown", "a weight"), 0, 1e9,
                   &reputation->unknown_weight);
    mx_node_number(build, mx_field_need(&fields, "trap", "a weight"), 0, 1e9,
                   &reputation->trap_weight);
    mx_field_number(&fields, "engagement", 0, 1e9, &reputation->engagement_weight);
    mx_fields_end(&fields);
}

static void read_block(struct mx_build *build, struct mx_fields *reputation_fields,
                       struct mx_block_params *block)
{
    struct mx_fields fields;
    bool none = false;
    uint64_t deferrals = 0;
    struct mx_node *node = mx_field_group(reputation_fields, "block", &none);
    block->within_us = MX_HOUR_US;
    block->lasts_us = MX_DAY_US;
    mx_fields_begin(&fields, build, node);
    mx_node_count(build, mx_field_need(&fields, "after_policy_deferrals", "a count"), 1, 1000000000,
                  &deferrals);
    mx_node_duration(build, mx_field_need(&fields, "within", "a duration"), 1, MX_HORIZON_US_MAX,
                     &block->within_us);
    mx_node_duration(build, mx_field_need(&fields, "lasts", "a duration"), 1, MX_HORIZON_US_MAX,
                     &block->lasts_us);
    mx_fields_end(&fields);
    block->deferrals = (uint32_t)deferrals;
}

void mx_build_reputation(struct mx_build *build, struct mx_fields *provider,
                         struct mx_receiver_params *receiver)
{
    struct mx_reputation_params *reputation = &receiver->reputation;
    struct mx_fields fields;
    bool none = false;
    struct mx_node *node = mx_field_group(provider, "reputation", &none);
    reputation->half_life_us = 7 * MX_DAY_US;
    reputation->epoch_us = MX_MINUTE_US;
    reputation->episode_us = 45 * MX_MINUTE_US;
    reputation->domain = true;
    for (int band = 0; band < MX_BAND_COUNT; band++) {
        reputation->band[band].cap.period_us = MX_HOUR_US;
    }
    if (node == NULL) {
        return;
    }
    reputation->enabled = true;
    mx_fields_begin(&fields, build, node);
    mx_field_duration(&fields, "half_life", 1, MX_HORIZON_US_MAX, &reputation->half_life_us);
    mx_field_duration(&fields, "epoch", build->plan->window_us, MX_HORIZON_US_MAX,
                      &reputation->epoch_us);
    mx_field_duration(&fields, "episode", 0, MX_HORIZON_US_MAX, &reputation->episode_us);
    mx_field_truth(&fields, "domain", &reputation->domain);
    read_prior(build, &fields, reputation);
    read_bands(build, &fields, reputation);
    read_block(build, &fields, &receiver->block);
    mx_fields_end(&fields);
    mx_field_assume(&fields, "epoch", "1m", "1s .. 1h");
    mx_field_assume(&fields, "episode", "45m", "30m .. 2h");
    if (reputation->epoch_us % build->plan->window_us != 0) {
        mx_complain_key(build, node, "epoch", "not a multiple of engine.window");
    }
}

static const char *const capacity_kinds[] = {"rate", "servers"};

/* A minute's worth; 10 seconds' to an hour's are to be tried. */
static void assume_backlog(struct mx_fields *fields, const struct mx_capacity_params *capacity)
{
    char value[MX_QUANTITY_TEXT_SIZE], low[MX_QUANTITY_TEXT_SIZE], high[MX_QUANTITY_TEXT_SIZE];
    mx_quantity_put_number(value, capacity->backlog);
    mx_quantity_put_number(low, capacity->backlog / 6);
    mx_quantity_put_number(high, capacity->backlog * 60);
    mx_field_assume(fields, "backlog", mx_arena_copy(&fields->build->scratch, value),
                    mx_arena_format(&fields->build->scratch, "%s .. %s", low, high));
}

static void read_rate_capacity(struct mx_build *build, struct mx_fields *fields,
                               struct mx_capacity_params *capacity)
{
    struct mx_fields inner;
    struct mx_rate rate = {0, MX_SECOND_US};
    bool none = false;
    mx_field_require(fields, "rate", "a rate or \"none\"");
    mx_field_rate_none(fields, "rate", &rate);
    capacity->rate_per_s = mx_rate_per_s(&rate);
    capacity->backlog = capacity->rate_per_s * 60;
    capacity->backlog = capacity->backlog > 1 ? capacity->backlog : 1;
    mx_field_amount(fields, "backlog", 0, 1e12, &capacity->backlog);
    if (rate.count > 0) {
        assume_backlog(fields, capacity);
    }
    mx_field_number(fields, "busy_cost", 0, 1000, &capacity->busy_cost);
    mx_field_daily(fields, "daily", &capacity->daily);
    mx_fields_begin(&inner, build, mx_field_group(fields, "noise", &none));
    mx_node_number(build, mx_field_need(&inner, "cv", "a number"), 0, 20, &capacity->noise_cv);
    mx_node_duration(build, mx_field_need(&inner, "every", "a duration"), build->plan->window_us,
                     MX_HORIZON_US_MAX, &capacity->noise_every_us);
    mx_fields_end(&inner);
    if (!(capacity->noise_cv > 0)) {
        capacity->noise_every_us = MX_MINUTE_US;
    }
    mx_fields_begin(&inner, build, mx_field_group(fields, "background", &none));
    rate = (struct mx_rate){0, MX_SECOND_US};
    mx_field_require(&inner, "rate", "a rate");
    if (mx_field_rate(&inner, "rate", &rate)) {
        capacity->background_per_s = mx_rate_per_s(&rate);
    }
    mx_field_daily(&inner, "daily", &capacity->background_daily);
    mx_fields_end(&inner);
}

static void read_servers_capacity(struct mx_build *build, struct mx_fields *fields,
                                  struct mx_capacity_params *capacity)
{
    uint64_t servers = 1;
    mx_node_count(build, mx_field_need(fields, "servers", "a count"), 1, MX_SERVERS_MAX, &servers);
    capacity->servers = (uint32_t)servers;
    capacity->waiting_room = UINT64_MAX;
    mx_field_require(fields, "service", "a law of durations");
    mx_field_law(fields, "service", &capacity->service);
    mx_field_require(fields, "waiting_room", "a count or \"none\" (unlimited)");
    mx_field_count_none(fields, "waiting_room", UINT64_MAX, 0, MX_WAITING_ROOM_MAX,
                        &capacity->waiting_room);
}

/* The kind that the keys belong to, as an index of capacity_kinds: `--set ...capacity.rate=500/s`
 * says enough. -1: none is written, or keys of both, which is reported. */
static int kind_of_keys(struct mx_build *build, const struct mx_node *capacity)
{
    static const struct {
        const char *key;
        int kind;
    } keys[] = {{"rate", 0},       {"backlog", 0}, {"busy_cost", 0},
                {"daily", 0},      {"noise", 0},   {"servers", 1},
                {"background", 0}, {"service", 1}, {"waiting_room", 1}};
    const char *first[2] = {NULL, NULL};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (first[keys[i].kind] == NULL && mx_node_find(capacity, keys[i].key) != NULL) {
            first[keys[i].kind] = keys[i].key;
        }
    }
    if (first[0] != NULL && first[1] != NULL) {
        mx_complain(build, capacity,
                    "%s belongs to kind = \"%s\" and %s to kind = \"%s\"; leave one of them out",
                    first[0], capacity_kinds[0], first[1], capacity_kinds[1]);
        return -1;
    }
    if (first[0] == NULL && first[1] == NULL) {
        mx_complain_key(build, capacity, "kind", "missing: needs \"rate\" or \"servers\"");
        return -1;
    }
    return first[1] != NULL;
}

void mx_build_capacity(struct mx_build *build, struct mx_fields *provider,
                       struct mx_receiver_params *receiver)
{
    struct mx_capacity_params *capacity = &receiver->capacity;
    struct mx_fields fields;
    bool none = false;
    int kind = -1;
    struct mx_node *node = mx_field_group(provider, "capacity", &none);
    capacity->noise_every_us = MX_MINUTE_US;
    if (node == NULL) {
        return;
    }
    mx_fields_begin(&fields, build, node);
    if (mx_field(&fields, "kind") == NULL) {
        kind = kind_of_keys(build, node);
    } else {
        mx_field_choice(&fields, "kind", capacity_kinds, 2, &kind);
    }
    if (kind == 0) {
        read_rate_capacity(build, &fields, capacity);
        capacity->kind = capacity->rate_per_s > 0 ? MX_CAPACITY_RATE : MX_CAPACITY_NONE;
        mx_fields_end(&fields);
    } else if (kind == 1) {
        capacity->kind = MX_CAPACITY_SERVERS;
        read_servers_capacity(build, &fields, capacity);
        mx_fields_end(&fields);
    }
}
