// SPDX-License-Identifier: GPL-3.0-or-later
/* send_gate.c - see send_gate.h. */
#include "sim/live/send_gate.h"

#include "sim/base/check.h"

#define RATE_WINDOW_US MX_SECOND_US /* how much of a rate may go out at once ... */
#define RATE_WINDOW_MS 10           /* ... but never less than this much real time's worth */
#define SKIP_DRAW (UINT64_C(1) << 62)

static void prepare_rate(struct mx_bucket_rule *rule, const struct mx_rate *rate,
                         uint32_t time_scale)
{
    const double scaled_us = 1000.0 * RATE_WINDOW_MS * time_scale;
    const double window_us = scaled_us > RATE_WINDOW_US ? scaled_us : RATE_WINDOW_US;
    const double depth = rate->count / (double)rate->period_us * window_us;

    mx_bucket_prepare(rule, rate, depth > 1 ? depth : 1, MX_BUCKET_CONTINUOUS);
}

void mx_send_rules_init(struct mx_send_rules *rules, const struct mx_retry_policy *policy,
                        const struct mx_destination_params *shared,
                        const struct mx_send_limits *limits, uint32_t time_scale)
{
    const double backoff_per_s = shared->backoff.reasons != 0 ? shared->backoff.rate_per_s : 0;

    *rules = (struct mx_send_rules){.policy = policy,
                                    .shared = shared,
                                    .is_shared = mx_destination_is_shared(policy, shared),
                                    .connections = limits->connections};
    if (limits->has_rate) {
        prepare_rate(&rules->rate, &limits->rate, time_scale);
    }
    if (backoff_per_s > 0) {
        const struct mx_rate rate = {.count = backoff_per_s, .period_us = MX_SECOND_US};

        prepare_rate(&rules->backoff_rate, &rate, time_scale);
    }
}

void mx_send_destination_init(struct mx_send_destination *destination,
                              const struct mx_send_rules *rules, uint64_t seed, const char *domain,
                              int64_t now_us)
{
    *destination = (struct mx_send_destination){
        .draws = mx_stream_make(seed, 0, mx_key_of_name(domain)),
    };
    mx_destination_init(&destination->state, rules->shared);
    mx_bucket_init(&rules->rate, &destination->bucket);
    mx_bucket_fill(&rules->rate, &destination->bucket, now_us);
    mx_bucket_init(&rules->backoff_rate, &destination->backoff_bucket);
    mx_bucket_fill(&rules->backoff_rate, &destination->backoff_bucket, now_us);
}

/* --- asking --- */

/* Whether a rate lets one more go; keeps when it will. */
static bool rate_allows(const struct mx_bucket_rule *rule, struct mx_bucket *bucket, int64_t now_us,
                        int64_t *again_us)
{
    mx_u128 lack;

    if (rule->gain == 0) {
        return true;
    }
    mx_bucket_fill(rule, bucket, now_us);
    if (mx_bucket_has(rule, bucket)) {
        return true;
    }
    lack = rule->token - bucket->level + rule->gain - 1;
    *again_us = now_us + (int64_t)(lack / rule->gain);
    return false;
}

static enum mx_send_gate ask_limits(struct mx_send_destination *destination,
                                    const struct mx_send_rules *rules, int64_t now_us,
                                    int64_t *again_us)
{
    const bool is_backed_off = destination->state.backoff.active;
    uint32_t connections = rules->connections;

    if (is_backed_off && rules->shared->backoff.connections > 0 &&
        rules->shared->backoff.connections < connections) {
        connections = rules->shared->backoff.connections;
    }
    *again_us = MX_NEVER;
    if (destination->busy >= connections ||
        !rate_allows(&rules->rate, &destination->bucket, now_us, again_us) ||
        (is_backed_off &&
         !rate_allows(&rules->backoff_rate, &destination->backoff_bucket, now_us, again_us))) {
        return MX_GATE_CLOSED;
    }
    return MX_GATE_OPEN;
}

