// SPDX-License-Identifier: GPL-3.0-or-later
/* world_edge.c - what moves at window edges: complaints and epochs, what suppression learnt,
 * throttles, warm-up allowances, samples. See world.h.
 *
 * An edge may be skipped when nothing asks for it (mx_world_edge_next_us) and nothing happens in
 * its window: all that is done here depends on the times of the happenings, not on how often it
 * is looked at. */
#include "sim/engine/world.h"

#include <stdlib.h>

#include "sim/base/check.h"

/* --- complaints: a binary heap by time (their order among equals changes nothing) --- */

static bool grow(void **array, size_t *size, size_t count, size_t item)
{
    if (count < *size)
        return true;
    size_t wanted = *size > 0 ? 2 * *size : 256;
    void *larger = realloc(*array, wanted * item);
    if (!larger)
        return false;
    *array = larger;
    *size = wanted;
    return true;
}

void mx_world_complain_later(struct mx_world *world, const struct mx_world_complaint *complaint)
{
    if (complaint->at_us >= world->plan->horizon_us)
        return;
    if (!grow((void **)&world->complaints, &world->complaint_size, world->complaint_count,
              sizeof *world->complaints)) {
        world->out_of_memory = true;
        return;
    }
    struct mx_world_complaint *heap = world->complaints;
    size_t i = world->complaint_count++;
    while (i > 0 && heap[(i - 1) / 2].at_us > complaint->at_us) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = *complaint;
}

static struct mx_world_complaint pop_complaint(struct mx_world *world)
{
    struct mx_world_complaint *heap = world->complaints;
    struct mx_world_complaint top = heap[0];
    struct mx_world_complaint last = heap[--world->complaint_count];
    size_t count = world->complaint_count, i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= count)
            break;
        if (child + 1 < count && heap[child + 1].at_us < heap[child].at_us)
            child++;
        if (heap[child].at_us >= last.at_us)
            break;
        heap[i] = heap[child];
        i = child;
    }
    if (count > 0)
        heap[i] = last;
    return top;
}

static void run_epochs(struct mx_world *world, uint32_t provider, int64_t until_us)
{
    struct mx_world_provider *p = &world->providers[provider];
    int64_t every_us = world->plan->providers[provider].receiver.reputation.epoch_us;
    while (p->next_epoch_us <= until_us) {
        mx_receiver_epoch(p->receiver, p->next_epoch_us);
        p->next_epoch_us += every_us;
    }
}

static void set_bit(uint64_t *bits, uint64_t number)
{
    bits[number / 64] |= UINT64_C(1) << (number % 64);
}

static void hear_complaints(struct mx_world *world, int64_t edge_us)
{
    while (world->complaint_count > 0 && world->complaints[0].at_us <= edge_us) {
        struct mx_world_complaint complaint = pop_complaint(world);
        const struct mx_world_path *path = &world->paths[complaint.path];
        const struct mx_world_stream *stream = &world->streams[complaint.stream];
        uint32_t domain = world->plan->campaigns[stream->campaign].domain;
        run_epochs(world, path->provider, complaint.at_us);
        mx_receiver_complain(path->receiver, path->ip, domain);
        if (stream->complained)
            set_bit(stream->complained, complaint.number);
    }
    for (uint32_t p = 0; p < world->provider_count; p++)
        run_epochs(world, p, edge_us);
}

/* --- suppression --- */

void mx_world_learn_bounce(struct mx_world *world, uint32_t stream, uint64_t number)
{
    if (!world->streams[stream].bounced)
        return;
    if (!grow((void **)&world->lessons, &world->lesson_size, world->lesson_count,
              sizeof *world->lessons)) {
        world->out_of_memory = true;
        return;
    }
    world->lessons[world->lesson_count++] =
        (struct mx_world_lesson){.stream = stream, .number = number};
}

static void apply_lessons(struct mx_world *world)
{
    for (size_t i = 0; i < world->lesson_count; i++)
        set_bit(world->streams[world->lessons[i].stream].bounced, world->lessons[i].number);
    world->lesson_count = 0;
}

/* --- throttles --- */

void mx_world_note_path(struct mx_world *world, uint32_t path, int64_t from_us)
{
    struct mx_world_path *p = &world->paths[path];
    if (p->throttle_next_us == MX_NEVER)
        world->noted[world->noted_count++] = path;
    if (from_us < p->throttle_next_us)
        p->throttle_next_us = from_us;
    if (from_us < world->noted_next_us)
        world->noted_next_us = from_us;
}

static bool limits_differ(const struct mx_throttle_limits *a, const struct mx_throttle_limits *b)
{
    return a->paused_until_us != b->paused_until_us || a->rate_per_s != b->rate_per_s ||
           a->connections != b->connections;
}

/* The lower of two limits, of which 0 is none. */
static double lower(double a, double b)
{
    return a > 0 && (a < b || !(b > 0)) ? a : b;
}

static void give_limits(struct mx_world *world, uint32_t index, int64_t now_us)
{
    struct mx_world_path *path = &world->paths[index];
    const struct mx_throttle_limits *limits = &path->limits;
    double rate_per_s;
    uint32_t connections;
    mx_world_backoff(world, index, &rate_per_s, &connections);
    path->backed_off = rate_per_s > 0 || connections > 0;
    world->wake_us[index] = MX_WAKE_UNKNOWN;
    mx_sending_path_limit(path->sending, now_us, lower(rate_per_s, limits->rate_per_s),
                          (uint32_t)lower(connections, limits->connections),
                          limits->paused_until_us);
}

