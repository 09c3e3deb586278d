// SPDX-License-Identifier: GPL-3.0-or-later
/* world.h - everything that has a state during one replication, and what can happen to it.
 *
 * The loops (loop_window.c, loop_exact.c) decide only the order; what happens stands here, once:
 *
 *   edge:    at each multiple of window_us: complaints, epochs, throttles, what suppression learnt,
 *            warm-up releases                                               world_edge.c
 *   create:  pre-send check, home IP, warm-up allowance                     create.c
 *   serve:   a path's waiting line gives the next start                     serve.c
 *   judge:   the receiver answers; counted; the scheduler is told           judge.c
 *   hear:    the reply reaches its destination, where they share state      destinations.c
 *
 * Private to sim/engine/. */
#ifndef MX_WORLD_H
#define MX_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/destination.h"
#include "models/law.h"
#include "models/recipient.h"
#include "sim/base/draw_many.h"
#include "sim/engine/engine.h"
#include "sim/engine/line.h"
#include "sim/engine/tally.h"
#include "sim/scheduler/scheduler.h"

#define MX_AHEAD 64 /* messages of a stream that are looked at together */

/* What does not depend on what happens: who and when a stream's next messages are, and which
 * address of the campaign's pool they would go out from. Window loop only. */
struct mx_world_ahead {
    struct mx_arrival arrival; /* of the first message behind these */
    uint32_t at, count;        /* first not yet created */
    int64_t created_us[MX_AHEAD];
    uint16_t ip[MX_AHEAD];
    uint8_t nature[MX_AHEAD]; /* enum mx_nature, bits */
    uint32_t slot[MX_AHEAD];  /* of the block after this one, where the pool has a table */
};
enum mx_nature { MX_NATURE_GOOD = 1, MX_NATURE_KNOWN_INVALID = 2, MX_NATURE_REPORTED = 4 };

/* A campaign's occurrence at one provider: where messages come from. Streams are numbered in
 * canonical order (campaign, occurrence, provider); a message number is
 * stream << number_bits | number, so that order and decoding cost nothing. */
struct mx_world_stream {
    struct mx_stream draws; /* of (campaign, occurrence, provider) */
    const struct mx_list_params *list;
    uint64_t small_domain_hash;
    uint32_t campaign, provider, domain, occurrence;
    struct mx_stream members; /* of (list, provider) */
    uint64_t ip_hash;
    uint32_t pool;
    bool promotional, warm_up; /* warm_up: its pool has a plan */
    struct mx_world_ahead *ahead;
    struct mx_arrival arrival; /* with `ahead`, only index and next_us go on */
    uint64_t arrival_word;     /* the half of the last arrival draw that is still to be used */
    struct mx_ordinary ordinary;
    uint32_t engagement; /* mx_reputation_engagement() */
    const struct mx_sampler *complaint_delay, *emptied_after;
    uint64_t *bounced, *complained; /* bits of (list, provider, member), or NULL: list used once */
};

/* A warm-up allowance and the messages that wait for it. */
struct mx_world_warm_up {
    struct mx_warm_up_state state;
    struct mx_line held;
    uint32_t pool;
};

#define MX_DRAWN MX_DRAW_LANES

struct mx_world_path {
    struct mx_sending_path *sending;
    struct mx_line line;
    struct mx_receiver *receiver;
    uint32_t provider, ip, netblock;
    uint32_t small_domains;                           /* of the provider's greylist */
    const struct mx_throttle_params *throttle_params; /* NULL: no rules */
    int64_t throttle_next_us;      /* when to look at the throttle; MX_NEVER: not in world->noted */
    bool active;                   /* in world->active: its line is not empty */
    bool backed_off;               /* and the limits of backoff mode are in force besides */
    uint8_t drawn_at, drawn_count; /* draws of the line's first messages; window loop */
    uint64_t drawn[2][MX_DRAWN];
    int64_t transaction_us[MX_DRAWN];
    struct mx_throttle_limits limits; /* as last worked out */
    struct mx_throttle throttle;
};

