// SPDX-License-Identifier: GPL-3.0-or-later
/* part_top.c - what a scenario says of itself: name, start, engine, horizon, output. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

#define WINDOWS_MAX INT64_C(4000000000)
#define EXPECT_MAX 1000
#define WALK_MAX 100000
#define SERIES_POINTS_MAX 1000000
#define CLOCK_CHANGES_MAX 32 /* of the 400 days of a horizon; no zone has had so many */

/* black-friday for scenarios/black-friday.cfg. */
static char *name_of_file(struct mx_arena *memory, const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash != NULL ? slash + 1 : file;
    size_t size = strlen(base);
    if (size > 4 && strcmp(base + size - 4, ".cfg") == 0) {
        size -= 4;
    }
    return mx_arena_copy_part(memory, base, size);
}

static void read_name(struct mx_build *build, struct mx_fields *top)
{
    const char *name = NULL;
    build->plan->name = name_of_file(build->memory, build->file);
    if (mx_field_text(top, "name", &name)) {
        if (*name == '\0' || strlen(name) > 100 || strpbrk(name, "\n\r\t") != NULL) {
            mx_complain(build, mx_node_find(top->group, "name"),
                        "a name has 1 to 100 characters, in one line");
        }
        build->plan->name = mx_arena_copy(build->memory, name);
    }
}

/* Two digits below `end`, or -1. */
static int two_digits(const char *text, int end)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return -1;
    }
    int value = (text[0] - '0') * 10 + (text[1] - '0');
    return value < end ? value : -1;
}

/* "-05:00", "+05:53:28". */
static bool offset_of_text(const char *text, int32_t *offset_s)
{
    size_t size = strlen(text);
    if ((text[0] != '+' && text[0] != '-') || (size != 6 && size != 9) || text[3] != ':' ||
        (size == 9 && text[6] != ':')) {
        return false;
    }
    int hours = two_digits(text + 1, 27), minutes = two_digits(text + 4, 60);
    int seconds = size == 9 ? two_digits(text + 7, 60) : 0;
    if (hours < 0 || minutes < 0 || seconds < 0) {
        return false;
    }
    *offset_s = (hours * 3600 + minutes * 60 + seconds) * (text[0] == '-' ? -1 : 1);
    return true;
}

/* The zone: utc_offset where it stands, else the zone file. */
static const struct mx_zone *read_zone(struct mx_build *build, struct mx_fields *top)
{
    const char *zone_name = "UTC", *offset = NULL, *error = "";
    int32_t offset_s = 0;
    bool named = mx_field_text(top, "time_zone", &zone_name);
    if (mx_field_text(top, "utc_offset", &offset)) {
        const struct mx_node *node = mx_node_find(top->group, "utc_offset");
        if (!offset_of_text(offset, &offset_s)) {
            mx_complain(build, node, "\"%.40s\" is not an offset such as \"-05:00\"", offset);
        }
        if (strlen(zone_name) > 100 || strpbrk(zone_name, "\"\\\n\r") != NULL) {
            mx_complain(build, node, "time_zone is not a name such as Europe/Berlin");
        }
        build->plan->time_zone = mx_arena_copy(build->memory, zone_name);
        return mx_zone_fixed(&build->scratch, offset_s);
    }
    build->plan->time_zone = mx_arena_copy(build->memory, zone_name);
    struct mx_zone *zone = mx_zone_load(&build->scratch, build->source.access, zone_name, &error);
    if (zone == NULL) {
        const char *nearest = mx_zone_nearest(&build->scratch, build->source.access, zone_name);
        mx_complain(build, named ? mx_node_find(top->group, "time_zone") : top->group,
                    "time zone \"%.60s\": %s%s%s%s", zone_name, error,
                    nearest != NULL ? "; did you mean \"" : "", nearest != NULL ? nearest : "",
                    nearest != NULL ? "\"?" : "");
        return mx_zone_fixed(&build->scratch, 0);
    }
    return zone;
}

static void read_start(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    const char *start = "2026-01-01 00:00";
    int64_t local_s = 0;
    bool given = mx_field_text(top, "start", &start), exists = true;
    build->zone = read_zone(build, top);
    if (!mx_local_of_text(start, &local_s) && given) {
        mx_complain(build, mx_node_find(top->group, "start"),
                    "\"%.60s\" is not a date and time; allowed: \"YYYY-MM-DD HH:MM\", years 1970 "
                    "to 2200",
                    start);
    }
    plan->start = mx_arena_copy(build->memory, start);
    plan->start_unix_s = mx_zone_unix_s(build->zone, local_s, &exists);
    if (!exists) {
        mx_complain(build, top->group, "the clocks of %s skip %s", plan->time_zone, start);
    }
    plan->utc_offset_s = mx_zone_offset_s(build->zone, plan->start_unix_s);
    /* days of another length: the same part of the day has passed */
    plan->day.offset_us = local_s % 86400 * (plan->day.day_us / 86400);
    plan->day.offset_us += local_s % 86400 * (plan->day.day_us % 86400) / 86400;
}

