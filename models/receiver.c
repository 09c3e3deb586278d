// SPDX-License-Identifier: GPL-3.0-or-later
/* receiver.c - one mailbox provider: its stages in line.
 *
 * What an attempt touches of its IP lies together (struct ip_state). Every stage decides in its
 * own module; here stands their order, and what each learns from an answer. */
#include "models/receiver.h"

#include <stdlib.h>

#include "models/allowance.h"
#include "models/block.h"
#include "models/capacity.h"
#include "models/connections.h"
#include "models/content.h"
#include "models/greylist.h"
#include "models/mailbox.h"
#include "models/outage.h"
#include "models/reputation.h"

struct ip_state {
    struct mx_allowance_key allowance;
    struct mx_reputation reputation;
    struct mx_block block;
};

struct netblock_state {
    struct mx_allowance_key allowance;
};

struct domain_state {
    struct mx_allowance_key allowance;
    struct mx_reputation reputation;
};

struct mx_receiver {
    const struct mx_receiver_params *params;
    struct mx_receiver_sizes sizes;
    struct mx_outage_cursor outage;
    struct mx_connections connections;
    bool has_connections, has_reputation, has_greylist; /* stages that are switched on */
    uint32_t content_word; /* 32-bit words from here on pass the content filter */
    struct mx_allowance_calendar calendar;
    struct mx_allowance_rule allowance[MX_SCOPE_COUNT];
    struct mx_reputation_rule reputation;
    struct mx_capacity *capacity; /* NULL: unlimited */
    struct mx_greylist greylist;
    struct ip_state *ips;
    struct netblock_state *netblocks;
    struct domain_state *domains;
    double *rings; /* of all allowance keys, MX_REFERENCE_DAYS_MAX each */
};

/* --- set-up ------------------------------------------------------------------------------- */

static double *ring_of(const struct mx_receiver *receiver, enum mx_scope scope, uint32_t index)
{
    size_t at = index;

    if (scope != MX_SCOPE_IP)
        at += receiver->sizes.ip_count;
    if (scope == MX_SCOPE_DOMAIN)
        at += receiver->sizes.netblock_count;
    return receiver->rings + at * MX_REFERENCE_DAYS_MAX;
}

static struct mx_allowance_key *allowance_of(struct mx_receiver *receiver, enum mx_scope scope,
                                             uint32_t index)
{
    switch (scope) {
    case MX_SCOPE_IP:
        return &receiver->ips[index].allowance;
    case MX_SCOPE_NETBLOCK:
        return &receiver->netblocks[index].allowance;
    case MX_SCOPE_DOMAIN:
        return &receiver->domains[index].allowance;
    case MX_SCOPE_COUNT:
        break;
    }
    return NULL;
}

static struct mx_reputation *reputation_of(struct mx_receiver *receiver, enum mx_scope scope,
                                           uint32_t index)
{
    if (scope == MX_SCOPE_IP)
        return &receiver->ips[index].reputation;
    return scope == MX_SCOPE_DOMAIN ? &receiver->domains[index].reputation : NULL;
}

void mx_receiver_set_history(struct mx_receiver *receiver, enum mx_scope scope, uint32_t index,
                             const struct mx_history *history)
{
    struct mx_reputation *reputation = reputation_of(receiver, scope, index);
    enum mx_band band = MX_BAND_HIGH;

    if (reputation != NULL)
        mx_reputation_set_history(&receiver->reputation, reputation, history->daily_volume,
                                  history->days, history->complaints, history->unknown,
                                  receiver->params->day.day_us);
    if (scope == MX_SCOPE_IP)
        band = reputation->band;
    mx_allowance_key_init(&receiver->allowance[scope], allowance_of(receiver, scope, index),
                          ring_of(receiver, scope, index), band, history->daily_volume,
                          history->days);
}