#define MX_WAKE_UNKNOWN (-1)

struct mx_world_provider {
    struct mx_receiver *receiver;
    struct mx_stream noise;
    int64_t next_epoch_us; /* MX_NEVER: no reputation */
};

/* The note of an entry: whole seconds from the message's creation to its first attempt that reached
 * a greylist, or none did yet, and (GOOD) the address is known to be an ordinary one. */
#define MX_NOTE_UNSEEN MX_NOTE_MAX
#define MX_NOTE_GOOD (MX_NOTE_MAX - 1)

/* A complaint on its way. */
struct mx_world_complaint {
    int64_t at_us;
    uint32_t stream;
    uint32_t path;
    uint64_t number;
};

/* An attempt that has its start and waits to be judged; its uniforms are in draw, and in episode_u
 * the one that mx_receiver_attempt asks for. */
struct mx_work {
    int64_t start_us, until_us;
    struct mx_entry entry;
    struct mx_draw draw;
    double episode_u;
};

/* A hard bounce that suppression learns at the next edge. */
struct mx_world_lesson {
    uint32_t stream;
    uint64_t number;
};

struct mx_world {
    const struct mx_plan *plan;
    const struct mx_engine_options *options;
    struct mx_observation *observation;
    struct mx_tally *tally;

    uint32_t stream_count;
    struct mx_world_stream *streams;
    unsigned number_bits;
    uint64_t draw_key; /* key[0] of all streams */

    uint32_t provider_count, ip_count, path_count;
    struct mx_world_provider *providers;
    struct mx_world_path *paths;
    struct mx_world_warm_up *warm_ups; /* [ip], or [provider][ip] for per_provider plans */
    struct mx_sampler *transaction;
    struct mx_sampler **complaint_delay, **emptied_after; /* [list] */
    uint64_t **bounced, **complained;                     /* [list][provider] */
    uint64_t *ip_keys;                                    /* of plan->ips, in order */
    struct mx_ip_table **ip_tables;                       /* [pool], NULL where it would not pay */
    bool per_provider_warm_up;

    struct mx_scheduler *scheduler;
    struct mx_destinations *destinations; /* NULL: each message for itself */
    struct mx_addresses *addresses;       /* NULL: none is mailed twice, or they have no data */
    struct mx_line_pool lines;
    int64_t lifetime_us; /* to the deadline that needs no attempt; MX_NEVER: there is none */
    bool retry_random;
    bool report_all; /* also what was accepted or rejected: the trace writes its rows then */
    struct mx_trace_row *rows; /* of the attempts judged and not yet reported; trace only */
    size_t row_count, row_size;

    uint32_t *active, active_count; /* paths with a line */
    int64_t *wake_us; /* [path]: when its line's head can be looked at; window loop alone */
    uint32_t *noted, noted_count; /* paths whose throttles have something to look at */
    int64_t noted_next_us;        /* not before */
    uint32_t *held, held_count;   /* warm_ups with messages */
    uint32_t held_capacity;
    struct mx_world_complaint *complaints; /* min-heap by time */
    size_t complaint_count, complaint_size;
    struct mx_world_lesson *lessons;
    size_t lesson_count, lesson_size;

    int64_t now_us;
    uint64_t delivered, deferrals; /* for the progress display */
    int64_t next_sample_us;
    bool out_of_memory;
};

/* Returns owned, or NULL when out of memory. options is borrowed. */
struct mx_world *mx_world_create(const struct mx_plan *plan,
                                 const struct mx_engine_options *options, enum mx_queue_kind queue);
void mx_world_destroy(struct mx_world *world);

static inline uint32_t mx_world_stream_of(const struct mx_world *world, uint64_t message)
{
    return (uint32_t)(message >> world->number_bits);
}

static inline uint64_t mx_world_number_of(const struct mx_world *world, uint64_t message)
{
    return message & ((UINT64_C(1) << world->number_bits) - 1);
}

