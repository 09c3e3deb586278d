// SPDX-License-Identifier: GPL-3.0-or-later
/* plan_print.c - a plan as a scenario file that loads back to the same plan.
 *
 * Nothing is left to a default, a preset or a zone file, so that the text also reproduces the run
 * where those have changed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/scenario/line_wrap.h"
#include "sim/scenario/printer.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/reader.h"

/* ---- sections ---- */

#define OFFSET_SIZE 64

/* "-05:00", "+05:53:28" */
static void put_offset(char offset[OFFSET_SIZE], int32_t utc_offset_s)
{
    int seconds = utc_offset_s < 0 ? -utc_offset_s : utc_offset_s;
    int length = snprintf(offset, OFFSET_SIZE, "%c%02d:%02d", utc_offset_s < 0 ? '-' : '+',
                          seconds / 3600, seconds / 60 % 60);
    if (seconds % 60 != 0) {
        snprintf(offset + length, OFFSET_SIZE - (size_t)length, ":%02d", seconds % 60);
    }
}

static void put_clock_change(struct mx_printer *printer, const void *items, size_t i)
{
    const struct mx_clock_change *change = (const struct mx_clock_change *)items + i;
    char text[MX_QUANTITY_TEXT_SIZE], offset[OFFSET_SIZE];
    put_offset(offset, change->utc_offset_s);
    mx_print_inline(printer, "\"%s %s\"", mx_quantity_put_duration(text, change->at_us), offset);
}

static void print_top(struct mx_printer *printer)
{
    const struct mx_plan *plan = printer->plan;
    char offset[OFFSET_SIZE];
    put_offset(offset, plan->utc_offset_s);
    mx_print_text(printer, "name", plan->name);
    mx_print_text(printer, "start", plan->start);
    mx_print_text(printer, "time_zone", plan->time_zone);
    mx_print_text(printer, "utc_offset", offset);
    if (plan->clock_change_count > 0) {
        mx_print_list(printer, "clock_changes", plan->clock_change_count, put_clock_change,
                      plan->clock_changes);
    }
    mx_print_duration(printer, "horizon", plan->horizon_us);
    mx_print_duration(printer, "warmup", plan->warmup_us);
    if (plan->steady_state) {
        mx_print_truth(printer, "steady_state", true);
    }
    mx_print_count(printer, "seed", plan->seed);
    mx_print_count(printer, "replications", plan->replications);
    mx_print_open(printer, "sources");
    mx_print_text(printer, "assumed", plan->assumed_silent ? "silent" : "warn");
    mx_print_close(printer);
    mx_print_open(printer, "engine");
    mx_print_duration(printer, "window", plan->window_us);
    mx_print_duration(printer, "day", plan->day.day_us);
    mx_print_close(printer);
    mx_print_open(printer, "output");
    mx_print_duration(printer, "timeseries_every", plan->timeseries_every_us);
    mx_print_close(printer);
}

static void print_lists(struct mx_printer *printer)
{
    const struct mx_plan *plan = printer->plan;
    mx_print_open(printer, "lists");
    for (uint32_t i = 0; i < plan->list_count; i++) {
        const struct mx_plan_list *list = &plan->lists[i];
        const struct mx_list_params *params = &list->params;
        if (list->name[0] == '(') {
            continue;
        }
        mx_print_open(printer, list->name);
        mx_print_key_name(printer, list->key_name);
        mx_print_share(printer, "unknown", params->unknown);
        mx_print_share(printer, "closed", params->closed);
        mx_print_share(printer, "mailbox_full", params->mailbox_full);
        mx_print_share(printer, "spam_traps", params->spam_traps);
        mx_print_share(printer, "invalid_suppressed", params->known_invalid);
        mx_print_share(printer, "reported_spam", params->reported_spam);
        mx_print_share(printer, "complaints", params->complaints);
        mx_print_share(printer, "engagement", params->engagement);
        mx_print_law(printer, "mailbox_full_emptied_after", &params->mailbox_emptied_after);
        mx_print_law(printer, "complaint_delay", &params->complaint_delay);
        mx_print_close(printer);
    }
    mx_print_close(printer);
}

/* Indexes of a pool's addresses in the order of the file. */
struct pool_items {
    const struct mx_plan *plan;
    const uint32_t *index;
};

