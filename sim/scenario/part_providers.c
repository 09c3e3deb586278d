// SPDX-License-Identifier: GPL-3.0-or-later
/* part_providers.c - providers = { NAME = { … } }: stages that take a line or two each. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/parts.h"

#define OUTAGES_MAX 1000

static void read_style(struct mx_fields *fields, struct mx_receiver_params *receiver)
{
    const char *words[MX_STYLE_COUNT];
    int style = MX_STYLE_GENERIC;
    for (int i = 0; i < MX_STYLE_COUNT; i++) {
        words[i] = mx_reply_style_name((enum mx_reply_style)i);
    }
    mx_field_choice(fields, "replies", words, MX_STYLE_COUNT, &style);
    receiver->style = (enum mx_reply_style)style;
}

static int compare_outages(const void *a, const void *b)
{
    const struct mx_outage *left = a, *right = b;
    return left->from_us < right->from_us ? -1 : left->from_us > right->from_us;
}

static void read_outages(struct mx_build *build, struct mx_fields *provider,
                         struct mx_receiver_params *receiver)
{
    struct mx_node *list = mx_field(provider, "outages");
    if (mx_node_is_none(list) ||
        !mx_node_expect(build, list, MX_NODE_LIST, "a list ( { from; to; left; } … )")) {
        return;
    }
    if (list->child_count > OUTAGES_MAX) {
        mx_complain(build, list, "more than %d outages", OUTAGES_MAX);
        return;
    }
    struct mx_outage *outages = mx_arena_take(build->memory, list->child_count, sizeof *outages);
    for (size_t i = 0; i < list->child_count; i++) {
        struct mx_fields fields;
        struct mx_outage *outage = &outages[i];
        mx_fields_begin(&fields, build, list->child[i]);
        bool good = mx_node_duration(build, mx_field_need(&fields, "from", "a duration"), 0,
                                     MX_HORIZON_US_MAX, &outage->from_us);
        good &= mx_node_duration(build, mx_field_need(&fields, "to", "a duration"), 0,
                                 MX_HORIZON_US_MAX, &outage->to_us);
        mx_field_share(&fields, "left", &outage->left);
        mx_fields_end(&fields);
        if (good && outage->from_us >= outage->to_us) {
            mx_complain(build, list->child[i], "`from` must be before `to`");
        }
    }
    qsort(outages, list->child_count, sizeof *outages, compare_outages);
    for (size_t i = 1; i < list->child_count; i++) {
        if (outages[i].from_us < outages[i - 1].to_us) {
            mx_complain(build, list, "outages overlap");
            break;
        }
    }
    receiver->outages = outages;
    receiver->outage_count = (uint32_t)list->child_count;
}

static void read_connections(struct mx_build *build, struct mx_fields *provider,
                             struct mx_receiver_params *receiver)
{
    struct mx_fields fields;
    bool none = false;
    mx_fields_begin(&fields, build, mx_field_group(provider, "connections", &none));
    mx_field_count32_none(&fields, "per_ip", 0, 1, MX_PROVIDER_CONNECTIONS_MAX,
                          &receiver->connections.per_ip);
    mx_field_count32_none(&fields, "total", 0, 1, MX_PROVIDER_CONNECTIONS_MAX,
                          &receiver->connections.total);
    mx_fields_end(&fields);
}

static void read_greylist(struct mx_build *build, struct mx_fields *provider,
                          struct mx_receiver_params *receiver)
{
    struct mx_fields fields;
    bool none = false;
    struct mx_greylist_params *greylist = &receiver->greylist;
    struct mx_node *node = mx_field_group(provider, "greylist", &none);
    greylist->domains = 1;
    greylist->whitelist_after = 5;
    mx_fields_begin(&fields, build, node);
    mx_node_duration(build, mx_field_need(&fields, "delay", "a duration"), 0, MX_HORIZON_US_MAX,
                     &greylist->delay_us);
    mx_field_count32(&fields, "domains", 1, 65536, &greylist->domains);
    mx_field_count32_none(&fields, "whitelist_after", 0, 0, 255, &greylist->whitelist_after);
    mx_fields_end(&fields);
}

static void read_last_stages(struct mx_build *build, struct mx_fields *provider,
                             struct mx_receiver_params *receiver)
{
    struct mx_fields fields;
    bool none = false;
    receiver->full_reply_soft = 1;
    mx_fields_begin(&fields, build, mx_field_group(provider, "recipient", &none));
    mx_field_share(&fields, "full_reply_soft", &receiver->full_reply_soft);
    mx_fields_end(&fields);
    struct mx_node *content = mx_field_group(provider, "content", &none);
    mx_fields_begin(&fields, build, content);
    mx_field_share(&fields, "reject", &receiver->content_reject);
    mx_field_share(&fields, "busy", &receiver->content_busy);
    mx_fields_end(&fields);
    if (receiver->content_reject + receiver->content_busy > 1 + 1e-9) {
        mx_complain(build, content, "reject + busy are more than 100 %%");
    }
}

static void build_provider(struct mx_build *build, struct mx_node *node,
                           struct mx_receiver_params *receiver)
{
    struct mx_fields fields;
    const char *key;
    receiver->day = build->plan->day;
    mx_fields_begin(&fields, build, node);
    mx_field_text(&fields, "key", &key);
    read_style(&fields, receiver);
    read_outages(build, &fields, receiver);
    read_connections(build, &fields, receiver);
    mx_build_allowance(build, &fields, receiver);
    mx_build_reputation(build, &fields, receiver);
    mx_build_capacity(build, &fields, receiver);
    read_greylist(build, &fields, receiver);
    read_last_stages(build, &fields, receiver);
    mx_fields_end(&fields);
}

void mx_build_providers(struct mx_build *build, struct mx_node *section)
{
    struct mx_plan *plan = build->plan;
    struct mx_entry *entries = mx_collect(build, section, "a provider", &plan->provider_count);
    plan->providers = mx_arena_take(build->memory, plan->provider_count, sizeof *plan->providers);
    plan->providers_shown = mx_collect_shown(build, entries, plan->provider_count);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        struct mx_plan_provider *provider = &plan->providers[i];
        provider->name = entries[i].name;
        provider->key = entries[i].key;
        provider->key_name = entries[i].key_name;
        build_provider(build, entries[i].node, &provider->receiver);
    }
}