/* Of a message's recipient, below `domains`. */
static inline uint32_t mx_world_small_domain(const struct mx_world_stream *stream, uint64_t number,
                                             uint32_t domains)
{
    if (domains < 2)
        return 0;
    uint64_t hash = mx_key_combine(stream->small_domain_hash, number) >> 32;
    return (uint32_t)(hash * domains >> 32);
}

/* All that moves at window edges, up to and including edge_us. Released messages go to their
 * paths' lines. */
void mx_world_edge(struct mx_world *world, int64_t edge_us);

/* The edge at which throttles, warm-up allowances or samples next have something to do, as a
 * multiple of window_us; MX_NEVER: none. */
int64_t mx_world_edge_next_us(const struct mx_world *world);

/* The stream's next message comes into being. Returns true with *entry ready to be handed to its
 * path; false when it was dropped or is held for a warm-up allowance. */
bool mx_world_create_message(struct mx_world *world, uint32_t stream, struct mx_entry *entry);

/* The same for many: those before until_us, up to MX_AHEAD of them, and the stream moves on behind
 * them. Returns how many entries are ready; the stream's next_us says whether there are more. */
size_t mx_world_create_some(struct mx_world *world, uint32_t stream, int64_t until_us,
                            struct mx_entry *entries);

/* The uniform of arrival number `index`, which are asked for in order: a draw serves two. */
double mx_world_arrival_u(struct mx_world_stream *stream, uint64_t index);

/* The stream moves on to its next message. */
void mx_world_advance_stream(struct mx_world *world, uint32_t stream);

/* A message for a path whose line is empty: true with *work when it starts before before_us. draw:
 * of this attempt. */
bool mx_world_try_start(struct mx_world *world, const struct mx_entry *entry, int64_t before_us,
                        const struct mx_draw *draw, struct mx_work *work);

/* The draw of a message's next attempt, of purpose MX_DRAW_ATTEMPT. */
struct mx_draw mx_world_attempt_draw(const struct mx_world *world, const struct mx_entry *entry);

/* When a message expires whether it was attempted or not; MX_NEVER: not by the clock alone. */
static inline int64_t mx_world_deadline_us(const struct mx_world *world,
                                           const struct mx_entry *entry)
{
    return world->lifetime_us > MX_NEVER - entry->created_us
               ? MX_NEVER
               : entry->created_us + world->lifetime_us;
}

/* Put a message at the end of its path's line. */
void mx_world_wait(struct mx_world *world, const struct mx_entry *entry);

/* The head of a path's line: true with *work when it starts before before_us (taken off the
 * line). Messages found past their deadline expire on the way. */
bool mx_world_serve(struct mx_world *world, uint32_t path, int64_t before_us, struct mx_work *work);

/* The same for many, without destinations: up to `capacity` starts. Fewer: there are no more, and
 * world->wake_us says when to look again. */
size_t mx_world_serve_some(struct mx_world *world, uint32_t path, int64_t before_us,
                           struct mx_work *works, size_t capacity);

/* When the head of a path's line can start under the present limits, or its deadline if that is
 * earlier; MX_NEVER for an empty line. */
int64_t mx_world_wake_us(const struct mx_world *world, uint32_t path);

/* The step of the draw (of purpose MX_DRAW_EPISODE) that work->episode_u comes from, or
 * MX_STEP_NONE: any uniform will do. */
#define MX_STEP_NONE UINT64_MAX
uint64_t mx_world_episode_step(const struct mx_world *world, const struct mx_work *work);

/* The receiver answers. Returns true with *outcome filled for mx_world_report; false when there is
 * nothing to report: the message is done, or the reply comes at or after the horizon. */
bool mx_world_judge(struct mx_world *world, const struct mx_work *work, struct mx_outcome *outcome);

/* An attempt that will be judged soon: have what it touches brought near. */
void mx_world_prefetch(const struct mx_world *world, const struct mx_work *work);