static void item_ip(struct mx_printer *printer, const void *items, size_t i)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    const struct pool_items *pool = items;
    const struct mx_plan *plan = pool->plan;
    const struct mx_plan_ip *ip = &plan->ips[pool->index[i]];
    const struct mx_history *history = &ip->history;
    mx_print_inline(printer, "{ name = \"%s\"; netblock = \"%s\"; ", ip->name,
                    plan->netblocks[ip->netblock]);
    int64_t age_us = llround(history->days * (double)plan->day.day_us);
    mx_print_inline(printer, "age = \"%s\"; ", mx_quantity_put_duration(text, age_us));
    mx_print_inline(printer, "daily_volume = %s; ",
                    mx_quantity_put_number(text, history->daily_volume));
    mx_print_inline(printer, "complaints = \"%s\"; ",
                    mx_quantity_put_share(text, history->complaints));
    mx_print_inline(printer, "unknown = \"%s\"; }", mx_quantity_put_share(text, history->unknown));
}

static void print_warm_up(struct mx_printer *printer, const struct mx_plan_pool *pool)
{
    const struct mx_warm_up *warm_up = &pool->warm_up;
    char overflow[200];
    if (warm_up->step_count == 0) {
        mx_print_none(printer, "warm_up");
        return;
    }
    mx_print_open(printer, "warm_up");
    mx_print_duration(printer, "period", warm_up->period_us);
    mx_print_array(printer, "allowances", warm_up->step_count, mx_item_count, warm_up->allowance);
    mx_print_text(printer, "scope", warm_up->per_provider ? "per_provider" : "all_providers");
    snprintf(overflow, sizeof overflow, "pool:%s",
             pool->overflow_pool == MX_NO_INDEX ? ""
                                                : printer->plan->pools[pool->overflow_pool].name);
    mx_print_text(printer, "overflow", pool->overflow_pool == MX_NO_INDEX ? "wait" : overflow);
    mx_print_count(printer, "first_day", warm_up->first_day);
    mx_print_close(printer);
}

/* Pools in the order in which their addresses are shown; those stand together. */
static void print_pools(struct mx_printer *printer)
{
    const struct mx_plan *plan = printer->plan;
    mx_print_open(printer, "pools");
    for (uint32_t at = 0; at < plan->ip_count;) {
        const struct mx_plan_pool *pool = &plan->pools[plan->ips[plan->ips_shown[at]].pool];
        struct pool_items items = {plan, plan->ips_shown + at};
        mx_print_open(printer, pool->name);
        mx_print_key_name(printer, pool->key_name);
        mx_print_list(printer, "ips", pool->ip_count, item_ip, &items);
        print_warm_up(printer, pool);
        mx_print_close(printer);
        at += pool->ip_count;
    }
    mx_print_close(printer);
}

static void print_reasons(struct mx_printer *printer, uint32_t reasons)
{
    bool first = true;
    mx_print(printer, "[ ");
    for (int reason = 0; reason < MX_REASON_NONE; reason++) {
        if (reasons & 1U << reason) {
            mx_print_inline(printer, "%s\"%s\"", first ? "" : ", ",
                            mx_reason_name((enum mx_reason)reason));
            first = false;
        }
    }
    mx_print(printer, " ]");
}

static void item_rule(struct mx_printer *printer, const void *items, size_t i)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    const struct mx_throttle_rule *rule = (const struct mx_throttle_rule *)items + i;
    mx_print(printer, "{ on = ");
    print_reasons(printer, rule->reasons);
    mx_print_inline(printer, "; count = %u; ", rule->count);
    mx_print_inline(printer, "within = \"%s\"; ", mx_quantity_put_duration(text, rule->within_us));
    mx_print_inline(printer, "action = \"%s\"; ", mx_throttle_action_name(rule->action));
    if (rule->action == MX_THROTTLE_RATE) {
        struct mx_rate rate = {rule->value, MX_SECOND_US};
        mx_print_inline(printer, "value = \"%s\"; ", mx_quantity_put_rate(text, &rate));
    } else if (rule->action == MX_THROTTLE_CONNECTIONS) {
        mx_print_inline(printer, "value = %s; ", mx_quantity_put_number(text, rule->value));
    }
    mx_print_inline(printer, "for = \"%s\"; ", mx_quantity_put_duration(text, rule->for_us));
    mx_print_inline(printer, "recovery = { steps = %u; every = \"%s\"; }; }", rule->recovery_steps,
                    mx_quantity_put_duration(text, rule->recovery_every_us));
}

