// SPDX-License-Identifier: GPL-3.0-or-later
/* part_lists.c - lists = { NAME = { … } }: the recipients' nature. */
#include <string.h>

#include "sim/base/random.h"
#include "sim/scenario/parts.h"

static const struct mx_list_params clean = {
    .mailbox_emptied_after = {MX_LAW_EXPONENTIAL, 36 * MX_HOUR_US, 0},
    .complaint_delay = {MX_LAW_EXPONENTIAL, 8 * MX_HOUR_US, 0},
};

static void build_list(struct mx_build *build, struct mx_node *node, struct mx_list_params *params)
{
    struct mx_fields fields;
    const char *key;
    *params = clean;
    mx_fields_begin(&fields, build, node);
    mx_field_text(&fields, "key", &key);
    mx_field_share(&fields, "unknown", &params->unknown);
    mx_field_share(&fields, "closed", &params->closed);
    mx_field_share(&fields, "mailbox_full", &params->mailbox_full);
    mx_field_share(&fields, "spam_traps", &params->spam_traps);
    mx_field_share(&fields, "invalid_suppressed", &params->known_invalid);
    mx_field_share(&fields, "reported_spam", &params->reported_spam);
    mx_field_share(&fields, "complaints", &params->complaints);
    mx_field_share(&fields, "engagement", &params->engagement);
    mx_field_law(&fields, "mailbox_full_emptied_after", &params->mailbox_emptied_after);
    mx_field_law(&fields, "complaint_delay", &params->complaint_delay);
    mx_fields_end(&fields);
    if (params->mailbox_full > 0) {
        mx_field_assume(&fields, "mailbox_full_emptied_after", "exponential 36h", "12h .. 7d");
    }
    if (params->complaints > 0) {
        mx_field_assume(&fields, "complaint_delay", "exponential 8h", "1h .. 24h");
    }
    double sum = params->unknown + params->closed + params->mailbox_full + params->spam_traps;
    if (sum > 1 + 1e-9) {
        mx_complain(build, node,
                    "unknown + closed + mailbox_full + spam_traps are %.10g %%; "
                    "allowed: up to 100 %%",
                    sum * 100);
    }
}

/* A campaign that names no list? */
static bool needs_clean(const struct mx_build *build)
{
    const struct mx_node *campaigns = mx_node_find(build->root, "campaigns");
    for (size_t i = 0; campaigns != NULL && i < campaigns->child_count; i++) {
        if (mx_node_find(campaigns->child[i], "list") == NULL) {
            return true;
        }
    }
    return false;
}

void mx_build_lists(struct mx_build *build, struct mx_node *section)
{
    uint32_t count = 0;
    struct mx_plan *plan = build->plan;
    struct mx_entry *entries = mx_collect(build, section, "a list", &count);
    plan->lists = mx_arena_take(build->memory, count + 1, sizeof *plan->lists);
    for (uint32_t i = 0; i < count; i++) {
        struct mx_plan_list *list = &plan->lists[plan->list_count++];
        list->name = entries[i].name;
        list->key = entries[i].key;
        list->key_name = entries[i].key_name;
        build_list(build, entries[i].node, &list->params);
    }
    if (needs_clean(build)) {
        struct mx_plan_list *list = &plan->lists[plan->list_count++];
        list->name = mx_arena_copy(build->memory, "(clean)");
        list->key = mx_key_of_name("(clean)");
        list->key_name = mx_arena_copy(build->memory, "");
        list->params = clean;
    }
}
