// SPDX-License-Identifier: GPL-3.0-or-later
/* arrival.c - creation times from a piecewise constant intensity.
 *
 * The messages of a stream stand at positions in its volume, in [0, count): message i of a steady
 * stream at i + 1/2, of a Poisson stream at the sum of i + 1 unit exponential gaps. A piece maps
 * the volume it covers evenly to its time. Past the end the mean rate of the whole goes on. Only
 * the distance from a message's number to its position is kept, which stays small, so that nothing
 * is lost at 2^40 messages. */
#include "models/arrival.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

#include "models/exact_math.h"
#include "models/units.h"

struct piece {
    int64_t from_us, until_us;
    double share_from, share_until; /* of the volume, cumulated */
    double us_per_share;            /* 0 for an empty piece */
};

struct mx_arrival_shape {
    bool poisson;
    uint32_t piece_count;
    double total_us;
    struct piece piece[];
};

struct mx_arrival_shape *mx_arrival_shape_create(uint32_t piece_count, const int64_t *edges_us,
                                                 const double *weights, bool poisson)
{
    assert(piece_count >= 1 && piece_count <= MX_ARRIVAL_PIECES_MAX && edges_us[0] >= 0);
    double sum = 0;
    for (uint32_t k = 0; k < piece_count; k++) {
        assert(edges_us[k] < edges_us[k + 1] && weights[k] >= 0);
        sum += weights[k];
    }
    assert(sum > 0);
    struct mx_arrival_shape *shape = malloc(sizeof *shape + piece_count * sizeof shape->piece[0]);
    if (shape == NULL) {
        return NULL;
    }
    shape->poisson = poisson;
    shape->piece_count = piece_count;
    shape->total_us = (double)(edges_us[piece_count] - edges_us[0]);
    double before = 0;
    for (uint32_t k = 0; k < piece_count; k++) {
        struct piece *piece = &shape->piece[k];
        piece->from_us = edges_us[k];
        piece->until_us = edges_us[k + 1];
        piece->share_from = before / sum;
        before += weights[k]; /* the same additions as those of sum: it ends at 1 exactly */
        piece->share_until = before / sum;
        piece->us_per_share =
            weights[k] > 0 ? (double)(edges_us[k + 1] - edges_us[k]) * sum / weights[k] : 0;
    }
    return shape;
}

void mx_arrival_shape_destroy(struct mx_arrival_shape *shape)
{
    free(shape);
}

bool mx_arrival_is_poisson(const struct mx_arrival_shape *shape)
{
    return shape->poisson;
}

/* Time of the current position. */
static inline int64_t time_us(struct mx_arrival *arrival)
{
    const struct mx_arrival_shape *shape = arrival->shape;
    const double count = (double)arrival->count;
    const double index = (double)arrival->index;
    const struct piece *piece = &shape->piece[arrival->piece];
    while (index + arrival->volume >= count * piece->share_until) {
        if (arrival->piece + 1 == shape->piece_count) {
            const double past = (index - count) + arrival->volume;
            return arrival->start_us + piece->until_us +
                   (past > 0 ? (int64_t)(past * shape->total_us / count) : 0);
        }
        arrival->piece++;
        piece++;
    }
    const double inside = (index - count * piece->share_from) + arrival->volume;
    const double offset_us = inside * piece->us_per_share / count;
    const int64_t at_us = piece->from_us + (offset_us > 0 ? (int64_t)offset_us : 0);
    return arrival->start_us + (at_us < piece->until_us ? at_us : piece->until_us);
}

void mx_arrival_init(struct mx_arrival *arrival, const struct mx_arrival_shape *shape,
                     int64_t start_us, uint64_t count, double u)
{
    *arrival = (struct mx_arrival){
        .shape = shape, .start_us = start_us, .count = count, .next_us = MX_NEVER};
    arrival->volume = shape->poisson ? -mx_log(u) : 0.5;
    if (count > 0) {
        arrival->next_us = time_us(arrival);
    }
}

/* The next message; gap: what a Poisson stream's position gains beside the message's number. */
static inline void advance(struct mx_arrival *arrival, double gap)
{
    if (arrival->index + 1 >= arrival->count) {
        arrival->index = arrival->count;
        arrival->next_us = MX_NEVER;
        return;
    }
    arrival->index++;
    arrival->volume += gap;
    const int64_t next_us = time_us(arrival);
    arrival->next_us = next_us > arrival->next_us ? next_us : arrival->next_us;
}

void mx_arrival_advance(struct mx_arrival *arrival, double u)
{
    advance(arrival, arrival->shape->poisson ? -mx_log(u) - 1 : 0);
}

/* Positions that the present piece lies between. */
static void piece_bounds(const struct mx_arrival *arrival, double *from, double *until)
{
    const struct piece *piece = &arrival->shape->piece[arrival->piece];
    *from = (double)arrival->count * piece->share_from;
    *until = (double)arrival->count * piece->share_until;
}

/* As advance, without asking what does not change from message to message. */
void mx_arrival_take(struct mx_arrival *arrival, double *u, size_t count, int64_t *created_us)
{
    struct mx_arrival a = *arrival;
    const bool poisson = a.shape->poisson;
    const double all = (double)a.count;
    double from, until;
    if (poisson) {
        mx_log_many(u, count);
    }
    piece_bounds(&a, &from, &until);
    for (size_t i = 0; i < count; i++) {
        const double index = (double)(a.index + 1);
        const double volume = a.volume + (poisson ? -u[i] - 1 : 0);
        created_us[i] = a.next_us;
        if (a.index + 1 >= a.count || index + volume >= until) {
            advance(&a, poisson ? -u[i] - 1 : 0);
            piece_bounds(&a, &from, &until);
            continue;
        }
        const struct piece *piece = &a.shape->piece[a.piece];
        const double offset_us = ((index - from) + volume) * piece->us_per_share / all;
        const int64_t at_us = piece->from_us + (offset_us > 0 ? (int64_t)offset_us : 0);
        const int64_t next_us = a.start_us + (at_us < piece->until_us ? at_us : piece->until_us);
        a.index++;
        a.volume = volume;
        a.next_us = next_us > a.next_us ? next_us : a.next_us;
    }
    *arrival = a;
}