static void print_throttle(struct mx_printer *printer, const struct mx_throttle_params *throttle)
{
    if (throttle->rule_count == 0) {
        mx_print_none(printer, "throttle");
        return;
    }
    mx_print_open(printer, "throttle");
    mx_print_list(printer, "rules", throttle->rule_count, item_rule, throttle->rule);
    mx_print_close(printer);
}

static void item_segment(struct mx_printer *printer, const struct mx_retry_segment *segment)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    mx_print_inline(printer, "%c,%s,", segment->kind,
                    mx_quantity_put_duration(text, segment->until_us));
    mx_print(printer, mx_quantity_put_duration(text, segment->gap_us));
    if (segment->kind != 'F') {
        mx_print_inline(printer, ",%s", mx_quantity_put_number(text, segment->factor));
    }
}

static void print_duration_or_none(struct mx_printer *printer, const char *key, int64_t duration_us,
                                   int64_t none_us)
{
    if (duration_us == none_us) {
        mx_print_none(printer, key);
    } else {
        mx_print_duration(printer, key, duration_us);
    }
}

static void print_retry_kind(struct mx_printer *printer, const struct mx_retry_policy *policy)
{
    static const char *const kinds[] = {"list", "age", "quadratic", "segments", "exponential"};
    mx_print_text(printer, "kind", kinds[policy->kind]);
    switch (policy->kind) {
    case MX_RETRY_LIST:
        mx_print_array(printer, "gaps", policy->gap_count, mx_item_duration, policy->gap_us);
        if (policy->multiply > 1) {
            mx_print_number(printer, "then", policy->multiply);
        } else {
            mx_print_text(printer, "then", "repeat");
        }
        print_duration_or_none(printer, "max_gap", policy->gap_us_max, 0);
        mx_print_truth(printer, "offsets", policy->offsets);
        mx_print_truth(printer, "whole_factor", policy->whole_factor);
        break;
    case MX_RETRY_AGE:
        mx_print_duration(printer, "minimal_backoff", policy->backoff_us_min);
        mx_print_duration(printer, "maximal_backoff", policy->backoff_us_max);
        break;
    case MX_RETRY_QUADRATIC:
        mx_print_text(printer, "form",
                      policy->quadratic == MX_QUADRATIC_QMAIL ? "qmail" : "opensmtpd");
        mx_print_duration(printer, "step", policy->quadratic_unit_us);
        mx_print_count(printer, "skip", policy->quadratic_skip);
        break;
    case MX_RETRY_SEGMENTS:
        mx_print_key(printer, "rule");
        mx_print(printer, "\"");
        for (uint32_t i = 0; i < policy->segment_count; i++) {
            mx_print(printer, i > 0 ? "; " : "");
            item_segment(printer, &policy->segment[i]);
        }
        mx_print(printer, "\"");
        mx_print_end(printer, "rule");
        print_duration_or_none(printer, "max_gap", policy->gap_us_max, 0);
        break;
    case MX_RETRY_EXPONENTIAL:
        mx_print_duration(printer, "mean_gap", policy->gap_us_mean);
        break;
    case MX_RETRY_KIND_COUNT:
        break;
    }
}

static void print_backoff(struct mx_printer *printer, const struct mx_backoff_params *backoff)
{
    if (backoff->reasons == 0) {
        mx_print_none(printer, "backoff_on");
        return;
    }
    mx_print_key(printer, "backoff_on");
    print_reasons(printer, backoff->reasons);
    mx_print_end(printer, "backoff_on");
    mx_print_array(printer, "backoff_gaps", backoff->gap_count, mx_item_duration, backoff->gap_us);
    mx_print_rate_per_s(printer, "backoff_rate", backoff->rate_per_s);
    mx_print_limit(printer, "backoff_connections", backoff->connections);
    print_duration_or_none(printer, "backoff_for", backoff->normal_after_us, MX_NEVER);
    mx_print_truth(printer, "backoff_until_delivery", backoff->normal_after_delivery);
}

