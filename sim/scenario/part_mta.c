// SPDX-License-Identifier: GPL-3.0-or-later
/* part_mta.c - mta = { … }: the sending server's limits, per provider, and its throttle. */
#include <string.h>

#include "sim/scenario/parts.h"

#define REASON_WORDS (MX_REASON_COUNT + 1)

static const struct mx_sending_params sending_default = {
    .connections = 10,
    .messages_per_connection = 100,
    .burst = 1,
    .connect_us = MX_SECOND_US / 10,
    .idle_us = 60 * MX_SECOND_US,
};

/* "policy", and each reason but none. */
static uint32_t read_reason(struct mx_build *build, const struct mx_node *node)
{
    const char *words[REASON_WORDS];
    int count = 0, word = 0;
    uint32_t policy = 0;
    for (int reason = 0; reason < MX_REASON_NONE; reason++) {
        words[count++] = mx_reason_name((enum mx_reason)reason);
        if (mx_reason_is_policy((enum mx_reason)reason)) {
            policy |= 1U << reason;
        }
    }
    words[count++] = "policy";
    if (!mx_node_choice(build, node, words, (size_t)count, &word)) {
        return 0;
    }
    return word == count - 1 ? policy : 1U << word;
}

uint32_t mx_build_reasons(struct mx_build *build, const struct mx_node *node)
{
    uint32_t reasons = 0;
    if (node == NULL || node->kind != MX_NODE_LIST) {
        return node == NULL ? 0 : read_reason(build, node);
    }
    for (size_t i = 0; i < node->child_count; i++) {
        reasons |= read_reason(build, node->child[i]);
    }
    if (node->child_count == 0) {
        mx_complain(build, node, "a rule needs at least one reason");
    }
    return reasons;
}

static void read_rule_value(struct mx_fields *fields, struct mx_throttle_rule *rule)
{
    struct mx_build *build = fields->build;
    struct mx_rate rate = {0, MX_SECOND_US};
    uint32_t connections = 1;
    const struct mx_node *node;
    switch (rule->action) {
    case MX_THROTTLE_PAUSE:
        return;
    case MX_THROTTLE_RATE:
        if (mx_field_rate(fields, "value", &rate)) {
            rule->value = mx_rate_per_s(&rate);
        }
        break;
    case MX_THROTTLE_CONNECTIONS:
        mx_field_count32(fields, "value", 1, MX_CONNECTIONS_MAX, &connections);
        rule->value = connections;
        break;
    case MX_THROTTLE_ACTION_COUNT:
        break;
    }
    node = mx_node_find(fields->group, "value");
    if (node == NULL) {
        mx_complain_key(build, fields->group, "value", "missing: the action \"%s\" needs one",
                        mx_throttle_action_name(rule->action));
    } else if (rule->action == MX_THROTTLE_RATE && rate.count == 0) {
        mx_complain(build, node, "a rate of 0; use the action \"pause\"");
    }
}

static void read_rule(struct mx_build *build, struct mx_node *node, struct mx_throttle_rule *rule)
{
    static const char *const actions[] = {"pause", "rate", "connections"};
    struct mx_fields fields, recovery;
    int action = 0;
    uint64_t count = 1;
    bool none = false;
    mx_fields_begin(&fields, build, node);
    rule->within_us = rule->for_us = MX_HOUR_US;
    rule->reasons = mx_build_reasons(build, mx_field_need(&fields, "on", "a list of reasons"));
    mx_node_count(build, mx_field_need(&fields, "count", "a count"), 1, 1000000000, &count);
    rule->count = (uint32_t)count;
    mx_node_duration(build, mx_field_need(&fields, "within", "a duration"), 1, MX_HORIZON_US_MAX,
                     &rule->within_us);
    mx_node_choice(build, mx_field_need(&fields, "action", "pause, rate or connections"), actions,
                   MX_THROTTLE_ACTION_COUNT, &action);
    rule->action = (enum mx_throttle_action)action;
    read_rule_value(&fields, rule);
    mx_node_duration(build, mx_field_need(&fields, "for", "a duration"), 1, MX_HORIZON_US_MAX,
                     &rule->for_us);
    rule->recovery_every_us = 5 * MX_MINUTE_US;
    mx_fields_begin(&recovery, build, mx_field_group(&fields, "recovery", &none));
    mx_field_count32(&recovery, "steps", 0, 20, &rule->recovery_steps);
    mx_field_duration(&recovery, "every", 1, MX_HORIZON_US_MAX, &rule->recovery_every_us);
    mx_fields_end(&recovery);
    mx_fields_end(&fields);
}

