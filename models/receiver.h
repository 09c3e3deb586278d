// SPDX-License-Identifier: GPL-3.0-or-later
/* receiver.h - one mailbox provider: attempt in, reply out.
 *
 * The stages stand in the order in which a real server decides: outage, connections, policy
 * (block, allowance, reputation), capacity, recipient (address, mailbox, greylist), content. Each
 * is a module of its own; this one only puts them in line. Pure: time and uniforms are handed in,
 * calls come in time order, no allocation after _create. Not thread-safe. */
#ifndef MX_RECEIVER_H
#define MX_RECEIVER_H

#include "models/connections.h"
#include "models/receiver_params.h"
#include "models/recipient.h"
#include "models/token_bucket.h"

struct mx_receiver;

/* Sizes of the index spaces that attempts refer to, each >= 1. */
struct mx_receiver_sizes {
    uint32_t ip_count, netblock_count, domain_count;
};

/* What was accepted from an address, netblock or domain before the scenario's start.
 * daily_volume: accepted per day on each of the last days (0 = cold); days: how many, 0 .. 30 for
 * the allowance, more for the score; complaints: of inboxed, unknown: of accepted mail. */
struct mx_history {
    double daily_volume;
    double days;
    double complaints, unknown;
};

/* One attempt. Uniforms in (0, 1). greylist_s: whole seconds from the message's creation to the
 * first attempt that reached the greylist, or MX_GREYLIST_UNSEEN. episode_u is drawn by the caller
 * for mx_receiver_episode(). small_domain: of the recipient, < greylist.domains. */
struct mx_attempt {
    int64_t now_us;     /* the transaction starts */
    int64_t until_us;   /* and the connection is in use until then */
    int64_t created_us; /* of the message */
    uint32_t ip, netblock, domain;
    uint32_t small_domain;
    uint32_t greylist_s;
    const struct mx_recipient *recipient;
    int64_t emptied_us; /* a full mailbox is emptied at; ignored for others */
    double episode_u, content_u, service_u, placement_u;
    uint32_t engagement; /* of the message's list: mx_reputation_engagement() */
};

/* reply_us: when the reply comes, >= until_us except that `servers` capacity may add its own wait.
 * inboxed: accepted and not in the spam folder; inbox_u: then a uniform in (0, 1) that nothing has
 * used yet. greylist_s: to be handed in with the next
 * attempt. */
struct mx_answer {
    enum mx_verdict verdict;
    enum mx_reason reason;
    int64_t reply_us;
    bool inboxed;
    double inbox_u;
    uint32_t greylist_s;
};

/* params is borrowed and must outlive the receiver. noise_u: uniform of (interval number), used by
 * capacity noise; NULL where noise_cv is 0. Returns owned, or NULL when out of memory. */
struct mx_receiver *mx_receiver_create(const struct mx_receiver_params *params,
                                       const struct mx_receiver_sizes *sizes,
                                       double (*noise_u)(void *context, uint64_t interval),
                                       void *noise_context);
void mx_receiver_destroy(struct mx_receiver *receiver);

/* Before the first attempt. */
void mx_receiver_set_history(struct mx_receiver *receiver, enum mx_scope scope, uint32_t index,
                             const struct mx_history *history);

#define MX_EPISODE_PER_ATTEMPT (-1) /* episode_us 0: a fresh uniform for each attempt */
#define MX_EPISODE_UNUSED (-2)      /* the band lets everybody through: any uniform will do */

/* Number of the episode at now_us, 0-based, for which a message of this IP and domain needs a
 * uniform of its own; or one of the above. */
int64_t mx_receiver_episode(const struct mx_receiver *receiver, int64_t now_us, uint32_t ip,
                            uint32_t domain);

/* True: what _episode says at from_us holds until until_us, if no epoch ends in between. */
bool mx_receiver_episode_holds(const struct mx_receiver *receiver, int64_t from_us,
                               int64_t until_us);

/* True: in [from_us, until_us), between two epochs, at most `count` attempts may be made in any order
 * as long as those of each address come in time order. What addresses share (netblock, domain) can
 * then not change its mind within that time, and nothing else that they share is limited.
 * from_us must not decrease. */