/* Keys that go with the unit, and those that are switched on: nothing else is taken back. */
static void print_destination(struct mx_printer *printer)
{
    const struct mx_retry_policy *policy = &printer->plan->retry;
    const struct mx_window_params *window = &printer->plan->destination.window;
    const struct mx_route_params *route = &printer->plan->destination.route;
    if (policy->unit == MX_UNIT_HOST) {
        mx_print_duration(printer, "data_expire", policy->data_expire_us);
        mx_print_truth(printer, "delay_after_cutoff", policy->delay_after_cutoff);
        mx_print_key(printer, "host_on");
        print_reasons(printer, printer->plan->destination.host_reasons);
        mx_print_end(printer, "host_on");
    }
    if (policy->unit == MX_UNIT_QUEUE) {
        mx_print_duration(printer, "recipient_gap", policy->recipient_gap_us);
        print_backoff(printer, &printer->plan->destination.backoff);
    }
    if (window->enabled) {
        mx_print_count(printer, "window", window->initial);
        mx_print_count(printer, "window_limit", window->limit);
        if (window->failed_cohorts > 0) {
            mx_print_number(printer, "window_failed_cohorts", window->failed_cohorts);
        } else {
            mx_print_none(printer, "window_failed_cohorts");
        }
        mx_print_number(printer, "window_positive", window->positive);
        mx_print_number(printer, "window_negative", window->negative);
        mx_print_duration(printer, "window_dead", window->dead_us);
    }
    if (route->enabled) {
        mx_print_duration(printer, "route_penalty", route->base_us);
        mx_print_duration(printer, "route_penalty_max", route->max_us);
    }
}

static void print_retry(struct mx_printer *printer)
{
    static const char *const clocks[] = {"creation", "first_deferral", "host_failure"};
    static const char *const expiries[] = {"deadline", "after_failure", "early", "attempts",
                                           "attempts_due"};
    static const char *const units[] = {"message", "host", "queue"};
    const struct mx_retry_policy *policy = &printer->plan->retry;
    mx_print_open(printer, "retry");
    mx_print_text(printer, "name", printer->plan->retry_name);
    print_retry_kind(printer, policy);
    print_duration_or_none(printer, "lifetime", policy->lifetime_us, MX_NEVER);
    mx_print_text(printer, "clock", clocks[policy->clock]);
    mx_print_text(printer, "expiry", expiries[policy->expiry]);
    if (policy->attempts_max > 0) {
        mx_print_count(printer, "max_attempts", policy->attempts_max);
    }
    if (policy->jitter_us > 0) {
        mx_print_duration(printer, "jitter", policy->jitter_us);
    } else {
        mx_print_share(printer, "jitter", policy->jitter);
    }
    mx_print_duration(printer, "jitter_step", policy->jitter_step_us);
    mx_print_truth(printer, "jitter_grows", policy->jitter_grows);
    print_duration_or_none(printer, "scan_interval", policy->scan_us, 0);
    mx_print_duration(printer, "scan_phase", policy->scan_phase_us);
    mx_print_duration(printer, "scan_ahead", policy->scan_ahead_us);
    mx_print_truth(printer, "whole_seconds", policy->whole_seconds);
    mx_print_text(printer, "unit", units[policy->unit]);
    print_destination(printer);
    mx_print_close(printer);
}

static void print_mta(struct mx_printer *printer)
{
    const struct mx_plan *plan = printer->plan;
    mx_print_open(printer, "mta");
    mx_print_law(printer, "transaction_time", &plan->transaction);
    mx_print_none(printer, "throttle");
    print_retry(printer);
    mx_print_open(printer, "destinations");
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        const struct mx_plan_provider *provider = &plan->providers[plan->providers_shown[i]];
        const struct mx_sending_params *sending = &provider->sending;
        mx_print_open(printer, provider->name);
        mx_print_limit(printer, "connections", sending->connections);
        mx_print_limit(printer, "messages_per_connection", sending->messages_per_connection);
        mx_print_rate_per_s(printer, "rate", sending->rate_per_s);
        mx_print_number(printer, "burst", sending->burst);
        mx_print_duration(printer, "connect_time", sending->connect_us);
        mx_print_duration(printer, "idle_timeout", sending->idle_us);
        mx_print_duration(printer, "connect_interval", sending->connect_interval_us);
        print_throttle(printer, &provider->throttle);
        mx_print_close(printer);
    }
    mx_print_close(printer);
    mx_print_close(printer);
}

