// SPDX-License-Identifier: GPL-3.0-or-later
/* send_gate.h - whether the next message to a destination may go now: its connections, its rate,
 * and what its messages share (models/destination.h) in place of a simulated receiver's
 * destination.
 *
 * A destination is the domain of a recipient. Times are the scheduler's, and never go back. */
#ifndef MX_SEND_GATE_H
#define MX_SEND_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/destination.h"
#include "models/receiver_params.h"
#include "models/token_bucket.h"
#include "sim/base/random.h"
#include "sim/live/spool.h"
#include "sim/scheduler/scheduler.h"

/* Of one destination. */
struct mx_send_limits {
    uint32_t connections;    /* at once, 1 .. MX_RELAY_CONNECTIONS_MAX */
    uint32_t per_connection; /* messages over one, >= 1 */
    bool has_rate;
    struct mx_rate rate; /* attempts, in the scheduler's time */
};

/* The same for all destinations of a run. policy, shared: borrowed. */
struct mx_send_rules {
    const struct mx_retry_policy *policy;
    const struct mx_destination_params *shared;
    bool is_shared; /* else the rest of a destination's state is left alone */
    uint32_t connections;
    struct mx_bucket_rule rate, backoff_rate; /* gain 0: none */
};

struct mx_send_destination {
    struct mx_destination state;
    struct mx_bucket bucket, backoff_bucket;
    struct mx_stream draws;
    uint32_t busy; /* connections */
};

enum mx_send_gate {
    MX_GATE_OPEN,
    MX_GATE_CLOSED, /* until *again_us; MX_NEVER: until a reply comes */
    MX_GATE_SKIP,   /* not tried, but deferred as if it had been refused: a non-attempt */
    MX_GATE_WAIT,   /* not tried; looked at again when its host may be tried: a non-attempt */
    MX_GATE_EXPIRE, /* over, unattempted */
};

/* time_scale: a rate lets a second's worth go at once, or 10 ms of real time's if that is more. */
void mx_send_rules_init(struct mx_send_rules *rules, const struct mx_retry_policy *policy,
                        const struct mx_destination_params *shared,
                        const struct mx_send_limits *limits, uint32_t time_scale);

void mx_send_destination_init(struct mx_send_destination *destination,
                              const struct mx_send_rules *rules, uint64_t seed, const char *domain,
                              int64_t now_us);

/* What the messages of a destination share, told again from its recorded events, which come in the
 * order in which they were recorded. Then restart: what a server keeps in its memory alone (window,
 * route) begins anew; host data, the queue's list and backoff mode go on. */
void mx_send_destination_recall(struct mx_send_destination *destination,
                                const struct mx_send_rules *rules,
                                const struct mx_spool_event *event);
void mx_send_destination_restart(struct mx_send_destination *destination,
                                 const struct mx_send_rules *rules);

/* For the first message of its line. WAIT: *again_us is when. */
enum mx_send_gate mx_send_destination_ask(struct mx_send_destination *destination,
                                          const struct mx_send_rules *rules,
                                          const struct mx_entry *entry, int64_t now_us,
                                          int64_t *again_us);

void mx_send_destination_start(struct mx_send_destination *destination,
                               const struct mx_send_rules *rules);

/* The reply to it. outcome->u is drawn here. True: the destination decided, in
 * outcome->decision. */
bool mx_send_destination_reply(struct mx_send_destination *destination,
                               const struct mx_send_rules *rules,
                               const struct mx_spool_event *event, struct mx_outcome *outcome);

/* A uniform for a message that is skipped at now_us, never the one of an attempt. */
double mx_send_skip_u(const struct mx_send_destination *destination,
                      const struct mx_send_rules *rules, const struct mx_entry *entry,
                      int64_t now_us);

#endif
