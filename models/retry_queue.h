// SPDX-License-Identifier: GPL-3.0-or-later
/* retry_queue.h - a retry list that belongs to a queue (destination and address), after PowerMTA.
 *
 * A failure of the queue holds all of it for the list's next interval; any delivery starts the list
 * again. A recipient that was refused waits for a time of its own besides.
 * Equations and sources: models/README.md, "Retry list of a queue". */
#ifndef MX_RETRY_QUEUE_H
#define MX_RETRY_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/retry.h"

/* Of one queue. Zero it to start. */
struct mx_retry_queue {
    uint32_t step;   /* intervals of the list used since the last delivery */
    int64_t next_us; /* nothing is tried before */
};

/* A refused attempt's reply at now_us. state: of the message, for its expiry. about_queue: the
 * reply concerns the queue (a connection failed, or it turned to backoff), else the recipient.
 * gap_us: interval of the queue's list; 0: policy's own. A queue held already (other connections
 * failed at about the same time) is not held longer. */
struct mx_retry_decision mx_retry_queue_fail(const struct mx_retry_policy *policy,
                                             struct mx_retry_queue *queue,
                                             const struct mx_retry_state *state, int64_t now_us,
                                             bool about_queue, int64_t gap_us);

/* A message was delivered. */
void mx_retry_queue_deliver(struct mx_retry_queue *queue);

#endif