/* Where destinations share state (world->destinations, exact loop only): a reply sets out for its
 * destination, with the trace row added last; the time of the next to come, MX_NEVER without one;
 * it is heard, which returns its path. */
void mx_world_reply_later(struct mx_world *world, const struct mx_outcome *outcome,
                          enum mx_verdict verdict, enum mx_reason reason);
int64_t mx_world_next_reply_us(const struct mx_world *world);
uint32_t mx_world_hear(struct mx_world *world);
/* Bring a path's destination to now_us; when the head of its line can be looked at, given that a
 * connection is free from start_us on; limits of backoff mode (0: none). */
void mx_world_refresh(struct mx_world *world, uint32_t path, int64_t now_us);
int64_t mx_world_ready_us(const struct mx_world *world, uint32_t path, int64_t start_us);
void mx_world_backoff(const struct mx_world *world, uint32_t path, double *rate_per_s,
                      uint32_t *connections);
/* True when a message must not start: it was put back, or expired. */
bool mx_world_turn_away(struct mx_world *world, const struct mx_entry *entry, int64_t now_us);

/* Report outcomes and write their trace rows. */
void mx_world_report(struct mx_world *world, struct mx_outcome *outcomes, size_t count);

/* A message is over without another attempt. */
void mx_world_expire(struct mx_world *world, const struct mx_entry *entry, int64_t at_us);

/* A message was not tried though its turn had come (a non-attempt); next_us: when it is again,
 * MX_NEVER: it expires. */
void mx_world_skipped(struct mx_world *world, const struct mx_entry *entry, int64_t at_us,
                      int64_t next_us);

/* At the end: expire what waits in lines and has passed its deadline before the horizon. */
void mx_world_finish(struct mx_world *world);

/* Most messages in queues at once, and bytes held for them; called after each window. */
void mx_world_measure(struct mx_world *world);

/* Tell the progress display; true when the run is to stop. */
bool mx_world_progress(struct mx_world *world);

/* Between the world's own files: a complaint to come, a hard bounce to learn at the next edge, a
 * path whose throttle is to be looked at from from_us on; the allowance of an address. */
void mx_world_complain_later(struct mx_world *world, const struct mx_world_complaint *complaint);
void mx_world_learn_bounce(struct mx_world *world, uint32_t stream, uint64_t number);
void mx_world_note_path(struct mx_world *world, uint32_t path, int64_t from_us);
/* The tighter of the throttle's limits and those of backoff mode, from now_us on. */
void mx_world_limit_path(struct mx_world *world, uint32_t path, int64_t now_us);
struct mx_destinations *mx_destinations_create(const struct mx_plan *plan, uint32_t path_count);
void mx_destinations_destroy(struct mx_destinations *all);

/* Retry data of addresses (Exim), of those that were refused: group is campaign and path, number
 * the member. find: borrowed until the next call, NULL where there are none; get: made zeroed where
 * there are none, NULL when out of memory. */
struct mx_addresses *mx_addresses_create(void);
void mx_addresses_destroy(struct mx_addresses *all);
const struct mx_retry_host *mx_addresses_find(const struct mx_addresses *all, uint64_t group,
                                              uint64_t number);
struct mx_retry_host *mx_addresses_get(struct mx_addresses *all, uint64_t group, uint64_t number);
void mx_addresses_remove(struct mx_addresses *all, uint64_t group, uint64_t number);
struct mx_world_warm_up *mx_world_warm_up_of(struct mx_world *world, uint32_t provider,
                                             uint32_t ip);
/* Take a message's allowance and count it; false when this period's is used up. */
bool mx_world_warm_up_take(struct mx_world *world, struct mx_world_warm_up *warm_up, uint32_t ip,
                           int64_t now_us);
struct mx_tally_place mx_world_place(const struct mx_world *world, const struct mx_entry *entry);

void mx_loop_window(struct mx_world *world);
void mx_loop_exact(struct mx_world *world);

#endif
