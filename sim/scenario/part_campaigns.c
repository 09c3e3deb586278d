// SPDX-License-Identifier: GPL-3.0-or-later
/* part_campaigns.c - campaigns = { NAME = { … } }: what is sent, when, and to whom. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/parts.h"
#include "sim/scenario/quantity.h"

#define SHARE_ONE ((unsigned __int128)1000000000000000000ULL)
#define SHARE_TOLERANCE ((unsigned __int128)1000000000ULL) /* 1e-9 */

/* A mix by canonical index of the provider: shares in 10^-18, or counts. */
struct mix {
    unsigned __int128 *share;
    unsigned __int128 sum;
};

static const char **provider_names(struct mx_build *build)
{
    const struct mx_plan *plan = build->plan;
    const char **names = mx_arena_take(&build->scratch, plan->provider_count, sizeof *names);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        names[i] = plan->providers[i].name;
    }
    return names;
}

/* { PROVIDER = share } or { PROVIDER = count }. */
static bool read_mix(struct mx_build *build, struct mx_node *group, bool counts, struct mix *mix)
{
    const char **names = provider_names(build);
    bool good = true;
    mix->share = mx_arena_take(&build->scratch, build->plan->provider_count, sizeof *mix->share);
    mix->sum = 0;
    for (size_t i = 0; i < group->child_count; i++) {
        const struct mx_node *node = group->child[i];
        uint32_t index =
            mx_refer(build, node, node->name, "provider", names, build->plan->provider_count);
        unsigned __int128 share = 0;
        uint64_t count = 0;
        if (counts) {
            good &= mx_node_count(build, node, 0, MX_MESSAGES_MAX, &count);
            share = count;
        } else {
            enum mx_quantity_status status = MX_QUANTITY_UNIT;
            if (node->kind == MX_NODE_TEXT) {
                status = mx_quantity_share_exact(node->text, &share);
            }
            if (status == MX_QUANTITY_OK && share > SHARE_ONE) {
                status = MX_QUANTITY_RANGE;
            }
            if (status != MX_QUANTITY_OK) {
                mx_complain(build, node, "%s %s; allowed: a share such as \"65%%\", 0%% to 100%%",
                            mx_node_text(&build->scratch, node), mx_quantity_status_text(status));
                good = false;
            }
        }
        if (index == MX_NO_INDEX) {
            good = false;
            continue;
        }
        mix->share[index] = share;
        mix->sum += share;
    }
    return good;
}

/* Shares of the mix as whole recipients: largest remainder, ties by key (canonical order). */
static void split(struct mx_build *build, const struct mix *mix, struct mx_plan_campaign *campaign)
{
    uint32_t count = build->plan->provider_count;
    unsigned __int128 *rest = mx_arena_take(&build->scratch, count, sizeof *rest);
    uint64_t left = campaign->recipients;
    for (uint32_t i = 0; i < count; i++) {
        unsigned __int128 quota = mix->share[i] * campaign->recipients;
        campaign->counts[i] = (uint64_t)(quota / mix->sum);
        rest[i] = quota % mix->sum;
        left -= campaign->counts[i];
    }
    for (; left > 0; left--) {
        uint32_t best = 0;
        for (uint32_t i = 1; i < count; i++) {
            best = rest[i] > rest[best] ? i : best;
        }
        campaign->counts[best]++;
        rest[best] = 0;
    }
}

static void read_mixes(struct mx_build *build, struct mx_fields *fields,
                       struct mx_plan_campaign *campaign)
{
    struct mx_node *counts = mx_field(fields, "counts"), *mix_node = mx_field(fields, "mix");
    struct mix mix;
    campaign->counts =
        mx_arena_take(build->memory, build->plan->provider_count, sizeof *campaign->counts);
    if (counts != NULL) {
        if (!mx_node_expect(build, counts, MX_NODE_GROUP, "a group { PROVIDER = count; … }") ||
            !read_mix(build, counts, true, &mix)) {
            return;
        }
        if (mix.sum != campaign->recipients) {
            mx_complain(build, counts, "the counts are %llu, not the campaign's recipients (%llu)",
                        (unsigned long long)mix.sum, (unsigned long long)campaign->recipients);
        }
        for (uint32_t i = 0; i < build->plan->provider_count; i++) {
            campaign->counts[i] = (uint64_t)mix.share[i];
        }
        return;
    }
    if (mix_node == NULL) {
        mx_field_require(fields, "mix", "a group { PROVIDER = share; … } or { preset = \"…\"; }");
        return;
    }
    if (!mx_node_expect(build, mix_node, MX_NODE_GROUP, "a group { PROVIDER = share; … }") ||
        !read_mix(build, mix_node, false, &mix)) {
        return;
    }
    unsigned __int128 far = mix.sum > SHARE_ONE ? mix.sum - SHARE_ONE : SHARE_ONE - mix.sum;
    if (mx_node_is_partial(mix_node)) {
        return;
    }
    if (far > SHARE_TOLERANCE) {
        mx_complain(build, mix_node, "shares sum to %.12g %%; allowed: 100 %%",
                    (double)mix.sum / 1e16);
        return;
    }
    split(build, &mix, campaign);
}