/* A share as a threshold of 32-bit words, rounded up. */
static uint32_t word_above(double share)
{
    double word = share * 0x1p32 + 2.0;

    return !(share > 0.0) ? 0 : word < (double)UINT32_MAX ? (uint32_t)word : UINT32_MAX;
}

static void prepare(struct mx_receiver *receiver)
{
    const struct mx_receiver_params *params = receiver->params;

    receiver->has_connections = params->connections.per_ip + params->connections.total > 0;
    receiver->has_reputation = params->reputation.enabled;
    receiver->has_greylist = params->greylist.delay_us > 0;
    receiver->content_word = word_above(params->content_reject + params->content_busy);
    mx_outage_init(&receiver->outage, params->outages, params->outage_count);
    mx_allowance_calendar_init(&receiver->calendar, &params->day);
    mx_reputation_prepare(&receiver->reputation, &params->reputation);
    for (int scope = 0; scope < MX_SCOPE_COUNT; scope++)
        mx_allowance_prepare(&receiver->allowance[scope], &params->allowance[scope],
                             scope == MX_SCOPE_IP ? params->reputation.band : NULL, &params->day);
    receiver->allowance[MX_SCOPE_IP].is_on = true; /* it counts the day's volume in any case */
}

/* Everybody cold. */
static void start(struct mx_receiver *receiver)
{
    const uint32_t counts[MX_SCOPE_COUNT] = {
        receiver->sizes.ip_count, receiver->sizes.netblock_count, receiver->sizes.domain_count};
    const struct mx_history cold = {0};

    for (int scope = 0; scope < MX_SCOPE_COUNT; scope++) {
        for (uint32_t index = 0; index < counts[scope]; index++)
            mx_receiver_set_history(receiver, (enum mx_scope)scope, index, &cold);
    }
}

struct mx_receiver *mx_receiver_create(const struct mx_receiver_params *params,
                                       const struct mx_receiver_sizes *sizes,
                                       double (*noise_u)(void *context, uint64_t interval),
                                       void *noise_context)
{
    size_t keys = (size_t)sizes->ip_count + sizes->netblock_count + sizes->domain_count;
    struct mx_receiver *receiver = calloc(1, sizeof *receiver);
    bool is_whole;

    if (receiver == NULL)
        return NULL;
    receiver->params = params;
    receiver->sizes = *sizes;
    prepare(receiver);
    is_whole = mx_connections_init(&receiver->connections, &params->connections, sizes->ip_count);
    is_whole =
        mx_greylist_init(&receiver->greylist, &params->greylist, sizes->ip_count) && is_whole;
    receiver->ips = calloc(sizes->ip_count, sizeof *receiver->ips);
    receiver->netblocks = calloc(sizes->netblock_count, sizeof *receiver->netblocks);
    receiver->domains = calloc(sizes->domain_count, sizeof *receiver->domains);
    receiver->rings = calloc(keys * MX_REFERENCE_DAYS_MAX, sizeof *receiver->rings);
    if (params->capacity.kind != MX_CAPACITY_NONE) {
        receiver->capacity = mx_capacity_create(&params->capacity, &params->day, params->outages,
                                                params->outage_count, noise_u, noise_context);
        is_whole = is_whole && receiver->capacity != NULL;
    }
    if (!is_whole || receiver->ips == NULL || receiver->netblocks == NULL ||
        receiver->domains == NULL || receiver->rings == NULL) {
        mx_receiver_destroy(receiver);
        return NULL;
    }
    start(receiver);
    return receiver;
}

void mx_receiver_destroy(struct mx_receiver *receiver)
{
    if (receiver == NULL)
        return;
    mx_connections_fini(&receiver->connections);
    mx_greylist_fini(&receiver->greylist);
    mx_capacity_destroy(receiver->capacity);
    free(receiver->ips);
    free(receiver->netblocks);
    free(receiver->domains);
    free(receiver->rings);
    free(receiver);
}