void mx_build_throttle(struct mx_build *build, struct mx_node *node,
                       struct mx_throttle_params *throttle)
{
    struct mx_fields fields;
    *throttle = (struct mx_throttle_params){.rule_count = 0};
    if (mx_node_is_none(node) ||
        !mx_node_expect(build, node, MX_NODE_GROUP,
                        "\"none\", { preset = \"…\"; } or { rules = ( … ); }")) {
        return;
    }
    mx_fields_begin(&fields, build, node);
    struct mx_node *rules = mx_field_need(&fields, "rules", "a list of rules ( { on; … } )");
    if (mx_node_expect(build, rules, MX_NODE_LIST, "a list of rules")) {
        if (rules->child_count > MX_THROTTLE_RULES_MAX) {
            mx_complain(build, rules, "%zu rules; allowed: up to %d", rules->child_count,
                        MX_THROTTLE_RULES_MAX);
        }
        for (size_t i = 0; i < rules->child_count && i < MX_THROTTLE_RULES_MAX; i++) {
            read_rule(build, rules->child[i], &throttle->rule[throttle->rule_count++]);
        }
    }
    mx_fields_end(&fields);
}

void mx_build_connections(struct mx_fields *fields, struct mx_sending_params *sending)
{
    mx_field_count32_none(fields, "connections", 0, 1, MX_CONNECTIONS_MAX, &sending->connections);
    mx_field_count32_none(fields, "messages_per_connection", 0, 1, 1000000000,
                          &sending->messages_per_connection);
    mx_field_duration(fields, "connect_interval", 0, MX_DAY_US, &sending->connect_interval_us);
    mx_field_duration(fields, "idle_timeout", 0, MX_HORIZON_US_MAX, &sending->idle_us);
    const struct mx_node *interval = mx_node_find(fields->group, "connect_interval");
    if (interval != NULL && sending->connections == 0 && sending->connect_interval_us > 0) {
        mx_complain(fields->build, interval, "needs a limit of connections");
    }
}

/* Limits of a group on top of what stands in *sending. */
static void read_sending(struct mx_fields *fields, struct mx_sending_params *sending)
{
    struct mx_rate rate = {0, 0};
    double burst = 0;
    mx_build_connections(fields, sending);
    bool has_rate = mx_field_rate_none(fields, "rate", &rate);
    if (has_rate) {
        sending->rate_per_s = mx_rate_per_s(&rate);
    }
    if (mx_field_amount(fields, "burst", 1, 1e9, &burst)) {
        sending->burst = burst;
    } else if (has_rate) {
        sending->burst = sending->rate_per_s > 1 ? sending->rate_per_s : 1;
    }
    mx_field_duration(fields, "connect_time", 0, MX_DAY_US, &sending->connect_us);
}

static void read_destination(struct mx_build *build, struct mx_node *node)
{
    struct mx_plan *plan = build->plan;
    const char **names = mx_arena_take(&build->scratch, plan->provider_count, sizeof *names);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        names[i] = plan->providers[i].name;
    }
    uint32_t index = mx_refer(build, node, node->name, "provider", names, plan->provider_count);
    struct mx_sending_params sending = sending_default;
    struct mx_throttle_params throttle = {.rule_count = 0};
    if (index != MX_NO_INDEX) {
        sending = plan->providers[index].sending;
        throttle = plan->providers[index].throttle;
    }
    struct mx_fields fields;
    mx_fields_begin(&fields, build, node);
    read_sending(&fields, &sending);
    struct mx_node *own = mx_field(&fields, "throttle");
    if (own != NULL) {
        mx_build_throttle(build, own, &throttle);
    }
    mx_fields_end(&fields);
    if (index != MX_NO_INDEX) {
        plan->providers[index].sending = sending;
        plan->providers[index].throttle = throttle;
    }
}

void mx_build_mta(struct mx_build *build, struct mx_node *section)
{
    struct mx_plan *plan = build->plan;
    struct mx_sending_params sending = sending_default;
    struct mx_throttle_params throttle = {.rule_count = 0};
    struct mx_fields fields;
    mx_fields_begin(&fields, build, section);
    const char *name = build->retry_preset;
    mx_build_retry(build, mx_field(&fields, "retry"), &plan->retry, &plan->destination, &sending,
                   &name);
    read_sending(&fields, &sending); /* what the scenario says of it stands over its server */
    plan->transaction = (struct mx_law){MX_LAW_LOGNORMAL, MX_SECOND_US / 2, 0.5};
    mx_field_law(&fields, "transaction_time", &plan->transaction);
    mx_field_assume(&fields, "transaction_time", "lognormal 0.5s, cv 0.5", "0.2s .. 1s");
    mx_build_throttle(build, mx_field(&fields, "throttle"), &throttle);
    plan->retry_name = mx_arena_copy(build->memory, name);
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        plan->providers[i].sending = sending;
        plan->providers[i].throttle = throttle;
    }
    struct mx_node *destinations = mx_field(&fields, "destinations");
    if (mx_node_expect(build, destinations, MX_NODE_GROUP, "a group of providers")) {
        for (size_t i = 0; i < destinations->child_count; i++) {
            read_destination(build, destinations->child[i]);
        }
    }
    mx_fields_end(&fields);
}
