// SPDX-License-Identifier: GPL-3.0-or-later
/* sending_path.c - connections and a token bucket: when the next message can start.
 *
 * The connections are slots in the order in which they come free, so that "fewer than L in use at
 * t" is one comparison: t >= the free time of the L-th slot from the end. A message takes the open
 * connection that came free last, else it opens one. The slots lie in two parts: those that were
 * free at the last start, of which the last is taken (a stack), and those that were in use, which
 * come free at the front and are joined near the end (a queue): nothing is moved far.
 *
 * The bucket holds `burst` tokens and gains one each interval. It is kept as the time at which it
 * was last full and what was taken since: the n-th message after it may start from
 * full_us + (n - burst) x interval. One product, no sum, hence no drift. */
#include "models/sending_path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
    int64_t next_connect_us; /* with a connect interval: when a connection may be opened */
    double throttle_rate_per_s;
    uint32_t throttle_connections;
    uint32_t idle_count; /* slots free at the last start: slot[0 .. idle_count) */
    struct slot *busy;   /* the others, slot_count - idle_count of them, in a room of twice all */
    struct slot *busy_room, *busy_end; /* behind slot[slot_count] */
    struct slot slot[];
};

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
    struct mx_sending_path *path =
        calloc(1, sizeof *path + 3 * (size_t)slot_count * sizeof path->slot[0]);
    if (path == NULL) {
        return NULL;
    }
    path->params = *params;
    path->slot_count = slot_count;
    path->idle_count = slot_count;
    path->busy_room = path->slot + slot_count;
    path->busy = path->busy_room;
    path->busy_end = path->busy_room + 2 * (size_t)slot_count;
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

/* Of all slots, in the order in which they come free. */
static const struct slot *slot_at(const struct mx_sending_path *path, uint32_t i)
{
    return i < path->idle_count ? &path->slot[i] : &path->busy[i - path->idle_count];
}

/* First time from ready_us on at which an open connection is free or another may be opened. */
static int64_t connected_us(const struct mx_sending_path *path, int64_t ready_us)
{
    int64_t at_us = path->next_connect_us > ready_us ? path->next_connect_us : ready_us;
    for (uint32_t i = path->slot_count; i-- > 0 && at_us > ready_us;) {
        const struct slot *slot = slot_at(path, i);
        const int64_t free_us = slot->free_us > ready_us ? slot->free_us : ready_us;
        if (slot->left > 0 && free_us - slot->free_us <= path->params.idle_us && free_us < at_us) {
            at_us = free_us;
        }
    }
    return at_us;
}

int64_t mx_sending_path_start_us(const struct mx_sending_path *path, int64_t ready_us)
{
    int64_t start_us = ready_us > path->paused_until_us ? ready_us : path->paused_until_us;
    if (path->interval_us > 0) {
        const int64_t at_us = token_us(path);
        start_us = at_us > start_us ? at_us : start_us;
    }
    if (path->limit > 0) {
        const int64_t free_us = slot_at(path, path->slot_count - path->limit)->free_us;
        start_us = free_us > start_us ? free_us : start_us;
        if (path->params.connect_interval_us > 0) {
            start_us = connected_us(path, start_us);
        }
    }
    return start_us;
}

/* The place in the stack of the open connection that came free last; if all are closed, of the last
 * free one. A connection not used for too long is closed, and so are all before it. */
static uint32_t find_open(struct mx_sending_path *path, uint32_t count, int64_t start_us)
{
    for (uint32_t i = count; i-- > 0;) {
        if (start_us - path->slot[i].free_us > path->params.idle_us) {
            path->slot[i].left = 0;
            break;
        }
        if (path->slot[i].left > 0) {
            return i;
        }
    }
    return count - 1;
}

