// SPDX-License-Identifier: GPL-3.0-or-later
/* sending_path.h - the connections and the rate limit from one IP to one provider.
 *
 * A first-come-first-served queue's service side: when can the next message start, and until when
 * is its connection in use. The queue itself is the caller's. */
#ifndef MX_SENDING_PATH_H
#define MX_SENDING_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_CONNECTIONS_MAX 100000U

/* connections 0 = no limit (then each message opens a connection of its own).
 * messages_per_connection 0 = no limit. rate_per_s 0 = no limit; burst: messages that may start at
 * once after idling, >= 1. idle_us: a connection unused for longer is closed. connect_interval_us:
 * least time from opening one to opening the next (connections limited), 0 = none. */
struct mx_sending_params {
    uint32_t connections;
    uint32_t messages_per_connection;
    double rate_per_s;
    double burst;
    int64_t connect_us;
    int64_t idle_us;
    int64_t connect_interval_us;
};

struct mx_sending_path;

/* params borrowed. Returns owned, or NULL when out of memory. */
struct mx_sending_path *mx_sending_path_create(const struct mx_sending_params *params);
void mx_sending_path_destroy(struct mx_sending_path *path);

/* A throttle's limits from now_us on: rate_per_s, connections (0 = none beyond the params), not
 * before paused_until_us. */
void mx_sending_path_limit(struct mx_sending_path *path, int64_t now_us, double rate_per_s,
                           uint32_t connections, int64_t paused_until_us);

/* Earliest start of a message that is ready at ready_us, given what was taken before. */
int64_t mx_sending_path_start_us(const struct mx_sending_path *path, int64_t ready_us);

/* Start a message at start_us >= mx_sending_path_start_us(ready): uses a connection for connect
 * time (where it is a new one) + transaction_us. Returns when the connection is free again. Starts
 * must not decrease. */
int64_t mx_sending_path_take(struct mx_sending_path *path, int64_t start_us,
                             int64_t transaction_us);

/* Both in one: *start_us is the earliest start; true: it lies before before_us, the message has taken
 * it, and *until_us is when its connection is free again. */
bool mx_sending_path_try(struct mx_sending_path *path, int64_t ready_us, int64_t before_us,
                         int64_t transaction_us, int64_t *start_us, int64_t *until_us);

#endif