static void add_starts(struct mx_build *build, const struct mx_node *node,
                       struct mx_plan_campaign *campaign, int64_t first_us, int64_t every_us,
                       uint32_t count)
{
    const struct mx_plan *plan = build->plan;
    const struct mx_zone *zone = build->zone;
    bool exists, days = every_us % MX_DAY_US == 0 && plan->day.day_us == MX_DAY_US;
    int64_t first_s = plan->start_unix_s + first_us / MX_SECOND_US;
    int64_t local_s = first_s + mx_zone_offset_s(zone, first_s);
    campaign->occurrence_count = count;
    campaign->occurrence_start_us =
        mx_arena_take(build->memory, count, sizeof *campaign->occurrence_start_us);
    for (uint32_t i = 0; i < count; i++) {
        int64_t start_us = first_us + i * every_us;
        if (days) { /* the clock shows the same time each day */
            int64_t unix_s = mx_zone_unix_s(zone, local_s + i * (every_us / MX_SECOND_US), &exists);
            start_us = (unix_s - plan->start_unix_s) * MX_SECOND_US + first_us % MX_SECOND_US;
        }
        if (start_us > MX_HORIZON_US_MAX) {
            mx_complain(build, node, "occurrence %u starts after 400 days", i + 1);
            campaign->occurrence_count = i;
            return;
        }
        campaign->occurrence_start_us[i] = i == 0 ? first_us : start_us;
    }
}

/* Explicit starts, as plan.cfg writes them. */
static void read_starts(struct mx_build *build, struct mx_node *list,
                        struct mx_plan_campaign *campaign)
{
    if (!mx_node_expect(build, list, MX_NODE_LIST, "a list of durations")) {
        return;
    }
    if (list->child_count < 1 || list->child_count > MX_OCCURRENCES_MAX) {
        mx_complain(build, list, "%zu starts; allowed: 1 to %d", list->child_count,
                    MX_OCCURRENCES_MAX);
        return;
    }
    campaign->occurrence_count = (uint32_t)list->child_count;
    campaign->occurrence_start_us =
        mx_arena_take(build->memory, list->child_count, sizeof *campaign->occurrence_start_us);
    for (size_t i = 0; i < list->child_count; i++) {
        int64_t *start_us = &campaign->occurrence_start_us[i];
        if (mx_node_duration(build, list->child[i], 0, MX_HORIZON_US_MAX, start_us) && i > 0 &&
            *start_us < start_us[-1]) {
            mx_complain(build, list->child[i], "starts must not fall");
        }
    }
}

static void read_repeat(struct mx_build *build, struct mx_fields *campaign_fields,
                        struct mx_plan_campaign *campaign)
{
    struct mx_fields fields;
    int64_t first_us = 0, every_us = MX_DAY_US;
    uint32_t count = 1;
    bool none = false;
    mx_field_duration(campaign_fields, "start_after", 0, MX_HORIZON_US_MAX, &first_us);
    struct mx_node *repeat = mx_field_group(campaign_fields, "repeat", &none);
    struct mx_node *starts = mx_field(campaign_fields, "starts_after");
    if (repeat != NULL) {
        mx_fields_begin(&fields, build, repeat);
        mx_node_duration(build, mx_field_need(&fields, "every", "a duration"), 1, MX_HORIZON_US_MAX,
                         &every_us);
        mx_field_require(&fields, "count", "a count");
        mx_field_count32(&fields, "count", 1, MX_OCCURRENCES_MAX, &count);
        mx_fields_end(&fields);
    }
    if (starts != NULL) {
        read_starts(build, starts, campaign);
        if (repeat != NULL || mx_node_find(campaign_fields->group, "start_after") != NULL) {
            mx_complain(build, starts,
                        "stands in place of start_after and repeat, not beside them");
        }
    }
    if (campaign->occurrence_start_us == NULL) {
        add_starts(build, campaign_fields->group, campaign, first_us, every_us, count);
    }
}