static void read_engine(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    struct mx_fields fields;
    bool none = false;
    plan->window_us = MX_SECOND_US;
    plan->day.day_us = MX_DAY_US;
    struct mx_node *engine = mx_field_group(top, "engine", &none);
    mx_fields_begin(&fields, build, engine);
    mx_field_duration(&fields, "window", 1000, MX_DAY_US, &plan->window_us);
    mx_field_duration(&fields, "day", MX_SECOND_US, MX_HORIZON_US_MAX / 10, &plan->day.day_us);
    mx_fields_end(&fields);
    if (plan->day.day_us % 24 != 0) {
        mx_complain(build, engine, "a day has to split into 24 hours of whole microseconds");
    }
}

static void read_expect(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    struct mx_node *list = mx_field(top, "expect");
    if (!mx_node_expect(build, list, MX_NODE_LIST, "a list such as (\"delivered_rate >= 99%\")")) {
        return;
    }
    if (list->child_count > EXPECT_MAX) {
        mx_complain(build, list, "more than %d expectations", EXPECT_MAX);
        return;
    }
    plan->expect = mx_arena_take(build->memory, list->child_count, sizeof *plan->expect);
    for (size_t i = 0; i < list->child_count; i++) {
        const struct mx_node *node = list->child[i];
        if (!mx_node_expect(build, node, MX_NODE_TEXT, "text such as \"delivered_rate >= 0.99\"")) {
            continue;
        }
        if (*node->text == '\0' || strlen(node->text) > 300 ||
            strpbrk(node->text, "\n\r\t") != NULL) {
            mx_complain(build, node, "an expectation has 1 to 300 characters, in one line");
            continue;
        }
        plan->expect[plan->expect_count++] = mx_arena_copy(build->memory, node->text);
    }
}

void mx_build_start(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    read_name(build, top);
    plan->file = mx_arena_copy(build->memory, build->file);
    read_engine(build, top);
    read_start(build, top);
    plan->seed = 1;
    plan->replications = 1;
    mx_field_count(top, "seed", 0, MX_SEED_MAX, &plan->seed);
    mx_field_count32(top, "replications", 1, MX_REPLICATIONS_MAX, &plan->replications);
    mx_field_duration(top, "warmup", 0, MX_HORIZON_US_MAX, &plan->warmup_us);
    mx_field_truth(top, "steady_state", &plan->steady_state);
    read_expect(build, top);
}

/* "113h -05:00". */
static bool change_of_text(const char *text, struct mx_clock_change *change)
{
    const char *blank = strchr(text, ' ');
    char duration[MX_QUANTITY_TEXT_SIZE];
    if (blank == NULL || (size_t)(blank - text) >= sizeof duration) {
        return false;
    }
    memcpy(duration, text, (size_t)(blank - text));
    duration[blank - text] = '\0';
    return mx_quantity_duration(duration, &change->at_us) == MX_QUANTITY_OK &&
           offset_of_text(blank + 1, &change->utc_offset_s);
}

/* Written down, as plan.cfg has them. */
static void read_clock_changes(struct mx_build *build, const struct mx_node *list)
{
    struct mx_plan *plan = build->plan;
    if (list->child_count > 0 && mx_node_find(list->parent, "utc_offset") == NULL) {
        mx_complain(build, list, "needs utc_offset beside it; else the time zone tells them");
        return;
    }
    if (list->child_count > CLOCK_CHANGES_MAX) {
        mx_complain(build, list, "more than %d changes", CLOCK_CHANGES_MAX);
        return;
    }
    int64_t last_us = 0;
    for (size_t i = 0; i < list->child_count; i++) {
        const struct mx_node *node = list->child[i];
        struct mx_clock_change *change = &plan->clock_changes[plan->clock_change_count];
        if (!mx_node_expect(build, node, MX_NODE_TEXT, "text such as \"113h -05:00\"")) {
            continue;
        }
        if (!change_of_text(node->text, change) || change->at_us <= last_us) {
            mx_complain(build, node,
                        "\"%.40s\" is not a time after the one before, a blank and an offset, such "
                        "as \"113h -05:00\"",
                        node->text);
            continue;
        }
        last_us = change->at_us;
        plan->clock_change_count += change->at_us < plan->horizon_us;
    }
}