/* Take a free slot, once those that came free until start_us have gone over to the stack. */
static inline struct slot take_slot(struct mx_sending_path *path, int64_t start_us)
{
    uint32_t count = path->idle_count;
    const struct slot *busy = path->busy;
    const struct slot *end = busy + (path->slot_count - count);
    for (; busy < end && busy->free_us <= start_us; busy++) {
        path->slot[count++] = *busy;
    }
    path->busy += busy - path->busy;
    assert(count > 0);
    path->idle_count = --count;
    const struct slot last = path->slot[count];
    if (last.left > 0 && start_us - last.free_us <= path->params.idle_us) {
        return last;
    }
    const uint32_t taken = find_open(path, count + 1, start_us);
    const struct slot slot = path->slot[taken];
    for (uint32_t i = taken; i < count; i++) {
        path->slot[i] = path->slot[i + 1];
    }
    return slot;
}

/* To the front of the room. Seldom, and kept apart: a call inside would cost all that call it. */
__attribute__((noinline)) static void move_busy(struct mx_sending_path *path, uint32_t count)
{
    memmove(path->busy_room, path->busy, count * sizeof *path->busy);
    path->busy = path->busy_room;
}

/* Behind those that come free until then. */
static inline void join_busy(struct mx_sending_path *path, struct slot slot)
{
    const uint32_t count = path->slot_count - path->idle_count - 1;
    if (path->busy + count == path->busy_end) {
        move_busy(path, count);
    }
    struct slot *at = path->busy + count;
    for (; at > path->busy && at[-1].free_us > slot.free_us; at--) {
        at[0] = at[-1];
    }
    *at = slot;
}

/* The slot carries a message from start_us on; returns until when. */
static inline int64_t carry(struct mx_sending_path *path, struct slot slot, int64_t start_us,
                            int64_t transaction_us)
{
    slot.free_us = start_us + transaction_us;
    if (slot.left == 0) {
        const uint32_t carried = path->params.messages_per_connection;
        slot.free_us += path->params.connect_us;
        path->next_connect_us = start_us + path->params.connect_interval_us;
        slot.left = carried > 0 ? carried : LEFT_UNLIMITED;
    }
    if (slot.left != LEFT_UNLIMITED) {
        slot.left--;
    }
    join_busy(path, slot);
    return slot.free_us;
}

int64_t mx_sending_path_take(struct mx_sending_path *path, int64_t start_us, int64_t transaction_us)
{
    if (path->interval_us > 0) {
        take_token(path, start_us);
    }
    if (path->limit == 0) {
        return start_us + path->params.connect_us + transaction_us;
    }
    return carry(path, take_slot(path, start_us), start_us, transaction_us);
}

/* Connections are all in use, and nothing else limits: what mail behind a full path meets. The next
 * to come free takes the message, and never was idle. */
static inline bool is_full(const struct mx_sending_path *path)
{
    return (path->idle_count == 0) & (path->limit == path->slot_count) & !(path->interval_us > 0) &
           (path->params.connect_interval_us == 0);
}

__attribute__((noinline)) static bool try_generally(struct mx_sending_path *path, int64_t ready_us,
                                                    int64_t before_us, int64_t transaction_us,
                                                    int64_t *start_us, int64_t *until_us)
{
    *start_us = mx_sending_path_start_us(path, ready_us);
    if (*start_us >= before_us) {
        return false;
    }
    *until_us = mx_sending_path_take(path, *start_us, transaction_us);
    return true;
}

bool mx_sending_path_try(struct mx_sending_path *path, int64_t ready_us, int64_t before_us,
                         int64_t transaction_us, int64_t *start_us, int64_t *until_us)
{
    const struct slot *first = path->busy;
    int64_t at_us = ready_us > path->paused_until_us ? ready_us : path->paused_until_us;
    if (!is_full(path) || at_us > first->free_us ||
        (path->slot_count > 1 && first[1].free_us == first->free_us)) {
        return try_generally(path, ready_us, before_us, transaction_us, start_us, until_us);
    }
    at_us = first->free_us;
    *start_us = at_us;
    if (at_us >= before_us) {
        return false;
    }
    path->busy++;
    *until_us = carry(path, *first, at_us, transaction_us);
    return true;
}
