// SPDX-License-Identifier: GPL-3.0-or-later
/* expect.c - see expect.h. */
#include "sim/stats/expect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/scenario/mistakes.h"

static const char blanks[] = " \t";

/* Longer ones first: ">" begins ">=" too. */
static const struct {
    const char *text;
    enum mx_comparison comparison;
} comparisons[MX_COMPARISON_COUNT] = {
    {">=", MX_AT_LEAST}, {"<=", MX_AT_MOST}, {">", MX_MORE_THAN}, {"<", MX_LESS_THAN}};

static bool is_text(const char *part, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(part, text, size) == 0;
}

static const char *name_in_group(const struct mx_plan *plan, enum mx_group group, uint32_t index)
{
    switch (group) {
    case MX_GROUP_PROVIDER:
        return index < plan->provider_count ? plan->providers[index].name : NULL;
    case MX_GROUP_CAMPAIGN:
        return index < plan->campaign_count ? plan->campaigns[index].name : NULL;
    case MX_GROUP_IP:
        return index < plan->ip_count ? plan->ips[index].name : NULL;
    case MX_GROUP_TOTAL:
    case MX_GROUP_COUNT:
        break;
    }
    return NULL;
}

/* "providers.gmail." at *at, which moves past it; nothing: the total. */
static bool parse_scope(const struct mx_plan *plan, const char **at, size_t size,
                        struct mx_expectation *expectation, char *error, size_t error_size)
{
    static const char *const groups[MX_GROUP_COUNT] = {[MX_GROUP_TOTAL] = "total",
                                                       [MX_GROUP_PROVIDER] = "providers",
                                                       [MX_GROUP_CAMPAIGN] = "campaigns",
                                                       [MX_GROUP_IP] = "ips"};
    const char *end = *at + size, *dot = memchr(*at, '.', size), *name, *found;
    int group = 0;

    expectation->group = MX_GROUP_TOTAL;
    expectation->index = 0;
    if (dot == NULL)
        return true;
    while (group < MX_GROUP_COUNT && !is_text(*at, (size_t)(dot - *at), groups[group]))
        group++;
    name = dot + 1;
    dot = group > MX_GROUP_TOTAL ? memchr(name, '.', (size_t)(end - name)) : dot;
    if (group == MX_GROUP_COUNT || dot == NULL) {
        (void)snprintf(error, error_size,
                       "allowed before a metric: total., providers.NAME., "
                       "campaigns.NAME. or ips.NAME.");
        return false;
    }
    *at = dot + 1;
    expectation->group = (enum mx_group)group;
    if (group == MX_GROUP_TOTAL)
        return true;
    while ((found = name_in_group(plan, (enum mx_group)group, expectation->index)) != NULL &&
           !is_text(name, (size_t)(dot - name), found))
        expectation->index++;
    if (found == NULL)
        (void)snprintf(error, error_size, "there is no \"%.*s\" among the %s",
                       (int)(dot - name < 100 ? dot - name : 100), name, groups[group]);
    return found != NULL;
}

static bool parse_metric(const char *part, size_t size, struct mx_expectation *expectation,
                         char *error, size_t error_size)
{
    const char *names[MX_METRIC_COUNT], *nearest;
    char word[128];

    for (int m = 0; m < MX_METRIC_COUNT; m++) {
        names[m] = mx_metric_name((enum mx_metric)m);
        if (is_text(part, size, names[m])) {
            expectation->metric = (enum mx_metric)m;
            return true;
        }
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)(size < 100 ? size : 100), part);
    nearest = mx_nearest_name(word, names, MX_METRIC_COUNT);
    (void)snprintf(error, error_size, "there is no metric \"%s\"%s%s%s", word,
                   nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "?" : "");
    return false;
}

/* ">= 99%" and no more. */
static bool parse_bound(const char *at, struct mx_expectation *expectation, char *error,
                        size_t error_size)
{
    size_t c = 0;
    char *end;

    while (c < MX_COMPARISON_COUNT &&
           strncmp(at, comparisons[c].text, strlen(comparisons[c].text)) != 0)
        c++;
    if (c == MX_COMPARISON_COUNT) {
        (void)snprintf(error, error_size,
                       "allowed: a metric, then >=, <=, > or <, then a number; such as "
                       "\"delivered_rate >= 0.99\"");
        return false;
    }
    expectation->comparison = comparisons[c].comparison;
    at += strlen(comparisons[c].text);
    expectation->bound = strtod(at, &end);
    if (end != at && *end == '%') {
        expectation->bound /= 100;
        end++;
    }
    if (end == at || end[strspn(end, blanks)] != '\0' || !isfinite(expectation->bound)) {
        (void)snprintf(error, error_size, "\"%.60s\" is not a number", at + strspn(at, blanks));
        return false;
    }
    return true;
}

bool mx_expectation_parse(const struct mx_plan *plan, const char *text,
                          struct mx_expectation *expectation, char *error, size_t size)
{
    const char *at = text + strspn(text, blanks);
    const char *end = at + strcspn(at, " \t<>=");

    return parse_scope(plan, &at, (size_t)(end - at), expectation, error, size) &&
           parse_metric(at, (size_t)(end - at), expectation, error, size) &&
           parse_bound(end + strspn(end, blanks), expectation, error, size);
}

bool mx_expectation_holds(const struct mx_expectation *expectation,
                          const struct mx_summary *summary, struct mx_estimate *estimate)
{
    *estimate =
        mx_summary_estimate(summary, expectation->group, expectation->index, expectation->metric);
    if (!estimate->is_known)
        return false;
    switch (expectation->comparison) {
    case MX_AT_LEAST:
        return estimate->mean >= expectation->bound;
    case MX_AT_MOST:
        return estimate->mean <= expectation->bound;
    case MX_MORE_THAN:
        return estimate->mean > expectation->bound;
    case MX_LESS_THAN:
        return estimate->mean < expectation->bound;
    case MX_COMPARISON_COUNT:
        break;
    }
    MX_CHECK(false);
    return false;
}
