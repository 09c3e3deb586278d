// SPDX-License-Identifier: GPL-3.0-or-later
/* metric_name.c - see metric_name.h. */
#include "sim/stats/metric_name.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/mistakes.h"

#define MEMBERS_LOOKED_AT 1000U
#define WRITTEN_GROUP_COUNT (MX_GROUP_IP + 1) /* those that a name can tell */

static const char *const group_names[MX_GROUP_COUNT] = {[MX_GROUP_TOTAL] = "total",
                                                        [MX_GROUP_PROVIDER] = "providers",
                                                        [MX_GROUP_CAMPAIGN] = "campaigns",
                                                        [MX_GROUP_IP] = "ips",
                                                        [MX_GROUP_PAIR] = "campaigns_providers"};

const char *mx_group_name(enum mx_group group)
{
    MX_CHECK(group < MX_GROUP_COUNT);
    return group_names[group];
}

const char *mx_group_member(const struct mx_plan *plan, enum mx_group group, uint32_t index)
{
    switch (group) {
    case MX_GROUP_TOTAL:
        return index == 0 ? group_names[MX_GROUP_TOTAL] : NULL;
    case MX_GROUP_PROVIDER:
        return index < plan->provider_count ? plan->providers[index].name : NULL;
    case MX_GROUP_CAMPAIGN:
        return index < plan->campaign_count ? plan->campaigns[index].name : NULL;
    case MX_GROUP_IP:
        if (index == plan->ip_count) {
            return "(none)";
        }
        return index < plan->ip_count ? plan->ips[index].name : NULL;
    case MX_GROUP_PAIR:
    case MX_GROUP_COUNT:
        break;
    }
    return NULL;
}

static bool is_text(const char *part, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(part, text, size) == 0;
}

/* Of the first members of a group, the one whose name may have been meant, or NULL. */
static const char *nearest_member(const struct mx_plan *plan, enum mx_group group, const char *name,
                                  size_t size)
{
    const char *names[MEMBERS_LOOKED_AT];
    char word[MX_METRIC_TEXT_SIZE];
    uint32_t count = 0;

    while (count < MEMBERS_LOOKED_AT &&
           (names[count] = mx_group_member(plan, group, count)) != NULL) {
        count++;
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)(size < 100 ? size : 100), name);
    return mx_nearest_name(word, names, count);
}

static bool find_member(const struct mx_plan *plan, const char *name, size_t size,
                        struct mx_scoped_metric *scoped, char *error, size_t error_size)
{
    const char *found;

    while ((found = mx_group_member(plan, scoped->group, scoped->index)) != NULL &&
           !is_text(name, size, found)) {
        scoped->index++;
    }
    if (found == NULL) {
        const char *nearest = nearest_member(plan, scoped->group, name, size);

        (void)snprintf(error, error_size, "there is no \"%.*s\" among the %s%s%s%s",
                       (int)(size < 100 ? size : 100), name, group_names[scoped->group],
                       nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                       nearest != NULL ? "?" : "");
    }
    return found != NULL;
}

/* "providers.gmail." at *at, which moves past it; nothing: the total. */
static bool parse_scope(const struct mx_plan *plan, const char **at, size_t size,
                        struct mx_scoped_metric *scoped, char *error, size_t error_size)
{
    const char *end = *at + size, *dot = memchr(*at, '.', size), *name;
    int group = 0;

    scoped->group = MX_GROUP_TOTAL;
    scoped->index = 0;
    if (dot == NULL) {
        return true;
    }
    while (group < WRITTEN_GROUP_COUNT && !is_text(*at, (size_t)(dot - *at), group_names[group])) {
        group++;
    }
    name = dot + 1;
    dot = group > MX_GROUP_TOTAL ? memchr(name, '.', (size_t)(end - name)) : dot;
    if (group == WRITTEN_GROUP_COUNT || dot == NULL) {
        (void)snprintf(error, error_size,
                       "allowed before a metric: total., providers.NAME., "
                       "campaigns.NAME. or ips.NAME.");
        return false;
    }
    *at = dot + 1;
    scoped->group = (enum mx_group)group;
    return group == MX_GROUP_TOTAL ||
           find_member(plan, name, (size_t)(dot - name), scoped, error, error_size);
}

bool mx_metric_parse(const struct mx_plan *plan, const char *text, size_t size,
                     struct mx_scoped_metric *scoped, char *error, size_t error_size)
{
    const char *names[MX_METRIC_COUNT], *nearest, *at = text, *end = text + size;
    char word[128];

    if (!parse_scope(plan, &at, size, scoped, error, error_size)) {
        return false;
    }
    for (int m = 0; m < MX_METRIC_COUNT; m++) {
        names[m] = mx_metric_name((enum mx_metric)m);
        if (is_text(at, (size_t)(end - at), names[m])) {
            scoped->metric = (enum mx_metric)m;
            return true;
        }
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)(end - at < 100 ? end - at : 100), at);
    nearest = mx_nearest_name(word, names, MX_METRIC_COUNT);
    (void)snprintf(error, error_size, "there is no metric \"%s\"%s%s%s", word,
                   nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "?" : "");
    return false;
}

void mx_metric_print(const struct mx_plan *plan, const struct mx_scoped_metric *scoped, char *text,
                     size_t size)
{
    const char *member = mx_group_member(plan, scoped->group, scoped->index);

    MX_CHECK(member != NULL);
    if (scoped->group == MX_GROUP_TOTAL) {
        (void)snprintf(text, size, "%s", mx_metric_name(scoped->metric));
    } else {
        (void)snprintf(text, size, "%s.%s.%s", mx_group_name(scoped->group), member,
                       mx_metric_name(scoped->metric));
    }
}

bool mx_metric_sent_text(const char *metric, char text[MX_METRIC_TEXT_SIZE])
{
    const char *dot = strrchr(metric, '.'), *name = dot != NULL ? dot + 1 : metric;

    if (strcmp(name, mx_metric_name(MX_METRIC_DELIVERED_RATE)) != 0 &&
        strcmp(name, mx_metric_name(MX_METRIC_SOFT_BOUNCED_RATE)) != 0) {
        return false;
    }
    (void)snprintf(text, MX_METRIC_TEXT_SIZE, "%.*s%s", (int)(name - metric), metric,
                   mx_metric_name(MX_METRIC_SENT));
    return true;
}