/* The first second in (low_s, high_s] with the offset of high_s, which that of low_s is not. */
static int64_t change_between_s(const struct mx_zone *zone, int64_t low_s, int64_t high_s)
{
    int32_t before_s = mx_zone_offset_s(zone, low_s);
    while (high_s - low_s > 1) {
        int64_t middle_s = low_s + (high_s - low_s) / 2;
        if (mx_zone_offset_s(zone, middle_s) == before_s) {
            low_s = middle_s;
        } else {
            high_s = middle_s;
        }
    }
    return high_s;
}

/* From the zone, looked at every six hours of the horizon. */
static void find_clock_changes(struct mx_build *build)
{
    const int64_t step_s = 6 * 3600;
    struct mx_plan *plan = build->plan;
    int64_t end_s = plan->start_unix_s + plan->horizon_us / MX_SECOND_US + 1;
    int32_t offset_s = plan->utc_offset_s;
    for (int64_t at_s = plan->start_unix_s; at_s < end_s; at_s += step_s) {
        int64_t until_s = at_s + step_s < end_s ? at_s + step_s : end_s;
        if (mx_zone_offset_s(build->zone, until_s) == offset_s) {
            continue;
        }
        int64_t change_s = change_between_s(build->zone, at_s, until_s);
        int64_t change_us = (change_s - plan->start_unix_s) * MX_SECOND_US;
        offset_s = mx_zone_offset_s(build->zone, until_s);
        if (change_us < plan->horizon_us && plan->clock_change_count < CLOCK_CHANGES_MAX) {
            plan->clock_changes[plan->clock_change_count++] =
                (struct mx_clock_change){change_us, offset_s};
        }
    }
}

static void set_clock_changes(struct mx_build *build, struct mx_fields *top)
{
    const struct mx_node *list = mx_field_list(top, "clock_changes");
    build->plan->clock_changes =
        mx_arena_take(build->memory, CLOCK_CHANGES_MAX, sizeof *build->plan->clock_changes);
    if (list != NULL) {
        read_clock_changes(build, list);
    } else {
        find_clock_changes(build);
    }
}

/* How long after its creation a message that is always refused is over; MX_NEVER: never. Walks
 * the policy with the uniform that makes gaps longest. Where the end follows an attempt, replies
 * that take their time can move the last attempt by a gap. */
static int64_t lifetime_us(const struct mx_retry_policy *policy)
{
    struct mx_retry_state state = {.attempt_count = 1};
    struct mx_retry_decision decision = {.next_us = 0, .expires_us = MX_NEVER};
    int64_t now_us = 0;
    for (int i = 0; i < WALK_MAX && now_us <= MX_HORIZON_US_MAX; i++) {
        decision = mx_retry_decide(policy, &state, now_us, 1 - 0x1p-40);
        if (decision.next_us == MX_NEVER) {
            break;
        }
        state.gap_us = decision.gap_us;
        state.due_us = decision.next_us;
        state.attempt_count++;
        now_us = decision.next_us > now_us ? decision.next_us : now_us + 1;
    }
    bool ended = decision.next_us == MX_NEVER;
    if (ended && decision.expires_us > now_us) {
        now_us = decision.expires_us;
    }
    if (policy->expiry == MX_EXPIRE_ATTEMPTS || policy->expiry == MX_EXPIRE_ATTEMPTS_DUE) {
        return ended ? now_us + now_us / 100 + MX_HOUR_US : MX_HORIZON_US_MAX;
    }
    if (policy->lifetime_us == MX_NEVER && !ended) {
        return MX_NEVER;
    }
    if (policy->lifetime_us != MX_NEVER && policy->lifetime_us > now_us) {
        now_us = policy->lifetime_us;
    }
    bool waits = policy->expiry == MX_EXPIRE_AFTER_FAILURE;
    return now_us + (waits ? state.gap_us + policy->scan_us : 0);
}

/* Last creation. The end of a Poisson stream is random: past the window it goes on at its mean
 * rate, so ten standard deviations of the sum of its n gaps, window / sqrt(n) each, are added. */