/* --- one attempt -------------------------------------------------------------------------- */

/* What an attempt meets at this receiver: its address and domain, and the band that holds for them
 * (NULL: no reputation). */
struct meeting {
    struct ip_state *ip;
    struct domain_state *domain;
    const struct mx_band_params *band;
};

static inline void refuse(struct mx_answer *answer, enum mx_verdict verdict, enum mx_reason reason)
{
    answer->verdict = verdict;
    answer->reason = reason;
}

/* The band that a message of this IP and domain meets: the lower of the two. */
static inline const struct mx_band_params *band_of(const struct mx_receiver *receiver,
                                                   const struct ip_state *ip,
                                                   const struct domain_state *domain)
{
    const struct mx_reputation_params *params = &receiver->params->reputation;
    enum mx_band band = ip->reputation.band;

    if (params->domain && domain->reputation.band < band)
        band = domain->reputation.band;
    return &params->band[band];
}

/* Stage 2. True: goes on. */
static inline bool policy(struct mx_receiver *receiver, const struct mx_attempt *attempt,
                          const struct meeting *met, struct mx_answer *answer)
{
    struct mx_allowance_key *const keys[MX_SCOPE_COUNT] = {
        &met->ip->allowance, &receiver->netblocks[attempt->netblock].allowance,
        &met->domain->allowance};
    enum mx_reason reason;

    if (mx_block_holds(&met->ip->block, attempt->now_us)) {
        refuse(answer, MX_REJECT_SOFT, MX_REASON_BLOCKED);
        return false;
    }
    mx_allowance_calendar_at(&receiver->calendar, attempt->now_us);
    reason = mx_allowance_take(receiver->allowance, keys, &receiver->calendar, attempt->now_us);
    if (reason == MX_REASON_NONE && met->band != NULL)
        reason = mx_reputation_decide(met->band, attempt->episode_u);
    if (reason == MX_REASON_NONE)
        return true;
    if (reason == MX_REASON_BLOCKED) {
        refuse(answer, MX_REJECT_SOFT, reason);
        return false;
    }
    mx_block_note(&receiver->params->block, &met->ip->block, attempt->now_us);
    refuse(answer, MX_BUSY, reason);
    return false;
}

/* Stage 4, first part: addresses that are not simply good. True: goes on. */
static bool mailbox(struct mx_receiver *receiver, const struct mx_attempt *attempt,
                    const struct meeting *met, struct mx_answer *answer)
{
    const struct mx_receiver_params *params = receiver->params;
    struct mx_mailbox_answer reply = mx_mailbox_decide(attempt->recipient, attempt->emptied_us,
                                                       params->full_reply_soft, attempt->now_us);

    if (reply.verdict == MX_ACCEPT)
        return true;
    if (reply.reason == MX_REASON_UNKNOWN && receiver->has_reputation) {
        mx_reputation_unknown(&met->ip->reputation);
        mx_reputation_unknown(&met->domain->reputation);
    }
    refuse(answer, reply.verdict, reply.reason);
    return false;
}

/* Stage 4: the address, then the greylist. True: goes on. */
static inline bool recipient(struct mx_receiver *receiver, const struct mx_attempt *attempt,
                             const struct meeting *met, struct mx_answer *answer)
{
    if (attempt->recipient->address != MX_ADDRESS_GOOD && !mailbox(receiver, attempt, met, answer))
        return false;
    if (receiver->has_greylist &&
        !mx_greylist_decide(&receiver->greylist, attempt->ip, attempt->small_domain,
                            attempt->now_us - attempt->created_us, &answer->greylist_s)) {
        refuse(answer, MX_BUSY, MX_REASON_GREYLIST);
        return false;
    }
    return true;
}