bool mx_receiver_is_order_free(struct mx_receiver *receiver, int64_t from_us, int64_t until_us,
                               uint64_t count);

/* Decide one attempt and learn from it what the provider sees at once (volume, acceptance,
 * unknown users, traps). now_us must not decrease. */
void mx_receiver_attempt(struct mx_receiver *receiver, const struct mx_attempt *attempt,
                         struct mx_answer *answer);

/* The short way of most mail: attempts by ordinary members from one address and sending domain, where
 * nothing that is counted binds. It is open for so many attempts between two epochs; those it turns
 * away change nothing and go the long way, by mx_receiver_attempt, in between. Thresholds of words
 * are a little too high, so that no rounding can reach across them. */
struct mx_passage {
    struct mx_receiver *receiver;
    uint32_t ip, netblock, domain, engagement;
    const int64_t *blocked_until_us;
    const struct mx_bucket_rule *cap; /* of the address */
    struct mx_bucket *bucket;
    struct mx_connections *connections; /* NULL: no limit */
    const uint8_t *passes; /* greylist, of the address at each small domain; NULL: off */
    uint32_t whitelist_after;
    double policy_u;    /* refused or blocked by reputation below this */
    uint32_t content;   /* words below: perhaps turned away by content */
    uint32_t placement; /* words below: perhaps not in the inbox, or complained about */
    uint64_t passed;
};

/* Whose passage: at most `count` attempts from now_us on, until an epoch or outage begins or ends.
 * engagement: as in mx_attempt; complaints: share of the inboxed that complains. */
struct mx_passengers {
    int64_t now_us;
    uint32_t ip, netblock, domain, engagement;
    uint64_t count;
    double complaints;
};

/* False: it is closed. */
bool mx_receiver_open_passage(struct mx_receiver *receiver, const struct mx_passengers *all,
                              struct mx_passage *passage);

/* What a passage asks of an attempt. Words: the 32 bits that content_u and placement_u are made of. */
struct mx_passing {
    int64_t now_us, until_us;
    double episode_u;
    uint32_t content_word, placement_word;
    uint32_t small_domain;
};

/* True: accepted, inboxed and not complained about, as mx_receiver_attempt would have said. False:
 * ask that. now_us must not decrease over all attempts of the address. */
static inline bool mx_passage_take(struct mx_passage *passage, const struct mx_passing *passing)
{
    if ((passing->now_us < *passage->blocked_until_us) | (passing->episode_u < passage->policy_u) |
        (passing->content_word < passage->content) | (passing->placement_word < passage->placement))
        return false;
    if (passage->passes && passage->passes[passing->small_domain] < passage->whitelist_after)
        return false;
    mx_bucket_fill(passage->cap, passage->bucket, passing->now_us);
    if (!mx_bucket_has(passage->cap, passage->bucket))
        return false;
    if (passage->connections &&
        !mx_connections_take(passage->connections, passage->ip, passing->now_us, passing->until_us))
        return false;
    mx_bucket_take(passage->cap, passage->bucket);
    passage->passed++;
    return true;
}

/* What has passed is learnt: before anything is asked of its keys but attempts. */
void mx_receiver_close_passage(const struct mx_passage *passage);

/* An attempt from this address will follow soon: have its state brought near. */
void mx_receiver_prefetch(const struct mx_receiver *receiver, uint32_t ip);

/* A complaint about a message accepted earlier from (ip, domain), counted in the epoch that is
 * open. */
void mx_receiver_complain(struct mx_receiver *receiver, uint32_t ip, uint32_t domain);

/* Close an epoch: decay, new scores and bands. To be called at every multiple of
 * reputation.epoch_us, in order, before the attempts at or after it. */
void mx_receiver_epoch(struct mx_receiver *receiver, int64_t now_us);

/* For plots: the state at an address, as of the last epoch. allowance_per_day: the tightest of
 * growth rule and cap for the IP, 0 = it has neither; blocked: at now_us. */
struct mx_receiver_view {
    double score;
    enum mx_band band;
    double allowance_per_day;
    double volume_today;
    bool blocked;
};
void mx_receiver_look(const struct mx_receiver *receiver, int64_t now_us, uint32_t ip,
                      struct mx_receiver_view *view);

const char *mx_band_name(enum mx_band band);

#endif