static int64_t last_creation_us(const struct mx_plan *plan)
{
    int64_t last_us = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        const struct mx_plan_campaign *campaign = &plan->campaigns[c];
        if (campaign->piece_count == 0 || campaign->occurrence_count == 0) {
            continue;
        }
        int64_t window_us = campaign->piece_edge_us[campaign->piece_count];
        int64_t end_us = campaign->occurrence_start_us[campaign->occurrence_count - 1] + window_us;
        double margin_us = 0;
        for (uint32_t p = 0; campaign->poisson && p < plan->provider_count; p++) {
            double own_us = campaign->counts[p] == 0
                                ? 0
                                : 10 * (double)window_us / sqrt((double)campaign->counts[p]);
            margin_us = own_us > margin_us ? own_us : margin_us;
        }
        end_us += margin_us < (double)MX_HORIZON_US_MAX ? (int64_t)margin_us : MX_HORIZON_US_MAX;
        last_us = end_us > last_us ? end_us : last_us;
    }
    return last_us;
}

static void read_horizon(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    struct mx_node *node = mx_field(top, "horizon");
    bool automatic =
        node == NULL || (node->kind == MX_NODE_TEXT && strcmp(node->text, "auto") == 0);
    if (!automatic) {
        mx_node_duration(build, node, plan->window_us, MX_HORIZON_US_MAX, &plan->horizon_us);
        return;
    }
    if (mx_retry_check(&plan->retry) != NULL) {
        return; /* reported before; nothing may be asked of such a policy */
    }
    int64_t life_us = lifetime_us(&plan->retry);
    if (life_us == MX_NEVER) {
        mx_complain_key(build, top->group, "horizon",
                        "cannot be \"auto\": messages have no lifetime; give a duration");
        return;
    }
    plan->horizon_us = last_creation_us(plan) + life_us + plan->window_us;
    if (plan->horizon_us > MX_HORIZON_US_MAX) {
        mx_complain_key(build, top->group, "horizon",
                        "the last message is over after %.4g days; allowed: 400 days; give a "
                        "duration to end before",
                        (double)plan->horizon_us / MX_DAY_US);
    }
}

static void read_output(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    struct mx_fields fields;
    bool none = false;
    mx_fields_begin(&fields, build, mx_field_group(top, "output", &none));
    struct mx_node *every = mx_field(&fields, "timeseries_every");
    plan->timeseries_every_us =
        plan->horizon_us <= 4 * MX_DAY_US ? MX_MINUTE_US : 10 * MX_MINUTE_US;
    if (every != NULL && (every->kind != MX_NODE_TEXT || strcmp(every->text, "auto") != 0)) {
        int64_t least_us = plan->horizon_us / SERIES_POINTS_MAX + 1;
        mx_node_duration(build, every, least_us > plan->window_us ? least_us : plan->window_us,
                         MX_HORIZON_US_MAX, &plan->timeseries_every_us);
    }
    mx_fields_end(&fields);
}

void mx_build_end(struct mx_build *build, struct mx_fields *top)
{
    struct mx_plan *plan = build->plan;
    read_horizon(build, top);
    set_clock_changes(build, top);
    read_output(build, top);
    if (plan->warmup_us > 0 && plan->warmup_us >= plan->horizon_us) {
        mx_complain(build, mx_node_find(top->group, "warmup"),
                    "ends at or after the horizon: nothing would be counted");
    }
    if (plan->steady_state && plan->warmup_us > 0) {
        mx_complain(build, mx_node_find(top->group, "warmup"),
                    "a steady_state finds its own; leave one of the two out");
    }
    if (plan->steady_state && plan->replications > 1) {
        mx_complain(build, mx_node_find(top->group, "replications"),
                    "a steady_state is one long run; leave this out");
    }
    if (plan->horizon_us / plan->window_us > WINDOWS_MAX) {
        mx_complain_key(build, top->group, "engine.window",
                        "more than %lld windows up to the horizon", (long long)WINDOWS_MAX);
    }
    plan->exact_required =
        mx_retry_check(&plan->retry) == NULL && mx_retry_gap_us_min(&plan->retry) < plan->window_us;
    plan->exact_required =
        plan->exact_required || mx_destination_is_shared(&plan->retry, &plan->destination);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        if (plan->providers[i].receiver.capacity.kind == MX_CAPACITY_SERVERS) {
            plan->exact_required = true;
        }
    }
    if ((uint64_t)plan->ip_count * plan->provider_count > MX_PATHS_MAX) {
        mx_complain(build, top->group, "%u addresses x %u providers; allowed: %d paths",
                    plan->ip_count, plan->provider_count, MX_PATHS_MAX);
    }
}