/* Stage 5. True: accepted. */
static inline bool content(struct mx_receiver *receiver, const struct mx_attempt *attempt,
                           const struct meeting *met, struct mx_answer *answer)
{
    const struct mx_receiver_params *params = receiver->params;
    enum mx_verdict verdict =
        mx_content_decide(params->content_reject, params->content_busy, attempt->content_u);

    if (verdict == MX_ACCEPT)
        return true;
    if (verdict == MX_BUSY)
        mx_block_note(&params->block, &met->ip->block, attempt->now_us);
    refuse(answer, verdict, MX_REASON_CONTENT);
    return false;
}

/* Accepted: inbox or spam folder, and what reputation makes of it. */
static inline void place(const struct mx_attempt *attempt, const struct meeting *met,
                         struct mx_answer *answer)
{
    double spam = met->band != NULL ? met->band->spam : 0.0;

    answer->inboxed = mx_content_inboxed(spam, attempt->placement_u);
    answer->inbox_u = attempt->placement_u;
    if (spam > 0.0 && answer->inboxed)
        answer->inbox_u = (attempt->placement_u - spam) / (1.0 - spam);
    if (met->band == NULL)
        return;
    if (attempt->recipient->address == MX_ADDRESS_TRAP) {
        mx_reputation_trap(&met->ip->reputation);
        mx_reputation_trap(&met->domain->reputation);
    } else if (answer->inboxed) {
        mx_reputation_inboxed(&met->ip->reputation, attempt->engagement);
        mx_reputation_inboxed(&met->domain->reputation, attempt->engagement);
    }
}

void mx_receiver_attempt(struct mx_receiver *receiver, const struct mx_attempt *attempt,
                         struct mx_answer *answer)
{
    const int64_t now_us = attempt->now_us;
    struct meeting met = {.ip = &receiver->ips[attempt->ip],
                          .domain = &receiver->domains[attempt->domain]};

    answer->verdict = MX_ACCEPT;
    answer->reason = MX_REASON_NONE;
    answer->reply_us = attempt->until_us;
    answer->inboxed = false;
    answer->inbox_u = 0.0;
    answer->greylist_s = attempt->greylist_s;
    if (mx_outage_left(&receiver->outage, now_us) <= 0.0) {
        refuse(answer, MX_BUSY, MX_REASON_OUTAGE);
        return;
    }
    if (receiver->has_connections &&
        !mx_connections_take(&receiver->connections, attempt->ip, now_us, attempt->until_us)) {
        refuse(answer, MX_BUSY, MX_REASON_CONNECTIONS);
        return;
    }
    if (receiver->has_reputation)
        met.band = band_of(receiver, met.ip, met.domain);
    if (!policy(receiver, attempt, &met, answer))
        return;
    if (receiver->capacity != NULL &&
        !mx_capacity_take(receiver->capacity, now_us, attempt->service_u, &answer->reply_us)) {
        refuse(answer, MX_BUSY, MX_REASON_CAPACITY);
        return;
    }
    if (recipient(receiver, attempt, &met, answer) && content(receiver, attempt, &met, answer))
        place(attempt, &met, answer);
}

/* Whether none of `count` attempts in the calendar's hour can move a shared key from letting through
 * to refusing: it has room for all of them, or for none. */
static bool is_settled(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                       const struct mx_allowance_calendar *calendar, uint64_t count)
{
    if (!rule->is_on)
        return true;
    if (key->cap->gain > 0 || rule->params->refused_count)
        return false;
    if (key->hour_number != calendar->hour_number)
        mx_allowance_roll(rule, key, calendar);
    return key->room >= count || key->room == 0;
}

