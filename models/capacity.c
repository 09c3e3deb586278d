// SPDX-License-Identifier: GPL-3.0-or-later
/* capacity.c - a drained backlog, or servers at work. */
#include "models/capacity.h"

#include <math.h>
#include <stdlib.h>

#include "models/exact_math.h"
#include "models/outage.h"
#include "models/time_heap.h"

/* Part of a message by which admission is generous, so that a backlog drained to a whole number by
 * the clock counts as that number whatever was rounded on the way. */
#define TIE 1e-6

/* No service ends later: keeps sums of times within 63 bits. */
#define SERVICE_END_US_MAX (INT64_C(1) << 62)

/* rate: `work` as of work_us, drained at rate_per_s until piece_end_us, when something changes.
 * servers: heap of the times at which each is free; ring of the starts of those who wait. */
struct mx_capacity {
    const struct mx_capacity_params *params;
    double backlog;
    double work;
    int64_t work_us;
    double rate_per_s;
    int64_t piece_end_us;
    struct mx_day day;
    struct mx_outage_cursor outage;
    double (*noise_u)(void *context, uint64_t interval);
    void *noise_context;
    int64_t noise_end_us;
    double noise;

    struct mx_time_heap servers;
    struct mx_sampler *service;
    int64_t *waiting_us; /* starts, first in first out, room for waiting_room of them */
    uint64_t waiting_first, waiting_count;
};

double mx_capacity_rate_per_s(const struct mx_capacity_params *params, double daily, double noise,
                              double left, double background_daily)
{
    double rate = params->rate_per_s * daily * noise * left;
    double background = params->background_per_s * background_daily;

    return rate > background ? rate - background : 0.0;
}

double mx_capacity_noise(double cv, double u)
{
    double variance = mx_log(1.0 + cv * cv);

    return mx_exp(sqrt(variance) * mx_normal_quantile(u) - variance / 2.0);
}

/* Factor at t_us; *end_us is brought forward to the end of its step. */
static double daily_factor(const struct mx_daily *daily, const struct mx_day *day, int64_t t_us,
                           int64_t *end_us)
{
    int64_t time_us, step, step_end_us;

    if (daily->count == 0)
        return 1.0;
    time_us = mx_day_time_us(day, t_us);
    step = time_us * daily->count / day->day_us;
    step_end_us = ((step + 1) * day->day_us + daily->count - 1) / daily->count;
    if (t_us - time_us + step_end_us < *end_us)
        *end_us = t_us - time_us + step_end_us;
    return daily->factor[step];
}

static double noise_factor(struct mx_capacity *capacity, int64_t t_us)
{
    const struct mx_capacity_params *params = capacity->params;

    if (!(params->noise_cv > 0.0) || capacity->noise_u == NULL)
        return 1.0;
    if (t_us >= capacity->noise_end_us) {
        int64_t interval = t_us / params->noise_every_us;

        capacity->noise = mx_capacity_noise(
            params->noise_cv, capacity->noise_u(capacity->noise_context, (uint64_t)interval));
        capacity->noise_end_us = (interval + 1) * params->noise_every_us;
    }
    return capacity->noise;
}

/* The rate at t_us and how long it lasts. During a full outage nothing else matters. */
static void begin_piece(struct mx_capacity *capacity, int64_t t_us)
{
    const struct mx_capacity_params *params = capacity->params;
    double left = mx_outage_left(&capacity->outage, t_us);
    int64_t end_us = capacity->outage.until_us;
    double daily, background_daily, noise;

    capacity->work_us = t_us;
    capacity->rate_per_s = 0.0;
    if (left > 0.0) {
        daily = daily_factor(&params->daily, &capacity->day, t_us, &end_us);
        background_daily = daily_factor(&params->background_daily, &capacity->day, t_us, &end_us);
        noise = noise_factor(capacity, t_us);
        if (capacity->noise_end_us > t_us && capacity->noise_end_us < end_us)
            end_us = capacity->noise_end_us;
        capacity->rate_per_s = mx_capacity_rate_per_s(params, daily, noise, left, background_daily);
    }
    capacity->piece_end_us = end_us;
}

static void drain_piece(struct mx_capacity *capacity, int64_t until_us)
{
    double drained = capacity->rate_per_s * ((double)(until_us - capacity->work_us) * 1e-6);

    capacity->work = capacity->work > drained ? capacity->work - drained : 0.0;
    capacity->work_us = until_us;
}

/* Piece by piece, until nothing is left to drain. */
static void drain(struct mx_capacity *capacity, int64_t now_us)
{
    while (now_us >= capacity->piece_end_us && capacity->work > 0.0) {
        drain_piece(capacity, capacity->piece_end_us);
        begin_piece(capacity, capacity->piece_end_us);
    }
    if (now_us >= capacity->piece_end_us)
        begin_piece(capacity, now_us);
    drain_piece(capacity, now_us);
}