static void read_references(struct mx_build *build, struct mx_fields *fields,
                            struct mx_plan_campaign *campaign)
{
    const struct mx_plan *plan = build->plan;
    const char **names =
        mx_arena_take(&build->scratch, plan->list_count + plan->pool_count + 1U, sizeof *names);
    const char *list = "(clean)", *pool = NULL;
    for (uint32_t i = 0; i < plan->list_count; i++) {
        names[i] = plan->lists[i].name;
    }
    mx_field_text(fields, "list", &list);
    const struct mx_node *node = mx_node_find(fields->group, "list");
    campaign->list =
        mx_refer(build, node != NULL ? node : fields->group, list, "list", names, plan->list_count);
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        names[i] = plan->pools[i].name;
    }
    mx_field_require(fields, "pool", "the name of a pool");
    campaign->pool = 0;
    if (mx_field_text(fields, "pool", &pool)) {
        campaign->pool = mx_refer(build, mx_node_find(fields->group, "pool"), pool, "pool", names,
                                  plan->pool_count);
    }
}

static void read_recipients(struct mx_build *build, struct mx_fields *fields, uint64_t file_count,
                            struct mx_plan_campaign *campaign)
{
    const struct mx_node *counts = mx_node_find(fields->group, "counts");
    if (file_count > 0) {
        campaign->recipients = file_count;
    } else if (counts == NULL) {
        mx_field_require(fields, "recipients", "a count");
    }
    uint64_t sum = 0;
    for (size_t i = 0; counts != NULL && i < counts->child_count; i++) {
        uint64_t count = 0;
        const struct mx_node *child = counts->child[i];
        if (child->text != NULL && mx_quantity_count(child->text, &count) == MX_QUANTITY_OK) {
            sum += count <= MX_MESSAGES_MAX ? count : 0;
        }
    }
    campaign->recipients = counts != NULL ? sum : campaign->recipients;
    mx_field_count(fields, "recipients", 1, MX_MESSAGES_MAX, &campaign->recipients);
    if (campaign->recipients > MX_MESSAGES_MAX || (counts != NULL && sum == 0)) {
        mx_complain(build, fields->group, "recipients: allowed are 1 to 2^40");
        campaign->recipients = 1;
    }
}

static void build_campaign(struct mx_build *build, struct mx_node *node,
                           struct mx_plan_campaign *campaign)
{
    static const char *const kinds[] = {"promotional", "transactional"};
    struct mx_fields fields;
    const char *text;
    double volume;
    int kind = 0;
    uint64_t file_count = 0;
    mx_fields_begin(&fields, build, node);
    mx_field_text(&fields, "key", &text);
    mx_field_choice(&fields, "kind", kinds, 2, &kind);
    campaign->promotional = kind == 0;
    mx_field_text(&fields, "domain", &text);
    mx_field_amount(&fields, "domain_daily_volume", 0, 1e12, &volume);
    read_references(build, &fields, campaign);
    read_repeat(build, &fields, campaign);
    mx_build_arrivals(build, &fields, campaign, &file_count);
    mx_field(&fields, "hourly");
    mx_field(&fields, "file");
    mx_field(&fields, "edges");
    mx_field(&fields, "weights");
    read_recipients(build, &fields, file_count, campaign);
    read_mixes(build, &fields, campaign);
    mx_fields_end(&fields);
}

void mx_build_campaigns(struct mx_build *build, struct mx_node *section)
{
    struct mx_plan *plan = build->plan;
    uint64_t messages = 0;
    struct mx_entry *entries = mx_collect(build, section, "a campaign", &plan->campaign_count);
    plan->campaigns = mx_arena_take(build->memory, plan->campaign_count, sizeof *plan->campaigns);
    plan->campaigns_shown = mx_collect_shown(build, entries, plan->campaign_count);
    for (uint32_t i = 0; i < plan->campaign_count; i++) {
        struct mx_plan_campaign *campaign = &plan->campaigns[i];
        campaign->name = entries[i].name;
        campaign->key = entries[i].key;
        campaign->key_name = entries[i].key_name;
        build_campaign(build, entries[i].node, campaign);
        uint64_t occurrences = campaign->occurrence_count;
        if (occurrences > 0 && campaign->recipients > (MX_MESSAGES_MAX - messages) / occurrences) {
            mx_complain(build, entries[i].node, "brings the scenario to more than 2^40 messages");
        } else {
            messages += campaign->recipients * occurrences;
        }
    }
    struct mx_plan_message_bits bits = mx_plan_message_bits(plan);
    if (build->source.mistakes->count == 0 && bits.part + bits.place > MX_PLAN_MESSAGE_BITS) {
        unsigned room = MX_PLAN_MESSAGE_BITS - bits.part;
        mx_complain(build, section,
                    "the largest has too many recipients at one provider for so many campaigns, "
                    "repeats and providers; with these, up to %llu are allowed",
                    (unsigned long long)(UINT64_C(1) << room));
    }
}
