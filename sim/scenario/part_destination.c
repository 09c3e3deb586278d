// SPDX-License-Identifier: GPL-3.0-or-later
/* part_destination.c - the keys of mta.retry about what messages to one destination share: retry
 * data of a host or a queue, backoff mode, concurrency window, route penalty. */
#include "sim/scenario/parts.h"

#define GAP_US_MAX MX_HORIZON_US_MAX

/* A key that means nothing with this policy. */
static void refuse(struct mx_fields *fields, const char *key, const char *why)
{
    const struct mx_node *node = mx_field(fields, key);
    if (node != NULL) {
        mx_complain(fields->build, node, "%s", why);
    }
}

static uint32_t reasons_of_host(void)
{
    return 1U << MX_REASON_OUTAGE | 1U << MX_REASON_CONNECTIONS | 1U << MX_REASON_RATE |
           1U << MX_REASON_SPIKE | 1U << MX_REASON_REPUTATION | 1U << MX_REASON_CAPACITY;
}

static void read_host(struct mx_fields *fields, struct mx_retry_policy *policy,
                      uint32_t *host_reasons)
{
    static const char why[] = "is for unit = \"host\"";
    if (policy->unit != MX_UNIT_HOST) {
        refuse(fields, "host_on", why);
        refuse(fields, "data_expire", why);
        refuse(fields, "delay_after_cutoff", why);
        return;
    }
    policy->data_expire_us = 7 * MX_DAY_US;
    policy->delay_after_cutoff = true;
    mx_field_duration(fields, "data_expire", 1, GAP_US_MAX, &policy->data_expire_us);
    mx_field_truth(fields, "delay_after_cutoff", &policy->delay_after_cutoff);
    const struct mx_node *on = mx_field(fields, "host_on");
    *host_reasons = on != NULL ? mx_build_reasons(fields->build, on) : reasons_of_host();
}

static void read_backoff_gaps(struct mx_fields *fields, struct mx_backoff_params *backoff)
{
    struct mx_node *list = mx_field(fields, "backoff_gaps");
    backoff->gap_count = 1;
    backoff->gap_us[0] = MX_HOUR_US;
    if (list != NULL) {
        mx_build_gaps(fields->build, list, 1, backoff->gap_us, MX_BACKOFF_GAPS_MAX,
                      &backoff->gap_count);
    }
}

static void read_backoff(struct mx_fields *fields, struct mx_backoff_params *backoff)
{
    static const char *const keys[] = {"backoff_gaps", "backoff_rate", "backoff_connections",
                                       "backoff_for", "backoff_until_delivery"};
    const struct mx_node *on = mx_field(fields, "backoff_on");
    struct mx_rate rate = {0, MX_SECOND_US};
    if (on != NULL && !mx_node_is_none(on)) {
        backoff->reasons = mx_build_reasons(fields->build, on);
    }
    if (backoff->reasons == 0) {
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            refuse(fields, keys[i], "means nothing without backoff_on");
        }
        return;
    }
    read_backoff_gaps(fields, backoff);
    if (mx_field_rate_none(fields, "backoff_rate", &rate) && rate.count > 0) {
        backoff->rate_per_s = mx_rate_per_s(&rate);
    }
    mx_field_count32_none(fields, "backoff_connections", 0, 1, MX_CONNECTIONS_MAX,
                          &backoff->connections);
    backoff->normal_after_us = MX_NEVER;
    mx_field_duration_none(fields, "backoff_for", MX_NEVER, 1, MX_HORIZON_US_MAX,
                           &backoff->normal_after_us);
    mx_field_truth(fields, "backoff_until_delivery", &backoff->normal_after_delivery);
}

static void read_queue(struct mx_fields *fields, struct mx_retry_policy *policy,
                       struct mx_backoff_params *backoff)
{
    if (policy->unit != MX_UNIT_QUEUE) {
        refuse(fields, "recipient_gap", "is for unit = \"queue\"");
        refuse(fields, "backoff_on", "is for unit = \"queue\"");
    } else {
        policy->recipient_gap_us = 10 * MX_MINUTE_US;
        mx_field_duration(fields, "recipient_gap", 1, GAP_US_MAX, &policy->recipient_gap_us);
    }
    read_backoff(fields, backoff);
}

static void read_window(struct mx_fields *fields, const struct mx_retry_policy *policy,
                        struct mx_window_params *window)
{
    static const char *const keys[] = {"window_limit", "window_failed_cohorts", "window_positive",
                                       "window_negative", "window_dead"};
    mx_field_count32_none(fields, "window", 0, 1, MX_WINDOW_MAX, &window->initial);
    window->enabled = window->initial > 0;
    if (!window->enabled) {
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            refuse(fields, keys[i], "means nothing without window");
        }
        return;
    }
    window->limit = window->initial > 20 ? window->initial : 20;
    window->failed_cohorts = window->positive = window->negative = 1;
    window->dead_us = policy->kind == MX_RETRY_AGE && policy->backoff_us_min > 0
                          ? policy->backoff_us_min
                          : 5 * MX_MINUTE_US;
    mx_field_count32(fields, "window_limit", 1, MX_WINDOW_MAX, &window->limit);
    mx_field_number_none(fields, "window_failed_cohorts", 0, 1e-6, 1e6, &window->failed_cohorts);
    mx_field_number(fields, "window_positive", 1e-6, 1, &window->positive);
    mx_field_number(fields, "window_negative", 1e-6, 1, &window->negative);
    mx_field_duration(fields, "window_dead", 1, GAP_US_MAX, &window->dead_us);
}

static void read_route(struct mx_fields *fields, struct mx_route_params *route)
{
    route->step = 1;
    route->max_us = MX_HOUR_US;
    mx_field_duration_none(fields, "route_penalty", 0, 1, GAP_US_MAX, &route->base_us);
    route->enabled = route->base_us > 0;
    if (!route->enabled) {
        refuse(fields, "route_penalty_max", "means nothing without route_penalty");
        return;
    }
    mx_field_duration(fields, "route_penalty_max", 1, GAP_US_MAX, &route->max_us);
}

void mx_build_destination(struct mx_fields *fields, struct mx_retry_policy *policy,
                          struct mx_destination_params *destination)
{
    *destination = (struct mx_destination_params){.window = {.enabled = false}};
    read_host(fields, policy, &destination->host_reasons);
    read_queue(fields, policy, &destination->backoff);
    read_window(fields, policy, &destination->window);
    read_route(fields, &destination->route);
}
