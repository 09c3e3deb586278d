// SPDX-License-Identifier: GPL-3.0-or-later
/* sending_path.c - connections and a token bucket: when the next message can start.
 *
 * The connections are slots in the order in which they come free, so that "fewer than L in use at
 * t" is one comparison: t >= the free time of the L-th slot from the end. A message takes the open
 * connection that came free last, else it opens one. The slots lie in two parts: those that were
 * free at the last start, of which the last is taken and given (a stack), and those that were in
 * use, which come free at the front and are joined near the end (a ring): nothing is moved far.
 *
 * The bucket holds `burst` tokens and gains one each interval. It is kept as the time at which it
 * was last full and what was taken since: the n-th message after it may start from
 * full_us + (n - burst) x interval. One product, no sum, hence no drift. */
#include "models/sending_path.h"

#include <assert.h>
#include <stdlib.h>

#include "models/units.h"

/* Where connections have no limit of their own, a throttle's limit is at most this; larger ones
 * are no limit. Messages started before it do not count as in use. */
#define THROTTLED_SLOTS 128U
#define LEFT_UNLIMITED UINT32_MAX

struct slot {
    int64_t free_us;
    uint32_t left; /* messages that the connection can still carry; 0 = closed */
};

struct mx_sending_path {
    struct mx_sending_params params;
    uint32_t slot_count;
    uint32_t limit;     /* slots that may be in use; 0 = no limit */
    double interval_us; /* between messages; 0 = no limit */
    double burst;
    int64_t full_us;
    double taken;            /* since full_us */
    int64_t paused_until_us; /* and nothing starts before the limits last changed */
    double throttle_rate_per_s;
    uint32_t throttle_connections;
    uint32_t idle_count;            /* slots free at the last start: slot[0 .. idle_count) */
    uint32_t busy_first, busy_mask; /* the others: ring[(busy_first + i) & busy_mask] */
    struct slot *ring;              /* a power of two of them, behind the stack */
    struct slot slot[];
};

static struct slot *busy_slot(const struct mx_sending_path *path, uint32_t i)
{
    return &path->ring[(path->busy_first + i) & path->busy_mask];
}

static void set_rate(struct mx_sending_path *path, int64_t now_us, double throttle_per_s)
{
    const double own_per_s = path->params.rate_per_s;
    const bool is_throttled = throttle_per_s > 0 && !(own_per_s > 0 && own_per_s < throttle_per_s);
    const double rate_per_s = is_throttled ? throttle_per_s : own_per_s;
    const double burst = is_throttled || path->params.burst < 1 ? 1 : path->params.burst;
    /* what is missing from the bucket stays missing, as far as the new one is deep */
    double missing = 0;
    if (path->interval_us > 0) {
        missing = path->taken - (double)(now_us - path->full_us) / path->interval_us;
    }
    missing = missing < 0 ? 0 : missing < burst ? missing : burst;
    path->full_us = now_us;
    path->taken = missing;
    path->burst = burst;
    path->interval_us = rate_per_s > 0 ? (double)MX_SECOND_US / rate_per_s : 0;
    path->throttle_rate_per_s = throttle_per_s;
}

static void set_connections(struct mx_sending_path *path, uint32_t throttle)
{
    path->limit = path->params.connections;
    if (throttle > 0 && throttle <= path->slot_count) {
        path->limit = throttle;
    }
    path->throttle_connections = throttle;
}

struct mx_sending_path *mx_sending_path_create(const struct mx_sending_params *params)
{
    assert(params->connections <= MX_CONNECTIONS_MAX);
    const uint32_t slot_count = params->connections > 0 ? params->connections : THROTTLED_SLOTS;
    uint32_t ring_size = 1;
    while (ring_size < slot_count) {
        ring_size *= 2;
    }
    struct mx_sending_path *path =
        calloc(1, sizeof *path + ((size_t)slot_count + ring_size) * sizeof path->slot[0]);
    if (path == NULL) {
        return NULL;
    }
    path->params = *params;
    path->slot_count = slot_count;
    path->idle_count = slot_count;
    path->busy_mask = ring_size - 1;
    path->ring = path->slot + slot_count;
    set_rate(path, 0, 0);
    set_connections(path, 0);
    return path;
}

void mx_sending_path_destroy(struct mx_sending_path *path)
{
    free(path);
}

