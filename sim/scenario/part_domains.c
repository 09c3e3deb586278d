// SPDX-License-Identifier: GPL-3.0-or-later
/* part_domains.c - sending domains of the campaigns and what was accepted from them before. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/parts.h"

static const char default_domain[] = "example.com";

static const char *domain_of(const struct mx_node *campaign)
{
    const struct mx_node *node = mx_node_find(campaign, "domain");
    return node != NULL && node->kind == MX_NODE_TEXT ? node->text : default_domain;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static uint32_t find_domain(const struct mx_plan *plan, const char *name)
{
    uint32_t i = 0;
    while (i < plan->domain_count && strcmp(plan->domains[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Names, sorted, each once; and the campaigns' indexes of them. */
static void fill_names(struct mx_build *build, struct mx_node *campaigns)
{
    struct mx_plan *plan = build->plan;
    const char **names = mx_arena_take(&build->scratch, plan->campaign_count, sizeof *names);
    for (uint32_t i = 0; i < plan->campaign_count; i++) {
        const struct mx_node *campaign = mx_node_find(campaigns, plan->campaigns[i].name);
        names[i] = domain_of(campaign);
        if (mx_node_find(campaign, "domain") != NULL) {
            mx_label_check(build, mx_node_find(campaign, "domain"), names[i]);
        }
    }
    qsort(names, plan->campaign_count, sizeof *names, compare_texts);
    plan->domains = mx_arena_take(build->memory, plan->campaign_count, sizeof *plan->domains);
    for (uint32_t i = 0; i < plan->campaign_count; i++) {
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0) {
            plan->domains[plan->domain_count++].name = mx_arena_copy(build->memory, names[i]);
        }
    }
    for (uint32_t i = 0; i < plan->campaign_count; i++) {
        struct mx_plan_campaign *campaign = &plan->campaigns[i];
        campaign->domain = find_domain(plan, domain_of(mx_node_find(campaigns, campaign->name)));
    }
}

/* What the addresses of the pools that send for a domain have sent, rates weighted by volume. */
static void sum_pools(struct mx_build *build, uint32_t domain)
{
    struct mx_plan *plan = build->plan;
    struct mx_history *history = &plan->domains[domain].history;
    bool *sends = mx_arena_take(&build->scratch, plan->pool_count, sizeof *sends);
    double complaints = 0, unknown = 0;
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        if (plan->campaigns[c].domain == domain && plan->campaigns[c].pool < plan->pool_count) {
            sends[plan->campaigns[c].pool] = true;
        }
    }
    for (uint32_t i = 0; i < plan->ip_count; i++) {
        const struct mx_history *ip = &plan->ips[i].history;
        if (!sends[plan->ips[i].pool]) {
            continue;
        }
        history->daily_volume += ip->daily_volume;
        history->days = ip->days > history->days ? ip->days : history->days;
        complaints += ip->daily_volume * ip->complaints;
        unknown += ip->daily_volume * ip->unknown;
    }
    if (history->daily_volume > 0) {
        history->complaints = complaints / history->daily_volume;
        history->unknown = unknown / history->daily_volume;
    }
}

/* domain_daily_volume of the campaigns; several of a domain have to agree. */
static void set_volumes(struct mx_build *build, struct mx_node *campaigns)
{
    struct mx_plan *plan = build->plan;
    bool *is_set = mx_arena_take(&build->scratch, plan->domain_count, sizeof *is_set);
    for (uint32_t c = 0; c < plan->campaign_count; c++) {
        struct mx_fields fields;
        struct mx_node *campaign = mx_node_find(campaigns, plan->campaigns[c].name);
        struct mx_history *history = &plan->domains[plan->campaigns[c].domain].history;
        double volume = 0;
        mx_fields_begin(&fields, build, campaign);
        if (!mx_field_amount(&fields, "domain_daily_volume", 0, 1e12, &volume)) {
            continue;
        }
        if (is_set[plan->campaigns[c].domain] && history->daily_volume != volume) {
            mx_complain_key(build, campaign, "domain_daily_volume",
                            "another campaign of this domain states a different volume");
        }
        is_set[plan->campaigns[c].domain] = true;
        history->daily_volume = volume;
        if (!(history->days > 0)) {
            history->days = 30;
        }
    }
}

/* domains = ( { name; daily_volume; days; complaints; unknown } … ), as plan.cfg writes them. */
static void read_domain(struct mx_build *build, struct mx_node *node)
{
    struct mx_plan *plan = build->plan;
    struct mx_fields fields;
    struct mx_history history = {0, 0, 0, 0};
    const char *name = "";
    mx_fields_begin(&fields, build, node);
    mx_field_require(&fields, "name", "a domain");
    mx_field_text(&fields, "name", &name);
    mx_field_amount(&fields, "daily_volume", 0, 1e13, &history.daily_volume);
    mx_field_number(&fields, "days", 0, 1e6, &history.days);
    mx_field_share(&fields, "complaints", &history.complaints);
    mx_field_share(&fields, "unknown", &history.unknown);
    mx_fields_end(&fields);
    uint32_t index = find_domain(plan, name);
    if (index == plan->domain_count) {
        mx_complain(build, node, "no campaign sends from \"%.100s\"", name);
    } else {
        plan->domains[index].history = history;
    }
}

void mx_build_domains(struct mx_build *build, struct mx_node *section)
{
    struct mx_plan *plan = build->plan;
    struct mx_node *campaigns = mx_node_find(build->root, "campaigns");
    fill_names(build, campaigns);
    for (uint32_t i = 0; i < plan->domain_count; i++) {
        sum_pools(build, i);
    }
    set_volumes(build, campaigns);
    if (mx_node_expect(build, section, MX_NODE_LIST, "a list ( { name; … } … )")) {
        for (size_t i = 0; i < section->child_count; i++) {
            read_domain(build, section->child[i]);
        }
    }
}