bool mx_receiver_is_order_free(struct mx_receiver *receiver, int64_t from_us, int64_t until_us,
                               uint64_t count)
{
    const struct mx_allowance_rule *rule = receiver->allowance;

    if (receiver->capacity != NULL || receiver->connections.total.limit > 0)
        return false;
    (void)mx_outage_left(&receiver->outage, from_us);
    mx_allowance_calendar_at(&receiver->calendar, from_us);
    if (receiver->outage.until_us < until_us || receiver->calendar.hour_end_us < until_us)
        return false;
    for (uint32_t i = 0; i < receiver->sizes.netblock_count; i++) {
        if (!is_settled(&rule[MX_SCOPE_NETBLOCK], &receiver->netblocks[i].allowance,
                        &receiver->calendar, count))
            return false;
    }
    for (uint32_t i = 0; i < receiver->sizes.domain_count; i++) {
        if (!is_settled(&rule[MX_SCOPE_DOMAIN], &receiver->domains[i].allowance,
                        &receiver->calendar, count))
            return false;
    }
    return true;
}

/* --- the short way ------------------------------------------------------------------------- */

static bool has_room(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                     const struct mx_allowance_calendar *calendar, uint64_t count)
{
    if (!rule->is_on)
        return true;
    if (key->hour_number != calendar->hour_number)
        mx_allowance_roll(rule, key, calendar);
    return key->room >= count;
}

bool mx_receiver_open_passage(struct mx_receiver *receiver, const struct mx_passengers *all,
                              struct mx_passage *passage)
{
    const struct mx_allowance_rule *rule = receiver->allowance;
    struct ip_state *ip = &receiver->ips[all->ip];
    struct netblock_state *netblock = &receiver->netblocks[all->netblock];
    struct domain_state *domain = &receiver->domains[all->domain];
    const struct mx_allowance_calendar *calendar = &receiver->calendar;
    const struct mx_band_params *band = NULL;
    double spam;

    mx_allowance_calendar_at(&receiver->calendar, all->now_us);
    if ((receiver->has_greylist && receiver->greylist.passes == NULL) ||
        receiver->capacity != NULL || mx_outage_left(&receiver->outage, all->now_us) <= 0.0 ||
        rule[MX_SCOPE_NETBLOCK].cap[0].gain > 0 || rule[MX_SCOPE_DOMAIN].cap[0].gain > 0 ||
        !has_room(&rule[MX_SCOPE_IP], &ip->allowance, calendar, all->count) ||
        !has_room(&rule[MX_SCOPE_NETBLOCK], &netblock->allowance, calendar, all->count) ||
        !has_room(&rule[MX_SCOPE_DOMAIN], &domain->allowance, calendar, all->count))
        return false;
    if (receiver->has_reputation)
        band = band_of(receiver, ip, domain);
    spam = band != NULL ? band->spam : 0.0;
    *passage = (struct mx_passage){
        .receiver = receiver,
        .ip = all->ip,
        .netblock = all->netblock,
        .domain = all->domain,
        .engagement = all->engagement,
        .blocked_until_us = &ip->block.until_us,
        .cap = ip->allowance.cap,
        .bucket = &ip->allowance.bucket,
        .connections = receiver->has_connections ? &receiver->connections : NULL,
        .passes = receiver->has_greylist ? mx_greylist_row(&receiver->greylist, all->ip) : NULL,
        .whitelist_after = receiver->params->greylist.whitelist_after,
        .policy_u = band != NULL ? band->block + band->busy : 0.0,
        .content = receiver->content_word,
        .placement = word_above(spam + all->complaints * (1.0 - spam)),
    };
    return true;
}

static void pass_many(const struct mx_allowance_rule *rule, struct mx_allowance_key *key,
                      uint64_t count)
{
    if (rule->is_on)
        key->room -= count;
}

void mx_receiver_close_passage(const struct mx_passage *passage)
{
    struct mx_receiver *receiver = passage->receiver;
    const struct mx_allowance_rule *rule = receiver->allowance;
    struct ip_state *ip = &receiver->ips[passage->ip];
    struct domain_state *domain = &receiver->domains[passage->domain];

    pass_many(&rule[MX_SCOPE_IP], &ip->allowance, passage->passed);
    pass_many(&rule[MX_SCOPE_NETBLOCK], &receiver->netblocks[passage->netblock].allowance,
              passage->passed);
    pass_many(&rule[MX_SCOPE_DOMAIN], &domain->allowance, passage->passed);
    if (!receiver->has_reputation)
        return;
    mx_reputation_inboxed_many(&ip->reputation, passage->engagement, passage->passed);
    mx_reputation_inboxed_many(&domain->reputation, passage->engagement, passage->passed);
}