void mx_sending_path_limit(struct mx_sending_path *path, int64_t now_us, double rate_per_s,
                           uint32_t connections, int64_t paused_until_us)
{
    /* what waited under the old limits did not start then */
    path->paused_until_us = paused_until_us > now_us ? paused_until_us : now_us;
    if (connections != path->throttle_connections) {
        set_connections(path, connections);
    }
    if (rate_per_s < path->throttle_rate_per_s || rate_per_s > path->throttle_rate_per_s) {
        set_rate(path, now_us, rate_per_s);
    }
}

/* First whole microsecond at which a token is there. */
static int64_t token_us(const struct mx_sending_path *path)
{
    const double wait_us = (path->taken + 1 - path->burst) * path->interval_us;
    if (wait_us <= 0) {
        return path->full_us;
    }
    const int64_t whole_us = (int64_t)wait_us;
    return path->full_us + whole_us + ((double)whole_us < wait_us ? 1 : 0);
}

static void take_token(struct mx_sending_path *path, int64_t start_us)
{
    /* full again, and not just within the microsecond that the start was rounded up to */
    if ((double)(start_us - path->full_us) - path->taken * path->interval_us >= 1) {
        path->full_us = start_us;
        path->taken = 0;
    }
    path->taken += 1;
}

int64_t mx_sending_path_start_us(const struct mx_sending_path *path, int64_t ready_us)
{
    int64_t start_us = ready_us > path->paused_until_us ? ready_us : path->paused_until_us;
    if (path->interval_us > 0) {
        const int64_t at_us = token_us(path);
        start_us = at_us > start_us ? at_us : start_us;
    }
    if (path->limit > 0) {
        const uint32_t i = path->slot_count - path->limit;
        const int64_t free_us = i < path->idle_count
                                    ? path->slot[i].free_us
                                    : busy_slot(path, i - path->idle_count)->free_us;
        start_us = free_us > start_us ? free_us : start_us;
    }
    return start_us;
}

/* Slots that came free until start_us go over to the idle ones. */
static void advance(struct mx_sending_path *path, int64_t start_us)
{
    while (path->idle_count < path->slot_count) {
        const struct slot *next = busy_slot(path, 0);
        if (next->free_us > start_us) {
            break;
        }
        path->slot[path->idle_count++] = *next;
        path->busy_first++;
    }
}

/* Take the slot of the open connection that came free last; if all are closed, the last free one,
 * which it leaves with nothing to carry. */
static struct slot take_slot(struct mx_sending_path *path, int64_t start_us)
{
    const uint32_t last = path->idle_count - 1;
    uint32_t taken = last;
    assert(path->idle_count > 0);
    for (uint32_t i = path->idle_count; i-- > 0;) {
        if (start_us - path->slot[i].free_us > path->params.idle_us) {
            break;
        }
        if (path->slot[i].left > 0) {
            taken = i;
            break;
        }
    }
    struct slot slot = path->slot[taken];
    if (start_us - slot.free_us > path->params.idle_us) {
        slot.left = 0;
    }
    for (uint32_t i = taken; i < last; i++) {
        path->slot[i] = path->slot[i + 1];
    }
    path->idle_count = last;
    return slot;
}

/* Behind those that come free until then. */
static void join_busy(struct mx_sending_path *path, struct slot slot)
{
    uint32_t i = path->slot_count - path->idle_count - 1;
    for (; i > 0 && busy_slot(path, i - 1)->free_us > slot.free_us; i--) {
        *busy_slot(path, i) = *busy_slot(path, i - 1);
    }
    *busy_slot(path, i) = slot;
}

int64_t mx_sending_path_take(struct mx_sending_path *path, int64_t start_us, int64_t transaction_us)
{
    if (path->interval_us > 0) {
        take_token(path, start_us);
    }
    if (path->limit == 0) {
        return start_us + path->params.connect_us + transaction_us;
    }
    advance(path, start_us);
    struct slot slot = take_slot(path, start_us);
    slot.free_us = start_us + transaction_us;
    if (slot.left == 0) {
        const uint32_t carried = path->params.messages_per_connection;
        slot.free_us += path->params.connect_us;
        slot.left = carried > 0 ? carried : LEFT_UNLIMITED;
    }
    if (slot.left != LEFT_UNLIMITED) {
        slot.left--;
    }
    join_busy(path, slot);
    return slot.free_us;
}
