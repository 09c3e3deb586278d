// SPDX-License-Identifier: GPL-3.0-or-later
/* part_pools.c - pools = { NAME = { ips; warm_up } }: addresses, their history, warm-up plans. */
#include <stdlib.h>
#include <string.h>

#include "sim/base/random.h"
#include "sim/scenario/parts.h"

#define AGE_US_MAX (18250 * MX_DAY_US) /* fits a double without loss */

/* Addresses as written, before they are put in order. */
struct address {
    struct mx_plan_ip ip;
    const char *netblock;
    uint32_t position; /* in the file, over all pools */
    const struct mx_node *node;
};

struct addresses {
    uint32_t count, size;
    struct address *item;
};

static void add_address(struct mx_build *build, struct addresses *all, const struct address *item)
{
    if (all->count == all->size) {
        all->size = all->size == 0 ? 64 : 2 * all->size;
        all->item =
            mx_arena_grow(&build->scratch, all->item, all->count, all->size, sizeof all->item[0]);
    }
    all->item[all->count] = *item;
    all->item[all->count].position = all->count;
    all->count++;
}

/* One element of ips: `count` addresses NAME-1 … (or NAME alone for one). */
static void read_ips(struct mx_build *build, struct mx_node *node, uint32_t pool,
                     struct addresses *all)
{
    struct mx_fields fields;
    struct address address = {.node = node};
    uint32_t count = 1;
    int64_t age_us = 0;
    const char *name = NULL;
    mx_fields_begin(&fields, build, node);
    if (mx_node_expect(build, mx_field_need(&fields, "name", "a name"), MX_NODE_TEXT,
                       "text in quotes")) {
        const struct mx_node *name_node = mx_node_find(node, "name");
        name = mx_name_check(build, name_node, name_node->text) ? name_node->text : NULL;
    }
    mx_field_count32(&fields, "count", 1, MX_IPS_MAX, &count);
    address.netblock = name != NULL ? name : "";
    if (mx_field_text(&fields, "netblock", &address.netblock)) {
        mx_label_check(build, mx_node_find(node, "netblock"), address.netblock);
    }
    mx_field_duration(&fields, "age", 0, AGE_US_MAX, &age_us);
    struct mx_history *history = &address.ip.history;
    mx_field_amount(&fields, "daily_volume", 0, 1e12, &history->daily_volume);
    mx_field_share(&fields, "complaints", &history->complaints);
    mx_field_share(&fields, "unknown", &history->unknown);
    mx_fields_end(&fields);
    history->days = (double)age_us / (double)build->plan->day.day_us;
    address.ip.pool = pool;
    if (name == NULL || all->count + count > MX_IPS_MAX) {
        if (name != NULL) {
            mx_complain(build, node, "more than %d addresses in all", MX_IPS_MAX);
        }
        return;
    }
    for (uint32_t i = 1; i <= count; i++) {
        address.ip.name = count == 1 ? mx_arena_copy(build->memory, name)
                                     : mx_arena_format(build->memory, "%s-%u", name, i);
        address.ip.key =
            mx_key_combine(build->plan->pools[pool].key, mx_key_of_name(address.ip.name));
        add_address(build, all, &address);
    }
}