static void print_campaign(struct mx_printer *printer, const struct mx_plan_campaign *campaign)
{
    const struct mx_plan *plan = printer->plan;
    mx_print_open(printer, campaign->name);
    mx_print_key_name(printer, campaign->key_name);
    mx_print_text(printer, "kind", campaign->promotional ? "promotional" : "transactional");
    mx_print_text(printer, "domain", plan->domains[campaign->domain].name);
    if (plan->lists[campaign->list].name[0] != '(') {
        mx_print_text(printer, "list", plan->lists[campaign->list].name);
    }
    mx_print_text(printer, "pool", plan->pools[campaign->pool].name);
    mx_print_count(printer, "recipients", campaign->recipients);
    mx_print_open(printer, "counts");
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        uint32_t provider = plan->providers_shown[i];
        if (campaign->counts[provider] > 0) {
            mx_print_count(printer, plan->providers[provider].name, campaign->counts[provider]);
        }
    }
    mx_print_close(printer);
    mx_print_array(printer, "starts_after", campaign->occurrence_count, mx_item_duration,
                   campaign->occurrence_start_us);
    mx_print_text(printer, "shape", "pieces");
    mx_print_array(printer, "edges", campaign->piece_count + 1U, mx_item_duration,
                   campaign->piece_edge_us);
    mx_print_array(printer, "weights", campaign->piece_count, mx_item_number,
                   campaign->piece_weight);
    mx_print_truth(printer, "poisson", campaign->poisson);
    mx_print_close(printer);
}

static void item_domain(struct mx_printer *printer, const void *items, size_t i)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    const struct mx_plan_domain *domain = (const struct mx_plan_domain *)items + i;
    const struct mx_history *history = &domain->history;
    mx_print_inline(printer, "{ name = \"%s\"; ", domain->name);
    mx_print_inline(printer, "daily_volume = %s; ",
                    mx_quantity_put_number(text, history->daily_volume));
    mx_print_inline(printer, "days = %s; ", mx_quantity_put_number(text, history->days));
    mx_print_inline(printer, "complaints = \"%s\"; ",
                    mx_quantity_put_share(text, history->complaints));
    mx_print_inline(printer, "unknown = \"%s\"; }", mx_quantity_put_share(text, history->unknown));
}

static void print_campaigns(struct mx_printer *printer)
{
    const struct mx_plan *plan = printer->plan;
    mx_print_open(printer, "campaigns");
    for (uint32_t i = 0; i < plan->campaign_count; i++) {
        print_campaign(printer, &plan->campaigns[plan->campaigns_shown[i]]);
    }
    mx_print_close(printer);
    mx_print_list(printer, "domains", plan->domain_count, item_domain, plan->domains);
}

/* ---- providers ---- */

static void item_outage(struct mx_printer *printer, const void *items, size_t i)
{
    char text[MX_QUANTITY_TEXT_SIZE];
    const struct mx_outage *outage = (const struct mx_outage *)items + i;
    mx_print_inline(printer, "{ from = \"%s\"; ", mx_quantity_put_duration(text, outage->from_us));
    mx_print_inline(printer, "to = \"%s\"; ", mx_quantity_put_duration(text, outage->to_us));
    mx_print_inline(printer, "left = \"%s\"; }", mx_quantity_put_share(text, outage->left));
}

static bool is_scope_off(const struct mx_allowance_params *allowance)
{
    return !(allowance->growth > 0) && !(allowance->floor_per_day > 0) &&
           allowance->reference_days == 30 && allowance->hourly_share >= 1 &&
           !(allowance->cap.count > 0) && !(allowance->depth > 0) && !allowance->refused_count &&
           allowance->bucket == MX_BUCKET_CONTINUOUS;
}

