// SPDX-License-Identifier: GPL-3.0-or-later
/* arrival.h - when the messages of a campaign are created.
 *
 * Every shape (steady, ramp, diurnal, a file, volume spikes) is a piecewise constant intensity
 * over the send window. A stream walks it in order: evenly, or as a Poisson process of the same
 * intensity that ends with its last message (so its end is random). */
#ifndef MX_ARRIVAL_H
#define MX_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MX_ARRIVAL_PIECES_MAX 4096

struct mx_arrival_shape; /* immutable, may be shared by threads */

/* edges_us: piece_count + 1 increasing times since the campaign's start, the first >= 0;
 * weights: piece_count relative volumes of the pieces, >= 0, sum > 0. Copies both. Returns owned,
 * or NULL when out of memory. poisson: see above. */
struct mx_arrival_shape *mx_arrival_shape_create(uint32_t piece_count, const int64_t *edges_us,
                                                 const double *weights, bool poisson);
void mx_arrival_shape_destroy(struct mx_arrival_shape *shape);
bool mx_arrival_is_poisson(const struct mx_arrival_shape *shape);

/* One stream of `count` messages starting at start_us. */
struct mx_arrival {
    const struct mx_arrival_shape *shape;
    int64_t start_us;
    uint64_t count;
    uint64_t index;  /* of the message that next_us belongs to */
    int64_t next_us; /* its creation time, or MX_NEVER after the last */
    double volume;   /* position in the intensity, in messages, less the index */
    uint32_t piece;
};

/* u: the uniform of the first message, in (0, 1); used by Poisson streams only. */
void mx_arrival_init(struct mx_arrival *arrival, const struct mx_arrival_shape *shape,
                     int64_t start_us, uint64_t count, double u);
/* Move on to the next message. u: that message's uniform. Times never decrease. */
void mx_arrival_advance(struct mx_arrival *arrival, double u);
/* The creation times of the next `count` messages (there are so many), and move on behind them, as
 * that many _advance. u: uniforms of the messages after each of them; used up. */
void mx_arrival_take(struct mx_arrival *arrival, double *u, size_t count, int64_t *created_us);

#endif