static int compare_addresses(const void *a, const void *b)
{
    const struct address *left = a, *right = b;
    if (left->ip.pool != right->ip.pool) {
        return left->ip.pool < right->ip.pool ? -1 : 1;
    }
    if (left->ip.key != right->ip.key) {
        return left->ip.key < right->ip.key ? -1 : 1;
    }
    return left->position < right->position ? -1 : left->position > right->position;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_names(const void *a, const void *b)
{
    const struct address *const *left = a, *const *right = b;
    int order = strcmp((*left)->ip.name, (*right)->ip.name);
    return order != 0 ? order : (*left)->position < (*right)->position ? -1 : 1;
}

/* Results are listed by name: two addresses of one name could not be told apart. */
static void check_names(struct mx_build *build, const struct addresses *all)
{
    const struct address **sorted = mx_arena_take(&build->scratch, all->count, sizeof *sorted);
    for (uint32_t i = 0; i < all->count; i++) {
        sorted[i] = &all->item[i];
    }
    qsort(sorted, all->count, sizeof *sorted, compare_names);
    for (uint32_t i = 1; i < all->count; i++) {
        if (strcmp(sorted[i]->ip.name, sorted[i - 1]->ip.name) == 0) {
            mx_complain(build, sorted[i]->node, "a second address of the name \"%s\"",
                        sorted[i]->ip.name);
        }
    }
}

static void fill_netblocks(struct mx_build *build, struct addresses *all)
{
    struct mx_plan *plan = build->plan;
    const char **names = mx_arena_take(&build->scratch, all->count, sizeof *names);
    for (uint32_t i = 0; i < all->count; i++) {
        names[i] = all->item[i].netblock;
    }
    qsort(names, all->count, sizeof *names, compare_texts);
    plan->netblocks = mx_arena_take(build->memory, all->count, sizeof *plan->netblocks);
    for (uint32_t i = 0; i < all->count; i++) {
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0) {
            plan->netblocks[plan->netblock_count++] = mx_arena_copy(build->memory, names[i]);
        }
    }
    for (uint32_t i = 0; i < all->count; i++) {
        char **found = bsearch(&all->item[i].netblock, plan->netblocks, plan->netblock_count,
                               sizeof *plan->netblocks, compare_texts);
        all->item[i].ip.netblock = (uint32_t)(found - plan->netblocks);
    }
}

static void fill_ips(struct mx_build *build, struct addresses *all)
{
    struct mx_plan *plan = build->plan;
    if (all->count == 0) {
        return;
    }
    check_names(build, all);
    fill_netblocks(build, all);
    qsort(all->item, all->count, sizeof all->item[0], compare_addresses);
    plan->ip_count = all->count;
    plan->ips = mx_arena_take(build->memory, all->count, sizeof *plan->ips);
    plan->ips_shown = mx_arena_take(build->memory, all->count, sizeof *plan->ips_shown);
    for (uint32_t i = 0; i < all->count; i++) {
        plan->ips[i] = all->item[i].ip;
        plan->ips_shown[all->item[i].position] = i;
        struct mx_plan_pool *pool = &plan->pools[plan->ips[i].pool];
        pool->ip_first = pool->ip_count == 0 ? i : pool->ip_first;
        pool->ip_count++;
        if (i > 0 && plan->ips[i].key == plan->ips[i - 1].key &&
            strcmp(plan->ips[i].name, plan->ips[i - 1].name) != 0) {
            mx_complain(build, all->item[i].node, "%s has the same key as %s: rename one",
                        plan->ips[i].name, plan->ips[i - 1].name);
        }
    }
}

static void read_allowances(struct mx_build *build, const struct mx_node *list,
                            struct mx_warm_up *warm_up)
{
    if (list == NULL) {
        return;
    }
    if (list->child_count > MX_WARM_UP_STEPS_MAX) {
        mx_complain(build, list, "%zu days; allowed: up to %d", list->child_count,
                    MX_WARM_UP_STEPS_MAX);
        return;
    }
    for (size_t i = 0; i < list->child_count; i++) {
        mx_node_count(build, list->child[i], 0, MX_MESSAGES_MAX, &warm_up->allowance[i]);
    }
    warm_up->step_count = (uint32_t)list->child_count;
}

static void read_overflow(struct mx_build *build, struct mx_fields *fields, uint32_t pool)
{
    const char *text = "wait";
    struct mx_plan *plan = build->plan;
    if (!mx_field_text(fields, "overflow", &text) || strcmp(text, "wait") == 0) {
        return;
    }
    const struct mx_node *node = mx_node_find(fields->group, "overflow");
    if (strncmp(text, "pool:", 5) != 0) {
        mx_complain(build, node, "\"%.100s\" is not \"wait\" or \"pool:NAME\"", text);
        return;
    }
    const char **names = mx_arena_take(&build->scratch, plan->pool_count, sizeof *names);
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        names[i] = plan->pools[i].name;
    }
    plan->pools[pool].overflow_pool =
        mx_refer(build, node, text + 5, "pool", names, plan->pool_count);
}