void mx_receiver_prefetch(const struct mx_receiver *receiver, uint32_t ip)
{
    const char *state = (const char *)&receiver->ips[ip];

    for (size_t at = 0; at < sizeof *receiver->ips; at += 64)
        __builtin_prefetch(state + at, 1);
}

/* --- time passes -------------------------------------------------------------------------- */

int64_t mx_receiver_episode(const struct mx_receiver *receiver, int64_t now_us, uint32_t ip,
                            uint32_t domain)
{
    int64_t episode_us = receiver->params->reputation.episode_us;
    const struct mx_band_params *band;

    if (!receiver->has_reputation)
        return MX_EPISODE_UNUSED;
    band = band_of(receiver, &receiver->ips[ip], &receiver->domains[domain]);
    if (!(band->block + band->busy > 0.0))
        return MX_EPISODE_UNUSED;
    return episode_us > 0 ? now_us / episode_us : MX_EPISODE_PER_ATTEMPT;
}

bool mx_receiver_episode_holds(const struct mx_receiver *receiver, int64_t from_us,
                               int64_t until_us)
{
    int64_t episode_us = receiver->params->reputation.episode_us;

    if (!receiver->has_reputation)
        return true;
    return episode_us > 0 && from_us / episode_us == (until_us - 1) / episode_us;
}

void mx_receiver_complain(struct mx_receiver *receiver, uint32_t ip, uint32_t domain)
{
    if (!receiver->has_reputation)
        return;
    mx_reputation_complaint(&receiver->ips[ip].reputation);
    mx_reputation_complaint(&receiver->domains[domain].reputation);
}

void mx_receiver_epoch(struct mx_receiver *receiver, int64_t now_us)
{
    if (!receiver->has_reputation)
        return;
    for (uint32_t i = 0; i < receiver->sizes.ip_count; i++) {
        struct ip_state *ip = &receiver->ips[i];

        mx_reputation_epoch(&receiver->reputation, &ip->reputation);
        mx_allowance_set_band(&receiver->allowance[MX_SCOPE_IP], &ip->allowance,
                              ip->reputation.band, now_us);
    }
    if (!receiver->params->reputation.domain)
        return;
    for (uint32_t i = 0; i < receiver->sizes.domain_count; i++)
        mx_reputation_epoch(&receiver->reputation, &receiver->domains[i].reputation);
}

void mx_receiver_look(const struct mx_receiver *receiver, int64_t now_us, uint32_t ip,
                      struct mx_receiver_view *view)
{
    const struct ip_state *state = &receiver->ips[ip];
    const struct mx_allowance_key *key = &state->allowance;
    int64_t day_number = mx_day_number(&receiver->params->day, now_us);

    *view = (struct mx_receiver_view){
        .score = state->reputation.score,
        .band = state->reputation.band,
        .allowance_per_day =
            mx_allowance_per_day(&receiver->allowance[MX_SCOPE_IP], key, day_number),
        .volume_today = key->day_number == day_number ? (double)mx_allowance_volume(key) : 0.0,
        .blocked = mx_block_holds(&state->block, now_us),
    };
}

const char *mx_band_name(enum mx_band band)
{
    static const char *const names[MX_BAND_COUNT] = {
        [MX_BAND_BAD] = "bad",
        [MX_BAND_LOW] = "low",
        [MX_BAND_MEDIUM] = "medium",
        [MX_BAND_HIGH] = "high",
    };
    return band < MX_BAND_COUNT ? names[band] : "";
}