static bool rate_take(struct mx_capacity *capacity, int64_t now_us)
{
    double work;

    drain(capacity, now_us);
    work = capacity->work + 1.0;
    if (work <= capacity->backlog + TIE) {
        capacity->work = work;
        return true;
    }
    work = capacity->work + capacity->params->busy_cost;
    if (work > capacity->backlog)
        work = capacity->backlog;
    if (work > capacity->work)
        capacity->work = work;
    return false;
}

/* Room for one more to wait at now_us? Those whose service has begun have left it. */
static bool may_wait(struct mx_capacity *capacity, int64_t now_us)
{
    uint64_t room = capacity->params->waiting_room;

    if (room == UINT64_MAX)
        return true;
    while (capacity->waiting_count > 0 && capacity->waiting_us[capacity->waiting_first] <= now_us) {
        capacity->waiting_first++;
        if (capacity->waiting_first == room)
            capacity->waiting_first = 0;
        capacity->waiting_count--;
    }
    return capacity->waiting_count < room;
}

static void begin_waiting(struct mx_capacity *capacity, int64_t start_us)
{
    uint64_t room = capacity->params->waiting_room;
    uint64_t last;

    if (room == UINT64_MAX)
        return;
    last = capacity->waiting_first + capacity->waiting_count++;
    capacity->waiting_us[last < room ? last : last - room] = start_us;
}

static bool servers_take(struct mx_capacity *capacity, int64_t now_us, double service_u,
                         int64_t *reply_us)
{
    int64_t start_us = mx_time_heap_earliest_us(&capacity->servers);
    int64_t end_us = mx_sampler_us(capacity->service, service_u);

    if (start_us > now_us) {
        if (!may_wait(capacity, now_us))
            return false;
        begin_waiting(capacity, start_us);
    } else {
        start_us = now_us;
    }
    end_us = end_us < SERVICE_END_US_MAX - start_us ? start_us + end_us : SERVICE_END_US_MAX;
    mx_time_heap_replace(&capacity->servers, end_us);
    if (end_us > *reply_us)
        *reply_us = end_us;
    return true;
}

bool mx_capacity_take(struct mx_capacity *capacity, int64_t now_us, double service_u,
                      int64_t *reply_us)
{
    switch (capacity->params->kind) {
    case MX_CAPACITY_RATE:
        return rate_take(capacity, now_us);
    case MX_CAPACITY_SERVERS:
        return servers_take(capacity, now_us, service_u, reply_us);
    case MX_CAPACITY_NONE:
    case MX_CAPACITY_KIND_COUNT:
        break;
    }
    return true;
}

double mx_capacity_work(const struct mx_capacity *capacity)
{
    return capacity->work;
}

static bool servers_create(struct mx_capacity *capacity)
{
    const struct mx_capacity_params *params = capacity->params;
    uint64_t room = params->waiting_room;

    if (params->servers == 0 || params->servers > MX_SERVERS_MAX)
        return false;
    if (room != UINT64_MAX && room > MX_WAITING_ROOM_MAX)
        return false;
    capacity->servers.times_us = calloc(params->servers, sizeof *capacity->servers.times_us);
    capacity->servers.count = params->servers; /* all free since time 0 */
    capacity->servers.limit = params->servers;
    capacity->service = mx_sampler_create(&params->service);
    if (capacity->servers.times_us == NULL || capacity->service == NULL)
        return false;
    if (room == 0 || room == UINT64_MAX)
        return true;
    capacity->waiting_us = calloc(room, sizeof *capacity->waiting_us);
    return capacity->waiting_us != NULL;
}

struct mx_capacity *mx_capacity_create(const struct mx_capacity_params *params,
                                       const struct mx_day *day, const struct mx_outage *outages,
                                       uint32_t outage_count,
                                       double (*noise_u)(void *context, uint64_t interval),
                                       void *noise_context)
{
    struct mx_capacity *capacity = calloc(1, sizeof *capacity);

    if (capacity == NULL)
        return NULL;
    capacity->params = params;
    capacity->backlog = params->backlog > 1.0 ? params->backlog : 1.0;
    capacity->day = *day;
    capacity->noise_u = noise_u;
    capacity->noise_context = noise_context;
    mx_outage_init(&capacity->outage, outages, outage_count);
    if (params->kind == MX_CAPACITY_RATE) {
        begin_piece(capacity, 0);
    } else if (params->kind == MX_CAPACITY_SERVERS && !servers_create(capacity)) {
        mx_capacity_destroy(capacity);
        return NULL;
    }
    return capacity;
}

void mx_capacity_destroy(struct mx_capacity *capacity)
{
    if (capacity == NULL)
        return;
    mx_sampler_destroy(capacity->service);
    free(capacity->servers.times_us);
    free(capacity->waiting_us);
    free(capacity);
}