static void read_warm_up(struct mx_build *build, struct mx_fields *pool_fields, uint32_t pool)
{
    static const char *const scopes[] = {"all_providers", "per_provider"};
    struct mx_warm_up *warm_up = &build->plan->pools[pool].warm_up;
    struct mx_fields fields;
    bool none = false;
    int scope = 0;
    struct mx_node *node = mx_field_group(pool_fields, "warm_up", &none);
    warm_up->day = build->plan->day;
    warm_up->period_us = warm_up->day.day_us;
    if (node == NULL) {
        return;
    }
    mx_fields_begin(&fields, build, node);
    mx_node_duration(build, mx_field_need(&fields, "period", "\"1h\" or \"24h\""), 1,
                     warm_up->day.day_us, &warm_up->period_us);
    struct mx_node *list = mx_field_need(&fields, "allowances", "a list of counts");
    if (mx_node_expect(build, list, MX_NODE_LIST, "a list of counts")) {
        read_allowances(build, list, warm_up);
    }
    mx_field_choice(&fields, "scope", scopes, 2, &scope);
    warm_up->per_provider = scope == 1;
    read_overflow(build, &fields, pool);
    mx_field_count32(&fields, "first_day", 0, 100000, &warm_up->first_day);
    mx_fields_end(&fields);
    if (warm_up->step_count == 0) { /* the same as "none" */
        *warm_up = (struct mx_warm_up){.day = warm_up->day, .period_us = warm_up->day.day_us};
        build->plan->pools[pool].overflow_pool = MX_NO_INDEX;
    }
}

static void check_overflow_loops(struct mx_build *build, const struct mx_entry *entries)
{
    const struct mx_plan *plan = build->plan;
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        uint32_t at = plan->pools[i].overflow_pool, steps = 0;
        while (at != MX_NO_INDEX && at != i && steps++ < plan->pool_count) {
            at = plan->pools[at].overflow_pool;
        }
        if (at == i) {
            mx_complain_key(build, entries[i].node, "warm_up.overflow",
                            "a loop: the overflow of pool \"%s\" comes back to it",
                            plan->pools[i].name);
        }
    }
}

void mx_build_pools(struct mx_build *build, struct mx_node *section)
{
    struct mx_plan *plan = build->plan;
    struct addresses all = {0, 0, NULL};
    struct mx_entry *entries = mx_collect(build, section, "a pool", &plan->pool_count);
    plan->pools = mx_arena_take(build->memory, plan->pool_count, sizeof *plan->pools);
    for (uint32_t i = 0; i < plan->pool_count; i++) {
        plan->pools[i].name = entries[i].name;
        plan->pools[i].key = entries[i].key;
        plan->pools[i].key_name = entries[i].key_name;
        plan->pools[i].overflow_pool = MX_NO_INDEX;
    }
    for (uint32_t place = 0; place < plan->pool_count; place++) {
        uint32_t i = 0; /* in the file's order, which `position` of the addresses is to follow */
        while (entries[i].position != place) {
            i++;
        }
        struct mx_fields fields;
        const char *key;
        mx_fields_begin(&fields, build, entries[i].node);
        mx_field_text(&fields, "key", &key);
        struct mx_node *ips = mx_field_need(&fields, "ips", "a list of addresses ( { name; … } )");
        mx_node_expect(build, ips, MX_NODE_LIST, "a list of addresses ( { name; … } )");
        for (size_t j = 0; ips != NULL && ips->kind == MX_NODE_LIST && j < ips->child_count; j++) {
            read_ips(build, ips->child[j], i, &all);
        }
        if (ips != NULL && ips->kind == MX_NODE_LIST && ips->child_count == 0) {
            mx_complain(build, ips, "a pool needs at least one address");
        }
        read_warm_up(build, &fields, i);
        mx_fields_end(&fields);
    }
    check_overflow_loops(build, entries);
    fill_ips(build, &all);
}