static void print_scope(struct mx_printer *printer, const struct mx_allowance_params *allowance)
{
    int64_t day_us = printer->plan->day.day_us;
    if (allowance->growth > 0) {
        mx_print_number(printer, "growth", allowance->growth);
    } else {
        mx_print_none(printer, "growth");
    }
    mx_print_rate(printer, "floor", &(struct mx_rate){allowance->floor_per_day, day_us});
    mx_print_duration(printer, "reference", allowance->reference_days * day_us);
    mx_print_share(printer, "hourly_share", allowance->hourly_share);
    mx_print_truth(printer, "refused_count", allowance->refused_count);
    if (allowance->depth > 0) {
        mx_print_number(printer, "depth", allowance->depth);
    }
    mx_print_text(printer, "bucket",
                  allowance->bucket == MX_BUCKET_PERIODIC ? "periodic" : "continuous");
    mx_print_rate_none(printer, "cap", &allowance->cap);
}

static void print_allowance(struct mx_printer *printer, const struct mx_receiver_params *receiver)
{
    static const char *const keys[] = {
        [MX_SCOPE_NETBLOCK] = "netblock", [MX_SCOPE_DOMAIN] = "domain"};
    mx_print_open(printer, "allowance");
    print_scope(printer, &receiver->allowance[MX_SCOPE_IP]);
    for (int scope = MX_SCOPE_NETBLOCK; scope < MX_SCOPE_COUNT; scope++) {
        if (is_scope_off(&receiver->allowance[scope])) {
            mx_print_none(printer, keys[scope]);
            continue;
        }
        mx_print_open(printer, keys[scope]);
        print_scope(printer, &receiver->allowance[scope]);
        mx_print_close(printer);
    }
    mx_print_close(printer);
}

static void print_bands(struct mx_printer *printer, const struct mx_reputation_params *reputation)
{
    static const char *const keys[] = {"bad", "low", "medium", "high"};
    mx_print_open(printer, "bands");
    for (int i = 0; i < MX_BAND_COUNT; i++) {
        const struct mx_band_params *band = &reputation->band[i];
        mx_print_open(printer, keys[i]);
        if (i != MX_BAND_HIGH) {
            mx_print_number(printer, "below", band->below);
        }
        mx_print_rate_none(printer, "cap", &band->cap);
        mx_print_share(printer, "busy", band->busy);
        mx_print_share(printer, "block", band->block);
        mx_print_share(printer, "spam", band->spam);
        mx_print_close(printer);
    }
    mx_print_close(printer);
}

static void print_reputation(struct mx_printer *printer, const struct mx_receiver_params *receiver)
{
    const struct mx_reputation_params *reputation = &receiver->reputation;
    if (!reputation->enabled) {
        mx_print_none(printer, "reputation");
        return;
    }
    mx_print_open(printer, "reputation");
    mx_print_duration(printer, "half_life", reputation->half_life_us);
    mx_print_duration(printer, "epoch", reputation->epoch_us);
    mx_print_duration(printer, "episode", reputation->episode_us);
    mx_print_truth(printer, "domain", reputation->domain);
    mx_print_open(printer, "prior");
    mx_print_number(printer, "score", reputation->prior_score);
    mx_print_number(printer, "weight", reputation->prior_weight);
    mx_print_close(printer);
    mx_print_open(printer, "weights");
    mx_print_number(printer, "complaint", reputation->complaint_weight);
    mx_print_number(printer, "unknown", reputation->unknown_weight);
    mx_print_number(printer, "trap", reputation->trap_weight);
    mx_print_number(printer, "engagement", reputation->engagement_weight);
    mx_print_close(printer);
    print_bands(printer, reputation);
    if (receiver->block.deferrals == 0) {
        mx_print_none(printer, "block");
    } else {
        mx_print_open(printer, "block");
        mx_print_count(printer, "after_policy_deferrals", receiver->block.deferrals);
        mx_print_duration(printer, "within", receiver->block.within_us);
        mx_print_duration(printer, "lasts", receiver->block.lasts_us);
        mx_print_close(printer);
    }
    mx_print_close(printer);
}

static void print_rate_capacity(struct mx_printer *printer,
                                const struct mx_capacity_params *capacity)
{
    mx_print_text(printer, "kind", "rate");
    mx_print_rate_per_s(printer, "rate", capacity->rate_per_s);
    mx_print_number(printer, "backlog", capacity->backlog);
    mx_print_number(printer, "busy_cost", capacity->busy_cost);
    mx_print_daily(printer, "daily", &capacity->daily);
    if (capacity->noise_cv > 0) {
        mx_print_open(printer, "noise");
        mx_print_number(printer, "cv", capacity->noise_cv);
        mx_print_duration(printer, "every", capacity->noise_every_us);
        mx_print_close(printer);
    }
    if (capacity->background_per_s > 0 || capacity->background_daily.count > 0) {
        mx_print_open(printer, "background");
        mx_print_rate(printer, "rate", &(struct mx_rate){capacity->background_per_s, MX_SECOND_US});
        mx_print_daily(printer, "daily", &capacity->background_daily);
        mx_print_close(printer);
    }
}