void mx_world_limit_path(struct mx_world *world, uint32_t path, int64_t now_us)
{
    double rate_per_s;
    uint32_t connections;
    mx_world_backoff(world, path, &rate_per_s, &connections);
    if (world->paths[path].backed_off != (rate_per_s > 0 || connections > 0))
        give_limits(world, path, now_us);
}

static void look_at_throttle(struct mx_world *world, uint32_t index, int64_t edge_us)
{
    struct mx_world_path *path = &world->paths[index];
    struct mx_throttle_limits limits;
    mx_throttle_limits(path->throttle_params, &path->throttle, edge_us, &limits,
                       &path->throttle_next_us);
    if (limits_differ(&limits, &path->limits)) {
        path->limits = limits;
        give_limits(world, index, edge_us);
    }
}

static void look_at_throttles(struct mx_world *world, int64_t edge_us)
{
    uint32_t kept = 0;
    if (world->noted_next_us > edge_us)
        return;
    world->noted_next_us = MX_NEVER;
    for (uint32_t i = 0; i < world->noted_count; i++) {
        const struct mx_world_path *path = &world->paths[world->noted[i]];
        if (path->throttle_next_us <= edge_us)
            look_at_throttle(world, world->noted[i], edge_us);
        if (path->throttle_next_us == MX_NEVER)
            continue;
        world->noted[kept++] = world->noted[i];
        if (path->throttle_next_us < world->noted_next_us)
            world->noted_next_us = path->throttle_next_us;
    }
    world->noted_count = kept;
}

/* --- warm-up allowances --- */

struct mx_world_warm_up *mx_world_warm_up_of(struct mx_world *world, uint32_t provider, uint32_t ip)
{
    const struct mx_warm_up *plan = &world->plan->pools[world->plan->ips[ip].pool].warm_up;
    if (plan->step_count == 0)
        return NULL;
    return &world->warm_ups[(plan->per_provider ? provider : 0) * world->ip_count + ip];
}

bool mx_world_warm_up_take(struct mx_world *world, struct mx_world_warm_up *warm_up, uint32_t ip,
                           int64_t now_us)
{
    struct mx_observation *o = world->observation;
    const struct mx_warm_up *plan = &world->plan->pools[warm_up->pool].warm_up;
    if (!mx_warm_up_take(plan, &warm_up->state, now_us))
        return false;
    size_t day = (size_t)mx_day_number(&plan->day, now_us);
    if (day < o->day_count)
        o->warm_up_starts[day * o->ip_count + ip]++;
    return true;
}

static void release_held(struct mx_world *world, uint32_t index, int64_t edge_us)
{
    struct mx_world_warm_up *warm_up = &world->warm_ups[index];
    while (warm_up->held.count > 0) {
        struct mx_entry entry;
        mx_line_peek(&world->lines, &warm_up->held, &entry);
        uint32_t stream = mx_world_stream_of(world, entry.message);
        entry.destination =
            (uint16_t)(world->streams[stream].provider * world->ip_count + index % world->ip_count);
        int64_t deadline_us = mx_retry_deadline_us(&world->plan->retry, entry.created_us);
        if (deadline_us <= edge_us) {
            mx_line_pop(&world->lines, &warm_up->held);
            mx_world_expire(world, &entry, deadline_us);
            continue;
        }
        if (!mx_world_warm_up_take(world, warm_up, index % world->ip_count, edge_us))
            return;
        mx_line_pop(&world->lines, &warm_up->held);
        entry.due_us = edge_us;
        mx_world_wait(world, &entry);
    }
}

static void release_all_held(struct mx_world *world, int64_t edge_us)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->held_count; i++) {
        uint32_t index = world->held[i];
        release_held(world, index, edge_us);
        if (world->warm_ups[index].held.count > 0)
            world->held[kept++] = index;
    }
    world->held_count = kept;
}

/* --- samples --- */

static void take_samples(struct mx_world *world, int64_t edge_us)
{
    struct mx_observation *o = world->observation;
    while (world->next_sample_us <= edge_us) {
        size_t sample = (size_t)(world->next_sample_us / o->sample_every_us);
        for (uint32_t i = 0; sample < o->sample_count && i < world->path_count; i++) {
            struct mx_receiver_view view;
            mx_receiver_look(world->paths[i].receiver, edge_us, world->paths[i].ip, &view);
            o->samples[sample * world->path_count + i] = (struct mx_ip_sample){
                .score = (float)view.score,
                .allowance_per_day = (float)view.allowance_per_day,
                .volume_today = (float)view.volume_today,
                .band = (uint8_t)view.band,
                .blocked = view.blocked,
            };
        }
        world->next_sample_us += o->sample_every_us;
    }
}

void mx_world_edge(struct mx_world *world, int64_t edge_us)
{
    world->now_us = edge_us;
    mx_check_context.now_us = edge_us;
    hear_complaints(world, edge_us);
    apply_lessons(world);
    look_at_throttles(world, edge_us);
    release_all_held(world, edge_us);
    take_samples(world, edge_us);
}

int64_t mx_world_edge_next_us(const struct mx_world *world)
{
    int64_t next_us = world->next_sample_us;
    if (world->noted_next_us < next_us)
        next_us = world->noted_next_us;
    for (uint32_t i = 0; i < world->held_count; i++) {
        const struct mx_world_warm_up *warm_up = &world->warm_ups[world->held[i]];
        int64_t at_us =
            mx_warm_up_next_us(&world->plan->pools[warm_up->pool].warm_up, world->now_us);
        if (at_us < next_us)
            next_us = at_us;
    }
    int64_t window_us = world->plan->window_us;
    if (next_us > MX_HORIZON_US_MAX)
        return MX_NEVER;
    return (next_us + window_us - 1) / window_us * window_us;
}