enum mx_send_gate mx_send_destination_ask(struct mx_send_destination *destination,
                                          const struct mx_send_rules *rules,
                                          const struct mx_entry *entry, int64_t now_us,
                                          int64_t *again_us)
{
    if (!rules->is_shared) {
        return ask_limits(destination, rules, now_us, again_us);
    }
    mx_destination_refresh(&destination->state, rules->shared, now_us);
    *again_us = mx_destination_ready_us(&destination->state, now_us);
    if (*again_us > now_us) {
        return MX_GATE_CLOSED;
    }
    switch (mx_destination_ask(&destination->state, rules->policy, entry->created_us, now_us)) {
    case MX_DESTINATION_TRY:
        return ask_limits(destination, rules, now_us, again_us);
    case MX_DESTINATION_WAIT:
        *again_us = mx_retry_host_due_us(rules->policy, &destination->state.host, entry->created_us,
                                         now_us);
        return MX_GATE_WAIT;
    case MX_DESTINATION_SKIP:
        return MX_GATE_SKIP;
    case MX_DESTINATION_EXPIRE:
        return MX_GATE_EXPIRE;
    case MX_DESTINATION_ASK_COUNT:
        break;
    }
    MX_CHECK(false);
    return MX_GATE_CLOSED;
}

void mx_send_destination_start(struct mx_send_destination *destination,
                               const struct mx_send_rules *rules)
{
    destination->busy++;
    mx_bucket_take(&rules->rate, &destination->bucket);
    if (rules->is_shared) {
        if (destination->state.backoff.active && rules->backoff_rate.gain != 0) {
            mx_bucket_take(&rules->backoff_rate, &destination->backoff_bucket);
        }
        mx_destination_start(&destination->state);
    }
}

/* --- replies --- */

static double draw_u(const struct mx_send_destination *destination,
                     const struct mx_send_rules *rules, uint64_t message, uint64_t number)
{
    return mx_retry_is_random(rules->policy)
               ? mx_uniform(mx_draw(&destination->draws, message, number, MX_DRAW_RETRY).word[0])
               : 0.5;
}

double mx_send_skip_u(const struct mx_send_destination *destination,
                      const struct mx_send_rules *rules, const struct mx_entry *entry,
                      int64_t now_us)
{
    return draw_u(destination, rules, entry->message, SKIP_DRAW | (uint64_t)now_us);
}

/* The destination hears of it. */
static bool hear(struct mx_send_destination *destination, const struct mx_send_rules *rules,
                 const struct mx_spool_event *event, int64_t created_us, int64_t first_deferral_us,
                 double u, struct mx_retry_decision *decision)
{
    const struct mx_retry_state state = {
        .created_us = created_us,
        .first_deferral_us = first_deferral_us,
        .attempt_count = event->attempt,
        .due_us = event->due_us,
    };

    return mx_destination_reply(&destination->state, rules->policy, rules->shared, &state,
                                event->verdict, event->reason, event->reply_us, u, decision);
}

bool mx_send_destination_reply(struct mx_send_destination *destination,
                               const struct mx_send_rules *rules,
                               const struct mx_spool_event *event, struct mx_outcome *outcome)
{
    const struct mx_entry *entry = &outcome->entry;

    destination->busy--;
    outcome->u = event->verdict == MX_BUSY
                     ? draw_u(destination, rules, entry->message, entry->attempt_count)
                     : 0.5;
    return rules->is_shared &&
           hear(destination, rules, event, entry->created_us,
                entry->attempt_count == 0 ? event->reply_us : entry->first_deferral_us, outcome->u,
                &outcome->decision);
}

void mx_send_destination_recall(struct mx_send_destination *destination,
                                const struct mx_send_rules *rules,
                                const struct mx_spool_event *event)
{
    struct mx_retry_decision decision;

    if (!rules->is_shared || event->kind != MX_SPOOL_ATTEMPT) {
        return;
    }
    mx_destination_start(&destination->state);
    (void)hear(destination, rules, event, 0, event->reply_us,
               draw_u(destination, rules, event->recipient, event->attempt - 1U), &decision);
}

void mx_send_destination_restart(struct mx_send_destination *destination,
                                 const struct mx_send_rules *rules)
{
    struct mx_destination fresh;

    mx_destination_init(&fresh, rules->shared);
    destination->state.window = fresh.window;
    destination->state.route = fresh.route;
}