static void print_capacity(struct mx_printer *printer, const struct mx_capacity_params *capacity)
{
    if (capacity->kind == MX_CAPACITY_NONE) {
        mx_print_none(printer, "capacity");
        return;
    }
    mx_print_open(printer, "capacity");
    if (capacity->kind == MX_CAPACITY_RATE) {
        print_rate_capacity(printer, capacity);
    } else {
        mx_print_text(printer, "kind", "servers");
        mx_print_count(printer, "servers", capacity->servers);
        mx_print_law(printer, "service", &capacity->service);
        if (capacity->waiting_room == UINT64_MAX) {
            mx_print_none(printer, "waiting_room");
        } else {
            mx_print_count(printer, "waiting_room", capacity->waiting_room);
        }
    }
    mx_print_close(printer);
}

static void print_provider(struct mx_printer *printer, const struct mx_plan_provider *provider)
{
    const struct mx_receiver_params *receiver = &provider->receiver;
    mx_print_open(printer, provider->name);
    mx_print_key_name(printer, provider->key_name);
    mx_print_text(printer, "replies", mx_reply_style_name(receiver->style));
    if (receiver->outage_count > 0) {
        mx_print_list(printer, "outages", receiver->outage_count, item_outage, receiver->outages);
    }
    mx_print_open(printer, "connections");
    mx_print_limit(printer, "per_ip", receiver->connections.per_ip);
    mx_print_limit(printer, "total", receiver->connections.total);
    mx_print_close(printer);
    print_allowance(printer, receiver);
    print_reputation(printer, receiver);
    print_capacity(printer, &receiver->capacity);
    mx_print_open(printer, "greylist");
    mx_print_duration(printer, "delay", receiver->greylist.delay_us);
    mx_print_count(printer, "domains", receiver->greylist.domains);
    mx_print_count(printer, "whitelist_after", receiver->greylist.whitelist_after);
    mx_print_close(printer);
    mx_print_open(printer, "recipient");
    mx_print_share(printer, "full_reply_soft", receiver->full_reply_soft);
    mx_print_close(printer);
    mx_print_open(printer, "content");
    mx_print_share(printer, "reject", receiver->content_reject);
    mx_print_share(printer, "busy", receiver->content_busy);
    mx_print_close(printer);
    mx_print_close(printer);
}

static void item_assumed(struct mx_printer *printer, const void *items, size_t i)
{
    const struct mx_plan_assumed *assumed = (const struct mx_plan_assumed *)items + i;
    mx_print(printer, "{ key = ");
    mx_print_quoted(printer, assumed->path);
    mx_print(printer, "; value = ");
    mx_print_quoted(printer, assumed->value);
    mx_print(printer, "; range = ");
    mx_print_quoted(printer, assumed->range);
    mx_print(printer, "; }");
}

char *mx_plan_print(const struct mx_plan *plan, bool with_notes)
{
    struct mx_printer printer = {.plan = plan, .with_notes = with_notes};
    mx_print(&printer,
             "# A resolved plan: every value that the run needs, in the keys of a scenario.\n");
    print_top(&printer);
    print_lists(&printer);
    print_pools(&printer);
    print_mta(&printer);
    print_campaigns(&printer);
    mx_print_open(&printer, "providers");
    for (uint32_t i = 0; i < plan->provider_count; i++) {
        print_provider(&printer, &plan->providers[plan->providers_shown[i]]);
    }
    mx_print_close(&printer);
    if (plan->expect_count > 0) {
        mx_print_list(&printer, "expect", plan->expect_count, mx_item_text, plan->expect);
    }
    if (plan->assumed_count > 0) {
        mx_print_list(&printer, "assumed", plan->assumed_count, item_assumed, plan->assumed);
    }
    char *wrapped = printer.failed ? NULL : mx_line_wrap(printer.text);
    free(printer.text);
    return wrapped;
}
