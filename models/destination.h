// SPDX-License-Identifier: GPL-3.0-or-later
/* destination.h - what a sending server knows of one destination (address and provider), and what
 * that means for a message: try it, hold it, skip it, or give it up.
 *
 * Puts the retry data of a host, the retry list and the backoff mode of a queue, the concurrency
 * window and the route penalty together; each is a module of its own.
 * Equations and sources: models/README.md, "Destination". */
#ifndef MX_DESTINATION_H
#define MX_DESTINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "models/backoff_mode.h"
#include "models/concurrency_window.h"
#include "models/reply.h"
#include "models/retry_host.h"
#include "models/retry_queue.h"
#include "models/route_penalty.h"

/* backoff: of policies of unit queue. host_reasons: of unit host, bit (1 << enum mx_reason) of each
 * deferral that is the host's failure, the recipient apart. */
struct mx_destination_params {
    uint32_t host_reasons;
    struct mx_window_params window;
    struct mx_route_params route;
    struct mx_backoff_params backoff;
};

struct mx_destination {
    struct mx_retry_host host;
    struct mx_retry_queue queue;
    struct mx_backoff backoff;
    struct mx_window window;
    struct mx_route route;
    uint32_t busy;    /* attempts that have no reply yet */
    uint32_t allowed; /* so many at once, as last refreshed; 0: given up for a while */
};

/* What to do with a message that is at the head of its line. */
enum mx_destination_ask {
    MX_DESTINATION_TRY,
    MX_DESTINATION_WAIT,   /* comes again at mx_retry_host_due_us(): a non-attempt */
    MX_DESTINATION_SKIP,   /* deferred as if it had been refused: a non-attempt */
    MX_DESTINATION_EXPIRE, /* over, unattempted */
    MX_DESTINATION_ASK_COUNT
};

/* True when messages to one destination share anything. */
bool mx_destination_is_shared(const struct mx_retry_policy *policy,
                              const struct mx_destination_params *params);

/* NULL when the params suit the (usable) policy, else one sentence. Static storage. */
const char *mx_destination_check(const struct mx_retry_policy *policy,
                                 const struct mx_destination_params *params);

/* Calls below come in time order. */
void mx_destination_init(struct mx_destination *destination,
                         const struct mx_destination_params *params);

/* What time alone ends: a dead destination, a route that is off, backoff mode. */
void mx_destination_refresh(struct mx_destination *destination,
                            const struct mx_destination_params *params, int64_t now_us);

/* When the head of the line can be tried or turned away, given that a connection is free from
 * start_us on: 0 = at once, MX_NEVER = not before the next reply. */
int64_t mx_destination_ready_us(const struct mx_destination *destination, int64_t start_us);

enum mx_destination_ask mx_destination_ask(const struct mx_destination *destination,
                                           const struct mx_retry_policy *policy, int64_t created_us,
                                           int64_t now_us);

void mx_destination_start(struct mx_destination *destination);

/* The reply to an attempt of a message. state: as for mx_retry_decide(), u too. True with *decision
 * where the destination decides of a refused message; false: it was not refused, or the policy
 * decides of it alone. */
bool mx_destination_reply(struct mx_destination *destination, const struct mx_retry_policy *policy,
                          const struct mx_destination_params *params,
                          const struct mx_retry_state *state, enum mx_verdict verdict,
                          enum mx_reason reason, int64_t now_us, double u,
                          struct mx_retry_decision *decision);

#endif
